"""advise(): what it says and why; and that what it recommends can be run."""

from __future__ import annotations

import multiprocessing
import re
import sys
import threading
from dataclasses import replace
from types import SimpleNamespace
from unittest.mock import Mock

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import run_program

from helpers.language import set_language
from helpers.parallel import advise, run, simulate
from helpers.parallel.model.measuring import PoolCosts, Sample
from helpers.tasks import square

MODULE = sys.modules["helpers.parallel.model.advice"]
START_METHODS = multiprocessing.get_all_start_methods()
CHEAP = PoolCosts(start_s=0.01, message_s=1e-4, item_s=1e-6, byte_s=1e-9)


@pytest.fixture(autouse=True)
def known_machine(monkeypatch):
    """An idle machine with two CPUs, on which what a pool costs is known."""
    set_machine(monkeypatch)


def set_machine(monkeypatch, cpus=2, busy=False):
    """Have advise see so many CPUs and others like these, know a pool's costs, and be quick."""
    monkeypatch.setattr(MODULE, "usable_cpus", lambda: cpus)
    others = SimpleNamespace(in_the_way=lambda n_cpus: busy)
    monkeypatch.setattr(MODULE, "OtherPrograms", lambda: others)
    monkeypatch.setattr(MODULE, "_known", {(method, cpus): CHEAP for method in START_METHODS})
    monkeypatch.setattr(MODULE, "ENOUGH_S", -1.0)  # it has not to wait until it can tell
    monkeypatch.setattr(MODULE, "BUDGET_S", 1.0)


@pytest.fixture
def sampled(monkeypatch):
    """A function that lets advise find a made sample, whatever it is asked about."""

    def use(**figures):
        made = sample_of(**figures)
        monkeypatch.setattr(MODULE, "take_sample", lambda *_: made)
        return advise(square, range(made.n_items))

    return use


