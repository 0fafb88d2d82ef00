"""Numbers by number of workers: what a chart was given, checked, and how its lines are drawn."""

from __future__ import annotations

import math
import operator
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import NullLocator

from helpers.classroom.charts import is_time, way_name
from helpers.classroom.placing import FONT, LEADER, Board, apart, fitted, size_of
from helpers.classroom.style import (
    BLUE,
    BROWN,
    GREEN,
    INK,
    PLUM,
    TEXT_BOX,
    VERMILLION,
    new_axes,
    significant,
)
from helpers.language import message
from helpers.parallel import InputError, Scaling

_COLOURS = (BLUE, VERMILLION, GREEN, INK, PLUM, BROWN)
_DASHES = ("-", "--", "-.", ":")
_MARKERS = ("o", "s", "D", "^", "v", "P", "X")
_LINEAR = 16  # up to so many workers an axis is linear
_CHART_IN, _GAP_IN = 4.2, 0.04  # how high a chart is at least, and the gap between two names


@dataclass(frozen=True)
class Curve:
    """A line of a chart, by number of workers.

    Attributes:
        name: what it is called.
        values: the value for each number of workers, rising.
        spreads: where the middle half of the measurements lies, for those that are known.
        warnings: what makes a figure worth less.
        kind: ``"strong"``, the same work for all, or ``"weak"``, ``n`` times for ``n`` workers; of
            what a curve is compared with, what it is.
    """

    name: str
    values: dict[int, float]
    spreads: dict[int, tuple[float, float]] = field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    kind: str = "strong"

    def at(self, n: int) -> float | None:
        """Return the value at ``n``; of what nobody measured, also between two known ones."""
        if n in self.values or self.kind in ("strong", "weak"):
            return self.values.get(n)
        known = sorted(self.values)
        if not known[0] <= n <= known[-1]:
            return None
        return float(np.interp(n, known, [self.values[k] for k in known]))


Given = Scaling | Mapping[int, float] | Mapping[str, Scaling | Mapping[int, float]]


def speedup_curves(measured: Given, chart: str) -> list[Curve]:
    """Return the speedups that ``chart`` was given, one curve a series.

    Raises:
        InputError: where it is none of what the chart takes.
    """
    if isinstance(measured, Scaling):
        return [_curve(way_name(measured.how), measured, chart)]
    if isinstance(measured, Mapping) and measured:
        if all(isinstance(name, str) for name in measured):
            return [_curve(str(name), one, chart) for name, one in measured.items()]
        return [_curve(message("speedup.measured"), measured, chart)]
    raise _not_speedups(measured, chart)


def _curve(name: str, given: object, chart: str) -> Curve:
    name = way_name(name)
    if isinstance(given, Scaling):
        counts = given.worker_counts
        values = {n: given.speedup(n) for n in counts}
        spreads = {n: given.speedup_quartiles(n) for n in counts}
        return Curve(name, values, spreads, given.warnings, given.kind)
    if not isinstance(given, Mapping) or not given or not all(map(is_time, given.values())):
        raise _not_speedups(given, chart)
    if not all(_is_count(n) for n in given):
        raise _not_speedups(given, chart)
    return Curve(name, {operator.index(n): given[n] for n in sorted(given)})


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 1


def _not_speedups(received: object, chart: str) -> InputError:
    text = repr(received)
    text = text if len(text) < 120 else text[:119] + "…"
    return InputError(message("speedup.bad", chart=chart, received=text))


def between(most: int) -> list[int]:
    """Return whole numbers from 1 to ``most``, enough of them for a smooth curve."""
    return sorted({*range(1, min(most, 16) + 1), *(round(most ** (i / 60)) for i in range(61))})


def curve_axes(curves: Sequence[Curve]) -> Axes:
    """Return new Axes with room for the curves' names beside them."""
    names_in = sum(size_of(fitted(curve.name))[1] + _GAP_IN for curve in curves)
    return new_axes(9.0, max(_CHART_IN, 1.4 * names_in))


def draw_curve(ax: Axes, curve: Curve, index: int) -> None:
    """Draw a measured curve: the line, its markers, and the spread where it is known."""
    colour = _COLOURS[index % len(_COLOURS)]
    counts, values = list(curve.values), list(curve.values.values())
    look = {"color": colour, "linewidth": 2, "markersize": 7, "zorder": 4 - index / 100}
    style, marker = _DASHES[index % len(_DASHES)], _MARKERS[index % len(_MARKERS)]
    ax.plot(counts, values, linestyle=style, marker=marker, **look)  # type: ignore[arg-type]
    for n, (low, high) in curve.spreads.items():
        ax.plot([n, n], [low, high], color=INK, linewidth=1.2, marker="_", markersize=9, zorder=4.1)


