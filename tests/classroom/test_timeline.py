"""The timeline of a run: a lane a worker, and what each did when."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from dataclasses import replace

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
)
from matplotlib.colors import to_hex
from matplotlib.patches import Rectangle

from helpers import stopwatch
from helpers.classroom import plot_timeline
from helpers.classroom.style import BLUE, LIGHT, VERMILLION, alternative_text, duration
from helpers.language import message
from helpers.parallel import InputError, run, watch
from helpers.tasks import count_primes, square
from seeing import contrast

DRAWN = {
    **{f"hundred squares, {n} workers": (hundred_squares(n),) for n in (1, 2, 4, 8)},
    "mostly start, 2": (slow_start(2),),
    "mostly start, 4": (slow_start(4),),
    "mostly computing, 2": (sequential(), heavy(2)),
    "mostly computing, 4": (sequential(), heavy(4)),
    "mostly computing, 8": (sequential(), heavy(8)),
    "one worker": (heavy(1, 3),),
    "only messages": (only_messages(2),),
    "a loop": (sequential(5, 0.03),),
    "with an end": (sequential(), ended(heavy(4), 0.05)),
    "one worker with an end": (ended(heavy(1, 3), 0.01),),
    "mostly the end": (ended(hundred_squares(2), 0.3),),
    "an end that is too short to see": (ended(heavy(2), 1e-4),),
    "three ways": (sequential(), heavy(4, how="threads"), heavy(4)),
    "far slower": (sequential(24, 1e-6), hundred_squares(4)),
    "microseconds": (made_run("sequential", (0.0,), [(0, 2e-7, 1e-5, 100)], 1.02e-5),),
    "an hour": (scaled(sequential(), 1700), scaled(heavy(2), 1700)),
    "64 workers": (heavy(64, 256),),
}


def blocks(ax) -> list[Rectangle]:
    """Return the computed chunks."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and not p.get_hatch()]


def starts(ax) -> list[Rectangle]:
    """Return the hatched starts of workers."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch() == "////"]


def stops(ax) -> list[Rectangle]:
    """Return what is hatched the other way: the ends of workers."""
    return [p for p in ax.patches if isinstance(p, Rectangle) and p.get_hatch() == "\\\\" * 2]


def ends(ax) -> list:
    """Return the lines that mark the ends of calls."""
    return [line for line in ax.lines if to_hex(line.get_color()) == VERMILLION.lower()]


def lane_of(patch: Rectangle) -> float:
    """Return the height at which a patch's lane lies."""
    return round(patch.get_y() + patch.get_height() / 2, 6)


def test_one_lane_a_worker(language):
    """There is a lane for each worker, from top to bottom by number, named in the language."""
    ax = plot_timeline(heavy(4))
    named = {t.get_text(): t.xy[1] for t in ax.texts if t.get_text() in _processes(4)}
    assert list(named) == _processes(4)
    assert sorted({lane_of(block) for block in blocks(ax)}) == pytest.approx(list(named.values()))
    assert ax.yaxis_inverted()


def _processes(n: int) -> list[str]:
    return [message("chart.process", number=i + 1) for i in range(n)]


@pytest.mark.parametrize(
    ("how", "key"), [("threads", "chart.thread"), ("processes", "chart.process")]
)
def test_lane_is_named_after_what_works_there(language, how, key):
    """Threads are called threads, processes processes, and the loop runs in this process."""
    assert message(key, number=2) in texts(plot_timeline(heavy(2, how=how)))
    assert message("chart.this_process") in texts(plot_timeline(sequential(3)))


@pytest.mark.parametrize(
    ("factor", "size_s", "unit"),
    [(1, 1e-3, "milliseconds"), (4, 1.0, "seconds"), (1e-4, 1e-6, "microseconds")],
)
def test_blocks_are_the_spans(language, factor, size_s, unit):
    """Each block lies in its worker's lane and extends as its span does, in the axis' unit."""
    one = scaled(heavy(4), factor)
    ax = plot_timeline(one)
    drawn = [(lane_of(b), b.get_x(), b.get_x() + b.get_width()) for b in blocks(ax)]
    lanes = sorted({lane for lane, _, _ in drawn})
    wanted = [(lanes[s.worker], s.start_s / size_s, s.stop_s / size_s) for s in one.spans]
    for got, want in zip(sorted(drawn), sorted(wanted), strict=True):
        assert got == pytest.approx(want)
    assert ax.get_xlabel() == message("chart.since_call", unit=message(f"chart.{unit}"))


