"""run(): one call, every way of running, the same answer."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Callable, Iterable, Mapping
from time import perf_counter
from types import MappingProxyType
from typing import Any

from helpers.language import text
from helpers.parallel.arguments import short
from helpers.parallel.errors import ParallelError, TimeLimitError
from helpers.parallel.failures import not_started, raise_failure
from helpers.parallel.importing import not_picklable
from helpers.parallel.plans import Plan, make_plan
from helpers.parallel.processes import interrupts_held
from helpers.parallel.results import Run, Span, Task
from helpers.parallel.ways import PROCESS_WAYS, Way, load_way
from helpers.worker import Outcome, first_unpicklable, summary

# How often the parent looks at the clock and the workers, while no results come.
POLL_S = 0.1
# Chunks that are given out per worker ahead of the results, so that none waits for the parent.
AHEAD = 64

_Arrivals = queue.Queue[tuple[int, Outcome | BaseException]]


def run(
    task: Task,
    items: Iterable[Any],
    *,
    how: str = "processes",
    n_workers: int | None = None,
    chunksize: int | None = None,
    start_method: str | None = None,
    timeout_s: float | None = None,
    client: Any = None,
) -> Run:
    """Apply ``task`` to each of ``items``, in one of several ways, and record who did what when.

    Args:
        task: a function of one argument. For processes it has to be importable by them: from a
            module, not from a notebook, and no lambda. Dask takes those, too.
        items: what it is applied to; any iterable, taken to its end before the start. One without
            a length that does not come to an end is refused, after some ten million items.
        how: ``"sequential"``, ``"threads"``, ``"processes"`` (ProcessPoolExecutor), ``"pool"``
            (multiprocessing.Pool) or ``"dask"`` (dask.distributed).
        n_workers: how many processes or threads; as many as there are usable CPUs if ``None``. A
            cluster that runs already has as many as it has.
        chunksize: items sent to a worker in one message; about four chunks a worker if ``None``,
            as ``Pool.map`` does, and all items together where nothing is sent (sequential).
        start_method: how processes start: ``"fork"``, ``"forkserver"`` or ``"spawn"``; the one in
            force if ``None``, and ``"spawn"`` for Dask.
        timeout_s: seconds after which the call gives up; none if ``None``. A thread cannot be
            stopped from outside: it ends after the item that it has at hand, and so does a worker
            of a cluster that runs already. Reading the items counts, too, which a thread of its own
            then does, unless they are a list, a tuple or a range. Starting the workers counts, but
            is not interrupted.
        client: for Dask: a ``distributed.Client``, or the address of a scheduler, whose cluster is
            used and left running. A local cluster is started and closed if ``None``; it listens on
            the loopback address alone. Where a worker of a cluster is lost, others do its chunks
            again, so that a task may run more than once.

    Returns:
        A ``Run``: the results in the order of the items, and the times.

    Raises:
        InputError: an argument cannot be used (``TaskNotImportableError`` and
            ``NotPicklableError`` are kinds of it).
        WorkerLostError: a worker ended in the middle of its work; of a cluster, all of them, or
            four that had the same chunk.
        TimeLimitError: the time limit was reached.
        MachineError: the system did not let the workers start, no scheduler answers at an address,
            or a cluster has other versions.
        TaskFailedError: the task raised what cannot be brought back, or called ``sys.exit``.
        Exception: what the task itself raised, with a note that names the item.
    """
    plan = make_plan(task, items, how, n_workers, chunksize, start_method, timeout_s, client)
    start_way = load_way(how)
    called_s = perf_counter()  # checking the arguments is no part of any way of running
    if not plan.items:
        return _record(plan.shared_by(plan.n_workers), [], called_s, called_s)
    job = plan.job(called_s)
    with interrupts_held(how != "sequential") as pass_on_interrupts:
        try:
            way = start_way(job)
        except ParallelError:
            raise
        except (OSError, EOFError, RuntimeError, ImportError) as error:  # the last: no semaphores
            raise not_started(plan, error) from error.with_traceback(None)
        try:
            plan = plan.shared_by(way.n_workers)
            outcomes = _compute(plan, way, job.deadline_s, pass_on_interrupts)
            arrived_s = perf_counter()
            way.stop()
        except BaseException:  # an interrupt too: no worker outlives the call
            way.kill()
            raise
    return _record(plan, outcomes, called_s, arrived_s, way.losses_s())


def _compute(
    plan: Plan, way: Way, deadline_s: float | None, pass_on_interrupts: Callable[[], None]
) -> list[Outcome]:
    """Have every chunk computed; return what came of them, in the items' order."""
    arrivals: _Arrivals = queue.Queue()
    outcomes: dict[int, Outcome] = {}
    n_sent, ahead = 0, 1 if plan.how == "sequential" else AHEAD * plan.n_workers
    if plan.how == "sequential":  # the plain loop looks at the clock itself
        deadline_s = None

    def wait_s() -> float:
        pass_on_interrupts()
        left_s = POLL_S if deadline_s is None else deadline_s - perf_counter()
        if left_s <= 0:
            raise _time_limit(plan, plan.first(len(outcomes)))
        return min(POLL_S, left_s)

    while len(outcomes) < plan.n_chunks:
        while n_sent < min(plan.n_chunks, len(outcomes) + ahead):
            _send(plan, way, n_sent, arrivals)
            n_sent += 1
            wait_s()  # for the limit and interrupts: sending many large items takes long
        try:
            index, arrived = arrivals.get(timeout=wait_s())
        except queue.Empty:
            way.check()
        else:
            outcomes[index] = _checked(plan, index, arrived)
    return [outcomes[index] for index in range(plan.n_chunks)]


