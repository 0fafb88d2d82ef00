"""The ways of running: one small class each, and one line in the table at the end.

A way takes chunks and calls back with an ``Outcome`` (or an exception, where the way itself broke)
for each. It knows nothing of order, time limits and errors: ``running`` does.
"""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, ProcessPoolExecutor, ThreadPoolExecutor
from dataclasses import dataclass
from multiprocessing.pool import Pool
from time import perf_counter, sleep
from typing import Any, Protocol

from helpers import worker
from helpers.language import current_language
from helpers.parallel.clusters import Cluster
from helpers.parallel.dask_way import Dask
from helpers.parallel.interrupts import deaf_children
from helpers.parallel.results import Task
from helpers.parallel.sending import Cut, Done, Sealed
from helpers.parallel.stopping import end, forget, kill, watched_context, within_limit
from helpers.worker import Outcome

# Within so many seconds a worker has sent what it was sending.
HALT_S = 0.2


@dataclass(frozen=True)
class Job:
    """What a way is started with: the task, also pickled, and how many workers started how.

    ``cluster`` is a Dask cluster that runs already.
    """

    task: Task
    pickled_task: bytes
    n_workers: int
    start_method: str | None
    limited: bool = False  # it may be told to stop in the middle of a chunk
    cluster: Cluster | None = None


class Way(Protocol):
    """A started way of running.

    Attributes:
        uses_processes: whether the workers are processes, so that all must be pickled.
        submit_blocks: whether ``submit`` returns only when the chunk is computed.
        began: a semaphore that each worker releases as it begins, ``None`` where none does.
    """

    uses_processes: bool
    submit_blocks: bool
    began: Any = None

    def __init__(self, job: Job) -> None:
        """Start the workers."""

    def submit(self, cut: Cut, done: Done) -> None:
        """Have a chunk computed, now or later; ``done`` is called when it is."""

    def lost(self) -> int | None:
        """Return the exit code of a worker that has ended although work is pending.

        Raises:
            WorkerLostError: where more can be said of it.
        """

    def losses_s(self) -> dict[Any, float]:
        """Return the workers that were lost while others went on, and when, after ``stop``."""
        return {}

    def stop(self) -> None:
        """Let the workers go: all work is done."""

    def kill(self) -> None:
        """Stop the workers as soon as can be, whatever they do."""


class Sequential(Way):
    """One item after another, in this thread."""

    uses_processes = False
    submit_blocks = True

    def __init__(self, job: Job) -> None:
        self._job = job
        self._chunk: list[Any] = []
        self._ready_s = perf_counter()

    def submit(self, cut: Cut, done: Done) -> None:
        chunk = cut()
        if self._job.limited:  # else it may be the learner's own list
            self._chunk = chunk
        done(_computed_here(self._job.task, chunk, 0, self._ready_s))

    def lost(self) -> int | None:
        return None

    def stop(self) -> None:
        pass

    def kill(self) -> None:
        self._chunk.clear()  # called from another thread: it ends after the item at hand


class Threads(Way):
    """``concurrent.futures.ThreadPoolExecutor``: threads of this process."""

    uses_processes = False
    submit_blocks = False

    def __init__(self, job: Job) -> None:
        self._job = job
        self._chunks: list[list[Any]] = []
        self._local = threading.local()
        self._executor = ThreadPoolExecutor(job.n_workers, initializer=self._prepare)

    def _prepare(self) -> None:
        self._local.ready_s = perf_counter()

    def _compute(self, chunk: list[Any]) -> Outcome:
        name = threading.get_ident()
        return _computed_here(self._job.task, chunk, name, self._local.ready_s)

    def submit(self, cut: Cut, done: Done) -> None:
        chunk = cut()
        self._chunks.append(chunk)
        self._executor.submit(self._compute, chunk).add_done_callback(_teller(done))

    def lost(self) -> int | None:
        return None

    def stop(self) -> None:
        self._executor.shutdown(wait=True)

    def kill(self) -> None:
        # A thread cannot be stopped from outside, but it can run out of items.
        for chunk in self._chunks:
            chunk.clear()
        within_limit(lambda: self._executor.shutdown(wait=True, cancel_futures=True))


