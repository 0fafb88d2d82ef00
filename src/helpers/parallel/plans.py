"""The plan of a call: its arguments, checked before anything is started."""

from __future__ import annotations

import inspect
import io
import math
import multiprocessing
import operator
import pickle
import sys
import types
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from helpers.language import message
from helpers.parallel.errors import InputError, NotPicklableError, TaskNotImportableError
from helpers.parallel.machine import default_start_method, usable_cpus
from helpers.parallel.results import Task
from helpers.parallel.ways import WAYS, Job

# WaitForMultipleObjects takes 63 handles, and the executor needs two of them itself.
WINDOWS_MAX_WORKERS = 61


@dataclass(frozen=True)
class Plan:
    """A call of ``run`` whose arguments have been checked and completed."""

    task: Task
    items: Sequence[Any]
    how: str
    n_workers: int
    chunksize: int
    start_method: str | None
    timeout_s: float | None
    progress: bool
    pickled_task: bytes

    @property
    def job(self) -> Job:
        """What a way needs to know of it."""
        limited = self.timeout_s is not None
        return Job(self.task, self.pickled_task, self.n_workers, self.start_method, limited)

    def chunk(self, index: int) -> list[Any]:
        """Return the items of chunk ``index``, as a new list.

        The plain loop goes through the items themselves, unless it may have to be stopped.
        """
        if self.how == "sequential" and self.n_chunks == 1 and self.timeout_s is None:
            return self.items  # type: ignore[return-value]  # it has all that is asked of the list
        return list(self.items[index * self.chunksize : (index + 1) * self.chunksize])

    def chunk_length(self, index: int) -> int:
        """Return how many items chunk ``index`` has."""
        return min(self.chunksize, len(self.items) - index * self.chunksize)

    @property
    def n_chunks(self) -> int:
        """How many chunks the items make."""
        return math.ceil(len(self.items) / self.chunksize)


def make_plan(
    task: Task,
    items: Iterable[Any],
    how: str,
    n_workers: int | None,
    chunksize: int | None,
    start_method: str | None,
    timeout_s: float | None,
    progress: bool,
) -> Plan:
    """Check the arguments of ``run`` and fill in what was left open; they mean what they do there.

    Raises:
        InputError: where one of them cannot be used. Nothing was started.
    """
    check_choice("how", how, tuple(WAYS))
    methods = multiprocessing.get_all_start_methods()
    check_choice("start_method", start_method, (*methods, None))
    processes = WAYS[how].uses_processes
    method = (start_method or default_start_method()) if processes else None
    workers = _checked_workers(n_workers, how)
    if chunksize is not None:
        chunksize = whole_number("chunksize", chunksize)
    _check_limit(timeout_s)
    check_choice("progress", progress, (False, True))
    check_task(task)
    pickled_task = pickled_task_for(task, method) if method else b""
    listed = as_sequence(items)
    size = chunksize or _chunksize_of(how, len(listed), workers, progress)
    return Plan(task, listed, how, workers, size, method, timeout_s, progress, pickled_task)


def _chunksize_of(how: str, n_items: int, n_workers: int, progress: bool) -> int:
    if how == "sequential":  # nothing is dealt out: the plain loop, with pauses for a bar
        return max(1, math.ceil(n_items / 100) if progress else n_items)
    return chunksize_for(n_items, n_workers)


def chunksize_for(n_items: int, n_workers: int) -> int:
    """Return the chunksize that ``multiprocessing.Pool.map`` picks: about 4 chunks a worker.

    Source: ``Pool._map_async`` in CPython's ``multiprocessing/pool.py``.
    """
    return max(1, math.ceil(n_items / (4 * n_workers)))


