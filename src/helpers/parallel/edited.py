"""Was a task's file edited after it was imported? Then new processes would run another version."""

from __future__ import annotations

import ast
import functools
import site
import sys
import sysconfig
import types
from collections.abc import Iterator
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import name_of
from helpers.parallel.equality import same
from helpers.parallel.errors import InputError

_INSTALLED = tuple(
    str(Path(path))
    for path in {
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        *(site.getsitepackages() if hasattr(site, "getsitepackages") else ()),
        str(Path(__file__).parents[1]),
    }
)
# What a function is, but for where it stands: a line above it may have moved it.
_Print = tuple[Any, ...]


def refuse_edited(task: object) -> None:
    """Refuse a task whose file is no longer what was imported.

    This process would run the old version, as would what is forked; what is spawned, the new one.

    Args:
        task: what is called with the items: a function, a partial, a method or an object.

    Raises:
        InputError: with the file, and how to get the new version.
    """
    file = edited_since_import(task)
    if file is not None:
        module = _module_of(_innermost(task))
        name = getattr(module, "__name__", "?")
        raise InputError(message("run.edited", file=file.name, module=name, task=name_of(task)))


def edited_since_import(task: object) -> Path | None:
    """Return the file of the task's module, if functions or constants in it are others by now.

    A function counts where it is in both, and so does a constant in capitals; comments, and what
    was added, do not. Installed packages are not looked into, nor what is not imported as it stands
    in its file.
    """
    inner = _innermost(task)
    module = _module_of(inner)
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    if module is None or type(loader) is not SourceFileLoader or loader.path.startswith(_INSTALLED):
        return None
    file = loader.path
    try:
        status = Path(file).stat()
        functions, constants = _contents(file, status.st_mtime_ns, status.st_size)
    except (OSError, SyntaxError, ValueError):  # gone, or half-way through an edit
        return None
    live = {function.__qualname__: function for function in _functions_of(module, file)}
    if isinstance(inner, types.FunctionType) and inner.__code__.co_filename == file:
        live[inner.__qualname__] = inner  # one that was kept while its module was reloaded, too
    old = any(
        name in functions and _print_of(function.__code__) not in functions[name]
        for name, function in live.items()
    )
    namespace = vars(module)
    old = old or any(
        name in namespace and same(namespace[name], value) is False
        for name, value in constants.items()
    )
    return Path(file) if old else None


def _innermost(task: object) -> object:
    """Return the function, or the class, that a task comes down to."""
    while isinstance(task, functools.partial):
        task = task.func
    task = getattr(task, "__func__", task)
    return task if isinstance(task, (types.FunctionType, type)) else type(task)


def _module_of(task: object) -> types.ModuleType | None:
    return sys.modules.get(str(getattr(task, "__module__", None)))


def _functions_of(module: types.ModuleType, file: str) -> Iterator[types.FunctionType]:
    """Yield the functions and methods of a module that come from its file, decorated ones too."""
    for value in list(vars(module).values()):
        members = vars(value).values() if isinstance(value, type) else (value,)
        for member in list(members):
            function = getattr(member, "__func__", member)
            function = getattr(function, "__wrapped__", function)
            if isinstance(function, types.FunctionType) and function.__code__.co_filename == file:
                yield function


@functools.lru_cache(maxsize=64)
def _contents(
    file: str, _mtime_ns: int, _size: int
) -> tuple[dict[str, set[_Print]], dict[str, Any]]:
    """Return what each function in a file is, by its qualified name, and its constants."""
    tree = ast.parse(Path(file).read_bytes(), file)
    functions: dict[str, set[_Print]] = {}
    waiting = [compile(tree, file, "exec", dont_inherit=True)]
    while waiting:
        for inner in waiting.pop().co_consts:
            if isinstance(inner, types.CodeType):
                functions.setdefault(inner.co_qualname, set()).add(_print_of(inner))
                waiting.append(inner)
    return functions, dict(_constants(tree))


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    for node in tree.body:
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Name):
            name = node.targets[0].id
            if name.isupper():
                try:
                    yield name, ast.literal_eval(node.value)
                except ValueError:
                    continue  # it is computed


def _print_of(code: types.CodeType) -> _Print:
    return code.co_code, code.co_names, code.co_varnames, tuple(map(_constant, code.co_consts))


def _constant(value: Any) -> Any:
    if isinstance(value, frozenset):  # whose order is no part of it
        return tuple(sorted(map(repr, value)))
    return _print_of(value) if isinstance(value, types.CodeType) else repr(value)
