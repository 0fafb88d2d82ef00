"""How well the simulation predicts: `simulate` with a model calibrated here, against `run`.

``python tests/benchmarks/prediction.py`` prints, for a grid of jobs, the median and the 90th
percentile of the relative error of ``elapsed_s``. What an item costs is measured in the plain loop,
in turns with the call that is predicted, as an item's cost changes with the machine's mood.
"""

from __future__ import annotations

import argparse
import itertools
import math
import statistics
from collections.abc import Iterator
from time import perf_counter
from typing import NamedTuple

from helpers.parallel import calibrate, machine, run, simulate
from helpers.tasks import sum_of_squares

ITEM_COSTS_S = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 5e-2)
N_ITEMS = (10, 100, 1_000, 10_000, 100_000)
LONGEST_S, MOST_CHUNKS = 2.0, 10_000
# The model is measured again after so many cells: a machine that others use too changes its speed.
EVERY = 15
AIMS = {50: 0.10, 90: 0.30}


class Cell(NamedTuple):
    """One job of the grid, and how it is run."""

    method: str
    n_workers: int
    item_s: float
    n_items: int
    chunksize: int


def grid(longest_s: float) -> Iterator[Cell]:
    """Yield the cells that are not too long to be run."""
    methods = [m for m in ("fork", "spawn") if m in machine().start_methods]
    workers = sorted({1, machine().usable_cpus})
    for method, w, item_s, n in itertools.product(methods, workers, ITEM_COSTS_S, N_ITEMS):
        for chunksize in sorted({1, math.ceil(n / (4 * w)), math.ceil(n / w)}):
            if item_s * n <= longest_s and n / chunksize <= MOST_CHUNKS:
                yield Cell(method, w, item_s, n, chunksize)


def size_for(item_s: float) -> int:
    """Return the n for which sum_of_squares(n) takes about ``item_s`` seconds here."""
    n = 1_000
    times = []
    for _ in range(20):
        begin = perf_counter()
        sum_of_squares(n)
        times.append(perf_counter() - begin)
    return max(1, round(n * item_s / statistics.median(times)))


def measure(cell: Cell, how: str) -> tuple[float, float, float]:
    """Return the median time, how far two halves of the timings lie apart, and an item's cost.

    No prediction can be better than the machine agrees with itself.
    """
    items = [size_for(cell.item_s)] * cell.n_items
    some = items[: max(1, round(0.1 / cell.item_s))]
    measured, costs = [], []
    for _ in range(4):
        costs.append(run(sum_of_squares, some, how="sequential").computing_s / len(some))
        measured.append(
            run(
                sum_of_squares,
                items,
                how=how,
                n_workers=cell.n_workers,
                chunksize=cell.chunksize,
                start_method=cell.method,
            ).elapsed_s
        )
    apart = sum(measured[:2]) / sum(measured[2:]) - 1
    return statistics.median(measured), apart, statistics.median(costs)


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short jobs only: about a minute")
    parser.add_argument("--how", default="pool")
    parser.add_argument("--all", action="store_true", help="print every cell")
    options = parser.parse_args()
    print(machine())
    errors: list[float] = []
    noise: list[float] = []
    model, cells = None, list(grid(0.05 if options.quick else LONGEST_S))
    for k, cell in enumerate(cells):
        if model is None or model.start_method != cell.method or k % EVERY == 0:
            model = calibrate(cell.method, how=options.how)
        measured_s, apart, item_s = measure(cell, options.how)
        noise.append(apart)
        costs = [item_s] * cell.n_items
        predicted_s = simulate(costs, cell.n_workers, cell.chunksize, model).elapsed_s
        errors.append(predicted_s / measured_s - 1)
        if options.all:
            print(f"{cell!s:<100} {measured_s:.4f} {predicted_s:.4f} {errors[-1]:+.2f}", flush=True)
    report(errors, noise)


def report(errors: list[float], noise: list[float]) -> None:
    """Print the error's percentiles beside their aims, and those of the machine's own noise."""
    sizes = statistics.quantiles(map(abs, errors), n=100, method="inclusive")
    floor = statistics.quantiles(map(abs, noise), n=100, method="inclusive")
    for percentile, aim in AIMS.items():
        value = sizes[percentile - 1]
        verdict = "" if value <= aim else "  ABOVE THE AIM"
        print(
            f"error of {len(errors)} predictions, percentile {percentile}: "
            f"{100 * value:.1f} %  aim {100 * aim:.0f} %{verdict}  (the timings themselves: "
            f"{100 * floor[percentile - 1]:.1f} %)"
        )
    print(f"bias (median of the signed error): {100 * statistics.median(errors):+.1f} %")


if __name__ == "__main__":
    main()
