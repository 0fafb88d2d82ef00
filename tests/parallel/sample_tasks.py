"""Tasks and items for the tests of running: good ones, odd ones and broken ones.

A worker imports this module, so it is as light as the package's own tasks are.
"""

from __future__ import annotations

import multiprocessing
import os
import re
import signal
import sys
import threading
import time
from pathlib import Path

from helpers.language import current_language, text


def identity(item):
    """Return what came."""
    return item


def sleep(seconds):
    """Wait, then return the seconds."""
    time.sleep(seconds)
    return seconds


def burn(seconds):
    """Keep a CPU busy for some seconds."""
    end = time.perf_counter() + seconds
    n = 0
    while time.perf_counter() < end:
        n += 1
    return seconds


def end_late(seconds):
    """Have the process of the worker end so many seconds after its last result."""
    threading.Thread(target=time.sleep, args=[seconds]).start()
    return seconds


def facts_there(_item):
    """Return the number of this process, its class, which its start method gives, and its words."""
    kind = type(multiprocessing.current_process())
    return os.getpid(), kind, f"{current_language()}: {text(es='hola', en='hello')}"


def note_and_sleep(item):
    """Leave a file with the number of this process in a folder, then wait."""
    folder, seconds = item
    Path(folder, str(os.getpid())).touch()
    time.sleep(seconds)


def loaded_modules(_item):
    """Return the names of the modules that this process has loaded, the tasks among them."""
    import helpers.tasks  # noqa: F401  what it loads counts too

    return sorted(sys.modules)


# ---- tasks that fail


def raise_value_error(item):
    """Fail on every item."""
    raise ValueError(f"no good: {item}")


def raise_at_seven(item):
    """Fail on the item 7 only, with an attribute and a note of its own."""
    if item == 7:
        error = ValueError(item)
        error.detail = {"item": item}
        error.add_note("a note of the task")
        raise error
    return item


def raise_at_last(item):
    """Raise the end of an iteration on item 5."""
    if item == 5:
        raise StopIteration("from the task")
    return item


def raise_unreadable(_item):
    """Raise what pickle writes but cannot read again."""
    error = LookupError("this one holds something")
    error.held = GRUMPY
    raise error


def raise_with_lock(_item):
    """Raise what pickle cannot write."""
    error = LookupError("this one holds a lock")
    error.held = threading.Lock()
    raise error


def raise_keyboard_interrupt(_item):
    """Raise what Ctrl+C raises."""
    raise KeyboardInterrupt


def raise_group(item):
    """Raise an exception group."""
    raise ExceptionGroup("several", [ValueError(item), TypeError(item)])


def raise_chained(_item):
    """Raise an exception that has a cause."""
    raise LookupError("the second one, of the first one") from ValueError("the first one")


def kill_itself(_item):
    """End the process as the system does when memory runs out (Windows has no SIGKILL)."""
    os.kill(os.getpid(), getattr(signal, "SIGKILL", signal.SIGTERM))
    time.sleep(60)  # the signal may take a moment


def square_or_fail(item):
    """Square the item's number after a moment, or fail in the way that it names."""
    number, fault = item
    time.sleep(0.003)
    if fault == "raise":
        raise ValueError("no good")
    if fault == "exit":
        os._exit(7)
    if fault == "kill":
        kill_itself(item)
    if fault == "hang":
        time.sleep(60)
    return number * number


def return_lock(_item):
    """Return what cannot be pickled."""
    return threading.Lock()


def return_grumpy(_item):
    """Return what is pickled without error and cannot be read."""
    return GRUMPY


def hang(item):
    """Wait for an hour, which nobody has, and hold on against a polite request to end."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3_600)
    return item


def hang_in_c(item):
    """Spend years in code written in C, where Python gets no turn: no other thread runs either.

    The regular expression has twice as many ways to try with each letter of the text.
    """
    re.fullmatch(r"(a|aa)+$", "a" * 100 + "b")
    return item


# ---- items that are trouble


class WhenRead:
    """An item that is pickled without error, and that has something called where it is read."""

    def __init__(self, call, argument):
        self.call, self.argument = call, argument

    def __reduce__(self):
        """Have it called."""
        return self.call, (self.argument,)


GRUMPY = WhenRead(int, "cannot be read here")


class BadRepr:
    """An item that cannot be shown."""

    def __repr__(self):
        """Fail."""
        raise RuntimeError("no repr")


class BadLock(BadRepr):
    """One that cannot be sent either."""

    def __init__(self):
        self.lock = threading.Lock()


class Multiplier:
    """Tasks of the odder kinds: a callable object, a bound method of it, a class method."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, item):
        """Multiply."""
        return item * self.factor

    @classmethod
    def doubled(cls, item):
        """Double."""
        return item * 2


# ---- runs inside of workers


def run_inside(how):
    """Start a run in a worker; return its results, or the error's class and text."""
    from helpers.parallel import run

    try:
        return run(identity, range(4), how=how, n_workers=2, timeout_s=4).results
    except Exception as error:
        return type(error).__name__, str(error)


def made_later():
    """Make a function at the top of this module now, which workers that were forked do not have."""

    def late(item):
        return item

    late.__qualname__ = "late"
    globals()["late"] = late
    return late
