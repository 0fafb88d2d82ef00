"""Speedup and efficiency by number of workers, measured or simulated, and what limits them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from matplotlib.axes import Axes

from helpers.classroom.curves import (
    Curve,
    Given,
    between,
    curve_axes,
    draw_curve,
    name_ends,
    set_log_speedups,
    set_worker_axis,
    speedup_curves,
)
from helpers.classroom.data_table import Table, by_number
from helpers.classroom.placing import percent, set_title, shortened
from helpers.classroom.style import GREY, INK, describe, is_as_fast, significant, times_as_fast
from helpers.language import message
from helpers.parallel import Ceiling, InputError, amdahl, gustafson

# The colour and dashes of what a curve is compared with, by kind.
_GUIDES: dict[str, Any] = {"ideal": (GREY, "--"), "law": (INK, "-")}
_GUIDES |= {"ceiling": (INK, (0, (6, 1.5, 1, 1.5))), "loop": (GREY, ":")}
_TOLD = 12  # so many points of a line are told in the alternative text
_SAME = 1.05  # two speedups whose ratio is below this are called the same


def plot_speedup(
    measured: Given,
    *,
    ceiling: Ceiling | Mapping[int, float] | None = None,
    serial_fraction: float | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how many times as fast the work gets with more workers, beside what would be ideal.

    Args:
        measured: the result of ``scaling``, or speedups by number of workers; or several of these
            by name, of which the title is about the first.
        ceiling: what the hardware gives: the result of ``hardware_ceiling``, or speedups.
        serial_fraction: the share of the work that cannot be shared, of the first where there are
            several; its law is drawn: Amdahl's, or Gustafson's where what is measured first grew
            with the workers. A measured one below 0 counts as 0, one above 1 as 1.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where there is nothing to draw, or a number is none.
    """
    curves = speedup_curves(measured, "plot_speedup")
    most = max(2, *(max(curve.values) for curve in curves))
    limits = [] if serial_fraction is None else [_law(serial_fraction, most, curves)]
    limits += [] if ceiling is None else [_ceiling(ceiling, most)]
    guides = [Curve(message("speedup.ideal"), {1: 1.0, most: float(most)}, kind="ideal"), *limits]
    if min(min(curve.values.values()) for curve in curves) < 1:
        guides.append(Curve(message("speedup.loop"), {1: 1.0, most: 1.0}, kind="loop"))
    ax = ax or curve_axes([*curves, *guides])
    _set_axes(ax, most, [*curves, *guides])
    draw_all(ax, curves, guides)
    conclusion = _conclusion(curves)
    set_title(ax, conclusion)
    told = ". ".join([*map(_told, curves), *(_told(limit, last=True) for limit in limits)])
    table = _Table(conclusion, curves, guides, "table.times_as_fast")
    describe(ax, f"{conclusion}. {told}.", _warnings(curves), table)
    return ax


@dataclass(frozen=True)
class _Table:
    """The lines of a chart as a table: what was measured, and beside it what it is compared with.

    Attributes:
        caption: what the table shows.
        curves, guides: the lines.
        unit: the message that writes a line's name with its unit.
    """

    caption: str
    curves: Sequence[Curve]
    guides: Sequence[Curve]
    unit: str

    def __call__(self) -> list[Table]:
        """Return the table, with a row for each number of workers that any line was measured at."""
        counts = sorted({n for curve in self.curves for n in curve.values})
        columns: dict[str, dict[int, str]] = {}
        for curve in (*self.curves, *self.guides):
            values = {n: curve.at(n) for n in counts}
            columns[message(self.unit, name=curve.name)] = _written(values)
            for place, key in ((0, "table.quarter_1"), (1, "table.quarter_3")):
                spread = {n: ends[place] for n, ends in curve.spreads.items()}
                head = message(self.unit, name=f"{curve.name}, {message(key)}")
                columns |= {head: _written(spread)} if spread else {}
        return [by_number(message("speedup.workers_axis"), columns, self.caption)]


def _written(values: Mapping[int, float | None]) -> dict[int, str]:
    return {n: significant(value) for n, value in values.items() if value is not None}


