"""What this computer is said to be, and what control groups allow."""

from __future__ import annotations

import dataclasses
import multiprocessing
import os
import platform
import shutil
import sys

import pytest
from programs import run_program

from helpers.parallel import Machine, machine, usable_cpus
from helpers.parallel.machine import _cgroup_quota, default_start_method

START_METHODS = multiprocessing.get_all_start_methods()
needs_taskset = pytest.mark.skipif(shutil.which("taskset") is None, reason="needs taskset")


def test_fields():
    """Each field is what the standard library says it is."""
    facts = machine()
    assert isinstance(facts, Machine)
    assert facts.logical_cpus == os.cpu_count()
    assert 1 <= facts.usable_cpus <= facts.logical_cpus
    assert facts.usable_cpus == usable_cpus()
    assert facts.start_methods == tuple(START_METHODS)
    assert facts.start_method in facts.start_methods
    assert facts.python == platform.python_version()
    assert facts.system == platform.system()


def test_facts_are_frozen():
    """The facts cannot be changed by mistake."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        machine().usable_cpus = 64


ASK = "from helpers.parallel import machine; m = machine(); print(m.usable_cpus, m.logical_cpus)"


@needs_taskset
def test_bound_to_one_cpu():
    """A process that is bound to one CPU may use one, however many there are."""
    program = f"import os; os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])\n{ASK}"
    completed = run_program("-c", program)
    assert completed.stdout.split() == ["1", str(os.cpu_count())], completed.stderr


@needs_taskset
def test_taskset():
    """The same where taskset binds the process from outside, and run starts one worker then."""
    import subprocess

    program = (
        "from helpers.parallel import run, usable_cpus\n"
        "print(usable_cpus(), run(abs, range(9)).n_workers)\n"
    )
    cpu = str(min(os.sched_getaffinity(0)))
    command = ["taskset", "-c", cpu, sys.executable, "-c", program]
    completed = subprocess.run(command, capture_output=True, text=True, timeout=20, check=True)
    assert completed.stdout.split() == ["1", "1"]


@pytest.mark.parametrize("method", START_METHODS)
def test_default_start_method_is_not_fixed_by_asking(method):
    """Asking for the start method in force says it, and leaves it open."""
    program = (
        "import multiprocessing as mp\n"
        "from helpers.parallel import machine, run\n"
        "machine()\n"
        "assert mp.get_start_method(allow_none=True) is None\n"
        "run(abs, [1], n_workers=1)\n"
        "assert mp.get_start_method(allow_none=True) is None\n"
        f"mp.set_start_method({method!r})\n"
        "print(machine().start_method, run(abs, [1], n_workers=1).start_method)\n"
    )
    completed = run_program("-c", program)
    assert completed.stdout.split() == [method, method], completed.stderr


def test_default_start_method_is_that_of_multiprocessing():
    """The start method in force is the one that multiprocessing would take."""
    program = "import multiprocessing as mp; print(mp.get_start_method())"
    assert default_start_method() == run_program("-c", program).stdout.strip()


# ---- control groups: files as the Linux kernel writes them


@pytest.fixture
def cgroups(tmp_path):
    """Return a function that writes the files of a control group tree and asks for the quota."""

    def quota(membership: str | None, files: dict[str, str]) -> float | None:
        mount = tmp_path / "cgroup"
        mount.mkdir()
        for name, text in files.items():
            (mount / name).parent.mkdir(parents=True, exist_ok=True)
            (mount / name).write_text(text)
        own = tmp_path / "self"
        if membership is not None:
            own.write_text(membership)
        return _cgroup_quota(own, mount)

    return quota


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu.max": "max 100000\n"}, None),
        ({"cpu.max": "max\n"}, None),
        ({"cpu.max": "50000 100000\n"}, 0.5),
        ({"cpu.max": "150000 100000\n"}, 1.5),
        ({"cpu.max": "400000\n"}, 4.0),
        ({"cpu.max": ""}, None),
        ({"cpu.max": "\n"}, None),
        ({"cpu.max": "nonsense here\n"}, None),
        ({"cpu.max": "100000 0\n"}, None),
        ({}, None),
    ],
)
def test_quota_of_a_container(cgroups, files, expected):
    """In a container the process is in the root of what it sees: its cpu.max holds."""
    assert cgroups("0::/\n", files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"a/b/cpu.max": "150000 100000", "a/cpu.max": "max 100000"}, 1.5),
        ({"a/b/cpu.max": "max 100000", "a/cpu.max": "150000 100000"}, 1.5),
        ({"a/b/cpu.max": "300000 100000", "a/cpu.max": "50000 100000"}, 0.5),
        ({"a/b/cpu.max": "50000 100000", "a/cpu.max": "300000 100000"}, 0.5),
        ({"a/cpu.max": "200000 100000"}, 2.0),
        ({"a/b/cpu.max": "", "a/cpu.max": "200000 100000"}, 2.0),
        ({"other/cpu.max": "50000 100000"}, None),
        ({"a/b/c/cpu.max": "50000 100000"}, None),
    ],
)
def test_quota_of_nested_groups(cgroups, files, expected):
    """The smallest limit of the group and of those that it is in holds, and no other group's."""
    assert cgroups("0::/a/b\n", files) == expected


