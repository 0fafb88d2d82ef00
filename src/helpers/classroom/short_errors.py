"""Errors of a pool's workers, shown short: the learner's own lines first, no library's."""

from __future__ import annotations

import concurrent.futures
import multiprocessing
import re
from pathlib import Path
from types import TracebackType
from typing import Any

from helpers.language import text

# The lines of these folders tell a learner nothing.
_FOLDERS = (*multiprocessing.__path__, *concurrent.futures.__path__, str(Path(__file__).parents[1]))
_FRAME = re.compile(r'  File "(?P<path>[^"]*)"')


def shorten_errors() -> None:
    """Have the notebook show what a worker raised in short; outside of a notebook do nothing."""
    from IPython.core.getipython import get_ipython

    shell = get_ipython()
    if shell is not None:
        shell.set_custom_exc((Exception,), _show)


def _show(shell: Any, kind: Any, error: Any, trace: Any, tb_offset: int | None = None) -> None:
    remote = getattr(error.__cause__, "tb", None)  # what Pool and executor bring from a worker
    if isinstance(remote, str) and not hasattr(error, "_render_traceback_"):
        cause, error.__cause__ = error.__cause__, None
        try:
            here = shell.InteractiveTB.structured_traceback(kind, error, _own_frames(trace))
            lines = [*_in_worker(remote), *here]
            error._render_traceback_ = lambda: lines
        except Exception:  # an error that takes no attributes is shown as it is
            error.__cause__ = cause
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)


def _in_worker(remote: str) -> list[str]:
    """Return the learner's own lines of a worker's traceback, under a title; none without any."""
    kept, hidden, own = [], False, False
    for line in remote.strip().strip('"').strip().splitlines():
        frame = _FRAME.match(line)
        if frame:
            hidden = frame["path"].startswith(_FOLDERS)
            own = own or not hidden
        elif not line.startswith("    "):
            hidden = False
        if not hidden:
            kept.append(line)
    title = text(es="En el trabajador:", en="In the worker:")
    return [title, *kept, ""] if own else []


def _own_frames(trace: TracebackType) -> TracebackType:
    """Return the traceback without the library's frames; whole where there are no others."""
    frames: list[TracebackType] = []
    step: TracebackType | None = trace
    while step is not None:
        frames.append(step)
        step = step.tb_next
    own = [f for f in frames if not f.tb_frame.f_code.co_filename.startswith(_FOLDERS)]
    shown = None
    for frame in reversed(own or frames):
        shown = TracebackType(shown, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return shown or trace
