"""Timings that can be trusted: warmed up, interleaved, repeated, and checked for equal results."""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import as_sequence, check_choice, check_limit, short
from helpers.parallel.busyness import OtherPrograms
from helpers.parallel.equality import same
from helpers.parallel.errors import InputError, ResultsDifferError
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import usable_cpus
from helpers.parallel.results import Run, Task
from helpers.parallel.running import run
from helpers.parallel.ways import WAYS

# A spread between quartiles above this share of the median makes a figure worth little.
UNSTABLE = 0.25
# A timing shorter than this many ticks of the clock says more about the clock.
MIN_TICKS = 100


@dataclass(frozen=True, repr=False)
class Comparison:
    """The same work, run several ways, several times each.

    Attributes:
        times_s: for each way, ``elapsed_s`` of its repeats, in the order of measuring.
        typical: for each way, the ``Run`` of the repeat whose time is the median (the lower one of
            the two in the middle, where their number is even).
        warnings: what makes a figure worth less, in the learner's language.
    """

    times_s: dict[str, tuple[float, ...]]
    typical: dict[str, Run]
    warnings: tuple[str, ...]

    @property
    def hows(self) -> tuple[str, ...]:
        """The ways that were compared, in the order asked for."""
        return tuple(self.times_s)

    def median_s(self, how: str) -> float:
        """Return the median of the timings of ``how``, in seconds."""
        return statistics.median(self.times_s[how])

    def quartiles_s(self, how: str) -> tuple[float, float]:
        """Return the first and third quartile of the timings of ``how``, in seconds."""
        return quartiles(self.times_s[how])

    def speedup(self, how: str, over: str = "sequential") -> float:
        """Return how many times as fast as ``over`` the way ``how`` was (below 1: slower)."""
        return self.median_s(over) / self.median_s(how)

    def __repr__(self) -> str:
        """Say the median of each way."""
        medians = ", ".join(f"{how}: {self.median_s(how):.6f} s" for how in self.hows)
        return f"Comparison({medians})"


def compare(
    task: Task,
    items: Iterable[Any],
    hows: Sequence[str] = ("sequential", "processes"),
    *,
    repeats: int = 5,
    n_workers: int | None = None,
    chunksize: int | None = None,
    start_method: str | None = None,
    timeout_s: float | None = None,
) -> Comparison:
    """Run the same work several ways and report how long each takes.

    Each way runs once to warm up, and its results are compared with the sequential ones; then the
    ways take turns (A B A B), so that a busy moment of the machine falls on all of them.

    Args:
        task: as in ``run``, as are ``n_workers``, ``chunksize`` and ``start_method``.
        items: as in ``run``; taken to its end once.
        hows: the ways to compare.
        repeats: how many timings each way gets.
        timeout_s: the time limit of each single run, in seconds, and of reading the items.

    Returns:
        A ``Comparison``: medians, quartiles, and warnings where a figure is not worth much.

    Raises:
        ResultsDifferError: where a way gives other results than the sequential one.
        InputError: as ``run``, and where ``repeats`` is not a whole number of 1 or more.
    """
    if isinstance(repeats, bool) or not isinstance(repeats, int) or repeats < 1:
        raise InputError(message("run.not_positive", name="repeats", received=short(repeats)))
    if isinstance(hows, str) or not isinstance(hows, Sequence) or not hows:
        allowed = ", ".join(repr(how) for how in WAYS)
        raise InputError(message("compare.bad_hows", received=short(hows), allowed=allowed))
    for how in hows:
        check_choice("how", how, tuple(WAYS))
    check_limit(timeout_s)
    if any(WAYS[how].uses_processes for how in hows):
        check_not_importing("compare")
    items = as_sequence(items, timeout_s)

    def timed(how: str) -> Run:
        return run(
            task,
            items,
            how=how,
            n_workers=n_workers,
            chunksize=chunksize,
            start_method=start_method,
            timeout_s=timeout_s,
        )

    expected = timed("sequential").results
    parallel = [how for how in hows if how != "sequential"]
    verdicts = [check_equal(how, timed(how).results, expected) for how in parallel]
    others = OtherPrograms()
    rounds = [{how: timed(how) for how in hows} for _ in range(repeats)]
    times_s = {how: tuple(runs[how].elapsed_s for runs in rounds) for how in hows}
    typical = {how: _typical([runs[how] for runs in rounds]) for how in hows}
    named = {message(f"way_name.{how}"): times for how, times in times_s.items()}
    return Comparison(times_s, typical, timing_warnings(named, others, all(verdicts)))


def _typical(runs: list[Run]) -> Run:
    return sorted(runs, key=lambda run: run.elapsed_s)[(len(runs) - 1) // 2]


def check_equal(how: str, results: list[Any], expected: list[Any]) -> bool:
    """Say whether all of ``results`` can be compared with what is expected.

    Raises:
        ResultsDifferError: with the first that is not as expected.
    """
    comparable = True
    for index, (received, wanted) in enumerate(zip(results, expected, strict=True)):
        verdict = same(received, wanted)
        comparable = comparable and verdict is not None
        if verdict is False:
            raise ResultsDifferError(
                message(
                    "compare.results_differ",
                    how=repr(how),
                    index=index,
                    received=short(received),
                    expected=short(wanted),
                )
            )
    return comparable


def timing_warnings(
    times_s: Mapping[str, Sequence[float]],
    others: OtherPrograms | None = None,
    compared: bool = True,
) -> tuple[str, ...]:
    """Say, in the learner's language, what makes timings worth less.

    Args:
        times_s: for each name, its timings in seconds.
        others: what has counted other programs since the measuring began.
        compared: whether all results could be compared.
    """
    tick_s = time.get_clock_info("perf_counter").resolution
    said = [] if compared else [message("compare.not_comparable")]
    for name, times in times_s.items():
        median, (first, third) = statistics.median(times), quartiles(times)
        if median < MIN_TICKS * tick_s:
            said.append(message("compare.too_short", how=name))
        elif (third - first) / median > UNSTABLE:
            spread = 100 * (third - first) / median
            said.append(message("compare.unstable", how=name, spread=spread))
    if others is not None and others.in_the_way(usable_cpus()):
        said.append(message("compare.busy", cpus=others.busy_cpus()))
    return tuple(said)


def quartiles(times: Sequence[float]) -> tuple[float, float]:
    """Return the first and the third quartile; of a single figure, twice that one."""
    if len(times) < 2:
        return times[0], times[0]
    first, _, third = statistics.quantiles(times, n=4, method="inclusive")
    return first, third