@pytest.mark.parametrize(
    ("files", "expected"),
    [
        ({"cpu/d/x/cpu.cfs_quota_us": "-1\n", "cpu/d/x/cpu.cfs_period_us": "100000\n"}, None),
        ({"cpu/d/x/cpu.cfs_quota_us": "50000\n", "cpu/d/x/cpu.cfs_period_us": "100000\n"}, 0.5),
        ({"cpu/d/x/cpu.cfs_quota_us": "150000\n", "cpu/d/x/cpu.cfs_period_us": "50000\n"}, 3.0),
        ({"cpu/d/cpu.cfs_quota_us": "150000\n", "cpu/d/cpu.cfs_period_us": "100000\n"}, 1.5),
        ({"cpu/d/x/cpu.cfs_quota_us": "50000\n"}, 0.5),
        ({"cpu/d/x/cpu.cfs_quota_us": "", "cpu/d/x/cpu.cfs_period_us": ""}, None),
        ({}, None),
    ],
)
@pytest.mark.parametrize("name", ["cpu", "cpu,cpuacct"])
def test_quota_of_version_1(cgroups, files, expected, name):
    """In version 1 quota and period are two files, -1 is no limit, and outer groups hold too."""
    membership = f"11:memory:/d/x\n4:{name}:/d/x\n1:name=systemd:/d/x\n"
    assert cgroups(membership, files) == expected


def test_quota_of_version_1_seen_from_a_container(cgroups):
    """Where the group's path is not visible, as in Docker, the root of the mount is asked."""
    files = {"cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"}
    assert cgroups("4:cpu:/docker/0123abc\n", files) == 0.5


@pytest.mark.parametrize("membership", [None, "", "\n", "nonsense", "0::", "::\n"])
def test_no_control_groups(cgroups, membership):
    """A system without control groups, or with a file that makes no sense, sets no limit."""
    assert cgroups(membership, {}) is None


@pytest.mark.parametrize(("quota", "cpus"), [(0.5, 1), (0.01, 1), (1.5, 2), (None, 64), (1000, 64)])
def test_usable_cpus_rounds_up(monkeypatch, quota, cpus):
    """Half a CPU is one, one and a half are two, and a large quota changes nothing."""
    module = sys.modules["helpers.parallel.machine"]
    monkeypatch.setattr(module, "_cgroup_quota", lambda: quota)
    monkeypatch.setattr(module, "_bound_cpus", lambda: 64)
    monkeypatch.setattr(os, "cpu_count", lambda: 64)
    assert usable_cpus() == cpus


def test_usable_cpus_where_the_system_does_not_tell(monkeypatch):
    """A system that cannot count its CPUs has one."""
    monkeypatch.setattr(os, "cpu_count", lambda: None)
    monkeypatch.setattr(os, "process_cpu_count", lambda: None, raising=False)
    assert usable_cpus() == 1
    assert machine().logical_cpus == 1
