"""How well the simulation predicts Dask: `simulate` with a model calibrated here, against `run`.

``python tests/benchmarks/dask_prediction.py`` prints, for a grid of jobs on local clusters of one
and two workers that are kept open (warm) or started within the call (cold), the median and the 90th
percentile of the relative error of ``elapsed_s``. What an item costs is measured in the plain loop,
in turns with the call that is predicted.
"""

from __future__ import annotations

import argparse
import itertools
import statistics
from collections.abc import Iterator
from typing import Any, NamedTuple

from prediction import size_for

from helpers.parallel import calibrate, local_cluster, machine, run, simulate
from helpers.parallel.plans import chunksize_for
from helpers.tasks import sum_of_squares

ITEM_COSTS_S = (1e-3, 1e-2, 5e-2)
N_ITEMS = (20, 200, 2_000)
WORKERS = (1, 2)
LONGEST_S, REPEATS = 4.0, 3
# The model is measured again after so many cells: a machine that others use too changes its speed.
EVERY = 3
AIMS = {50: 0.15, 90: 0.35}


class Cell(NamedTuple):
    """One job of the grid."""

    item_s: float
    n_items: int
    chunksize: int


def grid(n_workers: int, longest_s: float) -> Iterator[Cell]:
    """Yield the cells that are not too long to be run."""
    for item_s, n in itertools.product(ITEM_COSTS_S, N_ITEMS):
        for chunksize in sorted({1, chunksize_for(n, n_workers)}):
            if item_s * n <= longest_s:
                yield Cell(item_s, n, chunksize)


def measure(cell: Cell, options: dict[str, Any]) -> tuple[float, float, float]:
    """Return the median time, how far the timings lie apart, and an item's cost, in seconds."""
    items = [size_for(cell.item_s)] * cell.n_items
    some = items[: max(1, round(0.2 / cell.item_s))]
    measured, costs = [], []
    for _ in range(REPEATS):
        costs.append(run(sum_of_squares, some, how="sequential").computing_s / len(some))
        done = run(sum_of_squares, items, how="dask", chunksize=cell.chunksize, **options)
        measured.append(done.elapsed_s)
    apart = max(measured) / min(measured) - 1
    return statistics.median(measured), apart, statistics.median(costs)


def errors_of(
    kind: str, n_workers: int, longest_s: float, options: dict[str, Any], tell: bool
) -> Iterator[tuple[float, float]]:
    """Yield, for each cell, the relative error, and how far the timings lie apart."""
    model = None
    for k, cell in enumerate(grid(n_workers, longest_s)):
        if model is None or k % EVERY == 0:
            model = calibrate(how="dask")
            model = model.connected() if kind == "warm" else model
        measured_s, apart, item_s = measure(cell, options)
        costs = [item_s] * cell.n_items
        predicted_s = simulate(costs, n_workers, cell.chunksize, model).elapsed_s
        error = predicted_s / measured_s - 1
        if tell:
            print(
                f"{kind} {n_workers} {cell!s:<60} item {item_s * 1e3:.2f} ms, measured "
                f"{measured_s:.3f}, predicted {predicted_s:.3f} {error:+.2f} ({apart:.2f})",
                flush=True,
            )
        yield error, apart


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="short jobs only: about a minute")
    parser.add_argument("--all", action="store_true", help="print every cell")
    asked = parser.parse_args()
    longest_s = 0.5 if asked.quick else LONGEST_S
    print(machine())
    every: list[tuple[float, float]] = []
    for n in WORKERS:
        with local_cluster(n) as client:
            warm = list(errors_of("warm", n, longest_s, {"client": client}, asked.all))
        cold = list(errors_of("cold", n, longest_s / 2, {"n_workers": n}, asked.all))
        report(f"warm, {n} worker(s)", warm)
        report(f"cold, {n} worker(s)", cold)
        every += warm + cold
    report("all", every)


def report(name: str, found: list[tuple[float, float]]) -> None:
    """Print the error's percentiles beside their aims, and those of the machine's own noise."""
    sizes = statistics.quantiles([abs(e) for e, _ in found], n=100, method="inclusive")
    noise = statistics.median(apart for _, apart in found)
    parts = [
        f"percentile {percentile}: {100 * sizes[percentile - 1]:.1f} % (aim {100 * aim:.0f} %"
        f"{'' if sizes[percentile - 1] <= aim else ', ABOVE IT'})"
        for percentile, aim in AIMS.items()
    ]
    bias = statistics.median(e for e, _ in found)
    print(
        f"{name}: error of {len(found)} predictions, {'; '.join(parts)}; bias {100 * bias:+.1f} %; "
        f"repeats of a call lie apart by {100 * noise:.0f} %",
        flush=True,
    )


if __name__ == "__main__":
    main()
