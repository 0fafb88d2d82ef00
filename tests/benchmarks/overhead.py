"""What `run` costs beside the raw call that it wraps, and what a worker's start costs.

``python tests/benchmarks/overhead.py`` prints a table. Each row is a ratio of two calls that took
turns in this one process (A B A B), so a busy machine slows both: the median of the paired ratios
and its quartiles. Nothing here fails a test; a ratio above its aim is marked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any

import light

from helpers.parallel import machine, run
from helpers.parallel.plans import chunksize_for
from helpers.tasks import count_primes, square

Task = Callable[[Any], Any]


def raw_pool(task: Task, items: Sequence[Any], method: str, n_workers: int) -> list[Any]:
    """Map with multiprocessing.Pool, start and end included."""
    with multiprocessing.get_context(method).Pool(n_workers) as pool:
        return pool.map(task, items)


def raw_executor(task: Task, items: Sequence[Any], method: str, n_workers: int) -> list[Any]:
    """Map with ProcessPoolExecutor, start and end included, with the chunks that `run` picks.

    Its own default of one item a message takes some hundred times as long on tiny items.
    """
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(n_workers, mp_context=context) as executor:
        chunksize = chunksize_for(len(items), n_workers)
        return list(executor.map(task, items, chunksize=chunksize))


RAW = {"pool": raw_pool, "processes": raw_executor}


def paired_ratios(a: Callable[[], object], b: Callable[[], object], repeats: int) -> list[float]:
    """Return how many times as long ``a`` takes as ``b``, for pairs measured in turns."""
    ratios = []
    a(), b()
    for repeat in range(repeats):
        first, second = (a, b) if repeat % 2 else (b, a)
        times = {}
        for call in (first, second):
            begin = perf_counter()
            call()
            times[call] = perf_counter() - begin
        ratios.append(times[a] / times[b])
    return ratios


def limit_for(item_s: float) -> int:
    """Return the limit for which count_primes takes about ``item_s`` seconds here."""
    limit = 1_000
    while True:
        begin = perf_counter()
        count_primes(limit)
        if perf_counter() - begin >= item_s:
            return limit
        limit = round(limit * 1.15)


def measure_run(jobs: dict[str, tuple[Task, Sequence[Any]]], repeats: dict[str, int]) -> None:
    """Print how `run` compares with the raw calls, for each job, way and start method."""
    n_workers = machine().usable_cpus
    for job, (task, items) in jobs.items():
        for how, raw in RAW.items():
            for method in machine().start_methods:
                ratios = paired_ratios(
                    lambda: run(task, items, how=how, n_workers=n_workers, start_method=method),  # noqa: B023
                    lambda: raw(task, items, method, n_workers),  # noqa: B023
                    repeats[job],
                )
                say(f"run(how={how!r}) / raw, {job}, {method}", ratios, 1.05)


def measure_start(repeats: int) -> None:
    """Print what a spawned worker's start costs with helpers.tasks beside one light module."""
    for method in machine().start_methods:
        ratios = paired_ratios(
            lambda: raw_pool(square, [1], method, 1),  # noqa: B023
            lambda: raw_pool(light.square, [1], method, 1),  # noqa: B023
            repeats,
        )
        say(f"worker's start, helpers.tasks / one function, {method}", ratios, 1.15)


def say(what: str, ratios: list[float], aim: float) -> None:
    """Print one row."""
    first, median, third = statistics.quantiles(ratios, n=4)
    verdict = "" if median <= aim else "  ABOVE THE AIM"
    print(
        f"{what:<62} {median:6.3f}  [{first:.3f}, {third:.3f}]  aim {aim:.2f}{verdict}", flush=True
    )


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats: about a minute")
    quick = parser.parse_args().quick
    print(f"{machine()}\n{'what':<62} median  [quartiles]")
    measure_start(8 if quick else 40)
    primes, squares = "64 items of some 20 ms", "100,000 squares"
    jobs = {primes: (count_primes, [limit_for(0.02)] * 64), squares: (square, list(range(100_000)))}
    measure_run(jobs, {primes: 3 if quick else 9, squares: 8 if quick else 30})


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    main()
