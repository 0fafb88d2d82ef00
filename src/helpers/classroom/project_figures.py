"""Figures that a learner computed, compared with what they should be."""

from __future__ import annotations

CLOSE = 0.02  # how far a figure may be off that was rounded


def close(answer: float, right: float) -> bool:
    """Say whether a figure is right, but for rounding to two digits."""
    two_digits = float(f"{right:.1e}")
    return abs(answer - right) <= CLOSE * max(abs(right), 0.5) or abs(answer - two_digits) < 1e-9


def first_close(answer: float, known: dict[str, float], otherwise: str) -> str:
    """Return the name of the first figure in ``known`` that ``answer`` is, else ``otherwise``."""
    return next((name for name, value in known.items() if close(answer, value)), otherwise)
