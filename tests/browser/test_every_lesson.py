"""Every lesson in both languages, as a learner opens it: in a real JupyterLab and browser."""

import contextlib
import json
import signal
from pathlib import Path
from urllib.parse import unquote, urlsplit

import py3langid
import pytest
from labs import PROJECT, copy_course, jupyterlab, opened_browser
from lesson_page import LessonPage

LANGUAGES = ("es", "en")
LESSONS = [
    pytest.param(language, path.name, id=f"{language}-{path.name[:2]}")
    for language in LANGUAGES
    for path in sorted((PROJECT / "notebooks" / language).glob("*.ipynb"))
]
PAGE_LIMIT_S = 120
TEST_LIMIT_S = 180
# A signal lets the server and the browser be ended; the other method ends the whole test run.
METHOD = "signal" if hasattr(signal, "SIGALRM") else "thread"
pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_LIMIT_S, method=METHOD)]


@pytest.fixture(scope="module")
def opened(browser_path, tmp_path_factory):
    """A function that opens a lesson; each language has one JupyterLab for all of its lessons."""
    with contextlib.ExitStack() as stack:
        page = stack.enter_context(opened_browser(browser_path))
        labs = {}

        def open_lesson(language, name):
            if language not in labs:
                folder = tmp_path_factory.mktemp(language)
                course = copy_course(folder)
                labs[language] = stack.enter_context(jupyterlab(language, course, folder))
            page.requested.clear()
            page.failed.clear()
            lesson = LessonPage(page, PAGE_LIMIT_S)
            lesson.open(labs[language], f"notebooks/{language}/{name}")
            return lesson

        yield open_lesson


@pytest.mark.parametrize(("language", "name"), LESSONS)
def test_a_lesson_runs_in_jupyterlab(language, name, opened, screenshots):
    """All cells run without an error or a warning, off line; all pictures show and are told."""
    lesson = opened(language, name)
    lesson.run_all()
    lesson.picture(screenshots, f"lesson_{name[:2]}_{language}")
    assert lesson.failures() == []
    assert [output for cell in lesson.cells() for output in _not_wanted(cell)] == []
    assert lesson.page.failed == []
    assert _hosts(lesson.page.requested) == {"127.0.0.1"}
    _charts_speak(lesson, language)
    _figures_are_there(lesson)
    _links_lead(lesson, language, name)
    lesson.end()


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
    assert all(texts), "a chart has no alternative text"
    assert {text: py3langid.classify(text)[0] for text in texts} == dict.fromkeys(texts, language)


def _figures_are_there(lesson):
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
        lesson = opened(language, names[language][0])
        lesson.follow(target)
        assert lesson.path() == target
        lesson.end()
