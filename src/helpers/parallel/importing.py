"""The task as new processes get it: one that they can import, as this process knows it."""

from __future__ import annotations

import ast
import functools
import inspect
import multiprocessing
import operator
import pickle
import site
import sys
import sysconfig
import types
from collections import Counter
from collections.abc import Iterable, Iterator
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from pathlib import Path
from typing import Any

from helpers import worker
from helpers.language import text
from helpers.parallel.arguments import name_of, short
from helpers.parallel.errors import NotPicklableError, TaskNotImportableError
from helpers.parallel.results import Task

_INSTALLED = tuple(
    str(Path(path))
    for path in {
        sysconfig.get_path("stdlib"),
        sysconfig.get_path("purelib"),
        *(site.getsitepackages() if hasattr(site, "getsitepackages") else ()),
        str(Path(__file__).parents[1]),
    }
)
# What a plain value is made of in a file, such as 10**6: no name, no call.
_VALUE = (ast.Constant, ast.Tuple, ast.BinOp, ast.UnaryOp, ast.operator, ast.unaryop, ast.Load)


def check_not_importing(called: str) -> None:
    """Refuse to start workers in a worker that is still importing a file.

    Such a file calls at its top level, so that each worker would start workers in turn, without
    end.

    Args:
        called: the function that the file calls, by its name.

    Raises:
        TaskNotImportableError: it names the file and says where the call belongs.
    """
    # Python sets this while a new process imports the script that it was started from.
    if not (worker.loading or getattr(multiprocessing.current_process(), "_inheriting", False)):
        return
    stack = [
        Path(frame.filename).name for frame in inspect.stack(0) if frame.function == "<module>"
    ]
    file = stack[0] if stack else "?"  # a thread that the file has started has no such frame
    raise TaskNotImportableError(
        text(
            es=f"{file} llama a {called} en su nivel principal. Cada trabajador importa ese "
            "archivo y crearía a su vez trabajadores, sin fin. Pon la llamada en el cuaderno, o en "
            'el archivo debajo de la línea if __name__ == "__main__":.',
            en=f"{file} calls {called} at its top level. Each worker imports that file and would "
            "start workers of its own, without end. Put the call into the notebook, or in the file "
            'under the line if __name__ == "__main__":.',
        )
    )


def pickled_task(task: Task, start_method: str) -> bytes:
    """Return the task as it is sent to processes.

    Raises:
        InputError: where they cannot get it.
    """
    try:
        pickled = pickle.dumps(task, pickle.HIGHEST_PROTOCOL)
    except Exception as error:
        inner = _innermost(task)
        if _was_reloaded(inner):
            raise _other_version(inner) from error
        if isinstance(task, types.FunctionType):
            raise _not_importable(task, start_method) from error
        raise not_picklable(task, error) from error
    if b"__main__" in pickled and start_method != "fork" and not _is_a_script():
        raise _not_importable(task, start_method)
    return pickled


def _is_a_script() -> bool:
    """Say whether a new process can import ``__main__``: a script's can be, a notebook's cannot."""
    main = sys.modules["__main__"]
    file = getattr(main, "__file__", None)
    by_name = getattr(main, "__spec__", None) is not None  # python -m name
    return by_name or (file is not None and Path(file).exists())


def _not_importable(task: Task, start_method: str) -> TaskNotImportableError:
    name = name_of(task)
    return TaskNotImportableError(
        text(
            es=f"Un proceso nuevo ({start_method}) no puede importar la tarea {name}: es una "
            "lambda, o está definida en el cuaderno o dentro de otra función. Un Pool se quedaría "
            "esperando para siempre. Escríbela con def en el nivel principal de un archivo .py "
            "junto al cuaderno e impórtala de ahí.",
            en=f"A new process ({start_method}) cannot import the task {name}: it is a lambda, or "
            "is defined in the notebook or inside another function. A Pool would wait forever. "
            "Write it with def at the top level of a .py file beside the notebook and import it "
            "from there.",
        )
    )


def not_picklable(task: Task, error: Exception) -> NotPicklableError:
    """Return the error for a task that cannot be pickled, and no function that could be moved."""
    return NotPicklableError(
        text(
            es=f"No se puede enviar la tarea {short(task)} a otro proceso, porque no se puede "
            f"serializar (pickle): {type(error).__name__}: {error}. Usa una función de un archivo "
            '.py, o how="threads".',
            en=f"The task {short(task)} cannot be sent to another process, because it cannot be "
            f"pickled: {type(error).__name__}: {error}. Use a function of a .py file, or "
            'how="threads".',
        )
    )


