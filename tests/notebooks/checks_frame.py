"""Checks that a lesson has the frame that every lesson has, and its exercises."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import programs
from .lessons import Cell, Finding, Lesson, lesson_check

MAX_PARAGRAPH_WORDS = 80
MAX_CODE_LINES = 15
MAX_SCRIPT_LINES = 30  # of a program that a cell writes into a file
MIN_EXERCISES = 2
RECAP = {"es": "Resumen", "en": "Recap"}


@lesson_check
def opening(lesson: Lesson) -> Iterator[Finding]:
    """The first cell has the title, one question, the minutes and a link to the twin."""
    first = lesson.cells[0] if lesson.cells else Cell(1, {})
    levels = [level for cell in lesson.markdown for level, _ in cell.page.headings]
    if not first.page.headings or first.page.headings[0][0] != 1 or levels.count(1) != 1:
        yield lesson.finding("begin with '# Title', the only heading of level 1", first)
    questions = [text for text in first.page.bold if text.strip().endswith("?")]
    if len(questions) != 1:
        yield lesson.finding(f"{len(questions)} questions in bold; the lesson answers one", first)
    if not any(_two_times(block.full) for block in first.page.blocks):
        yield lesson.finding("say the minutes to read and to practise ('10 min ... 15 min')", first)
    if not _ends_with_twin_link(lesson, first):
        twin = lesson.course.get("twin")
        yield lesson.finding(f"its last line must link to the other language: {twin}", first)


@lesson_check
def setup(lesson: Lesson) -> Iterator[Finding]:
    """The first code cell alone calls ``start``, with the notebook's language; no card is stored."""
    languages = [
        (cell, programs.first_argument(call))
        for cell in lesson.code
        for call in programs.calls(cell.trees, "start")
        if isinstance(call.func, ast.Name)  # process.start() is something else
    ]
    if [(cell.number, value) for cell, value in languages] != [
        (cell.number, lesson.language) for cell in lesson.code[:1]
    ]:
        yield lesson.finding(f'call start("{lesson.language}") once, in the first code cell')
    for cell in lesson.code[:1]:
        if "nbval-ignore-output" not in cell.tags:
            advice = "tag it nbval-ignore-output: what it shows is the card of one machine"
            yield lesson.finding(advice, cell)


@lesson_check
def prediction(lesson: Lesson) -> Iterator[Finding]:
    """From lesson 1 on the learner commits to at least one guess."""
    asked = any(programs.calls(cell.trees, "predict") for cell in lesson.code)
    if lesson.number != 0 and not asked:
        yield lesson.finding("let the learner predict a result: call predict(...) before it")


@lesson_check
def recap(lesson: Lesson) -> Iterator[Finding]:
    """The lesson ends with its recap."""
    chapters = [text for cell in lesson.markdown for level, text in cell.page.headings if level < 3]
    if not chapters or not chapters[-1].startswith(RECAP[lesson.language]):
        yield lesson.finding(f"end with a heading '## {RECAP[lesson.language]}'")


@lesson_check
def paragraph_length(lesson: Lesson) -> Iterator[Finding]:
    """No paragraph has more than 80 words."""
    for cell in lesson.markdown:
        for block in cell.page.blocks:
            count = len(block.full.split())
            if count > MAX_PARAGRAPH_WORDS:
                advice = f"a paragraph of {count} words ('{block.full[:40]}...'); "
                yield lesson.finding(f"{advice}at most {MAX_PARAGRAPH_WORDS}: split it", cell)


@lesson_check
def code_length(lesson: Lesson) -> Iterator[Finding]:
    """No code cell, and no solution, has more than 15 lines; a program in a file, 30."""
    for cell, source in code_to_run(lesson):
        count = len(source.strip().splitlines())
        most = MAX_SCRIPT_LINES if programs.written_file(source) else MAX_CODE_LINES
        if count > most:
            yield lesson.finding(f"{count} lines of code; at most {most}", cell)


@lesson_check
def code_comments(lesson: Lesson) -> Iterator[Finding]:
    """Code has no comments: what needs saying is said in both languages in the text above."""
    for cell, source in code_to_run(lesson):
        for comment in programs.comments(source):
            yield lesson.finding(f"say '{comment}' in the Markdown cell above instead", cell)


@lesson_check
def exercises(lesson: Lesson) -> Iterator[Finding]:
    """Exercises are numbered in order, have a gap and a check, and a folded solution below."""
    found = [(i, cell) for i, cell in enumerate(lesson.cells) if "exercise" in cell.tags]
    if len(found) < MIN_EXERCISES:
        yield lesson.finding(f"{len(found)} exercises; give at least {MIN_EXERCISES}")
    for count, (index, cell) in enumerate(found, 1):
        expected = f"{lesson.number}.{count}"
        following = lesson.cells[index + 1] if index + 1 < len(lesson.cells) else None
        yield from _exercise_findings(lesson, cell, expected)
        yield from _solution_findings(lesson, cell, following, expected)
    for cell in lesson.code:
        if _checked(cell.source) and "exercise" not in cell.tags:
            yield lesson.finding("it calls check(...): tag it 'exercise'", cell)


def code_to_run(lesson: Lesson) -> Iterator[tuple[Cell, str]]:
    """Yield every code cell, and every solution that the learner may paste into one."""
    for cell in lesson.cells:
        for source in [cell.source] if cell.type == "code" else cell.page.solution:
            yield cell, source


def _two_times(text: str) -> bool:
    return "min" in text and len(re.findall(r"\d+", text)) >= 2


def _ends_with_twin_link(lesson: Lesson, first: Cell) -> bool:
    last_line = first.source.strip().splitlines()[-1:]
    return bool(last_line) and f"]({lesson.course.get('twin')})" in last_line[0]


def _checked(source: str) -> list[object]:
    return [
        programs.first_argument(call) for call in programs.calls(programs.trees(source), "check")
    ]


def _has_gap(source: str) -> bool:
    nodes = programs.nodes(programs.trees(source))
    return any(programs.constant(node) is Ellipsis for node in nodes)


def _exercise_findings(lesson: Lesson, cell: Cell, expected: str) -> Iterator[Finding]:
    if not _has_gap(cell.source):
        yield lesson.finding("an exercise needs '...' for the learner to fill", cell)
    if _checked(cell.source) != [expected]:
        received = _checked(cell.source)
        advice = f'it must call check("{expected}", ...) once, found {received}'
        yield lesson.finding(advice, cell)


def _solution_findings(
    lesson: Lesson, cell: Cell, following: Cell | None, expected: str
) -> Iterator[Finding]:
    blocks = following.page.solution if following else []
    # A file that the solution saves is a cell of its own, as %%writefile takes a whole cell.
    solutions = [block for block in blocks if not programs.written_file(block)]
    if len(solutions) != 1:
        advice = "put the solution right below: one python block inside <details>"
        yield lesson.finding(f"{advice}, found {len(solutions)}", cell)
    elif _checked(solutions[0]) != [expected] or _has_gap(solutions[0]):
        advice = f"the solution replaces the whole cell: no '...', and check(\"{expected}\", ...)"
        yield lesson.finding(advice, following)
