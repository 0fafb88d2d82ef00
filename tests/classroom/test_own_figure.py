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
from matplotlib.figure import Figure

from helpers.classroom.own_figure import MOST, NONE, Table, folded
from helpers.classroom.style import alternative_text, figure_html, tables_of
from helpers.language import set_language, text

MANY = np.linspace(0, 1, 1_000_001)
DAY = datetime.date(2024, 2, 29)
DAYS = np.array(["2024-02-29"], dtype="datetime64[ns]")
MASKED = np.ma.array([3, 4], mask=[False, True])


def named(ax):
    """Draw two bars with a title and a name at the side."""
    ax.bar(["loop", "pool"], [1.234, 0.71])
    ax.set(title="Two ways", ylabel="seconds")


def two_lines(ax):
    """Draw a speedup beside the ideal one, and a line across, which is no data."""
    ax.plot([1, 2, 4], [1.0, 1.9, 1.8], "o-", label="measured")
    ax.plot([1, 2, 4], [1, 2, 4], "--")
    ax.axhline(1)
    ax.set(xlabel="workers", ylabel="speedup")


def strange(ax):
    """Draw a line whose data cannot be read."""
    [line] = ax.plot([1, 2])
    line.get_data = lambda **_: math.nan


# What is drawn, what is said of it, and how its table begins.
DRAWN = [
    (named, "Two ways. seconds. 1.23 (loop), 0.71 (pool).", [("loop", "1.234"), ("pool", "0.71")]),
    (
        two_lines,
        "speedup against workers. measured: 1 (1), 1.9 (2), 1.8 (4); lowest 1 (1), highest 1.9 (2)."
        " series 2: 1 (1), 2 (2), 4 (4); lowest 1 (1), highest 4 (4).",
        [("measured", "1", "1"), ("measured", "2", "1.9")],
    ),
    (
        lambda ax: ax.barh(list("abcdefgh"), [3, 1, 4, 2, 9, 2, 6, 5]),
        "from 3 (a) to 5 (h); lowest 1 (b), highest 9 (e).",
        [("a", "3"), ("b", "1")],
    ),
    (
        lambda ax: ax.plot(MANY, np.sin(7 * MANY)),
        "from 0 (0) to 0.657 (1); lowest -1 (0.673), highest 1 (0.224).",
        [("0", "0")],
    ),
    (
        lambda ax: ax.scatter(np.arange(1000), np.arange(1000) / 10),
        "points: 1,000; lowest 0 (0), highest 99.9 (999).",
        [("0", "0"), ("1", "0.1")],
    ),
    (lambda ax: ax.bar([10**6], [3]), "3 (1,000,000).", [("1,000,000", "3")]),
    (lambda ax: ax.plot([1], [123456.789]), "123,000 (1).", [("1", "123,457")]),
    (lambda ax: ax.plot([DAY], [1], "o"), "1 (2024-02-29).", [("2024-02-29", "1")]),
    (lambda ax: ax.plot(DAYS, [1], "o"), "1 (2024-02-29).", [("2024-02-29", "1")]),
    (lambda ax: ax.plot([1], ["a"], "o"), "points: 1.", [("1", "a")]),
    (lambda ax: ax.plot(["a", "b"], [math.nan, 4]), "4 (b).", [("a", NONE), ("b", "4")]),
    (lambda ax: ax.plot(["a"], [math.nan]), "—.", [("a", NONE)]),
    (lambda ax: ax.scatter([1, 2], [4, math.inf]), "4 (1).", [("1", "4"), (NONE, NONE)]),
    (lambda ax: ax.plot([1, 2], MASKED), "3 (1).", [("1", "3"), ("2", NONE)]),
    (lambda ax: ax.set(title="Empty", xlabel="n"), "Empty. n.", None),
    *(
        (draw, "Chart without title or axis labels.", None)
        for draw in (
            lambda ax: None,
            lambda ax: ax.axvline(3),
            lambda ax: ax.imshow([[1, 2], [3, 4]]),
            lambda ax: ax.plot([], []),
            strange,
        )
    ),
]


