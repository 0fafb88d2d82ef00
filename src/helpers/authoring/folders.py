"""Folders that a command writes: what an earlier run made there is replaced, anything else kept."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from secrets import token_hex

from helpers.authoring.errors import AuthoringError
from helpers.language import message

# Its text is the command that made the folder. The name is our own: nobody else's folder has it.
MARKER = ".helpers-authoring"


@contextmanager
def replacing(folder: Path, command: str, kept: Path | None = None) -> Iterator[Path]:
    """Give a new folder to write in, which takes the place of ``folder`` if all goes well.

    Until then ``folder`` stays as it is; where something fails, the new one is removed.

    Args:
        folder: what is to be made; an earlier one is replaced whole.
        command: who makes it. It replaces only what it has made itself.
        kept: a folder that must outlive it, so that it cannot be inside of it.

    Raises:
        AuthoringError: where ``folder`` has things in it that ``command`` did not make, is a git
            clone, has ``kept`` inside, or where the system does not let it be replaced.
    """
    folder = folder.resolve()
    _check(folder, command, kept)
    name = f".{folder.name}.{token_hex(4)}"  # beside it: no move goes to another disk
    new, old = folder.with_name(f"{name}.new"), folder.with_name(f"{name}.old")
    try:
        with _problems(new):
            new.mkdir(parents=True)
            (new / MARKER).write_text(f"{command}\n", encoding="utf-8", newline="\n")
        yield new
        _check(folder, command, kept)  # it took minutes: somebody may have put things there
        with _problems(folder):
            _swap(folder, new, old)
    finally:
        shutil.rmtree(new, ignore_errors=True)


def _check(folder: Path, command: str, kept: Path | None) -> None:
    """Raise where ``folder`` must not be replaced."""
    with _problems(folder):
        if (folder / ".git").exists():
            raise AuthoringError([message("authoring.git_clone", folder=folder)])
        if not (_is_free(folder) or _is_made_by(folder, command)):
            raise AuthoringError([message("authoring.not_ours", folder=folder)])
    if kept and kept.resolve().is_relative_to(folder):
        raise AuthoringError([message("authoring.kept_inside", kept=kept, folder=folder)])


def _is_free(folder: Path) -> bool:
    """Tell whether there is nothing to lose; the top of a disk has no place beside it."""
    empty = not folder.exists() or (folder.is_dir() and not any(folder.iterdir()))
    return empty and bool(folder.name)


def _is_made_by(folder: Path, command: str) -> bool:
    marker = folder / MARKER
    return marker.is_file() and marker.read_bytes().strip() == command.encode()


def _swap(folder: Path, new: Path, old: Path) -> None:
    """Put ``new`` in the place of ``folder``, or leave all as it was."""
    if folder.exists():
        folder.rename(old)
    try:
        new.rename(folder)
    except BaseException:  # an interrupt must not leave the folder under another name either
        if old.exists() and not folder.exists():
            old.rename(folder)
        raise
    if old.exists():
        shutil.rmtree(old)


@contextmanager
def _problems(path: Path) -> Iterator[None]:
    """Say what the system refused, instead of a traceback."""
    try:
        yield
    except OSError as error:
        told = message(
            "authoring.not_changed", file=error.filename or path, reason=error.strerror or error
        )
        raise AuthoringError([told]) from error
