"""The data of a chart as tables: for people who cannot see it, or who want the figures."""

from __future__ import annotations

import html
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from helpers.language import message, text

MOST = 300  # rows of a table that are shown
NONE = "—"  # stands where there is no figure

# No colours: the page has its own, by day and by night. A box scrolls, and the page never sideways.
_BOX = "overflow: auto; max-height: 24em; width: fit-content; max-width: 100%"
_FOLD = "margin: 0.2em 0 0.9em"
_SUMMARY = "padding: 0.3em 0; cursor: pointer"
_CAPTION = "caption-side: top; text-align: left; color: inherit; padding: 0.3em 0"
_CELLS = "text-align: right; font-variant-numeric: tabular-nums"
_FIRST = ' style="text-align: left; font-weight: normal"'

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Figures of a chart, written in the learner's language.

    Attributes:
        caption: what the table shows.
        heads: what each column holds, with its unit where its cells have none.
        rows: the cells; the first of each row names it.
        n_rows: how many rows there are; ``None`` where ``rows`` has them all.
    """

    caption: str
    heads: Row
    rows: Sequence[Row]
    n_rows: int | None = None


# Called when a chart is shown, in the language in which it was drawn. What it needs must not hold
# the figure, or that would never be freed.
Tables = Callable[[], Sequence[Table]]


def folded(tables: Sequence[Table]) -> str:
    """Return the tables as HTML that a click unfolds; nothing where there are none."""
    if not tables:
        return ""
    summary = f'<summary style="{_SUMMARY}">{html.escape(message("table.summary"))}</summary>'
    return f'<details style="{_FOLD}">{summary}{unfolded(tables)}</details>'


def unfolded(tables: Sequence[Table]) -> str:
    """Return the tables as HTML, each in a box that scrolls, also by the keyboard."""
    return "".join(map(_boxed, tables))


def _boxed(table: Table) -> str:
    rows, total = table.rows[:MOST], table.n_rows or len(table.rows)
    caption = table.caption
    if len(rows) < total:
        caption = text(
            es=f"{caption} (las primeras {len(rows):,} filas de {total:,})",
            en=f"{caption} (the first {len(rows):,} of {total:,} rows)",
        )
    name = html.escape(caption)
    return (
        f'<div role="region" tabindex="0" aria-label="{name}" style="{_BOX}">'
        f'<table style="margin: 0"><caption style="{_CAPTION}">{name}</caption>'
        f'<thead style="{_CELLS}">{_heads(table.heads)}</thead>'
        f'<tbody style="{_CELLS}">{"".join(map(_row, rows))}</tbody></table></div>'
    )


def _heads(heads: Row) -> str:
    first, *others = (html.escape(head) for head in heads)
    cells = "".join(f'<th scope="col">{head}</th>' for head in others)
    return f'<tr><th scope="col" style="text-align: left">{first}</th>{cells}</tr>'


def _row(cells: Row) -> str:
    first, *others = (html.escape(cell) for cell in cells)
    figures = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row"{_FIRST}>{first}</th>{figures}</tr>'
