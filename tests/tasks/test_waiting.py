"""The I/O-bound task waits, and does nothing else."""

import math
import time

import pytest

from helpers.tasks import download


@pytest.mark.parametrize("seconds", [0, 0.05, 0.2])
def test_a_download_takes_its_time(seconds):
    """It waits at least as long as it was asked to, without the CPU, and returns that time."""
    began, computed = time.perf_counter(), time.thread_time()
    assert repr(download(seconds)) == repr(seconds)
    # Windows wakes a program on a tick of its clock, up to 16 ms before the time.
    assert time.perf_counter() - began >= seconds - 0.016
    assert time.thread_time() - computed < 0.1


@pytest.mark.parametrize("bad", [-1, -0.001, math.nan, math.inf, "0.1", None, [1], 1j], ids=repr)
def test_no_time_to_wait(refused, bad):
    """What is no number of 0 or more is refused at once, and named, in the learner's language."""
    for said in refused(ValueError, download, bad):
        assert f" {bad!r}." in said
        assert "download(0.1)" in said
