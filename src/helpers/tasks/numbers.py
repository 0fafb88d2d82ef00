"""CPU-bound tasks: numbers in, a number out, nothing to wait for."""

from __future__ import annotations


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
