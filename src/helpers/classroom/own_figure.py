"""What a figure holds, as a text and as tables: for those who cannot see it or want the numbers.

Lines, bars and points are read back from any figure. The nouns are the figure's own: its title,
the labels of its axes, the names of its lines.
"""

from __future__ import annotations

import html
import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Any, NamedTuple

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedFormatter

from helpers.language import text
from helpers.parallel.units import significant

MOST = 300  # rows of a table that are shown
NONE = "—"  # stands where there is no number
_DIGITS = 6  # of a number in a table: more are noise
_TEXT_DIGITS = 3  # and in a text, which is heard
_FEW = 6  # up to this many series, and values of one, are named one by one in a text

# No colours: the page has its own, by day and by night. A box scrolls, and the page never sideways.
_BOX = "overflow: auto; max-height: 24em; width: fit-content; max-width: 100%"
_CAPTION = "caption-side: top; text-align: left; color: inherit; padding: 0.3em 0"
_CELLS = "text-align: right; font-variant-numeric: tabular-nums"
_NAME = "text-align: left; font-weight: normal"

Row = tuple[str, ...]


@dataclass(frozen=True)
class Table:
    """Figures of a chart, written in the learner's language.

    Attributes:
        caption: what the table shows.
        heads: what each column holds, with its unit.
        rows: the cells, of `MOST` rows at most; the first of each row names it.
        n_rows: how many rows there would be.
    """

    caption: str
    heads: Row
    rows: Sequence[Row]
    n_rows: int


def table_summary() -> str:
    """Return what a learner clicks to see the tables."""
    return text(es="Los datos en una tabla", en="The data as a table")


def folded(tables: Sequence[Table]) -> str:
    """Return the tables as HTML that a click unfolds; nothing where there are none."""
    if not tables:
        return ""
    summary = '<summary style="padding: 0.3em 0; cursor: pointer">'
    return f"<details>{summary}{table_summary()}</summary>{unfolded(tables)}</details>"


def unfolded(tables: Sequence[Table]) -> str:
    """Return the tables as HTML, each in a box that scrolls, also by the keyboard."""
    return "".join(map(_boxed, tables))


def _boxed(table: Table) -> str:
    n_shown, total, caption = len(table.rows), table.n_rows, table.caption
    if n_shown < total:
        caption = text(
            es=f"{caption} (las primeras {n_shown:,} filas de {total:,})",
            en=f"{caption} (the first {n_shown:,} of {total:,} rows)",
        )
    name = html.escape(caption)
    heads = "".join(f'<th scope="col">{html.escape(head)}</th>' for head in table.heads)
    return (
        f'<div role="region" tabindex="0" aria-label="{name}" style="{_BOX}">'
        f'<table style="margin: 0"><caption style="{_CAPTION}">{name}</caption>'
        f'<thead style="{_CELLS}"><tr>{heads}</tr></thead>'
        f'<tbody style="{_CELLS}">{"".join(map(_row, table.rows))}</tbody></table></div>'
    )


def _row(cells: Row) -> str:
    first, *others = map(html.escape, cells)
    figures = "".join(f"<td>{cell}</td>" for cell in others)
    return f'<tr><th scope="row" style="{_NAME}">{first}</th>{figures}</tr>'


class _Series(NamedTuple):
    """What belongs together: a name, the places along the chart, and the values read off there."""

    kind: str
    name: str
    places: np.ndarray[Any, Any]
    values: np.ndarray[Any, Any]

    def at(self, i: Any) -> str:
        """Return a value and its place, as a text says them."""
        return (
            f"{_written(self.values[i], _TEXT_DIGITS)} ({_written(self.places[i], _TEXT_DIGITS)})"
        )


def own_text(figure: Figure) -> str:
    """Return what ``figure`` shows, in sentences: title, axes, where each line goes, its extremes.

    Of an Axes without such data its title and labels are given; of an empty one nothing.
    """
    parts = [part for ax in figure.axes for part in _sentences(ax) if part]
    ended = [part if part[-1] in ".?!…" else f"{part}." for part in parts]
    return " ".join(ended) or text(
        es="Gráfico sin título ni nombres en los ejes.", en="Chart without title or axis labels."
    )


def own_tables(figure: Figure) -> list[Table]:
    """Return a table for each Axes of ``figure`` that has lines, bars or points."""
    return [table for ax in figure.axes for table in _tables(ax)]


def _sentences(ax: Axes) -> Iterator[str]:
    series = _series(ax)
    labels = [label for label in (ax.get_ylabel(), ax.get_xlabel()) if label]
    place, value = _heads(ax)
    yield _title(ax)
    if series and len(labels) == 2:
        yield text(es=f"{value} según {place}", en=f"{value} against {place}")
    else:
        yield ". ".join(labels)
    for one in series[:_FEW]:
        yield f"{one.name}: {_described(one)}" if len(series) > 1 else _described(one)
    if len(series) > _FEW:
        rest = len(series) - _FEW
        yield text(es=f"Y {rest} series más", en=f"And {rest} more series")


