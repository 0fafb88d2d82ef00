"""The helpers of the course: what its notebooks run, measure and show.

Its parts; what stands lower in CONTRIBUTING.md's picture never imports what stands higher:

- ``helpers.language``: the current language, and texts in it.
- ``helpers.worker``: what surrounds the tasks inside a worker. It imports next to nothing.
- ``helpers.stopwatch``: what notes, inside a worker, when a watched task was called.
- ``helpers.remote``: the same inside a worker of Dask.
- ``helpers.tasks``: what a worker runs. Standard library only, so that a worker starts fast.
- ``helpers.parallel``: how work is run and measured. Takes tasks as arguments.
- ``helpers.classroom``: what a notebook shows: charts, predictions, exercises.
- ``helpers.authoring``: for writing lessons: sources become notebooks and figures.

And to get started:

- ``python -m helpers es`` (or ``en``) opens the course in JupyterLab.
- ``helpers.doctor``: whether a computer is ready for it; ``helpers.jupyter_home``: where Jupyter
  keeps its settings on it.
"""
