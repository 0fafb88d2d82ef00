"""Amdahl's law: its limits, its monotonicity, and its domain."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import InputError, amdahl

fractions = st.floats(0, 1)
workers = st.integers(1, 10_000)


@given(fractions, workers)
def test_amdahl_lies_between_one_and_its_two_limits(s, n):
    """No speedup is below 1, above the number of workers, or above 1 / s."""
    assert 1 - 1e-12 <= amdahl(s, n) <= n * (1 + 1e-12)
    assert s == 0 or amdahl(s, n) <= 1 / s * (1 + 1e-12)


@given(fractions, workers)
def test_more_workers_never_make_it_slower(s, n):
    """The speedup grows with the workers."""
    assert amdahl(s, n + 1) >= amdahl(s, n) - 1e-12


@given(fractions, fractions, workers)
def test_a_larger_serial_part_never_makes_it_faster(s, more, n):
    """The speedup falls with the serial fraction."""
    low, high = sorted((s, more))
    assert amdahl(high, n) <= amdahl(low, n) * (1 + 1e-12)


def test_known_values():
    """Figures that can be worked out by hand."""
    assert amdahl(0.5, 2) == pytest.approx(4 / 3)
    assert amdahl(0, 8) == 8
    assert amdahl(1, 8) == 1


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ((-0.1, 2), "serial_fraction"),
        ((1.1, 2), "serial_fraction"),
        ((math.nan, 2), "serial_fraction"),
        (("0.1", 2), "serial_fraction"),
        ((True, 2), "serial_fraction"),
        ((0.1, 0), "n_workers"),
        ((0.1, 2.5), "n_workers"),
        ((0.1, True), "n_workers"),
    ],
)
def test_outside_its_domain_it_says_what_it_got(language, arguments, name):
    """The error names the argument and what it was, in the learner's language."""
    set_language(language)
    bad = arguments[1] if name == "n_workers" else arguments[0]
    with pytest.raises(InputError) as caught:
        amdahl(*arguments)
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)
    assert ("must be" in str(caught.value)) == (language == "en")
