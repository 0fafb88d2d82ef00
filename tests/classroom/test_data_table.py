"""The data of every chart as a table: what it holds, how it is written, and where it stands."""

from __future__ import annotations

import datetime
import gc
import math
import re
import weakref
from html.parser import HTMLParser

import numpy as np
import pytest
from gallery import CHARTS, drawn
from made import bars, ended, heavy, hundred_squares, sequential
from matplotlib import pyplot as plt
from matplotlib.collections import PathCollection
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from helpers.classroom import plot_timeline
from helpers.classroom.data_table import MOST, NONE, Table, folded
from helpers.classroom.style import data_html, describe, figure_html, new_axes, tables_of
from helpers.classroom.timeline_table import DOING
from helpers.language import message, set_language, text


class Page(HTMLParser):
    """The elements of a piece of HTML, each with its attributes, and the texts in it."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.open: list[str] = []
        self.texts: list[tuple[str, str]] = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Note an element."""
        self.elements.append((tag, dict(attrs)))
        if tag != "img":
            self.open.append(tag)

    def handle_endtag(self, tag):
        """Elements are closed in the order in which they were opened."""
        assert self.open.pop() == tag

    def handle_data(self, data):
        """Note a text, and the element that it stands in."""
        self.texts.append((self.open[-1] if self.open else "", data))

    def texts_in(self, tag: str) -> list[str]:
        """Return the texts that stand in such elements."""
        return [said for where, said in self.texts if where == tag]

    def attributes(self, tag: str) -> list[dict[str, str | None]]:
        """Return the attributes of each such element."""
        return [attributes for name, attributes in self.elements if name == tag]


def table(ax) -> Table:
    """Return the only table of a chart."""
    [found] = tables_of(ax.figure)
    return found


# ---- every chart


@pytest.mark.parametrize("name", CHARTS)
def test_every_chart_has_its_data(language, name):
    """Under each chart there is a table in its language: as many cells as heads, nothing open."""
    figure = drawn(name)
    tables = tables_of(figure)
    assert tables
    for found in tables:
        assert found.caption
        assert len(set(found.heads)) == len(found.heads) >= 2
        assert found.rows
        assert {len(row) for row in found.rows} == {len(found.heads)}
        assert all(isinstance(cell, str) and cell for row in found.rows for cell in row)
    assert message("table.summary") in data_html(figure)
    assert "{" not in data_html(figure)


@pytest.mark.parametrize("name", CHARTS)
def test_the_data_keeps_no_figure(name):
    """A figure whose data is known is freed when nobody has it any more."""
    figure = weakref.ref(drawn(name))
    plt.close("all")
    gc.collect()
    assert figure() is None


def test_both_languages_have_the_same_figures():
    """What a table says differs by language, its figures do not."""
    for name in ("explored_amdahl", "timeline", "explored_pool"):
        figures = []
        for language in ("es", "en"):
            set_language(language)
            rows = [row for found in tables_of(drawn(name)) for row in found.rows]
            figures.append([cell for row in rows for cell in row[1:] if cell[0].isdigit()])
        assert figures[0] == figures[1] != []


def test_the_table_stays_in_the_language_of_its_chart():
    """A chart that was drawn in Spanish has a Spanish table whatever is spoken when it is shown."""
    set_language("es")
    ax = bars({"sequential": 1.0, "pool": 2.0})
    set_language("en")
    shown = figure_html(ax.figure)
    assert "Los datos en una tabla" in shown
    assert "The data" not in shown


def test_a_table_is_made_only_where_it_is_shown():
    """Drawing and describing a chart makes no table; showing it makes one."""
    made = []
    ax = new_axes()
    describe(ax, "told", tables=lambda: made.append(1) or [Table("c", ("a", "b"), [("1", "2")])])
    assert made == []
    assert figure_html(ax.figure).endswith("</details>")
    assert made == [1]


# ---- how it is written


def test_the_html_can_be_read_and_reached(language):
    """A fold with its summary; a region with a name that the keyboard reaches; heads with scope."""
    page = Page(figure_html(bars({"loop": 2.0, "pool": 1.0}).figure))
    assert page.open == []
    names = [name for name, _ in page.elements]
    assert names[:5] == ["figure", "img", "details", "summary", "div"]
    assert page.texts_in("summary") == [message("table.summary")]
    [caption] = page.texts_in("caption")
    [box] = page.attributes("div")
    assert (box["role"], box["tabindex"], box["aria-label"]) == ("region", "0", caption)
    assert "overflow: auto" in box["style"]
    assert [head["scope"] for head in page.attributes("th")] == [*["col"] * 2, *["row"] * 2]
    assert page.texts_in("td") == ["2", "1"]


