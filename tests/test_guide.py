"""The instructor's guide says what is so: lessons, minutes, bets, commands, in both languages."""

from __future__ import annotations

import re

import pytest

from guide_pages import (
    EXERCISE,
    LESSONS,
    NUMBERS,
    QUOTED,
    ROOT,
    Row,
    by_lesson,
    cells_of,
    cells_under,
    code_spans,
    in_class,
    lesson_section,
    minutes,
    plain,
    rows,
    section,
    stated,
    title,
    unmade,
)
from helpers.authoring.__main__ import _parser
from helpers.language import LANGUAGES, messages
from notebooks import programs
from notebooks.lessons import Cell
from notebooks.prose import read_markdown

PLANS = {"es": ("Una hora", "Tres horas"), "en": ("One hour", "Three hours")}
DAYS = {"es": ("Primer día", "Segundo día"), "en": ("First day", "Second day")}
TOTALS_MIN = {"Una hora": 60, "One hour": 60, "Tres horas": 180, "Three hours": 180}
DAY_MIN = 360
AFTER_STEPS = ("Ejercicios", "Exercises", "Resumen", "Recap")
WHOLE = {"es": "toda la lección", "en": "the whole lesson"}
TRADE = {"es": r"\b[Cc]ambia `([^`]+)` por\b", "en": r"\b[Cc]hange `([^`]+)` to\b"}
MADE_BY_READER = {"notebooks/clase", "notebooks/class", "notebooks/ensayo", "notebooks/trial"} | {
    f"notebooks/source/11_{name}.md" for name in ("nombre", "name")
}

each_language = pytest.mark.parametrize("language", LANGUAGES)
each_lesson = pytest.mark.parametrize("number", NUMBERS)


@each_language
@each_lesson
def test_a_lesson_has_its_section_with_its_minutes(language, number):
    """Under a lesson's title there are the link to its notebook and the minutes that it tells."""
    lesson, text = LESSONS[language][number], lesson_section(language, number)
    assert f"](../notebooks/{lesson.name})" in text
    assert minutes(text) == minutes(lesson.cells[0].source)


@each_language
@each_lesson
def test_a_lesson_has_its_bets_and_exercises(language, number):
    """The section names every bet and every exercise of the lesson, and none of another's."""
    lesson, text = LESSONS[language][number], lesson_section(language, number)
    asked = {
        str(programs.first_argument(call))
        for cell in lesson.code
        for call in programs.calls(cell.trees, "predict")
    }
    assert set(re.findall(r"^\| `([\d.]+\.[\w-]+)` \|", text, re.MULTILINE)) == asked
    exercises = set(re.findall(r'check\("([\d.]+)"', "\n".join(c.source for c in lesson.code)))
    assert set(re.findall(r"^- `([\d.]+)`:", text, re.MULTILINE)) == exercises


@each_language
@each_lesson
def test_what_is_to_be_changed_stands_in_the_lesson(language, number):
    """Code that the guide has replaced on a slow machine is code of that lesson."""
    code = "\n".join(cell.source for cell in LESSONS[language][number].code)
    for old in re.findall(TRADE[language], lesson_section(language, number)):
        assert old in code, f"lesson {number} has no {old!r}"


@each_language
def test_the_code_of_the_guide_runs_in_its_lesson(language):
    """The cells that a section gives use only names of the lesson's setup cell and their own."""
    for number in NUMBERS:
        fences = read_markdown(lesson_section(language, number)).fences
        cells = [Cell(0, {"cell_type": "code", "source": code}) for _, code in fences]
        assert not unmade([LESSONS[language][number].code[0], *cells])


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_a_plan_adds_up(language, position):
    """Each line begins where the one before it ends, and the whole has the minutes it should."""
    name = PLANS[language][position]
    _check_clock(in_class(section(language, name)), TOTALS_MIN[name])


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_a_day_adds_up(language, position):
    """Each line of a day begins where the one before it ends, up to the end of the day."""
    _check_clock(in_class(section(language, DAYS[language][position])), DAY_MIN)


