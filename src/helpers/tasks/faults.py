"""Tasks that fail, each in its own way: to see what a failure looks like, and that it is survived.

Never call them outside of a worker that may be lost, and never without a time limit.
"""

from __future__ import annotations

import os
import re
import signal
import sys
import threading
import time
from typing import Any, NoReturn

HANG_S = 3_600.0


def raise_error(item: Any) -> NoReturn:
    """Raise an ordinary exception.

    Raises:
        ValueError: always; it names the item.
    """
    raise ValueError(f"{item!r}")


class UnpicklableError(Exception):
    """An exception that cannot be sent to another process: it holds a lock."""

    def __init__(self, item: Any) -> None:
        super().__init__(item)
        self.lock = threading.Lock()


def raise_unpicklable(item: Any) -> NoReturn:
    """Raise an exception that cannot be pickled.

    Raises:
        UnpicklableError: always.
    """
    raise UnpicklableError(item)


def exit_politely(item: Any) -> NoReturn:
    """Call ``sys.exit``, which raises ``SystemExit`` and would end a plain program."""
    sys.exit(f"{item!r}")


def exit_abruptly(_item: Any) -> NoReturn:
    """End this process at once with exit code 7; nothing is cleaned up, no exception is raised."""
    os._exit(7)


def kill_itself(_item: Any) -> NoReturn:
    """Kill this process, as the system does when memory runs out (SIGKILL; Windows: terminate)."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    time.sleep(HANG_S)  # the signal may take a moment
    raise AssertionError


def hang(item: Any) -> Any:
    """Wait for an hour, which nobody has."""
    time.sleep(HANG_S)
    return item


def hang_in_c(item: Any) -> Any:
    """Spend years in code written in C, where Python gets no turn: no other thread runs either.

    The regular expression tries all ways to cut a text in two or more, and doubles them with each
    letter.
    """
    re.fullmatch(r"(a|aa)+$", "a" * 100 + "b")
    return item


def return_unpicklable(_item: Any) -> Any:
    """Return a lock, which cannot be sent to another process."""
    return threading.Lock()


def eat_memory(n_bytes: int) -> int:
    """Ask for so many bytes at once, and use them all.

    Raises:
        MemoryError: where the system does not give them.
    """
    return len(b"\1" * n_bytes)
