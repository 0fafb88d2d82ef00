"""Dask as a way of running: chunks become tasks of a cluster, in the learner's order."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import CancelledError
from contextlib import contextmanager, suppress
from queue import Empty, SimpleQueue
from typing import TYPE_CHECKING, Any, NamedTuple

from helpers.language import current_language, message
from helpers.parallel.clusters import CLOSE_S, start_local
from helpers.parallel.connecting import connect
from helpers.parallel.dask_records import Pulse, Times
from helpers.parallel.errors import TaskNotImportableError, WorkerLostError
from helpers.parallel.stopping import answer_within, within_limit
from helpers.parallel.ways import Callback, Job, Way
from helpers.remote import RemoteOutcome, run_remote_chunk

if TYPE_CHECKING:
    from distributed import Future

# So many bytes of chunks are sent in one message to the scheduler.
MESSAGE_BYTES = 4_000_000
# A task that weighs more travels once to each worker, not with each chunk.
HEAVY_TASK_BYTES = 64_000
# So long the scheduler has to say which workers were lost, once all is done.
LOSSES_S = 3.0
# A result that was done, and was lost with its worker before it was fetched: it is computed again.
AGAIN = ("lost", "pending")


class Parcel(NamedTuple):
    """A chunk that is to be sent, and who is told of its outcome."""

    chunk: bytes
    done: Callback


class Dask(Way):
    """``distributed.Client``: the workers of a cluster, here or elsewhere."""

    def __init__(self, job: Job) -> None:
        if job.client is None:
            self._cluster = start_local(job.n_workers, job.start_method)
        else:
            self._cluster = connect(job.client)
        self.n_workers = self._cluster.n_threads
        self._times = Times(self._cluster)
        self._losses_s: dict[Any, float] = {}
        self._waiting: dict[Future, Callback] = {}
        self._post: SimpleQueue[Parcel | Future | None] = SimpleQueue()
        self._task: Any = job.pickled_task
        self._broken: Exception | None = None
        self._call = uuid.uuid4().hex
        # Dask's dashboard shows each task under the part of its key before the first number.
        self._name = f"{getattr(job.task, '__name__', type(job.task).__name__)}-{self._call}"
        try:
            self._begin()
        except BaseException:
            self._cluster.close(kill=True)
            raise

    def _begin(self) -> None:
        if len(self._task) > HEAVY_TASK_BYTES:
            with _large_messages():
                self._task = self._cluster.client.submit(_itself, self._task, pure=False)
        self._pulse = Pulse(self._cluster.client)
        self._carrier = threading.Thread(target=self._carry, daemon=True)
        self._carrier.start()

    def submit(self, chunk: bytes, on_done: Callback) -> None:
        self._post.put(Parcel(chunk, on_done))

    def check(self) -> None:
        if self._broken is not None:  # then nothing comes any more, and whoever waits is told
            error = f"{type(self._broken).__name__}: {self._broken}"
            raise WorkerLostError(message("dask.broken", error=error)) from self._broken
        self._pulse.check()  # the work of a lost worker is done by the others

    def losses_s(self) -> dict[Any, float]:
        return self._losses_s

    def stop(self) -> None:
        with suppress(Exception):  # the results are there: a scheduler that has gone is no error
            self._losses_s = answer_within(self._times.losses_s, LOSSES_S)
        self._end()
        self._cluster.close()

    def kill(self) -> None:
        futures = list(self._waiting)
        within_limit(lambda: self._cluster.client.cancel(futures, force=True))
        self._end()
        self._cluster.close(kill=True)
        self._carrier.join(CLOSE_S)

    def _end(self) -> None:
        self._post.put(None)
        self._pulse.stop()
        self._task = None

    def _carry(self) -> None:
        """Send what is to be sent and fetch what is done, as much at a time as there is."""
        try:
            while None not in (news := _all_of(self._post)):
                self._send([parcel for parcel in news if isinstance(parcel, Parcel)])
                self._fetch([future for future in news if not isinstance(future, Parcel)])
        except Exception as error:  # the client was closed in the middle of it, for example
            self._broken = error

    def _send(self, parcels: Sequence[Parcel]) -> None:
        chunks: list[bytes] = []
        dones: list[Callback] = []
        for parcel in parcels:
            chunks.append(parcel.chunk)
            dones.append(parcel.done)
            if sum(map(len, chunks)) > MESSAGE_BYTES:
                self._give(chunks, dones)
                chunks, dones = [], []
        self._give(chunks, dones)

    def _give(self, chunks: list[bytes], dones: list[Callback]) -> None:
        if not chunks:
            return
        try:
            with _large_messages():
                futures = self._cluster.client.map(
                    run_remote_chunk,
                    chunks,
                    task=self._task,
                    language=current_language(),
                    call=self._call,
                    pure=False,
                    key=self._name,
                )
        except Exception as error:
            for done in dones:
                done(_explained(error))
            return
        for future, done in zip(futures, dones, strict=True):
            self._waiting[future] = done
            future.add_done_callback(self._post.put)

    def _fetch(self, futures: Sequence[Any]) -> None:
        # asked once: a lost result may be computed again, and finished, at any moment
        status = {future: future.status for future in futures}
        finished = [future for future in futures if status[future] == "finished"]
        try:
            outcomes = self._cluster.client.gather(finished) if finished else []
        except BaseException as error:
            outcomes = [error] * len(finished)
        for future, outcome in zip(finished, outcomes, strict=True):
            self._tell(future, outcome)
        for future in set(futures).difference(finished):
            if status[future] in AGAIN:
                future.add_done_callback(self._post.put)
            else:
                self._tell(future, _failure_of(future, status[future]))

    def _tell(self, future: Future, came: RemoteOutcome | BaseException) -> None:
        done = self._waiting.pop(future, None)
        if done is None:
            return
        if isinstance(came, BaseException):
            done(_explained(came))
        else:
            done(self._times.here(came))


@contextmanager
def _large_messages() -> Iterator[None]:
    """Have Dask not warn of large messages: the learner has no say in how they are cut."""
    import dask

    with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
        yield


def _itself(task: bytes) -> bytes:
    return task


def _all_of(post: SimpleQueue[Any]) -> list[Any]:
    """Return what has come, after waiting for the first of it."""
    news = [post.get()]
    while True:
        try:
            news.append(post.get_nowait())
        except Empty:
            return news


def _failure_of(future: Future, status: str) -> BaseException:
    if status != "error":  # cancelled: the scheduler has gone, do not ask it
        return CancelledError(status)
    try:
        return future.exception(timeout=CLOSE_S) or CancelledError(status)
    except BaseException as error:
        return error


def _explained(error: BaseException) -> BaseException:
    """Return the error that tells a learner what an error of Dask's means."""
    from distributed import KilledWorker

    what = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    if isinstance(error, KilledWorker):
        return WorkerLostError(message("dask.killed", error=str(error)))
    # The latter is a scheduler's which cannot import it; what a task raises comes as an outcome.
    if isinstance(error, (ImportError, AttributeError, RuntimeError)):
        return TaskNotImportableError(message("dask.no_helpers", error=what))
    if isinstance(error, CancelledError) or type(error).__module__.startswith("distributed"):
        return WorkerLostError(message("dask.broken", error=what))
    return error
