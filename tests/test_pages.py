"""README, CONTRIBUTING and docs: short, in both languages, true, with links that lead somewhere."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from collections import Counter
from itertools import accumulate
from pathlib import Path
from urllib.parse import unquote

import pytest

from helpers.authoring.__main__ import _parser
from helpers.language import LANGUAGES
from notebooks import checks_frame, checks_language, programs
from notebooks.checks_spelling import dictionary_needed, spelling
from notebooks.lessons import Cell, Lesson, Pair, read_pairs
from notebooks.prose import read_markdown

ROOT = Path(__file__).parents[1]
# Pages with both languages in them, and pages of one language each, Spanish and English.
SHARED = ("README.md", "CONTRIBUTING.md", "CODE_OF_CONDUCT.md")
TWINS = [
    ("guia_docente.md", "instructors_guide.md"),
    ("otras_formas_de_abrirlo.md", "other_ways_to_open_it.md"),
    ("presentar.md", "presenting.md"),
    ("cluster_es.md", "cluster_en.md"),
    ("mediciones.md", "measurements.md"),
    ("cambiar_una_leccion.md", "changing_a_lesson.md"),
    ("glosario.md", "glossary.md"),
]
TWINS = [tuple(f"docs/{name}" for name in twins) for twins in TWINS]
FILES = [*SHARED, *(name for twins in TWINS for name in twins)]
MOST_WORDS = dict(zip(SHARED, (1500, 900, 900), strict=True)) | dict.fromkeys(TWINS[0], 2000)
PROSE_CHECKS = (
    checks_language.right_language,
    checks_language.spanish_marks,
    checks_language.exclamation_marks,
    checks_language.forbidden_words,
    checks_language.machine_numbers,
    checks_language.decimal_point,
    checks_frame.paragraph_length,
    spelling,
)
SAME = (  # what the commands of one language call otherwise in the other one
    (r"\b(?:es|en)(?= --|\"?$)", "LANGUAGE"),
    (r"[A-Z]{4,}(?:-[A-Z]+)+", "ADDRESS"),
    (r"notebooks/\w\w/(\d\d)_\w+", r"\1"),
    (r"slides (?:diapositivas|slides)", "slides FOLDER"),
)
MADE_BY_READER = re.compile(
    r"notebooks/(?:clase|class|ensayo|trial|source/12_(?:nombre|name)\.md)$"
)


def text_of(name: str) -> str:
    """Return a page."""
    return (ROOT / name).read_text(encoding="utf-8")


def both() -> dict[str, list[str]]:
    """Return the Spanish and the English text of every page, without what was measured."""
    pages = {name: re.split(r"(?m)^## (?:Español|English)$", text_of(name))[1:] for name in SHARED}
    pages |= {names[0]: list(map(text_of, names)) for names in TWINS}
    measured = re.compile(r"<!-- (\w+) -->.*?<!-- /\1 -->", re.DOTALL)
    return {name: [measured.sub("", text) for text in texts] for name, texts in pages.items()}


BOTH = both()
each_page = pytest.mark.parametrize("name", BOTH)
each_file = pytest.mark.parametrize("file", FILES)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.mark.parametrize("name", MOST_WORDS)
def test_a_page_is_short(name):
    """README, CONTRIBUTING and the guide have few words, and README few lines."""
    text = re.sub(r"<!--.*?-->", "", text_of(name), flags=re.DOTALL)
    assert len(text.split()) <= MOST_WORDS[name]
    assert name != "README.md" or len(text.splitlines()) <= 160


def test_every_page_is_in_both_languages_and_one_link_away():
    """Each page of docs has a twin that it links to; README leads to it, and to CONTRIBUTING."""
    pages = {name for twins in TWINS for name in twins}
    assert {f"docs/{path.name}" for path in (ROOT / "docs").glob("*.md")} == pages
    for names in TWINS:
        for name, other in (names, names[::-1]):
            assert Path(other).name in read_markdown(text_of(name)).links
    linked = {link.partition("#")[0] for link in read_markdown(text_of("README.md")).links}
    assert pages | {"CONTRIBUTING.md"} <= linked
    changing = TWINS[5]
    assert set(changing) <= set(read_markdown(text_of("CONTRIBUTING.md")).links)


@each_page
def test_both_languages_have_the_same_structure_and_commands(name):
    """Headings, rows and items are alike; so are the blocks, but for names and the language."""
    shapes = []
    for text in BOTH[name]:
        page, commands = read_markdown(text), []
        for code in (code for kind, code in page.fences if kind in ("sh", "powershell")):
            for pattern, word in SAME:
                code = re.sub(pattern, word, code, flags=re.MULTILINE)
            commands.append(code)
        parts = Counter(re.findall(r"^(- |\d\. |\| |```)", text, re.MULTILINE))
        shapes.append(([level for level, _ in page.headings], parts, commands))
    assert shapes[0] == shapes[1]


def anchors(name: str) -> set[str]:
    """Return the names under which a page's headings are reached where it is shown."""
    headings = [heading.lower() for _, heading in read_markdown(text_of(name)).headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in headings}


@each_file
def test_what_a_page_names_is_there(file):
    """Links and pictures lead to a file and a heading, pictures have a text, commands exist."""
    page = read_markdown(text_of(file))
    targets = [*page.links, *(target for target, _ in page.images)]
    assert targets
    for target in [target for target in targets if not target.startswith("https://")]:
        path, _, fragment = unquote(target).partition("#")
        found = (ROOT / file).parent / path if path else ROOT / file
        assert found.is_file(), target
        assert not fragment or fragment in anchors(str(found.resolve())), target
    assert all(len(alt.split()) > 5 for _, alt in page.images)
    commands = _parser()._subparsers._group_actions[0].choices
    for span in re.findall(r"`([^`\n]+)`", text_of(file)):
        assert all(name in commands for name in re.findall(r"helpers\.authoring (\w+)", span)), span
        for name in re.findall(r"\b(?:src|tests|notebooks)/[\w./]*\w\b", span):
            assert MADE_BY_READER.match(name) or (ROOT / name).exists(), f"{name} does not exist"


