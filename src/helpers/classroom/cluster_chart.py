"""What a job is predicted to gain from a cluster, and from where on its scheduler is the limit."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from helpers.classroom.charts import is_time
from helpers.classroom.curves import (
    Curve,
    curve_axes,
    draw_curve,
    name_ends,
    powers,
)
from helpers.classroom.data_table import NONE, Table, by_number
from helpers.classroom.placing import Board, name_points, set_title, shortened
from helpers.classroom.speedups import workers
from helpers.classroom.style import (
    GREY,
    INK,
    describe,
    significant,
    times_as_fast,
)
from helpers.language import message
from helpers.parallel import ClusterScaling, InputError


def plot_cluster_scaling(
    predicted: ClusterScaling | Mapping[str, ClusterScaling],
    *,
    measured: Mapping[int, float] | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw the predicted speedup up to thousands of workers, and where the scheduler is the limit.

    Args:
        predicted: the result of ``cluster_scaling``, or several by name, such as one for each
            chunksize; the title is about the first.
        measured: speedups that were measured here, by number of workers, to compare with.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where there is nothing to draw, or ``measured`` has another thing than speedups.
    """
    given = _checked(predicted)
    real = _checked_measured(measured)
    curves = [Curve(name, dict(one.speedups)) for name, one in given.items()]
    most = max(2, *(max(curve.values) for curve in curves))
    ideal = Curve(message("speedup.ideal"), {1: 1.0, most: float(most)}, kind="ideal")
    ax = ax or curve_axes([*curves, ideal])
    _set_axes(ax, most, [*curves, Curve("", real)])
    _draw(ax, curves, ideal, real)
    _mark_limits(ax, curves, list(given.values()), ideal, real)
    conclusion = _conclusion(given)
    set_title(ax, conclusion)
    told = [*(_told(name, one) for name, one in given.items()), *_told_measured(real)]
    described = f"{conclusion}. {' '.join(told)}"
    describe(ax, described, tables=lambda: [_table(conclusion, given, real)])
    return ax


def _table(caption: str, given: Mapping[str, ClusterScaling], real: Mapping[int, float]) -> Table:
    """Return the speedups by number of workers, and under them where the scheduler is the limit."""
    columns = {
        message("table.times_as_fast", name=name): dict(one.speedups) for name, one in given.items()
    }
    measured = message("table.times_as_fast", name=message("cluster_chart.measured"))
    columns |= {measured: dict(real)} if real else {}
    written = {head: {n: _figure(v) for n, v in cells.items()} for head, cells in columns.items()}
    table = by_number(message("speedup.workers_axis"), written, caption)
    limits = [_about(one.limit) if one.limit < math.inf else NONE for one in given.values()]
    last = (message("table.scheduler_limit"), *limits, *([NONE] if real else []))
    return replace(table, rows=[*table.rows, last])


def _checked(predicted: object) -> dict[str, ClusterScaling]:
    if isinstance(predicted, ClusterScaling):
        return {message("cluster_chart.predicted"): predicted}
    named = predicted if isinstance(predicted, Mapping) else {}
    if not named or not all(isinstance(one, ClusterScaling) for one in named.values()):
        raise InputError(message("cluster_chart.bad", received=_short(predicted)))
    return {str(name): one for name, one in named.items()}


def _checked_measured(measured: Mapping[int, float] | None) -> dict[int, float]:
    if measured is None:
        return {}
    usable = isinstance(measured, Mapping) and all(map(is_time, measured.values()))
    if not usable or not all(map(_is_count, measured)):
        raise InputError(message("cluster_chart.bad_measured", received=_short(measured)))
    return {n: measured[n] for n in sorted(measured)}


def _is_count(n: object) -> bool:
    return isinstance(n, int) and not isinstance(n, bool) and n > 0


def _short(received: object) -> str:
    text = repr(received)
    return text if len(text) < 120 else text[:119] + "…"


def _set_axes(ax: Axes, most: int, curves: Sequence[Curve]) -> None:
    """Give both axes a logarithmic scale, with powers of ten as far as there are two of them."""
    values = [value for curve in curves for value in curve.values.values()]
    low, high = min(1.0, *values), max(float(most), *values)
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(0.85, most * 1.15)
    ax.set_ylim(low / 1.6, high * 1.6)
    for axis, lowest, highest in ((ax.xaxis, 1.0, most), (ax.yaxis, low, high)):
        ticks = powers(10 if highest / lowest >= 100 else 2, lowest, highest, 8)
        axis.set_ticks(ticks, [_figure(tick) for tick in ticks])
        axis.set_minor_locator(NullLocator())
    ax.set_xlabel(message("speedup.workers_axis"))
    ax.set_ylabel(message("speedup.axis"))


