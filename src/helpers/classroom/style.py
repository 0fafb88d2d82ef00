"""How charts look, how times are written, and how a chart reaches those who cannot see it."""

from __future__ import annotations

import base64
import html
import io
from dataclasses import dataclass
from typing import Any
from weakref import WeakKeyDictionary

from IPython.core.getipython import get_ipython
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.rcsetup import cycler

from helpers.classroom.data_table import Table, Tables, folded
from helpers.classroom.own_figure import own_tables, own_text
from helpers.language import current_language, message, speaking
from helpers.parallel.units import duration as duration
from helpers.parallel.units import significant as significant

# Okabe and Ito's colours, told apart by people of every colour vision.
# Source: https://jfly.uni-koeln.de/color/
BLUE, VERMILLION, GREEN = "#0072B2", "#D55E00", "#009E73"
INK, GREY = "#1A1A1A", "#595959"
# Their sky and orange are too light for lines on white (under 3 to 1): these stand out, and apart.
PLUM, BROWN = "#B5588E", "#6B4C00"
LIGHT = "#B5DCF5"  # beside BLUE it has 3 to 1; on white it needs an outline

TEXT_BOX = {"boxstyle": "round,pad=0.2", "fc": "white", "ec": "none", "alpha": 0.95}

STYLE: Any = {
    "figure.facecolor": "white",
    "figure.dpi": 100,
    "figure.figsize": [9.0, 3.4],  # inches; it fits on a slide with the cell that draws it
    "figure.subplot.bottom": 0.2,  # of so low a figure, which else cuts its labels
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


@dataclass(frozen=True)
class _Told:
    """What is said of a chart beside its picture, and the language in which it was drawn."""

    text: str
    tables: Tables | None
    language: str


# By the Axes of each chart: a figure may have several, as that of a bet on pictures.
_told: WeakKeyDictionary[Axes, _Told] = WeakKeyDictionary()


def new_axes(width_in: float = 9.0, height_in: float = 3.0) -> Axes:
    """Return the Axes of a new figure in the course's style, sizes in inches."""
    with plt.rc_context(STYLE):
        _, ax = plt.subplots(figsize=(width_in, height_in), layout="constrained")
    return ax


def describe(ax: Axes, text: str, tables: Tables | None = None) -> None:
    """Say what the chart on ``ax`` shows, for people who cannot see it, replacing what was said.

    Args:
        ax: where the chart is drawn.
        text: its alternative text.
        tables: returns its data; called when it is shown.
    """
    _told[ax] = _Told(text, tables, current_language())


def _told_of(figure: Figure) -> list[_Told]:
    """Return what is said of each chart of ``figure``, in the order in which they stand there."""
    return [_told[ax] for ax in figure.axes if ax in _told]


def alternative_text(figure: Figure) -> str:
    """Return the alternative text of ``figure``; read back from it where none was given."""
    told = _told_of(figure)
    return " ".join(one.text for one in told) if told else own_text(figure)


def tables_of(figure: Figure) -> list[Table]:
    """Return the data of ``figure`` in its language; of a learner's own, what can be read off."""
    told = _told_of(figure)
    if not any(one.tables for one in told):
        return own_tables(figure)
    return [table for one in told for table in _made(one)]


def _made(told: _Told) -> list[Table]:
    with speaking(told.language):
        return list(told.tables()) if told.tables else []


def data_html(figure: Figure) -> str:
    """Return the data of ``figure`` as HTML that a click unfolds; nothing where it has none."""
    told = _told_of(figure)
    with speaking(told[0].language if told else current_language()):
        return folded(tables_of(figure))


def figure_html(figure: Figure) -> str:
    """Return ``figure`` as HTML: the picture, its alternative text and its data."""
    return picture_html(figure, 2 * _SHOWN_DPI) + data_html(figure)


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
    if "InlineBackend" in plt.get_backend() or "inline" in plt.get_backend():
        from matplotlib_inline.config import InlineBackend

        InlineBackend.instance(parent=shell).figure_formats = set()
    formatters = shell.display_formatter.formatters
    formatters["image/png"].pop(Figure, None)
    formatters["text/html"].for_type(Figure, figure_html)
    # the figure shows by itself: a cell that ends with a chart need not name what it returns
    shell.display_formatter.ipython_display_formatter.for_type(Axes, _shown_already)


def _shown_already(_ax: Axes) -> None:
    """Show nothing."""


@dataclass(frozen=True)
class Unit:
    """The unit of a time axis.

    Attributes:
        name: its name in the learner's language.
        size_s: how many seconds it is.
    """

    name: str
    size_s: float

    def head(self, what: str) -> str:
        """Return the head of a table's column of times: ``"median (seconds)"``."""
        return f"{what} ({self.name})"

    def written(self, seconds: float) -> str:
        """Return a cell of that column."""
        return significant(seconds / self.size_s)


def unit_for(longest_s: float) -> Unit:
    """Return the unit in which an axis up to ``longest_s`` seconds has short numbers."""
    if longest_s >= 1:
        return Unit(message("chart.seconds"), 1.0)
    if longest_s >= 1e-3:
        return Unit(message("chart.milliseconds"), 1e-3)
    return Unit(message("chart.microseconds"), 1e-6)


def times_as_fast(ratio: float) -> str:
    """Say what a ratio of times means: ``"1.9 times as fast"``, ``"140 times slower"``.

    Args:
        ratio: the time compared with, divided by the time spoken of; above 1 is faster. Two times
            that are very near each other are called equal.
    """
    if 1 / 1.05 < ratio < 1.05:
        return message("chart.as_fast")
    key, times = ("faster", ratio) if ratio > 1 else ("slower", 1 / ratio)
    return message(f"chart.{key}", times=significant(times, 2))
