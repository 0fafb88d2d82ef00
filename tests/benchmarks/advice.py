"""How good the advice is: what `advise` recommends, against every alternative really run.

``python tests/benchmarks/advice.py`` prints, for each job of a grid, the advised choice, what it
took and what the fastest took. Some jobs are of kinds that the models were not made from. Each way
is run with the workers and chunks that the advice names for it and with those of `run`, in turns.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
import zlib
from collections.abc import Callable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any, TypeAlias

import job_tasks
from overhead import limit_for

from helpers.parallel import Advice, advise, machine, run
from helpers.parallel.plans import chunksize_for
from helpers.tasks import count_primes, download, square, sum_of_squares

WITHIN, AIM = 1.15, 0.90
# Short jobs are repeated until their timings took so long, as those differ most.
ENOUGH_S, MOST_ROUNDS = 2.0, 21
Job: TypeAlias = tuple[Callable[[Any], Any], Sequence[Any]]
Way: TypeAlias = tuple[str, int, int]


def jobs(folder: Path) -> dict[str, Job]:
    """Return the jobs by name: the first ones of the models' own kinds, then of others."""
    limit = limit_for(0.005)
    text = json.dumps([{"name": f"n{k}", "values": list(range(20))} for k in range(300)])
    files = _markdown_files(folder, 60)
    return {
        "tiny, few": (square, range(100)),
        "tiny, many": (square, range(100_000)),
        "CPU, 4 items": (count_primes, [4 * limit] * 4),
        "CPU, few": (count_primes, [limit] * 20),
        "CPU, many": (count_primes, [limit] * 200),
        "CPU, 0.1 ms": (sum_of_squares, [2_000] * 5_000),
        "CPU, 10 us": (sum_of_squares, [200] * 20_000),
        "uneven, growing": (count_primes, [limit * k // 50 for k in range(100)]),
        "uneven, one giant": (count_primes, [limit] * 60 + [limit * 8] + [limit] * 39),
        "waiting, few": (download, [0.02] * 10),
        "waiting, many": (download, [0.01] * 150),
        "waiting, short": (download, [0.0002] * 400),
        "heavy data, light work": (job_tasks.total, [bytes(1_000_000)] * 40),
        "word count": (job_tasks.count_words, files),
        "compress": (zlib.compress, [text.encode() * 8] * 30),
        "parse JSON": (json.loads, [text] * 200),
        "parse JSON, few": (json.loads, [text] * 10),
        "numpy, product": (job_tasks.product, list(range(40))),
        "numpy, sorting": (job_tasks.sorting, list(range(60))),
        "wait and compute": (job_tasks.wait_and_compute, [2_000] * 80),
    }


def _markdown_files(folder: Path, n_files: int) -> list[str]:
    for k in range(n_files):
        text = "\n".join(
            f"# Part {k}.{i}\n\nSome words about *nothing* in line {i}." for i in range(400)
        )
        (folder / f"{k}.md").write_text(text, encoding="utf-8")
    return [str(file) for file in sorted(folder.glob("*.md"))]


def choices(advice: Advice, n_items: int) -> list[Way]:
    """Return what is run: each way as advised and with `run`'s defaults, nothing twice."""
    cpus = machine().usable_cpus
    found = [(option.how, option.n_workers, option.chunksize) for option in advice.options]
    found += [(how, cpus, chunksize_for(n_items, cpus)) for how in ("threads", "pool", "processes")]
    return list(dict.fromkeys([("sequential", 1, n_items), *found]))


def judge(name: str, job: Job, repeats: int, enough_s: float) -> bool:
    """Print one row, and say whether the advised choice was within the bound of the best."""
    task, items = job
    advice = advise(task, items)
    ways = choices(advice, len(items))
    times: dict[Way, list[float]] = {way: [] for way in ways}
    begin, repeat = perf_counter(), 0
    while repeat <= repeats or (repeat < MOST_ROUNDS and perf_counter() - begin < enough_s):
        for way in ways[:: 1 if repeat % 2 else -1]:
            done = run(task, items, how=way[0], n_workers=way[1], chunksize=way[2])
            if repeat:  # the first round warms up
                times[way].append(done.elapsed_s)
        repeat += 1
    medians = {way: statistics.median(values) for way, values in times.items()}
    best = min(medians, key=medians.__getitem__)
    advised = (advice.best.how, advice.best.n_workers, advice.best.chunksize)
    ratio = medians[advised] / medians[best]
    print(f"{name:<24} {advised!s:<30} {medians[advised]:8.4f} s, {advice.best.predicted_s:8.4f} "
          f"predicted; best {best!s:<30} {medians[best]:8.4f} s; ratio {ratio:.2f}"
          f"{'' if ratio <= WITHIN else '  MISSED'}", flush=True)  # fmt: skip
    for option in advice.options if ratio > WITHIN else ():
        way = (option.how, option.n_workers, option.chunksize)
        print(f"    {way!s:<30} {medians[way]:8.4f} s, {option.predicted_s:8.4f} predicted")
    return ratio <= WITHIN


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    rounds = (2, ENOUGH_S / 4) if parser.parse_args().quick else (5, ENOUGH_S)
    print(machine())
    with tempfile.TemporaryDirectory() as folder:
        listed = jobs(Path(folder))
        within = [judge(name, job, *rounds) for name, job in listed.items()]
    share = sum(within) / len(within)
    verdict = "" if share >= AIM else "  BELOW THE AIM"
    print(
        f"within {WITHIN:.2f} of the best: {100 * share:.0f} % of {len(within)} jobs  "
        f"aim {100 * AIM:.0f} %{verdict}"
    )


if __name__ == "__main__":
    main()
