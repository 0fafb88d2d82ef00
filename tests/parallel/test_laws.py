"""The laws of speedup: their limits, their monotonicity, and their domains."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import InputError
from helpers.parallel.laws import amdahl, efficiency, gustafson, karp_flatt, speedup

fractions = st.floats(0, 1)
workers = st.integers(1, 10_000)
times = st.floats(1e-9, 1e6)


@given(fractions, workers)
def test_amdahl_lies_between_one_and_its_two_limits(s, n):
    """No speedup is below 1, above the number of workers, or above 1 / s."""
    assert 1 - 1e-12 <= amdahl(s, n) <= n * (1 + 1e-12)
    assert s == 0 or amdahl(s, n) <= 1 / s * (1 + 1e-12)


@given(fractions, workers)
def test_more_workers_never_make_a_law_slower(s, n):
    """Both laws grow with the workers."""
    assert amdahl(s, n + 1) >= amdahl(s, n) - 1e-12
    assert gustafson(s, n + 1) >= gustafson(s, n)


@given(fractions, fractions, workers)
def test_a_larger_serial_part_never_makes_a_law_faster(s, more, n):
    """Both laws fall with the serial fraction."""
    low, high = sorted((s, more))
    assert amdahl(high, n) <= amdahl(low, n) * (1 + 1e-12)
    assert gustafson(high, n) <= gustafson(low, n) * (1 + 1e-12)


@given(fractions, workers)
def test_gustafson_never_promises_less_than_amdahl(s, n):
    """For the same fraction the growing job has the larger speedup."""
    assert gustafson(s, n) >= amdahl(s, n) - 1e-9


@given(st.floats(0, 1), st.integers(2, 10_000))
def test_karp_flatt_inverts_amdahl(s, n):
    """The serial fraction comes out again of the speedup that it gave."""
    assert math.isclose(karp_flatt(amdahl(s, n), n), s, rel_tol=1e-6, abs_tol=1e-9)


@given(times, times, workers)
def test_speedup_and_efficiency_are_what_they_say(sequential_s, parallel_s, n):
    """Speedup is a ratio of times, efficiency its share of the workers."""
    s = speedup(sequential_s, parallel_s)
    assert math.isclose(s * parallel_s, sequential_s)
    assert math.isclose(efficiency(s, n) * n, s)


def test_known_values():
    """Figures that can be worked out by hand."""
    assert amdahl(0.5, 2) == pytest.approx(4 / 3)
    assert amdahl(0, 8) == 8
    assert amdahl(1, 8) == 1
    assert gustafson(0.1, 10) == pytest.approx(9.1)
    assert karp_flatt(4, 4) == 0
    assert karp_flatt(1, 4) == 1
    assert karp_flatt(8, 4) < 0


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("law", "arguments", "name"),
    [
        (amdahl, (-0.1, 2), "serial_fraction"),
        (amdahl, (1.1, 2), "serial_fraction"),
        (amdahl, (math.nan, 2), "serial_fraction"),
        (amdahl, ("0.1", 2), "serial_fraction"),
        (amdahl, (0.1, 0), "n_workers"),
        (amdahl, (0.1, 2.5), "n_workers"),
        (gustafson, (0.1, -1), "n_workers"),
        (gustafson, (2, 2), "serial_fraction"),
        (karp_flatt, (2, 1), "n_workers"),
        (karp_flatt, (0, 2), "speedup"),
        (karp_flatt, (math.inf, 2), "speedup"),
        (speedup, (0, 1), "sequential_s"),
        (speedup, (1, -1), "parallel_s"),
        (speedup, (True, 1), "sequential_s"),
        (efficiency, (math.nan, 1), "speedup"),
        (efficiency, (1, True), "n_workers"),
    ],
)
def test_outside_its_domain_a_law_says_what_it_got(language, law, arguments, name):
    """The error names the argument and what it was, in the learner's language."""
    set_language(language)
    bad = arguments[1] if name in ("n_workers", "parallel_s") else arguments[0]
    with pytest.raises(InputError) as caught:
        law(*arguments)
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)
    assert ("must be" in str(caught.value)) == (language == "en")
