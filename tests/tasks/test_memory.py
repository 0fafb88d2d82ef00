"""The memory-bound task copies what it says, and nothing else."""

from __future__ import annotations

import tracemalloc

import pytest

from helpers.language import message
from helpers.tasks import copy_memory
from helpers.tasks.memory import N_COPIES


@pytest.mark.parametrize("n_bytes", [0, 1, 1000, 1 << 20])
def test_copy_memory_counts_its_bytes(n_bytes):
    """The answer is the size of the area times the number of copies."""
    assert copy_memory(n_bytes) == N_COPIES * n_bytes


def test_copy_memory_uses_two_areas_and_lets_go_of_them():
    """Never more than twice the area and a little is in use, and nothing stays."""
    size = 1 << 20
    copy_memory(size)
    tracemalloc.start()
    try:
        copy_memory(size)
        left, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert 2 * size <= most < 2.1 * size
    assert left < 0.1 * size


@pytest.mark.parametrize("received", [-1, 1.5, "16", None])
def test_copy_memory_of_an_impossible_size(received):
    """A size that is negative or no whole number is an error that says what came."""
    with pytest.raises(ValueError, match="n_bytes") as caught:
        copy_memory(received)
    assert str(caught.value) == message("memory.bad_size", received=repr(received))
