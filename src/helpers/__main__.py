"""Open the course in JupyterLab: ``python -m helpers es`` or ``python -m helpers en``.

Whatever follows the language goes on to ``jupyter lab``, for example ``--no-browser --port 9999``.
``python -m helpers doctor`` says whether this computer is ready for the course.
"""

from __future__ import annotations

import importlib.util
import io
import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from urllib.parse import quote

from helpers import doctor
from helpers.jupyter_home import unwritable, use_temporary_home
from helpers.language import LANGUAGES, UNKNOWN_LANGUAGE, Bilingual, set_language, text

USAGE = Bilingual(
    es="""Uso: python -m helpers es [opciones de jupyter lab]
Abre el curso en español. Por ejemplo: python -m helpers es --no-browser --port 9999
Para saber si esta computadora está lista: python -m helpers doctor""",
    en="""Usage: python -m helpers en [options of jupyter lab]
Opens the course in English. For example: python -m helpers en --no-browser --port 9999
To find out whether this computer is ready: python -m helpers doctor""",
)

# A class is held without a network: JupyterLab fetches no news, looks for no newer release of
# itself, and offers no extensions from outside.
OFFLINE = {
    "--LabApp.news_url": "None",
    "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager": "readonly",
}

# JupyterLab's settings: it does not ask about news, a question that covers the lesson. Those in the
# folder "spanish" make its menus Spanish.
SETTINGS = Path(__file__).parent / "classroom"


def main(arguments: Sequence[str] | None = None) -> int:
    """Open lesson 0 in JupyterLab, and return when JupyterLab has ended.

    Args:
        arguments: the language, then what goes on to ``jupyter lab``; or ``doctor`` and what
            `doctor.main` takes. By default those that the program was called with.

    Returns:
        The exit code: 0 where all went well, 2 where the call was wrong, and what `doctor.main`
        returns.

    Raises:
        SystemExit: with the reason, where lesson 0 or JupyterLab is missing.
    """
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a terminal that has no ñ gets a question mark
            stream.reconfigure(errors="replace")
    given = sys.argv[1:] if arguments is None else arguments
    language, *further = given or [""]
    if language in ("-h", "--help"):
        print(*USAGE, sep="\n\n")
        return 0
    if language == "doctor":
        return doctor.main(further, find_lesson)
    if language not in LANGUAGES:
        complaints = [words.format(received=repr(language)) for words in UNKNOWN_LANGUAGE]
        print(*(complaints if language else ()), *USAGE, sep="\n\n", file=sys.stderr)
        return 2
    set_language(language)
    _open_in_jupyterlab(language, further)
    return 0


def find_lesson(language: str) -> tuple[Path, Path]:
    """Return the course's folder and the path in it of the language's lesson 0.

    The course's folder is the nearest one, from the current folder upwards, that has that lesson;
    if none has it, the folder that this package lies in, so that the course opens from anywhere.

    Args:
        language: ``"es"`` or ``"en"``.

    Raises:
        FileNotFoundError: where lesson 0 is in none of them.
    """
    for folder in _possible_folders():
        lessons = sorted((folder / "notebooks" / language).glob("00_*.ipynb"))
        if lessons:
            return folder, lessons[0].relative_to(folder)
    lesson, here = f"notebooks/{language}/00_*.ipynb", Path.cwd()
    raise FileNotFoundError(
        text(
            es=f"La lección 0 ({lesson}) no está en {here}, ni en las carpetas que la contienen, "
            "ni donde está instalado el curso. Ejecuta este comando en la carpeta del curso; si "
            "falta ahí, descarga el curso de nuevo.",
            en=f"Lesson 0 ({lesson}) is not in {here}, nor in the folders above it, nor where the "
            "course is installed. Run this command in the folder of the course; if it is missing "
            "there, download the course again.",
        )
    )


def jupyter_arguments(root: Path, lesson: Path, further: Sequence[str] = ()) -> list[str]:
    """Return the arguments that make ``jupyter lab`` open a lesson.

    Args:
        root: the folder that JupyterLab shows.
        lesson: the lesson's path, relative to ``root``.
        further: the caller's own arguments. Where one sets what we would set, theirs counts.
    """
    settings = {
        "--ServerApp.root_dir": str(root),
        # The address, not the file's name as an argument: so it is printed too, for whoever has to
        # open it by hand (--no-browser, a container, another machine).
        "--LabApp.default_url": f"/lab/tree/{quote(lesson.as_posix())}",
        **OFFLINE,
    }
    theirs = {argument.partition("=")[0] for argument in further}
    if "--notebook-dir" in theirs:  # Jupyter's other name of it: both together it refuses
        theirs.add("--ServerApp.root_dir")
    ours = [f"{name}={value}" for name, value in settings.items() if name not in theirs]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")  # or JupyterLab refuses to start
    return [*ours, *further]


def _possible_folders() -> Iterator[Path]:
    with suppress(FileNotFoundError):  # the current folder was removed
        here = Path.cwd()
        yield from (here, *here.parents)
    yield Path(__file__).resolve().parents[2]  # of an editable install, the project's folder


def _open_in_jupyterlab(language: str, further: Sequence[str]) -> None:
    try:
        root, lesson = find_lesson(language)
    except FileNotFoundError as error:
        sys.exit(str(error))
    if importlib.util.find_spec("jupyterlab") is None:
        sys.exit(
            text(
                es=f"JupyterLab no está instalado en {sys.executable}. Repite la instalación que "
                "indica README.md.",
                en=f"JupyterLab is not installed in {sys.executable}. Repeat the installation in "
                "README.md.",
            )
        )
    if (folder := unwritable()) is not None:
        warning = text(
            es=f"No se puede escribir en {folder}: JupyterLab olvidará su configuración al "
            "cerrarse. Para que la guarde, asigna una carpeta tuya a la variable de entorno HOME.",
            en=f"{folder} cannot be written to: JupyterLab will forget its settings when it "
            "closes. To keep them, set the environment variable HOME to a folder of yours.",
        )
        print(warning, file=sys.stderr)
        use_temporary_home()
    # Another Python's kernel in the learner's home must not be taken for this one's.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    _use_settings(language)
    _run_jupyterlab(jupyter_arguments(root, lesson, further))


def _use_settings(language: str) -> None:
    ours = [SETTINGS / "spanish", SETTINGS] if language == "es" else [SETTINGS]
    folders = [*map(str, ours), os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))


def _run_jupyterlab(arguments: list[str]) -> None:
    # In this very process, not in a child: what interrupts or ends this program then interrupts
    # or ends JupyterLab itself, on every system, and no server stays behind.
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(arguments)


if __name__ == "__main__":
    sys.exit(main())
