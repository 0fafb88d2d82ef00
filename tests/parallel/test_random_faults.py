"""Random faults at random moments: a result is right or there is an error, and it goes on."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import random
import signal
import sys
import threading
import time

import leftovers
import pytest
import sample_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.parallel import TimeLimitError, WorkerLostError, run

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

START_METHODS = multiprocessing.get_all_start_methods()
KINDS = ("raise", "exit", "kill", "hang")
N_EXAMPLES = {"fork": 25, "forkserver": 6, "spawn": 6}
NO_LIMIT_S = 100.0

calls = st.fixed_dictionaries(
    {
        "n_items": st.integers(1, 60),
        "n_workers": st.integers(1, 4),
        "chunksize": st.integers(1, 9),
        "faults": st.dictionaries(st.integers(0, 59), st.sampled_from(KINDS), max_size=3),
        "killed_after_s": st.none() | st.floats(0.0, 0.3),
        "seed": st.integers(0, 1_000),
    }
)


def kill_later(after_s, chance):
    """Kill one of this process's new children at a moment; as what runs out of memory is."""
    spared = leftovers.children()

    def kill():
        victims = sorted(leftovers.children() - spared)
        if victims:
            with contextlib.suppress(OSError):  # it has ended by now
                os.kill(chance.choice(victims), signal.SIGKILL)

    timer = threading.Timer(after_s, kill)
    timer.start()
    return timer


def suffer(how, method, call):
    """Make the call, with its faults; judge what comes of it."""
    n_items = call["n_items"]
    faults = {place: kind for place, kind in call["faults"].items() if place < n_items}
    items = [(place, faults.get(place)) for place in range(n_items)]
    after_s = call["killed_after_s"]
    killer = kill_later(after_s, random.Random(call["seed"])) if after_s else None
    limit_s = 0.8 if "hang" in faults.values() else NO_LIMIT_S
    begin = time.perf_counter()
    try:
        done = run(
            sample_tasks.square_or_fail, items, how=how, start_method=method, timeout_s=limit_s,
            n_workers=call["n_workers"], chunksize=call["chunksize"],
        )  # fmt: skip
    except Exception as error:
        judge(error, faults, killer is not None)
    else:
        assert done.results == [place * place for place in range(n_items)]
        assert not faults
    assert time.perf_counter() - begin < 50
    if killer:
        killer.join(50)


def judge(error, faults, hunted):
    """Assert that the error is one of those that these faults can lead to."""
    kinds = set(faults.values())
    if isinstance(error, ValueError):
        assert "raise" in kinds
        raising = [place for place, kind in faults.items() if kind == "raise"]
        assert any(f"({place}, 'raise')" in "".join(error.__notes__) for place in raising)
    elif isinstance(error, WorkerLostError):
        assert hunted or kinds & {"exit", "kill"}
    else:
        assert isinstance(error, TimeLimitError), error
        assert "hang" in kinds


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks for children in /proc")
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_never_a_wrong_result(how, method):
    """No result is lost, doubled or reordered, whatever ends whenever, and the next call works."""
    run(abs, [1], how=how, start_method=method)

    @given(calls)
    @settings(
        max_examples=N_EXAMPLES[method], deadline=None, derandomize=True, database=None,
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    def holds(call):
        before = leftovers.snapshot()
        suffer(how, method, call)
        assert leftovers.since(before) == []
        assert run(abs, [-1, 2], how=how, n_workers=2, start_method=method).results == [1, 2]

    holds()
