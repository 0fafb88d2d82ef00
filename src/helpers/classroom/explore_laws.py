"""explore_laws(): what the laws of Amdahl and Gustafson promise for a serial part and workers."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from helpers.classroom.explorers import Explorer, View, figure_of, own_axes, slider
from helpers.classroom.laws_chart import laws_table, plot_laws, powers
from helpers.classroom.placing import Board, brief, name_points
from helpers.classroom.speedups import workers
from helpers.classroom.style import (
    BLUE,
    INK,
    VERMILLION,
    alternative_text,
    describe,
    significant,
)
from helpers.language import message
from helpers.parallel import amdahl, efficiency, gustafson

MOST = 1024
_FRACTIONS = (0.0, 0.001, 0.002, 0.005, 0.01, 0.02, 0.03, 0.05, 0.07, 0.1, 0.15, 0.2, 0.3, 0.5, 1.0)
_WORKERS = (*(step * 2**k for k in range(9) for step in (2, 3)), MOST)
_MARGINS_IN = (1.0, 2.5, 0.7, 0.5)


def explore_laws() -> None:
    """Show an explorer: a serial fraction, a number of workers, and the speedups they give."""
    _Laws().show()


class _Laws(Explorer):
    """A serial fraction and a number of workers, over the curves of both laws."""

    def __init__(self) -> None:
        controls = {
            "fraction": slider(
                message("explore.fraction"),
                _FRACTIONS,
                0.2,
                lambda part: message("efficiency.percent", value=brief(100 * part)),
            ),
            "n_workers": slider(message("explore.n_workers"), _WORKERS, 64, "{:,}".format),
        }
        super().__init__(controls)

    def draw(self, values: dict[str, Any]) -> View:
        """Return the curves, the chosen number of workers marked."""
        fraction, n_workers = values["fraction"], values["n_workers"]
        speeds = {"Amdahl": amdahl(fraction, n_workers)}
        speeds["Gustafson"] = gustafson(fraction, n_workers)
        ax = plot_laws(fraction, MOST, ax=own_axes(4.4, _MARGINS_IN))
        _mark(ax, n_workers, speeds)
        title = message("explore.laws_title", workers=workers(n_workers), **_figures(speeds))
        ax.set_title(title)
        told = f"{title}. {alternative_text(figure_of(ax))}"
        counts = [*powers(MOST), n_workers]
        describe(ax, told, tables=lambda: [laws_table(title, fraction, counts)])
        return View(_said(fraction, n_workers, speeds), (figure_of(ax),))


def _mark(ax: Axes, n_workers: int, speeds: dict[str, float]) -> None:
    board = Board(ax)
    for line in ax.lines:
        points: Any = line.get_xydata()
        board.take_line([(float(x), float(y)) for x, y in points])
    ax.axvline(n_workers, color=INK, linewidth=1, linestyle=":", zorder=1)
    named = []
    for (name, speed), mark, colour in zip(speeds.items(), "os", (BLUE, VERMILLION), strict=True):
        ax.plot(n_workers, speed, mark, ms=10, mfc="white", mec=colour, mew=2.5, zorder=5)
        named.append((f"{name}: {_times(speed)}", float(n_workers), speed))
    name_points(ax, board, named)


def _said(fraction: float, n_workers: int, speeds: dict[str, float]) -> str:
    shares = {
        f"{name.lower()}_share": brief(100 * efficiency(speed, n_workers))
        for name, speed in speeds.items()
    }
    return message(
        "explore.laws_said",
        fraction=brief(100 * fraction),
        workers=workers(n_workers),
        **_figures(speeds),
        **shares,
    )


def _figures(speeds: dict[str, float]) -> dict[str, str]:
    return {name.lower(): _figure(speed) for name, speed in speeds.items()}


def _times(speed: float) -> str:
    return message("speedup.times", value=_figure(speed))


def _figure(speed: float) -> str:
    return f"{speed:,.0f}" if speed >= 100 else significant(speed)
