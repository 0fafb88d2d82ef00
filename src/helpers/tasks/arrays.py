"""Tasks on arrays, and shared memory for them: the same work with its data copied and shared.

numpy is imported here and nowhere else. ``helpers.tasks`` does not import this module, so a worker
loads numpy only for a task that comes from it.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.shared_memory import SharedMemory
from typing import Any, cast

import numpy as np
from numpy.typing import NDArray

from helpers.language import message
from helpers.tasks.blocks import close_block, new_block, open_block
from helpers.tasks.own_memory import unique_bytes

Array = NDArray[Any]

N_PRODUCTS = 4  # so many products that making the matrix hardly counts beside them

_table: Array | None = None


# ---- a table that every item needs


def nearest(table: Array, value: float) -> float:
    """Return the first number of the sorted ``table`` that is not below ``value``, else the last.

    Bound to its table with ``functools.partial`` it takes the table along wherever it is sent.
    """
    return float(table[min(int(np.searchsorted(table, value)), len(table) - 1)])


def keep_table(table: Array) -> None:
    """Keep ``table`` in this process for ``nearest_kept``; the initializer of a pool."""
    global _table
    _table = table


def nearest_kept(value: float) -> float:
    """Return what ``nearest`` returns, from the table that this process keeps.

    Raises:
        RuntimeError: where ``keep_table`` was not called in this process.
    """
    if _table is None:
        raise RuntimeError(message("arrays.no_table"))
    return nearest(_table, value)


# ---- the same job, its data brought in three ways


def row_spreads(rows: Array) -> list[float]:
    """Return the standard deviation of each row of ``rows``, an array of two dimensions."""
    return [float(spread) for spread in np.std(rows, axis=1)]


def file_row_spreads(part: tuple[str | os.PathLike[str], int, int]) -> list[float]:
    """Return the standard deviation of each row, from ``start`` to before ``stop``, of a file.

    Args:
        part: a file of ``numpy.save``, ``start`` and ``stop``. Only these rows are read.

    Raises:
        OSError: where the file cannot be read.
    """
    file, start, stop = part
    return row_spreads(np.load(file, mmap_mode="r")[start:stop])


def shared_row_spreads(part: tuple[SharedArray, int, int]) -> list[float]:
    """Return the standard deviation of each row, from ``start`` to before ``stop``, of an array.

    Args:
        part: what ``shared_copy`` gave, ``start`` and ``stop``.
    """
    shared, start, stop = part
    with shared.opened() as rows:
        spreads = row_spreads(rows[start:stop])
        del rows  # so that the block can be closed
    return spreads


def write_number(where: tuple[str, int, float]) -> None:
    """Write a number into shared memory, with the libraries' own calls alone.

    Args:
        where: the name of a block of float numbers, the place of one of them, and the number.

    Raises:
        FileNotFoundError: there is no such block.
    """
    name, place, number = where
    block = SharedMemory(name)
    numbers = np.frombuffer(cast(Any, block.buf), dtype=float)
    numbers[place] = number
    del numbers  # a block with a view of it cannot be closed
    block.close()


def add_ones(where: tuple[SharedArray, int]) -> None:
    """Add 1 to the first number of a shared array, so many times; no lock guards it."""
    shared, times = where
    with shared.opened() as numbers:
        for _ in range(times):
            numbers[0] += 1
        del numbers


def bytes_holding(data: Array | SharedArray) -> int:
    """Return how much memory this process alone uses while it has ``data`` and has read it all."""
    if isinstance(data, SharedArray):
        with data.opened() as array:
            used = bytes_holding(array)
            del array
        return used
    data.sum()
    return unique_bytes()


# ---- matrix products, and the threads that a library starts on its own


def multiply(n: int) -> float:
    """Multiply a matrix of ``n`` rows and columns four times by itself; return the sum.

    Its numbers are small and whole, so the sum is exact whatever the order of the additions.
    """
    matrix = np.arange(n * n, dtype=float).reshape(n, n) % 7
    for _ in range(N_PRODUCTS):
        product = matrix @ matrix
    return float(product.sum())


def use_blas_threads(n: int) -> None:
    """Let numpy's matrix products use ``n`` threads in this process; the initializer of a pool.

    It works because this module has loaded numpy: what is not loaded yet cannot be limited.
    """
    from threadpoolctl import threadpool_limits

    threadpool_limits(n, user_api="blas")


def blas_threads(_item: Any = None) -> int | None:
    """Return with how many threads this process multiplies matrices, ``None`` if nobody can say."""
    from threadpoolctl import threadpool_info

    found = [
        library["num_threads"] for library in threadpool_info() if library["user_api"] == "blas"
    ]
    return max(found, default=None)


# ---- shared memory


@dataclass(frozen=True)
class SharedArray:
    """Where a shared array is: light, and the same array for every process that it is sent to.

    Attributes:
        name: the name of its block of shared memory.
        shape, dtype: as in numpy.
    """

    name: str
    shape: tuple[int, ...]
    dtype: np.dtype[Any]

    @contextmanager
    def opened(self) -> Iterator[Array]:
        """Give the array for a ``with`` block: no copy, so what is written there all can see.

        Let go of it at the end of the block, and copy what is to stay: while a view is left, its
        memory is, too.

        Raises:
            FileNotFoundError: the block of memory has been removed.
        """
        block = open_block(self.name)
        try:
            yield _view(block, self)
        finally:
            close_block(block)


@contextmanager
def shared_copy(array: Array) -> Iterator[SharedArray]:
    """Copy ``array`` into shared memory for a ``with`` block, and remove it whatever happens.

    Args:
        array: any array of numbers; it is left as it is.

    Yields:
        What to send to workers, which get at the array with ``opened()``.

    Raises:
        ValueError: it is no array, or one of Python objects, which live in one process.
        OSError: the system has no room for it.
    """
    if not isinstance(array, np.ndarray) or array.dtype.hasobject:
        received = type(array).__name__ if not isinstance(array, np.ndarray) else array.dtype
        raise ValueError(message("arrays.not_numbers", received=received))
    block = new_block(array.nbytes)
    try:
        shared = SharedArray(block.name, array.shape, array.dtype)
        _view(block, shared)[...] = array
        yield shared
    finally:
        try:
            block.unlink()
        finally:
            close_block(block)


def _view(block: SharedMemory, shared: SharedArray) -> Array:
    """Return the array in ``block``, which cannot be closed while a view of it is in use.

    ``numpy.ndarray(buffer=...)`` can be, and the next look at the array ends the process.
    """
    count, memory = math.prod(shared.shape), cast(Any, block.buf)
    if not count:
        return np.empty(shared.shape, shared.dtype)
    return np.frombuffer(memory, shared.dtype, count).reshape(shared.shape)
