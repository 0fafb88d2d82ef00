"""What a process holds: its children, threads, open files, temporary folders, shared memory."""

from __future__ import annotations

import gc
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

GRACE_S = 20.0
_SHARED = Path("/dev/shm")
# Semaphores of this process, and of those that it starts, have a name of their own: what other
# programs leave is not of the call, a kernel that was killed beside it above all.
_OWN = f"own{os.getpid()}"
multiprocessing.current_process()._config["semprefix"] = f"/{_OWN}"

Snapshot = dict[str, set]


def children() -> set:
    """Return the processes that this one has started and that are there, zombies included.

    Those that multiprocessing keeps for later, the fork server and the tracker of resources, are
    among them.
    """
    if not sys.platform.startswith("linux"):
        return {child.pid for child in multiprocessing.active_children()}
    return {child for child, parent in _parents().items() if parent == os.getpid()}


def _parents() -> dict[int, int]:
    """Return the parent of every process."""
    found = {}
    for name in filter(str.isdigit, os.listdir("/proc")):
        with suppress(OSError):  # it ended while we were looking
            fields = Path("/proc", name, "stat").read_bytes().rpartition(b")")[2].split()
            found[int(name)] = int(fields[1])
    return found


def _family() -> set[int]:
    """Return this process and all that come of it."""
    parents, family = _parents(), {os.getpid()}
    while more := {child for child, parent in parents.items() if parent in family} - family:
        family |= more
    return family


def open_files() -> set:
    """Return the open files of this process by number, those of pipes and sockets too."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return set()
    named = {f"{entry.name} {_target(entry)}" for entry in folder.iterdir() if entry.is_symlink()}
    # A notebook's kernel opens one of these in a thread that prints for the first time.
    return {name for name in named if not name.endswith("[eventfd]")}


def _target(entry: Path) -> str:
    try:
        return str(entry.readlink())
    except OSError:  # it was opened to look at the others
        return "?"


def threads() -> set:
    """Return the threads, but for those that somebody else keeps for the life of the process.

    IPython has one for its history, and Dask two of one task each, which it starts for the first
    cluster and keeps for later ones: they hold nothing and wait.
    """
    kept = ("History", "Dask-Offload_0", "Dask-Callback-Thread_0")
    return {one for one in threading.enumerate() if not any(name in one.name for name in kept)}


def _in(folder: Path) -> set:
    try:
        return {entry.name for entry in folder.iterdir()}
    except OSError:
        return set()


def _temporary() -> set:
    try:
        names = _in(Path(tempfile.gettempdir()))
    except OSError:  # no folder can be written to
        return set()
    return {name for name in names if name.startswith(("pymp-", "psm_", "helpers", "dask"))}


def _shared_memory() -> set:
    names = {name for name in _in(_SHARED) if name.startswith(("psm_", f"sem.{_OWN}-"))}
    elsewhere = _mapped_elsewhere() if names else set()
    return {name for name in names if _number(_SHARED / name) not in elsewhere}


def _number(file: Path) -> int:
    try:
        return file.stat().st_ino
    except OSError:  # it has gone
        return 0


def _mapped_elsewhere() -> set[int]:
    """Return the numbers of the files that programs which are not of this family share.

    By their names they cannot be told: a semaphore's file is made under another one.
    """
    found = {0}
    for process in set(_parents()) - _family():
        with suppress(OSError):  # it has ended, or is not ours to look at
            text = Path(f"/proc/{process}/maps").read_text(errors="replace")
            found |= {int(line.split()[4]) for line in text.splitlines() if "/dev/shm/" in line}
    return found


KINDS: dict[str, Callable[[], set]] = {
    "processes": children,
    "threads": threads,
    "open files": open_files,
    "temporary folders": _temporary,
    "shared memory": _shared_memory,
}


def snapshot() -> Snapshot:
    """Return what there is now, by kind."""
    gc.collect()
    return {kind: look() for kind, look in KINDS.items()}


def since(before: Snapshot) -> list[str]:
    """Return what is there beyond ``before``, of its kinds, and stays there for a moment.

    What comes while we look is not of the call: other programs make shared memory, too.
    """
    end = time.perf_counter() + GRACE_S
    rest = _more(before)
    while rest and time.perf_counter() < end:
        time.sleep(0.02)
        gc.collect()
        now = _more(before)
        rest = {
            kind: rest[kind] & now[kind] for kind in rest.keys() & now if rest[kind] & now[kind]
        }
    return [f"{kind}: {names}" for kind, names in rest.items()]


def _more(before: Snapshot) -> Snapshot:
    now = {kind: KINDS[kind]() for kind in before}
    # Numbers of open files are used again: how many there are is what counts.
    if len(now.get("open files", ())) <= len(before.get("open files", ())):
        now.pop("open files", None)
    return {kind: now[kind] - before[kind] for kind in now if now[kind] - before[kind]}
