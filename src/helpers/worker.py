"""What runs inside a worker: take a chunk, compute it, say who did it and when.

A worker that is spawned imports this module before it is ready, so it imports as little as can be,
and stands outside ``helpers.parallel``, which only the parent needs.
"""

from __future__ import annotations

import os
import pickle
from time import perf_counter, sleep, thread_time

TYPE_CHECKING = False  # as in typing, whose import would cost every worker some milliseconds
if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from typing import Any

_task: Callable[[Any], Any] | None = None
_problem: Failure | None = None
loading = False  # whether this process is a worker that imports what its task needs
_ready_s = 0.0


class Failure:
    """Why a chunk has no results, in a form that can be sent to the parent whatever happened.

    Attributes:
        stage: where it happened: ``"task"`` (it raised), ``"load_task"``, ``"load_items"`` or
            ``"send_results"`` (pickling).
        index: which item of the chunk, ``None`` where it is none of them.
        exception: what was raised, ``None`` once the failure has been sent to another process.
        error: the same pickled, ``None`` where it cannot be.
        summary: its type and message.
        traceback: the worker's traceback, as text.
    """

    def __init__(self, stage: str, exception: BaseException, index: int | None = None) -> None:
        import traceback  # only a failure needs it

        self.stage = stage
        self.index = index
        self.exception: BaseException | None = exception
        self.error = _pickled_exception(exception)
        self.summary = summary(exception)
        self.traceback = "".join(traceback.format_exception(exception))

    def __getstate__(self) -> dict[str, Any]:
        """Leave the exception itself behind: ``error`` says whether it can travel."""
        return {**vars(self), "exception": None}


def summary(exception: BaseException) -> str:
    """Return the type and the message of an exception."""
    name = type(exception).__name__
    try:
        return f"{name}: {exception}"
    except Exception:  # an exception may fail to say what it is
        return name


class Outcome:
    """The outcome of one chunk.

    Attributes:
        worker: identifies the process or thread that computed it: the system's number, or
            in a cluster its address and that of the thread in it.
        ready_s, start_s, stop_s: when that worker became ready, and when it began and ended the
            chunk, in seconds of ``perf_counter``, one clock for all processes of a machine.
        results: the list of results (pickled, where it comes from another process).
        failure: why there are none.
    """

    def __init__(
        self,
        worker: Any,
        times_s: tuple[float, float, float],
        results: Any = None,
        failure: Failure | None = None,
    ) -> None:
        self.worker = worker
        self.ready_s, self.start_s, self.stop_s = times_s
        self.results = results
        self.failure = failure


def compute(
    task: Callable[[Any], Any],
    items: Sequence[Any],
    stopped: Callable[[], bool] | None = None,
) -> tuple[list[Any], Failure | None]:
    """Apply ``task`` to each of ``items`` in order; end early where one raises.

    Args:
        stopped: asked before each item whether to end there.
    """
    results: list[Any] = []
    try:
        if stopped is None:  # asking would be seen in the time of tiny tasks
            for item in items:
                results.append(task(item))
        else:
            for item in items:
                if stopped():
                    break
                results.append(task(item))
    except BaseException as error:  # SystemExit and KeyboardInterrupt too: they end no worker
        return [], Failure("task", error, len(results))
    return results, None


def prepare(task: bytes, language: str) -> None:
    """Make a new process ready: load the task, once for all chunks. Never raises.

    An initializer that raises would make a ``Pool`` start workers for ever, so what goes wrong is
    kept and reported with the first chunk.
    """
    global _task, _problem, _ready_s, loading
    ignore_interrupts()
    from helpers.language import set_language

    _end_with_parent()
    set_language(language)
    loading = True
    try:
        _task = pickle.loads(task)
    except BaseException as error:
        _problem = Failure("load_task", error)
    loading = False
    _ready_s = perf_counter()


def ignore_interrupts() -> None:
    """Ignore interrupts, which go to every process of a terminal: the parent ends its workers."""
    import signal

    signal.signal(signal.SIGINT, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):  # they were blocked for the start
        signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGINT})


def _end_with_parent() -> None:
    """End this process as soon as its parent is gone, even if that was killed.

    Otherwise a worker that computes would go on, and one of an executor would wait for ever.
    """
    import multiprocessing
    import threading
    from contextlib import suppress

    parent = multiprocessing.parent_process()
    if parent is None:  # no worker
        return

    def wait() -> None:
        parent.join()
        os._exit(1)

    with suppress(RuntimeError):  # the system gives no more threads
        threading.Thread(target=wait, daemon=True).start()


def run_chunk(chunk: bytes) -> Outcome:
    """Compute one pickled chunk in this process. Never raises, and always answers."""
    outcome = answer(_task, _problem, chunk)
    outcome.ready_s = _ready_s
    return outcome


def answer(task: Callable[[Any], Any] | None, problem: Failure | None, chunk: bytes) -> Outcome:
    """Compute one pickled chunk with ``task``, or report the problem that it has. Never raises.

    The outcome's worker is this process, and its ``ready_s`` the start of the chunk.
    """
    failure, pickled = problem, None
    items: list[Any] = []
    if failure is None:
        try:
            items = pickle.loads(chunk)
        except BaseException as error:
            failure = Failure("load_items", error)
    results: list[Any] = []
    start_s = perf_counter()
    if task is not None and failure is None:
        results, failure = compute(task, items)
    stop_s = perf_counter()
    if failure is None:
        try:
            pickled = pickle.dumps(results, pickle.HIGHEST_PROTOCOL)
        except Exception as error:
            failure = Failure("send_results", error, first_unpicklable(results))
    return Outcome(os.getpid(), (start_s, start_s, stop_s), pickled, failure)


def first_unpicklable(values: Sequence[Any]) -> int | None:
    """Return the index of the first of ``values`` that cannot be pickled, ``None`` if all can."""
    for index, value in enumerate(values):
        try:
            pickle.dumps(value, pickle.HIGHEST_PROTOCOL)
        except Exception:
            return index
    return None


def _pickled_exception(exception: BaseException) -> bytes | None:
    """Return the exception pickled, if it comes out again as what it was."""
    try:
        pickled = pickle.dumps(exception, pickle.HIGHEST_PROTOCOL)
        return pickled if type(pickle.loads(pickled)) is type(exception) else None
    except Exception:
        return None


def timed_sum(numbers: range) -> tuple[float, float]:
    """Add numbers up; return for how long, and for how long a CPU was used, both in seconds."""
    begin, begin_cpu = perf_counter(), thread_time()
    sum(numbers)
    return perf_counter() - begin, thread_time() - begin_cpu


def pid_after(pause_s: float) -> int:
    """Sleep, so that no worker gets two of these while another one is free; return its number."""
    sleep(pause_s)
    return os.getpid()
