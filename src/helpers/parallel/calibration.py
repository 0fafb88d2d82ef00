"""Measure what running costs on this machine: from the traces of a few calls that do nothing."""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from helpers.parallel.arguments import check_budget, check_choice
from helpers.parallel.costs import CostModel
from helpers.parallel.dask_calibration import calibrate_dask
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import usable_cpus
from helpers.parallel.plans import check_client
from helpers.parallel.results import Run
from helpers.parallel.running import run
from helpers.parallel.traces import cycle_s, gap_s, last_ready_s, median, packing_s, typical_s
from helpers.parallel.ways import WAYS

# The calls that are measured: large enough for the clock, and all of them a second or two.
N_MESSAGES = 600
N_PAUSES, PAUSE_S = 40, 0.002
N_CHUNKS, N_ITEMS, N_BYTES = 8, 8_000, 1 << 22
N_WORKS, WORK = 8, range(100_000)
MAX_ROUNDS, BUDGET_S = 5, 5.0
SOON = 1.1


@dataclass(frozen=True)
class _Round:
    """One call of each kind, ``one`` with one worker and ``full`` with one on each CPU."""

    one: Run
    full: Run
    paused: Run
    items: Run
    data: Run
    work_one: Run
    work_full: Run
    launch_s: float


def calibrate(
    start_method: str | None = None,
    *,
    how: str = "pool",
    budget_s: float = BUDGET_S,
    client: Any = None,
) -> CostModel:
    """Measure what a way of running costs on this machine, beside the task itself.

    Short calls that do next to nothing are run in turns, for about three seconds and never more
    than ten, and their traces are read: when workers were ready, how much time passed from one
    chunk to the next, how that grew with items and bytes. Each figure is a median.

    Args:
        start_method: how processes start; the one in force if ``None``.
        how: the way of running: ``"pool"``, ``"processes"``, ``"threads"`` or ``"dask"``. For Dask
            two local clusters are started and closed, one of a single worker.
        budget_s: about how long it may take, in seconds; one round of calls is made in any case.
        client: for Dask: a cluster that runs already, as in ``run``. Then its calls are measured,
            as if one worker and all of its workers cost the same, and nothing is started.

    Returns:
        A ``CostModel``, all its times in seconds.

    Raises:
        InputError: there is no such way or start method here, ``budget_s`` is no number of 0
            or more, or ``client`` cannot be used.
        MachineError: no scheduler answers there, or it has no workers.
    """
    check_choice("how", how, tuple(name for name in WAYS if name != "sequential"))
    if isinstance(budget_s, bool) or budget_s != 0:
        check_budget(budget_s)
    check_client(client, how, None, start_method)
    if WAYS[how].uses_processes:
        check_not_importing("calibrate")
    if how == "dask":
        return calibrate_dask(start_method, budget_s, client)
    cpus = usable_cpus()
    call: partial[Run] = partial(run, how=how, start_method=start_method, timeout_s=10.0)
    call(abs, [0])  # the first call of a process is slower
    begin = perf_counter()
    rounds = [_round(call, cpus)]
    longest_s = perf_counter() - begin
    while len(rounds) < MAX_ROUNDS and perf_counter() - begin + longest_s < budget_s:
        rounds.append(_round(call, cpus))
    return _model(rounds, cpus)


def _round(call: partial[Run], cpus: int) -> _Round:
    data = bytes(N_BYTES)
    return _Round(
        one=call(abs, range(N_MESSAGES), n_workers=1, chunksize=1),
        full=call(abs, range(N_MESSAGES), n_workers=max(2, cpus), chunksize=1),
        paused=call(time.sleep, [PAUSE_S] * N_PAUSES, n_workers=1, chunksize=1),
        items=call(abs, range(N_CHUNKS * N_ITEMS), n_workers=1, chunksize=N_ITEMS),
        data=call(len, [data] * N_CHUNKS, n_workers=1, chunksize=1),
        work_one=call(sum, [WORK] * N_WORKS, n_workers=1, chunksize=1),
        work_full=call(sum, [WORK] * N_WORKS * max(2, cpus), n_workers=max(2, cpus), chunksize=1),
        launch_s=_launch_s(call.keywords["how"], call.keywords["start_method"]),
    )


def _launch_s(how: str, start_method: str | None) -> float:
    """Return for how long the parent is busy with starting one worker."""
    if not WAYS[how].uses_processes:
        return 0.0
    context: Any = multiprocessing.get_context(start_method)
    process = context.Process(target=abs, args=(0,))
    begin = perf_counter()
    process.start()
    launched_s = perf_counter() - begin
    process.join(10.0)
    return launched_s


def _model(rounds: Sequence[_Round], cpus: int) -> CostModel:
    """Read the figures from the traces; what comes out below 0 by chance is 0."""
    ones = [run for r in rounds for run in (r.one, r.paused, r.work_one)]
    fulls = [run for r in rounds for run in (r.full, r.work_full)]
    message_s = median(cycle_s(r.one) for r in rounds)
    worker_message_s = median(gap_s(r.paused) for r in rounds)
    launch_s = median(r.launch_s for r in rounds)
    start_s, boot_s = _started(ones, launch_s, (message_s + worker_message_s) / 2)
    more_s = median(run.stopping_s for run in fulls) - median(run.stopping_s for run in ones)
    stop_worker_s = max(0.0, more_s) / (fulls[0].n_workers - 1)
    slower = [typical_s(r.work_full) / typical_s(r.work_one) for r in rounds]
    return CostModel(
        how=ones[0].how,
        start_method=ones[0].start_method,
        cpus=cpus,
        start_s=start_s,
        launch_s=launch_s,
        boot_s=boot_s,
        full_boot_s=median(last_ready_s(run) - run.n_workers * launch_s for run in fulls),
        message_s=message_s,
        full_message_s=median(cycle_s(r.full) for r in rounds),
        worker_message_s=worker_message_s,
        item_s=median(cycle_s(r.items) - message_s for r in rounds) / N_ITEMS,
        worker_item_s=median(2 * packing_s(r.items) for r in rounds) / N_ITEMS,
        byte_s=median(cycle_s(r.data) - message_s for r in rounds) / N_BYTES,
        stop_s=max(0.0, median(run.stopping_s for run in ones) - stop_worker_s),
        stop_worker_s=stop_worker_s,
        # On one CPU two workers take turns, and each chunk may well fit into one turn.
        crowding=max(1.0 if cpus > 1 else 2.0, median(slower)),
    )


def _started(ones: Sequence[Run], launch_s: float, message_s: float) -> tuple[float, float]:
    """Return until when the parent cannot send, and until when a worker cannot take work.

    Where the first chunk came as soon as the worker was ready, the parent waited for the worker.
    """
    first_s = max(0.0, median(run.spans[0].start_s for run in ones) - launch_s - message_s)
    ready_s = max(0.0, median(run.startup_s for run in ones) - launch_s)
    return (0.0, first_s) if first_s < SOON * ready_s else (first_s, ready_s)
