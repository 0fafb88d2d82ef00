"""The instructor's guide says what is so: lessons, minutes, bets, commands, in both languages."""

from __future__ import annotations

import ast
import builtins
import re
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

import pytest

from helpers.authoring.__main__ import _parser
from helpers.language import LANGUAGES
from notebooks import programs
from notebooks.lessons import Cell, Lesson, read_pairs

ROOT = Path(__file__).parents[1]
GUIDES = {"es": ROOT / "docs" / "guia_docente.md", "en": ROOT / "docs" / "instructors_guide.md"}
CHANGING = {
    "es": ROOT / "docs" / "cambiar_una_leccion.md",
    "en": ROOT / "docs" / "changing_a_lesson.md",
}
PAIRS = sorted(read_pairs(ROOT / "notebooks"), key=lambda pair: pair.es.number)
LESSONS = {language: [getattr(pair, language) for pair in PAIRS] for language in LANGUAGES}
MOST_WORDS = 2_000
PLANS = {
    "Una hora": 60, "One hour": 60, "Tres horas": 180, "Three hours": 180, "Primer día": 360,
    "First day": 360, "Segundo día": 360, "Second day": 360,
}  # fmt: skip
DAYS = {"es": ("Primer día", "Segundo día"), "en": ("First day", "Second day")}
WHOLE = {"es": "toda la lección", "en": "the whole lesson"}
QUOTED = re.compile(r"[«“\"]([^»”\"]+)[»”\"]")
EXERCISE = re.compile(r"`(\d+\.\d+)`")
MADE_BY_READER = {"notebooks/clase", "notebooks/class", "notebooks/ensayo", "notebooks/trial"} | {
    f"notebooks/source/12_{name}.md" for name in ("nombre", "name")
}

each_language = pytest.mark.parametrize("language", LANGUAGES)


@dataclass(frozen=True)
class Row:
    """A line of a plan: when it begins, how long it takes, which lesson, and what of it."""

    start_min: int
    minutes: int
    lesson: int | None
    what: str


def plan(language: str, heading: str) -> list[Row]:
    """Return the lines of the plan under a heading; none where the language has no such plan."""
    text = GUIDES[language].read_text(encoding="utf-8")
    _, _, rest = text.partition(f" {heading}\n")
    found = re.findall(
        r"^\| (\d):(\d\d) \| (\d+) \| (\S+) \| (.+?) \|", rest.split("\n#")[0], re.MULTILINE
    )
    return [
        Row(60 * int(h) + int(m), int(length), int(n) if n.isdigit() else None, what)
        for h, m, length, n, what in found
    ]


def stated(lesson: Lesson) -> int:
    """Return the minutes that a lesson says it takes, reading and practice together."""
    line = next(line for line in lesson.cells[0].source.splitlines() if line.count(" min") == 2)
    return sum(int(number) for number in re.findall(r"(\d+) min", line))


def cells_under(lesson: Lesson, heading: str) -> list[Cell]:
    """Return the cells from the one with that heading up to the next of its level or above."""
    found, depth = [], 0
    for cell in lesson.cells:
        levels = [level for level, _ in cell.page.headings]
        if depth and levels and min(levels) <= depth:
            break
        if heading in [text.replace("`", "") for _, text in cell.page.headings]:
            depth = min(levels)
        if depth:
            found.append(cell)
    return found


def cells_of(lesson: Lesson, row: Row) -> list[Cell]:
    """Return the cells of the steps and exercises that a line of a plan names."""
    numbers = EXERCISE.findall(row.what)
    found = [c for c in lesson.code if any(f'check("{n}"' in c.source for n in numbers)]
    for name in QUOTED.findall(row.what):
        under = cells_under(lesson, name)
        assert under, f"{lesson.name} has no step {name!r}"
        found += under
    return found


