"""Do slides fit? Measured in a browser."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome")
WIDTH, HEIGHT = 1280, 720  # of a slide, as in docs/slides
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
