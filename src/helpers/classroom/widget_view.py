"""A widget as what Jupyter shows of it, beside which a text or a picture can stand."""

from __future__ import annotations

from typing import Any


def view_of(widget: Any) -> dict[str, Any]:
    """Return the part of an output that shows ``widget``, by its MIME type.

    ipywidgets 8 has a method for it; version 7, which Google Colab has, only shows by itself.
    Source: the widget view format, https://ipywidgets.readthedocs.io (low-level messaging).
    """
    view = {"version_major": 2, "version_minor": 0, "model_id": widget.model_id}
    return {"application/vnd.jupyter.widget-view+json": view}
