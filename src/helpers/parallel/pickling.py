"""The task as it is sent to the workers, or why it cannot be."""

from __future__ import annotations

import io
import operator
import pickle
import sys
import types
from pathlib import Path
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import name_of, short
from helpers.parallel.edited import innermost, origin
from helpers.parallel.errors import InputError, NotPicklableError, TaskNotImportableError
from helpers.parallel.results import Task


def pickled_task(task: Task, how: str, method: str | None) -> bytes:
    """Return the task as the way ``how`` sends it, whose processes start by ``method``.

    Raises:
        InputError: where the workers cannot get it.
    """
    if how == "dask":
        return _pickled_for_dask(task)
    return pickled_task_for(task, method) if method else b""


def _pickled_for_dask(task: Task) -> bytes:
    """Return the task as Dask sends it: one of a notebook travels as a whole, code and all."""
    import cloudpickle
    import distributed  # noqa: F401  (its first import takes a second, and is no part of the call)

    try:
        pickled: bytes = cloudpickle.dumps(task)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise NotPicklableError(
            message("run.task_unpicklable", task=short(task), error=what)
        ) from error
    return pickled


def pickled_task_for(task: Task, start_method: str) -> bytes:
    """Return the task as it is sent to processes; raise an InputError where they cannot get it."""
    pickled = io.BytesIO()
    pickler = _ModulesNoted(pickled, pickle.HIGHEST_PROTOCOL)
    try:
        pickler.dump(task)
    except Exception as error:
        raise _unpicklable(task, error) from error
    if "__main__" in pickler.modules and start_method != "fork" and not _main_can_be_imported():
        raise TaskNotImportableError(
            message("run.task_in_main", task=name_of(task), start_method=start_method)
        )
    return pickled.getvalue()


def _unpicklable(task: Task, error: Exception) -> InputError:
    if isinstance(task, types.FunctionType) and task.__name__ == "<lambda>":
        return TaskNotImportableError(message("run.lambda"))
    inner = innermost(task)
    if _was_reloaded(inner):
        module, name = origin(inner)
        return TaskNotImportableError(message("run.replaced_task", task=name, module=module))
    if isinstance(task, types.FunctionType):
        return TaskNotImportableError(message("run.local_task", task=name_of(task)))
    return NotPicklableError(
        message("run.task_unpicklable", task=short(task), error=f"{type(error).__name__}: {error}")
    )


def _was_reloaded(inner: Any) -> bool:
    """Say whether a module has another function, or class, of that name by now."""
    try:
        now = operator.attrgetter(inner.__qualname__)(sys.modules[inner.__module__])
    except (AttributeError, KeyError):  # it is defined inside of a function
        return False
    alike = type(now) is type(inner) and now.__qualname__ == inner.__qualname__
    return alike and now is not inner and inner.__module__ != "__main__"


class _ModulesNoted(pickle.Pickler):
    """A pickler that notes which modules a worker will have to import."""

    def __init__(self, file: io.BytesIO, protocol: int) -> None:
        super().__init__(file, protocol)
        self.modules: set[str] = set()

    def reducer_override(self, obj: Any) -> Any:
        if isinstance(obj, (type, types.FunctionType)):
            self.modules.add(str(obj.__module__))
        return NotImplemented


def _main_can_be_imported() -> bool:
    """Say whether a new process can import ``__main__``: a script's can be, a notebook's cannot."""
    main = sys.modules["__main__"]
    if getattr(main, "__spec__", None) is not None:  # python -m name
        return True
    file = getattr(main, "__file__", None)
    return file is not None and Path(file).exists()
