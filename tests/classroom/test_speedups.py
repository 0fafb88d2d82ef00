"""Speedup by number of workers: what the lines hold, and say."""

from __future__ import annotations

import pytest
from made import badly_placed, texts, title
from matplotlib import pyplot as plt
from matplotlib.colors import to_hex

from helpers.classroom import plot_speedup
from helpers.classroom.style import alternative_text, figure_html
from helpers.language import message
from helpers.parallel import Ceiling, InputError, Scaling, amdahl, gustafson


def scaling(times_s, kind="strong", how="processes", warnings=()) -> Scaling:
    """Return a scaling with these times, each repeated three times around it; the loop took 2 s."""
    repeats = {n: tuple(seconds * f for f in (1, 1.04, 0.97)) for n, seconds in times_s.items()}
    return Scaling(kind, how, (2.0, 2.1, 1.9), repeats, warnings)


TWO = scaling({1: 2.2, 2: 1.15})
EIGHT = scaling({1: 2.2, 2: 1.15, 4: 0.62, 8: 0.41})
CEILING = Ceiling((1, 2, 3, 4), ((1.0, 1.0), (1.9, 1.92), (2.8, 2.82), (3.5, 3.5)))
WIDE = {2**k: 0.98 * amdahl(0.04, 2**k) for k in range(11)}
PEAK = {n: n / (1 + 0.05 * n + 0.003 * n * n) for n in (1, 2, 4, 8, 16, 32, 64)}
LONG = "a rather long name that a learner gave to number {k}, and then went on and on"
MEASURED = {
    "two workers": TWO,
    "eight workers": EIGHT,
    "one worker": scaling({1: 2.3}),
    "weak": scaling({1: 2.2, 2: 2.3, 4: 2.6}, kind="weak"),
    "threads that take turns": scaling({1: 2.0, 2: 2.02, 4: 2.04}, how="threads"),
    "always slower": scaling({1: 9.0, 2: 6.0, 4: 7.0}),
    "thousands of times slower": {1: 2e-4, 2: 1.5e-4, 64: 1e-4},
    "better than ideal": {1: 1.0, 2: 2.4, 4: 5.9},
    "a peak": PEAK,
    "1,024 workers": WIDE,
    "measured and simulated": {"measured": {1: 0.98, 2: 1.88}, "simulated": WIDE},
    "two simulated": {"10.0 ms": PEAK, "100 ms": {n: 0.97 * n**0.9 for n in PEAK}},
    "the same twice": {"a": {1: 1.0, 2: 1.9}, "b": {1: 1.0, 2: 1.9}},
    "scalings by name": {"processes": TWO, "pool": EIGHT},
    "ten": {f"series {k}": {n: n ** (0.5 + 0.05 * k) for n in (1, 2, 4, 8, 16)} for k in range(10)},
    "long names": {LONG.format(k=k): {1: 1.0, 2: 1.9 - k / 20} for k in range(4)},
}


def line(ax, label_y, label_x):
    """Return the line that ends at a point."""
    return next(
        found
        for found in ax.lines
        if found.get_xdata()[-1] == label_x and found.get_ydata()[-1] == pytest.approx(label_y)
    )


def points(ax) -> list[tuple[list, list]]:
    """Return the coordinates of each line that has markers on it, as it was given."""
    marked = [found for found in ax.lines if found.get_marker() not in ("None", "_", "")]
    return [(list(found.get_xdata()), list(found.get_ydata())) for found in marked]


def named(ax) -> list[str]:
    """Return the names written in or beside the chart, each in one line."""
    return [text.get_text().replace("\n", " ") for text in ax.texts]


def one_line(ax) -> str:
    """Return the title in one line."""
    return title(ax).replace("\n", " ")


# ---- plot_speedup


def test_line_holds_the_speedups():
    """The line of a scaling has a marker at each number of workers, at its speedup."""
    assert points(plot_speedup(EIGHT)) == [
        ([1, 2, 4, 8], [pytest.approx(EIGHT.speedup(n)) for n in (1, 2, 4, 8)])
    ]


def test_numbers_of_workers_rise_however_they_are_given():
    """Speedups by number of workers are drawn in the order of these numbers."""
    assert points(plot_speedup({4: 3.0, 1: 1.0, 2: 1.9})) == [([1, 2, 4], [1.0, 1.9, 3.0])]


def test_spread_reaches_over_the_quartiles():
    """At each number of workers a line reaches over the middle half of the measurements."""
    ax = plot_speedup(TWO)
    spreads = [found for found in ax.lines if found.get_marker() == "_"]
    assert [list(found.get_xdata()) for found in spreads] == [[1, 1], [2, 2]]
    for found, n in zip(spreads, (1, 2), strict=True):
        assert list(found.get_ydata()) == pytest.approx(list(TWO.speedup_quartiles(n)))


