"""predict(): commit to a guess before the measurement, and see both side by side after it."""

from __future__ import annotations

import bisect
from dataclasses import dataclass
from typing import Any

from IPython.display import HTML, display

from helpers.classroom.cards import Card
from helpers.classroom.picture_bets import PICTURE_BETS, PictureBet, pictures
from helpers.classroom.style import duration, figure_html, significant
from helpers.classroom.widget_view import view_of
from helpers.language import message
from helpers.parallel import InputError, Run, Watch


@dataclass(frozen=True)
class Question:
    """A question whose answer will be measured.

    Attributes:
        name: its table in ``messages.toml``, under ``predict``.
        bounds: the figures that separate one option from the next, in rising order.
        is_time: whether what is measured is a time in seconds, else it is a ratio.
        unit: in what a ratio is told: ``"times"``, or ``"percent"`` of 1.
    """

    name: str
    bounds: tuple[float, ...]
    is_time: bool = False
    unit: str = "times"

    @property
    def text(self) -> str:
        """The question, in the learner's language."""
        return message(f"predict.{self.name}.question")

    @property
    def options(self) -> list[str]:
        """The options, in rising order of what is measured."""
        numbers = range(1, len(self.bounds) + 2)
        return [message(f"predict.{self.name}.option_{number}") for number in numbers]

    def right_option(self, measured: float) -> int:
        """Return the number of the option, from 1, that ``measured`` falls into."""
        return bisect.bisect_right(self.bounds, measured) + 1

    def written(self, measured: float) -> str:
        """Write what was measured, with its unit."""
        if self.is_time:
            return duration(measured)
        figure = 100 * measured if self.unit == "percent" else measured
        return message(f"predict.{self.unit}", times=significant(figure, 2))


QUESTIONS = {
    "0.worker-start": Question("worker_start", (1e-3, 10e-3, 1.0), is_time=True),
    "1.hundred-times": Question("hundred_times", (3.0, 30.0, 300.0)),
    "3.real-folders": Question("real_folders", (0.8, 1.25, 3.0)),
    "4.one-a-message": Question("one_a_message", (1.5, 10.0, 100.0)),
    "5.twice-as-many": Question("twice_as_many", (0.9, 1.1, 1.5)),
    "6.waiting-threads": Question("waiting_threads", (1.25, 3.0)),
    "6.checksums": Question("checksums", (0.8, 1.25)),
    "8.partial": Question("partial_or_initializer", (1.25, 3.0, 10.0)),
    "7.hang": Question("hang", (0.1, 0.9), is_time=True),
    "7.block": Question("block", (1.0,), is_time=True),
    "7.race": Question("race", (0.9, 1.0)),
    "9.tiny-tasks": Question("one_a_file", (0.8, 1.25, 4.0)),
    "9.lost-worker": Question("lost_worker", (0.01, 1.0), unit="percent"),
    "11.error": Question("prediction_error", (0.05, 0.15, 0.3), unit="percent"),
    "11.thousand": Question("thousand_workers", (10.0, 100.0, 700.0)),
    "10.reading": Question("reading_share", (0.25, 0.5), unit="percent"),
}

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
        display(Card(message("predict.noted", option=question.options[_guesses[key] - 1])))


def _question(key: str) -> Bet:
    if not isinstance(key, str) or key not in BETS:
        allowed = ", ".join(repr(name) for name in BETS)
        raise InputError(message("predict.unknown", received=repr(key), allowed=allowed))
    return BETS[key]


def _remember(key: str, question: Bet, guess: object) -> None:
    n_options = len(question.options)
    if not isinstance(guess, int) or not 1 <= guess <= n_options:
        raise InputError(message("predict.no_option", received=repr(guess), n=n_options))
    _guesses[key] = guess


def _ask(key: str, question: Bet) -> None:
    """Show the question with one button an option; as text where there are no widgets."""
    import ipywidgets

    buttons = ipywidgets.RadioButtons(
        options=[(text, number) for number, text in enumerate(question.options, 1)],
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
    options = [f"{number}. {text}" for number, text in enumerate(question.options, 1)]
    how = message("predict.how_to_answer", call=f'predict("{key}", 1)')
    return {**view_of(buttons), "text/plain": "\n".join([*options, how])}


def _compared(question: Bet, guess: int | None, measured: Any) -> Card:
    right = question.right_option(measured)
    rows = (
        (message("predict.your_guess"), question.options[guess - 1] if guess else "—"),
        (message("predict.measured"), question.written(measured)),
        (message("predict.means"), question.options[right - 1]),
    )
    if guess is None:
        return Card(message("predict.none"), rows=rows, colour="#595959")
    key = "predict.right" if guess == right else "predict.wrong"
    return Card(message(key), rows=rows, colour="#009E73" if guess == right else "#D55E00")
