"""Dask as a way of running: each chunk is a task of a cluster, here or elsewhere."""

from __future__ import annotations

import asyncio
import uuid
from concurrent.futures import CancelledError
from contextlib import ExitStack, suppress
from itertools import count
from time import perf_counter, time
from typing import TYPE_CHECKING, Any

from helpers.language import current_language, text
from helpers.parallel.clusters import connected, kill_workers, patience_s, started
from helpers.parallel.errors import TaskNotImportableError, WorkerLostError
from helpers.parallel.processes import answer_within, within_limit
from helpers.parallel.ways import Callback, Job, Way
from helpers.remote import Call, run_remote_chunk

if TYPE_CHECKING:
    from distributed import Future

# A task that weighs more travels once to each worker, not with each chunk.
HEAVY_TASK_BYTES = 64_000
# How often the scheduler is asked whether it has workers, and how long it may be silent.
ASK_S, SILENT_S = 0.5, 7.0
# How long the scheduler has to say what it knows of clocks, workers and losses.
ANSWER_S = 3.0


class Dask(Way):
    """``distributed.Client``: the workers of a cluster."""

    def __init__(self, job: Job) -> None:
        self._local = job.client is None
        self._futures: set[Future] = set()
        self._workers: set[tuple[str, int]] = set()
        self._losses_s: dict[Any, float] = {}
        self._numbers = count()
        self._stack = ExitStack()
        if self._local:
            cluster = started(job.n_workers, job.start_method or "spawn")
        else:
            cluster = connected(job.client)
        self._client = self._stack.enter_context(cluster)
        self._answered_s = self._staffed_s = self._connected_s = perf_counter()
        loop = self._client.loop.asyncio_loop
        self._watching = asyncio.run_coroutine_threadsafe(self._watch(), loop)
        try:
            self._threads: dict[str, int] = answer_within(self._client.nthreads, ANSWER_S)
            self.n_workers = sum(self._threads.values())
            self._call = self._described()
            # Dask's dashboard shows each task under the part of its key before the first number.
            name = getattr(job.task, "__name__", type(job.task).__name__)
            self._key = f"{name}-{self._call.name}"
            self._task: Any = job.pickled_task
            if len(job.pickled_task) > HEAVY_TASK_BYTES:
                self._task = self._submitted(bytes, job.pickled_task)
        except BaseException:
            self.kill()
            raise

    def _described(self) -> Call:
        wall_s = time() - perf_counter()
        ahead_s = 0.0  # a scheduler may refuse to run functions: then it is taken to be right
        with suppress(Exception):
            before_s = time()
            there_s = answer_within(lambda: self._client.run_on_scheduler(time), ANSWER_S)
            ahead_s = there_s - (before_s + time()) / 2
        return Call(uuid.uuid4().hex, current_language(), wall_s, wall_s + ahead_s)

    def _submitted(self, *call: Any, **options: Any) -> Future:
        import dask

        # Dask would warn of large messages: the learner has no say in how they are sent.
        with dask.config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
            return self._client.submit(*call, pure=False, **options)

    def submit(self, chunk: bytes, on_done: Callback) -> None:
        key = (self._key, next(self._numbers))
        try:
            future = self._submitted(run_remote_chunk, chunk, self._task, self._call, key=key)
            self._futures.add(future)
            self._client.loop.add_callback(self._fetch, future, on_done)
        except Exception as error:  # the client was closed, for example
            on_done(_explained(error))

    async def _fetch(self, future: Future, on_done: Callback) -> None:
        """Wait for an outcome, on Dask's own thread; Dask fetches together what is ready."""
        try:
            outcome = await self._client.gather(future, asynchronous=True)
        except BaseException as error:
            on_done(_explained(error))
            return
        finally:
            self._futures.discard(future)
        self._workers.add(outcome.worker)
        if outcome.worker[0] in self._threads:  # it was there before; others are ready as they come
            outcome.ready_s = min(self._connected_s, outcome.start_s)
        on_done(outcome)

    async def _watch(self) -> None:
        """Note again and again when the scheduler answered, and when it had workers."""
        while True:
            with suppress(Exception):  # the connection was cut
                if await self._client.scheduler.ncores():
                    self._staffed_s = perf_counter()
                self._answered_s = perf_counter()
            await asyncio.sleep(ASK_S)

    def check(self) -> None:
        """Raise where nobody is left who could do the work; that of a lost worker others do."""
        now_s = perf_counter()
        if now_s - self._answered_s > SILENT_S or self._client.status == "closed":
            raise _lost(text(es="sin respuesta", en="no answer"))
        if now_s - self._staffed_s > patience_s(self._client):
            raise _lost(text(es="sin trabajadores", en="no workers"))

    def losses_s(self) -> dict[Any, float]:
        return self._losses_s

    def _lost_workers(self) -> dict[Any, float]:
        there = self._client.nthreads()
        return {
            worker: noted_s - self._call.scheduler_wall_s
            for worker in self._workers
            if worker[0] not in there
            for noted_s, event in self._client.get_events(worker[0])
            if event.get("action") == "remove-worker"
        }

    def stop(self) -> None:
        with suppress(Exception):  # the results are there: a scheduler that has gone is no error
            self._losses_s = answer_within(self._lost_workers, ANSWER_S)
        self._leave()

    def kill(self) -> None:
        if self._local:
            kill_workers(self._client.cluster)
        else:
            within_limit(lambda: self._client.cancel(list(self._futures), force=True))
        self._leave()

    def _leave(self) -> None:
        self._task = None  # a notebook keeps the last traceback, and so this object
        self._watching.cancel()
        self._stack.close()


def _explained(error: BaseException) -> BaseException:
    """Return the error that tells a learner what an error of Dask's means."""
    from distributed import KilledWorker

    what = f"{type(error).__name__}: {str(error).partition(chr(10))[0]}"
    if isinstance(error, KilledWorker):
        return WorkerLostError(
            text(
                es="Un bloque se quedó sin resultado: los trabajadores que lo tenían murieron, uno "
                f"tras otro ({what}). Busca en la tarea un os._exit, una falla en código C o "
                "demasiada memoria; con chunksize=1 se ve qué elemento es.",
                en="A chunk has no result: the workers that had it died one after another "
                f"({what}). Look in the task for an os._exit, a crash in C or too much memory; "
                "with chunksize=1 you see which item it is.",
            )
        )
    # Raised by a scheduler that cannot import it; what a task raises comes as an outcome.
    if isinstance(error, (ImportError, AttributeError, RuntimeError)):
        return TaskNotImportableError(
            text(
                es="El clúster no puede importar helpers, el paquete del curso "
                f"({what}). Instálalo también allá, en el mismo entorno; o envíalo con "
                "client.upload_file, en un .zip que contenga la carpeta helpers.",
                en="The cluster cannot import helpers, the package of the course "
                f"({what}). Install it there as well, in the same environment; or send it with "
                "client.upload_file, in a .zip that contains the folder helpers.",
            )
        )
    lost = (CancelledError, asyncio.CancelledError)
    if isinstance(error, lost) or type(error).__module__.startswith("distributed"):
        return _lost(what)
    return error


def _lost(what: str) -> WorkerLostError:
    return WorkerLostError(
        text(
            es=f"El clúster ya no puede terminar el trabajo ({what}). Revisa por qué (memoria, "
            "red, alguien lo cerró), inicia lo que falte con dask scheduler o dask worker, y "
            "repite la llamada.",
            en=f"The cluster can no longer finish the work ({what}). Find out why (memory, "
            "network, somebody closed it), start what is missing with dask scheduler or dask "
            "worker, and repeat the call.",
        )
    )
