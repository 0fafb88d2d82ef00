"""How charts look, and how they reach those who cannot see them, or see other colours."""

from __future__ import annotations

import base64
import gc
import re
import sys
import weakref
from itertools import combinations

import pytest
from IPython.core.interactiveshell import InteractiveShell
from made import CHARTS, badly_placed
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from matplotlib_inline.config import InlineBackend
from traitlets.config import Config

from helpers.classroom.style import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    STYLE,
    alternative_text,
    describe,
    figure_html,
    tables_of,
    times_as_fast,
    use_style,
)
from helpers.language import set_language, text
from seeing import (
    APART,
    VISIONS,
    contrast,
    least_distance,
    told_by_colour_alone,
    weak_marks,
    weak_texts,
)

SKY, PALE = "#56B4E9", "#D9D9D9"  # too light on white
COLOURS = STYLE["axes.prop_cycle"].by_key()["color"]


@pytest.mark.parametrize(
    ("ratio", "es", "en"),
    [
        (1.04, "igual de rápido", "equally fast"),
        (0.96, "igual de rápido", "equally fast"),
        (1.06, "1.1 veces más rápido", "1.1 times as fast"),
        (0.5, "2.0 veces más lento", "takes 2.0 times as long"),
        (1 / 3137, "3,100 veces más lento", "takes 3,100 times as long"),
    ],
)
def test_ratio_in_words(language, ratio, es, en):
    """A ratio above 1 is faster, below 1 slower, within 5 % of it neither."""
    assert times_as_fast(ratio) == text(es=es, en=en)


# ---- every chart


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_can_be_read(language, name):
    """Its texts stand apart, on a screen; it has a text, and a table unless it is a bet's."""
    figure = CHARTS[name]()
    assert figure.get_size_inches()[1] <= 10
    assert badly_placed(figure) == []
    assert len(alternative_text(figure)) > 20
    tables = tables_of(figure)
    assert len(tables) == (0 if name.startswith("bet") else 1)
    for table in tables:
        assert {len(row) for row in table.rows} == {len(table.heads)}
        assert all(isinstance(cell, str) and cell for row in table.rows for cell in row)
    for said in (alternative_text(figure), str(tables)):
        assert not re.search(r"[{}]|\bnan\b|None", said)


# one chart of many marks whenever tests run; all of them every night
LOOKED_AT = [pytest.param(name, marks=pytest.mark.slow) for name in CHARTS if name != "trouble"]


@pytest.mark.parametrize("name", ["trouble", *LOOKED_AT])
def test_every_chart_can_be_seen(name):
    """Each text has 4.5 to 1 with what is behind it, each mark 3 to 1; none is colour alone."""
    figure = CHARTS[name]()
    assert [*weak_texts(figure), *weak_marks(figure), *told_by_colour_alone(figure)] == []


def test_the_colours_stand_out_and_apart():
    """Each colour of a line has 3 to 1 with white; any two are apart for every vision.

    No text of a chart is smaller than 12 points, about the size of a notebook's text.
    """
    assert len({*COLOURS}) == len(COLOURS) == 6
    assert all(contrast(colour) >= 3 for colour in COLOURS)
    assert all(least_distance(*pair) > APART for pair in combinations(COLOURS, 2))
    assert contrast(LIGHT, BLUE) >= 3  # neighbouring blocks of a timeline
    assert min(contrast(INK), contrast(GREY)) >= 4.5
    sizes = [value for key, value in STYLE.items() if key.endswith(("labelsize", "titlesize"))]
    assert min(*sizes, STYLE["font.size"]) >= 12


# ---- the measuring can fail


def test_contrast_and_distance_are_as_published():
    """Known ratios of WCAG; red and green are near for some visions, blue and green for another."""
    assert contrast("black") == pytest.approx(21)
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)
    assert least_distance("#B07000", "#8B8000") < APART < least_distance(BLUE, INK)
    for matrix in VISIONS.values():
        assert matrix.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)


