"""Draws the figures of the lessons: every file in ``images/``, in both languages, by code.

``python -m helpers.authoring figures`` calls :func:`draw_all`, the tests :func:`stale_figures`.
A figure is a function that draws on a :class:`~helpers.authoring.figures.canvas.Canvas`, with its
words from ``messages.toml``. To add one, write the function and give it a line in ``FIGURES``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from helpers.authoring.figures.canvas import Canvas, house_style
from helpers.authoring.figures.cluster import draw_cluster
from helpers.authoring.figures.flatten import draw_flatten
from helpers.authoring.figures.timelines import draw_parallel, draw_sequential
from helpers.authoring.figures.which_way import draw_which_way
from helpers.language import LANGUAGES, message, speaking

__all__ = ["FIGURES", "Drawing", "draw", "draw_all", "stale_figures"]


@dataclass(frozen=True)
class Drawing:
    """How a figure is drawn, and the messages that say what it shows to who cannot see it.

    Attributes:
        paint: draws the figure in the current language.
        title: key of its name, for ``<title>``.
        description: key of a text that replaces the picture, for ``<desc>``.
    """

    paint: Callable[[], Canvas]
    title: str
    description: str


FIGURES = {
    "sequential": Drawing(
        draw_sequential, "figure.sequential.title", "figure.sequential.description"
    ),
    "parallel": Drawing(draw_parallel, "figure.parallel.title", "figure.parallel.description"),
    "flatten": Drawing(draw_flatten, "figure.flatten.title", "figure.flatten.description"),
    "which_way": Drawing(draw_which_way, "figure.which_way.title", "figure.which_way.description"),
    "cluster": Drawing(draw_cluster, "figure.cluster.title", "figure.cluster.description"),
}


def draw(name: str, language: str) -> Canvas:
    """Return the figure called ``name``, drawn in ``language`` and not yet written.

    Args:
        name: a key of ``FIGURES``.
        language: ``"es"`` or ``"en"``.

    Raises:
        KeyError: where there is no such figure.
        ValueError: where there is no such language.
    """
    with speaking(language), house_style():
        return FIGURES[name].paint()


def draw_all(folder: Path | None = None) -> list[Path]:
    """Write every figure in both languages, as ``<name>_es.svg`` and ``<name>_en.svg``.

    Args:
        folder: where to; made if it is missing. Without one, ``images/`` of the project.

    Returns:
        The files written, sorted.

    Raises:
        FileNotFoundError: without a folder, where the package is installed apart from its project.
    """
    folder = folder or _images_folder()
    folder.mkdir(parents=True, exist_ok=True)
    drawn = _svg_bytes()
    for name, content in drawn.items():
        (folder / name).write_bytes(content)
    return sorted(folder / name for name in drawn)


def stale_figures(folder: Path | None = None) -> list[Path]:
    """Return the files that :func:`draw_all` would change, add, or no longer write.

    Args:
        folder: the folder to look at. Without one, ``images/`` of the project.

    Returns:
        Sorted: each figure that is missing or whose bytes are not what would be drawn now, and each
        other ``.svg`` file in the folder, which no code draws.

    Raises:
        FileNotFoundError: as :func:`draw_all`.
    """
    folder = folder or _images_folder()
    drawn = _svg_bytes()
    changed = {folder / name for name, content in drawn.items() if _bytes(folder / name) != content}
    return sorted(changed | {path for path in folder.glob("*.svg") if path.name not in drawn})


def _svg_bytes() -> dict[str, bytes]:
    """Draw every figure; return what its file should hold, by file name."""
    return {
        f"{name}_{language}.svg": _svg(name, language) for name in FIGURES for language in LANGUAGES
    }


def _svg(name: str, language: str) -> bytes:
    canvas = draw(name, language)
    with speaking(language):
        title, description = message(FIGURES[name].title), message(FIGURES[name].description)
    return canvas.to_svg(title=title, description=description, language=language)


def _bytes(path: Path) -> bytes | None:
    return path.read_bytes() if path.is_file() else None


def _images_folder() -> Path:
    """Return ``images/`` of the project that this package is part of."""
    project = Path(__file__).resolve().parents[4]
    if not (project / "pyproject.toml").is_file():
        raise FileNotFoundError(message("figure.no_project", received=str(project)))
    return project / "images"
