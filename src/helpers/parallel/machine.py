"""What this computer is, how many CPUs may be used, and how many other programs keep busy."""

from __future__ import annotations

import functools
import math
import multiprocessing
import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

SYSTEMS = {"linux": "Linux", "darwin": "Darwin", "win32": "Windows"}
START_METHODS = ("fork", "spawn", "forkserver")
ENOUGH_S = 0.2  # the system counts CPU time in hundredths of a second


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
    """Return the facts about this computer as they are now; a container's quota is read once."""
    return Machine(
        usable_cpus=usable_cpus(),
        logical_cpus=os.cpu_count() or 1,
        start_method=default_start_method(),
        start_methods=start_methods(),
        python=".".join(map(str, sys.version_info[:3])),
        system=SYSTEMS.get(sys.platform, sys.platform),  # platform.system() asks WMI on Windows
    )


def start_methods() -> tuple[str, ...]:
    """Return Python's own start methods, those that this system offers: joblib may add another."""
    return tuple(name for name in multiprocessing.get_all_start_methods() if name in START_METHODS)


def default_start_method() -> str:
    """Return the start method in force, without fixing it as ``get_start_method()`` would."""
    chosen = multiprocessing.get_start_method(allow_none=True)
    return chosen or multiprocessing.get_all_start_methods()[0]


def usable_cpus() -> int:
    """Return how many CPUs this process may use: at least 1.

    The smallest of what the system counts, what this process is bound to (``taskset``, batch
    systems) and what its container allows, rounded up: half a CPU is one.
    """
    bound = _bound_cpus()
    return max(1, min(bound, math.ceil(_cgroup_quota() or bound)))


def _bound_cpus() -> int:
    if hasattr(os, "process_cpu_count"):  # Python 3.13 and later
        return os.process_cpu_count() or 1
    if hasattr(os, "sched_getaffinity"):  # Linux
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


@functools.cache  # it takes longer than all other checks of a call, and does not change
def _cgroup_quota(
    membership: Path = Path("/proc/self/cgroup"), mount: Path = Path("/sys/fs/cgroup")
) -> float | None:
    """Return how many CPUs the control groups of this process allow; ``None`` without a limit.

    The limits of the groups around a group hold for it, too. Source: the Linux kernel's
    documentation, ``cpu.max`` of cgroup v2 and ``cpu.cfs_quota_us``, ``cpu.cfs_period_us`` of v1.
    """
    quotas = []
    for line in _read(membership).splitlines():  # number:controllers:/path
        _, _, rest = line.partition(":")
        controllers, _, path = rest.partition(":")
        if controllers and "cpu" not in controllers.split(","):
            continue  # version 2 names no controllers
        top = mount / "cpu" if controllers else mount
        group = top / path.lstrip("/")
        quotas += [_quota(up) for up in (group, *group.parents) if up.is_relative_to(top)]
    return min((quota for quota in quotas if quota), default=None)


def _quota(group: Path) -> float | None:
    names = ("cpu.max", "cpu.cfs_quota_us", "cpu.cfs_period_us")
    try:  # "max", and -1 in version 1, mean that there is no limit
        quota, period = map(int, " ".join(_read(group / name) for name in names).split())
        return max(0.0, quota / period)
    except (ValueError, ZeroDivisionError):
        return None


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return ""


class OtherPrograms:
    """Counts, from when it is made, how many CPUs other programs keep busy."""

    def __init__(self) -> None:
        self._begin_s, self._begin_cpu_s = time.perf_counter(), _others_s()

    def busy_cpus(self) -> float | None:
        """Return how many CPUs they kept busy, on average; ``None`` where that is not known."""
        elapsed_s, cpu_s = time.perf_counter() - self._begin_s, _others_s()
        if self._begin_cpu_s is None or cpu_s is None or elapsed_s < ENOUGH_S:
            return None
        return max(0.0, cpu_s - self._begin_cpu_s) / elapsed_s

    def in_the_way(self, n_cpus: int) -> bool:
        """Say whether they left fewer than ``n_cpus`` CPUs free, by more than a quarter of one."""
        busy = self.busy_cpus()
        return busy is not None and (os.cpu_count() or 1) - busy < n_cpus - 0.25


def _others_s() -> float | None:
    """Return the CPU time of all programs but this one and its ended workers, in seconds."""
    import psutil  # only advice needs it

    try:
        times = psutil.cpu_times()
    except Exception:  # a sandbox without /proc/stat
        return None
    busy_s = times.user + times.system + getattr(times, "nice", 0.0)
    return float(busy_s) - sum(os.times()[:4])
