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

from helpers.language import text
from helpers.parallel.arguments import (
    as_sequence,
    check_choice,
    check_seconds,
    check_task,
    whole_number,
)
from helpers.parallel.errors import InputError
from helpers.parallel.importing import (
    check_not_importing,
    pickled_by_value,
    pickled_task,
    refuse_edited,
)
from helpers.parallel.machine import default_start_method, start_methods, usable_cpus
from helpers.parallel.results import Task
from helpers.parallel.ways import PROCESS_WAYS, WAYS, Job

# WaitForMultipleObjects takes 63 handles, and the executor needs two itself: a limit for all ways.
WINDOWS_MAX_WORKERS = 61


@dataclass(frozen=True)
class Plan:
    """A call of ``run`` whose arguments have been checked.

    ``chunksize`` is 0 until it is known how many workers share the items. Reading the items has
    taken ``read_s`` seconds of the time limit.
    """

    task: Task
    items: Sequence[Any]
    how: str
    n_workers: int
    chunksize: int
    start_method: str | None
    timeout_s: float | None
    pickled_task: bytes
    client: Any
    read_s: float

    def job(self, called_s: float) -> Job:
        """Return what a way has to know of a call that was made at ``called_s``."""
        limit_s = self.timeout_s
        return Job(
            self.task,
            self.pickled_task,
            self.n_workers,
            self.start_method,
            deadline_s=None if limit_s is None else called_s + limit_s - self.read_s,
            client=self.client,
        )

    def shared_by(self, n_workers: int) -> Plan:
        """Return the plan for ``n_workers``, with a chunksize where none was asked for."""
        n_items = len(self.items)
        # Nothing is dealt out in a plain loop.
        usual = max(1, n_items) if self.how == "sequential" else chunksize_for(n_items, n_workers)
        return dataclasses.replace(self, n_workers=n_workers, chunksize=self.chunksize or usual)

    def chunk(self, index: int) -> Sequence[Any]:
        """Return the items of chunk ``index``."""
        if self.n_chunks == 1:  # a loop goes through the items themselves
            return self.items
        return self.items[self.first(index) : self.first(index + 1)]

    def first(self, index: int) -> int:
        """Return the index of the first item of chunk ``index``; of the end, after the last one."""
        return min(index * self.chunksize, len(self.items))

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
    client: Any,
) -> Plan:
    """Check the arguments of ``run`` and fill in what was left open; ``run`` says what they mean.

    Raises:
        InputError: where one of them cannot be used. Nothing was started.
        TimeLimitError: the time limit was reached while the items were read.
    """
    check_choice("how", how, tuple(WAYS))
    check_choice("start_method", start_method, (*start_methods(), None))
    if how in PROCESS_WAYS:
        check_not_importing("run")
    _check_client(client, how, n_workers, start_method)
    workers = _checked_workers(n_workers, how)
    size = 0 if chunksize is None else whole_number("chunksize", chunksize)
    if timeout_s is not None:
        check_seconds("timeout_s", timeout_s)
    check_task(task)
    refuse_edited(task)
    method = None
    if how in PROCESS_WAYS and client is None:
        # Dask's own choice: its threads do not get along with forking.
        method = start_method or ("spawn" if how == "dask" else default_start_method())
    pickled = b""
    if how == "dask":
        pickled = pickled_by_value(task)
    elif method is not None:
        pickled = pickled_task(task, method)
    begin_s = perf_counter()
    listed = as_sequence(items, timeout_s)
    read_s = perf_counter() - begin_s
    return Plan(task, listed, how, workers, size, method, timeout_s, pickled, client, read_s)


def chunksize_for(n_items: int, n_workers: int) -> int:
    """Return the chunksize that ``multiprocessing.Pool.map`` picks: about 4 chunks a worker.

    Source: ``Pool._map_async`` in CPython's ``multiprocessing/pool.py``.
    """
    return max(1, math.ceil(n_items / (4 * n_workers)))


def most_processes() -> int | None:
    """Return how many workers that are processes a call may have here; ``None`` for any number."""
    return WINDOWS_MAX_WORKERS if sys.platform == "win32" else None


def _checked_workers(n_workers: int | None, how: str) -> int:
    most = most_processes() if how in PROCESS_WAYS else None
    if n_workers is None:
        workers = min(usable_cpus(), most or sys.maxsize)
    else:
        workers = whole_number("n_workers", n_workers, most)
    if how == "sequential":
        return 1
    if how not in PROCESS_WAYS:
        return workers
    if multiprocessing.current_process().daemon:
        raise InputError(
            text(
                es="Este código ya corre dentro de un proceso de un Pool, y esos procesos no "
                f'pueden crear otros, así que how={how!r} no es posible aquí. Usa how="sequential" '
                'o how="threads" dentro de la tarea.',
                en="This code already runs inside a process of a Pool, and those may not start "
                f'others, so how={how!r} is not possible here. Use how="sequential" or '
                'how="threads" inside the task.',
            )
        )
    return workers


def _check_client(
    client: object, how: str, n_workers: int | None, start_method: str | None
) -> None:
    """Refuse a cluster where none is used, or what a cluster that runs already has decided."""
    if how == "dask" and importlib.util.find_spec("distributed") is None:
        raise InputError(
            text(
                es='how="dask" necesita la biblioteca distributed, que no está instalada. Instala '
                'el curso como dice su README, o usa how="processes".',
                en='how="dask" needs the library distributed, which is not installed. Install the '
                'course as its README says, or use how="processes".',
            )
        )
    if client is not None and (how != "dask" or n_workers is not None or start_method is not None):
        raise InputError(
            text(
                es="client es un clúster de Dask que ya está corriendo, con sus propios "
                'trabajadores. Úsalo con how="dask" y sin n_workers ni start_method, o quita '
                "client.",
                en="client is a Dask cluster that runs already, with workers of its own. Use it "
                'with how="dask" and without n_workers or start_method, or leave client out.',
            )
        )
