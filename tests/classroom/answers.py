"""Answers to the exercises, executed among the few names that they read; no lesson is executed."""

from __future__ import annotations

import ast
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from lesson_cells import checked, exercises, imports, read_names
from lesson_values import MADE

from helpers.classroom.cards import Card

EXERCISES = exercises()
Names = dict[str, Any]


@dataclass
class Answers:
    """Executes answers; what the exercises of a lesson read is made once, in a folder."""

    folder: Path
    _made: dict[str, Names] = field(default_factory=dict)
    _solved: dict[str, Names] = field(default_factory=dict)

    def unanswered(self, number: str) -> Card:
        """Return what check says to the cell as it stands."""
        return self._executed(number, EXERCISES[number].source, self._before(number))[0]

    def solved(self, number: str, solution: str) -> Card:
        """Return what check says to a solution."""
        card, self._solved[number] = self._executed(number, solution, self._with_cell(number))
        return card

    def answered(self, number: str, code: str) -> Card:
        """Return what check says to an answer, which goes on from the exercise's solution.

        The exercise's own call of check is added where the answer has none.
        """
        call = "" if checked(code) else f"\n\n{EXERCISES[number].check_call}"
        return self._executed(number, code + call, self._after(number))[0]

    def made(self, lesson: str) -> Names:
        """Return what is made for the exercises of a lesson."""
        if lesson not in self._made:
            folder = self.folder / f"lesson{lesson}"
            folder.mkdir()
            self._made[lesson] = {"__name__": "__main__", **MADE[lesson](folder)}
        return self._made[lesson]

    def _before(self, number: str) -> Names:
        """Return the names that are there before an exercise: made ones, and earlier solutions'."""
        lesson, _, place = number.partition(".")
        return self.made(lesson) if place == "1" else self._after(f"{lesson}.{int(place) - 1}")

    def _with_cell(self, number: str) -> Names:
        return self._executed(number, EXERCISES[number].source, self._before(number))[1]

    def _after(self, number: str) -> Names:
        if number not in self._solved:
            self.solved(number, next(iter(EXERCISES[number].solutions.values())))
        return self._solved[number]

    def _executed(self, number: str, code: str, names: Names) -> tuple[Card, Names]:
        """Execute code in a copy of these names; return its last value and the names then."""
        names = dict(names)
        program = ast.parse(code)
        last = program.body.pop()
        assert isinstance(last, ast.Expr)
        imported = imports(EXERCISES[number].above)
        with _left_as_it_was(self.folder):
            for name in read_names(code) & imported.keys() - names.keys():
                exec(imported[name], there := {})
                names[name] = there[name]
            exec(compile(program, number, "exec"), names)
            return eval(compile(ast.Expression(last.value), number, "eval"), names), names


@contextmanager
def _left_as_it_was(folder: Path) -> Iterator[None]:
    """Be in a folder as in a notebook's, and undo what the answers to 3.3 do beyond their names."""
    here, path, modules = Path.cwd(), list(sys.path), set(sys.modules)
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    try:
        yield
    finally:
        os.chdir(here)
        sys.path[:] = path
        for name in set(sys.modules) - modules:
            if name.startswith(("my_own", "search_")):
                del sys.modules[name]
