"""A lesson executed in this process, cell by cell, and its exercises."""

from __future__ import annotations

import contextlib
import io
import os
import re
import sys
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import jupytext
from IPython.core.interactiveshell import InteractiveShell
from matplotlib import pyplot as plt
from traitlets.config import Config

import helpers.classroom
from helpers.classroom import grading_numbers
from helpers.classroom.cards import Card
from helpers.language import LANGUAGES, set_language

SOURCES = Path(__file__).parents[2] / "notebooks" / "source"
_SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)
_CHECKED = re.compile(r'^check\("([\d.]+)"', re.MULTILINE)
_TEN_THOUSANDS = re.compile(r"\b(\d)0_000\b")


def lesson_sources() -> dict[str, Path]:
    """Return the sources of the lessons by their number."""
    return {str(int(path.name[:2])): path for path in sorted(SOURCES.glob("[0-9][0-9]_*.md"))}


@dataclass
class Exercise:
    """An exercise cell as it stands, and its solution in each language."""

    number: str
    source: str
    solutions: dict[str, str]
    unanswered: dict[str, Card] = field(default_factory=dict)
    solved: dict[str, Card] = field(default_factory=dict)

    @property
    def check_call(self) -> str:
        """The cell's last line."""
        return self.source.strip().splitlines()[-1]


def lightened(source: str) -> str:
    """Return the cell with a tenth of each tens of thousands that primes are counted below.

    What is proved here does not depend on how long a lesson computes; tests/notebooks_run executes
    the lessons as they are.
    """
    return _TEN_THOUSANDS.sub(r"\1_000", source)


def cells_of(path: Path) -> list[Any]:
    """Return the cells of a lesson's source."""
    return list(jupytext.read(path).cells)


def exercises_of(path: Path) -> dict[str, Exercise]:
    """Return the exercises of a lesson by their number, with what stands folded below them."""
    cells, found = cells_of(path), {}
    for place, cell in enumerate(cells):
        if "exercise" in cell.metadata.get("tags", ()):
            number = _CHECKED.search(cell.source).group(1)
            below = {c.metadata.get("lang"): c.source for c in cells[place + 1 : place + 3]}
            solutions = {lang: _SOLUTION.search(below[lang]).group(1) for lang in LANGUAGES}
            found[number] = Exercise(number, cell.source, solutions)
    return found


