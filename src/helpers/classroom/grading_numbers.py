"""Graders of lessons 0 and 1: each takes an answer and names what it found."""

from __future__ import annotations

import numbers
import os
from collections.abc import Callable
from time import perf_counter
from typing import Any

from helpers.parallel import machine
from helpers.tasks import count_primes

Verdict = str | tuple[str, dict[str, Any]]

TIMED_LIMITS = [20_000, 30_000, 10_000, 30_000, 20_000]  # what lesson 1 has the learner time
FAR = 10.0  # a time so many times longer or shorter than the grader's own was not measured


def is_number(answer: object) -> bool:
    """Say whether ``answer`` is a plain number: no truth value, nothing that is not a number."""
    return isinstance(answer, numbers.Real) and not isinstance(answer, bool)


def _seconds_for(limits: list[int]) -> float:
    begin = perf_counter()
    for limit in limits:
        count_primes(limit)
    return perf_counter() - begin


def usable_workers(answer: Any) -> Verdict:
    """0.1: how many workers can compute at the same time on this machine."""
    here = machine()
    if not is_number(answer):
        return "not_a_number"
    if answer == here.usable_cpus:
        return "right", {"n": here.usable_cpus}
    if answer == here.logical_cpus:
        return "logical", {"n": here.logical_cpus}
    return "other", {"received": answer}


def worker_number(answer: Any) -> Verdict:
    """0.2: the process number of a worker, which is none of this process nor of its parent."""
    if callable(answer):
        return "not_called"
    if not isinstance(answer, int) or isinstance(answer, bool):
        return "not_a_number"
    if answer == os.getpid():
        return "this_process"
    if answer == os.getppid() or answer <= 1:
        return "other"
    return "right", {"pid": answer}


def cubes(answer: Any) -> Verdict:
    """1.1: the cubes of 0 to 99, as a list."""
    if not isinstance(answer, list):
        return "not_a_list"
    if len(answer) != 100:
        return "length", {"n": len(answer)}
    known = {"right": [x**3 for x in range(100)], "squares": [x * x for x in range(100)],
             "xor": [x ^ 3 for x in range(100)], "none": [None] * 100}  # fmt: skip
    return next((name for name, values in known.items() if answer == values), "values")


def timed_loop(answer: Any) -> Verdict:
    """1.2: the seconds that a loop of count_primes takes, measured by the learner."""
    if not is_number(answer):
        return "not_a_number"
    if answer <= 0:
        return "zero" if answer == 0 else "negative"
    ours_s = _seconds_for(TIMED_LIMITS)
    if answer < ours_s / FAR:
        return "too_small"
    if answer < FAR * ours_s:
        return "right"
    return "milliseconds" if answer < FAR * 1000 * ours_s else "epoch"


def forecast(answer: Any) -> Verdict:
    """1.3: a pair, the seconds forecast for three times as many items and those measured."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2:
        return "not_a_pair"
    if not all(is_number(value) and value > 0 for value in answer):
        return "not_numbers"
    forecast_s, measured_s = answer
    ours_s = _seconds_for([20_000] * 10) * 3
    if not ours_s / FAR < measured_s < FAR * ours_s:
        return "not_measured"
    if forecast_s == measured_s:
        return "same"
    off = abs(forecast_s - measured_s) / measured_s
    if off <= 0.3:
        return "right", {"off": f"{100 * off:.0f}"}
    if abs(3 * forecast_s - measured_s) <= 0.3 * measured_s:
        return "third"
    return "off", {"off": f"{100 * off:.0f}"}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "0.1": usable_workers,
    "0.2": worker_number,
    "1.1": cubes,
    "1.2": timed_loop,
    "1.3": forecast,
}
