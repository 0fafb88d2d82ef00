"""Random faults at random moments: a result is right or there is an error, and it goes on."""

from __future__ import annotations

import contextlib
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
from ways import PROCESSES, START_METHODS

from helpers.parallel import TimeLimitError, WorkerLostError, run

N_EXAMPLES = {"fork": 25, "forkserver": 6, "spawn": 6}

calls = st.fixed_dictionaries(
    {
        "n_items": st.integers(1, 60),
        "n_workers": st.integers(1, 4),
        "chunksize": st.integers(1, 9),
        "faults": st.dictionaries(
            st.integers(0, 59), st.sampled_from(["raise", "exit", "kill", "hang"]), max_size=3
        ),
        "killed_after_s": st.none() | st.floats(0.0, 0.3),
        "seed": st.integers(0, 1_000),
    }
)


def kill_one(spared, seed):
    """Kill one of this process's new children, as what runs out of memory is."""
    if victims := sorted(leftovers.children() - spared):
        with contextlib.suppress(OSError):  # it has ended by now
            os.kill(random.Random(seed).choice(victims), signal.SIGKILL)


def suffer(how, method, call):
    """Make the call, with its faults; what comes of it has to be right, or one of their errors."""
    places = range(call["n_items"])
    items = [(place, call["faults"].get(place)) for place in places]
    kinds, hunted = {kind for _, kind in items}, call["killed_after_s"] is not None
    killer = threading.Timer(
        call["killed_after_s"] or 0.0, kill_one, (leftovers.children(), call["seed"])
    )
    if hunted:
        killer.start()
    begin = time.perf_counter()
    try:
        done = run(
            sample_tasks.square_or_fail, items, how=how, start_method=method,
            n_workers=call["n_workers"], chunksize=call["chunksize"],
            timeout_s=0.8 if "hang" in kinds else 100.0,
        )  # fmt: skip
    except ValueError as error:
        notes = "".join(error.__notes__)
        assert any(str(item) in notes for item in items if item[1] == "raise")
    except WorkerLostError:
        assert hunted or kinds & {"exit", "kill"}
    except TimeLimitError:
        assert "hang" in kinds
    else:
        assert done.results == [place * place for place in places]
        assert kinds == {None}
    assert time.perf_counter() - begin < 50
    if hunted:
        killer.join(50)


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="no SIGKILL elsewhere")
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("how", PROCESSES)
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
