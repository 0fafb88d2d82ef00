"""CPU-bound tasks: numbers or bytes in, a result out, nothing to wait for."""

from __future__ import annotations

from helpers.language import message


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


def collatz_steps(limit: int) -> tuple[int, int]:
    """Find the number below ``limit`` whose Collatz sequence takes the most steps to reach 1.

    A number is halved where it is even, and else tripled and increased by one.

    Args:
        limit: the first number that is no longer looked at; at least 2.

    Returns:
        The number (the smallest, where several take as many steps) and its steps.

    Raises:
        ValueError: where ``limit`` is below 2, so that there is no number to look at.
    """
    if limit < 2:
        raise ValueError(message("numbers.too_small", received=repr(limit)))
    steps = [0] * limit
    for number in range(2, limit):
        value, count = number, 0
        while value >= number:
            value = value // 2 if value % 2 == 0 else 3 * value + 1
            count += 1
        steps[number] = count + steps[value]
    longest = max(range(1, limit), key=steps.__getitem__)
    return longest, steps[longest]


def estimate_pi(seed: int, n_points: int = 50_000) -> float:
    """Estimate pi from random points in a square, by how many fall into the quarter circle.

    Args:
        seed: where the pseudo-random sequence starts: the same seed gives the same estimate, in
            whatever process it runs.
        n_points: how many points are thrown.

    Returns:
        Four times the share of the points inside; its standard error is ``1.64 / sqrt(n_points)``.
    """
    from random import Random  # a heavy import, which the other tasks do without

    random = Random(seed).random
    inside = sum(random() ** 2 + random() ** 2 <= 1 for _ in range(n_points))
    return 4 * inside / n_points


def checksum(data: bytes) -> str:
    """Return the SHA-256 checksum of ``data``, as 64 hexadecimal digits.

    The computing happens in C. From 2,048 bytes on ``hashlib`` lets go of the GIL meanwhile (its
    documentation says so), so that threads compute checksums side by side.

    Args:
        data: the bytes; the time grows in a line with their number (some 0.5 to 5 ms a megabyte).

    Raises:
        TypeError: where ``data`` is text or no bytes at all.
    """
    from hashlib import sha256  # it loads OpenSSL, which the other tasks do without

    return sha256(data).hexdigest()
