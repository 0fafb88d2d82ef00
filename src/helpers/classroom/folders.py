"""A temporary folder that goes even where the kernel that made it is killed."""

from __future__ import annotations

import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from tempfile import TemporaryDirectory

_END_S = 30.0
# Waits until nobody holds the other end of its standard input, which the system closes for a
# kernel that is killed, too.
_WATCH = (
    "import shutil, sys; sys.stdin.buffer.read(); shutil.rmtree(sys.argv[1], ignore_errors=True)"
)
_ON_WINDOWS = ("CREATE_NEW_PROCESS_GROUP", "CREATE_NO_WINDOW")


class _WatchedFolder(TemporaryDirectory[str]):
    """A ``TemporaryDirectory`` with a program beside it that deletes it when this one has ended."""

    def __init__(self) -> None:
        super().__init__(prefix="lesson-", ignore_cleanup_errors=True)
        self._watcher = subprocess.Popen(
            [sys.executable, "-I", "-S", "-c", _WATCH, self.name],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=Path(self.name).parent,
            # A kernel that ends kills what runs in its own group, and waits for it.
            start_new_session=True,
            creationflags=sum(getattr(subprocess, flag, 0) for flag in _ON_WINDOWS),
        )

    def cleanup(self) -> None:
        """Delete the folder and what is in it, and end the program that watches."""
        super().cleanup()
        with suppress(subprocess.TimeoutExpired):
            self._watcher.communicate(timeout=_END_S)


def temporary_folder() -> TemporaryDirectory[str]:
    """Make a folder for what a lesson needs from cell to cell, until its kernel ends.

    A plain ``TemporaryDirectory`` stays where Jupyter kills the kernel, which it does when one
    takes more than some seconds to end: so does each that has used processes under spawn, as it
    waits for a process of `multiprocessing` that cannot be asked to end. Here a small program
    watches from outside, and deletes the folder when this process has ended, in whichever way.

    Returns:
        The folder: its path is ``name``, a str; ``cleanup()`` deletes it at once. Each call makes
        another one.

    Raises:
        OSError: the system's temporary folder cannot be written to, or no program can be started.
    """
    return _WatchedFolder()
