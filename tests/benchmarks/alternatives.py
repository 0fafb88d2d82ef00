"""What `run` costs and gives beside what a learner would pick instead.

``python tests/benchmarks/alternatives.py`` takes up to five minutes of a quiet machine. Loop, raw
pools and executors, joblib, mpire, Dask and `run` do the same three jobs, with as many workers, in
turns in this one process; the start and the end of the workers are part of every time. What it
measured goes to ``results/``. Nothing fails because of a speed.
"""

from __future__ import annotations

import argparse
import gc
import importlib.metadata
import json
import os
import platform
import re
import statistics
import warnings
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from time import perf_counter
from typing import Any

import psutil
from alternatives_ways import LIBRARIES, Task, Way, missing, ways
from overhead import limit_for

from helpers.parallel import machine
from helpers.tasks import count_primes, download, square

RESULTS = Path(__file__).parent / "results" / "alternatives.json"
# A way that takes so many times as long as the one in the middle is measured in every fourth
# round: the others, whose ratios are near 1 and need more rounds, would wait for it all the time.
COSTLY, SELDOM = 10, 4


@dataclass(frozen=True)
class Job:
    """The same work for all ways, in at least so many rounds, and more up to a time limit.

    No two items are equal: Dask computes equal calls only once.
    """

    task: Task
    items: Sequence[Any]
    least_rounds: int
    limit_s: float = 0


def jobs(quick: bool) -> dict[str, Job]:
    """Return the three jobs, in a size for a quick look or for a recording."""
    item_s, wait_s, n_tiny = (0.002, 0.002, 10_000) if quick else (2 / 64, 0.02, 100_000)
    limit = limit_for(item_s)
    limits, waits = range(limit, limit + 64), [wait_s + i * 1e-6 for i in range(64)]
    return {
        "computing": Job(count_primes, limits, 2 if quick else 5, 0 if quick else 150),
        "waiting": Job(download, waits, 2 if quick else 5, 0 if quick else 50),
        "tiny": Job(square, list(range(n_tiny)), 2 if quick else 9, 0 if quick else 75),
    }


def measure(job: Job, compared: dict[str, Way]) -> dict[str, list[float | None]]:
    """Return the seconds of each way in each round, ``None`` where it was left out.

    Raises:
        ValueError: where a way gives other results than the loop. Nothing has been timed then.
    """
    end_s = perf_counter() + job.limit_s
    expected = compared["loop"](job.task, job.items)
    first_s = {name: timed(name, way, job, expected) for name, way in compared.items()}
    whole_s, typical_s = sum(first_s.values()), statistics.median(first_s.values())
    costly = {name for name in compared if first_s[name] > COSTLY * typical_s} - {"loop"}
    rounds: list[dict[str, float]] = []
    while len(rounds) < job.least_rounds or perf_counter() + whole_s < end_s:
        seldom = costly if len(rounds) % SELDOM else set()
        order = [name for name in turns(list(compared), len(rounds)) if name not in seldom]
        rounds.append({name: timed(name, compared[name], job, expected) for name in order})
    return {name: [one.get(name) for one in rounds] for name in compared}


def turns(names: list[str], number: int) -> list[str]:
    """Return the order of round ``number``: each begins with another, each second is reversed.

    What `run` wraps stays next to it, once before and once after it.
    """
    first = 2 * (number // 2) % len(names)
    first -= first % 2  # the pairs stand at even places
    rotated = names[first:] + names[:first]
    return rotated[::-1] if number % 2 else rotated


def timed(name: str, way: Way, job: Job, expected: list[Any]) -> float:
    """Return the seconds of one call, whose results must be as expected."""
    gc.collect()
    begin_s = perf_counter()
    results = way(job.task, job.items)
    elapsed_s = perf_counter() - begin_s
    if results != expected:
        raise ValueError(f"{name} gives other results than the loop")
    return float(f"{elapsed_s:.5g}")


def others_s() -> float:
    """Return the CPU time that other programs have used, in seconds."""
    every = psutil.cpu_times()
    return every.user + getattr(every, "nice", 0) + every.system - sum(os.times()[:4])


def record(quick: bool, method: str) -> dict[str, Any]:
    """Measure every job in every way; return all that the tables are made from."""
    n_workers = machine().usable_cpus
    installed = [name for name in LIBRARIES.values() if name not in missing()]
    measured: dict[str, Any] = {}
    for name, job in jobs(quick).items():
        begin_s, others_begin_s = perf_counter(), others_s()
        times_s = measure(job, ways(n_workers, method))
        busy = round(max(0, others_s() - others_begin_s) / (perf_counter() - begin_s), 2)
        measured[name] = {"n_items": len(job.items), "others_busy": busy, "times_s": times_s}
    return {
        "machine": {**asdict(machine()), "processor": processor()},
        "n_workers": n_workers,
        "start_method": method,
        "versions": {name: importlib.metadata.version(name) for name in installed},
        "jobs": measured,
    }


def processor() -> str:
    """Return the name of the processor, empty where the system does not give it."""
    try:
        text = Path("/proc/cpuinfo").read_text(encoding="utf-8")
    except OSError:
        return platform.processor()
    named = re.search(r"^model name\s*:\s*(.+)$", text, re.MULTILINE)
    return named[1].strip() if named else platform.machine()


def check(method: str) -> None:
    """Say of each way that it gives the loop's results, on a job that is over at once."""
    job = Job(square, range(100), 0)
    for name, way in ways(machine().usable_cpus, method).items():
        timed(name, way, job, [square(item) for item in job.items])
        print(f"{name}: as the loop", flush=True)


def main() -> None:
    """Measure, or draw what has been measured."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="small jobs; prints, records nothing")
    parser.add_argument("--start-method", choices=machine().start_methods, help="prints only, too")
    parser.add_argument("--check", action="store_true", help="only compare the results")
    parser.add_argument("--docs", action="store_true", help="put it into docs/ too")
    parser.add_argument("--again", action="store_true", help="with what was recorded last time")
    chosen = parser.parse_args()
    method = chosen.start_method or machine().start_method
    # What libraries say of their own affairs: forks beside threads, sizes of messages.
    warnings.filterwarnings("ignore", module=r"(dask|distributed|joblib|mpire|multiprocessing)\b")
    for name in missing():
        print(f"{name} is not installed: its way is left out (pip install -e '.[benchmark]')")
    if chosen.check:
        check(method)
        return
    import alternatives_report  # with numpy, which no spawned worker should have to load

    if chosen.again:
        results = json.loads(RESULTS.read_text(encoding="utf-8"))
    else:
        results = record(chosen.quick, method)
    print(alternatives_report.section(results))
    if not (chosen.quick or chosen.start_method):
        RESULTS.write_text(alternatives_report.as_json(results), encoding="utf-8", newline="\n")
        if chosen.docs:
            alternatives_report.write_pages(results)


if __name__ == "__main__":
    main()
