"""predict(): a guess, then guess and measurement side by side."""

from __future__ import annotations

import inspect
import re
from itertools import pairwise
from types import SimpleNamespace

import ipywidgets
import pytest
from lesson_cells import calls, code_of, lesson_sources
from made import badly_placed

from helpers.classroom import predict, predictions
from helpers.classroom.bets import QUESTIONS
from helpers.classroom.picture_bets import PICTURE_BETS, pictures
from helpers.classroom.predictions import BETS
from helpers.classroom.style import alternative_text
from helpers.language import text
from helpers.parallel import InputError, watch

KEY = "3.real-folders"


@pytest.fixture
def shown(monkeypatch):
    """Take what predict displays, the widgets it makes, and forget all guesses."""
    seen = SimpleNamespace(cards=[], bundles=[], widgets=[])

    def display(value, raw=False):
        (seen.bundles if raw else seen.cards).append(value)

    def radio_buttons(**options):
        seen.widgets.append(real(**options))
        return seen.widgets[-1]

    real = ipywidgets.RadioButtons
    monkeypatch.setattr(ipywidgets, "RadioButtons", radio_buttons)
    monkeypatch.setattr(predictions, "display", display)
    monkeypatch.setattr(predictions, "_guesses", {})
    yield seen
    for widget in seen.widgets:
        widget.close()


def options(key: str, language: str) -> list[str]:
    """Return the options of a question as they stand beside the code."""
    return [option._asdict()[language] for option in QUESTIONS[key].names]


def right() -> str:
    """Return what is said to a guess that was right."""
    return text(es="Acertaste.", en="Your guess was right.")


def your_guess() -> str:
    """Return the head of the row with the guess."""
    return text(es="Tu apuesta", en="Your guess")


@pytest.mark.parametrize("key", ["2.nothing", "", 2, None])
def test_unknown_question(language, key):
    """A question that does not exist gets an error that lists those that do."""
    with pytest.raises(InputError) as caught:
        predict(key)
    allowed = ", ".join(repr(name) for name in BETS)
    assert str(caught.value).startswith(text(es="No hay ninguna apuesta ", en="There is no bet "))
    assert str(caught.value).endswith(f"{allowed}.")


def test_lessons_and_questions_are_the_same_set():
    """Every question is asked by its lesson, then measured by the next call, and no other is."""
    asked = []
    for number in lesson_sources():
        made = calls(code_of(number), "predict")
        for question, measurement in zip(made[::2], made[1::2], strict=True):
            (key,) = (each.value for each in question.args)
            assert key.partition(".")[0] == number
            assert question.keywords == []
            assert [each.value for each in measurement.args] == [key]
            assert [each.arg for each in measurement.keywords] == ["measured"]
            asked.append(key)
    assert sorted(asked) == sorted(BETS)


@pytest.mark.parametrize("key", QUESTIONS)
def test_each_option_of_each_question_can_be_right(shown, key):
    """A question is asked; a measurement between two bounds bears out the option between them."""
    predict(key)
    assert shown.cards[-1].headline == QUESTIONS[key].text
    edges = (0.0, *QUESTIONS[key].bounds, 1e6)
    for guess, (low, high) in enumerate(pairwise(edges), 1):
        predict(key, guess, measured=(low + high) / 2)
        assert shown.cards[-1].headline == right()
        assert shown.cards[-1].rows[0][1] == shown.cards[-1].rows[2][1]


@pytest.mark.parametrize("key", QUESTIONS)
def test_options_read_sensibly(language, key):
    """Each option is a text of its own that fits a line, one more than there are bounds."""
    question = QUESTIONS[key]
    assert question.options == options(key, language)
    assert len(question.options) == len(set(question.options)) == len(question.bounds) + 1
    assert question.bounds == tuple(sorted(set(question.bounds)))
    assert question.text.endswith("?")
    assert ("¿" in question.text) is (language == "es")
    for option in question.options:
        assert 0 < len(option) <= 60
        assert option == option.strip()
        assert option[-1] not in ".?"


@pytest.mark.parametrize("key", QUESTIONS)
def test_numbers_in_the_options_are_the_bounds(language, key):
    """Where an option names a range, it is the one whose measurements it stands for."""
    question = QUESTIONS[key]
    scale = 100 if question.unit == "percent" else 1
    edges = (0.0, *(scale * bound for bound in question.bounds), float("inf"))
    for number, option in enumerate(question.options):
        found = re.search(r"(\d[\d.]*) (?:a|to) (\d[\d.]*)(?! segundo)", option)
        if found and "second" not in option and "segundo" not in option:
            ends = [float(end) for end in found.groups()]
            assert ends == [edges[number], edges[number + 1]], option


