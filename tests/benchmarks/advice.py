"""How good the advice is: what `advise` recommends, against every alternative really run.

``python tests/benchmarks/advice.py`` prints, for each job of a grid, the advised choice, what it
took and what the fastest took, and then, with all CPUs kept busy, looks for absurd advice alone.
``--record`` writes what came out beside the other results. The ways are Python's own
calls, made and ended each time: a loop, a ThreadPoolExecutor, a Pool, a ProcessPoolExecutor.
"""

from __future__ import annotations

import argparse
import json
import multiprocessing
import statistics
import tempfile
import zlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from time import perf_counter
from typing import Any, NamedTuple, TypeAlias

import job_tasks
from overhead import limit_for

from helpers.parallel import advise, machine, usable_cpus
from helpers.parallel.plans import chunksize_for
from helpers.tasks import count_primes, download, make_corpus, square, sum_of_squares

WITHIN, AIM = 1.15, 0.90
LIMIT_S = 300.0
RESULTS = Path(__file__).parent / "results"
# Short jobs are repeated until their timings took so long, as those differ most.
ENOUGH_S, MOST_ROUNDS = 2.0, 21
Way: TypeAlias = tuple[str, int, int]  # how, number of workers, chunksize


class Job(NamedTuple):
    """A task, its items, and whether it is known to compute, to wait, or to do both."""

    task: Callable[[Any], Any]
    items: Sequence[Any]
    kind: str = "computes"


