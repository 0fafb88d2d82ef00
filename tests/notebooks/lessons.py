"""The built notebooks as they stand on disk, and what makes a check of them."""

from __future__ import annotations

import functools
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from . import programs, prose

LANGUAGES = ("es", "en")


class Cell:
    """A cell, counted from 1, with the parts of its JSON ``raw`` that checks ask for.

    ``id`` is empty where it has none; ``type`` is markdown, code or raw; ``slide_type`` is its role
    when the notebook is presented; ``page`` has a Markdown cell's parts, ``trees`` a code cell's
    syntax tree (none for a file's program); ``label`` is enough to find it.
    """

    def __init__(self, number: int, raw: dict[str, Any]) -> None:
        metadata = raw.get("metadata", {})
        self.number, self.raw = number, raw
        self.id, self.type = raw.get("id", ""), raw.get("cell_type", "")
        self.source = "".join(raw.get("source", ""))  # the file may hold it as a list of lines
        self.tags = list(metadata.get("tags", []))
        self.slide_type = metadata.get("slideshow", {}).get("slide_type")
        self.outputs = list(raw.get("outputs", []))
        self.page = prose.read_markdown(self.source if self.type == "markdown" else "")
        self.trees = programs.trees(self.source) if self.type == "code" else []
        self.label = f"cell {number} ({self.id}) '{' '.join(self.source.split()[:6])}'"

    def output_texts(self, mime: str = "text/plain") -> list[str]:
        """Return its stored outputs of one kind; printed text counts as plain."""
        texts = ["".join(out.get("data", {}).get(mime, "")) for out in self.outputs]
        if mime == "text/plain":
            texts += ["".join(out.get("text", "")) for out in self.outputs]
        return [text for text in texts if text]


@dataclass(frozen=True)
class Lesson:
    """One notebook: a lesson in one language, that of the folder that it lies in."""

    path: Path
    raw: dict[str, Any] = field(hash=False)

    @functools.cached_property
    def cells(self) -> list[Cell]:
        """All cells, counted from 1."""
        return [Cell(number, raw) for number, raw in enumerate(self.raw.get("cells", []), 1)]

    @property
    def markdown(self) -> list[Cell]:
        """The Markdown cells."""
        return [cell for cell in self.cells if cell.type == "markdown"]

    @property
    def code(self) -> list[Cell]:
        """The code cells."""
        return [cell for cell in self.cells if cell.type == "code"]

    @property
    def language(self) -> str:
        """``es`` or ``en``."""
        return self.path.parent.name

    @property
    def name(self) -> str:
        """Language folder and file name."""
        return f"{self.language}/{self.path.name}"

    @property
    def course(self) -> dict[str, str]:
        """What the build wrote about it: source, language, twin."""
        return self.raw.get("metadata", {}).get("course", {})

    @property
    def number(self) -> int | None:
        """The lesson's number, from its file name."""
        prefix = self.path.name.split("_")[0]
        return int(prefix) if prefix.isdigit() else None


@dataclass(frozen=True)
class Pair:
    """A lesson in both languages."""

    es: Lesson
    en: Lesson

    @property
    def lessons(self) -> list[Lesson]:
        """Both notebooks, Spanish first."""
        return [self.es, self.en]


Findings = Iterator[tuple[Cell | None, str]]
Check = Callable[[Pair], list[str]]
CHECKS: dict[str, Check] = {}


def pair_check(function: Callable[[Pair], Findings]) -> Check:
    """Make a check of a function that yields (a cell, what to do about it) of the Spanish one."""
    return _check(function, lambda pair: [(pair.es, found) for found in function(pair)])


def lesson_check(function: Callable[[Lesson], Findings]) -> Check:
    """Make a check of a function that yields (a cell or None, what to do about it)."""
    return _check(
        function,
        lambda pair: [(lesson, found) for lesson in pair.lessons for found in function(lesson)],
    )


def _check(function: Callable, find: Callable[[Pair], list]) -> Check:
    @functools.wraps(function)
    def check(pair: Pair) -> list[str]:
        return [
            f"[{function.__name__}] {lesson.name}, {cell.label if cell else 'as a whole'}: {advice}"
            for lesson, (cell, advice) in find(pair)
        ]

    CHECKS[function.__name__] = check
    return check


def read_lesson(path: Path) -> Lesson:
    """Read a notebook as raw JSON, since nbformat would repair what we look for."""
    return Lesson(path, json.loads(path.read_text(encoding="utf-8")))


def read_pairs(folder: Path) -> list[Pair]:
    """Return the lessons in ``folder/es`` and ``folder/en``, paired by their order."""
    spanish, english = (
        [read_lesson(path) for path in sorted((folder / language).glob("*.ipynb"))]
        for language in LANGUAGES
    )
    return [Pair(*lessons) for lessons in zip(spanish, english, strict=True)]
