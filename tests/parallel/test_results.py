"""What a Run tells: spans that could have happened, and times that add up."""

from __future__ import annotations

import dataclasses
import itertools
import math
import multiprocessing
import time

import pytest
import sample_tasks
from hypothesis import given
from hypothesis import strategies as st

from helpers.parallel import Run, Span, run
from helpers.tasks import count_primes, square

START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [
    ("sequential", None),
    ("threads", None),
    *[(how, method) for how in ("processes", "pool") for method in START_METHODS],
]
TOLERANCE_S = 1e-6  # rounding of differences between large clock readings


def check_story(done: Run, n_items: int) -> None:
    """Assert that what ``done`` tells could have happened, and that its figures agree."""
    assert [span.n_items for span in done.spans[:-1]] == [done.chunksize] * (len(done.spans) - 1)
    assert sum(span.n_items for span in done.spans) == n_items == done.n_items
    assert len(done.ready_s) == done.n_workers
    for span in done.spans:
        assert span.worker in range(done.n_workers)
        ready_s = done.ready_s[span.worker]
        assert ready_s is not None
        assert 0 <= ready_s <= span.start_s + TOLERANCE_S
        assert span.start_s <= span.stop_s <= span.left_s <= done.arrived_s + TOLERANCE_S
        assert span.packed_s in (None, span.left_s)
        assert span.duration_s == pytest.approx(span.stop_s - span.start_s)
    for worker in range(done.n_workers):
        own = sorted((s.start_s, s.left_s) for s in done.spans if s.worker == worker)
        assert all(one[1] <= other[0] + TOLERANCE_S for one, other in itertools.pairwise(own))
    check_figures(done)


def check_figures(done: Run) -> None:
    """Assert that the properties of ``done`` agree with its spans and with each other."""
    assert done.busy_s == pytest.approx(sum(span.duration_s for span in done.spans))
    known = [ready_s for ready_s in done.ready_s if ready_s is not None]
    assert done.startup_s == pytest.approx(min(known, default=done.startup_s))
    assert 0 <= done.computing_s <= done.arrived_s + TOLERANCE_S
    assert (
        done.computing_s <= done.busy_s + TOLERANCE_S <= len(done.ready_s) * done.elapsed_s + 1e-5
    )
    assert 0 <= done.utilisation <= 1
    assert 0 <= done.stopping_s <= done.elapsed_s
    assert done.arrived_s == pytest.approx(done.elapsed_s - done.stopping_s)
    check_parts(done)


PARTS = ["starting", "sending", "computing", "collecting", "idle", "stopping"]


def check_parts(done: Run) -> None:
    """Assert that the parts of the call are all of it, and agree with the other figures."""
    parts_s = done.parts_s
    assert list(parts_s) == PARTS
    assert sum(parts_s.values()) == pytest.approx(done.elapsed_s, abs=0.002, rel=0.02)
    assert min(parts_s.values()) >= -TOLERANCE_S
    assert parts_s["computing"] == pytest.approx(done.busy_s / done.n_workers, abs=1e-6)
    assert parts_s["stopping"] == pytest.approx(done.stopping_s, abs=1e-6)


@pytest.mark.parametrize(("how", "start_method"), WAYS)
@pytest.mark.parametrize(("n_workers", "chunksize", "n_items"), [(2, 3, 20), (3, None, 5)])
def test_spans_of_every_way(how, start_method, n_workers, chunksize, n_items):
    """Every item is in one span, spans of a worker do not overlap, and the times add up."""
    done = run(
        count_primes,
        [2000] * n_items,
        how=how,
        n_workers=n_workers,
        chunksize=chunksize,
        start_method=start_method,
    )
    check_story(done, n_items)


@pytest.mark.parametrize("how", ["threads", "processes", "pool"])
@pytest.mark.parametrize("n_items", [1, 2, 200])
def test_spans_of_tiny_work(how, n_items):
    """The story holds where the work is nothing and some workers get none of it."""
    check_story(run(square, range(n_items), how=how, n_workers=4, chunksize=1), n_items)


