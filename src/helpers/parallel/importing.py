"""The task as new processes get it: one that they can import, as this process knows it."""

from __future__ import annotations

import functools
import multiprocessing
import os
import pickle
import struct
import sys
import sysconfig
import time
import traceback
import types
from importlib.machinery import ModuleSpec, SourceFileLoader
from pathlib import Path
from typing import Any

from helpers import worker
from helpers.language import text
from helpers.parallel.arguments import name_of, short
from helpers.parallel.errors import NotPicklableError, TaskNotImportableError
from helpers.parallel.results import Task

_FOLDERS = [sysconfig.get_path(name) for name in ("stdlib", "purelib", "platlib")]
_FOLDERS += [sysconfig.get_path("purelib", sysconfig.get_preferred_scheme("user"))]
_INSTALLED = tuple(folder + os.sep for folder in (*_FOLDERS, str(Path(__file__).parents[1])))
_LOADED_S = time.time()
# The files of tasks: what each held when it was first looked at after its import.
_sources: dict[str, tuple[ModuleSpec, bytes]] = {}


def check_not_importing(called: str) -> None:
    """Refuse to start workers for a file that is being imported, here or by a worker.

    Such a file makes the call at its top level, so that each worker would start workers in turn,
    without end. Where they are forked, what unpickles its items would wait for the import, and the
    import for them.

    Args:
        called: the function that the file calls, by its name.

    Raises:
        TaskNotImportableError: it names the file and says where the call belongs.
    """
    # Python sets the former while a new process imports the script that it was started from.
    starting = getattr(multiprocessing.current_process(), "_inheriting", False) or worker.loading
    file = "?"  # a thread that the file has started has no such frame
    for frame, _ in traceback.walk_stack(None):
        importing = getattr(frame.f_globals.get("__spec__"), "_initializing", False)
        if frame.f_code.co_name == "<module>" and (starting or importing):
            file, starting = Path(frame.f_code.co_filename).name, True
            break
    if not starting:
        return
    raise TaskNotImportableError(
        text(
            es=f"{file} llama a {called} fuera de toda función. Cada trabajador importa ese "
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
        if "not the same object" in str(error) and inner.__module__ != "__main__":  # reloaded
            raise _other_version(inner) from error
        if isinstance(task, types.FunctionType):
            raise _not_importable(task, start_method) from error
        raise _task_not_picklable(task, error) from error
    if b"__main__" in pickled and start_method != "fork" and not _is_a_script():
        raise _not_importable(task, start_method)
    return pickled


def pickled_by_value(task: Task) -> bytes:
    """Return the task as Dask sends it: one of a notebook travels as a whole, code and all."""
    import cloudpickle
    import distributed  # noqa: F401  (its first import takes a second, and is no part of the call)

    try:
        pickled: bytes = cloudpickle.dumps(task)
    except Exception as error:
        raise _task_not_picklable(task, error) from error
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


def _task_not_picklable(task: Task, error: Exception) -> NotPicklableError:
    what = text(es=f"La tarea {short(task)}", en=f"The task {short(task)}")
    return not_picklable(what, worker.summary(error))


def not_picklable(what: str, error: object) -> NotPicklableError:
    """Return the error for ``what`` cannot be sent from one process to another."""
    return NotPicklableError(
        text(
            es=f"{what} no se puede enviar a otro proceso (pickle): {error}. Usa datos (números, "
            "cadenas, listas, rutas) y funciones y clases de un archivo .py, no del cuaderno; crea "
            "en la tarea lo que no viaja (archivos abiertos, conexiones, generadores), o usa "
            'how="threads".',
            en=f"{what} cannot be sent to another process (pickle): {error}. Use data "
            "(numbers, strings, lists, paths) and functions and classes of a .py file, not of the "
            "notebook; create inside the task what cannot be sent (open files, connections, "
            'generators), or use how="threads".',
        )
    )


def refuse_edited(task: object) -> None:
    """Refuse a task whose file is no longer what was imported.

    This process would run the old version, as would what is forked; what is spawned, the new one.
    The file is compared with what it was when this was asked first, and then with what Python
    compiled. Installed packages are not looked into, nor what is not imported from a file.

    Args:
        task: what is called with the items: a function, a partial, a method or an object.

    Raises:
        TaskNotImportableError: with the file, and how to get the new version.
    """
    inner = _innermost(task)
    module: Any = sys.modules.get(str(inner.__module__))
    spec: ModuleSpec | None = getattr(module, "__spec__", None)
    if spec is None or type(spec.loader) is not SourceFileLoader:
        return
    file = Path(str(spec.origin))
    if str(file).startswith(_INSTALLED) or not file.exists():
        return
    now = file.read_bytes()
    if _sources.get(spec.name, (None,))[0] is not spec:  # it was imported, or reloaded, since then
        _sources[spec.name] = spec, now if _is_as_compiled(spec, file) else b""
    if _sources[spec.name][1] != now:
        raise _other_version(inner)


def _is_as_compiled(spec: ModuleSpec, file: Path) -> bool:
    """Say whether a file is what Python last compiled, by the head of the ``.pyc``, if it has one.

    Source: "Cached bytecode invalidation" in Python's language reference, and PEP 552.
    """
    status, cached = file.stat(), Path(spec.cached or "")
    if status.st_mtime < _LOADED_S or sys.dont_write_bytecode or not cached.is_file():
        return True
    by_hash, compiled_s, size = struct.unpack("<4x3L", cached.read_bytes()[:16])
    return bool(by_hash) or (compiled_s, size) == (int(status.st_mtime), status.st_size)


def _other_version(inner: Any) -> TaskNotImportableError:
    module, task = inner.__module__, inner.__qualname__.partition(".")[0]
    remedy = f"import importlib, {module}; importlib.reload({module}); from {module} import {task}"
    return TaskNotImportableError(
        text(
            es=f"{module}.py cambió después de que importaste {task}: un proceso nuevo tomaría "
            f"otra versión que este. Para usar la nueva, reinicia el kernel, o ejecuta {remedy}",
            en=f"{module}.py was edited after you imported {task}: a new process would load "
            f"a different version from this one. To use the new one, restart the kernel, or run "
            f"{remedy}",
        )
    )


def _innermost(task: object) -> Any:
    """Return the function, or the class, that a task comes down to."""
    while isinstance(task, functools.partial):
        task = task.func
    task = getattr(task, "__func__", task)
    return task if isinstance(task, (types.FunctionType, type)) else type(task)
