"""How the time grows with the number of items, and from how many on a way pays."""

from __future__ import annotations

import math
from collections.abc import Mapping

from matplotlib.axes import Axes

from helpers.classroom.charts import is_time, way_name
from helpers.classroom.data_table import Table, by_number
from helpers.classroom.style import (
    BLUE,
    GREEN,
    INK,
    VERMILLION,
    Unit,
    describe,
    duration,
    new_axes,
    significant,
    unit_for,
)
from helpers.language import message

# The colour, line and marker of each way, the same in every chart; then those of other names.
_LINES = {"sequential": (BLUE, "-", "o"), "pool": (VERMILLION, "--", "s")}
_LINES |= {"threads": (GREEN, ":", "D"), "processes": (INK, "-.", "^")}
_OTHERS = ((BLUE, "-", "o"), (VERMILLION, "--", "s"), (GREEN, ":", "D"), (INK, "-.", "^"))
_PLOT_IN, _LINE_IN = 3.2, 0.22  # how high the plot is, and a line of text, in inches
_DRAW = 1.1  # two times whose ratio is below this are called a draw

Timings = Mapping[int, float]


def plot_growth(series: Mapping[str, Timings], ax: Axes | None = None) -> Axes:
    """Draw how the time grows with the number of items, for one way or several.

    Args:
        series: for each name, seconds by number of items. Where there are two, the title says from
            how many items on the second is faster.
        ax: where to draw; a new figure if ``None``.

    Raises:
        ValueError: where there is nothing to draw.
    """
    if not isinstance(series, Mapping) or not series or not all(map(_is_timed, series.values())):
        raise ValueError(message("chart.no_times", received=repr(series)))
    # The table is made when the chart is shown; by then the learner's own may have changed.
    series = {name: dict(times) for name, times in series.items()}
    ax = ax or new_axes(9.0, 4.0)
    longest_s = max(max(times.values()) for times in series.values())
    unit = unit_for(longest_s)
    for i, (name, times) in enumerate(series.items()):
        _draw_line(ax, _LINES.get(name, _OTHERS[i % len(_OTHERS)]), times, unit)
    _name_lines(ax, series, unit, longest_s)
    _set_axes(ax, max(max(times) for times in series.values()), longest_s, unit)
    conclusion = _conclusion(series)
    ax.set_title(conclusion)
    describe(ax, f"{conclusion}. {_ends(series)}.", tables=lambda: [_table(conclusion, series)])
    return ax


def _table(caption: str, series: Mapping[str, Timings]) -> Table:
    unit = unit_for(max(max(times.values()) for times in series.values()))
    columns = {
        unit.head(way_name(name)): {n: unit.written(seconds) for n, seconds in times.items()}
        for name, times in series.items()
    }
    return by_number(message("chart.items"), columns, caption)


def _is_timed(times: object) -> bool:
    return isinstance(times, Mapping) and bool(times) and all(map(is_time, times.values()))


def _set_axes(ax: Axes, most: int, longest_s: float, unit: Unit) -> None:
    ticks = [tick for tick in ax.get_xticks() if 0 <= tick <= most]
    ax.set_xticks(ticks, [f"{tick:,.0f}" for tick in ticks])
    ax.set_xlim(0, 1.2 * most)  # room for the names at the lines' ends
    ax.set_ylim(0, 1.1 * longest_s / unit.size_s)
    ax.set_xlabel(message("chart.items"))
    ax.set_ylabel(unit.name)


def _draw_line(ax: Axes, look: tuple[str, str, str], times: Timings, unit: Unit) -> None:
    colour, style, marker = look
    sizes = sorted(times)
    values = [times[n] / unit.size_s for n in sizes]
    ax.plot(sizes, values, style, marker=marker, color=colour, linewidth=2)


def _name_lines(ax: Axes, series: Mapping[str, Timings], unit: Unit, longest_s: float) -> None:
    """Write each line's name at its end, in ink, and a line of text apart from the next."""
    ends = {name: (max(times), times[max(times)]) for name, times in series.items()}
    per_inch_s = 1.1 * longest_s / _PLOT_IN
    places_s = _apart({name: end[1] for name, end in ends.items()}, _LINE_IN * per_inch_s)
    for name, (n, seconds) in ends.items():
        ax.annotate(
            way_name(name),
            (n, seconds / unit.size_s),
            (10, 72 * (places_s[name] - seconds) / per_inch_s),
            textcoords="offset points",
            va="center",
            color=INK,
            weight="bold",
        )


def _apart(values: Mapping[str, float], gap: float) -> dict[str, float]:
    """Return ``values`` moved up where they are less than ``gap`` above the next lower one."""
    places: dict[str, float] = {}
    lowest = -math.inf
    for name, value in sorted(values.items(), key=lambda pair: pair[1]):
        places[name] = max(value, lowest)
        lowest = places[name] + gap
    return places


def _ends(series: Mapping[str, Timings]) -> str:
    return "; ".join(
        message("chart.point", name=way_name(name), n=f"{max(t):,}", time=duration(t[max(t)]))
        for name, t in series.items()
    )


def _conclusion(series: Mapping[str, Timings]) -> str:
    names = list(series)
    if len(names) == 1:
        times = series[names[0]]
        few, many = min(times), max(times)
        return message(
            "chart.growth",
            items=significant(many / few, 2),
            time=significant(times[many] / times[few], 2),
        )
    return _compared(names[0], series[names[0]], names[1], series[names[1]])


def _compared(base: str, first: Timings, way: str, second: Timings) -> str:
    most = max(set(first) & set(second), default=max(second))
    if most in first and 1 / _DRAW < first[most] / second[most] < _DRAW:
        return message("chart.draw", way=way_name(way), base=way_name(base), n=f"{most:,}")
    crossing = crossing_point(first, second)
    if crossing is None:
        return message("chart.never_pays", way=way_name(way), n=f"{most:,}")
    key = "chart.pays_from_one" if crossing == 1 else "chart.pays_from"
    return message(key, way=way_name(way), n=f"{crossing:,}")


def crossing_point(first: Timings, second: Timings) -> int | None:
    """Return the smallest measured number of items from which on ``second`` is always faster.

    Args:
        first, second: seconds by number of items.

    Returns:
        ``None`` where the second is not faster at the largest number that both were measured at.
    """
    found = None
    for n in sorted(set(first) & set(second), reverse=True):
        if second[n] >= first[n]:
            break
        found = n
    return found
