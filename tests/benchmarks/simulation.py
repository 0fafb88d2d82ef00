"""How fast the simulation is: up to a million items on 1,024 workers, one item a chunk.

``python tests/benchmarks/simulation.py`` prints seconds, seconds per chunk (which should hardly
grow) and the memory that the process has needed at most.
"""

from __future__ import annotations

import random
import statistics
import sys
from time import perf_counter

from helpers.parallel import simulate

SIZES, N_WORKERS, REPEATS = (10_000, 100_000, 1_000_000), 1024, 3
AIM_S, AIM_MB = 3.0, 500
START_S, MESSAGE_S = 0.1, 1e-6  # costs that keep the parent and the workers busy


def seconds(n_items: int) -> float:
    """Return the median time to simulate so many items of different cost."""
    draw = random.Random(0).random
    costs_s = [1e-3 * draw() for _ in range(n_items)]
    times = []
    for _ in range(REPEATS):
        begin = perf_counter()
        simulate(costs_s, N_WORKERS, start_s=START_S, message_s=MESSAGE_S)
        times.append(perf_counter() - begin)
    return statistics.median(times)


def most_memory_mb() -> float:
    """Return the most memory that this process has had, in millions of bytes."""
    import resource  # there is none on Windows

    unit = 1 if sys.platform == "darwin" else 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6


def main() -> None:
    """Measure and print everything."""
    for n_items in SIZES:
        elapsed_s = seconds(n_items)
        print(
            f"{n_items:>9,} items, {N_WORKERS:,} workers: {elapsed_s:7.3f} s, "
            f"{1e6 * elapsed_s / n_items:.2f} µs a chunk"
        )
    memory_mb = most_memory_mb()
    missed = elapsed_s > AIM_S or memory_mb > AIM_MB
    print(
        f"memory at most {memory_mb:.0f} MB; aims for the last: {AIM_S} s, {AIM_MB} MB"
        f"{'  MISSED' if missed else ''}"
    )


if __name__ == "__main__":
    main()
