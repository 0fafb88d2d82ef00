"""Paths as a learner gives them: made absolute, made into folders, or explained in an error."""

from __future__ import annotations

import os

from helpers.language import text


def as_text(path: object) -> str:
    """Return a path as text.

    Raises:
        TypeError: where it is no path.
    """
    found = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if isinstance(found, str):
        return found
    raise TypeError(
        text(
            es=f"Se esperaba la ruta de un archivo o una carpeta (str o pathlib.Path) y llegó "
            f"{path!r}.",
            en=f"The path of a file or folder was expected (str or pathlib.Path), and {path!r} "
            "was received.",
        )
    )


def absolute(path: object) -> str:
    """Return ``path`` as an absolute one; an empty path stays empty, since it names nothing."""
    given = as_text(path)
    try:
        return os.path.abspath(given) if given else ""
    except OSError as error:  # it is relative to a working folder that was deleted
        raise explained(error, given) from None


def explained(error: OSError, folder: str) -> OSError:
    """Return the same kind of error, saying what to do about it in the learner's language."""
    if isinstance(error, FileNotFoundError):
        here = _working_folder()
        said = text(
            es="No existe esa carpeta, o ya no existe. Revisa cómo está escrita; una ruta relativa "
            f"empieza en {here}",
            en="There is no such folder, or there no longer is. Check its spelling; a relative "
            f"path starts at {here}",
        )
    elif isinstance(error, NotADirectoryError):
        said = text(
            es="Eso no es una carpeta sino un archivo. Usa la carpeta que lo contiene, o recorre "
            "solo carpetas con list_directories",
            en="That is a file, not a folder. Use the folder that it is in, or go through folders "
            "only, with list_directories",
        )
    else:
        reason = error.strerror or error
        said = text(
            es=f"No se puede leer esa carpeta ({reason}). Elige otra, o pide permiso a su dueño",
            en=f"That folder cannot be read ({reason}). Choose another, or ask its owner for "
            "permission",
        )
    return type(error)(error.errno, said, folder)


def claim(path: str, made: str, maker: str) -> None:
    """Make the folder ``path``, or find that ``maker`` made it, from the same numbers.

    A hidden file in it, the mark, says who made it and from what.

    Args:
        path: the folder, absolute.
        made: the numbers that say what it holds.
        maker: the name of the function that makes it.

    Raises:
        FileExistsError: where ``path`` is something else, or was made from other numbers.
    """
    mark = os.path.join(path, f".made_by_{maker}")
    try:
        with open(mark, encoding="utf-8") as file:
            ours = file.read() == made
    except OSError:
        ours = not os.path.lexists(path)
    if not ours:
        place = printable(path)
        raise FileExistsError(
            text(
                es=f"{place} ya existe y no la creó {maker} con estos números, así que no se "
                "escribe nada en ella. Usa un nombre que no exista todavía.",
                en=f"{place} already exists and was not made by {maker} with these numbers, so "
                "nothing is written into it. Use a name that does not exist yet.",
            )
        )
    os.makedirs(path, exist_ok=True)
    write_text(mark, made)


def write_text(path: str, content: str) -> None:
    """Write ``content`` as UTF-8, with the same bytes on every system."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(content)


def printable(path: str) -> str:
    """Return ``path`` with what is no text in it written as an escape, which any screen takes."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8")


def _working_folder() -> str:
    try:
        return printable(os.getcwd())
    except OSError:  # it was deleted
        return "?"
