"""The CPU-bound tasks give what other ways of computing give."""

from __future__ import annotations

import hashlib
import math
import pickle
import random
import sys
import threading

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers import tasks
from helpers.tasks import (
    checksum,
    collatz_steps,
    count_primes,
    estimate_pi,
    square,
    sum_of_squares,
)

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


def collatz(number: int) -> int:
    """Return the number of steps to 1."""
    steps = 0
    while number != 1:
        number = number // 2 if number % 2 == 0 else 3 * number + 1
        steps += 1
    return steps


@pytest.mark.parametrize(
    ("limit", "expected"),
    [(2, (1, 0)), (3, (2, 1)), (4, (3, 7)), (10, (9, 19)), (100, (97, 118)), (1000, (871, 178))],
)
def test_collatz_known(limit, expected):
    """The known champions below 10, 100 and 1,000 are found."""
    assert collatz_steps(limit) == expected


def test_collatz_against_the_definition():
    """For every limit the answer is the smallest number with the most steps."""
    steps = [-1, *map(collatz, range(1, 200))]
    for limit in range(2, 200):
        most = max(steps[:limit])
        assert collatz_steps(limit) == (steps.index(most), most)


@pytest.mark.parametrize("limit", [1, 0, -7])
def test_collatz_without_a_number(limit):
    """A limit that leaves no number to look at is an error that says so."""
    with pytest.raises(ValueError, match=str(limit)):
        collatz_steps(limit)


def test_estimate_pi_is_deterministic():
    """The same seed gives the same estimate, and other seeds others."""
    estimates = [estimate_pi(seed, 2000) for seed in range(10)]
    assert estimates == [estimate_pi(seed, 2000) for seed in range(10)]
    assert len(set(estimates)) > 5


@pytest.mark.parametrize("n_points", [2000, 50_000])
def test_estimate_pi_is_in_range(n_points):
    """Ten estimates lie within five of the standard errors that the docstring gives."""
    error = 1.64 / math.sqrt(n_points)
    assert all(abs(estimate_pi(seed, n_points) - math.pi) < 5 * error for seed in range(10))


def test_estimate_pi_leaves_random_alone():
    """The learner's own random numbers are not disturbed."""
    random.seed(1)
    before = random.getstate()
    estimate_pi(3, 100)
    assert random.getstate() == before


@pytest.mark.parametrize(
    ("data", "beginning"), [(b"", "e3b0c442"), (b"abc", "ba7816bf"), (b"a" * 1_000_000, "cdc76e5c")]
)
def test_checksum_known(data, beginning):
    """The checksums of the examples in the standard that defines SHA-256 (FIPS 180), and of none.

    The longest is so long that the GIL is let go of while it is computed.
    """
    assert checksum(data).startswith(beginning)
    assert len(checksum(data)) == 64


@given(st.binary(max_size=5000))
def test_checksum_of_pieces(data):
    """It is what comes out where the data is taken in two pieces, and other data has another."""
    pieces = hashlib.sha256(data[:2100])
    pieces.update(data[2100:])
    assert checksum(data) == checksum(bytearray(data)) == pieces.hexdigest()
    assert checksum(data) != checksum(data + b"1")


def ran_meanwhile(data: bytes) -> bool:
    """Tell whether this thread got a turn while another one computed the checksum."""
    begun, done = threading.Event(), threading.Event()

    def work():
        begun.set()
        checksum(data)
        done.set()

    thread = threading.Thread(target=work)
    thread.start()
    begun.wait()
    meanwhile = not done.is_set()
    thread.join()
    return meanwhile


def test_checksum_lets_go_of_the_gil():
    """Other threads go on during a checksum even where Python takes the GIL away from nobody.

    Several attempts, since a busy machine may let this thread sleep until the checksum is there.
    """
    before = sys.getswitchinterval()
    sys.setswitchinterval(60)
    try:
        assert any(ran_meanwhile(bytes(100_000_000)) for _ in range(5))
    finally:
        sys.setswitchinterval(before)


@pytest.mark.parametrize("bad", ["abc", 3, None], ids=repr)
def test_checksum_of_no_bytes(bad):
    """Text has to be encoded first, and a number is no data."""
    with pytest.raises(TypeError):
        checksum(bad)


@pytest.mark.parametrize("name", tasks.__all__)
def test_every_task_can_be_sent(name):
    """Each task of the room is importable by name, as a worker needs it."""
    task = getattr(tasks, name)
    assert pickle.loads(pickle.dumps(task)) is task
    assert task.__doc__
