"""Charts of finished results: what their Axes hold, and whether their conclusions are true."""

from __future__ import annotations

from itertools import pairwise

import pytest
from made import (
    badly_placed,
    ended,
    heavy,
    hundred_squares,
    made_run,
    only_messages,
    scaled,
    sequential,
    slow_start,
    texts,
    title,
)
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from helpers.classroom import plot_times
from helpers.classroom.charts import way_name
from helpers.classroom.crossing import crossing_point
from helpers.classroom.style import alternative_text
from helpers.language import message
from helpers.parallel import Comparison
from seeing import luminance

SIZES = (1, 10, 20, 40, 80, 160)
LOOP = {n: 0.006 * n for n in SIZES}
CHEAP_POOL = {n: 0.031 + 0.003 * n for n in SIZES}
DEAR_POOL = {n: 0.03 + 0.008 * n for n in SIZES}

TIMES = {
    "pool far slower": {"sequential": 1.02e-5, "pool": 0.0312},
    "pool faster": {"sequential": [2.0, 2.1, 2.2], "pool": [1.0, 1.1, 1.3]},
    "three ways": {
        "sequential": [0.1, 0.11, 0.12],
        "threads": [0.1, 0.11, 0.12],
        "pool": [0.05, 0.06, 0.2],
    },
    "as fast": {"sequential": 1.0, "pool": 1.01},
    "all four": {"sequential": 3600.0, "threads": 3605.0, "processes": 900.0, "pool": 901.5},
    "one": {"sequential": 4.2e-5},
}
RUNS = {
    **{f"hundred squares, {n} workers": hundred_squares(n) for n in (1, 2, 4, 8)},
    "mostly start": slow_start(2),
    "mostly computing": heavy(4),
    "mostly messages": only_messages(2),
    "a loop": sequential(5),
    "with an end": ended(heavy(2), 0.2),
    "mostly an end": ended(hundred_squares(2), 0.3),
    "an hour": scaled(ended(heavy(4), 0.01), 5000),
    "microseconds": made_run("sequential", (0.0,), [(0, 2e-7, 1e-5, 100)], 1.02e-5),
}
GROWTH = {
    "pays": {"sequential": LOOP, "pool": CHEAP_POOL},
    "never pays": {"sequential": LOOP, "pool": DEAR_POOL},
    "one way": {"sequential": {n: 5e-8 * n for n in (1_000, 25_000, 50_000, 75_000, 100_000)}},
}


def comparison(times_s: dict[str, tuple[float, ...]]) -> Comparison:
    """Return a comparison with these timings."""
    return Comparison(times_s, {name: sequential() for name in times_s}, ())


# ---- plot_times


def test_bars_are_as_long_as_the_medians():
    """Each bar is the median of its way in the unit of the axis, in the order given."""
    ax = plot_times({"sequential": [0.2, 0.9, 0.4], "pool": 0.1})
    assert [bar.get_width() for bar in ax.patches] == pytest.approx([400, 100])
    assert [bar.get_y() for bar in ax.patches] == sorted(bar.get_y() for bar in ax.patches)
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[0] == 0


def test_bars_differ_in_colour_and_hatch():
    """Bars are told apart by colour and by hatch, each alone enough, for five ways."""
    bars = plot_times(dict.fromkeys("abcde", 1.0)).patches
    assert len({to_hex(bar.get_facecolor()) for bar in bars}) == 5
    assert len({bar.get_hatch() for bar in bars}) == 5


def test_neighbouring_bars_differ_without_colour():
    """In shades of grey, two bars next to each other differ in hatch or clearly in luminance."""
    bars = plot_times(dict.fromkeys("abcdefgh", 1.0)).patches
    for one, other in pairwise(bars):
        apart = abs(luminance(one.get_facecolor()) - luminance(other.get_facecolor()))
        assert one.get_hatch() != other.get_hatch() or apart > 0.2


def test_bars_are_labelled_directly(language):
    """Beside each bar stands its time, at its row, and at the axis its name in the language."""
    ax = plot_times({"sequential": [2.0, 2.1, 2.2], "pool": 1.1})
    assert [(text.xy[1], text.get_text()) for text in ax.texts] == [(0, "2.10 s"), (1, "1.10 s")]
    assert [label.get_text() for label in ax.get_yticklabels()] == [
        message("way_name.sequential"),
        message("way_name.pool"),
    ]
    assert ax.get_xlabel() == message("chart.seconds")


