"""Amdahl's law. A pure formula: numbers in, a number out."""

from __future__ import annotations

from helpers.language import message
from helpers.parallel.arguments import whole_number
from helpers.parallel.errors import InputError


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
    number = isinstance(serial_fraction, (int, float)) and not isinstance(serial_fraction, bool)
    if not number or not 0 <= serial_fraction <= 1:
        raise InputError(message("laws.fraction", received=repr(serial_fraction)))
    n_workers = whole_number("n_workers", n_workers)
    return 1 / (serial_fraction + (1 - serial_fraction) / n_workers)
