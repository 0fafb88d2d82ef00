"""Every lesson in both languages, as a learner opens it: in a real JupyterLab and browser.

Those in English run under another start method than the first, on a single CPU where one can be
had; plain pytest, too, executes every lesson, under the first.
"""

import contextlib
import multiprocessing
import os
import re
import shutil
import tempfile
import time
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import urlsplit

import py3langid
import pytest
from labs import (
    PAGE_LIMIT_S,
    PROJECT,
    TEST_LIMIT_S,
    TIMEOUT,
    copy_course,
    jupyterlab,
    opened_browser,
    processes_with,
)
from lesson_page import LessonPage

from helpers.language import LANGUAGES

NOTEBOOKS = {x: sorted((PROJECT / "notebooks" / x).glob("*.ipynb")) for x in LANGUAGES}
BY_DAY = "02_parallel_processing.ipynb"  # is opened in every run of the tests; by night, all are
LESSONS = [
    pytest.param(path, id=f"{x}-{path.name[:2]}", marks=[pytest.mark.slow] * (path.name != BY_DAY))
    for x in LANGUAGES
    for path in NOTEBOOKS[x]
]
WITHOUT_CHARTS = ("00", "07", "10")
METHODS = multiprocessing.get_all_start_methods()
METHOD = {"es": METHODS[0], "en": ("spawn" if METHODS[0] != "spawn" else METHODS[-1])}
ONE_CPU = {"en"} if shutil.which("taskset") else set()
GONE_LIMIT_S = 60
pytestmark = pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """A function that opens a lesson; each language has one JupyterLab for all of its lessons."""
    with contextlib.ExitStack() as stack:
        page = stack.enter_context(opened_browser())
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
    code = f"import multiprocessing\nmultiprocessing.set_start_method({METHOD[language]!r})\n"
    (startup / "start_method.py").write_text(code, encoding="ascii")
    single = language in ONE_CPU
    prefix = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if single else []
    # The folder for temporary files has a short name, since that of a socket has to be short.
    with tempfile.TemporaryDirectory(prefix="k") as scratch:
        variables = {"IPYTHONDIR": str(folder / "ipython"), "TMPDIR": scratch}
        with jupyterlab(language, course, folder, prefix, variables) as address:
            yield SimpleNamespace(address=address, course=course, scratch=Path(scratch))


@pytest.mark.parametrize("path", LESSONS)
def test_a_lesson_runs_in_jupyterlab(path, opened, screenshots):
    """All cells run without an error or a warning, off line; all pictures show, with their texts.

    The machine card names the start method in force, and the single CPU where it is one. Once the
    kernel has ended, no process, no temporary file and no other file of ours is left of it.
    """
    language = path.parent.name
    lesson, lab = opened(language, path.name)
    before = files_in(lab.course, path.name)
    lesson.run_all()
    lesson.picture(screenshots, f"lesson_{path.name[:2]}_{language}")
    assert lesson.failures() == []
    assert lesson.page.failed == []
    addresses = [url for url in lesson.page.requested if not url.startswith(("data:", "blob:"))]
    assert {urlsplit(url).hostname for url in addresses} == {"127.0.0.1"}
    _charts_speak(lesson, path)
    _figures_are_there(lesson)
    (card,) = lesson.cells()[lesson.position_of("start(")]["outputs"]
    for value in [METHOD[language], *["1"] * (language in ONE_CPU)]:
        assert re.search(rf" {value}$", "".join(card["data"]["text/plain"]), re.MULTILINE)
    kernel = f"JPY_SESSION_NAME={lab.course}"
    assert processes_with(kernel) or not Path("/proc/self/environ").exists()
    lesson.end()
    assert still_there(kernel) == {}
    assert left_over(lab.scratch) == []
    assert files_in(lab.course, path.name) == before


def files_in(course, opened):
    """Return the files below a folder with what they hold, but for JupyterLab's checkpoints.

    Of the notebook that is open only the name counts: JupyterLab saves it. What the learner writes
    into a file of their own, as some lessons ask for, stays; so does what Python makes of it.
    """
    kept = (".ipynb_checkpoints", "__pycache__")
    found = {path for path in course.rglob("*") if not set(kept) & set(path.parts)}
    found = {path for path in found if not path.match("my_*.py")}
    return {path: path.name == opened or path.is_dir() or path.read_bytes() for path in found}


def _charts_speak(lesson, path):
    """Every chart has an alternative text, in the language of the lesson."""
    language = path.parent.name
    py3langid.set_languages(list(LANGUAGES))
    texts = [chart.get_attribute("alt") for chart in lesson.images("Code")]
    outputs = [output for cell in lesson.cells() for output in cell.get("outputs", [])]
    shown = [output.get("data", {}) for output in outputs]
    widget = "application/vnd.jupyter.widget-view+json"
    html = ["".join(data.get("text/html", "")) for data in shown if widget not in data]
    n_charts = sum(text.count("<img ") for text in html)
    assert len(texts) >= n_charts
    assert n_charts or path.name[:2] in WITHOUT_CHARTS
    assert all(texts), "a chart has no alternative text"
    assert {text: py3langid.classify(text)[0] for text in texts} == dict.fromkeys(texts, language)


def _figures_are_there(lesson):
    sources = [cell["source"] for cell in lesson.cells() if cell["cell_type"] == "markdown"]
    assert len(lesson.images("Markdown")) == "".join(sources).count("![")
    for figure in lesson.images("Markdown"):
        source = figure.get_attribute("src")
        assert figure.evaluate("img => img.naturalWidth") > 0, f"{source} was not loaded"
        assert figure.get_attribute("alt"), f"{source} has no alternative text"


def left_over(scratch):
    """Return what lies in a folder for temporary files and is not Python's own.

    A kernel is ended before it has cleared away its forkserver's socket: ipykernel waits for that
    process for longer than Jupyter waits for ipykernel.
    """
    pythons_own = re.compile(r"pymp-[^/]+(/listener-[^/]+)?")
    names = sorted(path.relative_to(scratch).as_posix() for path in scratch.rglob("*"))
    return [name for name in names if not pythons_own.fullmatch(name)]


def still_there(marker):
    """Return the processes that have ``marker`` in their environment and do not go away."""
    deadline = time.monotonic() + GONE_LIMIT_S
    while (left := processes_with(marker)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left
