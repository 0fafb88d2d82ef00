"""watch(): who computed what when, in anybody's own call."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import tempfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter
from typing import Any

from helpers import stopwatch
from helpers.language import current_language, text
from helpers.parallel.arguments import check_task
from helpers.parallel.errors import InputError, TaskNotImportableError
from helpers.parallel.importing import pickled_task, refuse_edited
from helpers.parallel.results import Run, Span

PREFIX = "watched-"
CLOCK_TICK_S = 0.02  # the system knows the start of a process in hundredths of a second


def watch() -> Watch:
    """Watch the calls of tasks inside a block: which process or thread computes what, and when.

    ``with watch() as watched, multiprocessing.Pool() as pool: pool.map(watched(task), items)``
    makes the same call as without it; afterwards ``plot_timeline(watched)`` draws it. What cannot
    be logged (a full disk, another machine) is computed all the same.
    """
    return Watch()


class Watch:
    """What ``watch()`` gives: it puts a stopwatch into tasks, and knows afterwards who did what.

    Attributes:
        elapsed_s: seconds of the block's body, without the watch's own set-up and reading.
        problems: what is missing in the record, a sentence each, in the learner's language.
    """

    def __init__(self) -> None:
        self.elapsed_s = 0.0
        self.problems: list[str] = []
        self._recorder: _Recorder | None = None
        self._run: Run | None = None

    def __enter__(self) -> Watch:
        """Begin to watch."""
        _delete_what_dead_programs_left()
        try:
            folder = tempfile.mkdtemp(prefix=f"{PREFIX}{os.getpid()}-")
        except OSError:
            folder = ""  # nothing is logged
        self._recorder = _Recorder(folder)
        self._begin_s = perf_counter()
        return self

    def __call__(self, task: Callable[..., Any]) -> stopwatch.WatchedTask:
        """Return the task with a stopwatch in it.

        It takes the same arguments, and returns and raises the same, in whatever calls it on this
        computer: a pool, an executor, a thread, a process, a loop.

        Raises:
            InputError: it cannot be called, or is a coroutine function, whose call computes nothing
                yet; its file was edited after it was imported; or there is no block of ``watch()``
                around.
        """
        if self._recorder is None or self._run is not None:
            raise _used_wrongly()
        check_task(task)
        if isinstance(task, stopwatch.WatchedTask) and task.recorder is self._recorder:
            return task
        refuse_edited(task)
        return stopwatch.WatchedTask(task, self._recorder)

    def __exit__(self, *_: object) -> None:
        """Read what was logged, and delete the logs."""
        end_s = perf_counter()
        self.elapsed_s = end_s - self._begin_s
        assert self._recorder is not None
        self._recorder.close()
        try:
            self._run = self._read(self._recorder, end_s)
        finally:
            shutil.rmtree(self._recorder.folder, ignore_errors=True)

    def run(self) -> Run:
        """Return the record as a ``Run`` without results: who computed what when.

        Raises:
            InputError: the block has not ended yet, or nothing was logged in it.
        """
        if self._run is None or not self._run.spans:
            raise InputError(" ".join(self.problems)) if self.problems else _used_wrongly()
        return self._run

    def _read(self, recorder: _Recorder, end_s: float) -> Run:
        logs, complete = _read_logs(recorder.folder)
        if not complete:
            self.problems.append(
                text(
                    es="Faltan llamadas que no se pudieron anotar (¿disco lleno?).",
                    en="Some calls are missing: they could not be recorded (disk full?).",
                )
            )
        begin_s, me, pool = self._begin_s, os.getpid(), recorder.pool_workers
        kinds: list[str] = []
        ready_s: list[float | None] = []
        started_s: list[float | None] = []
        spans: list[Span] = []
        for lane, (pid, pages) in enumerate(logs):
            is_main, started, arrived = pages[0][stopwatch.IS_MAIN : stopwatch.ARRIVED + 1]
            kinds.append("process" if pid != me else "this_process" if is_main else "thread")
            ready_s.append(max(0.0, arrived - begin_s))
            is_new = pid != me and started > begin_s - CLOCK_TICK_S
            started_s.append(max(0.0, started - begin_s) if is_new else None)
            spans += _spans(lane, pages, begin_s, end_s)
        n_idle = max(0, recorder.n_pool_workers - sum(pid in pool for pid, _ in logs))
        how = "sequential" if kinds == ["this_process"] else "threads"
        if pool or "process" in kinds:
            how = "pool" if pool else "other_processes"
        last_s = max((span.stop_s for span in spans), default=self.elapsed_s)
        has_ended = pool and not pool & {c.pid for c in multiprocessing.active_children()}
        return Run(
            results=[],
            how=how,
            n_workers=len(kinds) + n_idle,
            chunksize=1,
            start_method=None,
            elapsed_s=self.elapsed_s,
            ready_s=(*ready_s, *[None] * n_idle),
            spans=tuple(sorted(spans, key=lambda span: span.start_s)),
            stopping_s=self.elapsed_s - last_s if has_ended else 0.0,
            started_s=(*started_s, *[None] * n_idle),
            lanes=(*kinds, *["process"] * n_idle),
        )


class _Recorder(stopwatch.Recorder):
    """That of the process of the watch: it checks tasks, and looks at the pools that get them."""

    def __init__(self, folder: str) -> None:
        error = pickle.dumps(TaskNotImportableError)
        super().__init__(folder, current_language(), os.getpid(), error)
        stopwatch.recorders[folder] = self
        self.pool_workers: set[int | None] = set()  # their numbers, ended ones too
        self.n_pool_workers = 0  # at a time

    def pickled(self, task: Any, start_method: str | None) -> bytes:
        children = multiprocessing.active_children()
        workers = {child.pid for child in children if "PoolWorker" in child.name}
        self.pool_workers |= workers
        self.n_pool_workers = max(self.n_pool_workers, len(workers))
        return pickled_task(task, start_method or "fork")


def _read_logs(folder: str) -> tuple[list[tuple[int, list[Any]]], bool]:
    """Return each thread's process and pages, in order of arrival, and whether none is missing."""
    pages: dict[tuple[str, str], list[Any]] = defaultdict(list)
    complete = bool(folder)
    for path in sorted(Path(folder).iterdir()) if folder else ():
        pid, thread, _part = path.name.split("-")
        content = path.read_bytes()
        if len(content) == stopwatch.FILE_BYTES:
            pages[pid, thread].append(memoryview(content).cast("d"))
        else:
            complete = False
    logs = [(int(pid), own) for (pid, _thread), own in pages.items()]
    return sorted(logs, key=lambda log: log[1][0][stopwatch.ARRIVED]), complete


