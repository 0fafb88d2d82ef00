"""The built notebooks as they stand on disk, and what a check reports about them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from . import programs, prose

LANGUAGES = ("es", "en")


@dataclass(frozen=True)
class Finding:
    """One thing that is wrong: which check says so, where, and what to do about it."""

    notebook: str
    where: str
    advice: str
    check: str = ""

    def __str__(self) -> str:
        return f"[{self.check}] {self.notebook}, {self.where}: {self.advice}"


@dataclass(frozen=True)
class Cell:
    """A cell, with the parts that checks ask for. ``raw`` is its JSON."""

    number: int
    raw: dict[str, Any]

    @property
    def id(self) -> str:
        """The cell's id, or an empty text where it has none."""
        return str(self.raw.get("id", ""))

    @property
    def type(self) -> str:
        """``markdown``, ``code`` or ``raw``."""
        return str(self.raw.get("cell_type", ""))

    @property
    def source(self) -> str:
        """Its text; the file may hold it as a list of lines."""
        return _joined(self.raw.get("source", ""))

    @property
    def tags(self) -> list[str]:
        """Its tags, in the file's order."""
        return list(self.raw.get("metadata", {}).get("tags", []))

    @property
    def slide_type(self) -> str | None:
        """Its role when the notebook is presented."""
        slideshow = self.raw.get("metadata", {}).get("slideshow", {})
        return slideshow.get("slide_type")

    @property
    def outputs(self) -> list[dict[str, Any]]:
        """Its stored outputs."""
        return list(self.raw.get("outputs", []))

    @property
    def page(self) -> prose.Page:
        """A Markdown cell's parts (an empty page for code)."""
        return prose.read_markdown(self.source if self.type == "markdown" else "")

    @property
    def trees(self) -> list[Any]:
        """A code cell's syntax trees (none for Markdown)."""
        return programs.trees(self.source) if self.type == "code" else []

    @property
    def label(self) -> str:
        """Its number, id and first words: enough to find it."""
        first_words = " ".join(self.source.split()[:6])
        return f"cell {self.number} ({self.id or 'no id'}) '{first_words}'"

    def output_texts(self, mime: str = "text/plain") -> list[str]:
        """Return its stored outputs of one kind; printed text counts as plain."""
        texts = [_joined(out.get("data", {}).get(mime, "")) for out in self.outputs]
        if mime == "text/plain":
            texts += [_joined(out.get("text", "")) for out in self.outputs]
        return [text for text in texts if text]


@dataclass(frozen=True)
class Lesson:
    """One notebook: a lesson in one language."""

    path: Path
    raw: dict[str, Any] = field(hash=False)

    @functools.cached_property
    def cells(self) -> list[Cell]:
        """All cells, counted from 1."""
        return [Cell(number, raw) for number, raw in enumerate(self.raw.get("cells", []), 1)]

    @property
    def language(self) -> str:
        """The language of the folder that it lies in."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """Language folder and file name."""
        return f"{self.language}/{self.path.name}"

    @property
    def course(self) -> dict[str, str]:
        """What the build wrote about it: source, language, twin."""
        course = self.raw.get("metadata", {}).get("course", {})
        return course if isinstance(course, dict) else {}

    @property
    def number(self) -> int | None:
        """The lesson's number, from its file name."""
        prefix = self.path.name.split("_")[0]
        return int(prefix) if prefix.isdigit() else None

    @property
    def markdown(self) -> list[Cell]:
        """The Markdown cells."""
        return [cell for cell in self.cells if cell.type == "markdown"]

    @property
    def code(self) -> list[Cell]:
        """The code cells."""
        return [cell for cell in self.cells if cell.type == "code"]

    def finding(self, advice: str, cell: Cell | None = None) -> Finding:
        """Return a finding about a cell, or about the notebook as a whole."""
        return Finding(self.name, cell.label if cell else "the notebook", advice)


@dataclass(frozen=True)
class Pair:
    """A lesson in both languages; one is None where it is missing."""

    es: Lesson | None
    en: Lesson | None

    @property
    def lessons(self) -> list[Lesson]:
        """The notebooks that exist."""
        return [lesson for lesson in (self.es, self.en) if lesson]

    @property
    def name(self) -> str:
        """The file name, for test ids."""
        return self.lessons[0].path.stem

    def twin_cells(self) -> Iterator[tuple[Cell, Cell]]:
        """Yield the cells that both notebooks have, by id, Spanish first."""
        if not (self.es and self.en):
            return
        english: dict[str, list[Cell]] = {}
        for cell in self.en.cells:
            english.setdefault(cell.id, []).append(cell)
        for cell in self.es.cells:
            if (same_id := english.get(cell.id)) and (twin := same_id.pop(0)).type == cell.type:
                yield cell, twin


Check = Callable[[Pair], list[Finding]]


def pair_check(function: Callable[[Pair], Iterator[Finding]]) -> Check:
    """Make a check of a function that yields findings about a pair."""

    @functools.wraps(function)
    def check(pair: Pair) -> list[Finding]:
        return [replace(finding, check=function.__name__) for finding in function(pair)]

    return check


def lesson_check(function: Callable[[Lesson], Iterator[Finding]]) -> Check:
    """Make a check of a function that yields findings about one notebook."""

    @functools.wraps(function)
    def check(pair: Pair) -> list[Finding]:
        found = [finding for lesson in pair.lessons for finding in function(lesson)]
        return [replace(finding, check=function.__name__) for finding in found]

    return check


def read_lesson(path: Path) -> Lesson:
    """Read a notebook as raw JSON, since nbformat would mend what we look for."""
    return Lesson(path, json.loads(path.read_text(encoding="utf-8")))


def read_pairs(folder: Path) -> list[Pair]:
    """Return the lessons in ``folder/es`` and ``folder/en``, paired by ``course.twin``."""
    spanish, english = ([read_lesson(p) for p in _notebooks(folder / lang)] for lang in LANGUAGES)
    left = {lesson.path.resolve(): lesson for lesson in english}
    pairs = [Pair(lesson, left.pop(_twin_path(lesson), None)) for lesson in spanish]
    return pairs + [Pair(None, lesson) for lesson in left.values()]


def _notebooks(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.ipynb"))


def _twin_path(lesson: Lesson) -> Path:
    return (lesson.path.parent / lesson.course.get("twin", "")).resolve()


def _joined(text: str | list[str]) -> str:
    return text if isinstance(text, str) else "".join(text)
