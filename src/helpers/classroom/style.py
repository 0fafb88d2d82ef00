"""How charts look, and how a chart reaches those who cannot see it."""

from __future__ import annotations

import base64
import html
import io
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from helpers.classroom.own_figure import Table, folded, own_tables, own_text
from helpers.language import text
from helpers.parallel.units import significant

# Okabe and Ito's colours, told apart by people of every colour vision.
# Source: https://jfly.uni-koeln.de/color/
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
INK, GREY = "#1A1A1A", "#595959"
# Their sky and orange are too light for lines on white (under 3 to 1): these stand out, and apart.
PLUM, BROWN = "#B5588E", "#6B4C00"
LIGHT = "#B5DCF5"  # beside BLUE it has 3 to 1; on white it needs an outline

STYLE: Any = {
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "figure.figsize": [9.0, 3.4],  # inches; it fits on a slide with the cell that draws it
    "figure.subplot.bottom": 0.2,  # for such a low figure, which otherwise cuts its labels off
    "savefig.dpi": 200,
    "font.size": 12,
    "axes.titlesize": 13,
    "axes.titleweight": "bold",
    "axes.titlelocation": "left",
    "axes.titlepad": 10,
    "axes.labelsize": 12,
    "axes.prop_cycle": cycler(color=[BLUE, VERMILLION, GREEN, INK, PLUM, BROWN]),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "xtick.labelsize": 12,
    "ytick.labelsize": 12,
    "text.color": INK,
    "axes.labelcolor": INK,
    "axes.titlecolor": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "hatch.linewidth": 0.8,
}

_SHOWN_DPI = 100  # pixels an inch in the notebook; twice as many are drawn, for sharp projectors

# The descriptions of figures that bring their own words, and their table where they bring one.
_described: WeakKeyDictionary[Figure, tuple[str, Table | None]] = WeakKeyDictionary()


def describe(figure: Figure, description: str, table: Table | None = None) -> None:
    """Give ``figure`` an alternative text and, where its data cannot be read off, a table."""
    _described[figure] = description, table


def alternative_text(figure: Figure) -> str:
    """Return the alternative text of ``figure``; read back from it where it has none."""
    return _described[figure][0] if figure in _described else own_text(figure)


def tables_of(figure: Figure) -> list[Table]:
    """Return the data of ``figure``: its own table, or what can be read off."""
    _, table = _described.get(figure, ("", None))
    return [table] if table else own_tables(figure)


def figure_html(figure: Figure) -> str:
    """Return ``figure`` as HTML: the picture, its alternative text and its data."""
    return picture_html(figure, 2 * _SHOWN_DPI) + folded(tables_of(figure))


def picture_html(figure: Figure, dpi: int) -> str:
    """Return ``figure`` as HTML without its data.

    Args:
        figure: a finished chart.
        dpi: pixels an inch; it is shown in the same size with fewer, and drawn sooner.
    """
    picture = io.BytesIO()
    figure.savefig(picture, format="png", dpi=dpi, facecolor="white")
    data = base64.b64encode(picture.getvalue()).decode("ascii")
    width = round(figure.get_size_inches()[0] * _SHOWN_DPI)
    return (
        f'<figure style="margin: 0.6em 0"><img alt="{html.escape(alternative_text(figure))}" '
        f'style="width: {width}px; max-width: 100%" src="data:image/png;base64,{data}"></figure>'
    )


def use_style() -> None:
    """Give every chart of this session the course's style and, in a notebook, alternative text.

    A PNG output cannot carry alternative text in JupyterLab, so a figure is shown as HTML instead.
    """
    plt.rcParams.update(STYLE)
    shell = get_ipython()
    if shell is None or shell.display_formatter is None:
        return
    if "inline" in plt.get_backend().lower():
        from matplotlib_inline.config import InlineBackend

        InlineBackend.instance(parent=shell).figure_formats = set()
    formatters = shell.display_formatter.formatters
    formatters["image/png"].pop(Figure, None)
    formatters["text/html"].for_type(Figure, figure_html)
    # the figure shows by itself: a cell that ends with a chart need not name what it returns
    shell.display_formatter.ipython_display_formatter.for_type(Axes, _shown_already)


def _shown_already(_ax: Axes) -> None:
    """Show nothing."""


class Unit(NamedTuple):
    """A unit of time: its name in the learner's language, and how many seconds it is."""

    name: str
    size_s: float


def unit_for(longest_s: float) -> Unit:
    """Return the unit in which an axis up to ``longest_s`` seconds has short numbers."""
    if longest_s >= 1:
        return Unit(text(es="segundos", en="seconds"), 1.0)
    if longest_s >= 1e-3:
        return Unit(text(es="milisegundos", en="milliseconds"), 1e-3)
    return Unit(text(es="microsegundos", en="microseconds"), 1e-6)


def times_as_fast(ratio: float) -> str:
    """Say what a ratio of times means: ``"1.9 times as fast"``, ``"takes 140 times as long"``.

    Args:
        ratio: the time compared with, divided by the time spoken of; above 1 is faster. Two times
            that are very near each other are called equal.
    """
    if 1 / 1.05 < ratio < 1.05:
        return text(es="igual de rápido", en="equally fast")
    times = significant(max(ratio, 1 / ratio), 2)
    if ratio > 1:
        return text(es=f"{times} veces más rápido", en=f"{times} times as fast")
    return text(es=f"{times} veces más lento", en=f"takes {times} times as long")
