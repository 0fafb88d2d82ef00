"""How times and figures are written: with a given number of significant digits, and a unit."""

from __future__ import annotations

import math


def duration(seconds: float) -> str:
    """Write a time with three significant digits and its unit: ``"9.81 µs"``, ``"2.04 s"``."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("µs", 1e-6)):
        if abs(seconds) >= 0.9995 * size:
            return f"{significant(seconds / size)} {unit}"
    return f"{significant(seconds / 1e-9)} ns"


def significant(value: float, digits: int = 3) -> str:
    """Write ``value`` with ``digits`` significant digits, without an exponent; or as ``"inf"``."""
    if value == 0 or not math.isfinite(value):
        return f"{value:.0f}"
    rounded = float(f"{value:.{digits - 1}e}")
    decimals = max(0, digits - 1 - int(f"{rounded:e}".split("e")[1]))
    return f"{rounded:,.{decimals}f}"
