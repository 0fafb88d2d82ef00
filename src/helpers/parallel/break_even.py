"""From where on a pool pays: predicted by a cost model, for work of equal items."""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from helpers.parallel.arguments import check_task, whole_number
from helpers.parallel.costs import CostModel, check_model
from helpers.parallel.edited import refuse_edited
from helpers.parallel.results import Task
from helpers.parallel.simulation import simulate_even

MOST_ITEMS = 10**9  # beyond it the answer is: never
LONGEST_S, SHORTEST_S = 3600.0, 1e-9
ENOUGH_S, MOST_CALLS = 0.05, 10_000  # an item is measured so long, or so often


@dataclass(frozen=True)
class BreakEven:
    """From where on a pool is predicted to be faster than the loop.

    Attributes:
        item_s: what one item costs in the loop, in seconds.
        n_items: a number of such items for which the pool is faster, while with one less it is
            not; ``None`` where it is not for a thousand million. As chunks grow in whole items, a
            few numbers nearby may be on the other side.
        n_workers: how many workers the pool has.
    """

    item_s: float
    n_items: int | None
    n_workers: int


def break_even(
    task: Task, item: Any, model: CostModel, *, n_workers: int | None = None
) -> BreakEven:
    """Predict from how many items on a pool pays, for items that all cost what ``item`` does.

    Args:
        task: a function of one argument; it is called with ``item`` here, for a twentieth of a
            second, and once at least.
        item: a typical item.
        model: what running costs, from ``calibrate``.
        n_workers: how many workers the pool has; one on each CPU of the model if ``None``.

    Raises:
        InputError: ``n_workers`` is no whole number above 0, ``task`` cannot be called, or
            ``model`` is not a cost model.
        Exception: what the task itself raises.
    """
    check_task(task)
    refuse_edited(task)
    workers = _workers(model, n_workers)
    item_s = _cost_s(task, item)

    def pays(n_items: int) -> bool:
        return simulate_even(item_s, n_items, workers, None, model).elapsed_s < n_items * item_s

    return BreakEven(item_s, _first(pays), workers)


def break_even_cost(
    n_items: int, model: CostModel, *, n_workers: int | None = None
) -> float | None:
    """Predict from what cost per item on a pool pays, for so many items.

    Args:
        n_items: how many items there are.
        model, n_workers: as in ``break_even``.

    Returns:
        Seconds per item, to a thousandth; ``None`` where no item of an hour or less is enough.

    Raises:
        InputError: a number is no whole number above 0, or ``model`` is not a cost model.
    """
    workers = _workers(model, n_workers)
    n_items = whole_number("n_items", n_items)

    def pays(item_s: float) -> bool:
        return simulate_even(item_s, n_items, workers, None, model).elapsed_s < n_items * item_s

    if not pays(LONGEST_S):
        return None
    low, high = SHORTEST_S, LONGEST_S
    while high / low > 1.001:
        middle = (low * high) ** 0.5
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high


def _workers(model: CostModel, n_workers: int | None) -> int:
    check_model(model)
    return model.cpus if n_workers is None else whole_number("n_workers", n_workers)


def _cost_s(task: Task, item: Any) -> float:
    """Return the median of what a call takes, in seconds."""
    times: list[float] = []
    begin = perf_counter()
    while not times or (perf_counter() - begin < ENOUGH_S and len(times) < MOST_CALLS):
        before = perf_counter()
        task(item)
        times.append(perf_counter() - before)
    return max(statistics.median(times), SHORTEST_S)


def _first(pays: Callable[[int], bool]) -> int | None:
    """Return the smallest number that pays, if all above it do; it is looked for by halving."""
    if not pays(MOST_ITEMS):
        return None
    low, high = 0, MOST_ITEMS
    while high - low > 1:
        middle = (low + high) // 2
        low, high = (low, middle) if pays(middle) else (middle, high)
    return high
