"""Folders and the Markdown files in them: work that asks the disk."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

from helpers.tasks.paths import absolute, explained, new_folder, write_text

_Entries = Iterator["os.DirEntry[str]"]
_WINDOWS = os.name == "nt"
_JUNCTION = 0xA0000003  # stat.IO_REPARSE_TAG_MOUNT_POINT, which only Windows has
_FOLDER_NAMES = ("apuntes", "año 2024", "café", "lecturas", "música", "notes v1.0")
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
            that cannot be read, and is left out of the result. Without it, the first such folder
            is an error.

    Returns:
        Their absolute paths, sorted.

    Raises:
        OSError: where ``root``, or a folder below it, cannot be read: a FileNotFoundError, a
            NotADirectoryError or a PermissionError where it is one.
        TypeError: where ``root`` is no path.
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
        Their absolute paths, sorted.

    Raises:
        OSError, TypeError: as ``list_directories``.
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
    named = (entry for entry in entries if entry.name.lower().endswith(".md"))
    return [entry.path for entry in named if _is_file(entry)]


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
        root: the folder to make. It must not exist yet.

    Returns:
        The absolute paths of the Markdown files that stand directly in the folders, sorted: what
        ``find_markdowns`` finds in them.

    Raises:
        FileExistsError: where ``root`` exists already.
        TypeError: where ``root`` is no path.
    """
    path, found = new_folder(root), []
    for stray in (".DS_Store", "LICENSE", "leeme.txt", "suelto.md"):
        write_text(os.path.join(path, stray), stray)
    os.mkdir(os.path.join(path, "empty"))
    for folder in (os.path.join(path, name) for name in _FOLDER_NAMES):
        deeper = os.path.join(folder, "borradores.md")
        os.makedirs(deeper)
        write_text(os.path.join(deeper, "deeper.md"), "# one level too deep")
        write_text(os.path.join(folder, "markdown.txt"), "not a Markdown file")
        for name in _FILE_NAMES:
            found.append(os.path.join(folder, name))
            write_text(found[-1], f"# {name}\n")
    return sorted(found)
