"""The story of calls: a bar a run, whose parts are what its workers spent their time on."""

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
from matplotlib.patches import Rectangle

from helpers.classroom import duration
from helpers.classroom.story import plot_story
from helpers.classroom.style import alternative_text, times_as_fast
from helpers.language import message
from helpers.parallel import CostModel, run, simulate_even
from helpers.tasks import square
from seeing import contrast, luminance

MODEL = CostModel(
    cpus=2, start_s=0.002, launch_s=0.005, boot_s=0.02, full_boot_s=0.03, message_s=6e-5,
    full_message_s=9e-5, worker_message_s=4e-5, stop_s=0.002, stop_worker_s=0.001,
)  # fmt: skip


def chunks(size: int, item_s: float = 1e-4, n_workers: int = 2):
    """Return a simulated call over a thousand items in chunks of that size."""
    return simulate_even(item_s, 1000, n_workers, size, MODEL)


STORIES = {
    "loop and pool": (sequential(), ended(heavy(2), 0.01)),
    "chunks": (chunks(1), chunks(10), chunks(500)),
    "tiny work": (sequential(100, 1e-7), ended(hundred_squares(4), 0.01)),
    "one": (slow_start(3),),
    "one worker": (ended(heavy(1, 3), 0.004),),
    "only messages": (only_messages(2),),
    "a loop": (sequential(5),),
    "1,024 workers": (chunks(1, 3.6, 1024), sequential(10, 360.0)),
    "an hour": (scaled(sequential(), 1700), scaled(ended(heavy(2), 0.1), 1700)),
    "microseconds": (made_run("sequential", (0.0,), [(0, 2e-7, 1e-5, 100)], 1.02e-5),),
    "many": tuple(chunks(size) for size in range(1, 25)),
    "all ways": (sequential(), heavy(2, how="threads"), heavy(2, how="processes"), heavy(2)),
}


def bars(ax) -> list[list[Rectangle]]:
    """Return the parts of each bar, from left to right, from the top bar to the lowest."""
    rows: dict[float, list[Rectangle]] = {}
    for part in ax.patches:
        rows.setdefault(round(part.get_y(), 6), []).append(part)
    return [sorted(rows[y], key=Rectangle.get_x) for y in sorted(rows)]


@pytest.mark.parametrize("name", STORIES)
def test_parts_fill_the_bar(name):
    """Each bar has the run's parts, one after another, and is as long as the call took."""
    ax = plot_story(*STORIES[name])
    longest = max(one.elapsed_s for one in STORIES[name])
    size_s = 1.0 if longest >= 1 else 1e-3 if longest >= 1e-3 else 1e-6
    for one, bar in zip(STORIES[name], bars(ax), strict=True):
        parts = [s for s in one.parts_s.values() if s > 1e-9 * one.elapsed_s]
        assert [part.get_width() * size_s for part in bar] == pytest.approx(parts)
        assert bar[0].get_x() == 0
        for left, right in pairwise(bar):
            assert right.get_x() == pytest.approx(left.get_x() + left.get_width())
        end = (bar[-1].get_x() + bar[-1].get_width()) * size_s
        assert end == pytest.approx(one.elapsed_s)


def test_neighbouring_parts_differ_without_colour():
    """In shades of grey, parts next to each other differ in hatch or clearly in luminance."""
    for bar in bars(plot_story(*STORIES["chunks"])):
        for one, other in pairwise(bar):
            light, dark = luminance(one.get_facecolor()), luminance(other.get_facecolor())
            assert one.get_hatch() != other.get_hatch() or abs(light - dark) > 0.2
        assert all(contrast(part.get_edgecolor()) > 7 for part in bar if part.get_linewidth())


def test_every_part_is_explained(language):
    """A key names the parts that there are, as they look, and no others."""
    ax = plot_story(*STORIES["loop and pool"])
    names = ("starting", "sending", "computing", "collecting", "idle", "stopping")
    there = [
        name for name in names if any(r.parts_s[name] > 1e-9 for r in STORIES["loop and pool"])
    ]
    key = ax.get_legend()
    assert [text.get_text() for text in key.get_texts()] == [message(f"story.{n}") for n in there]
    drawn = {(part.get_facecolor(), part.get_hatch()) for part in ax.patches}
    assert {(patch.get_facecolor(), patch.get_hatch()) for patch in key.get_patches()} == drawn


def test_part_that_does_not_exist_is_not_explained(language):
    """A loop computes and nothing else."""
    key = plot_story(sequential(5)).get_legend()
    assert [text.get_text() for text in key.get_texts()] == [message("story.computing")]


def test_wide_parts_have_their_share(language):
    """In a part with room for it stands its share of the call, and at the end the whole time."""
    one = ended(heavy(2), 0.01)
    written = texts(plot_story(one))
    share = f"{100 * one.parts_s['computing'] / one.elapsed_s:.0f}"
    assert message("story.share", share=share) in written
    assert duration(one.elapsed_s) in written