def refuse_edited(task: object) -> None:
    """Refuse a task whose file is no longer what was imported.

    This process would run the old version, as would what is forked; what is spawned, the new one.
    A function counts where it is in both versions, the task itself always, and so does a plain
    value that is set once. Comments and what was added do not. Installed packages are not looked
    into, nor what is not imported as it stands in its file.

    Args:
        task: what is called with the items: a function, a partial, a method or an object.

    Raises:
        TaskNotImportableError: with the file, and how to get the new version.
    """
    inner = _innermost(task)
    module = sys.modules.get(str(getattr(inner, "__module__", None)))
    loader = getattr(getattr(module, "__spec__", None), "loader", None)
    if module is None or type(loader) is not SourceFileLoader or loader.path.startswith(_INSTALLED):
        return
    try:
        edited = _is_old(inner, module, loader.path)
    except Exception:  # the file has gone, or is half-way through an edit
        return
    if edited:
        raise _other_version(inner)


def _other_version(inner: Any) -> TaskNotImportableError:
    module, task = inner.__module__, inner.__qualname__.partition(".")[0]
    remedy = f"import importlib, {module}; importlib.reload({module}); from {module} import {task}"
    return TaskNotImportableError(
        text(
            es=f"{module}.py cambió después de que importaste {task}: un proceso nuevo tomaría "
            f"otra versión que este. Para usar la nueva, reinicia el kernel, o ejecuta {remedy}",
            en=f"{module}.py was edited after you imported {task}: a new process would take "
            f"another version than this one. To use the new one, restart the kernel, or run "
            f"{remedy}",
        )
    )


def _innermost(task: object) -> Any:
    """Return the function, or the class, that a task comes down to."""
    while isinstance(task, functools.partial):
        task = task.func
    task = getattr(task, "__func__", task)
    return task if isinstance(task, (types.FunctionType, type)) else type(task)


def _was_reloaded(inner: Any) -> bool:
    """Say whether a module has another function, or class, of that name by now."""
    try:
        now = operator.attrgetter(inner.__qualname__)(sys.modules[inner.__module__])
    except (AttributeError, KeyError):  # it is defined inside of a function
        return False
    alike = type(now) is type(inner) and now.__qualname__ == inner.__qualname__
    return alike and now is not inner and inner.__module__ != "__main__"


def _is_old(inner: Any, module: types.ModuleType, file: str) -> bool:
    status = Path(file).stat()
    functions, constants = _contents(file, status.st_mtime_ns, status.st_size)
    task = list(_codes_of([inner], module.__name__, file))  # it may be one from before a reload
    if any(code.co_qualname not in functions for code in task):
        return True
    for code in (*task, *_codes_of(vars(module).values(), module.__name__, file)):
        known = functions.get(code.co_qualname)
        if known is not None and _content(code) not in known:
            return True
    # What is plain is written as it is, and NaN, which equals nothing, is written like itself.
    return any(repr(vars(module).get(name, value)) != repr(value) for name, value in constants)


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


@functools.lru_cache(maxsize=64)
def _contents(
    file: str, _mtime_ns: int, _size: int
) -> tuple[dict[str, set[tuple[Any, ...]]], list[tuple[str, Any]]]:
    """Return what each function in a file is, by its qualified name, and its constants."""
    tree = ast.parse(Path(file).read_bytes(), file)
    functions: dict[str, set[tuple[Any, ...]]] = {}
    waiting = [compile(tree, file, "exec", dont_inherit=True)]
    while waiting:
        for inner in waiting.pop().co_consts:
            if isinstance(inner, types.CodeType):
                functions.setdefault(inner.co_qualname, set()).add(_content(inner))
                waiting.append(inner)
    return functions, list(_constants(tree))


def _constants(tree: ast.Module) -> Iterator[tuple[str, Any]]:
    """Yield the plain values of a file whose name is set in one place."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name))
    times_set = Counter(name.id for name in names if isinstance(name.ctx, ast.Store))
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id=name)], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id=name), value=ast.expr() as value)
            ) if times_set[name] == 1 and all(isinstance(part, _VALUE) for part in ast.walk(value)):
                yield name, eval(compile(ast.Expression(value), "", "eval"))


def _content(code: types.CodeType) -> tuple[Any, ...]:
    """Return what a function is, but for where it stands: a line above it may have moved it."""
    return code.co_code, code.co_names, code.co_varnames, tuple(map(_constant, code.co_consts))


def _constant(value: Any) -> Any:
    if isinstance(value, frozenset):  # whose order is no part of it
        return tuple(sorted(map(repr, value)))
    return _content(value) if isinstance(value, types.CodeType) else repr(value)
