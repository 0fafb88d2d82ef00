"""Paths as a learner gives them, new folders, and errors that say what to do about one."""

from __future__ import annotations

import os

from helpers.language import text


def as_text(path: object) -> str:
    """Return a path as text.

    Args:
        path: a string, or an object of ``pathlib``.

    Raises:
        TypeError: where it is no path.
    """
    found = os.fspath(path) if isinstance(path, (str, os.PathLike)) else None
    if isinstance(found, str):
        return found
    raise TypeError(
        text(
            es=f"Se esperaba una ruta (str o pathlib.Path), no {path!r}.",
            en=f"A path was expected (str or pathlib.Path), not {path!r}.",
        )
    )


def absolute(path: object) -> str:
    """Return ``path`` as an absolute one; an empty path stays empty, since it names nothing."""
    given = as_text(path)
    try:
        return os.path.abspath(given) if given else ""
    except OSError as error:  # it is relative to a working folder that was deleted
        raise explained(error, given) from None


def explained(error: OSError, path: str) -> OSError:
    """Return the same kind of error, saying what to do about it in the learner's language."""
    if isinstance(error, FileNotFoundError):
        message = text(
            es="No existe esa carpeta o archivo, o ya no. Revisa cómo está escrito y dónde empieza",
            en="That folder or file is not there. Check its spelling and where it begins",
        )
    elif isinstance(error, NotADirectoryError):
        message = text(
            es="Eso es un archivo, no una carpeta. Usa la carpeta que lo contiene, o recorre solo "
            "carpetas con list_directories",
            en="That is a file, not a folder. Use the folder that it is in, or go through folders "
            "only, with list_directories",
        )
    else:
        reason = error.strerror or error
        message = text(
            es=f"No se puede leer esa carpeta o archivo ({reason}). Elige otro, o pide permiso",
            en=f"That folder or file cannot be read ({reason}). Choose another, or ask for access",
        )
    return type(error)(error.errno, message, path)


def new_folder(path: object) -> str:
    """Make a folder that does not exist yet, and return its absolute path.

    Raises:
        FileExistsError: where something has that name already: nothing is written into it.
        OSError: where it cannot be made.
        TypeError: where ``path`` is no path.
    """
    folder = absolute(path)
    try:
        os.makedirs(folder)
    except FileExistsError:
        place = folder.encode("utf-8", "backslashreplace").decode("utf-8")  # any screen takes it
        raise FileExistsError(
            text(
                es=f"{place} ya existe, así que no se escribe nada ahí. Usa un nombre que no "
                "exista todavía.",
                en=f"{place} already exists, so nothing is written there. Use a name that does not "
                "exist yet.",
            )
        ) from None
    return folder


def write_text(path: str, content: str) -> None:
    """Write ``content`` as UTF-8, with the same bytes on every system."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(content)
