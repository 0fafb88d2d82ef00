"""The figure of a list of lists that becomes one list."""

from __future__ import annotations

from collections.abc import Sequence

from helpers.authoring.figures.canvas import (
    BLACK,
    DARK_GREY,
    ORANGE,
    SKY,
    WHITE,
    Canvas,
    Point,
)
from helpers.language import message

_CHIP = (1.3, 0.36)
_ROWS = (1.5, 2.2, 2.9)  # the middle of each folder's row, in inches
_FOLDER_LEFT, _LIST_LEFT, _LIST_RIGHT, _FLAT_LEFT = 0.25, 2.98, 6.23, 7.27


def draw_flatten() -> Canvas:
    """Draw three folders, the list of lists that they give, and the one list made of it."""
    canvas = Canvas(3.55)
    canvas.heading(message("figure.flatten.title"))
    _columns(canvas)
    places: list[Point] = []
    for (folder, files, fill), y in zip(_folders(), _ROWS, strict=True):
        _folder(canvas, folder, y, fill)
        places += _inner_list(canvas, [f"{folder}/{file}" for file in files], y, fill)
    _outer_brackets(canvas)
    names = [(f"{folder}/{file}", fill) for folder, files, fill in _folders() for file in files]
    _flat_list(canvas, names, places)
    return canvas


def _folders() -> Sequence[tuple[str, tuple[str, ...], str]]:
    """Return each folder's name, its Markdown files, and their colour."""
    return (
        (message("figure.flatten.first"), ("a.md", "b.md"), SKY),
        (message("figure.flatten.second"), (), WHITE),
        (message("figure.flatten.third"), ("c.md",), ORANGE),
    )


def _columns(canvas: Canvas) -> None:
    y = 0.8
    canvas.text((_FOLDER_LEFT, y), message("figure.flatten.folders"), bold=True)
    canvas.text((_LIST_LEFT, y), message("figure.flatten.lists"), bold=True)
    canvas.text((_FLAT_LEFT - 0.15, y), message("figure.flatten.flat"), bold=True)


def _folder(canvas: Canvas, name: str, y: float, fill: str) -> None:
    canvas.box((_FOLDER_LEFT, y - 0.23), (0.42, 0.12), fill=fill, edge=BLACK)
    canvas.box((_FOLDER_LEFT, y - 0.17), (1.05, 0.38), fill=fill, edge=BLACK)
    canvas.text((_FOLDER_LEFT + 0.525, y + 0.02), name, align="center")
    canvas.arrow((_FOLDER_LEFT + 1.1, y), (_LIST_LEFT - 0.1, y))
    canvas.text((2.11, y - 0.15), "find_markdowns", code=True, align="center")


def _inner_list(canvas: Canvas, names: Sequence[str], y: float, fill: str) -> list[Point]:
    """Draw one folder's list; return the place of each file's right end."""
    right = _LIST_LEFT + 0.3 + max(1, len(names)) * (_CHIP[0] + 0.1)
    _bracket(canvas, _LIST_LEFT + 0.15, y, 0.5)
    _bracket(canvas, right, y, 0.5, closing=True)
    if not names:
        words = message("figure.flatten.empty")
        canvas.text(((_LIST_LEFT + 0.15 + right) / 2, y), words, color=DARK_GREY, align="center")
    lefts = [_LIST_LEFT + 0.27 + place * (_CHIP[0] + 0.1) for place in range(len(names))]
    for left, name in zip(lefts, names, strict=True):
        _chip(canvas, (left, y), name, fill)
    return [(left + _CHIP[0], y) for left in lefts]


def _chip(canvas: Canvas, place: Point, name: str, fill: str) -> None:
    canvas.box((place[0], place[1] - _CHIP[1] / 2), _CHIP, fill=fill, edge=BLACK)
    canvas.text((place[0] + _CHIP[0] / 2, place[1]), name, align="center")


def _bracket(
    canvas: Canvas, x: float, y: float, height: float, *, closing: bool = False, width: float = 1.5
) -> None:
    foot = -0.07 if closing else 0.07
    top, bottom = y - height / 2, y + height / 2
    canvas.line([(x + foot, top), (x, top), (x, bottom), (x + foot, bottom)], width=width)


def _outer_brackets(canvas: Canvas) -> None:
    middle = _ROWS[1]
    _bracket(canvas, _LIST_LEFT, middle, 2.1, width=2.5)
    _bracket(canvas, _LIST_RIGHT, middle, 2.1, closing=True, width=2.5)


def _flat_list(canvas: Canvas, names: Sequence[tuple[str, str]], places: Sequence[Point]) -> None:
    middle = _ROWS[1]
    for number, (name, fill) in enumerate(names):
        _chip(canvas, (_FLAT_LEFT, middle + (number - 1) * 0.5), name, fill)
    _bracket(canvas, _FLAT_LEFT - 0.15, middle, 1.6, width=2.5)
    _bracket(canvas, _FLAT_LEFT + _CHIP[0] + 0.15, middle, 1.6, closing=True, width=2.5)
    start, stop = _LIST_RIGHT + 0.1, _FLAT_LEFT - 0.25
    canvas.arrow((start, middle), (stop, middle))
    canvas.text(((start + stop) / 2, middle - 0.2), message("figure.flatten.arrow"), align="center")
