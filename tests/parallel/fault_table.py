"""The table of faults: what can go wrong in a call of run, and the error that has to come of it.

Also a program: ``python fault_table.py HOW METHOD LANGUAGE`` suffers all of them, as a script does.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from typing import Any, NamedTuple

import leftovers
import sample_tasks as tasks

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
EVERYWHERE = ("sequential", "threads", "processes", "pool")
PROCESSES = ("processes", "pool")


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
        At(tasks.raise_with_lock), items, TaskFailedError, "WithLock", PROCESSES
    ),
    "raises what cannot be read": Fault(
        At(tasks.raise_two_arguments), items, TaskFailedError, "two arguments were", PROCESSES
    ),
    "sys.exit": Fault(At(sys.exit), items, TaskFailedError, "sys.exit"),
    "os._exit": Fault(At(tasks.exit_abruptly), items, WorkerLostError, LOST, PROCESSES),
    "killed": Fault(At(tasks.kill_itself), items, WorkerLostError, LOST, PROCESSES),
    "killed first": Fault(At(tasks.kill_itself, 0), items, WorkerLostError, LOST, PROCESSES),
    "killed one by one": Fault(tasks.kill_itself, items, WorkerLostError, LOST, PROCESSES),
    "killed by an item": Fault(
        square, lambda: [1, tasks.DeadlyToRead()], WorkerLostError, LOST, PROCESSES
    ),
    "memory": Fault(tasks.eat_memory, lambda: [10**15], MemoryError, ("falló", "failed")),
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
        square, lambda: [1, tasks.Grumpy()], NotPicklableError, "cannot be read here", PROCESSES
    ),
    "result with a lock": Fault(At(tasks.return_lock), items, NotPicklableError, " 3 ", PROCESSES),
    "result that cannot be read": Fault(
        At(tasks.return_grumpy), items, NotPicklableError, "cannot be read here", PROCESSES
    ),
    "items fail": Fault(square, half_way, LookupError, "half-way"),
}


def suffer(name: str, how: str, method: str | None, language: str = "en") -> list[str]:
    """Have the fault happen; return what was not as it has to be."""
    fault, problems = FAULTS[name], []
    word = fault.word if isinstance(fault.word, str) else fault.word[language == "en"]
    begin = time.perf_counter()
    try:
        run(fault.task, fault.items(), how=how, n_workers=2, start_method=method, **fault.options)
    except Exception as error:
        text = "\n".join([str(error), *getattr(error, "__notes__", [])])
        if type(error) is not fault.error or word not in text:
            problems.append(f"{type(error).__name__} for {fault.error.__name__} {word!r}: {text}")
    else:
        problems.append("no error")
    took_s = time.perf_counter() - begin
    if took_s > LIMIT_S:
        problems.append(f"took {took_s:.1f} s")
    return problems


def suffer_all(how: str, method: str | None, language: str = "en") -> list[str]:
    """Suffer every fault that this way can have, a good call after each; return what was wrong."""
    problems = []
    set_language(language)
    run(square, [1], how=how, n_workers=2, start_method=method)  # starts what stays for later
    for name in [name for name, fault in FAULTS.items() if how in fault.hows]:
        before = leftovers.snapshot()
        found = suffer(name, how, method, language)
        found += [f"left {rest}" for rest in leftovers.since(before)]
        done = run(square, range(5), how=how, n_workers=2, start_method=method)
        if done.results != [0, 1, 4, 9, 16]:
            found.append(f"the next call gave {done.results}")
        problems += [f"{name}, {how}, {method}: {problem}" for problem in found]
    return problems


if __name__ == "__main__":
    name, method, language = sys.argv[1:]
    print(json.dumps(suffer_all(name, None if method == "None" else method, language)))
