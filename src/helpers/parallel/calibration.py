"""Measure what running costs on this machine: from the traces of a few calls that do nothing."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import pairwise
from time import perf_counter
from typing import Any

from helpers.parallel.arguments import check_budget, check_choice
from helpers.parallel.costs import CostModel
from helpers.parallel.machine import usable_cpus
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
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
    start_method: str | None = None, *, how: str = "pool", budget_s: float = BUDGET_S
) -> CostModel:
    """Measure what a way of running costs on this machine, beside the task itself.

    Short calls that do next to nothing are run in turns, for about three seconds and never more
    than ten, and their traces are read: when workers were ready, how much time passed from one
    chunk to the next, how that grew with items and bytes. Each figure is a median.

    Args:
        start_method: how processes start; the one in force if ``None``.
        how: the way of running: ``"pool"``, ``"processes"`` or ``"threads"``.
        budget_s: about how long it may take, in seconds; one round of calls is made in any case.

    Returns:
        A ``CostModel``, all its times in seconds.

    Raises:
        InputError: there is no such way or start method here, or ``budget_s`` is no number of 0
            or more.
    """
    check_choice("how", how, tuple(name for name in WAYS if name != "sequential"))
    if isinstance(budget_s, bool) or budget_s != 0:
        check_budget(budget_s)
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
    message_s = _median(_cycle_s(r.one) for r in rounds)
    worker_message_s = _median(_gap_s(r.paused) for r in rounds)
    launch_s = _median(r.launch_s for r in rounds)
    start_s, boot_s = _started(ones, launch_s, (message_s + worker_message_s) / 2)
    more_s = _median(run.stopping_s for run in fulls) - _median(run.stopping_s for run in ones)
    stop_worker_s = max(0.0, more_s) / (fulls[0].n_workers - 1)
    slower = [_typical_s(r.work_full) / _typical_s(r.work_one) for r in rounds]
    return CostModel(
        how=ones[0].how,
        start_method=ones[0].start_method,
        cpus=cpus,
        start_s=start_s,
        launch_s=launch_s,
        boot_s=boot_s,
        full_boot_s=_median(_last_ready_s(run) - run.n_workers * launch_s for run in fulls),
        message_s=message_s,
        full_message_s=_median(_cycle_s(r.full) for r in rounds),
        worker_message_s=worker_message_s,
        item_s=_median(_cycle_s(r.items) - message_s for r in rounds) / N_ITEMS,
        worker_item_s=_median(2 * _packing_s(r.items) for r in rounds) / N_ITEMS,
        byte_s=_median(_cycle_s(r.data) - message_s for r in rounds) / N_BYTES,
        stop_s=max(0.0, _median(run.stopping_s for run in ones) - stop_worker_s),
        stop_worker_s=stop_worker_s,
        # On one CPU two workers take turns, and each chunk may well fit into one turn.
        crowding=max(1.0 if cpus > 1 else 2.0, _median(slower)),
    )


def _median(figures: Iterable[float]) -> float:
    return max(0.0, statistics.median(figures))


def _started(ones: Sequence[Run], launch_s: float, message_s: float) -> tuple[float, float]:
    """Return until when the parent cannot send, and until when a worker cannot take work.

    Where the first chunk came as soon as the worker was ready, the parent waited for the worker.
    """
    first_s = max(0.0, _median(run.spans[0].start_s for run in ones) - launch_s - message_s)
    ready_s = max(0.0, _median(run.startup_s for run in ones) - launch_s)
    return (0.0, first_s) if first_s < SOON * ready_s else (first_s, ready_s)


def _cycle_s(run: Run) -> float:
    """Return the time from one chunk to the next, once the first fifth is through."""
    starts = sorted(span.start_s for span in run.spans)
    steady = starts[len(starts) // 5 :]
    return (steady[-1] - steady[0]) / (len(steady) - 1)


def _gap_s(run: Run) -> float:
    """Return what lies between two chunks of a worker for whom work is waiting."""
    return statistics.median(b.start_s - a.stop_s for a, b in pairwise(run.spans))


def _packing_s(run: Run) -> float:
    return statistics.median(span.left_s - span.stop_s for span in run.spans)


def _last_ready_s(run: Run) -> float:
    return max(ready_s for ready_s in run.ready_s if ready_s is not None)


def _typical_s(run: Run) -> float:
    return statistics.median(map(_duration_s, run.spans))


def _duration_s(span: Span) -> float:
    return span.duration_s
