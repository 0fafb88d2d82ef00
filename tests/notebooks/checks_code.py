"""Checks on what code cells do."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import programs
from .checks_frame import code_to_run
from .lessons import Findings, Lesson, lesson_check

_TO_WORKERS = {
    *("map", "imap", "imap_unordered", "starmap", "apply", "submit"),
    *("map_async", "starmap_async", "apply_async"),
}
_NETWORK_MODULES = re.compile(r"(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client)\b")
_NETWORK_COMMAND = re.compile(r"^[ \t]*[%!]+[ \t]*(?:pip|conda|curl|wget|git)\b", re.MULTILINE)


@lesson_check
def notebook_functions(lesson: Lesson) -> Findings:
    """No function of the notebook's own goes to a process: workers cannot import it."""
    own: set[str] = set()
    for cell, source in code_to_run(lesson):
        trees = programs.trees(source)
        sent = [] if "Thread" in source else [n for c in programs.calls(trees) for n in _sent(c)]
        own |= {n.name for n in programs.nodes(trees) if isinstance(n, ast.FunctionDef)}
        own -= {name.rpartition(".")[2] for name in _imported(trees)}
        unknown = any(isinstance(n, ast.Lambda) or getattr(n, "id", "") in own for n in sent)
        if unknown and "notebook-function" not in cell.tags:
            yield cell, "no worker can import the function: move it, or tag it 'notebook-function'"


@lesson_check
def no_network(lesson: Lesson) -> Findings:
    """No cell needs a network."""
    for cell in lesson.code:
        modules = [name for name in _imported(cell.trees) if _NETWORK_MODULES.match(name)]
        for used in [*modules, *_NETWORK_COMMAND.findall(cell.source)]:
            yield cell, f"'{used}' needs a network; the lesson must run without"


def _sent(call: ast.Call) -> list[ast.AST]:
    """Return the arguments of a call that may be functions for workers to import."""
    given = [*call.args[:1], *(word.value for word in call.keywords)]
    method = isinstance(call.func, ast.Attribute) and programs.called_name(call) in _TO_WORKERS
    return given if method or programs.called_name(call) in ("run", "Process") else []


def _imported(modules: list[ast.Module]) -> Iterator[str]:
    for node in programs.nodes(modules):
        if isinstance(node, ast.Import | ast.ImportFrom):
            module = f"{node.module}." if isinstance(node, ast.ImportFrom) else ""
            yield from (f"{module}{alias.name}" for alias in node.names)
