"""Where one way becomes faster than another, in times that were measured."""

from __future__ import annotations

from collections.abc import Mapping

Timings = Mapping[int, float]


def crossing_point(first: Timings, second: Timings) -> int | None:
    """Return the smallest measured number of items from which on ``second`` is always faster.

    Args:
        first, second: seconds by number of items.

    Returns:
        ``None`` where the second is not faster at the largest number that both were measured at.
    """
    found = None
    for n in sorted(set(first) & set(second), reverse=True):
        if second[n] >= first[n]:
            break
        found = n
    return found
