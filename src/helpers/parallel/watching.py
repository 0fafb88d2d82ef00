"""watch(): who computed what when, in anybody's own call."""

from __future__ import annotations

import atexit
import inspect
import multiprocessing
import os
import pickle
import shutil
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from functools import partial
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Any, NamedTuple

from helpers import stopwatch
from helpers.language import current_language, text
from helpers.parallel.arguments import name_of
from helpers.parallel.errors import InputError, TaskNotImportableError
from helpers.parallel.importing import pickled_task, refuse_edited
from helpers.parallel.results import Run, Span

PREFIX = "watched-"
_left: set[str] = set()  # folders that the system did not let us delete yet


class Watch:
    """What ``watch()`` gives: it puts a stopwatch into tasks, and knows afterwards who did what.

    Attributes:
        elapsed_s: seconds of the block's body, without the watch's own set-up and reading.
    """

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self._tasks: list[str] = []
        self._pool_workers: set[int] = set()
        self._n_pool_workers = 0
        self._run: Run | None = None
        self._notes: stopwatch.Notes | None = None
        self._problems: list[str] = []

    def __enter__(self) -> Watch:
        """Begin to watch."""
        _sweep()
        folder = ""
        try:
            folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
            (Path(folder) / stopwatch.MISSED).write_bytes(b"0")
        except OSError as error:
            self._problems.append(
                text(
                    es=f"No se pudo anotar nada en la carpeta temporal: {error}.",
                    en=f"Nothing could be recorded in the temporary folder: {error}.",
                )
            )
        refused = pickle.dumps(TaskNotImportableError)
        self._notes = stopwatch.Notes(folder, current_language(), os.getpid(), refused)
        self._notes.pickled = self._pickled
        stopwatch.make_known(self._notes)
        self._before = {child.pid for child in multiprocessing.active_children()}
        self._begin_s = perf_counter()
        return self

    def __call__(self, task: Callable[..., Any]) -> stopwatch.WatchedTask:
        """Return the task with a stopwatch in it.

        It takes the same arguments, and returns and raises the same, in whatever calls it on this
        computer: a pool, an executor, a thread, a process, a loop.

        Raises:
            InputError: it cannot be called; it is a coroutine function or a generator function,
                whose call does nothing yet; its file was edited after it was imported; or there is
                no block of ``watch()`` around.
        """
        if self._notes is None or self._run is not None:
            raise InputError(
                text(
                    es="Esto solo mide dentro de su bloque, with watch() as NOMBRE: usa el nombre "
                    "que escribiste después de as.",
                    en="This only times inside its block, with watch() as NAME: use the name that "
                    "you wrote after as.",
                )
            )
        if not callable(task):
            raise InputError(
                text(
                    es=f"watched recibió {task!r}. Tiene que ser una función, sin paréntesis.",
                    en=f"watched got {task!r}. It has to be a function, without parentheses.",
                )
            )
        if _only_begins(task):
            raise InputError(
                text(
                    es=f"{name_of(task)} es una corrutina o un generador: llamarla no calcula "
                    "todavía nada, así que no hay qué medir. Mide la función que la espera o la "
                    "recorre.",
                    en=f"{name_of(task)} is a coroutine or a generator function: calling it "
                    "computes nothing yet, so there is nothing to time. Time the function that "
                    "awaits or iterates it.",
                )
            )
        if isinstance(task, stopwatch.WatchedTask) and task._notes is self._notes:
            return task
        refuse_edited(task)
        name = name_of(task)
        if name not in self._tasks:
            self._tasks.append(name)
        return stopwatch.WatchedTask(task, self._notes, self._tasks.index(name))

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Read what was noted, and delete the notes."""
        end_s = perf_counter()
        self.elapsed_s = end_s - self._begin_s
        assert self._notes is not None
        self._notes.close()
        stopwatch.forget(self._notes)
        try:
            self._run = self._read(Path(self._notes.folder), end_s)
        finally:
            _delete(self._notes.folder)

    @property
    def problems(self) -> tuple[str, ...]:
        """What is missing in the record, a sentence each, in the learner's language."""
        return tuple(self._problems)

    def run(self) -> Run:
        """Return the record as a ``Run`` without results: who computed what when.

        Raises:
            InputError: the block has not ended yet, or nothing was noted in it.
        """
        if self._run is None:
            raise InputError(
                text(
                    es="El bloque with watch() as NOMBRE todavía no termina: usa NOMBRE después "
                    "del bloque.",
                    en="The block with watch() as NAME has not ended yet: use NAME after the "
                    "block.",
                )
            )
        if not self._run.spans:
            raise InputError(
                " ".join(self._problems)
                or text(
                    es="Dentro del bloque with watch() as NOMBRE no se llamó a ninguna función "
                    "medida: pasa NOMBRE(función) en lugar de función, y espera ahí los "
                    "resultados.",
                    en="No timed function was called inside the block with watch() as NAME: pass "
                    "NAME(function) in place of function, and wait for the results there.",
                )
            )
        return self._run

    def _pickled(self, task: Any, start_method: str | None) -> bytes:
        self._look_for_pool_workers()
        return pickled_task(task, start_method or "fork")

    def _look_for_pool_workers(self) -> None:
        children = multiprocessing.active_children()
        workers = {child.pid for child in children if "PoolWorker" in child.name and child.pid}
        self._pool_workers |= workers
        self._n_pool_workers = max(self._n_pool_workers, len(workers))

    def _read(self, folder: Path, end_s: float) -> Run:
        workers = _workers(folder) if self._notes and self._notes.folder else []
        missed = folder / stopwatch.MISSED
        if missed.exists() and missed.read_bytes() == b"1":
            self._problems.append(
                text(
                    es="Falta lo de algunos procesos, que no pudieron anotarlo (¿disco lleno?).",
                    en="Some processes are missing: they could not record anything (disk full?).",
                )
            )
        lanes = _lanes(workers)
        gone = not self._pool_workers & {c.pid for c in multiprocessing.active_children()}
        idle = self._n_pool_workers - len({i for w, i in lanes if w.pid in self._pool_workers})
        return self._told(lanes, max(0, idle), end_s, gone)

    def _told(
        self, placed: list[tuple[_Worker, int]], n_idle: int, end_s: float, gone: bool
    ) -> Run:
        begin_s, me = self._begin_s, os.getpid()
        n_lanes = 1 + max((lane for _, lane in placed), default=-1)
        kinds = ["process"] * (n_lanes + n_idle)
        ready: list[float | None] = [None] * (n_lanes + n_idle)
        started: list[float | None] = [None] * (n_lanes + n_idle)
        spans = []
        for worker, lane in placed:
            if worker.pid == me:
                kinds[lane] = "this_process" if worker.is_main else "thread"
            arrived_s = max(0.0, worker.arrived_s - begin_s)
            if ready[lane] is None:
                ready[lane] = arrived_s
                if worker.pid != me and worker.started_s >= begin_s - 0.02:
                    started[lane] = max(0.0, worker.started_s - begin_s)
            spans += [
                Span(
                    lane, max(0.0, s.start_s - begin_s), (s.stop_s or end_s) - begin_s, s.n_calls,
                    s.n_raised, s.stop_s is not None, self._tasks[s.task],
                )
                for s in worker.stretches
            ]  # fmt: skip
        last_s = max((span.stop_s for span in spans), default=self.elapsed_s)
        is_pool = bool(self._pool_workers)
        return Run(
            results=[],
            how=_how(kinds, is_pool),
            n_workers=n_lanes + n_idle,
            chunksize=1,
            start_method=None,
            elapsed_s=self.elapsed_s,
            ready_s=tuple(ready),
            spans=tuple(sorted(spans, key=lambda span: span.start_s)),
            stopping_s=self.elapsed_s - last_s if is_pool and gone else 0.0,
            started_s=tuple(started),
            lanes=tuple(kinds),
        )


