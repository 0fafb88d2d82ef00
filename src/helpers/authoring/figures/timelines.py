"""Two figures on one time scale: the same tasks one after another, and dealt out to four workers.

They are sketches of what happens, not measurements: a task takes one unit of time.
"""

from __future__ import annotations

from helpers.authoring.figures.canvas import (
    BLACK,
    BLUE,
    DARK_GREY,
    VERMILLION,
    WHITE,
    WIDTH,
    Canvas,
    text_width,
)
from helpers.language import message

N_ITEMS = 8
N_WORKERS = 4
CHUNKSIZE = N_ITEMS // N_WORKERS

# In units of one task's time.
STARTUP = 1.35  # a worker's, before it can take work
STAGGER = 0.15  # workers are started one after another
COLLECTING = 0.75  # from the last worker's end until the results are together

_LEFT = 1.4  # where time begins, in inches
_UNIT = 0.89  # one task's time, in inches
_LANE = 0.42  # a lane's height, in inches


def draw_sequential() -> Canvas:
    """Draw one process that does task after task, each result coming at its task's end."""
    canvas = Canvas(2.95)
    canvas.heading(message("figure.sequential.title"), message("figure.sequential.subtitle"))
    _lane(canvas, 1.08, message("figure.sequential.lane"))
    for item in range(N_ITEMS):
        _task(canvas, item, at=item, top=1.08)
        middle = _x(item + 0.5)
        canvas.arrow((middle, 1.08 + _LANE), (middle, 1.84))
        canvas.text((middle, 2.0), str(item * item), align="center")
    _brackets(canvas, 2.0)
    _time_axis(canvas, 2.4)
    _end(canvas, N_ITEMS, 0.96, 2.4, message("figure.sequential.end"))
    return canvas


def draw_parallel() -> Canvas:
    """Draw four workers that start, do a chunk each, and hand in what they computed."""
    canvas = Canvas(4.05)
    canvas.heading(
        message("figure.parallel.title"),
        message("figure.parallel.subtitle", n_workers=N_WORKERS, chunksize=CHUNKSIZE),
    )
    bottom, end = 3.45, parallel_end()
    for worker in range(N_WORKERS):
        _worker(canvas, worker, top=1.08 + worker * 0.57, until=end)
    _time_axis(canvas, bottom)
    _end(canvas, end, 0.96, bottom, message("figure.parallel.end"))
    _end(canvas, N_ITEMS, 0.96, bottom, message("figure.parallel.sequential_end"), dashed=True)
    _results(canvas, (_x(end) + _x(N_ITEMS)) / 2)
    _saved(canvas, _x(end), _x(N_ITEMS))
    return canvas


def parallel_end() -> float:
    """Return when the results of all workers are together, in units of a task's time."""
    return (N_WORKERS - 1) * STAGGER + STARTUP + CHUNKSIZE + COLLECTING


def _x(time: float) -> float:
    """Return where ``time`` (in units of a task's time) stands on the sheet, in inches."""
    return _LEFT + time * _UNIT


def _lane(canvas: Canvas, top: float, name: str) -> None:
    canvas.text((_LEFT - 0.12, top + _LANE / 2), name, align="right")


def _task(canvas: Canvas, item: int, *, at: float, top: float) -> None:
    canvas.box((_x(at), top), (_UNIT, _LANE), fill=BLUE, edge=WHITE)
    words = message("figure.task", item=item)
    canvas.text((_x(at + 0.5), top + _LANE / 2), words, color=WHITE, align="center")


def _worker(canvas: Canvas, worker: int, *, top: float, until: float) -> None:
    """Draw a lane: starting (hatched), the chunk's tasks, and the arrow that brings its results."""
    _lane(canvas, top, message("figure.parallel.lane", number=worker + 1))
    begin = worker * STAGGER
    _starting(canvas, begin, top)
    items = range(worker * CHUNKSIZE, (worker + 1) * CHUNKSIZE)
    for place, item in enumerate(items):
        _task(canvas, item, at=begin + STARTUP + place, top=top)
    done = _x(begin + STARTUP + CHUNKSIZE)
    canvas.arrow((done + 0.04, top + _LANE - 0.08), (_x(until), top + _LANE - 0.08))
    values = ", ".join(str(item * item) for item in items)
    canvas.text((_x(until) - 0.1, top + 0.14), values, align="right")


def _starting(canvas: Canvas, begin: float, top: float) -> None:
    words = message("figure.parallel.startup")
    width = STARTUP * _UNIT
    canvas.box((_x(begin), top), (width, _LANE), edge=DARK_GREY, hatch="////")
    half = text_width(words) / 2 + 0.03
    middle = _x(begin) + width / 2
    canvas.box((middle - half, top + 0.1), (2 * half, _LANE - 0.2), edge=WHITE)
    canvas.text((middle, top + _LANE / 2), words, align="center")


def _results(canvas: Canvas, middle: float) -> None:
    values = ", ".join(str(item * item) for item in range(N_ITEMS))
    for y, words in ((1.3, "figure.parallel.results"), (1.54, "figure.parallel.order")):
        canvas.text((middle, y), message(words), align="center")
    canvas.text((middle, 1.92), f"[{values}]", bold=True, align="center")


def _saved(canvas: Canvas, start: float, stop: float) -> None:
    for y, words in ((2.58, "figure.parallel.saved"), (2.82, "figure.parallel.condition")):
        canvas.text(((start + stop) / 2, y), message(words), align="center")
    canvas.arrow((start + 0.03, 3.06), (stop - 0.03, 3.06), both=True)


def _brackets(canvas: Canvas, y: float) -> None:
    canvas.text((_LEFT - 0.12, y), message("figure.sequential.results"), align="right")
    canvas.text((_x(0), y), "[", bold=True)
    canvas.text((_x(N_ITEMS) - 0.08, y), "]", bold=True, align="right")


def _time_axis(canvas: Canvas, y: float) -> None:
    canvas.arrow((_LEFT, y), (WIDTH - 0.12, y), color=DARK_GREY)
    canvas.text((_LEFT, y + 0.24), message("figure.time"), color=DARK_GREY)


def _end(
    canvas: Canvas, time: float, top: float, bottom: float, words: str, *, dashed: bool = False
) -> None:
    """Mark when a way of running ends: dashed and black for the other way, to compare with."""
    color = BLACK if dashed else VERMILLION
    canvas.line([(_x(time), top), (_x(time), bottom)], color=color, dashed=dashed, width=2.5)
    right = min(_x(time) + text_width(words, bold=True) / 2, WIDTH - 0.15)
    canvas.text((right, bottom + 0.24), words, bold=True, align="right")
