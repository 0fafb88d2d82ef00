"""What a process holds: its children, threads, open files, temporary folders, semaphores."""

from __future__ import annotations

import gc
import multiprocessing
import os
import tempfile
import threading
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import psutil

GRACE_S = 20.0
# Semaphores of this process, and of those that it starts, have a name of their own: what other
# programs leave is not of the call.
_OWN = f"own{os.getpid()}"
multiprocessing.current_process()._config["semprefix"] = f"/{_OWN}"

Snapshot = dict[str, set]


def children() -> set:
    """Return the processes that this one has started and that are there, zombies included.

    Those that multiprocessing keeps for later, the fork server and the tracker of resources, are
    among them.
    """
    return {child.pid for child in psutil.Process().children()}


def open_files() -> set:
    """Return the open files of this process by number, those of pipes and sockets too."""
    folder = Path("/proc/self/fd")
    if not folder.exists():
        return set()
    names = set()
    for entry in folder.iterdir():
        with suppress(OSError):  # it was opened to look at the others
            names.add(f"{entry.name} {entry.readlink()}")
    # A notebook's kernel opens the one in a thread that prints for the first time, and its history.
    return {name for name in names if not ("[eventfd]" in name or "history.sqlite" in name)}


def threads() -> set:
    """Return the threads, but for those that somebody else keeps for the life of the process.

    IPython has one for its history, and Dask two of one task each, which it starts for the first
    cluster and keeps for later ones: they hold nothing and wait.
    """
    kept = ("History", "Dask-Offload_0", "Dask-Callback-Thread_0")
    return {one for one in threading.enumerate() if not any(name in one.name for name in kept)}


def _temporary() -> set:
    try:
        names = os.listdir(tempfile.gettempdir())
    except OSError:  # no folder can be written to
        return set()
    return {name for name in names if name.startswith(("pymp-", "helpers", "dask"))}


def _semaphores() -> set:
    folder = Path("/dev/shm")
    names = os.listdir(folder) if folder.exists() else []
    return {name for name in names if name.startswith(f"sem.{_OWN}-")}


KINDS: dict[str, Callable[[], set]] = {
    "processes": children,
    "threads": threads,
    "open files": open_files,
    "temporary folders": _temporary,
    "semaphores": _semaphores,
}


def snapshot() -> Snapshot:
    """Return what there is now, by kind."""
    gc.collect()
    return {kind: look() for kind, look in KINDS.items()}


def since(before: Snapshot) -> list[str]:
    """Return what is there beyond ``before``, of its kinds, and stays there for a moment.

    What comes while we look is not of the call.
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
