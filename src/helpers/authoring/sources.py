"""A lesson's source: one bilingual Jupytext MyST file, read into a ``Lesson`` and written back."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import jupytext
import nbformat.v4

from helpers.authoring import rules
from helpers.authoring.code_words import in_languages, mark_problems, with_marks
from helpers.authoring.errors import AuthoringError
from helpers.authoring.texts import clean, first_words, is_marked, switch_language
from helpers.language import LANGUAGES, message

_nbformat: Any = nbformat  # its functions have no types
FORMAT = "md:myst"
# What a built cell says that has no slide type in its source: go on, on the same slide. JupyterLab
# says it so; "-", which others write, hides the cell in jupyterlab-slideshow.
ON_SLIDE = ""
NO_SLIDE_TYPE = (ON_SLIDE, "-")
HEADER = {
    # without the filter Jupytext drops `course` and writes its own version into every file
    "notebook_metadata_filter": "course,-jupytext.text_representation.jupytext_version",
    "text_representation": {"extension": ".md", "format_name": "myst", "format_version": 0.13},
}
# the display name that JupyterLab gives the kernel, so that saving there changes nothing
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson: a pair of Markdown texts, or code that stands once for both languages.

    ``texts`` maps a language to the text in it. Code has the same in each, in source form, but for
    the words that `code_words` tells from its marks.
    """

    kind: str
    texts: Mapping[str, str]
    slide_type: str | None = None
    tags: tuple[str, ...] = ()

    def text(self, language: str) -> str:
        """Return what the cell holds in the notebook of ``language``."""
        text = self.texts[language]
        return switch_language(text, language) if self.kind == "code" else text

    def metadata(self) -> dict[str, Any]:
        """Return the metadata of the cell in its source: its slide type and tags, if any."""
        metadata: dict[str, Any] = {}
        if self.slide_type is not None:
            metadata["slideshow"] = {"slide_type": self.slide_type}
        if self.tags:
            metadata["tags"] = list(self.tags)
        return metadata

    def built_metadata(self) -> dict[str, Any]:
        """Return the metadata of the built cell: the same, and a slide type in any case."""
        return {"slideshow": {"slide_type": ON_SLIDE}, **self.metadata()}

    def name(self) -> str:
        """Return the first words of the cell, as error messages name it."""
        return first_words(next(t for t in (*self.texts.values(), "") if not is_marked(t)))


@dataclass(frozen=True)
class Lesson:
    """A lesson as its source tells it; ``course`` is what its header says under that key."""

    path: Path
    course: Mapping[str, Any]
    cells: tuple[Cell, ...]

    @property
    def files(self) -> Mapping[str, str]:
        """The names of its notebooks, by language."""
        files: Mapping[str, str] = self.course["file"]
        return files

    def title(self, language: str) -> str:
        """Return its title: the heading at its top."""
        lines = self.cells[0].text(language).splitlines()
        return next(line[2:] for line in lines if line.startswith("# "))

    def notebook_path(self, language: str) -> Path:
        """Return where the notebook of ``language`` is built."""
        return self.path.parent.parent / language / f"{self.files[language]}.ipynb"

    def untranslated(self) -> list[str]:
        """Return a problem for each text that still waits for its translation."""
        return [
            message("authoring.untranslated", file=self.path.name, cell=first_words(text))
            for cell in self.cells
            if cell.kind == "markdown"
            for text in cell.texts.values()
            if is_marked(text)
        ]


def read_text(path: Path) -> str:
    """Return the text of a source file.

    Raises:
        AuthoringError: where it is not there, or is not UTF-8.
    """
    try:
        return path.read_text(encoding="utf-8")
    except UnicodeDecodeError as error:
        problem = message("authoring.not_utf8", file=path.name, position=error.start)
        raise AuthoringError([problem]) from None
    except OSError as error:
        problem = message("authoring.unreadable", file=path, reason=error.strerror)
        raise AuthoringError([problem]) from None


def read_lesson(path: Path) -> Lesson:
    """Read the source at ``path``.

    Raises:
        AuthoringError: with everything that is wrong with it, not the first thing alone.
    """
    return lesson_of(path, read_text(path))


def lesson_of(path: Path, text: str) -> Lesson:
    """Return the lesson that ``text`` tells, as if it stood in the file at ``path``.

    Raises:
        AuthoringError: with everything that is wrong with it.
    """
    node = parse(path, text)
    problems = [*rules.problems_of(path.name, node), *_mark_problems(path.name, text, node)]
    if problems:
        raise AuthoringError(problems)
    return Lesson(path, dict(node.metadata.course), tuple(_cells(node)))


