"""A name that is missing, and the cell of the notebook that makes it."""

from __future__ import annotations

import ast
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from textwrap import fill
from typing import Any

from IPython.core.inputtransformer2 import TransformerManager

from helpers.language import LANGUAGES, message, speaking

_FIRST_WORDS = 40  # characters of a cell's first line, by which it is found
_LINE = 76  # characters; JupyterLab breaks longer lines of an error in the middle of a word
# What has names of its own, which the cell around it never sees.
_CLOSED = (ast.Lambda, ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class _Cell:
    """A code cell: its id, which is empty where nobody says it, and its text."""

    id: str
    source: str

    def is_no_help_to(self, running: _Cell) -> bool:
        """Say whether this is the cell that runs, or a copy, which lacks the name just as well.

        The id tells them apart where the file is older than what runs; VS Code has other ids than
        the file, so there the text does. IPython drops the empty lines at its end.
        """
        same = bool(self.id) and self.id == running.id
        return same or self.source.rstrip() == running.source.rstrip()


def note_for(error: BaseException, shell: Any) -> str:
    """Say which cell makes the name that is missing.

    Args:
        error: what a cell raised.
        shell: IPython's shell, whose history ends with that cell.

    Returns:
        The note, in the language of the notebook. It is empty where the error is none of a missing
        name, the notebook cannot be read, or no other cell makes that name.
    """
    path = _notebook_of(shell)
    if type(error) is not NameError or not error.name or not path.is_file():
        return ""
    notebook = json.loads(path.read_text(encoding="utf-8"))
    with speaking(_language_of(notebook)):
        return _note(error.name, _code_cells(notebook), _running(shell))


def _notebook_of(shell: Any) -> Path:
    """Return the notebook that runs; Jupyter and VS Code say it in their own ways."""
    in_vs_code = shell.user_ns.get("__vsc_ipynb_file__", "")
    return Path(os.environ.get("JPY_SESSION_NAME", in_vs_code))


def _language_of(notebook: dict[str, Any]) -> str:
    said = notebook.get("metadata", {}).get("course", {}).get("language")
    return said if said in LANGUAGES else "en"


def _code_cells(notebook: dict[str, Any]) -> list[_Cell]:
    """Return the code cells; a file may hold a text as lines, and an old one holds no ids."""
    cells = [cell for cell in notebook.get("cells", []) if cell.get("cell_type") == "code"]
    return [_Cell(cell.get("id") or "", "".join(cell["source"])) for cell in cells]


def _running(shell: Any) -> _Cell:
    """Return the cell that runs; its id comes with the request, from those who send it."""
    request = shell.get_parent() if hasattr(shell, "get_parent") else {}
    known = request.get("metadata", {}).get("cellId") or ""
    return _Cell(known, shell.history_manager.input_hist_raw[-1])


def _note(name: str, cells: list[_Cell], running: _Cell) -> str:
    for number, cell in enumerate(cells, start=1):
        if not cell.is_no_help_to(running) and name in names_made_by(cell.source):
            first = cell.source.strip().splitlines()[0][:_FIRST_WORDS]
            key = "missing.setup" if number == 1 else "missing.cell"
            return fill(message(key, name=name, number=number, first=first), _LINE)
    return ""


def names_made_by(source: str) -> set[str]:
    """Return the names that a cell makes: by an import, an assignment, a loop or a definition.

    Args:
        source: the cell's text; its ``%`` commands make no name. What is no Python makes none.
    """
    try:
        tree = ast.parse(TransformerManager().transform_cell(source))
    except SyntaxError:
        return set()
    return {name for statement in tree.body for name in _names_in(statement)}


def _names_in(node: ast.AST) -> Iterator[str]:
    """Yield the names that ``node`` makes; those inside of a function are its own."""
    if isinstance(node, (ast.Import, ast.ImportFrom)):
        yield from ((alias.asname or alias.name).partition(".")[0] for alias in node.names)
    elif isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef)):
        yield node.name
    elif isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store):
        yield node.id
    elif not isinstance(node, _CLOSED):
        for child in ast.iter_child_nodes(node):
            yield from _names_in(child)
