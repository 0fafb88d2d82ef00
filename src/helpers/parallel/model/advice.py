"""Should this work be parallel, and how? Learnt from a few of its items, and what a pool costs."""

from __future__ import annotations

import math
import multiprocessing
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from time import perf_counter
from typing import Any

from helpers.language import text
from helpers.parallel.arguments import as_sequence, check_budget, check_choice, check_task
from helpers.parallel.edited import refuse_edited
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import (
    ENOUGH_S,
    OtherPrograms,
    default_start_method,
    usable_cpus,
)
from helpers.parallel.model.costs import PoolCosts, measure_pool, measure_threads
from helpers.parallel.model.sampling import WAITS, Sample, take_sample
from helpers.parallel.model.simulation import simulate
from helpers.parallel.pickling import pickled_task_for
from helpers.parallel.results import Task
from helpers.parallel.units import duration

# Below this gain nobody should take the trouble: the plain loop can be read, and cannot hang.
WORTH = 1.15
# A loop that is over sooner than this is over before any worker has started.
TOO_SHORT_S = 5e-3
# While other programs are in the way it may look longer than it is.
BUSY_SHORT_S = 0.05
# A worker that waits needs no CPU; more of them than this bring little.
MOST_WAITING = 32
# Who uses so many CPUs in the plain loop shares the work out already (a library of numpy's does).
SHARES = 1.4
# Other programs that had the CPU for this share of the time make what is measured worthless.
DISTURBED = 0.15
# Where the mean of the items that were run may be off by this share, they say too little.
UNEVEN = 0.5
# An item that weighs more is called heavy: it takes a tenth of a millisecond or more to send.
HEAVY_BYTES = 100_000
# So many items are simulated one by one; of more, only the mean matters. And so many chunks.
MOST_LISTED, MOST_CHUNKS = 100_000, 20_000
# A chunksize other than Pool.map's has to be better by this share: more of it where each worker
# gets one chunk, as then nobody can help a worker whose CPU is slowed down.
BETTER, BETTER_ALONE = 0.97, 0.90
_known: dict[tuple[str, int], PoolCosts] = {}


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
        """Say it as one says it: ``"a Pool of 2 processes, in chunks of 5: about 402 ms"``."""
        n, size, time_s = self.n_workers, self.chunksize, duration(self.predicted_s)
        if self.how == "sequential" and not self.predicted_s:  # none of its items was run
            return text(es="el ciclo", en="the loop")
        if self.how == "sequential":
            return text(es=f"el ciclo: unos {time_s}", en=f"the loop: about {time_s}")
        if self.how == "threads":
            return text(es=f"{n} hilos: unos {time_s}", en=f"{n} threads: about {time_s}")
        return text(
            es=f"un Pool de {n} procesos, en bloques de {size:,}: unos {time_s}",
            en=f"a Pool of {n} processes, in chunks of {size:,}: about {time_s}",
        )


@dataclass(frozen=True)
class Advice:
    """Whether to run a job in parallel, and how.

    Attributes:
        best: what is recommended.
        options: what was looked at, the fastest first, as predicted.
        reason: why, in two sentences, in the learner's language.
        certain: whether it could tell; where not, as on a busy machine, ``best`` is the loop.
        item_s: what an item costs in the plain loop, in seconds; 0 where no item was run.
        waits: the share of that time in which it waits instead of computing.
        results: the results of the items that were run to find out, by their index.
    """

    best: Option
    options: tuple[Option, ...]
    reason: str
    certain: bool = True
    item_s: float = 0.0
    waits: float = 0.0
    results: dict[int, Any] = field(default_factory=dict, repr=False)


def advise(
    task: Task, items: Iterable[Any], budget_s: float = 5.0, *, start_method: str | None = None
) -> Advice:
    """Answer whether a job should be run in parallel, and how: ``how``, workers and chunksize.

    Some of the items are run, each once at most and never more than half of them; their results
    are kept in ``Advice.results``. Then the time of each way is predicted. What a pool costs here
    is measured on the first call of a session, within the same budget. For work that computes it
    never recommends more workers than usable CPUs, and where other programs keep these busy it
    says that it cannot tell.

    Source of the number of workers for work that waits and computes: B. Goetz et al., "Java
    Concurrency in Practice", 2006, section 8.2: CPUs / (share of its time that a task computes).

    Args:
        task: a function of one argument.
        items: what it is to be applied to; taken to its end once.
        budget_s: about how long the answer may take, in seconds. An item that has begun is run to
            its end.
        start_method: how processes would start; the one in force if ``None``.

    Returns:
        An ``Advice``. "Leave it sequential" is one, too.

    Raises:
        InputError: ``task`` cannot be called, ``items`` cannot be gone through, there is no such
            start method, or ``budget_s`` is no number above 0.
        TaskFailedError: the task called ``sys.exit``.
        ParallelError: no pool answers here; it says why.
        Exception: what the task raises.
    """
    check_budget(budget_s)
    check_task(task)
    refuse_edited(task)
    check_choice("start_method", start_method, (*multiprocessing.get_all_start_methods(), None))
    check_not_importing("advise")
    begin, others, listed = perf_counter(), OtherPrograms(), as_sequence(items)
    cpus = usable_cpus()
    if len(listed) < 2:
        loop = Option("sequential", 1, max(1, len(listed)), 0.0)
        return Advice(loop, (loop,), _few(len(listed)))
    sample = take_sample(task, listed, budget_s / 3, cpus)
    if sample.loop_s < TOO_SHORT_S:
        return _advice(_loop(sample), (_loop(sample),), _short(), sample)
    time.sleep(max(0.0, ENOUGH_S + 0.01 - (perf_counter() - begin)))
    busy = others.in_the_way(cpus) or sample.kept_share > DISTURBED
    if busy and sample.loop_s < BUSY_SHORT_S and sample.waits <= WAITS:
        return _advice(_loop(sample), (_loop(sample),), _short(), sample)
    options = [_loop(sample), _best("threads", sample, cpus, _costs_of("threads", cpus, 0.0))]
    method = start_method or default_start_method()
    travels = sample.item_bytes is not None and _can_travel(task, method)
    if travels and not busy and cpus > 1 and sample.used_cpus <= SHARES:
        costs = _costs_of(method, cpus, budget_s - (perf_counter() - begin))
        busy = costs.kept_share > DISTURBED
        options.append(_best("pool", sample, cpus, costs))
    return _chosen(options, sample, cpus, busy=busy, travels=travels)


