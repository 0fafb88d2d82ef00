"""Should this work be parallel, and how? Learnt from a few of its items, and what a pool costs."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable
from dataclasses import dataclass, replace
from time import perf_counter
from typing import Any

from helpers.language import text
from helpers.parallel.arguments import as_sequence, check_task
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_not_importing, pickled_task, refuse_edited
from helpers.parallel.machine import ENOUGH_S, OtherPrograms, default_start_method, usable_cpus
from helpers.parallel.model.measuring import WAITS, PoolCosts, Sample, measure_pool, take_sample
from helpers.parallel.model.simulation import simulate
from helpers.parallel.plans import most_processes
from helpers.parallel.results import Task
from helpers.parallel.units import duration

# Chosen by trying, on the jobs of tests/benchmarks/advice.py: 90 % of the advice is to be within
# 1.15 of the fastest way, and none absurd. What came out: tests/benchmarks/results/advice.md.
# When the loop is best, whatever a pool costs:
WORTH = 1.15  # a smaller gain is not worth it: the plain loop can be read, and cannot hang
TOO_SHORT_S = 5e-3  # such a loop is over before any worker has started
BUSY_SHORT_S = 0.05  # the same while other programs are in the way: it may look longer than it is
PARALLEL = 1.4  # a loop that uses this many CPUs is parallel already, through a library
# When it cannot be told:
DISTURBED = 0.15  # others had the CPU for this share of the time: what is measured is worthless
UNEVEN = 0.5  # the mean of the items that were run may be off by this share: they say too little
# Which ways are compared, and how:
MOST_WAITING = 32  # a worker that waits needs no CPU; more of them than this bring little
HEAVY_BYTES = 100_000  # it takes a tenth of a millisecond or more to send such an item
MOST_LISTED, MOST_CHUNKS = 100_000, 20_000  # more items are simulated by their mean cost
# A chunksize other than Pool.map's has to be better by this share: more of it where each worker
# gets one chunk, as then nobody can help a worker whose CPU is slowed down.
BETTER, BETTER_ALONE = 0.97, 0.90
BUDGET_S = 5.0  # about how long an answer may take
THREADS = PoolCosts(start_s=2e-4, message_s=3e-5)  # little, and much the same on any machine
_known: dict[tuple[str, int], PoolCosts] = {}  # by start method and number of CPUs


@dataclass(frozen=True)
class Option:
    """One way to run a job, and what it is predicted to take.

    Attributes:
        how: ``"sequential"``, ``"threads"`` (a ``ThreadPoolExecutor``) or ``"pool"`` (a
            ``multiprocessing.Pool``).
        n_workers: how many threads or processes.
        chunksize: how many items go into a message.
        predicted_s: what it is predicted to take, start and end included, in seconds.
    """

    how: str
    n_workers: int
    chunksize: int
    predicted_s: float

    def __str__(self) -> str:
        """Say it as in ``"a Pool of 2 processes, in chunks of 5: about 402 ms"``."""
        n, size, time_s = self.n_workers, f"{self.chunksize:,}", duration(self.predicted_s)
        if not self.predicted_s:  # a loop of which no item was run
            return text(es="el ciclo", en="the loop")
        if self.how == "sequential":
            return text(es=f"el ciclo: unos {time_s}", en=f"the loop: about {time_s}")
        if self.how == "threads":
            return text(es=f"{n} hilos: unos {time_s}", en=f"{n} threads: about {time_s}")
        return text(
            es=f"un Pool de {n} procesos, en bloques de {size}: unos {time_s}",
            en=f"a Pool of {n} processes, in chunks of {size}: about {time_s}",
        )


@dataclass(frozen=True)
class Advice:
    """Whether to run a job in parallel, and how.

    Attributes:
        best: what is recommended.
        options: what was looked at, the fastest first, as predicted.
        reason: why, in two sentences, in the learner's language.
        certain: whether it could tell; where not, as on a busy machine, ``best`` is the loop.
    """

    best: Option
    options: tuple[Option, ...]
    reason: str
    certain: bool = True


def advise(task: Task, items: Iterable[Any]) -> Advice:
    """Answer whether a job should be run in parallel, and how: ``how``, workers and chunksize.

    Some of the items are run, each once at most and never more than half of them. Then the time of
    each way is predicted. What a pool costs here is measured on the first call of a session. For
    work that computes it never recommends more workers than usable CPUs, and where other programs
    keep these busy it says that it cannot tell. An answer takes about five seconds at most, but
    an item that has begun is run to its end.

    Args:
        task: a function of one argument.
        items: what it is to be applied to; taken to its end once.

    Raises:
        InputError: ``task`` cannot be called, or ``items`` cannot be gone through.
        ParallelError: no pool answers here; it says why.
        Exception: what the task raises, with a note that names the item.
    """
    check_task(task)
    refuse_edited(task)
    check_not_importing("advise")
    begin_s, others, listed = perf_counter(), OtherPrograms(), as_sequence(items)
    cpus, method = usable_cpus(), default_start_method()
    if len(listed) < 2:
        return _too_few(Option("sequential", 1, 1, 0.0), len(listed))
    sample = take_sample(task, listed, BUDGET_S / 3, cpus)
    loop = Option("sequential", 1, sample.n_items, sample.loop_s)
    if sample.loop_s < TOO_SHORT_S:
        return _too_short(loop)
    time.sleep(max(0.0, ENOUGH_S + 0.01 - (perf_counter() - begin_s)))
    busy = others.in_the_way(cpus) or sample.kept_share > DISTURBED
    if busy and sample.loop_s < BUSY_SHORT_S and sample.waits <= WAITS:
        return _too_short(loop)
    options = [loop, _best("threads", sample, cpus, THREADS)]
    travels = _can_travel(task, sample, method)
    if travels and not busy and cpus > 1 and sample.used_cpus <= PARALLEL:
        left_s = BUDGET_S - (perf_counter() - begin_s)
        costs = _known.get((method, cpus)) or measure_pool(method, cpus, left_s)
        busy = costs.kept_share > DISTURBED
        if not busy:
            _known[method, cpus] = costs
        options.append(_best("pool", sample, cpus, costs))
    return _chosen(options, sample, cpus, busy=busy, travels=travels)


def _can_travel(task: Task, sample: Sample, method: str) -> bool:
    try:
        pickled_task(task, method)
    except InputError:
        return False
    return sample.item_bytes is not None


# ---- what each way would take


def _best(how: str, sample: Sample, cpus: int, costs: PoolCosts) -> Option:
    """Return the best numbers of workers and items per chunk for a way of running."""
    n_workers = cpus
    if sample.waits > WAITS:  # Goetz et al., "Java Concurrency in Practice", 2006, section 8.2
        n_workers = max(cpus, min(MOST_WAITING, math.ceil(cpus / max(1e-3, 1 - sample.waits))))
    n_workers = min(n_workers, sample.n_items)
    if how == "pool":  # each of them has to be started
        n_workers = min(n_workers, 2 * cpus, most_processes() or n_workers)
        costs = replace(costs, start_s=costs.start_s * max(1.0, n_workers / cpus))
    sizes = [math.ceil(sample.n_items / (share * n_workers)) for share in (4, 16, 1)]  # 4: Pool.map
    sizes = [size for size in (*sizes, 1) if sample.n_items / size <= MOST_CHUNKS]
    options = [
        Option(how, n_workers, size, _predicted_s(how, sample, costs, n_workers, size, cpus))
        for size in (dict.fromkeys(sizes) if how == "pool" else [1])
    ]
    best = options[0]
    for option in options[1:]:
        better = BETTER_ALONE if option.chunksize * n_workers >= sample.n_items else BETTER
        if option.predicted_s < better * best.predicted_s:
            best = option
    return best


def _predicted_s(
    how: str, sample: Sample, costs: PoolCosts, n_workers: int, chunksize: int, cpus: int
) -> float:
    """Return the simulated time, and no less than what the CPUs, or the GIL, need for it."""
    computes = 1 - sample.waits
    slower = 1 + (costs.slowdown - 1) * computes
    parent_item_s, worker_item_s, apart = 0.0, 0.0, sample.threads_share or 0.0
    if how == "pool":
        weight_s = costs.byte_s * (sample.item_bytes or 0.0)
        parent_item_s = max(costs.item_s, sample.parent_pickling_s) + weight_s
        worker_item_s, apart = sample.worker_pickling_s, 1.0
    # More messages than can be simulated in time are simulated several at a time.
    n_messages = math.ceil(sample.n_items / chunksize / MOST_CHUNKS)
    chunks_s = _chunk_costs(sample, n_messages * chunksize, slower, worker_item_s)
    message_s = n_messages * (costs.message_s + chunksize * parent_item_s)
    played = simulate(chunks_s, n_workers, start_s=costs.start_s, message_s=message_s)
    # The workers and the parent share the CPUs; threads that compute in Python share one.
    cpu_s = computes * sample.loop_s * slower
    cpu_s *= 1 - apart + apart / min(n_workers, cpus)
    pickling_s = sample.n_items * (parent_item_s + worker_item_s) / cpus
    return max(played.elapsed_s, costs.start_s + cpu_s + pickling_s)


def _chunk_costs(
    sample: Sample, chunksize: int, slower: float, worker_item_s: float
) -> list[float]:
    """Return what each chunk takes in a worker, in seconds."""
    if sample.n_items > MOST_LISTED:
        full, rest = divmod(sample.n_items, chunksize)
        each_s = slower * sample.item_s + worker_item_s
        return [chunksize * each_s] * full + [rest * each_s] * (rest > 0)
    costs_s = [slower * cost_s + worker_item_s for cost_s in sample.estimated_costs_s()]
    starts = range(0, len(costs_s), chunksize)
    return [math.fsum(costs_s[start : start + chunksize]) for start in starts]


# ---- what is recommended, and why


def _chosen(
    options: list[Option], sample: Sample, cpus: int, *, busy: bool, travels: bool
) -> Advice:
    loop, threads = options[:2]
    computes = sample.waits <= WAITS
    why, certain = "", True
    if computes and (sample.threads_share or 0.0) < 0.5 and not travels:
        why = text(
            es="Déjalo secuencial: la tarea, un elemento o un resultado no puede viajar a otro "
            "proceso. Define la tarea en un módulo y pregunta otra vez.",
            en="Leave it sequential: the task, an item or a result cannot travel to another "
            "process. Define the task in a module and ask again.",
        )
    elif (computes and cpus == 1) or sample.used_cpus > PARALLEL:
        used = f"{sample.used_cpus:.1f}"
        why = text(
            es=f"Déjalo secuencial: el ciclo ya usa {used} CPU por sí solo, y hay {cpus}.",
            en=f"Leave it sequential: the loop already uses {used} CPUs by itself, of {cpus}.",
        )
    elif sample.uncertainty > UNEVEN:
        certain = False
        why = text(
            es="Déjalo secuencial: los elementos que se probaron son tan desiguales que no dicen "
            "lo que tardarán los demás. Mide el ciclo entero.",
            en="Leave it sequential: the items that were tried are so uneven that they do not say "
            "what the others will take. Time the whole loop.",
        )
    elif busy and computes:
        certain = False
        why = text(
            es="Déjalo secuencial por ahora: otros programas ocupan los CPU, y no se puede saber "
            "qué ganaría en paralelo. Ciérralos y pregunta otra vez.",
            en="Leave it sequential for now: other programs keep the CPUs busy, and there is no "
            "way to tell what it would gain in parallel. Close them and ask again.",
        )
    if why:
        return Advice(loop, (loop,), why, certain)
    if busy:  # what waits needs no CPU; what processes would gain cannot be told
        options = [loop, threads]
    best, *_ = options = sorted(options, key=lambda option: option.predicted_s)
    if loop.predicted_s > WORTH * best.predicted_s:
        return Advice(best, tuple(options), _worth_it(best, loop, sample))
    return Advice(loop, tuple(options), _not_worth_it(loop, sample))


def _too_few(loop: Option, n_items: int) -> Advice:
    if not n_items:
        why = text(
            es="Déjalo secuencial: no hay elementos.", en="Leave it sequential: there are no items."
        )
    else:
        why = text(
            es="Déjalo secuencial: un solo elemento no se puede repartir entre trabajadores.",
            en="Leave it sequential: a single item cannot be split among workers.",
        )
    return Advice(loop, (loop,), why)


def _too_short(loop: Option) -> Advice:
    why = text(
        es="Déjalo secuencial: el ciclo termina antes de que arranque un proceso.",
        en="Leave it sequential: the loop is over before one process has started.",
    )
    return Advice(loop, (loop,), why)


def _not_worth_it(loop: Option, sample: Sample) -> str:
    loop_s, item_s = duration(loop.predicted_s), duration(sample.item_s)
    if (sample.item_bytes or 0) > HEAVY_BYTES and sample.waits <= WAITS:
        return text(
            es=f"Déjalo secuencial: cada elemento tarda {item_s}, y mandarlo a otro proceso cuesta "
            "lo que se ahorra. O manda solo el nombre de un archivo.",
            en=f"Leave it sequential: each item takes {item_s}, and sending it to another process "
            "costs what that saves. Or send only the name of a file.",
        )
    return text(
        es=f"Déjalo secuencial: el ciclo tarda {loop_s} (cada elemento, {item_s}), y arrancar "
        "procesos y mandarles el trabajo cuesta casi lo mismo que ahorran, o más.",
        en=f"Leave it sequential: the loop takes {loop_s} (each item, {item_s}), and starting "
        "processes and sending them the work costs nearly as much as they save, or more.",
    )


def _worth_it(best: Option, loop: Option, sample: Sample) -> str:
    share, item_s = f"{100 * sample.waits:.0f}", duration(sample.item_s)
    loop_s = duration(loop.predicted_s)
    gain = text(es=f"Con {best}, en lugar de {loop_s}.", en=f"With {best} instead of {loop_s}.")
    if sample.waits > WAITS:
        why = text(
            es=f"Cada elemento espera el {share} % de su tiempo, y mientras tanto otros avanzan.",
            en=f"Each item waits {share}% of its time, and others go on meanwhile.",
        )
    elif best.how == "threads":
        why = text(
            es="La tarea calcula fuera del intérprete de Python: los hilos avanzan a la vez.",
            en="The task computes outside the Python interpreter: threads run side by side.",
        )
    else:
        why = text(
            es=f"Cada elemento tarda unos {item_s}: vale la pena pagar el arranque y los mensajes.",
            en=f"Each item takes about {item_s}: enough to pay for start-up and messages.",
        )
    return f"{why} {gain}"