class ExecutedLesson:
    """The code cells of a lesson, executed from top to bottom in a namespace of their own.

    Where an exercise stands, its cell is executed as it is and then its solution, in each language.
    """

    def __init__(self, path: Path, folder: Path) -> None:
        self.exercises = exercises_of(path)
        self._adapt = lightened if path.name.startswith("02") else str
        self.reports: list[tuple[str, dict[str, Any], str]] = []
        self.predictions: list[tuple[str, float | None]] = []
        self._shell, self._folder = _new_shell(folder), folder
        self._path = list(sys.path)
        self._environment: dict[
            str, str
        ] = {}  # what the lesson has set, as its kernel would keep it
        with self._recording():
            for cell in cells_of(path):
                if cell.cell_type == "code":
                    self._execute(cell)

    def close(self) -> None:
        """Let go of what the lesson left behind."""
        self._forget_search()
        if "corpus_home" in self._shell.user_ns:
            self._shell.user_ns["corpus_home"].cleanup()
        InteractiveShell.clear_instance()

    def run(self, source: str) -> tuple[Any, str]:
        """Execute ``source`` as the lesson's next cell; return its value and what it printed."""
        before, here, environment = sys.modules["__main__"], Path.cwd(), dict(os.environ)
        sys.modules["__main__"] = self._shell.user_module  # as in a notebook's kernel
        os.environ.update(self._environment)
        os.chdir(self._folder)
        try:
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                result = self._shell.run_cell(self._adapt(source), store_history=False)
        finally:
            sys.modules["__main__"] = before
            os.chdir(here)
            self._leave(environment)
            plt.close("all")
        assert result.success, f"the cell failed:\n{source}\n{printed.getvalue()}"
        return result.result, printed.getvalue()

    def _leave(self, environment: dict[str, str]) -> None:
        """Give this process its environment back, and keep what the lesson has set for itself."""
        now = dict(os.environ)
        self._environment = {k: v for k, v in now.items() if environment.get(k) != v}
        os.environ.clear()
        os.environ.update(environment)

    def variable(self, name: str) -> Any:
        """Return what the lesson has under this name."""
        return self._shell.user_ns[name]

    def set_variable(self, name: str, value: Any) -> None:
        """Give the lesson another value under this name."""
        self._shell.user_ns[name] = value

    def answered(self, number: str, code: str) -> Card:
        """Return what check says to an answer, which leaves nothing behind in the lesson.

        The exercise's own call of check is added where the answer has none.
        """
        source = code if _CHECKED.search(code) else f"{code}\n\n{self.exercises[number].check_call}"
        names, path = dict(self._shell.user_ns), list(sys.path)
        try:
            return self.run(source)[0]
        finally:
            self._shell.user_ns.clear()
            self._shell.user_ns.update(names)
            sys.path[:] = path

    def _execute(self, cell: Any) -> None:
        if "exercise" not in cell.metadata.get("tags", ()):
            self.run(cell.source)
            return
        exercise = self.exercises[_CHECKED.search(cell.source).group(1)]
        with _steady_clock(self) if exercise.number in ("1.2", "1.3") else contextlib.nullcontext():
            for language in LANGUAGES:
                set_language(language)
                exercise.unanswered[language] = self.run(exercise.source)[0]
                self._forget_search()
                exercise.solved[language] = self.run(exercise.solutions[language])[0]
                self._forget_search()
        set_language("es")

    def _forget_search(self) -> None:
        """Undo what the solution of 3.4 does beyond its own names."""
        sys.modules.pop("my_search", None)
        sys.path[:] = self._path
        if "place" in self._shell.user_ns:
            self._shell.user_ns["place"].cleanup()

    @contextlib.contextmanager
    def _recording(self):
        """Note what the lesson reports and predicts while it does so."""
        original_report, original_predict = helpers.classroom.report, helpers.classroom.predict

        def report(key, /, **values):
            with contextlib.redirect_stdout(io.StringIO()) as printed:
                original_report(key, **values)
            self.reports.append((key, values, printed.getvalue()))

        def predict(key, guess=None, *, measured=None):
            self.predictions.append((key, measured))
            original_predict(key, guess, measured=measured)

        helpers.classroom.report, helpers.classroom.predict = report, predict
        try:
            yield
        finally:
            helpers.classroom.report = original_report
            helpers.classroom.predict = original_predict


@contextlib.contextmanager
def steady_grader():
    """Let check's own timings follow from the work alone: a microsecond for each unit of a limit.

    A busy machine must not decide about an answer.
    """
    original = grading_numbers._seconds_for
    grading_numbers._seconds_for = lambda limits: 1e-6 * sum(limits)
    try:
        yield
    finally:
        grading_numbers._seconds_for = original


@contextlib.contextmanager
def _steady_clock(lesson: ExecutedLesson):
    """Let time pass by the work done alone, for the lesson and for check, nearly evenly."""
    count_primes, perf_counter = lesson.variable("count_primes"), lesson.variable("perf_counter")
    now_s, calls = 1000.0, 0

    def counting(limit):
        nonlocal now_s, calls
        calls += 1
        now_s += 1e-6 * limit * (1 + 1e-4 * calls)
        return count_primes(min(limit, 100))

    lesson.set_variable("count_primes", counting)
    lesson.set_variable("perf_counter", lambda: now_s)
    with steady_grader():
        yield
    lesson.set_variable("count_primes", count_primes)
    lesson.set_variable("perf_counter", perf_counter)


def _new_shell(folder: Path) -> InteractiveShell:
    main = sys.modules["__main__"]
    InteractiveShell.clear_instance()
    config = Config()
    config.HistoryManager.enabled = False
    shell = InteractiveShell.instance(config=config, ipython_dir=str(folder / "ipython"))
    sys.modules["__main__"] = main
    return shell
