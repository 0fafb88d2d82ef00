"""Paths as a learner gives them, and errors that say what to do about one."""

from __future__ import annotations

import errno
import os

from helpers.language import message

_WINDOWS = os.name == "nt"
_ERRORS = {
    errno.ENOENT: "files.gone",
    errno.ENOTDIR: "files.not_a_folder",
    errno.EACCES: "files.denied",
    errno.EPERM: "files.denied",
    errno.ENAMETOOLONG: "files.too_long",
}


def absolute(path: object) -> str:
    """Return ``path`` as an absolute one; an empty path stays empty, since it names nothing."""
    if isinstance(path, str) and path[:1] == "/" and not (_WINDOWS or "/." in path or "//" in path):
        return path  # absolute already: this look spares short tasks a twentieth of their time
    text = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if not isinstance(text, str):
        raise TypeError(message("files.not_a_path", received=repr(path)))
    try:
        return os.path.abspath(text) if text else ""
    except OSError as error:  # it is relative to a working folder that was deleted
        raise explained(error, text, text) from None


def explained(error: OSError, path: str, given: object) -> OSError:
    """Return the same kind of error, saying what to do about it in the learner's language."""
    key = _ERRORS.get(error.errno or 0, "files.not_read")
    if key == "files.gone" and not os.path.isabs(str(given)):
        key = "files.missing"
    text = message(key, here=_working_folder(), reason=error.strerror or error)
    return type(error)(error.errno, text, path)


def _working_folder() -> str:
    try:
        return printable(os.getcwd())
    except OSError:  # it was deleted
        return "?"


def printable(path: str) -> str:
    """Return ``path`` with what is no text in it written as an escape, which any screen takes."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")
