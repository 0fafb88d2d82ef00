"""The CPU-bound tasks give what other ways of computing give."""

from __future__ import annotations

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tasks
from helpers.tasks import count_primes, square, sum_of_squares

LIMIT = 3000


def primes_by_sieve(limit: int) -> list[int]:
    """Return the primes below ``limit``, by the sieve of Eratosthenes."""
    is_prime = [False, False] + [True] * max(0, limit - 2)
    for number in range(2, math.isqrt(max(0, limit)) + 1):
        if is_prime[number]:
            is_prime[number * number :: number] = [False] * len(is_prime[number * number :: number])
    return [number for number in range(limit) if is_prime[number]]


@given(st.integers())
def test_square(x):
    """The square is the number times itself."""
    assert square(x) == x * x == square(-x)


@given(st.floats(allow_nan=False))
def test_square_of_floats(x):
    """Numbers with a fraction are squared as well."""
    assert square(x) == x * x


def test_count_primes_against_a_sieve():
    """For every limit up to 3,000 the count is that of a sieve, at the primes themselves too."""
    primes = primes_by_sieve(LIMIT)
    counts = [sum(1 for prime in primes if prime < limit) for limit in range(0, LIMIT, 7)]
    assert [count_primes(limit) for limit in range(0, LIMIT, 7)] == counts
    for prime in primes[:50]:
        assert count_primes(prime + 1) == count_primes(prime) + 1


@pytest.mark.parametrize(
    ("limit", "count"),
    [(-5, 0), (0, 0), (1, 0), (2, 0), (3, 1), (10, 4), (100, 25), (10_000, 1229)],
)
def test_count_primes_known(limit, count):
    """The counts that every table of primes has; none below 2."""
    assert count_primes(limit) == count


@given(st.integers(-10, 3000))
def test_sum_of_squares_against_the_formula(n):
    """The sum of the squares below n is what the formula of the square pyramid gives."""
    last = max(0, n - 1)
    assert sum_of_squares(n) == last * (last + 1) * (2 * last + 1) // 6


@pytest.mark.parametrize(
    ("n", "total"), [(-3, 0), (0, 0), (1, 0), (2, 1), (3, 5), (4, 14), (11, 385), (101, 338_350)]
)
def test_sum_of_squares_known(n, total):
    """Sums that can be worked out by hand; 0 where there is nothing to add."""
    assert sum_of_squares(n) == total
    assert type(sum_of_squares(n)) is int


@pytest.mark.parametrize("n", [2.5, "3", None])
def test_sum_of_squares_of_no_whole_number(n):
    """There is no number of numbers that is not whole."""
    with pytest.raises(TypeError):
        sum_of_squares(n)


@pytest.mark.parametrize("name", tasks.__all__)
def test_every_task_can_be_sent(name):
    """Each task of the room is importable by name, as a worker needs it."""
    task = getattr(tasks, name)
    assert pickle.loads(pickle.dumps(task)) is task
    assert task.__doc__
