"""A figure of plain matplotlib is told from what it holds: each line's way, bars, points."""

import datetime

import numpy as np
import pytest
from matplotlib import pyplot as plt

from helpers.classroom.own_figure import own_text
from helpers.classroom.style import alternative_text, figure_html
from helpers.language import set_language

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


def crossing(ax):
    """Draw two lines that cross at 100 on axes of powers of ten."""
    ax.loglog([10, 1000], [0.001, 0.1], label="loop")
    ax.loglog([10, 100, 1000], [0.01, 0.01, 0.01], label="pool")
    ax.set(xlabel="items", ylabel="seconds")


def wave(ax):
    """Draw a line of ten thousand points that rises, falls and rises."""
    ax.plot(np.linspace(0, 1, 10_001), np.sin(np.linspace(0, 7, 10_001)))


def cloud(ax):
    """Draw 1,000 points."""
    ax.scatter(np.arange(1000), np.arange(1000) / 10)
    ax.set(xlabel="size", ylabel="ms")


def names_and_gaps(ax):
    """Draw lines over names, one with a gap, and one without any number."""
    ax.plot(["a", "b", "c"], [3, np.nan, 2], label="p")
    ax.plot(["a", "b", "c"], [2, 2, 3], label="q")
    ax.plot(["a", "b", "c"], [np.nan] * 3, label="r")


def dates(ax):
    """Draw a line over dates."""
    ax.plot([datetime.date(2026, 1, 1), datetime.date(2026, 2, 1)], [3, 2])


TOLD = {
    bars: "Two ways. seconds. loop: 1.23; pool: 0.71. Most: loop, 1.23. Least: pool, 0.71.",
    many_bars: "items. w0: 3; w1: 1; w2: 4; w3: 2; w4: 9; w5: 2; and 2 more. "
    "Most: w4, 9. Least: w1, 1.",
    two_lines: "speedup against workers. measured: from 1 (workers 1) to 2.9 (workers 8); "
    "highest 3.1 (4). ideal: from 1 (workers 1) to 8 (workers 8). Highest at the end: ideal.",
    crossing: "seconds against items. loop: from 0.001 (items 10) to 0.1 (items 1,000). "
    "pool: from 0.01 (items 10) to 0.01 (items 1,000). Highest at the end: loop. "
    "loop and pool cross near items 100.",
    wave: "from 0 (x 0) to 0.657 (x 1); highest 1 (0.224); lowest -1 (0.673).",
    cloud: "ms against size. 1,000 points; x: 0 – 999; y: 0 – 99.9.",
    names_and_gaps: "p: from 3 (x a) to 2 (x c). q: from 2 (x a) to 3 (x c). "
    "Highest at the end: q.",
    dates: "from 3 (x 2026-01-01) to 2 (x 2026-02-01).",
    lambda ax: ax.imshow(np.eye(3)): "Chart without title or axis labels.",
    lambda ax: ax.set(title="Empty", xlabel="n"): "Empty. n.",
}


@pytest.mark.parametrize("draw", TOLD, ids=lambda draw: draw.__name__)
def test_a_plain_figure_is_told_from_its_data(draw):
    """The text names title and axes, from where to where lines go, extremes and crossings."""
    figure, ax = plt.subplots()
    draw(ax)
    assert own_text(figure) == TOLD[draw]
    assert alternative_text(figure) == TOLD[draw]
    assert f'alt="{TOLD[draw]}"' in figure_html(figure)


def test_it_is_told_in_the_language_of_the_page():
    """In Spanish the sentences are Spanish; the nouns are the figure's own."""
    set_language("es")
    figure, (left, right) = plt.subplots(1, 2)
    crossing(left)
    bars(right)
    assert own_text(figure) == (
        "seconds según items. loop: de 0.001 (items 10) a 0.1 (items 1,000). "
        "pool: de 0.01 (items 10) a 0.01 (items 1,000). Más alta al final: loop. "
        "loop y pool se cruzan cerca de items 100. "
        "Two ways. seconds. loop: 1.23; pool: 0.71. Mayor: loop, 1.23. Menor: pool, 0.71."
    )


def test_of_many_lines_the_first_are_told():
    """Twenty lines are no flood of sentences: six are told, and how many more there are."""
    figure, ax = plt.subplots()
    for number in range(20):
        ax.plot([0, 1], [number, 19 - number], label=f"line {number}")
    told = own_text(figure)
    assert "And 14 more lines." in told
    assert "line 6:" not in told
    assert len(told.split()) < 150
