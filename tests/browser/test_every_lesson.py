"""Every lesson in both languages, as a learner opens it: in a real JupyterLab and browser.

Those in English run under another start method than the first, on a single CPU where one can be
had; plain pytest, too, executes every lesson, under the first.
"""

import contextlib
import json
import multiprocessing
import os
import re
import shutil
import tempfile
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import py3langid
import pytest
from kernel_traces import left_over, processes_with, still_there
from labs import (
    PAGE_LIMIT_S,
    PROJECT,
    TEST_LIMIT_S,
    TIMEOUT,
    copy_course,
    jupyterlab,
    opened_browser,
)
from lesson_page import LessonPage

from helpers.language import message

LANGUAGES = ("es", "en")
BY_DAY = "02_"  # the lesson that is opened in every run of the tests; by night, all are
LESSONS = [
    pytest.param(
        language,
        path.name,
        id=f"{language}-{path.name[:2]}",
        marks=[] if path.name.startswith(BY_DAY) else pytest.mark.slow,
    )
    for language in LANGUAGES
    for path in sorted((PROJECT / "notebooks" / language).glob("*.ipynb"))
]
WITHOUT_CHARTS = ("00", "07", "10")
METHODS = multiprocessing.get_all_start_methods()
METHOD = {"es": METHODS[0], "en": ("spawn" if METHODS[0] != "spawn" else METHODS[-1])}
ON_ONE_CPU = {"en": True} if shutil.which("taskset") else {}
pytestmark = pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)


@pytest.fixture(scope="module")
def opened(browser_path, tmp_path_factory):
    """A function that opens a lesson; each language has one JupyterLab for all of its lessons."""
    with contextlib.ExitStack() as stack:
        page = stack.enter_context(opened_browser(browser_path))
        labs = {}

        def open_lesson(language, name):
            if language not in labs:
                folder = tmp_path_factory.mktemp(language)
                labs[language] = stack.enter_context(_lab(language, folder))
            lab = labs[language]
            page.requested.clear()
            page.failed.clear()
            lesson = LessonPage(page, PAGE_LIMIT_S)
            lesson.open(lab.address, f"notebooks/{language}/{name}")
            return lesson, lab

        yield open_lesson


@contextlib.contextmanager
def _lab(language, folder):
    """Start JupyterLab on a copy of the course; its kernels begin with the language's method."""
    course = copy_course(folder)
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    text = f"import multiprocessing\nmultiprocessing.set_start_method({METHOD[language]!r})\n"
    (startup / "start_method.py").write_text(text, encoding="ascii")
    single = ON_ONE_CPU.get(language)
    prefix = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if single else []
    # The folder for temporary files has a short name, since that of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="k") as scratch:
        variables = {"IPYTHONDIR": str(folder / "ipython"), "TMPDIR": scratch}
        with jupyterlab(language, course, folder, prefix, variables) as address:
            yield SimpleNamespace(address=address, course=course, scratch=Path(scratch))


@pytest.mark.parametrize(("language", "name"), LESSONS)
def test_a_lesson_runs_in_jupyterlab(language, name, opened, screenshots, in_language):
    """All cells run without an error or a warning, off line; all pictures show and are told.

    The machine card names the start method in force, and the single CPU where it is one. Once the
    kernel has ended, no process, no temporary file and no other file of ours is left of it.
    """
    in_language(language)
    lesson, lab = opened(language, name)
    before = files_in(lab.course, name)
    lesson.run_all()
    lesson.picture(screenshots, f"lesson_{name[:2]}_{language}")
    assert lesson.failures() == []
    assert [output for cell in lesson.cells() for output in _not_wanted(cell)] == []
    assert lesson.page.failed == []
    assert _hosts(lesson.page.requested) == {"127.0.0.1"}
    _charts_speak(lesson, language)
    _figures_are_there(lesson)
    _links_lead(lesson, language, name)
    cells = lesson.cells()
    assert _on_card(cells, "card.start_method") == METHOD[language]
    if ON_ONE_CPU.get(language):
        assert _on_card(cells, "card.usable_cpus") == "1"
    kernel = f"JPY_SESSION_NAME={lab.course}"
    assert processes_with(kernel) or not Path("/proc/self/environ").exists()
    lesson.end()
    assert still_there(kernel) == []
    assert left_over(lab.scratch) == []
    assert files_in(lab.course, name) == before


