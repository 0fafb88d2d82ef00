"""The figure of the course: its lessons as stations of a path, each with its question."""

from __future__ import annotations

from helpers.authoring.figures.canvas import BLACK, BLUE, WHITE, Canvas, text_width
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

_PATH, _TITLE = 0.42, 0.72  # the columns, in inches
_RADIUS = 0.155
_TOP, _STEP = 0.85, 0.37


def draw_course_map() -> Canvas:
    """Draw the lessons from top to bottom, along the path that joins them."""
    bottom = _y(len(LESSONS) - 1)
    canvas = Canvas(bottom + 0.32)
    canvas.heading(message("figure.course_map.title"))
    canvas.line([(_PATH, _y(0)), (_PATH, bottom)], color=BLUE, width=4)
    for number in range(len(LESSONS)):
        _lesson(canvas, number)
    return canvas


def _y(number: int) -> float:
    """Return the height at which a lesson stands."""
    return _TOP + number * _STEP


def _question_column() -> float:
    """Return where the questions begin: right of the longest title in this language."""
    return _TITLE + max(text_width(message(title), bold=True) for title, _ in LESSONS) + 0.2


def _lesson(canvas: Canvas, number: int) -> None:
    title, question = (message(key) for key in LESSONS[number])
    place = (_PATH, _y(number))
    canvas.circle(place, _RADIUS, fill=BLUE, edge=BLUE)
    canvas.text(place, str(number), bold=True, color=WHITE, align="center")
    canvas.text((_TITLE, _y(number)), title, bold=True, color=BLACK)
    canvas.text((_question_column(), _y(number)), question, color=BLACK)
