"""How much a lesson may weigh, and the minutes that it says, from its built English notebook."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from . import programs
from .lessons import Cell, Lesson, read_lesson

NOTEBOOKS = Path(__file__).parents[2] / "notebooks" / "en"
LIMITS = {"words": 1_400, "code cells": 22, "code lines": 80, "names of ours": 10}
MOST_NAMES = 40  # of ours, in the whole course
OURS = 0.6  # the share of the code cells that call a name of ours, at most
# The minutes: words a minute, and minutes for a line of code, a bet or chart, and an exercise.
WORDS_A_MIN, LINE_MIN, SEEN_MIN, EXERCISE_MIN = 130, 8 / 60, 1, 4
_CHART = re.compile(r"\b(?:plot|explore)_\w+\(|\bplt\.show\(")
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)


def lessons() -> list[Path]:
    """Return the notebooks of all lessons."""
    return sorted(NOTEBOOKS.glob("*.ipynb"))


def weight(lesson: Lesson) -> dict[str, int]:
    """Return what a lesson weighs; folded solutions, notes and programs in files are not counted.

    A code cell that writes a file counts as a cell, its lines do not.
    """
    texts = [_FOLDED.sub("", c.source) for c in lesson.markdown if c.slide_type != "notes"]
    lines = [
        line
        for cell in lesson.code
        if not programs.written_file(cell.source)
        for line in cell.source.splitlines()
        if line.strip()
    ]
    return {
        "words": sum(len(text.split()) for text in texts),
        "code cells": len(lesson.code),
        "code lines": len(lines),
        "names of ours": len(ours(lesson)),
    }


def ours(lesson: Lesson) -> set[str]:
    """Return the names that a lesson imports from the course's package."""
    nodes = [node for cell in lesson.code for node in programs.nodes(cell.trees)]
    return {
        alias.asname or alias.name
        for node in nodes
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "helpers"
        for alias in node.names
    }


def callers(lesson: Lesson) -> Iterator[Cell]:
    """Yield the code cells that use a name of ours, or what was made of one."""
    names = ours(lesson)
    for cell in lesson.code:
        nodes = list(programs.nodes(cell.trees))
        if any(isinstance(node, ast.Name) and node.id in names for node in nodes):
            yield cell


def minutes(lesson: Lesson) -> list[float]:
    """Return how long a lesson takes by the formula: reading with what is seen, and practice."""
    found = weight(lesson)
    bets = [
        call
        for cell in lesson.code
        for call in programs.calls(cell.trees, "predict")
        if not any(keyword.arg == "measured" for keyword in call.keywords)
    ]
    charts = [cell for cell in lesson.code if _CHART.search(cell.source)]
    exercises = [cell for cell in lesson.code if "exercise" in cell.tags]
    reading = found["words"] / WORDS_A_MIN + SEEN_MIN * (len(bets) + len(charts))
    return [reading, LINE_MIN * found["code lines"] + EXERCISE_MIN * len(exercises)]


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_lesson_says_its_minutes(path):
    """Its first cell says the minutes of the formula, to read and to practise, give or take one."""
    lesson = read_lesson(path)
    line = next(text for text in lesson.cells[0].source.splitlines() if text.count(" min") == 2)
    said = [int(number) for number in re.findall(r"(\d+) min", line)]
    assert said == pytest.approx(minutes(lesson), abs=1)


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_a_lesson_keeps_to_its_budget(path):
    """Words, cells, lines, names of ours and the cells that call one are within their limits."""
    lesson = read_lesson(path)
    found = weight(lesson)
    assert {name: n for name, n in found.items() if n > LIMITS[name]} == {}
    assert len(list(callers(lesson))) <= OURS * found["code cells"]


def test_the_course_keeps_to_its_budget():
    """All lessons together use few names of ours."""
    names = set().union(*(ours(read_lesson(path)) for path in lessons()))
    assert 0 < len(names) <= MOST_NAMES
