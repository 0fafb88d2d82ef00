"""Counting words: a task that reads a file and then computes on what it read."""

from __future__ import annotations

import os

from helpers.tasks.paths import as_text, explained

# What str.split takes for white space and wc does not: four ASCII controls and U+0085.
_CONTROLS = bytes.maketrans(b"\x1c\x1d\x1e\x1f", b"xxxx")
_NEXT_LINE, _WORD_JOINER = "\x85", "\u2060"


def count_words(file: str | os.PathLike[str]) -> int:
    """Count the words of a text file, as GNU ``wc -w`` counts them.

    A word is what stands between white space: blanks and line ends, and the white space of
    Unicode, no-break spaces included. The text is taken for UTF-8; a byte that is none is part of
    a word. ``wc`` gives the same number in a UTF-8 locale (``LC_ALL=C.UTF-8 wc -w FILE``), but for
    releases of coreutils before 9.5, which do not count words of signs that are not ASCII alone,
    such as a dash, nor of characters that cannot be printed, and take U+2028 for part of a word.

    Raises:
        OSError: where the file cannot be read: a FileNotFoundError, a PermissionError and so on.
        TypeError: where ``file`` is no path.
    """
    path = as_text(file)  # a number would be taken for an open file
    try:
        with open(path, "rb", buffering=0) as opened:
            data = opened.read()
    except OSError as error:
        raise explained(error, path) from None
    decoded = data.translate(_CONTROLS).decode("utf-8", "replace")
    return len(decoded.replace(_NEXT_LINE, "x").replace(_WORD_JOINER, " ").split())
