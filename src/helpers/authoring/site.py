"""All lessons as a static site, executed, in both languages: made by Sphinx and MyST-NB.

The site opens from the file system, without a server or a network: formulas are MathML, and the
theme brings its own fonts and scripts.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from helpers.authoring.build import find_sources, read_lessons
from helpers.authoring.errors import AuthoringError
from helpers.authoring.executed import executed_notebook
from helpers.authoring.folders import replacing
from helpers.authoring.notebooks import to_json, twin_of
from helpers.authoring.sources import Lesson
from helpers.language import LANGUAGES, message, speaking

NO_JEKYLL = ".nojekyll"  # with it, GitHub Pages keeps folders that begin with _
SPHINX_S = 300
TEMPLATES = Path(__file__).parent / "templates"
# The theme's parts, from left to right; our own is in the folder of the templates.
NAVBAR_END = ["theme-switcher", "language-switch"]


def make_site(
    root: Path,
    folder: Path,
    names: Sequence[str] = (),
    executed: Path | None = None,
    say: Callable[[str], object] = print,
) -> None:
    """Execute the lessons of the project at ``root`` and write their pages to ``folder``.

    Args:
        root: the project's folder.
        folder: where the site goes. An earlier one is replaced, once all is made.
        names: the lessons, by number or file name; all of them for none.
        executed: a folder of executed notebooks, used where they are fresh and filled where not.
        say: told of each page, as it is made.

    Raises:
        AuthoringError: where a lesson cannot be read or executed, Sphinx warns of something, or
            ``folder`` has something else in it or cannot be replaced. It is then as it was.
    """
    lessons, problems = read_lessons(find_sources(root, names))
    if problems:
        raise AuthoringError(problems)
    with replacing(folder, "site", executed) as made, TemporaryDirectory() as scratch:
        (made / NO_JEKYLL).touch()
        for language in LANGUAGES:
            source = Path(scratch) / language
            shutil.copytree(root / "images", source / "images")
            for lesson in lessons:
                _write_page(lesson, language, source, executed)
                say(message("authoring.executed", page=f"{language}/{lesson.files[language]}.html"))
            _write_index(root, lessons, language, source)
            # Some of the lessons alone lead to others that are not there: that is no mistake.
            known = ["myst.xref_missing"] if names else []
            settings = _settings(lessons, language) | {"suppress_warnings": known}
            pages = Path(scratch) / "html" / language  # beside it MyST-NB leaves its own folder
            _run_sphinx(settings, source, pages)
            shutil.copytree(pages, made / language)
        shutil.copytree(root / "images", made / "images")
        (made / "index.html").write_text(_first_page(root, lessons), encoding="utf-8")


def _write_page(lesson: Lesson, language: str, source: Path, executed: Path | None) -> None:
    # the link to the other language is at the top of each page
    notebook = executed_notebook(lesson, language, executed, twin_link=False)
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            cell.source = cell.source.replace("../../images/", "images/")
    (source / f"{lesson.files[language]}.ipynb").write_text(to_json(notebook), encoding="utf-8")


def _write_index(root: Path, lessons: Sequence[Lesson], language: str, source: Path) -> None:
    names = "\n".join(_entry(lesson, language) for lesson in lessons)
    toctree = f"```{{toctree}}\n:hidden:\n\n{names}\n```\n"
    title, about = _said(language, "site.title"), _about(root, lessons, language, "{}.ipynb")
    (source / "index.md").write_text(f"# {title}\n\n{about}\n\n{toctree}", encoding="utf-8")


def _first_page(root: Path, lessons: Sequence[Lesson]) -> str:
    """Return the page that leads to both languages: for each, what the language's own says."""
    from markdown_it import MarkdownIt  # late: only the site needs it, and has it

    page = (TEMPLATES / "first_page.html").read_text(encoding="utf-8")
    for language in LANGUAGES:
        about = _about(root, lessons, language, f"{language}/{{}}.html")
        html = MarkdownIt("commonmark").enable("table").render(about)
        page = page.replace(f"<!-- {language} -->", html)
    return page


