"""The lightest module a worker can import: one function and nothing else."""


def square(x):
    """Return x times x."""
    return x * x
