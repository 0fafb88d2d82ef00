"""The figure that leads from a few questions about a job to the way of running it."""

from __future__ import annotations

from helpers.authoring.figures.canvas import (
    BLACK,
    BLUE,
    DARK_GREY,
    GREEN,
    PALE_GREY,
    SKY,
    VERMILLION,
    Canvas,
)
from helpers.language import message

# Corner (x, y) and size (width, height) of each box, in inches: questions, then answers.
_ENOUGH = (2.5, 0.98, 3.5, 0.46)
_WAITS = (2.5, 1.9, 3.5, 0.46)
_HOW_MANY = (0.3, 2.8, 2.9, 0.46)
_WHO = (5.5, 2.8, 2.9, 0.46)
_HEAVY = (5.5, 4.08, 2.9, 0.46)
_LEAF_TOP, _LEAF_HEIGHT = 5.1, 1.24
_SEQUENTIAL = (6.75, 0.78, 2.0, 0.86)
_ASYNCIO = (0.25, _LEAF_TOP, 1.66, _LEAF_HEIGHT)
_THREADS = (2.1, _LEAF_TOP, 2.06, _LEAF_HEIGHT)
_PROCESSES = (4.35, _LEAF_TOP, 2.16, _LEAF_HEIGHT)
_SHARED = (6.7, _LEAF_TOP, 2.05, _LEAF_HEIGHT)
_LABEL_GAP = 0.1  # between an arrow and the words beside it

_Box = tuple[float, float, float, float]


def draw_which_way() -> Canvas:
    """Draw the questions from top to bottom, and the ways of running that they lead to."""
    canvas = Canvas(6.55)
    canvas.heading(message("figure.which_way.title"))
    _ask(canvas, _ENOUGH, message("figure.which_way.enough"))
    _ask(canvas, _WAITS, message("figure.which_way.waits"))
    _ask(canvas, _HOW_MANY, message("figure.which_way.how_many"))
    _ask(canvas, _WHO, message("figure.which_way.who"))
    _ask(canvas, _HEAVY, message("figure.which_way.heavy"))
    _draw_answers(canvas)
    _draw_first_arrows(canvas)
    _draw_waiting_arrows(canvas)
    _draw_computing_arrows(canvas)
    return canvas


def _ask(canvas: Canvas, box: _Box, question: str) -> None:
    x, y, width, height = box
    canvas.box((x, y), (width, height), fill=PALE_GREY, edge=DARK_GREY)
    canvas.text((x + width / 2, y + height / 2), question, align="center")


def _draw_answers(canvas: Canvas) -> None:
    sequential = message("figure.which_way.sequential")
    _answer(canvas, _SEQUENTIAL, SKY, sequential, "for item in …:")
    note = message("figure.which_way.asyncio_note")
    _answer(canvas, _ASYNCIO, DARK_GREY, "asyncio", "asyncio.gather", note)
    name, note = message("figure.which_way.threads"), message("figure.which_way.threads_note")
    _answer(canvas, _THREADS, GREEN, name, "ThreadPoolExecutor", note)
    name, note = message("figure.which_way.processes"), message("figure.which_way.processes_note")
    _answer(canvas, _PROCESSES, BLUE, name, "ProcessPoolExecutor", note)
    name, note = message("figure.which_way.shared"), message("figure.which_way.shared_note")
    _answer(canvas, _SHARED, VERMILLION, name, "shared_memory", note)


def _answer(canvas: Canvas, box: _Box, fill: str, name: str, code: str, note: str = "") -> None:
    """Draw a way of running: a bar in its colour, its name, what it is in Python, and a word."""
    x, y, width, height = box
    canvas.box((x, y), (width, height), edge=BLACK)
    canvas.box((x, y), (width, 0.16), fill=fill, edge=BLACK)
    canvas.text((x + 0.1, y + 0.35), name, size=13, bold=True)
    canvas.text((x + 0.1, y + 0.63), code, code=True)
    canvas.paragraph((x + 0.1, y + 0.88), note, width - 0.16)


def _draw_first_arrows(canvas: Canvas) -> None:
    x, y, width, height = _ENOUGH
    middle = y + height / 2
    canvas.arrow((x + width, middle), (_SEQUENTIAL[0], middle))
    canvas.text(
        ((x + width + _SEQUENTIAL[0]) / 2, middle - 0.14),
        message("figure.which_way.yes"),
        align="center",
    )
    _down(canvas, x + width / 2, y + height, _WAITS[1], message("figure.which_way.no"))
    x, y, width, height = _WAITS
    middle = y + height / 2
    for start, (left, top, wide, _), word in (
        (x, _HOW_MANY, message("figure.which_way.waiting")),
        (x + width, _WHO, message("figure.which_way.computing")),
    ):
        target = left + wide / 2
        canvas.line([(start, middle), (target, middle)])
        canvas.arrow((target, middle), (target, top))
        canvas.text((target + _LABEL_GAP, middle + 0.36), word)


def _draw_waiting_arrows(canvas: Canvas) -> None:
    bottom = _HOW_MANY[1] + _HOW_MANY[3]
    _down(canvas, 1.08, bottom, _LEAF_TOP, message("figure.which_way.thousands"))
    _down(canvas, 2.62, bottom, _LEAF_TOP, message("figure.which_way.hundreds"))


def _draw_computing_arrows(canvas: Canvas) -> None:
    x, y, width, height = _WHO
    middle, corner = y + height / 2, 3.95
    canvas.line([(x, middle), (corner, middle)])
    canvas.arrow((corner, middle), (corner, _LEAF_TOP))
    library = message("figure.which_way.library")
    canvas.paragraph((corner + _LABEL_GAP, middle + 0.25), library, x - corner - 0.25)
    _down(canvas, x + width / 2, y + height, _HEAVY[1], message("figure.which_way.python"))
    bottom = _HEAVY[1] + _HEAVY[3]
    _down(canvas, 5.95, bottom, _LEAF_TOP, message("figure.which_way.little"))
    _down(canvas, 7.7, bottom, _LEAF_TOP, message("figure.which_way.much"))


def _down(canvas: Canvas, x: float, top: float, bottom: float, words: str) -> None:
    """Draw an arrow down, with what it stands for on its right."""
    canvas.arrow((x, top), (x, bottom))
    canvas.paragraph((x + _LABEL_GAP, top + 0.25), words, 1.15)
