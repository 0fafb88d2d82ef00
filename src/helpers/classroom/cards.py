"""Cards: what the helpers say in a notebook, as HTML and, where that does not show, as text."""

from __future__ import annotations

from dataclasses import dataclass
from html import escape
from typing import Any


@dataclass(frozen=True, repr=False)
class Card:
    """A headline, lines of text under it, and rows of facts.

    Attributes:
        headline: the first line; where there is none, the lines begin at once.
        lines: paragraphs; a line break in one is kept.
        rows: pairs of a name and a value, shown as a table.
        colour: the colour of the bar at its side. It repeats what the headline says in words.
    """

    headline: str
    lines: tuple[str, ...] = ()
    rows: tuple[tuple[str, str], ...] = ()
    colour: str = "#0072B2"

    def __repr__(self) -> str:
        """Return the card as text."""
        width = max((len(name) for name, _ in self.rows), default=0)
        table = [f"  {name:<{width}}  {value}" for name, value in self.rows]
        return "\n".join(line for line in (self.headline, *table, *self.lines) if line)

    def _repr_html_(self) -> str:
        """Return the card as HTML, for notebooks."""
        headline = f"<strong>{escape(self.headline)}</strong>" if self.headline else ""
        cells = "".join(
            f'<tr><th scope="row" style="text-align: left">{escape(name)}</th>'
            f'<td style="text-align: left">{escape(value)}</td></tr>'
            for name, value in self.rows
        )
        table = f'<table style="margin: 0.3em 0">{cells}</table>' if cells else ""
        lines = [escape(line).replace("\n", "<br>") for line in self.lines]
        box = f"border-left: 4px solid {self.colour}; padding: 0.3em 0.9em; margin: 0.3em 0"
        shown = "".join(f"<div>{line}</div>" for line in lines)
        return f'<div style="{box}">{headline}{table}{shown}</div>'


def with_widget(widget: Any, plain: str, page: str = "") -> dict[str, Any]:
    """Return an output that shows ``widget``, and something else where no widget runs.

    ipywidgets 8 has a method for it; version 7, which Google Colab has, only shows by itself.
    Source: the widget view format, https://ipywidgets.readthedocs.io (low-level messaging).
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    output = {"application/vnd.jupyter.widget-view+json": view, "text/plain": plain}
    return output | ({"text/html": page} if page else {})
