"""Checks on what code cells do, and on the outputs stored with them."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterable, Iterator

from . import programs
from .checks_frame import code_to_run
from .lessons import Cell, Finding, Lesson, lesson_check

IGNORED = "nbval-ignore-output"
_TO_WORKERS = {
    *("map", "imap", "imap_unordered", "starmap", "apply", "submit"),
    *("map_async", "starmap_async", "apply_async"),
}
_FUNCTION_KEYWORDS = {"target", "initializer", "func", "fn", "task", "function"}
_IN_PROCESS_WAYS = {"sequential", "threads"}
_SAFE_STARTERS = {"Thread", "Timer", "ThreadPoolExecutor", "ThreadPool"}
_RETURN_NOTHING = {"sleep", "chdir", "seed", "collect", "freeze_support", "set_start_method"}
_NETWORK_MODULES = {"requests", "httpx", "aiohttp", "urllib3", "urllib.request", "http.client"}
_NETWORK_COMMANDS = re.compile(r"\b(pip|conda|curl|wget|git)\b")
_ADDRESS = re.compile(r"\b0x[0-9a-fA-F]{6,}")


@lesson_check
def no_bare_time(lesson: Lesson) -> Iterator[Finding]:
    """``%time`` times the statement behind it: alone it times nothing."""
    for cell, source in code_to_run(lesson):
        bare = ("time", "") in programs.magics(programs.trees(source))
        if bare and "original-mistake" not in cell.tags:
            yield lesson.finding("a bare %time times nothing: write '%time statement'", cell)


@lesson_check
def notebook_functions(lesson: Lesson) -> Iterator[Finding]:
    """No function of the notebook's own goes to a pool: workers cannot import it."""
    own: set[str] = set()
    threads = _thread_pools(cell.trees for cell in lesson.code)
    for cell, source in code_to_run(lesson):
        known = own if cell.type == "code" else set(own)  # a solution defines for itself alone
        for name in _own_functions_sent(programs.trees(source), known, threads):
            if "notebook-function" not in cell.tags:
                advice = "no worker can import it: move it to helpers.tasks"
                yield lesson.finding(f"{name}: {advice}, or tag the cell 'notebook-function'", cell)


@lesson_check
def no_network(lesson: Lesson) -> Iterator[Finding]:
    """No cell needs a network."""
    for cell in lesson.code:
        modules = _NETWORK_MODULES & set(_imported(cell.trees))
        commands = [body for _, body in programs.magics(cell.trees) if _network_command(body)]
        magics = [name for name, _ in programs.magics(cell.trees) if _network_command(name)]
        for used in [*sorted(modules), *commands, *magics]:
            yield lesson.finding(f"'{used}' needs a network; the lesson must run without", cell)


@lesson_check
def executed(lesson: Lesson) -> Iterator[Finding]:
    """Code cells were executed in order without errors, and store what can be compared."""
    counts = [cell.raw.get("execution_count") for cell in lesson.code]
    if counts != list(range(1, len(counts) + 1)):
        yield lesson.finding(f"execution counts are {counts}: build the lesson again")
    for cell in lesson.code:
        yield from (lesson.finding(advice, cell) for advice in _output_advice(cell))


def _output_advice(cell: Cell) -> Iterator[str]:
    for output in cell.outputs:
        if output.get("output_type") == "error":
            yield f"it raised {output.get('ename')}: {output.get('evalue')}"
        if output.get("name") == "stderr":
            yield "it wrote to stderr: mend what it warns about"
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
    body = cell.trees[0].body if cell.trees else []
    for statement in body:
        if isinstance(statement, ast.Expr) and _called(statement.value) == "print":
            return True
    if not body or not isinstance(body[-1], ast.Expr) or cell.source.rstrip().endswith(";"):
        return False
    last = body[-1].value
    if isinstance(last, ast.Call):  # a method may well return None, as pool.close() does
        return isinstance(last.func, ast.Name) and last.func.id not in _RETURN_NOTHING
    return programs.constant(last) is not None or not isinstance(last, ast.Constant)


def _called(node: ast.AST) -> str:
    return programs.called_name(node) if isinstance(node, ast.Call) else ""


def _own_functions_sent(
    modules: list[ast.Module], own: set[str], threads: set[str]
) -> Iterator[str]:
    """Yield the functions sent to workers that ``own`` knows; keep ``own`` up to date."""
    located = [node for node in programs.nodes(modules) if hasattr(node, "lineno")]
    for node in sorted(located, key=lambda node: (node.lineno, node.col_offset)):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            own.add(node.name)
        elif isinstance(node, ast.Assign) and isinstance(node.value, ast.Lambda):
            own |= {target.id for target in node.targets if isinstance(target, ast.Name)}
        elif isinstance(node, ast.Import | ast.ImportFrom):
            own -= {alias.asname or alias.name for alias in node.names}
        elif isinstance(node, ast.Call):
            yield from filter(None, (_own(sent, own) for sent in _sent(node, threads)))


def _thread_pools(cells: Iterable[list[ast.Module]]) -> set[str]:
    """Return the names that the lesson gives to pools of threads: those import nothing."""
    names = set()
    for node in (node for trees in cells for node in programs.nodes(trees)):
        if isinstance(node, ast.withitem) and _called(node.context_expr) in _SAFE_STARTERS:
            names |= {getattr(node.optional_vars, "id", "")}
        elif isinstance(node, ast.Assign) and _called(node.value) in _SAFE_STARTERS:
            names |= {getattr(target, "id", "") for target in node.targets}
    return names - {""}


def _sent(call: ast.Call, threads: set[str]) -> list[ast.AST]:
    """Return the arguments of a call that workers will have to import."""
    name = programs.called_name(call)
    keywords = [word.value for word in call.keywords if word.arg in _FUNCTION_KEYWORDS]
    if name == "run":
        return [*call.args[:1], *keywords] if not _stays_here(call) else []
    if isinstance(call.func, ast.Attribute) and name in _TO_WORKERS:
        in_threads = getattr(call.func.value, "id", "") in threads
        return [] if in_threads else [*call.args[:1], *keywords]
    return keywords if name[:1].isupper() and name not in _SAFE_STARTERS else []


def _stays_here(call: ast.Call) -> bool:
    """Tell whether ``run`` is told to stay within this process."""
    ways = [programs.constant(word.value) for word in call.keywords if word.arg == "how"]
    return bool(ways) and set(ways) <= _IN_PROCESS_WAYS


def _own(node: ast.AST, own: set[str]) -> str:
    if isinstance(node, ast.Lambda):
        return "a lambda"
    if isinstance(node, ast.Call) and programs.called_name(node) == "partial" and node.args:
        return _own(node.args[0], own)
    return node.id if isinstance(node, ast.Name) and node.id in own else ""


def _imported(modules: Iterable[ast.Module]) -> Iterator[str]:
    for node in programs.nodes(modules):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield str(node.module)
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _network_command(text: str) -> bool:
    first_line = text.strip().splitlines()[:1]
    return bool(first_line) and bool(_NETWORK_COMMANDS.match(first_line[0]))
