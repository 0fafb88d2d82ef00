"""A pool that exists on paper: what a call of ``run`` would take, computed event by event."""

from __future__ import annotations

import gc
import itertools
import math
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from heapq import heapify, heappop, heappush, heapreplace

from helpers.language import message
from helpers.parallel.arguments import as_sequence, short, whole_number
from helpers.parallel.costs import FREE, CostModel, check_model
from helpers.parallel.errors import InputError
from helpers.parallel.plans import chunksize_for
from helpers.parallel.results import Run, Span


def simulate(
    costs_s: Iterable[float],
    n_workers: int,
    chunksize: int = 1,
    model: CostModel = FREE,
    *,
    item_bytes: float = 0.0,
) -> Run:
    """Compute, without running anything, how a pool would get through work of known cost.

    One parent starts the workers, sends the chunks in order, and collects the results in between,
    as soon as they come; each worker takes the next chunk when it is through with its last one.
    With a model without overheads this is list scheduling. More workers than the model has CPUs
    stand for a bigger machine of the same kind; a model of threads knows nothing of the GIL.

    Source: R. L. Graham, "Bounds on multiprocessing timing anomalies", SIAM Journal on Applied
    Mathematics 17 (2), 1969, for list scheduling; the costs around it are those of ``CostModel``.

    Args:
        costs_s: what each item takes in the task, in seconds; 0 or more.
        n_workers: how many workers there are, each with a CPU of its own.
        chunksize: items sent to a worker in one message.
        model: what starting, sending and collecting cost; nothing by default.
        item_bytes: how much an item and its result weigh together when pickled, in bytes.

    Returns:
        A ``Run`` as ``run`` gives it, with the model's ``how``, and ``results`` empty.

    Raises:
        InputError: a cost or ``item_bytes`` is no number of 0 or more, ``model`` is not a cost
            model, or another number is no whole number above 0.
    """
    n_workers = whole_number("n_workers", n_workers)
    chunksize = whole_number("chunksize", chunksize)
    costs = checked_costs(costs_s)
    work_s = costs if chunksize == 1 else [math.fsum(part) for part in _parts(costs, chunksize)]
    return _played(len(costs), work_s, n_workers, chunksize, model, item_bytes)


def simulate_even(
    item_s: float,
    n_items: int,
    n_workers: int,
    chunksize: int | None = None,
    model: CostModel = FREE,
    *,
    item_bytes: float = 0.0,
) -> Run:
    """Do as ``simulate`` for items that all cost the same, without a list of them.

    Args:
        item_s: what each item takes in the task, in seconds; 0 or more.
        n_items: how many there are.
        n_workers, model, item_bytes: as in ``simulate``.
        chunksize: about four chunks a worker if ``None``, as in ``run``.

    Raises:
        InputError: as ``simulate``.
    """
    n_workers, n_items = whole_number("n_workers", n_workers), whole_number("n_items", n_items)
    size = chunksize_for(n_items, n_workers) if chunksize is None else chunksize
    size = whole_number("chunksize", size)
    (item_s,) = checked_costs([item_s])
    full, rest = divmod(n_items, size)
    work_s = [item_s * size] * full + [item_s * rest] * (rest > 0)
    return _played(n_items, work_s, n_workers, size, model, item_bytes)


def _played(
    n_items: int,
    work_s: Sequence[float],
    n_workers: int,
    chunksize: int,
    model: CostModel,
    item_bytes: float,
) -> Run:
    """Simulate chunks, each of which takes so long in the task."""
    check_model(model)
    check_bytes(item_bytes)
    lengths = [chunksize] * len(work_s)
    if work_s:
        lengths[-1] = n_items - chunksize * (len(work_s) - 1)
    ready_s = _ready(n_workers, model) if work_s else []
    with _uncollected():
        spans, arrived_s = _events(lengths, work_s, ready_s, model, item_bytes)
    stopping_s = model.stop_s + n_workers * model.stop_worker_s if work_s else 0.0
    return Run(
        results=[],
        how=model.how,
        n_workers=n_workers,
        chunksize=chunksize,
        start_method=model.start_method,
        elapsed_s=arrived_s + stopping_s,
        ready_s=tuple(ready_s) or (None,) * n_workers,
        spans=tuple(spans),
        stopping_s=stopping_s,
    )


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking a dozen times through a million new spans."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def checked_costs(costs_s: Iterable[float]) -> list[float]:
    """Return the costs as a list; raise an InputError where one is no number of 0 or more."""
    try:
        iter(costs_s)
    except TypeError:
        raise InputError(message("simulate.bad_costs", received=short(costs_s))) from None
    listed = as_sequence(costs_s)
    try:
        if math.isfinite(math.fsum(listed)) and min(listed, default=0.0) >= 0:
            return list(map(float, listed))
    except (TypeError, ValueError, OverflowError):
        pass  # one of them is no number
    text = isinstance(costs_s, (str, bytes))
    wrong = costs_s if text else next((cost for cost in listed if not _is_cost(cost)), costs_s)
    raise InputError(message("simulate.bad_costs", received=short(wrong)))


