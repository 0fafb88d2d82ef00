"""predict(): a guess, then guess and measurement side by side."""

from __future__ import annotations

import math
import re
from itertools import pairwise
from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from solutions import LESSONS

from helpers.classroom import predict, predictions
from helpers.classroom.bets import QUESTIONS
from helpers.language import text
from helpers.parallel import InputError, watch
from notebooks import programs

KEY = "3.real-folders"
NUMBERS = {key: bet for key, bet in QUESTIONS.items() if not bet.pictures}
PICTURES = {key: bet for key, bet in QUESTIONS.items() if bet.pictures}


@pytest.fixture
def shown(monkeypatch):
    """Take what predict displays, and forget all guesses."""
    seen = SimpleNamespace(cards=[], bundles=[])

    def display(value, raw=False):
        (seen.bundles if raw else seen.cards).append(value)

    monkeypatch.setattr(predictions, "display", display)
    monkeypatch.setattr(predictions, "_guesses", {})
    yield seen
    ipywidgets.Widget.close_all()


def buttons(shown):
    """Return the buttons that were shown last."""
    view = shown.bundles[-1]["application/vnd.jupyter.widget-view+json"]
    return _instances[view["model_id"]]


def right() -> str:
    """Return what is said to a guess that was right."""
    return text(es="Acertaste.", en="Your guess was right.")


def test_lessons_and_questions_are_the_same_set():
    """Every question is asked by its lesson, then measured by the next call, and no other is."""
    asked = []
    for pair in LESSONS:
        trees = [tree for cell in pair.en.code for tree in cell.trees]
        made = programs.calls(trees, "predict")
        for question, measurement in zip(made[::2], made[1::2], strict=True):
            key = programs.first_argument(question)
            assert key.partition(".")[0] == str(pair.en.number)
            assert question.keywords == []
            assert programs.first_argument(measurement) == key
            assert [each.arg for each in measurement.keywords] == ["measured"]
            asked.append(key)
    assert sorted(asked) == sorted(QUESTIONS)


@pytest.mark.parametrize("key", QUESTIONS)
def test_options_read_sensibly(language, key):
    """Each option is a text of its own that fits a line; the numbers it names are its bounds."""
    question = QUESTIONS[key]
    assert len(set(question.options)) == len(question.options) == len(question.bounds) + 1
    assert question.bounds == tuple(sorted(set(question.bounds)))
    assert question.question.text().endswith("?")
    times = {"0.worker-start": 1000}.get(key, 100 if "%" in question.written(0.5) else 1)
    edges = [math.nan, *(round(times * bound, 9) for bound in question.bounds), math.nan]
    for number, option in enumerate(question.options):
        assert 0 < len(option) <= 60
        assert option[-1] not in " .?"
        if found := re.search(r"\b(\d[\d.]*) (?:a|to) (\d[\d.]*)(?! (?:mili)?segundo)\b", option):
            assert [float(end) for end in found.groups()] == edges[number : number + 2], option


@pytest.mark.parametrize("key", NUMBERS)
def test_what_was_measured_falls_into_its_option(shown, key):
    """A number between two bounds bears out the option between them; a bound, the one after it."""
    edges = (0.0, *QUESTIONS[key].bounds, 1e12)
    for guess, (low, high) in enumerate(pairwise(edges), 1):
        for measured in (low, (low + high) / 2, high * (1 - 1e-9)):
            predict(key, guess, measured=measured)
            assert shown.cards[-1].headline == right()
            assert shown.cards[-1].rows[0][1] == shown.cards[-1].rows[2][1]


