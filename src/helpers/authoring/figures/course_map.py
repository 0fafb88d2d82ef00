"""The figure of the course: its lessons as stations of a path, each with its question."""

from __future__ import annotations

from helpers.authoring.figures.canvas import BLACK, BLUE, DARK_GREY, WHITE, Canvas, text_width
from helpers.language import message

# Each lesson's title and question. The keys are written out so that a search finds them.
LESSONS = (
    ("figure.lesson_0.title", "figure.lesson_0.question"),
    ("figure.lesson_1.title", "figure.lesson_1.question"),
    ("figure.lesson_2.title", "figure.lesson_2.question"),
    ("figure.lesson_3.title", "figure.lesson_3.question"),
    ("figure.lesson_4.title", "figure.lesson_4.question"),
    ("figure.lesson_5.title", "figure.lesson_5.question"),
    ("figure.lesson_6.title", "figure.lesson_6.question"),
    ("figure.lesson_7.title", "figure.lesson_7.question"),
    ("figure.lesson_8.title", "figure.lesson_8.question"),
    ("figure.lesson_9.title", "figure.lesson_9.question"),
    ("figure.lesson_10.title", "figure.lesson_10.question"),
)
AVAILABLE = 9  # lessons 0 to 8 are there; the others are drawn as coming

_PATH, _TITLE = 0.42, 0.72  # the columns, in inches
_RADIUS = 0.155
_TOP, _STEP, _GAP = 1.1, 0.37, 0.42  # the gap has room for the name of a group of lessons


def draw_course_map() -> Canvas:
    """Draw the lessons from top to bottom: those there now filled, those to come dashed."""
    bottom = _y(len(LESSONS) - 1)
    canvas = Canvas(bottom + 0.32)
    canvas.heading(message("figure.course_map.title"))
    available = message("figure.course_map.available")
    for number, name in ((0, available), (AVAILABLE, message("figure.course_map.coming"))):
        canvas.text((_TITLE, _y(number) - 0.38), name, color=DARK_GREY)
    canvas.line([(_PATH, _y(0)), (_PATH, _y(AVAILABLE - 1))], color=BLUE, width=4)
    canvas.line([(_PATH, _y(AVAILABLE - 1)), (_PATH, bottom)], color=DARK_GREY, dashed=True)
    for number in range(len(LESSONS)):
        _lesson(canvas, number)
    return canvas


def _y(number: int) -> float:
    """Return the height at which a lesson stands: a gap parts what is there from what is not."""
    return _TOP + number * _STEP + (_GAP if number >= AVAILABLE else 0.0)


def _question_column() -> float:
    """Return where the questions begin: right of the longest title in this language."""
    widths = (
        text_width(message(title), bold=number < AVAILABLE)
        for number, (title, _) in enumerate(LESSONS)
    )
    return _TITLE + max(widths) + 0.2


def _lesson(canvas: Canvas, number: int) -> None:
    title, question = (message(key) for key in LESSONS[number])
    available, y = number < AVAILABLE, _y(number)
    _station(canvas, number, available)
    color = BLACK if available else DARK_GREY
    canvas.text((_TITLE, y), title, bold=available, color=color)
    canvas.text((_question_column(), y), question, color=color)


def _station(canvas: Canvas, number: int, available: bool) -> None:
    place = (_PATH, _y(number))
    fill, edge, inside = (BLUE, BLUE, WHITE) if available else (WHITE, DARK_GREY, DARK_GREY)
    canvas.circle(place, _RADIUS, fill=fill, edge=edge, dashed=not available)
    canvas.text(place, str(number), bold=available, color=inside, align="center")
