"""What a learner's own figure holds, as tables: read from its lines, its bars and its points."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.category import StrCategoryFormatter
from matplotlib.collections import PathCollection
from matplotlib.container import BarContainer
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.patches import Rectangle
from matplotlib.ticker import FixedFormatter

from helpers.classroom.data_table import MOST, Row, Table
from helpers.language import message
from helpers.parallel.units import significant

_DIGITS = 6  # of a figure that are written: more are noise

Point = tuple[object, object]
Series = tuple[str, list[Point]]  # its name, and its points


def own_tables(figure: Figure) -> list[Table]:
    """Return a table for each Axes of ``figure`` that have lines, bars or points; else none.

    Data of an unusual kind is left out: a picture is shown in any case.
    """
    try:
        return [table for ax in figure.axes for table in _tables(ax)]
    except (TypeError, ValueError, AttributeError):
        return []


def _tables(ax: Axes) -> Iterator[Table]:
    series = [one for one in (*_lines(ax), *_bars(ax), *_points(ax)) if one[1]]
    if not series:
        return
    titles = (ax.get_title(loc) for loc in ("left", "center", "right"))
    caption = next(filter(None, titles), message("table.own"))
    heads = (ax.get_xlabel() or "x", ax.get_ylabel() or "y")
    place, figure = heads[::-1] if _lies(ax) else heads
    n_points = sum(len(points) for _, points in series)
    if len(series) == 1:
        rows: list[Row] = [(_written(x), _written(y)) for x, y in series[0][1][:MOST]]
        yield Table(caption, (place, figure), rows, n_points)
        return
    names = [_name(name, number) for number, (name, _) in enumerate(series, 1)]
    named = zip(names, (points[:MOST] for _, points in series), strict=True)
    rows = [(name, _written(x), _written(y)) for name, points in named for x, y in points]
    yield Table(caption, (message("table.series"), place, figure), rows, n_points)


def _lines(ax: Axes) -> Iterator[Series]:
    for line in ax.lines:
        if _holds_data(ax, line):
            xs, ys = _listed(line.get_xdata(orig=True)), _listed(line.get_ydata(orig=True))
            yield str(line.get_label()), list(zip(xs, ys, strict=True))


def _holds_data(ax: Axes, line: Line2D) -> bool:
    """Say whether a line's points are data: not those of one across the chart, or of a whisker."""
    whisker = line.get_linestyle() == "None" and line.get_marker() in ("_", "|")
    along, up = line.get_transform().contains_branch_seperately(ax.transData)
    return line.get_visible() and along and up and not whisker


def _lies(ax: Axes) -> bool:
    """Say whether the chart has bars that lie: then what they are called is up the side."""
    bars = (group for group in ax.containers if isinstance(group, BarContainer))
    return any(group.orientation == "horizontal" for group in bars)


def _bars(ax: Axes) -> Iterator[Series]:
    lying = _lies(ax)
    names = _names(ax.yaxis if lying else ax.xaxis)
    for group in ax.containers:
        if isinstance(group, BarContainer):
            yield str(group.get_label()), [_bar(bar, names, lying) for bar in group.patches]


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


def _points(ax: Axes) -> Iterator[Series]:
    for points in ax.collections:
        if isinstance(points, PathCollection):
            places: Any = points.get_offsets()
            yield str(points.get_label()), [(float(x), float(y)) for x, y in places]


def _listed(values: Any) -> list[object]:
    """Return values as Python's own; dates of an array would be numbers."""
    if getattr(getattr(values, "dtype", None), "kind", "") == "M":
        values = values.astype("datetime64[s]").astype(str)
    return list(values.tolist() if hasattr(values, "tolist") else values)


def _name(label: str, number: int) -> str:
    """Return what a series is called; matplotlib's own names begin with an underscore."""
    named = label and not label.startswith("_")
    return label if named else message("table.series_number", number=number)


def _written(value: object) -> str:
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    text = f"{value:,}" if isinstance(value, int) else significant(value, _DIGITS)
    return text.rstrip("0").rstrip(".") if "." in text else text
