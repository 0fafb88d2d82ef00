"""What is sent to a worker: a chunk that is cut and pickled by the thread that sends it."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from typing import Any

from helpers.worker import Outcome

Done = Callable[[Outcome | BaseException], None]
# Cuts a chunk from the items, as a new list. Whoever needs the items calls it: for processes that
# is the thread that sends them, so that the first chunk is on its way before the last one is cut.
Cut = Callable[[], list[Any]]


class Sealed:
    """A chunk that arrives in the worker as bytes, so that opening it there cannot kill the worker.

    It is cut and pickled by the thread that sends it, as in the raw calls.
    What cannot be pickled is told by ``done``: an exception in that thread can stop an executor
    for good.
    """

    def __init__(self, cut: Cut, done: Done) -> None:
        self._cut = cut
        self._done = done

    def __reduce__(self) -> tuple[Any, ...]:
        try:
            return bytes, (pickle.dumps(self._cut(), pickle.HIGHEST_PROTOCOL),)
        except Exception as error:
            self._done(error.with_traceback(None))  # which would hold the sender's buffers
            return bytes, ()