def test_line_covers_the_middle_half():
    """The line on a bar reaches from the first to the third quartile, and not beyond."""
    ax = plot_times({"sequential": [1.0, 2.0, 3.0, 4.0, 9.0]})
    border, line = ax.lines  # the border is white, so that it shows on any hatch
    assert list(line.get_xdata()) == list(border.get_xdata()) == [2.0, 4.0]
    (label,) = ax.texts
    assert label.xy == (4.0, 0)
    assert label.xyann[0] > 0


def test_no_line_for_too_few_timings():
    """One timing or two have no middle half."""
    ax = plot_times({"a": [1.0, 2.0], "b": 1.0})
    assert list(ax.lines) == []


@pytest.mark.parametrize(
    "ways", [("sequential", "pool"), ("pool", "threads"), ("processes", "pool")]
)
def test_way_looks_the_same_in_every_chart(ways):
    """A way of running has one colour and hatch, whatever it is compared with and in what order."""
    alone = {way: plot_times({way: 1.0}).patches[0] for way in ways}
    for bar, way in zip(plot_times(dict.fromkeys(ways, 1.0)).patches, ways, strict=True):
        assert to_hex(bar.get_facecolor()) == to_hex(alone[way].get_facecolor())
        assert bar.get_hatch() == alone[way].get_hatch()


@pytest.mark.parametrize(
    ("base_s", "other_s", "key", "times"),
    [
        (2.0, 1.0, "faster", "2.0"),
        (1.0, 3100.0, "slower", "3,100"),
        (1.0, 1.06, "slower", "1.1"),
        (1.06, 1.0, "faster", "1.1"),
    ],
)
def test_title_tells_faster_or_slower(language, base_s, other_s, key, times):
    """The title says truly how many times faster or slower than the first the other way is."""
    ax = plot_times({"sequential": base_s, "pool": other_s})
    loop = message("base_name.sequential")
    speed = message(f"chart.{key}_than", times=times, than=loop)
    assert title(ax) == message("chart.compared", way=message("way_name.pool"), speed=speed)


def test_title_of_equals(language):
    """Where two ways are within 5 percent of each other the title says that they are as fast."""
    ax = plot_times({"sequential": 1.0, "pool": 1.03})
    assert title(ax) == message(
        "chart.compared_equal",
        way=message("way_name.pool"),
        base=message("base_name.sequential"),
    )


@pytest.mark.parametrize(
    ("others", "key"),
    [
        ([0.8, 0.9, 1.2], "compared_unclear"),
        ([0.6, 0.9, 0.95], "compared"),
        ([0.8, 1.2], "compared_equal"),
        ([0.5, 1.2], "compared"),
        (0.9, "compared"),
    ],
)
def test_title_claims_nothing_where_the_middle_halves_overlap(language, others, key):
    """Where the middle halves of three timings or more overlap, no way is called faster."""
    ax = plot_times({"sequential": [0.98, 1.0, 1.02], "pool": others})
    assert _like_message(f"chart.{key}", title(ax))


def _like_message(key: str, text: str) -> bool:
    way, loop = message("way_name.pool"), message("base_name.sequential")
    if key == "chart.compared":
        kinds = [
            message(f"chart.{kind}_than", times="*", than=loop) for kind in ("faster", "slower")
        ]
        return any(text.endswith(kind.partition("*")[2]) for kind in kinds)
    named = [message(key, way=way, base=base) for base in (loop, message("way_name.sequential"))]
    return text in named


def test_title_is_about_the_best_of_the_others(language):
    """With several ways the title is about the fastest of those that are compared."""
    ax = plot_times({"sequential": 4.0, "threads": 4.2, "processes": 1.0, "pool": 2.0})
    assert title(ax).startswith(message("way_name.processes"))
    assert "4.0" in title(ax)


def test_title_of_a_single_way(language):
    """With nothing to compare to, the title is the time itself."""
    assert title(plot_times({"sequential": 0.5})) == f"{message('way_name.sequential')}: 500 ms"


