"""Edits that someone made in a built notebook, taken back into its source.

This is a merge of three: what the notebook was built from (its ids and its ``course`` metadata
tell), what it holds now, and what the source holds now. What changed on one side is kept; where
the same cell changed on both, nothing is written and the cell is named.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from secrets import token_hex
from typing import Any

from helpers.authoring.build import source_folder
from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import ids_of
from helpers.authoring.matching import Found, LostIds, found_cell
from helpers.authoring.merge import Merge
from helpers.authoring.notebooks import read_notebook, replace_file, to_json
from helpers.authoring.sources import Lesson, lesson_of, read_lesson, text_of
from helpers.authoring.texts import first_words
from helpers.language import LANGUAGES, message


def absorb(root: Path, path: Path, say: Callable[[str], object] = print) -> Path:
    """Take the edits in the notebook at ``path`` into its source; say line by line what it took.

    The notebook's cells then get the ids of what they hold now, so that it can be edited and
    absorbed again before the next build.

    Returns:
        the path of the source.

    Raises:
        AuthoringError: where it cannot, with all reasons; then nothing was written.
    """
    notebook = read_notebook(path)
    source, language = _origin(root, path, notebook)
    lesson = read_lesson(source)
    pairs = _found_cells(path, notebook)
    base, found = _known(path, notebook, [found for _, found in pairs], lesson, language)
    merge = Merge(lesson, language, found, base)
    text = text_of(merge.lesson)
    lesson_of(source, text)  # what does not keep to the rules raises here, before it is written
    if merge.lines:
        replace_file(source, text)
    _give_ids(path, notebook, [cell for cell, _ in pairs], merge.ids)
    say(message("authoring.absorbing", notebook=path.name, source=source.name))
    for line in merge.lines or [message("authoring.took_nothing")]:
        say(f"  {line}")
    return source


def _origin(root: Path, path: Path, notebook: Any) -> tuple[Path, str]:
    """Return the source of a notebook and its language, as its metadata name them."""
    course = notebook.metadata.get("course")
    name = course.get("source") if isinstance(course, dict) else None
    # a plain file name: nothing outside the folder of the sources is ever written
    if not (
        isinstance(name, str) and Path(name).name == name and course.get("language") in LANGUAGES
    ):
        raise AuthoringError([message("authoring.not_built", file=path)])
    source = source_folder(root) / name
    if not source.is_file():
        raise AuthoringError([message("authoring.source_gone", file=path, source=source)])
    return source, course["language"]


def _known(
    path: Path, notebook: Any, found: list[Found], lesson: Lesson, language: str
) -> tuple[list[str], list[Found]]:
    """Return the ids that the notebook was built with, and its cells with those that they had."""
    listed = notebook.metadata["course"].get("cells")
    base = list(listed or ids_of(lesson.cells))
    if not listed and {cell.id for cell in found} & set(base):
        return base, found
    # without the list nobody knows what the cells were built from
    lost = LostIds(found, listed or [], lesson, language)
    if unclear := lost.unclear():
        names = ", ".join(f"“{first_words(cell.text)}”" for cell in unclear[:3])
        source = lesson.path.name
        raise AuthoringError([message("authoring.no_ids", file=path, cells=names, source=source)])
    return base, lost.found


def _found_cells(path: Path, notebook: Any) -> list[tuple[Any, Found]]:
    """Return the cells of a notebook that have text, each with its source form."""
    twin = str(notebook.metadata["course"].get("twin", ""))
    pairs = [(cell, found_cell(cell, twin)) for cell in notebook.cells]
    problems = [
        message("authoring.raw_cell", file=path, cell=first_words(found.text))
        for _, found in pairs
        if found.kind not in ("markdown", "code")
    ]
    if problems:
        raise AuthoringError(problems)
    return [(cell, found) for cell, found in pairs if found.text]


def _give_ids(path: Path, notebook: Any, cells: list[Any], ids: list[str]) -> None:
    """Write the ids that ``cells`` have from now on into the notebook, where they are others."""
    course = notebook.metadata["course"]
    if [cell.get("id") for cell in cells] == ids == course.get("cells"):
        return
    for cell, id_ in zip(cells, ids, strict=True):
        cell["id"] = id_
    course["cells"] = ids
    if notebook.nbformat_minor < 5:  # then cells had no ids; now each must have one
        notebook.nbformat_minor = 5
        for cell in notebook.cells:
            cell.setdefault("id", token_hex(4))
    replace_file(path, to_json(notebook))
