"""The timeline of a call: a lane a worker, and what each did when."""

from __future__ import annotations

from dataclasses import replace
from multiprocessing.pool import ThreadPool

import numpy as np
import pytest
from made import badly_placed, ended, heavy, hundred_squares, in_trouble, sequential

from helpers.classroom import plot_timeline
from helpers.classroom.own_figure import NONE
from helpers.classroom.style import alternative_text, tables_of
from helpers.language import text
from helpers.parallel import InputError, run, simulate, watch
from helpers.parallel.units import duration
from helpers.tasks import square


def pieces(ax, label: str) -> list[tuple[float, float, float]]:
    """Return (lane, start, stop) of what is drawn under this name in the legend."""
    boxes = [
        path.get_extents()
        for collection in ax.collections
        if collection.get_label() == label
        for path in collection.get_paths()
    ]
    return [(round((box.y0 + box.y1) / 2, 6), box.x0, box.x1) for box in boxes]


def working(ax) -> list[tuple[float, float, float]]:
    """Return the computed chunks."""
    return pieces(ax, text(es="trabaja", en="working"))


def lane_names(ax) -> list[str]:
    """Return what stands beside the lanes."""
    return [label.get_text() for label in ax.get_yticklabels()]


def titles(ax) -> list[str]:
    """Return the heading of a run, and what stands at its right."""
    return [ax.get_title("left"), ax.get_title("right")]


@pytest.mark.parametrize(
    ("how", "n", "lane_es", "lane_en", "way_es", "way_en"),
    [
        ("sequential", 1, "este proceso", "this process", "En secuencia", "Sequentially"),
        ("threads", 1, "hilo 1", "thread 1", "1 hilo", "1 thread"),
        ("threads", 2, "hilo 2", "thread 2", "2 hilos", "2 threads"),
        ("processes", 2, "proceso 2", "process 2", "2 procesos", "2 processes"),
        ("pool", 1, "proceso 1", "process 1", "Pool de 1 proceso", "Pool of 1 process"),
        ("dask", 1, "trabajador 1", "worker 1", "Dask, 1 trabajador", "Dask, 1 worker"),
        ("dask", 2, "trabajador 2", "worker 2", "Dask, 2 trabajadores", "Dask, 2 workers"),
    ],
)
def test_a_lane_for_each_worker(language, how, n, lane_es, lane_en, way_es, way_en):
    """There is a lane for each worker, from top to bottom, named after what works there."""
    ax = plot_timeline(heavy(n, 4, how))
    assert len(lane_names(ax)) == n
    assert lane_names(ax)[-1] == text(es=lane_es, en=lane_en)
    assert titles(ax)[0].startswith(f"{text(es=way_es, en=way_en)}: ")
    assert ax.yaxis_inverted()


@pytest.mark.parametrize(
    ("item_s", "tick", "unit_es", "unit_en"),
    [
        (0.2, "2", "segundos", "seconds"),
        (0.01, "200", "milisegundos", "milliseconds"),
        (1e-5, "200", "microsegundos", "microseconds"),
    ],
)
def test_the_axis_has_the_unit_in_which_its_numbers_are_short(
    language, item_s, tick, unit_es, unit_en
):
    """Seconds, milliseconds or microseconds, said under the axis and in the table's heads."""
    ax = plot_timeline(sequential(25, item_s))
    ax.figure.draw_without_rendering()
    assert tick in [label.get_text() for label in ax.get_xticklabels()]
    unit = text(es=unit_es, en=unit_en)
    assert ax.get_xlabel() == text(es=f"{unit} desde el inicio", en=f"{unit} since the start")
    assert f"({unit})" in tables_of(ax.figure)[0].heads[3]


def test_what_is_drawn_is_what_happened(language):
    """Each chunk is a block in its worker's lane that begins and ends as its span does.

    Hatched from the call to when each is ready, the other way at the end; a line ends it.
    """
    one = ended(heavy(3), 0.05)
    ax = plot_timeline(one)
    wanted = [(s.worker, s.start_s, s.stop_s) for s in one.spans]
    assert np.array(sorted(working(ax))) == pytest.approx(np.array(sorted(wanted)))
    starting = text(es="arranca", en="starting")
    assert pieces(ax, starting) == [(lane, 0, ready) for lane, ready in enumerate(one.ready_s)]
    closing = pieces(ax, text(es="se cierra", en="closing"))
    assert closing == [(lane, one.arrived_s, one.elapsed_s) for lane in range(3)]
    hatches = {one.get_label(): one.get_hatch() for one in ax.collections if one.get_hatch()}
    assert len(set(hatches.values())) == len(hatches) == 2
    [(_, end_s, _)] = pieces(ax, text(es="fin", en="end"))
    assert end_s == one.elapsed_s


def test_every_mark_is_explained(language):
    """The legend has what is drawn in any of the runs, each once, and nothing else."""
    [legend] = plot_timeline(sequential(), ended(in_trouble(), 0.1)).figure.legends
    assert [one.get_text() for one in legend.get_texts()] == [
        text(es="arranca", en="starting"),
        text(es="trabaja", en="working"),
        text(es="no terminó", en="did not finish"),
        text(es="lanzó un error", en="raised an error"),
        text(es="se perdió", en="lost"),
        text(es="no hace nada", en="idle"),
        text(es="se cierra", en="closing"),
        text(es="fin", en="end"),
    ]
    [legend] = plot_timeline(sequential()).figure.legends
    assert len(legend.get_texts()) == 3


