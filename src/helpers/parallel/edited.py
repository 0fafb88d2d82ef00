"""Was a task's file edited after it was imported? Then new processes would run another version."""

from __future__ import annotations

import ast
import functools
import inspect
import operator
import site
import struct
import sys
import sysconfig
import types
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from helpers.language import message
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
# What a plain value is made of in a file, such as 10**6: no name, no call.
_VALUE = (ast.Constant, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Load)


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
        module, name = origin(innermost(task))
        raise InputError(message("run.edited", file=file.name, module=module, task=name))


def edited_since_import(task: object) -> Path | None:
    """Return the file of the task's module, if functions or constants in it are others by now.

    A function counts where it is in both, the task itself always, and so does a plain value that is
    set once, or stands for an argument that is left out. Comments, what was added, and what the
    program changed itself do not. Installed packages are not looked into, nor what is not imported
    as it stands in its file.
    """
    inner = innermost(task)
    module = sys.modules.get(str(getattr(inner, "__module__", None)))
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    if module is None or type(loader) is not SourceFileLoader or loader.path.startswith(_INSTALLED):
        return None
    try:
        return Path(loader.path) if _is_old(inner, module, loader.path) else None
    except Exception:  # the file has gone, or is half-way through an edit
        return None


def innermost(task: object) -> Any:
    """Return the function, or the class, that a task comes down to."""
    while isinstance(task, functools.partial):
        task = task.func
    task = getattr(task, "__func__", task)
    return task if isinstance(task, (types.FunctionType, type)) else type(task)


def origin(inner: Any) -> tuple[str, str]:
    """Return the module of a function or class, and the name to import from there."""
    return str(inner.__module__), inner.__qualname__.partition(".")[0]


def _is_old(inner: Any, module: types.ModuleType, file: str) -> bool:
    status = Path(file).stat()
    functions, constants = _contents(file, status.st_mtime_ns, status.st_size)
    task = list(_codes_of([inner], module.__name__, file))  # it may be one from before a reload
    if any(code.co_qualname not in functions for code in task):
        return True
    for code in (*task, *_codes_of(vars(module).values(), module.__name__, file)):
        known = functions.get(code.co_qualname)
        if known is not None and _print_of(code) not in known:
            return True
    if _is_as_compiled(module, int(status.st_mtime), status.st_size):
        return False  # a constant that is another one now was changed by the program
    return any(_is_other(module, path, value) for path, value in constants.items())


def _codes_of(values: Iterable[Any], module: str, file: str) -> Iterator[types.CodeType]:
    """Yield the code of a module's functions and methods from its file, decorated ones too."""
    for value in list(values):
        with suppress(Exception):  # an object may refuse to be asked
            if value.__module__ != module:
                continue
            for member in list(vars(value).values()) if isinstance(value, type) else [value]:
                function = inspect.unwrap(getattr(member, "__func__", member))
                code = getattr(function, "__code__", None)
                if isinstance(code, types.CodeType) and code.co_filename == file:
                    yield code


def _is_as_compiled(module: types.ModuleType, mtime_s: int, size: int) -> bool:
    """Say whether what the import compiled is the file as it is, by the header of the ``.pyc``."""
    cached = getattr(module.__spec__, "cached", None)
    if sys.dont_write_bytecode or cached is None or not Path(cached).exists():
        return False
    header = Path(cached).read_bytes()[:16]
    return header[8:] == struct.pack("<2L", mtime_s & 0xFFFFFFFF, size & 0xFFFFFFFF)


def _is_other(module: types.ModuleType, path: str, value: Any) -> bool:
    try:
        found = operator.attrgetter(path)(module)
    except AttributeError:  # it was added
        return False
    # What is plain is written as it is, and NaN, which equals nothing, is written like itself.
    return type(found) is not type(value) or repr(found) != repr(value)


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
    """Yield the plain values of a file whose name is set in one place, and the path to each."""
    times_set = Counter(_names_set(tree))
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ):
                path = name
            case ast.FunctionDef(name=name, args=args, decorator_list=[]) if args.defaults:
                path, value = f"{name}.__defaults__", ast.Tuple(args.defaults, ast.Load())
            case _:
                continue
        if times_set[name] == 1 and all(isinstance(part, _VALUE) for part in ast.walk(value)):
            whole = ast.fix_missing_locations(ast.Expression(value))
            yield path, eval(compile(whole, "", "eval"))


def _names_set(tree: ast.Module) -> Iterator[str | None]:
    for node in ast.walk(tree):
        if not isinstance(getattr(node, "ctx", None), ast.Load):
            yield (
                getattr(node, "id", None) or getattr(node, "asname", None) or vars(node).get("name")
            )


def _print_of(code: types.CodeType) -> _Print:
    return code.co_code, code.co_names, code.co_varnames, tuple(map(_constant, code.co_consts))


def _constant(value: Any) -> Any:
    if isinstance(value, frozenset):  # whose order is no part of it
        return tuple(sorted(map(repr, value)))
    return _print_of(value) if isinstance(value, types.CodeType) else repr(value)
