"""What workers of the benchmarks run beside ``helpers.tasks``: a module that is light to import."""


def square(x):
    """Return x times x."""
    return x * x


def apply_to_all(task, items):
    """Return ``task`` of each of ``items``: the plain loop, and a batch for Dask."""
    return [task(item) for item in items]
