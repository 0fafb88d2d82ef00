"""The lessons for others: a site made by Sphinx, slides made by nbconvert, copies for Colab.

How site and slides look stands in ``docs/site`` and ``docs/slides``, as Sphinx and nbconvert read
it. Both open from the file system, without a server or a network: formulas become MathML, and
reveal.js is the copy that the package sphinx-revealjs carries.
"""

from __future__ import annotations

import base64
import html
import mimetypes
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib import metadata, resources
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import nbformat.v4
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.authoring.build import read_lessons
from helpers.authoring.notebooks import execute, make_notebook, to_json
from helpers.authoring.sources import AuthoringError, Lesson
from helpers.language import LANGUAGES, speaking, text

_nbformat: Any = nbformat  # its functions have no types
NO_JEKYLL = ".nojekyll"  # with it, GitHub Pages keeps folders that begin with _
NEEDED = ("latex2mathml", "nbconvert", "sphinx_revealjs")  # beside what the others need
NEEDED_BY_SITE = ("myst_nb", "pydata_sphinx_theme", "sphinx")
REVEAL_PARTS = ("LICENSE", "dist/reveal.css", "dist/reveal.js", "plugin/notes/notes.js")
# Colab's own, which its page depends on: another version of them would break it. And the words of
# JupyterLab, which is not there. Names in canonical form: metadata may write them otherwise.
COLABS_OWN = {"ipykernel", "ipywidgets", "jupyterlab", "jupyterlab-language-pack-es-es"}
_CODE = re.compile(r"(```.*?```|`[^`\n]+`)", re.DOTALL)
_FORMULA = re.compile(r"\$\$(?P<block>[^$]+)\$\$|\$(?P<inline>[^$\n]+)\$")
_PICTURE = re.compile(r"(!\[[^]]*\]\()\.\./\.\./(images/[\w.]+)(\))")
_TWIN_LINK = re.compile(r"\[([^]]+)\]\((\.\./\w\w/\w+)\.ipynb\)")
_LESSON_LINK = re.compile(r"(?<!!)\[([^]]+)\]\([\w.]+\.ipynb\)")


def publish(
    root: Path,
    folder: Path,
    numbers: Sequence[int] = (),
    *,
    site: bool = False,
) -> None:
    """Execute lessons of the project at ``root`` and write their slides to ``folder``.

    Args:
        root: the project's folder.
        folder: a new folder, or an empty one.
        numbers: those of the lessons; all of them for none.
        site: whether to write the site there, with the slides in a folder of it.

    Raises:
        AuthoringError: where a lesson cannot be read or executed, Sphinx warns of something, or
            ``folder`` has something in it. Nothing is written then.
        ModuleNotFoundError: where what it needs is not installed.
    """
    for module in NEEDED + (NEEDED_BY_SITE if site else ()):
        if find_spec(module) is None:
            raise ModuleNotFoundError(name=module)
    lessons = _lessons(root, numbers)
    with new_folder(folder) as made, TemporaryDirectory() as scratch:
        pages = Path(scratch) / "pages"
        shutil.copytree(root / "images", pages / "images")
        for language in LANGUAGES:
            (pages / language).mkdir()
            for lesson in lessons:
                file = f"{language}/{lesson.files[language]}.ipynb"
                notebook = make_notebook(lesson, language)
                execute(lesson, language, notebook, keep_all=True)
                notebook.metadata.title = lesson.title(language)
                prepare(notebook)
                (pages / file).write_text(to_json(notebook), encoding="utf-8")
                print(file)
        if site:
            write_site(root, pages, made)
        write_slides(root, pages, made / "slides" if site else made)


def prepare(notebook: Any) -> None:
    """Change the texts to what pages need: pictures beside them, and formulas as MathML.

    Browsers show MathML, and read it aloud, without any script.
    """
    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = cell.source.replace("../../images/", "../images/")
            parts = _CODE.split(_TWIN_LINK.sub(r'<a href="\2.html">\1</a>', source))
            parts[::2] = (_FORMULA.sub(_mathml, part) for part in parts[::2])
            cell.source = "".join(parts)


def _mathml(formula: re.Match[str]) -> str:
    from latex2mathml.converter import convert  # late: the copies for Colab do without

    kind = formula.lastgroup or "inline"
    made = str(convert(formula[kind], display=kind))
    return f"<p>{made}</p>" if kind == "block" else made


