"""I/O-bound tasks: they wait for something outside, and compute next to nothing."""

from __future__ import annotations

from time import sleep

from helpers.language import message


def download(seconds: float) -> float:
    """Stand for a download that takes so long: wait, without using the CPU, and return the time.

    Args:
        seconds: how long the answer takes to come; 0 or more.

    Raises:
        ValueError: where ``seconds`` is negative or no number.
    """
    try:
        sleep(seconds)
    except (TypeError, ValueError, OverflowError):
        raise ValueError(message("waiting.negative", received=repr(seconds))) from None
    return seconds
