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
from helpers.parallel.clusters import Cluster
from helpers.parallel.connecting import connect
from helpers.parallel.edited import refuse_edited
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_main_file, check_not_importing
from helpers.parallel.machine import default_start_method, usable_cpus
from helpers.parallel.pickling import pickled_task
from helpers.parallel.results import Task
from helpers.parallel.ways import WAYS, Job

# WaitForMultipleObjects takes 63 handles, and the executor needs two of them itself.
WINDOWS_MAX_WORKERS = 61


@dataclass(frozen=True)
class Plan:
    """A call of ``run`` whose arguments have been checked and completed.

    ``client`` is the cluster that was asked for, and ``cluster`` the connection to it, once it
    stands. ``measured`` says that the chunksize was derived from the number of workers. Reading the
    items has taken ``read_s`` seconds of the time limit.
    """

    task: Task
    items: Sequence[Any]
    how: str
    n_workers: int
    chunksize: int
    start_method: str | None
    timeout_s: float | None
    pickled_task: bytes
    measured: bool = False
    client: Any = None
    cluster: Cluster | None = None
    read_s: float = 0.0

    @property
    def job(self) -> Job:
        """What a way needs to know of it."""
        limited = self.timeout_s is not None
        return Job(
            self.task, self.pickled_task, self.n_workers, self.start_method, limited, self.cluster
        )

    def connected(self) -> Plan:
        """Return the plan with a connection to the cluster that was asked for, if one was.

        Raises:
            InputError, MachineError: as ``connecting.connect``.
        """
        if self.client is None:
            return self
        cluster = connect(self.client)
        n = cluster.n_threads
        size = chunksize_for(len(self.items), n) if self.measured else self.chunksize
        return dataclasses.replace(self, n_workers=n, chunksize=size, cluster=cluster)

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
    if WAYS[how].uses_processes:
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
    size = chunksize or _chunksize_of(how, len(listed), workers)
    return Plan(
        task,
        listed,
        how,
        workers,
        size,
        method,
        timeout_s,
        pickled,
        measured=chunksize is None,
        client=client,
        read_s=read_s,
    )


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
    if not WAYS[how].uses_processes or client is not None:
        return None
    # Dask's own choice: its threads do not get along with forking.
    return start_method or ("spawn" if how == "dask" else default_start_method())


def _chunksize_of(how: str, n_items: int, n_workers: int) -> int:
    if how == "sequential":  # nothing is dealt out: the plain loop
        return max(1, n_items)
    return chunksize_for(n_items, n_workers)


def chunksize_for(n_items: int, n_workers: int) -> int:
    """Return the chunksize that ``multiprocessing.Pool.map`` picks: about 4 chunks a worker.

    Source: ``Pool._map_async`` in CPython's ``multiprocessing/pool.py``.
    """
    return max(1, math.ceil(n_items / (4 * n_workers)))


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
