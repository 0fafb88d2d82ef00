"""What the lessons' exercises read: values made by hand in place of what the lessons measure.

Each stands under its name in the lesson. Functions that measure are replaced by some that take the
same arguments and tell made times, so that no answer depends on how busy the machine is.
"""

from __future__ import annotations

import importlib
import inspect
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import cache, wraps
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np

from helpers import parallel, tasks
from helpers.parallel import Advice, Comparison, CostModel, simulate, simulate_even
from helpers.parallel.plans import chunksize_for
from helpers.parallel.predicting import Option
from helpers.parallel.results import Run

ITEM_S = 1e-3  # what an item takes
CPUS = 2
MODEL = CostModel(
    cpus=CPUS, launch_s=0.002, boot_s=0.01, full_boot_s=0.01, message_s=1e-4, full_message_s=1e-4
)
DIRECT = CostModel(cpus=CPUS)  # starts nothing, sends nothing
Values = dict[str, Any]


def called_as(real: Callable) -> Callable:
    """Have a function called as the real one is: it gets all arguments by name."""

    def replacing(made: Callable) -> Callable:
        @wraps(real)
        def call(*args, **options):
            bound = inspect.signature(real).bind(*args, **options)
            bound.apply_defaults()
            return made(**bound.arguments)

        return call

    return replacing


@called_as(parallel.run)
def run(task, items, how, n_workers, chunksize, **rest) -> Run:
    """Return a run that got through the items as the simulation says; a download takes its time."""
    items = list(items)
    downloads = task is tasks.download
    n_workers = 1 if how == "sequential" else n_workers or CPUS
    chunksize = chunksize or (
        len(items) if how == "sequential" else chunksize_for(len(items), n_workers)
    )
    costs_s = items if downloads else [ITEM_S] * len(items)
    model = DIRECT if how in ("sequential", "threads") else MODEL
    results = items if downloads else list(map(cache(task), items))
    return replace(simulate(costs_s, n_workers, chunksize, model), how=how, results=results)


@called_as(parallel.compare)
def compare(task, items, hows, repeats, n_workers, chunksize, **rest) -> Comparison:
    """Return a comparison whose repeats all took the same time."""
    typical = {how: run(task, items, how=how) for how in hows}
    for how in set(hows) - {"sequential"}:
        typical[how] = run(task, items, how=how, n_workers=n_workers, chunksize=chunksize)
    times_s = {how: (made.elapsed_s,) * repeats for how, made in typical.items()}
    return Comparison(times_s, typical, ())


@called_as(parallel.advise)
def advise(task, items, models, **rest) -> Advice:
    """Return the advice to do as the fastest of the simulated ways."""
    options = []
    for how in ("sequential", "threads", *(models or ())):
        made = run(task, items, how=how)
        options.append(Option.around(how, made.n_workers, made.chunksize, made.elapsed_s, 0.1))
    first, *others = sorted(options[1:], key=lambda option: option.predicted_s)
    best = next((option for option in options if option.how in (models or ())), first)
    return Advice(best, options[0], (first, *others, options[0]), "", ITEM_S, 0.0, 10.0, {0: 1})


@called_as(parallel.break_even)
def break_even(model, **rest) -> SimpleNamespace:
    """Return from how many items on the simulated pool pays."""
    pays = (
        n
        for n in range(1, 10_000)
        if simulate_even(ITEM_S, n, model.cpus, None, model).elapsed_s < n * ITEM_S
    )
    return SimpleNamespace(n_items=next(pays))


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
    before = simulate(waits, 4, 4, DIRECT)
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
    few = tasks.make_corpus(folder / "corpus", 40, 30)
    files = few * 150
    wall_s, cpu_s, reading_s = ITEM_S * len(files), 0.95 * ITEM_S * len(files), 2.0
    measured = {"wall_s": wall_s, "cpu_s": cpu_s, "reading_s": reading_s, "item_s": ITEM_S,
                "message_s": MODEL.full_message_s}  # fmt: skip
    return {
        **measured,
        "measured": measured,
        "files": files,
        "typical": few[0],
        "count_words": cache(tasks.count_words),
        "perf_counter": Clock(ITEM_S * len(files)),
        "model": MODEL,
        "costs_s": [ITEM_S] * len(files),
        "cpus": CPUS,
        "run": run,
        "compare": compare,
        "advise": advise,
        "break_even": break_even,
    }


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
}
