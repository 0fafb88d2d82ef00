"""The sources of the lessons: their cells, their exercises, and the names that they bind."""

from __future__ import annotations

import ast
import builtins
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
# What has names of its own, which are none of the cell's.
_OWN_NAMES = (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)
_COMPREHENSIONS = (ast.ListComp, ast.SetComp, ast.DictComp, ast.GeneratorExp)


@dataclass(frozen=True)
class Exercise:
    """An exercise cell as it stands, its solution in each language, and the code above it."""

    number: str
    source: str
    solutions: dict[str, str]
    above: tuple[str, ...]

    @property
    def check_call(self) -> str:
        """The cell's last line."""
        return self.source.strip().splitlines()[-1]


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
            if cell.cell_type != "code":
                continue
            if "exercise" in cell.metadata.get("tags", ()):
                number = checked(cell.source)
                below = {c.metadata.get("lang"): c.source for c in cells[place + 1 : place + 3]}
                solutions = {lang: _solution(below[lang]) for lang in LANGUAGES}
                found[number] = Exercise(number, cell.source, solutions, tuple(above))
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


def checked(code: str) -> str | None:
    """Return the number of the exercise that the code has checked, if it does."""
    found = _CHECKED.search(code)
    return found and found.group(1)


@cache
def tree(code: str) -> ast.Module:
    """Return a cell's syntax tree, with what IPython's magics run; a file's is not the cell's."""
    code = "" if code.startswith("%%writefile") else code
    return ast.parse(_MAGIC.sub("", code))


def bound_names(cells: Iterable[str]) -> set[str]:
    """Return the names that cells bind, whatever is measured in them."""
    return {name for code in cells for name in _bound(tree(code))}


@cache
def imports(cells: tuple[str, ...]) -> dict[str, str]:
    """Return the statement that imports each name which the cells import."""
    found = {}
    for code in cells:
        for node in ast.walk(tree(code)):
            if isinstance(node, (ast.Import, ast.ImportFrom)):
                found |= dict.fromkeys(_bound(node), ast.unparse(node))
    return found


def read_names(code: str) -> set[str]:
    """Return the names that code reads, those that it binds itself and the builtins left out."""
    nodes = list(ast.walk(tree(code)))
    own = {node.arg for node in nodes if isinstance(node, ast.arg)}
    own |= {node.id for node in nodes if isinstance(node, ast.Name) and _stored(node)}
    own |= bound_names([code]) | set(vars(builtins)) | {"__name__"}
    return {node.id for node in nodes if isinstance(node, ast.Name)} - own


def _stored(node: ast.Name) -> bool:
    return not isinstance(node.ctx, ast.Load)


def _bound(node: ast.AST) -> Iterator[str]:
    if isinstance(node, ast.Name) and _stored(node):
        yield node.id
    elif isinstance(node, ast.alias):
        yield node.asname or node.name.partition(".")[0]
    elif isinstance(node, _OWN_NAMES):
        yield from [node.name] if hasattr(node, "name") else []
    elif not isinstance(node, _COMPREHENSIONS):
        for child in ast.iter_child_nodes(node):
            yield from _bound(child)
