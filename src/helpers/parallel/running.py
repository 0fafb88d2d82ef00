"""run(): one call, every way of running, the same answer."""

from __future__ import annotations

import pickle
import queue
from collections.abc import Iterable
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.errors import ParallelError, TimeLimitError
from helpers.parallel.failures import not_started, opened, raise_failure, unsent_item
from helpers.parallel.interrupts import Interrupts
from helpers.parallel.outcomes import told
from helpers.parallel.plans import Plan, make_plan
from helpers.parallel.results import Run, Task
from helpers.parallel.ways import PROCESS_WAYS, Callback, Way, load_way
from helpers.worker import Outcome

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
    """Apply ``task`` to each of ``items``, in one of several ways, and tell who did what when.

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
            then does, unless they are a list, a tuple or a range.
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
    way_of_running = load_way(how)
    called_s = perf_counter()  # checking the arguments is no part of any way of running
    if not plan.items:
        return told(plan.shared_by(plan.n_workers), [], [], (called_s, perf_counter()))
    job = plan.job(called_s)
    with Interrupts(held=how != "sequential") as interrupts:
        try:
            way = way_of_running(job)
        except ParallelError:
            raise
        except (OSError, EOFError, RuntimeError, ImportError) as error:  # the last: no semaphores
            raise not_started(plan, error) from error.with_traceback(None)
        try:
            plan = plan.shared_by(way.n_workers)
            outcomes = _collect(plan, way, job.deadline_s, interrupts)
            arrived_s = perf_counter()
            way.stop()
        except BaseException:  # an interrupt too: no worker outlives the call
            way.kill()
            raise
    results: list[Any] = []
    for outcome in outcomes:
        results += outcome.results
    return told(plan, results, outcomes, (called_s, arrived_s), way.losses_s())


def _collect(
    plan: Plan, way: Way, deadline_s: float | None, interrupts: Interrupts
) -> list[Outcome]:
    """Have every chunk computed; return what came of them, in the items' order."""
    arrivals: _Arrivals = queue.Queue()
    outcomes: dict[int, Outcome] = {}
    n_sent, ahead = 0, 1 if plan.how == "sequential" else AHEAD * plan.n_workers
    while len(outcomes) < plan.n_chunks:
        while n_sent < min(plan.n_chunks, len(outcomes) + ahead):
            _send(plan, way, n_sent, arrivals)
            n_sent += 1
        interrupts.pass_on()
        try:
            index, arrived = arrivals.get(timeout=_patience_s(plan, deadline_s, len(outcomes)))
        except queue.Empty:
            way.check()
        else:
            outcomes[index] = _checked(plan, index, arrived)
    return [outcomes[index] for index in range(plan.n_chunks)]


def _send(plan: Plan, way: Way, index: int, arrivals: _Arrivals) -> None:
    chunk: Any = plan.chunk(index)
    if plan.how in PROCESS_WAYS:
        try:
            chunk = pickle.dumps(chunk, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            raise unsent_item(plan, index, error) from error
    try:
        way.submit(chunk, _callback(arrivals, index))
    except (OSError, EOFError, RuntimeError) as error:  # a task's own errors come as an outcome
        raise not_started(plan, error) from error.with_traceback(None)


def _callback(arrivals: _Arrivals, index: int) -> Callback:
    return lambda outcome: arrivals.put((index, outcome))


def _patience_s(plan: Plan, deadline_s: float | None, n_chunks: int) -> float:
    """Return for how long to wait for the next outcome; raise where the time is over."""
    if deadline_s is None:
        return POLL_S
    left_s = deadline_s - perf_counter()
    if left_s <= 0:
        raise _time_limit(plan, plan.first(n_chunks))
    return min(POLL_S, left_s)


def _checked(plan: Plan, index: int, arrived: Outcome | BaseException) -> Outcome:
    if isinstance(arrived, BaseException):
        raise arrived
    if arrived.failure is not None:
        raise_failure(plan, index, arrived.failure)
    if isinstance(arrived.results, bytes):
        arrived.results = opened(arrived.results)
    first = plan.first(index)
    if first + len(arrived.results) < plan.first(index + 1):  # it stopped half-way
        raise _time_limit(plan, first + len(arrived.results))
    return arrived


def _time_limit(plan: Plan, n_done: int) -> TimeLimitError:
    return TimeLimitError(
        message("run.time_limit", limit=plan.timeout_s, done=n_done, total=len(plan.items))
    )
