"""What surrounds the tasks inside a worker, tried in this process."""

from __future__ import annotations

import os
import pickle
import signal
from time import perf_counter

import pytest
import sample_tasks

from helpers import worker
from helpers.language import current_language


@pytest.fixture(autouse=True)
def _as_a_worker(monkeypatch):
    """Let this process play a worker that has just been started."""
    for name, value in {"_task": None, "_problem": None, "_ready_s": 0.0}.items():
        monkeypatch.setattr(worker, name, value)
    before = signal.getsignal(signal.SIGINT)
    yield
    signal.signal(signal.SIGINT, before)


def test_prepare_makes_ready():
    """A prepared worker speaks the language, ignores interrupts and computes chunks."""
    before_s = perf_counter()
    worker.prepare(pickle.dumps(sample_tasks.identity), "es")
    assert current_language() == "es"
    assert signal.getsignal(signal.SIGINT) is signal.SIG_IGN
    outcome = worker.run_chunk(pickle.dumps([1, None, "a"]))
    assert (pickle.loads(outcome.results), outcome.failure) == ([1, None, "a"], None)
    assert outcome.worker == os.getpid()
    assert before_s <= outcome.ready_s <= outcome.start_s <= outcome.stop_s <= perf_counter()


@pytest.mark.parametrize(
    ("task", "chunk", "stage", "index"),
    [
        (b"no pickle", [1], "load_task", None),
        (pickle.dumps(sample_tasks.Grumpy()), [1], "load_task", None),
        (pickle.dumps(abs), [0, sample_tasks.Grumpy()], "load_items", None),
        (pickle.dumps(sample_tasks.raise_at_seven), [0, 7, 0], "task", 1),
        (pickle.dumps(sample_tasks.return_lock_at_seven), [0, 0, 7], "send_results", 2),
    ],
)
def test_a_worker_always_answers(task, chunk, stage, index):
    """What goes wrong, in every chunk, is a failure that says where, and that can be sent."""
    worker.prepare(task, "en")
    for _ in range(2):
        outcome = pickle.loads(pickle.dumps(worker.run_chunk(pickle.dumps(chunk))))
        assert outcome.results is None
        assert (outcome.failure.stage, outcome.failure.index) == (stage, index)
        assert "Traceback" in outcome.failure.traceback
