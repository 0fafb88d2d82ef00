"""The figure of a pool's life: created, used, closed or terminated, joined."""

from __future__ import annotations

from helpers.authoring.figures.canvas import (
    BLACK,
    BLUE,
    DARK_GREY,
    GREEN,
    MID_GREY,
    PALE_GREY,
    VERMILLION,
    WHITE,
    Canvas,
)
from helpers.language import message

# Corner (x, y) and size (width, height) of each box, in inches.
_CREATE = (0.25, 1.0, 1.75, 1.3)
_WITH = (0.25, 2.62, 1.75, 1.3)
_IN_USE = (2.36, 0.72, 2.1, 3.26)
_WAIT = (2.5, 1.08, 1.82, 0.95)
_MAP = (2.5, 2.4, 1.82, 1.42)
_CLOSE = (4.86, 1.0, 1.75, 1.3)
_TERMINATE = (4.86, 2.62, 1.75, 1.3)
_JOIN = (7.0, 1.3, 1.78, 2.32)

_Box = tuple[float, float, float, float]


def draw_pool_lifecycle() -> Canvas:
    """Draw what each call does to a pool, from left to right, and where ``with`` comes in."""
    canvas = Canvas(4.45)
    canvas.heading(message("figure.pool_lifecycle.title"))
    _in_use(canvas)
    _step(canvas, _CREATE, "Pool()", message("figure.pool_lifecycle.create"), edge=BLUE)
    _step(canvas, _CLOSE, "close()", message("figure.pool_lifecycle.close"), edge=GREEN)
    terminate = message("figure.pool_lifecycle.terminate")
    _step(canvas, _TERMINATE, "terminate()", terminate, edge=VERMILLION)
    _step(canvas, _JOIN, "join()", message("figure.pool_lifecycle.join"))
    _with(canvas)
    _across(canvas, _CREATE, _IN_USE, y=1.65)
    _across(canvas, _IN_USE, _CLOSE, y=1.65)
    _across(canvas, _IN_USE, _TERMINATE, y=3.27)
    _across(canvas, _CLOSE, _JOIN, y=1.65)
    _across(canvas, _TERMINATE, _JOIN, y=3.27)
    return canvas


def _step(canvas: Canvas, box: _Box, call: str, words: str, *, edge: str = BLACK) -> None:
    x, y, width, height = box
    canvas.box((x, y), (width, height), edge=edge)
    canvas.text((x + 0.1, y + 0.22), call, size=13, bold=True, code=True)
    canvas.paragraph((x + 0.1, y + 0.52), words, width - 0.18)


def _in_use(canvas: Canvas) -> None:
    """Draw the two states of a pool that is open, and the calls that lead from one to the other."""
    x, y, width, height = _IN_USE
    canvas.box((x, y), (width, height), fill=PALE_GREY, edge=MID_GREY)
    open_ = message("figure.pool_lifecycle.open")
    canvas.text((x + width / 2, y + 0.19), open_, color=DARK_GREY, align="center")
    x, y, width, height = _WAIT
    canvas.box((x, y), (width, height), fill=WHITE, edge=BLUE)
    canvas.paragraph((x + 0.1, y + 0.25), message("figure.pool_lifecycle.wait"), width - 0.18)
    _step(canvas, _MAP, "map(…)", message("figure.pool_lifecycle.map"), edge=BLUE)
    top, bottom = _WAIT[1] + _WAIT[3], _MAP[1]
    canvas.arrow((x + 0.6, top), (x + 0.6, bottom))
    canvas.arrow((x + 1.2, bottom), (x + 1.2, top))


def _with(canvas: Canvas) -> None:
    """Draw that ``with`` creates the pool and terminates it, by a dashed way round below."""
    x, y, width, height = _WITH
    canvas.box((x, y), (width, height), edge=DARK_GREY, dashed=True)
    canvas.text((x + 0.1, y + 0.22), "with Pool():", size=13, bold=True, code=True)
    canvas.paragraph((x + 0.1, y + 0.52), message("figure.pool_lifecycle.with"), width - 0.18)
    middle, target, below = x + width / 2, _TERMINATE[0] + _TERMINATE[2] / 2, y + height + 0.3
    canvas.arrow((middle, y), (middle, _CREATE[1] + _CREATE[3]), color=DARK_GREY)
    way = [(middle, y + height), (middle, below), (target, below), (target, below - 0.1)]
    canvas.line(way, color=DARK_GREY, dashed=True)
    canvas.arrow((target, below - 0.05), (target, y + height), color=DARK_GREY)


def _across(canvas: Canvas, start: _Box, stop: _Box, *, y: float) -> None:
    canvas.arrow((start[0] + start[2], y), (stop[0], y))
