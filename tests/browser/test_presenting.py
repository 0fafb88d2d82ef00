"""An instructor's view: a lesson presented live, as a slide show of the notebook in JupyterLab."""

import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT, WAIT_MS
from lesson_page import LessonPage
from playwright.sync_api import expect

from helpers.language import text
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


class Show:
    """A slide show that runs."""

    def __init__(self, page):
        self.page = page

    def start(self):
        """Press the button in the notebook's toolbar, with the first cell in front."""
        self.go_to(0)
        self.page.locator("[data-command='deck:toggle']").first.click()
        self.page.wait_for_function(_PRESENTING, timeout=WAIT_MS)

    @property
    def position(self):
        """The position of the cell in front."""
        return self.page.evaluate(f"{_NOTEBOOK}.activeCellIndex")

    def places(self, *without):
        """Return the positions of the cells, without those of some slide types."""
        cells = self.page.evaluate(f"{_NOTEBOOK}.model.toJSON().cells")
        kinds = [cell["metadata"]["slideshow"]["slide_type"] for cell in cells]
        return [place for place, kind in enumerate(kinds) if kind not in without]

    def go_to(self, position):
        """Put a cell in front."""
        self.page.evaluate(f"void Object.assign({_NOTEBOOK}, {{activeCellIndex: {position}}})")

    def press(self, key, expected):
        """Press a key, and wait until the cell at the position ``expected`` is in front."""
        self.page.keyboard.press(key)
        arrived = f"{_NOTEBOOK}.activeCellIndex === {expected}"
        self.page.wait_for_function(arrived, timeout=WAIT_MS)

    def misfits(self):
        """Return what of the slide in front does not fit, once its pictures are drawn."""
        loaded = "[...document.querySelectorAll('.jp-Deck img')].every(img => img.complete)"
        self.page.wait_for_function(loaded, timeout=WAIT_MS)
        n_cells, out = self.page.evaluate(_MISFITS)
        assert n_cells
        return [f"cell {self.position}: {line}" for line in out]


@pytest.fixture
def lesson(in_language, start_lab, browser_page):
    """The lesson, executed, in a JupyterLab that the course's command opened."""
    in_language("en")
    browser_page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page = LessonPage(browser_page, PAGE_LIMIT_S)
    page.open(start_lab("en"), LESSON)
    page.run_all()
    assert page.failures() == []
    return page


@pytest.mark.slow
@pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)
def test_a_lesson_is_presented_live(lesson, screenshots):
    """From the button to the last slide by keyboard: all fits, and bets and explorers work."""
    show = Show(lesson.page)
    show.start()
    _arrows_go_from_slide_to_slide(show)
    assert _walk(show, screenshots) == []
    _a_cell_runs_on_its_slide(lesson, show)
    _bets_are_alive(lesson, show)
    assert lesson.failures() == []
    lesson.page.keyboard.press("Escape")
    lesson.page.wait_for_function(f"!({_PRESENTING})", timeout=WAIT_MS)


def _walk(show, screenshots):
    """Go through the whole lesson with the space bar; return what does not fit."""
    told, begins = show.misfits(), show.places("skip", "notes", "fragment", "")
    for place in show.places("skip", "notes")[1:]:
        show.press("Space", place)
        told += show.misfits()
        if place in begins:
            show.page.screenshot(path=screenshots / f"live_{place:02}.png")
    return told


def _arrows_go_from_slide_to_slide(show):
    _, second, *_ = show.places("skip", "notes", "subslide", "fragment", "")
    show.press("ArrowRight", second)
    show.press("ArrowLeft", 0)


def _a_cell_runs_on_its_slide(lesson, show):
    """Ctrl + Enter runs it and stays, Shift + Enter goes on, as the guide says."""
    place = lesson.position_of("start(")
    for key in ("Shift+Enter", "Control+Enter"):
        show.go_to(place)
        before = lesson.cells()[place]["execution_count"]
        lesson.page.keyboard.press(key)
        counted = f"{_NOTEBOOK}.model.toJSON().cells[{place}].execution_count > {before}"
        lesson.page.wait_for_function(counted, timeout=WAIT_MS)
        assert (show.position == place) is (key == "Control+Enter")
    title = text(es="Esta computadora", en="This computer")
    expect(lesson.page.locator(_SHOWN).get_by_text(title)).to_be_visible()


def _bets_are_alive(lesson, show):
    show.go_to(lesson.position_of('predict("4.one-a-message")'))
    options = lesson.page.locator(_SHOWN).get_by_role("radio")
    options.nth(1).check()
    expect(options.nth(1)).to_be_checked()
