"""The exported slides: a real lesson of them, opened from the file system in a real browser."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat.v4
import pytest

from helpers.authoring.errors import AuthoringError
from helpers.authoring.slide_pages import page_of
from helpers.authoring.slides import make_slides, write_parts
from helpers.language import LANGUAGES
from slides_fit import READY, misfits

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

ROOT = Path(__file__).parents[2]
LESSON = {"es": "00_empieza_aqui", "en": "00_start_here"}
TITLE = {"es": "Empieza aquí", "en": "Start here"}
TWIN = {"es": "Read this lesson in English", "en": "Leer esta lección en español"}
NUMBER = "00"
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
WAIT_MS = 30_000
WIDGET = "application/vnd.jupyter.widget-view+json"


@pytest.fixture(scope="module")
def slides(tmp_path_factory) -> Path:
    """The slides of lesson 0, which has a figure, tables and bets: by the command."""
    folder = tmp_path_factory.mktemp("slides") / "slides"
    command = [sys.executable, "-m", "helpers.authoring", "slides", str(folder), NUMBER]
    done = subprocess.run(
        command, cwd=ROOT, capture_output=True, encoding="utf-8", timeout=800, check=False
    )
    assert done.returncode == 0, done.stderr
    return folder


@pytest.fixture
def made(tmp_path, browser_page):
    """A function that opens the page of slides of some cells, in English."""

    def opened(*cells):
        write_parts(ROOT, tmp_path)
        notebook = nbformat.v4.new_notebook(cells=list(cells))
        (tmp_path / "en").mkdir()
        path = tmp_path / "en" / "made.html"
        path.write_text(page_of(notebook, "en", "Made"), encoding="utf-8")
        browser_page.goto(path.as_uri())
        browser_page.wait_for_function(READY, timeout=WAIT_MS)
        return browser_page, path

    return opened


def _text(source, slide_type="slide"):
    metadata = {"slideshow": {"slide_type": slide_type}}
    return nbformat.v4.new_markdown_cell(source, metadata=metadata)


def _shows(html, **data):
    output = nbformat.v4.new_output("display_data", {"text/html": html, **data})
    return nbformat.v4.new_code_cell("show()", outputs=[output])


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_lesson_is_whole_without_a_network(slides, browser_page, screenshots, language):
    """Nothing is fetched, the outputs are there, and what is seen can be read aloud."""
    path = slides / language / f"{LESSON[language]}.html"
    n_slides, told = misfits(browser_page, path)
    assert n_slides > 10
    assert told == []
    assert [url for url in browser_page.requested if not url.startswith(("file:", "data:"))] == []
    assert browser_page.locator("html").get_attribute("lang") == language
    assert browser_page.title() == TITLE[language]
    pictures = browser_page.locator("img").evaluate_all("all => all.map(p => [p.alt, p.width])")
    assert pictures
    assert all(alt and width for alt, width in pictures)
    assert browser_page.locator(".jp-OutputArea-output").count() > 5
    browser_page.screenshot(path=screenshots / f"slides_{language}_last.png")


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(slides, language):
    """What a page links to or shows is in the folder, but for lessons that were left out."""
    pages = [slides / "index.html", slides / language / f"{LESSON[language]}.html"]
    links = [(page, link) for page in pages for link in _links(page)]
    assert len(links) > 5
    for page, link in links:
        parts = urlsplit(link)
        if parts.scheme or not parts.path:
            continue
        target = page.parent / unquote(parts.path)
        assert target.exists() or re.fullmatch(r"\d\d_\w+\.html", parts.path), link


def _links(page):
    return re.findall(r'\b(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8"))


def test_one_goes_from_the_index_to_a_lesson_its_twin_and_its_end(slides, browser_page):
    """The index leads to the lesson, a link to its twin, and the right arrow through all slides."""
    page = browser_page
    page.goto((slides / "index.html").as_uri())
    page.get_by_role("link", name=TITLE["es"]).click()
    page.get_by_role("link", name=TWIN["es"]).click()
    page.wait_for_url(f"**/en/{LESSON['en']}.html*")
    page.wait_for_function(READY, timeout=WAIT_MS)
    steps = page.evaluate("Reveal.getTotalSlides() + document.querySelectorAll('.fragment').length")
    for _ in range(steps):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.isLastSlide()")


def test_the_index_can_be_read_by_all(slides, browser_page):
    """axe-core finds no violation of WCAG 2.2 AA on the page that leads to the lessons."""
    from axe_playwright_python.sync_playwright import Axe

    browser_page.goto((slides / "index.html").as_uri())
    found = Axe().run(browser_page, options={"runOnly": WCAG}).response["violations"]
    assert [violation["id"] for violation in found] == []


def test_notes_are_for_the_speaker_alone(made):
    """A note is on no slide; the window that the key S opens shows it, unfolded."""
    note = "<details><summary>For the instructor</summary>\n\nAsk first. 5 min.\n\n</details>"
    page, _ = made(_text("# Title"), _text(note, "notes"))
    assert not page.get_by_text("Ask first.").is_visible()
    with page.expect_popup() as opened:
        page.keyboard.press("s")
    notes = opened.value.locator(".speaker-controls-notes")
    notes.get_by_text("Ask first. 5 min.").wait_for(timeout=WAIT_MS)


def test_a_formula_is_mathml_and_a_widget_its_static_twin(made):
    """What needs a script or a kernel in a notebook shows without either."""
    widget = {WIDGET: {"model_id": "1", "version_major": 2, "version_minor": 0}}
    formula = _text("Speedup $S$:\n\n$$S = \\frac{1}{s}$$")
    page, _ = made(formula, _shows("<p>The static twin</p>", **widget))
    assert page.locator("math").count() == 2
    assert page.locator("mfrac").is_visible()
    assert page.get_by_text("The static twin", exact=True).is_visible()


def test_what_does_not_fit_is_found(made, browser_page):
    """Each kind of misfit is told: too long, too wide, clipped, small text, a shrunken chart."""
    chart = '<img alt="a" style="width: 3000px; max-width: 100%" src="../images/dashboard.png">'
    _, path = made(
        _text("\n\n".join(["long"] * 40)),
        _text('<div style="width: 2000px">wide</div>'),
        _text('<div style="height: 20px; overflow: hidden">cut<br>off</div>'),
        _text('<p style="font-size: 12px">small</p>'),
        _text("chart"),
        _shows(chart),
    )
    n_slides, told = misfits(browser_page, path)
    assert n_slides == 5
    for number, part in enumerate(
        ["of 720", "of 1280", "higher than its place", "has 12px", "of its size"], 1
    ):
        assert any(line.startswith(f"{number}.1 ") and part in line for line in told), told


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    """Slides are written into a new folder, or over slides; nothing else is deleted for them."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(AuthoringError, match="other things"):
        make_slides(ROOT, tmp_path, [NUMBER])
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"
