"""What `run` and `watch` cost beside the raw calls, a worker's start, and importing the classroom.

``python tests/benchmarks/overhead.py`` prints a table. Each row is a ratio of two calls that took
turns in this one process (A B A B), so a busy machine slows both: the median of the paired ratios
and its quartiles. Nothing here fails a test; a ratio above its aim is marked.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor
from functools import partial
from time import perf_counter
from typing import Any

import light

from helpers.parallel import machine, run, watch
from helpers.parallel.plans import chunksize_for
from helpers.tasks import count_primes, square

Task = Callable[[Any], Any]


def raw_pool(task: Task, items: Sequence[Any], method: str, n_workers: int) -> list[Any]:
    """Map with multiprocessing.Pool, start and end included."""
    with multiprocessing.get_context(method).Pool(n_workers) as pool:
        return pool.map(task, items)


def raw_executor(task: Task, items: Sequence[Any], method: str, n_workers: int) -> list[Any]:
    """Map with ProcessPoolExecutor, start and end included, with the chunks that `run` picks."""
    context = multiprocessing.get_context(method)
    with ProcessPoolExecutor(n_workers, mp_context=context) as executor:
        chunksize = chunksize_for(len(items), n_workers)
        return list(executor.map(task, items, chunksize=chunksize))


def seconds(call: Callable[[], object]) -> float:
    """Return how long a call takes."""
    begin = perf_counter()
    call()
    return perf_counter() - begin


def paired(a: Callable[[], object], b: Callable[[], object], n: int) -> list[tuple[float, float]]:
    """Return the seconds of ``a`` and of ``b``, ``n`` times, measured in turns."""
    a(), b()
    times = []
    for turn in range(n):
        second = seconds(b) if turn % 2 else None
        first = seconds(a)
        times.append((first, seconds(b) if second is None else second))
    return times


def say(what: str, times: list[tuple[float, float]], aim: float = 0) -> None:
    """Print one row: the ratios of paired times, and a mark where they are above the aim."""
    ratios = [first / second for first, second in times]
    quarter, median, last = statistics.quantiles(ratios, n=4)
    verdict = f"aim {aim:.2f}" * bool(aim) + "  ABOVE THE AIM" * (0 < aim < median)
    print(f"{what:<62} {median:6.3f}  [{quarter:.3f}, {last:.3f}]  {verdict}", flush=True)


def limit_for(item_s: float) -> int:
    """Return the limit for which count_primes takes about ``item_s`` seconds here."""
    limit = 1_000
    while seconds(partial(count_primes, limit)) < item_s:
        limit = round(limit * 1.15)
    return limit


def measure_start(repeats: int) -> None:
    """Print what a spawned worker's start costs with helpers.tasks beside one light module."""
    for method in machine().start_methods:
        ours, bare = (partial(raw_pool, task, [1], method, 1) for task in (square, light.square))
        what = f"worker's start, helpers.tasks / one function, {method}"
        say(what, paired(ours, bare, repeats), 1.15)


def measure_run(repeats: int) -> None:
    """Print how `run` compares with the raw calls, for each job, way and start method."""
    n, raw = machine().usable_cpus, {"pool": raw_pool, "processes": raw_executor}
    jobs = [
        ("64 items of 20 ms", count_primes, [limit_for(0.02)] * 64, 1.05, repeats),
        ("1,000 items of 1 ms", count_primes, [limit_for(0.001)] * 1_000, 1.05, repeats),
        ("100,000 squares", square, list(range(100_000)), 1.25, 3 * repeats),
    ]
    for job, task, items, aim, n_times in jobs:
        for how, call in raw.items():
            for method in machine().start_methods:
                ours = partial(run, task, items, how=how, n_workers=n, start_method=method)
                times = paired(ours, partial(call, task, items, method, n), n_times)
                say(f"run(how={how!r}) / raw, {job}, {method}", times, aim)


def measure_import(repeats: int) -> None:
    """Print what importing the classroom costs beside the libraries that it shows things with."""
    # As installed: compiled once, not at each import.
    variables = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    ours, bare = (
        partial(
            subprocess.run, [sys.executable, "-c", f"import {names}"], check=True, env=variables
        )
        for names in ("helpers.classroom", "matplotlib.pyplot, ipywidgets")
    )
    say("import helpers.classroom / matplotlib, ipywidgets", paired(ours, bare, repeats), 1.05)


def measure_watch(n_calls: int, repeats: int) -> None:
    """Print what the stopwatch adds to a call, and to a Pool's map."""
    items, tasks = range(n_calls), [limit_for(0.001)] * 500
    with multiprocessing.Pool() as pool, watch() as watched:
        noted, noted_primes = watched(square), watched(count_primes)
        times = paired(lambda: list(map(noted, items)), lambda: list(map(square, items)), repeats)
        added_s = statistics.median(first - second for first, second in times)
        print(f"watch adds to a call {1e6 * added_s / n_calls:.2f} µs (aim 2)")
        times = paired(
            lambda: pool.map(noted_primes, tasks), lambda: pool.map(count_primes, tasks), repeats
        )
        say("watch / raw Pool.map, tasks of 1 ms", times, 1.02)
        times = paired(lambda: pool.map(noted, items), lambda: pool.map(square, items), repeats)
        say(f"watch / raw Pool.map, {n_calls:,} squares", times)


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    quick = parser.parse_args().quick
    print(f"{machine()}\n{'what':<62} median  [quartiles]")
    measure_import(5 if quick else 15)
    measure_start(8 if quick else 40)
    measure_run(3 if quick else 9)
    measure_watch(*((100_000, 3) if quick else (1_000_000, 7)))


if __name__ == "__main__":
    main()