def test_hatched_part_ends_when_the_worker_is_ready():
    """Each worker's hatched part reaches from the call to the moment when it was ready."""
    one = slow_start(3)
    hatched = starts(plot_timeline(one))
    assert [part.get_x() for part in hatched] == [0, 0, 0]
    assert [part.get_width() for part in hatched] == pytest.approx(list(one.ready_s))


def test_loop_has_no_start():
    """A sequential run has neither a hatched part nor labels for one."""
    assert starts(plot_timeline(sequential(5))) == []


def test_line_at_the_end_of_the_call(language):
    """A line across all lanes stands where the call ended, with its time beside it."""
    one = heavy(4)
    ax = plot_timeline(one)
    (line,) = ends(ax)
    assert list(line.get_xdata()) == pytest.approx([one.elapsed_s * 1e3] * 2)
    lanes = [lane_of(block) for block in blocks(ax)]
    assert line.get_ydata()[0] < min(lanes) < max(lanes) < line.get_ydata()[1]
    assert message("chart.end", time=duration(one.elapsed_s)) in texts(ax)


def test_workers_end_is_drawn_and_named(language):
    """From the last result to the line each lane is hatched the other way, and it is named."""
    one = ended(heavy(3), 0.05)
    ax = plot_timeline(one)
    found = [(part.get_x(), part.get_x() + part.get_width()) for part in stops(ax)]
    assert len(found) == 3
    for start, stop in found:
        assert start == pytest.approx(one.arrived_s * 1e3)
        assert stop == pytest.approx(one.elapsed_s * 1e3)
    named = message("chart.stopping", time="50.0 ms")
    assert f"{named}\n{message('chart.end', time=duration(one.elapsed_s))}" in texts(ax)
    assert message("chart.stopping_alt", time="50.0 ms") in alternative_text(ax.figure)


def test_waiting_ends_with_the_last_result():
    """The grey line of a lane ends at the last result, where the worker's end begins."""
    one = ended(heavy(2), 0.05)
    ax = plot_timeline(one)
    grey = [line for line in ax.lines if line not in ends(ax)]
    assert [line.get_xdata()[1] for line in grey] == pytest.approx([one.arrived_s] * 2)


@pytest.mark.parametrize("stopping_s", [0.0, 1e-4])
def test_end_that_cannot_be_seen(stopping_s):
    """An end narrower than a few pixels is neither drawn nor named; a loop has none."""
    one = ended(heavy(2), stopping_s)
    ax = plot_timeline(one, ended(sequential(), 0.5))
    assert stops(ax) == []
    assert message("chart.stopping_alt", time=duration(1e-4)) not in alternative_text(ax.figure)
    assert not any(message("chart.stopping", time="").strip() in text for text in texts(ax))


def test_worker_without_work_is_labelled(language):
    """A worker from which nothing came has an empty lane that says so."""
    one = hundred_squares(8)
    assert one.ready_s.count(None) == 5
    ax = plot_timeline(one)
    assert texts(ax).count(message("chart.no_work")) == 5
    assert len({lane_of(block) for block in blocks(ax)}) == len(starts(ax)) == 3


def test_neighbouring_blocks_differ_without_colour():
    """Blocks next to each other in a lane alternate between a light and a dark shade."""
    ax = plot_timeline(heavy(2))
    for lane in {lane_of(block) for block in blocks(ax)}:
        row = sorted((b for b in blocks(ax) if lane_of(b) == lane), key=Rectangle.get_x)
        shades = [to_hex(block.get_facecolor()) for block in row]
        assert shades == [(LIGHT, BLUE)[i % 2].lower() for i in range(len(row))]
    assert contrast(LIGHT, BLUE) >= 3
    assert contrast(VERMILLION) >= 3


def test_several_runs_share_one_axis(language):
    """Runs are drawn under each other on one time axis, in one unit, each with its own end."""
    loop, pool = sequential(), heavy(2)
    ax = plot_timeline(loop, pool)
    assert len(ax.figure.axes) == 1
    found = [(line.get_xdata()[0], max(line.get_ydata())) for line in ends(ax)]
    assert [x for x, _ in found] == pytest.approx([loop.elapsed_s, pool.elapsed_s])
    assert found[0][1] < found[1][1]
    assert len(blocks(ax)) == len(loop.spans) + len(pool.spans)