def _spans(lane: int, pages: list[Any], begin_s: float, end_s: float) -> Iterator[Span]:
    """Yield what a thread has logged, in seconds since the beginning of the watch."""
    for page in pages:
        for i in range(int(page[stopwatch.N_RECORDS])):
            at = stopwatch.HEADER + i * stopwatch.RECORD
            start_s, stop_s, n_calls, n_raised = page[at : at + stopwatch.RECORD]
            start_s = max(0.0, start_s - begin_s)
            yield Span(lane, start_s, stop_s - begin_s, int(n_calls), n_raised=int(n_raised))
    if running_since_s := pages[-1][stopwatch.RUNNING]:
        yield Span(lane, running_since_s - begin_s, end_s - begin_s, 1, finished=False)


def _used_wrongly() -> InputError:
    return InputError(
        text(
            es="Dentro del bloque with watch() as NOMBRE pasa NOMBRE(función) en lugar de función, "
            "y espera ahí los resultados; usa NOMBRE después del bloque para ver lo que se midió.",
            en="Inside its block, with watch() as NAME, pass NAME(function) in place of function, "
            "and wait for the results there; use NAME after the block to see what was timed.",
        )
    )


def _delete_what_dead_programs_left() -> None:
    import psutil  # only a watch needs it

    for path in Path(tempfile.gettempdir()).glob(f"{PREFIX}*-*"):
        pid = path.name.split("-")[1]
        if pid.isdigit() and not psutil.pid_exists(int(pid)):
            shutil.rmtree(path, ignore_errors=True)
