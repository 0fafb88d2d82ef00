"""What other programs did with the CPUs while something was measured."""

from __future__ import annotations

import os
import sys
import time
from pathlib import Path

_STAT = Path("/proc/stat")
ENOUGH_S = 0.2  # the system counts in hundredths of a second


class OtherPrograms:
    """Counts, from its making on, how many CPUs other programs keep busy."""

    def __init__(self) -> None:
        self._begin_s = time.perf_counter()
        self._begin = _busy_s()
        self._own_begin_s = _own_s()

    def busy_cpus(self) -> float | None:
        """Return how many CPUs they kept busy, on average; ``None`` where the system does not say.

        Own workers count as other programs until they have ended and been waited for.
        """
        elapsed_s, now = time.perf_counter() - self._begin_s, _busy_s()
        if self._begin is None or now is None or elapsed_s < ENOUGH_S:
            return None
        return max(0.0, now - self._begin - (_own_s() - self._own_begin_s)) / elapsed_s

    def in_the_way(self, n_cpus: int) -> bool:
        """Say whether they left fewer than ``n_cpus`` CPUs free, by more than a quarter of one."""
        busy = self.busy_cpus()
        return busy is not None and (os.cpu_count() or 1) - busy < n_cpus - 0.25


def _own_s() -> float:
    """Return the CPU time of this process and of its children that have ended, in seconds."""
    return sum(os.times()[:4])


def _busy_s() -> float | None:
    """Return the CPU time that all programs have used since the start of the system, in seconds."""
    if sys.platform == "win32":
        return _busy_windows_s()
    try:
        line = _STAT.read_text(encoding="ascii").partition("\n")[0]
        _cpu, user, nice, system, *_ = line.split()
        return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
    except (OSError, ValueError):  # macOS has no such file
        return None


def _busy_windows_s() -> float | None:
    """Source: Windows' documentation of GetSystemTimes; kernel time counts the idle time too."""
    import ctypes

    times = [ctypes.c_ulonglong() for _ in range(3)]  # idle, kernel, user; in 100 nanoseconds
    kernel32 = getattr(ctypes, "windll").kernel32  # noqa: B009  (it exists on Windows alone)
    if not kernel32.GetSystemTimes(*map(ctypes.byref, times)):
        return None
    idle, kernel, user = (value.value for value in times)
    return float(kernel + user - idle) * 1e-7
