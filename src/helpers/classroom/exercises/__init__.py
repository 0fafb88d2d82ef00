"""check() and hint(): what is right in an answer, what is not, and what to try next."""

from __future__ import annotations

import functools
from typing import Any

from helpers.classroom.cards import Card
from helpers.classroom.exercises import (
    lesson_00_01_sequential,
    lesson_02_pool,
    lesson_03_files,
    lesson_04_chunks,
    lesson_05_speedup,
    lesson_06_threads,
    lesson_07_failures,
    lesson_08_sharing,
    lesson_09_cluster,
    lesson_10_project,
    lesson_11_prediction,
)
from helpers.classroom.exercises.answers import UNANSWERED, Exercise, Grader, Verdict
from helpers.language import Bilingual, text
from helpers.parallel import InputError

RAISED = Bilingual(
    es="Tu respuesta provocó un error: {error}", en="Your answer caused an error: {error}"
)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by their number, in order."""
    modules = (
        lesson_00_01_sequential,
        lesson_02_pool,
        lesson_03_files,
        lesson_04_chunks,
        lesson_05_speedup,
        lesson_06_threads,
        lesson_07_failures,
        lesson_08_sharing,
        lesson_09_cluster,
        lesson_10_project,
        lesson_11_prediction,
    )
    return {number: one for module in modules for number, one in module.EXERCISES.items()}


def check(exercise: str, answer: Any) -> Card:
    """Say what is right in ``answer``, or what is wrong and how to get a hint.

    The hint itself comes from ``hint`` alone: a mistake that was named can be mended without it.

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
    verdict = _verdict(asked.grade, answer)
    found, values = (verdict, {}) if isinstance(verdict, str) else verdict
    ask_hint = text(
        es=f'Si te atascas: hint("{exercise}")', en=f'If you are stuck: hint("{exercise}")'
    )
    if found == UNANSWERED:
        headline = text(
            es=f"Ejercicio {exercise}: todavía sin respuesta. Cambia los tres puntos y ejecuta la "
            "celda otra vez.",
            en=f"Exercise {exercise}: not answered yet. Replace the three dots and run the cell "
            "again.",
        )
        return Card(headline, (ask_hint,), colour="#595959")
    said = (RAISED if found == "raised" else asked.verdicts[found]).said(**values)
    if found.startswith("right"):
        headline = text(es=f"Ejercicio {exercise}: correcto", en=f"Exercise {exercise}: correct")
        return Card(headline, (said,), colour="#009E73")
    headline = text(es=f"Ejercicio {exercise}: todavía no", en=f"Exercise {exercise}: not yet")
    return Card(headline, (said, ask_hint), colour="#D55E00")


def hint(exercise: str) -> Card:
    """Return the hint of ``exercise``, without an answer.

    Raises:
        InputError: where there is no such exercise.
    """
    said = _exercise(exercise).hint.said()
    return Card(text(es=f"Pista: {said}", en=f"Hint: {said}"), colour="#595959")


def _exercise(number: str) -> Exercise:
    found = exercises()
    if not isinstance(number, str) or number not in found:
        allowed = ", ".join(repr(name) for name in found)
        raise InputError(
            text(
                es=f"No hay ningún ejercicio {number!r}. Los que hay: {allowed}.",
                en=f"There is no exercise {number!r}. There are: {allowed}.",
            )
        )
    return found[number]


def _verdict(grade: Grader, answer: object) -> Verdict:
    if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
        return UNANSWERED
    try:
        return grade(answer)
    except (Exception, SystemExit) as error:  # a learner's function may raise anything
        return "raised", {"error": _written(error)}


def _written(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # its own text raises
        return type(error).__name__
