"""What watch() costs: microseconds a call, and ratios over the same call without it.

``python watching.py``; ``--quick`` takes a few seconds.
"""

from __future__ import annotations

import multiprocessing
import statistics
import sys
import time
from functools import partial

from helpers.parallel import watch
from helpers.tasks import count_primes, square

N_CALLS, N_ROUNDS = (100_000, 3) if "--quick" in sys.argv else (1_000_000, 7)


def seconds(call) -> float:
    """Return how long a call takes."""
    begin_s = time.perf_counter()
    call()
    return time.perf_counter() - begin_s


def of_calls() -> float:
    """Return what the stopwatch adds to a call, in microseconds: the median of all rounds."""
    added = []
    for _ in range(N_ROUNDS):
        with watch() as watched:
            task = watched(square)
            noted_s = seconds(lambda task=task: [task(item) for item in range(N_CALLS)])
        added.append(noted_s - seconds(lambda: [square(item) for item in range(N_CALLS)]))
    return 1e6 * statistics.median(added) / N_CALLS


def of_a_pool(task, items) -> float:
    """Return the ratio of a Pool's map with the stopwatch over the one without: the median."""
    ratios = []
    with multiprocessing.Pool() as pool:
        pool.map(task, items)
        for _ in range(N_ROUNDS):
            bare_s = seconds(lambda: pool.map(task, items))
            with watch() as watched:
                noted_s = seconds(partial(pool.map, watched(task), items))
            ratios.append(noted_s / bare_s)
    return statistics.median(ratios)


if __name__ == "__main__":
    size = 1_000
    while min(seconds(partial(count_primes, size)) for _ in range(5)) < 0.001:
        size = int(1.1 * size)
    print(f"added to a call: {of_calls():.2f} µs (aim 2)")
    print(f"Pool.map of tasks of 1 ms: {of_a_pool(count_primes, [size] * 500):.3f} (aim 1.02)")
    print(f"Pool.map of 100,000 squares: {of_a_pool(square, range(100_000)):.2f}")
