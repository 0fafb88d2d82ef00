"""A figure of plain matplotlib is told from what it holds, as a text and as a table under it."""

from __future__ import annotations

import datetime
import math
import re
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np
import pytest
from matplotlib import pyplot as plt

from helpers.classroom.own_figure import MOST, NONE, Table, folded
from helpers.classroom.style import alternative_text, figure_html, tables_of
from helpers.language import set_language, text

WORKERS, MEASURED = [1, 2, 4, 8], [1.0, 1.9, 3.1, 2.9]


def bars(ax):
    """Draw two bars under a title."""
    ax.bar(["loop", "pool"], [1.234, 0.71])
    ax.set(title="Two ways", ylabel="seconds")


def many_bars(ax):
    """Draw eight bars that lie."""
    ax.barh([f"w{n}" for n in range(8)], [3, 1, 4, 2, 9, 2, 6, 5])
    ax.set_xlabel("items")


def two_lines(ax):
    """Draw a speedup beside the ideal one, and a line across, which is no data."""
    ax.plot(WORKERS, MEASURED, "o-", label="measured")
    ax.plot(WORKERS, WORKERS, "--", label="ideal")
    ax.axhline(1)
    ax.set(xlabel="workers", ylabel="speedup")


def wave(ax):
    """Draw a line of a million points that rises, falls and rises."""
    ax.plot(np.linspace(0, 1, 1_000_001), np.sin(np.linspace(0, 7, 1_000_001)))


def cloud(ax):
    """Draw 1,000 points."""
    ax.scatter(np.arange(1000), np.arange(1000) / 10)
    ax.set(xlabel="size", ylabel="ms")


def names_and_gaps(ax):
    """Draw lines over names, one with a gap, and one without any number."""
    ax.plot(["a", "b", "c"], [3, np.nan, 2], label="p")
    ax.plot(["a", "b", "c"], [2, 2, 3], label="q")
    ax.plot(["a", "b", "c"], [np.nan] * 3)


def strange(ax):
    """Draw a line whose data cannot be read."""
    [line] = ax.plot([1, 2])
    line.get_data = lambda **_: math.nan
    ax.set_title("strange")


TOLD = {
    bars: "Two ways. seconds. 1.23 (loop), 0.71 (pool).",
    many_bars: "items. from 3 (w0) to 5 (w7); lowest 1 (w1), highest 9 (w4).",
    two_lines: "speedup against workers. measured: 1 (1), 1.9 (2), 3.1 (4), 2.9 (8); lowest 1 (1), "
    "highest 3.1 (4). ideal: 1 (1), 2 (2), 4 (4), 8 (8); lowest 1 (1), highest 8 (8).",
    wave: "from 0 (0) to 0.657 (1); lowest -1 (0.673), highest 1 (0.224).",
    cloud: "ms against size. 1,000 points; lowest 0 (0), highest 99.9 (999).",
    names_and_gaps: "p: 3 (a), 2 (c). q: 2 (a), 2 (b), 3 (c); lowest 2 (a), highest 3 (c). "
    "series 3: —.",
    lambda ax: ax.imshow(np.eye(3)): "Chart without title or axis labels.",
    lambda ax: ax.set(title="Empty", xlabel="n"): "Empty. n.",
    strange: "strange.",
}


@pytest.mark.parametrize("draw", TOLD, ids=lambda draw: draw.__name__)
def test_a_plain_figure_is_told_from_its_data(draw):
    """The text names title and axes, few values or from where to where, the extremes."""
    figure, ax = plt.subplots()
    draw(ax)
    assert alternative_text(figure) == TOLD[draw]
    assert f'alt="{TOLD[draw]}"' in figure_html(figure)


def test_it_is_told_in_the_language_of_the_page():
    """In Spanish the sentences are Spanish; the nouns are the figure's own."""
    set_language("es")
    figure, (left, right) = plt.subplots(1, 2)
    cloud(left)
    many_bars(right)
    assert alternative_text(figure) == (
        "ms según size. 1,000 puntos; mínimo 0 (0), máximo 99.9 (999). "
        "items. de 3 (w0) a 5 (w7); mínimo 1 (w1), máximo 9 (w4)."
    )


def test_of_many_lines_the_first_are_told():
    """Twenty lines are no flood of sentences: six are told, and how many more there are."""
    figure, ax = plt.subplots()
    for number in range(20):
        ax.plot([0, 1], [number, 19 - number], label=f"line {number}")
    told = alternative_text(figure)
    assert "line 5:" in told
    assert "line 6:" not in told
    assert "And 14 more series." in told


# ---- the table


def tables(draw) -> list[Table]:
    """Return the tables of a figure that a learner draws and sees."""
    figure, ax = plt.subplots()
    draw(ax)
    figure_html(figure)
    return tables_of(figure)


