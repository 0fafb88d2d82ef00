"""The lessons' own solutions, executed among what the lesson imports and values made by hand.

No lesson is executed. What a lesson measures is made here, and what measures is replaced by what
takes the same arguments and gives made times, so that no answer depends on how busy the machine is.
"""

from __future__ import annotations

import ast
import importlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
from wrong_answers import PRINTED, WAITS, keep_table, total_kept

from helpers import tasks
from helpers.classroom.cards import Card
from helpers.parallel.model import simulation
from notebooks import programs
from notebooks.lessons import read_pairs

LESSONS = read_pairs(Path(__file__).parents[2] / "notebooks")


@dataclass(frozen=True)
class Exercise:
    """An exercise cell as it stands, its solution in each language, and the code above it."""

    source: str
    solutions: dict[str, str]
    above: tuple[str, ...]


def _exercises() -> Iterator[tuple[str, Exercise]]:
    """Yield the exercises of all lessons by their number, with what stands folded below them."""
    for pair in LESSONS:
        for cell in (cell for cell in pair.en.code if "exercise" in cell.tags):
            (call,) = programs.calls(cell.trees, "check")
            # A cell of a solution that saves a file does so in Python.
            solutions = {
                lesson.language: "\n\n".join(map(_saved, lesson.cells[cell.number].page.solution))
                for lesson in pair.lessons
            }
            above = tuple(one.source for one in pair.en.code if one.number < cell.number)
            yield programs.first_argument(call), Exercise(cell.source, solutions, above)


def _saved(code: str) -> str:
    file = programs.written_file(code)
    opened = f"open({file!r}, 'w', encoding='utf-8')"
    return f"with {opened} as file:\n    file.write({programs.plain(code)!r})" if file else code


def _imports(cells: Iterable[str]) -> str:
    """Return the statements that import something, but not from a file of the learner's."""
    nodes = programs.nodes(tree for code in cells for tree in programs.trees(code))
    statements = [node for node in nodes if isinstance(node, ast.Import | ast.ImportFrom)]
    return "\n".join(
        ast.unparse(n) for n in statements if not getattr(n, "module", "").startswith("my_")
    )


EXERCISES = dict(_exercises())


class Clock:
    """Time that passes by readings and by work alone."""

    now_s = 1000.0

    def __call__(self) -> float:
        """Read it."""
        self.now_s += 1e-7
        return self.now_s

    def square(self, x: float) -> float:
        """Take a microsecond."""
        self.now_s += 1e-6
        return x * x


def made(folder: Path) -> dict[str, dict[str, Any]]:
    """Return what the exercises of each lesson read, made in a folder that imports look into."""
    code = "def sum_of_cubes(n):\n    return sum(x**3 for x in range(n))\n"
    (folder / "my_tasks_2.py").write_text(code, encoding="utf-8")
    tasks.make_sample_directories(folder / "sample")
    clock, same = Clock(), dict.fromkeys([1, 2, 3], 1.0)

    return {
        "1": {"data": list(range(100)), "square": clock.square, "perf_counter": clock},
        "2": {
            "sum_of_cubes": importlib.import_module("my_tasks_2").sum_of_cubes,
            "times": {"loop": same, "pool": same},
        },
        "3": {"found": list(map(tasks.find_markdowns, tasks.list_directories(folder / "sample")))},
        "4": {"waits": WAITS, "count_primes": tasks.count_primes},
        "5": {"measure": lambda items, counts: {1: 0.9, 2: 1.7}, "amdahl": simulation.amdahl},
        "6": {"pieces": [bytes(100)] * 8},
        "8": {"table": np.zeros(10), "keep_table": keep_table, "total_kept": total_kept},
        "10": {
            "count_words": tasks.count_words,
            "files": tasks.make_corpus(folder / "corpus", 40, 30),
            "total": 5_525_859,
            "wall_s": 1.0,
            "cpu_s": 0.95,
            "done": SimpleNamespace(stdout=PRINTED),
        },
    }


class Solutions:
    """Executes cells and solutions, each after the solutions of the exercises before it."""

    def __init__(self, folder: Path) -> None:
        self.made = made(folder)
        self._after: dict[str, dict[str, Any]] = {}

    def executed(self, number: str, code: str) -> tuple[Card, dict[str, Any]]:
        """Return what check says at the end of the code, and the names there are then."""
        lesson, _, place = number.partition(".")
        names: dict[str, Any] = {"__name__": "__main__"}
        exec(_imports(EXERCISES[number].above), names)
        before = f"{lesson}.{int(place) - 1}"
        names |= self.made.get(lesson, {}) if place == "1" else self.names_after(before)
        program = ast.parse(code)
        last = program.body.pop()
        assert isinstance(last, ast.Expr)
        exec(compile(program, number, "exec"), names)
        return eval(compile(ast.Expression(last.value), number, "eval"), names), names

    def names_after(self, number: str) -> dict[str, Any]:
        """Return the names there are after the solution of an exercise, which is executed once."""
        if number not in self._after:
            _, self._after[number] = self.executed(number, EXERCISES[number].solutions["en"])
        return self._after[number]
