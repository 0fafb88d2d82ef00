"""The table of faults: what can go wrong in a call of run, and the error that has to come of it.

Also a program: ``python fault_table.py HOW METHOD LANGUAGE`` suffers all of them, as a script does.
"""

from __future__ import annotations

import json
import os
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import leftovers
import sample_tasks as tasks
from ways import EVERYWHERE, PROCESSES

from helpers.language import set_language
from helpers.parallel import (
    NotPicklableError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    run,
)
from helpers.tasks import square

LIMIT_S = 60.0


class Fault(NamedTuple):
    """One way in which a call goes wrong, the error that comes of it, and a word of its text.

    Where ``word`` is a pair, it is the Spanish and the English one.
    """

    task: Callable[[Any], Any]
    items: Callable[[], Any]
    error: type[Exception]
    word: str | tuple[str, str]
    hows: tuple[str, ...] = EVERYWHERE
    options: dict[str, Any] = {}  # noqa: RUF012  (nobody changes it)


def half_way() -> Iterator[int]:
    """Yield two items, then fail."""
    yield from range(2)
    raise LookupError("half-way")


class At:
    """A task that fails on one item, in a form that can be pickled."""

    def __init__(self, task: Callable[[Any], Any], place: int = 3) -> None:
        self.task, self.place = task, place

    def __call__(self, item: int) -> Any:
        """Fail at the place, and take a moment elsewhere."""
        if item == self.place:
            return self.task(item)
        time.sleep(0.002)
        return item


def items() -> range:
    """Return the usual items."""
    return range(8)


LIMITED = {"timeout_s": 1.0}
LOST = ("trabajador", "worker")

FAULTS: dict[str, Fault] = {
    "raises": Fault(At(tasks.raise_value_error), items, ValueError, " 3 "),
    "raises everywhere": Fault(tasks.raise_value_error, items, ValueError, ("falló", "failed")),
    "raises a chained error": Fault(tasks.raise_chained, items, LookupError, "the first one"),
    "raises a group": Fault(tasks.raise_group, items, ExceptionGroup, "several"),
    "raises at an item without repr": Fault(abs, lambda: [tasks.BadRepr()], TypeError, " 0 "),
    "raises what cannot be written": Fault(
        At(tasks.raise_with_lock), items, TaskFailedError, "holds a lock", PROCESSES
    ),
    "raises what cannot be read": Fault(
        At(tasks.raise_unreadable), items, TaskFailedError, "holds something", PROCESSES
    ),
    "sys.exit": Fault(At(sys.exit), items, TaskFailedError, "sys.exit"),
    "os._exit": Fault(At(os._exit), items, WorkerLostError, LOST, PROCESSES),
    "killed": Fault(At(tasks.kill_itself), items, WorkerLostError, LOST, PROCESSES),
    "killed first": Fault(At(tasks.kill_itself, 0), items, WorkerLostError, LOST, PROCESSES),
    "killed one by one": Fault(tasks.kill_itself, items, WorkerLostError, LOST, PROCESSES),
    "killed by an item": Fault(
        square, lambda: [1, tasks.WhenRead(os._exit, 9)], WorkerLostError, LOST, PROCESSES
    ),
    "memory": Fault(bytes, lambda: [10**15], MemoryError, ("falló", "failed")),
    "never returns": Fault(tasks.hang, items, TimeLimitError, "1.0", PROCESSES, LIMITED),
    "never returns from C": Fault(
        tasks.hang_in_c, items, TimeLimitError, "1.0", PROCESSES, LIMITED
    ),
    "task with a lock": Fault(At(threading.Lock()), items, NotPicklableError, "pickle", PROCESSES),
    "lambda": Fault(lambda item: item, items, TaskNotImportableError, "lambda", PROCESSES),
    "item with a lock": Fault(
        square, lambda: [1, 2, threading.Lock()], NotPicklableError, " 2 ", PROCESSES
    ),
    "item that cannot be read": Fault(
        square, lambda: [1, tasks.GRUMPY], NotPicklableError, "cannot be read here", PROCESSES
    ),
    "result with a lock": Fault(At(tasks.return_lock), items, NotPicklableError, " 3 ", PROCESSES),
    "result that cannot be read": Fault(
        At(tasks.return_grumpy), items, NotPicklableError, "cannot be read here", PROCESSES
    ),
    "items fail": Fault(square, half_way, LookupError, "half-way"),
}


def suffer_all(how: str, method: str | None, language: str) -> list[str]:
    """Suffer every fault that this way can have, a good call after each; return what was wrong."""
    problems = []
    set_language(language)
    options: dict[str, Any] = {"how": how, "n_workers": 2, "start_method": method}
    run(square, [1], **options)  # starts what stays for later
    for name in [name for name, fault in FAULTS.items() if how in fault.hows]:
        fault, found, before = FAULTS[name], ["no error"], leftovers.snapshot()
        word = fault.word if isinstance(fault.word, str) else fault.word[language == "en"]
        begin = time.perf_counter()
        try:
            run(fault.task, fault.items(), **options, **fault.options)
        except Exception as error:
            text = "\n".join([str(error), *getattr(error, "__notes__", [])])
            as_it_should = type(error) is fault.error and word in text
            found = [] if as_it_should else [f"{word!r} is not in {type(error)}: {text}"]
        if time.perf_counter() - begin > LIMIT_S:
            found.append("too slow")
        found += [f"left {rest}" for rest in leftovers.since(before)]
        if run(square, range(5), **options).results != [0, 1, 4, 9, 16]:
            found.append("the next call went wrong")
        problems += [f"{name}, {how}, {method}: {problem}" for problem in found]
    return problems


if __name__ == "__main__":
    name, method, language = sys.argv[1:]
    print(json.dumps(suffer_all(name, None if method == "None" else method, language)))