def test_what_cannot_be_seen_is_found():
    """Grey on white, ink that is half on a dark bar; light marks without a dark outline.

    Green beside vermillion of one lightness is found, unless a marker or a hatch tells them.
    """
    figure, (texts, marks, colours) = plt.subplots(1, 3)
    texts.barh(0, 1, color=INK)
    texts.set(xlim=(0, 2))
    texts.set_title("grey", color="#777777")
    texts.text(1, 0.3, "half", ha="center")
    texts.text(1, -0.3, "boxed", ha="center", bbox={"fc": "white", "ec": "none"})
    assert [found.split("'")[1] for found in weak_texts(figure)] == ["half", "grey"]
    assert weak_marks(figure) == []
    marks.barh(0, 1, fc=SKY)
    marks.barh(1, 1, fc=PALE, hatch="////", ec="#BBBBBB")
    marks.plot([1, 2], color=SKY)
    marks.fill_between([1, 2], [1, 2], fc=PALE, ec="none")
    marks.broken_barh([(0, 1), (1, 1)], (0, 1), fc=[BLUE, PALE])
    marks.barh(2, 1, fc=SKY, ec=INK)
    marks.plot([1, 2], "o", color=SKY, mec=INK)
    assert len(weak_marks(figure)) == 5
    marks.clear()
    colours.plot([1, 2], color="#8B8000")
    colours.plot([2, 1], color="#B07000")
    bars = colours.bar([0, 1], 1, color=["#8B8000", "#B07000"])
    assert len(told_by_colour_alone(figure)) == 2
    colours.lines[0].set_marker("o")
    bars.patches[0].set_hatch("//")
    assert told_by_colour_alone(figure) == []


# ---- in a notebook


def test_what_is_said_of_a_chart_is_escaped_and_keeps_no_figure():
    """The picture is a PNG in an img with the alternative text, escaped; a figure can be freed."""
    figure, _ = plt.subplots()
    describe(figure, '<b>"one" & two')
    shown = figure_html(figure)
    assert 'alt="&lt;b&gt;&quot;one&quot; &amp; two"' in shown
    data = re.search(r'src="data:image/png;base64,([^"]+)"', shown).group(1)
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "width: 900px; max-width: 100%" in shown
    plt.close("all")
    freed = weakref.ref(figure)
    del figure, _
    gc.collect()
    assert freed() is None


def test_a_chart_keeps_its_language():
    """A chart drawn in Spanish stays so, its table as its text, whatever is spoken later."""
    set_language("es")
    figure = CHARTS["one worker"]()
    set_language("en")
    for words in ("Línea de tiempo", "Qué hizo cada trabajador"):
        assert words in figure_html(figure)


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Return an IPython shell, as a kernel has one."""
    InteractiveShell.clear_instance()
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    config = Config()
    config.HistoryManager.enabled = False
    yield InteractiveShell.instance(config=config, ipython_dir=str(tmp_path / "ipython"))
    InlineBackend.clear_instance()
    InteractiveShell.clear_instance()


@pytest.mark.filterwarnings("ignore:InlineBackend._figure_formats_changed:DeprecationWarning")
def test_notebook_shows_figures_as_html(shell, monkeypatch):
    """In a notebook a figure is shown as HTML with its alternative text, and not as a bare PNG.

    The notebook's own backend shows no PNG either, and the Axes that a cell ends with nothing.
    """
    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    InlineBackend.instance(parent=shell).figure_formats = {"png"}
    shell.display_formatter.formatters["image/png"].for_type(Figure, lambda figure: b"png")
    use_style()
    figure, ax = Figure(), plt.gca()
    describe(figure, "told")
    data, _ = shell.display_formatter.format(figure)
    assert "image/png" not in data
    assert 'alt="told"' in data["text/html"]
    assert shell.display_formatter.format(ax) == ({}, {})
    assert InlineBackend.instance().figure_formats == set()
    use_style()  # a second start() finds no PNG to drop
