"""Real work of a given size: items of which each costs so many seconds on this machine."""

from __future__ import annotations

import functools
import statistics
from collections.abc import Sequence
from itertools import pairwise
from time import perf_counter

from helpers.classroom.style import duration
from helpers.language import message
from helpers.parallel import CostModel, Run, run, usable_cpus
from helpers.tasks import sum_of_squares

LIMIT_S = 5.0  # what is predicted to take longer is not run
GIVE_UP_S = 20.0  # predictions may be wrong
MOST_WORKERS = 16  # where there are no more CPUs: each takes memory
_SIZES, _REPEATS = (0, 10, 100, 1_000, 10_000, 100_000, 500_000), 5


def refusal(predicted_s: float, n_workers: int, loop_s: float = 0.0) -> str:
    """Say why something is not run for real; nothing where it can be.

    Args:
        predicted_s: the seconds predicted for it, with a CPU for each worker.
        n_workers: how many workers it has; those beyond the CPUs here have to share them.
        loop_s: the seconds predicted for the same work in a loop, where that is run too.
    """
    cpus = usable_cpus()
    most = max(cpus, MOST_WORKERS)
    if n_workers > most:
        return message("explore.too_many", most=most)
    time_s = loop_s + predicted_s * max(1.0, n_workers / cpus)
    if time_s > LIMIT_S:
        return message("explore.too_long", time=duration(time_s), limit=duration(LIMIT_S))
    return ""


def shared_cpus(n_workers: int, model: CostModel) -> str:
    """Say that the simulation has more CPUs than there are; nothing where it is not so.

    A model of one CPU was measured with two workers that took turns, so it knows of two.
    """
    cpus = usable_cpus()
    if n_workers <= cpus or (model.cpus == 1 and n_workers == 2):
        return ""
    return message("explore.shared", n=n_workers, cpus=cpus)


def run_like(predicted: Run, costs_s: Sequence[float], model: CostModel) -> Run:
    """Run for real what was simulated, with items that cost ``costs_s``.

    Raises:
        ParallelError: where it cannot be run here, or takes too long.
    """
    return run(
        sum_of_squares,
        sized(costs_s),
        how=model.how,
        n_workers=predicted.n_workers,
        chunksize=predicted.chunksize,
        start_method=model.start_method,
        timeout_s=GIVE_UP_S,
    )


def run_loop(costs_s: Sequence[float]) -> Run:
    """Run the same items in a loop, which takes no longer than they cost."""
    return run(sum_of_squares, sized(costs_s), how="sequential")


def sized(costs_s: Sequence[float]) -> list[int]:
    """Return for each cost, in seconds, the ``n`` for which ``sum_of_squares(n)`` takes so long."""
    known = {cost_s: _size(cost_s) for cost_s in set(costs_s)}
    return [known[cost_s] for cost_s in costs_s]


def _size(cost_s: float) -> int:
    """Look ``n`` up between the sizes that were measured; beyond the last, the time is linear."""
    times_s = _times_s()
    parts = list(pairwise(zip(_SIZES, times_s, strict=True)))
    for (size, time_s), (to_size, to_time_s) in parts:
        if cost_s <= to_time_s and to_time_s > time_s:
            share = max(0.0, cost_s - time_s) / (to_time_s - time_s)
            return round(size + share * (to_size - size))
    return round(_SIZES[-1] * cost_s / times_s[-1])


@functools.cache
def _times_s() -> tuple[float, ...]:
    """Return how long each of the sizes takes on this machine; measured once, in half a second."""
    return tuple(statistics.median(_time_s(size) for _ in range(_REPEATS)) for size in _SIZES)


def _time_s(size: int) -> float:
    n_calls = max(1, 1_000 // (size + 1))
    begin = perf_counter()
    for _ in range(n_calls):
        sum_of_squares(size)
    return (perf_counter() - begin) / n_calls
