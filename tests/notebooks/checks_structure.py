"""Checks that both notebooks of a lesson have the same structure."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from urllib.parse import unquote, urlsplit

from .lessons import Cell, Finding, Lesson, Pair, lesson_check, pair_check, read_lesson
from .programs import without_sentences, without_words
from .prose import Page

SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", ""}  # the last: go on

_LANGUAGE_SUFFIX = re.compile(r"_(?:es|en)(?=\.\w+$)")
_LANGUAGE_PART = re.compile(r"(?<=/)(?:es|en)(?:-\w+)?/")
_LANGUAGE_HOST = re.compile(r"^(?:es|en)\.")


@pair_check
def pairs_complete(pair: Pair) -> Iterator[Finding]:
    """Each notebook has its twin, and both have the same cells in the same order."""
    if not (pair.es and pair.en):
        lesson = pair.lessons[0]
        twin = lesson.course.get("twin", "(metadata course.twin is missing)")
        yield lesson.finding(f"its twin {twin} does not exist: build the lesson in both languages")
        return
    yield from _course_findings(pair.es, pair.en)
    yield from _course_findings(pair.en, pair.es)
    yield from _cell_order_findings(pair.es, pair.en)
    for ours, twin in pair.twin_cells():
        yield from _metadata_findings(pair.es, ours, twin)


@pair_check
def same_code(pair: Pair) -> Iterator[Finding]:
    """Code has the same syntax tree in both notebooks, but for the words in it."""
    for ours, twin in pair.twin_cells():
        if ours.type == "code" and without_words(ours.source) != without_words(twin.source):
            yield pair.es.finding("its code differs from the English cell: build again", ours)


@pair_check
def same_structure(pair: Pair) -> Iterator[Finding]:
    """Texts in both languages have the same headings, images, links and code."""
    for ours, twin in pair.twin_cells():
        if ours.type == "markdown":
            spanish, english = _shape(pair.es, ours.page), _shape(pair.en, twin.page)
            for part in (name for name in spanish if spanish[name] != english[name]):
                there = f"{spanish[part]} in Spanish, {english[part]} in English"
                yield pair.es.finding(f"{part} differ: {there}", ours)


@lesson_check
def slide_types(lesson: Lesson) -> Iterator[Finding]:
    """Every cell has its role in the presentation."""
    for cell in lesson.cells:
        if cell.slide_type not in SLIDE_TYPES:
            allowed = ", ".join(sorted(SLIDE_TYPES))
            yield lesson.finding(
                f"slideshow.slide_type is {cell.slide_type!r}; give one of {allowed}", cell
            )


@lesson_check
def unique_ids(lesson: Lesson) -> Iterator[Finding]:
    """Every cell of the raw JSON has an id of its own."""
    counts = Counter(cell.id for cell in lesson.cells)
    for cell in lesson.cells:
        if not cell.id:
            yield lesson.finding("it has no id: build the lesson again", cell)
        elif counts[cell.id] > 1:
            yield lesson.finding(f"{counts[cell.id]} cells have this id: build again", cell)


def _course_findings(lesson: Lesson, twin: Lesson) -> Iterator[Finding]:
    expected = {
        "language": lesson.language,
        "twin": f"../{twin.language}/{twin.path.name}",
        "source": twin.course.get("source"),
    }
    for key, value in expected.items():
        if not value or lesson.course.get(key) != value:
            received = lesson.course.get(key)
            yield lesson.finding(f"metadata course.{key} is {received!r}, expected {value!r}")


def _cell_order_findings(es: Lesson, en: Lesson) -> Iterator[Finding]:
    ids = {lesson: [cell.id for cell in lesson.cells] for lesson in (es, en)}
    for ours, twin in ((es, en), (en, es)):
        for cell in ours.cells:
            if cell.id not in ids[twin]:
                yield ours.finding(f"this cell is missing in {twin.name}: write it", cell)
    if ids[es] != ids[en] and Counter(ids[es]) == Counter(ids[en]):
        yield es.finding(f"the cells stand in another order than in {en.name}: build again")
    if len(ids[es]) != len(ids[en]) and set(ids[es]) == set(ids[en]):
        yield es.finding(f"{len(ids[es])} cells, but {len(ids[en])} in {en.name}: build again")


def _metadata_findings(lesson: Lesson, ours: Cell, twin: Cell) -> Iterator[Finding]:
    for part in ("type", "tags", "slide_type"):
        here, there = getattr(ours, part), getattr(twin, part)
        if here != there:
            yield lesson.finding(f"its {part} is {here!r}, but {there!r} in English", ours)


def _shape(lesson: Lesson, page: Page) -> dict[str, object]:
    return {
        "heading levels": [level for level, _ in page.headings],
        "numbers of images": len(page.images),
        "targets of images": sorted(_LANGUAGE_SUFFIX.sub("", src) for src, _ in page.images),
        "targets of links": sorted(neutral_target(lesson, link) for link in page.links),
        "code blocks": [language for language, _ in page.fences],
        "Python blocks": [without_sentences(code) for name, code in page.fences if name == "python"],
    }


def neutral_target(lesson: Lesson, link: str) -> str:
    """Return where a link leads, said without a language: a lesson by its source."""
    if link == lesson.course.get("twin"):
        return "twin"
    parts = urlsplit(link)
    if parts.scheme:
        # es.wikipedia.org and en.wikipedia.org name the same page differently
        host = _LANGUAGE_HOST.sub("", parts.netloc)
        return host if host != parts.netloc else host + _LANGUAGE_PART.sub("", parts.path)
    target = lesson.path.parent / unquote(parts.path)
    if parts.path.endswith(".ipynb") and target.is_file():
        return read_lesson(target).course.get("source", parts.path)
    return _LANGUAGE_SUFFIX.sub("", parts.path) or "#"
