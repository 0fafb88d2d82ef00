"""Counting words: a task that reads a file and then computes on what it read."""

from __future__ import annotations

import os

from helpers.language import text
from helpers.tasks.paths import as_text

# What str.split takes for white space and wc does not: four ASCII controls and U+0085.
_CONTROLS = bytes.maketrans(b"\x1c\x1d\x1e\x1f", b"xxxx")
_NEXT_LINE, _WORD_JOINER = "\x85", "\u2060"


def count_words(file: str | os.PathLike[str]) -> int:
    """Count the words of a text file, as GNU ``wc -w`` counts them.

    A word is what stands between white space: blanks and line ends, and the white space of
    Unicode, no-break spaces included. The text is taken for UTF-8; a byte that is none is part of
    a word. ``wc`` gives the same number in a UTF-8 locale (``LC_ALL=C.UTF-8 wc -w FILE``), with
    two exceptions. In the locale ``C`` it sees bytes, so that it knows neither the other white
    space nor, before release 9.5 of coreutils, words that have no ASCII letter or sign, such as a
    dash. Those releases also pass over words of which no character can be printed, and take the
    line separator U+2028 for part of a word.

    Args:
        file: the path of the file, which is read whole. As ``find_markdowns`` finds it, it is no
            named pipe; one of those would be waited for.

    Raises:
        OSError: where the file cannot be read: it was deleted meanwhile, may not be read, or is a
            folder. It is a FileNotFoundError, a PermissionError and so on, and names the file.
        TypeError: where ``file`` is no path.
    """
    path = as_text(file)  # a number would be taken for an open file
    try:
        with open(path, "rb", buffering=0) as opened:
            data = opened.read()
    except OSError as error:
        reason = error.strerror or error
        said = text(
            es=f"No se puede leer ese archivo ({reason}). Si se borró o no tienes permiso de "
            "leerlo, quítalo de la lista",
            en=f"That file cannot be read ({reason}). If it was deleted, or you may not read it, "
            "take it off the list",
        )
        raise type(error)(error.errno, said, path) from None
    decoded = data.translate(_CONTROLS).decode("utf-8", "replace")
    return len(decoded.replace(_NEXT_LINE, "x").replace(_WORD_JOINER, " ").split())
