"""What theory says of a pool: Amdahl's law, and a pool on paper, computed event by event."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from contextlib import suppress
from heapq import heapify, heappop, heappush, heapreplace

from helpers.language import text
from helpers.parallel.arguments import as_sequence, short, whole_number
from helpers.parallel.errors import InputError
from helpers.parallel.results import Run, Span


def amdahl(serial_fraction: float, n_workers: int) -> float:
    """Return the speedup of a job of fixed size of which a share, 0 to 1, stays serial.

    Source: G. M. Amdahl, "Validity of the single processor approach to achieving large scale
    computing capabilities", AFIPS Spring Joint Computer Conference, 1967.

    Args:
        serial_fraction: that share, of the time on one worker.
        n_workers: how many workers share the rest.
    """
    return 1 / (serial_fraction + (1 - serial_fraction) / n_workers)


def simulate(
    costs_s: Iterable[float],
    n_workers: int,
    chunksize: int = 1,
    *,
    start_s: float = 0.0,
    message_s: float = 0.0,
) -> Run:
    """Return the ``Run``, without results, of a simulated pool that does work of known cost.

    Once the workers are ready one parent sends the chunks in order and collects the results in
    between, as they come; each worker takes the next chunk as soon as it is free. Without
    ``start_s`` and ``message_s`` this is list scheduling.

    Source: R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied
    Mathematics 17 (2), 1969, for list scheduling.

    Args:
        costs_s: what each item takes in the task, in seconds; 0 or more.
        n_workers: how many workers there are, each with a CPU of its own.
        chunksize: items sent to a worker in one message.
        start_s: until all workers are ready, in seconds.
        message_s: for how long a chunk keeps the parent busy, in seconds: half of it to send the
            chunk, half to take its results.

    Raises:
        InputError: a time is not a number from 0 on, or a count is not an integer above 0.
    """
    n_workers = whole_number("n_workers", n_workers)
    chunksize = whole_number("chunksize", chunksize)
    start_s, message_s = _seconds("start_s", start_s), _seconds("message_s", message_s)
    costs = [_seconds("costs_s", cost) for cost in as_sequence(costs_s)]
    spans, elapsed_s = _events(costs, n_workers, chunksize, start_s, message_s / 2)
    return Run(
        results=[],
        how="pool",
        n_workers=n_workers,
        chunksize=chunksize,
        start_method=None,
        elapsed_s=elapsed_s,
        ready_s=(start_s,) * n_workers,
        spans=tuple(spans),
    )


def _events(
    costs: Sequence[float], n_workers: int, chunksize: int, start_s: float, one_way_s: float
) -> tuple[list[Span], float]:
    """Return what each worker would compute when, and when the last result would be there."""
    workers = [(start_s, worker) for worker in range(n_workers)]  # when each is free: a heap
    heapify(workers)
    arrivals: list[float] = []  # results on their way to the parent: a heap
    spans: list[Span] = []
    now = start_s  # of the parent
    for first in range(0, len(costs), chunksize):
        part = costs[first : first + chunksize]
        while arrivals and arrivals[0] <= now:
            heappop(arrivals)
            now += one_way_s
        now += one_way_s
        free_s, worker = workers[0]
        begin_s = max(now, free_s)
        end_s = begin_s + (part[0] if chunksize == 1 else math.fsum(part))
        spans.append(Span(worker, begin_s, end_s, len(part)))
        heapreplace(workers, (end_s, worker))
        heappush(arrivals, end_s)
    for arrived_s in sorted(arrivals):
        now = max(now, arrived_s) + one_way_s
    return spans, now if costs else 0.0


def _seconds(name: str, value: object) -> float:
    """Return a time as a float; raise an InputError where it is no number of 0 or more."""
    with suppress(TypeError, ValueError):
        if not isinstance(value, bool) and 0 <= value < math.inf:  # type: ignore[operator]
            return float(value)  # type: ignore[arg-type]
    raise InputError(
        text(
            es=f"{name} recibió {short(value)}. Un tiempo es un número de segundos, de 0 en "
            "adelante, como 0.1.",
            en=f"{name} received {short(value)}. A time is a number of seconds, 0 or more, such as "
            "0.1.",
        )
    )
