"""One of every chart that the course draws, with data that shows all of its looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from made import ended, heavy, hundred_squares, sequential, slow_start
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom import plot_timeline
from helpers.classroom.explore_amdahl import _Amdahl
from helpers.classroom.explore_pool import _Pool

LOST = replace(heavy(3, how="dask"), lost_s={1: 0.3}, start_method="spawn")


def _explored(explorer) -> Figure:
    return explorer.draw(explorer.values()).figures[0]


# Every chart by name; each is drawn in the current language when it is called.
CHARTS: dict[str, Callable[[], Axes | Figure]] = {
    "timeline": lambda: plot_timeline(sequential(), ended(heavy(4), 0.1)),
    "timeline_of_little": lambda: plot_timeline(hundred_squares(4)),
    "timeline_of_starts": lambda: plot_timeline(slow_start(2)),
    "timeline_with_loss": lambda: plot_timeline(LOST),
    "timeline_of_many": lambda: plot_timeline(heavy(16, 192)),
    "explored_amdahl": lambda: _explored(_Amdahl()),
    "explored_pool": lambda: _explored(_Pool(0.05, 4e-5)),
}  # fmt: skip


def drawn(name: str) -> Figure:
    """Return the figure of a chart."""
    made = CHARTS[name]()
    return made if isinstance(made, Figure) else made.get_figure(root=True)
