"""Copies of the lessons for Google Colab: each installs the package first, and stands alone."""

from __future__ import annotations

import base64
import mimetypes
import re
from collections.abc import Callable, Sequence
from importlib import metadata
from pathlib import Path
from typing import Any

import nbformat.v4
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from helpers.authoring.build import find_sources, read_lessons
from helpers.authoring.errors import AuthoringError
from helpers.authoring.notebooks import make_notebook, replace_file, to_json
from helpers.language import LANGUAGES, message, speaking

_nbformat: Any = nbformat  # its functions have no types
# Colab's own, which its page depends on: another version of them would break it. And the words of
# JupyterLab, which is not there. Names in canonical form: metadata may write them otherwise.
COLABS_OWN = {"ipykernel", "ipywidgets", "jupyterlab", "jupyterlab-language-pack-es-es"}
_PICTURE = re.compile(r"(!\[[^]]*\]\()\.\./\.\./(images/[\w.]+)(\))")
_LESSON_LINK = re.compile(r"(?<!!)\[([^]]+)\]\((?:\.\./\w\w/)?[\w.]+\.ipynb\)")


def make_colab(
    root: Path,
    folder: Path,
    package: str,
    names: Sequence[str] = (),
    say: Callable[[str], object] = print,
) -> None:
    """Write a copy of each lesson for Colab to ``folder``, in ``es/`` and ``en/``; none is run.

    Args:
        root: the project's folder.
        folder: where the copies go; those of an earlier time are replaced.
        package: what pip is to install, for example ``"helpers @ git+https://..."``.
        names: the lessons, by number or file name; all of them for none.
        say: told of each copy.

    Raises:
        AuthoringError: where a lesson cannot be read, or ``package`` is nothing that pip takes.
    """
    _check(package)
    lessons, problems = read_lessons(find_sources(root, names))
    if problems:
        raise AuthoringError(problems)
    for language in LANGUAGES:
        (folder / language).mkdir(parents=True, exist_ok=True)
        for lesson in lessons:
            notebook = make_notebook(lesson, language, twin_link=False)
            _stand_alone(notebook, root)
            notebook.cells[1:1] = _installing(language, package)
            del notebook.metadata["course"]  # its pictures and links are no text of the lesson
            path = folder / language / f"{lesson.files[language]}.ipynb"
            replace_file(path, to_json(notebook))
            say(message("authoring.built", file=f"{language}/{path.name}"))


def _check(package: str) -> None:
    try:
        Requirement(package)
    except InvalidRequirement as error:
        raise AuthoringError([message("colab.package", received=repr(package))]) from error


def _installing(language: str, package: str) -> list[Any]:
    """Return the text that says what is installed, and the cell that does it."""
    with speaking(language):
        text = message("colab.installs")
    needed = (Requirement(line) for line in metadata.requires("helpers") or ())
    names = [f'"{need}"' for need in needed if not need.marker and not _is_colabs(need)]
    lines = [
        f'%pip install --quiet --no-deps "{package}"',
        f"%pip install --quiet {' '.join(names)}",
    ]
    hidden = {"slideshow": {"slide_type": "skip"}}
    return [
        _nbformat.v4.new_markdown_cell(text, id="colab-text", metadata=hidden),
        _nbformat.v4.new_code_cell("\n".join(lines), id="colab-install", metadata=hidden),
    ]


def _is_colabs(need: Requirement) -> bool:
    return canonicalize_name(need.name) in COLABS_OWN


def _stand_alone(notebook: Any, root: Path) -> None:
    """Put the pictures into the text, and take out links to notebooks that are not beside it."""
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = _PICTURE.sub(
                lambda found: found[1] + _as_data(root / found[2]) + found[3], cell.source
            )
            cell.source = _LESSON_LINK.sub(r"\1", cell.source)


def _as_data(picture: Path) -> str:
    kind = mimetypes.guess_type(picture.name)[0]
    return f"data:{kind};base64,{base64.b64encode(picture.read_bytes()).decode('ascii')}"