def test_asking_shows_the_question_and_a_widget(shown, language):
    """Without a guess predict shows the question and its options, none chosen.

    For where no widget shows, they come as text with numbers, and a call that answers. The last
    click is the guess, which asking again keeps.
    """
    predict(KEY)
    (card,), widget = shown.cards, buttons(shown)
    options = QUESTIONS[KEY].options
    assert card.headline == QUESTIONS[KEY].question.text()
    assert [option for option, _ in widget.options] == options
    assert widget.value is None
    *listed, how = shown.bundles[0]["text/plain"].splitlines()
    assert listed == [f"{n}. {option}" for n, option in enumerate(options, 1)]
    eval(re.search(r"predict\(.*\)", how).group(), {"predict": predict})
    noted = text(es="Anotado", en="Noted")
    assert shown.cards[-1].headline == f"{noted}: {options[0]}"
    widget.value = 2
    widget.value = 4
    predict(KEY)
    assert buttons(shown).value == 4
    predict(KEY, measured=300)
    assert shown.cards[-1].rows[0][1] == options[3]


@pytest.mark.parametrize("guess", [0, 5, 1.5, "1", "A", [1], "close"])
def test_guess_that_is_no_option(shown, language, guess):
    """A guess that is no option's number gets an error with what came and what is allowed."""
    asked = text(es="Usa un número de 1 a 4.", en="Use a number from 1 to 4.")
    with pytest.raises(InputError, match=f"{re.escape(repr(guess))}.*{asked}"):
        predict(KEY, guess)
    assert shown.cards == []


@pytest.mark.parametrize(
    ("key", "guess", "measured", "number", "shown_es", "shown_en"),
    [
        ("3.real-folders", 4, 3100.4, 4, "3,100 veces", "3,100 times"),
        ("0.worker-start", 1, 0.0312, 3, "31.2 ms", "31.2 ms"),
        ("9.lost-worker", None, 1, 3, "100 %", "100%"),
    ],
)
def test_guess_beside_the_measurement(
    shown, language, key, guess, measured, number, shown_es, shown_en
):
    """Guess, measurement in its unit and what it means stand side by side; the verdict is true."""
    if guess:
        predict(key, guess)
    predict(key, measured=measured)
    card, options = shown.cards[-1], QUESTIONS[key].options
    wrong = text(es="Salió otra cosa.", en="It came out differently.")
    none = text(es="No apostaste. El resultado:", en="You did not place a bet. The result:")
    assert card.headline == {4: right(), 1: wrong, None: none}[guess]
    assert card.rows == (
        (text(es="Tu apuesta", en="Your guess"), options[guess - 1] if guess else "—"),
        (text(es="Medido aquí", en="Measured here"), text(es=shown_es, en=shown_en)),
        (text(es="Es decir", en="That is"), options[number - 1]),
    )


@pytest.mark.parametrize("key", PICTURES)
def test_a_bet_on_a_picture(shown, language, key):
    """The question comes with a small timeline an option, told in words, and the widget.

    A timeline like the picture of an option counts as that option, by number or by letter.
    """
    predict(key)
    options = QUESTIONS[key].options
    card, picture = shown.cards
    assert card.headline == QUESTIONS[key].question.text()
    assert all(option in picture.data for option in options)  # in its alternative text
    assert [option for option, _ in buttons(shown).options] == options
    titles = [ax.get_title() for ax in QUESTIONS[key].drawn().axes]
    assert titles == [option[0] for option in options] == ["A", "B", "C"]
    for number, run in enumerate(QUESTIONS[key].pictures, 1):
        for guess in (number, "abc"[number - 1]):
            predict(key, guess, measured=run)
            assert shown.cards[-1].headline == right()
            assert not re.search(r"nan|inf\b", shown.cards[-1].rows[1][1])


@pytest.mark.parametrize("key", QUESTIONS)
def test_what_cannot_be_measured_is_refused(language, key):
    """A bet on a picture takes what watch() gave, with calls in it; the others take a number."""
    for measured in (1.5, watch()) if key in PICTURES else ("1", [1], watch()):
        with pytest.raises(InputError, match=r"watch\(\)" if key in PICTURES else "measured"):
            predict(key, measured=measured)


@pytest.mark.parametrize("key", ["2.nothing", 2, None])
def test_unknown_question(language, key):
    """A question that does not exist gets an error that lists those that do."""
    with pytest.raises(InputError, match=text(es="No hay ninguna", en="There is no")) as caught:
        predict(key)
    assert all(repr(known) in str(caught.value) for known in QUESTIONS)
