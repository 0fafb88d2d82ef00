"""How charts look, and how they reach those who cannot see them."""

from __future__ import annotations

import base64
import gc
import re
import sys
import weakref
from html import unescape

import pytest
from IPython.core.interactiveshell import InteractiveShell
from made import bars
from matplotlib import pyplot as plt
from matplotlib.figure import Figure
from traitlets.config import Config

from helpers.classroom import style
from helpers.classroom.own_figure import own_text
from helpers.classroom.style import (
    GREY,
    INK,
    STYLE,
    alternative_text,
    describe,
    figure_html,
    new_axes,
    tables_of,
    times_as_fast,
    unit_for,
    use_style,
)
from helpers.language import message, messages, set_language
from seeing import contrast


@pytest.mark.parametrize(
    ("longest_s", "unit"),
    [(3600, "seconds"), (1, "seconds"), (0.99, "milliseconds"), (1e-3, "milliseconds"),
     (9e-4, "microseconds"), (1e-8, "microseconds")],
)  # fmt: skip
def test_unit_of_an_axis(language, longest_s, unit):
    """An axis has the unit in which its numbers are short, named in the learner's language."""
    assert unit_for(longest_s).name == messages()["chart"][unit][language]


def test_units_have_their_size():
    """A second, a millisecond and a microsecond are as long as they are."""
    assert [unit_for(longest).size_s for longest in (2, 0.2, 2e-4)] == [1.0, 1e-3, 1e-6]


@pytest.mark.parametrize(
    ("ratio", "key", "times"),
    [
        (1.0, "as_fast", None),
        (1.04, "as_fast", None),
        (0.96, "as_fast", None),
        (1.06, "faster", "1.1"),
        (1.94, "faster", "1.9"),
        (0.5, "slower", "2.0"),
        (1 / 3137, "slower", "3,100"),
    ],
)
def test_ratio_in_words(language, ratio, key, times):
    """A ratio above 1 is faster, below 1 slower, within 5 % of it neither."""
    expected = message(f"chart.{key}", times=times) if times else message(f"chart.{key}")
    assert times_as_fast(ratio) == expected


def test_html_of_a_chart_has_its_alternative_text(language):
    """The picture is a PNG inside an img whose alt is the chart's alternative text, escaped."""
    ax = bars({'<b>"one" & two': 1.0, "pool": 2.0})
    shown = figure_html(ax.figure)
    alt = re.search(r'<img alt="([^"]*)"', shown).group(1)
    assert unescape(alt) == alternative_text(ax.figure)
    assert "<b>" not in shown
    data = re.search(r'src="data:image/png;base64,([^"]+)"', shown).group(1)
    assert base64.b64decode(data).startswith(b"\x89PNG")
    assert "width: 900px; max-width: 100%" in shown


def test_alternative_text_goes_with_its_figure():
    """A description is kept as long as its figure, and no figure is kept by its description."""
    ax = new_axes()
    describe(ax, "told")
    assert alternative_text(ax.figure) == "told"
    figure = weakref.ref(ax.figure)
    plt.close("all")
    del ax
    gc.collect()
    assert figure() is None


def two_charts(first="pool", second="threads"):
    """Return a figure with a chart at the left and another at the right, drawn last to first."""
    figure, (left, right) = plt.subplots(1, 2)
    bars({"sequential": 1.0, second: 3.0}, ax=right)
    bars({"sequential": 1.0, first: 2.0}, ax=left)
    return figure


def test_each_chart_of_a_figure_is_described(language):
    """Two charts in a figure: both are in its alternative text, and both tables stand under it."""
    figure = two_charts()
    left, right = (ax.get_title("left").replace("\n", " ") for ax in figure.axes)
    shown = unescape(figure_html(figure))
    alt = re.search(r'<img alt="([^"]*)"', shown).group(1)
    assert alt == alternative_text(figure)
    assert alt.startswith(f"{left}. ")
    assert f" {right}. " in alt
    assert [table.caption for table in tables_of(figure)] == [left, right]
    assert re.findall("<caption.*?>(.*?)</caption>", shown) == [left, right]
    assert shown.count("<details") == 1


