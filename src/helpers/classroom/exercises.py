"""check() and hint(): what is right in an answer, what is not, and what to try next."""

from __future__ import annotations

import functools
from typing import Any

from helpers.classroom import (
    grading_chunks,
    grading_cluster,
    grading_data,
    grading_faults,
    grading_files,
    grading_numbers,
    grading_pool,
    grading_prediction,
    grading_project,
    grading_scaling,
    grading_threads,
)
from helpers.classroom.cards import Card
from helpers.classroom.exercise import UNANSWERED, Exercise, Grader, Verdict
from helpers.language import Bilingual, message, messages
from helpers.parallel import InputError

# What these say stands in the table ``check.e<exercise>`` of the messages.
_GRADERS: dict[str, Grader] = {
    **grading_data.GRADERS,
    **grading_faults.GRADERS,
    **grading_cluster.GRADERS,
}


def _with_messages(number: str, grade: Grader) -> Exercise:
    key = f"check.e{number.replace('.', '_')}"
    texts: Any = messages()["check"]
    verdicts = {name: Bilingual(**t) for name, t in texts[key.removeprefix("check.")].items()}
    return Exercise(grade, verdicts.pop("hint"), verdicts)


@functools.cache
def exercises() -> dict[str, Exercise]:
    """Return all exercises by their number, in order."""
    modules = (
        grading_numbers,
        grading_pool,
        grading_files,
        grading_chunks,
        grading_scaling,
        grading_threads,
        grading_project,
        grading_prediction,
    )
    own = {number: one for module in modules for number, one in module.EXERCISES.items()}
    own |= {number: _with_messages(number, grade) for number, grade in _GRADERS.items()}
    return {number: own[number] for number in sorted(own, key=lambda n: [*map(int, n.split("."))])}


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
    ask_hint = message("check.ask_hint", exercise=exercise)
    if found == UNANSWERED:
        headline = message("check.unanswered", exercise=exercise)
        return Card(headline, (ask_hint,), colour="#595959")
    if found == "raised":
        text = message("check.raised", **values)
    else:
        text = asked.verdicts[found].said(**values)
    if found.startswith("right"):
        return Card(message("check.right", exercise=exercise), (text,), colour="#009E73")
    headline = message("check.not_yet", exercise=exercise)
    return Card(headline, (text, ask_hint), colour="#D55E00")


def hint(exercise: str) -> Card:
    """Return the hint of ``exercise``, without an answer.

    Raises:
        InputError: where there is no such exercise.
    """
    text = _exercise(exercise).hint.said()
    return Card(message("check.hint", text=text), colour="#595959")


def _exercise(number: str) -> Exercise:
    found = exercises()
    if not isinstance(number, str) or number not in found:
        allowed = ", ".join(repr(name) for name in found)
        raise InputError(message("check.unknown", received=repr(number), allowed=allowed))
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
