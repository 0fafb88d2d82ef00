"""The laws of speedup. Pure formulas: numbers in, a number out."""

from __future__ import annotations

import math
from collections.abc import Callable

from helpers.language import message
from helpers.parallel.errors import InputError


def speedup(sequential_s: float, parallel_s: float) -> float:
    """Return how many times as fast the parallel way is: ``sequential_s / parallel_s``.

    Args:
        sequential_s: the time of the best sequential way, in seconds; above 0.
        parallel_s: the time of the parallel way on the same work, in seconds; above 0.

    Raises:
        InputError: outside of that domain.
    """
    _check("sequential_s", sequential_s, _positive, "laws.positive")
    _check("parallel_s", parallel_s, _positive, "laws.positive")
    return sequential_s / parallel_s


def efficiency(speedup: float, n_workers: int) -> float:
    """Return the speedup per worker: 1 where every worker is used to the full.

    Args:
        speedup: a measured or predicted speedup; above 0.
        n_workers: how many workers it took; a whole number, 1 or more.

    Raises:
        InputError: outside of that domain.
    """
    _check("speedup", speedup, _positive, "laws.positive")
    _check("n_workers", n_workers, _count, "run.not_positive")
    return speedup / n_workers


def amdahl(serial_fraction: float, n_workers: int) -> float:
    """Return the speedup of a job of fixed size, a part of which cannot be shared.

    ``1 / (s + (1 - s) / n)``; with any number of workers it stays below ``1 / s``.

    Source: G. M. Amdahl, "Validity of the single processor approach to achieving large scale
    computing capabilities", AFIPS Spring Joint Computer Conference, 1967.

    Args:
        serial_fraction: the share ``s`` of the sequential time that cannot be shared; 0 to 1.
        n_workers: ``n``; a whole number, 1 or more.

    Raises:
        InputError: outside of that domain.
    """
    _check("serial_fraction", serial_fraction, _fraction, "laws.fraction")
    _check("n_workers", n_workers, _count, "run.not_positive")
    return 1 / (serial_fraction + (1 - serial_fraction) / n_workers)


def gustafson(serial_fraction: float, n_workers: int) -> float:
    """Return the scaled speedup: the job grows with the workers, its serial part does not.

    ``s + (1 - s) * n``.

    Source: J. L. Gustafson, "Reevaluating Amdahl's law", Communications of the ACM 31 (5), 1988.

    Args:
        serial_fraction: the share ``s`` of the *parallel* run's time that is serial; 0 to 1.
        n_workers: ``n``; a whole number, 1 or more.

    Raises:
        InputError: outside of that domain.
    """
    _check("serial_fraction", serial_fraction, _fraction, "laws.fraction")
    _check("n_workers", n_workers, _count, "run.not_positive")
    return serial_fraction + (1 - serial_fraction) * n_workers


def karp_flatt(speedup: float, n_workers: int) -> float:
    """Return the serial fraction that a measured speedup points to: Amdahl's law solved for it.

    ``(1 / speedup - 1 / n) / (1 - 1 / n)``. Where it rises with ``n``, it is overhead that grows;
    below 0 the speedup was above ``n``.

    Source: A. H. Karp and H. P. Flatt, "Measuring parallel processor performance",
    Communications of the ACM 33 (5), 1990.

    Args:
        speedup: what was measured; above 0.
        n_workers: ``n``; a whole number, 2 or more, since one worker says nothing about sharing.

    Raises:
        InputError: outside of that domain.
    """
    _check("speedup", speedup, _positive, "laws.positive")
    _check("n_workers", n_workers, lambda value: _count(value) and value > 1, "laws.two_workers")
    return (1 / speedup - 1 / n_workers) / (1 - 1 / n_workers)


def _check(name: str, value: float, allowed: Callable[[float], bool], key: str) -> None:
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not allowed(value):
        raise InputError(message(key, name=name, received=repr(value)))


def _positive(value: float) -> bool:
    return 0 < value < math.inf


def _fraction(value: float) -> bool:
    return 0 <= value <= 1


def _count(value: float) -> bool:
    return isinstance(value, int) and value >= 1
