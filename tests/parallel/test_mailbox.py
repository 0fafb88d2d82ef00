"""The mailbox: nothing is lost or reordered, and no wait is longer than it should be."""

from __future__ import annotations

import threading
import time

import pytest

from helpers.parallel.mailbox import Mailbox


def test_in_order():
    """What one thread puts comes out in its order; an empty box gives None."""
    box = Mailbox()
    for item in range(100):
        box.put(item)
    assert [box.take(0.0) for _ in range(101)] == [*range(100), None]


def test_many_threads():
    """Of what eight threads put, each item comes out once, in its thread's order."""
    box, n_each = Mailbox(), 2_000
    threads = [
        threading.Thread(target=lambda name=name: [box.put((name, k)) for k in range(n_each)])
        for name in range(8)
    ]
    for thread in threads:
        thread.start()
    taken = [box.take(5.0) for _ in range(8 * n_each)]
    for thread in threads:
        thread.join(5)
    for name in range(8):
        assert [k for owner, k in taken if owner == name] == list(range(n_each))
    assert box.take(0.0) is None


def test_a_waiting_thread_is_woken():
    """An item that comes while somebody waits is taken at once, not when the time is over."""
    box = Mailbox()
    threading.Timer(0.05, box.put, ["came"]).start()
    begin = time.perf_counter()
    assert box.take(5.0) == "came"
    assert time.perf_counter() - begin < 4.0


@pytest.mark.parametrize("used", [False, True])
def test_short_waits_end(used):
    """Thousands of waits shorter than the clock's tick all end, in a box that was used too."""
    box = Mailbox()
    for k in range(3_000):
        if used:
            box.put(k)
            assert box.take(1.0) == k
        assert box.take(1e-7 * (k % 20)) is None
