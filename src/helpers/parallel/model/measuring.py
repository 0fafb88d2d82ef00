"""What advice is made from: a few of the items, really run, and what a pool costs here."""

from __future__ import annotations

import math
import pickle
import random
import statistics
import sys
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from time import perf_counter, process_time, thread_time
from typing import Any

from helpers.language import text
from helpers.parallel.arguments import short
from helpers.parallel.errors import MachineError
from helpers.parallel.processes import interrupts_held
from helpers.parallel.results import Task
from helpers.parallel.running import POLL_S, run
from helpers.parallel.ways import Job
from helpers.worker import pid_after, timed_sum

# ---- a few of the items

CLOCK_S = 20e-6  # cheaper items are timed several at a time, or it would be the clock
N_WEIGHED, MOST_SAMPLED = 20, 20_000
MOST_LOOKS = 500_000  # at the clock of CPU time, until it advances
WARM_UP = 4.0  # a first item that takes this many times as long as any other imported something
WAITS = 0.2  # from this share of waiting on a task does not only compute
MIN_TRIAL_S = 0.002  # a shorter trial of threads says more about starting them
MIN_TICKS = 16  # what is measured by CPU time takes so many steps of its clock, 0.25 s on Windows
_SCHEDSTAT = Path("/proc/thread-self/schedstat")


