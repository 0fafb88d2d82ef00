"""What went wrong in a worker, raised in the parent so that it can be understood and fixed."""

from __future__ import annotations

import pickle
from typing import NoReturn

from helpers.language import text
from helpers.parallel.arguments import name_of, short
from helpers.parallel.errors import (
    MachineError,
    TaskFailedError,
    TaskNotImportableError,
    WorkerLostError,
)
from helpers.parallel.importing import not_picklable
from helpers.parallel.plans import Plan
from helpers.worker import Failure, summary


def raise_failure(plan: Plan, chunk: int, failure: Failure) -> NoReturn:
    """Raise what ``failure`` of chunk number ``chunk`` says.

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
        raise TaskNotImportableError(
            text(
                es=f"Los trabajadores no pudieron importar la tarea {task}: {failure.summary}. "
                "Revisa que un Python recién abierto pueda importar su archivo .py; en un clúster, "
                'instálalo en cada máquina, o envíalo con client.upload_file("modulo.py").',
                en=f"The workers could not import the task {task}: {failure.summary}. Make sure "
                "that a freshly started Python can import its .py file; on a cluster, install it "
                'on each machine, or send it with client.upload_file("module.py").',
            )
        )
    if failure.stage == "load_items":
        raise not_picklable(text(es="Uno de los elementos", en="One of the items"), failure.summary)
    index = "?" if failure.index is None else plan.first(chunk) + failure.index
    item = "?" if failure.index is None else short(plan.items[plan.first(chunk) + failure.index])
    if failure.stage == "send_results":
        what = text(es=f"El resultado del elemento {index}", en=f"The result of item {index}")
        raise not_picklable(f"{what} ({item})", failure.summary)
    note = task_note(task, index, item)
    if failure.exception is None:  # it comes from another process
        there = text(es="Error en el trabajador:", en="Traceback from the worker:")
        note += f"\n{there}\n{failure.traceback}"
    error = failure.exception or _unpickled(failure.error)
    raise with_note(error, failure.summary, note)


def task_note(task: str, index: int | str, item: str) -> str:
    """Return the note that says on which item a task failed."""
    return text(
        es=f"La tarea {task} falló con el elemento {index} (contando desde 0): {item}",
        en=f"The task {task} failed on item {index} (counting from 0): {item}",
    )


def with_note(error: BaseException | None, summary: str, note: str) -> Exception:
    """Return a task's own exception with a note, or one that stands for it."""
    if isinstance(error, Exception):  # SystemExit would end the caller
        error.add_note(note)
        return error
    what = text(
        es=f"La tarea terminó con una excepción que no se puede enviar de regreso: {summary}. Una "
        "tarea debe terminar con return o con una excepción normal; no uses sys.exit en ella.",
        en=f"The task ended with an exception that cannot be sent back: {summary}. A "
        "task should end with return or with a plain exception; do not call sys.exit in it.",
    )
    return TaskFailedError(f"{what}\n{note}")


def not_started(plan: Plan, error: Exception) -> Exception:
    """Return the error for workers that the system did not let start.

    It is raised from ``error`` without that one's traceback, which would keep the pipes open.
    """
    if plan.how != "dask" and isinstance(error, (ConnectionError, EOFError)):
        # Python 3.14's fork server imports the script first, and ends with what that raises.
        return lost_worker(None)
    n, what = plan.n_workers, summary(error)
    es, en = ' También sirve how="threads", sin procesos.', ' how="threads" needs no processes.'
    without = "" if plan.how == "threads" else text(es=es, en=en)
    return MachineError(
        text(
            es=f"El sistema operativo no pudo iniciar los trabajadores (n_workers={n}): {what}. "
            "Pide menos con n_workers, o apaga los cuadernos que ya no usas, porque también "
            "cuentan. En un contenedor puede faltar memoria compartida (/dev/shm; en Docker: "
            "--shm-size=64m) o una carpeta temporal donde escribir (TMPDIR); en la copia (fork) de "
            f'un programa, usa start_method="spawn".{without}',
            en=f"The operating system could not start the workers (n_workers={n}): {what}. Ask for "
            "fewer with n_workers, or shut down notebooks that you no longer use, as they count "
            "too. A container may lack shared memory (/dev/shm; in Docker: --shm-size=64m) or a "
            "temporary folder to write to (TMPDIR); in a forked program, use "
            f'start_method="spawn".{without}',
        )
    )


def lost_worker(exit_code: int | None) -> WorkerLostError:
    """Return the error for a worker that ended by itself, with its exit code if it is known."""
    code = "" if exit_code is None else text(es=f" (código {exit_code})", en=f" (code {exit_code})")
    return WorkerLostError(
        text(
            es=f"Un proceso trabajador terminó de forma inesperada{code}. Causas habituales: lo "
            "mató el sistema por falta de memoria; la tarea llamó a os._exit; o un script llama a "
            'run sin la línea if __name__ == "__main__": antes, y su error aparece más arriba. Los '
            "demás procesos se detuvieron; puedes corregir y volver a llamar.",
            en=f"A worker ended abruptly{code}. Usual causes: the system killed it for lack of "
            "memory; the task called os._exit; or a script calls run without the line if __name__ "
            '== "__main__": before it, and its error is shown above. The other workers have '
            "been stopped; fix it and call again.",
        )
    )


def _unpickled(pickled: bytes | None) -> BaseException | None:
    try:
        error = pickle.loads(pickled) if pickled else None
    except Exception:  # its class cannot be imported here, or refuses to be made again
        return None
    return error if isinstance(error, BaseException) else None
