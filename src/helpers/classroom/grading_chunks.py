"""Graders of lesson 4: each takes an answer and names what it found."""

from __future__ import annotations

import multiprocessing.pool
from collections.abc import Callable, Iterator
from time import perf_counter
from typing import Any

from helpers.classroom.grading_numbers import is_number
from helpers.classroom.style import duration, significant
from helpers.parallel import Run, usable_cpus
from helpers.tasks import estimate_pi, sum_of_squares

Verdict = str | tuple[str, dict[str, Any]]

JOB_ITEM, JOB_SIZE = 400, 5_000  # the item of exercise 4.2's job, and how often it is there
TOO_FAST = 0.5  # no pool needs less than this share of what computing the job takes
SEEDS, N_POINTS = (1, 2, 3, 4), 20_000  # what exercise 4.3 estimates pi with
# What exercise 4.4 has the learner deal out, and to how many workers.
WAITS_S = [number / 50 for number in range(1, 17)]
N_WORKERS = 4
DRAW = 1.10  # times that differ by less are a draw on a machine that does other things too
WIDE = 10  # the largest chunksize that is tried is to be so many times the smallest
# A worker may be idle for this share of what it computes; longest first and one by one nearly
# none is, shortest first 18 %, and in the chunks that the exercise begins with 71 %.
IDLE = 0.10


def counted_messages(answer: Any) -> Verdict:
    """4.1: a run, and how many chunks were sent in it."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], Run):
        return "not_a_pair"
    run, messages = answer
    if messages is run.spans or messages == list(run.spans):
        return "spans"
    if not is_number(messages):
        return "not_a_number"
    right = len(run.spans)
    known = {
        run.n_workers: "workers",
        run.chunksize / run.n_items: "upside_down",
        run.chunksize: "chunksize",
        run.n_items: "items",
        2 * right: "both_ways",
        right: "right",  # the last of two equal keys is the one that counts
    }
    return known.get(messages, "other")


def measured_chunksize(answer: Any) -> Verdict:
    """4.2: seconds by chunksize, and the chunksize chosen because of them."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], dict):
        return "not_a_pair"
    measured, chosen = answer
    if any(isinstance(value, Run) for value in measured.values()):
        return "runs"
    if not all(isinstance(size, int) and size >= 1 for size in measured):
        return "not_sizes"
    if not all(is_number(seconds) and 0 < seconds < 600 for seconds in measured.values()):
        return "not_seconds"
    if len(measured) < 3:
        return "few", {"n": len(measured)}
    if max(measured) < WIDE * min(measured):
        return "narrow"
    least_s, best_s = _least_s(), min(measured.values())
    if best_s < TOO_FAST * least_s:
        return "too_fast", {"best": duration(best_s), "least": duration(least_s)}
    return _chosen(measured, chosen)


def _least_s() -> float:
    """Return the seconds of computing in 4.2's job, shared evenly among the CPUs here."""
    times_s, n_calls = [], 20
    for _ in range(5):
        begin = perf_counter()
        for _ in range(n_calls):
            sum_of_squares(JOB_ITEM)
        times_s.append(perf_counter() - begin)
    return min(times_s) * JOB_SIZE / n_calls / usable_cpus()


def _chosen(measured: dict[int, float], chosen: Any) -> Verdict:
    best, worst = min(measured.values()), max(measured.values())
    if not is_number(chosen):
        return "not_a_number"
    if chosen not in measured:
        return "a_time" if chosen in measured.values() else "not_tried"
    if worst < DRAW * best:
        return "right_draw"
    if measured[chosen] == worst:
        return "slowest"
    if measured[chosen] > DRAW * best:
        more = 100 * (measured[chosen] / best - 1)
        return "slower", {"more": f"{more:.0f}"}
    return "right", {"times": significant(worst / measured[chosen], 2)}


def pi_estimates(answer: Any) -> Verdict:
    """4.3: an estimate of pi for each of SEEDS, in their order; nobody knows by which call."""
    if isinstance(answer, multiprocessing.pool.AsyncResult):
        return "async_result"
    if isinstance(answer, Iterator):
        return "iterator"
    if is_number(answer):
        return "one_number"
    if not isinstance(answer, (list, tuple)) or not all(map(is_number, answer)):
        return "not_numbers"
    found = list(answer)
    if len(found) != len(SEEDS):
        return "length", {"n": len(found), "expected": len(SEEDS)}
    right = [estimate_pi(seed, N_POINTS) for seed in SEEDS]
    if found == right:
        return "right"
    if sorted(found) == sorted(right):
        return "order"
    if found == [estimate_pi(seed) for seed in SEEDS]:
        return "n_points"
    if found == [estimate_pi(N_POINTS, seed) for seed in SEEDS]:
        return "swapped"
    return "same_seed" if len(set(found)) == 1 else "values"


def sooner_finish(answer: Any) -> Verdict:
    """4.4: a run of the uneven job in which hardly any worker is idle."""
    if not isinstance(answer, Run):
        return "not_a_run"
    if not answer.results:
        return "no_results"
    if sorted(answer.results) != WAITS_S:
        return "other_job"
    if answer.n_workers != N_WORKERS:
        return "other_workers", {"n": answer.n_workers, "expected": N_WORKERS}
    parts_s = answer.parts_s
    idle_s, computing_s = parts_s["idle"], parts_s["computing"]
    idle, working = duration(max(0.0, idle_s)), duration(computing_s)
    if idle_s <= IDLE * computing_s:
        return "right", {"idle": idle, "working": working}
    if answer.chunksize > 1:
        return "chunks", {"idle": idle, "working": working}
    return "order", {"idle": idle, "working": working}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "4.1": counted_messages,
    "4.2": measured_chunksize,
    "4.3": pi_estimates,
    "4.4": sooner_finish,
}
