"""What a source must keep to. Each rule that is broken gives a line: file, cell, remedy."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Any

from helpers.authoring.texts import first_words, languages_set
from helpers.language import LANGUAGES, message

CELL_KEYS = ("lang", "slideshow", "tags")
IGNORE_OUTPUT = "nbval-ignore-output"
TAGS = (IGNORE_OUTPUT, "exercise", "notebook-function", "original-mistake")
SLIDE_TYPES = ("slide", "subslide", "fragment", "skip", "notes", "-")
FILE_NAME = re.compile(r"[A-Za-z0-9_-]+")


def problems_of(file: str, node: Any) -> list[str]:
    """Return one line for each thing that is wrong with the source ``file``, read as ``node``."""
    return [
        *_header_problems(file, node.metadata.get("course")),
        *(line for group in grouped(node.cells) for line in _pair_problems(file, *group)),
        *(line for cell in node.cells for line in _cell_problems(file, cell)),
        *_setup_problems(file, node.cells),
    ]


def grouped(cells: Sequence[Any]) -> Iterator[tuple[Any, Any | None]]:
    """Yield the cells in pairs of Markdown cells; a cell that has no pair comes with ``None``."""
    position = 0
    while position < len(cells):
        langs = [_lang(cell) for cell in cells[position : position + 3]]
        # en, es is a pair in the wrong order, unless that es belongs to an en after it
        paired = langs[:2] == ["es", "en"] or (langs[:2] == ["en", "es"] and langs[2:] != ["en"])
        yield cells[position], cells[position + 1] if paired else None
        position += 2 if paired else 1


def _lang(cell: Any) -> object:
    return cell.metadata.get("lang") if cell.cell_type == "markdown" else None


def _header_problems(file: str, course: Any) -> list[str]:
    files = course.get("file") if isinstance(course, dict) else None
    if not isinstance(files, dict) or set(files) != set(LANGUAGES):
        names = ", ".join(f"{language}: NN_NAME" for language in LANGUAGES)
        return [message("authoring.no_course", file=file, names=names)]
    return [
        message("authoring.bad_file_name", file=file, received=repr(name), language=language)
        for language, name in files.items()
        if not (isinstance(name, str) and FILE_NAME.fullmatch(name))
    ]


def _pair_problems(file: str, first: Any, second: Any | None) -> list[str]:
    lang, cell = _lang(first), first_words(first.source)
    if lang not in LANGUAGES:
        return []  # not a Markdown cell, or one that `_cell_problems` speaks of
    if second is None:
        other = "en" if lang == "es" else "es"
        return [message("authoring.no_pair", file=file, cell=cell, lang=lang, other=other)]
    if lang == "en":
        return [message("authoring.wrong_order", file=file, cell=cell)]
    if _shown(first) != _shown(second):
        received = f"{_shown(first)} / {_shown(second)}"
        return [message("authoring.pair_differs", file=file, cell=cell, received=received)]
    return []


def _shown(cell: Any) -> dict[str, Any]:
    """Return the metadata that both cells of a pair must share."""
    return {key: cell.metadata[key] for key in CELL_KEYS[1:] if cell.metadata.get(key)}


def _cell_problems(file: str, cell: Any) -> Iterator[str]:
    name = first_words(cell.source)
    if cell.cell_type == "raw":
        yield message("authoring.raw_cell", file=file, cell=name)
    elif cell.cell_type == "markdown" and cell.metadata.get("lang") not in LANGUAGES:
        received = repr(cell.metadata.get("lang"))
        yield message("authoring.unknown_lang", file=file, cell=name, received=received)
    elif cell.cell_type == "code" and "lang" in cell.metadata:
        yield message("authoring.code_lang", file=file, cell=name)
    if cell.cell_type == "code" and not cell.source:
        yield message("authoring.empty_code", file=file)
    yield from _metadata_problems(file, cell, name)


def _metadata_problems(file: str, cell: Any, name: str) -> Iterator[str]:
    slideshow, tags = cell.metadata.get("slideshow", {}), cell.metadata.get("tags", [])
    type_ = slideshow.get("slide_type", "-") if isinstance(slideshow, dict) else slideshow
    if type_ not in SLIDE_TYPES:
        allowed = ", ".join(SLIDE_TYPES)
        yield message(
            "authoring.slide_type", file=file, cell=name, received=repr(type_), allowed=allowed
        )
    received = tags if isinstance(tags, list) else [tags]
    if cell.cell_type == "markdown" and received:
        yield message("authoring.markdown_tags", file=file, cell=name, received=received)
    elif unknown := [tag for tag in received if tag not in TAGS]:
        yield message(
            "authoring.tags", file=file, cell=name, received=unknown, allowed=", ".join(TAGS)
        )


def _setup_problems(file: str, cells: Sequence[Any]) -> list[str]:
    set_ = [s for cell in cells if cell.cell_type == "code" for s in languages_set(cell.source)]
    if set_ == ["es"]:
        return []
    if len(set_) == 1:
        return [message("authoring.start_language", file=file, received=set_[0])]
    return [message("authoring.start_count", file=file, received=len(set_))]
