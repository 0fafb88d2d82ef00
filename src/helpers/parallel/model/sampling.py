"""Learn from a few items what all of them will cost: time, data, and whether they wait."""

from __future__ import annotations

import math
import pickle
import random
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any, NoReturn

from helpers.parallel.arguments import name_of, short
from helpers.parallel.failures import task_note, with_note
from helpers.parallel.results import Task
from helpers.parallel.running import run
from helpers.worker import Failure, compute

# Items cheaper than this are timed several at a time, or the clock would be what is measured.
CLOCK_S = 20e-6
N_WEIGHED = 20
MOST_SAMPLED = 20_000
# A first item that takes so many times as long as any other has imported or opened something.
WARM_UP = 4.0
_SCHEDSTAT = Path("/proc/thread-self/schedstat")
# From this share of waiting on a task does not only compute.
WAITS = 0.2
# Two threads are tried for so long; shorter calls say more about starting the threads.
MIN_TRIAL_S = 0.002


@dataclass
class Sample:
    """What a few of the items told. Each was run once at most, and its result is kept.

    Attributes:
        n_items: how many items there are in all.
        costs_s: what the sampled items cost in the plain loop, in seconds, by their index.
        once_s: the same of a first item that cost far more than any other, as it imported or
            opened something, or is a giant: what is paid once, and says nothing about the others.
        results: the results of all items that were run, by their index.
        cpu_s: for how much of these costs a CPU was used, or other programs kept the items from
            using it, in seconds, by the same indices. The rest was waiting.
        kept_s: for how much of all these costs other programs had the CPU, in seconds, as far as
            the system says so.
        used_cpus: how many CPUs the plain loop uses: more than 1 where a library shares the work
            out by itself.
        item_bytes: what an item and its result weigh together when pickled, on average; ``None``
            where one of them cannot be pickled.
        parent_pickling_s, worker_pickling_s: what it takes to pickle an item and to open its result
            again, and the other two, in seconds; what ``bytes`` would take is part of the models.
        threads_share: how far threads really computed side by side: 0 where they took turns (the
            GIL), 1 where each had a CPU of its own; ``None`` where it was not tried.
    """

    n_items: int
    costs_s: dict[int, float] = field(default_factory=dict)
    results: dict[int, Any] = field(default_factory=dict)
    cpu_s: dict[int, float] = field(default_factory=dict)
    once_s: dict[int, float] = field(default_factory=dict)
    kept_s: float = 0.0
    used_cpus: float = 1.0
    item_bytes: float | None = 0.0
    parent_pickling_s: float = 0.0
    worker_pickling_s: float = 0.0
    threads_share: float | None = None

    @property
    def item_s(self) -> float:
        """The mean cost of an item, in seconds, but for what is paid once."""
        return statistics.fmean(self.costs_s.values())

    @property
    def loop_s(self) -> float:
        """What all items cost in the plain loop, in seconds, as far as a few of them tell."""
        n_others = self.n_items - len(self.once_s)
        return self.item_s * n_others + sum(self.once_s.values())

    @property
    def uncertainty(self) -> float:
        """Twice the standard error of ``item_s``, as a share of it; 0 of fewer than three items."""
        costs_s = list(self.costs_s.values())
        if len(costs_s) < 3 or not self.item_s:
            return 0.0
        unseen = math.sqrt(1 - len(costs_s) / self.n_items)
        error_s = unseen * statistics.stdev(costs_s) / math.sqrt(len(costs_s))
        return 2 * error_s / self.item_s

    @property
    def waits(self) -> float:
        """The share of its time that an item waits instead of computing, from 0 to 1."""
        total_s = sum(self.costs_s.values())
        return min(1.0, max(0.0, 1 - sum(self.cpu_s.values()) / total_s)) if total_s else 0.0

    @property
    def kept_share(self) -> float:
        """The share of its time that other programs kept the loop from its CPU, from 0 to 1."""
        total_s = sum(self.costs_s.values())
        return min(1.0, self.kept_s / total_s) if total_s else 0.0

    def estimated_costs_s(self) -> list[float]:
        """Return a cost for every item: its own, or that of the nearest one that was run."""
        known = sorted(self.costs_s)
        costs, at = [], 0
        for index in range(self.n_items):
            while at + 1 < len(known) and known[at + 1] - index <= index - known[at]:
                at += 1
            costs.append(self.once_s.get(index, self.costs_s[known[at]]))
        return costs


