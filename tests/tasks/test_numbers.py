"""The tasks that compute give what other ways of computing give; the one that waits only waits."""

import math
import pickle
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tasks
from helpers.tasks import count_primes, download, square, sum_of_squares


@given(st.integers() | st.floats(allow_nan=False))
def test_square(x):
    """The square is the number times itself, whole or not."""
    assert square(x) == x * x == square(-x)


def test_count_primes_known():
    """Up to 3,000 the count is that of the sieve of Eratosthenes, and beyond that of any table."""
    is_prime = [False, False] + [True] * 2_998
    for number in range(2, math.isqrt(3_000) + 1):
        is_prime[number * number :: number] = [False] * len(is_prime[number * number :: number])
    for limit in [*range(0, 200), *range(200, 3_000, 7)]:
        assert count_primes(limit) == sum(is_prime[:limit])
    assert [count_primes(limit) for limit in (-5, 100, 10_000)] == [0, 25, 1229]


@given(st.integers(-10, 3000))
def test_sum_of_squares(n):
    """The sum of the squares below n is what the formula of the square pyramid gives."""
    last = max(0, n - 1)
    assert sum_of_squares(n) == last * (last + 1) * (2 * last + 1) // 6


@pytest.mark.parametrize("seconds", [0, 0.2])
def test_a_download_takes_its_time(seconds):
    """It waits at least as long as it was asked to, without the CPU, and returns that time."""
    began, computed = time.perf_counter(), time.thread_time()
    assert repr(download(seconds)) == repr(seconds)
    # Windows wakes a program on a tick of its clock, up to 16 ms before the time.
    assert time.perf_counter() - began >= seconds - 0.016
    assert time.thread_time() - computed < 0.1


@pytest.mark.parametrize("bad", [-0.001, math.nan, math.inf, "0.1", None, 1j], ids=repr)
def test_no_time_to_wait(refused, bad):
    """What is no number of 0 or more is refused at once, and named, in the learner's language."""
    for said in refused(ValueError, download, bad):
        assert f" {bad!r}." in said
        assert "download(0.1)" in said


@pytest.mark.parametrize("name", tasks.__all__)
def test_every_task_can_be_sent(name):
    """Each task can be imported by name, as a worker needs it, and says what it does."""
    task = getattr(tasks, name)
    assert pickle.loads(pickle.dumps(task)) is task
    assert task.__doc__
