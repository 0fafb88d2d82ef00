"""State that several workers share: a number, two locks, the file where they write their errors.

It cannot travel with an item, so each worker gets it from an initializer. The tasks exist to be
watched as they go wrong, and then right; every wait in them has a limit.
"""

from __future__ import annotations

import multiprocessing
import os
import sys
from contextlib import suppress
from threading import BrokenBarrierError
from time import sleep

TYPE_CHECKING = False  # as in typing, whose import would cost every worker some milliseconds
if TYPE_CHECKING:
    from collections.abc import Sequence
    from multiprocessing.connection import Connection
    from typing import Any

START_LIMIT_S = 30.0  # by then the others have started, or never will
MEET_LIMIT_S = 1.0  # who holds a lock waits so long for the other to hold one too
LOCK_LIMIT_S = 0.5  # for so long the second lock is asked for
GAP_S = 1e-5  # between reading and writing: long enough for another process to get its turn
CHILD_S = 30.0

_counter: Any = None
_locks: Sequence[Any] = ()
_meeting: Any = None


def write_errors_to(path: str | os.PathLike[str]) -> None:
    """Have this worker add its tracebacks to a file, instead of showing them. An initializer."""
    os.environ["PYTHON_COLORS"] = "0"  # since Python 3.13 a traceback may be coloured
    sys.stderr = open(path, "a", encoding="utf-8")  # noqa: SIM115  (open for as long as it lives)


def share_counter(counter: Any, meeting: Any = None) -> None:
    """Keep what this worker shares with the others. An initializer.

    Args:
        counter: a ``multiprocessing.Value`` that holds a whole number, with its lock.
        meeting: a ``Barrier``, at which the tasks wait for each other before they begin.
    """
    global _counter, _meeting
    _counter, _meeting = counter, meeting


def share_locks(locks: Sequence[Any], meeting: Any = None) -> None:
    """Keep the locks that this worker shares with the others. An initializer.

    Args:
        locks: locks of ``multiprocessing``.
        meeting: a ``Barrier``, at which the tasks wait for each other.
    """
    global _locks, _meeting
    _locks, _meeting = locks, meeting


def add_without_lock(n: int) -> int:
    """Add 1 to the shared number, ``n`` times, with a gap between reading and writing it.

    Another process that writes in the gap has written in vain.

    Returns:
        How often it was added, ``n``.
    """
    _meet(START_LIMIT_S)
    for _ in range(n):
        value = _counter.value
        sleep(GAP_S)
        _counter.value = value + 1
    return n


def add_with_lock(n: int) -> int:
    """Add 1 to the shared number, ``n`` times, and let nobody else read or write in between.

    Returns:
        How often it was added, ``n``.
    """
    _meet(START_LIMIT_S)
    for _ in range(n):
        with _counter.get_lock():
            value = _counter.value
            sleep(GAP_S)
            _counter.value = value + 1
    return n


def take_two_locks(order: tuple[int, int]) -> bool:
    """Take a shared lock, then a second one as well, and let both go.

    Two workers that take the same locks in opposite orders wait for each other here; without a
    limit they would do so for ever.

    Args:
        order: the index of the first lock and of the second one.

    Returns:
        Whether both were held at the same time.
    """
    first, second = (_locks[index] for index in order)
    _meet(START_LIMIT_S)
    if not first.acquire(timeout=START_LIMIT_S):
        return False
    try:
        _meet(MEET_LIMIT_S)  # in opposite orders each one holds its first lock now
        got = bool(second.acquire(timeout=LOCK_LIMIT_S))
        if got:
            second.release()
        else:
            _meet(START_LIMIT_S)  # nobody lets go before both have given up
    finally:
        first.release()
    return got


def have_child(connection: Connection) -> None:
    """Start a child that waits, tell its number through ``connection``, and wait for its end."""
    child = multiprocessing.get_context("spawn").Process(target=sleep, args=(CHILD_S,))
    child.start()
    connection.send(child.pid)
    child.join()


def _meet(limit_s: float) -> None:
    """Wait for the others at the meeting, at most so long; then go on without them."""
    with suppress(BrokenBarrierError):  # once it is broken, nobody waits there any more
        if _meeting is not None:
            _meeting.wait(limit_s)
