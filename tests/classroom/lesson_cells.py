"""The sources of the lessons: their cells, their exercises, and the names that they bind."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import jupytext

from helpers.language import LANGUAGES

SOURCES = Path(__file__).parents[2] / "notebooks" / "source"
_SOLUTION = re.compile(r"```python\n(.*?)```", re.DOTALL)
_CHECKED = re.compile(r'^check\("([\d.]+)"', re.MULTILINE)
_MAGIC = re.compile(r"^%\w*(?: -\w+ \d+)* ?", re.MULTILINE)


@dataclass(frozen=True)
class Exercise:
    """An exercise cell as it stands, its solution in each language, and the code above it."""

    source: str
    solutions: dict[str, str]
    above: tuple[str, ...]


def lesson_sources() -> dict[str, Path]:
    """Return the sources of the lessons by their number."""
    return {str(int(path.name[:2])): path for path in sorted(SOURCES.glob("[0-9][0-9]_*.md"))}


@cache
def cells_of(path: Path) -> tuple[Any, ...]:
    """Return the cells of a lesson's source."""
    return tuple(jupytext.read(path).cells)


def code_of(number: str) -> tuple[str, ...]:
    """Return the code cells of a lesson."""
    cells = cells_of(lesson_sources()[number])
    return tuple(cell.source for cell in cells if cell.cell_type == "code")


def calls(cells: Iterable[str], name: str) -> list[ast.Call]:
    """Return the calls of a function in the cells, in their order."""
    nodes = [node for code in cells for node in ast.walk(tree(code)) if isinstance(node, ast.Call)]
    return [node for node in nodes if getattr(node.func, "id", "") == name]


def exercises() -> dict[str, Exercise]:
    """Return the exercises of all lessons by their number, with what stands folded below them."""
    found = {}
    for path in lesson_sources().values():
        cells, above = cells_of(path), []
        for place, cell in enumerate(cells):
            if cell.cell_type == "code":
                if "exercise" in cell.metadata.get("tags", ()):
                    below = {c.metadata.get("lang"): c.source for c in cells[place + 1 : place + 3]}
                    solutions = {language: _solution(below[language]) for language in LANGUAGES}
                    number = _CHECKED.search(cell.source)[1]
                    found[number] = Exercise(cell.source, solutions, tuple(above))
                above.append(cell.source)
    return found


def _solution(folded: str) -> str:
    """Return a folded solution as one program; a cell of it that saves a file does so in Python."""
    return "\n\n".join(map(_saved, _SOLUTION.findall(folded)))


def _saved(code: str) -> str:
    first, _, program = code.partition("\n")
    if not first.startswith("%%writefile "):
        return code
    opened = f"open({first.split()[1]!r}, 'w', encoding='utf-8')"
    return f"with {opened} as file:\n    file.write({program!r})"


@cache
def tree(code: str) -> ast.Module:
    """Return a cell's syntax tree, with what IPython's magics run; a file's is not the cell's."""
    code = "" if code.startswith("%%writefile") else code
    return ast.parse(_MAGIC.sub("", code))


def nodes(cells: Iterable[str]) -> Iterator[ast.AST]:
    """Yield all parts of the cells' code."""
    return (node for code in cells for node in ast.walk(tree(code)))


def bound_names(cells: Iterable[str]) -> set[str]:
    """Return the names that cells bind."""
    stored = {
        n.id for n in nodes(cells) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)
    }
    defined = {n.name for n in nodes(cells) if isinstance(n, ast.FunctionDef)}
    return stored | defined | {n.asname or n.name for n in nodes(cells) if isinstance(n, ast.alias)}


def imports(cells: Iterable[str]) -> str:
    """Return the statements that import something, but not from a file of the learner's."""
    statements = [n for n in nodes(cells) if isinstance(n, (ast.Import, ast.ImportFrom))]
    return "\n".join(
        ast.unparse(n) for n in statements if not getattr(n, "module", "").startswith("my_")
    )
