"""Apply every check to every built lesson, and see how much it weighs and how long it takes."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from helpers.authoring.build import find_stale

from . import programs
from .checks import CHECKS
from .checks_spelling import dictionary_needed
from .lessons import read_pairs

ROOT = Path(__file__).parents[2]
PAIRS = read_pairs(ROOT / "notebooks")
LIMITS = {"words": 1_400, "code cells": 22, "code lines": 80, "names of ours": 10}
MOST_NAMES = 40  # of ours, in the whole course
OURS = 0.6  # the share of the code cells that call a name of ours, at most
# The minutes: words a minute, and minutes for a line of code, a bet or chart, and an exercise.
WORDS_A_MIN, LINE_MIN, SEEN_MIN, EXERCISE_MIN = 130, 8 / 60, 1, 4
_CHART = re.compile(r"\b(?:plot|explore)_\w+\(|\bplt\.show\(")
_FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)

each_lesson = pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.en.path.stem)


def test_the_notebooks_are_what_their_sources_give():
    """The built notebooks are fresh, so both languages have the same cells; there are some."""
    assert PAIRS
    assert find_stale(ROOT) == []


def test_each_lesson_leads_to_the_next():
    """Lessons are numbered 0, 1, 2, ...; the recap links to the next one, the last back to 0."""
    for lessons in ([pair.es for pair in PAIRS], [pair.en for pair in PAIRS]):
        assert [lesson.number for lesson in lessons] == list(range(len(PAIRS)))
        for lesson, following in zip(lessons, [*lessons[1:], lessons[0]], strict=True):
            assert following.path.name in lesson.markdown[-1].page.links, (
                f"the recap of {lesson.name} must link to {following.path.name}"
            )


@each_lesson
@pytest.mark.parametrize("check", CHECKS)
def test_lesson(check, pair):
    """No check finds anything in any lesson."""
    with dictionary_needed():
        findings = CHECKS[check](pair)
    assert not findings, "\n" + "\n".join(findings)


def weight(lesson):
    """Return what a lesson weighs; folded solutions, notes and programs in files are not counted.

    A code cell that writes a file counts as a cell, its lines do not.
    """
    texts = [_FOLDED.sub("", c.source) for c in lesson.markdown if c.slide_type != "notes"]
    programs_here = [c.source for c in lesson.code if not programs.written_file(c.source)]
    return {
        "words": sum(len(text.split()) for text in texts),
        "code cells": len(lesson.code),
        "code lines": sum(bool(x.strip()) for text in programs_here for x in text.splitlines()),
        "names of ours": len(ours(lesson)),
    }


def ours(lesson):
    """Return the names that a lesson imports from the course's package."""
    return {
        alias.asname or alias.name
        for node in programs.nodes(tree for cell in lesson.code for tree in cell.trees)
        if isinstance(node, ast.ImportFrom) and str(node.module).partition(".")[0] == "helpers"
        for alias in node.names
    }


@each_lesson
def test_a_lesson_says_its_minutes(pair):
    """Its first cell states the minutes of the formula, to read and to practise, within one."""
    lesson, found, cells = pair.en, weight(pair.en), pair.en.code
    calls = programs.calls((tree for cell in cells for tree in cell.trees), "predict")
    n_bets = sum(all(word.arg != "measured" for word in call.keywords) for call in calls)
    n_charts = sum(bool(_CHART.search(cell.source)) for cell in cells)
    n_exercises = sum("exercise" in cell.tags for cell in cells)
    reading = found["words"] / WORDS_A_MIN + SEEN_MIN * (n_bets + n_charts)
    practice = LINE_MIN * found["code lines"] + EXERCISE_MIN * n_exercises
    line = next(text for text in lesson.cells[0].source.splitlines() if text.count(" min") == 2)
    stated = [int(number) for number in re.findall(r"(\d+) min", line)]
    assert stated == pytest.approx([reading, practice], abs=1)


@each_lesson
def test_a_lesson_keeps_to_its_budget(pair):
    """Words, cells, lines, names of ours and the cells that use one are within their limits."""
    lesson, found, names = pair.en, weight(pair.en), ours(pair.en)
    assert {name: n for name, n in found.items() if n > LIMITS[name]} == {}
    callers = [
        any(isinstance(n, ast.Name) and n.id in names for n in programs.nodes(cell.trees))
        for cell in lesson.code
    ]
    assert sum(callers) <= OURS * found["code cells"]


def test_the_course_keeps_to_its_budget():
    """All lessons together use few names of ours."""
    assert 0 < len(set().union(*(ours(pair.en) for pair in PAIRS))) <= MOST_NAMES
