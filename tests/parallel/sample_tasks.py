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


class TwoArguments(Exception):  # noqa: N818
    """An exception that pickle writes but cannot read: it wants two arguments and keeps one."""

    def __init__(self, code, text):
        super().__init__(f"{code}: {text}")

    def __reduce__(self):
        """Do as exceptions do by default, also where Dask was imported and pickles them its way."""
        return type(self), self.args


class WithLock(Exception):  # noqa: N818
    """An exception that cannot be pickled."""

    def __init__(self, text):
        super().__init__(text)
        self.lock = threading.Lock()


class Detailed(ValueError):  # noqa: N818
    """An exception that travels, with attributes and a note of its own."""

    def __init__(self, item):
        super().__init__(item)
        self.detail = {"item": item}
        self.add_note("a note of the task")


def raise_value_error(item):
    """Fail on every item."""
    raise ValueError(f"no good: {item}")


def raise_at_seven(item):
    """Fail on the item 7 only."""
    if item == 7:
        raise Detailed(item)
    return item


def raise_at_last(item):
    """Raise the end of an iteration on item 5."""
    if item == 5:
        raise StopIteration("from the task")
    return item


def raise_two_arguments(_item):
    """Raise what pickle cannot read again."""
    raise TwoArguments(3, "two arguments were given")


def raise_with_lock(_item):
    """Raise what pickle cannot write."""
    raise WithLock("this one holds a lock")


def raise_keyboard_interrupt(_item):
    """Raise what Ctrl+C raises."""
    raise KeyboardInterrupt


def raise_group(item):
    """Raise an exception group."""
    raise ExceptionGroup("several", [ValueError(item), TypeError(item)])


def raise_chained(_item):
    """Raise an exception that has a cause."""
    try:
        raise ValueError("the first one")
    except ValueError as error:
        raise LookupError("the second one, of the first one") from error


def exit_abruptly(_item):
    """End the process at once."""
    os._exit(7)


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
    return Grumpy()


def hang(item):
    """Wait for an hour, which nobody has, and hold on against a polite request to end."""
    if threading.current_thread() is threading.main_thread():
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
    time.sleep(3_600)
    return item


def hang_in_c(item):
    """Spend years in code written in C, where Python gets no turn: no other thread runs either.

    The regular expression tries all ways to cut a text in two or more, and doubles them with each
    letter.
    """
    re.fullmatch(r"(a|aa)+$", "a" * 100 + "b")
    return item


def eat_memory(n_bytes):
    """Ask for so many bytes at once, which the system refuses where they are too many."""
    return len(b"\1" * n_bytes)


# ---- items that are trouble


class Grumpy:
    """An item that is pickled without error and cannot be read again."""

    def __reduce__(self):
        """Have ``int`` fail where it is read."""
        return int, ("cannot be read here",)


class DeadlyToRead:
    """An item that ends the process that reads it."""

    def __reduce__(self):
        """Have the process ended."""
        return os._exit, (9,)


class BadRepr:
    """An item that cannot be shown."""

    def __repr__(self):
        """Fail."""
        raise RuntimeError("no repr")


class BadLock(BadRepr):
    """One that cannot be sent either."""

    def __init__(self):
        self.lock = threading.Lock()


class Whole:
    """A whole number that is no int, as numpy's are."""

    def __init__(self, value):
        self.value = value

    def __index__(self):
        """Return it as an int."""
        return self.value


class OnlyGetItem:
    """Iterable in the old way: it has no ``__iter__``."""

    def __getitem__(self, index):
        """Return the first three."""
        if index < 3:
            return index * 10
        raise IndexError(index)


class Multiplier:
    """Tasks of the odder kinds: a callable object, a bound method, a class method."""

    def __init__(self, factor):
        self.factor = factor

    def __call__(self, item):
        """Multiply."""
        return item * self.factor

    def method(self, item):
        """Multiply."""
        return item * self.factor

    @classmethod
    def doubled(cls, item):
        """Double."""
        return item * 2


async def promise(item):
    """Compute nothing when called."""
    return item


# ---- runs inside of workers


def run_inside(how):
    """Start a run in a worker; return its results, or the error's class and text."""
    from helpers.parallel import run

    try:
        return run(identity, range(4), how=how, n_workers=2, timeout_s=4).results
    except Exception as error:
        return type(error).__name__, str(error)


# ---- tasks for watch()


def slow_square(item):
    """Square after a moment, so that others get their turn."""
    time.sleep(0.001)
    return item * item


def made_later():
    """Make a function at the top of this module now, which workers that were forked do not have."""

    def late(item):
        return item

    late.__qualname__ = "late"
    globals()["late"] = late
    return late