def write_site(root: Path, pages: Path, folder: Path) -> None:
    """Let Sphinx write the site of the notebooks in ``pages``; its warnings are errors."""
    settings = root / "docs" / "site"
    readme = (root / "README.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        source, made = pages / language, pages / "made" / language
        index = (settings / f"index_{language}.md").read_text(encoding="utf-8")
        lessons = [f"{number} · {title} <{file}>" for number, title, file in _listed(source)]
        toctree = "\n".join(["```{toctree}", ":hidden:", "", *lessons, "```"])
        (source / "index.md").write_text(f"{index}\n{toctree}\n", encoding="utf-8")
        links = readme.replace(f"(notebooks/{language}/", "(")
        (source / "README.md").write_text(links, encoding="utf-8")
        strict = ["--fail-on-warning", "--keep-going", "--quiet", "--no-color"]
        _run("sphinx", *strict, "-c", settings, "-t", language, source, made)
        shutil.copytree(made, folder / language, ignore=shutil.ignore_patterns(".doctrees"))
    shutil.copy(settings / "index.html", folder)
    (folder / NO_JEKYLL).touch()


def write_slides(root: Path, pages: Path, folder: Path) -> None:
    """Let nbconvert write the slides of the notebooks in ``pages``, with what they share."""
    settings = root / "docs" / "slides"
    options = ["--config", settings / "nbconvert.json"]
    options += [f"--TemplateExporter.extra_template_basedirs={settings.parent}"]
    index = (settings / "index.html").read_text(encoding="utf-8")
    for language in LANGUAGES:
        notebooks = sorted((pages / language).glob("*.ipynb"))
        _run("nbconvert", *options, "--output-dir", folder / language, *notebooks)
        lessons = [
            f'<li><a href="{language}/{file}.html">{number} · {html.escape(title)}</a></li>'
            for number, title, file in _listed(pages / language)
        ]
        index = index.replace(f"<!-- {language} -->", "\n".join(lessons))
    (folder / "index.html").write_text(index, encoding="utf-8")
    reveal = resources.files("sphinx_revealjs").joinpath("_static", "revealjs")
    for part in REVEAL_PARTS:
        target = folder / "reveal.js" / part
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(reveal.joinpath(part).read_bytes())
    shutil.copytree(root / "images", folder / "images")
    shutil.copy(settings / "slides.css", folder)


def _listed(folder: Path) -> Iterator[tuple[int, str, str]]:
    """Yield the number, title and file name of each notebook of a folder, in order."""
    for path in sorted(folder.glob("*.ipynb")):
        title = _nbformat.read(path, as_version=4).metadata.title
        yield int(path.stem.partition("_")[0]), title, path.stem


def _run(module: str, *arguments: object) -> None:
    """Run a program of Python's; it fails with each line of what the program complains of."""
    done = subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        encoding="utf-8",
        errors="replace",  # a byte that no text can have must not hide what was said
        env={**os.environ, "PYTHONUTF8": "1"},  # Windows may speak something else
        check=False,
    )
    if done.returncode:
        lines = [line for line in done.stderr.splitlines() if line.strip()]
        raise AuthoringError(*lines or [done.stdout])


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """Give a folder to write in, which becomes ``folder`` in one step if all goes well.

    Raises:
        AuthoringError: where ``folder`` is there and has something in it.
    """
    folder = folder.resolve()
    if folder.exists() and (not folder.is_dir() or any(folder.iterdir())):
        raise AuthoringError(
            text(
                es=f"{folder} ya existe y no está vacía. Bórrala, o indica otra carpeta.",
                en=f"{folder} exists and is not empty. Delete it, or give another folder.",
            )
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    with TemporaryDirectory(dir=folder.parent, prefix=f".{folder.name}.") as scratch:
        made = Path(scratch) / "made"
        made.mkdir()
        yield made
        if folder.exists():
            folder.rmdir()  # it took minutes: if somebody put something there, this raises
        made.rename(folder)


def _lessons(root: Path, numbers: Sequence[int]) -> list[Lesson]:
    lessons, problems = read_lessons(root, numbers)
    if problems:
        raise AuthoringError(*problems)
    return lessons


def make_colab(root: Path, folder: Path, package: Requirement, numbers: Sequence[int] = ()) -> None:
    """Write copies of the lessons for Colab to ``folder``, in ``es/`` and ``en/``; none is run.

    They install ``package`` first. The rest is as for `publish`.
    """
    lessons = _lessons(root, numbers)
    with new_folder(folder) as made:
        for language in LANGUAGES:
            (made / language).mkdir()
            for lesson in lessons:
                notebook = make_notebook(lesson, language)
                _stand_alone(notebook, root)
                notebook.cells[1:1] = _installing(language, package)
                del notebook.metadata["course"]  # its pictures and links are no text of the lesson
                file = f"{language}/{lesson.files[language]}.ipynb"
                (made / file).write_text(to_json(notebook), encoding="utf-8")
                print(file)


def _installing(language: str, package: Requirement) -> list[Any]:
    """Return the text that says what is installed on Colab, and the cell that does it."""
    with speaking(language):
        message = text(
            es="**Estás en Google Colab.** La celda siguiente instala en esta máquina de Google el "
            "paquete del curso, `helpers`, y lo que le falte. Ejecútala primero; tarda menos de un "
            "minuto. Lo que midas será de esa máquina, no de tu computadora, y suele tener dos "
            "CPU. Las diapositivas, y algunos controles, no funcionan aquí.",
            en="**You are in Google Colab.** The next cell installs the course's package, "
            "`helpers`, and whatever it lacks, on this machine of Google's. Run it first; it takes "
            "less than a minute. What you measure is that machine, not your computer, and it "
            "usually has two CPUs. Slides, and some controls, do not work here.",
        )
    needed = [Requirement(line) for line in metadata.requires("helpers") or ()]
    own = [n for n in needed if not n.marker and canonicalize_name(n.name) not in COLABS_OWN]
    names = " ".join(f'"{need}"' for need in own)
    code = f'%pip install --quiet --no-deps "{package}"\n%pip install --quiet {names}'
    hidden = {"slideshow": {"slide_type": "skip"}}
    return [
        _nbformat.v4.new_markdown_cell(message, id="colab-text", metadata=hidden),
        _nbformat.v4.new_code_cell(code, id="colab-install", metadata=hidden),
    ]


def _stand_alone(notebook: Any, root: Path) -> None:
    """Put the pictures into the text, and take out links to notebooks that are not beside it."""

    def as_data(found: re.Match[str]) -> str:
        picture = root / found[2]
        data = base64.b64encode(picture.read_bytes()).decode("ascii")
        return f"{found[1]}data:{mimetypes.guess_type(picture.name)[0]};base64,{data}{found[3]}"

    for cell in notebook.cells:
        if cell.cell_type == "markdown":
            source = _TWIN_LINK.sub("", _PICTURE.sub(as_data, cell.source)).rstrip()
            cell.source = _LESSON_LINK.sub(r"\1", source)
