"""What this computer is: its system, its Python, and how many CPUs may be used."""

from __future__ import annotations

import functools
import math
import multiprocessing
import os
import sys
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}


@dataclass(frozen=True)
class Machine:
    """Facts about this computer and this Python that decide what running in parallel can give.

    Attributes:
        usable_cpus: how many CPUs this process may use (affinity and container quota included).
        logical_cpus: how many CPUs the system counts.
        start_method: how a new process starts unless one is asked for.
        start_methods: all that this system offers.
        python: the version of Python.
        system: the operating system, ``"Linux"``, ``"Darwin"`` (macOS) or ``"Windows"``.
    """

    usable_cpus: int
    logical_cpus: int
    start_method: str
    start_methods: tuple[str, ...]
    python: str
    system: str


def machine() -> Machine:
    """Return the facts about this computer, as they are now."""
    return Machine(
        usable_cpus=usable_cpus(),
        logical_cpus=os.cpu_count() or 1,
        start_method=default_start_method(),
        start_methods=tuple(multiprocessing.get_all_start_methods()),
        python=".".join(map(str, sys.version_info[:3])),
        system=SYSTEMS.get(sys.platform, sys.platform),  # platform.system() asks WMI on Windows
    )


def default_start_method() -> str:
    """Return the start method in force, without fixing it as ``get_start_method()`` would."""
    chosen = multiprocessing.get_start_method(allow_none=True)
    return chosen or multiprocessing.get_all_start_methods()[0]


def usable_cpus() -> int:
    """Return how many CPUs this process may use: at least 1, and never more than the system has.

    The smallest of what the system counts, what this process is bound to (``taskset``, batch
    systems) and what its container allows, rounded up: half a CPU is one.
    """
    quota = _cgroup_quota()
    bound = _bound_cpus()
    return max(1, min(bound, math.ceil(quota)) if quota else bound)


def _bound_cpus() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and later
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache  # it costs more than all other checks of a call, and does not change
def _cgroup_quota(
    membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
) -> float | None:
    """Return how many CPUs the control groups of this process allow, ``None`` where no limit is.

    Source: the Linux kernel's documentation, ``cpu.max`` of cgroup v2 (a quota and a period in
    microseconds) and ``cpu.cfs_quota_us`` with ``cpu.cfs_period_us`` of v1. A group is also held
    by the limits of the groups that it is in.
    """
    quotas = [_quota_v2(folder) for folder in _own_groups(membership, "", mount)]
    quotas += [_quota_v1(folder) for folder in _own_groups(membership, "cpu", mount / "cpu")]
    return min((quota for quota in quotas if quota is not None), default=None)


def _own_groups(membership: Path, controller: str, mount: Path) -> list[Path]:
    """Return the folder of this process's group under ``mount``, and those that it is in.

    A line of ``membership`` is ``number:controllers:/path``; version 2 names no controllers.
    """
    lines = [line.split(":", 2) for line in (_read(membership) or "").splitlines()]
    own = [line[2] for line in lines if len(line) == 3 and controller in line[1].split(",")]
    folder = mount / (own[0] if own else "").lstrip("/")
    return [folder, *(up for up in folder.parents if up.is_relative_to(mount))]


def _quota_v2(folder: Path) -> float | None:
    return _share(*(_read(folder / "cpu.max") or "max").split()[:2])


def _quota_v1(folder: Path) -> float | None:
    quota, period = (_read(folder / f"cpu.cfs_{name}_us") for name in ("quota", "period"))
    return _share(quota or "max", period or "100000")


def _share(quota: str, period: str = "100000") -> float | None:
    try:
        share = int(quota) / int(period)
    except (ValueError, ZeroDivisionError):  # "max", or a file that says nothing
        return None
    return share if share > 0 else None  # -1 means no limit in v1


def _read(file: Path) -> str | None:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
