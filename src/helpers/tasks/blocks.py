"""Blocks of shared memory: made where there is room, opened by others, closed and removed."""

from __future__ import annotations

import errno
import os
import sys
import threading
from multiprocessing import resource_tracker
from multiprocessing.shared_memory import SharedMemory

from helpers.language import message

_one_at_a_time = threading.Lock()


def new_block(n_bytes: int) -> SharedMemory:
    """Make a block of so many bytes, or of one byte for none, which this process is to remove.

    Raises:
        OSError: the system has no room for it.
    """
    try:
        block = SharedMemory(create=True, size=max(1, n_bytes))
    except OSError as error:
        raise _no_room(n_bytes, error) from error
    try:
        _reserve(block)
    except BaseException as error:
        block.close()
        block.unlink()
        raise (_no_room(n_bytes, error) if isinstance(error, OSError) else error) from None
    return block


def _reserve(block: SharedMemory) -> None:
    """Have Linux set the memory aside; else the write that finds none left kills the process."""
    if not sys.platform.startswith("linux"):
        return
    try:
        file = os.open(f"/dev/shm/{block.name}", os.O_RDWR)
    except FileNotFoundError:  # it is kept elsewhere
        return
    try:
        os.posix_fallocate(file, 0, block.size)
    finally:
        os.close(file)


def _no_room(n_bytes: int, error: OSError) -> OSError:
    text = message("arrays.no_room", size=f"{n_bytes:,}", error=error.strerror or str(error))
    return OSError(error.errno or errno.ENOSPC, text)


def open_block(name: str) -> SharedMemory:
    """Open a block without becoming the one who removes it.

    Until Python 3.13 each process that opened a block might remove it at its own end.
    """
    if sys.version_info >= (3, 13):
        return SharedMemory(name, track=False)
    with _one_at_a_time:
        register = resource_tracker.register
        resource_tracker.register = lambda *_: None
        try:
            return SharedMemory(name)
        finally:
            resource_tracker.register = register


def close_block(block: SharedMemory) -> None:
    """Close ``block``; where a view of it is still in use, its memory goes with the last view.

    ``close`` refuses then, and so it would when the block itself is thrown away.
    """
    try:
        block.close()
    except BufferError:
        file = getattr(block, "_fd", -1)  # the mapped memory does not need it
        if file >= 0:
            os.close(file)
        vars(block).update(_fd=-1, close=lambda: None)
