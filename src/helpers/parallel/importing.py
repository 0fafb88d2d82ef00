"""Files that are being imported: what they call may not start workers, which import them too."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

from helpers import worker
from helpers.language import message
from helpers.parallel.errors import TaskNotImportableError


def check_not_importing(called: str) -> None:
    """Refuse to start workers for a file that is being imported, here or by a worker.

    Such a file calls at its top level, so that each worker would start workers in turn, without
    end. Where they are forked, what pickles its items would wait for its import, and that for them.

    Args:
        called: the function that the file calls, by its name.

    Raises:
        TaskNotImportableError: it names the file and says where the call belongs.
    """
    # Python sets the former while a new process imports the script that it was started from.
    main = getattr(multiprocessing.current_process(), "_inheriting", False)
    starting = main or worker.loading
    frame = sys._getframe(1)
    while frame is not None:
        spec = frame.f_globals.get("__spec__")
        if frame.f_code.co_name == "<module>" and (
            starting or getattr(spec, "_initializing", False)
        ):
            break
        frame = frame.f_back  # type: ignore[assignment]
    if frame is not None or starting:  # a thread that the file has started has no such frame
        file = Path(frame.f_code.co_filename).name if frame else "?"
        raise TaskNotImportableError(message("run.while_importing", file=file, called=called))


def main_file() -> str | None:
    """Return the file of ``__main__`` that each new process imports; a notebook has none."""
    return getattr(sys.modules["__main__"], "__file__", None)


def check_main_file(start_method: str) -> None:
    """Refuse to start new processes that could not import ``__main__``, as its file is not there.

    Raises:
        TaskNotImportableError: it says to save the program as a file.
    """
    file = main_file()
    by_name = getattr(sys.modules["__main__"], "__spec__", None) is not None  # python -m name
    if start_method != "fork" and file is not None and not by_name and not Path(file).exists():
        raise TaskNotImportableError(
            message("run.main_is_gone", file=file, start_method=start_method)
        )
