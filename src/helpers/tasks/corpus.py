"""A corpus of Markdown files of any size, the same every time, whose words are known."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache

from helpers.language import text
from helpers.tasks.paths import absolute, claim

# A folder of more files than this is slow to list on some systems.
_PER_FOLDER = 100
# Files are as uneven as real ones: the logarithms of their lengths have this standard deviation.
_SPREAD = 1.0
# The title, "# Nota 7", has as many words; no file has fewer.
_TITLE_WORDS = 3

_TEXT = """\
Un **archivo Markdown** es un texto que se lee bien tal como está escrito. Sus títulos empiezan
con `#`, sus listas con un guion, y un [enlace](https://example.org) se reconoce a simple vista.

## Medir antes de decidir

- ¿Cuánto tarda el ciclo? Mídelo varias veces — la primera suele ser la más lenta.
- ¿Espera el programa, o calcula? Leer 100 kB de un disco en red no es leerlos de la memoria.
- ¿Cuántos procesos convienen? Más no siempre son mejores; a veces sobran todos.

> A pool of workers is worth its start only when there is enough to do for each of them.

Words are counted the way `wc -w` does: whatever stands between blanks is one, be it a number such
as 1,024, a lone dash — like this one — or a smiley :-) at the end of a line.

```python
total = sum(count_words(file) for file in files)
```

| how | when |
|---|---|
| threads | the items wait |
| processes | the items compute |

El niño preguntó: «¿y después?». Después, *comparar*: la misma tarea, los mismos archivos, el mismo
resultado; solo cambia el tiempo. Así lo hicieron Núñez, Ibáñez y O'Brien en 1998.

"""


def make_corpus(
    root: str | os.PathLike[str], n_files: int = 1_000, mean_words: int = 1_000
) -> list[str]:
    """Write a folder of Markdown files whose words are known, as many as wanted.

    They stand a hundred to a folder, two levels down (``root/000/07/note 42.md``), so that a
    million of them can be made. Their lengths are as uneven as those of real files: half of them
    are shorter than 0.6 of the mean, a few ten times as long as it. The same arguments give the
    same corpus, whatever the computer.

    Args:
        root: the folder to make. It must not exist yet, unless this function made it with the
            same numbers; it is then completed, for instance after an interruption.
        n_files: how many files it gets. A thousand of a thousand words take some 6 MB on the disk
            and some tenths of a second.
        mean_words: how many words a file has, on average of very many.

    Returns:
        The absolute paths of the files, in the order in which ``list_directories(root,
        recursive=True)`` and ``find_markdowns`` come upon them. ``corpus_words`` gives their numbers of words.

    Raises:
        FileExistsError: where ``root`` is something that this function did not make.
        OSError: where it cannot be written, for instance since the disk is full.
        ValueError: where a number is negative or not whole.
        TypeError: where ``root`` is no path.
    """
    counts = corpus_words(n_files, mean_words)
    path = absolute(root)
    claim(path, f"{n_files} {mean_words}", "make_corpus")
    files = [os.path.join(path, _name(i)) for i in range(n_files)]
    for i, (file, words) in enumerate(zip(files, counts, strict=True)):
        if i % _PER_FOLDER == 0:
            os.makedirs(os.path.dirname(file), exist_ok=True)
        with open(file, "wb", buffering=0) as opened:
            opened.write(_note(i, words))
    return files


def corpus_words(n_files: int = 1_000, mean_words: int = 1_000) -> list[int]:
    """Return how many words each file of a corpus has, without making or reading any.

    Args:
        n_files, mean_words: as in ``make_corpus``.

    Returns:
        The numbers in the order in which ``make_corpus`` returns the files; each is 3 or more.

    Raises:
        ValueError: where a number is negative or not whole.
    """
    for name, value in (("n_files", n_files), ("mean_words", mean_words)):
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise ValueError(
                text(
                    es=f"{name} debe ser un número entero, 0 o más, y es {value!r}.",
                    en=f"{name} must be a whole number, 0 or more, and it is {value!r}.",
                )
            )
    return [max(_TITLE_WORDS, round(mean_words * length)) for length in _lengths(n_files)]


def _lengths(n_files: int) -> Iterator[float]:
    """Return the length of each file, in units of their mean: log-normal, as real ones are."""
    from random import Random  # a heavy import, which workers do without

    random = Random(0)
    return (random.lognormvariate(-(_SPREAD**2) / 2, _SPREAD) for _ in range(n_files))


def _name(i: int) -> str:
    folder, place = divmod(i, _PER_FOLDER)
    return os.path.join(
        f"{folder // _PER_FOLDER:03}", f"{folder % _PER_FOLDER:02}", f"note {place:02}.md"
    )


def _note(i: int, n_words: int) -> bytes:
    """Return file ``i``, of so many words; each begins somewhere else in the text."""
    words = _words()
    laps, rest = divmod(n_words - _TITLE_WORDS, len(words))
    start = (i * 37) % len(words)
    body = b"".join(words) * laps + b"".join((words + words)[start : start + rest])
    return b"# Nota %d\n\n" % i + body


@cache
def _words() -> list[bytes]:
    """Return the words of the text, each with the white space after it."""
    import re

    return [word.encode() for word in re.findall(r"\S+\s+", _TEXT)]
