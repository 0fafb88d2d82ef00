"""How a job gets faster, or bigger, with the number of workers: measured."""

from __future__ import annotations

import statistics
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

from helpers.language import message
from helpers.parallel import laws
from helpers.parallel.arguments import as_sequence, check_choice, check_limit, short, whole_number
from helpers.parallel.busyness import OtherPrograms
from helpers.parallel.errors import InputError
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import usable_cpus
from helpers.parallel.results import Run, Task
from helpers.parallel.running import run
from helpers.parallel.timing import check_equal, quartiles, timing_warnings
from helpers.parallel.ways import WAYS

KINDS = ("strong", "weak")


@dataclass(frozen=True, repr=False)
class Scaling:
    """The same task with more and more workers.

    Attributes:
        kind: ``"strong"``, the same work for all, or ``"weak"``, ``n`` times for ``n`` workers.
        how: the way of running.
        sequential_s: ``elapsed_s`` of the plain loop over the items, one figure a repeat.
        times_s: for each number of workers, ``elapsed_s`` of its repeats, start and end included.
        warnings: what makes a figure worth less, in the learner's language.
    """

    kind: str
    how: str
    sequential_s: tuple[float, ...]
    times_s: dict[int, tuple[float, ...]]
    warnings: tuple[str, ...] = ()

    @property
    def worker_counts(self) -> tuple[int, ...]:
        """The numbers of workers that were measured, rising."""
        return tuple(sorted(self.times_s))

    def speedup(self, n_workers: int) -> float:
        """Return how many times as fast as the plain loop: medians of what was measured.

        Where the scaling is weak, the plain loop is taken to need ``n`` times as long for ``n``
        times the work.

        Raises:
            InputError: for a number of workers that was not measured.
        """
        check_choice("n_workers", n_workers, self.worker_counts)
        growth = n_workers if self.kind == "weak" else 1
        base_s = statistics.median(self.sequential_s)
        return growth * laws.speedup(base_s, statistics.median(self.times_s[n_workers]))

    def speedup_quartiles(self, n_workers: int) -> tuple[float, float]:
        """Return the speedup at the third and at the first quartile of the times: low, high."""
        check_choice("n_workers", n_workers, self.worker_counts)
        growth = n_workers if self.kind == "weak" else 1
        first_s, third_s = quartiles(self.times_s[n_workers])
        base_s = growth * statistics.median(self.sequential_s)
        return base_s / third_s, base_s / first_s

    def efficiency(self, n_workers: int) -> float:
        """Return the speedup per worker."""
        return laws.efficiency(self.speedup(n_workers), n_workers)

    def serial_fraction(self, n_workers: int) -> float:
        """Return Karp and Flatt's serial fraction at 2 workers or more, of a strong scaling.

        Raises:
            InputError: for one worker, or a weak scaling, which the formula does not speak of.
        """
        if self.kind != "strong":
            raise InputError(message("scaling.weak_fraction"))
        return laws.karp_flatt(self.speedup(n_workers), n_workers)

    def __repr__(self) -> str:
        """Say the speedup with each number of workers."""
        told = ", ".join(f"{n}: {self.speedup(n):.3f}" for n in self.worker_counts)
        return f"Scaling(kind={self.kind!r}, how={self.how!r}, speedup={{{told}}})"


def scaling(
    task: Task,
    items: Iterable[Any],
    worker_counts: Sequence[int] | None = None,
    *,
    kind: str = "strong",
    how: str = "processes",
    repeats: int = 3,
    chunksize: int | None = None,
    start_method: str | None = None,
    timeout_s: float | None = None,
) -> Scaling:
    """Measure how much faster a job gets with more workers, or how much more they get done.

    The plain loop and all numbers of workers take turns, after one round to warm up in which
    their results are compared.

    Args:
        task: as in ``run``, as are ``chunksize``, ``start_method`` and ``timeout_s``.
        items: as in ``run``; taken to its end once.
        worker_counts: the numbers of workers; 1, 2, 4 and so on up to the usable CPUs if ``None``.
        kind: ``"strong"`` gives all of them the same items; ``"weak"`` gives ``n`` workers the
            items ``n`` times.
        how: the way of running; any but ``"sequential"``.
        repeats: how many timings each gets.

    Returns:
        A ``Scaling``: speedup, efficiency and their spread.

    Raises:
        ResultsDifferError: where the results are not those of the plain loop.
        InputError: as ``run``, and where there is nothing to measure.
    """
    check_choice("kind", kind, KINDS)
    check_choice("how", how, tuple(name for name in WAYS if name != "sequential"))
    repeats, counts = whole_number("repeats", repeats), _checked_counts(worker_counts)
    check_limit(timeout_s)
    if WAYS[how].uses_processes:
        check_not_importing("scaling")
    items = as_sequence(items, timeout_s)
    if not items:
        raise InputError(message("scaling.no_items"))
    parallel = partial(
        run, task, how=how, chunksize=chunksize, start_method=start_method, timeout_s=timeout_s
    )

    def timed(n_workers: int) -> Run:
        work = list(items) * n_workers if kind == "weak" else items
        return parallel(work, n_workers=n_workers)

    plain: Callable[[], Run] = partial(run, task, items, how="sequential", timeout_s=timeout_s)
    expected = plain().results
    times = {n: n if kind == "weak" else 1 for n in counts}
    verdicts = [check_equal(how, timed(n).results, expected * times[n]) for n in counts]
    others = OtherPrograms()
    rounds = [(plain().elapsed_s, {n: timed(n).elapsed_s for n in counts}) for _ in range(repeats)]
    sequential_s = tuple(base for base, _ in rounds)
    times_s = {n: tuple(times[n] for _, times in rounds) for n in counts}
    named = _named(how, sequential_s, times_s)
    return Scaling(kind, how, sequential_s, times_s, timing_warnings(named, others, all(verdicts)))


def _checked_counts(worker_counts: Sequence[int] | None) -> list[int]:
    if worker_counts is None:
        most = usable_cpus()
        return sorted({1, most, *(2**k for k in range(1, 10) if 2**k < most)})
    if isinstance(worker_counts, str) or not isinstance(worker_counts, (Sequence, range)):
        raise InputError(message("scaling.bad_counts", received=short(worker_counts)))
    counts = sorted({whole_number("worker_counts", n) for n in worker_counts})
    if not counts:
        raise InputError(message("scaling.bad_counts", received=short(worker_counts)))
    return counts


def _named(
    how: str, sequential_s: tuple[float, ...], times_s: dict[int, tuple[float, ...]]
) -> dict[str, tuple[float, ...]]:
    """Return all timings by a name that a learner understands."""
    name = message(f"way_name.{how}")
    named = {message("way_name.sequential"): sequential_s}
    return named | {message("scaling.with_workers", how=name, n=n): t for n, t in times_s.items()}