def take_sample(task: Task, items: Sequence[Any], budget_s: float, n_threads: int) -> Sample:
    """Run some of ``items``, never more than half of them, for about ``budget_s`` seconds.

    An item that has begun is run to its end, so a long one can take longer.

    Args:
        task: a function of one argument.
        items: two items or more.
        budget_s: for how long, in seconds; a third of it goes to trying threads.
        n_threads: with how many threads it is tried.

    Raises:
        TaskFailedError: the task called ``sys.exit``.
        Exception: what the task raises, with a note that names the item.
    """
    # Spread over all of them, the same on each call.
    chosen = random.Random(0).sample(range(len(items)), min(len(items) // 2, MOST_SAMPLED))
    sample = Sample(len(items))
    kept = len(chosen) // 3 if n_threads > 1 else 0  # for the threads
    _one_by_one(task, items, chosen[: len(chosen) - kept], budget_s * 2 / 3, sample)
    _forget_warm_up(sample)
    _weigh(items, sample)
    if kept:
        _try_threads(task, items, chosen[-kept:], budget_s / 3, n_threads, sample)
    return sample


def _one_by_one(
    task: Task, items: Sequence[Any], chosen: list[int], budget_s: float, sample: Sample
) -> None:
    begin, size, done, begin_cpu_s = perf_counter(), 1, 0, process_time()
    while done < len(chosen) and (not done or perf_counter() - begin < budget_s):
        batch = chosen[done : done + size]
        before, before_s, before_cpu_s = _Scheduled.now(), perf_counter(), thread_time()
        results, failure = compute(task, [items[index] for index in batch])
        elapsed_s, cpu_s = perf_counter() - before_s, thread_time() - before_cpu_s
        kept_s = _Scheduled.now().kept_since(before, elapsed_s - cpu_s)
        sample.kept_s += kept_s
        cpu_s += kept_s
        if failure is not None:
            _raise(task, items, batch, failure)
        sample.costs_s |= dict.fromkeys(batch, elapsed_s / len(batch))
        sample.results |= zip(batch, results, strict=True)
        sample.cpu_s |= dict.fromkeys(batch, cpu_s / len(batch))
        done += len(batch)
        size = min(1000, 2 * size) if elapsed_s < CLOCK_S else size
    elapsed_s = perf_counter() - begin
    sample.used_cpus = max(1.0, (process_time() - begin_cpu_s) / max(1e-9, elapsed_s))


@dataclass(frozen=True)
class _Scheduled:
    """What Linux says of this thread so far; ``None`` where it does not, and on other systems.

    Attributes:
        pauses: how often it gave its CPU up of itself, which is what waiting does.
        kept_s: how long it could have computed, and other programs had the CPU, in seconds.
    """

    pauses: int | None = None
    kept_s: float | None = None

    @classmethod
    def now(cls) -> _Scheduled:
        if sys.platform != "linux":
            return cls()
        import resource

        pauses = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
        try:  # Source: Linux' documentation of sched-stats: the second figure, in nanoseconds
            kept = int(_SCHEDSTAT.read_text(encoding="ascii").split()[1]) * 1e-9
        except (OSError, ValueError, IndexError):
            return cls(pauses)
        return cls(pauses, kept)

    def kept_since(self, before: _Scheduled, off_cpu_s: float) -> float:
        """Return for how much of ``off_cpu_s`` others had the CPU since ``before``, in seconds."""
        off_cpu_s = max(0.0, off_cpu_s)
        if self.pauses is not None and self.pauses == before.pauses:
            return off_cpu_s  # it never waited
        if self.kept_s is None or before.kept_s is None:
            return 0.0
        return min(off_cpu_s, self.kept_s - before.kept_s)


def _forget_warm_up(sample: Sample) -> None:
    """Set the first item's cost apart where it may have been paid for the others too."""
    (first, first_s), *others = sample.costs_s.items()
    if len(others) > 1 and first_s > WARM_UP * max(cost_s for _, cost_s in others):
        sample.once_s[first] = sample.costs_s.pop(first)
        del sample.cpu_s[first]


def _raise(task: Task, items: Sequence[Any], batch: list[int], failure: Failure) -> NoReturn:
    error, index = failure.exception, batch[failure.index or 0]
    raise with_note(error, failure.summary, task_note(name_of(task), index, short(items[index])))


def _weigh(items: Sequence[Any], sample: Sample) -> None:
    """Find out what an item and its result weigh and cost when pickled, from some of them."""
    some = list(sample.results)[:N_WEIGHED]
    try:
        ways = [(_packed(items[i]), _packed(sample.results[i])) for i in some]
    except Exception:  # a pickler may raise anything
        sample.item_bytes = None
        return
    sample.item_bytes = statistics.fmean(item[0] + result[0] for item, result in ways)
    sample.parent_pickling_s = statistics.median(item[1] + result[2] for item, result in ways)
    sample.worker_pickling_s = statistics.median(item[2] + result[1] for item, result in ways)


def _packed(value: Any) -> tuple[int, float, float]:
    """Return how many bytes ``value`` pickles to, and the seconds to pickle and to open it."""
    begin = perf_counter()
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    packed = perf_counter()
    pickle.loads(pickled)
    return len(pickled), packed - begin, perf_counter() - packed


def _try_threads(
    task: Task,
    items: Sequence[Any],
    chosen: list[int],
    budget_s: float,
    n_threads: int,
    sample: Sample,
) -> None:
    """Run other items in threads, and see how many CPUs were used at the same time."""
    n_tried = min(len(chosen), int(budget_s / sample.item_s)) if sample.item_s else 0
    if n_tried < n_threads or n_tried * sample.item_s < MIN_TRIAL_S:
        return

    def one(index: int) -> tuple[list[Any], Failure | None]:
        return compute(task, [items[index]])

    before_cpu_s = process_time()
    done = run(one, chosen[:n_tried], how="threads", n_workers=n_threads, chunksize=1)
    used = (process_time() - before_cpu_s) / max(1e-9, done.arrived_s)
    for index, (results, failure) in zip(chosen, done.results, strict=False):
        if failure is not None:
            _raise(task, items, [index], failure)
        sample.results[index] = results[0]
    # Where a task waits, another one uses its CPU meanwhile: only more than one CPU tells anything.
    alone = max(1e-9, 1 - sample.waits) if sample.waits <= WAITS else 1.0
    sample.threads_share = min(1.0, max(0.0, (used / alone - 1) / (n_threads - 1)))
