"""OtherPrograms: what others do with the CPUs is seen, what this program does is not."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest

from helpers.parallel import busyness
from helpers.parallel.busyness import OtherPrograms

needs_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="reads Linux's own account of CPU time"
)
BURN = """
import sys, time
while time.process_time() < 0.5:
    pass
print("burnt", flush=True)
sys.stdin.read()
"""


@pytest.fixture
def burner():
    """Start a program that computes for half a second of CPU time, then waits to be ended."""
    process = subprocess.Popen(
        [sys.executable, "-c", BURN], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    yield process
    process.communicate()


@pytest.fixture
def stat(monkeypatch, tmp_path):
    """Stand in for the system's account: return what sets the busy seconds that it tells."""
    file = tmp_path / "stat"
    monkeypatch.setattr(busyness, "_STAT", file)

    def tell(user_s=0.0, idle_s=0.0, nice_s=0.0, system_s=0.0):
        ticks = os.sysconf("SC_CLK_TCK")
        fields = [round(ticks * time_s) for time_s in (user_s, nice_s, system_s, idle_s)]
        file.write_text(f"cpu  {' '.join(map(str, fields))} 77 0 0 0 0 0\ncpu0 1 1 1 1\nintr 5\n")

    tell()
    return tell


@needs_linux
def test_a_busy_program_is_seen(burner):
    """A program that computes beside this one counts with the CPU time that it had."""
    began_s = time.perf_counter()
    others = OtherPrograms()
    assert burner.stdout.readline() == "burnt\n"
    busy = others.busy_cpus()
    assert busy is not None
    assert busy * (time.perf_counter() - began_s) >= 0.4
    assert busy <= os.cpu_count() + 0.5


@needs_linux
def test_own_finished_children_are_not_counted(stat, burner):
    """The time of a child that has ended is taken off, as soon as it has been waited for."""
    began_s = time.perf_counter()
    others = OtherPrograms()
    burner.stdout.readline()
    stat(user_s=100)
    while_it_runs_s = others.busy_cpus() * (time.perf_counter() - began_s)
    assert while_it_runs_s == pytest.approx(100, abs=0.3)
    burner.communicate()
    afterwards_s = others.busy_cpus() * (time.perf_counter() - began_s)
    assert 90 < afterwards_s < while_it_runs_s - 0.3


@needs_linux
def test_own_work_is_not_counted(stat):
    """The time that this program computes itself is taken off, and no figure is below 0."""
    others = OtherPrograms()
    began_s = time.process_time()
    while time.process_time() - began_s < 0.3:
        pass
    assert others.busy_cpus() == 0


@needs_linux
@pytest.mark.parametrize("kind", ["user_s", "nice_s", "system_s"])
def test_each_kind_of_work_counts(stat, monkeypatch, kind):
    """Others' work counts whatever its kind, and idle time does not."""
    clock_s = iter([1000.0, 1010.0])
    monkeypatch.setattr(busyness, "_own_s", lambda: 3.0)
    monkeypatch.setattr(busyness.time, "perf_counter", lambda: next(clock_s))
    others = OtherPrograms()
    stat(**{kind: 15.0}, idle_s=1000)
    assert others.busy_cpus() == pytest.approx(1.5)


@needs_linux
@pytest.mark.parametrize(
    ("busy", "n_cpus", "expected"),
    [(0, 4, False), (0.2, 4, False), (0.3, 4, True), (2, 2, False), (2.3, 2, True), (4, 1, True)],
)
def test_when_others_are_in_the_way(stat, monkeypatch, busy, n_cpus, expected):
    """On four CPUs they are in the way where fewer are free than needed, by more than a quarter."""
    clock_s = iter([1000.0, 1010.0])
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(busyness, "_own_s", lambda: 0.0)
    monkeypatch.setattr(busyness.time, "perf_counter", lambda: next(clock_s))
    others = OtherPrograms()
    stat(user_s=10 * busy)
    assert others.in_the_way(n_cpus) is expected


def test_too_short_to_tell():
    """In the moment of its making nothing can be told, and nobody is in the way."""
    others = OtherPrograms()
    assert others.busy_cpus() is None
    assert others.in_the_way(10_000) is False


@needs_linux
@pytest.mark.parametrize(
    "content", [None, b"", b"\n", b"cpu a b c d\n", b"\xff\xfe\x80", b"cpu\n", b"cpu 1\n"], ids=repr
)
def test_a_system_that_does_not_say(monkeypatch, tmp_path, content):
    """Where the account is missing or unreadable there is no figure, and no error."""
    file = tmp_path / "stat"
    if content is not None:
        file.write_bytes(content)
    monkeypatch.setattr(busyness, "_STAT", file)
    monkeypatch.setattr(busyness, "ENOUGH_S", 0)
    others = OtherPrograms()
    assert others.busy_cpus() is None
    assert others.in_the_way(1) is False


@needs_linux
def test_an_account_that_ends(stat, monkeypatch, tmp_path):
    """Where the account can no longer be read at the end there is no figure either."""
    monkeypatch.setattr(busyness, "ENOUGH_S", 0)
    others = OtherPrograms()
    monkeypatch.setattr(busyness, "_STAT", tmp_path)  # a folder
    assert others.busy_cpus() is None


def test_on_this_system():
    """Whatever the system, the answer is a number of CPUs or None."""
    others = OtherPrograms()
    time.sleep(busyness.ENOUGH_S + 0.05)
    busy = others.busy_cpus()
    assert busy is None or 0 <= busy <= os.cpu_count() + 0.5
    assert others.in_the_way(1) in (True, False)
