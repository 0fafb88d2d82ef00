"""What any figure holds, read back from its lines, its bars and its points: as tables and a text.

The nouns are the figure's own: its title, the labels of its axes, the names of its lines.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice, pairwise
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
from helpers.language import text
from helpers.parallel.units import significant

_DIGITS = 6  # of a figure that are written in a table: more are noise
_TEXT_DIGITS = 3  # and in a text, which is heard
_TOLD = 6  # lines, bars or crossings that a text tells one by one

Point = tuple[Any, Any]
Pick = Callable[[Any], Sequence[int]]  # which of the values of a series are read


@dataclass(frozen=True)
class _Series:
    """What belongs together: its name, some of its points, and how many it has.

    A figure may have a million points, and going through all of them would take seconds.
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


def own_text(figure: Figure) -> str:
    """Return what ``figure`` shows, in sentences: title, where each line goes, the largest bar.

    Of an Axes without such data its title and labels are said; of an empty one nothing.
    """
    told = []
    for ax in figure.axes:
        try:
            told.append(_told(ax))
        except (TypeError, ValueError, AttributeError):  # data of an unusual kind
            told.append(_sentences([_title(ax), ax.get_xlabel(), ax.get_ylabel()]))
    return " ".join(filter(None, told)) or text(
        es="Gráfico sin título ni nombres en los ejes.", en="Chart without title or axis labels."
    )


def _told(ax: Axes) -> str:
    place, figure = _heads(ax)
    lines, bars, points = (list(_with_data(f(ax, _over_all))) for f in (_lines, _bars, _points))
    if not lines and not bars and not points:
        return _sentences([_title(ax), ax.get_xlabel(), ax.get_ylabel()])
    labels = ax.get_xlabel(), ax.get_ylabel()
    axes = text(es=f"{figure} según {place}", en=f"{figure} against {place}")
    axes = axes if all(labels) else next(filter(None, labels), "")
    several = len(lines) + len(points) > 1
    return _sentences(
        [
            _title(ax),
            axes,
            *(sentence for one in bars for sentence in _told_bars(one, len(bars) > 1)),
            *(_told_line(one, place, several) for one in lines[:_TOLD]),
            _more(len(lines) - _TOLD),
            *_told_order(ax, lines, place),
            *(_told_cloud(one, several) for one in points[:_TOLD]),
        ]
    )


def _sentences(parts: list[str]) -> str:
    ended = (part if part[-1] in ".?!…" else f"{part}." for part in filter(None, parts))
    return " ".join(ended)


def _more(n_lines: int) -> str:
    return text(es=f"Y {n_lines} líneas más", en=f"And {n_lines} more lines") if n_lines > 0 else ""


def _told_bars(bars: _Series, several: bool) -> Iterator[str]:
    """Yield what each bar is, of the first ones, and which is longest where there are several."""
    named = f"{bars.name}: " if several else ""
    told = "; ".join(f"{_short(name)}: {_short(value)}" for name, value in bars.points[:_TOLD])
    rest = bars.n_points - _TOLD
    yield named + told + (text(es=f"; y {rest} más", en=f"; and {rest} more") if rest > 0 else "")
    values = [(value, name) for name, value in bars.points if _is_number(value)]
    if len(values) > 1 and min(values)[0] != max(values)[0]:
        (least, first), (most, last) = (
            pick(values, key=lambda pair: pair[0]) for pick in (min, max)
        )
        yield named + text(
            es=f"Mayor: {_short(last)}, {_short(most)}. Menor: {_short(first)}, {_short(least)}",
            en=f"Most: {_short(last)}, {_short(most)}. Least: {_short(first)}, {_short(least)}",
        )


def _told_line(line: _Series, place: str, several: bool) -> str:
    """Say from where to where a line goes, and its top and bottom where they lie between."""
    named = f"{line.name}: " if several else ""
    (x, y), (_, last_y) = line.points[0], line.points[-1]
    if len(line.points) == 1:
        return f"{named}{_short(y)} ({place} {_short(x)})"
    start, end = (
        f"{_short(y)} ({place} {_short(x)})" for x, y in (line.points[0], line.points[-1])
    )
    told = named + text(es=f"de {start} a {end}", en=f"from {start} to {end}")
    by_height = sorted(line.points, key=lambda point: float(point[1]))
    (low_x, low), (high_x, high) = by_height[0], by_height[-1]
    if high not in (y, last_y):
        told += text(
            es=f"; máximo {_short(high)} ({_short(high_x)})",
            en=f"; highest {_short(high)} ({_short(high_x)})",
        )
    if low not in (y, last_y):
        told += text(
            es=f"; mínimo {_short(low)} ({_short(low_x)})",
            en=f"; lowest {_short(low)} ({_short(low_x)})",
        )
    return told