def draw_all(ax: Axes, curves: Sequence[Curve], guides: Sequence[Curve]) -> None:
    """Draw what was measured with markers, what it is compared with as lines, and name all."""
    for guide in guides:
        counts, values = list(guide.values), list(guide.values.values())
        colour, dashes = _GUIDES[guide.kind]
        ax.plot(counts, values, color=colour, linestyle=dashes, linewidth=1.6, zorder=1)
    for i, curve in enumerate(curves):
        draw_curve(ax, curve, i)
    name_ends(ax, [*curves, *guides])


def _law(serial_fraction: float, most: int, curves: Sequence[Curve]) -> Curve:
    number = isinstance(serial_fraction, (int, float)) and math.isfinite(serial_fraction)
    if not number:
        raise InputError(message("speedup.bad_fraction", received=repr(serial_fraction)))
    share = min(1.0, max(0.0, float(serial_fraction)))
    law, key = (gustafson, "gustafson") if curves[0].kind == "weak" else (amdahl, "amdahl")
    name = message(f"speedup.{key}", share=percent(share))
    if len(curves) > 1:
        first = curves[0].name.replace(" ", "\N{NO-BREAK SPACE}")
        name = message("speedup.law_for", law=key.title(), name=first)
    counts = sorted({*between(most), *(n for curve in curves for n in curve.values)})
    return Curve(name, {n: law(share, n) for n in counts}, kind="law")


def _ceiling(ceiling: Ceiling | Mapping[int, float], most: int) -> Curve:
    given = ceiling.speedups if isinstance(ceiling, Ceiling) else ceiling
    usable = isinstance(given, Mapping) and not any(isinstance(n, str) for n in given)
    known = speedup_curves(given, "plot_speedup")[0].values if usable and given else {}
    values = {n: value for n, value in known.items() if n <= most}
    if not values:
        raise InputError(message("speedup.bad_ceiling", received=repr(ceiling), most=most))
    if isinstance(ceiling, Ceiling):  # more workers than it has are as fast as the last
        values[most] = ceiling.speedup(most)
    return Curve(message("speedup.ceiling"), values, kind="ceiling")


def _set_axes(ax: Axes, most: int, curves: Sequence[Curve]) -> None:
    values = [value for curve in curves for value in curve.values.values()]
    values += [end for curve in curves for spread in curve.spreads.values() for end in spread]
    ax.set_ylabel(message("speedup.axis"))
    if set_worker_axis(ax, most):
        set_log_speedups(ax, min(values), max(values))
    else:
        ax.set_ylim(0, 1.06 * max(values))


def _warnings(curves: Sequence[Curve]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(text for curve in curves for text in curve.warnings))


def _told(curve: Curve, last: bool = False, unit: str = "speedup.times") -> str:
    """Say a curve's values in words: those of all its points, of some, or of the last."""
    points = list(curve.values.items())
    if len(points) > _TOLD:
        points = [points[round(i * (len(points) - 1) / (_TOLD - 1))] for i in range(_TOLD)]
    told = "; ".join(
        message("speedup.point", value=message(unit, value=significant(value)), workers=workers(n))
        for n, value in (points[-1:] if last else points)
    )
    return f"{curve.name}: {told}"


def workers(n: int) -> str:
    """Return ``"1 worker"``, ``"2 workers"`` in the learner's language."""
    return message("speedup.one_worker" if n == 1 else "speedup.workers", n=f"{n:,}")


def _conclusion(curves: Sequence[Curve]) -> str:
    """Say how fast the first curve gets, and whether it gets slower again."""
    values = curves[0].values
    best = max(values, key=values.__getitem__)
    last, top = max(values), values[best]
    said = {"workers": workers(best), "speed": times_as_fast(top, message("base_name.sequential"))}
    if is_as_fast(top):
        text = message("speedup.same", workers=workers(best))
    elif top < 1:
        text = message("speedup.never", workers=workers(best), speed=times_as_fast(top))
    elif top > _SAME * values[last]:
        text = message(
            "speedup.peak", **said, more=workers(last), other=times_as_fast(values[last])
        )
    else:
        text = message("speedup.reached", **said, share=f"{100 * top / best:.0f}")
    return _about(curves, text)


def _about(curves: Sequence[Curve], text: str) -> str:
    """Say which curve the text is about, where there are several."""
    if len(curves) == 1:
        return text
    return f"{shortened(curves[0].name)}: {text[:1].lower()}{text[1:]}"
