"""What each way of running would take, predicted from a sample of the items and a cost model."""

from __future__ import annotations

import dataclasses
import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from helpers.parallel.costs import CostModel
from helpers.parallel.results import Run
from helpers.parallel.sampling import Sample
from helpers.parallel.simulation import simulate, simulate_even

# How far a prediction may be off, as a share: tests/benchmarks/prediction.py measures it.
LOOP_ERROR, MODEL_ERROR = 0.05, 0.15
# So many items are simulated one by one; of more, only the mean matters.
MOST_LISTED = 100_000
MOST_CHUNKS = 20_000
# A worker that waits needs no CPU; more of them than this bring little.
MOST_WAITING = 32
# Who waits less than this share of the time computes.
WAITING = 0.2
# A chunksize other than Pool.map's has to be better by this share: more of it where each worker
# gets one chunk, as then nobody can help a worker whose CPU is slowed down.
BETTER, BETTER_ALONE = 0.97, 0.90


@dataclass(frozen=True)
class Option:
    """One way to run a job, and what it is predicted to take.

    Attributes:
        how, n_workers, chunksize: as ``run`` takes them.
        predicted_s: the predicted ``elapsed_s``, in seconds.
        low_s, high_s: where it will probably lie between, in seconds.
    """

    how: str
    n_workers: int
    chunksize: int
    predicted_s: float
    low_s: float
    high_s: float

    @classmethod
    def around(
        cls, how: str, n_workers: int, chunksize: int, predicted_s: float, error: float
    ) -> Option:
        """Return the option whose prediction may be off by ``error``, a share of it."""
        low_s, high_s = predicted_s / (1 + error), predicted_s * (1 + error)
        return cls(how, n_workers, chunksize, predicted_s, low_s, high_s)


def loop_option(sample: Sample) -> Option:
    """Return what the plain loop is predicted to take."""
    error = math.hypot(LOOP_ERROR, 2 * sample.error)
    loop_s = sample.item_s * sample.n_items
    return Option.around("sequential", 1, sample.n_items, loop_s, error)


def best_option(sample: Sample, model: CostModel, cpus: int) -> Option:
    """Return the best numbers of workers and items per chunk for the way that ``model`` is of."""
    costs_s = sample.estimated_costs_s() if sample.n_items <= MOST_LISTED else None
    error = math.hypot(MODEL_ERROR, 2 * sample.error)
    options = [
        Option.around(
            model.how, n, size, _predicted_s(sample, costs_s, model, n, size, cpus), error
        )
        for n in _worker_counts(sample, cpus)
        for size in _chunksizes(sample.n_items, n)
    ]
    best = options[0]
    for option in options[1:]:
        alone = option.chunksize * option.n_workers >= sample.n_items
        if option.predicted_s < (BETTER_ALONE if alone else BETTER) * best.predicted_s:
            best = option
    return best


def _worker_counts(sample: Sample, cpus: int) -> list[int]:
    """Return the numbers of workers to look at: beyond the CPUs only where items wait."""
    counts = {min(n, sample.n_items) for n in (2, (cpus + 1) // 2, cpus) if n > 1}
    if sample.waits > WAITING:
        counts |= {min(n, sample.n_items) for n in (4, 8, 16, MOST_WAITING)}
    return sorted(counts, reverse=True)


def _chunksizes(n_items: int, n_workers: int) -> Iterator[int]:
    """Yield the chunksizes to look at, that of ``Pool.map`` first."""
    sizes = [math.ceil(n_items / (share * n_workers)) for share in (4, 16, 1)]
    yield from dict.fromkeys(size for size in (*sizes, 1) if n_items / size <= MOST_CHUNKS)


def _predicted_s(
    sample: Sample,
    costs_s: list[float] | None,
    model: CostModel,
    n_workers: int,
    chunksize: int,
    cpus: int,
) -> float:
    """Return the simulated time, and no less than what the CPUs, or the GIL, need for it."""
    computes = 1 - sample.waits
    crowding = 1 + (model.crowding - 1) * computes
    model = dataclasses.replace(model, crowding=crowding)
    if model.how != "threads":
        model = _with_pickling(model, sample)
    weight = sample.item_bytes or 0.0
    done: Run
    if costs_s is None:
        n_items, item_s = sample.n_items, sample.item_s
        done = simulate_even(item_s, n_items, n_workers, chunksize, model, item_bytes=weight)
    else:
        done = simulate(costs_s, n_workers, chunksize, model, item_bytes=weight)
    cpu_s = computes * sample.item_s * sample.n_items
    apart = (sample.threads_share or 0.0) if model.how == "threads" else 1.0
    shared_s = cpu_s * crowding * (1 - apart + apart / min(n_workers, cpus))
    return max(done.elapsed_s, shared_s + model.start_s + model.stop_s)


def _with_pickling(model: CostModel, sample: Sample) -> CostModel:
    """Return the model for items that take longer to pickle than the small numbers it is from."""
    return dataclasses.replace(
        model,
        item_s=max(model.item_s, sample.parent_pickling_s),
        worker_item_s=max(model.worker_item_s, sample.worker_pickling_s),
    )


def options_for(sample: Sample, models: Mapping[str, CostModel], cpus: int) -> list[Option]:
    """Return the plain loop, and the best of each way that there is a model of."""
    return [loop_option(sample), *(best_option(sample, model, cpus) for model in models.values())]
