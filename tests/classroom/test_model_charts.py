"""What the cost models predict: the break-even map, how well predictions did, and advice."""

from __future__ import annotations

import itertools
import math
import statistics

import pytest
from made import badly_placed, texts, title
from matplotlib import pyplot as plt
from matplotlib.colors import to_rgb

from helpers.classroom import duration, plot_advice, plot_break_even_map
from helpers.classroom.speedup_grid import speedup_grid
from helpers.classroom.style import alternative_text, times_as_fast
from helpers.language import message
from helpers.parallel import (
    Advice,
    CostModel,
    InputError,
    Option,
    break_even_cost,
    simulate_even,
)
from seeing import luminance

COSTS = {
    "start_s": 0.002, "launch_s": 0.005, "boot_s": 0.02, "full_boot_s": 0.03, "message_s": 6e-5,
    "full_message_s": 9e-5, "worker_message_s": 4e-5, "item_s": 1e-7, "worker_item_s": 1e-7,
    "stop_s": 0.002, "stop_worker_s": 0.001,
}  # fmt: skip
TWO = CostModel(cpus=2, crowding=1.05, **COSTS)
EIGHT = CostModel(cpus=8, crowding=1.05, **COSTS)
DEAR_ITEMS = CostModel(
    how="processes", cpus=64, **(COSTS | {"item_s": 2e-5, "worker_item_s": 2e-5})
)
NEVER = CostModel(cpus=2, crowding=2.2, **COSTS)
JOBS = {"my job": (0.02, 100), "a hundred squares": (1e-7, 100), "long": (1e-3, 10_000)}
MAPS = {
    "two workers": {"model": TWO},
    "two workers and jobs": {"model": TWO, "points": JOBS},
    "eight workers": {
        "model": EIGHT,
        "points": {k: (0.02 + i / 200, 40) for i, k in enumerate("abc")},
    },
    "dear items": {"model": DEAR_ITEMS},
    "1,024 workers": {"model": EIGHT, "n_workers": 1024},
    "one worker": {"model": TWO, "n_workers": 1, "points": {"x": (0.02, 100)}},
    "never": {"model": NEVER},
    "hardly ever": {"model": CostModel(cpus=2, crowding=1.6, **COSTS)},
    "free": {"model": CostModel(), "n_workers": 4},
    "far points": {"model": TWO, "points": {"huge": (3600.0, 10**8), "tiny": (1e-9, 1)}},
    "long names": {"model": TWO, "points": {"a job whose $name has no $end " * 4: (0.1, 1000)}},
    "many points": {
        "model": TWO,
        "points": {f"job {k}": (0.01 * 1.1**k, 50 + k) for k in range(30)},
    },
    "threads": {"model": CostModel(how="threads", cpus=4, **COSTS)},
    "another way": {"model": CostModel(how="dask", cpus=4, **COSTS)},
}


def option(how, n_workers, chunksize, predicted_s, error=0.15) -> Option:
    """Return an option whose prediction may be off by that share."""
    return Option.around(how, n_workers, chunksize, predicted_s, error)


def advice(best, *others, reason="Each item computes for about 21 ms. So share it out.") -> Advice:
    """Return advice for ``best``; the loop is among the options."""
    options = tuple(sorted((best, *others), key=lambda one: one.predicted_s))
    loop = next(one for one in options if one.how == "sequential")
    return Advice(best, loop, options, reason, 0.02, 0.0, 10.0, {0: 1})


LOOP, POOL = option("sequential", 1, 100, 2.1, 0.06), option("pool", 2, 13, 1.15)
OTHERS = (option("processes", 2, 13, 1.22), option("threads", 2, 13, 2.2))
LONG_REASON = "Each item is heavy for what is computed with it, and sending it costs much. " * 3
ADVICE = {
    "pool": advice(POOL, LOOP, *OTHERS),
    "the loop": advice(option("sequential", 1, 100, 1e-5), option("pool", 2, 13, 0.04)),
    "a draw": advice(LOOP, option("pool", 2, 13, 2.0)),
    "no items": advice(option("sequential", 1, 1, 0.0, 0.0)),
    "1,024 workers": advice(
        option("processes", 1024, 2442, 30.0, 2.0), option("sequential", 1, 10**7, 20000.0, 0.5)
    ),
    "a long reason": advice(POOL, LOOP, reason=LONG_REASON.strip()),
}


