"""What runs inside a worker of a Dask cluster: one chunk, in any of its threads.

A worker on another machine imports this module and ``helpers.worker`` when its first chunk comes.
"""

from __future__ import annotations

import pickle
import threading
import time
from collections.abc import Callable
from functools import lru_cache
from typing import Any, NamedTuple

from helpers.language import set_language
from helpers.worker import Failure, Outcome, answer, ignore_interrupts

# Two clocks that agree so closely are one: no two machines were started at the same moment.
SAME_CLOCK_S = 0.05


class Call(NamedTuple):
    """The call of ``run`` that a worker works for.

    Attributes:
        name: a name of its own. A task is loaded once for each call: between two of them its module
            may come, or change.
        language: that of the messages.
        wall_s: what the caller's clock shows when its ``perf_counter`` is 0, in seconds since 1970:
            the same for two processes that share their ``perf_counter``, and for no others.
        scheduler_wall_s: what the scheduler's clock shows then.
    """

    name: str
    language: str
    wall_s: float
    scheduler_wall_s: float


def run_remote_chunk(chunk: bytes, task: bytes, call: Call) -> Outcome:
    """Compute one pickled chunk with a pickled task. Never raises, and always answers.

    Returns:
        The outcome; its worker is the address by which the cluster knows this one, and the thread,
        and its times are seconds of the caller's ``perf_counter``.
    """
    from distributed import get_worker

    set_language(call.language)
    address = get_worker().address
    loaded, problem, shift_s = _prepared(task, call)
    outcome = answer(loaded, problem, chunk)
    outcome.worker = (address, threading.get_ident())
    outcome.ready_s += shift_s
    outcome.start_s += shift_s
    outcome.stop_s += shift_s
    return outcome


@lru_cache(maxsize=4)
def _prepared(task: bytes, call: Call) -> tuple[Callable[[Any], Any] | None, Failure | None, float]:
    """Load the task, and find out by how much the caller's ``perf_counter`` is ahead.

    Workers on the caller's machine share its clock. For others it is the scheduler that knows both
    clocks; the shift is the same for a whole call, so that spans of a worker cannot overlap.
    """
    from distributed import get_worker

    wall_s = time.time() - time.perf_counter()
    shift_s = 0.0
    if abs(wall_s - call.wall_s) >= SAME_CLOCK_S:
        shift_s = wall_s + get_worker().scheduler_delay - call.scheduler_wall_s
    try:
        return pickle.loads(task), None, shift_s
    except BaseException as error:
        return None, Failure("load_task", error), shift_s


def dask_setup(_worker: Any) -> None:
    """Have a worker of a local cluster ignore interrupts, which its parent deals with.

    Dask calls this when the worker starts.
    """
    ignore_interrupts()