def test_a_chart_that_is_drawn_again_is_told_once():
    """What is drawn on the same Axes takes the place of what was told of them, and no other's."""
    figure = two_charts("before")
    bars({"sequential": 1.0, "after": 2.0}, ax=figure.axes[0])
    told, rows = alternative_text(figure), [row[0] for t in tables_of(figure) for row in t.rows]
    assert "after" in told
    assert "before" not in told
    assert alternative_text(two_charts("after")) == told
    assert "after" in rows
    assert "before" not in rows
    assert len(tables_of(figure)) == 2


def test_only_charts_that_are_there_are_told():
    """A chart that was taken away is not told any more."""
    figure = two_charts()
    left, right = figure.axes
    left.remove()
    assert alternative_text(figure).startswith(right.get_title("left"))
    assert len(tables_of(figure)) == 1
    figure.clear()
    assert alternative_text(figure) == own_text(figure)


def test_each_chart_of_a_figure_keeps_its_language():
    """Charts that were drawn in two languages have each its own, the table as the text."""
    figure, (left, right) = plt.subplots(1, 2)
    for ax, spoken in ((left, "es"), (right, "en")):
        set_language(spoken)
        bars({"sequential": 1.0, "pool": 2.0}, ax=ax)
    assert [table.heads[0] for table in tables_of(figure)] == ["manera", "way"]


@pytest.fixture
def shell(tmp_path, monkeypatch):
    """Return an IPython shell, as a kernel has one."""
    InteractiveShell.clear_instance()
    monkeypatch.setitem(sys.modules, "__main__", sys.modules["__main__"])
    config = Config()
    config.HistoryManager.enabled = False
    yield InteractiveShell.instance(config=config, ipython_dir=str(tmp_path / "ipython"))
    InteractiveShell.clear_instance()


def test_notebook_shows_figures_as_html(shell):
    """In a notebook a figure is shown as HTML with its alternative text, and not as a bare PNG."""
    png = shell.display_formatter.formatters["image/png"]
    png.for_type(Figure, lambda figure: b"png")
    use_style()
    ax = bars({"sequential": 1.0, "pool": 2.0})
    data, _ = shell.display_formatter.format(ax.figure)
    assert "image/png" not in data
    assert f'alt="{alternative_text(ax.figure)}"' in data["text/html"]
    use_style()  # a second start() finds no PNG to drop


@pytest.mark.filterwarnings("ignore:InlineBackend._figure_formats_changed:DeprecationWarning")
def test_inline_backend_is_told_not_to_show_a_png(shell, monkeypatch):
    """Where the notebook's own backend draws, its PNG is switched off before it shows any."""
    from matplotlib_inline.config import InlineBackend

    monkeypatch.setattr(plt, "get_backend", lambda: "module://matplotlib_inline.backend_inline")
    InlineBackend.instance(parent=shell).figure_formats = {"png"}
    try:
        use_style()
        assert InlineBackend.instance().figure_formats == set()
    finally:
        InlineBackend.clear_instance()


def test_style_without_a_notebook(monkeypatch):
    """Outside of a notebook use_style sets the style and does no more."""
    monkeypatch.setattr(style, "get_ipython", lambda: None)
    with plt.rc_context():
        plt.rcdefaults()
        plt.switch_backend("Agg")
        use_style()
        assert {key: plt.rcParams[key] for key in STYLE} == STYLE


@pytest.mark.parametrize("colour", [INK, GREY])
def test_text_colours_stand_out(colour):
    """Text is at least 4.5 to 1 darker than the white that it stands on (WCAG 2.2, level AA)."""
    assert contrast(colour) >= 4.5


def test_texts_are_as_large_as_the_notebooks():
    """No text of a chart is smaller than 12 points, about the size of a notebook's text."""
    sizes = [value for key, value in STYLE.items() if key.endswith(("labelsize", "titlesize"))]
    assert min(*sizes, STYLE["font.size"]) >= 12


def test_language_of_the_next_chart():
    """A chart drawn after a change of language speaks the new one; the older keeps its own."""
    set_language("es")
    before = bars({"sequential": 1.0, "pool": 2.0})
    set_language("en")
    after = bars({"sequential": 1.0, "pool": 2.0})
    assert "Tiempos" in alternative_text(before.figure)
    assert "Times" in alternative_text(after.figure)
