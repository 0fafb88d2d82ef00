"""From what came of the chunks to the ``Run`` that tells of the call."""

from __future__ import annotations

from collections.abc import Mapping
from time import perf_counter
from types import MappingProxyType
from typing import Any

from helpers.parallel.plans import Plan
from helpers.parallel.results import Run, Span
from helpers.worker import Outcome


def told(
    plan: Plan,
    results: list[Any],
    outcomes: list[Outcome],
    times_s: tuple[float, float],
    losses_s: Mapping[Any, float] = MappingProxyType({}),
) -> Run:
    """Make the ``Run``: workers numbered by when they were ready, times since the call."""
    stopped_s, (called_s, arrived_s) = perf_counter(), times_s
    ready: dict[Any, float] = {}
    for outcome in outcomes:
        ready_s = outcome.ready_s - called_s
        ready[outcome.worker] = min(ready_s, ready.get(outcome.worker, ready_s))
    numbers = {name: i for i, name in enumerate(sorted(ready, key=lambda w: (ready[w], w)))}
    unknown = max(0, plan.n_workers - len(ready))
    return Run(
        results=results,
        how=plan.how,
        n_workers=max(plan.n_workers, len(ready)),
        chunksize=plan.chunksize or 1,
        start_method=plan.start_method,
        elapsed_s=stopped_s - called_s,
        ready_s=(*sorted(ready.values()), *[None] * unknown),
        spans=tuple(_span(plan, i, o, numbers, called_s) for i, o in enumerate(outcomes)),
        stopping_s=stopped_s - arrived_s,
        lost_s={
            number: losses_s[name] - called_s
            for name, number in numbers.items()
            if name in losses_s
        },
    )


def _span(
    plan: Plan, index: int, outcome: Outcome, numbers: dict[Any, int], called_s: float
) -> Span:
    packed_s = None if outcome.packed_s is None else outcome.packed_s - called_s
    start_s, stop_s = outcome.start_s - called_s, outcome.stop_s - called_s
    n_items = plan.first(index + 1) - plan.first(index)
    return Span(numbers[outcome.worker], start_s, stop_s, n_items, packed_s)