def check_choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Raise an InputError that lists what is allowed, where ``value`` is none of it."""
    if value not in allowed:
        listed = ", ".join(repr(choice) for choice in allowed)
        raise InputError(
            message("run.unknown_choice", name=name, received=short(value), allowed=listed)
        )


def _checked_workers(n_workers: int | None, how: str) -> int:
    workers = usable_cpus() if n_workers is None else whole_number("n_workers", n_workers)
    if how == "sequential":
        return 1
    if not WAYS[how].uses_processes:
        return workers
    if multiprocessing.current_process().daemon:
        raise InputError(message("run.inside_pool", how=repr(how)))
    if sys.platform == "win32" and workers > WINDOWS_MAX_WORKERS:
        if n_workers is None:
            return WINDOWS_MAX_WORKERS
        raise InputError(
            message("run.windows_workers", received=workers, allowed=WINDOWS_MAX_WORKERS)
        )
    return workers


def whole_number(name: str, value: object) -> int:
    """Return ``value`` as an int; raise an InputError that names it where it is not 1 or more."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise InputError(message("run.not_positive", name=name, received=short(value)))
    return number


def _check_limit(timeout_s: object) -> None:
    if timeout_s is None:
        return
    number = isinstance(timeout_s, (int, float)) and not isinstance(timeout_s, bool)
    if not number or not timeout_s > 0:  # type: ignore[operator]  # "not >" catches nan too
        raise InputError(message("run.bad_timeout", received=short(timeout_s)))


def as_sequence(items: Iterable[Any]) -> Sequence[Any]:
    """Return the items as something with a length and slices.

    What has them is not copied: a copy made before the workers fork costs them all its pages.

    Raises:
        InputError: where they cannot be gone through.
    """
    if type(items) in (list, tuple, range):
        return items  # type: ignore[return-value]
    try:
        iterator = iter(items)
    except TypeError:
        raise InputError(message("run.not_iterable", received=short(items))) from None
    return list(iterator)


def check_budget(budget_s: object) -> None:
    """Raise an InputError where ``budget_s`` is no number of seconds above 0."""
    number = isinstance(budget_s, (int, float)) and not isinstance(budget_s, bool)
    if not number or not budget_s > 0:  # type: ignore[operator]
        raise InputError(message("advise.bad_budget", received=short(budget_s)))


def check_task(task: object) -> None:
    """Raise an InputError where ``task`` is nothing that can be called with one item."""
    if inspect.iscoroutinefunction(task):
        raise InputError(message("run.coroutine", received=name_of(task)))
    if not callable(task):
        raise InputError(message("run.not_callable", received=short(task)))


def pickled_task_for(task: Task, start_method: str) -> bytes:
    """Return the task as it is sent to processes; raise an InputError where they cannot get it."""
    pickled = io.BytesIO()
    pickler = _ModulesNoted(pickled, pickle.HIGHEST_PROTOCOL)
    try:
        pickler.dump(task)
    except Exception as error:
        raise _unpicklable(task, error) from error
    if "__main__" in pickler.modules and start_method != "fork" and not _main_can_be_imported():
        raise TaskNotImportableError(
            message("run.task_in_main", task=name_of(task), start_method=start_method)
        )
    return pickled.getvalue()


def _unpicklable(task: Task, error: Exception) -> InputError:
    if isinstance(task, types.FunctionType) and task.__name__ == "<lambda>":
        return TaskNotImportableError(message("run.lambda"))
    if isinstance(task, types.FunctionType):
        return TaskNotImportableError(message("run.local_task", task=name_of(task)))
    return NotPicklableError(
        message("run.task_unpicklable", task=short(task), error=f"{type(error).__name__}: {error}")
    )


class _ModulesNoted(pickle.Pickler):
    """A pickler that notes which modules a worker will have to import."""

    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.modules: set[str] = set()

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (type, types.FunctionType)):
            self.modules.add(str(obj.__module__))
        return NotImplemented


def _main_can_be_imported() -> bool:
    """Say whether a new process can import ``__main__``: a script's can be, a notebook's cannot."""
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is not None:  # python -m name
        return True
    file = getattr(main, "__file__", None)
    return file is not None and Path(file).exists()


def name_of(task: object) -> str:
    """Return the name by which a learner knows ``task``."""
    return getattr(task, "__qualname__", None) or short(task)


def short(value: object, limit: int = 120) -> str:
    """Return ``repr(value)``, cut where it is longer than ``limit`` characters."""
    try:
        text = repr(value)
    except Exception:  # an item whose repr fails must not hide the error that speaks of it
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