def _told_order(ax: Axes, lines: list[_Series], place: str) -> Iterator[str]:
    """Yield which of several lines ends highest, and where two of them cross."""
    if len(lines) < 2:
        return
    ends = {line.name: float(line.points[-1][1]) for line in lines}
    top = max(ends, key=lambda name: ends[name])
    if sorted(ends.values())[-2] < ends[top]:
        yield text(es=f"Más alta al final: {top}", en=f"Highest at the end: {top}")
    pairs = combinations(lines[:_TOLD], 2)
    crossings = ((one, other, x) for one, other in pairs for x in _crossings(ax, one, other))
    for one, other, x in islice(crossings, _TOLD):
        yield text(
            es=f"{one.name} y {other.name} se cruzan cerca de {place} {_short(x)}",
            en=f"{one.name} and {other.name} cross near {place} {_short(x)}",
        )


def _crossings(ax: Axes, one: _Series, other: _Series) -> list[float]:
    """Return where two lines cross as drawn: straight from point to point, on the axes' scales."""
    scale = ax.transScale
    if not all(_is_number(x) for x, _ in (*one.points, *other.points)):
        return []
    drawn = [scale.transform([(float(x), float(y)) for x, y in s.points]) for s in (one, other)]
    (xs, ys), (other_xs, other_ys) = (np.asarray(sorted(map(tuple, d))).T for d in drawn)
    places = np.unique(np.concatenate([xs, other_xs]))
    places = places[(places >= max(xs[0], other_xs[0])) & (places <= min(xs[-1], other_xs[-1]))]
    above = np.interp(places, xs, ys) - np.interp(places, other_xs, other_ys)
    found = []
    signs = [(x, gap) for x, gap in zip(places, above, strict=True) if abs(gap) > 1e-12]
    for (x, gap), (next_x, next_gap) in pairwise(signs):
        if gap * next_gap < 0:
            crossing = x + (next_x - x) * gap / (gap - next_gap)
            found.append(float(scale.inverted().transform((crossing, 0.0))[0]))
    return found


def _told_cloud(points: _Series, several: bool) -> str:
    """Say how many points there are, and between which values they lie."""
    named = f"{points.name}: " if several else ""
    spans = []
    for values in zip(*points.points, strict=True):
        numbers = [value for value in values if _is_number(value)]
        spans.append(" – ".join(_short(pick(numbers)) for pick in (min, max)) if numbers else NONE)
    return named + text(
        es=f"{points.n_points:,} puntos; x: {spans[0]}; y: {spans[1]}",
        en=f"{points.n_points:,} points; x: {spans[0]}; y: {spans[1]}",
    )


def _is_number(value: object) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value)


def _short(value: object) -> str:
    return _written(value, _TEXT_DIGITS)


def _with_data(series: Iterator[_Series]) -> Iterator[_Series]:
    """Yield the series that have points, by their names, without the points that are no number."""
    for number, one in enumerate(series, 1):
        points = [(x, y) for x, y in one.points if _is_number(y)]
        if points:
            yield _Series(_name(one.name, number), points, one.n_points)


def _title(ax: Axes) -> str:
    return next(filter(None, (ax.get_title(loc) for loc in ("left", "center", "right"))), "")


def _heads(ax: Axes) -> tuple[str, str]:
    """Return what stands along the chart and what is read off, as the axes are labelled."""
    heads = (ax.get_xlabel() or "x", ax.get_ylabel() or "y")
    return heads[::-1] if _lies(ax) else heads


