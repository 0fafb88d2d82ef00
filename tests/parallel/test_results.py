"""What a Run records: spans that could have happened, and times that add up."""

from __future__ import annotations

import dataclasses
import itertools
import multiprocessing
import time

import pytest
import sample_tasks

from helpers.language import LANGUAGES, set_language
from helpers.parallel import Run, Span, run
from helpers.parallel.results import way_in_words
from helpers.tasks import count_primes, square

START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [
    ("sequential", None),
    ("threads", None),
    *[(how, method) for how in ("processes", "pool") for method in START_METHODS],
]
TOLERANCE_S = 1e-6  # rounding of differences between large clock readings


def check_story(done: Run, n_items: int) -> None:
    """Assert that what ``done`` records could have happened, and that its figures agree."""
    assert [span.n_items for span in done.spans[:-1]] == [done.chunksize] * (len(done.spans) - 1)
    assert n_items == done.n_items
    assert len(done.ready_s) == done.n_workers
    for span in done.spans:
        ready_s = done.ready_s[span.worker]
        assert ready_s is not None
        assert 0 <= ready_s <= span.start_s + TOLERANCE_S
        assert span.start_s <= span.stop_s <= done.arrived_s + TOLERANCE_S
    for worker in range(done.n_workers):
        own = sorted((s.start_s, s.stop_s) for s in done.spans if s.worker == worker)
        assert all(one[1] <= other[0] + TOLERANCE_S for one, other in itertools.pairwise(own))
    check_figures(done)


def check_figures(done: Run) -> None:
    """Assert that the properties of ``done`` agree with its spans and with each other."""
    known = [ready_s for ready_s in done.ready_s if ready_s is not None]
    assert done.startup_s == pytest.approx(min(known, default=0))
    assert 0 <= done.computing_s <= min(done.arrived_s, done.busy_s) + TOLERANCE_S
    assert done.busy_s <= len(done.ready_s) * done.elapsed_s + 1e-5
    assert 0 <= done.utilisation <= 1
    assert 0 <= done.stopping_s <= done.elapsed_s
    assert done.arrived_s == pytest.approx(done.elapsed_s - done.stopping_s)
    last_s = max((span.stop_s for span in done.spans), default=0)
    assert 0 <= done.idle_s <= done.n_workers * last_s + TOLERANCE_S


@pytest.mark.parametrize(("how", "start_method"), WAYS)
@pytest.mark.parametrize(
    ("task", "n_workers", "chunksize", "n_items"),
    [(count_primes, 2, 3, 20), (square, 4, 1, 200), (count_primes, 4, None, 2), (square, 3, 1, 0)],
)
def test_spans_of_every_way(how, start_method, task, n_workers, chunksize, n_items):
    """Every item is in one span, in order; spans of a worker do not overlap; the times add up.

    Also where the work is tiny, where there are more workers than items, and without any items.
    """
    done = run(task, [2000] * n_items, how=how, n_workers=n_workers, chunksize=chunksize,
               start_method=start_method)  # fmt: skip
    check_story(done, n_items)
    assert done.n_workers == (1 if how == "sequential" else n_workers)


@pytest.mark.parametrize(("how", "start_method"), WAYS)
def test_elapsed_is_what_a_watch_says(how, start_method):
    """A watch around the call shows the same time, but for checking the arguments."""
    for _attempt in range(5):  # the machine may take the CPU away between the two clocks
        began_s = time.perf_counter()
        done = run(sample_tasks.sleep, [0.02] * 4, how=how, n_workers=2, start_method=start_method)
        watched_s = time.perf_counter() - began_s
        assert done.elapsed_s <= watched_s
        if watched_s - done.elapsed_s <= max(0.005, 0.02 * done.elapsed_s):
            return
    assert done.elapsed_s == pytest.approx(watched_s, abs=0.005, rel=0.02)


@pytest.mark.parametrize("method", START_METHODS)
def test_the_workers_end_is_part_of_the_call(method):
    """A worker that takes its time to end is waited for, and recorded as stopping."""
    done = run(sample_tasks.end_late, [0.3], how="processes", n_workers=1, start_method=method)
    assert done.stopping_s >= 0.2
    assert done.arrived_s < done.elapsed_s - 0.2


@pytest.mark.parametrize("how", ["threads", "processes", "pool"])
def test_spans_show_who_waited(how):
    """With a long item and a short one, the spans are in the items' order."""
    done = run(sample_tasks.sleep, [0.5, 0.1], how=how, n_workers=2, chunksize=1)
    check_story(done, 2)
    assert done.spans[0].duration_s >= 0.49
    assert 0.09 <= done.spans[1].duration_s < done.spans[0].duration_s
    assert done.computing_s >= 0.49
    assert done.busy_s >= 0.59


def a_run(**changes) -> Run:
    """Return a run of two workers, made by hand: ready at 1 s and 2 s, over at 10 s."""
    fields = {
        "results": [None] * 6,
        "how": "pool",
        "n_workers": 2,
        "chunksize": 2,
        "start_method": "spawn",
        "elapsed_s": 10.0,
        "ready_s": (1.0, 2.0),
        "spans": (Span(0, 2.0, 5.0, 2), Span(1, 3.0, 6.0, 2), Span(0, 8.0, 9.0, 2)),
    }
    return Run(**{**fields, **changes})


def test_arithmetic_of_a_run():
    """The properties are what the definitions give on a run made by hand; it cannot be changed."""
    done = a_run()
    assert (done.n_items, done.startup_s, done.busy_s, done.spans[0].duration_s) == (6, 1, 7, 3)
    assert done.computing_s == (6 - 2) + (9 - 8)
    assert done.idle_s == 9 - 6
    assert done.utilisation == pytest.approx(7 / 20)
    unknown = a_run(n_workers=3, ready_s=(1.0, 2.0, None))
    assert (unknown.startup_s, unknown.idle_s) == (1, (9 - 6) + 9)
    nothing = a_run(results=[], ready_s=(None, None), spans=(), elapsed_s=0.0)
    check_figures(nothing)
    assert len(repr(a_run(results=["a result"] * 10_000))) < 200
    with pytest.raises(dataclasses.FrozenInstanceError):
        done.elapsed_s = 0


@pytest.mark.parametrize(
    ("how", "n_workers", "words"),
    [
        ("sequential", 1, "Sequentially"),
        ("threads", 2, "2 threads"),
        ("pool", 1, "Pool of 1 process"),
        ("processes", 2, "2 processes (ProcessPoolExecutor)"),
        ("dask", 2, "2 Dask workers"),
    ],
)
def test_the_way_in_words(how, n_workers, words):
    """A way is named in the current language, one worker in the singular."""
    done = a_run(how=how, n_workers=n_workers)
    said = set()
    for one in LANGUAGES:
        set_language(one)
        said.add(way_in_words(done))
    assert words in said
    assert len(said) == 2
