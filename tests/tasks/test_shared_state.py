"""Shared state goes wrong where it should, goes right where it should, and never waits for ever."""

from __future__ import annotations

import multiprocessing
import os
import subprocess
import sys
import time

import psutil
import pytest

from helpers.tasks import shared_state, square
from helpers.tasks.shared_state import (
    add_with_lock,
    add_without_lock,
    have_child,
    share_counter,
    share_locks,
    take_two_locks,
    write_errors_to,
)

LIMIT_S = 200


@pytest.fixture(params=multiprocessing.get_all_start_methods())
def context(request):
    """Start processes in each way that this system has."""
    return multiprocessing.get_context(request.param)


def results(context, task, items, initializer, *shared):
    """Have two workers share something, and give each of them a task."""
    meeting = context.Barrier(2)
    with context.Pool(2, initializer, (*shared, meeting)) as pool:
        found = pool.map_async(task, items, chunksize=1).get(timeout=LIMIT_S)
        pool.close()
        pool.join()
    return found


def test_without_a_lock_additions_are_lost(context):
    """Two workers that add at the same time end with less than they added."""
    counter = context.Value("i", 0)
    assert results(context, add_without_lock, [300, 300], share_counter, counter) == [300, 300]
    assert 0 < counter.value < 600


def test_with_the_lock_nothing_is_lost(context):
    """Where each holds the number's lock from reading to writing, the sum is exact."""
    counter = context.Value("i", 5)
    assert results(context, add_with_lock, [200, 100], share_counter, counter) == [200, 100]
    assert counter.value == 305


def test_locks_in_opposite_orders_are_a_deadlock(context):
    """Each holds one lock and asks for the other's: neither gets it, and both come back."""
    locks = [context.Lock(), context.Lock()]
    assert results(context, take_two_locks, [(0, 1), (1, 0)], share_locks, locks) == [False] * 2
    assert all(lock.acquire(timeout=1) for lock in locks)


def test_locks_in_one_order_are_no_deadlock(context):
    """Where both take the same lock first, one waits for the other and both get both."""
    locks = [context.Lock(), context.Lock()]
    assert results(context, take_two_locks, [(0, 1), (0, 1)], share_locks, locks) == [True] * 2
    assert all(lock.acquire(timeout=1) for lock in locks)


def test_a_lock_that_nobody_gives_back_is_no_endless_wait(monkeypatch):
    """Where the first lock is never free, the task gives up at its limit."""
    monkeypatch.setattr(shared_state, "START_LIMIT_S", 0.05)
    locks = [multiprocessing.Lock(), multiprocessing.Lock()]
    locks[0].acquire()
    monkeypatch.setattr(shared_state, "_locks", locks)
    assert take_two_locks((0, 1)) is False
    assert locks[1].acquire(timeout=1)


@pytest.mark.parametrize("task", [add_without_lock, add_with_lock])
def test_one_alone_loses_nothing(monkeypatch, task):
    """A single process, without a meeting, adds what it says."""
    counter = multiprocessing.Value("i", 0)
    monkeypatch.setattr(shared_state, "_counter", counter)
    assert task(7) == counter.value == 7


def test_errors_go_to_the_file(tmp_path):
    """What a worker says of its end is in the file, plain, and nothing of it on stderr."""
    program = (
        "import sys\n"
        "from helpers.tasks.faults import raise_error\n"
        "from helpers.tasks.shared_state import write_errors_to\n"
        "write_errors_to(sys.argv[1])\n"
        "raise_error('één')\n"
    )
    path = tmp_path / "errores.txt"
    made = subprocess.run(
        [sys.executable, "-c", program, path],
        capture_output=True,
        timeout=LIMIT_S,
        check=False,
        env={**os.environ, "FORCE_COLOR": "1"},
    )
    assert (made.returncode, made.stdout, made.stderr) == (1, b"", b"")
    lines = path.read_text(encoding="utf-8").splitlines()
    assert lines[0].startswith("Traceback")
    assert lines[-1] == "ValueError: 'één'"


def test_errors_of_several_workers_are_added(context, tmp_path):
    """The initializer works in a pool of each start method, and tasks go on as without it."""
    path = tmp_path / "errors.txt"
    path.write_text("before\n", encoding="utf-8")
    with context.Pool(2, write_errors_to, (path,)) as pool:
        assert pool.map_async(square, [2, 3]).get(timeout=LIMIT_S) == [4, 9]
        pool.close()
        pool.join()
    assert path.read_text(encoding="utf-8") == "before\n"


def test_child_outlives_its_parent():
    """The child whose number is told goes on when its parent is killed, and can be ended."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe()
    parent = context.Process(target=have_child, args=(there,))
    parent.start()
    assert here.poll(LIMIT_S)
    child = psutil.Process(here.recv())
    try:
        assert child.ppid() == parent.pid
        parent.kill()
        parent.join()
        assert child.is_running()
        assert child.status() != psutil.STATUS_ZOMBIE
    finally:
        child.kill()
        for end in (here, there):
            end.close()
        parent.close()
    assert _ended(child)


def test_child_ends_by_itself(monkeypatch):
    """Nobody has to end the child: it waits no longer than it says, and its parent with it."""
    monkeypatch.setattr(shared_state, "CHILD_S", 0.05)
    here, there = multiprocessing.Pipe()
    have_child(there)
    assert here.poll(1)
    assert not psutil.pid_exists(here.recv())
    for end in (here, there):
        end.close()


def _ended(process):
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.02)
    return False