def set_worker_axis(ax: Axes, most: int) -> bool:
    """Set the axis of workers, up to ``most``; return whether it is logarithmic."""
    ax.set_xlabel(message("speedup.workers_axis"))
    if most <= _LINEAR:
        ax.set_xlim(0.5, most + 0.2)
        ax.set_xticks([n for n in range(1, most + 1) if most <= 8 or n == 1 or n % 2 == 0])
        return False
    ax.set_xscale("log", base=2)
    ax.set_xlim(0.88, most * 1.1)
    _set_ticks(ax.xaxis, powers(2, 1, most, 11 if most < 4096 else 6))
    return True


def set_log_speedups(ax: Axes, lowest: float, highest: float) -> None:
    """Make the axis of speedups logarithmic, from a bit below to a bit above those given."""
    lowest, highest = min(1.0, lowest), max(1.0, highest)
    ax.set_yscale("log", base=2)
    ax.set_ylim(lowest / 1.25, highest * 1.25)
    _set_ticks(ax.yaxis, powers(10 if lowest < 1 / 16 else 2, lowest, highest, 11))


def _set_ticks(axis: Axis, ticks: list[float]) -> None:
    axis.set_ticks(ticks, [f"{tick:,.0f}" if tick >= 1 else significant(tick, 1) for tick in ticks])
    axis.set_minor_locator(NullLocator())


def powers(base: int, lowest: float, highest: float, most: int) -> list[float]:
    """Return powers of ``base`` from ``lowest`` to ``highest``, at most so many, 1 among them.

    ``lowest`` is 1 or less, ``highest`` 1 or more.
    """
    first = math.ceil(math.log(lowest, base) - 1e-9)
    last = math.floor(math.log(highest, base) + 1e-9)
    step = math.ceil((last - first + 1) / most)
    return [float(base) ** k for k in range(first, last + 1) if k % step == 0]


@dataclass(frozen=True)
class End:
    """The end of a line, where its name is written."""

    name: str
    x: float
    y: float


def name_ends(ax: Axes, curves: Sequence[Curve]) -> None:
    """Write each line's name at its end: beside the chart where it ends there, else in the chart.

    A thin line leads from the end to a name that had to move to be apart from others.
    """
    board = Board(ax)
    ends = [End(curve.name, *list(curve.values.items())[-1]) for curve in curves]
    most = max(end.x for end in ends)
    beside = [end for end in ends if end.x == most]
    _name_beside(ax, board, sorted(beside, key=lambda end: end.y))
    for curve in curves:
        board.take_line(list(curve.values.items()))
    for end in ends:
        if end.x < most:
            _name_inside(ax, board, end)


def _name_beside(ax: Axes, board: Board, ends: Sequence[End]) -> None:
    wanted = [board.at(end.x, end.y)[1] for end in ends]
    texts = [fitted(end.name) for end in ends]
    heights = [size_of(text)[1] + _GAP_IN for text in texts]
    moved = apart(list(zip(wanted, heights, strict=True)), -0.1, board.height)
    for end, text, was, now in zip(ends, texts, wanted, moved, strict=True):
        far = abs(now - was) > 0.06
        ax.annotate(
            text,
            (end.x, end.y),
            (22, 72 * (now - was)),
            textcoords="offset points",
            va="center",
            color=INK,
            arrowprops=LEADER | {"relpos": (0, 0.5)} if far else None,
        )


def _name_inside(ax: Axes, board: Board, end: End) -> None:
    text, (x, y) = fitted(end.name), board.at(end.x, end.y)
    width, height = size_of(text)
    across, up = width / 2 + 0.15, height / 2 + 0.15
    steps = [0.0, *(side * k * 0.25 for k in range(1, 12) for side in (-1, 1))]
    middles = [(x + across, y - up + step) for step in steps]
    middle = board.find(text, middles) or middles[0]
    ax.annotate(
        text,
        (end.x, end.y),
        (72 * (middle[0] - x), 72 * (middle[1] - y)),
        textcoords="offset points",
        ha="center",
        va="center",
        size=FONT,
        bbox=TEXT_BOX,
        zorder=5,
        arrowprops=LEADER,
    )
