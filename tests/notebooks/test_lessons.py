"""Apply every check to every built lesson."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from .checks import CHECKS
from .checks_spelling import dictionary_needed
from .lessons import read_pairs

# COURSE_NOTEBOOKS names another folder with es/ and en/ in it, for a build that is being tried
BUILT = Path(os.environ.get("COURSE_NOTEBOOKS") or Path(__file__).parents[2] / "notebooks")
PAIRS = read_pairs(BUILT)


def test_there_are_lessons():
    """The folder of built notebooks is not empty, so the checks below have checked something."""
    assert PAIRS, f"no notebooks in {BUILT}/es and {BUILT}/en: python -m helpers.authoring build"


def test_each_lesson_leads_to_the_next():
    """Lessons are numbered 0, 1, 2, ...; the recap links to the next one, the last back to 0."""
    for lessons in ([pair.es for pair in PAIRS], [pair.en for pair in PAIRS]):
        assert [lesson.number for lesson in lessons] == list(range(len(PAIRS)))
        for lesson, following in zip(lessons, [*lessons[1:], lessons[0]], strict=True):
            assert following.path.name in lesson.markdown[-1].page.links, (
                f"the recap of {lesson.name} must link to {following.path.name}"
            )


@pytest.mark.parametrize("pair", PAIRS, ids=lambda pair: pair.lessons[0].path.stem)
@pytest.mark.parametrize("check", CHECKS)
def test_lesson(check, pair):
    """No check finds anything in any lesson."""
    with dictionary_needed():
        findings = CHECKS[check](pair)
    assert not findings, "\n" + "\n".join(findings)
