"""Charts, their data and an explorer in a real JupyterLab: by keyboard, by mouse, day and night."""

from __future__ import annotations

import nbformat
import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.language import LANGUAGES, set_language, text

pytestmark = [pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT), pytest.mark.slow]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES = ("JupyterLab Light", "JupyterLab Dark")
CHART = """\
from helpers.classroom import explore_amdahl, plot_timeline, start
from helpers.parallel import simulate

start("{language}")
plot_timeline(simulate([1e-3] * 400, 2, 2, start_s=0.01, message_s=1e-4))"""
OWN = """\
from matplotlib import pyplot as plt

plt.bar(["a", "b"], [3, 4])
plt.show()"""


@pytest.mark.parametrize("language", LANGUAGES)
def test_charts_are_reached_by_all(language, start_lab, course, browser_page, screenshots):
    """Enter unfolds a table, which scrolls; an explorer follows keys and mouse, and so does its.

    axe-core finds nothing in them, in both themes.
    """
    set_language(language)
    sources = (CHART.format(language=language), OWN, "explore_amdahl()")
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    path = f"notebooks/{language}/charts.ipynb"
    nbformat.write(notebook, course / path)
    lesson = LessonPage(browser_page, PAGE_LIMIT_S)
    lesson.open(start_lab(language), path)
    lesson.run_all()
    chart, own, explorer = (lesson.shown(cell) for cell in range(3))
    for cell in (chart, own):
        _unfold(lesson, cell)
    _scroll(lesson, chart)
    _explore(lesson, explorer)
    for theme in THEMES:
        _set_theme(lesson, theme)
        for number, cell in enumerate((chart, own, explorer)):
            expect(cell.locator("img")).to_have_count(1)  # no static twin beside the explorer
            cell.scroll_into_view_if_needed()
            assert _violations(lesson, cell) == []
            name = f"chart_{language}_{theme.split()[-1]}_{number}.png"
            cell.screenshot(path=screenshots / name)
    assert lesson.failures() == []


def _unfold(lesson, cell):
    """Unfold the data with Enter, as who has no mouse does."""
    summary = cell.locator("summary")
    expect(summary).to_have_text(text(es="Los datos en una tabla", en="The data as a table"))
    expect(cell.locator("table")).not_to_be_visible()
    summary.focus()
    lesson.page.keyboard.press("Enter")
    expect(cell.locator("table")).to_be_visible()
    assert summary.bounding_box()["height"] >= 24


def _scroll(lesson, cell):
    """The long table scrolls in its box, and the box has a name for who hears the page."""
    name = text(es="Qué hizo cada trabajador, y cuándo", en="What each worker did, and when")
    box = cell.get_by_role("region", name=name)
    box.focus()
    lesson.page.keyboard.press("End")
    lesson.page.wait_for_function("box => box.scrollTop > 100", arg=box.element_handle())
    wide = "box => box.closest('.jp-OutputArea').scrollWidth <= document.body.clientWidth"
    assert box.evaluate(wide)


def _explore(lesson, cell):
    """Keys and a drag move the sliders, picture, sentence and open table with them."""
    page, (fraction, workers) = lesson.page, cell.get_by_role("slider").all()
    names = cell.locator(".widget-label:visible")
    cut = names.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).length")
    assert cut == 0, "a name is cut"
    cell.get_by_role("checkbox").focus()
    page.keyboard.press("Space")
    table, said = cell.locator("table"), cell.get_by_role("status")
    expect(table).to_be_visible()
    before = table.inner_text()
    fraction.focus()
    page.keyboard.press("ArrowRight")
    expect(table).not_to_have_text(before, use_inner_text=True)
    expect(said).to_contain_text(text(es="de 0.3 y 64 procesos", en="of 0.3 and 64 workers"))
    workers.focus()
    for _ in range(3):  # a key held down ends on its last
        page.keyboard.press("ArrowRight")
    expect(said).to_contain_text(text(es="de 0.3 y 512 procesos", en="of 0.3 and 512 workers"))
    before, box = said.inner_text(), fraction.bounding_box()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + 60, box["y"], steps=5)
    page.mouse.up()
    expect(said).not_to_have_text(before)


def _set_theme(lesson, theme):
    lesson.page.evaluate(
        f"window.jupyterapp.commands.execute('apputils:change-theme', {{theme: '{theme}'}})"
    )
    light = str(theme == THEMES[0]).lower()
    lesson.page.wait_for_function(f"document.body.dataset.jpThemeLight === '{light}'")
    lesson.page.wait_for_timeout(300)


def _violations(lesson, cell):
    """Return what axe-core finds in what a cell shows; the rest of the page is JupyterLab's.

    The handles of sliders are ipywidgets', which gives them no name that axe-core knows.
    """
    from axe_playwright_python.sync_playwright import Axe

    forget = "document.querySelectorAll('.looked-at').forEach(e => e.classList.remove('looked-at'))"
    lesson.page.evaluate(forget)
    cell.locator(".jp-OutputArea").first.evaluate("area => area.classList.add('looked-at')")
    looked_at = {"include": [".looked-at"], "exclude": [".noUi-handle"]}
    found = Axe().run(lesson.page, context=looked_at, options={"runOnly": WCAG})
    violations = found.response["violations"]
    return [(v["id"], [node["html"][:200] for node in v["nodes"]][:3]) for v in violations]
