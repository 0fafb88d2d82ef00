"""The ways that ``alternatives.py`` compares: what a learner would write, and ``run``.

Each is a function of a task and its items that returns the results in the items' order, starts its
workers and lets them go. Third-party libraries are imported by the call that uses them.
"""

from __future__ import annotations

import importlib.util
import logging
import multiprocessing
import os
import tempfile
from collections.abc import Callable, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from functools import partial
from typing import Any

from light import apply_to_all
from overhead import raw_pool

from helpers.parallel import run
from helpers.parallel.plans import chunksize_for

Task = Callable[[Any], Any]
Way = Callable[[Task, Sequence[Any]], list[Any]]

# What each way of `run` wraps, and the libraries that a learner may choose instead.
WRAPPED = {
    "run sequential": "loop",
    "run threads": "ThreadPoolExecutor",
    "run pool": "Pool",
    "run processes": "ProcessPoolExecutor",
}
LIBRARIES = {"joblib": "joblib", "mpire": "mpire", "Dask": "distributed"}
# More items than this go to Dask in batches: it makes a future for each, of about a millisecond.
MANY_FUTURES = 1_000


def missing() -> list[str]:
    """Return the libraries that are not installed, so that their ways are left out."""
    return [name for name in LIBRARIES.values() if importlib.util.find_spec(name) is None]


def ways(n_workers: int, method: str) -> dict[str, Way]:
    """Return every way that works here, by name; what `run` wraps stands before it."""
    raw: dict[str, Way] = {
        "loop": apply_to_all,
        "ThreadPoolExecutor": partial(_threads, n_workers),
        "Pool": lambda task, items: raw_pool(task, items, method, n_workers),
        "ProcessPoolExecutor": partial(_executor, n_workers, method),
    }
    found: dict[str, Way] = {}
    for name, wrapped in WRAPPED.items():
        found[wrapped] = raw[wrapped]
        found[name] = partial(_run, name.removeprefix("run "), n_workers, method)
    libraries: dict[str, Way] = {
        "joblib": partial(_joblib, n_workers),
        "mpire": partial(_mpire, n_workers, method),
        "Dask": partial(_dask, n_workers),
    }
    left_out = missing()
    return found | {name: libraries[name] for name in LIBRARIES if LIBRARIES[name] not in left_out}


def _run(how: str, n_workers: int, method: str, task: Task, items: Sequence[Any]) -> list[Any]:
    return run(task, items, how=how, n_workers=n_workers, start_method=method).results


def _threads(n_workers: int, task: Task, items: Sequence[Any]) -> list[Any]:
    with ThreadPoolExecutor(n_workers) as executor:
        return list(executor.map(task, items))


def _executor(n_workers: int, method: str, task: Task, items: Sequence[Any]) -> list[Any]:
    # Its own default of one item a message takes some hundred times as long on tiny items.
    size, context = chunksize_for(len(items), n_workers), multiprocessing.get_context(method)
    with ProcessPoolExecutor(n_workers, mp_context=context) as executor:
        return list(executor.map(task, items, chunksize=size))


def _joblib(n_workers: int, task: Task, items: Sequence[Any]) -> list[Any]:
    from joblib import Parallel, delayed
    from joblib.externals.loky import get_reusable_executor

    try:
        return Parallel(n_jobs=n_workers, backend="loky")(delayed(task)(item) for item in items)
    finally:  # or the next call would find its workers started
        get_reusable_executor().shutdown(wait=True)


def _mpire(n_workers: int, method: str, task: Task, items: Sequence[Any]) -> list[Any]:
    from mpire import WorkerPool

    with WorkerPool(n_jobs=n_workers, start_method=method) as pool:
        return pool.map(task, items)


def _dask(n_workers: int, task: Task, items: Sequence[Any]) -> list[Any]:
    # On a busy machine workers tell of heartbeats that their end cut short. They read this.
    os.environ["DASK_LOGGING__DISTRIBUTED"] = "critical"
    import dask
    from distributed import Client, LocalCluster

    quiet = {"dashboard_address": None, "silence_logs": logging.CRITICAL}
    with (
        tempfile.TemporaryDirectory() as folder,
        dask.config.set({"temporary-directory": folder}),
        LocalCluster(n_workers, threads_per_worker=1, host="127.0.0.1", **quiet) as cluster,
        Client(cluster) as client,
    ):
        if len(items) <= MANY_FUTURES:
            return client.gather(client.map(task, items))
        size = chunksize_for(len(items), n_workers)
        batches = [list(items[i : i + size]) for i in range(0, len(items), size)]
        results = client.gather(client.map(partial(apply_to_all, task), batches))
        return [result for batch in results for result in batch]
