"""An instructor's view: a lesson presented live, as a slide show of the notebook in JupyterLab."""

import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT, WAIT_MS
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.language import set_language
from slides_fit import HEIGHT, WIDTH

LESSON = "notebooks/en/04_chunks_and_overhead.ipynb"

_NOTEBOOK = "window.jupyterapp.shell.currentWidget.content"
_PRESENTING = "document.body.dataset.jpDeckMode === 'presenting'"
_SHOWN = ".jp-Deck .jp-Cell.jp-deck-mod-onscreen"
# What the page scrolls, or ends beyond the screen; the notebook scrolls within itself.
_MISFITS = f"""() => {{
  const cells = [...document.querySelectorAll('{_SHOWN}')];
  const parts = [...cells, ...cells.flatMap((cell) => [...cell.querySelectorAll('pre, img')])];
  const seen = parts.filter((part) => part.checkVisibility());
  const boxes = seen.map((part) => [part.tagName, part.getBoundingClientRect()]);
  const out = boxes.filter(([, box]) => box.top < 0 || box.bottom > innerHeight
    || box.right > innerWidth).map(([name, box]) => `${{name}}: ${{box.top}} to ${{box.bottom}}`);
  const inner = document.querySelector('.jp-Deck .jp-WindowedPanel-outer');
  if (inner.scrollHeight > inner.clientHeight + 1)
    out.push(`scrolls: ${{inner.scrollHeight}} in ${{inner.clientHeight}}`);
  return [cells.length, out];
}}"""


def _places(lesson, *without):
    """Return the positions of the cells, without those of some slide types."""
    kinds = [cell["metadata"]["slideshow"]["slide_type"] for cell in lesson.cells()]
    return [place for place, kind in enumerate(kinds) if kind not in without]


def _go_to(lesson, position):
    """Put a cell in front."""
    lesson.page.evaluate(f"void Object.assign({_NOTEBOOK}, {{activeCellIndex: {position}}})")


def _press(lesson, key, expected):
    """Press a key, and wait until the cell at the position ``expected`` is in front."""
    lesson.page.keyboard.press(key)
    arrived = f"{_NOTEBOOK}.activeCellIndex === {expected}"
    lesson.page.wait_for_function(arrived, timeout=WAIT_MS)


def _misfits(lesson, position):
    """Return what of the slide in front does not fit, once its pictures are drawn."""
    loaded = "[...document.querySelectorAll('.jp-Deck img')].every(img => img.complete)"
    lesson.page.wait_for_function(loaded, timeout=WAIT_MS)
    n_cells, out = lesson.page.evaluate(_MISFITS)
    assert n_cells
    return [f"cell {position}: {line}" for line in out]


@pytest.mark.slow
@pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)
def test_a_lesson_is_presented_live(start_lab, browser_page, screenshots):
    """From the button to the last slide by keyboard: all fits, cells run, and bets are alive.

    Ctrl + Enter runs a cell and stays, Shift + Enter goes on, as the guide says.
    """
    set_language("en")
    browser_page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page, lesson = browser_page, LessonPage(browser_page, PAGE_LIMIT_S)
    lesson.open(start_lab("en"), LESSON)
    lesson.run_all()
    _go_to(lesson, 0)
    page.locator("[data-command='deck:toggle']").first.click()
    page.wait_for_function(_PRESENTING, timeout=WAIT_MS)
    _press(lesson, "ArrowRight", _places(lesson, "skip", "notes", "subslide", "fragment", "")[1])
    _press(lesson, "ArrowLeft", 0)

    told, begins = _misfits(lesson, 0), _places(lesson, "skip", "notes", "fragment", "")
    for place in _places(lesson, "skip", "notes")[1:]:
        _press(lesson, "Space", place)
        told += _misfits(lesson, place)
        if place in begins:
            page.screenshot(path=screenshots / f"live_{place:02}.png")
    assert told == []

    place = lesson.position_of("start(")
    for key in ("Shift+Enter", "Control+Enter"):
        _go_to(lesson, place)
        before = lesson.cells()[place]["execution_count"]
        page.keyboard.press(key)
        counted = f"{_NOTEBOOK}.model.toJSON().cells[{place}].execution_count > {before}"
        page.wait_for_function(counted, timeout=WAIT_MS)
        assert (page.evaluate(f"{_NOTEBOOK}.activeCellIndex") == place) is key.startswith("Control")
    expect(page.locator(_SHOWN).get_by_text("This computer")).to_be_visible()

    _go_to(lesson, lesson.position_of('predict("4.one-a-message")'))
    options = page.locator(_SHOWN).get_by_role("radio")
    options.nth(1).check()
    expect(options.nth(1)).to_be_checked()
    assert lesson.failures() == []
    page.keyboard.press("Escape")
    page.wait_for_function(f"!({_PRESENTING})", timeout=WAIT_MS)
