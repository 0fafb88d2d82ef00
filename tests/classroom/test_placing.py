"""Where texts stand: what is measured before a chart is drawn holds when it is drawn."""

from __future__ import annotations

import itertools

import pytest
from made import badly_placed
from matplotlib.text import Text

from helpers.classroom.placing import (
    Board,
    Box,
    apart,
    around,
    brief,
    brief_time,
    capitalised,
    fitted,
    name_points,
    percent,
    set_title,
    shortened,
    size_of,
    wrapped,
)
from helpers.classroom.style import new_axes

LONG = (
    "Con 1,024 procesos, 19 veces más rápido que el ciclo: el 1.9 % de lo que sería ideal, o casi"
)


@pytest.mark.parametrize("title", [False, True])
@pytest.mark.parametrize("text", ["a", "the pool wins,\nup to 1.9 times", LONG])
def test_size_is_that_of_the_drawn_text(text, title):
    """A text is as wide as it was said to be, to a twentieth, and no higher."""
    ax = new_axes()
    drawn = ax.set_title(text) if title else ax.text(0, 0, text, size=12)
    ax.figure.canvas.draw()
    box = Text.get_window_extent(drawn)
    width, height = size_of(text, title=title)
    assert width * ax.figure.dpi == pytest.approx(box.width, rel=0.05, abs=2)
    assert height * ax.figure.dpi > 0.9 * box.height


@pytest.mark.parametrize("scale", ["linear", "log"])
def test_board_knows_where_points_are(scale):
    """A corner of the data is a corner of the board, on linear and on logarithmic axes."""
    ax = new_axes()
    ax.set(xscale=scale, yscale=scale, xlim=(1, 100), ylim=(1, 10_000))
    board = Board(ax)
    assert board.at(1, 1) == pytest.approx((0, 0))
    assert board.at(100, 10_000) == pytest.approx((board.width, board.height))


def test_board_gives_no_place_twice():
    """A place is free until a text stands there, and only inside the chart."""
    board = Board(new_axes())
    middle = (board.width / 2, board.height / 2)
    assert board.find("text", [middle]) == middle
    assert board.find("text", [middle]) is None
    assert board.find("text", [(0.0, 0.0), (1.0, 1.0)]) == (1.0, 1.0)


def test_board_keeps_texts_off_lines():
    """A line of the data takes all the places along it, not only its ends."""
    ax = new_axes()
    ax.set(xlim=(0, 1), ylim=(0, 1))
    board = Board(ax)
    board.take_line([(0, 0), (1, 1)])
    assert not board.is_free(around("x", board.at(0.37, 0.37)))
    assert board.is_free(around("x", board.at(0.2, 0.8)))


def test_boxes_that_touch_do_not_meet():
    """Two boxes meet where they share room, not where they have an edge in common."""
    one = Box(0, 0, 1, 1)
    assert one.meets(Box(0.5, 0.5, 2, 2))
    assert not one.meets(Box(1, 0, 2, 1))


def test_names_of_crowded_points_are_apart():
    """However close points are, names that are written do not cover each other."""
    ax = new_axes(9, 4)
    ax.set(xlim=(0, 1), ylim=(0, 1))
    named = [(f"point {k}", 0.4 + 0.02 * k, 0.5 + 0.001 * k) for k in range(9)]
    name_points(ax, Board(ax), named)
    assert len(ax.texts) == 9
    assert badly_placed(ax) == []


@pytest.mark.parametrize(
    ("places", "low", "high"),
    [
        ([(1.0, 0.2), (1.05, 0.2), (1.1, 0.4)], 0.0, 2.0),
        ([(1.9, 0.3), (1.95, 0.3), (2.0, 0.3)], 0.0, 2.0),
        ([(0.0, 0.5), (0.0, 0.5), (0.0, 0.5)], 0.0, 1.0),
        ([(0.5, 0.1)], 0.0, 1.0),
        ([], 0.0, 1.0),
    ],
)
def test_labels_are_moved_apart(places, low, high):
    """Labels keep their order and do not touch; they keep to the limits where there is room."""
    moved = apart(places, low, high)
    heights = [height for _, height in places]
    for (one, below), (other, above) in itertools.pairwise(zip(moved, heights, strict=True)):
        assert other - one >= (below + above) / 2 - 1e-9
    if sum(heights) <= high - low:
        for at, height in zip(moved, heights, strict=True):
            assert low - 1e-9 <= at - height / 2
            assert at + height / 2 <= high + 1e-9


def test_label_alone_stays_where_it_should_be():
    """A label that has room is not moved."""
    assert apart([(0.5, 0.2), (1.5, 0.2)], 0, 2) == [0.5, 1.5]


@pytest.mark.parametrize("width_in", [2.0, 4.0, 8.0, 20.0])
def test_lines_have_room_and_are_about_as_long(width_in):
    """A text is wrapped into lines that fit, with all its words, and no word is left alone."""
    lines = wrapped(LONG, width_in)
    assert " ".join(lines) == LONG
    assert all(size_of(line)[0] <= 1.02 * width_in for line in lines)
    assert len(lines) == 1 or min(map(len, lines)) > 0.3 * max(map(len, lines))


def test_word_that_is_too_long_has_a_line():
    """A word wider than the room stands alone instead of being lost."""
    assert wrapped("a " + "x" * 100 + " b", 2.0) == ["a", "x" * 100, "b"]
    assert wrapped("", 2.0) == []


def test_no_break_space_breaks_no_line():
    """What a no-break space holds together stays in one line."""
    held = "chunks\N{NO-BREAK SPACE}of\N{NO-BREAK SPACE}1"
    assert held in wrapped(f"faster than {held} and more", 1.4)


@pytest.mark.parametrize("share", [1, 2, 3])
def test_title_fits_its_chart(share):
    """A long title is wrapped to the width of its chart, be it alone or beside others."""
    from matplotlib import pyplot as plt

    figure, axes = plt.subplots(1, share, figsize=(9, 3), layout="constrained", squeeze=False)
    for ax in axes[0]:
        set_title(ax, LONG)
    assert badly_placed(axes[0][0]) == []
    assert len(figure.axes) == share


def test_names_are_cut():
    """A name is cut to so many lines, keeps its beginning, and begins no formula."""
    assert fitted("pool") == "pool"
    assert fitted("a b " * 50).count("\n") == 1
    assert fitted("a b " * 50).endswith("…")
    assert fitted("$x and $y") == r"\$x and \$y"
    assert shortened("word " * 50, 20).endswith("…")
    assert len(shortened("word " * 50, 20)) <= 20
    assert capitalised("the Loop") == "The Loop"
    assert capitalised("") == ""


@pytest.mark.parametrize(
    ("value", "written"), [(5.0, "5"), (0.25, "0.25"), (0, "0"), (97.6, "98"), (0.0001, "0.0001")]
)
def test_brief_numbers(value, written):
    """A number has at most two digits that mean something, and no zeros behind them."""
    assert brief(value) == written
    assert percent(value / 100) == written


@pytest.mark.parametrize(
    ("seconds", "written"),
    [(0.094, "94 ms"), (9.4e-4, "940 µs"), (1.0, "1 s"), (1e-6, "1 µs"), (1000.0, "1,000 s")],
)
def test_brief_times(seconds, written):
    """A time has at most two digits that mean something, and its unit."""
    assert brief_time(seconds) == written