@pytest.mark.parametrize(
    ("runs", "parts"),
    [
        ((sequential(), heavy(2)), "computing"),
        ((chunks(1), chunks(500)), "sending collecting"),
        ((sequential(100, 1e-7), ended(hundred_squares(4), 0.01)), "starting"),
        ((hundred_squares(2), ended(hundred_squares(2), 0.3)), "stopping"),
    ],
    ids=["computing", "messages", "starting", "stopping"],
)
def test_title_says_what_makes_the_difference(language, runs, parts):
    """The title compares with the first and names the part, or two, that make the difference."""
    ax = plot_story(*runs, names=["one", "two"])
    speed = times_as_fast(runs[0].elapsed_s / runs[1].elapsed_s, "one")
    names = [message(f"story.{part}") for part in parts.split()]
    part = names[0] if len(names) == 1 else message("story.both", one=names[0], two=names[1])
    expected = message("story.compared", name="two", speed=speed, part=part)
    assert title(ax).replace("\n", " ") == expected


def test_title_is_about_the_fastest_of_the_others(language):
    """With several runs the title is about the fastest of those that are compared."""
    ax = plot_story(sequential(), heavy(2), heavy(8), heavy(4))
    assert title(ax).startswith(message("way.pool", n=8))


def test_title_of_equals(language):
    """Where two take the same time, the title says so."""
    ax = plot_story(heavy(2), heavy(2), names=["a", "b"])
    assert title(ax) == message("chart.compared_equal", way="b", base="a")


def test_title_of_one_run(language):
    """With a single run the title says what took most of its time."""
    one = slow_start(2)
    share = f"{100 * one.parts_s['starting'] / one.elapsed_s:.0f}"
    expected = message("chart.breakdown", part=message("story.starting"), share=share)
    assert title(plot_story(one)) == expected


@pytest.mark.parametrize(
    ("runs", "names"),
    [
        ((sequential(5),), ["story.loop"]),
        ((heavy(1, 3), heavy(2)), [("way.pool_one", 1), ("way.pool", 2)]),
        ((chunks(1), chunks(10)), [1, 10]),
    ],
    ids=["loop", "workers", "chunks"],
)
def test_runs_are_named_by_what_tells_them_apart(language, runs, names):
    """Without names a run is called by its way; runs of the same way by their chunks."""
    written = [label.get_text().replace("\n", " ") for label in plot_story(*runs).get_yticklabels()]
    expected = [
        message(name)
        if isinstance(name, str)
        else message("story.chunks", size=name)
        if isinstance(name, int)
        else message(name[0], n=name[1])
        for name in names
    ]
    assert written == expected


def test_runs_of_one_way_among_others_have_both(language):
    """Where only some runs share their way, these have their chunks with it."""
    ax = plot_story(sequential(), chunks(1), chunks(10))
    written = [label.get_text().replace("\n", " ") for label in ax.get_yticklabels()]
    way = message("way.pool", n=2)
    expected = [f"{way}, {message('story.chunks', size=size)}" for size in (1, 10)]
    assert written == [message("story.loop"), *expected]


@pytest.mark.parametrize("name", STORIES)
def test_alternative_text_has_every_part(language, name):
    """The alternative text has the conclusion and, of each run, the time of each of its parts."""
    ax = plot_story(*STORIES[name])
    told = alternative_text(ax.figure)
    assert told.startswith(f"{title(ax)}. ".replace("\n", " "))
    for one in STORIES[name]:
        for part, seconds in one.parts_s.items():
            if seconds > 1e-9 * one.elapsed_s:
                assert f"{message(f'story.{part}')} {duration(seconds)} (" in told
        assert duration(one.elapsed_s) in told
    assert "{" not in told
    assert told.endswith(".")


@pytest.mark.parametrize("name", STORIES)
def test_texts_are_in_the_figure_and_apart(wordy, name):
    """No text of a story is cut off by the figure's edge or covers another text."""
    assert badly_placed(plot_story(*STORIES[name])) == []


def test_names_of_any_kind_fit(language):
    """Very long names are cut, dollar signs begin no formula, and the texts tell the whole name."""
    long = "a run that has $five and $six as its name, and does not know where to stop " * 2
    ax = plot_story(heavy(2), sequential(), heavy(4), names=[long, "x" * 200, "count_primes"])
    assert badly_placed(ax) == []
    assert long in alternative_text(ax.figure)
    assert title(ax).startswith("count_primes")


@pytest.mark.parametrize(
    "runs", [(), (made_run(spans=()),), (None,), ([1, 2],), (sequential(), "pool")], ids=str
)
def test_nothing_to_draw(language, runs):
    """No run, one without items, or something else gets an error that says what to give."""
    with pytest.raises(ValueError, match="plot_story") as caught:
        plot_story(*runs)
    assert str(caught.value) == message("chart.no_runs", chart="plot_story")


@pytest.mark.parametrize("names", [[], ["a"], ["a", "b", "c"], ["a", 2], "ab"], ids=str)
def test_wrong_names(language, names):
    """Names that are not one text for each run get an error that shows them."""
    with pytest.raises(ValueError, match="names") as caught:
        plot_story(heavy(2), heavy(4), names=names)
    assert str(caught.value) == message("story.bad_names", received=repr(names), n_runs=2)


def test_draws_into_given_axes():
    """Given Axes are drawn into and returned, no figure is made, the neighbour stays empty."""
    figure, (left, right) = plt.subplots(1, 2)
    assert plot_story(sequential(), heavy(2), ax=left) is left
    assert plt.get_fignums() == [figure.number]
    assert not right.has_data()


@pytest.mark.parametrize("how", ["sequential", "threads", "processes", "pool"])
def test_real_run_can_be_drawn(language, how):
    """What run() really returns, for each way of running, is drawn with all its texts in place."""
    ax = plot_story(run(square, range(100), how=how, n_workers=2))
    assert badly_placed(ax) == []
