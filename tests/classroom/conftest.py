"""The fixtures of this room: a language, charts without a screen, the lessons executed once."""

import matplotlib

matplotlib.use("Agg")

import pytest
from executed import ExecutedLesson, lesson_sources
from matplotlib import pyplot as plt

from helpers.classroom.style import STYLE
from helpers.language import LANGUAGES, current_language, set_language


@pytest.fixture(autouse=True)
def _clean():
    """Draw as a lesson does, after start(), and leave neither figure nor language behind."""
    before = current_language()
    with plt.rc_context(STYLE):
        yield
    plt.close("all")
    set_language(before)


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    """Speak each language in turn."""
    set_language(request.param)
    return request.param


@pytest.fixture(scope="session")
def lessons(tmp_path_factory):
    """Give the lessons by number, each executed when it is first asked for."""
    executed: dict[str, ExecutedLesson] = {}

    def lesson(number: str) -> ExecutedLesson:
        if number not in executed:
            folder = tmp_path_factory.mktemp(f"lesson{number}")
            executed[number] = ExecutedLesson(lesson_sources()[number], folder)
        return executed[number]

    yield lesson
    for each in executed.values():
        each.close()