@pytest.mark.parametrize("key", QUESTIONS)
def test_bounds_fall_where_they_should(key):
    """What is just below a bound falls into the option before it; the bound itself after it."""
    question = QUESTIONS[key]
    for number, bound in enumerate(question.bounds, 1):
        assert question.right_option(bound * (1 - 1e-9)) == number
        assert question.right_option(bound) == number + 1
    assert question.right_option(0) == 1
    assert question.right_option(1e12) == len(question.options)


@pytest.mark.parametrize(
    ("key", "measured", "words_es", "words_en"),
    [
        ("0.worker-start", 0.0005, "menos de un milisegundo", "less than a millisecond"),
        ("0.worker-start", 0.005, "1 a 10 milisegundos", "1 to 10 milliseconds"),
        ("0.worker-start", 0.03, "10 milisegundos a un segundo", "10 milliseconds to a second"),
        ("0.worker-start", 1.2, "más de un segundo", "more than a second"),
        ("1.hundred-times", 1.0, "lo mismo", "same"),
        ("1.hundred-times", 10.0, "10 veces", "10 times"),
        ("1.hundred-times", 100.0, "100 veces", "100 times"),
        ("1.hundred-times", 1000.0, "1000 veces", "1000 times"),
        ("3.real-folders", 0.5, "gana el Pool", "Pool does win"),
        ("3.real-folders", 1.2, "lo mismo", "same"),
        ("3.real-folders", 2.0, "hasta el triple", "up to three times"),
        ("3.real-folders", 3.1, "más del triple", "more than three times"),
        ("9.tiny-tasks", 0.5, "menos", "less"),
        ("9.tiny-tasks", 3.9, "hasta 4", "up to 4"),
        ("9.tiny-tasks", 4.1, "más de 4", "more than 4"),
        ("9.lost-worker", 0.0, "ninguno", "none"),
        ("9.lost-worker", 0.6, "otro trabajador", "other worker"),
        ("9.lost-worker", 1.0, "todos", "all"),
    ],
)
def test_option_says_what_was_measured(language, key, measured, words_es, words_en):
    """The option that a measurement falls into is the one whose words describe it."""
    question = QUESTIONS[key]
    words = words_es if language == "es" else words_en
    assert words in question.options[question.right_option(measured) - 1]


@pytest.mark.parametrize(
    ("key", "measured", "told_es", "told_en"),
    [
        ("0.worker-start", 0.03, "30.0 ms", "30.0 ms"),
        ("3.real-folders", 1.94, "1.9 veces", "1.9 times"),
        ("9.lost-worker", 1.0, "100 %", "100%"),
    ],
)
def test_measurement_is_told_in_the_unit_of_its_question(language, key, measured, told_es, told_en):
    """A time, a ratio, a share and a number of workers are each written as what they are."""
    assert QUESTIONS[key].written(measured) == (told_es if language == "es" else told_en)


def test_asking_shows_the_question_and_the_widget(shown, language):
    """Without a guess predict shows the question and a widget with its options, none chosen."""
    predict(KEY)
    (card,), (widget,) = shown.cards, shown.widgets
    assert card.headline == QUESTIONS[KEY].question._asdict()[language]
    assert [text for text, _ in widget.options] == options(KEY, language)
    assert widget.value is None
    assert "application/vnd.jupyter.widget-view+json" in shown.bundles[0]


def test_click_is_the_guess(shown, language):
    """A click on an option, and a later one on another, is what the measurement is put beside."""
    predict(KEY)
    shown.widgets[0].value = 1
    shown.widgets[0].value = 4
    predict(KEY, measured=300)
    assert shown.cards[-1].rows[0] == (your_guess(), options(KEY, language)[3])


def test_asking_again_keeps_the_click(shown):
    """Running the cell again shows what was chosen, so that no guess is lost."""
    predict(KEY)
    shown.widgets[0].value = 2
    predict(KEY)
    assert shown.widgets[1].value == 2


