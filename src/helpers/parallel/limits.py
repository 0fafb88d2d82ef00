"""How large a cluster can be: from how many workers on the one who deals out the work is busy."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from helpers.language import message
from helpers.parallel.arguments import short, whole_number
from helpers.parallel.costs import CostModel, check_model
from helpers.parallel.errors import InputError
from helpers.parallel.simulation import check_bytes, checked_costs, chunk_costs, simulate

STEPS = (1, 2, 5)  # the numbers of workers that are looked at, in each factor of ten


@dataclass(frozen=True, repr=False)
class ClusterScaling:
    """What a job is predicted to gain from more and more workers.

    Attributes:
        chunksize: items sent to a worker in one message.
        n_items: how many items the job has.
        loop_s: what the plain loop takes for them, in seconds.
        times_s: the predicted ``elapsed_s`` for each number of workers, rising.
        limit: from how many workers on the scheduler is the limit: see ``scheduler_limit``.
    """

    chunksize: int
    n_items: int
    loop_s: float
    times_s: dict[int, float]
    limit: float

    @property
    def speedups(self) -> dict[int, float]:
        """How many times as fast as the loop, for each number of workers."""
        return {n: self.loop_s / time_s for n, time_s in self.times_s.items()}

    def __repr__(self) -> str:
        """Say what was predicted in one line."""
        best = max(self.speedups.items(), key=lambda item: item[1])
        return (
            f"ClusterScaling(n_items={self.n_items}, chunksize={self.chunksize}, "
            f"limit={self.limit:.4g}, best={best[1]:.4g} times with {best[0]} workers)"
        )


def scheduler_limit(
    item_s: float, chunksize: int, model: CostModel, *, item_bytes: float = 0.0
) -> float:
    """Return how many workers the one who deals out the work can keep busy.

    The scheduler (or the parent of a pool) spends the same time on each chunk, one after another,
    however many workers there are; a worker comes for the next one when it is through with its
    last. So it keeps as many busy as

        time of a worker for a chunk / time of the scheduler for a chunk
        = (worker_message_s + chunksize * (item_s + worker_item_s)) / (message_s + chunksize * ...)

    and more of them wait: the job gets no faster. Larger chunks move the limit out.

    Source: the bottleneck bound of a closed queueing network, as in P. J. Denning and J. P. Buzen,
    "The operational analysis of queueing network models", ACM Computing Surveys 10 (3), 1978.
    What Dask says of its scheduler's time for a task: "somewhere between 200us and 1ms"
    (docs.dask.org, "Dask Best Practices", Avoid Very Large Graphs), "about 1ms of overhead"
    (distributed.dask.org, Motivation), and "for optimal performance, task durations should be
    greater than 10-100ms" (distributed.dask.org, Limitations).

    Args:
        item_s: what each item takes in the task, in seconds; 0 or more.
        chunksize: items sent to a worker in one message.
        model: what sending and collecting cost; of a large cluster, ``model.spread_out()``.
        item_bytes: how much an item and its result weigh together when pickled, in bytes.

    Returns:
        A number of workers, 0 or more, infinite where sending costs nothing. Below 1 not even one
        worker can be kept busy.

    Raises:
        InputError: a number is outside of its domain, or ``model`` is not a cost model.
    """
    check_model(model)
    [item_s] = checked_costs([item_s])
    check_bytes(item_bytes)
    size = whole_number("chunksize", chunksize)
    roomy = _kept_busy(item_s, size, model, item_bytes, 1)
    if roomy == math.inf:
        return math.inf
    # So many workers may be more than there are CPUs, which makes all of it slower.
    return _kept_busy(item_s, size, model, item_bytes, max(1, math.floor(roomy)))


def _kept_busy(
    item_s: float, size: int, model: CostModel, item_bytes: float, n_workers: int
) -> float:
    """Return how many workers are kept busy where everything is as slow as with ``n_workers``."""
    message_s, sent_s, taken_s, unpacked_s, slow = chunk_costs(model, n_workers, item_bytes)
    scheduler_s = 2 * (message_s + size * sent_s)
    worker_s = 2 * (taken_s + size * unpacked_s) + size * item_s * slow
    return worker_s / scheduler_s if scheduler_s else math.inf


def cluster_scaling(
    costs_s: Iterable[float],
    model: CostModel,
    *,
    chunksize: int = 1,
    max_workers: int = 10_000,
    item_bytes: float = 0.0,
) -> ClusterScaling:
    """Simulate the same job with 1, 2, 5, 10, 20 ... workers, and as many as can be kept busy.

    Args:
        costs_s: what each item takes in the task, in seconds; 0 or more, and not all of them 0.
        model: what running costs; of a large cluster that runs already, ``model.spread_out()``.
        chunksize: items sent to a worker in one message.
        max_workers: up to how many workers.
        item_bytes: how much an item and its result weigh together when pickled, in bytes.

    Raises:
        InputError: as ``simulate``, and where there is nothing to compute.
    """
    costs, most = checked_costs(costs_s), whole_number("max_workers", max_workers)
    if not sum(costs):
        raise InputError(message("simulate.no_work", received=short(costs)))
    size = whole_number("chunksize", chunksize)
    limit = scheduler_limit(statistics.fmean(costs), size, model, item_bytes=item_bytes)
    times_s = {
        n: simulate(costs, n, size, model, item_bytes=item_bytes).elapsed_s
        for n in _numbers_to(most, limit)
    }
    return ClusterScaling(size, len(costs), math.fsum(costs), times_s, limit)


def _numbers_to(most: int, limit: float) -> Sequence[int]:
    """Return 1, 2, 5, 10, 20 and so on, the limit, where the curve bends, and ``most``."""
    powers = range(len(str(most)))
    numbers = {step * 10**power for power in powers for step in STEPS}
    numbers |= {math.ceil(limit)} if 1 <= limit < most else set()
    return [*sorted(n for n in numbers if n < most), most]
