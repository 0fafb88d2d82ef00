"""What the laws of Amdahl and Gustafson promise, by number of workers."""

from __future__ import annotations

import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from helpers.classroom.curves import (
    Curve,
    between,
    curve_axes,
    name_ends,
    set_log_speedups,
    set_worker_axis,
)
from helpers.classroom.data_table import Table, by_number
from helpers.classroom.placing import percent, set_title
from helpers.classroom.speedups import workers
from helpers.classroom.style import BLUE, GREY, VERMILLION, describe, significant
from helpers.language import message
from helpers.parallel import InputError, amdahl, gustafson

_LOOKS = ((GREY, "--", 1.6), (VERMILLION, "-.", 2.4), (BLUE, "-", 2.4), (GREY, ":", 1.6))


def plot_laws(serial_fraction: float, max_workers: int = 1024, *, ax: Axes | None = None) -> Axes:
    """Draw Amdahl's and Gustafson's speedups for a serial fraction, up to so many workers.

    Args:
        serial_fraction: the share of the work that cannot be shared, from 0 to 1: of the
            sequential time for Amdahl, of the parallel time for Gustafson.
        max_workers: up to how many workers; a whole number, 2 or more.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: outside of that domain.
    """
    if isinstance(max_workers, bool) or not isinstance(max_workers, int) or max_workers < 2:
        raise InputError(message("laws_chart.bad_workers", received=repr(max_workers)))
    top, scaled = amdahl(serial_fraction, max_workers), gustafson(serial_fraction, max_workers)
    counts = between(max_workers)
    curves = [
        Curve(message("speedup.ideal"), {n: float(n) for n in counts}),
        Curve("Gustafson", {n: gustafson(serial_fraction, n) for n in counts}),
        Curve("Amdahl", {n: amdahl(serial_fraction, n) for n in counts}),
    ]
    limit = 1 / serial_fraction if serial_fraction else math.inf
    if limit <= max_workers and limit > 1:
        name = message("laws_chart.limit", times=_figure(limit))
        curves.append(Curve(name, {1: limit, max_workers: limit}))
    ax = ax or curve_axes(curves)
    _draw(ax, curves, max_workers)
    said = {
        "share": percent(serial_fraction),
        "workers": workers(max_workers),
        "amdahl": _figure(top),
        "gustafson": _figure(scaled),
    }
    conclusion = message("laws_chart.conclusion", **said)
    set_title(ax, conclusion)
    describe(
        ax,
        f"{conclusion}. {message('laws_chart.alt', ideal=f'{max_workers:,}', **said)}",
        tables=lambda: [laws_table(conclusion, serial_fraction, powers(max_workers))],
    )
    return ax


def powers(most: int) -> list[int]:
    """Return the powers of two up to ``most``, and ``most`` itself."""
    return sorted({*(2**k for k in range(most.bit_length()) if 2**k <= most), most})


def laws_table(caption: str, serial_fraction: float, counts: Sequence[int]) -> Table:
    """Return what both laws give, as a table with a row for each of these numbers of workers."""
    laws = {"Amdahl": amdahl, "Gustafson": gustafson}
    columns = {
        message("table.times_as_fast", name=name): {
            n: _figure(law(serial_fraction, n)) for n in counts
        }
        for name, law in laws.items()
    }
    columns[message("table.times_as_fast", name=message("speedup.ideal"))] = {
        n: f"{n:,}" for n in counts
    }
    if serial_fraction:
        limit = _figure(1 / serial_fraction)
        columns[message("table.limit")] = dict.fromkeys(counts, limit)
    return by_number(message("speedup.workers_axis"), columns, caption)


def _draw(ax: Axes, curves: list[Curve], most: int) -> None:
    ax.set_ylabel(message("speedup.axis"))
    if set_worker_axis(ax, most):
        set_log_speedups(ax, 1.0, most)
    else:
        ax.set_ylim(0, 1.06 * most)
    for curve, (colour, dashes, width) in zip(curves, _LOOKS, strict=False):
        counts, values = list(curve.values), list(curve.values.values())
        ax.plot(counts, values, color=colour, linestyle=dashes, linewidth=width)
    name_ends(ax, curves)


def _figure(value: float) -> str:
    return f"{value:,.0f}" if value >= 100 else significant(value)
