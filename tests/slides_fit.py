"""Do slides fit? Measured in a browser; and a look at each lesson's, with what nbval executed."""

from __future__ import annotations

import copy
import os
import shutil
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

from helpers.authoring.slide_pages import HEIGHT, WIDTH, page_of
from helpers.authoring.slides import write_parts

ROOT = Path(__file__).resolve().parents[1]
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WAIT_MS = 120_000
READY = "window.Reveal?.isReady() && [...document.images].every(image => image.complete)"
# A chart's text has 12 points at 100 dots an inch: 14 pixels are left of 16.7.
SMALLEST = {"chart": 0.84, "text": 18, "code": 15}

MEASURE = """({width, height, smallest}) => {
  const told = [];
  const shown = (slide) => [...slide.querySelectorAll('*')].filter((part) =>
    part.checkVisibility() && !part.closest('aside.notes, math > *'));
  const leaves = [...document.querySelectorAll('.slides section:not(:has(section))')];
  for (const slide of leaves) {
    const {h, v} = Reveal.getIndices(slide);
    const first = slide.innerText.trim().slice(0, 40);
    const tell = (what) => told.push(`${h + 1}.${v + 1} "${first}": ${what}`);
    Reveal.slide(h, v, Infinity);
    const ends = (side) => Math.max(...shown(slide).map((p) => p.getBoundingClientRect()[side]));
    if (ends('bottom') > height) tell(`ends at ${ends('bottom')} of ${height}`);
    if (ends('right') > width) tell(`ends at ${ends('right')} of ${width}`);
    for (const part of shown(slide)) {
      const name = part.tagName.toLowerCase();
      const {display, fontSize, overflowY} = getComputedStyle(part);
      if (display !== 'inline' && part.clientWidth && part.scrollWidth > part.clientWidth + 1)
        tell(`${name} is wider than its place: ${part.scrollWidth} of ${part.clientWidth}`);
      if (overflowY !== 'visible' && part.scrollHeight > part.clientHeight + 1)
        tell(`${name} is higher than its place: ${part.scrollHeight} of ${part.clientHeight}`);
      const least = part.closest('pre, code') ? smallest.code : smallest.text;
      if (['p', 'li', 'td', 'th', 'pre', 'code'].includes(name) && parseFloat(fontSize) < least)
        tell(`${name} has ${fontSize}`);
      const meant = name === 'img' && parseFloat(part.style.width);
      const scale = part.clientHeight / (part.naturalHeight / part.naturalWidth * meant);
      if (meant && Math.min(scale, part.clientWidth / meant) < smallest.chart)
        tell(`a chart has ${Math.round(100 * scale)} % of its size`);
    }
  }
  return [leaves.length, told];
}"""


def find_browser() -> str:
    """Return the browser's program; without one the test is skipped, and fails where CI is set."""
    found = next(filter(None, map(shutil.which, BROWSERS)), None)
    if found is None:
        reason = f"No browser here: none of {', '.join(BROWSERS)} is on the PATH."
        (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
    return found


def misfits(page, path: Path) -> tuple[int, list[str]]:
    """Return how many slides the file at ``path`` has, and a line for all that does not fit."""
    page.set_viewport_size({"width": WIDTH, "height": HEIGHT})
    page.goto(path.as_uri())
    page.wait_for_function(READY, timeout=WAIT_MS)
    sizes = {"width": WIDTH, "height": HEIGHT, "smallest": SMALLEST}
    n_slides, told = page.evaluate(MEASURE, sizes)
    return n_slides, told


class SlidesFit(pytest.Item):
    """The slides of a lesson fit, with the outputs that nbval got from its cells just before."""

    def runtest(self) -> None:
        """Make the page of the lesson and measure it."""
        from playwright.sync_api import sync_playwright

        browser_path = find_browser()
        with TemporaryDirectory() as folder, sync_playwright() as playwright:
            path = self._page(Path(folder))
            browser = playwright.chromium.launch(
                executable_path=browser_path, args=["--no-sandbox"]
            )
            try:
                n_slides, told = misfits(browser.new_page(), path)
            finally:
                browser.close()
        assert n_slides > 5
        assert told == [], "\n".join(told)

    def _page(self, folder: Path) -> Path:
        notebook = copy.deepcopy(self.parent.nb)
        code = [cell for cell in notebook.cells if cell.cell_type == "code"]
        for cell, outputs in zip(code, self._outputs(), strict=True):
            cell.outputs = outputs
        language = self.path.parent.name
        write_parts(ROOT, folder)
        target = folder / language / "lesson.html"
        target.parent.mkdir()
        target.write_text(page_of(notebook, language, self.path.stem), encoding="utf-8")
        return target

    def _outputs(self) -> list[list[dict]]:
        outputs = [cell.test_outputs for cell in self.cells]
        if None in outputs or any(out.output_type == "error" for cell in outputs for out in cell):
            pytest.skip("not all cells of the lesson were executed")
        return outputs

    def reportinfo(self):
        """Return where this test is, and how it is called."""
        return self.path, 0, f"{self.path.parent.name}/{self.path.stem}: slides fit"


def with_looks(items: list[pytest.Item]) -> list[pytest.Item]:
    """Return the tests with a look at its slides after the last cell of each lesson."""
    looked: list[pytest.Item] = []
    for parent, group in groupby(items, key=lambda item: item.parent):
        cells = list(group)
        looked += cells
        if isinstance(parent, IPyNbFile) and all(isinstance(cell, IPyNbCell) for cell in cells):
            look = SlidesFit.from_parent(parent, name="slides fit")
            look.cells = cells
            looked.append(look)
    return looked