def test_comparison_is_drawn_like_its_times():
    """A Comparison draws what its timings by name draw."""
    times = {"sequential": (2.0, 2.1, 2.2), "pool": (1.0, 1.1, 1.3)}
    ax, same = plot_times(comparison(times)), plot_times(times)
    assert texts(ax) == texts(same)
    assert [bar.get_width() for bar in ax.patches] == [bar.get_width() for bar in same.patches]
    assert alternative_text(ax.figure) == alternative_text(same.figure)


@pytest.mark.parametrize("name", TIMES)
def test_alternative_text_of_times(language, name):
    """The alternative text has the conclusion and every time, in the language of the page."""
    ax = plot_times(TIMES[name])
    told = alternative_text(ax.figure)
    assert told.startswith(f"{title(ax)}. ")
    for way, label in zip(TIMES[name], ax.texts, strict=True):
        assert f"{way_name(way)}: {label.get_text()}" in told


@pytest.mark.parametrize(
    "received", [{}, {"a": []}, {"a": 0.0}, {"a": 1.0, "b": -1.0}, {"a": [1, 0]}]
)
def test_times_that_cannot_be_drawn(language, received):
    """Nothing to draw, or a time that is none, gets an error that shows what was received."""
    with pytest.raises(ValueError, match="0") as caught:
        plot_times(received)
    assert str(caught.value) == message("chart.no_times", received=repr(received))


@pytest.mark.parametrize(
    "received",
    [{"a": None}, {"a": "1 s"}, {"a": float("inf")}, {"a": [1.0, float("nan")]}, [1.0, 2.0], 3.0],
    ids=str,
)
def test_times_of_another_kind(received):
    """What is no time at all gets the same clear error."""
    with pytest.raises(ValueError) as caught:  # noqa: PT011  (its whole text is compared)
        plot_times(received)
    assert str(caught.value) == message("chart.no_times", received=repr(received))


# ---- crossing


@pytest.mark.parametrize(
    ("second", "found"),
    [
        ({1: 9, 2: 9, 3: 9}, None),
        ({1: 9, 2: 1, 3: 9}, None),
        ({1: 9, 2: 9, 3: 1}, 3),
        ({1: 9, 2: 1, 3: 1}, 2),
        ({1: 1, 2: 1, 3: 1}, 1),
        ({1: 1, 2: 9, 3: 1}, 3),
        ({1: 1, 2: 5, 3: 1}, 3),
        ({2: 1, 3: 1, 4: 1}, 2),
        ({4: 1}, None),
        ({}, None),
    ],
)
def test_crossing_point(second, found):
    """It is the smallest shared number from which on the second always wins; a tie wins nothing."""
    first = {1: 5, 2: 5, 3: 5}
    assert crossing_point(first, second) == found


# ---- all of them


def drawings():
    """Return every chart of this module with its realistic data, as parameters."""
    for kind, draw, cases in (("times", plot_times, TIMES),):
        for name, data in cases.items():
            yield pytest.param(draw, data, id=f"{kind}: {name}")


@pytest.mark.parametrize(("draw", "data"), list(drawings()))
def test_texts_are_in_the_figure_and_apart(wordy, draw, data):
    """No text of a chart is cut off by the figure's edge or covers another text."""
    assert badly_placed(draw(data)) == []


def test_long_names_fit(language):
    """A learner's own long name for a way is not cut off."""
    times = {"a loop that reads the folders twice": 1.0, "pool": 2.0}
    assert badly_placed(plot_times(times)) == []


@pytest.mark.parametrize(("draw", "data"), list(drawings()))
def test_draws_into_given_axes(draw, data):
    """Given Axes are drawn into and returned, no figure is made, the neighbour stays empty."""
    figure, (left, right) = plt.subplots(1, 2)
    assert draw(data, ax=left) is left
    assert plt.get_fignums() == [figure.number]
    assert title(left)
    assert not right.has_data()


@pytest.mark.parametrize(("draw", "data"), list(drawings()))
def test_alternative_text_is_in_the_language(draw, data, language):
    """The alternative text has words of the page's language and no placeholder left open."""
    told = alternative_text(draw(data).figure)
    words = {
        "es": ("Pool", "elementos", "tiempo", "secuencial"),
        "en": ("Pool", "items", "time", "sequential"),
    }
    assert any(word in told for word in words[language])
    other = {"es": ("items", "faster", "the"), "en": ("elementos", "veces", "tiempo")}
    assert not any(f" {word} " in told for word in other[language])
    assert "{" not in told
    assert told.endswith(".")