class Processes(Way):
    """``concurrent.futures.ProcessPoolExecutor``."""

    uses_processes = True
    submit_blocks = False

    def __init__(self, job: Job) -> None:
        self._start_method = job.start_method
        self._context = watched_context(job.start_method)
        self.began = self._context.Semaphore(0)
        self._executor = ProcessPoolExecutor(
            job.n_workers,
            mp_context=self._context,
            initializer=worker.prepare,
            initargs=(job.pickled_task, current_language(), self.began),
        )

    def submit(self, cut: Cut, done: Done) -> None:
        sealed: Any = Sealed(cut, done)
        with deaf_children(self._start_method):  # it starts its workers when work comes
            future = self._executor.submit(worker.run_chunk, sealed)
        future.add_done_callback(_teller(done))

    def lost(self) -> int | None:
        return None  # the executor tells it itself: BrokenProcessPool

    def stop(self) -> None:
        end(self._executor.shutdown, self._context)

    def kill(self) -> None:
        kill(self._context.started)
        end(lambda: self._executor.shutdown(cancel_futures=True), self._context)
        del self._executor, self.began  # a notebook keeps the last traceback, and so this object


class PoolOfProcesses(Way):
    """``multiprocessing.Pool``."""

    uses_processes = True
    submit_blocks = False

    def __init__(self, job: Job) -> None:
        self._context = watched_context(job.start_method)
        self.began, self._halt = self._context.Semaphore(0), self._context.Semaphore(0)
        try:
            with deaf_children(job.start_method):
                self._pool = Pool(
                    job.n_workers,
                    initializer=worker.prepare,
                    initargs=(job.pickled_task, current_language(), self.began, self._halt),
                    context=self._context,
                )
        except BaseException:  # an interrupt too: those that were started go
            kill(self._context.started)
            forget(self._context.started)
            raise

    def submit(self, cut: Cut, done: Done) -> None:
        self._pool.apply_async(worker.run_chunk, (Sealed(cut, done),), {}, done, done)

    def lost(self) -> int | None:
        # A Pool replaces a worker that ended and says nothing: the lost work never arrives.
        ended = (process.exitcode for process in self._context.started)
        return next((code for code in ended if code is not None), None)

    def _end(self) -> None:
        self._pool.terminate()
        self._pool.join()

    def stop(self) -> None:
        end(self._end, self._context)

    def kill(self) -> None:
        # A worker that is killed while it sends keeps the results' lock, and the pool's own threads
        # wait for it for ever. So first nobody begins to send, and who does it now can finish.
        self._halt.release()
        sleep(HALT_S)
        # Nobody waits for results any more. With some pending, ending the pool fails where the
        # thread that collects them has ended first; and each of them keeps the pool's pipes open.
        vars(self._pool).get("_cache", {}).clear()
        ended = end(self._end, self._context, HALT_S)
        if ended:  # a notebook keeps the last traceback, and so this object
            del self._pool, self.began, self._halt


def _computed_here(task: Task, chunk: list[Any], name: int, ready_s: float) -> Outcome:
    start_s = perf_counter()
    results, failure = worker.compute(task, chunk)
    return Outcome(name, (ready_s, start_s, perf_counter()), results, failure)


def _teller(done: Done) -> Callable[[Future[Outcome]], None]:
    """Turn a callback for outcomes into one for futures."""

    def tell(future: Future[Outcome]) -> None:
        if not future.cancelled():
            done(future.exception() or future.result())

    return tell


WAYS: dict[str, type[Way]] = {
    "sequential": Sequential,
    "threads": Threads,
    "processes": Processes,
    "pool": PoolOfProcesses,
    "dask": Dask,
}
