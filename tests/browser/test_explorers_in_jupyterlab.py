"""The explorer in a real JupyterLab: moved by the keyboard and the mouse."""

import nbformat
import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT, WAIT_MS
from lesson_page import LessonPage
from playwright.sync_api import expect

IMPORTS = """\
from helpers.classroom import explore_amdahl, start

start("{language}")"""
CELL = 1  # the position of the explorer's cell


@pytest.fixture
def explorer_in_lab(in_language, start_lab, course, browser_page, screenshots):
    """A function that runs a notebook with an explorer, and returns its page and its cell."""

    def opened(call, language):
        in_language(language)
        code = (IMPORTS.format(language=language), call)
        cells = [nbformat.v4.new_code_cell(source) for source in code]
        kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
        notebook = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
        path = f"notebooks/{language}/explorer.ipynb"
        nbformat.write(notebook, course / path)
        page = LessonPage(browser_page, PAGE_LIMIT_S)
        page.open(start_lab(language), path)
        page.run_all()
        cell = page.shown(CELL)
        cell.screenshot(path=screenshots / f"{call.split('(')[0]}_{language}.png")
        assert page.failures() == []
        return page, cell

    return opened


@pytest.mark.slow
@pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)
def test_amdahl_follows_keyboard_and_mouse(explorer_in_lab):
    """In Spanish: keys and a drag change the chart, and a key held down ends on its last."""
    page, cell = explorer_in_lab("explore_amdahl()", "es")
    _shows_the_widget_alone(cell, "fracción secuencial", n_sliders=2)
    _press(page, cell, 0, "ArrowRight")
    _says(cell, "Con una fracción secuencial de 0.3 y 64 procesos")
    _press(page, cell, 1, "ArrowLeft")
    _says(cell, "Con una fracción secuencial de 0.3 y 32 procesos")
    for _ in range(4):
        page.page.keyboard.press("ArrowRight")
    _says(cell, "Con una fracción secuencial de 0.3 y 512 procesos")
    _drag(page, cell, 0, 60)
    assert page.failures() == []


def _shows_the_widget_alone(cell, name, n_sliders):
    """The controls and one picture: the static twin does not show beside them."""
    expect(cell.get_by_role("slider")).to_have_count(n_sliders)
    expect(cell.get_by_text(name, exact=True)).to_be_visible()
    expect(cell.locator("img")).to_have_count(1)
    names = cell.locator(".widget-label:visible")
    cut = names.evaluate_all("all => all.filter(e => e.scrollWidth > e.clientWidth).length")
    assert cut == 0, "a name is cut"


def _press(page, cell, number, key):
    """Press a key on a slider, and wait for another picture."""
    picture = cell.locator("img")
    before = picture.get_attribute("alt")
    cell.get_by_role("slider").nth(number).focus()
    page.page.keyboard.press(key)
    expect(picture).not_to_have_attribute("alt", before, timeout=WAIT_MS)


def _drag(page, cell, number, by_px):
    """Drag a slider's handle with the mouse; wait for another picture and another value."""
    picture, handle = cell.locator("img"), cell.get_by_role("slider").nth(number)
    before, value = picture.get_attribute("alt"), handle.get_attribute("aria-valuenow")
    handle.scroll_into_view_if_needed()
    box = handle.bounding_box()
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    page.page.mouse.move(x, y)
    page.page.mouse.down()
    page.page.mouse.move(x + by_px, y, steps=5)
    page.page.mouse.up()
    expect(picture).not_to_have_attribute("alt", before, timeout=WAIT_MS)
    assert handle.get_attribute("aria-valuenow") != value


def _says(cell, text):
    expect(cell).to_contain_text(text, timeout=WAIT_MS)
