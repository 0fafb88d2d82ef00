"""Edits that someone made in a built notebook, taken back into its source.

This is a merge of three: what the notebook was built from (its ids and its ``course`` metadata
tell), what it holds now, and what the source holds now. What changed on one side is kept; where
the same cell changed on both, nothing is written and the cell is named.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

from helpers.authoring.build import source_folder
from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import ids_of
from helpers.authoring.matching import found_cells, with_ids
from helpers.authoring.merge import Merge
from helpers.authoring.notebooks import read_notebook, replace_file, to_json
from helpers.authoring.sources import lesson_of, read_lesson, text_of
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
    pairs = found_cells(path, notebook)
    base = list(notebook.metadata["course"].get("cells") or ids_of(lesson.cells))
    found, doubtful = with_ids([found for _, found in pairs], base, lesson.cells, language)
    if doubtful:
        said = {"file": path, "source": source}
        cells = [first_words(cell.text) for cell in doubtful]
        raise AuthoringError([message("authoring.no_ids", cell=c, **said) for c in cells])
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


def _give_ids(path: Path, notebook: Any, cells: list[Any], ids: list[str]) -> None:
    """Write the ids that ``cells`` have from now on into the notebook, where they are others."""
    course = notebook.metadata["course"]
    if [cell.get("id") for cell in cells] == ids == course.get("cells"):
        return
    for cell, id_ in zip(cells, ids, strict=True):
        cell["id"] = id_
    course["cells"] = ids
    notebook.nbformat_minor = max(notebook.nbformat_minor, 5)  # before, cells had no ids
    replace_file(path, to_json(notebook))