def _draw(ax: Axes, curves: Sequence[Curve], ideal: Curve, real: dict[int, float]) -> None:
    ax.plot(*_points(ideal), color=GREY, linestyle="--", linewidth=1.6, zorder=1)
    for i, curve in enumerate(curves):
        draw_curve(ax, curve, i)
    if real:
        look: dict[str, Any] = {"markersize": 13, "markerfacecolor": "none", "markeredgewidth": 2}
        ax.plot(list(real), list(real.values()), "o", color=INK, zorder=6, **look)
    name_ends(ax, [*curves, ideal])


def _points(curve: Curve) -> tuple[list[int], list[float]]:
    return list(curve.values), list(curve.values.values())


def _mark_limits(
    ax: Axes,
    curves: Sequence[Curve],
    scalings: Sequence[ClusterScaling],
    ideal: Curve,
    real: dict[int, float],
) -> None:
    """Mark on each curve the number of workers beyond which the scheduler is the limit."""
    board = Board(ax)
    named: list[tuple[str, float, float]] = []
    for curve in (*curves, ideal):
        board.take_line(list(curve.values.items()))
    reached = [
        (curve, one.limit)
        for curve, one in zip(curves, scalings, strict=True)
        if 1 <= one.limit < max(curve.values)
    ]
    widest = max((limit for _, limit in reached), default=0.0)
    for curve, limit in reached:
        height = _height(curve, limit)
        _draw_limit(ax, board, limit, height)
        # The words are said once, where there is most room; a number is enough for the others.
        text = message("cluster_chart.limit", workers=_about(limit))
        point = (text if limit == widest else _about(limit), limit, height)
        named += [] if point in named else [point]
    for n, value in real.items():
        board.take_point(n, value)
    if real:
        last = max(real)
        named.append((message("cluster_chart.measured"), last, real[last]))
    name_points(ax, board, sorted(named, key=_length))


def _length(named: tuple[str, float, float]) -> int:
    return len(named[0])


def _draw_limit(ax: Axes, board: Board, limit: float, height: float) -> None:
    """Mark a point of a curve, with a line down to the number of workers."""
    floor = ax.get_ylim()[0]
    ax.plot([limit] * 2, [floor, height], ":", color=INK, linewidth=2, zorder=2)
    ax.plot(limit, height, "X", ms=13, color=INK, mec="white", zorder=7)
    board.take_point(limit, height)
    board.take_line([(limit, floor), (limit, height)])


def _height(curve: Curve, x: float) -> float:
    """Return the height of a curve at ``x``, on the straight line that is drawn."""
    below = max(n for n in curve.values if n <= x)
    above = min(n for n in curve.values if n > x)
    share = math.log(x / below) / math.log(above / below)
    low, high = curve.values[below], curve.values[above]
    return low * math.exp(share * math.log(high / low))


def _conclusion(given: Mapping[str, ClusterScaling]) -> str:
    """Say where the first curve stops growing, or that it does not."""
    name, one = next(iter(given.items()))
    most = max(one.speedups)
    said = {"workers": _about(one.limit), "most": workers(most)}
    speed = times_as_fast(max(one.speedups.values()))
    key = "busy" if one.limit < 1 else "reached" if one.limit < most else "free"
    text = message(f"cluster_chart.{key}", **said, speed=speed)
    if len(given) == 1:
        return text
    return f"{shortened(name)}: {text[:1].lower()}{text[1:]}"


def _told(name: str, one: ClusterScaling) -> str:
    """Say a curve in words: its figure at each power of ten, and its limit."""
    speedups = one.speedups
    shown = [n for n in speedups if math.log10(n).is_integer() or n == max(speedups)]
    points = "; ".join(
        message(
            "speedup.point",
            value=message("speedup.times", value=_figure(speedups[n])),
            workers=workers(n),
        )
        for n in shown
    )
    reached = 1 <= one.limit < math.inf
    limit = message("cluster_chart.told", n=_about(one.limit)) if reached else ""
    return f"{name}: {points}{limit}."


def _told_measured(real: Mapping[int, float]) -> list[str]:
    if not real:
        return []
    points = "; ".join(
        message(
            "speedup.point",
            value=message("speedup.times", value=_figure(value)),
            workers=workers(n),
        )
        for n, value in real.items()
    )
    return [f"{message('cluster_chart.measured')}: {points}."]


def _about(limit: float) -> str:
    """Write a number of workers: with two digits that mean something."""
    return significant(limit, 2) if limit < 10 else f"{float(f'{limit:.1e}'):,.0f}"


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 or value == int(value) else significant(value, 2)