def sample_of(n_items=200, item_s=0.01, waits=0.0, n_sampled=20, **figures):
    """Return a made sample of items that all cost the same."""
    costs_s = dict.fromkeys(range(0, n_items, max(1, n_items // n_sampled)), item_s)
    made = {
        "costs_s": costs_s,
        "cpu_s": {index: (1 - waits) * cost_s for index, cost_s in costs_s.items()},
        "results": dict.fromkeys(costs_s),
        "item_bytes": 40.0,
        "threads_share": 0.0,
    }
    return Sample(n_items, **{**made, **figures})


UNEVEN = {index: 0.001 + (index < 2) for index in range(20)}
GROWING = {index: 0.001 * (1 + index) for index in range(20)}


@pytest.mark.parametrize(
    ("figures", "cpus", "busy", "how", "n_workers", "certain"),
    [
        ({}, 2, False, "pool", 2, True),  # it computes: a process on each CPU
        ({"threads_share": 1.0}, 2, False, "threads", 2, True),  # outside of Python
        ({"waits": 0.99}, 2, False, "threads", 32, True),
        ({"waits": 0.5}, 2, False, "pool", 4, True),  # CPUs / the share that computes
        ({"used_cpus": 1.9}, 2, False, "sequential", 1, True),  # a library shares it out
        ({"n_items": 3, "item_s": 0.015}, 2, False, "sequential", 1, True),  # 0.041 s for 0.045
        ({"item_s": 0.001, "item_bytes": 1e7}, 2, False, "sequential", 1, True),  # heavy
        ({"item_bytes": None}, 2, False, "sequential", 1, True),  # it cannot travel
        ({}, 1, False, "sequential", 1, True),  # a single CPU
        ({"waits": 0.99}, 1, False, "threads", 32, True),
        ({}, 2, True, "sequential", 1, False),  # others are busy: it cannot tell
        ({"kept_s": 0.1}, 2, False, "sequential", 1, False),  # the same, as this thread saw
        ({"kept_s": 0.01}, 2, False, "pool", 2, True),
        ({"waits": 0.99}, 2, True, "threads", 32, True),  # what waits needs no CPU
        ({"costs_s": UNEVEN, "cpu_s": UNEVEN}, 2, False, "sequential", 1, False),
        ({"costs_s": GROWING, "cpu_s": GROWING}, 2, False, "sequential", 1, True),
    ],
)
def test_what_is_recommended(monkeypatch, sampled, figures, cpus, busy, how, n_workers, certain):
    """Each kind of work gets its way, and as many workers as it needs; the reason has words."""
    set_machine(monkeypatch, cpus, busy)
    said = {}
    for language in ("es", "en"):
        set_language(language)
        advice = sampled(**figures)
        said[language] = f"{advice.reason} {advice.best}"
        assert (advice.best.how, advice.best.n_workers) == (how, n_workers)
        assert advice.certain is certain
        assert advice.best in advice.options
        assert not busy or "pool" not in {option.how for option in advice.options}
    assert said["es"] != said["en"]
    assert re.findall(r"\d+\.?\d*", said["es"]) == re.findall(r"\d+\.?\d*", said["en"])


def test_what_is_predicted(monkeypatch, sampled):
    """Half of the loop on two CPUs; at most two processes a CPU, on Windows 61; a giant once."""
    assert sampled().best.predicted_s == pytest.approx(1.0, rel=0.1)
    (pool,) = [option for option in sampled(waits=0.9).options if option.how == "pool"]
    assert pool.n_workers == 4
    advice = sampled(item_s=0.001, once_s={0: 1.0})
    loop = next(option for option in advice.options if option.how == "sequential")
    assert loop.predicted_s == pytest.approx(1.199)
    assert all(option.predicted_s > 1.0 for option in advice.options)
    set_machine(monkeypatch, cpus=128)
    monkeypatch.setattr(sys, "platform", "win32")
    assert sampled(n_items=10_000).best.n_workers == 61


@pytest.mark.parametrize(("items", "word"), [([], "no items"), ([9], "a single item")])
def test_fewer_than_two_items(items, word):
    """Nothing is run, and the reason holds of an item that takes for ever, too."""
    advice = advise(sample_tasks.hang, items)
    assert word in advice.reason
    assert (advice.best.how, advice.best.chunksize) == ("sequential", 1)


@pytest.mark.parametrize("n_items", [10**5, 10**5 + 1, 10**7])
def test_millions_of_items(monkeypatch, sampled, n_items):
    """Threads, which get items one by one, are predicted soon: to take what the messages take."""
    monkeypatch.setattr(MODULE, "simulate", played := Mock(side_effect=simulate))
    threads = sampled(n_items=n_items, item_s=1e-6).options[-1]
    assert (threads.how, threads.chunksize) == ("threads", 1)
    assert threads.predicted_s == pytest.approx(n_items * MODULE.THREADS.message_s, rel=0.01)
    assert max(len(call.args[0]) for call in played.call_args_list) <= MODULE.MOST_CHUNKS


@settings(deadline=None, max_examples=60)
@given(
    n_items=st.integers(2, 400),
    item_s=st.floats(1e-4, 1.0),
    waits=st.floats(0, 1),
    threads_share=st.none() | st.floats(0, 1),
    item_bytes=st.none() | st.floats(0, 1e7),
    cpus=st.integers(1, 64),
    busy=st.booleans(),
)
def test_an_advice_is_never_absurd(n_items, item_s, waits, threads_share, item_bytes, cpus, busy):
    """Work that computes never gets more workers than CPUs, whatever a sample says.

    Nothing is promised that its workers or CPUs cannot do; the fastest option is the first one.
    """
    with pytest.MonkeyPatch.context() as patch:
        set_machine(patch, cpus, busy)
        made = sample_of(n_items, item_s, waits, threads_share=threads_share, item_bytes=item_bytes)
        patch.setattr(MODULE, "take_sample", lambda *_: made)
        advice = advise(square, range(n_items))
    loop_s = made.item_s * n_items
    for option in advice.options:
        if waits <= 0.2:
            assert option.n_workers <= cpus
            assert loop_s / option.predicted_s <= cpus * 1.001
        assert option.n_workers <= max(32, cpus)
        assert loop_s / option.predicted_s <= option.n_workers * 1.001
    times = [option.predicted_s for option in advice.options]
    assert times == sorted(times)
    assert advice.best in advice.options
    assert advice.best.how == "sequential" or loop_s > 1.15 * advice.best.predicted_s


# ---- really run


@pytest.mark.parametrize(
    ("task", "items", "how"),
    [
        (sample_tasks.burn, [0.01] * 40, None),
        (sample_tasks.sleep, [0.01] * 60, "threads"),
        (square, range(100), "sequential"),
        (square, [], "sequential"),
    ],
)
def test_what_is_recommended_can_be_run(task, items, how):
    """Every option can be given to run as it is, and gives what the loop gives; no thread stays."""
    n_threads = threading.active_count()
    advice = advise(task, items)
    assert how in (None, advice.best.how)
    assert (threading.active_count(), multiprocessing.active_children()) == (n_threads, [])
    for option in advice.options:
        way = {"how": option.how, "n_workers": option.n_workers, "chunksize": option.chunksize}
        assert run(task, items, **way, timeout_s=60).results == [task(item) for item in items]


@pytest.mark.parametrize("method", START_METHODS)
def test_a_task_of_a_notebook(method):
    """Advice on a function that no module has: whatever the start method, threads, and soon."""
    code = (
        "import multiprocessing, time\n"
        "from helpers.parallel import advise\n"
        "def own(seconds): time.sleep(seconds)\n"
        f"multiprocessing.set_start_method({method!r})\n"
        "print(advise(own, [0.01] * 40).best.how)\n"
    )
    assert run_program("-c", code).stdout.split() == ["threads"]


@pytest.mark.parametrize(("kept_share", "certain", "n_calls"), [(0.0, True, 1), (0.5, False, 2)])
def test_costs_are_measured_once(monkeypatch, sampled, kept_share, certain, n_calls):
    """The second advice takes what the first one measured, if nobody else had the CPUs then."""
    calls = []
    costs = replace(CHEAP, kept_share=kept_share)
    monkeypatch.setattr(MODULE, "_known", {})
    monkeypatch.setattr(MODULE, "measure_pool", lambda *given: calls.append(given) or costs)
    assert [sampled().certain, sampled().certain] == [certain, certain]
    assert len(calls) == n_calls