def _mark_problems(file: str, text: str, node: Any) -> list[str]:
    """Return a line for each wrong mark of a language in code, with its line in the file."""
    problems, position = [], 0
    text = clean(text)
    for cell in node.cells:
        position = max(position, text.find(cell.source, position))
        first = text.count("\n", 0, position)
        if cell.cell_type == "code":
            found = mark_problems(cell.source)
            problems += [f"{file}, {first + line}: {reason}" for line, reason in found]
    return problems


def _cells(node: Any) -> list[Cell]:
    """Return the cells of a notebook node that keeps to the rules."""
    cells = []
    for first, second in rules.grouped(node.cells):
        texts = {"es": first.source, "en": (second or first).source}
        if first.cell_type == "code":
            texts = in_languages(first.source)
        slide_type = first.metadata.get("slideshow", {}).get("slide_type")
        cells.append(
            Cell(first.cell_type, texts, slide_type, tuple(first.metadata.get("tags", ())))
        )
    return cells


def parse(path: Path, text: str) -> Any:
    """Return the notebook node that Jupytext reads from ``text``, its cells cleaned.

    Raises:
        AuthoringError: where Jupytext cannot read it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Jupytext's own
            node = jupytext.reads(text, fmt=FORMAT)
    except Exception as error:  # Jupytext lets errors of YAML, JSON and its own through
        reason = " ".join(str(error).split())
        problem = message("authoring.not_myst", file=path.name, reason=reason)
        raise AuthoringError([problem]) from error
    for cell in node.cells:
        cell.source = clean(cell.source)
        cell.metadata = _nbformat.from_dict(_kept(cell.metadata))
    return node


def _kept(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return those metadata of a cell that sources have, always in this order."""
    kept = {key: metadata[key] for key in rules.CELL_KEYS if metadata.get(key)}
    if kept.get("slideshow", {}).get("slide_type") in NO_SLIDE_TYPE:
        del kept["slideshow"]
    return kept


def canonical(path: Path, text: str) -> str:
    """Return ``text`` in the form that Jupytext writes, which no editor of ours changes.

    Raises:
        AuthoringError: where Jupytext cannot read it.
    """
    node = parse(path, text)
    cells = [_new_cell(cell.cell_type, cell.source, cell.metadata) for cell in node.cells]
    return _written(cells, node.metadata.get("course"))


def text_of(lesson: Lesson) -> str:
    """Return the canonical source of ``lesson``.

    Raises:
        AuthoringError: where a cell has text that a MyST file cannot hold, such as a ``+++`` line.
    """
    cells = []
    for cell in lesson.cells:
        if cell.kind == "code":
            cells.append(_new_cell(cell.kind, with_marks(cell.texts), cell.metadata()))
            continue
        for language in LANGUAGES:
            metadata = {"lang": language, **cell.metadata()}
            cells.append(_new_cell(cell.kind, cell.texts[language], metadata))
    text = _written(cells, lesson.course)
    _check_round_trip(lesson.path, text, cells)
    return text


def _check_round_trip(path: Path, text: str, cells: list[Any]) -> None:
    """Raise an error that names the first of ``cells`` that ``text`` does not give back."""
    read = [(cell.cell_type, cell.source) for cell in parse(path, text).cells]
    for position, cell in enumerate(cells):
        if read[position : position + 1] != [(cell.cell_type, cell.source)]:
            name = first_words(cell.source)
            raise AuthoringError([message("authoring.unwritable", file=path.name, cell=name)])


def _new_cell(kind: str, source: str, metadata: Mapping[str, Any]) -> Any:
    """Return a cell of a source."""
    makers: dict[str, Callable[..., Any]] = {
        "markdown": _nbformat.v4.new_markdown_cell,
        "code": _nbformat.v4.new_code_cell,
        "raw": _nbformat.v4.new_raw_cell,
    }
    return makers[kind](source=source, metadata=dict(metadata))


def _written(cells: list[Any], course: Any) -> str:
    """Return the text that Jupytext writes for these cells under the course's header."""
    metadata = {"jupytext": {**HEADER, "default_lexer": "ipython3"}, "kernelspec": KERNELSPEC}
    if course is not None:
        metadata["course"] = course
    node = _nbformat.v4.new_notebook(cells=cells, metadata=_nbformat.from_dict(metadata))
    return str(jupytext.writes(node, fmt=FORMAT))
