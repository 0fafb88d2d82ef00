"""Every chart can be seen: its texts and marks stand out, and none is told by colour alone."""

from __future__ import annotations

import pytest
from gallery import CHARTS, drawn
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from helpers.classroom.style import BLUE, GREEN, INK, LIGHT, STYLE, VERMILLION, new_axes
from helpers.language import LANGUAGES, set_language
from seeing import contrast, mark_shares, text_contrasts, weak_marks, weak_texts
from vision import VISIONS, least_distance

# Each chart is looked at where all tests run; one of many marks and texts, whenever any do.
LOOKED_AT = [
    pytest.param(name, marks=() if name == "timeline" else pytest.mark.slow) for name in CHARTS
]
SKY, PALE = "#56B4E9", "#D9D9D9"  # too light on white
APART = 15  # far more than what is noticed side by side: lines and bars lie apart


def test_contrast_is_that_of_wcag():
    """Known ratios: the extremes, and the greys next to the limit of 4.5 that WCAG's tools name."""
    assert contrast("black") == pytest.approx(21)
    assert contrast("white") == 1
    assert contrast("#767676") == pytest.approx(4.54, abs=0.005)
    assert contrast("#777777") == pytest.approx(4.48, abs=0.005)
    assert contrast("#FF0000") == pytest.approx(4.00, abs=0.005)
    assert contrast("black", "#777777") == contrast("#777777", "black")


@pytest.mark.parametrize("name", LOOKED_AT)
def test_every_chart_stands_out(name):
    """Each text has 4.5 to 1 with what is behind it, each mark 3 to 1 with what is around it."""
    for language in LANGUAGES:
        set_language(language)
        figure = drawn(name)
        contrasts = text_contrasts(figure)
        assert len(contrasts) >= 2
        assert weak_texts(contrasts) == []
    shares = mark_shares(figure)
    assert shares
    assert weak_marks(shares) == []


# ---- the measuring can fail


@pytest.mark.parametrize(
    ("colour", "ground", "ratio"), [("#777777", "white", 4.48), ("#777777", "#AAAAAA", 1.94)]
)
def test_weak_text_is_found(colour, ground, ratio):
    """Grey on white, a hair below the limit, and grey on a grey bar are found, and nothing else."""
    ax = new_axes(4, 2)
    ax.set_axis_off()
    ax.add_patch(Rectangle((0, 0), 1, 1, fc=ground, ec="none"))
    ax.text(0.5, 0.7, "grey", color=colour, ha="center")
    ax.text(0.5, 0.3, "ink", color=INK, ha="center")
    assert text_contrasts(ax.figure)["grey"] == pytest.approx(ratio, abs=0.03)
    assert [text.split(":")[0] for text in weak_texts(text_contrasts(ax.figure))] == ["'grey'"]


def test_what_is_behind_a_part_of_a_text_counts():
    """A text that is half on white and half on ink is as good as its worse half; a box mends it."""
    for box, found in ((None, ["half"]), ({"fc": "white", "ec": "none"}, [])):
        ax = new_axes(4, 2)
        ax.set_axis_off()
        ax.add_patch(Rectangle((0, 0), 0.5, 1, fc=INK))
        ax.text(0.5, 0.5, "half", ha="center", color=INK, bbox=box)
        assert [text.split("'")[1] for text in weak_texts(text_contrasts(ax.figure))] == found


def _bar(**look) -> None:
    new_axes(4, 2).barh(0, 1, **look)


BARS = {
    "sky": ({"fc": SKY}, False),
    "sky with an outline": ({"fc": SKY, "ec": INK, "lw": 0.8}, True),
    "sky with a white outline": ({"fc": SKY, "ec": "white", "lw": 0.8}, False),
    "pale, hatched": ({"fc": PALE, "hatch": "////", "ec": "#BBBBBB"}, False),
    "blue": ({"fc": BLUE}, True),
    "white with a grey outline": ({"fc": "white", "ec": "#AAAAAA", "lw": 1}, False),
}


@pytest.mark.parametrize("name", BARS)
def test_weak_bars_are_found(name):
    """A light bar on white needs an outline; a dark one does not."""
    look, seen = BARS[name]
    _bar(**look)
    assert (weak_marks(mark_shares(plt.gcf())) == []) == seen


