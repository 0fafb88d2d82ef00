"""Executed notebooks, with all that they show; kept in a folder, one execution serves many uses."""

from __future__ import annotations

import hashlib
import sys
from pathlib import Path
from typing import Any

from helpers.authoring.errors import AuthoringError
from helpers.authoring.notebooks import (
    execute,
    make_notebook,
    read_notebook,
    replace_file,
    to_json,
)
from helpers.authoring.sources import Lesson

_PACKAGE = Path(__file__).parents[1]


def executed_notebook(
    lesson: Lesson, language: str, kept: Path | None = None, *, twin_link: bool = True
) -> Any:
    """Return the notebook of ``lesson`` in ``language``, executed, with every output.

    Args:
        lesson: the lesson.
        language: its language.
        kept: a folder. Where it has the outputs of the same code, from the same helpers, nothing is
            executed; else they are put there.
        twin_link: whether its first text ends with the link to the other language.

    Raises:
        AuthoringError: where a cell cannot be executed.
    """
    notebook = make_notebook(lesson, language, twin_link=twin_link)
    print_ = fingerprint(notebook)
    path = kept / language / f"{lesson.files[language]}.ipynb" if kept else None
    if path is None or not _take_outputs(path, print_, notebook):
        execute(lesson, language, notebook, keep_all=True)
        if path is not None:
            path.parent.mkdir(parents=True, exist_ok=True)
            notebook.metadata.course["fingerprint"] = print_
            replace_file(path, to_json(notebook))
    return notebook


def fingerprint(notebook: Any) -> str:
    """Return a digest of what the outputs come from: code cells, the course's package, Python."""
    digest = hashlib.sha256(sys.version.encode())
    for path in sorted(_PACKAGE.rglob("*.*")):
        # in the package, not above it: a folder that the course lies in may be called so too
        room = path.relative_to(_PACKAGE).parts[0]
        if path.suffix in (".py", ".toml", ".json") and room != "authoring":
            digest.update(path.read_bytes())
    for cell in _code(notebook):
        digest.update(f"{cell.source}\0".encode())
    return digest.hexdigest()


def _take_outputs(path: Path, print_: str, notebook: Any) -> bool:
    """Give ``notebook`` the outputs that are kept at ``path``, if they are those of its code."""
    try:
        found = read_notebook(path)
    except AuthoringError:
        return False
    if found.metadata.get("course", {}).get("fingerprint") != print_:
        return False
    for cell, executed in zip(_code(notebook), _code(found), strict=True):
        cell.outputs, cell.execution_count = executed.outputs, executed.execution_count
    return True


def _code(notebook: Any) -> list[Any]:
    return [cell for cell in notebook.cells if cell.cell_type == "code"]
