"""The plan of a call: its arguments, checked before anything is started."""

from __future__ import annotations

import dataclasses
import importlib.util
import math
import multiprocessing
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import (
    as_sequence,
    check_choice,
    check_limit,
    check_task,
    short,
    whole_number,
)
from helpers.parallel.edited import refuse_edited
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_main_file, check_not_importing
from helpers.parallel.machine import default_start_method, usable_cpus
from helpers.parallel.pickling import pickled_task
from helpers.parallel.results import Task
from helpers.parallel.ways import PROCESS_WAYS, WAYS, Job

# WaitForMultipleObjects takes 63 handles, and the executor needs two of them itself.
WINDOWS_MAX_WORKERS = 61


@dataclass(frozen=True)
class Plan:
    """A call of ``run`` whose arguments have been checked.

    ``chunksize`` is ``None`` until it is known how many workers share the items. Reading the items
    has taken ``read_s`` seconds of the time limit.
    """

    task: Task
    items: Sequence[Any]
    how: str
    n_workers: int
    chunksize: int | None
    start_method: str | None
    timeout_s: float | None
    pickled_task: bytes
    client: Any = None
    read_s: float = 0.0

    def job(self, called_s: float) -> Job:
        """Return what a way has to know of a call that was made at ``called_s``."""
        limit_s = self.timeout_s
        deadline_s = None if limit_s is None else called_s + limit_s - self.read_s
        job = Job(self.task, self.pickled_task, self.n_workers, self.start_method)
        return dataclasses.replace(job, deadline_s=deadline_s, client=self.client)

    def shared_by(self, n_workers: int) -> Plan:
        """Return the plan for so many workers, with a chunksize where none was asked for."""
        n_items = len(self.items)
        if self.how == "sequential":  # nothing is dealt out: the plain loop
            size = self.chunksize or max(1, n_items)
        else:
            size = self.chunksize or chunksize_for(n_items, n_workers)
        return dataclasses.replace(self, n_workers=n_workers, chunksize=size)

    def chunk(self, index: int) -> Sequence[Any]:
        """Return the items of chunk ``index``."""
        return self.items[self.first(index) : self.first(index + 1)]

    def first(self, index: int) -> int:
        """Return the index of the first item of chunk ``index``; of the end, after the last one."""
        assert self.chunksize is not None
        return min(index * self.chunksize, len(self.items))

    @property
    def n_chunks(self) -> int:
        """How many chunks the items make."""
        assert self.chunksize is not None
        return math.ceil(len(self.items) / self.chunksize)


def make_plan(
    task: Task,
    items: Iterable[Any],
    how: str,
    n_workers: int | None,
    chunksize: int | None,
    start_method: str | None,
    timeout_s: float | None,
    client: Any = None,
) -> Plan:
    """Check the arguments of ``run`` and fill in what was left open; they mean what they do there.

    Raises:
        InputError: where one of them cannot be used. Nothing was started.
        TimeLimitError: the time limit was reached while the items were read.
    """
    check_choice("how", how, tuple(WAYS))
    methods = multiprocessing.get_all_start_methods()
    check_choice("start_method", start_method, (*methods, None))
    if how in PROCESS_WAYS:
        check_not_importing("run")
    check_client(client, how, n_workers, start_method)
    method = _method_of(how, start_method, client)
    workers = _checked_workers(n_workers, how)
    if chunksize is not None:
        chunksize = whole_number("chunksize", chunksize)
    check_limit(timeout_s)
    check_task(task)
    refuse_edited(task)
    pickled = pickled_task(task, how, method)
    if method is not None:
        check_main_file(method)
    begin = perf_counter()
    listed = as_sequence(items, timeout_s)
    read_s = perf_counter() - begin
    return Plan(task, listed, how, workers, chunksize, method, timeout_s, pickled, client, read_s)


def check_client(client: object, how: str, n_workers: int | None, start_method: str | None) -> None:
    """Refuse a cluster where none is used, or what a cluster that runs already has decided."""
    if how == "dask" and importlib.util.find_spec("distributed") is None:
        raise InputError(message("dask.missing"))
    if client is None:
        return
    if how != "dask":
        raise InputError(message("dask.other_way", how=repr(how)))
    for name, value in (("n_workers", n_workers), ("start_method", start_method)):
        if value is not None:
            raise InputError(message("dask.decided", name=name, received=short(value)))


def _method_of(how: str, start_method: str | None, client: object) -> str | None:
    """Return how the processes will start; ``None`` where none does."""
    if how not in PROCESS_WAYS or client is not None:
        return None
    # Dask's own choice: its threads do not get along with forking.
    return start_method or ("spawn" if how == "dask" else default_start_method())


def chunksize_for(n_items: int, n_workers: int) -> int:
    """Return the chunksize that ``multiprocessing.Pool.map`` picks: about 4 chunks a worker.

    Source: ``Pool._map_async`` in CPython's ``multiprocessing/pool.py``.
    """
    return max(1, math.ceil(n_items / (4 * n_workers)))


def _checked_workers(n_workers: int | None, how: str) -> int:
    workers = usable_cpus() if n_workers is None else whole_number("n_workers", n_workers)
    if how == "sequential":
        return 1
    if how not in PROCESS_WAYS:
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