@pytest.mark.parametrize(
    ("look", "seen"),
    [
        ({"color": SKY}, False),
        ({"color": SKY, "marker": "o", "mec": INK, "ls": "None"}, True),
        ({"color": SKY, "marker": "o", "ls": "None", "mec": "white"}, False),
        ({"color": "#BBBBBB", "ls": ":"}, False),
        ({"color": BLUE, "ls": "--"}, True),
        ({"color": SKY, "lw": 8}, False),
        ({"color": GREEN, "lw": 8}, True),
    ],
)
def test_weak_lines_are_found(look, seen):
    """A light line, thin or wide, and light markers are found; dark ones are not, gaps or none."""
    ax = new_axes(4, 2)
    ax.plot([1, 2, 3], [1, 3, 2], **look)
    assert (weak_marks(mark_shares(ax.figure)) == []) == seen


def test_a_weak_band_is_found():
    """A pale band on white is found, on any scale; with an outline it is not."""
    for edge, seen in (("none", False), (INK, True)):
        ax = new_axes(4, 2)
        ax.set_yscale("log")
        ax.fill_between([1, 2], [1, 10], [10, 100], fc=PALE, ec=edge)
        assert (weak_marks(mark_shares(ax.figure)) == []) == seen


def test_blocks_side_by_side_need_an_edge_between_them():
    """Two blocks that touch are told apart where one is light and one dark, not where both are."""
    for second, seen in ((LIGHT, True), (VERMILLION, False)):
        ax = new_axes(2.2, 1)
        ax.set_axis_off()
        ax.bar([0, 1, 2], 1, width=1, color=[BLUE, second, BLUE], ec=BLUE)
        assert (weak_marks(mark_shares(ax.figure)) == []) == seen


# ---- never colour alone


def _lines(figure) -> set[tuple]:
    """Return how each line looks: its colour, its dashes and its marker."""
    lines = [one for ax in figure.axes for one in ax.lines]
    return {(_colour(one), repr(one._unscaled_dash_pattern), one.get_marker()) for one in lines}


def _colour(line) -> str:
    """Return the colour of a line; where there are markers alone, that of their outline."""
    alone = line.get_linestyle() == "None"
    return to_hex(line.get_markeredgecolor() if alone else line.get_color())


def _faces(figure) -> set[tuple]:
    """Return how each face looks: its colour and its hatch."""
    faces = [one for ax in figure.axes for one in ax.patches if isinstance(one, Rectangle)]
    return {(to_hex(one.get_facecolor()), one.get_hatch() or "") for one in faces}


def told_by_colour_alone(looks: set[tuple]) -> list[str]:
    """Name each two looks that differ in colour alone, and too little for some vision."""
    listed = sorted(looks)
    found = []
    for i, one in enumerate(listed):
        for other in listed[i + 1 :]:
            distance, vision = least_distance(one[0], other[0])
            if one[1:] == other[1:] and distance < APART:
                found.append(f"{one} and {other}: {distance:.0f} ({vision})")
    return found


@pytest.mark.parametrize("name", LOOKED_AT)
def test_no_chart_tells_by_colour_alone(name):
    """Two lines or faces differ in dashes, marker or hatch, or in colours that all tell apart."""
    figure = drawn(name)
    assert told_by_colour_alone(_lines(figure)) == []
    assert told_by_colour_alone(_faces(figure)) == []


def test_telling_by_colour_alone_is_found():
    """Green beside vermillion of one lightness is found, unless a marker tells them apart."""
    ax = new_axes()
    ax.plot([1, 2], color="#8B8000")
    ax.plot([2, 1], color="#B07000")
    assert len(told_by_colour_alone(_lines(ax.figure))) == 1
    ax.lines[0].set_marker("o")
    assert told_by_colour_alone(_lines(ax.figure)) == []


COLOURS = STYLE["axes.prop_cycle"].by_key()["color"]


def test_the_colours_of_lines_stand_out_and_apart():
    """Each colour of a line has 3 to 1 with white; any two are apart for every vision."""
    assert len({*COLOURS}) == len(COLOURS) == 6
    for i, one in enumerate(COLOURS):
        assert contrast(one) >= 3
        assert min([least_distance(one, other)[0] for other in COLOURS[i + 1 :]] or [99]) > APART


def test_visions_differ_as_they_should():
    """Red and green are near for two, blue and green for the third; grey is grey for all."""
    assert least_distance("#B07000", "#8B8000")[1] in ("protanopia", "deuteranopia")
    assert least_distance(BLUE, GREEN)[1] == "tritanopia"
    for matrix in VISIONS.values():
        assert matrix.sum(axis=1) == pytest.approx([1, 1, 1], abs=1e-5)
