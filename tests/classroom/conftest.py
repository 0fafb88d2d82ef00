"""The fixtures of this room: a language, and charts without a screen."""

import matplotlib

matplotlib.use("Agg")

import pytest
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
