"""The speedup of a cluster up to thousands of workers: what the chart holds, and says."""

from __future__ import annotations

import pytest
from made import badly_placed, texts, title

from helpers.classroom import plot_cluster_scaling
from helpers.classroom.style import alternative_text
from helpers.language import message
from helpers.parallel import CostModel, InputError, cluster_scaling

pytestmark = pytest.mark.timeout(60)

MODEL = CostModel(
    how="dask",
    message_s=4e-3,
    full_message_s=4e-3,
    worker_message_s=1e-3,
    latency_s=8e-3,
    connect_s=0.01,
).spread_out()
COSTS_S = [0.005] * 20_000
ONE = cluster_scaling(COSTS_S, MODEL, chunksize=50)
SEVERAL = {f"{size} files": cluster_scaling(COSTS_S, MODEL, chunksize=size) for size in (1, 10, 50)}
FREE = cluster_scaling([1.0] * 3_000, MODEL, max_workers=100)
BUSY = cluster_scaling([1e-5] * 2_000, MODEL)
UNLIMITED = cluster_scaling([1.0] * 2_000, CostModel())
GIVEN = {
    "one": (ONE, None),
    "one and what was measured": (ONE, {1: 0.95, 2: 1.8}),
    "several": (SEVERAL, None),
    "several and what was measured": (SEVERAL, {1: 0.8, 2: 1.5}),
    "a scheduler that keeps up": (FREE, None),
    "a scheduler that cannot": (BUSY, {1: 0.002, 2: 0.003}),
    "no limit": (UNLIMITED, None),
    "one worker": (cluster_scaling([1.0], MODEL, max_workers=1), None),
    "a few": (cluster_scaling([0.1] * 100, MODEL, max_workers=40), {1: 0.97, 2: 1.9}),
    "long names": (dict.fromkeys(["a rather long name that goes on and on", "b"], ONE), None),
}


def one_line(ax) -> str:
    """Return the title in one line."""
    return title(ax).replace("\n", " ")


def marks(ax) -> list[tuple[float, float]]:
    """Return where the limits are marked."""
    found = [line for line in ax.lines if line.get_marker() == "X" and len(line.get_xdata()) == 1]
    return [(line.get_xdata()[0], line.get_ydata()[0]) for line in found]


def count(n: int) -> str:
    """Return the number of workers in words of the language."""
    return message("speedup.one_worker" if n == 1 else "speedup.workers", n=f"{n:,}")


def test_the_line_holds_the_predicted_speedups():
    """The curve has each number of workers that was simulated, at its speedup."""
    ax = plot_cluster_scaling(ONE)
    curves = [dict(zip(*line.get_data(), strict=True)) for line in ax.lines]
    assert ONE.speedups in curves
    assert {1: 1.0, 10_000: 10_000.0} in curves
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")


def test_the_limit_is_marked_on_the_curve():
    """At the scheduler's limit stands a mark, as high as the curve is there."""
    [(limit, height)] = marks(plot_cluster_scaling(ONE))
    assert limit == ONE.limit == pytest.approx((0.25 + 1e-3) / 4e-3)
    below = max(n for n in ONE.speedups if n <= limit)
    above = min(n for n in ONE.speedups if n > limit)
    assert ONE.speedups[below] <= height <= ONE.speedups[above]


def test_each_curve_has_its_limit(language):
    """Several curves are named, and each has its own limit; the words stand once."""
    ax = plot_cluster_scaling(SEVERAL)
    assert [x for x, _ in marks(ax)] == [one.limit for one in SEVERAL.values()]
    written = [text.replace("\n", " ") for text in texts(ax)]
    assert {*SEVERAL, message("speedup.ideal")} <= set(written)
    words = message("cluster_chart.limit", workers="63")
    assert written.count(words) == 1
    assert {"1.5", "13"} <= set(written)


