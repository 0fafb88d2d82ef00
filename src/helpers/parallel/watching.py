"""Processes that are watched from their start to their end, and stopped within a limit."""

from __future__ import annotations

import multiprocessing
import threading
from collections.abc import Callable
from multiprocessing.context import BaseContext
from multiprocessing.process import BaseProcess
from typing import Any

# A worker that has not gone by then, after it was told to and was killed, never will.
STOP_LIMIT_S = 3.0


class WatchedContext(BaseContext):
    """A multiprocessing context that remembers the processes started through it."""

    started: list[BaseProcess]


def watched_context(start_method: str | None) -> WatchedContext:
    """Return a context of ``start_method`` with a list ``started`` of its processes."""
    base: Any = type(multiprocessing.get_context(start_method))

    class Watched(base):  # type: ignore[misc]
        def __init__(self) -> None:
            super().__init__()
            self.started: list[BaseProcess] = []

        def Process(self, *args: Any, **kwargs: Any) -> BaseProcess:  # noqa: N802
            process: BaseProcess = base.Process(*args, **kwargs)
            self.started.append(process)
            return process

    context: WatchedContext = Watched()
    return context


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


def within_limit(stop: Callable[[], None]) -> threading.Thread:
    """Call ``stop`` in a thread, wait no longer than the limit, and return the thread.

    A broken pool may wait for ever; the thread is then still alive.
    """
    thread = threading.Thread(target=stop, daemon=True)
    try:
        thread.start()
    except RuntimeError:  # the system gives no more threads, which is perhaps why it has to stop
        stop()
    else:
        thread.join(STOP_LIMIT_S)
    return thread
