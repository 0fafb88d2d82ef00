"""Programs that a notebook starts apart from itself, and ends together with all they started."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil

# Python's tracker of resources needs a moment to clear away what a stopped program shared.
GRACE_S = 0.5
GONE_LIMIT_S = 5.0


def start_apart(
    command: Sequence[str], work: Path, files: tuple[Path, Path], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program apart from this process: a signal for one does not reach the other.

    Args:
        command: the program and its arguments.
        work: the folder that it works in.
        files: where its standard output and its errors go; it can read nothing.
        environment: its variables.
    """
    with files[0].open("wb") as out, files[1].open("wb") as err:
        return subprocess.Popen(
            command,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        )


def plain_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a program: plain text, and temporary files in ``folder``.

    A notebook's kernel asks the programs that it starts for colours.
    """
    plain = {"PYTHONIOENCODING": "utf-8", "PYTHON_COLORS": "0", "NO_COLOR": "1"}
    kept = {name: value for name, value in os.environ.items() if "FORCE" not in name}
    return {**kept, **plain, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}


def descendants(pid: int) -> set[Any]:
    """Return the processes that the process ``pid`` started, and those that they started."""
    with suppress(psutil.Error):
        return set(psutil.Process(pid).children(recursive=True))
    return set()


def end_family(
    process: subprocess.Popen[bytes], family: set[Any], *, grace_s: float = GRACE_S
) -> None:
    """End a program and all that it started, and wait until they are gone.

    Args:
        process: the program, as ``start_apart`` returned it.
        family: processes that it started, as far as they are known; others are looked for.
        grace_s: so long they have to end by themselves before they are killed.
    """
    family = family | descendants(process.pid)
    if sys.platform != "win32" and _signalled(process.pid, signal.SIGTERM):
        deadline_s = perf_counter() + grace_s
        while perf_counter() < deadline_s and _signalled(process.pid, 0):
            process.poll()
            sleep(0.01)
        _signalled(process.pid, signal.SIGKILL)
    process.kill()
    for member in family:
        with suppress(psutil.Error):
            member.kill()
    with suppress(subprocess.TimeoutExpired):
        process.wait(GONE_LIMIT_S)


def _signalled(group: int, number: int) -> bool:
    """Send a signal to a group of processes; tell whether there was one to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # on macOS zombies give no permission
        return False
    return True