@pytest.mark.parametrize("given", [FREE, BUSY, UNLIMITED], ids=["free", "busy", "unlimited"])
def test_no_limit_is_marked_beyond_the_chart(given):
    """A limit beyond the last number of workers, or below one, is not marked."""
    assert marks(plot_cluster_scaling(given)) == []


def test_what_was_measured_is_drawn_and_named(language):
    """Measured speedups are rings of their own, with their name."""
    ax = plot_cluster_scaling(ONE, measured={2: 1.8, 1: 0.95})
    rings = [line for line in ax.lines if line.get_markerfacecolor() == "none"]
    assert [(list(r.get_xdata()), list(r.get_ydata())) for r in rings] == [([1, 2], [0.95, 1.8])]
    assert message("cluster_chart.measured") in texts(ax)


@pytest.mark.parametrize(
    ("given", "key", "said"),
    [
        (ONE, "reached", {"workers": "63"}),
        (FREE, "free", {"most": 100}),
        (BUSY, "busy", {}),
        (UNLIMITED, "free", {"most": 10_000}),
    ],
    ids=["reached", "free", "busy", "unlimited"],
)
def test_title_says_what_limits(language, given, key, said):
    """The title has the limit and the best speedup, or that the scheduler keeps up."""
    values = dict(said)
    if "most" in values:
        values["most"] = count(values["most"])
    written = one_line(plot_cluster_scaling(given))
    before, after = message(f"cluster_chart.{key}", **values, speed="|").split("|")
    assert written.startswith(before)
    assert written.endswith(after)
    kind = "slower" if key == "busy" else "faster"
    assert message(f"chart.{kind}", times="|").split("|")[1] in written


def test_title_of_several_is_about_the_first(language):
    """With several curves the title begins with the first one's name."""
    assert one_line(plot_cluster_scaling(SEVERAL)).startswith("1 files: ")


@pytest.mark.parametrize("name", GIVEN)
def test_texts_are_in_the_figure_and_apart(wordy, name):
    """No text is cut off by the figure's edge or covers another text."""
    given, measured = GIVEN[name]
    assert badly_placed(plot_cluster_scaling(given, measured=measured)) == []


@pytest.mark.parametrize("name", GIVEN)
def test_alternative_text(language, name):
    """The alternative text has the conclusion, each curve's first and last point, its limit."""
    given, measured = GIVEN[name]
    ax = plot_cluster_scaling(given, measured=measured)
    told = alternative_text(ax.figure)
    assert told.startswith(f"{one_line(ax)}. ")
    assert told.endswith(".")
    assert "{" not in told
    assert "inf" not in told
    for one in given.values() if isinstance(given, dict) else [given]:
        assert count(1) in told
        assert count(max(one.speedups)) in told
    assert (message("cluster_chart.measured") in told) == (measured is not None)


def test_alternative_text_has_the_limit(language):
    """The limit is told in words."""
    told = alternative_text(plot_cluster_scaling(ONE).figure)
    assert message("cluster_chart.told", n="63") in told


@pytest.mark.parametrize(
    "received", [{}, None, 3.0, {1: 1.0}, {"a": 2.0}, [ONE], {"a": ONE, "b": 3}], ids=type
)
def test_what_is_no_prediction(language, received):
    """What cannot be drawn gets an error that names the chart."""
    with pytest.raises(InputError, match="plot_cluster_scaling"):
        plot_cluster_scaling(received)


@pytest.mark.parametrize(
    "received",
    [3.0, [1.0], {1: 0.0}, {0: 1.0}, {1.5: 1.0}, {True: 1.0}, {"a": 1.0}, {1: None}],
    ids=str,
)
def test_what_is_no_measurement(language, received):
    """What is no speedup by number of workers gets an error that shows it."""
    with pytest.raises(InputError) as caught:
        plot_cluster_scaling(ONE, measured=received)
    assert str(caught.value) == message("cluster_chart.bad_measured", received=repr(received))