def test_no_colour_is_fixed():
    """The page's colours hold, by day and by night: the table brings none but the page's own."""
    shown = data_html(bars({"sequential": 1.0}).figure)
    assert re.findall(r"(?<![-\w])(?:color|background)\s*:\s*(\w+)", shown) == ["inherit"]


def test_what_stands_in_a_table_is_escaped():
    """Names of a learner's are text, and never become elements of the page."""
    evil = '<img src=x onerror="alert(1)">&'
    shown = folded([Table(evil, (evil, evil), [(evil, evil)])])
    assert Page(shown).attributes("img") == []
    assert Page(shown).texts_in("td") == [evil]
    assert Page(shown).attributes("div")[0]["aria-label"] == evil


def test_long_data_is_cut_and_says_so(language):
    """Of more rows than can be read the first are shown, and how many there are."""
    ax = plot_timeline(heavy(2, 1000))
    page = Page(data_html(ax.figure))
    assert len(page.attributes("tr")) == 1 + MOST
    [caption] = page.texts_in("caption")
    assert caption == text(
        es=f"Qué hizo cada trabajador, y cuándo (las primeras {MOST} filas de 1,002)",
        en=f"What each worker did, and when (the first {MOST} of 1,002 rows)",
    )


def test_data_that_is_whole_says_no_number():
    """Where all rows are shown the caption is the chart's own."""
    ax = bars({"sequential": 1.0})
    assert Page(data_html(ax.figure)).texts_in("caption") == [table(ax).caption]


# ---- what it holds


def test_timeline():
    """Each start, each chunk and the end, with its worker, from when to when, in the unit."""
    run = ended(heavy(2, 4), 0.05)
    found = table(plot_timeline(run))
    doing = [row[2] for row in found.rows]
    start, work, close = (DOING[key].said() for key in ("start", "compute", "stop"))
    assert doing == [start, work, work, start, work, work, close]
    chunks = {(row[1], row[3], row[4]) for row in found.rows if row[2] == work}
    assert chunks == {
        (
            message("chart.process", number=s.worker + 1),
            f"{1e3 * s.start_s:.2f}",
            f"{1e3 * s.stop_s:.2f}",
        )
        for s in run.spans
    }
    assert found.rows[-1][1] == text(es="todos", en="all")
    assert (found.rows[-1][3], found.rows[-1][4]) == (
        f"{1e3 * run.arrived_s:.2f}",
        f"{1e3 * run.elapsed_s:.2f}",
    )


@pytest.mark.parametrize(
    "runs", [(sequential(3),), (hundred_squares(4),), (heavy(3), ended(hundred_squares(8), 0.1))]
)
def test_the_rows_of_a_timeline_are_counted_right(runs):
    """How many rows there are is known without going through them."""
    found = table(plot_timeline(*runs))
    assert found.n_rows == len(found.rows)


# ---- a learner's own figure


def own(draw) -> list[Table]:
    """Return the tables of a figure that a learner draws."""
    figure, ax = plt.subplots()
    draw(ax)
    figure_html(figure)
    return tables_of(figure)


def test_own_line(language):
    """A line's points, under the names of its axes and the chart's title."""

    def draw(ax):
        ax.plot([1, 2, 1000], [0.5, 1 / 3, 123456.789])
        ax.axhline(7)
        ax.set(xlabel="n", ylabel="s", title="mine")

    [found] = own(draw)
    rows = [("1", "0.5"), ("2", "0.333333"), ("1,000", "123,457")]
    assert found == Table("mine", ("n", "s"), rows, 3)


def test_own_series_are_named(language):
    """Several lines: each by its label, or its number where it has none; axes without names."""

    def draw(ax):
        ax.plot([1], [2], label="one")
        ax.plot([1], [3])

    [found] = own(draw)
    number = text(es="serie 2", en="series 2")
    heads = (text(es="serie", en="series"), "x", "y")
    caption = text(es="Datos del gráfico", en="Data of the chart")
    assert found == Table(caption, heads, [("one", "1", "2"), (number, "1", "3")], 2)


def test_own_bars_have_their_names():
    """A bar is called by the name on the axis, upright or lying, and has its length."""
    for draw in (lambda ax: ax.bar(["a", "b"], [3, 4]), lambda ax: ax.barh(["a", "b"], [3, 4])):
        assert own(draw)[0].rows == [("a", "3"), ("b", "4")]


