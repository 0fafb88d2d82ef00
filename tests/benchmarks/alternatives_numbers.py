"""What is computed from the times that ``alternatives.py`` recorded."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence

from helpers.classroom.style import significant

# The seconds of each way in each round, None where it was left out.
Times = Mapping[str, Sequence[float | None]]


# How many times as long `run` should take at most as the call that it wraps.
RATIO_AIM = 1.03


def ratios(times_s: Times, over: str, under: str) -> list[float]:
    """Return how many times as long ``over`` took as ``under``, in each round that had both."""
    paired = zip(times_s.get(over, ()), times_s.get(under, ()), strict=False)
    return [one / other for one, other in paired if one and other]


def meets_aim(times_s: Times, way: str, wrapped: str) -> bool:
    """Say whether a way of `run` takes at most RATIO_AIM times as long, to two decimals."""
    return round(statistics.median(ratios(times_s, way, wrapped)), 2) <= RATIO_AIM


def quartiles(values: Sequence[float]) -> tuple[float, float, float]:
    """Return the first quartile, the median and the third quartile."""
    if len(values) < 2:
        return values[0], values[0], values[0]
    first, median, third = statistics.quantiles(values, n=4, method="inclusive")
    return first, median, third


def median_s(times_s: Times, name: str) -> float:
    """Return the median of the seconds that a way took."""
    return statistics.median(value for value in times_s[name] if value is not None)


def number(value: float) -> str:
    """Write a ratio: two decimals where it is near 1, two or three digits elsewhere."""
    if 0.1 <= value < 10:
        return f"{value:.2f}"
    return significant(value, 2 if value < 0.1 else 3)
