"""What surrounds the tasks inside a worker, tried in this process."""

from __future__ import annotations

import os
import pickle
import signal
import threading
from time import perf_counter

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import worker
from helpers.language import current_language
from helpers.worker import Failure, Outcome


@pytest.fixture
def _as_a_worker(monkeypatch):
    """Let this process play a worker that has just been started."""
    for name, value in {"_task": None, "_problem": None, "_ready_s": 0.0}.items():
        monkeypatch.setattr(worker, name, value)
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


@given(st.lists(st.integers(), max_size=50))
def test_compute_is_the_plain_loop(items):
    """The chunk's results are those of a list comprehension."""
    assert worker.compute(sample_tasks.nested, list(items)) == (
        [sample_tasks.nested(item) for item in items],
        None,
    )


@settings(max_examples=20, deadline=None)
@given(st.lists(st.integers(8, 99), max_size=20), st.lists(st.integers(8, 99), max_size=20))
def test_compute_stops_at_the_first_that_raises(before, after):
    """The failure has the index of the item in its chunk, and no results come with it."""
    results, failure = worker.compute(sample_tasks.raise_at_seven, [*before, 7, *after])
    assert results == []
    assert failure.stage == "task"
    assert failure.index == len(before)
    assert "sample_tasks.py" in failure.traceback
    assert "Detailed: 7" in failure.summary


@pytest.mark.parametrize("n_before", [0, 1, 5])
@pytest.mark.parametrize("n_after", [0, 1, 5])
def test_compute_is_not_ended_by_stop_iteration(n_before, n_after):
    """A StopIteration is a failure at its item, not an early end."""
    items = [0] * n_before + [5] + [0] * n_after
    results, failure = worker.compute(sample_tasks.raise_at_last, items)
    assert results == []
    assert failure.index == n_before
    assert "StopIteration" in failure.traceback


@pytest.mark.parametrize(
    "task", [sample_tasks.exit_politely, sample_tasks.raise_with_lock, sample_tasks.raise_group]
)
def test_compute_lets_nothing_through(task):
    """Whatever the task raises, sys.exit too, comes back as a failure."""
    results, failure = worker.compute(task, [1])
    assert (results, failure.index) == ([], 0)


def test_compute_stops_when_its_items_are_taken_away():
    """Emptying the list from another thread ends the loop after the item at hand, without error."""
    items = [0.05] * 200
    timer = threading.Timer(0.15, items.clear)
    began = perf_counter()
    timer.start()
    results, failure = worker.compute(sample_tasks.sleep, items)
    timer.join()
    assert failure is None
    assert 0 < len(results) < 200
    assert perf_counter() - began < 3


@pytest.mark.usefixtures("_as_a_worker")
@pytest.mark.parametrize("language", ["es", "en"])
def test_prepare_makes_ready(language):
    """A prepared worker speaks the language, ignores interrupts and computes chunks."""
    before_s = perf_counter()
    worker.prepare(pickle.dumps(sample_tasks.identity), language)
    assert current_language() == language
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    outcome = worker.run_chunk(pickle.dumps([1, None, "a"]))
    assert pickle.loads(outcome.results) == [1, None, "a"]
    assert outcome.failure is None
    assert outcome.worker == os.getpid()
    assert before_s <= outcome.ready_s <= outcome.start_s <= outcome.stop_s <= perf_counter()


@pytest.mark.usefixtures("_as_a_worker")
@pytest.mark.parametrize("task", [b"", b"no pickle", pickle.dumps(sample_tasks.Grumpy())])
def test_prepare_never_raises(task):
    """A task that cannot be loaded is told with the first chunk, and with each one after it."""
    worker.prepare(task, "en")
    for _ in range(2):
        outcome = worker.run_chunk(pickle.dumps([1]))
        assert outcome.failure.stage == "load_task"
        assert outcome.results is None


@pytest.mark.usefixtures("_as_a_worker")
@pytest.mark.parametrize(
    ("task", "chunk", "stage", "index"),
    [
        (sample_tasks.identity, b"no pickle", "load_items", None),
        (sample_tasks.identity, pickle.dumps([0, sample_tasks.Grumpy()]), "load_items", None),
        (sample_tasks.raise_at_seven, pickle.dumps([0, 7, 0]), "task", 1),
        (sample_tasks.return_lock_at_seven, pickle.dumps([0, 0, 7]), "send_results", 2),
    ],
)
def test_run_chunk_always_answers(task, chunk, stage, index):
    """What goes wrong comes back as a failure that says where, and that can be sent."""
    worker.prepare(pickle.dumps(task), "en")
    outcome = pickle.loads(pickle.dumps(worker.run_chunk(chunk)))
    assert outcome.results is None
    assert (outcome.failure.stage, outcome.failure.index) == (stage, index)
    assert outcome.failure.exception is None
    assert "Traceback" in outcome.failure.traceback


def test_outcome_travels():
    """An outcome comes out of pickle as it went in."""
    outcome = pickle.loads(pickle.dumps(Outcome(5, (1.0, 2.0, 3.0), b"results")))
    assert (outcome.worker, outcome.ready_s, outcome.start_s, outcome.stop_s) == (5, 1.0, 2.0, 3.0)
    assert (outcome.results, outcome.failure) == (b"results", None)


@pytest.mark.parametrize(
    ("exception", "travels"),
    [
        (ValueError("x"), True),
        (sample_tasks.Detailed(3), True),
        (SystemExit(3), True),
        (sample_tasks.TwoArguments(1, "b"), False),
        (sample_tasks.WithLock("x"), False),
    ],
    ids=repr,
)
def test_failure_travels(exception, travels):
    """A failure can always be sent; its exception only where it comes out as what it was."""
    failure = Failure("task", exception, 3)
    assert failure.exception is exception
    received = pickle.loads(pickle.dumps(failure))
    assert received.exception is None
    assert (received.error is not None) == travels
    assert type(exception).__name__ in received.summary
    if travels:
        assert type(pickle.loads(received.error)) is type(exception)


@pytest.mark.parametrize(
    ("values", "index"),
    [([], None), ([1, "a", None], None), ([1, threading.Lock(), 2, threading.Lock()], 1)],
)
def test_first_unpicklable(values, index):
    """The first value that cannot be pickled is found, and none where all can."""
    assert worker.first_unpicklable(values) == index
