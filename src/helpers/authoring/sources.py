"""A lesson's source: one bilingual Jupytext MyST file, read into a ``Lesson`` and written back."""

from __future__ import annotations

import hashlib
import json
import re
import warnings
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import jupytext
import nbformat.v4

from helpers.authoring.code_words import in_languages, mark_problems, with_marks
from helpers.language import LANGUAGES, text

_nbformat: Any = nbformat  # its functions have no types
FORMAT = "md:myst"
OTHER = {"es": "en", "en": "es"}
# What a built cell says that has no slide type in its source: go on, on the same slide. JupyterLab
# says it so; "-", which others write, hides the cell in jupyterlab-slideshow.
ON_SLIDE = ""
NO_SLIDE_TYPE = (ON_SLIDE, "-")
HEADER = {
    # without the filter Jupytext drops `course` and writes its own version into every file
    "notebook_metadata_filter": "course,-jupytext.text_representation.jupytext_version",
    "text_representation": {"extension": ".md", "format_name": "myst", "format_version": 0.13},
    "default_lexer": "ipython3",
}
# the display name that JupyterLab gives the kernel, so that saving there changes nothing
KERNELSPEC = {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"}
CELL_KEYS = ("lang", "slideshow", "tags")
IGNORE_OUTPUT = "nbval-ignore-output"
TAGS = (IGNORE_OUTPUT, "exercise", "notebook-function", "original-mistake")
SLIDE_TYPES = ("slide", "subslide", "fragment", "skip", "notes", "-")
TRANSLATE = "TRANSLATE:"  # a text that begins so holds the place of a translation
_FILE_NAME = re.compile(r"[A-Za-z0-9_-]+")
_START = re.compile(r"(?<![\w.])start\(\s*([\"'])(\w*)\1")


class AuthoringError(Exception):
    """Everything that is wrong with what was asked for; ``problems`` has one line for each."""

    def __init__(self, *problems: str) -> None:
        super().__init__("\n".join(problems))
        self.problems = list(problems)


@dataclass(frozen=True)
class Cell:
    """One cell of a lesson: a pair of Markdown texts, or code that stands once for both languages.

    ``texts`` maps a language to the text in it. Code has the same in each, in source form, but for
    the words that `code_words` reads from its marks.
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


@dataclass(frozen=True)
class Lesson:
    """A lesson as its source has it; ``files`` are the names of its notebooks, by language."""

    path: Path
    files: Mapping[str, str]
    cells: tuple[Cell, ...]

    def title(self, language: str) -> str:
        """Return its title: the heading at its top."""
        lines = self.cells[0].text(language).splitlines()
        return next(line[2:] for line in lines if line.startswith("# "))

    def notebook_path(self, language: str) -> Path:
        """Return where the notebook of ``language`` is built."""
        return self.path.parent.parent / language / f"{self.files[language]}.ipynb"


def clean(text: str) -> str:
    """Return ``text`` as a MyST file can hold it: one kind of line end, no blank lines around."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


def first_words(text: str) -> str:
    """Return the first line of ``text`` that says something, at most 50 characters of it."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 50 else f"{line[:49]}…"


def switch_language(code: str, language: str) -> str:
    """Return ``code`` with the language of its ``start("...")`` call, if any, replaced."""
    return _START.sub(lambda call: call[0][: -len(call[2]) - 1] + language + call[1], code)


def is_marked(text: str) -> bool:
    """Return whether ``text`` holds the place of a translation."""
    return text.startswith(TRANSLATE)


# ---- reading


def read_lesson(path: Path) -> Lesson:
    """Read the source at ``path``.

    Raises:
        AuthoringError: with everything that is wrong with it, not the first thing alone.
        OSError: where it cannot be read.
    """
    try:
        return lesson_of(path, path.read_text(encoding="utf-8"))
    except UnicodeDecodeError as error:
        raise _unreadable(path, error) from None


def lesson_of(path: Path, source: str) -> Lesson:
    """Return the lesson that ``source`` has, as if it stood in the file at ``path``.

    Raises:
        AuthoringError: with everything that is wrong with it.
    """
    node = parse(path, source)
    course = node.metadata.get("course")
    problems = [f"{path.name}: {problem}" for problem in _wrong_frame(course, node.cells)]
    starts = _lines(source, node.cells)
    for position, line, problem in _wrong_cells(node.cells):
        problems.append(f"{path.name}:{starts[position] + line}: {problem}")
    if problems:
        raise AuthoringError(*problems)
    return Lesson(path, dict(course["file"]), tuple(_cells(node.cells)))


def parse(path: Path, source: str) -> Any:
    """Return the notebook node that Jupytext reads from ``source``, its cells cleaned.

    Raises:
        AuthoringError: where Jupytext cannot read it.
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", UserWarning)  # Jupytext's own
            node = jupytext.reads(source, fmt=FORMAT)
    except Exception as error:  # Jupytext lets errors of YAML, JSON and its own through
        raise _unreadable(path, error) from error
    for cell in node.cells:
        cell.source = clean(cell.source)
        cell.metadata = _nbformat.from_dict(_kept(cell.metadata))
    return node


def _unreadable(path: Path, error: Exception) -> AuthoringError:
    reason = " ".join(str(error).split())
    message = text(
        es=f"no se puede leer como MyST en UTF-8 ({reason}). Corrígelo como en otra lección.",
        en=f"it cannot be read as MyST in UTF-8 ({reason}). Fix it as in another lesson.",
    )
    return AuthoringError(f"{path.name}: {message}")


def _kept(metadata: Mapping[str, Any]) -> dict[str, Any]:
    """Return those metadata of a cell that sources have, always in this order."""
    kept = {key: metadata[key] for key in CELL_KEYS if metadata.get(key)}
    if kept.get("slideshow") in [{"slide_type": type_} for type_ in NO_SLIDE_TYPE]:
        del kept["slideshow"]
    return kept


def _cells(cells: Sequence[Any]) -> Iterator[Cell]:
    """Yield the cells of a source that keeps to the rules."""
    for position, cell in enumerate(cells):
        if cell.metadata.get("lang") == "en":
            continue  # the second of a pair
        if cell.cell_type == "code":
            texts = in_languages(cell.source)
        else:
            texts = {"es": cell.source, "en": cells[position + 1].source}
        slide_type = cell.metadata.get("slideshow", {}).get("slide_type")
        yield Cell(cell.cell_type, texts, slide_type, tuple(cell.metadata.get("tags", ())))


# ---- rules


def _lines(source: str, cells: Sequence[Any]) -> list[int]:
    """Return the line of the file, from 1, in which each cell begins."""
    source, position, lines = clean(source), 0, []
    for cell in cells:
        position = max(position, source.find(cell.source, position))
        lines.append(source.count("\n", 0, position) + 1)
    return lines


def _wrong_frame(course: Any, cells: Sequence[Any]) -> Iterator[str]:
    """Yield what is wrong with the header, and with the call of ``start``."""
    files = course.get("file") if isinstance(course, dict) else None
    names = files if isinstance(files, dict) else {}
    good = [isinstance(name, str) and _FILE_NAME.fullmatch(name) for name in names.values()]
    if set(names) != set(LANGUAGES) or not all(good):
        yield text(
            es=f"course: file es {files!r}. Indica el nombre de cada cuaderno: {{es: NN_NOMBRE, "
            "en: NN_NAME}, con letras sin acento, números, - y _.",
            en=f"course: file is {files!r}. Give the name of each notebook: {{es: NN_NOMBRE, en: "
            "NN_NAME}, of letters without accents, digits, - and _.",
        )
    code = "\n".join(cell.source for cell in cells if cell.cell_type == "code")
    started = [call[2] for call in _START.finditer(code)]
    if started != ["es"]:
        yield text(
            es=f'start se llama con {started}. Llama start("es") una vez, al empezar el código.',
            en=f'start is called with {started}. Call start("es") once, where the code begins.',
        )


def _wrong_cells(cells: Sequence[Any]) -> Iterator[tuple[int, int, str]]:
    """Yield what is wrong with the cells: position, line in the cell from 0, remedy."""
    for position, cell in enumerate(cells):
        if cell.cell_type == "code":
            yield from ((position, *problem) for problem in mark_problems(cell.source))
            fits = "lang" not in cell.metadata and cell.source
        else:
            pairs = cells[max(position - 1, 0) : position + 1], cells[position : position + 2]
            fits = cell.cell_type == "markdown" and any(map(_is_pair, pairs))
        tags = cell.metadata.get("tags", [])
        known = isinstance(tags, list) and all(tag in TAGS for tag in tags)
        type_ = cell.metadata.get("slideshow", {"slide_type": "-"})
        if not (fits and known and type_ in [{"slide_type": name} for name in SLIDE_TYPES]):
            yield position, 0, _wrong_cell(cell)


def _is_pair(cells: Sequence[Any]) -> bool:
    langs = [cell.metadata.get("lang") for cell in cells if cell.cell_type == "markdown"]
    rest = [{**cell.metadata, "lang": ""} for cell in cells]
    return langs == list(LANGUAGES) and rest[0] == rest[1] and "tags" not in rest[0]


def _wrong_cell(cell: Any) -> str:
    name, given = first_words(cell.source), f"{cell.cell_type} {dict(cell.metadata)}"
    types, tags = ", ".join(SLIDE_TYPES), ", ".join(TAGS)
    return text(
        es=f"la celda «{name}» ({given}) no cumple las reglas. Un texto va dos veces seguidas, "
        'primero con {"lang": "es"}, luego con {"lang": "en"}, con igual slide_type; el código, '
        f"una vez, sin lang y no vacío. slide_type: {types}. tags, solo en código: {tags}.",
        en=f"the cell “{name}” ({given}) breaks the rules. A text stands twice in a row, "
        'first with {"lang": "es"}, then with {"lang": "en"}, with the same slide_type; code '
        f"stands once, without lang, not empty. slide_type: {types}. tags, on code alone: {tags}.",
    )


# ---- writing


def source_of(lesson: Lesson) -> str:
    """Return the source of ``lesson``, in the form that Jupytext writes.

    Raises:
        AuthoringError: where a cell has text that a MyST file cannot hold, such as a ``+++`` line.
    """
    cells: list[dict[str, Any]] = []
    for cell in lesson.cells:
        if cell.kind == "code":
            parts = [(with_marks(cell.texts), cell.metadata())]
        else:
            parts = [(cell.texts[code], {"lang": code, **cell.metadata()}) for code in LANGUAGES]
        kind: dict[str, Any] = {"cell_type": cell.kind, "outputs": [], "execution_count": None}
        cells += [{**kind, "source": source, "metadata": data} for source, data in parts]
    metadata = {"jupytext": HEADER, "kernelspec": KERNELSPEC, "course": {"file": lesson.files}}
    notebook = {"nbformat": 4, "nbformat_minor": 5, "metadata": metadata, "cells": cells}
    written = str(jupytext.writes(_nbformat.from_dict(notebook), fmt=FORMAT))
    read = [(cell.cell_type, cell.source) for cell in parse(lesson.path, written).cells]
    for position, new in enumerate(cells):
        if read[position : position + 1] != [(new["cell_type"], new["source"])]:
            message = text(
                es="MyST no admite esta celda. Quita sus líneas que empiezan con +++ o ```:",
                en="MyST cannot hold this cell. Remove its lines that begin with +++ or ```:",
            )
            raise AuthoringError(f"{lesson.path.name}: {message} “{first_words(new['source'])}”")
    return written


# ---- the ids of cells
# They are the same in both languages, and no business of a cell's neighbours. An id is made of
# digests of what the cell held when it was built: m-SPANISH-ENGLISH-METADATA for a pair of texts,
# c-CODE-METADATA for code (with both, where its words differ), and an ordinal behind it where a
# lesson has equal cells. So a cell found in a notebook shows by its id alone whether it was edited
# since, and which side of its pair is still as it was.

_ID = re.compile(r"([mc])-([0-9a-f]{10})(?:-([0-9a-f]{10}))?-([0-9a-f]{6})(-\d+)?")


class Origin(NamedTuple):
    """What a cell's id says of it: digests of its texts by language, and of its metadata."""

    kind: str
    es: str
    en: str
    metadata: str

    def text(self, language: str) -> str:
        """Return the digest of the text in ``language``."""
        return self.es if language == "es" else self.en

    def shares_with(self, other: Origin) -> bool:
        """Return whether one text, or the code, is the same in both."""
        return self.kind == other.kind and (self.es == other.es or self.en == other.en)


def origin_of(cell: Cell) -> Origin:
    """Return what the id of ``cell`` would say of it."""
    metadata = digest(json.dumps(cell.metadata(), sort_keys=True), 6)
    return Origin(cell.kind, digest(cell.texts["es"]), digest(cell.texts["en"]), metadata)


def parse_id(id_: str) -> Origin | None:
    """Return what ``id_`` says, or ``None`` where the build did not make it."""
    found = _ID.fullmatch(id_)
    if not found:
        return None
    kind, es, en, metadata, _ = found.groups()
    return Origin("markdown" if kind == "m" else "code", es, en or es, metadata)


def ids_of(cells: Iterable[Cell]) -> list[str]:
    """Return the id of each cell, in order; equal cells are told apart by an ordinal from 2 on."""
    seen: Counter[str] = Counter()
    ids = []
    for cell in cells:
        origin = origin_of(cell)
        one = cell.kind == "code" and origin.es == origin.en
        texts = [origin.es] if one else [origin.es, origin.en]
        id_ = "-".join([cell.kind[0], *texts, origin.metadata])
        seen[id_] += 1
        ids.append(id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}")
    return ids


def digest(text: str, n_digits: int = 10) -> str:
    """Return the first ``n_digits`` hexadecimal digits of the SHA-256 of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:n_digits]
