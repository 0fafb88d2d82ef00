"""The I/O-bound tasks wait, and do nothing else."""

from __future__ import annotations

import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import LANGUAGES, current_language, set_language
from helpers.tasks import download, waiting


@pytest.fixture(params=LANGUAGES)
def language(request):
    """Speak each language in turn."""
    before = current_language()
    set_language(request.param)
    yield request.param
    set_language(before)


@pytest.mark.parametrize("seconds", [0, 0.0, 0.001, 0.05, 0.2])
def test_a_download_takes_its_time(seconds):
    """It waits at least as long as it says, and returns the time that it was given."""
    began = time.perf_counter()
    assert download(seconds) == seconds
    # Windows wakes a program on a tick of its clock, up to 16 ms before the time.
    assert time.perf_counter() - began >= seconds - 0.016


def test_a_download_does_not_use_the_cpu():
    """A wait of a quarter of a second leaves the CPU to others for nearly all of it."""
    began = time.thread_time()
    download(0.25)
    assert time.thread_time() - began < 0.1


@given(st.integers(0, 10**9) | st.floats(0, 1e9))
def test_it_waits_for_what_it_was_given(seconds):
    """The wait is the very number, and so is the result, whether it is whole or not."""
    waited = []
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(waiting, "sleep", waited.append)
        assert repr(download(seconds)) == repr(seconds)
    assert waited == [seconds]


@pytest.mark.parametrize(
    "bad", [-1, -0.001, math.nan, math.inf, -math.inf, "0.1", None, [1], 1j], ids=repr
)
def test_no_time_to_wait(language, bad):
    """What is no number of 0 or more is refused at once, and named, in the learner's language."""
    with pytest.raises(ValueError, match=r"download\(0\.1\)") as caught:
        download(bad)
    assert f" {bad!r}." in str(caught.value)
    assert ("must be" in str(caught.value)) == (language == "en")