def test_headings_say_how_fast(language):
    """The first run's heading has its time, the next how it compares and how busy workers were."""
    loop, pool = sequential(), heavy(2)
    written = texts(plot_timeline(loop, pool))
    way, time_s = message("way.pool", n=2), duration(pool.elapsed_s)
    speed, share = message("chart.faster", times="1.8"), f"{100 * pool.utilisation:.0f}"
    said = {"way": way, "time": time_s, "speed": speed, "share": share}
    assert message("chart.heading_alone", way=message("way.sequential"), time="2.16 s") in written
    assert message("chart.heading_compared_busy", **said) in written


def test_heading_says_how_busy_the_workers_were_on_average(language):
    """One worker that waits while another works counts: the share is the mean over workers."""
    one = made_run("pool", (0.0, 0.0), [(0, 0.0, 0.9, 1), (1, 0.0, 0.3, 1)], 1.0)
    said = {"way": message("way.pool", n=2), "time": "1.00 s", "share": "60"}
    assert message("chart.heading", **said) in texts(plot_timeline(one))


def test_headings_of_two_alike_runs_differ_by_their_chunks(language):
    """Where two runs differ in nothing but the chunksize, their headings say it."""
    large, small = replace(heavy(2), chunksize=20), heavy(2)
    headings = [t.get_text() for t in plot_timeline(large, small).texts if t.get_weight() == "bold"]
    assert message("story.chunks", size="20") in headings[0]
    assert headings[1].startswith(message("story.chunks", size="1").capitalize())


def test_last_gap_of_a_worker_is_called_without_work(language):
    """A worker that has finished while another goes on is without work, in whichever lane it is."""
    spans = [(0, 0.0, 0.2, 1), (1, 0.0, 1.0, 1)]
    for order in (spans, [(1 - worker, *rest) for worker, *rest in spans]):
        written = texts(plot_timeline(made_run("pool", (0.0, 0.0), order, 1.0)))
        assert message("chart.idle") in written
        assert message("chart.waiting") not in written


def test_pool_of_one_is_in_the_singular(language):
    """A pool of one process is called so."""
    heading = next(t for t in texts(plot_timeline(heavy(1, 3))) if t.startswith("Pool"))
    assert heading.startswith(message("way.pool_one", n=1))


def test_marks_are_explained(language):
    """Hatching, blocks and long gaps have their meaning written on or under them."""
    written = texts(plot_timeline(only_messages(2)))
    assert message("chart.starting_until", time="4.00 ms") in written
    assert message("chart.computing_all", time="100 µs") in written
    assert message("chart.waiting") in written
    written = texts(plot_timeline(scaled(slow_start(2), 1)))
    assert message("chart.starting") in written


@pytest.mark.parametrize("n_workers", [4, 8])
def test_marks_of_a_short_run_are_explained(language, n_workers):
    """Where the pool is much faster than the loop its marks are explained all the same."""
    written = " ".join(texts(plot_timeline(sequential(), heavy(n_workers))))
    start = message("chart.starting_until", time="").split(":")[0]
    assert start in written or message("chart.starting") in written


@pytest.mark.parametrize("name", DRAWN)
def test_alternative_text_has_the_numbers(language, name):
    """The alternative text has each run's heading, items and end, a pool's start and computing."""
    ax = plot_timeline(*DRAWN[name])
    told = alternative_text(ax.figure)
    for one in DRAWN[name]:
        end = duration(one.arrived_s)
        if one.how == "sequential":
            parts = message("chart.sequential_alt", n_items=one.n_items, end=end)
        else:
            parts = message(
                "chart.timeline_alt",
                n_items=one.n_items,
                startup=duration(one.startup_s),
                computing=duration(one.computing_s),
                end=end,
            )
        assert parts in told
    headings = [text for text in texts(ax) if text in told]
    assert len(headings) >= len(DRAWN[name])
    assert "{" not in told
    assert told.endswith(".")


@pytest.mark.parametrize("name", DRAWN)
def test_texts_are_in_the_figure_and_apart(wordy, name):
    """No text of a timeline is cut off by the figure's edge or covers another text."""
    assert badly_placed(plot_timeline(*DRAWN[name])) == []


def test_many_workers_fit_a_screen():
    """However many workers there are, the chart is at most as high as a screen, 10 inches."""
    assert plot_timeline(heavy(64, 256)).figure.get_size_inches()[1] <= 10


