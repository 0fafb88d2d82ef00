"""The first call of every lesson."""

from __future__ import annotations

import os
import uuid
from collections.abc import Iterator
from pathlib import Path

from helpers.classroom.cards import Card
from helpers.classroom.short_errors import shorten_errors
from helpers.classroom.style import use_style
from helpers.language import set_language, text
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
    system = "macOS" if here.system == "Darwin" else here.system
    usable, logical = str(here.usable_cpus), str(here.logical_cpus)
    rows = (
        (text(es="CPU que puedes usar", en="CPUs you can use"), usable),
        (text(es="CPU que cuenta el sistema", en="CPUs that the system counts"), logical),
        (text(es="Método de inicio de procesos", en="Process start method"), here.start_method),
        ("Python", here.python),
        (text(es="Sistema operativo", en="Operating system"), system),
    )
    return Card(text(es="Esta computadora", en="This computer"), tuple(_warnings()), rows)


def _warnings() -> Iterator[str]:
    if machine().usable_cpus == 1:
        yield text(
            es="Solo puedes usar un CPU: los procesos se turnan en él, así que repartir el cálculo "
            "no lo acelera aquí. Todas las celdas funcionan, y los gráficos te lo mostrarán.",
            en="You can use only one CPU: processes take turns on it, so computing in parallel "
            "does not speed it up here. Every cell works, and the charts will show you that.",
        )
    folder, home = Path.cwd(), os.path.expanduser("~")  # noqa: PTH111  (a user may have no home)
    file = folder / f".{uuid.uuid4().hex}"
    try:  # on Windows some versions of tempfile would try again for ever
        file.touch(exist_ok=False)
        file.unlink()
    except OSError as error:
        yield text(
            es=f"Aquí no se puede guardar nada ({folder}: {error.strerror}), y algunas lecciones "
            f"guardan un archivo tuyo. Copia el curso a otra carpeta, por ejemplo en {home}.",
            en=f"Nothing can be saved here ({folder}: {error.strerror}), and some lessons save a "
            f"file of yours. Copy the course to another folder, for example inside {home}.",
        )