DAY = datetime.date(2024, 2, 29)
ROWS = [
    (lambda ax: ax.bar(["a", "b"], [3, 4]), [("a", "3"), ("b", "4")]),
    (lambda ax: ax.barh(["a", "b"], [3, 4]), [("a", "3"), ("b", "4")]),
    (lambda ax: ax.bar([10**6, 10**7], [3, 4]), [("1,000,000", "3"), ("10,000,000", "4")]),
    (lambda ax: ax.scatter([1, 2], [3, 4.5]), [("1", "3"), ("2", "4.5")]),
    (lambda ax: ax.plot([1, 2], [1 / 3, 123456.789]), [("1", "0.333333"), ("2", "123,457")]),
    (lambda ax: ax.plot([DAY], [1], "o"), [("2024-02-29", "1")]),
    (
        lambda ax: ax.plot(np.array(["2024-02-29"], dtype="datetime64[ns]"), [1], "o"),
        [("2024-02-29", "1")],
    ),
    (lambda ax: ax.plot([1], ["a"], "o"), [("1", "a")]),
    (lambda ax: ax.plot([1, 2], [math.nan, 4]), [("1", NONE), ("2", "4")]),
    (lambda ax: ax.scatter([1, 2], [4, math.inf]), [("1", "4"), (NONE, NONE)]),
    (
        lambda ax: ax.plot([1, 2], np.ma.array([3, 4], mask=[False, True])),
        [("1", "3"), ("2", NONE)],
    ),
]


@pytest.mark.parametrize(("draw", "rows"), ROWS)
def test_what_stands_in_the_table(draw, rows):
    """Lines, bars and points; numbers, names and dates; a dash in place of what is missing."""
    [table] = tables(draw)
    assert table.rows == rows
    assert table.n_rows == len(rows)


def test_heads_and_caption_are_the_figures_own(language):
    """A table is called as the chart and its columns as the axes; several series are named."""

    def two(ax):
        ax.plot([1], [2], label="one")
        ax.plot([1], [3])

    [table] = tables(two)
    caption = text(es="Datos del gráfico", en="Data of the chart")
    number = text(es="serie 2", en="series 2")
    heads = (text(es="serie", en="series"), "x", "y")
    assert table == Table(caption, heads, [("one", "1", "2"), (number, "1", "3")], 2)
    [table] = tables(bars)
    assert (table.caption, table.heads) == ("Two ways", ("x", "seconds"))
    [table] = tables(many_bars)
    assert table.heads == ("y", "items")


def test_long_data_is_cut_and_says_so(language):
    """Of more rows than can be read the first are shown, and how many there are."""
    [table] = tables(lambda ax: [ax.plot(range(200)) for _ in range(3)])
    assert (len(table.rows), table.n_rows) == (MOST, 600)
    [caption] = elements(folded([table]), "caption")
    rows = text(es="(las primeras 300 filas de 600)", en="(the first 300 of 600 rows)")
    assert caption.text == f"{table.caption} {rows}"


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: None,
        lambda ax: ax.axvline(3),
        lambda ax: ax.imshow([[1, 2], [3, 4]]),
        lambda ax: ax.plot([], []),
        lambda ax: ax.text(0, 0, "words"),
        strange,
    ],
)
def test_a_figure_without_data_has_no_table(draw):
    """Where nothing can be read off, the picture is shown, and no empty table under it."""
    assert tables(draw) == []
    assert figure_html(plt.gcf()).endswith("</figure>")


def elements(shown: str, name: str) -> list[Element]:
    """Return the elements of that name of some HTML, in which each has to be closed."""
    page = ElementTree.fromstring(f"<body>{re.sub('(<img[^>]*)>', r'<img/>', shown)}</body>")
    return list(page.iter(name))


def test_the_html_can_be_read_and_reached(language):
    """A fold with its summary; a region with a name that the keyboard reaches; heads with scope."""
    figure, ax = plt.subplots()
    bars(ax)
    shown = figure_html(figure)
    [details] = elements(shown, "details")
    assert [part.tag for part in details] == ["summary", "div"]
    assert details[0].text == text(es="Los datos en una tabla", en="The data as a table")
    box = details[1].attrib
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("region", "0", "Two ways")
    assert [caption.text for caption in elements(shown, "caption")] == ["Two ways"]
    scopes = [head.attrib["scope"] for head in elements(shown, "th")]
    assert scopes == [*["col"] * 2, *["row"] * 2]
    assert [cell.text for cell in elements(shown, "td")] == ["1.234", "0.71"]
    # the page's colours hold, by day and by night
    assert re.findall(r"(?<![-\w])(?:color|background)\s*:\s*(\w+)", shown) == ["inherit"]


def test_what_stands_in_a_table_is_escaped():
    """Names of a learner's are text, and never become elements of the page."""
    evil = '<b title="x">&'
    shown = folded([Table(evil, (evil, evil), [(evil, evil)], 1)])
    assert elements(shown, "b") == []
    assert [cell.text for cell in elements(shown, "td")] == [evil]
    assert elements(shown, "div")[0].attrib["aria-label"] == evil
