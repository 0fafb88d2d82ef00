"""How times and figures are written: with their unit, true to three digits, without an exponent."""

from __future__ import annotations

import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.parallel.units import duration, significant

SIZES = {"s": 1.0, "ms": 1e-3, "µs": 1e-6, "ns": 1e-9}


@settings(deadline=None)
@given(st.floats(1e-15, 1e12), st.integers(1, 6))
def test_significant_digits(value, digits):
    """Any number is written truly, with as many digits as are asked for, and no exponent."""
    text = significant(value, digits)
    assert re.fullmatch(r"\d{1,3}(,\d{3})*(\.\d+)?", text)
    assert float(text.replace(",", "")) == pytest.approx(value, rel=0.501 * 10 ** (1 - digits))
    assert len(re.sub(r"[,.]", "", text).lstrip("0")) >= digits
    assert significant(-value, digits) == f"-{text}"


@settings(deadline=None)
@given(st.floats(1e-9, 1e7))
def test_duration(seconds):
    """A time from a nanosecond to months has three digits and a unit, and is true."""
    number, unit = duration(seconds).split(" ")
    value = float(number.replace(",", ""))
    assert value * SIZES[unit] == pytest.approx(seconds, rel=0.00501)
    assert 1 <= value < 1000 or unit == "s"


def test_at_the_edges():
    """Rounding up adds no digit and gives no 1,000 of a unit; zero and signs are written, too."""
    times_s = [0, 9.81e-6, 0.9996, 0.9994, 9.996e-7, 3600, -0.0025]
    written = ["0 ns", "9.81 µs", "1.00 s", "999 ms", "1.00 µs", "3,600 s", "-2.50 ms"]
    assert list(map(duration, times_s)) == written
    values = [0, 1, 9.996, 0.09996, 1234.5, 1e-7]
    assert list(map(significant, values)) == ["0", "1.00", "10.0", "0.100", "1,230", "0.000000100"]
