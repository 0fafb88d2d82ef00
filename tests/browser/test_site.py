"""The static site, opened from the file system in a real browser: a few lessons, by night all."""

from __future__ import annotations

import copy
import re
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from urllib.parse import unquote, urlsplit

import pytest
from docutils import nodes

from helpers.authoring import formulas
from helpers.authoring.errors import AuthoringError
from helpers.authoring.executed import fingerprint
from helpers.authoring.notebooks import to_json
from helpers.authoring.site import make_site
from helpers.language import LANGUAGES, messages

ROOT = Path(__file__).parents[2]
LESSON = {"es": "01_procesamiento_secuencial", "en": "01_sequential_processing"}
NUMBERS = ("01", "02")
MAKING_S = 600  # of all lessons, executed for it: 1800
WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
# What passed is not told: it is a lot.
JUDGED = {"runOnly": WCAG, "resultTypes": ["violations"]}
SETTLED_MS = 500


ALL = pytest.param("all", marks=[pytest.mark.slow, pytest.mark.timeout(4 * MAKING_S)])


@pytest.fixture(scope="module", params=["few", ALL])
def site(request, tmp_path_factory) -> Path:
    """The site of a few lessons, with the outputs that nbval has just got, if it has; or of all."""
    folder, executed = (
        tmp_path_factory.mktemp("sites") / "site",
        tmp_path_factory.mktemp("executed"),
    )
    command = [sys.executable, "-m", "helpers.authoring", "site", str(folder)]
    if request.param == "few":
        _keep_executed(request.session, executed)
        command += NUMBERS
    done = subprocess.run(
        [*command, "--executed", str(executed)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        timeout=MAKING_S * (1 if request.param == "few" else 3),
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return folder


def _keep_executed(session, folder: Path) -> None:
    """Write what nbval got from the cells of the few lessons as ``--executed`` wants it."""
    cells: dict[Path, list] = {}
    for item in session.items:
        if hasattr(item, "test_outputs") and item.path.name.startswith(NUMBERS):
            cells.setdefault(item.path, []).append(item)
    for path, executed in cells.items():
        notebook = copy.deepcopy(executed[0].parent.nb)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        if len(code) != len(executed) or None in [cell.test_outputs for cell in executed]:
            continue  # not all of it ran here: the command executes it
        for cell, item in zip(code, executed, strict=True):
            cell.outputs = item.test_outputs
        notebook.metadata.course["fingerprint"] = fingerprint(notebook)
        target = folder / path.parent.name / path.name
        target.parent.mkdir(exist_ok=True)
        target.write_text(to_json(notebook), encoding="utf-8")


def opened(page, site: Path, path: str):
    """Open a page of the site as a file, and wait until its scripts have run."""
    page.goto((site / path).as_uri())
    page.wait_for_timeout(SETTLED_MS)
    return page


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_link_leads_somewhere(site, language):
    """What a page links to or shows is in the site, but for the lessons that were left out."""
    pages = [site / "index.html", *sorted((site / language).glob("*.html"))]
    assert f"{LESSON[language]}.html" in [file.name for file in pages]
    whole = len(list((site / language).glob("[0-9][0-9]_*.html"))) > len(NUMBERS)
    left_out = r"(?!)" if whole else r"/\d\d_\w+\.ipynb$"
    for file in pages:
        text = file.read_text(encoding="utf-8")
        for link in re.findall(r'\b(?:href|src)="([^"]+)"', text):
            parts = urlsplit(link)
            if parts.scheme or not parts.path:
                continue
            target = file.parent / unquote(parts.path)
            assert target.exists() or re.search(left_out, f"/{parts.path}"), link


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("own", [True, False])
def test_the_first_page_says_what_and_how(site, browser_page, screenshots, own, language):
    """That of both languages, and each one's own: what it is, a chart, the lessons, the line."""
    page = opened(browser_page, site, f"{language}/index.html" if own else "index.html")
    part = page.locator(".bd-article" if own else f"section:has(a[href='{language}/index.html'])")
    assert messages()["site"]["welcome"][language][:60] in part.inner_text()
    (picture,) = part.locator("img").evaluate_all("all => all.map(p => [p.alt, p.naturalWidth])")
    assert all(picture)
    assert part.locator("tbody tr").count() >= 11
    commands = part.locator("pre").all_inner_texts()
    assert any(f"-m helpers {language}" in text and "bin/python" in text for text in commands)
    assert any(f"-m helpers {language}" in text and "Scripts" in text for text in commands)
    part.locator(f"a[href*='{LESSON[language]}']").first.click()
    page.wait_for_url(f"**/{LESSON[language]}.html")
    page.go_back()
    page.screenshot(path=screenshots / f"site_first_{language}_{own}.png", full_page=True)


@pytest.mark.parametrize("language", LANGUAGES)
def test_lessons_are_whole_without_a_network(site, browser_page, screenshots, language):
    """Nothing is fetched; charts with their text, and outputs are there."""
    lessons = sorted((site / language).glob("[0-9][0-9]_*.html"))
    assert f"{LESSON[language]}.html" in [file.name for file in lessons]
    for file in lessons:
        page = opened(browser_page, site, file.relative_to(site).as_posix())
        assert [url for url in page.requested if not url.startswith(("file:", "data:"))] == []
        assert page.locator("html").get_attribute("lang") == language
        pictures = page.locator(".bd-article img").evaluate_all(
            "all => all.map(p => [p.alt, p.width])"
        )
        assert pictures or file.stem[:2] == "07", file.name  # that lesson shows texts alone
        assert all(alt and width for alt, width in pictures), file.name
        assert page.locator(".cell_output").count() > 5
        page.screenshot(path=screenshots / f"site_{language}_{file.stem}.png", full_page=True)


def test_the_other_language_is_one_click_away(site, browser_page):
    """The link at the top leads to the same lesson in the other language, and back."""
    page = opened(browser_page, site, f"es/{LESSON['es']}.html")
    for other in ("en", "es"):
        page.get_by_text(messages()["site"]["language"][other], exact=True).first.click()
        page.wait_for_url(f"**/{other}/{LESSON[other]}.html")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_word_is_found(site, browser_page, language):
    """The search works from the file system: it finds the lesson that has the word."""
    page = browser_page
    page.goto(f"{(site / language / 'search.html').as_uri()}?q=perf_counter")
    page.wait_for_selector(f"#search-results a[href^='{LESSON[language]}']", timeout=20_000)


@pytest.mark.parametrize(("language", "scheme"), [("es", "dark"), ("en", "light")])
def test_the_pages_can_be_read_by_all(site, browser_page, screenshots, scheme, language):
    """axe-core finds no violation of WCAG 2.2 AA on any page unfolded, in light and in dark.

    A page and its twin are made alike, of the same colours, so each scheme is looked at in one.
    """
    from axe_playwright_python.sync_playwright import Axe

    browser_page.emulate_media(color_scheme=scheme)
    pages = [site / "index.html", *sorted((site / language).glob("*.html"))]
    assert len(pages) >= 4
    for file in pages:
        page = opened(browser_page, site, file.relative_to(site).as_posix())
        page.evaluate("document.querySelectorAll('details').forEach(fold => fold.open = true)")
        found = Axe().run(page, options=JUDGED).response["violations"]
        told = [(v["id"], [node["html"][:200] for node in v["nodes"]][:3]) for v in found]
        assert told == [], file.name
        page.screenshot(path=screenshots / f"site_{scheme}_{language}_{file.stem}.png")


def test_axe_finds_what_is_wrong(browser_page):
    """The check of the pages can fail: grey on grey, and a picture that says nothing."""
    from axe_playwright_python.sync_playwright import Axe

    browser_page.set_content(
        '<html lang="en"><title>t</title><main><p style="color:#aaa;background:#bbb">grey</p>'
        '<img src="data:image/gif;base64,R0lGODlhAQABAAAAACw="></main></html>'
    )
    found = Axe().run(browser_page, options=JUDGED).response["violations"]
    assert {"color-contrast", "image-alt"} <= {violation["id"] for violation in found}


@pytest.mark.parametrize(
    ("visit", "display"), [(formulas.visit_inline, "inline"), (formulas.visit_block, "block")]
)
def test_a_formula_is_mathml(visit, display):
    """Amdahl's law becomes a fraction that a browser shows by itself."""
    page = SimpleNamespace(body=[])
    with pytest.raises(nodes.SkipNode):
        visit(page, nodes.math("", r"S(n) = \frac{1}{s + (1 - s) / n}"))
    assert "<mfrac>" in page.body[0]
    assert f'display="{display}"' in page.body[0]


def test_a_folder_with_other_things_is_left_alone(tmp_path):
    """A site is written into a new folder, or over a site; nothing else is deleted for it."""
    (tmp_path / "mine.txt").write_text("mine", encoding="utf-8")
    with pytest.raises(AuthoringError, match="other things"):
        make_site(ROOT, tmp_path, [NUMBERS[0]])
    assert (tmp_path / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_lesson_that_does_not_exist_is_an_error(tmp_path):
    """It names what was asked for and what there is, and nothing is written."""
    with pytest.raises(AuthoringError, match="'99'"):
        make_site(ROOT, tmp_path / "site", ["99"])
    assert not (tmp_path / "site").exists()
