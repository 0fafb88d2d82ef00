"""Interrupts (Ctrl+C, a notebook's stop button) that wait for a moment at which nothing breaks."""

from __future__ import annotations

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Any


class Interrupts:
    """Notes interrupts while inside, and passes them on when asked, or at the end.

    Python raises ``KeyboardInterrupt`` between any two instructions. In the midst of a fork it is
    swallowed, and in the midst of a start it loses sight of workers that were started.
    """

    def __init__(self, held: bool) -> None:
        """Hold interrupts, if ``held``; only the main thread gets any."""
        self._held = held and threading.current_thread() is threading.main_thread()
        self._noted: int | None = None
        self._before: Any = None

    def __enter__(self) -> Interrupts:
        if self._held:
            self._before = signal.getsignal(signal.SIGINT)
            self._held = callable(self._before)  # else the system itself deals with them
        if self._held:
            signal.signal(signal.SIGINT, self._note)
        return self

    def _note(self, number: int, _frame: FrameType | None) -> None:
        self._noted = number  # the frame would keep alive all that it works on

    def pass_on(self) -> None:
        """Give an interrupt that was noted to whom it would have gone.

        Raises:
            KeyboardInterrupt: as Python does it where nobody has changed that.
        """
        if self._noted is not None:
            number, self._noted = self._noted, None
            self._before(number, None)

    def __exit__(self, *_: object) -> None:
        if self._held:
            signal.signal(signal.SIGINT, self._before)
            try:
                self.pass_on()
            except BaseException as error:
                raise error from None  # what else went wrong inside did so because of it


@contextmanager
def deaf_children(start_method: str | None) -> Iterator[None]:
    """Have processes that are started inside not hear interrupts, from their first moment on.

    Until a worker is told to ignore them, one would end it with a traceback of its own.
    """
    if not hasattr(signal, "pthread_sigmask"):  # Windows: interrupts do not come as signals
        yield
        return
    _start_servers(start_method)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _start_servers(start_method: str | None) -> None:
    """Start what multiprocessing keeps for later, which has to hear what it hears elsewhere."""
    if start_method in ("spawn", "forkserver"):
        from multiprocessing import resource_tracker

        resource_tracker.ensure_running()
    if start_method == "forkserver":
        from multiprocessing import forkserver

        forkserver.ensure_running()
