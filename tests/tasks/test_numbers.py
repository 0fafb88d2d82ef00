"""The CPU-bound tasks give what other ways of computing give."""

import math
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tasks
from helpers.tasks import count_primes, square, sum_of_squares


@given(st.integers() | st.floats(allow_nan=False))
def test_square(x):
    """The square is the number times itself, whole or not."""
    assert square(x) == x * x == square(-x)


def test_count_primes_against_a_sieve():
    """Up to 3,000 the count is that of the sieve of Eratosthenes, at the primes themselves too."""
    is_prime = [False, False] + [True] * 2_998
    for number in range(2, math.isqrt(3_000) + 1):
        is_prime[number * number :: number] = [False] * len(is_prime[number * number :: number])
    for limit in [*range(0, 200), *range(200, 3_000, 7)]:
        assert count_primes(limit) == sum(is_prime[:limit])


@pytest.mark.parametrize(
    ("limit", "count"), [(-5, 0), (0, 0), (2, 0), (3, 1), (10, 4), (100, 25), (10_000, 1229)]
)
def test_count_primes_known(limit, count):
    """The counts that every table of primes has; none below 2."""
    assert count_primes(limit) == count


@given(st.integers(-10, 3000))
def test_sum_of_squares_against_the_formula(n):
    """The sum of the squares below n is what the formula of the square pyramid gives."""
    last = max(0, n - 1)
    assert sum_of_squares(n) == last * (last + 1) * (2 * last + 1) // 6


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
