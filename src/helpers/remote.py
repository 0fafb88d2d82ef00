"""What runs inside a worker of a Dask cluster: one chunk, in any of its threads.

A worker on another machine imports this module and ``helpers.worker`` when its first chunk comes.
"""

from __future__ import annotations

import importlib
import logging
import pickle
import sys
import threading
import time
from collections.abc import Callable
from functools import lru_cache, partial
from pathlib import Path
from typing import Any, NamedTuple

from helpers.language import set_language
from helpers.worker import Failure, Outcome, answer, ignore_interrupts

# When the files of tasks' modules were saved, as this worker loaded them.
_saved_ns: dict[str, int] = {}


class RemoteOutcome(NamedTuple):
    """What came of a chunk, and what is needed to understand its times elsewhere.

    Attributes:
        address: the address of the worker, by which the cluster knows it.
        wall_s: what this machine's clock shows when ``perf_counter`` is 0, in seconds since 1970:
            the same for two processes that share their ``perf_counter``, and for no others.
        scheduler_wall_s: the same by the scheduler's clock, as Dask estimates it.
        outcome: the outcome, its times in seconds of the worker's ``perf_counter``.
    """

    address: str
    wall_s: float
    scheduler_wall_s: float
    outcome: Outcome


def run_remote_chunk(chunk: bytes, task: bytes, language: str, call: str) -> RemoteOutcome:
    """Compute one pickled chunk with a pickled task. Never raises, and always answers.

    Args:
        chunk: the items, pickled as a list.
        task: the task, pickled.
        language: that of the messages.
        call: a name of the call of ``run``. A task is loaded once for each: between two calls its
            module may come, or change.
    """
    from distributed import get_worker

    set_language(language)
    loaded, problem = _loaded_task(task, call)
    try:
        outcome = answer(loaded, problem, chunk)
    except KeyboardInterrupt as error:  # the task's own: it would end the worker
        now_s = time.perf_counter()
        outcome = Outcome(0, (now_s, now_s, now_s), failure=Failure("task", error))
    here = get_worker()
    outcome.worker = (here.address, threading.get_ident())
    wall_s = time.time() - time.perf_counter()
    return RemoteOutcome(here.address, wall_s, wall_s + here.scheduler_delay, outcome)


def dask_setup(_worker: Any) -> None:
    """Make a worker of a local cluster ready: Dask calls this when it starts.

    Interrupts of a terminal go to the workers as well, and whoever called them deals with those.
    What a worker logs about itself, above all at its end, would stand in the learner's notebook.
    """
    ignore_interrupts()
    logging.getLogger("distributed").setLevel(logging.CRITICAL)


@lru_cache(maxsize=4)
def _loaded_task(task: bytes, _call: str) -> tuple[Callable[[Any], Any] | None, Failure | None]:
    try:
        loaded = pickle.loads(task)
        if _edited(loaded):
            loaded = pickle.loads(task)
        return loaded, None
    except BaseException as error:
        return None, Failure("load_task", error)


def _edited(task: Callable[[Any], Any]) -> bool:
    """Load a task's module again if its file was edited since this worker loaded it first.

    A cluster outlives the edits of a learner, who has reloaded the module where the call is made.
    """
    while isinstance(task, partial):
        task = task.func
    module = sys.modules.get(str(getattr(task, "__module__", None)))
    file = getattr(module, "__file__", None)
    if module is None or file is None or not Path(file).exists():
        return False
    saved_ns = Path(file).stat().st_mtime_ns
    if _saved_ns.setdefault(module.__name__, saved_ns) == saved_ns:
        return False
    importlib.reload(module)
    _saved_ns[module.__name__] = saved_ns
    return True
