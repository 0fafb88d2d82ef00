"""A learner's view: a built lesson in a real JupyterLab, in a real browser."""

import signal
from urllib.parse import urlsplit

import py3langid
import pytest
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.language import message

LESSONS = {
    "es": "notebooks/es/02_procesamiento_en_paralelo.ipynb",
    "en": "notebooks/en/02_parallel_processing.ipynb",
}
PAGE_LIMIT_S = 120
TEST_LIMIT_S = 180
# A signal lets the server and the browser be ended; the other method ends the whole test run.
METHOD = "signal" if hasattr(signal, "SIGALRM") else "thread"


@pytest.mark.slow
@pytest.mark.timeout(TEST_LIMIT_S, method=METHOD)
@pytest.mark.parametrize("language", LESSONS)
def test_a_lesson_runs_and_shows_in_jupyterlab(
    language, in_language, start_lab, browser_page, screenshots
):
    """A lesson runs without an error, shows all it should, in its language and off line."""
    in_language(language)
    lesson = LessonPage(browser_page, PAGE_LIMIT_S)
    lesson.open(start_lab(language), LESSONS[language])
    lesson.run_all()
    lesson.picture(screenshots, f"lesson_2_{language}")

    assert lesson.failures() == []
    _charts_speak(lesson, language)
    _figures_are_there(lesson)
    _cards_show(lesson)
    _a_guess_by_keyboard_stands_beside_the_measurement(lesson)
    assert lesson.failures() == []
    hosts = {urlsplit(url).hostname for url in browser_page.requested if _goes_out(url)}
    assert hosts == {"127.0.0.1"}


def _charts_speak(lesson, language):
    py3langid.set_languages(list(LESSONS))
    texts = [chart.get_attribute("alt") for chart in lesson.images("Code")]
    assert texts
    assert all(texts), "a chart has no alternative text"
    assert {text: py3langid.classify(text)[0] for text in texts} == dict.fromkeys(texts, language)


def _figures_are_there(lesson):
    figures = lesson.images("Markdown")
    assert figures
    for figure in figures:
        source = figure.get_attribute("src")
        assert figure.evaluate("img => img.naturalWidth") > 0, f"{source} was not loaded"
        assert figure.get_attribute("alt"), f"{source} has no alternative text"


def _cards_show(lesson):
    machine = lesson.shown(lesson.position_of("start("))
    _shows(machine, message("card.title"))
    _shows(machine, message("card.start_method"))
    unanswered = lesson.shown(lesson.position_of("check(", '"2.1"'))
    _shows(unanswered, message("check.unanswered", exercise="2.1"))


def _shows(element, text):
    expect(element).to_contain_text(text, use_inner_text=True)


def _a_guess_by_keyboard_stands_beside_the_measurement(lesson):
    asking = lesson.shown(lesson.position_of('predict("2.pool-vs-loop")'))
    options = asking.get_by_role("radio")
    expect(options).to_have_count(4)
    options.nth(0).focus()
    for key in ("Tab", "Tab", "Space"):  # the arrows are JupyterLab's: they go to the next cell
        lesson.page.keyboard.press(key)
    expect(options.nth(2)).to_be_checked()

    measuring = lesson.position_of('predict("2.pool-vs-loop", measured=')
    lesson.run_cell(measuring)
    card = lesson.shown(measuring)
    _shows(card, message("predict.pool_vs_loop.option_3"))
    guess, measured, _ = [row.inner_text().split("\t") for row in card.locator("tr").all()]
    assert guess == [message("predict.your_guess"), message("predict.pool_vs_loop.option_3")]
    assert measured[0] == message("predict.measured")
    assert any(character.isdigit() for character in measured[1])


def _goes_out(url):
    return urlsplit(url).scheme not in ("data", "blob")
