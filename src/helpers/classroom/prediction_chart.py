"""How well predicted times did: against what was measured."""

from __future__ import annotations

import math
import statistics
from collections.abc import Iterator, Mapping

from matplotlib.axes import Axes
from matplotlib.ticker import NullLocator

from helpers.classroom.charts import is_time
from helpers.classroom.data_table import Table, in_unit
from helpers.classroom.placing import (
    LEADER,
    Board,
    brief_time,
    fitted,
    name_points,
    percent,
    set_title,
    size_of,
)
from helpers.classroom.style import (
    BLUE,
    GREY,
    INK,
    PALE,
    describe,
    duration,
    new_axes,
)
from helpers.language import message
from helpers.parallel import InputError

_NAMED = 12  # so many points have a name at most, those that are furthest off
_NEAR = 0.25  # the band about the diagonal: predictions that are off by less

Predictions = Mapping[str, tuple[float, float]]


def plot_predictions(predictions: Predictions, *, ax: Axes | None = None) -> Axes:
    """Draw predicted against measured times: on the diagonal the prediction was right.

    Args:
        predictions: for each name, the predicted and the measured time, in seconds.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where there is nothing to draw, or a time is not above 0.
    """
    if not isinstance(predictions, Mapping) or not predictions or not _are_pairs(predictions):
        raise InputError(message("predicted.bad", received=repr(predictions)))
    ax = ax or new_axes(9.0, 5.2)
    times_s = [seconds for pair in predictions.values() for seconds in pair]
    _set_axes(ax, min(times_s), max(times_s))
    board = Board(ax)
    _draw_diagonal(ax, board)
    for predicted_s, measured_s in predictions.values():
        ax.plot(predicted_s, measured_s, "o", ms=9, color=BLUE, mec="white", zorder=4)
        board.take_point(predicted_s, measured_s)
    worst = sorted(predictions, key=lambda name: _error(predictions[name]), reverse=True)
    named = [(fitted(name), *predictions[name]) for name in worst[:_NAMED]]
    name_points(ax, board, named, boxed=False)
    _explain(ax, board)
    error = percent(statistics.median(map(_error, predictions.values())))
    key = "predicted.one" if len(predictions) == 1 else "predicted.median"
    conclusion = message(key, error=error, n=len(predictions))
    set_title(ax, conclusion)
    told = "; ".join(_told(name, *predictions[name]) for name in worst[:_NAMED])
    # The table is made when the chart is shown; by then the learner's own may have changed.
    listed = {name: (predicted_s, real_s) for name, (predicted_s, real_s) in predictions.items()}
    describe(ax, f"{conclusion}. {told}.", tables=lambda: [_table(conclusion, listed)])
    return ax


def _table(caption: str, predictions: Predictions) -> Table:
    figures = [message(f"table.{key}") for key in ("predicted", "measured")]
    heads = (message("table.job"), *figures, in_unit(message("table.off"), "%"))
    rows = [
        (name, *map(duration, pair), percent(_error(pair))) for name, pair in predictions.items()
    ]
    return Table(caption, heads, rows)


def _are_pairs(predictions: Predictions) -> bool:
    return all(
        isinstance(pair, (tuple, list)) and len(pair) == 2 and all(map(is_time, pair))
        for pair in predictions.values()
    )


def _error(pair: tuple[float, float]) -> float:
    """Return how far a prediction was off, as a share of what was measured."""
    predicted_s, measured_s = pair
    return abs(predicted_s - measured_s) / measured_s


def _told(name: str, predicted_s: float, measured_s: float) -> str:
    times = {"predicted": duration(predicted_s), "measured": duration(measured_s)}
    return message("predicted.point", name=name, **times)


def _set_axes(ax: Axes, shortest_s: float, longest_s: float) -> None:
    """Give both axes the same logarithmic scale of times."""
    low_s, high_s = shortest_s / 2, longest_s * 2
    ticks = _ticks(low_s, high_s)
    ax.set_xscale("log")
    ax.set_yscale("log")
    for axis in (ax.xaxis, ax.yaxis):
        axis.set_ticks(ticks, [brief_time(tick) for tick in ticks])
        axis.set_minor_locator(NullLocator())
    ax.set_xlim(low_s, high_s)
    ax.set_ylim(low_s, high_s)
    ax.set_xlabel(message("predicted.x_axis"))
    ax.set_ylabel(message("predicted.y_axis"))


def _ticks(low_s: float, high_s: float) -> list[float]:
    """Return round times between the two: powers of ten, and where these are few, their parts."""
    first, last = math.ceil(math.log10(low_s)), math.floor(math.log10(high_s))
    if last - first >= 3:
        return [10.0**k for k in range(first, last + 1, 1 + (last - first) // 9)]
    parts = [digit * 10.0**k for k in range(first - 1, last + 1) for digit in (1, 2, 5)]
    return [seconds for seconds in parts if low_s <= seconds <= high_s]


def _draw_diagonal(ax: Axes, board: Board) -> None:
    low_s, high_s = ax.get_xlim()
    ends = [low_s, high_s]
    slow, fast = [end / (1 - _NEAR) for end in ends], [end / (1 + _NEAR) for end in ends]
    ax.fill_between(ends, fast, slow, fc=PALE, ec=GREY, linewidth=0.8, zorder=0)
    ax.plot(ends, ends, color=INK, linewidth=1.4, zorder=1)
    for at_low, at_high in ((low_s, high_s), fast, slow):
        board.take_line([(low_s, at_low), (high_s, at_high)])


def _explain(ax: Axes, board: Board) -> None:
    """Write what the diagonal is, and what the two sides of it mean, where there is room."""
    for side in ("slower", "faster"):
        text = message(f"predicted.{side}")
        _write(ax, board, text, board.find(text, _corner(board, text, side)))
    text = message("predicted.right", share=percent(_NEAR))
    width, _ = size_of(text)
    for share in (0.7, 0.6, 0.8, 0.45, 0.3):
        target = (share * board.width, share * board.height)
        place = board.find(text, [(target[0] + width / 2 + 0.45, target[1] - 0.25)])
        if place is not None:
            _write(ax, board, text, place, target)
            return


def _corner(board: Board, text: str, side: str) -> Iterator[tuple[float, float]]:
    """Yield where the middle of a text may be: in its corner, or beside it along the edge."""
    width, height = size_of(text)
    for inset in (0.1, 0.4, 0.7, 1.0, 1.5, 2.0):
        if side == "slower":
            yield inset + width / 2, board.height - 0.1 - height / 2
        else:
            yield board.width - inset - width / 2, 0.1 + height / 2


def _write(
    ax: Axes,
    board: Board,
    text: str,
    place: tuple[float, float] | None,
    target: tuple[float, float] | None = None,
) -> None:
    """Write ``text`` around ``place``, with a line to ``target``; both in inches."""
    if place is None:
        return
    at, to = (
        (x / board.width, y / board.height) for x, y in (place, place if target is None else target)
    )
    ax.annotate(
        text,
        to,
        at,
        xycoords="axes fraction",
        textcoords="axes fraction",
        ha="center",
        va="center",
        color=GREY,
        arrowprops=None if target is None else LEADER,
    )