@each_page
def test_a_page_is_well_written(name):
    """Checks of lessons hold for it: language, spelling, words of the course, short paragraphs."""
    made = [
        Lesson(Path(language, "page"), {"cells": [{"cell_type": "markdown", "source": source}]})
        for language, source in zip(LANGUAGES, BOTH[name], strict=True)
    ]
    with dictionary_needed():
        assert [finding for check in PROSE_CHECKS for finding in check(Pair(*made))] == []


# ---- the instructor's guide and README's table of lessons

GUIDES = dict(zip(LANGUAGES, TWINS[0], strict=True))
PAIRS = sorted(read_pairs(ROOT / "notebooks"), key=lambda pair: pair.es.number)
LESSONS = {language: [getattr(pair, language) for pair in PAIRS] for language in LANGUAGES}
PLANS = {
    "es": {"Una hora": 60, "Tres horas": 180, "Primer día": 360, "Segundo día": 360},
    "en": {"One hour": 60, "Three hours": 180, "First day": 360, "Second day": 360},
}
WHOLE = {"es": "toda la lección", "en": "the whole lesson"}


def plan(language: str, heading: str) -> list[tuple[int, int, str, str]]:
    """Return the lines of a plan: the minute it begins, how many it takes, which lesson, what."""
    _, _, rest = text_of(GUIDES[language]).partition(f" {heading}\n")
    row = re.compile(r"^\| (\d):(\d\d) \| (\d+) \| (\S+) \| (.+?) \|", re.MULTILINE)
    found = row.findall(rest.split("\n#")[0])
    return [
        (60 * int(h) + int(m), int(length), number, what) for h, m, length, number, what in found
    ]


def stated(lesson: Lesson) -> int:
    """Return the minutes that a lesson says it takes, reading and practice together."""
    line = next(line for line in lesson.cells[0].source.splitlines() if line.count(" min") == 2)
    return sum(int(number) for number in re.findall(r"(\d+) min", line))


def cells_of(lesson: Lesson, what: str) -> list[Cell]:
    """Return the cells of the steps and exercises that a line of a plan names."""
    numbers = re.findall(r"`(\d+\.\d+)`", what)
    found = [c for c in lesson.code if any(f'check("{n}"' in c.source for n in numbers)]
    for name in re.findall(r"[«“\"]([^»”\"]+)[»”\"]", what):
        depth, under = 0, []
        for cell in lesson.cells:  # from the one with that heading to the next of its level
            headings = [(level, text.replace("`", "")) for level, text in cell.page.headings]
            if depth and headings and min(headings)[0] <= depth:
                break
            depth = depth or next((level for level, text in headings if text == name), 0)
            under += [cell] if depth else []
        assert under, f"{lesson.name} has no step {name!r}"
        found += under
    return found


def unmade(cells: list[Cell]) -> str:
    """Return the names that the cells use, one after another, and none of them has made."""
    code = [ast.unparse(tree) for cell in cells for tree in cell.trees]
    options = ["--isolated", "--quiet", "--select=F821", "--config=builtins=['display']", "-"]
    command = [sys.executable, "-m", "ruff", "check", *options]
    done = subprocess.run(command, input="\n".join(code).encode(), capture_output=True, check=False)
    return (done.stdout + done.stderr).decode()


@each_language
def test_the_plans_add_up_and_are_about_the_lessons(language):
    """Lines follow one another and fill the time; the two days give the whole course, in order.

    A whole lesson has the minutes it states; a part names steps, and skips no cell they need.
    """
    days = []
    for heading, minutes in PLANS[language].items():
        rows = plan(language, heading)
        starts, lengths, numbers, _ = zip(*rows, strict=True)
        assert [*starts, minutes] == [0, *accumulate(lengths)], heading
        days += [number for number in numbers if number.isdigit() and minutes == 360]
        for number in {number for number in numbers if number.isdigit()}:
            lesson = LESSONS[language][int(number)]
            its = [(length, what) for _, length, n, what in rows if n == number]
            if its[0][1] == WHOLE[language]:
                assert its == [(stated(lesson), WHOLE[language])]
            else:
                parts = [cell for _, what in its for cell in cells_of(lesson, what)]
                assert unmade([lesson.code[0], *parts]) == ""
    assert days == [str(number) for number in range(len(PAIRS))]


@each_language
def test_the_tables_have_every_lesson(language):
    """The guide's has its minutes and its bets, README's its number, title and question."""
    text, readme = text_of(GUIDES[language]), text_of("README.md").splitlines()
    lines = re.findall(r"^\| (\d+) \| (\d+) \| (`.+?`) \|", text, re.MULTILINE)
    for (number, minutes, bets), lesson in zip(lines, LESSONS[language], strict=True):
        calls = [call for cell in lesson.code for call in programs.calls(cell.trees, "predict")]
        assert (int(number), int(minutes)) == (lesson.number, stated(lesson))
        assert {*re.findall(r"`([^`]+)`", bets)} == {str(programs.first_argument(c)) for c in calls}
        title = lesson.cells[0].page.headings[0][1]
        question = re.search(r"\*\*(.+?)\*\*", lesson.cells[0].source)[1]
        link = f"[{lesson.number} · {title}](notebooks/{lesson.name})"
        assert f"| {link} | {question} |" in readme
