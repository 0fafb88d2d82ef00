"""What each kernel of the course runs first: a missing name is then explained where it is missed.

An extension of IPython, loaded by ``etc/ipython/ipython_kernel_config.py`` in whatever opens the
notebook. A cell that runs before the one that makes its names fails as ever, and says which cell to
run.
"""

from __future__ import annotations

from contextlib import suppress
from typing import Any


def load_ipython_extension(shell: Any) -> None:
    """Let a ``NameError`` in a cell end with the cell that makes the name.

    Args:
        shell: IPython's shell, in which the cells run.
    """
    shell.set_custom_exc((NameError,), _show)


def _show(
    shell: Any, kind: type[BaseException], error: BaseException, trace: Any, tb_offset: Any = None
) -> None:
    """Show the error as IPython would, with a note at its end; IPython prescribes the arguments."""
    with suppress(Exception):  # an error in a note must not hide the learner's own
        from helpers.classroom.missing_names import note_for  # late: a kernel starts sooner

        note = note_for(error, shell)
        if note:
            error.add_note(note)
    shell.showtraceback((kind, error, trace), tb_offset=tb_offset)