def files_in(course, opened):
    """Return the files below a folder with what they hold, but for JupyterLab's checkpoints.

    Of the notebook that is open only the name counts: JupyterLab saves it. What the learner writes
    into a file of their own, as some lessons ask for, stays; so does what Python makes of it.
    """
    kept = (".ipynb_checkpoints", "__pycache__")
    found = {path for path in course.rglob("*") if not set(kept) & set(path.parts)}
    found = {path for path in found if not path.match("my_*.py")}
    return {path: path.name == opened or path.is_dir() or path.read_bytes() for path in found}


def _on_card(cells, key):
    """Return what the machine card says beside a name."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = ["".join(output.get("data", {}).get("text/plain", "")) for output in outputs]
    card = next(text for text in texts if message("card.title") in text)
    return re.search(rf"{re.escape(message(key))} +(.+)", card)[1].strip()


def _not_wanted(cell):
    """Return what of a cell's outputs is an error or went to stderr, whether it shows or not."""
    for output in cell.get("outputs", []):
        if output["output_type"] == "error" or output.get("name") == "stderr":
            yield output


def _hosts(addresses):
    return {urlsplit(url).hostname for url in addresses if not url.startswith(("data:", "blob:"))}


def _charts_speak(lesson, language):
    """Every chart has an alternative text, in the language of the lesson."""
    py3langid.set_languages(list(LANGUAGES))
    texts = [chart.get_attribute("alt") for chart in lesson.images("Code")]
    n_charts = sum(map(_n_charts, lesson.cells()))
    assert len(texts) >= n_charts
    assert n_charts or Path(lesson.path()).name[:2] in WITHOUT_CHARTS
    assert all(texts), "a chart has no alternative text"
    assert {text: py3langid.classify(text)[0] for text in texts} == dict.fromkeys(texts, language)


def _n_charts(cell):
    """Return how many pictures the outputs of a cell have, but for those of its widgets."""
    shown = [output.get("data", {}) for output in cell.get("outputs", [])]
    html = ["".join(data.get("text/html", "")) for data in shown if not _is_widget(data)]
    return sum(text.count("<img ") for text in html)


def _is_widget(data):
    return "application/vnd.jupyter.widget-view+json" in data


def _figures_are_there(lesson):
    sources = [cell["source"] for cell in lesson.cells() if cell["cell_type"] == "markdown"]
    assert len(lesson.images("Markdown")) == "".join(sources).count("![")
    for figure in lesson.images("Markdown"):
        source = figure.get_attribute("src")
        assert figure.evaluate("img => img.naturalWidth") > 0, f"{source} was not loaded"
        assert figure.get_attribute("alt"), f"{source} has no alternative text"


def _links_lead(lesson, language, name):
    """What JupyterLab makes of the links leads to files that it serves; two of them must be."""
    folder = PROJECT / "notebooks" / language
    notebooks = {path.name: path for path in folder.parent.glob("e[ns]/*.ipynb")}
    found = {Path(unquote(urlsplit(link).path)).name for link in lesson.links() if ".ipynb" in link}
    assert found <= set(notebooks)
    course = json.loads((folder / name).read_text(encoding="utf-8"))["metadata"]["course"]
    names = sorted(path.name for path in folder.glob("*.ipynb"))
    following = (names * 2)[names.index(name) + 1]
    assert {Path(course["twin"]).name, following} <= found


@pytest.mark.slow
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_click_leads_to_the_twin_and_to_the_next(language, opened):
    """The links at the start and at the end of lesson 1 open what they say, in JupyterLab."""
    names = {
        code: sorted(p.name for p in (PROJECT / "notebooks" / code).glob("0[12]_*.ipynb"))
        for code in LANGUAGES
    }
    other = LANGUAGES[1 - LANGUAGES.index(language)]
    for target in (
        f"notebooks/{other}/{names[other][0]}",
        f"notebooks/{language}/{names[language][1]}",
    ):
        lesson, _ = opened(language, names[language][0])
        lesson.follow(target)
        assert lesson.path() == target
        lesson.end()