def test_guides_are_drawn_and_named(language):
    """The ideal, the law and the ceiling are lines with their names at their ends."""
    ax = plot_speedup(EIGHT, ceiling=CEILING, serial_fraction=0.07)
    ideal = line(ax, 8, 8)
    assert list(ideal.get_ydata()) == list(ideal.get_xdata()) == [1, 8]
    law = line(ax, amdahl(0.07, 8), 8)
    expected = [amdahl(0.07, int(n)) for n in law.get_xdata()]
    assert list(law.get_ydata()) == pytest.approx(expected)
    ceiling = line(ax, 3.5, 8)
    assert list(ceiling.get_xdata()) == [1, 2, 3, 4, 8]
    law_name = message("speedup.amdahl", share="7")
    for name in (message("speedup.ideal"), law_name, message("speedup.ceiling")):
        assert name in named(ax)


def test_ceiling_by_numbers_ends_where_they_do():
    """A ceiling that is given as numbers is not drawn further than these go."""
    ax = plot_speedup(WIDE, ceiling={1: 1.0, 2: 1.9, 4: 3.6})
    assert list(line(ax, 3.6, 4).get_ydata()) == [1.0, 1.9, 3.6]


def test_law_beside_several_curves_says_which_one_it_is_of(language):
    """Beside several curves, the law's name has that of the first, whose fraction it is of."""
    written = " ".join(texts(plot_speedup({"mine": TWO, "yours": EIGHT}, serial_fraction=0.1)))
    assert message("speedup.law_for", law="Amdahl", name="mine") in written


def test_weak_scaling_has_gustafsons_law(language):
    """Where the work grew with the workers, the law beside it is Gustafson's."""
    ax = plot_speedup(MEASURED["weak"], serial_fraction=0.1)
    assert line(ax, gustafson(0.1, 4), 4).get_ydata()[0] == 1
    assert message("speedup.gustafson", share="10") in named(ax)


@pytest.mark.parametrize(("fraction", "share"), [(-0.04, "0"), (2.5, "100"), (0.125, "12")])
def test_measured_serial_fraction_may_be_beyond_its_range(language, fraction, share):
    """A fraction that a noisy measurement gave is drawn as the nearest possible one."""
    assert message("speedup.amdahl", share=share) in named(
        plot_speedup(TWO, serial_fraction=fraction)
    )


def test_axes_are_logarithmic_beyond_sixteen():
    """Beyond 16 workers both axes are logarithmic; up to there both begin at or near zero."""
    ax = plot_speedup(WIDE)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    ax = plot_speedup({1: 1.0, 16: 9.0})
    assert (ax.get_xscale(), ax.get_yscale()) == ("linear", "linear")
    assert ax.get_ylim()[0] == 0


def test_loop_is_drawn_where_something_is_slower(language):
    """Where a speedup is below 1, a line shows where the loop is."""
    assert message("speedup.loop") in named(plot_speedup({1: 0.9, 2: 1.8}))
    assert message("speedup.loop") not in named(plot_speedup({1: 1.0, 2: 1.8}))


def test_series_are_told_apart_without_colour():
    """Seven series differ in marker, and neighbours in dashes; each name stands at its line."""
    given = {f"series {k}": {1: 1.0, 2: 1.1 + k / 10} for k in range(7)}
    ax = plot_speedup(given)
    lines = [found for found in ax.lines if found.get_marker() not in ("None", "_", "")]
    assert len({found.get_marker() for found in lines}) == 7
    looks = {(to_hex(found.get_color()), found.get_linestyle()) for found in lines}
    assert len(looks) == 7
    ends = {text.get_text(): text.xy for text in ax.texts}
    assert all(ends[name] == (2, speedups[2]) for name, speedups in given.items())