def one_line(ax) -> str:
    """Return the title in one line."""
    return title(ax).replace("\n", " ")


# ---- the grid under the map


@pytest.mark.parametrize("model", [TWO, EIGHT, DEAR_ITEMS], ids=["two", "eight", "dear"])
@pytest.mark.parametrize("n_workers", [1, 2, 8, 64])
def test_grid_agrees_with_the_simulation(model, n_workers):
    """Looked up speedups are those of a simulation: nearly all to 5 %, none off by a third."""
    grid = speedup_grid(model, n_workers, (-6, 0), (0, 6))
    off = []
    for i, j in itertools.product(range(0, 61, 4), range(10, 61, 5)):
        n = round(grid.sizes[j])
        run = simulate_even(grid.costs_s[i], n, n_workers, None, model)
        found = grid.speedups[i][j] * n / grid.sizes[j]
        off.append(abs(found * run.elapsed_s / (n * grid.costs_s[i]) - 1))
    assert statistics.quantiles(off, n=20)[17] < 0.05
    assert max(off) < 1 / 3


@pytest.mark.parametrize("model", [TWO, EIGHT, DEAR_ITEMS], ids=["two", "eight", "dear"])
def test_line_agrees_with_the_break_even_cost(model):
    """The line of break-even is where break_even_cost finds it by halving."""
    grid = speedup_grid(model, model.cpus, (-6, 0), (0, 6))
    line = dict(grid.line(1.0))
    for size in grid.sizes[10::10]:
        expected = break_even_cost(round(size), model)
        assert line[size] == pytest.approx(max(expected, grid.costs_s[0]), rel=0.15)


def test_no_line_where_the_pool_never_pays():
    """Without any break-even there is no line, and the highest speedup is below 1."""
    grid = speedup_grid(NEVER, 2, (-6, 0), (0, 6))
    assert grid.line(1.0) == []
    assert grid.highest < 1


# ---- plot_break_even_map


@pytest.mark.parametrize("name", MAPS)
def test_texts_of_the_map_are_apart(wordy, name):
    """No text is cut off by the figure's edge or covers another text."""
    assert badly_placed(plot_break_even_map(**MAPS[name])) == []


def test_map_goes_over_costs_and_numbers():
    """Both axes are logarithmic: numbers of items across, the cost of one upward."""
    ax = plot_break_even_map(TWO)
    assert (ax.get_xscale(), ax.get_yscale()) == ("log", "log")
    assert ax.get_xlim() == pytest.approx((1, 1e6))
    assert ax.get_ylim() == pytest.approx((1e-6, 1))


def test_map_grows_to_hold_all_points():
    """A job beyond the usual range is in the map."""
    ax = plot_break_even_map(**MAPS["far points"])
    assert ax.get_xlim()[1] >= 1e8
    assert ax.get_ylim()[0] <= 1e-9
    assert ax.get_ylim()[1] >= 3600


def test_map_says_who_wins_where(language):
    """The loop's region, the pool's, and the line between them have their names on them."""
    written = texts(plot_break_even_map(TWO))
    assert message("map.loop_wins") in written
    assert message("map.pool_wins", times="1.9") in written
    assert message("map.line") in written


@pytest.mark.parametrize("key", ["map.loop_wins", "map.pool_wins"])
@pytest.mark.parametrize("name", ["two workers", "eight workers", "dear items", "1,024 workers"])
def test_words_stand_where_they_are_true(language, name, key):
    """Where it is written that the loop, or the pool, wins, it does: the simulation says so."""
    settings = MAPS[name]
    ax = plot_break_even_map(**settings)
    start = message(key, times="").split("\n")[0]
    (found,) = [text for text in ax.texts if text.get_text().startswith(start)]
    across, up = found.get_position()
    n_items, item_s = round(10 ** (6 * across)), 10 ** (-6 + 6 * up)
    n_workers = settings.get("n_workers") or settings["model"].cpus
    run = simulate_even(item_s, n_items, n_workers, None, settings["model"])
    assert (run.elapsed_s < item_s * n_items) == (key == "map.pool_wins")


