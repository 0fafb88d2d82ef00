"""Should this work be parallel, and how? Measured on a sample, predicted by the cost models."""

from __future__ import annotations

import multiprocessing
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import as_sequence, check_budget, check_choice, check_task
from helpers.parallel.calibration import calibrate
from helpers.parallel.costs import CostModel, check_model
from helpers.parallel.edited import refuse_edited
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import default_start_method, usable_cpus
from helpers.parallel.pickling import pickled_task_for
from helpers.parallel.predicting import WAITING, Option, options_for
from helpers.parallel.results import Task
from helpers.parallel.sampling import Sample, take_sample
from helpers.parallel.units import duration

# Below this gain nobody should take the trouble: the plain loop can be read, and cannot hang.
WORTH = 1.10
# A loop that is over sooner than this is over before any worker has started.
TOO_SHORT_S = 2e-3
# An item that weighs more is called heavy: it takes a tenth of a millisecond or more to send.
HEAVY_BYTES = 100_000
_models: dict[tuple[str, str], CostModel] = {}


@dataclass(frozen=True, repr=False)
class Advice:
    """Whether to run a job in parallel, and how.

    Attributes:
        best: what is recommended.
        loop: the plain loop, which it is compared with.
        options: the best of each way of running, the fastest first, as predicted.
        reason: why, in two sentences, in the learner's language.
        item_s: what an item costs in the plain loop, in seconds; 0 where no item was run.
        waits: the share of that time in which it waits instead of computing.
        item_bytes: what an item and its result weigh when pickled; ``None`` where they cannot be.
        results: the results of the items that were run to find out, by their index.
    """

    best: Option
    loop: Option
    options: tuple[Option, ...]
    reason: str
    item_s: float
    waits: float
    item_bytes: float | None
    results: dict[int, Any] = field(repr=False)

    @property
    def n_sampled(self) -> int:
        """How many items were run to find out."""
        return len(self.results)

    def __repr__(self) -> str:
        """Say what is recommended."""
        return f"Advice({self.best}, {self.n_sampled} items sampled)"


def advise(
    task: Task,
    items: Iterable[Any],
    budget_s: float = 5.0,
    *,
    start_method: str | None = None,
    models: Mapping[str, CostModel] | None = None,
) -> Advice:
    """Answer whether a job should be run in parallel, and how: ``how``, workers and chunksize.

    Some of the items are run, each once at most and never more than half of them; their results
    are kept in ``Advice.results``. Then the time of each way is predicted. What starting and
    sending cost here is measured on the first call of a session, within the same budget.

    Args:
        task: a function of one argument, as in ``run``.
        items: what it is to be applied to; taken to its end once.
        budget_s: about how long the answer may take, in seconds. An item that has begun is run to
            its end.
        start_method: how processes would start; the one in force if ``None``.
        models: what running costs, by ``how``, where it is known; measured where it is not.

    Returns:
        An ``Advice``. "Leave it sequential" is one, too.

    Raises:
        InputError: ``task`` cannot be called, ``items`` cannot be gone through, there is no such
            start method, ``budget_s`` is no number above 0, or ``models`` has another key than
            ``"threads"``, ``"pool"`` and ``"processes"``, or another value than a cost model.
        TaskFailedError: the task called ``sys.exit``.
        Exception: what the task raises.
    """
    check_budget(budget_s)
    check_task(task)
    refuse_edited(task)
    check_choice("start_method", start_method, (*multiprocessing.get_all_start_methods(), None))
    for how, model in (models or {}).items():
        check_choice("models", how, ("threads", "pool", "processes"))
        check_model(model)
    check_not_importing("advise")
    begin, listed = perf_counter(), as_sequence(items)
    cpus = usable_cpus()
    if len(listed) < 2:
        return _alone(message("advise.few", n=len(listed)), Sample(len(listed)))
    sample = take_sample(task, listed, budget_s / 3, cpus)
    if len(listed) * sample.item_s < TOO_SHORT_S:
        return _alone(message("advise.short"), sample)
    method = start_method or default_start_method()
    hows = ["threads"]
    if sample.item_bytes is not None and _can_travel(task, method):
        hows += ["pool", "processes"]
    known = {how: model for how, model in (models or {}).items() if how in hows}
    for k, how in enumerate(hows):
        if how not in known:
            left_s = budget_s - (perf_counter() - begin)
            known[how] = _model(how, method, left_s / (len(hows) - k))
    return _chosen(options_for(sample, known, cpus), sample)


def _can_travel(task: Task, method: str) -> bool:
    """Say whether processes can get at the task."""
    try:
        pickled_task_for(task, method)
    except InputError:
        return False
    return True


def _model(how: str, method: str, budget_s: float) -> CostModel:
    if (how, method) not in _models:
        _models[how, method] = calibrate(method, how=how, budget_s=max(0.1, budget_s))
    return _models[how, method]


def _alone(reason: str, sample: Sample) -> Advice:
    """Return the advice to leave it sequential, where nothing else was looked at."""
    item_s = sample.item_s if sample.costs_s else 0.0
    spread = 2 * sample.error if sample.costs_s else 0.0
    loop = Option.around("sequential", 1, max(1, sample.n_items), item_s * sample.n_items, spread)
    return Advice(
        loop, loop, (loop,), reason, item_s, sample.waits, sample.item_bytes, sample.results
    )


def _chosen(options: list[Option], sample: Sample) -> Advice:
    options = sorted(options, key=lambda option: option.predicted_s)
    loop = next(option for option in options if option.how == "sequential")
    best = options[0] if loop.predicted_s > WORTH * options[0].predicted_s else loop
    return Advice(
        best=best,
        loop=loop,
        options=tuple(options),
        reason=_reason(best, loop, options, sample),
        item_s=sample.item_s,
        waits=sample.waits,
        item_bytes=sample.item_bytes,
        results=sample.results,
    )


def _reason(best: Option, loop: Option, options: list[Option], sample: Sample) -> str:
    """Say why in two sentences: what the items are like, and what that makes of the options."""
    said = {
        "loop": duration(loop.predicted_s),
        "best": duration(best.predicted_s),
        "n": best.n_workers,
        "item": duration(sample.item_s),
        "waits": f"{100 * sample.waits:.0f}",
        "way": message(f"way_name.{best.how}"),
    }
    return message(f"advise.{_kind(best, options, sample)}", **said)


def _kind(best: Option, options: list[Option], sample: Sample) -> str:
    if best.how == "sequential":
        return _kind_of_loop(options, sample)
    apart = (sample.threads_share or 0.0) > WAITING
    if best.how == "threads" and apart and sample.waits <= WAITING:
        return "threads_compute"
    return "waits" if best.how == "threads" or sample.waits > WAITING else "computes"


def _kind_of_loop(options: list[Option], sample: Sample) -> str:
    if sample.waits > WAITING:
        return "overhead"
    if not {"pool", "processes"} & {option.how for option in options}:
        return "cannot_travel"
    if usable_cpus() == 1:
        return "one_cpu"
    heavy = (sample.item_bytes or 0) > HEAVY_BYTES
    return "heavy" if heavy else "overhead"
