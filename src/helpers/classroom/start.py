"""The first call of every lesson."""

from __future__ import annotations

import tempfile
from pathlib import Path

from helpers.classroom.cards import Card
from helpers.classroom.short_errors import shorten_errors
from helpers.classroom.style import use_style
from helpers.language import message, set_language, text
from helpers.parallel import machine


def start(language: str) -> Card:
    """Begin a lesson: set its language and the style of its charts; show workers' errors short.

    Args:
        language: ``"es"`` or ``"en"``.

    Returns:
        The machine card: what this computer and this Python are, as far as it matters here.

    Raises:
        ValueError: where the language is another.
    """
    set_language(language)
    use_style()
    shorten_errors()
    here = machine()
    rows = (
        (message("card.usable_cpus"), str(here.usable_cpus)),
        (message("card.logical_cpus"), str(here.logical_cpus)),
        (message("card.start_method"), here.start_method),
        (message("card.python"), here.python),
        (message("card.system"), {"Darwin": "macOS"}.get(here.system, here.system)),
    )
    lines = (message("card.one_cpu"),) if here.usable_cpus == 1 else ()
    return Card(message("card.title"), (*lines, *_cannot_write()), rows)


def _cannot_write() -> tuple[str, ...]:
    """Return a line where the folder of the notebook takes no files, which some lessons write."""
    folder = Path.cwd()
    try:
        with tempfile.TemporaryFile(dir=folder):
            return ()
    except OSError as error:
        home = Path("~").expanduser()
        return (
            text(
                es=f"En esta carpeta no se puede guardar nada ({folder}: {error.strerror}), y "
                "algunas lecciones guardan ahí un archivo tuyo. Copia el curso a otra, por "
                f"ejemplo dentro de {home}, y ábrelo desde ahí.",
                en=f"Nothing can be saved in this folder ({folder}: {error.strerror}), and some "
                "lessons save a file of yours there. Copy the course to another one, for example "
                f"inside {home}, and open it from there.",
            ),
        )
