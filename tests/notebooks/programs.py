"""Code cells as syntax trees, with what IPython's magics run inside them."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

from IPython.core.inputtransformer2 import TransformerManager

_OPTIONS = re.compile(r"^(?:-\w+(?:\s*\d+)?\s+)+")
_SAYING = {
    *("print", "text", "annotate", "title", "xlabel", "ylabel", "suptitle", "legend"),
    *("set_title", "set_xlabel", "set_ylabel", "set_xticklabels", "set_yticklabels"),
}
_NAME = re.compile(r"\w*[a-z][A-Z]\w*|\w+_\w+|\w+\(\)")  # ValueError, perf_counter, map()
_LABELS = {"label", "labels", "title", "xlabel", "ylabel", "desc", "tick_label"}
_RUN_PYTHON = {"time", "timeit", "prun", "capture", "memit", "mprun"}


@functools.cache
def trees(source: str) -> list[ast.Module]:
    """Return the cell's syntax tree, then those of the statements that its magics run.

    A part that is not Python gives no tree: such a cell fails when it is executed.
    """
    return [tree for text in _programs(source) if (tree := _parsed(text))]


def comments(source: str) -> list[str]:
    """Return the comments in a cell."""
    return [
        token.string
        for text in _programs(source)
        for token in _tokens(text)
        if token.type == tokenize.COMMENT
    ]


def nodes(modules: Iterable[ast.Module]) -> Iterator[ast.AST]:
    """Yield every node of the trees."""
    for module in modules:
        yield from ast.walk(module)


def calls(modules: Iterable[ast.Module], name: str = "") -> list[ast.Call]:
    """Return the calls of a function or method, or all calls."""
    found = [node for node in nodes(modules) if isinstance(node, ast.Call)]
    return [call for call in found if not name or called_name(call) == name]


def called_name(call: ast.Call) -> str:
    """Return the last part of what is called: ``map`` for ``pool.map(...)``."""
    function = call.func
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def constant(node: ast.AST | None) -> object:
    """Return a literal's value, None for anything else."""
    return node.value if isinstance(node, ast.Constant) else None


def first_argument(call: ast.Call) -> object:
    """Return the first argument's literal value, None where it has none."""
    return constant(call.args[0]) if call.args else None


def magics(modules: Iterable[ast.Module]) -> Iterator[tuple[str, str]]:
    """Yield (name, what it is applied to) for each magic and each shell command."""
    for call in calls(modules):
        values = [str(constant(arg)) for arg in call.args]
        if called_name(call) in ("run_line_magic", "run_cell_magic") and values:
            yield values[0], "\n".join(values[1:]).strip()
        elif called_name(call) in ("system", "getoutput") and values:
            yield "!", values[0]


def without_sentences(source: str) -> str:
    """Return Python code with what it says to people left out: its strings that have a space."""
    tree = ast.parse(_programs(source)[0])
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and " " in node.value:
            node.value = "..."
    return ast.unparse(tree)


def without_words(source: str) -> str:
    """Return code with its texts left out: what must be the same in every language.

    Of an f-string its expressions stay, in one order. What ``%%writefile`` writes is code, too.
    """
    tree = _parsed(_body(source))
    return source if tree is None else ast.unparse(_WithoutWords().visit(tree))


class _WithoutWords(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:  # noqa: N802
        return ast.Constant("...") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Tuple | ast.Constant:  # noqa: N802
        values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        names = sorted(ast.unparse(ast.JoinedStr([value])) for value in values)
        found = [ast.Constant("..."), *(ast.Name(name, ast.Load()) for name in names)]
        return ast.Tuple(found, ast.Load()) if names else found[0]


def sayings(source: str) -> list[str]:
    """Return the texts of code that a reader sees: what is printed, and a figure's labels."""
    tree = _parsed(_body(source))
    found = []
    for call in calls([tree] if tree else []):
        words = [word.value for word in call.keywords if word.arg in _LABELS]
        said = [*call.args, *words] if called_name(call) in _SAYING else words
        found += [_NAME.sub("", text) for node in said for text in _texts_in(node)]
    return [text for text in found if re.search(r"[^\W\d_]", text)]


def _texts_in(node: ast.AST) -> Iterator[str]:
    """Yield the texts of an argument; what is given to another call in it is that one's."""
    if isinstance(node, ast.JoinedStr):
        yield " ".join(str(constant(value) or "0") for value in node.values)
    elif isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.value
    elif not isinstance(node, ast.Call | ast.Subscript | ast.Compare):
        for child in ast.iter_child_nodes(node):
            yield from _texts_in(child)


def written_file(source: str) -> str:
    """Return the name of the file that a cell writes, or nothing."""
    first = source.partition("\n")[0]
    return first.removeprefix("%%writefile").strip() if first.startswith("%%writefile") else ""


def _body(source: str) -> str:
    """Return the program of a cell: that of the file for one that ``%%writefile`` begins."""
    return source.partition("\n")[2] if written_file(source) else _programs(source)[0]


@functools.cache
def _programs(source: str) -> tuple[str, ...]:
    text = TransformerManager().transform_cell(source)
    tree = _parsed(text)
    inside = [
        _OPTIONS.sub("", body)
        for name, body in magics([tree] if tree else [])
        if name in _RUN_PYTHON and body
    ]
    return (text, *inside)


def _parsed(text: str) -> ast.Module | None:
    try:
        return ast.parse(text)
    except (SyntaxError, ValueError):
        return None


def _tokens(text: str) -> Iterator[tokenize.TokenInfo]:
    try:
        yield from tokenize.generate_tokens(io.StringIO(text).readline)
    except (tokenize.TokenError, SyntaxError):
        return
