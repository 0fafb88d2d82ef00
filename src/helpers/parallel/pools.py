"""The two pools of processes of the standard library, as ways of running."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.pool import Pool
from typing import Any

from helpers import worker
from helpers.language import current_language
from helpers.parallel.failures import lost_worker
from helpers.parallel.processes import WatchedContext, end, interrupts_blocked, kill
from helpers.parallel.ways import Callback, Job, Way, call_back
from helpers.worker import Outcome

# Grace period after a call that failed, before the pool's workers are killed.
GRACE_S = 0.5


class Processes(Way):
    """``concurrent.futures.ProcessPoolExecutor``."""

    def __init__(self, job: Job) -> None:
        self.n_workers = job.n_workers
        self._start_method = job.start_method
        self._watched = WatchedContext(job.start_method)
        self._executor = ProcessPoolExecutor(
            job.n_workers,
            mp_context=self._watched.context,
            initializer=worker.prepare,
            initargs=(job.pickled_task, current_language()),
        )

    def submit(self, chunk: Any, on_done: Callback) -> None:
        def explain(came: Outcome | BaseException) -> None:
            lost = isinstance(came, BrokenProcessPool)
            on_done(lost_worker(None) if lost else came)

        try:
            with interrupts_blocked(self._start_method):  # it starts its workers when work comes
                future: Future[Outcome] = self._executor.submit(worker.run_chunk, chunk)
        except BrokenProcessPool as error:  # a worker was lost since the last look
            explain(error)
        else:
            future.add_done_callback(lambda done: call_back(explain, done))

    def stop(self) -> None:
        end(self._executor.shutdown, self._watched)

    def kill(self) -> None:
        kill(self._watched)
        end(lambda: self._executor.shutdown(cancel_futures=True), self._watched)
        del self._executor  # a notebook keeps the last traceback, and so this object


class PoolOfProcesses(Way):
    """``multiprocessing.Pool``, which is its ``pool``."""

    def __init__(self, job: Job) -> None:
        self.n_workers = job.n_workers
        self._watched = WatchedContext(job.start_method)
        try:
            with interrupts_blocked(job.start_method):
                self.pool = Pool(
                    job.n_workers,
                    initializer=worker.prepare,
                    initargs=(job.pickled_task, current_language()),
                    context=self._watched.context,
                )
        except BaseException:  # an interrupt too: those that were started go
            end(lambda: kill(self._watched), self._watched)
            raise

    def submit(self, chunk: Any, on_done: Callback) -> None:
        self.pool.apply_async(worker.run_chunk, (chunk,), {}, on_done, on_done)

    def check(self) -> None:
        # A Pool replaces a worker that ended and says nothing: the lost work never arrives.
        for process in self._watched.processes:
            if process.exitcode is not None:
                raise lost_worker(process.exitcode)

    def _end(self) -> None:
        pool = self.pool
        pool.terminate()
        pool.join()

    def stop(self) -> None:
        end(self._end, self._watched)  # all results are here, so there is nothing to wait for

    def kill(self) -> None:
        end(self._end, self._watched, GRACE_S)
        del self.pool  # a notebook keeps the last traceback, and so this object
