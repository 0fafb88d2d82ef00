"""README, CONTRIBUTING and docs: short, in both languages, with links and commands that hold."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote

import pytest

from helpers.language import LANGUAGES
from notebooks import checks_frame, checks_language
from notebooks.checks_spelling import dictionary_needed, spelling
from notebooks.lessons import Lesson, Pair
from notebooks.prose import read_markdown

ROOT = Path(__file__).parents[1]
# Pages with both languages in them, with the most words that they may have.
SHARED = {"README.md": 1500, "CONTRIBUTING.md": 900, "CODE_OF_CONDUCT.md": 900}
README_LINES = 160
# Pages of one language each: Spanish, English.
CHANGING = ("cambiar_una_leccion.md", "changing_a_lesson.md")
TWINS = [
    ("guia_docente.md", "instructors_guide.md"),
    ("otras_formas_de_abrirlo.md", "other_ways_to_open_it.md"),
    ("presentar.md", "presenting.md"),
    ("cluster_es.md", "cluster_en.md"),
    ("mediciones.md", "measurements.md"),
    CHANGING,
    ("glosario.md", "glossary.md"),
]
FILES = [*map(Path, SHARED), *(Path("docs") / name for twins in TWINS for name in twins)]
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
SHELLS = ("sh", "powershell")
SAME = (  # what the commands of one language call otherwise in the other one
    (r"\b(?:es|en)(?= --|\"?$)", "LANGUAGE"),
    (r"[A-Z]{4,}(?:-[A-Z]+)+", "ADDRESS"),
    (r"notebooks/\w\w/(\d\d)_\w+", r"\1"),
    (r"slides (?:diapositivas|slides)", "slides FOLDER"),
)


def text_of(file: Path | str) -> str:
    """Return a page."""
    return (ROOT / file).read_text(encoding="utf-8")


def halves(name: str) -> list[str]:
    """Return what a page has in Spanish and what it has in English."""
    _, *texts = re.split(r"^## (?:Español|English)$", text_of(name), flags=re.MULTILINE)
    return texts


def both() -> dict[str, list[str]]:
    """Return the Spanish and the English text of every page, without what was measured."""
    pages = {name: halves(name) for name in SHARED}
    pages |= {names[0]: [text_of(Path("docs") / name) for name in names] for names in TWINS}
    measured = r"<!-- (\w+) -->.*?<!-- /\1 -->"
    return {
        name: [re.sub(measured, "", text, flags=re.DOTALL) for text in texts]
        for name, texts in pages.items()
    }


BOTH = both()
each_page = pytest.mark.parametrize("name", BOTH)
each_file = pytest.mark.parametrize("file", FILES, ids=lambda file: file.name)


def heading_anchors(file: Path) -> set[str]:
    """Return the names under which a page's headings are reached where it is shown."""
    headings = [heading for _, heading in read_markdown(file.read_text(encoding="utf-8")).headings]
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize(("name", "most"), SHARED.items())
def test_a_page_is_short(name, most):
    """README and CONTRIBUTING have both languages in few words, and README in few lines."""
    text = re.sub(r"<!--.*?-->", "", text_of(name), flags=re.DOTALL)
    assert len(text.split()) <= most
    assert name != "README.md" or len(text_of(name).splitlines()) <= README_LINES


def test_every_page_of_docs_is_in_both_languages():
    """There is no page but those that have a twin in the other language, and each links to it."""
    assert {path.name for path in (ROOT / "docs").glob("*.md")} == {n for t in TWINS for n in t}
    for names in TWINS:
        for name, other in (names, names[::-1]):
            assert other in read_markdown(text_of(Path("docs") / name)).links


@each_page
def test_both_languages_have_the_same_structure(name):
    """Both have as many headings of each level in the same order, and as many rows and items."""
    shapes = [
        (
            [level for level, _ in read_markdown(text).headings],
            Counter(re.findall(r"^(- |\d\. |\| |```)", text, re.MULTILINE)),
        )
        for text in BOTH[name]
    ]
    assert shapes[0] == shapes[1]


@each_page
def test_both_languages_give_the_same_commands(name):
    """But for the language, a folder's name and what the reader fills in, the blocks are equal."""
    given = []
    for text in BOTH[name]:
        commands = [code for kind, code in read_markdown(text).fences if kind in SHELLS]
        for pattern, word in SAME:
            commands = [re.sub(pattern, word, code, flags=re.MULTILINE) for code in commands]
        given.append(commands)
    assert given[0] == given[1]


@each_file
def test_links_lead_somewhere(file):
    """Every link and picture leads to a file of the project, and to a heading that is there."""
    page = read_markdown(text_of(file))
    targets = [*page.links, *(target for target, _ in page.images)]
    assert targets
    for target in targets:
        if target.startswith("https://"):
            continue
        path, _, fragment = unquote(target).partition("#")
        found = (ROOT / file).parent / path if path else ROOT / file
        assert found.is_file(), target
        assert not fragment or fragment in heading_anchors(found), target


@each_file
def test_pictures_have_an_alternative_text(file):
    """Who does not see a picture is told what it shows."""
    assert all(len(alt.split()) > 5 for _, alt in read_markdown(text_of(file)).images)


def test_every_page_is_one_link_away():
    """README leads to each page of docs and to CONTRIBUTING, which leads to changing a lesson."""
    linked = read_markdown(text_of("README.md")).links
    assert {f"docs/{name}" for twins in TWINS for name in twins} | {"CONTRIBUTING.md"} <= {
        link.partition("#")[0] for link in linked
    }
    assert {f"docs/{name}" for name in CHANGING} <= set(
        read_markdown(text_of("CONTRIBUTING.md")).links
    )


@pytest.mark.parametrize("check", PROSE_CHECKS, ids=lambda check: check.__name__)
@each_page
def test_a_page_is_well_written(name, check):
    """Checks of lessons hold for it: language, spelling, words of the course, short paragraphs."""
    made = [
        Lesson(Path(language) / name, {"cells": [{"cell_type": "markdown", "source": source}]})
        for language, source in zip(LANGUAGES, BOTH[name], strict=True)
    ]
    with dictionary_needed():
        findings = check(Pair(*made))
    assert not findings, "\n" + "\n".join(map(str, findings))