def test_hundred_thousand_spans():
    """A hundred thousand spans make few patches, drawn within seconds, that cover the same time."""
    n = 50_000
    spans = [(i % 2, 0.03 + i * 1e-5, 0.03 + i * 1e-5 + 8e-6, 1) for i in range(2 * n)]
    many = made_run("pool", (0.029, 0.0295), spans, 0.031 + 2 * n * 1e-5)
    begin = time.perf_counter()
    ax = plot_timeline(many)
    ax.figure.canvas.draw()
    assert time.perf_counter() - begin < 20  # without merging it takes minutes
    assert len(ax.patches) < 2000
    for lane in {lane_of(block) for block in blocks(ax)}:
        row = [b for b in blocks(ax) if lane_of(b) == lane]
        assert min(b.get_x() for b in row) == pytest.approx(0.03, abs=1e-4)
        assert max(b.get_x() + b.get_width() for b in row) == pytest.approx(1.03, abs=1e-4)


def test_merged_blocks_keep_the_gaps_that_can_be_seen():
    """Where spans are merged, a gap wider than a pixel stays a gap."""
    early = [(0, i * 1e-4, i * 1e-4 + 9e-5, 1) for i in range(500)]
    late = [(0, 0.9 + i * 1e-4, 0.9 + i * 1e-4 + 9e-5, 1) for i in range(500)]
    ax = plot_timeline(made_run("pool", (0.0,), early + late, 1.0))
    drawn = sorted((b.get_x(), b.get_x() + b.get_width()) for b in blocks(ax))
    assert [end for block in drawn for end in block] == pytest.approx(
        [0, 0.04999, 0.9, 0.94999], abs=1e-4
    )


@pytest.mark.parametrize("runs", [(), (made_run(spans=()),), (sequential(), made_run(spans=()))])
def test_nothing_to_draw(language, runs):
    """No run, or one without items, gets an error that says what to give."""
    with pytest.raises(ValueError, match="plot_timeline") as caught:
        plot_timeline(*runs)
    assert str(caught.value) == message("chart.no_runs", chart="plot_timeline")


@pytest.mark.parametrize("received", [None, [1, 2], "pool"])
def test_something_that_is_no_run(received):
    """What is no run gets an error that says what to give."""
    with pytest.raises((TypeError, ValueError), match="plot_timeline"):
        plot_timeline(received)


@pytest.mark.parametrize("how", ["sequential", "threads", "processes", "pool"])
def test_real_run_can_be_drawn(language, how):
    """What run() really returns, for each way of running, is drawn with all its texts in place."""
    made = run(square, range(100), how=how, n_workers=2)
    ax = plot_timeline(made)
    assert len(blocks(ax)) == len(made.spans)
    assert badly_placed(ax) == []


# ---- what watch() has seen


def test_a_watched_call_is_drawn_as_a_run_is(language):
    """Its lanes, its calls and its end, in the picture's text and table, in the language."""
    with watch() as watched, multiprocessing.get_context("spawn").Pool(2) as pool:
        pool.map(watched(count_primes), [3000] * 8, 1)
    ax = plot_timeline(watched)
    seen = watched.run()
    told = alternative_text(ax.figure)
    assert message("way.pool", n=2) in told
    assert duration(seen.elapsed_s) in told
    names = [text.get_text() for text in ax.texts]
    assert message("chart.process", number=1) in names
    assert len(patches_of(ax, BLUE)) + len(patches_of(ax, LIGHT)) == len(seen.spans)


def patches_of(ax, colour):
    """Return the blocks of a colour."""
    return [p for p in ax.patches if to_hex(p.get_facecolor()) == to_hex(colour)]


def test_what_went_wrong_in_a_watched_call_is_told(language):
    """A call that raised and one that did not finish stand in the picture's text."""

    def bad(item):
        raise ValueError(item)

    with watch() as watched:
        with contextlib.suppress(ValueError):
            watched(bad)(1)
        log = watched._recorder.thread.log
        log.page[stopwatch.RUNNING] = log.page[stopwatch.HEADER + stopwatch.STOP] + 1e-6
    told = alternative_text(plot_timeline(watched).figure)
    expected = {
        "es": ("Llamadas con error: 1", "no terminó"),
        "en": ("raised: 1", "did not finish"),
    }
    assert all(part in told for part in expected[language])


def test_a_block_that_goes_on_or_in_which_nothing_was_timed():
    """It is an error that says what to do."""
    with watch() as watched, pytest.raises(InputError, match="use NAME after"):
        plot_timeline(watched)
    with pytest.raises(InputError, match=r"NAME\(function\)"):
        plot_timeline(watched)
