"""What the workers of ``alternatives.py`` run beside ``helpers.tasks``: light, and importable."""


def apply_to_all(task, items):
    """Return ``task`` of each of ``items``: the plain loop, and a batch for Dask."""
    return [task(item) for item in items]
