"""What data costs: the time against the number of bytes, measured and predicted."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import NullLocator

from helpers.classroom.charts import is_time, plot_times, times_table, way_name
from helpers.classroom.curves import Curve, curve_axes, name_ends
from helpers.classroom.data_table import NONE, Table
from helpers.classroom.placing import brief, brief_time, capitalised, fitted, set_title, size_of
from helpers.classroom.style import (
    BLUE,
    GREEN,
    GREY,
    INK,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    describe,
    duration,
    times_as_fast,
)
from helpers.language import message
from helpers.parallel import CostModel, InputError
from helpers.parallel.arguments import short

# What has a text in each language, with its colour and hatch: the same in every chart here.
_LOOKS = {
    "copied": (VERMILLION, ".."),
    "sent": (VERMILLION, ".."),
    "shared": (BLUE, "xx"),
    "file": (GREEN, "oo"),
    "in_memory": (INK, ""),
    "empty": (PALE, ""),
    "one_process": (SKY, ""),
    "free_threads": (ORANGE, "//"),
    "one_thread": (PALE, "--"),
}
_OTHERS = ((ORANGE, "//"), (PALE, "--"), (SKY, "\\\\"), (GREEN, "++"))
# Line, marker and its size: markers are hollow and each smaller than the one before, so that all
# are seen where lines meet.
_LINES = (("-", "o", 14.0), ("--", "s", 9.0), ("-.", "D", 4.5), (":", "^", 3.0))
_UNITS = (("GB", 1e9), ("MB", 1e6), ("KB", 1e3))
_MOST_TICKS = 8

Timings = Mapping[int, float]


def plot_transfer(
    series: Mapping[str, Timings],
    *,
    model: CostModel | None = None,
    at: int | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw how the time grows with the size of the data, on logarithmic axes.

    Args:
        series: for each name, seconds by number of bytes. The first is compared with the second,
            where there is one, at the largest size that both have and at the smallest.
        model: where the data goes to a worker and comes back, what that is predicted to take:
            its message, and its bytes twice.
        at: the only size that the title is to speak of; both must have it.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where there is nothing to draw, or a size is no whole number of bytes, or a
            time not above 0.
    """
    _check(series, model, at)
    curves = [Curve(data_name(name), dict(sorted(s.items()))) for name, s in series.items()]
    sizes = [n for curve in curves for n in curve.values]
    lines = [*curves, *([_predicted(model, min(sizes), max(sizes))] if model else [])]
    ax = ax or curve_axes(lines)
    _set_axes(ax, sizes, [seconds for line in lines for seconds in line.values.values()])
    for row, (name, curve) in enumerate(zip(series, curves, strict=True)):
        _draw_line(ax, curve, data_look(name, row)[0], row)
    for line in lines[len(curves) :]:
        ax.plot(list(line.values), list(line.values.values()), ":", color=GREY, linewidth=2)
    name_ends(ax, lines)
    conclusion = _conclusion(curves, at)
    set_title(ax, conclusion)
    told = ". ".join(map(_told, lines))
    describe(ax, f"{conclusion}. {told}.", tables=lambda: [_table(conclusion, lines, sizes)])
    return ax


def _table(caption: str, lines: Sequence[Curve], sizes: Sequence[int]) -> Table:
    """Return the time of each line by size; of the model, at the sizes that were measured."""
    rows = [(data_size(n), *(_cell(line.at(n)) for line in lines)) for n in sorted(set(sizes))]
    heads = (message("data.x_axis"), *(capitalised(line.name) for line in lines))
    return Table(caption, heads, rows)


def _cell(seconds: float | None) -> str:
    return NONE if seconds is None else duration(seconds)


def plot_ways(times: Mapping[str, float], *, base: str) -> Axes:
    """Draw how long each way to bring in the data took: a bar each, looking as in the other charts.

    Args:
        times: seconds by name. The title says how the last does against ``base``.
        base: one of the names.

    Raises:
        InputError: where there is nothing to draw, or no such name.
    """
    if not isinstance(times, Mapping) or base not in times or not all(map(is_time, times.values())):
        raise InputError(message("data.bad_ways", received=short(times), base=short(base)))
    names = [data_name(name) for name in times]
    ax = plot_times(dict(zip(names, times.values(), strict=True)))
    for row, (bar, name) in enumerate(zip(ax.patches, times, strict=True)):
        colour, hatch = data_look(name, row)
        bar.set(facecolor=colour, hatch=hatch)
    labels = [fitted(name) for name in names]
    ax.set_yticks(range(len(labels)), labels)
    last = list(times)[-1]
    speed = times_as_fast(times[base] / times[last])
    conclusion = message(
        "data.compared", name=capitalised(data_name(last)), base=data_name(base), told=speed
    )
    set_title(ax, conclusion, 0.25 + max(size_of(label)[0] for label in labels))
    told = "; ".join(f"{n}: {duration(s)}" for n, s in zip(names, times.values(), strict=True))
    listed = {name: [s] for name, s in zip(names, times.values(), strict=True)}
    describe(
        ax,
        f"{conclusion}. {capitalised(told)}.",
        tables=lambda: [times_table(conclusion, listed)],
    )
    return ax


