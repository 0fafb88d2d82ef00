"""What a learner's own figure holds, as tables: read from its lines, its bars and its points."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter

from helpers.classroom.data_table import MOST, NONE, Row, Table
from helpers.language import message
from helpers.parallel.units import significant

_DIGITS = 6  # of a figure that are written: more are noise

Point = tuple[object, object]


@dataclass(frozen=True)
class _Series:
    """What belongs together: its name, its first points, and how many it has.

    A table shows few points, and a figure may have a million, which to go through takes seconds.
    """

    name: str
    points: list[Point]
    n_points: int


def own_tables(figure: Figure) -> list[Table]:
    """Return a table for each Axes of ``figure`` that have lines, bars or points; else none.

    Data of an unusual kind is left out: a picture is shown in any case.
    """
    try:
        return [table for ax in figure.axes for table in _tables(ax)]
    except (TypeError, ValueError, AttributeError):
        return []


def _tables(ax: Axes) -> Iterator[Table]:
    series = [one for one in (*_lines(ax), *_bars(ax), *_points(ax)) if one.points]
    if not series:
        return
    titles = (ax.get_title(loc) for loc in ("left", "center", "right"))
    caption = next(filter(None, titles), message("table.own"))
    heads = (ax.get_xlabel() or "x", ax.get_ylabel() or "y")
    place, figure = heads[::-1] if _lies(ax) else heads
    named = (message("table.series"),) if len(series) > 1 else ()
    rows = list(islice(_rows(series), MOST))
    yield Table(caption, (*named, place, figure), rows, sum(one.n_points for one in series))


def _rows(series: list[_Series]) -> Iterator[Row]:
    """Yield a row for each point; where there are several series, it begins with their name."""
    for number, one in enumerate(series, 1):
        named = (_name(one.name, number),) if len(series) > 1 else ()
        yield from ((*named, _written(x), _written(y)) for x, y in one.points)


def _lines(ax: Axes) -> Iterator[_Series]:
    for line in ax.lines:
        if _holds_data(ax, line):
            xs: Any = line.get_xdata(orig=True)
            points = list(zip(_first(xs), _first(line.get_ydata(orig=True)), strict=True))
            yield _Series(str(line.get_label()), points, len(xs))


def _holds_data(ax: Axes, line: Line2D) -> bool:
    """Say whether a line's points are data: not those of one across the chart, or of a whisker."""
    whisker = line.get_linestyle() == "None" and line.get_marker() in ("_", "|")
    along, up = line.get_transform().contains_branch_seperately(ax.transData)
    return line.get_visible() and along and up and not whisker


def _lies(ax: Axes) -> bool:
    """Say whether the chart has bars that lie: then what they are called is up the side."""
    bars = (group for group in ax.containers if isinstance(group, BarContainer))
    return any(group.orientation == "horizontal" for group in bars)


def _bars(ax: Axes) -> Iterator[_Series]:
    lying = _lies(ax)
    names = _names(ax.yaxis if lying else ax.xaxis)
    for group in ax.containers:
        if isinstance(group, BarContainer):
            points = [_bar(bar, names, lying) for bar in group.patches[:MOST]]
            yield _Series(str(group.get_label()), points, len(group.patches))


def _bar(bar: Rectangle, names: dict[float, str], lying: bool) -> Point:
    """Return where a bar stands, or the name that is written there, and how long it is."""
    middle, length = bar.get_x() + bar.get_width() / 2, bar.get_height()
    if lying:
        middle, length = bar.get_y() + bar.get_height() / 2, bar.get_width()
    return names.get(round(middle, 6), middle), length


def _names(axis: Axis) -> dict[float, str]:
    """Return the names on an axis by where they stand; none where it has numbers."""
    if not isinstance(axis.get_major_formatter(), (FixedFormatter, StrCategoryFormatter)):
        return {}
    places: Any = axis.get_ticklocs()
    pairs = zip(places, axis.get_ticklabels(), strict=False)
    return {round(float(place), 6): label.get_text() for place, label in pairs}


def _points(ax: Axes) -> Iterator[_Series]:
    for points in ax.collections:
        if isinstance(points, PathCollection):
            places: Any = points.get_offsets()
            yield _Series(str(points.get_label()), [(x, y) for x, y in _first(places)], len(places))


def _first(values: Any) -> list[Any]:
    """Return the first of the values as Python's own; dates of an array would be numbers.

    What an array has masked is ``None``, as are the points of a cloud that cannot be drawn.
    """
    if not hasattr(values, "dtype"):
        return list(islice(values, MOST))
    first = np.asanyarray(values)[:MOST]
    if first.dtype.kind == "M":
        first = first.astype("datetime64[s]").astype(str)
    return list(first.tolist())


def _name(label: str, number: int) -> str:
    """Return what a series is called; matplotlib's own names begin with an underscore."""
    named = label and not label.startswith("_")
    return label if named else message("table.series_number", number=number)


def _written(value: object) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    text = f"{value:,}" if isinstance(value, int) else significant(value, _DIGITS)
    return text.rstrip("0").rstrip(".") if "." in text else text
