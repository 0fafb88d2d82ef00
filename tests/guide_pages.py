"""The instructor's guide, read: its sections, its plans, and the cells that a plan names."""

from __future__ import annotations

import ast
import builtins
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from helpers.language import LANGUAGES
from notebooks import programs
from notebooks.lessons import Cell, Lesson, read_pairs

ROOT = Path(__file__).parents[1]
GUIDES = {"es": ROOT / "docs" / "guia_docente.md", "en": ROOT / "docs" / "instructors_guide.md"}
PAIRS = sorted(read_pairs(ROOT / "notebooks"), key=lambda pair: pair.es.number)
LESSONS = {language: [getattr(pair, language) for pair in PAIRS] for language in LANGUAGES}
NUMBERS = range(len(PAIRS))
QUOTED = re.compile(r"[«“\"]([^»”\"]+)[»”\"]")
EXERCISE = re.compile(r"`(\d+\.\d+)`")


@dataclass(frozen=True)
class Row:
    """A line of a plan: when it begins, how long it takes, which lesson, and what of it."""

    start_min: int | None
    minutes: int
    lesson: int | None
    what: str


def text_of(language: str) -> str:
    """Return the guide."""
    return GUIDES[language].read_text(encoding="utf-8")


def section(language: str, heading: str) -> str:
    """Return what stands under a heading, up to the next one of its level or above."""
    found = re.search(rf"^(#+) {re.escape(heading)}$", text_of(language), re.MULTILINE)
    assert found, f"{GUIDES[language].name} has no heading {heading!r}"
    rest = text_of(language)[found.end() :]
    return re.split(rf"^#{{1,{len(found[1])}}} ", rest, maxsplit=1, flags=re.MULTILINE)[0]


def title(lesson: Lesson) -> str:
    """Return a lesson's title."""
    return lesson.cells[0].page.headings[0][1]


def lesson_section(language: str, number: int) -> str:
    """Return what the guide says of a lesson."""
    return section(language, f"{number} · {title(LESSONS[language][number])}")


def minutes(text: str) -> list[int]:
    """Return the minutes to read and to practice, from the line that tells both."""
    line = next(line for line in text.splitlines() if line.count(" min") >= 2)
    return [int(number) for number in re.findall(r"(\d+) min", line)][:2]


def rows(text: str) -> list[Row]:
    """Return the lines of the plan that ``text`` has: with a start, or as homework."""
    found = []
    for line in re.findall(r"^\| (.+) \|$", text, re.MULTILINE):
        cells = [cell.strip() for cell in line.split("|")]
        start = re.fullmatch(r"(\d):(\d\d)", cells[0])
        if start:
            lesson = int(cells[2]) if cells[2].isdigit() else None
            begin = 60 * int(start[1]) + int(start[2])
            found.append(Row(begin, int(cells[1]), lesson, cells[3]))
        elif cells[0].isdigit() and cells[1].isdigit():
            found.append(Row(None, int(cells[1]), int(cells[0]), cells[2]))
    return found


def in_class(text: str) -> list[Row]:
    """Return the lines of a plan that have their time."""
    return [row for row in rows(text) if row.start_min is not None]


def by_lesson(plan: list[Row]) -> Counter[int]:
    """Return the minutes that a plan gives each lesson."""
    counts: Counter[int] = Counter()
    for row in plan:
        if row.lesson is not None:
            counts[row.lesson] += row.minutes
    return counts


def stated(language: str) -> dict[int, int]:
    """Return the minutes that each lesson says it takes, reading and practice together."""
    return {n: sum(minutes(LESSONS[language][n].cells[0].source)) for n in NUMBERS}


def plain(heading: str) -> str:
    """Return a heading without the marks of code."""
    return heading.replace("`", "").strip()


def cells_under(lesson: Lesson, heading: str) -> list[Cell]:
    """Return the cells from the one with that heading up to the next of its level or above."""
    found, depth = [], 0
    for cell in lesson.cells:
        levels = [level for level, _ in cell.page.headings]
        if depth and levels and min(levels) <= depth:
            break
        if heading in [plain(text) for _, text in cell.page.headings]:
            depth = min(levels)
        if depth:
            found.append(cell)
    return found


def cells_of(lesson: Lesson, row: Row) -> list[Cell]:
    """Return the cells that a line of a plan names: steps and exercises."""
    cells = [c for name in QUOTED.findall(row.what) for c in cells_under(lesson, plain(name))]
    numbers = EXERCISE.findall(row.what)
    return cells + [c for c in lesson.code if any(f'check("{n}"' in c.source for n in numbers)]


def made_and_used(trees: list[ast.AST]) -> tuple[set[str], set[str]]:
    """Return the names that code makes, and those that it uses."""
    made, used = set(), set()
    for node in programs.nodes(trees):
        if isinstance(node, ast.Name):
            (used if isinstance(node.ctx, ast.Load) else made).add(node.id)
        elif isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.arg):
            made.add(node.arg if isinstance(node, ast.arg) else node.name)
        elif isinstance(node, ast.alias):
            made.add((node.asname or node.name).split(".")[0])
        elif isinstance(node, ast.ExceptHandler) and node.name:
            made.add(node.name)
    return made, used


def unmade(cells: list[Cell]) -> dict[str, str]:
    """Return the names that these cells use before one of them has made them, with their cell."""
    known, missing = {*dir(builtins), "get_ipython", "display"}, {}
    for cell in cells:
        made, used = made_and_used(cell.trees)
        missing |= dict.fromkeys(used - made - known, cell.label)
        known |= made
    return missing


def code_spans(language: str) -> Iterator[str]:
    """Yield what stands in the guide as code within a line."""
    yield from re.findall(r"`([^`\n]+)`", text_of(language))
