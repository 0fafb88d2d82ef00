"""Graders of lesson 2: each takes an answer and names what it found."""

from __future__ import annotations

import multiprocessing.pool
from collections.abc import Callable, Iterator
from typing import Any

from helpers.classroom.grading_numbers import is_number
from helpers.classroom.growth import crossing_point
from helpers.parallel import Run
from helpers.tasks import count_primes

Verdict = str | tuple[str, dict[str, Any]]

LIMITS = [1_000, 2_000, 3_000, 4_000]  # what exercise 2.1 has the learner count primes below
CLOSE = 0.15  # how far a share may be off that was rounded


def pool_counts(answer: Any) -> Verdict:
    """2.1: the primes below each of LIMITS, counted by a pool."""
    if isinstance(answer, multiprocessing.pool.AsyncResult):
        return "async_result"
    if isinstance(answer, Iterator):
        return "iterator"
    if isinstance(answer, int):
        return "one_number"
    if not isinstance(answer, (list, tuple)):
        return "values"
    answer = list(answer)
    if len(answer) != len(LIMITS):
        return "length", {"n": len(answer), "expected": len(LIMITS)}
    if answer == [limit * limit for limit in LIMITS]:
        return "squares"
    return "right" if answer == [count_primes(limit) for limit in LIMITS] else "values"


def ending(answer: Any) -> Verdict:
    """2.2: the method after which a pool still finishes the work it was given."""
    if not isinstance(answer, str):
        return "not_text"
    names = {"close": "right", "terminate": "terminate", "join": "join", "with": "with_block"}
    name = answer.strip().strip(".()").lower().removeprefix("pool.")
    return names.get(name, "other")


def computing_share(answer: Any) -> Verdict:
    """2.3: a run, and the share of its time in which some worker computed."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], Run):
        return "not_a_pair"
    run, share = answer
    if not is_number(share):
        return "not_a_number"
    right = run.computing_s / run.elapsed_s
    if abs(share - right) <= CLOSE * right:
        return "right", {"share": f"{100 * right:.2g}"}
    if share in (round(right, digits) for digits in range(4)):
        return "rounded"
    if abs(share - 100 * right) <= CLOSE * 100 * right:
        return "percent"
    return "upside_down" if abs(share * right - 1) <= CLOSE else "other"


def own_break_even(answer: Any) -> Verdict:
    """2.4: timings of both ways by number of items, and from how many items on the pool wins."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "not_a_pair"
    mine, pays_from = answer
    if not isinstance(mine, dict) or not {"sequential", "pool"} <= set(mine):
        return "names"
    timings = [mine["sequential"], mine["pool"]]
    if not all(isinstance(times, dict) and all(map(is_number, times)) for times in timings):
        return "names"
    if not all(is_number(value) for times in timings for value in times.values()):
        return "not_seconds"
    if len(set(timings[0]) & set(timings[1])) < 3:
        return "few"
    return _compared_break_even(crossing_point(*timings), pays_from, timings[1])


def _compared_break_even(right: int | None, answer: Any, timed: dict[int, float]) -> Verdict:
    if answer == right:
        return "right"
    if right is None:
        return "never"
    if answer is None:
        return "not_none", {"n": right}
    if answer not in timed:
        return "other", {"n": right}
    return ("early" if answer < right else "late"), {"n": right}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "2.1": pool_counts,
    "2.2": ending,
    "2.3": computing_share,
    "2.4": own_break_even,
}
