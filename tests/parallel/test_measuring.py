"""A few items show what all will cost, and a pool what it costs itself."""

from __future__ import annotations

import _thread
import itertools
import multiprocessing
import pickle
import random
import threading
import time
from unittest.mock import Mock

import pytest
import sample_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers import worker
from helpers.parallel import MachineError, WorkerLostError
from helpers.parallel.model import measuring
from helpers.parallel.model.measuring import MOST_SAMPLED, Sample, measure_pool, take_sample
from helpers.tasks import square

TICK_S = 1 / 64  # by which CPU time advances on Windows
START_METHODS = multiprocessing.get_all_start_methods()


class Noting:
    """A task that notes its items and their threads, works, and says which item it got."""

    def __init__(self, seconds=0.0, work=time.sleep):
        self.items, self.threads = [], set()
        self._seconds, self._work = seconds, work

    def __call__(self, item):
        """Note, work and answer."""
        self.items.append(item)
        self.threads.add(threading.get_ident())
        self._work(self._seconds)
        return ("result of", item)


# What share of its time a task waits, is kept from the CPU by other programs, and computes.
WORKS = {"wait": (1, 0, 0), "be_kept": (0, 1, 0), "both": (0.5, 0.5, 0), "compute": (0, 0, 1)}


class Clock:
    """Two clocks that only tasks move, and what Linux says of the time without a CPU."""

    def __init__(self, monkeypatch):
        self.now_s = self.cpu_s = self.kept_s = 0.0
        self.pauses, self.tick_s = 0, 1e-9
        self.known = lambda: (self.pauses, self.kept_s)
        monkeypatch.setattr(measuring, "perf_counter", lambda: self.now_s)
        for name in ("thread_time", "process_time"):
            monkeypatch.setattr(measuring, name, lambda: self.cpu_s // self.tick_s * self.tick_s)
        monkeypatch.setattr(measuring, "_tick_s", lambda: self.tick_s)
        monkeypatch.setattr(measuring, "_scheduling", lambda: self.known())

    def sample(self, *works, n_items=30):
        """Return a sample of items that do one work after another, and the last again and again."""
        turns = itertools.chain(works, itertools.repeat(works[-1]))

        def of_its_turn(item):
            work, seconds = next(turns)
            waits, kept, computes = WORKS[work]
            self.now_s += seconds
            self.pauses += waits > 0
            self.kept_s += kept * seconds
            self.cpu_s += computes * seconds
            return item

        return take_sample(of_its_turn, range(n_items), 10.0, 1)


@pytest.fixture
def clock(monkeypatch):
    """Stand in for the clocks."""
    return Clock(monkeypatch)


# ---- which items are run


@pytest.mark.parametrize("n_threads", [1, 2, 4])
@pytest.mark.parametrize(
    ("n_items", "work"), [(2, time.sleep), (5, time.sleep), (51, time.sleep), (5_000, abs)]
)
def test_half_of_the_items_at_most_and_none_twice(n_items, work, n_threads):
    """No item is run twice, no more than half of them, and the results are those of their items."""
    task, items = Noting(0.003, work), [f"item {k}" for k in range(n_items)]
    sample = take_sample(task, items, 1.0, n_threads)
    assert len(task.items) == len(set(task.items))
    assert 1 <= len(task.items) <= n_items / 2
    assert sample.results == {items.index(item): ("result of", item) for item in task.items}
    assert set(sample.cpu_s) == set(sample.costs_s) <= set(sample.results)


def test_items_from_all_over_and_the_same_each_time():
    """They are spread over all items, and the learner's own random numbers are left alone.

    Slow items are run until the budget is over, and one in any case.
    """
    random.seed(7)
    expected = random.Random(7).random()
    first, second = (list(take_sample(square, range(1_000), 1.0, 1).results) for _ in range(2))
    assert first == second
    assert random.random() == expected
    for quarter in range(4):
        assert 75 < sum(250 * quarter <= index < 250 * quarter + 250 for index in first) < 175
    assert len(take_sample(square, range(10 * MOST_SAMPLED), 5.0, 1).results) <= MOST_SAMPLED
    for budget_s, most in ((0.3, 8), (1e-9, 1)):
        assert 1 <= len(take_sample(Noting(0.05), range(1_000), budget_s, 2).results) <= most


# ---- what they show


@settings(deadline=None)
@given(st.dictionaries(st.integers(0, 59), st.floats(1e-9, 100), min_size=1), st.integers(0, 9))
def test_an_unknown_cost_is_that_of_the_nearest(costs_s, more):
    """Every item has the cost of an item that was run and that none is nearer to."""
    estimated = Sample(max(costs_s) + 1 + more, costs_s).estimated_costs_s()
    assert len(estimated) == max(costs_s) + 1 + more
    for index, cost_s in enumerate(estimated):
        nearest = min(abs(index - known) for known in costs_s)
        assert cost_s in {costs_s.get(index - nearest), costs_s.get(index + nearest)}


@pytest.mark.parametrize(("first", "other"), [("wait", "compute"), ("compute", "wait")])
def test_a_first_item_that_warms_up_is_set_apart(clock, first, other):
    """A first cost far above all others is counted once, and says nothing about waiting.

    It is an item like any where others may be as expensive, or where there is little else.
    """
    sample = clock.sample((first, 0.1), (other, 0.005))
    assert sample.item_s == pytest.approx(0.005)
    assert sample.loop_s == pytest.approx(0.1 + 29 * 0.005)
    assert sample.waits == pytest.approx(1.0 if other == "wait" else 0.0)
    for n_items, costs_s in (
        (30, [0.015, 0.005]),  # three times as long may be the item's own
        (30, [0.1, 0.005, 0.005, 0.1, 0.005]),  # another one is as expensive
        (4, [0.1, 0.005]),  # there is only one other
    ):
        sample = clock.sample(*((other, cost_s) for cost_s in costs_s), n_items=n_items)
        assert set(sample.costs_s) == set(sample.results)


@pytest.mark.parametrize(
    ("work", "known", "waits", "kept"),
    [
        ("be_kept", "all", 0.0, 1.0),
        ("be_kept", "pauses", 0.0, 1.0),
        ("be_kept", "nothing", 1.0, 0.0),
        ("wait", "all", 1.0, 0.0),
        ("both", "all", 0.5, 0.5),
        ("compute", "all", 0.0, 0.0),
    ],
)
def test_being_kept_from_the_cpu_is_no_waiting(clock, work, known, waits, kept):
    """Items from which other programs take the CPU compute, as far as the system says so."""
    clock.known = {
        "all": lambda: (clock.pauses, clock.kept_s),
        "pauses": lambda: (clock.pauses, 0.0),
        "nothing": lambda: (None, 0.0),
    }[known]
    sample = clock.sample((work, 0.005))
    assert sample.waits == pytest.approx(waits, abs=0.01)
    assert sample.kept_share == pytest.approx(kept, abs=0.01)


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(item_s=st.floats(1e-4, 0.5), n_items=st.integers(2, 200), phase_s=st.floats(0, TICK_S))
def test_a_coarse_clock_of_cpu_time(clock, item_s, n_items, phase_s):
    """In steps, as on Windows: what computes does not seem to wait or to use more than a CPU."""
    clock.tick_s, clock.known, clock.cpu_s = TICK_S, lambda: (None, 0.0), phase_s
    sample = clock.sample(("compute", item_s), n_items=n_items)
    assert (sample.waits, sample.used_cpus) == pytest.approx((0.0, 1.0), abs=1e-6)
    assert clock.sample(("wait", item_s), n_items=n_items).waits > 0.999 - TICK_S / item_s


def test_waiting_and_computing_are_told_apart(monkeypatch, tmp_path):
    """A task that sleeps is seen to wait, and one that computes waits less.

    Where Linux' account of a thread is missing, nobody is said to have had the CPU.
    """
    waits = take_sample(sample_tasks.sleep, [0.03] * 40, 0.3, 1).waits
    computes = take_sample(sample_tasks.burn, [0.004] * 40, 0.3, 1).waits
    assert 0 <= computes < waits  # by how much depends on what else runs here
    monkeypatch.setattr(measuring, "_SCHEDSTAT", tmp_path / "schedstat")
    assert take_sample(square, range(60), 0.1, 1).n_items == 60
    assert measuring._scheduling()[1] == 0.0


def test_what_an_item_weighs():
    """The weight is that of an item and its result, pickled; None where one cannot be."""
    for item in (b"", "ñ" * 500, list(range(300))):
        sample = take_sample(sample_tasks.identity, [item] * 10, 0.1, 1)
        assert sample.item_bytes == 2 * len(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
    for task, item in [
        (sample_tasks.identity, threading.Lock()),
        (sample_tasks.return_lock, 1),
        (sample_tasks.identity, sample_tasks.GRUMPY),
    ]:
        assert take_sample(task, [item] * 6, 0.1, 1).item_bytes is None


# ---- threads


def test_threads_are_tried_where_that_says_something():
    """With one CPU, or items that are too short, all are run here; else some in other threads."""
    here = {threading.get_ident()}
    for task, n_threads in ((Noting(0.003), 1), (Noting(work=abs), 3)):
        assert take_sample(task, range(60), 0.6, n_threads).threads_share is None
        assert task.threads == here
    together = Noting(0.003)
    assert 0 <= take_sample(together, range(60), 0.6, 3).threads_share <= 1
    assert here < together.threads
    assert len(together.threads) <= 1 + 3


@pytest.mark.parametrize(
    ("n_threads", "used_cpus", "share"), [(2, 1, 0), (2, 2, 1), (3, 2, 0.5), (4, 0.5, 0), (2, 9, 1)]
)
def test_how_far_threads_compute_side_by_side(n_threads, used_cpus, share, monkeypatch):
    """The share is 0 where one CPU was used, and 1 where each thread used one."""
    monkeypatch.setattr(measuring, "thread_time", time.perf_counter)
    monkeypatch.setattr(measuring, "process_time", lambda: used_cpus * time.perf_counter())
    sample = take_sample(sample_tasks.sleep, [0.008] * 60, 0.9, n_threads)
    assert sample.threads_share == pytest.approx(share, abs=0.25)


# ---- errors


@pytest.mark.parametrize("where", ["loop", "thread", "cheap"])
def test_the_tasks_own_exception(where):
    """What the task raises comes out, with a note that names the item and its index.

    Cheap items are run several at once: there it is the twelfth, in the middle of some.
    """
    here, items = threading.current_thread(), [f"item {k}" for k in range(60)]
    calls = itertools.count(1)

    def fails(item):
        if where != "cheap":
            time.sleep(0.004)
        in_thread = threading.current_thread() is not here
        if {"loop": True, "thread": in_thread, "cheap": next(calls) == 12}[where]:
            raise ZeroDivisionError(item)

    with pytest.raises(ZeroDivisionError) as caught:
        take_sample(fails, items, 0.6, 2)
    item = str(caught.value)
    assert caught.value.__notes__ == [f"items[{items.index(item)}] = {item!r}"]


# ---- what a pool costs


@pytest.mark.parametrize("method", START_METHODS)
def test_what_a_pool_costs_is_measured(method):
    """A start and a message take time, whatever the start method, and nothing is left running."""
    costs = measure_pool(method, 2, 0.1)
    assert 0 < costs.message_s < costs.start_s
    assert multiprocessing.active_children() == []


@pytest.mark.skipif("fork" not in START_METHODS, reason="the workers need the clock made here")
@pytest.mark.parametrize("tick_s", [TICK_S, 1e9])
def test_what_a_pool_costs_with_a_coarse_clock(monkeypatch, tick_s):
    """Where CPU time advances in steps, which are found, or not at all, the figures make sense."""
    for module in (measuring, worker):
        monkeypatch.setattr(module, "thread_time", lambda: time.thread_time() // tick_s * tick_s)
    assert measuring._tick_s() == tick_s % 1
    costs = measuring._round("fork", 2)
    assert 1 <= costs.slowdown < 16
    assert 0 <= costs.kept_share <= 1


def test_a_machine_with_very_many_cpus(monkeypatch):
    """No more workers are started than Windows allows; to start all is said to take longer."""
    measure = Mock(return_value=measuring.PoolCosts(start_s=1.0, message_s=1e-5))
    monkeypatch.setattr(measuring, "run", measure)
    monkeypatch.setattr(measuring, "_round", measure)
    for n_workers in (4, 128):
        costs = measure_pool("spawn", n_workers, 0.1)
        n_started = measure.call_args.args[1]
        assert n_started <= 61
        assert costs.start_s == n_workers / n_started


@pytest.mark.parametrize("error", [WorkerLostError, KeyboardInterrupt, MachineError])
def test_a_pool_that_stops_answering(monkeypatch, error):
    """A worker that is killed, an interrupt and silence end the measuring soon, and the workers."""
    threading.Timer(0.5, _thread.interrupt_main if error is KeyboardInterrupt else list).start()
    monkeypatch.setattr(measuring, "LIMIT_S", 2.0)
    task = sample_tasks.kill_itself if error is WorkerLostError else sample_tasks.hang
    monkeypatch.setattr(measuring, "pid_after", task)
    with pytest.raises(error):
        measuring._round(START_METHODS[0], 2)
    assert multiprocessing.active_children() == []
