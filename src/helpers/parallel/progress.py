"""A progress bar for ``run``: drawn by the parent, from results that have arrived."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from helpers.language import message

# Seconds between two drawings: a notebook takes about a millisecond for one.
REDRAW_S = 0.2


@contextmanager
def progress_bar(n_items: int, shown: bool) -> Iterator[Callable[[int], object]]:
    """Show a bar over ``n_items`` while inside; what is given tells it how many more are done.

    Source: tqdm, whose ``auto`` module draws a widget in a notebook and text in a terminal.
    """
    if not shown:
        yield _no_bar
        return
    from tqdm.auto import tqdm

    class Bar(tqdm):  # type: ignore[type-arg]
        """A bar without tqdm's thread, and without its lock, which may start a process."""

        monitor_interval = 0

    Bar.set_lock(threading.RLock())
    unit = message("progress.unit")
    with Bar(total=n_items, unit=unit, mininterval=REDRAW_S) as bar:
        yield bar.update


def _no_bar(n_done: int) -> None:
    pass
