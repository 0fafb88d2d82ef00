"""The tables under the two timelines of the lessons: the same numbers that are drawn."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.authoring.figures.timelines import (
    CHUNKSIZE,
    N_ITEMS,
    N_WORKERS,
    STAGGER,
    STARTUP,
    parallel_end,
)
from helpers.language import message

_Row = tuple[str, ...]


def sequential_table() -> str:
    """Return what is drawn of one process, as Markdown that a click unfolds."""
    rows = [_task(message("figure.sequential.lane"), item, item) for item in range(N_ITEMS)]
    return folded(message("figure.table.sequential"), _heads(), rows)


def parallel_table() -> str:
    """Return what is drawn of four workers, as Markdown that a click unfolds."""
    rows = [row for worker in range(N_WORKERS) for row in _worker(worker)]
    said = {"end": _written(parallel_end()), "sequential": _written(N_ITEMS)}
    return folded(message("figure.table.parallel", **said), _heads(), rows)


def folded(caption: str, heads: _Row, rows: Sequence[_Row]) -> str:
    """Return a table as Markdown that a click unfolds.

    Args:
        caption: what stands over it.
        heads: what each column holds.
        rows: the cells.
    """
    table, summary = markdown_table(heads, rows), message("table.summary")
    return f"<details><summary>{summary}</summary>\n\n{caption}\n\n{table}\n\n</details>"


def markdown_table(heads: _Row, rows: Sequence[_Row]) -> str:
    """Return a table in Markdown: what each column holds, and the cells."""
    lines = [heads, tuple("---" for _ in heads), *rows]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _heads() -> _Row:
    keys = (
        "table.worker",
        "figure.table.doing",
        "table.start",
        "table.stop",
        "figure.table.result",
    )
    return tuple(map(message, keys))


def _worker(worker: int) -> list[_Row]:
    """Return what a worker does: it starts, and computes its chunk."""
    name, begin = message("figure.parallel.lane", number=worker + 1), worker * STAGGER
    ready = begin + STARTUP
    start = (name, message("figure.parallel.startup"), _written(begin), _written(ready), "—")
    items = range(worker * CHUNKSIZE, (worker + 1) * CHUNKSIZE)
    return [start, *(_task(name, item, ready + place) for place, item in enumerate(items))]


def _task(name: str, item: int, at: float) -> _Row:
    words = f"`{message('figure.task', item=item)}`"
    return (name, words, _written(at), _written(at + 1), str(item * item))


def _written(time: float) -> str:
    """Write a time in units of a task's, with as many decimals as the drawing's numbers have."""
    return f"{time:.2f}".rstrip("0").rstrip(".")
