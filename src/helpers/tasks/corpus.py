"""A corpus of Markdown files of any size, the same every time, whose words are known."""

from __future__ import annotations

import os
from functools import cache

from helpers.language import text
from helpers.tasks.paths import new_folder

_PER_FOLDER = 100  # a folder of more files is slow to list on some systems
_SPREAD = 1.0  # the standard deviation of the logarithms of the files' lengths, as uneven as real
_TITLE_WORDS = 3  # those of "# Nota 7"; no file has fewer

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
    are shorter than 0.6 of the mean, a few ten times as long as it. The same numbers give the same
    corpus on any computer.

    Args:
        root: the folder to make. It must not exist yet.
        n_files: how many files it gets; a thousand of a thousand words take some 6 MB.
        mean_words: how many words a file has, on average of very many.

    Returns:
        The absolute paths of the files, in the order in which ``list_directories(root,
        recursive=True)`` and ``find_markdowns`` come upon them.

    Raises:
        FileExistsError: where ``root`` exists already.
        OSError: where it cannot be written, for instance since the disk is full.
        ValueError, TypeError: where a number is negative or not whole, or ``root`` is no path.
    """
    counts = corpus_words(n_files, mean_words)
    path = new_folder(root)
    files = []
    for i, words in enumerate(counts):
        number, place = divmod(i, _PER_FOLDER)
        folder = os.path.join(path, f"{number // _PER_FOLDER:03}", f"{number % _PER_FOLDER:02}")
        if place == 0:
            os.makedirs(folder)
        files.append(os.path.join(folder, f"note {place:02}.md"))
        with open(files[-1], "wb") as opened:
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
    from random import Random  # a heavy import, which workers do without

    random, mean = Random(0), -(_SPREAD**2) / 2  # log-normal, of mean 1
    lengths = (random.lognormvariate(mean, _SPREAD) for _ in range(n_files))
    return [max(_TITLE_WORDS, round(mean_words * length)) for length in lengths]


def _note(i: int, n_words: int) -> bytes:
    """Return file ``i``, of ``n_words`` words; each begins somewhere else in the text."""
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
