"""Folders and the Markdown files in them: work that asks the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from helpers.tasks.paths import absolute, claim, explained, write_text

_SUFFIXES = (".md", ".MD", ".Md", ".mD")
_Entries = Iterator["os.DirEntry[str]"]
_WINDOWS = os.name == "nt"
_JUNCTION = 0xA0000003  # stat.IO_REPARSE_TAG_MOUNT_POINT, which only Windows has
_FOLDER_NAMES = ("apuntes", "año 2024", "café", "empty", "lecturas", "música", "notes v1.0")
_FILE_NAMES = ("README.MD", "sesión 1.md", "nota 002.md")


def list_directories(
    root: str | os.PathLike[str],
    recursive: bool = False,
    unreadable: list[OSError] | None = None,
) -> list[str]:
    """List the folders in ``root``, and nothing but folders: no file, no link, no ``.DS_Store``.

    Args:
        root: the folder to look into.
        recursive: whether to list also the folders in those folders, and so on. No link is
            followed, so links in a circle do no harm.
        unreadable: with ``recursive``, a list that takes the error of each folder below ``root``
            that cannot be read, which is then left out of the result: it was deleted meanwhile, may
            not be read, or has a path longer than the system takes. Without it the first such
            folder is an error.

    Returns:
        Their absolute paths, sorted.

    Raises:
        FileNotFoundError: where there is no ``root``.
        NotADirectoryError: where ``root`` is a file.
        PermissionError: where ``root``, or a folder below it, may not be read.
        OSError: where the system cannot read one of them for another reason.
    """
    folders = _read(absolute(root), _subfolders)
    if recursive:
        folders = _descendants(folders, unreadable)
    return sorted(folders)


def _descendants(folders: list[str], unreadable: list[OSError] | None) -> list[str]:
    found, waiting = [], list(folders)
    while waiting:
        folder = waiting.pop()
        try:
            waiting += _read(folder, _subfolders)
        except OSError as error:
            if unreadable is None:
                raise
            unreadable.append(error)
        else:
            found.append(folder)
    return found


def find_markdowns(directory: str | os.PathLike[str]) -> list[str]:
    """Find the Markdown files directly in ``directory``.

    A Markdown file is a file whose name ends in ``.md``, in upper or lower case. A link to a file
    counts; a folder does not, whatever its name, and neither does a link to a folder, a named pipe,
    a socket or a device. Nothing is opened but the folder.

    Args:
        directory: the folder to look into; the folders in it are not looked into.

    Returns:
        Their absolute paths, sorted; each opens from whatever folder the program works in, unless
        it is longer than the system takes.

    Raises:
        FileNotFoundError: where there is no ``directory``.
        NotADirectoryError: where it is a file.
        PermissionError: where it may not be read.
        OSError: where the system cannot read it for another reason.
    """
    return sorted(_read(absolute(directory), _markdowns))


def _read(folder: str, chosen: Callable[[_Entries], list[str]]) -> list[str]:
    try:
        with os.scandir(folder) as entries:
            return chosen(entries)
    except OSError as error:
        raise explained(error, folder) from None


def _subfolders(entries: _Entries) -> list[str]:
    return [
        entry.path
        for entry in entries
        if entry.is_dir(follow_symlinks=False) and not (_WINDOWS and _is_junction(entry))
    ]


def _is_junction(entry: os.DirEntry[str]) -> bool:
    """Say whether it is Windows's own link to a folder, which may lead in a circle."""
    return getattr(entry.stat(follow_symlinks=False), "st_reparse_tag", 0) == _JUNCTION


def _markdowns(entries: _Entries) -> list[str]:
    return [entry.path for entry in entries if entry.name.endswith(_SUFFIXES) and _is_file(entry)]


def _is_file(entry: os.DirEntry[str]) -> bool:
    try:
        return entry.is_file()
    except OSError:  # a link that leads to itself leads to no file
        return False


def make_sample_directories(root: str | os.PathLike[str]) -> list[str]:
    """Write a folder of seven folders whose Markdown files are known, to try a search on.

    The tree has what real ones have: a ``.DS_Store``, stray files beside the folders, an empty
    folder, accents and spaces in names, ``README.MD``, a folder whose name ends in ``.md``, and
    Markdown files one level too deep. It is the same every time.

    Args:
        root: the folder to make. It must not exist yet, unless this function made it.

    Returns:
        The absolute paths of the Markdown files that stand directly in the folders, sorted: what
        ``find_markdowns`` finds in them.

    Raises:
        FileExistsError: where ``root`` is something that this function did not make.
        TypeError: where ``root`` is no path.
    """
    path = absolute(root)
    made = f"{len(_FOLDER_NAMES)} {len(_FILE_NAMES)}"
    claim(path, made, "make_sample_directories")
    for stray in (".DS_Store", "LICENSE", "leeme.txt", "suelto.md"):
        write_text(os.path.join(path, stray), stray)
    return sorted(file for name in _FOLDER_NAMES for file in _fill(os.path.join(path, name)))


def _fill(folder: str) -> list[str]:
    os.makedirs(folder, exist_ok=True)
    if os.path.basename(folder) == "empty":
        return []
    deeper = os.path.join(folder, "borradores.md")
    os.makedirs(deeper, exist_ok=True)
    write_text(os.path.join(deeper, "deeper.md"), "# one level too deep")
    write_text(os.path.join(folder, "markdown.txt"), "not a Markdown file")
    files = [os.path.join(folder, name) for name in _FILE_NAMES]
    for file in files:
        write_text(file, f"# {os.path.basename(file)}\n")
    return files
