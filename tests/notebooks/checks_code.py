"""Checks on what code cells do, and on the outputs stored with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

from . import programs
from .checks_frame import code_to_run
from .lessons import Cell, Findings, Lesson, lesson_check

IGNORED = "nbval-ignore-output"
_BARE_TIME = re.compile(r"^%%?time[ \t]*$", re.MULTILINE)
_TO_WORKERS = {
    *("map", "imap", "imap_unordered", "starmap", "apply", "submit"),
    *("map_async", "starmap_async", "apply_async"),
}
_NETWORK_MODULES = re.compile(r"(?:requests|httpx|aiohttp|urllib3|urllib\.request|http\.client)\b")
_NETWORK_COMMAND = re.compile(r"^[ \t]*[%!]+[ \t]*(?:pip|conda|curl|wget|git)\b", re.MULTILINE)
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


@lesson_check
def no_bare_time(lesson: Lesson) -> Findings:
    """``%time`` times the statement behind it: alone it times nothing."""
    for cell, source in code_to_run(lesson):
        if _BARE_TIME.search(source) and "original-mistake" not in cell.tags:
            yield cell, "a bare %time times nothing: write '%time statement'"


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


@lesson_check
def executed(lesson: Lesson) -> Findings:
    """Code cells were executed in order without errors, and store what can be compared."""
    counts = [cell.raw.get("execution_count") for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield None, f"execution counts are {counts}: build the lesson again"
    for cell in lesson.code:
        yield from ((cell, advice) for advice in _output_advice(cell))


def _output_advice(cell: Cell) -> Iterator[str]:
    for output in cell.outputs:
        if output.get("output_type") == "error" or output.get("name") == "stderr":
            yield f"it raised or warned: {output}"
    if IGNORED in cell.tags and cell.outputs:
        yield f"it stores outputs although it is tagged {IGNORED}: build again"
    if IGNORED not in cell.tags and not cell.outputs and _must_show(cell):
        yield f"it shows something, but stores nothing to compare: build again, or tag {IGNORED}"
    if any(_ADDRESS.search(text) for text in cell.output_texts()):
        yield "its output has an address in memory, new in every run: show something else"
    if "execution" in cell.raw.get("metadata", {}):
        yield "it stores when it was run: build with record_timing off"


def _must_show(cell: Cell) -> bool:
    """Tell whether a cell surely shows something: it prints, or ends with a value."""
    body = [node for tree in cell.trees for node in tree.body]
    values = [node.value for node in body if isinstance(node, ast.Expr)]
    prints = any(isinstance(v, ast.Call) and programs.called_name(v) == "print" for v in values)
    return prints or bool(
        values
        and values[-1] is getattr(body[-1], "value", None)
        and not isinstance(values[-1], ast.Call)
    )


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
