"""What each way of running is predicted to take, and which one is recommended."""

from __future__ import annotations

from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator, StrMethodFormatter

from helpers.classroom.charts import bar_look, way_name
from helpers.classroom.data_table import Row, Table
from helpers.classroom.placing import fitted, plain, set_title, size_of, wrapped
from helpers.classroom.style import (
    INK,
    Unit,
    describe,
    duration,
    is_as_fast,
    new_axes,
    times_as_fast,
    unit_for,
)
from helpers.language import message
from helpers.parallel import Advice, InputError, Option

_WIDTH_IN, _AXIS_IN = 9.0, 6.0  # how wide the figure is, and about how wide its axis
_LINE_PT = 18  # the height of a line of the reason, in points


def plot_advice(advice: Advice, *, ax: Axes | None = None) -> Axes:
    """Draw what each way of running is predicted to take, and which one is recommended.

    A bar is the predicted time, the line on it where the time will probably lie; the recommended
    way has a thick outline, and says so.

    Args:
        advice: the result of ``advise``.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where it is none.
    """
    if not all(hasattr(advice, name) for name in ("best", "loop", "options", "reason")):
        raise InputError(message("advised.bad", received=repr(advice)))
    options, names = advice.options, [_option_name(option) for option in advice.options]
    left_in = 0.4 + max(size_of(name)[0] for name in names)
    reason = wrapped(advice.reason, _WIDTH_IN - left_in)
    ax = ax or new_axes(_WIDTH_IN, 1.6 + 0.22 * len(reason) + 0.66 * len(options))
    unit = unit_for(max(option.high_s for option in options))
    reach = 0.0
    for row, option in enumerate(options):
        best = option == advice.best
        reach = max(reach, _draw_option(ax, row, option, unit, best))
    ax.set_yticks(range(len(options)), names)
    ax.set_ylim(len(options) - 0.5, -0.5)
    ax.set_xlim(0, reach or 1.0)
    ax.xaxis.set_major_locator(MaxNLocator(6))
    ax.xaxis.set_major_formatter(StrMethodFormatter("{x:,g}"))
    ax.set_xlabel(message("advised.axis", unit=unit.name))
    ax.tick_params(axis="y", length=0)
    _write_reason(ax, reason)
    conclusion = _conclusion(advice)
    set_title(ax, conclusion, left_in, pad=14 + _LINE_PT * len(reason))
    told = "; ".join(map(_told_option, options))
    described = f"{conclusion}. {advice.reason} {told}."
    describe(ax, described, tables=lambda: [_table(conclusion, advice)])
    return ax


def _table(caption: str, advice: Advice) -> Table:
    """Return the prediction of each way, and where its time will probably lie."""
    unit = unit_for(max(option.high_s for option in advice.options))
    what = [message(f"table.{key}") for key in ("predicted", "at_least", "at_most")]
    heads = (message("table.way"), *map(unit.head, what), message("table.recommended"))
    return Table(caption, heads, [_row(unit, one, one == advice.best) for one in advice.options])


def _row(unit: Unit, option: Option, best: bool) -> Row:
    name = way_name(option.how)
    if option.how != "sequential":
        size = message("story.chunks", size=f"{option.chunksize:,}")
        name = f"{message(f'way.{option.how}', n=option.n_workers)}, {size}"
    times = map(unit.written, (option.predicted_s, option.low_s, option.high_s))
    return (name, *times, message("table.yes" if best else "table.no"))


def _draw_option(ax: Axes, row: int, option: Option, unit: Unit, best: bool) -> float:
    """Draw an option's bar, and return up to where the axis must go for its label to fit."""
    colour, hatch = bar_look(option.how, row)
    predicted, low, high = (
        seconds / unit.size_s for seconds in (option.predicted_s, option.low_s, option.high_s)
    )
    ax.barh(row, predicted, height=0.62, color=colour, hatch=hatch, ec=INK, lw=3 if best else 0.8)
    for look, width in (("white", 6), (INK, 3)):
        ax.plot([low, high], [row, row], color=look, linewidth=width, solid_capstyle="butt")
    text = duration(option.predicted_s)
    if best:
        text = message("advised.best", time=text)
    ax.annotate(
        text,
        (high, row),
        (8, 0),
        textcoords="offset points",
        va="center",
        weight="bold" if best else "normal",
    )
    label_in = size_of(text, title=best)[0] + 0.3
    return high / max(0.3, 1 - label_in / _AXIS_IN)


def _option_name(option: Option) -> str:
    """Return the option's way and, where work is shared out, its workers and chunksize."""
    if option.how == "sequential":
        return way_name(option.how)
    size = message("story.chunks", size=f"{option.chunksize:,}")
    return f"{fitted(message(f'way.{option.how}', n=option.n_workers))}\n{size}"


def _write_reason(ax: Axes, reason: Sequence[str]) -> None:
    ax.annotate(
        plain("\n".join(reason)),
        (0, 1),
        (0, 6),
        xycoords="axes fraction",
        textcoords="offset points",
        va="bottom",
        linespacing=1.25,
    )


def _conclusion(advice: Advice) -> str:
    """Say what is best and how much is won; the times stand in the reason and at the bars."""
    if advice.best.how == "sequential":
        return message("advised.loop")
    way = message(f"way.{advice.best.how}", n=advice.best.n_workers)
    ratio = advice.loop.predicted_s / advice.best.predicted_s
    speed = times_as_fast(ratio, message("base_name.sequential"))
    if is_as_fast(ratio):
        return message("chart.compared", way=way, speed=speed)
    return message("advised.parallel", way=way, speed=speed)


def _told_option(option: Option) -> str:
    return message(
        "advised.option",
        name=_option_name(option).replace("\n", " "),
        time=duration(option.predicted_s),
        low=duration(option.low_s),
        high=duration(option.high_s),
    )