@pytest.mark.parametrize("name", ["one worker", "never"])
def test_pool_that_never_pays(language, name):
    """Where the pool never pays, the title says so, and nothing in the map says that it wins."""
    ax = plot_break_even_map(**MAPS[name])
    n = MAPS[name].get("n_workers", 2)
    way = message("way.pool_one" if n == 1 else "way.pool", n=n)
    assert one_line(ax) == message("map.never", way=way)
    wins = message("map.pool_wins", times="").split("\n")[0]
    assert not any(text.startswith(wins) for text in texts(ax))
    assert message("map.line") not in texts(ax)


def test_wide_draw_is_named(language):
    """Where pool and loop are about equal over a wide range, that range says so."""
    assert message("map.equal") in texts(plot_break_even_map(TWO, n_workers=1))


def test_title_says_from_how_much_work_on(language):
    """The title has the least work for which the pool wins, and the highest speedup."""
    grid = speedup_grid(TWO, 2, (-6, 0), (0, 6))
    least_s = min(size * cost_s for size, cost_s in grid.line(1.0))
    time = duration(float(f"{least_s:.1e}")).replace(".0 ", " ")
    expected = message("map.wins", way=message("way.pool", n=2), time=time, times="1.9")
    assert one_line(plot_break_even_map(TWO)) == expected


def test_bands_differ_without_colour():
    """In shades of grey the bands get darker with the speedup; the loop's is hatched."""
    ax = plot_break_even_map(DEAR_ITEMS)
    filled = ax.collections[0]
    loop, equal, *faster = [luminance(to_rgb(colour)) for colour in filled.get_facecolor()[:, :3]]
    assert filled.hatches[0]
    assert not any(filled.hatches[1:])
    assert equal == pytest.approx(1)
    assert faster == sorted(faster, reverse=True)
    assert all(one - other > 0.15 for one, other in itertools.pairwise([equal, *faster]))
    assert loop < 1


def test_jobs_are_marked_and_named(language):
    """Each job has its mark at its place, its name, and the speedup that is simulated for it."""
    ax = plot_break_even_map(TWO, points=JOBS)
    marks = [(line.get_xdata()[0], line.get_ydata()[0]) for line in ax.lines]
    assert marks == [(n_items, item_s) for item_s, n_items in JOBS.values()]
    for name, (item_s, n_items) in JOBS.items():
        run = simulate_even(item_s, n_items, 2, None, TWO)
        speed = times_as_fast(item_s * n_items / run.elapsed_s)
        assert f"{name}\n{speed}" in texts(ax)
        assert speed in alternative_text(ax.figure)


@pytest.mark.parametrize("name", MAPS)
def test_alternative_text_of_the_map(language, name):
    """The alternative text has the conclusion, and from what cost on the pool wins."""
    ax = plot_break_even_map(**MAPS[name])
    told = alternative_text(ax.figure)
    assert told.startswith(f"{one_line(ax)}. {message('map.axes')}")
    assert told.endswith(".")
    assert "{" not in told
    for point in MAPS[name].get("points", {}):
        assert point in told


@pytest.mark.parametrize("received", [None, 3, "pool", {"cpus": 2}], ids=str)
def test_what_is_no_model(language, received):
    """What is no model gets an error that says where to get one."""
    with pytest.raises(InputError) as caught:
        plot_break_even_map(received)
    assert str(caught.value) == message("map.bad_model", received=repr(received))


@pytest.mark.parametrize(
    "received",
    [
        {"a": (0.0, 10)},
        {"a": (0.1, 0)},
        {"a": (0.1, 2.5)},
        {"a": (math.inf, 2)},
        {"a": 0.1},
        {"a": (0.1,)},
        [(0.1, 10)],
        {"a": ("0.1", 10)},
        {"a": (0.1, True)},
    ],
    ids=str,
)
def test_what_is_no_job(language, received):
    """Points that are no jobs get an error that shows them."""
    with pytest.raises(InputError) as caught:
        plot_break_even_map(TWO, points=received)
    assert str(caught.value) == message("map.bad_points", received=repr(received))


