"""Guesses and answers in JupyterLab, as a learner gives them: by keyboard and mouse."""

import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.classroom.bets import QUESTIONS
from helpers.language import LANGUAGES, set_language, text

pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)]

LOOP = {"es": "01_procesamiento_secuencial.ipynb", "en": "01_sequential_processing.ipynb"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_guesses_and_answers(language, start_lab, browser_page, screenshots):
    """A guess stands beside what was measured, and an answer gets its verdict, right or wrong.

    A guess by keyboard counts as one by mouse; a verdict fits guess and figure.
    """
    set_language(language)
    lesson = LessonPage(browser_page, PAGE_LIMIT_S)
    lesson.open(start_lab(language), f"notebooks/{language}/{LOOP[language]}")
    for code in ("start(", "def square", "data ="):
        lesson.run_cell(lesson.position_of(code))
    asking = lesson.position_of('predict("1.hundred-times")')
    measuring = lesson.position_of('predict("1.hundred-times", measured=')
    lesson.run_cell(asking)
    options = lesson.shown(asking).get_by_role("radio")
    expect(options).to_have_count(4)
    options.nth(0).focus()
    for key in ("Tab", "Tab", "Space"):  # the arrows are JupyterLab's: they go to the next cell
        lesson.page.keyboard.press(key)
    expect(options.nth(2)).to_be_checked()
    _verdict_fits(lesson, measuring, 3)
    lesson.type_into(measuring, 'predict("1.hundred-times", measured=1000.0)')
    assert _verdict_fits(lesson, measuring, 3) == _option(4)
    lesson.shown(asking).get_by_text(_option(4), exact=True).click()
    expect(options.nth(3)).to_be_checked()
    assert _verdict_fits(lesson, measuring, 4) == _option(4)
    lesson.page.screenshot(path=screenshots / f"guess_{language}.png")

    cell = lesson.position_of('check("1.1"')
    lesson.run_cell(cell)
    _expect(lesson, cell, text(es="todavía sin respuesta", en="not answered yet"))
    wrong = text(es="el cubo multiplica una vez más", en="a cube multiplies once more")
    right = text(es="Cien cubos", en="A hundred cubes")
    for answer, verdict in (("[x * x for x in data]", wrong), ("[x ** 3 for x in data]", right)):
        lesson.type_into(cell, f'cubes = {answer}\n\ncheck("1.1", cubes)')
        lesson.run_cell(cell)
        _expect(lesson, cell, verdict)
    lesson.page.screenshot(path=screenshots / f"answer_{language}.png")
    assert lesson.failures() == []


def _option(number):
    """Return an option of lesson 1's bet, in the learner's language."""
    return QUESTIONS["1.hundred-times"].options[number - 1]


def _verdict_fits(lesson, measuring, number):
    """Run the cell that measures; return what the figure on its card means, in words."""
    lesson.run_cell(measuring)
    card = lesson.shown(measuring)
    expect(card.locator("tr")).to_have_count(3)
    guess, measured, means = [row.inner_text().split("\t") for row in card.locator("tr").all()]
    assert guess == [text(es="Tu apuesta", en="Your guess"), _option(number)]
    assert measured[0] == text(es="Medido aquí", en="Measured here")
    assert any(character.isdigit() for character in measured[1])
    right = text(es="Acertaste.", en="Your guess was right.")
    wrong = text(es="Salió otra cosa.", en="It came out differently.")
    _expect(lesson, measuring, right if means[1].strip() == _option(number) else wrong)
    return means[1].strip()


def _expect(lesson, cell, said):
    expect(lesson.shown(cell)).to_contain_text(said, use_inner_text=True)