def _about(root: Path, lessons: Sequence[Lesson], language: str, link: str) -> str:
    """Return what the course is, a chart, how to open it and its lessons, as Markdown.

    README says the last two: the first parts of the language's section. ``link`` is where a lesson
    is, from its file's name.
    """
    readme = (root / "README.md").read_text(encoding="utf-8")
    name = re.escape(_said(language, "site.language"))
    section = re.search(rf"^## {name}\n(.*?)(?=^## |\Z)", readme, re.DOTALL | re.MULTILINE)
    chart = re.search(rf'<img src="(images/timeline_{language}\.png)"[^>]* alt="([^"]+)"', readme)
    if section is None or chart is None:
        raise AuthoringError([message("authoring.readme", section=name, language=language)])
    opening, listed = re.split(r"^(?=### )", section[1], flags=re.MULTILINE)[1:3]
    there = {lesson.files[language] for lesson in lessons}

    def linked(found: re.Match[str]) -> str:
        return f"[{found[1]}]({link.format(found[2])})" if found[2] in there else found[1]

    listed = re.sub(r" \(\[[^\]]+\]\(docs/[^)]+\)\)", "", listed)  # which is not on the site
    listed = re.sub(r"\[([^\]]+)\]\(notebooks/\w+/(\w+)\.ipynb\)", linked, listed)
    picture = f"![{chart[2]}]({chart[1]})"
    parts = [part.replace("### ", "## ", 1) for part in (listed, opening)]
    return "\n\n".join([_said(language, "site.welcome"), picture, *parts])


def _entry(lesson: Lesson, language: str) -> str:
    """Return a lesson's line in the list of all: its number, its title and its page."""
    file = lesson.files[language]
    return f"{int(file[:2])} · {lesson.title(language)} <{file}>"


def _said(language: str, key: str) -> str:
    with speaking(language):
        return message(key)


def _run_sphinx(settings: dict[str, Any], source: Path, target: Path) -> None:
    """Let Sphinx write the pages, in a process of its own: in one it serves a single language.

    Raises:
        AuthoringError: with each line of its warnings, or where it takes too long.
    """
    (source / "conf.py").write_text(f"globals().update({settings!r})\n", encoding="utf-8")
    command = [sys.executable, "-m", "sphinx", "--fail-on-warning", "--keep-going", "--quiet"]
    command += ["--no-color", "-d", str(source / "_doctrees"), str(source), str(target)]
    try:
        done = _finished(command)
    except subprocess.TimeoutExpired as error:
        raise AuthoringError([message("authoring.sphinx_timeout", seconds=SPHINX_S)]) from error
    if done.returncode or done.stderr:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise AuthoringError(lines or [done.stdout])


def _finished(command: Sequence[str]) -> subprocess.CompletedProcess[str]:
    """Run a command of Python; return what it said, in UTF-8 also where Windows speaks another."""
    return subprocess.run(
        command,
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # a byte that no text can have must not hide what was said
        env={**os.environ, "PYTHONUTF8": "1"},
        timeout=SPHINX_S,
        check=False,
    )


def _settings(lessons: Sequence[Lesson], language: str) -> dict[str, Any]:
    """Return what would stand in Sphinx's conf.py."""
    twins = {le.files[language]: twin_of(le, language).replace(".ipynb", ".html") for le in lessons}
    other = "en" if language == "es" else "es"
    return {
        "extensions": ["myst_nb", "helpers.authoring.formulas"],
        "project": _said(language, "site.title"),
        "language": language,
        "nb_execution_mode": "off",
        "nb_ipywidgets_js": {},  # widgets need a kernel: the page shows what stands beside them
        "nb_mime_priority_overrides": [("html", "application/vnd.jupyter.widget-view+json", None)],
        "myst_enable_extensions": ["dollarmath"],
        "html_math_renderer": "mathml",
        "html_theme": "pydata_sphinx_theme",
        "html_title": _said(language, "site.title"),
        "html_show_sourcelink": False,
        "html_copy_source": False,
        "html_show_copyright": False,
        "templates_path": [str(TEMPLATES)],
        "html_context": {
            "default_mode": "auto",
            "lessons_title": _said(language, "site.lessons"),
            "twins": twins,
            "twin_home": f"../{other}/index.html",
            "twin_language": other,
            "twin_text": _said(other, "site.language"),
        },
        "html_static_path": [str(TEMPLATES / "static")],
        "html_css_files": ["course.css"],
        "html_sidebars": {"**": ["all-lessons"]},
        "html_theme_options": {"navbar_center": [], "navbar_end": NAVBAR_END},
    }