@pytest.mark.parametrize("received", [0, -1, 2.5, "2", True])
def test_what_is_no_number_of_workers(received):
    """What is no number of workers gets an error that names it."""
    with pytest.raises(InputError, match="n_workers"):
        plot_break_even_map(TWO, n_workers=received)


# ---- plot_advice


@pytest.mark.parametrize("name", ADVICE)
def test_texts_of_advice_are_apart(wordy, name):
    """No text is cut off by the figure's edge or covers another text."""
    assert badly_placed(plot_advice(ADVICE[name])) == []


def test_bars_are_the_predicted_times():
    """Each option has a bar as long as its prediction, the fastest on top."""
    ax = plot_advice(ADVICE["pool"])
    bars = sorted(ax.patches, key=lambda bar: bar.get_y())
    assert [bar.get_width() for bar in bars] == pytest.approx([1.15, 1.22, 2.1, 2.2])
    assert ax.yaxis_inverted()
    assert ax.get_xlim()[0] == 0


def test_line_reaches_over_the_uncertainty():
    """On each bar a line reaches from the least to the most that it will probably take."""
    chosen = ADVICE["pool"]
    spans = [tuple(line.get_xdata()) for line in plot_advice(chosen).lines]
    expected = [(one.low_s, one.high_s) for one in chosen.options]
    assert spans[::2] == spans[1::2] == [pytest.approx(span) for span in expected]


@pytest.mark.parametrize("name", ADVICE)
def test_best_is_marked_not_by_colour_alone(language, name):
    """The recommended option alone has a thick outline, and its time says that it is."""
    chosen = ADVICE[name]
    ax = plot_advice(chosen)
    bars = sorted(ax.patches, key=lambda bar: bar.get_y())
    thick = [bar.get_linewidth() > 2 for bar in bars]
    assert thick == [one == chosen.best for one in chosen.options]
    marked = message("advised.best", time=duration(chosen.best.predicted_s))
    assert [text.get_weight() for text in ax.texts if text.get_text() == marked] == ["bold"]


@pytest.mark.parametrize(("name", "times"), [("pool", "1.8"), ("the loop", None), ("a draw", None)])
def test_title_is_the_advice(language, name, times):
    """The title says what to do, and how many times faster than the loop that is."""
    if times:
        loop = message("base_name.sequential")
        speed = message("chart.faster_than", times=times, than=loop)
        expected = message("advised.parallel", way=message("way.pool", n=2), speed=speed)
    else:
        expected = message("advised.loop")
    assert one_line(plot_advice(ADVICE[name])) == expected


@pytest.mark.parametrize("name", ADVICE)
def test_reason_stands_in_the_chart(language, name):
    """The whole reason is written under the title."""
    chosen = ADVICE[name]
    written = [text.replace("\n", " ") for text in texts(plot_advice(chosen))]
    assert chosen.reason in written


@pytest.mark.parametrize("name", ADVICE)
def test_alternative_text_of_advice(language, name):
    """The alternative text has the advice, the reason, and each option's time and range."""
    chosen = ADVICE[name]
    ax = plot_advice(chosen)
    told = alternative_text(ax.figure)
    assert told.startswith(f"{one_line(ax)}. {chosen.reason}")
    for one in chosen.options:
        assert f"{duration(one.predicted_s)} (" in told
        assert duration(one.low_s) in told
        assert duration(one.high_s) in told
    assert told.endswith(".")


@pytest.mark.parametrize("received", [None, 3, POOL, {"best": POOL}], ids=str)
def test_what_is_no_advice(language, received):
    """What is no advice gets an error that shows it."""
    with pytest.raises(InputError) as caught:
        plot_advice(received)
    assert str(caught.value) == message("advised.bad", received=repr(received))


# ---- all of them


@pytest.mark.parametrize(
    ("draw", "data"),
    [
        (plot_break_even_map, TWO),
        (plot_advice, ADVICE["pool"]),
    ],
)
def test_draws_into_given_axes(draw, data):
    """Given Axes are drawn into and returned, no figure is made, the neighbour stays empty."""
    figure, (left, right) = plt.subplots(1, 2)
    assert draw(data, ax=left) is left
    assert plt.get_fignums() == [figure.number]
    assert not right.has_data()