def _can_travel(task: Task, method: str) -> bool:
    """Say whether processes can get at the task."""
    try:
        pickled_task_for(task, method)
    except InputError:
        return False
    return True


def _costs_of(what: str, cpus: int, budget_s: float) -> PoolCosts:
    """Return what threads, or a pool of a start method, cost; measured once a session."""
    if (what, cpus) in _known:
        return _known[what, cpus]
    costs = measure_threads(cpus) if what == "threads" else measure_pool(what, cpus, budget_s)
    if costs.kept_share <= DISTURBED:  # else the next call measures again
        _known[what, cpus] = costs
    return costs


# ---- what each way would take


def _loop(sample: Sample) -> Option:
    return Option("sequential", 1, sample.n_items, sample.loop_s)


def _best(how: str, sample: Sample, cpus: int, costs: PoolCosts) -> Option:
    """Return the best numbers of workers and items per chunk for a way of running."""
    n_workers = min(_n_workers(sample.waits, cpus), sample.n_items)
    if how == "pool":  # each of them has to be started
        n_workers = min(n_workers, 2 * cpus)
        costs = replace(costs, start_s=costs.start_s * max(1.0, n_workers / cpus))
    sizes = _chunksizes(sample.n_items, n_workers) if how == "pool" else [1]
    options = [
        Option(how, n_workers, size, _predicted_s(how, sample, costs, n_workers, size, cpus))
        for size in sizes
    ]
    best = options[0]
    for option in options[1:]:
        alone = option.chunksize * option.n_workers >= sample.n_items
        if option.predicted_s < (BETTER_ALONE if alone else BETTER) * best.predicted_s:
            best = option
    return best


def _n_workers(waits: float, cpus: int) -> int:
    """Return how many workers keep the CPUs busy: one on each, and more only where they wait."""
    if waits <= WAITS:
        return cpus
    return max(cpus, min(MOST_WAITING, math.ceil(cpus / max(1e-3, 1 - waits))))


def _chunksizes(n_items: int, n_workers: int) -> Iterator[int]:
    """Yield the chunksizes to look at, that of ``Pool.map`` first."""
    sizes = [math.ceil(n_items / (share * n_workers)) for share in (4, 16, 1)]
    yield from dict.fromkeys(size for size in (*sizes, 1) if n_items / size <= MOST_CHUNKS)


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
    chunks_s = _chunk_costs(sample, chunksize, slower, worker_item_s)
    message_s = costs.message_s + chunksize * parent_item_s
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


def _advice(
    best: Option, options: tuple[Option, ...], reason: str, sample: Sample, certain: bool = True
) -> Advice:
    return Advice(best, options, reason, certain, sample.item_s, sample.waits, sample.results)


def _chosen(
    options: list[Option], sample: Sample, cpus: int, *, busy: bool, travels: bool
) -> Advice:
    loop, threads = options[:2]
    computes = sample.waits <= WAITS
    reason = ""
    if computes and (sample.threads_share or 0.0) < 0.5 and not travels:
        reason = _cannot_travel()
    elif computes and cpus == 1:
        reason = _one_cpu()
    elif sample.used_cpus > SHARES:
        reason = _shares_already(sample)
    if reason:
        return _advice(loop, (loop,), reason, sample)
    if sample.uncertainty > UNEVEN:
        return _advice(loop, (loop,), _uneven(sample), sample, certain=False)
    if busy and computes:
        return _advice(loop, (loop,), _busy(), sample, certain=False)
    if busy:  # what waits needs no CPU; what processes would gain cannot be told
        options = [loop, threads]
    options = sorted(options, key=lambda option: option.predicted_s)
    best = options[0] if loop.predicted_s > WORTH * options[0].predicted_s else loop
    reason = _not_worth_it(loop, sample) if best is loop else _in_parallel(best, loop, sample)
    return _advice(best, tuple(options), reason, sample)