def unmade(cells: list[Cell]) -> set[str]:
    """Return the names that the cells use, one after another, and none of them has made."""
    there, missing = {*dir(builtins), "get_ipython", "display"}, set()
    for cell in cells:
        used = set()
        for node in programs.nodes(cell.trees):
            if isinstance(node, ast.Name):
                (used if isinstance(node.ctx, ast.Load) else there).add(node.id)
            elif isinstance(node, ast.FunctionDef | ast.arg):
                there.add(node.arg if isinstance(node, ast.arg) else node.name)
            elif isinstance(node, ast.alias):
                there.add((node.asname or node.name).split(".")[0])
        missing |= used - there
    return missing


@each_language
def test_the_guide_is_short(language):
    """Its words can be read in a quarter of an hour."""
    assert len(GUIDES[language].read_text(encoding="utf-8").split()) <= MOST_WORDS


@each_language
@pytest.mark.parametrize("heading", PLANS)
def test_a_plan_adds_up(language, heading):
    """Each line begins where the one before it ends, and the whole has the minutes it should."""
    found = plan(language, heading)
    if not found:
        assert len([h for h in PLANS if plan(language, h)]) == len(PLANS) / 2
        return
    ends = list(accumulate(row.minutes for row in found))
    assert [row.start_min for row in found] == [0, *ends[:-1]]
    assert ends[-1] == PLANS[heading]


@each_language
@pytest.mark.parametrize("heading", PLANS)
def test_a_plan_is_about_the_lessons(language, heading):
    """A whole lesson has the minutes it states; a part names steps, and skips no cell they need."""
    found = plan(language, heading)
    for number in {row.lesson for row in found} - {None}:
        lesson, its = LESSONS[language][number], [row for row in found if row.lesson == number]
        if its[0].what == WHOLE[language]:
            assert [row.minutes for row in its] == [stated(lesson)]
        else:
            parts = [cell for row in its for cell in cells_of(lesson, row)]
            assert not unmade([lesson.code[0], *parts])


@each_language
def test_two_days_hold_the_whole_course(language):
    """The two days give each lesson, whole and once, in order."""
    rows = [row for day in DAYS[language] for row in plan(language, day)]
    assert [row.lesson for row in rows if row.lesson is not None] == [*range(len(PAIRS))]


@each_language
def test_the_table_has_every_lesson_and_every_bet(language):
    """A line a lesson: the minutes that it states, and its bets, none of another's."""
    text = GUIDES[language].read_text(encoding="utf-8")
    lines = re.findall(r"^\| (\d+) \| (\d+) \| (`.+?`) \|", text, re.MULTILINE)
    assert len(lines) == len(PAIRS)
    for (number, minutes, bets), lesson in zip(lines, LESSONS[language], strict=True):
        asked = {
            str(programs.first_argument(call))
            for cell in lesson.code
            for call in programs.calls(cell.trees, "predict")
        }
        assert (int(number), int(minutes)) == (lesson.number, stated(lesson))
        assert set(re.findall(r"`([^`]+)`", bets)) == asked


@each_language
@pytest.mark.parametrize("pages", [GUIDES, CHANGING], ids=["guide", "changing"])
def test_commands_and_files_exist(language, pages):
    """Every command of the course and every file of the project that is named is there."""
    commands = _parser()._subparsers._group_actions[0].choices
    for span in re.findall(r"`([^`\n]+)`", pages[language].read_text(encoding="utf-8")):
        for name in re.findall(r"helpers\.authoring (\w+)", span):
            assert name in commands, span
        for name in re.findall(r"\b(?:src|tests|notebooks)/[\w./]*\w\b", span):
            assert name in MADE_BY_READER or (ROOT / name).exists(), f"{name} does not exist"


@each_language
def test_the_readme_lists_the_lessons(language):
    """README's table has each lesson's number, title, notebook and question."""
    lines = (ROOT / "README.md").read_text(encoding="utf-8").splitlines()
    for lesson in LESSONS[language]:
        title = lesson.cells[0].page.headings[0][1]
        question = re.search(r"\*\*(.+?)\*\*", lesson.cells[0].source).group(1)
        link = f"[{lesson.number} · {title}](notebooks/{lesson.name})"
        assert f"| {link} | {question} |" in lines