def data_name(name: str) -> str:
    """Return what one of this room's names says in the learner's language; others as they are."""
    return message(f"data_name.{name}") if name in _LOOKS else way_name(name)


def data_look(name: str, row: int) -> tuple[str, str]:
    """Return the colour and the hatch of what has this name, or, of other names, of its row."""
    return (SKY, "") if name == "sequential" else _LOOKS.get(name, _OTHERS[row % len(_OTHERS)])


def data_size(n_bytes: float) -> str:
    """Write a number of bytes with two digits and its unit: ``"32 MB"``; 1 KB is 1000 bytes."""
    for unit, size in _UNITS:
        if abs(n_bytes) >= 0.995 * size:
            return f"{brief(n_bytes / size)} {unit}"
    return message("data.bytes", n=f"{n_bytes:,.0f}")


def _check(series: object, model: object, at: object) -> None:
    if not isinstance(series, Mapping) or not series or not all(map(_is_timed, series.values())):
        raise InputError(message("data.bad", received=short(series)))
    if model is not None and not isinstance(model, CostModel):
        raise InputError(message("costs.not_a_model", received=short(model)))
    if at is not None and any(at not in times for times in list(series.values())[:2]):
        raise InputError(message("data.not_measured", received=short(at)))


def _is_timed(times: object) -> bool:
    if not isinstance(times, Mapping) or not times:
        return False
    whole = all(isinstance(n, int) and not isinstance(n, bool) and n >= 1 for n in times)
    return whole and all(map(is_time, times.values()))


def _predicted(model: CostModel, fewest: int, most: int) -> Curve:
    """Return what the model says for a message that goes there and back, alone on its way."""
    fixed_s = model.message_s + model.worker_message_s
    sizes = sorted({round(fewest * (most / fewest) ** (i / 40)) for i in range(41)})
    times_s = {n: fixed_s + 2 * n * model.byte_s for n in sizes}
    seen = {n: s for n, s in times_s.items() if s > 0} or {most: 1e-9}
    return Curve(message("data.model"), seen, kind="model")


def _draw_line(ax: Axes, curve: Curve, colour: str, row: int) -> None:
    style, marker, size = _LINES[row % len(_LINES)]
    look = {"color": colour, "markerfacecolor": "none", "markeredgewidth": 2, "markersize": size}
    n_bytes, times_s = list(curve.values), list(curve.values.values())
    ax.plot(n_bytes, times_s, linestyle=style, marker=marker, linewidth=2, **look)  # type: ignore[arg-type]


def _set_axes(ax: Axes, sizes: list[int], times_s: list[float]) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(min(sizes) / 1.4, max(sizes) * 1.4)
    ax.set_ylim(min(times_s) / 2, max(times_s) * 2)
    measured: list[float] = [float(n) for n in sorted(set(sizes))]
    crowded = _crowded(measured, *ax.get_xlim())
    _set_ticks(ax.xaxis, _round(*ax.get_xlim()) if crowded else measured, data_size)
    _set_ticks(ax.yaxis, _round(*ax.get_ylim()), brief_time)
    ax.set_xlabel(message("data.x_axis"))
    ax.set_ylabel(message("data.y_axis"))


def _crowded(ticks: list[float], low: float, high: float) -> bool:
    """Say whether some of these would be written over each other on a logarithmic axis."""
    gap = (high / low) ** (1 / (_MOST_TICKS + 1))
    return any(b / a < gap for a, b in itertools.pairwise(ticks))


def _round(low: float, high: float) -> list[float]:
    """Return round values between the two: powers of ten, and where these are few, their parts."""
    first, last = math.ceil(math.log10(low)), math.floor(math.log10(high))
    step = max(1, math.ceil((last - first + 1) / _MOST_TICKS))
    if last - first >= 2:
        return [10.0**k for k in range(first, last + 1, step)]
    parts = [digit * 10.0**k for k in range(first - 1, last + 1) for digit in (1, 2, 5)]
    return [part for part in parts if low <= part <= high]


def _set_ticks(axis: Axis, ticks: list[float], write: Callable[[float], str]) -> None:
    axis.set_ticks(ticks, [write(tick) for tick in ticks])
    axis.set_minor_locator(NullLocator())


def _conclusion(curves: list[Curve], at: int | None) -> str:
    first, *others = curves
    most = max(first.values)
    if not others or not set(first.values) & set(others[0].values):
        said = {"size": data_size(most), "time": duration(first.values[most])}
        return message("data.one", name=capitalised(first.name), **said)
    base = others[0]
    both = sorted(set(first.values) & set(base.values))
    ends = [
        message(
            "data.end", size=data_size(n), speed=times_as_fast(base.values[n] / first.values[n])
        )
        for n in ([at] if at else [both[-1], both[0]])
    ]
    told = "; ".join(dict.fromkeys(ends))
    return message("data.compared", name=capitalised(first.name), base=base.name, told=told)


def _told(curve: Curve) -> str:
    some = list(curve.values.items())
    some = [some[0], *some[len(some) // 2 :: len(some)], some[-1]] if len(some) > 8 else some
    points = "; ".join(f"{data_size(n)}, {duration(seconds)}" for n, seconds in some)
    return f"{capitalised(curve.name)}: {points}"
