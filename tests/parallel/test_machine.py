"""What this computer is said to be, what control groups allow, and what other programs do."""

from __future__ import annotations

import multiprocessing
import os
import platform
import sys
import time
from types import SimpleNamespace

import psutil
import pytest
from programs import run_program

from helpers.parallel import InputError, machine, run, usable_cpus
from helpers.parallel.machine import ENOUGH_S, OtherPrograms, _cgroup_quota

MODULE = sys.modules["helpers.parallel.machine"]
START_METHODS = multiprocessing.get_all_start_methods()


def test_fields():
    """Each field is what the standard library says it is."""
    facts = machine()
    assert facts.logical_cpus == os.cpu_count()
    assert 1 <= facts.usable_cpus == usable_cpus() <= facts.logical_cpus
    assert facts.start_methods == tuple(START_METHODS)
    assert facts.python == platform.python_version()
    assert facts.system == platform.system()


def test_a_start_method_that_a_library_added(monkeypatch):
    """It is not offered, and refused where it is asked for: joblib's loky is none of Python's."""
    every = [*START_METHODS, "loky"]
    monkeypatch.setattr(multiprocessing, "get_all_start_methods", lambda: every)
    assert machine().start_methods == tuple(START_METHODS)
    with pytest.raises(InputError, match="loky"):
        run(abs, [1], start_method="loky")


@pytest.mark.skipif(not hasattr(os, "sched_setaffinity"), reason="no affinity on this system")
def test_bound_to_one_cpu():
    """A process that is bound to one CPU may use one, and run starts one worker then."""
    program = (
        "import os\n"
        "from helpers.parallel import machine, run\n"
        "os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n"
        "print(machine().usable_cpus, machine().logical_cpus, run(abs, range(9)).n_workers)\n"
    )
    completed = run_program("-c", program)
    assert completed.stdout.split() == ["1", str(os.cpu_count()), "1"], completed.stderr


@pytest.mark.parametrize("method", START_METHODS)
def test_default_start_method_is_not_fixed_by_asking(method):
    """Asking for the start method in force says it, and leaves it open."""
    program = (
        "import multiprocessing as mp\n"
        "from helpers.parallel import machine\n"
        "default = machine().start_method\n"
        "assert mp.get_start_method(allow_none=True) is None\n"
        "assert mp.get_start_method() == default\n"
        f"mp.set_start_method({method!r}, force=True)\n"
        "print(machine().start_method)\n"
    )
    completed = run_program("-c", program)
    assert completed.stdout.split() == [method], completed.stderr


V1 = "11:memory:/d/x\n4:cpu,cpuacct:/d/x\n1:name=systemd:/d/x\n"


@pytest.mark.parametrize(
    ("membership", "files", "expected"),
    [
        # Version 2, in a container: the process is in the root of what it sees.
        ("0::/\n", {"cpu.max": "50000 100000\n"}, 0.5),
        # The smallest limit of a group and of those around it, and no other group's.
        ("0::/a/b\n", {"a/b/cpu.max": "150000 100000", "a/cpu.max": "max 100000"}, 1.5),
        ("0::/a/b\n", {"a/b/cpu.max": "50000 100000", "a/cpu.max": "300000 100000"}, 0.5),
        ("0::/a/b\n", {"other/cpu.max": "50000 100000", "a/b/c/cpu.max": "1 100000"}, None),
        # Version 1: two files, and -1 where there is no limit.
        (V1, {"cpu/d/x/cpu.cfs_quota_us": "-1", "cpu/d/x/cpu.cfs_period_us": "100000"}, None),
        (V1, {"cpu/d/x/cpu.cfs_quota_us": "150000", "cpu/d/x/cpu.cfs_period_us": "50000"}, 3.0),
        # A system without control groups, or with a file that makes no sense.
        (None, {}, None),
        ("nonsense\n\n0::\n::\n", {}, None),
    ],
)
def test_what_control_groups_allow(tmp_path, membership, files, expected):
    """The quota is read from the files that the Linux kernel writes."""
    for name, text in files.items():
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(text)
    own = tmp_path / "self"
    if membership is not None:
        own.write_text(membership)
    assert _cgroup_quota(own, tmp_path) == expected


def test_usable_cpus_rounds_up(monkeypatch):
    """Half a CPU is one, one and a half are two, and a large quota changes nothing."""
    monkeypatch.setattr(MODULE, "_bound_cpus", lambda: 64)
    for quota, cpus in [(0.5, 1), (0.01, 1), (1.5, 2), (None, 64), (1000, 64)]:
        monkeypatch.setattr(MODULE, "_cgroup_quota", lambda quota=quota: quota)
        assert usable_cpus() == cpus


# ---- other programs


def test_on_this_system():
    """Whatever the system, it is known how many CPUs are busy; more than all are never free."""
    others = OtherPrograms()
    time.sleep(ENOUGH_S + 0.1)
    assert 0 <= others.busy_cpus() <= os.cpu_count() + 0.5
    assert others.in_the_way(os.cpu_count() + 1)


@pytest.fixture
def system(monkeypatch):
    """Stand in for the system: its clock, its account of CPU time, and that of this program."""
    made = SimpleNamespace(now_s=1000.0, times={"user": 50.0, "system": 7.0}, own_s=3.0)
    monkeypatch.setattr(time, "perf_counter", lambda: made.now_s)
    monkeypatch.setattr(os, "times", lambda: (made.own_s, 0, 0, 0, made.now_s))
    monkeypatch.setattr(os, "cpu_count", lambda: 4)
    monkeypatch.setattr(psutil, "cpu_times", lambda: SimpleNamespace(**made.times))
    return made


@pytest.mark.parametrize(
    ("used", "own_s", "busy", "for_two", "for_four"),
    [
        ({"user": 0.0, "system": 22.5}, 0.0, 2.25, False, True),
        ({"user": 0.0, "system": 0.0, "nice": 23.0}, 0.0, 2.3, True, True),
        ({"user": 15.0, "system": 0.0}, 15.0, 0.0, False, False),  # all of it is its own
        ({"user": 15.0, "system": 0.0}, 12.0, 0.3, False, True),
        ({"user": 0.0, "system": 0.0, "idle": 40.0}, 0.2, 0.0, False, False),
    ],
)
def test_when_others_are_in_the_way(system, used, own_s, busy, for_two, for_four):
    """Of four CPUs fewer are free than needed, by more than a quarter; own work is taken off."""
    others = OtherPrograms()
    system.times = {kind: used_s + system.times.get(kind, 0.0) for kind, used_s in used.items()}
    system.now_s, system.own_s = system.now_s + 10, system.own_s + own_s
    assert others.busy_cpus() == pytest.approx(busy)
    assert (others.in_the_way(2), others.in_the_way(4)) == (for_two, for_four)


def test_where_it_is_not_known(system, monkeypatch):
    """After too short a time, or where the system does not say, nobody is in the way."""
    others = OtherPrograms()
    system.now_s += ENOUGH_S / 2
    assert (others.busy_cpus(), others.in_the_way(10_000)) == (None, False)
    monkeypatch.setattr(psutil, "cpu_times", lambda: 1 / 0)
    system.now_s += 10
    assert (others.busy_cpus(), others.in_the_way(10_000)) == (None, False)