def _described(one: _Series) -> str:
    """Say each value of a few, of more where they begin and end; and the lowest and highest."""
    if one.values.dtype.kind != "f":
        return text(es=f"puntos: {len(one.values):,}", en=f"points: {len(one.values):,}")
    known = np.flatnonzero(np.isfinite(one.values))
    if not len(known):
        return NONE
    if len(known) <= _FEW:
        described = ", ".join(map(one.at, known))
    elif one.kind == "points":
        described = text(es=f"puntos: {len(known):,}", en=f"points: {len(known):,}")
    else:
        first, last = one.at(known[0]), one.at(known[-1])
        described = text(es=f"de {first} a {last}", en=f"from {first} to {last}")
    if len(known) < 3:
        return described
    low, high = (one.at(known[pick(one.values[known])]) for pick in (np.argmin, np.argmax))
    return text(
        es=f"{described}; mínimo {low}, máximo {high}",
        en=f"{described}; lowest {low}, highest {high}",
    )


def _tables(ax: Axes) -> Iterator[Table]:
    series = _series(ax)
    if not series:
        return
    caption = _title(ax) or text(es="Datos del gráfico", en="Data of the chart")
    heads, rows = _heads(ax), _rows(series)
    if len(series) > 1:
        heads = (text(es="serie", en="series"), *heads)
    else:
        rows = (row[1:] for row in rows)
    yield Table(caption, heads, list(islice(rows, MOST)), sum(len(one.values) for one in series))


def _rows(series: list[_Series]) -> Iterator[Row]:
    for one in series:
        for place, value in zip(one.places, one.values, strict=True):
            yield one.name, _written(place), _written(value)


def _title(ax: Axes) -> str:
    return next(filter(None, (ax.get_title(loc) for loc in ("left", "center", "right"))), "")


def _heads(ax: Axes) -> Row:
    """Return what stands along the chart and what is read off, as the axes are labelled."""
    heads = (ax.get_xlabel() or "x", ax.get_ylabel() or "y")
    return heads[::-1] if _lies(ax) else heads


def _lies(ax: Axes) -> bool:
    """Say whether the chart has bars that lie: then what they are called is up the side."""
    bars = (group for group in ax.containers if isinstance(group, BarContainer))
    return any(group.orientation == "horizontal" for group in bars)


def _series(ax: Axes) -> list[_Series]:
    """Return what a chart holds; nothing of an unusual kind, which is a picture in any case."""
    try:
        found = [*_lines(ax), *_bars(ax), *_clouds(ax)]
    except (TypeError, ValueError, AttributeError):
        return []
    named = (
        one._replace(name=text(es=f"serie {number}", en=f"series {number}"))
        if one.name[:1] in ("", "_")  # matplotlib's own names
        else one
        for number, one in enumerate(found, 1)
    )
    return [one for one in named if len(one.values)]


def _lines(ax: Axes) -> Iterator[_Series]:
    for line in ax.lines:
        if _holds_data(ax, line):
            places, values = map(_array, line.get_data(orig=True))
            yield _Series("line", str(line.get_label()), places, values)


def _holds_data(ax: Axes, line: Line2D) -> bool:
    """Say whether a line's points are data: not those of one across the chart, or of a whisker."""
    whisker = line.get_linestyle() == "None" and line.get_marker() in ("_", "|")
    along, up = line.get_transform().contains_branch_seperately(ax.transData)
    return line.get_visible() and along and up and not whisker


def _bars(ax: Axes) -> Iterator[_Series]:
    lying = _lies(ax)
    names = _tick_names(ax.yaxis if lying else ax.xaxis)
    for group in ax.containers:
        if isinstance(group, BarContainer):
            boxes = [(bar.get_xy(), bar.get_width(), bar.get_height()) for bar in group.patches]
            middles = [y + high / 2 if lying else x + wide / 2 for (x, y), wide, high in boxes]
            places = [names.get(round(float(middle), 6), middle) for middle in middles]
            lengths = [wide if lying else high for _, wide, high in boxes]
            yield _Series("bars", str(group.get_label()), _array(places), _array(lengths))


def _tick_names(axis: Axis) -> dict[float, str]:
    """Return the names on an axis by where they stand; none where it has numbers."""
    if not isinstance(axis.get_major_formatter(), (FixedFormatter, StrCategoryFormatter)):
        return {}
    ticks = zip(axis.get_ticklocs(), axis.get_ticklabels(), strict=False)
    return {round(float(place), 6): label.get_text() for place, label in ticks}


def _clouds(ax: Axes) -> Iterator[_Series]:
    for cloud in ax.collections:
        if isinstance(cloud, PathCollection):
            offsets: Any = cloud.get_offsets()
            places, values = _array(offsets[:, 0]), _array(offsets[:, 1])
            yield _Series("points", str(cloud.get_label()), places, values)


def _array(values: Any) -> np.ndarray[Any, Any]:
    """Return values as an array: of floats, with NaN for what is masked, where they are numbers."""
    array: Any = np.ma.asarray(values)
    plain: np.ndarray[Any, Any] = array.data
    return array.astype(float).filled(math.nan) if array.dtype.kind in "biuf" else plain


def _written(value: Any, digits: int = _DIGITS) -> str:
    if isinstance(value, np.datetime64):
        return str(np.datetime_as_string(value, unit="auto"))
    if not isinstance(value, float):
        return str(value)
    if math.isnan(value):
        return NONE
    if value.is_integer():
        return f"{value:,.0f}"
    written = significant(value, digits)
    return written.rstrip("0").rstrip(".") if "." in written else written
