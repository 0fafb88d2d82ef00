"""Items without a length: read to their end, within a time limit, if they have an end."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.errors import InputError, TimeLimitError
from helpers.parallel.stopping import within_limit

# What has given more items than this, and does not say how many it has, is taken to be endless.
MOST_ITEMS = 10_000_000
# So is what has left less than this share of the computer's memory.
SPARE_MEMORY = 0.05
# How often the reader looks how much it has read, and whoever waits for it looks at the clock.
LOOK_S = 0.1


def read_items(iterator: Iterator[Any], *, sized: bool, timeout_s: float | None) -> list[Any]:
    """Return all items of ``iterator``.

    Args:
        iterator: what gives them. Where there is a limit, a thread asks it: one that waits could
            not be left otherwise. It ends after the item that it waits for.
        sized: whether it is known how many there are, so that there is an end.
        timeout_s: seconds after which it is given up; never if ``None``.

    Raises:
        InputError: no end is in sight.
        TimeLimitError: the time limit was reached.
        Exception: what the iterator raises.
    """
    items: list[Any] = []
    stop = threading.Event()
    if timeout_s is None:
        _read_into(items, iterator, sized, stop)
        return items
    problems: list[BaseException] = []

    def read() -> None:
        try:
            _read_into(items, iterator, sized, stop)
        except BaseException as error:
            problems.append(error)

    end_s = perf_counter() + timeout_s
    try:
        reader = within_limit(read, min(LOOK_S, timeout_s))
        while reader.is_alive() and (left_s := end_s - perf_counter()) > 0:
            reader.join(min(LOOK_S, left_s))  # on Windows it cannot be interrupted before its end
        if reader.is_alive():
            raise TimeLimitError(
                message("run.time_limit_of_items", limit=timeout_s, n=f"{len(items):,}")
            )
    finally:
        stop.set()
    if problems:
        raise problems.pop()
    return items


def _read_into(
    items: list[Any], iterator: Iterator[Any], sized: bool, stop: threading.Event
) -> None:
    """Append all items to ``items``, one by one, so that an interrupt is heard between them."""
    try:
        look_s = perf_counter() + LOOK_S
        for item in iterator:
            items.append(item)
            if perf_counter() < look_s:
                continue
            if stop.is_set():
                items.clear()
                return
            if not sized and (len(items) > MOST_ITEMS or _memory_is_short()):
                raise InputError(message("run.endless_items", n=f"{len(items):,}"))
            look_s = perf_counter() + LOOK_S
    except BaseException:
        items.clear()  # a notebook keeps the last traceback, and with it the list
        raise


def _memory_is_short() -> bool:
    import psutil  # only items that take their time to come need it

    memory = psutil.virtual_memory()
    return bool(memory.available < SPARE_MEMORY * memory.total)
