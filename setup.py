"""What pyproject.toml cannot say; all else about the package is there."""

from setuptools import Distribution, setup

# An editable install asks whether there are data files by a name that setuptools does not have, and
# leaves them out: the settings for kernels, which pip is to put into the folder of its Python.
Distribution.has_data = Distribution.has_data_files  # type: ignore[attr-defined]

setup()