def test_own_bars_at_numbers():
    """A bar at a number is called by the number."""
    assert own(lambda ax: ax.bar([10**6, 2 * 10**6], [3, 4], width=10))[0].rows == [
        ("1,000,000", "3"),
        ("2,000,000", "4"),
    ]


def test_own_points_and_dates():
    """Points of a cloud; dates as dates."""
    assert own(lambda ax: ax.scatter([1, 2], [3, 4.5]))[0].rows == [("1", "3"), ("2", "4.5")]
    day = datetime.date(2024, 2, 29)
    assert own(lambda ax: ax.plot([day], [1], "o"))[0].rows == [("2024-02-29", "1")]
    dates = np.array(["2024-02-29"], dtype="datetime64[ns]")
    assert own(lambda ax: ax.plot(dates, [1], "o"))[0].rows[0][0].startswith("2024-02-29")


def test_own_long_line_is_cut():
    """Of a line with thousands of points the first are listed, and how many there are."""
    [found] = own(lambda ax: ax.plot(range(5000)))
    assert (len(found.rows), found.n_rows) == (MOST, 5000)


class Long(np.ndarray):
    """An array that must not be gone through: a million points would hold up every display."""

    def __iter__(self):
        """Give each value, where they are few."""
        assert len(self) <= MOST
        yield from super().__iter__()

    def tolist(self):
        """Return the values, where they are few."""
        assert len(self) <= MOST
        return super().tolist()


def test_own_long_data_is_not_gone_through(monkeypatch):
    """Of a line and of a cloud no more points are looked at than the table has rows."""
    many = np.arange(5000.0)
    figure, (left, right) = plt.subplots(1, 2)
    left.plot(many)[0].set_data(many.view(Long), many.view(Long))
    places = np.column_stack((many, many)).view(Long)
    right.scatter([], [])
    monkeypatch.setattr(PathCollection, "get_offsets", lambda _: places)
    for found in tables_of(figure):
        assert (len(found.rows), found.n_rows) == (MOST, 5000)
        assert found.rows[-1] == (f"{MOST - 1}", f"{MOST - 1}")
    assert len(tables_of(figure)) == 2


def test_own_many_bars_are_not_gone_through(monkeypatch):
    """Of a histogram with thousands of bars no more are measured than the table has rows."""
    measured, height_of = [], Rectangle.get_height
    figure, ax = plt.subplots()
    ax.bar(range(MOST + 50), 1)
    monkeypatch.setattr(Rectangle, "get_height", lambda bar: measured.append(bar) or height_of(bar))
    [found] = tables_of(figure)
    assert (len(found.rows), found.n_rows) == (MOST, MOST + 50)
    assert len(measured) == MOST


def test_own_many_series_are_cut_together():
    """The rows of all series are no more than a table shows, and the points of all are counted."""
    [found] = own(lambda ax: [ax.plot(range(200)) for _ in range(3)])
    assert (len(found.rows), found.n_rows) == (MOST, 600)


def test_own_points_that_cannot_be_drawn():
    """In place of what is missing, infinite or masked stands a dash, and nothing warns."""
    ys = [4, math.nan, math.inf]
    rows = [("1", "4"), (NONE, NONE), (NONE, NONE)]
    assert own(lambda ax: ax.scatter([1, 2, 3], ys))[0].rows == rows
    assert own(lambda ax: ax.plot([1, 2], [math.nan, 4]))[0].rows == [("1", NONE), ("2", "4")]
    masked = np.ma.array([3, 4], mask=[False, True])
    assert own(lambda ax: ax.plot([1, 2], masked))[0].rows == [("1", "3"), ("2", NONE)]


@pytest.mark.parametrize(
    "draw",
    [
        lambda ax: None,
        lambda ax: ax.axvline(3),
        lambda ax: ax.imshow([[1, 2], [3, 4]]),
        lambda ax: ax.plot([], []),
        lambda ax: ax.text(0, 0, "words"),
    ],
    ids=["nothing", "a line across", "an image", "no points", "words"],
)
def test_own_figure_without_data_has_no_table(draw):
    """Where nothing can be read off, no empty table stands under the picture."""
    assert own(draw) == []
    figure, ax = plt.subplots()
    draw(ax)
    assert figure_html(figure).endswith("</figure>")


def test_own_figure_of_a_strange_kind_is_shown_all_the_same(monkeypatch):
    """What cannot be read costs the table, never the picture."""
    figure, ax = plt.subplots()
    [line] = ax.plot([1, 2])
    monkeypatch.setattr(type(line), "get_xdata", lambda *_, **__: math.nan)
    assert tables_of(figure) == []
    assert isinstance(figure, Figure)
