"""Folders of files that a function makes: it writes into those that it made, and into no other."""

from __future__ import annotations

import os

from helpers.language import message
from helpers.tasks.paths import printable


def claim(path: str, made: str, maker: str) -> None:
    """Make the folder ``path``, or find that ``maker`` made it, from the same numbers.

    A hidden file in it, the mark, tells who made it and from what.

    Args:
        path: the folder, absolute.
        made: the numbers that say what it holds.
        maker: the name of the function that makes it.

    Raises:
        FileExistsError: where ``path`` is something else, or was made from other numbers.
    """
    mark = os.path.join(path, f".made_by_{maker}")
    if os.path.lexists(path) and not os.path.isfile(mark):
        raise FileExistsError(message("files.not_ours", path=printable(path), maker=maker))
    os.makedirs(path, exist_ok=True)
    if os.path.isfile(mark):
        with open(mark, encoding="utf-8") as file:
            if file.read() != made:
                raise FileExistsError(message("files.other_size", path=printable(path)))
    write_text(mark, made)


def whole_number(value: object, name: str) -> None:
    """Refuse what is no whole number from 0 on, by the name of its argument.

    Raises:
        ValueError: where it is negative, not whole, or no number.
    """
    if not isinstance(value, int) or isinstance(value, bool) or value < 0:
        raise ValueError(message("files.bad_count", name=name, received=repr(value)))


def write_text(path: str, text: str) -> None:
    """Write ``text`` as UTF-8, with the same bytes on every system."""
    with open(path, "w", encoding="utf-8", newline="\n") as file:
        file.write(text)