def test_text_for_where_no_widget_shows(shown, language):
    """The text of the question lists its options by number and a call that answers it."""
    predict(KEY)
    *listed, how = shown.bundles[0]["text/plain"].splitlines()
    assert listed == [f"{n}. {text}" for n, text in enumerate(options(KEY, language), 1)]
    call = re.search(r"predict\(.*\)", how).group()
    assert how.startswith(text(es="Para apostar sin botones", en="To place a bet without buttons"))
    eval(call, {"predict": predict})
    assert predictions._guesses == {KEY: 1}


@pytest.mark.parametrize("guess", [1, 2, 3, 4])
def test_guess_by_number_is_noted(shown, language, guess):
    """A guess by its number is repeated in words, and no widget is shown."""
    predict(KEY, guess)
    noted = text(es="Anotado", en="Noted")
    assert shown.cards[0].headline == f"{noted}: {options(KEY, language)[guess - 1]}"
    assert shown.widgets == []


@pytest.mark.parametrize("guess", [0, -1, 5, 1.5, "1", [1], "close"])
def test_guess_that_is_no_option(shown, language, guess):
    """A guess that is no option's number gets an error with what came and what is allowed."""
    with pytest.raises(InputError) as caught:
        predict(KEY, guess)
    asked = text(es="Usa un número de 1 a 4.", en="Use a number from 1 to 4.")
    assert repr(guess) in str(caught.value)
    assert str(caught.value).endswith(asked)
    assert predictions._guesses == {}
    assert shown.cards == []


@pytest.mark.parametrize(("guess", "is_right"), [(4, True), (1, False), (3, False)])
def test_guess_beside_the_measurement(shown, language, guess, is_right):
    """Guess, measurement and what it means stand side by side, and the verdict is true."""
    predict(KEY, guess)
    predict(KEY, measured=3100.4)
    card = shown.cards[-1]
    wrong = text(es="Salió otra cosa.", en="It came out differently.")
    assert card.headline == (right() if is_right else wrong)
    assert card.rows == (
        (your_guess(), options(KEY, language)[guess - 1]),
        (text(es="Medido aquí", en="Measured here"), text(es="3,100 veces", en="3,100 times")),
        (text(es="Es decir", en="That is"), options(KEY, language)[3]),
    )


def test_measurement_without_a_guess(shown, language):
    """Without a guess the measurement is shown all the same, with a time's unit."""
    predict("0.worker-start", measured=0.0312)
    card = shown.cards[-1]
    assert card.headline.startswith(text(es="No apostaste.", en="You placed no bet."))
    assert [value for _, value in card.rows] == [
        "—",
        "31.2 ms",
        options("0.worker-start", language)[2],
    ]


def test_guess_and_measurement_in_one_call(shown):
    """A guess given with the measurement counts."""
    predict(KEY, 4, measured=300)
    assert shown.cards[-1].headline == right()


def test_measured_has_to_be_named():
    """A measurement cannot be taken for a guess: it is given by name alone."""
    assert inspect.signature(predict).parameters["measured"].kind is inspect.Parameter.KEYWORD_ONLY


@pytest.mark.parametrize("key", PICTURE_BETS)
def test_a_bet_on_a_picture_shows_one_for_each_option(shown, language, key):
    """The question comes with a small timeline an option, told in words, and the widget."""
    predict(key)
    bet = PICTURE_BETS[key]
    card, picture = shown.cards
    assert card.headline == bet.question._asdict()[language]
    assert "<img alt=" in picture.data
    assert [text for text, _ in shown.widgets[0].options] == bet.options
    figure = pictures(bet)
    assert [ax.get_title() for ax in figure.axes] == [option[0] for option in bet.options]
    assert all(option in alternative_text(figure) for option in bet.options)
    assert badly_placed(figure.axes[0]) == []


@pytest.mark.parametrize("key", PICTURE_BETS)
def test_each_picture_is_the_answer_that_it_shows(shown, language, key):
    """A timeline like the picture of an option counts as that option, and its figure is said."""
    bet = PICTURE_BETS[key]
    for number, run in enumerate(bet.runs, 1):
        predict(key, number)
        predict(key, measured=run)
        assert shown.cards[-1].headline == right()
        assert re.search(r"\d ?%|\d \w+", shown.cards[-1].rows[1][1])


@pytest.mark.parametrize("key", PICTURE_BETS)
def test_a_picture_is_compared_with_a_watched_block(language, key):
    """What is no timeline is refused in words; a block of watch() without calls, too."""
    for measured in (1.5, watch()):
        with pytest.raises(InputError, match=r"watch\(\)"):
            predict(key, measured=measured)
