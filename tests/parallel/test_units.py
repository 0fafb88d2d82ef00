"""How times and figures are written: with their unit, true to three digits, without an exponent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.language import LANGUAGES, set_language
from helpers.parallel.units import duration, significant

SIZES = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}
finite = st.floats(1e-15, 1e12)


def read(text: str) -> float:
    """Return the number that was written."""
    return float(text.replace(",", ""))


def digits_of(text: str) -> int:
    """Return how many significant digits a number is written with; zeros at the end count."""
    return len(re.sub(r"[,.]", "", text).lstrip("-0"))


@settings(deadline=None)
@given(finite)
def test_significant_has_three_digits_and_no_exponent(value):
    """Any size of number is written with three significant digits, no exponent, and truly."""
    text = significant(value)
    assert re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d+)?", text)
    assert read(text) == pytest.approx(value, rel=0.00501)
    assert digits_of(text) == 3 if value < 999.5 else read(text) >= 1000


@settings(deadline=None)
@given(finite, st.integers(1, 6))
def test_significant_with_other_digits(value, digits):
    """The number of digits asked for is the number of digits written, and a sign changes none."""
    text = significant(value, digits)
    assert read(text) == pytest.approx(value, rel=0.501 * 10 ** (1 - digits))
    assert digits_of(text) >= digits
    assert significant(-value, digits) == f"-{text}"


@settings(deadline=None)
@given(st.floats(1e-9, 1e7))
def test_duration_has_three_digits_and_its_unit(seconds):
    """A time from a nanosecond to months has three digits, a unit, no exponent, and is true."""
    number, unit = duration(seconds).split(" ")
    assert "e" not in number
    assert read(number) * SIZES[unit] == pytest.approx(seconds, rel=0.00501)
    assert 1 <= read(number) < 1000 or unit == "s"
    assert digits_of(number) == 3 or read(number) >= 1000


@pytest.mark.parametrize(
    ("seconds", "written"),
    [
        (0, "0 ns"),
        (9.81e-6, "9.81 µs"),
        (2.04, "2.04 s"),
        (0.9996, "1.00 s"),
        (0.9994, "999 ms"),
        (9.996e-7, "1.00 µs"),
        (3600, "3,600 s"),
        (-0.0025, "-2.50 ms"),
    ],
)
def test_duration_at_the_edges(seconds, written):
    """Rounding never gives 1,000 of a unit, and zero and negative times are written, too."""
    assert duration(seconds) == written


@pytest.mark.parametrize(
    ("value", "digits", "written"),
    [
        (0, 3, "0"),
        (0.0, 1, "0"),
        (1, 3, "1.00"),
        (9.996, 3, "10.0"),
        (0.09996, 3, "0.100"),
        (1234.5, 3, "1,230"),
        (1234567, 2, "1,200,000"),
        (0.5, 1, "0.5"),
        (-2.5, 2, "-2.5"),
        (1e-7, 2, "0.00000010"),
    ],
)
def test_significant_at_the_edges(value, digits, written):
    """Rounding up to the next power of ten adds no digit; thousands are set apart."""
    assert significant(value, digits) == written


@settings(deadline=None)
@given(st.floats(1e-9, 1e6), st.floats(1.02, 1e3))
def test_longer_times_are_never_written_as_shorter(seconds, times):
    """Of two times that differ by more than the rounding, the longer one reads longer."""

    def seconds_read(text):
        number, unit = text.split(" ")
        return read(number) * SIZES[unit]

    assert seconds_read(duration(seconds)) < seconds_read(duration(times * seconds))


@pytest.mark.parametrize("language", LANGUAGES)
def test_they_are_the_same_in_both_languages(language):
    """Times and figures have a decimal point and the same units in both languages."""
    set_language(language)
    assert (duration(0.00213), significant(12345.678, 6)) == ("2.13 ms", "12,345.7")
