"""Lessons as slides, executed, in both languages: pages of nbconvert with reveal.js beside them.

They open from the file system, without a server or a network. reveal.js is the copy that the
package sphinx-revealjs carries, so that ``constraints.txt`` says which.
"""

from __future__ import annotations

import html
import shutil
from collections.abc import Callable, Iterator, Sequence
from importlib.resources import files
from pathlib import Path

from helpers.authoring.build import find_sources, read_lessons
from helpers.authoring.errors import AuthoringError
from helpers.authoring.executed import executed_notebook
from helpers.authoring.folders import replacing
from helpers.authoring.slide_pages import TEMPLATES, page_of
from helpers.authoring.sources import Lesson
from helpers.language import LANGUAGES, message, speaking

REVEAL_PARTS = ("LICENSE", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")


def make_slides(
    root: Path,
    folder: Path,
    names: Sequence[str] = (),
    executed: Path | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Execute the lessons of the project at ``root`` and write their slides to ``folder``.

    Args:
        root: the project's folder.
        folder: where the slides go. Those of an earlier time are replaced, once all are made.
        names: the lessons, by number or file name; all of them for none.
        executed: a folder of executed notebooks, used where they are fresh and filled where not.
        say: told of each page, as it is made.

    Raises:
        AuthoringError: where a lesson cannot be read or executed, or ``folder`` has something else
            in it or cannot be replaced. It is then as it was.
    """
    lessons, problems = read_lessons(find_sources(root, names))
    if problems:
        raise AuthoringError(problems)
    with replacing(folder, "slides", executed) as made:
        write_parts(root, made)
        for language in LANGUAGES:
            (made / language).mkdir()
            for lesson in lessons:
                page = _write_page(lesson, language, made, executed)
                say(message("authoring.executed", page=page))
        (made / "index.html").write_text(_index(lessons), encoding="utf-8")


def _write_page(lesson: Lesson, language: str, folder: Path, executed: Path | None) -> str:
    """Write the slides of a lesson; return where in ``folder`` they are."""
    page = f"{language}/{lesson.files[language]}.html"
    notebook = executed_notebook(lesson, language, executed)
    text = page_of(notebook, language, lesson.title(language))
    (folder / page).write_text(text, encoding="utf-8")
    return page


def write_parts(root: Path, folder: Path) -> None:
    """Write to ``folder`` what all pages of slides share."""
    reveal = files("sphinx_revealjs").joinpath("_static", "revealjs")
    for part in REVEAL_PARTS:
        target = folder / "reveal.js" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(reveal.joinpath(part).read_bytes())
    shutil.copytree(root / "images", folder / "images", dirs_exist_ok=True)
    shutil.copy(TEMPLATES / "slides" / "slides.css", folder)


def _index(lessons: Sequence[Lesson]) -> str:
    """Return the page that leads to each lesson, in each language."""
    page = (TEMPLATES / "slides" / "first_page.html").read_text(encoding="utf-8")
    lists = ("".join(_list(lessons, language)) for language in LANGUAGES)
    return page.replace("<!-- lessons -->", "\n".join(lists))


def _list(lessons: Sequence[Lesson], language: str) -> Iterator[str]:
    with speaking(language):
        title, keys = message("slides.title"), message("slides.keys")
    yield f'<section lang="{language}">\n<h2>{title}</h2>\n<p>{keys}</p>\n<ul>\n'
    for lesson in lessons:
        file = lesson.files[language]
        text = html.escape(f"{int(file[:2])} · {lesson.title(language)}")
        yield f'<li><a href="{language}/{file}.html">{text}</a></li>\n'
    yield "</ul>\n</section>"