@pytest.mark.parametrize(
    ("speedups", "key", "said"),
    [
        ({1: 0.9, 4: 3.2}, "reached", {"workers": 4, "times": "3.2", "share": "80"}),
        ({1: 1.0, 2: 2.4}, "reached", {"workers": 2, "times": "2.4", "share": "120"}),
        (
            {1: 0.9, 4: 3.2, 8: 2.0},
            "peak",
            {"workers": 4, "times": "3.2", "more": 8, "other": "2.0"},
        ),
        ({1: 0.1, 2: 0.25}, "never", {"workers": 2, "times": "4.0"}),
        ({1: 0.99, 2: 1.02}, "same", {"workers": 2}),
        ({1: 1.0}, "same", {"workers": 1}),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_title_says_how_far_it_gets(language, speedups, key, said):
    """The title has the best speedup, its share of the ideal, and a fall behind it."""
    values = {"workers": count(said["workers"])}
    if "times" in said:
        kind = "slower" if key == "never" else "faster"
        than = {} if key == "never" else {"than": message("base_name.sequential")}
        name = f"chart.{kind}_than" if than else f"chart.{kind}"
        values["speed"] = message(name, times=said["times"], **than)
    if "share" in said:
        values["share"] = said["share"]
    if "more" in said:
        values["more"] = count(said["more"])
        values["other"] = message("chart.faster", times=said["other"])
    assert one_line(plot_speedup(speedups)) == message(f"speedup.{key}", **values)


def count(n: int) -> str:
    """Return the number of workers in words of the language."""
    return message("speedup.one_worker" if n == 1 else "speedup.workers", n=n)


def test_title_of_several_is_about_the_first(language):
    """With several series, the title begins with the name of the first and says its speedup."""
    written = one_line(plot_speedup(MEASURED["measured and simulated"]))
    assert written.startswith("measured: ")
    assert message("chart.faster", times="1.9") in written


def test_warnings_stand_under_the_chart():
    """What makes a measurement worth less is shown with the chart, once."""
    noisy = scaling({1: 2.2, 2: 1.2}, warnings=("Close programs.",))
    ax = plot_speedup({"a": noisy, "b": noisy})
    assert figure_html(ax.figure).count("Close programs.") == 1


@pytest.mark.parametrize("name", MEASURED)
def test_texts_are_in_the_figure_and_apart(wordy, name):
    """No text is cut off by the figure's edge or covers another text."""
    assert badly_placed(plot_speedup(MEASURED[name])) == []


@pytest.mark.parametrize("name", MEASURED)
def test_texts_are_apart_with_all_guides(wordy, name):
    """The names of the law and of the ceiling find their place, too."""
    ax = plot_speedup(MEASURED[name], ceiling=CEILING, serial_fraction=0.07)
    assert badly_placed(ax) == []


@pytest.mark.parametrize("name", MEASURED)
def test_alternative_text(language, name):
    """The alternative text has the conclusion and the last point of every series."""
    ax = plot_speedup(MEASURED[name])
    told = alternative_text(ax.figure)
    assert told.startswith(f"{one_line(ax)}. ")
    assert told.endswith(".")
    assert "{" not in told
    for xs, _ in points(ax):
        assert count_of(xs[-1]) in told


def count_of(n: int) -> str:
    """Return the number of workers in words, with separators."""
    return message("speedup.one_worker" if n == 1 else "speedup.workers", n=f"{n:,}")


def test_alternative_text_of_the_limits(language):
    """The alternative text has what the law and the ceiling allow with most workers."""
    told = alternative_text(plot_speedup(EIGHT, ceiling=CEILING, serial_fraction=0.07).figure)
    for name, value in (
        (message("speedup.amdahl", share="7"), amdahl(0.07, 8)),
        (message("speedup.ceiling"), 3.5),
    ):
        point = message(
            "speedup.point",
            value=message("speedup.times", value=f"{value:.2f}"),
            workers=count(8),
        )
        assert f"{name}: {point}" in told


def test_alternative_text_of_many_points_is_short(language):
    """Of a thousand points some are told, the first and the last among them."""
    told = alternative_text(plot_speedup({n: float(n) for n in range(1, 1001)}).figure)
    assert count_of(1) in told
    assert count_of(1000) in told
    assert len(told) < 1000


@pytest.mark.parametrize(
    "received",
    [
        {},
        None,
        3.0,
        [1.0, 1.9],
        {"a": {}},
        {"a": 2.0},
        {1: 0.0},
        {1: -1.0},
        {1: "1"},
        {1: float("nan")},
        {0: 1.0},
        {1.5: 1.0},
        {True: 1.0},
        {"a": {1: 1.0}, "b": {2: None}},
        {1: 1.0, "b": 2.0},
    ],
    ids=str,
)
def test_what_is_no_speedup(language, received):
    """What cannot be drawn gets an error that names the chart and shows what was received."""
    with pytest.raises(InputError, match="plot_speedup"):
        plot_speedup(received)


@pytest.mark.parametrize("received", ["0.1", float("nan"), [0.1]], ids=str)
def test_what_is_no_serial_fraction(language, received):
    """What is no number gets an error that shows it."""
    with pytest.raises(InputError) as caught:
        plot_speedup(TWO, serial_fraction=received)
    assert str(caught.value) == message("speedup.bad_fraction", received=repr(received))


@pytest.mark.parametrize("received", [3.5, {}, {"a": {1: 1.0}}, {4: 3.5}], ids=str)
def test_what_is_no_ceiling(language, received):
    """What is no ceiling of any number of workers in the chart gets an error that shows it."""
    with pytest.raises(InputError) as caught:
        plot_speedup(TWO, ceiling=received)
    assert str(caught.value) == message("speedup.bad_ceiling", received=repr(received), most=2)


# ---- all of them


def test_draws_into_given_axes():
    """Given Axes are drawn into and returned, no figure is made, the neighbour stays empty."""
    figure, (left, right) = plt.subplots(1, 2)
    assert plot_speedup(MEASURED["measured and simulated"], ax=left) is left
    assert plt.get_fignums() == [figure.number]
    assert not right.has_data()
    assert texts(left)