def _tables(ax: Axes) -> Iterator[Table]:
    found = (one for read in (_lines, _bars, _points) for one in read(ax, _first))
    series = [one for one in found if one.points]
    if not series:
        return
    caption = _title(ax) or text(es="Datos del gráfico", en="Data of the chart")
    place, figure = _heads(ax)
    named = (text(es="serie", en="series"),) if len(series) > 1 else ()
    rows = list(islice(_rows(series), MOST))
    yield Table(caption, (*named, place, figure), rows, sum(one.n_points for one in series))


def _rows(series: list[_Series]) -> Iterator[Row]:
    """Yield a row for each point; where there are several series, it begins with their name."""
    for number, one in enumerate(series, 1):
        named = (_name(one.name, number),) if len(series) > 1 else ()
        yield from ((*named, _written(x), _written(y)) for x, y in one.points)


def _lines(ax: Axes, pick: Pick) -> Iterator[_Series]:
    for line in ax.lines:
        if _holds_data(ax, line):
            xs: Any = line.get_xdata(orig=True)
            ys: Any = line.get_ydata(orig=True)
            places = pick(ys)
            points = list(zip(_read(xs, places), _read(ys, places), strict=True))
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


def _bars(ax: Axes, pick: Pick) -> Iterator[_Series]:
    lying = _lies(ax)
    names = _names(ax.yaxis if lying else ax.xaxis)
    for group in ax.containers:
        if isinstance(group, BarContainer):
            bars = group.patches
            points = [_bar(bars[place], names, lying) for place in pick(range(len(bars)))]
            yield _Series(str(group.get_label()), points, len(bars))


def _bar(bar: Rectangle, names: dict[float, str], lying: bool) -> Point:
    """Return where a bar stands, or the name that is written there, and how long it is."""
    middle, length = bar.get_x() + bar.get_width() / 2, bar.get_height()
    if lying:
        middle, length = bar.get_y() + bar.get_height() / 2, bar.get_width()
    plain = length.item() if isinstance(length, np.generic) else length
    return names.get(round(float(middle), 6), middle), plain


def _names(axis: Axis) -> dict[float, str]:
    """Return the names on an axis by where they stand; none where it has numbers."""
    if not isinstance(axis.get_major_formatter(), (FixedFormatter, StrCategoryFormatter)):
        return {}
    places: Any = axis.get_ticklocs()
    pairs = zip(places, axis.get_ticklabels(), strict=False)
    return {round(float(place), 6): label.get_text() for place, label in pairs}


def _points(ax: Axes, pick: Pick) -> Iterator[_Series]:
    for cloud in ax.collections:
        if isinstance(cloud, PathCollection):
            offsets: Any = cloud.get_offsets()
            points = [(x, y) for x, y in _read(offsets, pick(offsets[:, 1]))]
            yield _Series(str(cloud.get_label()), points, len(offsets))


def _first(values: Any) -> Sequence[int]:
    """Pick the first values, which a table shows."""
    return range(min(len(values), MOST))


def _over_all(values: Any) -> Sequence[int]:
    """Pick some values from the first to the last, the least and the greatest with them."""
    if len(values) <= MOST:
        return range(len(values))
    places = set(np.linspace(0, len(values) - 1, MOST).astype(int).tolist())
    numbers = np.ma.masked_invalid(values)
    return sorted(places | {int(numbers.argmin()), int(numbers.argmax())})


def _read(values: Any, places: Sequence[int]) -> list[Any]:
    """Return the values at these places as Python's own; dates of an array would be numbers.

    What an array has masked is ``None``, as are the points of a cloud that cannot be drawn.
    """
    if not hasattr(values, "dtype"):
        values = list(values)
        return [values[place] for place in places]
    some = np.asanyarray(values)[list(places)]
    if some.dtype.kind == "M":
        some = np.char.replace(some.astype("datetime64[s]").astype(str), "T00:00:00", "")
    return list(some.tolist())


def _name(label: str, number: int) -> str:
    """Return what a series is called; matplotlib's own names begin with an underscore."""
    named = label and not label.startswith("_")
    return label if named else text(es=f"serie {number}", en=f"series {number}")


def _written(value: object, digits: int = _DIGITS) -> str:
    if value is None or (isinstance(value, float) and math.isnan(value)):
        return NONE
    if not isinstance(value, (int, float)) or isinstance(value, bool):
        return str(value)
    written = f"{value:,}" if isinstance(value, int) else significant(value, digits)
    return written.rstrip("0").rstrip(".") if "." in written else written