def watch() -> Watch:
    """Watch the calls of tasks inside a block: which process or thread computes what, and when.

    ``with watch() as watched, multiprocessing.Pool() as pool: pool.map(watched(task), items)``
    makes the same call as without it; afterwards ``plot_timeline(watched)`` draws it. What cannot
    be noted (a full disk, another machine) is computed all the same.

    Returns:
        A context manager; what it gives puts a stopwatch into a task.
    """
    return Watch()


class _Stretch(NamedTuple):
    """Calls of a task, one at once after the other; ``stop_s`` is ``None`` where it goes on."""

    start_s: float
    stop_s: float | None
    n_calls: int
    n_raised: int
    task: int


class _Worker(NamedTuple):
    """A thread of a process, with what it noted, in seconds of ``perf_counter``."""

    pid: int
    is_main: bool
    started_s: float
    arrived_s: float
    ended_s: float
    stretches: list[_Stretch]


def _workers(folder: Path) -> list[_Worker]:
    """Return who has noted something in ``folder``, in the order in which they arrived."""
    files: dict[tuple[int, int], list[Path]] = defaultdict(list)
    for path in folder.glob("*-*-*"):
        pid, thread, _ = map(int, path.name.split("-"))
        files[pid, thread].append(path)
    found = [_worker(pid, paths) for (pid, _), paths in files.items()]
    return sorted(found, key=lambda worker: worker.arrived_s)


