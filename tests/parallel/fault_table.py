"""The table of faults: what can go wrong in a call of run, and the error that has to come of it.

Also a program: ``python fault_table.py HOW METHOD`` suffers all of them, as a script does.
"""

from __future__ import annotations

import json
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
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


def first_of(task: Callable[[Any], Any], good: int) -> Callable[[Any], Any]:
    """Return a task that fails on item ``good``, in a form that can be pickled."""
    return _At(task, good)


class _At:
    def __init__(self, task: Callable[[Any], Any], place: int) -> None:
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


def locks() -> list[Any]:
    """Return items of which the third cannot be sent."""
    return [1, 2, threading.Lock()]


LIMITED = {"timeout_s": 1.0}
LOST = ("trabajador", "worker")

FAULTS: dict[str, Fault] = {
    "raises": Fault(first_of(tasks.raise_value_error, 3), items, ValueError, " 3 "),
    "raises everywhere": Fault(tasks.raise_value_error, items, ValueError, ("falló", "failed")),
    "raises what does not travel": Fault(
        first_of(tasks.raise_with_lock, 3), items, TaskFailedError, "WithLock", PROCESSES
    ),
    "sys.exit": Fault(first_of(tasks.exit_politely, 3), items, TaskFailedError, "sys.exit"),
    "os._exit": Fault(first_of(tasks.exit_abruptly, 3), items, WorkerLostError, LOST, PROCESSES),
    "killed": Fault(first_of(tasks.kill_itself, 3), items, WorkerLostError, LOST, PROCESSES),
    "killed first": Fault(first_of(tasks.kill_itself, 0), items, WorkerLostError, LOST, PROCESSES),
    "killed one by one": Fault(tasks.kill_itself, items, WorkerLostError, LOST, PROCESSES),
    "killed by an item": Fault(
        square, lambda: [1, tasks.DeadlyToRead()], WorkerLostError, LOST, PROCESSES
    ),
    "memory": Fault(tasks.eat_memory, lambda: [10**15], MemoryError, ("falló", "failed")),
    "never returns": Fault(tasks.hang, items, TimeLimitError, "1.0", PROCESSES, LIMITED),
    "never returns from C": Fault(
        tasks.hang_in_c, items, TimeLimitError, "1.0", PROCESSES, LIMITED
    ),
    "task with a lock": Fault(
        first_of(threading.Lock(), 3), items, NotPicklableError, "pickle", PROCESSES
    ),
    "lambda": Fault(lambda item: item, items, TaskNotImportableError, "lambda", PROCESSES),
    "item with a lock": Fault(square, locks, NotPicklableError, " 2 ", PROCESSES),
    "result with a lock": Fault(
        first_of(tasks.return_lock, 3), items, NotPicklableError, " 3 ", PROCESSES
    ),
    "items fail": Fault(square, half_way, LookupError, "half-way"),
}


def suffer(name: str, how: str, method: str | None, language: str = "en") -> list[str]:
    """Have the fault happen; return what was not as it has to be."""
    fault = FAULTS[name]
    set_language(language)
    begin = time.perf_counter()
    try:
        run(fault.task, fault.items(), how=how, n_workers=2, start_method=method, **fault.options)
    except Exception as error:
        problems = _judged(fault, error, language)
    else:
        problems = ["no error"]
    took_s = time.perf_counter() - begin
    if took_s > LIMIT_S:
        problems.append(f"took {took_s:.1f} s")
    return [f"{name}, {how}, {method}: {problem}" for problem in problems]


def _judged(fault: Fault, error: Exception, language: str) -> list[str]:
    text = "\n".join([str(error), *getattr(error, "__notes__", [])])
    word = fault.word if isinstance(fault.word, str) else fault.word[language == "en"]
    problems = []
    if type(error) is not fault.error:
        problems.append(f"{type(error).__name__} instead of {fault.error.__name__}: {text}")
    if word not in text:
        problems.append(f"{word!r} is not said: {text}")
    return problems


def suffer_all(how: str, method: str | None, language: str = "en") -> list[str]:
    """Suffer every fault that this way can have, a good call after each; return what was wrong."""
    problems = []
    run(square, [1], how=how, n_workers=2, start_method=method)  # starts what stays for later
    for name, fault in FAULTS.items():
        if how not in fault.hows:
            continue
        before = leftovers.snapshot()
        problems += suffer(name, how, method, language)
        problems += [f"{name}: left {rest}" for rest in leftovers.since(before)]
        done = run(square, range(5), how=how, n_workers=2, start_method=method)
        if done.results != [0, 1, 4, 9, 16]:
            problems.append(f"{name}: the next call gave {done.results}")
    return problems


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parent))
    name, method, language, *where = sys.argv[1:]
    found: list[str] = []

    def suffer_here() -> None:
        """Note what was wrong."""
        found.extend(suffer_all(name, None if method == "None" else method, language))

    if where:
        thread = threading.Thread(target=suffer_here)
        thread.start()
        thread.join(240)
        found += ["no end"] * thread.is_alive()
    else:
        suffer_here()
    print(json.dumps(found))
