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
from pathlib import Path
from urllib.parse import quote

from helpers import doctor
from helpers.jupyter_home import unwritable, use_temporary_home
from helpers.language import LANGUAGES, message, set_language, speaking

# A class is held without a network: JupyterLab fetches no news, looks for no newer release of
# itself, and offers no extensions from outside.
OFFLINE = {
    "--LabApp.news_url": "None",
    "--LabApp.check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
    "--LabApp.extension_manager": "readonly",
}

# Folders of JupyterLab's settings: it does not ask about news, a question that covers the lesson,
# and its menus are in Spanish where the course is. A language that is not here has the
# plain settings.
SETTINGS = Path(__file__).parent / "classroom"
SETTINGS_OF = {"es": [SETTINGS / "spanish", SETTINGS]}


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
        print(_in_both_languages("launcher.usage"))
        return 0
    if language == "doctor":
        return doctor.main(further, find_lesson)
    if language not in LANGUAGES:
        complaint = _in_both_languages("language.unknown", received=repr(language))
        usage = _in_both_languages("launcher.usage")
        print(f"{complaint}\n\n{usage}" if language else usage, file=sys.stderr)
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
    raise FileNotFoundError(
        message("launcher.no_lesson", pattern=f"notebooks/{language}/00_*.ipynb", folder=Path.cwd())
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
    ours = [f"{name}={value}" for name, value in settings.items() if name not in theirs]
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        ours.append("--allow-root")  # or JupyterLab refuses to start
    return [*ours, *further]


def _possible_folders() -> Iterator[Path]:
    here = Path.cwd()
    yield here
    yield from here.parents
    yield Path(__file__).resolve().parents[2]  # of an editable install, the project's folder


def _in_both_languages(key: str, **values: object) -> str:
    texts = []
    for language in LANGUAGES:
        with speaking(language):
            texts.append(message(key, **values))
    return "\n\n".join(texts)


def _open_in_jupyterlab(language: str, further: Sequence[str]) -> None:
    try:
        root, lesson = find_lesson(language)
    except FileNotFoundError as error:
        sys.exit(str(error))
    if importlib.util.find_spec("jupyterlab") is None:
        sys.exit(message("launcher.no_jupyterlab", python=sys.executable))
    if (folder := unwritable()) is not None:
        print(message("launcher.no_home", folder=folder), file=sys.stderr)
        use_temporary_home()
    # Another Python's kernel in the learner's home must not be taken for this one's.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    _use_settings(language)
    _run_jupyterlab(jupyter_arguments(root, lesson, further))


def _use_settings(language: str) -> None:
    ours = map(str, SETTINGS_OF.get(language, [SETTINGS]))
    folders = [*ours, os.environ.get("JUPYTER_CONFIG_PATH", "")]
    os.environ["JUPYTER_CONFIG_PATH"] = os.pathsep.join(filter(None, folders))


def _run_jupyterlab(arguments: list[str]) -> None:
    # In this very process, not in a child: what interrupts or ends this program then interrupts
    # or ends JupyterLab itself, on every system, and no server stays behind.
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(arguments)


if __name__ == "__main__":
    sys.exit(main())