def check_bytes(item_bytes: object) -> None:
    """Raise an InputError where ``item_bytes`` is no number of 0 or more."""
    if isinstance(item_bytes, bool) or not _is_cost(item_bytes):
        raise InputError(message("simulate.bad_bytes", received=short(item_bytes)))


def _is_cost(value: object) -> bool:
    try:
        return 0 <= value < math.inf  # type: ignore[operator]
    except TypeError:
        return False


def _parts(costs_s: Sequence[float], chunksize: int) -> Iterator[Sequence[float]]:
    for first in range(0, len(costs_s), chunksize):
        yield costs_s[first : first + chunksize]


def _ready(n_workers: int, model: CostModel) -> list[float]:
    """Return when each worker is ready: the parent launches them one after another."""
    boot_s = _between(model.boot_s, model.full_boot_s, model.fullness(n_workers))
    return [model.start_s + k * model.launch_s + boot_s for k in range(1, n_workers + 1)]


def _between(one: float, full: float, share: float) -> float:
    return one + (full - one) * share


def _events(
    lengths: list[int],
    work_s: Sequence[float],
    ready_s: list[float],
    model: CostModel,
    item_bytes: float,
) -> tuple[list[Span], float]:
    """Play the call event by event; return its spans and when the last result was collected.

    It is one loop with local names, since it is to take millions of chunks.
    """
    shares = chunk_costs(model, len(ready_s), item_bytes)
    message_s, item_s, worker_message_s, worker_item_s, slow = shares
    away_s = model.latency_s / 2
    collect_s = message_s + (lengths[0] if lengths else 0) * item_s  # of all chunks but the last
    workers = list(zip(ready_s, itertools.count(), strict=False))  # when each is free: a heap
    heapify(workers)
    arrivals: list[float] = []  # results on their way to the parent: a heap
    spans: list[Span] = []
    now = model.start_s + len(ready_s) * model.launch_s if ready_s else 0.0
    for n_items, cost_s in zip(lengths, work_s, strict=True):
        while arrivals and arrivals[0] <= now:
            heappop(arrivals)
            now += collect_s
        now += message_s + n_items * item_s
        free_s, worker = workers[0]
        around_s = worker_message_s + n_items * worker_item_s
        there_s = now + away_s
        start_s = (there_s if there_s > free_s else free_s) + around_s
        stop_s = start_s + cost_s * slow
        left_s = stop_s + around_s
        spans.append(Span(worker, start_s, stop_s, n_items, left_s))
        heapreplace(workers, (left_s, worker))
        heappush(arrivals, left_s + away_s)
    last = [message_s + span.n_items * item_s for span in spans[-1:]]
    last_s = [span.left_s + away_s for span in spans[-1:]]
    return spans, _collected(now, sorted(arrivals), last_s, collect_s, last)


def _collected(
    now: float, arrivals: list[float], last_s: list[float], collect_s: float, last: list[float]
) -> float:
    """Return when the parent has taken all that is still to come, the last chunk among it."""
    for left_s in arrivals:
        own_s = last.pop() if last and [left_s] == last_s else collect_s
        now = max(now, left_s) + own_s
    return now


def chunk_costs(
    model: CostModel, n_workers: int, item_bytes: float
) -> tuple[float, float, float, float, float]:
    """Return what one way costs: the parent for a chunk and an item, the same for a worker.

    A chunk goes two ways, there and back, and so does an item. Last comes how many times as long
    computing takes.
    """
    full = model.fullness(n_workers)
    both_ways_s = _between(model.message_s, model.full_message_s, full)
    data_s = model.byte_s * item_bytes
    # While the parent writes data the worker reads it: they do not do it one after the other.
    parent_item_s, worker_item_s = model.item_s + data_s, model.worker_item_s
    worker_s = model.worker_message_s
    if full == 1:  # every CPU has its worker: what the parent does, some worker has to wait for
        worker_s, worker_item_s = worker_s + both_ways_s, worker_item_s + parent_item_s
    slow = _between(1.0, model.crowding, full)
    return both_ways_s / 2, parent_item_s / 2, worker_s / 2, worker_item_s / 2, slow
