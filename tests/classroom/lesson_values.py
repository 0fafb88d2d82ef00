"""What the lessons' exercises read: values made by hand in place of what the lessons measure.

Each stands under its name in the lesson. Functions that measure are replaced by some that take the
same arguments and tell made times, so that no answer depends on how busy the machine is.
"""

from __future__ import annotations

import importlib
import sys
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from helpers import parallel, tasks
from helpers.parallel import simulate

Values = dict[str, Any]


class Clock:
    """Time that passes by readings and by work alone."""

    def __init__(self, tick_s: float) -> None:
        self.now_s, self._tick_s = 1000.0, tick_s

    def __call__(self) -> float:
        """Read it."""
        self.now_s += self._tick_s
        return self.now_s


def _lesson_0(folder: Path) -> Values:
    return {}


def _lesson_1(folder: Path) -> Values:
    clock = Clock(1e-7)

    def square(x):
        """Take a microsecond."""
        clock.now_s += 1e-6
        return x * x

    return {"data": list(range(100)), "square": square, "perf_counter": clock}


def _lesson_2(folder: Path) -> Values:
    name = "my_tasks_2"
    code = "def sum_of_cubes(n):\n    return sum(x**3 for x in range(n))\n"
    (folder / f"{name}.py").write_text(code, encoding="utf-8")
    sys.path.insert(0, str(folder))  # workers look for it there, too
    ns = dict.fromkeys([1, 2, 3], 1.0)
    sum_of_cubes = importlib.import_module(name).sum_of_cubes
    return {"sum_of_cubes": sum_of_cubes, "times": {"loop": ns, "pool": ns}}


def _lesson_3(folder: Path) -> Values:
    tasks.make_sample_directories(folder / "sample")
    folders = tasks.list_directories(folder / "sample")
    return {"found": list(map(tasks.find_markdowns, folders))}


def _lesson_4(folder: Path) -> Values:
    waits = [n**2 / 400 for n in range(1, 17)]
    before = simulate(waits, 4, 4)
    return {"count_primes": tasks.count_primes, "waits": waits, "before": before}


def _lesson_5(folder: Path) -> Values:
    return {"amdahl": parallel.amdahl, "measure": lambda items, counts: {1: 0.9, 2: 1.7}}


def _lesson_6(folder: Path) -> Values:
    return {"pieces": [bytes(100)] * 8}


def _lesson_7(folder: Path) -> Values:
    return {}


def _lesson_8(folder: Path) -> Values:
    def keep_table(given):
        """Keep it."""

    def total(table, value):
        return 0.0

    def total_kept(value):
        return 0.0

    made = {function.__name__: function for function in (keep_table, total, total_kept)}
    return {"table": np.zeros(10), "values": [0.5], **made}


def _lesson_9(folder: Path) -> Values:
    return {}


def _lesson_10(folder: Path) -> Values:
    files = tasks.make_corpus(folder / "corpus", 40, 30)
    printed = "210 words in 6000 files: loop 1.00 s, pool 0.60 s\n"
    return {
        "files": files,
        "count_words": tasks.count_words,
        "total": 5_525_859,
        "wall_s": 1.0,
        "cpu_s": 0.95,
        "done": SimpleNamespace(stdout=printed),
    }


def _lesson_11(folder: Path) -> Values:
    return {}


MADE: dict[str, Callable[[Path], Values]] = {
    "0": _lesson_0,
    "1": _lesson_1,
    "2": _lesson_2,
    "3": _lesson_3,
    "4": _lesson_4,
    "5": _lesson_5,
    "6": _lesson_6,
    "7": _lesson_7,
    "8": _lesson_8,
    "9": _lesson_9,
    "10": _lesson_10,
    "11": _lesson_11,
}
