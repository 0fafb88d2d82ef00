"""What a way of running is, the two that need no processes, and the table of all five.

A way takes chunks and calls back with an ``Outcome`` (or an exception, where the way itself broke)
for each. It knows nothing of order, time limits and errors: ``running`` does.
"""

from __future__ import annotations

import importlib
import threading
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import TYPE_CHECKING, Any

from helpers import worker
from helpers.parallel.processes import within_limit
from helpers.parallel.results import Task
from helpers.worker import Outcome

if TYPE_CHECKING:  # a loop loads nothing of any pool
    from concurrent.futures import Future

# What a way calls once for each chunk, from whatever thread it likes.
Callback = Callable[[Outcome | BaseException], None]


@dataclass(frozen=True)
class Job:
    """What a way is started with.

    Attributes:
        task: the task; ``pickled_task`` is what is sent to processes.
        n_workers: how many workers are asked for. The way says how many it has.
        start_method: how its processes start, ``None`` where none does.
        deadline_s: when the call gives up, in seconds of ``perf_counter``; never if ``None``.
        client: a Dask cluster that runs already, as the caller gave it.
    """

    task: Task
    pickled_task: bytes
    n_workers: int
    start_method: str | None
    deadline_s: float | None
    client: Any


class Way:
    """A started way of running: the base of each.

    Attributes:
        n_workers: how many workers there are.
    """

    n_workers: int

    def __init__(self, job: Job) -> None:
        """Start the workers.

        Raises:
            OSError, EOFError, RuntimeError, ImportError: the system did not let them start.
            ParallelError: where more can be said of it.
        """

    def submit(self, chunk: Any, on_done: Callback) -> None:
        """Have a chunk computed, now or later.

        Args:
            chunk: the items, pickled where the workers are processes.
            on_done: what is called when it is computed.
        """

    def check(self) -> None:
        """Raise a WorkerLostError where no answer will come, and nobody else would say so."""

    def losses_s(self) -> dict[Any, float]:
        """Return the workers that were lost while others went on, and when, after ``stop``."""
        return {}

    def stop(self) -> None:
        """Let the workers go: all work is done."""

    def kill(self) -> None:
        """Stop the workers as soon as can be, whatever they do."""


class Sequential(Way):
    """One item after another, in this thread."""

    def __init__(self, job: Job) -> None:
        self.n_workers = 1
        self._task, self._deadline_s = job.task, job.deadline_s
        self._ready_s = perf_counter()

    def submit(self, chunk: Any, on_done: Callback) -> None:
        stopped = None if self._deadline_s is None else self._is_late
        outcome = _computed_here(self._task, chunk, 0, self._ready_s, stopped)
        interrupt = outcome.failure and outcome.failure.exception
        if isinstance(interrupt, KeyboardInterrupt):  # the user's: no worker hears one
            raise interrupt
        on_done(outcome)

    def _is_late(self) -> bool:
        return perf_counter() > (self._deadline_s or 0)


class Threads(Way):
    """``concurrent.futures.ThreadPoolExecutor``: threads of this process."""

    def __init__(self, job: Job) -> None:
        from concurrent.futures import ThreadPoolExecutor

        self.n_workers = job.n_workers
        self._task = job.task
        self._stop = threading.Event()
        self._local = threading.local()
        self._executor = ThreadPoolExecutor(job.n_workers, initializer=self._prepare)

    def _prepare(self) -> None:
        self._local.ready_s = perf_counter()

    def _compute(self, chunk: Any) -> Outcome:
        name, ready_s = threading.get_ident(), self._local.ready_s
        return _computed_here(self._task, chunk, name, ready_s, self._stop.is_set)

    def submit(self, chunk: Any, on_done: Callback) -> None:
        self._executor.submit(self._compute, chunk).add_done_callback(partial(call_back, on_done))

    def stop(self) -> None:
        self._executor.shutdown(wait=True)

    def kill(self) -> None:
        self._stop.set()  # a thread ends after the item that it has at hand
        within_limit(lambda: self._executor.shutdown(wait=True, cancel_futures=True))


def _computed_here(
    task: Task, chunk: Any, name: int, ready_s: float, stopped: Callable[[], bool] | None
) -> Outcome:
    start_s = perf_counter()
    results, failure = worker.compute(task, chunk, stopped)
    return Outcome(name, (ready_s, start_s, perf_counter()), results, failure)


def call_back(on_done: Callback, future: Future[Outcome]) -> None:
    """Call back with what came of a future, unless it was cancelled."""
    if not future.cancelled():
        on_done(future.exception() or future.result())


# Where each way is found. What it needs is loaded with it, so a loop loads no pool and no Dask.
WAYS = {
    "sequential": ("helpers.parallel.ways", "Sequential"),
    "threads": ("helpers.parallel.ways", "Threads"),
    "processes": ("helpers.parallel.pools", "Processes"),
    "pool": ("helpers.parallel.pools", "PoolOfProcesses"),
    "dask": ("helpers.parallel.dask_way", "Dask"),
}
PROCESS_WAYS = ("processes", "pool", "dask")


def load_way(how: str) -> type[Way]:
    """Return the class of the way called ``how``."""
    module, name = WAYS[how]
    loaded: type[Way] = getattr(importlib.import_module(module), name)
    return loaded