@pytest.mark.parametrize(("how", "start_method"), WAYS)
def test_more_workers_than_items(how, start_method):
    """Workers that get nothing are in the story as well, and its parts add up."""
    done = run(count_primes, [3000] * 2, how=how, n_workers=4, start_method=start_method)
    check_story(done, 2)
    assert len(done.ready_s) == done.n_workers == (1 if how == "sequential" else 4)


@pytest.mark.parametrize(("how", "start_method"), WAYS)
def test_a_run_without_items(how, start_method):
    """Nothing to do is a call of its own, with parts that add up to next to nothing."""
    done = run(count_primes, [], how=how, n_workers=3, start_method=start_method)
    check_parts(done)
    assert done.spans == ()
    assert done.elapsed_s >= 0


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
    """A worker that takes its time to end is waited for, and told as stopping."""
    done = run(sample_tasks.end_late, [0.3], how="processes", n_workers=1, start_method=method)
    assert done.stopping_s >= 0.2
    assert done.parts_s["stopping"] == pytest.approx(done.stopping_s)
    assert done.arrived_s < done.elapsed_s - 0.2


@pytest.mark.parametrize("how", ["processes", "pool"])
def test_packing_is_told(how):
    """Results that take long to pickle are told as collecting, not as computing."""
    done = run(sample_tasks.slow_to_pack, [0.2], how=how, n_workers=1)
    [span] = done.spans
    assert span.packed_s is not None
    assert span.left_s - span.stop_s >= 0.19
    assert done.parts_s["collecting"] >= 0.19


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_nothing_is_packed_where_nothing_is_sent(how):
    """In this process results need no packing, and a worker leaves a chunk where it stops."""
    done = run(square, range(4), how=how, n_workers=2)
    assert all(span.packed_s is None for span in done.spans)
    assert all(span.left_s == span.stop_s for span in done.spans)


@pytest.mark.parametrize("how", ["threads", "processes", "pool"])
def test_spans_tell_who_waited(how):
    """With one long and one short item, one worker's long wait is told as idle."""
    done = run(sample_tasks.sleep, [0.4, 0.1], how=how, n_workers=2, chunksize=1)
    check_story(done, 2)
    assert done.spans[0].duration_s >= 0.39
    assert done.spans[1].duration_s >= 0.09
    assert done.spans[1].duration_s < done.spans[0].duration_s
    assert done.computing_s >= 0.39
    assert done.busy_s >= 0.49


@pytest.mark.parametrize("how", ["sequential", "threads", "processes", "pool"])
def test_spans_are_in_the_order_of_the_items(how):
    """The span of the slow first item comes first although it ended last."""
    done = run(sample_tasks.sleep, [0.5, 0, 0, 0], how=how, n_workers=2, chunksize=1)
    durations_s = [span.duration_s for span in done.spans]
    assert durations_s.index(max(durations_s)) == 0
    assert durations_s[0] >= 0.49


@pytest.mark.parametrize("method", START_METHODS)
def test_startup_is_before_the_first_span(method):
    """Start-up is a part of elapsed_s of its own, before any worker computes."""
    done = run(square, range(4), how="pool", n_workers=2, start_method=method)
    assert 0 < done.startup_s <= min(span.start_s for span in done.spans)
    assert done.startup_s < done.elapsed_s


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
    """The properties are what the definitions give on a run made by hand."""
    done = a_run()
    assert done.n_items == 6
    assert done.startup_s == 1.0
    assert done.busy_s == 7.0
    assert done.computing_s == (6 - 2) + (9 - 8)
    assert done.utilisation == pytest.approx(7 / 20)
    assert done.spans[0].duration_s == 3.0


def test_parts_of_a_run():
    """The parts are what their definitions give: here, without packing or an end."""
    assert a_run().parts_s == pytest.approx(
        {
            "starting": (1 + 2) / 2,
            "sending": ((2 - 1) + (8 - 5) + (3 - 2)) / 2,
            "computing": (3 + 1 + 3) / 2,
            "collecting": 10 - 9,
            "idle": (9 - 6) / 2,
            "stopping": 0,
        }
    )


