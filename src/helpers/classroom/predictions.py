"""predict(): commit to a guess before the measurement, and see both side by side after it."""

from __future__ import annotations

from numbers import Real
from typing import Any

from IPython.display import HTML, display

from helpers.classroom.bets import QUESTIONS, Question
from helpers.classroom.cards import Card, with_widget
from helpers.classroom.style import GREEN, GREY, VERMILLION, figure_html
from helpers.language import text
from helpers.parallel import InputError, Run, Watch

_guesses: dict[str, int] = {}


def predict(
    key: str, guess: int | str | None = None, *, measured: float | Watch | Run | None = None
) -> None:
    """Ask for a guess, or, once it is measured, show guess and measurement side by side.

    Args:
        key: the name of the question, for example ``"3.real-folders"``.
        guess: the number of an option, from 1, or the letter of a picture; a way to answer where no
            widget shows.
        measured: what came out, in the unit of the question; for a question about pictures, the
            block of ``watch()`` that ended.

    Raises:
        InputError: where there is no such question or option, or that was not measured.
    """
    if not isinstance(key, str) or key not in QUESTIONS:
        allowed = ", ".join(map(repr, QUESTIONS))
        raise InputError(
            text(
                es=f"No hay ninguna apuesta {key!r}. Las que hay: {allowed}.",
                en=f"There is no bet {key!r}. There are: {allowed}.",
            )
        )
    question = QUESTIONS[key]
    if guess is not None:
        _guesses[key] = _number_of(guess, question)
    if measured is not None:
        display(_compared(question, _guesses.get(key), _number_in(measured, question)))
    elif guess is None:
        _ask(key, question)
    else:
        option = question.options[_guesses[key] - 1]
        display(Card(text(es=f"Anotado: {option}", en=f"Noted: {option}")))


def _number_of(guess: object, question: Question) -> int:
    """Return the number of the option that was guessed."""
    allowed = range(1, len(question.names) + 1)
    letters = "ABCD"[: len(question.pictures)]
    if isinstance(guess, str) and len(guess) == 1 and guess.upper() in letters:
        return letters.index(guess.upper()) + 1
    if not isinstance(guess, int) or guess not in allowed:
        raise InputError(
            text(
                es=f"La respuesta {guess!r} no existe. Usa un número de 1 a {allowed[-1]}.",
                en=f"There is no option {guess!r}. Use a number from 1 to {allowed[-1]}.",
            )
        )
    return guess


def _number_in(measured: Any, question: Question) -> float:
    """Return the number that decides: what was measured, or what its timeline shows."""
    if question.number and isinstance(measured, Watch | Run):
        return question.number(measured.run() if isinstance(measured, Watch) else measured)
    if not question.number and isinstance(measured, Real):
        return float(measured)
    needed = text(es="un número", en="a number")
    if question.number:
        needed = text(es="lo que da with watch() as …", en="what with watch() as … gives")
    raise InputError(
        text(
            es=f"measured es {measured!r}; esta apuesta espera {needed}.",
            en=f"measured is {measured!r}; this bet needs {needed}.",
        )
    )


def _ask(key: str, question: Question) -> None:
    """Show the question with one button an option; as text where there are no widgets."""
    import ipywidgets

    buttons = ipywidgets.RadioButtons(
        options=[(option, number) for number, option in enumerate(question.options, 1)],
        value=_guesses.get(key),
        layout=ipywidgets.Layout(width="max-content"),
    )

    def keep(change: dict[str, Any]) -> None:
        _guesses[key] = change["new"]

    buttons.observe(keep, names="value")
    display(Card(question.question.text()))
    if question.pictures:
        display(HTML(figure_html(question.drawn())))
    options = [f"{number}. {option}" for number, option in enumerate(question.options, 1)]
    call = f'predict("{key}", 1)'
    how = text(
        es=f"Para apostar sin botones, ejecuta {call}, con el número de tu respuesta.",
        en=f"To place a bet without buttons, run {call}, with the number of your answer.",
    )
    display(with_widget(buttons, "\n".join([*options, how])), raw=True)


def _compared(question: Question, guess: int | None, number: float) -> Card:
    right = question.right_option(number)
    rows = (
        (text(es="Tu apuesta", en="Your guess"), question.options[guess - 1] if guess else "—"),
        (text(es="Medido aquí", en="Measured here"), question.written(number)),
        (text(es="Es decir", en="That is"), question.options[right - 1]),
    )
    if guess is None:
        none = text(es="No apostaste. El resultado:", en="You did not place a bet. The result:")
        return Card(none, rows=rows, colour=GREY)
    if guess == right:
        return Card(text(es="Acertaste.", en="Your guess was right."), rows=rows, colour=GREEN)
    verdict = text(es="Salió otra cosa.", en="It came out differently.")
    return Card(verdict, rows=rows, colour=VERMILLION)
