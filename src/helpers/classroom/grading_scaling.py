"""Graders of lesson 5: each takes an answer and names what it found."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any

from helpers.classroom.grading_numbers import is_number
from helpers.classroom.style import duration
from helpers.parallel import CostModel, Run, amdahl, gustafson, karp_flatt, simulate, usable_cpus

Verdict = str | tuple[str, dict[str, Any]]

LOOP_S, POOL_S, N_WORKERS = 12, 2, 8  # what exercise 5.1 gives
SPEEDUP_OF_8, MANY = 4, 64  # what exercise 5.2 gives, and what it asks about
# What exercise 5.3 simulates: workers that need a second to get ready, for instance for imports.
SLOW_START = CostModel(
    cpus=1024, launch_s=0.002, boot_s=1, full_boot_s=1, message_s=1e-4, full_message_s=1e-4
)
COSTS_S = [0.02] * 1_000
TRIED = tuple(2**k for k in range(11))
ENOUGH = 1.10  # doubling the workers is to gain so much
CLOSE = 0.01  # how far a figure may be off that was rounded
FAR = 0.25  # a prediction that is off by more, as in the chart, deserves a word about the reasons
SAME_COST = 4  # costs that differ by more are not of the same items, however busy the machine was
WAY_OFF = 10  # a prediction that is off so many times is no prediction of this job


def efficiency_from_times(answer: Any) -> Verdict:
    """5.1: the efficiency, from the times of a loop and of a pool of 8."""
    if not is_number(answer):
        return "not_a_number"
    speedup = LOOP_S / POOL_S
    known = {
        "right": speedup / N_WORKERS,
        "percent": 100 * speedup / N_WORKERS,
        "speedup": speedup,
        "upside_down": N_WORKERS / speedup,
        "speedup_upside_down": POOL_S / LOOP_S,
        "multiplied": N_WORKERS * speedup,
        "loop_alone": LOOP_S / N_WORKERS,
    }
    return _first_close(answer, known)


def serial_fraction(answer: Any) -> Verdict:
    """5.2: the serial fraction behind a speedup, and the speedup that it predicts for 64."""
    if not isinstance(answer, tuple) or len(answer) != 2:
        return "not_a_pair"
    fraction, predicted = answer
    if not is_number(fraction) or not is_number(predicted):
        return "not_numbers"
    right = karp_flatt(SPEEDUP_OF_8, N_WORKERS)
    found = _first_close(
        fraction,
        {
            "right": right,
            "swapped": karp_flatt(N_WORKERS, SPEEDUP_OF_8),
            "efficiency": SPEEDUP_OF_8 / N_WORKERS,
            "inverse": 1 / SPEEDUP_OF_8,
            "percent": 100 * right,
        },
    )
    if found != "right":
        return "fraction" if found == "other" else found
    found = _predicted_speedup(predicted, right)
    return _predicted_speedup(predicted, fraction) if found == "other" else found


def _predicted_speedup(predicted: float, fraction: float) -> str:
    return _first_close(
        predicted,
        {
            "right": amdahl(fraction, MANY),
            "limit": 1 / fraction,
            "gustafson": gustafson(fraction, MANY),
            "in_proportion": SPEEDUP_OF_8 * MANY / N_WORKERS,
        },
    )


def enough_workers(answer: Any) -> Verdict:
    """5.3: the smallest number of workers after which doubling them gains less than a tenth."""
    if not is_number(answer):
        return "not_a_number"
    times_s = _simulated_s()
    right = next(n for n in TRIED if times_s[n] < ENOUGH * times_s[2 * n])
    if answer not in TRIED:
        return "a_time" if answer in times_s.values() else "not_tried"
    if answer == right:
        return "right"
    if answer == 2 * right:
        return "doubled"
    if answer == min(times_s, key=times_s.__getitem__):
        return "fastest"
    if answer > right:
        return "too_many"
    gain = 100 * (times_s[answer] / times_s[2 * answer] - 1)
    return "too_few", {"n": answer, "gain": f"{gain:.0f}"}


@cache
def _simulated_s() -> dict[int, float]:
    return {n: simulate(COSTS_S, n, model=SLOW_START).elapsed_s for n in TRIED}


def own_prediction(answer: Any) -> Verdict:
    """5.4: a simulated run, the same run for real, and the error of the first."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    paper, real, error = answer
    if not isinstance(paper, Run) or not isinstance(real, Run):
        return "not_runs"
    if paper.results and real.results:
        return "both_real"
    if paper.results or not real.results:
        return "swapped" if paper.results else "both_simulated"
    if paper.n_items != real.n_items:
        return "other_work", {"predicted": paper.n_items, "measured": real.n_items}
    if (paper.n_workers, paper.chunksize) != (real.n_workers, real.chunksize):
        return "other_way"
    if paper.how != real.how:
        return "other_how", {"how": real.how, "expected": paper.how}
    if not any(paper.ready_s):
        return "no_model"
    if found := _bad_costs(paper, real):
        return found
    if not is_number(error):
        return "not_a_number"
    return _judged_error(error, paper.elapsed_s, real.elapsed_s)


def _bad_costs(paper: Run, real: Run) -> Verdict | None:
    """Say what is wrong with the costs that were given to the simulation, if anything is."""
    given_s, measured_s = paper.busy_s / paper.n_items, real.busy_s / real.n_items
    given, measured = duration(given_s), duration(measured_s)
    predicted, took = duration(paper.elapsed_s), duration(real.elapsed_s)
    if given_s > max(1.0, WAY_OFF * measured_s):  # whole numbers, taken for seconds
        return "items", {"given": given, "predicted": predicted, "measured": took}
    in_turns = max(1.0, real.n_workers / usable_cpus())
    if not measured_s / (SAME_COST * in_turns) <= given_s <= SAME_COST * measured_s:
        return "invented", {"given": given, "measured": measured}
    if not 1 / WAY_OFF <= paper.elapsed_s / real.elapsed_s <= WAY_OFF:
        return "far_off", {"predicted": predicted, "measured": took}
    return None


def _judged_error(answer: float, predicted_s: float, measured_s: float) -> Verdict:
    right = predicted_s / measured_s - 1
    found = _first_close(
        answer,
        {
            "right": right,
            "without_sign": abs(right),
            "percent": 100 * right,
            "ratio": predicted_s / measured_s,
            "seconds": predicted_s - measured_s,
            "of_predicted": measured_s / predicted_s - 1,
        },
    )
    if found not in ("right", "without_sign"):
        return found
    percent = f"{100 * abs(right):.0f}"
    if abs(right) > FAR:
        return "right_far", {"error": percent}
    return "right", {"error": percent}


def _first_close(answer: float, known: dict[str, float]) -> str:
    """Return the name of the first value that ``answer`` is, but for rounding; else ``other``."""
    for name, value in known.items():
        two_digits = float(f"{value:.1e}")
        if abs(answer - value) <= CLOSE * max(abs(value), 0.1) or abs(answer - two_digits) < 1e-9:
            return name
    return "other"


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "5.1": efficiency_from_times,
    "5.2": serial_fraction,
    "5.3": enough_workers,
    "5.4": own_prediction,
}
