"""predict(): commit to a guess before the measurement, and see both side by side after it."""

from __future__ import annotations

from typing import Any

from IPython.display import HTML, display

from helpers.classroom.bets import QUESTIONS, Question
from helpers.classroom.cards import Card
from helpers.classroom.picture_bets import PICTURE_BETS, PictureBet, pictures
from helpers.classroom.style import figure_html
from helpers.classroom.widget_view import view_of
from helpers.language import text
from helpers.parallel import InputError, Run, Watch

Bet = Question | PictureBet
BETS: dict[str, Bet] = {**QUESTIONS, **PICTURE_BETS}

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
    question = _question(key)
    if isinstance(guess, str) and isinstance(question, PictureBet):
        guess = "ABCD".find(guess.upper()) + 1 if len(guess) == 1 else 0
    if guess is not None:
        _remember(key, question, guess)
    if measured is not None:
        display(_compared(question, _guesses.get(key), measured))
    elif guess is None:
        _ask(key, question)
    else:
        option = question.options[_guesses[key] - 1]
        display(Card(text(es=f"Anotado: {option}", en=f"Noted: {option}")))


def _question(key: str) -> Bet:
    if not isinstance(key, str) or key not in BETS:
        allowed = ", ".join(repr(name) for name in BETS)
        raise InputError(
            text(
                es=f"No hay ninguna apuesta {key!r}. Las que hay: {allowed}.",
                en=f"There is no bet {key!r}. There are: {allowed}.",
            )
        )
    return BETS[key]


def _remember(key: str, question: Bet, guess: object) -> None:
    n_options = len(question.options)
    if not isinstance(guess, int) or not 1 <= guess <= n_options:
        raise InputError(
            text(
                es=f"La respuesta {guess!r} no existe. Usa un número de 1 a {n_options}.",
                en=f"There is no option {guess!r}. Use a number from 1 to {n_options}.",
            )
        )
    _guesses[key] = guess


def _ask(key: str, question: Bet) -> None:
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
    display(Card(question.text))
    if isinstance(question, PictureBet):
        figure = pictures(question)
        display(HTML(figure_html(figure)))
    display(_with_text(buttons, key, question), raw=True)


def _with_text(buttons: Any, key: str, question: Bet) -> dict[str, Any]:
    """Return what the widget shows, and the options as text for where it shows nothing."""
    options = [f"{number}. {option}" for number, option in enumerate(question.options, 1)]
    call = f'predict("{key}", 1)'
    how = text(
        es=f"Para apostar sin botones, ejecuta {call}, con el número de tu respuesta.",
        en=f"To place a bet without buttons, run {call}, with the number of your answer.",
    )
    return {**view_of(buttons), "text/plain": "\n".join([*options, how])}


def _compared(question: Bet, guess: int | None, measured: Any) -> Card:
    right = question.right_option(measured)
    rows = (
        (text(es="Tu apuesta", en="Your guess"), question.options[guess - 1] if guess else "—"),
        (text(es="Medido aquí", en="Measured here"), question.written(measured)),
        (text(es="Es decir", en="That is"), question.options[right - 1]),
    )
    if guess is None:
        none = text(
            es="No apostaste. Esto es lo que salió:",
            en="You placed no bet. This is what came out:",
        )
        return Card(none, rows=rows, colour="#595959")
    if guess == right:
        return Card(text(es="Acertaste.", en="Your guess was right."), rows=rows, colour="#009E73")
    return Card(
        text(es="Salió otra cosa.", en="It came out differently."), rows=rows, colour="#D55E00"
    )
