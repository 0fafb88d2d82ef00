"""What a pool gains for items of every cost and number: simulated on a grid, and looked up."""

from __future__ import annotations

import functools
import math
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

from helpers.parallel import CostModel, simulate_even

Row = tuple[float, ...]
# Points of the coarse grid per factor of ten. A simulation takes time for each chunk, and there are
# four chunks a worker: of more than so many workers, fewer are simulated.
_COARSE, _SPARSE, _MANY = 2, 1, 128
_FINE = 10  # points of the fine grid per factor of ten


@dataclass(frozen=True)
class Grid:
    """Speedups over the loop, by what an item costs and by how many there are.

    Attributes:
        sizes: the numbers of items, rising; also such as lie between whole numbers.
        costs_s: the costs of an item, rising, in seconds.
        speedups: for each cost, those for each number of items.
    """

    sizes: Row
    costs_s: Row
    speedups: tuple[Row, ...]

    @property
    def highest(self) -> float:
        """The highest speedup of all."""
        return max(map(max, self.speedups))

    def line(self, speedup: float) -> list[tuple[float, float]]:
        """Return (number of items, cost of an item) from where on the pool is faster than that.

        One for each number of items for which there is such a cost: the lowest from which on all
        dearer items of the grid get that speedup, too.
        """
        columns = zip(self.sizes, zip(*self.speedups, strict=True), strict=True)
        crossings = ((size, self._crossing(column, speedup)) for size, column in columns)
        return [(size, cost_s) for size, cost_s in crossings if cost_s is not None]

    def _crossing(self, column: Row, speedup: float) -> float | None:
        below = [i for i, value in enumerate(column) if value <= speedup]
        if not below:
            return self.costs_s[0]
        i = below[-1]
        if i == len(column) - 1:
            return None
        share = math.log(speedup / column[i]) / math.log(column[i + 1] / column[i])
        return float(self.costs_s[i] * (self.costs_s[i + 1] / self.costs_s[i]) ** share)


@functools.lru_cache(maxsize=16)
def speedup_grid(
    model: CostModel, n_workers: int, costs: tuple[int, int], sizes: tuple[int, int]
) -> Grid:
    """Return the speedups of ``model`` with so many workers and the chunksize that ``run`` picks.

    The simulated time is a sum of terms in the cost of an item, in their number and in the product
    of both, which changes from stretch to stretch: within one, interpolation between four points
    is exact.

    Args:
        model: what running costs.
        n_workers: how many workers there are.
        costs: from and up to which power of ten the cost of an item goes, in seconds.
        sizes: the same for the number of items.
    """
    density = _COARSE if n_workers <= _MANY else _SPARSE
    coarse_s = _powers(costs, density)
    counts = tuple(dict.fromkeys(round(size) for size in _powers(sizes, density)))
    times_s = [[_elapsed_s(cost, n, n_workers, model) for n in counts] for cost in coarse_s]
    fine_s, fine_sizes = _powers(costs, _FINE), _powers(sizes, _FINE)
    rows = [[_between(counts, row, size) for size in fine_sizes] for row in times_s]
    columns = list(zip(*rows, strict=True))
    speedups = tuple(
        tuple(
            size * cost / _between(coarse_s, column, cost)
            for size, column in zip(fine_sizes, columns, strict=True)
        )
        for cost in fine_s
    )
    return Grid(fine_sizes, fine_s, speedups)


def _elapsed_s(item_s: float, n_items: int, n_workers: int, model: CostModel) -> float:
    return simulate_even(item_s, n_items, n_workers, None, model).elapsed_s


def _powers(exponents: tuple[int, int], density: int) -> Row:
    first, last = exponents
    return tuple(10 ** (first + k / density) for k in range((last - first) * density + 1))


def _between(known: Sequence[float], values: Sequence[float], x: float) -> float:
    """Return the value at ``x``, in a straight line between the two that are known around it."""
    i = min(max(bisect_right(known, x), 1), len(known) - 1)
    share = (x - known[i - 1]) / (known[i] - known[i - 1])
    return values[i - 1] + share * (values[i] - values[i - 1])
