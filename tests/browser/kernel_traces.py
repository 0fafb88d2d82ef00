"""What a lesson's kernel leaves behind: processes, and files in the folder for temporary ones."""

import contextlib
import os
import re
import time
from pathlib import Path

GONE_LIMIT_S = 60


def left_over(scratch):
    """Return what lies in a folder for temporary files and is not Python's own.

    A kernel is ended before it has cleared away its forkserver's socket: ipykernel waits for that
    process for longer than Jupyter waits for ipykernel.
    """
    pythons_own = re.compile(r"pymp-[^/]+(/listener-[^/]+)?")
    names = [path.relative_to(scratch).as_posix() for path in scratch.rglob("*")]
    return [name for name in names if not pythons_own.fullmatch(name)]


def still_there(marker):
    """Return the processes that have ``marker`` in their environment and do not go away."""
    deadline = time.monotonic() + GONE_LIMIT_S
    while (left := processes_with(marker)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def processes_with(marker):
    """Return the command of each process that has ``marker`` in its environment."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):  # on Linux; elsewhere there is none
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if os.fsencode(marker) in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
