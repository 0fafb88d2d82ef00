"""The charts as people of every colour vision see them: pictures to look at, in a real browser."""

from __future__ import annotations

import base64
import io
import sys
from pathlib import Path

import matplotlib
import numpy as np
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from helpers.classroom.style import STYLE, picture_html
from helpers.language import speaking

sys.path.append(str(Path(__file__).parents[1] / "classroom"))

from gallery import CHARTS, drawn

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

IMAGES = Path(__file__).parents[2] / "images"
VISIONS = ("none", "protanopia", "deuteranopia", "tritanopia")
BATCH = 8  # charts on a page: so many can be looked at in one picture
_PAGE = (
    '<!doctype html><html lang="es"><title>charts</title>'
    '<body style="display: grid; grid-template-columns: 1fr 1fr">{figures}</body></html>'
)


@pytest.fixture(scope="module")
def pages() -> list[str]:
    """Every chart and every figure in Spanish, a few on a page."""
    matplotlib.use("Agg")
    with speaking("es"), plt.rc_context(STYLE):
        shown = [_shown(name) for name in CHARTS]
    figures = sorted(IMAGES.glob("*_es.svg"))
    shown += [f'<img alt="" src="data:image/svg+xml;base64,{_encoded(path)}">' for path in figures]
    batches = (shown[i : i + BATCH] for i in range(0, len(shown), BATCH))
    return [_PAGE.format(figures="".join(batch)) for batch in batches]


def _encoded(path: Path) -> str:
    return base64.b64encode(path.read_bytes()).decode()


def _shown(name: str) -> str:
    shown = picture_html(drawn(name), 80)
    plt.close("all")
    return shown


def test_the_charts_under_every_vision(pages, browser_page, screenshots):
    """A picture of each page for each vision; the browser's own simulation takes colours away."""
    browser_page.set_viewport_size({"width": 1850, "height": 1000})
    devtools = browser_page.context.new_cdp_session(browser_page)
    for number, page in enumerate(pages):
        browser_page.set_content(page)
        spread = {}
        for vision in VISIONS:
            devtools.send("Emulation.setEmulatedVisionDeficiency", {"type": vision})
            picture = browser_page.screenshot(full_page=True)
            (screenshots / f"charts_{number}_{vision}.png").write_bytes(picture)
            spread[vision] = _axis_of_red_and_green(picture)
        assert spread["deuteranopia"] < spread["none"] / 2, "the simulation was not on"


def _axis_of_red_and_green(picture: bytes) -> float:
    """Return how far reds and greens lie apart in a picture."""
    pixels = np.asarray(Image.open(io.BytesIO(picture)).convert("RGB"), dtype=float)
    return float((pixels[:, :, 0] - pixels[:, :, 1]).std())
