"""I/O-bound tasks: they wait for something outside, and compute next to nothing."""

from __future__ import annotations

from time import sleep

from helpers.language import text


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
        raise ValueError(
            text(
                es="El tiempo de espera debe ser un número de segundos, 0 o más, y es "
                f"{seconds!r}. Ejemplo: download(0.1).",
                en="The time to wait must be a number of seconds, 0 or more, and it is "
                f"{seconds!r}. Example: download(0.1).",
            )
        ) from None
    return seconds