def jobs(folder: Path) -> dict[str, Job]:
    """Return the jobs by name."""
    limit = limit_for(0.005)
    text = json.dumps([{"name": f"n{k}", "values": list(range(20))} for k in range(300)])
    return {
        "tiny, few": Job(square, range(100)),
        "tiny, many": Job(square, range(100_000)),
        "CPU, 4 items": Job(count_primes, [4 * limit] * 4),
        "CPU, few": Job(count_primes, [limit] * 20),
        "CPU, many": Job(count_primes, [limit] * 200),
        "CPU, 0.1 ms": Job(sum_of_squares, [2_000] * 5_000),
        "CPU, 10 us": Job(sum_of_squares, [200] * 20_000),
        "uneven, growing": Job(count_primes, [limit * k // 50 for k in range(100)]),
        "uneven, one giant": Job(count_primes, [limit] * 60 + [limit * 8] + [limit] * 39),
        "waiting, few": Job(download, [0.02] * 10, "waits"),
        "waiting, many": Job(download, [0.01] * 150, "waits"),
        "waiting, short": Job(download, [0.0002] * 400, "waits"),
        "heavy data, light work": Job(job_tasks.total, [bytes(1_000_000)] * 40),
        "word count": Job(job_tasks.count_words, make_corpus(folder / "corpus", 60, 4_000)),
        "compress": Job(zlib.compress, [text.encode() * 8] * 30),
        "parse JSON": Job(json.loads, [text] * 200),
        "parse JSON, few": Job(json.loads, [text] * 10),
        "numpy, product": Job(job_tasks.product, list(range(40))),
        "numpy, sorting": Job(job_tasks.sorting, list(range(60))),
        "wait and compute": Job(job_tasks.wait_and_compute, [2_000] * 80, "both"),
    }


def way_of(option: Any) -> Way:
    """Return the way that an option of an advice is."""
    return option.how, option.n_workers, option.chunksize


def seconds_of(way: Way, job: Job) -> float:
    """Run a job in a way, from making the workers to ending them."""
    how, n_workers, chunksize = way
    begin = perf_counter()
    if how == "sequential":
        [job.task(item) for item in job.items]
    elif how == "threads":
        with ThreadPoolExecutor(n_workers) as threads:
            list(threads.map(job.task, job.items, timeout=LIMIT_S))
    elif how == "pool":
        with multiprocessing.Pool(n_workers) as pool:
            pool.map_async(job.task, job.items, chunksize).get(LIMIT_S)
    else:
        with ProcessPoolExecutor(n_workers) as executor:
            list(executor.map(job.task, job.items, chunksize=chunksize, timeout=LIMIT_S))
    return perf_counter() - begin


def absurd(advice: Any, job: Job) -> str:
    """Say what is absurd about an advice, whatever the machine was doing; nothing if nothing is."""
    best, loop = advice.best, next(o for o in advice.options if o.how == "sequential")
    cpus, gain = usable_cpus(), loop.predicted_s / best.predicted_s
    if job.kind == "computes" and best.n_workers > cpus:
        return f"{best.n_workers} workers on {cpus} CPUs for work that computes"
    if job.kind == "computes" and gain > 1.1 * cpus:
        return f"{gain:.1f} times promised of {cpus} CPUs"
    if job.kind == "waits" and len(job.items) > 100 and best.how == "sequential":
        return "a loop for work that waits"
    if best.how != "sequential" and gain > best.n_workers * 1.1:
        return f"{gain:.1f} times promised of {best.n_workers} workers"
    return ""


def medians(job: Job, advice: Any, repeats: int, enough_s: float) -> dict[Way, float]:
    """Return what each way took: the advised ones, and Python's own with their usual numbers."""
    cpus, n_items = usable_cpus(), len(job.items)
    ways = [("sequential", 1, n_items), *map(way_of, advice.options)]
    ways += [("threads", cpus, 1), ("threads", min(32, cpus + 4), 1)]  # the executor's default
    ways += [(how, cpus, chunksize_for(n_items, cpus)) for how in ("pool", "executor")]
    times: dict[Way, list[float]] = {way: [] for way in ways}
    begin, repeat = perf_counter(), 0
    while repeat <= repeats or (repeat < MOST_ROUNDS and perf_counter() - begin < enough_s):
        for way in list(times)[:: 1 if repeat % 2 else -1]:
            took_s = seconds_of(way, job)
            if repeat:  # the first round warms up
                times[way].append(took_s)
        repeat += 1
    return {way: statistics.median(values) for way, values in times.items()}


def idle_lines(grid: dict[str, Job], repeats: int, enough_s: float) -> Iterator[str]:
    """Judge every job on this machine as it is; yield a table as Markdown."""
    yield "| job | advised | took, s | predicted, s | fastest | took, s | ratio |"
    yield "|---|---|---|---|---|---|---|"
    n_within = n_absurd = 0
    for name, job in grid.items():
        advice = advise(job.task, job.items)
        took = medians(job, advice, repeats, enough_s)
        advised, best = way_of(advice.best), min(took, key=took.__getitem__)
        ratio, wrong = took[advised] / took[best], absurd(advice, job)
        n_within += ratio <= WITHIN
        n_absurd += bool(wrong)
        marks = " **missed**" * (ratio > WITHIN) + f" **{wrong}**" * bool(wrong)
        yield (
            f"| {name} | {written(advised)} | {took[advised]:.4f} | "
            f"{advice.best.predicted_s:.4f} | {written(best)} | {took[best]:.4f} | "
            f"{ratio:.2f}{marks} |"
        )
    share, below = n_within / len(grid), " BELOW THE AIM" * (n_within < AIM * len(grid))
    yield ""
    yield (
        f"Within {WITHIN:.2f} of the fastest: {100 * share:.0f} % of {len(grid)} jobs "
        f"(aim {100 * AIM:.0f} %{below}). Absurd: {n_absurd}."
    )


def busy_lines(grid: dict[str, Job]) -> Iterator[str]:
    """Keep all CPUs busy, ask for advice on every job; yield a table as Markdown."""
    yield "| job | advised | certain | absurd |"
    yield "|---|---|---|---|"
    context = multiprocessing.get_context("spawn")
    burners = [context.Process(target=burn, daemon=True) for _ in range(usable_cpus())]
    for burner in burners:
        burner.start()
    n_absurd = 0
    try:
        for name, job in grid.items():
            advice = advise(job.task, job.items)
            wrong, certain = absurd(advice, job), "yes" if advice.certain else "no"
            n_absurd += bool(wrong)
            yield f"| {name} | {written(way_of(advice.best))} | {certain} | {wrong or 'no'} |"
    finally:
        for burner in burners:
            burner.kill()
            burner.join()
    yield ""
    yield f"Absurd with all CPUs kept busy: {n_absurd} of {len(grid)}."


def burn() -> None:
    """Keep a CPU busy."""
    while True:
        sum(range(100_000))


def written(way: Way) -> str:
    """Return a way as the tables show it."""
    how, n_workers, chunksize = way
    return how if how == "sequential" else f"{how} {n_workers}, chunks of {chunksize}"


def lines(quick: bool) -> Iterator[str]:
    """Yield everything, as it is measured."""
    rounds = (2, ENOUGH_S / 4) if quick else (5, ENOUGH_S)
    yield f"# How good the advice is\n\n{machine()}\n"
    with tempfile.TemporaryDirectory() as folder:
        grid = jobs(Path(folder))
        yield "## On an idle machine\n"
        yield from idle_lines(grid, *rounds)
        yield "\n## With all CPUs kept busy by others\n"
        yield from busy_lines(grid)


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="fewer repeats")
    parser.add_argument("--record", action="store_true", help="write it to results/advice.md")
    chosen, printed = parser.parse_args(), []
    for line in lines(chosen.quick):
        print(line, flush=True)
        printed.append(f"{line}\n")
    if chosen.record:
        (RESULTS / "advice.md").write_text("".join(printed), encoding="utf-8")


if __name__ == "__main__":
    main()
