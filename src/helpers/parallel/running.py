"""run(): one call, every way of running, the same answer."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable
from concurrent.futures.process import BrokenProcessPool
from functools import partial
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.errors import NotPicklableError, TimeLimitError, WorkerLostError
from helpers.parallel.failures import not_started, opened, raise_failure, unsent_item
from helpers.parallel.importing import main_file
from helpers.parallel.interrupts import Interrupts
from helpers.parallel.mailbox import Mailbox
from helpers.parallel.outcomes import told
from helpers.parallel.plans import Plan, make_plan
from helpers.parallel.results import Run, Task
from helpers.parallel.ways import WAYS, Way
from helpers.worker import Outcome

# How often the parent looks whether a worker has ended, while no results come.
POLL_S = 0.1
# Chunks that are given out per worker ahead of the results, so that none waits for the parent.
AHEAD = 64

_Arrival = tuple[int, "Outcome | BaseException"]


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
    called_s = perf_counter()  # checking the arguments is no part of any way of running
    if not plan.items:
        return told(plan, [], [], (called_s, perf_counter()))
    with Interrupts(held=not WAYS[plan.how].submit_blocks) as interrupts:
        plan = plan.connected()
        way = _started(plan)
        try:
            results, outcomes = _collect(plan, way, called_s, interrupts)
            arrived_s = perf_counter()
            way.stop()
        except BaseException:  # an interrupt too: no worker outlives the call
            way.kill()
            raise
    return told(plan, results, outcomes, (called_s, arrived_s), way.losses_s())


def _started(plan: Plan) -> Way:
    try:
        return WAYS[plan.how](plan.job)
    except (OSError, EOFError, RuntimeError, ImportError) as error:  # the last: no semaphores here
        raise not_started(plan, error) from error.with_traceback(None)


def _collect(
    plan: Plan, way: Way, called_s: float, interrupts: Interrupts
) -> tuple[list[Any], list[Outcome]]:
    """Have every chunk computed; return the results and the outcomes, in the items' order."""
    results: list[Any] = [None] * (len(plan.items) if plan.n_chunks > 1 else 0)
    arrivals: Mailbox[_Arrival] = Mailbox()
    collected: dict[int, Outcome] = {}
    n_sent, ahead = 0, 1 if way.submit_blocks else AHEAD * plan.n_workers
    with _alarm(plan, way):
        while len(collected) < plan.n_chunks:
            while n_sent < min(plan.n_chunks, len(collected) + ahead):
                _send(plan, way, n_sent, arrivals)
                n_sent += 1
            arrival = None
            while arrival is None:
                interrupts.pass_on()
                arrival = _next_arrival(plan, way, arrivals, called_s, len(collected))
            index, arrived = arrival
            collected[index] = outcome = _checked(plan, way, index, arrived)
            if plan.n_chunks == 1:
                results = outcome.results
            else:
                first = index * plan.chunksize
                results[first : first + len(outcome.results)] = outcome.results
            outcome.results = None  # they are in their place
    return results, [collected[index] for index in range(plan.n_chunks)]


class _alarm:  # noqa: N801  (it reads as a statement)
    """While inside, a timer stops the work of a way that keeps the calling thread busy."""

    def __init__(self, plan: Plan, way: Way) -> None:
        needed = way.submit_blocks and plan.timeout_s is not None
        limit_s = min(max(0, (plan.timeout_s or 0) - plan.read_s), threading.TIMEOUT_MAX)
        self._timer = threading.Timer(limit_s, way.kill) if needed else None

    def __enter__(self) -> None:
        if self._timer:
            self._timer.start()

    def __exit__(self, *_: object) -> None:
        if self._timer:
            self._timer.cancel()
            self._timer.join()


def _send(plan: Plan, way: Way, index: int, arrivals: Mailbox[_Arrival]) -> None:
    tell: Callable[[Outcome | BaseException], None] = partial(_arrive, arrivals, index)
    try:
        way.submit(partial(plan.chunk, index), tell)
    except BrokenProcessPool as error:  # a worker was lost since the last look
        tell(error.with_traceback(None))  # its frames hold the executor, and with it semaphores
    except (OSError, EOFError, RuntimeError) as error:  # a task's own errors come as an outcome
        raise not_started(plan, error) from error.with_traceback(None)


def _arrive(arrivals: Mailbox[_Arrival], index: int, outcome: Outcome | BaseException) -> None:
    """Take an outcome from the thread of the way, which reads the results, as in the raw calls.

    If the calling thread read them, the two would wait for each other's turns.
    """
    try:
        if isinstance(outcome, Outcome) and isinstance(outcome.results, bytes):
            outcome.results = opened(outcome.results)
    except NotPicklableError as error:
        outcome = error
    arrivals.put((index, outcome))


def _next_arrival(
    plan: Plan, way: Way, arrivals: Mailbox[_Arrival], called_s: float, n_done: int
) -> _Arrival | None:
    """Wait a moment for the next outcome; where none comes, look at the workers and the clock."""
    left_s = POLL_S
    if plan.timeout_s is not None:
        left_s = min(POLL_S, called_s + plan.timeout_s - plan.read_s - perf_counter())
    if left_s <= 0:
        raise _time_limit(plan, n_done)
    arrival = arrivals.take(left_s)
    exit_code = way.lost() if arrival is None else None
    if exit_code is not None:
        raise _lost(plan, way, exit_code)
    return arrival


def _checked(plan: Plan, way: Way, index: int, arrived: Outcome | BaseException) -> Outcome:
    if isinstance(arrived, BrokenProcessPool):
        raise _lost(plan, way, None) from arrived
    if isinstance(arrived, BaseException):
        raise unsent_item(plan, index, arrived)
    if arrived.failure is not None:
        raise_failure(plan, index, arrived.failure)
    if len(arrived.results) < plan.chunk_length(index):  # it was told to stop half-way
        raise _time_limit(plan, index)
    return arrived


def _time_limit(plan: Plan, n_chunks: int) -> TimeLimitError:
    done = min(len(plan.items), n_chunks * plan.chunksize)
    return TimeLimitError(
        message("run.time_limit", limit=plan.timeout_s, done=done, total=len(plan.items))
    )


def _lost(plan: Plan, way: Way, exit_code: int | None) -> WorkerLostError:
    file = main_file() if plan.start_method != "fork" else None
    if file and way.began and not way.began.acquire(block=False):
        return WorkerLostError(message("run.lost_at_start", file=file))
    if exit_code is None:
        return WorkerLostError(message("run.worker_lost"))
    return WorkerLostError(message("run.worker_lost_code", code=exit_code))