def figure_of(*draw) -> Figure:
    """Return a figure with an Axes for each of these drawings, as a learner makes it."""
    figure, axes = plt.subplots(1, len(draw), squeeze=False)
    for ax, one in zip(axes[0], draw, strict=True):
        one(ax)
    return figure


@pytest.mark.parametrize(("draw", "told", "rows"), DRAWN)
def test_a_plain_figure_is_told_from_its_data(draw, told, rows):
    """Few values are told one by one, else from where to where, and the extremes.

    The table has numbers, names and dates, and a dash in place of what is missing; where nothing
    can be read off, there is no table under the picture.
    """
    figure = figure_of(draw)
    shown = figure_html(figure)
    assert f'alt="{told}"' in shown
    assert [table.rows[: len(rows)] for table in tables_of(figure)] == ([rows] if rows else [])
    assert ("<table" in shown) is bool(rows)


def test_it_is_told_in_the_language_of_the_page():
    """In Spanish the sentences are Spanish; the nouns are the figure's own."""
    set_language("es")
    figure = figure_of(two_lines, lambda ax: ax.plot(range(9)))
    assert alternative_text(figure) == (
        "speedup según workers. measured: 1 (1), 1.9 (2), 1.8 (4); mínimo 1 (1), máximo 1.9 (2). "
        "serie 2: 1 (1), 2 (2), 4 (4); mínimo 1 (1), máximo 4 (4). "
        "de 0 (0) a 8 (8); mínimo 0 (0), máximo 8 (8)."
    )


def test_long_data_is_cut_and_says_so(language):
    """Twenty lines are no flood of sentences: six are told, and how many more there are.

    Of more rows than can be read the first are shown, and how many there are.
    """
    figure = figure_of(lambda ax: [ax.plot(range(30)) for _ in range(20)])
    told = alternative_text(figure)
    assert text(es="serie 6:", en="series 6:") in told
    assert text(es="serie 7:", en="series 7:") not in told
    assert text(es="Y 14 series más.", en="And 14 more series.") in told
    [table] = tables_of(figure)
    assert (len(table.rows), table.n_rows) == (MOST, 600)
    [caption] = elements(folded([table]), "caption")
    rows = text(es="(las primeras 300 filas de 600)", en="(the first 300 of 600 rows)")
    assert caption.text == f"{table.caption} {rows}"


def test_heads_and_caption_are_the_figures_own(language):
    """A table is called as the chart and its columns as the axes; several series are named."""
    [table, bars, lying] = tables_of(
        figure_of(two_lines, named, lambda ax: ax.barh(["a"], [1]) and ax.set_xlabel("items"))
    )
    assert table.caption == text(es="Datos del gráfico", en="Data of the chart")
    assert table.heads == (text(es="serie", en="series"), "workers", "speedup")
    assert table.rows[-1] == (text(es="serie 2", en="series 2"), "4", "4")
    assert (bars.caption, bars.heads) == ("Two ways", ("x", "seconds"))
    assert lying.heads == ("y", "items")


def elements(shown: str, name: str) -> list[Element]:
    """Return the elements of that name of some HTML, in which each has to be closed."""
    page = ElementTree.fromstring(f"<body>{re.sub('(<img[^>]*)>', r'<img/>', shown)}</body>")
    return list(page.iter(name))


def test_the_html_can_be_read_and_reached(language):
    """A fold with its summary; a region with a name that the keyboard reaches; heads with scope.

    Names of a learner's are text, and never become elements of the page.
    """
    evil = '<b title="x">&'
    shown = folded([Table(evil, (evil, evil), [(evil, evil)], 1)])
    assert elements(shown, "b") == []
    assert [cell.text for cell in elements(shown, "td")] == [evil]
    [details] = elements(shown, "details")
    assert [part.tag for part in details] == ["summary", "div"]
    assert details[0].text == text(es="Los datos en una tabla", en="The data as a table")
    box = details[1].attrib
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("region", "0", evil)
    assert [caption.text for caption in elements(shown, "caption")] == [evil]
    assert [head.attrib["scope"] for head in elements(shown, "th")] == ["col", "col", "row"]
    # the page's colours hold, by day and by night
    assert re.findall(r"(?<![-\w])(?:color|background)\s*:\s*(\w+)", shown) == ["inherit"]