def _worker(pid: int, paths: list[Path]) -> _Worker:
    stretches: list[_Stretch] = []
    head: Any = None
    for path in sorted(paths, key=lambda path: int(path.name.rpartition("-")[2])):
        page = memoryview(path.read_bytes()).cast("d")
        last, head = page, head or page
        for i in range(int(page[stopwatch.N_RECORDS])):
            at = stopwatch.HEAD + i * stopwatch.RECORD
            start_s, stop_s, n_calls, n_raised, task = page[at : at + stopwatch.RECORD]
            stretches.append(_Stretch(start_s, stop_s, int(n_calls), int(n_raised), int(task)))
    if last[stopwatch.AT_WORK]:
        at_work = last[stopwatch.AT_WORK]
        stretches.append(_Stretch(at_work, None, 1, 0, int(last[stopwatch.ITS_TASK])))
    started_s, arrived_s, ended_s = head[stopwatch.STARTED : stopwatch.ENDED + 1]
    is_main = bool(head[stopwatch.IS_MAIN])
    return _Worker(pid, is_main, started_s, arrived_s, ended_s, stretches)


def _lanes(workers: list[_Worker]) -> list[tuple[_Worker, int]]:
    """Give each worker a lane; one that had ended before another began leaves its lane to it."""
    free_at: list[float] = []
    placed = []
    for worker in workers:
        begin_s = worker.arrived_s if worker.started_s < 0 else worker.started_s
        lane = next((i for i, free_s in enumerate(free_at) if free_s <= begin_s), len(free_at))
        ended_s = worker.ended_s if worker.ended_s > 0 else float("inf")
        free_at[lane : lane + 1] = [ended_s]
        placed.append((worker, lane))
    return placed


def _how(kinds: list[str], is_pool: bool) -> str:
    if is_pool:
        return "pool"
    if "process" in kinds:
        return "other_processes"
    return "sequential" if kinds == ["this_process"] else "threads"


def _only_begins(task: Any) -> bool:
    """Say whether a call of the task only makes what computes later."""
    while isinstance(task, partial):
        task = task.func
    called = getattr(type(task), "__call__", None)  # noqa: B004  (it is looked into, not asked for)
    kinds = (
        inspect.iscoroutinefunction,
        inspect.isgeneratorfunction,
        inspect.isasyncgenfunction,
    )
    return any(kind(one) for kind in kinds for one in (task, called))


def _delete(folder: str) -> None:
    """Delete the folder of a watch, and those that the system did not let us delete before."""
    if folder:
        _left.add(folder)
    for one in list(_left):
        shutil.rmtree(one, ignore_errors=True)
        if not Path(one).exists():
            _left.discard(one)


atexit.register(_delete, "")


def _sweep() -> None:
    """Delete what programs that were killed have left, and we ourselves could not delete before."""
    _delete("")
    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = path.name.removeprefix(PREFIX).partition("-")[0]
        if pid.isdigit() and not _is_there(int(pid)):
            shutil.rmtree(path, ignore_errors=True)


def _is_there(pid: int) -> bool:
    if sys.platform == "win32":
        import ctypes  # os.kill would end it there

        handle = ctypes.windll.kernel32.OpenProcess(0x1000, False, pid)
        return bool(handle and ctypes.windll.kernel32.CloseHandle(handle))
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        pass  # it is somebody else's
    return True
