"""Processes that are watched from their start to their end, and stopped within a limit."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from contextlib import suppress
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # where a system has no semaphores, the import is an error
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Lock

Answer = TypeVar("Answer")
# A worker that has not gone by then, after it was told to and was killed, never will.
STOP_LIMIT_S = 3.0


class WatchedContext(BaseContext):
    """A multiprocessing context that remembers what was made through it.

    Attributes:
        started: its processes.
        locks: its locks, those of its queues too.
        queues: its simple queues.
    """

    started: list[BaseProcess]
    locks: list[Lock]
    queues: list[SimpleQueue[Any]]


def watched_context(start_method: str | None) -> WatchedContext:
    """Return a context of ``start_method`` that remembers what is made through it."""
    base: Any = type(multiprocessing.get_context(start_method))

    class Watched(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.started: list[BaseProcess] = []
            self.locks: list[Lock] = []
            self.queues: list[SimpleQueue[Any]] = []

        def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # noqa: N802
            made: BaseProcess = base.Process(*args, **kwargs)
            self.started.append(made)
            return made

        def Lock(self) -> Lock:  # noqa: N802
            made: Lock = super().Lock()
            self.locks.append(made)
            return made

        def SimpleQueue(self) -> SimpleQueue[Any]:  # noqa: N802
            made: SimpleQueue[Any] = super().SimpleQueue()
            self.queues.append(made)
            return made

    context: WatchedContext = Watched()
    return context


def end(stop: Callable[[], None], context: WatchedContext, limit_s: float = STOP_LIMIT_S) -> bool:
    """Have ``stop`` end the context's processes; after the limit end them by force.

    Returns:
        Whether ``stop`` has come to its end, so that nothing of it goes on.
    """
    ending = within_limit(stop, limit_s)
    if ending.is_alive():
        kill(context.started)
        _unblock(context)
        ending.join(STOP_LIMIT_S)
    if not ending.is_alive():
        kill(context.started)  # a pool may have replaced one meanwhile
        forget(context.started)
        context.locks.clear()
        context.queues.clear()
    return not ending.is_alive()


def _unblock(context: WatchedContext) -> None:
    """Free who waits for processes that are dead: they keep their locks and half-sent messages."""
    for lock in context.locks:
        lock.acquire(block=False)
        with suppress(ValueError):  # somebody else gave it back
            lock.release()
    for simple_queue in context.queues:
        with suppress(OSError):
            simple_queue.close()


def kill(processes: list[BaseProcess]) -> None:
    """Kill those of ``processes`` that run, and wait for their end, within the limit."""
    started = [process for process in processes if process.pid is not None]
    for process in started:
        if process.exitcode is None:
            process.kill()
    for process in started:
        process.join(STOP_LIMIT_S)


def forget(processes: list[BaseProcess]) -> None:
    """Let go of what the system still holds for processes that have ended, pipes above all."""
    for process in processes:
        if process.exitcode is not None:
            process.close()
    processes.clear()


def within_limit(stop: Callable[[], None], limit_s: float = STOP_LIMIT_S) -> threading.Thread:
    """Call ``stop`` in a thread, wait no longer than the limit, and return the thread.

    A broken pool may wait for ever; the thread is then still alive.
    """

    def call() -> None:
        with suppress(OSError):  # its pipes were closed
            stop()

    thread = threading.Thread(target=call, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system gives no more threads, which is perhaps why it has to stop
        call()
    else:
        thread.join(limit_s)
    return thread


def answer_within(ask: Callable[[], Answer], limit_s: float) -> Answer:
    """Return what ``ask`` returns, or raise what it raises, if that comes within the limit.

    Raises:
        TimeoutError: it did not; ``ask`` then goes on in a thread of its own.
    """
    answers: list[Answer] = []
    problems: list[BaseException] = [TimeoutError(f"no answer within {limit_s} s")]

    def call() -> None:
        try:
            answers.append(ask())
            problems.clear()
        except BaseException as error:
            problems[:] = [error.with_traceback(None)]

    within_limit(call, limit_s)
    for problem in problems:
        raise problem
    return answers[0]
