"""Settings for the kernels of the Python that the course is installed in.

pip puts a copy of this file into ``etc/ipython`` of that Python's folder, where IPython looks for
settings: so they hold in JupyterLab, VS Code or Binder alike. What a learner has set counts more.
"""

get_config().InteractiveShellApp.extensions.append("helpers.kernel_startup")  # type: ignore[name-defined] # noqa: F821