def _check_clock(plan: list[Row], total_min: int) -> None:
    now = 0
    for row in plan:
        assert row.start_min == now, f"{row} should begin at {now // 60}:{now % 60:02}"
        now += row.minutes
    assert now == total_min


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_class_and_homework_are_the_minutes_of_the_lessons(language, position):
    """What a plan gives a lesson in class and at home is what the lesson says that it takes."""
    plan = by_lesson(rows(section(language, PLANS[language][position])))
    assert dict(plan) == stated(language)


@each_language
def test_two_days_hold_the_whole_course(language):
    """The two days give each lesson, whole and once, the minutes that it says it takes."""
    plan = [row for day in DAYS[language] for row in in_class(section(language, day))]
    assert dict(by_lesson(plan)) == stated(language)
    lessons = [row for row in plan if row.lesson is not None]
    assert [row.lesson for row in lessons] == list(NUMBERS)
    assert {row.what for row in lessons} == {WHOLE[language]}


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_a_plan_names_steps_that_there_are(language, position):
    """Every step in quotation marks is a heading of its lesson, every exercise one of its own."""
    for row in rows(section(language, PLANS[language][position])):
        if row.lesson is None or row.what.startswith(WHOLE[language]):
            continue
        lesson = LESSONS[language][row.lesson]
        names = [*QUOTED.findall(row.what), *EXERCISE.findall(row.what)]
        assert names, row
        for name in QUOTED.findall(row.what):
            assert cells_under(lesson, plain(name)), f"{lesson.name} has no step {name!r}"
        for name in EXERCISE.findall(row.what):
            assert any(f'check("{name}"' in c.source for c in lesson.code), f"no exercise {name}"


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_every_step_is_in_class_or_left(language, position):
    """A lesson that a plan divides has each step in a row of the class or of what is left."""
    plan = rows(section(language, PLANS[language][position]))
    for number in {row.lesson for row in plan if row.start_min is not None} - {None}:
        headings = [head for cell in LESSONS[language][number].cells for head in cell.page.headings]
        names = {plain(name) for level, name in headings if level == 2}
        steps = {name for name in names if not name.startswith(AFTER_STEPS)}
        told = [name for row in plan if row.lesson == number for name in QUOTED.findall(row.what)]
        assert steps == {plain(name) for name in told}, f"lesson {number}"


@each_language
@pytest.mark.parametrize("position", [0, 1])
def test_a_plan_skips_no_cell_that_a_later_one_needs(language, position):
    """The cells of a plan, after the setup cell, use no name that none of them has made."""
    plan = in_class(section(language, PLANS[language][position]))
    for number in sorted(by_lesson(plan)):
        lesson = LESSONS[language][number]
        cells = [c for row in plan if row.lesson == number for c in cells_of(lesson, row)]
        assert not unmade([lesson.code[0], *cells]), f"lesson {number}"


@each_language
def test_commands_and_files_exist(language):
    """Every command of the course, every test file and every file of the project is there."""
    commands = _parser()._subparsers._group_actions[0].choices
    for span in code_spans(language):
        for name in re.findall(r"helpers\.authoring (\w+)", span):
            assert name in commands, span
        for name in re.findall(r"\b(?:src|tests|notebooks)/[\w./]*\w\b", span):
            assert name in MADE_BY_READER or (ROOT / name).exists(), f"{name} does not exist"


@each_language
@each_lesson
def test_the_readme_lists_the_lesson(language, number):
    """README's table has the lesson's number, title, notebook and question, as the map does."""
    lesson = LESSONS[language][number]
    link = f"[{number} · {title(lesson)}](notebooks/{lesson.name})"
    question = re.search(r"\*\*(.+?)\*\*", lesson.cells[0].source).group(1)
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert f"| {link} | {question} |" in readme.splitlines()
    assert messages()["figure"][f"lesson_{number}"]["question"][language] == question