def test_runs_are_compared_on_one_axis(language):
    """Runs stand under each other on one time axis; each says its time and how it compares."""
    loop, pool = sequential(), heavy(2)
    figure = plot_timeline(loop, pool).figure
    first, second = figure.axes
    assert first.get_xlim() == second.get_xlim()
    assert loop.elapsed_s < first.get_xlim()[1] < 1.1 * loop.elapsed_s
    assert titles(first) == [text(es="En secuencia: 2.16 s", en="Sequentially: 2.16 s"), ""]
    assert titles(second) == [
        text(es="Pool de 2 procesos: 1.18 s", en="Pool of 2 processes: 1.18 s"),
        text(
            es="1.8 veces más rápido; ocupación: 97 %",
            en="1.8 times as fast; busy 97% of the time",
        ),
    ]
    assert len(working(first) + working(second)) == len(loop.spans) + len(pool.spans)


def test_alternative_text(language):
    """It has headings, items, lanes, first start and last result of each run.

    Who was lost and when, how many calls raised, what did not finish, who got no work, too.
    """
    runs = (sequential(), in_trouble(), hundred_squares(8))
    figure = plot_timeline(*runs).figure
    told = alternative_text(figure)
    facts = []
    for ax, one in zip(figure.axes, runs, strict=True):
        facts += [*titles(ax), f"{one.n_items:,}", str(one.n_workers), duration(one.arrived_s)]
        facts += [duration(one.startup_s)] if one.how != "sequential" else []
    facts += [
        text(es="El trabajador 2 se perdió a los 300 ms", en="Worker 2 was lost after 300 ms"),
        text(es="Llamadas con error: 1.", en="Calls that raised: 1."),
        text(es="Lo que empezó trabajador 4 a los", en="What worker 4 began at"),
        text(es="Sin trabajo: 5.", en="Without work: 5."),
    ]
    assert [fact for fact in facts if fact not in told] == []
    assert told.endswith(".")


def test_the_table_has_what_is_drawn(language):
    """Each start, each chunk and each end, with its worker, from when to when, in the unit."""
    one = ended(heavy(1, 2), 0.05)
    [table] = tables_of(plot_timeline(one).figure)
    heading = text(es="Pool de 1 proceso", en="Pool of 1 process")
    lane = text(es="proceso 1", en="process 1")
    work = text(es="trabaja", en="working")
    rows = [
        (text(es="arranca", en="starting"), 0, one.ready_s[0], NONE),
        *((work, span.start_s, span.stop_s, "1") for span in one.spans),
        (text(es="se cierra", en="closing"), one.arrived_s, one.elapsed_s, NONE),
    ]
    assert table.rows == [
        (heading, lane, what, f"{1e3 * start_s:.2f}", f"{1e3 * stop_s:.2f}", n_items)
        for what, start_s, stop_s, n_items in rows
    ]


@pytest.mark.slow
def test_a_hundred_thousand_calls():
    """A hundred thousand calls are all drawn, and the table has the first of them."""
    ax = plot_timeline(simulate([8e-6] * 100_000, 2, 1, start_s=0.03, message_s=5e-6))
    assert len(working(ax)) == 100_000
    assert badly_placed(ax.figure) == []
    [table] = tables_of(ax.figure)
    assert len(table.rows) == 300 < table.n_rows


NO_ITEMS = replace(sequential(), spans=())


@pytest.mark.parametrize("received", [(), (NO_ITEMS,), (sequential(), NO_ITEMS), ("pool",)])
def test_nothing_to_draw(language, received):
    """No run, one without items, or something else gets an error that says what to give."""
    with pytest.raises(InputError, match=text(es="plot_timeline necesita", en="needs what with")):
        plot_timeline(*received)


@pytest.mark.parametrize("how", ["sequential", "threads", "processes", "pool"])
def test_what_run_returns_can_be_drawn(how):
    """What run() really returns, for each way of running, is drawn whole."""
    made = run(square, range(100), how=how, n_workers=2)
    ax = plot_timeline(made)
    assert len(working(ax)) == len(made.spans)
    assert badly_placed(ax.figure) == []


def test_watched_calls_are_drawn_as_a_run_is(language):
    """Lanes and end of a watched block are drawn; a loop beside threads counts as no thread."""
    with watch() as watched:
        watched(square)(1)
        with ThreadPool(1) as pool:
            pool.map(watched(square), range(3))
    ax = plot_timeline(watched)
    assert titles(ax)[0].startswith(text(es="1 hilo", en="1 thread"))
    assert titles(ax)[0].endswith(duration(watched.run().elapsed_s))
    assert lane_names(ax) == [
        text(es="este proceso", en="this process"),
        text(es="hilo 1", en="thread 1"),
    ]
    assert len(working(ax)) == len(watched.run().spans)
    assert lane_names(ax)[1] in str(tables_of(ax.figure))
