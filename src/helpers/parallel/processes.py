"""Starting and stopping worker processes: interrupts that wait, and an end within a limit."""

from __future__ import annotations

import copy
import multiprocessing
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from multiprocessing.process import BaseProcess
from time import perf_counter
from typing import TYPE_CHECKING, Any, TypeVar

if TYPE_CHECKING:  # where a system has no semaphores, the import is an error
    from multiprocessing.queues import SimpleQueue
    from multiprocessing.synchronize import Lock

Answer = TypeVar("Answer")
# A worker that has not gone by then, after it was asked to and was killed, never will.
STOP_LIMIT_S = 3.0
# How often a thread that waits for another hears an interrupt (on Windows, not in between).
LOOK_S = 0.1


class NoAnswerError(TimeoutError):
    """No answer came within the limit."""


def within_limit(call: Callable[[], object], limit_s: float = STOP_LIMIT_S) -> threading.Thread:
    """Call ``call`` in a thread, wait no longer than the limit, and return the thread.

    A broken pool may wait for ever; the thread is then still alive.
    """

    def target() -> None:
        with suppress(OSError, AssertionError):  # what it waits for was closed
            call()

    thread = threading.Thread(target=target, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system gives no more threads, which is perhaps why it has to stop
        target()
        return thread
    end_s = perf_counter() + limit_s
    while thread.is_alive() and (left_s := end_s - perf_counter()) > 0:
        thread.join(min(LOOK_S, left_s))
    return thread


def answer_within(ask: Callable[[], Answer], limit_s: float) -> Answer:
    """Return what ``ask`` returns, or raise what it raises, if that comes within the limit.

    Raises:
        NoAnswerError: it did not; ``ask`` then goes on in a thread of its own.
    """
    answers: list[Answer] = []
    problems: list[BaseException] = []

    def call() -> None:
        try:
            answers.append(ask())
        except BaseException as error:
            problems.append(error)

    within_limit(call, limit_s)
    if problems:
        raise problems.pop()
    if not answers:
        raise NoAnswerError(f"no answer within {limit_s} s")
    return answers.pop()


@contextmanager
def interrupts_held(held: bool = True) -> Iterator[Callable[[], None]]:
    """Hold interrupts (Ctrl+C, a notebook's stop button) back while inside, if ``held``.

    Python raises ``KeyboardInterrupt`` between any two instructions. In the midst of a fork it is
    swallowed, and in the midst of a start it loses sight of workers that were started.

    Yields:
        A function that passes on, as a rule by raising KeyboardInterrupt, what came meanwhile. The
        end of the block does so too.
    """
    before: Any = signal.getsignal(signal.SIGINT)
    if (
        not held
        or threading.current_thread() is not threading.main_thread()
        or not callable(before)
    ):
        yield lambda: None
        return
    came: list[int] = []

    def pass_on() -> None:
        if came:
            before(came.pop(), None)  # the frame would keep alive all that it works on

    signal.signal(signal.SIGINT, lambda number, _frame: came.append(number))
    try:
        yield pass_on
    finally:
        signal.signal(signal.SIGINT, before)
        try:
            pass_on()
        except BaseException as error:
            raise error from None  # what else went wrong inside did so because of it


@contextmanager
def interrupts_blocked(start_method: str | None) -> Iterator[None]:
    """Have processes that are started inside ignore interrupts from their first moment on.

    Until a worker knows to ignore them, one would end it with a traceback of its own.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: interrupts do not come as signals
        yield
        return
    # What multiprocessing keeps for later has to hear what it hears elsewhere.
    if start_method in ("spawn", "forkserver"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    if start_method == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


class WatchedContext:
    """A multiprocessing context that remembers what a pool makes through it.

    Attributes:
        context: what a pool is given.
        processes: what it has started.
        locks, queues: what a killed worker may have kept, or left half read.
    """

    def __init__(self, start_method: str | None) -> None:
        self.context: Any = copy.copy(multiprocessing.get_context(start_method))
        self.processes: list[BaseProcess] = []
        self.locks: list[Lock] = []
        self.queues: list[SimpleQueue[Any]] = []
        self._remember("Process", self.processes)
        self._remember("Lock", self.locks)
        self._remember("SimpleQueue", self.queues)

    def _remember(self, name: str, made: list[Any]) -> None:
        make = getattr(self.context, name)

        def make_and_remember(*args: Any, **kwargs: Any) -> Any:
            made.append(make(*args, **kwargs))
            return made[-1]

        setattr(self.context, name, make_and_remember)


def end(stop: Callable[[], object], watched: WatchedContext, limit_s: float = STOP_LIMIT_S) -> None:
    """Have ``stop`` end the context's processes; after the limit end them by force."""
    ending = within_limit(stop, limit_s)
    if ending.is_alive():  # it may wait for one that keeps a lock, or has sent half a message
        kill(watched)
        for lock in watched.locks:
            lock.acquire(block=False)
            with suppress(ValueError):  # somebody else gave it back
                lock.release()
        _close(watched.queues)
        ending.join(STOP_LIMIT_S)
    if ending.is_alive():
        return
    kill(watched)  # a pool may have replaced one meanwhile
    for process in watched.processes:
        if process.exitcode is not None:
            process.close()
    _close(watched.queues)
    for made in (watched.processes, watched.locks, watched.queues):
        made.clear()


def kill(watched: WatchedContext) -> None:
    """Kill those of the context's processes that run, and wait for the end of each, for a while."""
    started = [process for process in watched.processes if process.pid is not None]
    for process in started:
        if process.exitcode is None:
            process.kill()
    for process in started:
        process.join(STOP_LIMIT_S)


def _close(queues: list[SimpleQueue[Any]]) -> None:
    for simple_queue in queues:
        with suppress(OSError):
            simple_queue.close()
