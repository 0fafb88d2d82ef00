"""What a pool costs on this machine beside the work: measured on calls that do nothing."""

from __future__ import annotations

import multiprocessing
import statistics
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, fields
from time import perf_counter
from typing import Any

from helpers.language import text
from helpers.parallel.errors import MachineError
from helpers.parallel.running import run
from helpers.worker import timed_sum

# The calls that are measured: large enough for the clock, and together a fraction of a second.
N_MESSAGES, N_ITEMS, N_BYTES, N_BLOCKS = 400, 40_000, 1 << 20, 8
WORK, PAUSE_S = range(600_000), 0.01
MOST_ROUNDS, LIMIT_S = 5, 20.0


@dataclass(frozen=True)
class PoolCosts:
    """What a pool with one worker on each CPU costs beside the task. All times are in seconds.

    Attributes:
        start_s: from making it until each worker has answered once, and to end it.
        message_s: for one chunk to go to a worker and its results to come back.
        item_s: for one item more of a chunk, and its result.
        byte_s: for one byte more of pickled data, one way.
        slowdown: how much more CPU time the same computing takes while all CPUs are busy, as a
            factor: they share caches, and at times a core.
        kept_share: for which share of the time other programs kept the workers from their CPUs.
    """

    start_s: float
    message_s: float
    item_s: float = 0.0
    byte_s: float = 0.0
    slowdown: float = 1.0
    kept_share: float = 0.0


def measure_pool(start_method: str, n_workers: int, budget_s: float) -> PoolCosts:
    """Measure what a ``multiprocessing.Pool`` costs here: each figure is a median over rounds.

    Args:
        start_method: how its workers start.
        n_workers: how many there are: one on each CPU.
        budget_s: for how long it is measured, in seconds; one round is made in any case.

    Raises:
        ParallelError: no pool answers here; it says why.
    """
    # A Pool whose workers cannot start replaces them for ever; run says what is the matter.
    how = {"how": "pool", "n_workers": n_workers, "start_method": start_method}
    run(abs, range(n_workers), **how, timeout_s=LIMIT_S)  # type: ignore[arg-type]
    begin, rounds = perf_counter(), [_round(start_method, n_workers)]
    while len(rounds) < MOST_ROUNDS and perf_counter() - begin < budget_s * len(rounds) / (
        len(rounds) + 1
    ):
        rounds.append(_round(start_method, n_workers))
    names = [field.name for field in fields(PoolCosts)]
    return PoolCosts(**{n: statistics.median(getattr(r, n) for r in rounds) for n in names})


def measure_threads(n_workers: int) -> PoolCosts:
    """Measure what a ``ThreadPoolExecutor`` costs here; see ``measure_pool``."""
    begin = perf_counter()
    with ThreadPoolExecutor(n_workers) as executor:
        list(executor.map(abs, range(n_workers)))
        started = perf_counter()
        list(executor.map(abs, range(N_MESSAGES)))
        message_s = (perf_counter() - started) / N_MESSAGES
    return PoolCosts(started - begin, message_s)


def _round(start_method: str, n_workers: int) -> PoolCosts:
    begin = perf_counter()
    pool = multiprocessing.get_context(start_method).Pool(n_workers)
    try:

        def took_s(task: Callable[[Any], Any], items: Any, chunksize: int) -> float:
            return _timed(lambda: pool.map_async(task, items, chunksize).get(LIMIT_S))

        start_s = perf_counter() - begin
        while took_s(time.sleep, [PAUSE_S] * n_workers, 1) > 1.5 * PAUSE_S:
            start_s = perf_counter() - begin  # not all of them were there yet
            if start_s > LIMIT_S:
                raise multiprocessing.TimeoutError
        message_s = took_s(abs, range(N_MESSAGES), 1) / N_MESSAGES
        in_chunks_s = took_s(abs, range(N_ITEMS), N_ITEMS // N_BLOCKS)
        data_s = took_s(len, [bytes(N_BYTES)] * N_BLOCKS, 1)
        # By CPU time, so that other programs do not count as slowness of this machine's.
        (alone,) = pool.map_async(timed_sum, [WORK], 1).get(LIMIT_S)
        together = pool.map_async(timed_sum, [WORK] * n_workers, 1).get(LIMIT_S)
    except multiprocessing.TimeoutError:
        raise MachineError(_no_answer()) from None
    finally:
        begin = perf_counter()
        pool.terminate()
        pool.join()
        stop_s = perf_counter() - begin
    return PoolCosts(
        start_s=start_s + stop_s,
        message_s=message_s,
        item_s=max(0.0, in_chunks_s - N_BLOCKS * message_s) / N_ITEMS,
        byte_s=max(0.0, data_s - N_BLOCKS * message_s) / (N_BLOCKS * N_BYTES),
        slowdown=max(1.0, statistics.median(cpu_s for _, cpu_s in together) / alone[1]),
        kept_share=max(
            0.0, 1 - sum(cpu for _, cpu in together) / sum(wall for wall, _ in together)
        ),
    )


def _timed(call: Callable[[], Any]) -> float:
    begin = perf_counter()
    call()
    return perf_counter() - begin


def _no_answer() -> str:
    return text(
        es=f"Un grupo de procesos de prueba no contestó en {LIMIT_S:.0f} s, así que aquí no se "
        "puede medir lo que cuesta. Ejecuta `python -m helpers doctor`.",
        en=f"A pool that was made to measure it did not answer within {LIMIT_S:.0f} s, so what "
        "it costs cannot be measured here. Run `python -m helpers doctor`.",
    )
