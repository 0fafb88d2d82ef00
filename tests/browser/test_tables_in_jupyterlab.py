"""The data under a chart in a real JupyterLab: by the keyboard, by day and by night."""

from __future__ import annotations

import nbformat
import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.language import LANGUAGES, message, text

pytestmark = [pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT), pytest.mark.slow]

WCAG = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
THEMES = ("JupyterLab Light", "JupyterLab Dark")
CHART = """\
from helpers.classroom import explore_amdahl, plot_timeline, start
from helpers.parallel import simulate

start("{language}")
ax = plot_timeline(simulate([1e-3] * 400, 2, 2, start_s=0.01, message_s=1e-4))"""
OWN = """\
from matplotlib import pyplot as plt

_, ax = plt.subplots()
_ = ax.bar(["a", "b"], [3, 4])
_ = ax.set_title("mine")"""
CHART_CELL, OWN_CELL, EXPLORER_CELL = range(3)


@pytest.fixture
def page(in_language, start_lab, course, browser_page):
    """A function that runs a notebook: a long chart, one of a learner's own, and an explorer."""

    def opened(language):
        in_language(language)
        sources = (CHART.format(language=language), OWN, "explore_amdahl()")
        cells = [nbformat.v4.new_code_cell(source) for source in sources]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        path = f"notebooks/{language}/tables.ipynb"
        nbformat.write(notebook, course / path)
        lesson = LessonPage(browser_page, PAGE_LIMIT_S)
        lesson.open(start_lab(language), path)
        lesson.run_all()
        return lesson

    return opened


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_data_is_reached_by_keyboard_and_read_by_all(page, language, screenshots):
    """Enter unfolds the table, arrows scroll it, and axe-core finds nothing, in both themes."""
    lesson = page(language)
    shown = [lesson.shown(cell) for cell in (CHART_CELL, OWN_CELL)]
    for cell in shown:
        _unfold(lesson, cell)
    _scroll(lesson, shown[0])
    explorer = lesson.shown(EXPLORER_CELL)
    _follow(lesson, explorer)
    for theme in THEMES:
        _set_theme(lesson, theme)
        for number, cell in enumerate([*shown, explorer]):
            cell.scroll_into_view_if_needed()
            assert _violations(lesson, cell) == []
            name = f"table_{language}_{theme.split()[-1]}_{number}.png"
            cell.screenshot(path=screenshots / name)
    assert lesson.failures() == []


def _unfold(lesson, cell):
    """Unfold the data with Enter, as who has no mouse does."""
    summary = cell.locator("summary")
    expect(summary).to_have_text(message("table.summary"))
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


def _follow(lesson, cell):
    """An explorer's table stays open while a slider moves, and follows it."""
    tick = cell.get_by_role("checkbox", name=message("table.summary"))
    tick.focus()
    lesson.page.keyboard.press("Space")
    table = cell.locator("table")
    expect(table).to_be_visible()
    before = table.inner_text()
    cell.get_by_role("slider").first.focus()
    lesson.page.keyboard.press("ArrowRight")
    expect(table).not_to_have_text(before, use_inner_text=True)
    expect(table).to_be_visible()


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
