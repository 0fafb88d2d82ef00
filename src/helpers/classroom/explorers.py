"""What every explorer is made of: controls, a picture that follows them, and a static twin."""

from __future__ import annotations

import html
import threading
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

from IPython.display import display
from matplotlib import pyplot as plt
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom.data_table import unfolded
from helpers.classroom.style import (
    STYLE,
    alternative_text,
    data_html,
    picture_html,
    tables_of,
)
from helpers.classroom.widget_view import view_of
from helpers.language import message, text
from helpers.parallel import ParallelError

WIDTH_IN = 9.0
QUICK_DPI = 130  # sharp enough, and drawn soon enough to follow a slider
_NAMES, _CONTROL = "17em", "47em"  # widths: of names, of controls

# JupyterLab handles the controls in a thread of the kernel's own, and at times in the main one.
_one_at_a_time = threading.RLock()

T = TypeVar("T")
Margins = tuple[float, float, float, float]  # left, right, bottom, top


@dataclass(frozen=True)
class View:
    """What an explorer shows for one setting of its controls.

    Attributes:
        said: what is to be seen, in words and figures.
        figures: the pictures, from top to bottom.
    """

    said: str
    figures: tuple[Figure, ...]

    def pictures(self) -> str:
        """Return the pictures as HTML, with their alternative texts."""
        return "".join(picture_html(figure, QUICK_DPI) for figure in self.figures)

    def data(self) -> str:
        """Return the data of the pictures as tables in HTML."""
        tables = unfolded([table for figure in self.figures for table in tables_of(figure)])
        return f'<div class="jp-RenderedHTMLCommon">{tables}</div>'  # as JupyterLab shows others

    def folded_data(self) -> str:
        """Return the same where it takes a click to be seen."""
        return "".join(map(data_html, self.figures))


class Explorer(ABC):
    """Controls over a picture that is drawn anew whenever one of them changes.

    A slider sends no value while its last one is being drawn, and then the newest alone: that is
    how ipywidgets works in the browser, so nothing here has to hold values back.
    """

    def __init__(self, controls: dict[str, Any]) -> None:
        """Take the widgets by the names under which ``draw`` gets their values."""
        import ipywidgets

        self._controls = controls
        self._said, self._pictures, self._data = (ipywidgets.HTML() for _ in range(3))
        # It stays as it is while the picture changes, which what is folded in a page would not.
        self._with_data = ipywidgets.Checkbox(
            description=message("table.summary"), value=False, indent=False
        )
        self._view = View("", ())
        below = [self._said, self._pictures, self._with_data, self._data]
        self._box = ipywidgets.VBox([*controls.values(), *below])
        self._with_data.observe(self._show_data, names="value")
        for control in controls.values():
            control.observe(self._redraw, names="value")

    @abstractmethod
    def draw(self, values: dict[str, Any]) -> View:
        """Return what to show for these values of the controls."""

    def values(self) -> dict[str, Any]:
        """Return the values of the controls."""
        return {name: control.value for name, control in self._controls.items()}

    def show(self) -> None:
        """Show the explorer and, where no widget runs, its picture at the beginning."""
        with _one_at_a_time:
            view = self.draw(self.values())
            told = [view.said, *map(alternative_text, view.figures)]
            self._put(view)
        static = {"text/html": self._said.value + self._pictures.value + view.folded_data()}
        display({**view_of(self._box), **static, "text/plain": "\n".join(told)}, raw=True)

    def _redraw(self, _change: object) -> None:
        """Show what the controls say now; an error is said in words: nobody could catch it."""
        try:
            with _one_at_a_time:
                self._put(self.draw(self.values()))
        except (Exception, KeyboardInterrupt) as error:
            said = _in_words(error)
            self._said.value = _paragraph(text(es=f"No se pudo. {said}", en=f"That failed. {said}"))

    def _put(self, view: View) -> None:
        self._said.value, self._pictures.value = _paragraph(view.said), view.pictures()
        self._view = view
        self._show_data()

    def _show_data(self, _change: object = None) -> None:
        """Show the data while that is asked for; else none of it is written."""
        self._data.value = self._view.data() if self._with_data.value else ""


def slider(name: str, choices: Iterable[T], value: T, written: Callable[[T], str]) -> Any:
    """Return a slider that moves between ``choices``, by mouse and by the arrow keys.

    Args:
        name: what it is called, in the learner's language.
        choices: its values, from left to right.
        value: the one that it has at first.
        written: how a value is written beside it, with its unit.
    """
    import ipywidgets

    return ipywidgets.SelectionSlider(
        options=[(written(choice), choice) for choice in choices],
        value=value,
        description=name,
        tooltip=text(
            es=f"{name}: con el ratón o con las flechas del teclado",
            en=f"{name}: with the mouse or the arrow keys",
        ),
        layout=ipywidgets.Layout(width=_CONTROL, max_width="100%"),
        style={"description_width": _NAMES},
    )


def own_axes(height_in: float, margins_in: Margins | None = None) -> Axes:
    """Return Axes in the course's style whose figure pyplot does not know.

    A slider may be moved while a cell runs, and what pyplot knows is shown below that cell.

    Args:
        height_in: how high the figure is, in inches.
        margins_in: what is around the Axes, for texts; found out, which takes longer, if ``None``.
    """
    with plt.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH_IN, height_in), layout=None if margins_in else "constrained")
        ax: Axes = figure.subplots()
    if margins_in:
        left, right, bottom, top = margins_in
        figure.subplots_adjust(
            left / WIDTH_IN, bottom / height_in, 1 - right / WIDTH_IN, 1 - top / height_in
        )
    return ax


def figure_of(ax: Axes) -> Figure:
    """Return the figure of ``ax``."""
    figure = ax.get_figure(root=True)
    assert figure is not None
    return figure


def _paragraph(said: str) -> str:
    return f'<p role="status" style="margin: 0.4em 0; line-height: 1.4">{html.escape(said)}</p>'


def _in_words(error: BaseException) -> str:
    """Return what our own errors say, which is meant to be read, else the kind of error too."""
    if isinstance(error, ParallelError):
        return str(error)
    return f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
