"""The two pools of processes of the standard library, as ways of running."""

from __future__ import annotations

from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from multiprocessing.pool import Pool
from time import sleep
from typing import Any

from helpers import worker
from helpers.language import current_language
from helpers.parallel.failures import lost_worker
from helpers.parallel.interrupts import deaf_children
from helpers.parallel.stopping import end, forget, kill, watched_context
from helpers.parallel.ways import Callback, Job, Way, answer
from helpers.worker import Outcome

# Within so many seconds a worker has sent what it was sending.
HALT_S = 0.2


class Processes(Way):
    """``concurrent.futures.ProcessPoolExecutor``."""

    def __init__(self, job: Job) -> None:
        self.n_workers = job.n_workers
        self._start_method = job.start_method
        self._context = watched_context(job.start_method)
        self._began = self._context.Semaphore(0)
        self._executor = ProcessPoolExecutor(
            job.n_workers,
            mp_context=self._context,
            initializer=worker.prepare,
            initargs=(job.pickled_task, current_language(), self._began),
        )

    def submit(self, chunk: Any, on_done: Callback) -> None:
        def done(future: Future[Outcome]) -> None:
            answer(lambda came: on_done(self._explained(came)), future)

        try:
            with deaf_children(self._start_method):  # it starts its workers when work comes
                future = self._executor.submit(worker.run_chunk, chunk)
        except BrokenProcessPool as error:  # a worker was lost since the last look
            # its frames hold the executor, and with it semaphores
            on_done(self._explained(error.with_traceback(None)))
        else:
            future.add_done_callback(done)

    def _explained(self, came: Outcome | BaseException) -> Outcome | BaseException:
        if not isinstance(came, BrokenProcessPool):
            return came
        return lost_worker(self._start_method, self._began, None)

    def stop(self) -> None:
        end(self._executor.shutdown, self._context)

    def kill(self) -> None:
        kill(self._context.started)
        end(lambda: self._executor.shutdown(cancel_futures=True), self._context)
        del self._executor, self._began  # a notebook keeps the last traceback, and so this object


class PoolOfProcesses(Way):
    """``multiprocessing.Pool``."""

    def __init__(self, job: Job) -> None:
        self.n_workers = job.n_workers
        self._start_method = job.start_method
        self._context = watched_context(job.start_method)
        self._began, self._halt = self._context.Semaphore(0), self._context.Semaphore(0)
        try:
            with deaf_children(job.start_method):
                self._pool = Pool(
                    job.n_workers,
                    initializer=worker.prepare,
                    initargs=(job.pickled_task, current_language(), self._began, self._halt),
                    context=self._context,
                )
        except BaseException:  # an interrupt too: those that were started go
            kill(self._context.started)
            forget(self._context.started)
            raise

    def submit(self, chunk: Any, on_done: Callback) -> None:
        self._pool.apply_async(worker.run_chunk, (chunk,), {}, on_done, on_done)

    def check(self) -> None:
        # A Pool replaces a worker that ended and says nothing: the lost work never arrives.
        for process in self._context.started:
            if process.exitcode is not None:
                raise lost_worker(self._start_method, self._began, process.exitcode)

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
            del self._pool, self._began, self._halt
