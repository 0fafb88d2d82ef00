"""Measure what Dask costs on this machine: two clusters are started, and a few calls read."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from typing import Any

from helpers.parallel.clusters import Cluster, local_cluster
from helpers.parallel.connecting import connect
from helpers.parallel.costs import CostModel
from helpers.parallel.machine import usable_cpus
from helpers.parallel.results import Run
from helpers.parallel.running import run
from helpers.parallel.traces import cycle_s, gap_s, median, packing_s, typical_s

# The calls that are measured, a second or two with each cluster: a chunk takes milliseconds.
N_ALONE = 7
N_MESSAGES = 120
N_PAUSES, PAUSE_S = 16, 0.02
N_CHUNKS, N_ITEMS, N_BYTES = 10, 100_000, 1 << 20
N_WORKS, WORK = 12, range(500_000)
MAX_ROUNDS = 3


@dataclass(frozen=True)
class _Measured:
    """The calls that were made of one cluster, and what starting and ending it took.

    Attributes:
        n_workers: how many workers it has.
        start_s, stop_s: to start and to end it; 0 where it ran before.
        first: its first call of all.
        alone: calls of a single chunk.
        messages, paused: calls of many chunks that do nothing, and that wait.
        few, items, data: calls of as many chunks each: of one light item, of many, of a heavy one.
        work: a call of chunks that compute.
    """

    n_workers: int
    start_s: float
    stop_s: float
    first: Run
    alone: Sequence[Run]
    messages: Run
    paused: Run
    few: Run
    items: Run
    data: Run
    work: Run


def calibrate_dask(start_method: str | None, budget_s: float, client: Any) -> CostModel:
    """Measure what Dask costs; the arguments are those of ``calibrate``."""
    import distributed  # noqa: F401  (its first import takes a second, and is no part of a call)

    if client is not None:
        cluster = connect(client)
        try:
            measured = _of_calls(cluster.client, cluster.n_threads)
        finally:
            _let_go(cluster)
        return _model([measured], [measured], None, cluster.n_threads).connected()
    cpus = usable_cpus()
    begin = perf_counter()
    ones: list[_Measured] = []
    fulls: list[_Measured] = []
    longest_s = 0.0
    while not ones or (len(ones) < MAX_ROUNDS and perf_counter() - begin + longest_s < budget_s):
        round_began = perf_counter()
        ones.append(_of_local(1, start_method))
        fulls.append(_of_local(max(2, cpus), start_method))
        longest_s = max(longest_s, perf_counter() - round_began)
    return _model(ones, fulls, start_method or "spawn", cpus)


def _let_go(cluster: Cluster) -> None:
    if cluster.own_client:
        cluster.close()


def _of_local(n_workers: int, start_method: str | None) -> _Measured:
    """Measure a local cluster from its start to its end."""
    begin = perf_counter()
    with local_cluster(n_workers, start_method=start_method) as client:
        start_s = perf_counter() - begin
        measured = _of_calls(client, n_workers)
        end = perf_counter()
    times = {"start_s": start_s, "stop_s": perf_counter() - end}
    return _Measured(**{**vars(measured), **times})


def _of_calls(client: Any, n_workers: int) -> _Measured:
    """Measure calls to a cluster that runs."""
    call: partial[Run] = partial(run, how="dask", client=client, timeout_s=20.0)
    return _Measured(
        n_workers=n_workers,
        start_s=0.0,
        stop_s=0.0,
        first=call(abs, range(n_workers), chunksize=1),
        alone=[call(abs, [0]) for _ in range(N_ALONE)],
        messages=call(abs, range(N_MESSAGES), chunksize=1),
        paused=call(time.sleep, [PAUSE_S] * N_PAUSES * n_workers, chunksize=1),
        few=call(abs, range(N_CHUNKS), chunksize=1),
        items=call(abs, range(N_CHUNKS * N_ITEMS), chunksize=N_ITEMS),
        data=call(len, [bytes(N_BYTES)] * N_CHUNKS, chunksize=1),
        work=call(sum, [WORK] * N_WORKS * n_workers, chunksize=1),
    )


def _model(
    ones: Sequence[_Measured], fulls: Sequence[_Measured], method: str | None, cpus: int
) -> CostModel:
    """Read the figures from the traces; what comes out below 0 by chance is 0."""
    more = max(1, fulls[0].n_workers - ones[0].n_workers)
    start_s, full_start_s = (median(m.start_s for m in group) for group in (ones, fulls))
    stop_s, full_stop_s = (median(m.stop_s for m in group) for group in (ones, fulls))
    stop_worker_s = min(stop_s, max(0.0, full_stop_s - stop_s) / more)
    message_s = median(cycle_s(m.messages) for m in ones)
    full_message_s = median(cycle_s(m.messages) for m in fulls)
    worker_message_s = median(gap_s(m.paused) for m in ones)
    alone = [run for m in ones for run in m.alone]
    away_s = median(_away_s(run) for run in alone)
    slower = [_slower(one, full) for one, full in zip(ones, fulls, strict=True)]
    return CostModel(
        how="dask",
        start_method=method,
        cpus=cpus,
        start_s=start_s,
        # Workers are started side by side: what more of them take is that they crowd the CPUs.
        boot_s=median(_first_s(m) for m in ones),
        full_boot_s=max(0.0, full_start_s - start_s) + median(_first_s(m) for m in fulls),
        message_s=message_s,
        full_message_s=full_message_s,
        worker_message_s=worker_message_s,
        item_s=median(_more_s(m.items, m.few) for m in ones) / N_ITEMS,
        worker_item_s=median(2 * packing_s(m.items) for m in ones) / N_ITEMS,
        byte_s=median(_more_s(m.data, m.few) for m in ones) / N_BYTES,
        stop_s=stop_s - stop_worker_s,
        stop_worker_s=stop_worker_s,
        crowding=max(1.0 if cpus > 1 else 2.0, median(slower)),
        latency_s=max(0.0, away_s - message_s - worker_message_s),
        connect_s=median(run.startup_s + run.stopping_s for run in alone),
    )


def _away_s(run: Run) -> float:
    """Return how long a single chunk was away, its computing left out."""
    [span] = run.spans
    return run.arrived_s - run.startup_s - span.duration_s


def _first_s(measured: _Measured) -> float:
    """Return how much slower a first call is, for which the workers import what they need."""
    return measured.first.elapsed_s - median(run.elapsed_s for run in measured.alone)


def _more_s(heavy: Run, light: Run) -> float:
    """Return how much longer each chunk of one call took than those of another, work left out."""
    work_s = (heavy.busy_s - light.busy_s) / heavy.n_workers
    return (heavy.elapsed_s - light.elapsed_s - work_s) / len(heavy.spans)


def _slower(one: _Measured, full: _Measured) -> float:
    return typical_s(full.work) / typical_s(one.work)
