"""Graders of lesson 10, up to the prediction: each takes an answer and names what it found."""

from __future__ import annotations

import math
import os
import statistics
from collections.abc import Callable, Iterator, Sequence
from time import perf_counter
from typing import Any

from helpers.classroom.exercise import is_number
from helpers.classroom.grading_project_choice import GRADERS as CHOICE
from helpers.classroom.project_figures import close, first_close
from helpers.classroom.style import duration, significant
from helpers.parallel import CostModel, Run, simulate
from helpers.parallel.simulation import simulate_even
from helpers.tasks import count_words

Verdict = str | tuple[str, dict[str, Any]]

N_SAMPLED = 40  # so many files are counted again
TOO_FAST = 10  # who is so many times faster than that did not count between the readings
COLD = 1.5  # a first pass that takes so many times as long read from the disk
WAITING = 0.2  # who waits less than this share of the time computes, as in advise
NEARLY = 0.1  # how far from it either answer is accepted
TENTH = 10  # a chunk is large enough when it takes so many times as long as its message
FIGURES = {"wall_s", "cpu_s", "reading_s", "message_s", "item_s"}
SAME_COST = 3  # a typical file may cost so many times more or less than the mean one
POOR = 0.8  # a choice that is predicted to reach less than this share of a better one


def counted_and_timed(answer: Any) -> Verdict:
    """10.1: the words of each file, and the seconds of three passes or more."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    files, counts, timings_s = answer
    if not isinstance(files, list) or not files:
        return "no_files"
    if is_number(counts):
        return "total"
    if not isinstance(counts, list):
        return "lazy" if isinstance(counts, Iterator) else "not_a_list"
    if len(counts) != len(files):
        return "other_length", {"received": len(counts), "expected": len(files)}
    places = range(0, len(files), math.ceil(len(files) / N_SAMPLED))
    sample = [files[place] for place in places]
    for place, words in zip(places, _recounted(sample), strict=True):
        if counts[place] != words:
            return _wrong_count(files[place], counts[place], words)
    return _judged_timings(timings_s, sum(counts), len(files), _least_s(sample) / len(sample))


def _recounted(files: Sequence[str]) -> list[int]:
    return [count_words(file) for file in files]


def _least_s(files: Sequence[str]) -> float:
    """Return what counting ``files`` takes at least, in seconds."""
    times = []
    for _ in range(3):
        begin = perf_counter()
        _recounted(files)
        times.append(perf_counter() - begin)
    return min(times)


def _wrong_count(file: str, received: object, expected: int) -> Verdict:
    if is_number(received) and received == os.path.getsize(file):  # noqa: PTH202
        return "bytes"
    return "other_count", {"file": str(file), "received": received, "expected": expected}


def _judged_timings(timings_s: Any, words: int, n_files: int, item_s: float) -> Verdict:
    if not isinstance(timings_s, (list, tuple)) or not all(map(_is_time, timings_s)):
        return "not_timings"
    if len(timings_s) < 3:
        return "few", {"n": len(timings_s)}
    if min(timings_s) < n_files * item_s / TOO_FAST:
        return "too_fast", {"least": duration(n_files * item_s)}
    loop_s = statistics.median(timings_s)
    if timings_s[0] > COLD * loop_s:
        return "right_cold", {"times": significant(timings_s[0] / loop_s, 2)}
    if max(timings_s) > COLD * loop_s:
        return "right_uneven", {"times": significant(max(timings_s) / loop_s, 2)}
    item = duration(loop_s / n_files)
    return "right", {"words": f"{words:,}", "loop": duration(loop_s), "item": item}


def _is_time(value: object) -> bool:
    return is_number(value) and 0 < value < 86_400  # type: ignore[operator]


def what_limits(answer: Any) -> Verdict:
    """10.2: the shares of waiting and reading, the files that a chunk needs, and the limit."""
    if not isinstance(answer, tuple) or len(answer) != 5:
        return "not_five"
    measured, waits, reads, enough, limit = answer
    if not isinstance(measured, dict) or not set(measured) >= FIGURES:
        return "not_measured"
    if not all(map(is_number, (waits, reads, enough))):
        return "not_numbers"
    cpu, reading = (measured[name] / measured["wall_s"] for name in ("cpu_s", "reading_s"))
    if not close(waits, 1 - cpu):
        return first_close(waits, {"waits_cpu": cpu, "waits_percent": 100 * (1 - cpu)}, "waits")
    if not close(reads, reading):
        upside_down, percent = 1 / reading, 100 * reading
        known = {
            "reads_upside_down": upside_down,
            "reads_percent": percent,
            "reads_rest": 1 - reading,
        }
        return first_close(reads, known, "reads")
    return _judged_chunk(enough, measured["message_s"] / measured["item_s"]) or _judged_limit(
        limit, waits
    )


def _judged_chunk(enough: float, weight: float) -> Verdict | None:
    """Judge how many files a chunk needs, where a message costs as much as ``weight`` of them."""
    right = math.ceil(TENTH * weight)
    if abs(enough - right) <= max(1.0, 0.05 * right):
        return None
    if enough < right:
        share = f"{100 * weight / enough:.0f}" if enough > 0 else "∞"
        return "chunk_small", {"n": f"{float(f'{enough:.2g}'):,g}", "share": share}
    return "chunk_large"


def _judged_limit(limit: object, waits: float) -> Verdict:
    share = f"{100 * max(0.0, waits):.0f}"
    if limit == "messages":
        return "limit_messages"
    if limit not in ("disk", "cpu"):
        return "not_a_limit"
    if limit == "disk":
        return ("right_disk", {"share": share}) if waits > WAITING - NEARLY else "limit_disk"
    return ("right", {"share": share}) if waits < WAITING + NEARLY else "limit_cpu"


def predicted_run(answer: Any) -> Verdict:
    """10.3: a simulated run of this corpus, its speedup, and from how many files on it pays."""
    if not isinstance(answer, tuple) or len(answer) != 5:
        return "not_five"
    model, costs_s, paper, speedup, pays_from = answer
    if not isinstance(model, CostModel) or not isinstance(costs_s, list):
        return "not_measured"
    if not isinstance(paper, Run):
        return "not_a_run"
    if paper.results:
        return "executed"
    if paper.n_items != len(costs_s):
        return "other_work", {"received": paper.n_items, "expected": len(costs_s)}
    if any(model_s > 0 for model_s in (model.boot_s, model.launch_s)) and not any(paper.ready_s):
        return "no_model"
    if paper.n_workers > model.cpus:
        return "crowded", {"n": paper.n_workers, "cpus": model.cpus}
    right = sum(costs_s) / paper.elapsed_s
    if not is_number(speedup):
        return "not_a_number"
    if not close(speedup, right):
        known = {"upside_down": 1 / right, "efficiency": right / paper.n_workers}
        return first_close(speedup, known, "other_speedup")
    return _poor(paper, costs_s, model) or _judged_break_even(pays_from, costs_s, model, right)


def _poor(paper: Run, costs_s: list[float], model: CostModel) -> Verdict | None:
    """Say so where the model itself knows a choice that is much better."""
    sizes = [math.ceil(len(costs_s) / (share * model.cpus)) for share in (4, 16)]
    tried = {size: simulate(costs_s, model.cpus, size, model).elapsed_s for size in sizes}
    best = min(tried, key=tried.__getitem__)
    if tried[best] >= POOR * paper.elapsed_s:
        return None
    chosen, better = duration(paper.elapsed_s), duration(tried[best])
    return "poor", {"chosen": chosen, "better": better, "n": model.cpus, "chunksize": best}


def _judged_break_even(
    pays_from: Any, costs_s: list[float], model: CostModel, speedup: float
) -> Verdict:
    item_s = statistics.fmean(costs_s)

    def pays(cost_s: float, n_items: int) -> bool:
        done = simulate_even(cost_s, n_items, model.cpus, None, model)
        return done.elapsed_s < n_items * cost_s

    if pays_from is None:
        return "not_never" if pays(item_s / SAME_COST, 10**9) else "right_never"
    if not isinstance(pays_from, int) or isinstance(pays_from, bool) or pays_from < 1:
        return "not_whole"
    if not pays(SAME_COST * item_s, pays_from):
        return "early"
    if pays_from > 1 and pays(item_s / SAME_COST, pays_from // 2):
        return "late"
    return "right", {"speedup": significant(speedup, 2), "n": f"{pays_from:,}"}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "10.1": counted_and_timed,
    "10.2": what_limits,
    "10.3": predicted_run,
    **CHOICE,
}