def _few(n_items: int) -> str:
    return text(
        es=f"El número de elementos es {n_items}: no hay nada que repartir. Déjalo secuencial.",
        en=f"The number of items is {n_items}: there is nothing to share out. Leave it sequential.",
    )


def _short() -> str:
    return text(
        es="El ciclo entero termina antes de que arranque un solo proceso. Déjalo secuencial.",
        en="The whole loop is over before a single process has started. Leave it sequential.",
    )


def _busy() -> str:
    return text(
        es="Otros programas tienen ocupados los CPU, así que ahora no se puede saber qué ganaría "
        "repartirlo. Por ahora, déjalo secuencial; cierra esos programas y pregunta otra vez.",
        en="Other programs keep the CPUs busy, so there is no way to tell right now what sharing "
        "it out would gain. For now, leave it sequential; close them, and ask again.",
    )


def _uneven(sample: Sample) -> str:
    n_run = len(sample.results)
    return text(
        es=f"Los {n_run} elementos que se probaron son tan desiguales que no dicen lo que tardarán "
        "los demás. Mide el ciclo entero y, si repartes, empieza por los más grandes.",
        en=f"The {n_run} items that were tried are so uneven that they do not tell what the others "
        "will take. Time the whole loop, and if you share it out, begin with the largest.",
    )


def _shares_already(sample: Sample) -> str:
    used = f"{sample.used_cpus:.1f}"
    return text(
        es=f"El ciclo ya usa {used} CPU: una biblioteca reparte el cálculo por su cuenta. Déjalo "
        "secuencial.",
        en=f"The loop uses {used} CPUs already: a library shares the computing out by itself. "
        "Leave it sequential.",
    )


def _one_cpu() -> str:
    return text(
        es="Este programa puede usar un solo CPU, y la tarea calcula casi todo el tiempo, así que "
        "los procesos solo se turnarían. Déjalo secuencial.",
        en="This program may use a single CPU, and the task computes nearly all the time, so "
        "processes would only take turns. Leave it sequential.",
    )


def _cannot_travel() -> str:
    return text(
        es="La tarea, un elemento o un resultado no puede viajar a otro proceso, y como la tarea "
        "calcula, los hilos solo se turnarían. Déjalo secuencial, o define la tarea en un módulo "
        "y vuelve a preguntar.",
        en="The task, an item or a result cannot travel to another process, and threads take turns "
        "with this task. Leave it sequential, or define the task in a module and ask again.",
    )


def _not_worth_it(loop: Option, sample: Sample) -> str:
    item, whole = duration(sample.item_s), duration(loop.predicted_s)
    if (sample.item_bytes or 0) > HEAVY_BYTES and sample.waits <= WAITS:
        return text(
            es=f"Cada elemento pesa mucho para lo que se calcula con él ({item}): mandarlo a otro "
            "proceso cuesta lo que se ahorra. Déjalo secuencial, o manda algo pequeño (el nombre "
            "de un archivo) y lee los datos en el proceso.",
            en=f"Each item is large compared with the {item} of work done on it: sending it to "
            "another process costs what that saves. Leave it sequential, or send something small "
            "(a file's name) and read the data in the process.",
        )
    return text(
        es=f"El ciclo tarda unos {whole} (cada elemento, {item}), y arrancar procesos y mandarles "
        "el trabajo cuesta casi lo mismo que ahorran, o más. Déjalo secuencial.",
        en=f"The loop takes about {whole} (each item, {item}), and starting processes and sending "
        "them the work costs nearly as much as they save, or more. Leave it sequential.",
    )


def _in_parallel(best: Option, loop: Option, sample: Sample) -> str:
    n, best_s, loop_s = best.n_workers, duration(best.predicted_s), duration(loop.predicted_s)
    result = text(
        es=f"Con {n} procesos, unos {best_s} en lugar de {loop_s}.",
        en=f"With {n} processes, about {best_s} instead of {loop_s}.",
    )
    if best.how == "threads":
        result = text(
            es=f"Con {n} hilos, unos {best_s} en lugar de {loop_s}.",
            en=f"With {n} threads, about {best_s} instead of {loop_s}.",
        )
    if sample.waits > WAITS:
        share = f"{100 * sample.waits:.0f}"
        why = text(
            es=f"Cada elemento espera el {share} % de su tiempo, y mientras uno espera otros "
            "pueden avanzar.",
            en=f"Each item waits {share}% of its time, and while one waits others can go on.",
        )
    elif best.how == "threads":
        why = text(
            es="La tarea calcula fuera del intérprete de Python, así que los hilos avanzan a la "
            "vez y no hay que mandarles datos.",
            en="The task computes outside of the Python interpreter, so threads go on side by "
            "side, and no data has to be sent.",
        )
    else:
        item = duration(sample.item_s)
        why = text(
            es=f"Calcular cada elemento lleva unos {item}: vale la pena pagar el arranque y los "
            "mensajes.",
            en=f"Each item computes for about {item}: there is enough work to pay for the start "
            "and the messages.",
        )
    return f"{why} {result}"
