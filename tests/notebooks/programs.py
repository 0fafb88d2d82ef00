"""Code cells as syntax trees, and the words in them."""

from __future__ import annotations

import ast
import functools
import io
import re
import tokenize
from collections.abc import Iterable, Iterator

# %time and %timeit, with options, before a statement; all else that only IPython understands.
_TIMED = re.compile(r"^%%?time(?:it)?\b(?:[ \t]+-\w+(?:[ \t]*\d+)?)*[ \t]*", re.MULTILINE)
_MAGIC = re.compile(r"^[ \t]*[%!].*$", re.MULTILINE)
_SAYING = {
    *("print", "text", "annotate", "title", "xlabel", "ylabel", "suptitle", "legend"),
    *("set_title", "set_xlabel", "set_ylabel", "set_xticklabels", "set_yticklabels"),
}
_LABELS = {"label", "labels", "title", "xlabel", "ylabel", "desc", "tick_label"}
_NAME = re.compile(r"\w*[a-z][A-Z]\w*|\w+_\w+|\w+\(\)")  # ValueError, perf_counter, map()


def written_file(source: str) -> str:
    """Return the name of the file that a cell writes, or nothing."""
    first = source.partition("\n")[0]
    return first.removeprefix("%%writefile").strip() if first.startswith("%%writefile") else ""


def plain(source: str) -> str:
    """Return the Python of a cell, or of the file that it writes; magics are left out."""
    if written_file(source):
        return source.partition("\n")[2]
    return _MAGIC.sub("", _TIMED.sub("", source))


@functools.cache
def trees(source: str) -> list[ast.Module]:
    """Return the cell's syntax tree, in a list; none for a cell that writes a file."""
    return [] if written_file(source) else [ast.parse(plain(source))]


@functools.cache
def comments(source: str) -> list[str]:
    """Return the comments in a cell."""
    if written_file(source):
        return []
    tokens = tokenize.generate_tokens(io.StringIO(plain(source)).readline)
    return [token.string for token in tokens if token.type == tokenize.COMMENT]


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
    return getattr(call.func, "attr", getattr(call.func, "id", ""))


def constant(node: ast.AST | None) -> object:
    """Return a literal's value, None for anything else."""
    return node.value if isinstance(node, ast.Constant) else None


def first_argument(call: ast.Call) -> object:
    """Return the first argument's literal value, None where it has none."""
    return constant(call.args[0]) if call.args else None


@functools.cache
def without_words(source: str) -> str:
    """Return code with its texts left out: what must be the same in every language.

    Of an f-string its expressions stay, in one order. What ``%%writefile`` writes is code, too.
    """
    magics = [written_file(source), *_MAGIC.findall(source)]
    return "\n".join([*magics, ast.unparse(_WithoutWords().visit(ast.parse(plain(source))))])


class _WithoutWords(ast.NodeTransformer):
    def visit_Constant(self, node: ast.Constant) -> ast.Constant:
        return ast.Constant("...") if isinstance(node.value, str) else node

    def visit_JoinedStr(self, node: ast.JoinedStr) -> ast.Tuple | ast.Constant:
        values = [value for value in node.values if isinstance(value, ast.FormattedValue)]
        names = sorted(ast.unparse(ast.JoinedStr([value])) for value in values)
        found = [ast.Constant("..."), *(ast.Name(name, ast.Load()) for name in names)]
        return ast.Tuple(found, ast.Load()) if names else found[0]


@functools.cache
def sayings(source: str) -> list[str]:
    """Return the texts of code that a reader sees: what is printed, and a figure's labels."""
    found = []
    for call in calls([ast.parse(plain(source))]):
        words = [word.value for word in call.keywords if word.arg in _LABELS]
        seen = [*call.args, *words] if called_name(call) in _SAYING else words
        found += [_NAME.sub("", text) for node in seen for text in _texts_in(node)]
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