def _send(plan: Plan, way: Way, index: int, arrivals: _Arrivals) -> None:
    chunk = _pickled(plan, index) if plan.how in PROCESS_WAYS else plan.chunk(index)
    try:
        way.submit(chunk, lambda outcome: arrivals.put((index, outcome)))
    except (OSError, EOFError, RuntimeError) as error:  # a task's own errors come as an outcome
        raise not_started(plan, error) from error.with_traceback(None)


def _pickled(plan: Plan, chunk: int) -> bytes:
    """Return the items of chunk number ``chunk`` as they are sent to a process.

    They are pickled here, and what a pool sends are bytes: so an item that cannot be pickled is
    named, and one that cannot be unpickled is an outcome and not the end of the worker.
    """
    items = plan.chunk(chunk)
    try:
        return pickle.dumps(items, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        in_chunk = first_unpicklable(items)
        if in_chunk is None:
            raise
        index = plan.first(chunk) + in_chunk
        item = text(es=f"El elemento {index}", en=f"Item {index}")
        raise not_picklable(f"{item} ({short(plan.items[index])})", summary(error)) from error


def _checked(plan: Plan, index: int, arrived: Outcome | BaseException) -> Outcome:
    """Return the outcome of chunk ``index`` with its results; raise what went wrong."""
    if isinstance(arrived, BaseException):
        raise arrived
    if arrived.failure is not None:
        raise_failure(plan, index, arrived.failure)
    if isinstance(arrived.results, bytes):
        arrived.results = _unpickled(arrived.results)
    n_done = plan.first(index) + len(arrived.results)
    if n_done < plan.first(index + 1):  # it stopped half-way
        raise _time_limit(plan, n_done)
    return arrived


def _unpickled(results: bytes) -> list[Any]:
    try:
        unpickled: list[Any] = pickle.loads(results)
    except Exception as error:
        what = text(es="Uno de los resultados", en="One of the results")
        raise not_picklable(what, summary(error)) from error
    return unpickled


def _time_limit(plan: Plan, n_done: int) -> TimeLimitError:
    limit, n = f"{plan.timeout_s} s", len(plan.items)
    return TimeLimitError(
        text(
            es=f"Se alcanzó el límite de {limit} con {n_done} de {n} elementos terminados, y el "
            "trabajo se detuvo. Usa menos elementos, más trabajadores o un timeout_s mayor.",
            en=f"The limit of {limit} was reached with {n_done} of {n} items done, and the work "
            "was stopped. Use fewer items, more workers or a larger timeout_s.",
        )
    )


def _record(
    plan: Plan,
    outcomes: list[Outcome],
    called_s: float,
    arrived_s: float,
    losses_s: Mapping[Any, float] = MappingProxyType({}),
) -> Run:
    """Make the ``Run``: workers numbered by when they were ready, times since the call."""
    stopped_s = perf_counter()
    ready_s: dict[Any, float] = {}
    for outcome in outcomes:
        ready_s[outcome.worker] = min(outcome.ready_s, ready_s.get(outcome.worker, stopped_s))
    names = sorted(ready_s, key=lambda name: (ready_s[name], name))
    numbers = {name: number for number, name in enumerate(names)}
    n_workers = max(plan.n_workers, len(names))
    spans = tuple(
        Span(
            numbers[outcome.worker],
            outcome.start_s - called_s,
            outcome.stop_s - called_s,
            len(outcome.results),
        )
        for outcome in outcomes
    )
    results: list[Any] = outcomes[0].results if outcomes else []  # a loop's are not copied
    for outcome in outcomes[1:]:
        results.extend(outcome.results)
    return Run(
        results=results,
        how=plan.how,
        n_workers=n_workers,
        chunksize=plan.chunksize,
        start_method=plan.start_method,
        elapsed_s=stopped_s - called_s,
        ready_s=(
            *(ready_s[name] - called_s for name in names),
            *[None] * (n_workers - len(names)),
        ),
        spans=spans,
        stopping_s=stopped_s - arrived_s,
        lost_s={
            numbers[name]: lost_s - called_s for name, lost_s in losses_s.items() if name in numbers
        },
    )
