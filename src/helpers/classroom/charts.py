"""Charts of finished results: results in, Axes out. Each has its conclusion as its title."""

from __future__ import annotations

import math
import statistics
import textwrap
from collections.abc import Mapping, Sequence

from matplotlib.axes import Axes

from helpers.classroom.data_table import NONE, Row, Table
from helpers.classroom.style import (
    BLUE,
    GREEN,
    INK,
    ORANGE,
    SKY,
    VERMILLION,
    Unit,
    describe,
    duration,
    is_as_fast,
    new_axes,
    times_as_fast,
    unit_for,
)
from helpers.language import message
from helpers.parallel import Comparison

# The colour and hatch of each way's bar, the same in every chart; then those of other names.
_LOOKS = {"sequential": (SKY, ""), "pool": (ORANGE, ".."), "threads": (GREEN, "oo")}
_LOOKS |= {"processes": (BLUE, "xx")}
_TITLE = 60  # characters that fit into a line of a title
_OTHERS = ((SKY, ""), (ORANGE, ".."), (GREEN, "oo"), (BLUE, "xx"), (VERMILLION, "--"))


def plot_times(
    times: Comparison | Mapping[str, float | Sequence[float]], ax: Axes | None = None
) -> Axes:
    """Draw how long each way took: a bar for the median, a line for the middle half.

    Args:
        times: a ``Comparison``, or for each name (a ``how``, or any text) one time or several, in
            seconds. The first is what the others are compared to.
        ax: where to draw; a new figure if ``None``.

    Raises:
        ValueError: where there is nothing to draw, or a time is not above 0.
    """
    warnings = times.warnings if isinstance(times, Comparison) else ()
    listed = _listed(times)
    ax = ax or new_axes(9.0, 1.2 + 0.6 * len(listed))
    medians = {name: statistics.median(values) for name, values in listed.items()}
    longest_s = max(max(values) for values in listed.values())
    unit = unit_for(longest_s)
    reach = 0.0
    for row, (name, values) in enumerate(listed.items()):
        look = bar_look(name, row)
        in_unit = [value / unit.size_s for value in values]
        reach = max(reach, _draw_bar(ax, row, look, in_unit, unit))
    ax.set_yticks(range(len(listed)), [way_name(name) for name in listed])
    ax.set_ylim(len(listed) - 0.5, -0.5)
    ax.set_xlim(0, 1.18 * reach)
    ax.set_xlabel(unit.name)
    ax.tick_params(axis="y", length=0)
    conclusion = _conclusion(listed)
    ax.set_title(textwrap.fill(conclusion, _TITLE))
    told = "; ".join(f"{way_name(name)}: {duration(value)}" for name, value in medians.items())
    describe(ax, f"{conclusion}. {told}.", warnings, lambda: [times_table(conclusion, listed)])
    return ax


def times_table(caption: str, listed: Mapping[str, Sequence[float]]) -> Table:
    """Return the times of each way as a table: the median, and the quartiles where there are any.

    Args:
        caption: what the table shows.
        listed: seconds by name, one timing or several.
    """
    unit = unit_for(max(map(max, listed.values())))
    way, what = message("table.way"), message("table.time")
    if max(map(len, listed.values())) < 3:
        rows = [(way_name(n), unit.written(statistics.median(v))) for n, v in listed.items()]
        return Table(caption, (way, unit.head(what)), rows)
    figures = [message(f"table.{name}") for name in ("quarter_1", "median", "quarter_3")]
    heads = (way, *map(unit.head, figures), message("table.timings"))
    return Table(caption, heads, [_times_row(unit, *pair) for pair in listed.items()])


def _times_row(unit: Unit, name: str, values: Sequence[float]) -> Row:
    cells = [NONE, unit.written(statistics.median(values)), NONE]
    if len(values) > 2:
        cells = [*map(unit.written, statistics.quantiles(values, n=4, method="inclusive"))]
    return (way_name(name), *cells, f"{len(values):,}")


def _listed(
    times: Comparison | Mapping[str, float | Sequence[float]],
) -> dict[str, tuple[float, ...]]:
    given = times.times_s if isinstance(times, Comparison) else times
    if not isinstance(given, Mapping) or not given:
        raise ValueError(message("chart.no_times", received=repr(given)))
    listed = {
        name: tuple(value) if isinstance(value, (tuple, list)) else (value,)
        for name, value in given.items()
    }
    if not all(values and all(map(is_time, values)) for values in listed.values()):
        raise ValueError(message("chart.no_times", received=repr(given)))
    return listed


def bar_look(name: str, row: int) -> tuple[str, str]:
    """Return the colour and the hatch of a bar: those of its way, or, of other names, its row's."""
    return _LOOKS.get(name, _OTHERS[row % len(_OTHERS)])


def is_time(value: object) -> bool:
    """Say whether ``value`` is a time in seconds that can be drawn: finite and above 0."""
    return isinstance(value, (int, float)) and 0 < value < math.inf


def _draw_bar(ax: Axes, row: int, look: tuple[str, str], values: list[float], unit: Unit) -> float:
    """Draw one bar, and return up to where; ``values`` are in ``unit``."""
    colour, hatch = look
    median = statistics.median(values)
    ax.barh(row, median, height=0.62, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.8)
    first, reach = median, median
    if len(values) > 2:
        first, _, reach = statistics.quantiles(values, n=4, method="inclusive")
        ax.plot([first, reach], [row, row], color="white", linewidth=6, solid_capstyle="butt")
        ax.plot([first, reach], [row, row], color=INK, linewidth=3, solid_capstyle="butt")
    text = duration(median * unit.size_s)
    ax.annotate(text, (reach, row), (8, 0), textcoords="offset points", va="center")
    return reach


def way_name(name: str) -> str:
    """Return the name of a way of running in the learner's language; other names as they are."""
    if name in ("sequential", "threads", "processes", "pool"):
        return message(f"way_name.{name}")
    return name


def _conclusion(listed: dict[str, tuple[float, ...]]) -> str:
    medians = {name: statistics.median(values) for name, values in listed.items()}
    (base, base_s), *others = medians.items()
    if not others:
        return f"{way_name(base)}: {duration(base_s)}"
    name, best_s = min(others, key=lambda pair: pair[1])
    if not is_as_fast(base_s / best_s) and _overlap(listed[base], listed[name]):
        return message("chart.compared_unclear", way=way_name(name), base=way_name(base))
    speed = times_as_fast(base_s / best_s, _base_name(base))
    return message("chart.compared", way=way_name(name), speed=speed)


def _base_name(name: str) -> str:
    if name in ("sequential", "threads", "processes", "pool"):
        return message(f"base_name.{name}")
    return name


def _overlap(one: tuple[float, ...], other: tuple[float, ...]) -> bool:
    """Say whether the middle halves of two ways' timings overlap; two timings have none."""
    if min(len(one), len(other)) < 3:
        return False
    (low, _, high), (other_low, _, other_high) = (
        statistics.quantiles(values, n=4, method="inclusive") for values in (one, other)
    )
    return low <= other_high and other_low <= high