@dataclass
class Sample:
    """What running a few of the items showed. Each was run once at most; times are in seconds.

    Attributes:
        n_items: how many items there are in all.
        costs_s: what the sampled items took in the plain loop, by their index.
        results: the results of all items that were run, by their index.
        cpu_s: for how much of ``costs_s`` a CPU was used, or others kept it; the rest was waiting.
        tick_s: by how much the clock of CPU time advances at once: so much of it may be missing.
        once_s: the cost of a first item that took far longer than any other, as it imported or
            opened something, or is a giant: it is paid once, and says nothing about the others.
        kept_s: for how much of all costs other programs had the CPU, as far as the system says.
        used_cpus: how many CPUs the loop uses: more than 1 where a library is parallel.
        item_bytes: what an item and its result weigh when pickled; ``None`` where one cannot be.
        parent_pickling_s, worker_pickling_s: to pickle an item and unpickle its result, and the
            inverse.
        threads_share: how far threads computed side by side: 0 where they took turns (the GIL), 1
            where each had a CPU of its own; ``None`` where it was not tried.
    """

    n_items: int
    costs_s: dict[int, float] = field(default_factory=dict)
    results: dict[int, Any] = field(default_factory=dict)
    cpu_s: dict[int, float] = field(default_factory=dict)
    tick_s: float = 0.0
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
        """What all items cost in the plain loop, in seconds, as far as a few of them show."""
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
        cpu_s = sum(self.cpu_s.values()) + self.tick_s
        return max(0.0, 1 - cpu_s / total_s) if total_s else 0.0

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
    """Run some of ``items`` (two or more), never more than half, for about ``budget_s`` seconds.

    A third of that goes to trying ``n_threads`` threads; an item that has begun is run to its end.
    What the task raises comes out, with a note that names the item.
    """
    # Spread over all of them, the same on each call.
    chosen = random.Random(0).sample(range(len(items)), min(len(items) // 2, MOST_SAMPLED))
    sample = Sample(len(items), tick_s=_tick_s())
    n_threaded = len(chosen) // 3 if n_threads > 1 else 0
    alone, threaded = chosen[: len(chosen) - n_threaded], chosen[len(chosen) - n_threaded :]
    _run_in_loop(task, items, alone, budget_s * 2 / 3, sample)
    _set_warm_up_apart(sample)
    _weigh(items, sample)
    n_tried = min(len(threaded), int(budget_s / 3 / sample.item_s)) if sample.item_s else 0
    enough_s = max(MIN_TRIAL_S, MIN_TICKS * sample.tick_s)
    if n_tried >= n_threads > 1 and n_tried * sample.item_s >= enough_s:
        _run_in_threads(task, items, threaded[:n_tried], n_threads, sample)
    return sample


def _run_in_loop(
    task: Task, items: Sequence[Any], chosen: list[int], budget_s: float, sample: Sample
) -> None:
    begin_s, begin_cpu_s = perf_counter(), process_time()
    size, n_run = 1, 0
    while n_run < len(chosen) and (not n_run or perf_counter() - begin_s < budget_s):
        batch = chosen[n_run : n_run + size]
        before, before_s, before_cpu_s = _scheduling(), perf_counter(), thread_time()
        results = _results(task, items, batch)
        elapsed_s, cpu_s = perf_counter() - before_s, thread_time() - before_cpu_s
        off_cpu_s, after = max(0.0, elapsed_s - cpu_s), _scheduling()
        kept_s = min(off_cpu_s, after[1] - before[1])
        if after[0] is not None and after[0] == before[0]:  # it never waited
            kept_s = off_cpu_s
        sample.kept_s += kept_s
        sample.costs_s |= dict.fromkeys(batch, elapsed_s / len(batch))
        sample.cpu_s |= dict.fromkeys(batch, (cpu_s + kept_s) / len(batch))
        sample.results |= zip(batch, results, strict=True)
        n_run += len(batch)
        size = min(1000, 2 * size) if elapsed_s < CLOCK_S else size
    elapsed_s = perf_counter() - begin_s
    cpu_s = process_time() - begin_cpu_s - sample.tick_s
    sample.used_cpus = max(1.0, cpu_s / max(1e-9, elapsed_s))


def _run_in_threads(
    task: Task, items: Sequence[Any], chosen: list[int], n_threads: int, sample: Sample
) -> None:
    """Run other items in threads, and see how many CPUs were used at the same time."""
    begin_s, begin_cpu_s = perf_counter(), process_time()
    with ThreadPoolExecutor(n_threads) as executor:
        results = executor.map(lambda index: _results(task, items, [index]), chosen)
        sample.results |= {index: result for index, (result,) in zip(chosen, results, strict=True)}
        used_cpus = (process_time() - begin_cpu_s) / max(1e-9, perf_counter() - begin_s)
    # Where a task waits, another one uses its CPU meanwhile: only more than one CPU says anything.
    alone = max(1e-9, 1 - sample.waits) if sample.waits <= WAITS else 1.0
    sample.threads_share = min(1.0, max(0.0, (used_cpus / alone - 1) / (n_threads - 1)))


def _results(task: Task, items: Sequence[Any], batch: list[int]) -> list[Any]:
    """Return the results of some items; what the task raises gets a note that names the item."""
    results: list[Any] = []
    try:
        for index in batch:
            results.append(task(items[index]))
    except Exception as error:
        index = batch[len(results)]
        error.add_note(f"items[{index}] = {short(items[index])}")
        raise
    return results


def _scheduling() -> tuple[int | None, float]:
    """Return how often this thread gave its CPU up, and for how long others kept it from one."""
    if sys.platform != "linux":
        return None, 0.0
    import resource

    pauses = resource.getrusage(resource.RUSAGE_THREAD).ru_nvcsw
    try:  # Source: Linux' documentation of sched-stats: the second figure, in nanoseconds
        return pauses, int(_SCHEDSTAT.read_text(encoding="ascii").split()[1]) * 1e-9
    except (OSError, ValueError, IndexError):
        return pauses, 0.0


def _tick_s() -> float:
    """Return by how much the clock of CPU time advances at once: 1/64 s on Windows, else little."""
    before_s = after_s = thread_time()
    for _ in range(MOST_LOOKS):
        after_s = thread_time()
        if after_s > before_s:
            break
    return after_s - before_s


def _set_warm_up_apart(sample: Sample) -> None:
    """Set the first item's cost apart where it may have been paid for the others too."""
    (first, first_s), *others = sample.costs_s.items()
    if len(others) > 1 and first_s > WARM_UP * max(cost_s for _, cost_s in others):
        sample.once_s[first] = sample.costs_s.pop(first)
        del sample.cpu_s[first]


def _weigh(items: Sequence[Any], sample: Sample) -> None:
    """Find out what an item and its result weigh and cost when pickled, from some of them."""
    some = list(sample.results)[:N_WEIGHED]
    try:
        pairs = [(_pickled(items[i]), _pickled(sample.results[i])) for i in some]
    except Exception:  # a pickler may raise anything
        sample.item_bytes = None
        return
    sample.item_bytes = statistics.fmean(item[0] + result[0] for item, result in pairs)
    sample.parent_pickling_s = statistics.median(item[1] + result[2] for item, result in pairs)
    sample.worker_pickling_s = statistics.median(item[2] + result[1] for item, result in pairs)


def _pickled(value: Any) -> tuple[int, float, float]:
    """Return how many bytes ``value`` pickles to, and the seconds to pickle and unpickle it."""
    begin_s = perf_counter()
    pickled = pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
    pickled_s = perf_counter()
    pickle.loads(pickled)
    return len(pickled), pickled_s - begin_s, perf_counter() - pickled_s


# ---- what a pool costs

# Large enough for the clock, and together a fraction of a second.
N_MESSAGES, N_ITEMS, N_BYTES, N_BLOCKS = 400, 40_000, 1 << 20, 8
N_SUMMED, SUMMED_S, PAUSE_S = 600_000, 0.01, 0.01
MOST_ROUNDS, LIMIT_S = 5, 20.0
MOST_MEASURED = 32  # to start more workers than these takes too long, and Windows allows but 61


@dataclass(frozen=True)
class PoolCosts:
    """What a pool with one worker on each CPU costs beside the task. All times are in seconds.

    Attributes:
        start_s: from making it until each worker has answered once, and to end it.
        message_s: for one chunk to go to a worker and its results to come back.
        item_s: for one item more of a chunk, and its result.
        byte_s: for one byte more of pickled data, one way.
        slowdown: how much more CPU time the same computing takes while all CPUs are busy, as a
            factor: they share caches, and at times a core.
        kept_share: for which share of the time other programs kept the workers from their CPUs.
    """

    start_s: float
    message_s: float
    item_s: float = 0.0
    byte_s: float = 0.0
    slowdown: float = 1.0
    kept_share: float = 0.0


def measure_pool(start_method: str, n_workers: int, budget_s: float) -> PoolCosts:
    """Measure what a pool with ``n_workers``, one on each CPU, costs: medians over rounds.

    It takes about ``budget_s`` seconds; one round is made in any case. Of very many workers a part
    is started, and to start all is taken to be in proportion.

    Raises:
        ParallelError: no pool answers here; it says why.
    """
    n_started = min(n_workers, MOST_MEASURED)
    # A Pool whose workers cannot start replaces them for ever; run says what is the matter.
    how = {"how": "pool", "n_workers": n_started, "start_method": start_method}
    run(abs, range(n_started), **how, timeout_s=LIMIT_S)  # type: ignore[arg-type]
    begin_s, round_s = perf_counter(), 0.0
    rounds: list[PoolCosts] = []
    while not rounds or (len(rounds) < MOST_ROUNDS and round_s * (len(rounds) + 1) < budget_s):
        rounds.append(_round(start_method, n_started))
        round_s = (perf_counter() - begin_s) / len(rounds)
    names = [field.name for field in fields(PoolCosts)]
    costs = PoolCosts(**{n: statistics.median(getattr(r, n) for r in rounds) for n in names})
    return replace(costs, start_s=costs.start_s * n_workers / n_started)


def _round(start_method: str, n_workers: int) -> PoolCosts:
    from helpers.parallel.pools import PoolOfProcesses  # it loads all of multiprocessing's pool

    begin_s, tick_s = perf_counter(), _tick_s()

    def call(task: Callable[[Any], Any], items: Any, chunksize: int = 1) -> tuple[float, list[Any]]:
        called_s = perf_counter()
        answer = way.pool.map_async(task, items, chunksize)
        answer.wait(POLL_S)
        while not answer.ready():
            pass_on_interrupts()
            way.check()
            if perf_counter() - called_s > LIMIT_S:
                raise _no_answer()
            answer.wait(POLL_S)
        return perf_counter() - called_s, answer.get()

    with interrupts_held() as pass_on_interrupts:
        way = PoolOfProcesses(Job(abs, pickle.dumps(abs), n_workers, start_method, None, None))
        try:
            pauses = [PAUSE_S] * n_workers
            while len(set(call(pid_after, pauses)[1])) < n_workers:  # not all of them are there yet
                pass_on_interrupts()
                if perf_counter() - begin_s > LIMIT_S:
                    raise _no_answer()
            start_s = perf_counter() - begin_s
            start_s -= min(call(pid_after, pauses)[0], start_s)  # what the same took without start
            message_s = call(abs, range(N_MESSAGES))[0] / N_MESSAGES
            in_chunks_s = call(abs, range(N_ITEMS), N_ITEMS // N_BLOCKS)[0]
            data_s = call(len, [bytes(N_BYTES)] * N_BLOCKS)[0]
            # By CPU time, so that other programs do not count as slowness of this machine's.
            work = range(N_SUMMED * max(1, round(MIN_TICKS * tick_s / SUMMED_S)))
            _, [(_, alone_cpu_s)] = call(timed_sum, [work])
            _, together = call(timed_sum, [work] * n_workers)
            ending_s = perf_counter()
            way.stop()
            stop_s = perf_counter() - ending_s
        except BaseException:  # an interrupt too: no worker outlives the call
            way.kill()
            raise
    walls_s, cpus_s = zip(*together, strict=True)
    return PoolCosts(
        start_s=start_s + stop_s,
        message_s=message_s,
        item_s=max(0.0, in_chunks_s - N_BLOCKS * message_s) / N_ITEMS,
        byte_s=max(0.0, data_s - N_BLOCKS * message_s) / (N_BLOCKS * N_BYTES),
        slowdown=max(1.0, statistics.median(cpus_s) / max(alone_cpu_s, tick_s, 1e-9)),
        kept_share=max(0.0, 1 - (sum(cpus_s) + n_workers * tick_s) / sum(walls_s)),
    )


def _no_answer() -> MachineError:
    return MachineError(
        text(
            es=f"Un Pool no contestó en {LIMIT_S:.0f} s. Ejecuta `python -m helpers doctor`.",
            en=f"A Pool did not answer in {LIMIT_S:.0f} s. Run `python -m helpers doctor`.",
        )
    )
