"""Checks that both notebooks of a lesson have the same structure."""

from __future__ import annotations

import re
from collections import Counter
from itertools import zip_longest

from .lessons import Findings, Lesson, Pair, lesson_check, pair_check
from .programs import without_words
from .prose import Page

SLIDE_TYPES = {"slide", "subslide", "fragment", "skip", "notes", ""}  # the last: go on

_LANGUAGE_SUFFIX = re.compile(r"_(?:es|en)(?=\.\w+$)")


@pair_check
def parity(pair: Pair) -> Findings:
    """Each notebook has its twin, and both have the same cells in the same order."""
    if not (pair.es and pair.en):
        yield None, f"its twin {pair.lessons[0].course.get('twin')} does not exist: build both"
        return
    for ours, twin in (pair.lessons, pair.lessons[::-1]):
        expected = {"language": ours.language, "twin": f"../{twin.name}"}
        expected["source"] = twin.course.get("source", "(missing)")
        if {key: ours.course.get(key) for key in expected} != expected:
            yield None, f"metadata course is {ours.course}, expected {expected}"
    es, en = (
        [(cell.id, cell.type, cell.tags, cell.slide_type) for cell in lesson.cells]
        for lesson in pair.lessons
    )
    for here, there in [(a, b) for a, b in zip_longest(es, en) if a != b][:1]:
        yield None, f"here is the cell {here}, in English {there}: build again"


@pair_check
def same_code(pair: Pair) -> Findings:
    """Code has the same syntax tree in both notebooks, but for the words in it."""
    for ours, twin in pair.twin_cells():
        if ours.type == "code" and without_words(ours.source) != without_words(twin.source):
            yield ours, "its code differs from the English cell: build again"


@pair_check
def same_structure(pair: Pair) -> Findings:
    """Texts in both languages have the same headings, images, links and code."""
    for ours, twin in pair.twin_cells():
        spanish, english = _shape(ours.page), _shape(twin.page)
        for part in (name for name in spanish if spanish[name] != english[name]):
            yield ours, f"{part}: {spanish[part]} in Spanish, {english[part]} in English"


@lesson_check
def slide_types(lesson: Lesson) -> Findings:
    """Every cell has its role in the presentation."""
    for cell in lesson.cells:
        if cell.slide_type not in SLIDE_TYPES:
            yield cell, f"slideshow.slide_type is {cell.slide_type!r}; give one of {SLIDE_TYPES}"


@lesson_check
def unique_ids(lesson: Lesson) -> Findings:
    """Every cell of the raw JSON has an id of its own."""
    counts = Counter(cell.id for cell in lesson.cells)
    for cell in lesson.cells:
        if not cell.id or counts[cell.id] > 1:
            yield cell, "it has no id of its own: build the lesson again"


def _shape(page: Page) -> dict[str, object]:
    code = [(name, without_words(text) if name == "python" else "") for name, text in page.fences]
    return {
        "heading levels": [level for level, _ in page.headings],
        "images": sorted(_LANGUAGE_SUFFIX.sub("", source) for source, _ in page.images),
        "number of links": len(page.links),
        "code blocks": code,
    }
