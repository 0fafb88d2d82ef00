"""Numbers in, a number out: tasks that compute, and one that only waits."""

from __future__ import annotations

from time import sleep

from helpers.language import text


def square(x: int) -> int:
    """Return ``x`` times ``x``: the smallest task there is (some 50 ns)."""
    return x * x


def count_primes(limit: int) -> int:
    """Count the primes below ``limit``, by trial division.

    Slow on purpose: the time grows a little slower than ``limit ** 1.5``, so ``limit`` sets how
    much one item costs (20,000 takes some hundredths of a second).

    Args:
        limit: the first number that is no longer looked at; up to 2 the answer is 0.
    """
    return sum(1 for number in range(2, limit) if _is_prime(number))


def _is_prime(number: int) -> bool:
    divisor = 2
    while divisor * divisor <= number:
        if number % divisor == 0:
            return False
        divisor += 1
    return True


def sum_of_squares(n: int) -> int:
    """Add the squares of the whole numbers below ``n``, one by one.

    The time grows in a line with ``n`` (some 50 ns each), so it stands for work of any cost.

    Args:
        n: the first number that is no longer added; up to 1 the answer is 0.
    """
    total = 0
    for number in range(n):
        total += number * number
    return total


def download(seconds: float) -> float:
    """Stand for a download that takes this long: wait, without using the CPU, and return the time.

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
