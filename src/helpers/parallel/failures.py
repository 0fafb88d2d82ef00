"""What went wrong in a worker, raised in the parent so that it can be understood and mended."""

from __future__ import annotations

import errno
import pickle
from typing import Any, NoReturn

from helpers.language import message
from helpers.parallel.arguments import name_of, short
from helpers.parallel.errors import (
    MachineError,
    NotPicklableError,
    TaskFailedError,
    TaskNotImportableError,
    WorkerLostError,
)
from helpers.parallel.importing import main_file
from helpers.parallel.plans import Plan
from helpers.worker import Failure, first_unpicklable


def raise_failure(plan: Plan, chunk: int, failure: Failure) -> NoReturn:
    """Raise what ``failure`` of chunk number ``chunk`` tells.

    Raises:
        TaskNotImportableError: the worker could not import the task.
        NotPicklableError: the items could not be read there, or the results not be sent back.
        TaskFailedError: the task ended in a way that cannot be raised here as it was.
        Exception: what the task raised.
    """
    task = name_of(plan.task)
    if failure.stage == "load_task":
        error = _unpickled(failure.error)
        if isinstance(error, TaskNotImportableError):  # its module calls run: that says it all
            raise error
        key = "dask.task_not_there" if plan.how == "dask" else "run.task_not_loaded"
        raise TaskNotImportableError(message(key, task=task, error=failure.summary))
    if failure.stage == "load_items":
        raise NotPicklableError(message("run.items_not_loaded", error=failure.summary))
    index, item = _place(plan, chunk, failure)
    if failure.stage == "send_results":
        raise NotPicklableError(
            message("run.result_unpicklable", index=index, item=item, error=failure.summary)
        )
    note = message("run.task_raised", task=task, index=index, item=item)
    if failure.exception is None:  # it comes from another process
        note += "\n" + message("run.worker_traceback", traceback=failure.traceback)
    raise _raised(failure, note)


def not_started(plan: Plan, error: Exception) -> Exception:
    """Return the error for workers that the system did not let start.

    It is raised from ``error`` without that one's traceback, which would keep the pipes open.

    Raises:
        WorkerLostError: the program's own file has ended what starts the workers.
    """
    file = main_file()
    if file and plan.how != "dask" and isinstance(error, (ConnectionError, EOFError)):
        # Python 3.14's fork server imports the script first, and ends with what that raises.
        raise WorkerLostError(message("run.lost_at_start", file=file)) from None
    number = getattr(error, "errno", errno.EAGAIN)  # of a thread no number is told
    limit = number in (errno.EAGAIN, errno.ENOMEM, errno.EMFILE, errno.ENFILE)
    limit = limit and not isinstance(error, ImportError)  # of what the system does not have
    key = "run.too_many_workers" if limit else "run.cannot_start"
    if isinstance(error, RuntimeError) and plan.how == "dask":  # its own, whatever lies behind it
        key = "dask.not_started"
    if isinstance(error, ChildProcessError):  # the fork server belongs to this one's parent
        key = "run.after_a_fork"
    what = f"{type(error).__name__}: {error}"
    return MachineError(message(key, n=plan.n_workers, how=repr(plan.how), error=what))


def _place(plan: Plan, chunk: int, failure: Failure) -> tuple[int | str, str]:
    if failure.index is None:
        return "?", "?"
    index = plan.first(chunk) + failure.index
    return index, short(plan.items[index])


def _raised(failure: Failure, note: str) -> BaseException:
    """Return the task's own exception with the note, or one that stands for it."""
    error = failure.exception or _unpickled(failure.error)
    if error is None or not isinstance(error, Exception):  # SystemExit would end the parent
        return TaskFailedError(message("run.task_failed", error=failure.summary) + "\n" + note)
    error.add_note(note)
    return error


def _unpickled(pickled: bytes | None) -> BaseException | None:
    try:
        error = pickle.loads(pickled) if pickled else None
    except Exception:  # its class cannot be imported here, or refuses to be made again
        return None
    return error if isinstance(error, BaseException) else None


def opened(pickled: bytes) -> list[Any]:
    """Return the results that a worker sent.

    Raises:
        NotPicklableError: where one of them cannot be read in this process.
    """
    try:
        results: list[Any] = pickle.loads(pickled)
    except Exception as error:
        what = f"{type(error).__name__}: {error}"
        raise NotPicklableError(message("run.results_not_loaded", error=what)) from error
    return results


def unsent_item(plan: Plan, chunk: int, error: BaseException) -> BaseException:
    """Return the error that names the item of chunk number ``chunk`` that cannot be pickled.

    Where all of them can be, ``error`` is about something else and is returned itself.
    """
    in_chunk = first_unpicklable(plan.chunk(chunk))
    if in_chunk is None:
        return error
    index = plan.first(chunk) + in_chunk
    what = f"{type(error).__name__}: {error}"
    item = short(plan.items[index])
    return NotPicklableError(message("run.item_unpicklable", index=index, item=item, error=what))


def lost_worker(start_method: str | None, began: Any, exit_code: int | None) -> WorkerLostError:
    """Return the error for a worker that ended by itself.

    Args:
        start_method: how it started.
        began: a semaphore that each worker releases as it begins.
        exit_code: that of its process, if it is known.
    """
    file = main_file() if start_method != "fork" else None
    if file and not began.acquire(block=False):
        return WorkerLostError(message("run.lost_at_start", file=file))
    if exit_code is None:
        return WorkerLostError(message("run.worker_lost"))
    return WorkerLostError(message("run.worker_lost_code", code=exit_code))
