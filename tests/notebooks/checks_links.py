"""Checks on pictures and links, and that both languages have the same of them."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import programs, prose
from .lessons import Cell, Findings, Lesson, Pair, lesson_check, pair_check, read_lesson

MIN_ALT_WORDS = 3

_OF_ONE_MACHINE = re.compile(
    r"(?<![\w.~/])(?:/(?:home|Users|root|tmp|var|usr|opt|private|mnt|work|content)/\w"
    r"|[A-Za-z]:\\\w)"
)
_LANGUAGE_SUFFIX = re.compile(r"_(?:es|en)(?=\.\w+$)")
_ABSOLUTE = re.compile(r"[/\\]|file:|[A-Za-z]:[\\/]")


@pair_check
def same_structure(pair: Pair) -> Findings:
    """Texts in both languages have the same headings, images, links and code."""
    for ours, twin in zip(pair.es.cells, pair.en.cells, strict=True):
        spanish, english = _shape(ours.page), _shape(twin.page)
        for part in (name for name in spanish if spanish[name] != english[name]):
            yield ours, f"{part}: {spanish[part]} in Spanish, {english[part]} in English"


@lesson_check
def alternative_text(lesson: Lesson) -> Findings:
    """Every picture, in the text and in stored outputs, says in words what it shows."""
    for cell in lesson.cells:
        for target, alt in images(cell):
            if len(alt.split()) < MIN_ALT_WORDS:
                yield cell, f"image {target[:60]} has the text {alt!r}: say what it shows"
        if any(kind.startswith("image/") for out in cell.outputs for kind in out.get("data", {})):
            yield cell, "its output is a picture without an alternative text: show an <img alt=...>"


@lesson_check
def links(lesson: Lesson) -> Findings:
    """Links and images lead to files and headings that exist, in this language."""
    other = {"es": "_en", "en": "_es"}[lesson.language]
    for cell in lesson.markdown:
        pictures = [target for target, _ in cell.page.images]
        for target in pictures:
            if urlsplit(target).netloc:
                yield cell, f"{target} needs a network: keep a copy in images/"
            elif Path(target).stem.endswith(other):
                yield cell, f"{target} is the picture in the other language"
        for target in [*cell.page.links, *pictures]:
            if target != lesson.course.get("twin") and (problem := _problem(lesson, target)):
                yield cell, f"{target} {problem}"


@lesson_check
def absolute_paths(lesson: Lesson) -> Findings:
    """Nothing in code or stored outputs names a folder of one machine."""
    for cell in lesson.code:
        strings = [str(programs.constant(node)) for node in programs.nodes(cell.trees)]
        for text in [*strings, *cell.output_texts(), *cell.output_texts("text/html")]:
            for found in _OF_ONE_MACHINE.finditer(text):
                path = text[found.start() : found.start() + 40]
                yield cell, f"'{path}' exists on one machine only: make it relative"


def images(cell: Cell) -> list[tuple[str, str]]:
    """Return (target, alternative text) of the pictures in a cell's text and HTML outputs."""
    html = [prose.Page(text) for text in cell.output_texts("text/html")]
    return cell.page.images + [image for parts in html for image in parts.images]


def _problem(lesson: Lesson, target: str) -> str:
    """Say what is wrong with a link's target; an empty text where nothing is."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https", "mailto"):
        return ""
    if _ABSOLUTE.match(target):
        return "is an absolute path: make it relative to the notebook"
    here = lesson.path.resolve()
    file = (here.parent / unquote(parts.path)).resolve() if parts.path else here
    if not file.is_relative_to(here.parents[2]):
        return "leads out of the project"
    if not file.exists():
        return "does not exist: correct the link"
    if not parts.fragment or file.suffix != ".ipynb":
        return ""
    there = read_lesson(file).markdown
    anchors = [anchor for cell in there for anchor in cell.page.anchors]
    found = unquote(parts.fragment) in anchors
    return "" if found else f"names no heading there; headings are {anchors}"


def _shape(page: prose.Page) -> dict[str, object]:
    code = [
        (name, programs.without_words(text) if name == "python" else "")
        for name, text in page.fences
    ]
    return {
        "heading levels": [level for level, _ in page.headings],
        "images": sorted(_LANGUAGE_SUFFIX.sub("", source) for source, _ in page.images),
        "number of links": len(page.links),
        "code blocks": code,
    }
