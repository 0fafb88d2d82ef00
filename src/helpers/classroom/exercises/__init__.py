"""check() and hint(): what is right in an answer, what is not, and what to try next."""

from __future__ import annotations

import functools
import importlib
from typing import Any

from helpers.classroom.cards import Card
from helpers.classroom.exercises.answers import Exercise, MistakeError, UnansweredError
from helpers.classroom.style import GREEN, GREY, VERMILLION
from helpers.language import text
from helpers.parallel import InputError

_LESSONS = (
    "lesson_00_01_sequential",
    "lesson_02_pool",
    "lesson_03_files",
    "lesson_04_chunks",
    "lesson_05_speedup",
    "lesson_06_threads",
    "lesson_07_failures",
    "lesson_08_sharing",
    "lesson_09_cluster",
    "lesson_10_project",
    "lesson_11_prediction",
)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return the exercises by their numbers; loaded at the first check, not with the notebook."""
    lessons = (importlib.import_module(f"{__name__}.{name}") for name in _LESSONS)
    found = (value for lesson in lessons for value in vars(lesson).values())
    return {exercise.number: exercise for exercise in found if isinstance(exercise, Exercise)}


def check(exercise: str, answer: Any) -> Card:
    """Say what is right in ``answer``, or what is wrong with it and how to get a hint.

    An answer never raises here, not even one that is a broken function: the notebook goes on.

    Args:
        exercise: its number, for example ``"2.1"``.
        answer: what the learner made; ``...``, alone or in a tuple, is no answer yet.

    Returns:
        A card with the verdict.

    Raises:
        InputError: where there is no such exercise.
    """
    asked = _exercise(exercise)
    ask_hint = text(
        es=f'Si te atascas: hint("{exercise}")', en=f'If you are stuck: hint("{exercise}")'
    )
    try:
        if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
            raise UnansweredError
        praise = asked.grade(answer)
    except UnansweredError:
        headline = text(
            es=f"Ejercicio {exercise}: todavía sin respuesta. Cambia los tres puntos y ejecuta la "
            "celda otra vez.",
            en=f"Exercise {exercise}: not answered yet. Replace the three dots and run the cell "
            "again.",
        )
        return Card(headline, (ask_hint,), colour=GREY)
    except (Exception, SystemExit) as error:  # a learner's function may raise anything
        mistake = str(error) if isinstance(error, MistakeError) else _raised(error)
        headline = text(es=f"Ejercicio {exercise}: todavía no", en=f"Exercise {exercise}: not yet")
        return Card(headline, (mistake, ask_hint), colour=VERMILLION)
    headline = text(es=f"Ejercicio {exercise}: correcto", en=f"Exercise {exercise}: correct")
    return Card(headline, (praise,), colour=GREEN)


def hint(exercise: str) -> Card:
    """Return the hint of ``exercise``, without an answer.

    Raises:
        InputError: where there is no such exercise.
    """
    words = _exercise(exercise).hint.text()
    return Card(text(es=f"Pista: {words}", en=f"Hint: {words}"), colour=GREY)


def _exercise(number: str) -> Exercise:
    if not isinstance(number, str) or number not in exercises():
        allowed = ", ".join(map(repr, exercises()))
        raise InputError(
            text(
                es=f"No hay ningún ejercicio {number!r}. Los que hay: {allowed}.",
                en=f"There is no exercise {number!r}. There are: {allowed}.",
            )
        )
    return exercises()[number]


def _raised(error: BaseException) -> str:
    try:
        name = f"{type(error).__name__}: {error}"
    except Exception:  # its own text raises
        name = type(error).__name__
    return text(
        es=f"Tu respuesta provocó un error: {name}", en=f"Your answer caused an error: {name}"
    )