def test_parts_of_a_run_that_packs_and_ends():
    """Packing counts as collecting, and the last result comes before the workers' end."""
    spans = (Span(0, 2.0, 5.0, 2, 6.0), Span(1, 3.0, 6.0, 2, 6.5), Span(0, 7.0, 8.0, 2, 8.5))
    done = a_run(spans=spans, stopping_s=1.0)
    assert done.arrived_s == 9.0
    assert done.parts_s == pytest.approx(
        {
            "starting": (1 + 2) / 2,
            "sending": ((2 - 1) + (7 - 6) + (3 - 2)) / 2,
            "computing": (3 + 1 + 3) / 2,
            "collecting": (1 + 0.5 + 0.5) / 2 + (9 - 8.5),
            "idle": (8.5 - 6.5) / 2,
            "stopping": 1,
        }
    )
    check_figures(done)


def test_parts_with_a_worker_of_which_nothing_is_known():
    """A worker that got no chunk was idle, as far as anybody knows, until the last result."""
    done = a_run(n_workers=3, ready_s=(1.0, 2.0, None), stopping_s=0.5)
    assert done.parts_s["idle"] == pytest.approx(((9 - 6) + 9.5) / 3)
    check_parts(done)


def test_a_worker_that_is_ready_too_late():
    """Where all is done before the last worker is ready, it was starting all the time."""
    done = a_run(ready_s=(1.0, 12.0), spans=(Span(0, 2.0, 5.0, 6),), stopping_s=1.0)
    assert done.parts_s["starting"] == (1 + 9) / 2
    check_parts(done)


def test_a_worker_of_which_nothing_is_known():
    """A worker without results has no ready time, and does not count as busy."""
    done = a_run(n_workers=3, ready_s=(1.0, 2.0, None))
    assert done.startup_s == 1.0
    assert done.utilisation == pytest.approx(7 / 30)


def test_a_run_of_nothing():
    """Without spans, and without a ready worker, every figure is a number."""
    done = a_run(results=[], ready_s=(None, None), spans=(), elapsed_s=0.0)
    figures = (done.startup_s, done.busy_s, done.computing_s)
    assert all(math.isfinite(value) and value >= 0 for value in figures)
    assert 0 <= done.utilisation <= 1


def test_a_run_is_frozen():
    """Neither a run nor a span can be changed by mistake."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_run().elapsed_s = 0
    with pytest.raises(AttributeError):
        Span(0, 0, 1, 1).worker = 3


def test_a_span():
    """A span is a tuple with names; without packing a worker leaves it where it stops."""
    span = Span(1, 2.0, 5.0, 7)
    assert span == (1, 2.0, 5.0, 7, None, 0, True, "")
    assert (span.worker, span.start_s, span.stop_s, span.n_items) == (1, 2.0, 5.0, 7)
    assert (span.duration_s, span.left_s) == (3.0, 5.0)
    assert span._replace(packed_s=6.0).left_s == 6.0
    assert span._replace(packed_s=6.0).duration_s == 3.0


def test_repr_is_one_line():
    """A run shows itself in one line that has no results in it, however many they are."""
    text = repr(a_run(results=["a result"] * 10_000))
    assert "\n" not in text
    assert "a result" not in text
    assert len(text) < 200
    assert "pool" in text


@st.composite
def runs(draw):
    """Draw runs that could have happened: workers that compute chunk after chunk."""
    n_workers = draw(st.integers(1, 4))
    step_s = st.floats(0, 10, allow_nan=False)
    ready_s, spans = [], []
    for worker in range(n_workers):
        ready_s.append(draw(step_s))
        now_s = ready_s[-1]
        for _ in range(draw(st.integers(0, 4))):
            start_s = now_s + draw(step_s)
            stop_s = start_s + draw(step_s)
            packed_s = draw(st.none() | st.just(stop_s + draw(step_s)))
            spans.append(Span(worker, start_s, stop_s, 1, packed_s))
            now_s = spans[-1].left_s
    arrived_s = max([span.left_s for span in spans] + ready_s) + draw(step_s)
    stopping_s = draw(step_s)
    return a_run(
        results=[0] * len(spans),
        n_workers=n_workers,
        chunksize=1,
        elapsed_s=arrived_s + stopping_s,
        stopping_s=stopping_s,
        ready_s=tuple(ready_s),
        spans=tuple(spans),
    )


@given(runs())
def test_figures_agree_on_any_run(done):
    """Whatever happened, the figures are in their ranges and agree with each other."""
    check_figures(done)
