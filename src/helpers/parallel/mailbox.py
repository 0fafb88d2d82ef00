"""Where results arrive: many threads put, one takes, and waits no longer than it says."""

from __future__ import annotations

import threading
from collections import deque
from contextlib import suppress
from typing import Generic, TypeVar

T = TypeVar("T")


class Mailbox(Generic[T]):
    """A queue for one thread that takes.

    ``queue.SimpleQueue`` would do, but up to Python 3.12 its ``get`` waits for ever where the time
    is over before it has begun to wait; ``queue.Queue`` takes ten times as long.
    """

    def __init__(self) -> None:
        self._items: deque[T] = deque()
        self._news = threading.Lock()  # free: something came since it was taken last
        self._news.acquire()

    def put(self, item: T) -> None:
        """Add ``item``; any thread may."""
        self._items.append(item)
        with suppress(RuntimeError):  # it is free already
            self._news.release()

    def take(self, timeout_s: float) -> T | None:
        """Return the oldest item, ``None`` where none comes within ``timeout_s`` seconds."""
        while not self._items:
            if not self._news.acquire(timeout=timeout_s):
                return None
        return self._items.popleft()
