"""check() and hint(): what is right in an answer, what is not, and what to try next."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.classroom import (
    grading_chunks,
    grading_cluster,
    grading_data,
    grading_faults,
    grading_files,
    grading_numbers,
    grading_pool,
    grading_project,
    grading_scaling,
    grading_threads,
)
from helpers.classroom.cards import Card
from helpers.language import message
from helpers.parallel import InputError

# A grader takes the answer and returns the name of what it found, "right" or a mistake: each is a
# message in the table ``check.e<exercise>``. It may come with the values of its placeholders.
Verdict = str | tuple[str, dict[str, Any]]
Grader = Callable[[Any], Verdict]

GRADERS: dict[str, Grader] = {
    **grading_numbers.GRADERS,
    **grading_pool.GRADERS,
    **grading_files.GRADERS,
    **grading_chunks.GRADERS,
    **grading_scaling.GRADERS,
    **grading_threads.GRADERS,
    **grading_data.GRADERS,
    **grading_faults.GRADERS,
    **grading_cluster.GRADERS,
    **grading_project.GRADERS,
}


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
    grade = _grader(exercise)
    verdict = _verdict(grade, answer)
    found, values = (verdict, {}) if isinstance(verdict, str) else verdict
    ask_hint = message("check.ask_hint", exercise=exercise)
    if found == grading_files.UNANSWERED:
        headline = message("check.unanswered", exercise=exercise)
        return Card(headline, (ask_hint,), colour="#595959")
    if found == "raised":
        text = message("check.raised", **values)
    else:
        text = message(f"check.e{_table(exercise)}.{found}", **values)
    if found.startswith("right"):
        return Card(message("check.right", exercise=exercise), (text,), colour="#009E73")
    headline = message("check.not_yet", exercise=exercise)
    return Card(headline, (text, ask_hint), colour="#D55E00")


def hint(exercise: str) -> Card:
    """Return the hint of ``exercise``, without an answer.

    Raises:
        InputError: where there is no such exercise.
    """
    _grader(exercise)
    return Card(_hint(exercise), colour="#595959")


def _grader(exercise: str) -> Grader:
    if not isinstance(exercise, str) or exercise not in GRADERS:
        allowed = ", ".join(repr(name) for name in GRADERS)
        raise InputError(message("check.unknown", received=repr(exercise), allowed=allowed))
    return GRADERS[exercise]


def _verdict(grade: Grader, answer: object) -> Verdict:
    if answer is ... or (isinstance(answer, tuple) and any(part is ... for part in answer)):
        return grading_files.UNANSWERED
    try:
        return grade(answer)
    except (Exception, SystemExit) as error:  # a learner's function may raise anything
        return "raised", {"error": _written(error)}


def _written(error: BaseException) -> str:
    try:
        return f"{type(error).__name__}: {error}"
    except Exception:  # its own text raises
        return type(error).__name__


def _hint(exercise: str) -> str:
    return message("check.hint", text=message(f"check.e{_table(exercise)}.hint"))


def _table(exercise: str) -> str:
    return exercise.replace(".", "_")
