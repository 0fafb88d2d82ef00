"""Checks that pictures can be read by everyone, and that links lead somewhere."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import unquote, urlsplit

from . import programs, prose
from .lessons import Cell, Finding, Lesson, lesson_check, read_lesson

MIN_ALT_WORDS = 3

_ABSOLUTE = re.compile(
    r"(?<![\w.~/])(?:/(?:home|Users|root|tmp|var|usr|opt|private|mnt|work|content)/\w"
    r"|[A-Za-z]:\\\w)"
)
_DRIVE = re.compile(r"^[A-Za-z]:[\\/]")


@lesson_check
def alternative_text(lesson: Lesson) -> Iterator[Finding]:
    """Every picture, in the text and in stored outputs, says in words what it shows."""
    for cell in lesson.cells:
        for target, alt in images(cell):
            if len(alt.split()) < MIN_ALT_WORDS:
                advice = f"image {target[:60]!r} has the alternative text {alt!r}"
                yield lesson.finding(f"{advice}: say what it shows in three words or more", cell)
        for mime in (kind for out in cell.outputs for kind in out.get("data", {})):
            if mime.startswith("image/"):
                advice = f"its output is an {mime} and carries no alternative text"
                yield lesson.finding(f"{advice}: show an HTML <img alt=...>", cell)


@lesson_check
def links(lesson: Lesson) -> Iterator[Finding]:
    """Links and images lead to files and headings that exist, in this language."""
    for cell in lesson.markdown:
        pictures = [target for target, _ in cell.page.images]
        for target in pictures:
            if urlsplit(target).netloc:
                yield lesson.finding(f"{target} needs a network: keep a copy in images/", cell)
            elif Path(target).stem.endswith(f"_{_other(lesson)}"):
                yield lesson.finding(f"{target} is the picture in the other language", cell)
        for target in [*cell.page.links, *pictures]:
            if target != lesson.course.get("twin") and (problem := _problem(lesson, target)):
                yield lesson.finding(f"{target} {problem}", cell)


@lesson_check
def absolute_paths(lesson: Lesson) -> Iterator[Finding]:
    """Nothing in code or stored outputs names a folder of one machine."""
    for cell in lesson.code:
        strings = [str(programs.constant(node)) for node in programs.nodes(cell.trees[:1])]
        for text in [*strings, *cell.output_texts(), *cell.output_texts("text/html")]:
            for found in _ABSOLUTE.finditer(text):
                around = text[found.start() : found.start() + 40]
                yield lesson.finding(
                    f"'{around}' exists on one machine only: make it relative", cell
                )


def images(cell: Cell) -> list[tuple[str, str]]:
    """Return (target, alternative text) of the pictures in a cell's text and HTML outputs."""
    html = [prose.HtmlParts(text) for text in cell.output_texts("text/html")]
    return cell.page.images + [image for parts in html for image in parts.images]


def _other(lesson: Lesson) -> str:
    return {"es": "en", "en": "es"}[lesson.language]


def _problem(lesson: Lesson, target: str) -> str:
    """Say what is wrong with a link's target; an empty text where nothing is."""
    parts = urlsplit(target)
    if parts.scheme in ("http", "https", "mailto"):
        return ""
    if target.startswith(("/", "\\")) or parts.scheme == "file" or _DRIVE.match(target):
        return "is an absolute path: make it relative to the notebook"
    here = lesson.path.resolve()
    file = (here.parent / unquote(parts.path)).resolve() if parts.path else here
    if not file.is_relative_to(here.parents[2]):
        return "leads out of the project"
    if not file.exists():
        return "does not exist: mend the link"
    return _anchor_problem(lesson, file, unquote(parts.fragment))


def _anchor_problem(lesson: Lesson, file: Path, fragment: str) -> str:
    if not fragment or file.suffix != ".ipynb":
        return ""
    target = lesson if file == lesson.path.resolve() else read_lesson(file)
    anchors = [anchor for cell in target.markdown for anchor in cell.page.anchors]
    return "" if fragment in anchors else f"names no heading there; headings are {anchors}"
