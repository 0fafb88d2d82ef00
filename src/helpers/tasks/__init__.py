"""What a worker runs: tasks of one argument, importable by any process.

A worker that is spawned imports this package before its first task, so nothing here imports
more than the standard library and ``helpers.language``.
"""

from helpers.tasks.corpus import make_corpus
from helpers.tasks.markdown import find_markdowns, list_directories, make_sample_directories
from helpers.tasks.numbers import count_primes, download, square, sum_of_squares
from helpers.tasks.words import count_words

__all__ = [
    "count_primes",
    "count_words",
    "download",
    "find_markdowns",
    "list_directories",
    "make_corpus",
    "make_sample_directories",
    "square",
    "sum_of_squares",
]
