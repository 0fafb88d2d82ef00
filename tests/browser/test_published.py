"""Site and slides, opened from the file system in a real browser: a lesson, by night all."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat.v4
import pytest

from helpers.authoring.notebooks import TWIN_LINKS, to_json
from helpers.authoring.publish import prepare, write_slides
from helpers.language import LANGUAGES
from slides_fit import READY, misfits

ROOT = Path(__file__).parents[2]
LESSON = {"es": "01_procesamiento_secuencial", "en": "01_sequential_processing"}
LIMIT_S = 600  # of a lesson's pages, executed for them; of all: 1800
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
JUDGED = {"runOnly": WCAG, "resultTypes": ["violations"]}  # what passed is a lot
SETTLED_MS, WAIT_MS = 500, 30_000
ALL = pytest.param("all", marks=[pytest.mark.slow, pytest.mark.timeout(2000)])
PICTURES = "all => all.map(p => [p.alt, p.naturalWidth || p.width])"

pytestmark = pytest.mark.timeout(900)
each_language = pytest.mark.parametrize("language", LANGUAGES)


@pytest.fixture(scope="module", params=["one", ALL])
def published(request, tmp_path_factory) -> Path:
    """The site with its slides, of a lesson or of all, made by the command."""
    folder = tmp_path_factory.mktemp("published") / "site"
    lessons, limit_s = (["1"], LIMIT_S) if request.param == "one" else ([], 1800)
    done = subprocess.run(
        [sys.executable, "-m", "helpers.authoring", "site", str(folder), *lessons],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=limit_s,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def opened(page, path: Path):
    """Open a page as a file, and wait until its scripts have run."""
    page.goto(path.as_uri())
    page.wait_for_timeout(SETTLED_MS)
    return page


def fetched(page) -> list[str]:
    """Return what the page asked a network for."""
    return [url for url in page.requested if not url.startswith(("file:", "data:"))]


def lessons(folder: Path) -> list[Path]:
    """Return the pages of the lessons in a folder."""
    return sorted(folder.glob("[0-9][0-9]_*.html"))


@each_language
def test_every_link_leads_somewhere(published, language):
    """What a page links to or shows is there, but for the lessons that were left out."""
    whole = len(lessons(published / language)) > 1
    left_out = r"(?!)" if whole else r"\d\d_\w+\.(ipynb|html)$"
    slides = published / "slides"
    indexes = [published / "index.html", slides / "index.html"]
    pages = [*indexes, *(published / language).glob("*.html"), *lessons(slides / language)]
    assert {f"{LESSON[language]}.html"} <= {page.name for page in pages}
    for page in pages:
        links = re.findall(r'\b(?:href|src)="([^"]+)"', page.read_text(encoding="utf-8"))
        assert links
        for parts in map(urlsplit, links):
            if not parts.scheme and parts.path:
                target = page.parent / unquote(parts.path)
                assert target.exists() or re.search(left_out, parts.path), (page, target)


@each_language
def test_the_first_pages_lead_to_the_lessons(published, browser_page, screenshots, language):
    """From the page of both languages to the language's own: chart, lessons, how to open them.

    The search works from the file system: it finds the lesson that has the word.
    """
    page = opened(browser_page, published / "index.html")
    for _ in range(2):
        assert all(map(all, page.locator("img").evaluate_all(PICTURES)))
        page.screenshot(path=screenshots / f"site_first_{language}.png", full_page=True)
        page.locator(f"a[href$='{language}/index.html']").first.click()
        page.wait_for_url(f"**/{language}/index.html")
        page.go_back()
    page = opened(browser_page, published / language / "index.html")
    assert page.locator("main tbody tr").count() >= 11
    commands = page.locator("main pre").all_inner_texts()
    for program in ("bin/python", "Scripts"):
        assert any(f"-m helpers {language}" in text and program in text for text in commands)
    page.locator(f"main a[href*='{LESSON[language]}']").first.click()
    page.wait_for_url(f"**/{LESSON[language]}.html")
    page.goto(f"{(published / language / 'search.html').as_uri()}?q=perf_counter")
    page.wait_for_selector(f"#search-results a[href^='{LESSON[language]}']", timeout=WAIT_MS)
    assert fetched(page) == []


@each_language
def test_lessons_are_whole_without_a_network(published, browser_page, screenshots, language):
    """Nothing is fetched; charts with their text, and outputs are there."""
    for file in lessons(published / language):
        page = opened(browser_page, file)
        assert page.locator("html").get_attribute("lang") == language
        pictures = page.locator(".bd-article img").evaluate_all(PICTURES)
        assert pictures or file.stem[:2] in ("00", "07", "10"), file.name  # texts alone
        assert all(map(all, pictures)), file.name
        assert page.locator(".cell_output").count() > 5
        page.screenshot(path=screenshots / f"site_{language}_{file.stem}.png", full_page=True)
    assert fetched(browser_page) == []


@pytest.mark.parametrize("kind", ["", "slides"])
def test_the_other_language_is_one_click_away(published, browser_page, kind):
    """A link below the title leads to the same lesson in the other language, and back."""
    page = opened(browser_page, published / kind / "es" / f"{LESSON['es']}.html")
    for language, other in (("es", "en"), ("en", "es")):
        page.get_by_role("link", name=TWIN_LINKS[language]).click()
        page.wait_for_url(f"**/{other}/{LESSON[other]}.html*")


@pytest.mark.parametrize(("language", "scheme"), [("es", "dark"), ("en", "light")])
def test_the_pages_can_be_read_by_all(published, browser_page, screenshots, scheme, language):
    """axe-core finds no violation of WCAG 2.2 AA on any page unfolded, in light and in dark.

    A page and its twin are made alike, of the same colours, so each scheme is looked at in one.
    """
    from axe_playwright_python.sync_playwright import Axe

    browser_page.emulate_media(color_scheme=scheme)
    indexes = [published / "index.html", published / "slides" / "index.html"]
    for file in [*indexes, *sorted((published / language).glob("*.html"))]:
        page = opened(browser_page, file)
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found = Axe().run(page, options=JUDGED).response["violations"]
        told = [(v["id"], [node["html"][:200] for node in v["nodes"]][:3]) for v in found]
        assert told == [], file.name
        page.screenshot(path=screenshots / f"site_{scheme}_{language}_{file.stem}.png")


@each_language
def test_slides_fit_and_are_whole_without_a_network(published, browser_page, screenshots, language):
    """Each slide fits; its pictures have a text, and the last is reached by the arrow alone."""
    page = browser_page
    for file in lessons(published / "slides" / language):
        n_slides, told = misfits(page, file)
        assert n_slides > 5
        assert told == [], file.name
        assert page.locator("html").get_attribute("lang") == language
        site = (published / language / file.name).read_text(encoding="utf-8")
        assert page.title()
        assert f"<h1>{page.title()}<" in site
        assert all(map(all, page.locator("img").evaluate_all(PICTURES)))
        assert page.locator(".jp-OutputArea-output").count() > 5
        page.screenshot(path=screenshots / f"slides_{language}_{file.stem}.png")
    page.evaluate("Reveal.slide(0, 0)")
    for _ in range(page.evaluate("Reveal.getTotalSlides() + Reveal.getSlides().length + 50")):
        page.keyboard.press("ArrowRight")
    assert page.evaluate("Reveal.isLastSlide()")
    assert fetched(page) == []


def _text(source, slide_type="slide"):
    return nbformat.v4.new_markdown_cell(source, metadata={"slideshow": {"slide_type": slide_type}})


def _shows(html, **data):
    output = nbformat.v4.new_output("display_data", {"text/html": html, **data})
    return nbformat.v4.new_code_cell("show()", outputs=[output])


WIDGET = {"application/vnd.jupyter.widget-view+json": {"model_id": "1", "version_major": 2}}
CHART = '<img alt="a" style="width: 3000px; max-width: 100%" src="../images/dashboard.png">'
CELLS = [
    _text("Speedup $S$ of `$x$`:\n\n$$S = \\frac{1}{s}$$"),
    _shows("<p>The static twin</p>", **WIDGET),
    _text("<details><summary>For the instructor</summary>\n\nAsk first.\n\n</details>", "notes"),
    _text("[next](02_x.ipynb#here)\n\n" + "\n\n".join(["long"] * 40)),
    _text('<div style="width: 2000px">wide</div>'),
    _text('<div style="height: 20px; overflow: hidden">cut<br>off</div>'),
    _text('<p style="font-size: 12px">small</p>'),
    _text("chart"),
    _shows(CHART),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory) -> Path:
    """The page of slides of these cells."""
    pages, slides = tmp_path_factory.mktemp("pages"), tmp_path_factory.mktemp("slides")
    notebook = nbformat.v4.new_notebook(cells=CELLS)
    notebook.metadata |= {"title": "Made", "course": {"language": "en"}}
    prepare(notebook)
    for language in LANGUAGES:
        (pages / language).mkdir()
        (pages / language / "01_made.ipynb").write_text(to_json(notebook), encoding="utf-8")
    write_slides(ROOT, pages, slides)
    return slides / "en" / "01_made.html"


def test_slides_need_neither_script_nor_kernel(made, browser_page):
    """A formula is MathML, a widget its static twin; a link leads to the other slides.

    A note is on no slide; the window that the key S opens shows it, unfolded.
    """
    page = opened(browser_page, made)
    page.wait_for_function(READY, timeout=WAIT_MS)
    assert page.locator("math").count() == 2
    assert page.locator("mfrac").is_visible()
    assert page.get_by_text("$x$", exact=True).is_visible()
    assert page.get_by_text("The static twin", exact=True).is_visible()
    assert page.get_by_text("next").get_attribute("href") == "02_x.html#here"
    assert not page.get_by_text("Ask first.").is_visible()
    with page.expect_popup() as popup:
        page.keyboard.press("s")
    notes = popup.value.locator(".speaker-controls-notes")
    notes.get_by_text("Ask first.").wait_for(timeout=WAIT_MS)


def test_what_does_not_fit_is_found(made, browser_page):
    """Each kind of misfit is named: too long, too wide, clipped, small text, a shrunken chart."""
    n_slides, told = misfits(browser_page, made)
    assert n_slides == 6
    for number, part in enumerate(
        ["of 720", "of 1280", "higher than its place", "has 12px", "of its size"], 2
    ):
        assert any(line.startswith(f"{number}.1 ") and part in line for line in told), told
    assert not any(line.startswith("1.1 ") for line in told)
