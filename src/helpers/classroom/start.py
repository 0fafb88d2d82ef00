"""The first call of every lesson, and sentences with figures that were measured in it."""

from __future__ import annotations

from helpers.classroom.cards import Card
from helpers.classroom.style import duration, significant, use_style
from helpers.language import message, set_language
from helpers.parallel import machine


def start(language: str) -> Card:
    """Begin a lesson: set its language and the style of its charts.

    Args:
        language: ``"es"`` or ``"en"``.

    Returns:
        The machine card: what this computer and this Python are, as far as it matters here.

    Raises:
        ValueError: where the language is another.
    """
    set_language(language)
    use_style()
    here = machine()
    rows = (
        (message("card.usable_cpus"), str(here.usable_cpus)),
        (message("card.logical_cpus"), str(here.logical_cpus)),
        (message("card.start_method"), here.start_method),
        (message("card.python"), here.python),
        (message("card.system"), {"Darwin": "macOS"}.get(here.system, here.system)),
    )
    lines = (message("card.one_cpu"),) if here.usable_cpus == 1 else ()
    return Card(message("card.title"), lines, rows)


def report(key: str, /, **values: float | int | str) -> None:
    """Print a sentence of the lesson with its figures, in the learner's language.

    Args:
        key: the name of the sentence, ``"report." + key`` in ``messages.toml``.
        values: its figures. A name that ends in ``_s`` is a time in seconds and is written with
            its unit; another number is written with two significant digits, a whole one as it is.
    """
    print(message(f"report.{key}", **{name: _written(name, v) for name, v in values.items()}))


def _written(name: str, value: float | int | str) -> str:
    if isinstance(value, str):
        return value
    if name.endswith("_s"):
        return duration(value)
    return f"{value:,}" if isinstance(value, int) else significant(value, 2)
