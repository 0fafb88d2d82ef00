"""A few items tell what all will cost: which ones are run, what is read from them, what is kept."""

from __future__ import annotations

import itertools
import math
import pickle
import sys
import threading
import time

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.language import LANGUAGES, set_language
from helpers.parallel import TaskFailedError
from helpers.parallel.model import sampling
from helpers.parallel.model.sampling import MOST_SAMPLED, Sample, take_sample
from helpers.tasks import square

GIL = getattr(sys, "_is_gil_enabled", lambda: True)()  # asked for from Python 3.13 on
costs = st.floats(1e-9, 100)


class Noting:
    """A task that notes which items it was given, in which thread, and takes its time."""

    def __init__(self, seconds=0.0, work=time.sleep):
        self.items, self.threads = [], set()
        self._seconds, self._work = seconds, work

    def __call__(self, item):
        """Do the work and return something that tells the item."""
        self.items.append(item)
        self.threads.add(threading.get_ident())
        self._work(self._seconds)
        return ("result of", item)


class Clock:
    """Two clocks that only tasks move: one of the time, one of the CPU's."""

    def __init__(self, monkeypatch):
        self.now_s = self.cpu_s = 0.0
        monkeypatch.setattr(sampling, "perf_counter", lambda: self.now_s)
        monkeypatch.setattr(sampling, "thread_time", lambda: self.cpu_s)
        monkeypatch.setattr(sampling._Scheduled, "now", classmethod(self._scheduled))
        self.pauses = 0
        self.kept_s = 0.0
        self.told = {"pauses", "kept_s"}

    def _scheduled(self, cls):
        known = {"pauses": self.pauses, "kept_s": self.kept_s}
        return cls(**{name: known[name] for name in self.told})

    def wait(self, seconds):
        """Let time pass, and the CPU go."""
        self.now_s += seconds
        self.pauses += 1

    def be_kept_waiting(self, seconds):
        """Let time pass in which another program has the CPU."""
        self.now_s += seconds
        self.kept_s += seconds

    def wait_and_be_kept(self, seconds):
        """Wait for half of the time, and be kept waiting for the other half."""
        self.wait(seconds / 2)
        self.be_kept_waiting(seconds / 2)

    def compute(self, seconds):
        """Let time pass, in which the CPU is used."""
        self.now_s += seconds
        self.cpu_s += seconds

    @staticmethod
    def task(*works):
        """Return a task whose calls do one work after another, and the last again and again."""
        turns = itertools.chain(works, itertools.repeat(works[-1]))

        def of_its_turn(item):
            work, seconds = next(turns)
            work(seconds)
            return item

        return of_its_turn


class InThread:
    """A task that fails in any thread but the main one."""

    def __init__(self, error):
        self._error = error

    def __call__(self, item):
        """Wait some milliseconds, so that threads are worth a trial, then maybe fail."""
        time.sleep(0.004)
        if threading.current_thread() is not threading.main_thread():
            raise self._error(f"{item} in a thread")
        return item


# ---- what is read from the costs


@st.composite
def samples(draw):
    """Draw samples of some of the items."""
    n_items = draw(st.integers(1, 60))
    indices = draw(st.sets(st.integers(0, n_items - 1), min_size=1))
    return Sample(n_items, {index: draw(costs) for index in draw(st.permutations(sorted(indices)))})


@settings(deadline=None)
@given(samples())
def test_an_unknown_cost_is_that_of_the_nearest(sample):
    """Every item has the cost of an item that was run and that none is nearer to."""
    estimated = sample.estimated_costs_s()
    assert len(estimated) == sample.n_items
    for index, cost_s in enumerate(estimated):
        nearest = min(abs(index - known) for known in sample.costs_s)
        near = {known for known in (index - nearest, index + nearest) if known in sample.costs_s}
        assert cost_s in {sample.costs_s[known] for known in near}


def test_the_nearest_worked_out_by_hand():
    """Two known costs share the items between them in the middle."""
    costs_s = Sample(9, {7: 5.0, 2: 1.0}).estimated_costs_s()
    assert costs_s == [1.0] * 5 + [5.0] * 4


@settings(deadline=None)
@given(samples())
def test_the_mean_cost(sample):
    """The cost of an item is the mean of those that were run."""
    known = list(sample.costs_s.values())
    assert sample.item_s == pytest.approx(math.fsum(known) / len(known))


@pytest.mark.parametrize(
    ("costs_s", "cpu_s", "waits"),
    [
        ({0: 1.0, 1: 3.0}, {0: 1.0, 1: 3.0}, 0.0),
        ({0: 1.0, 1: 3.0}, {0: 0.0, 1: 0.0}, 1.0),
        ({0: 1.0, 1: 3.0}, {0: 1.0, 1: 0.0}, 0.75),
        ({0: 1.0, 1: 3.0}, {0: 0.0, 1: 3.0}, 0.25),
        ({0: 1.0}, {0: 1.2}, 0.0),  # two clocks never agree to the last digit
        ({0: 0.0}, {0: 0.0}, 0.0),
        ({}, {}, 0.0),
    ],
)
def test_how_much_of_its_time_an_item_waits(costs_s, cpu_s, waits):
    """The share that waits is what is left of the time beside the CPU's, from 0 to 1."""
    assert Sample(9, costs_s, cpu_s=cpu_s).waits == pytest.approx(waits)


# ---- which items are run


@pytest.mark.parametrize("n_threads", [1, 2, 4])
@pytest.mark.parametrize("n_items", [2, 3, 4, 5, 12, 51])
def test_half_of_the_items_at_most_and_none_twice(n_items, n_threads):
    """No item is run twice, no more than half of them, and the results are those of their items."""
    task, items = Noting(0.003), [f"item {k}" for k in range(n_items)]
    sample = take_sample(task, items, 1.0, n_threads)
    assert len(task.items) == len(set(task.items))
    assert 1 <= len(task.items) <= n_items / 2
    assert sample.results == {items.index(item): ("result of", item) for item in task.items}
    assert sample.n_items == n_items
    assert set(sample.cpu_s) == set(sample.costs_s) <= set(sample.results)


def test_cheap_items_too():
    """Items that are timed many at a time are run once each, and their results are in place."""
    task, items = Noting(work=abs), [f"item {k}" for k in range(5_000)]
    sample = take_sample(task, items, 1.0, 2)
    assert len(task.items) == len(set(task.items)) <= 2_500
    assert sample.results == {items.index(item): ("result of", item) for item in task.items}


def test_never_more_than_there_is_room_for():
    """Of very many items only some thousands are run."""
    sample = take_sample(square, range(10 * MOST_SAMPLED), 5.0, 1)
    assert len(sample.results) <= MOST_SAMPLED
    assert sample.results == {index: square(index) for index in sample.results}


def test_items_from_all_over():
    """The sample is spread over all items, so that items that grow do not deceive it."""
    sample = take_sample(square, range(1_000), 1.0, 1)
    assert len(sample.results) == 500
    for quarter in range(4):
        inside = [index for index in sample.results if 250 * quarter <= index < 250 * quarter + 250]
        assert 75 < len(inside) < 175


def test_the_same_items_each_time():
    """The same items are chosen on each call, and the learner's own random numbers are not used."""
    import random

    random.seed(7)
    expected = random.Random(7).random()
    first, second = (list(take_sample(square, range(100), 1.0, 1).results) for _ in range(2))
    assert first == second
    assert random.random() == expected


def test_the_budget_ends_it():
    """Slow items are run until the budget is over; those that have begun are run to their end."""
    task = Noting(0.05)
    begin = time.perf_counter()
    sample = take_sample(task, range(1_000), 0.3, 2)
    assert time.perf_counter() - begin < 2
    assert 1 <= len(sample.results) <= 0.3 / 0.05 + 2


@pytest.mark.parametrize("budget_s", [1e-9, 0.0, -1.0])
def test_one_item_is_run_in_any_case(budget_s):
    """However small the budget, a single item is run, since without it nothing is known."""
    sample = take_sample(Noting(0.01), range(100), budget_s, 2)
    assert len(sample.results) == len(sample.costs_s) == 1


# ---- what they tell


def test_a_first_item_that_warms_up_is_forgotten(monkeypatch):
    """The cost of a first item that is far above all others is dropped, its result is kept."""
    clock = Clock(monkeypatch)
    task = clock.task((clock.compute, 0.1), (clock.compute, 0.005))
    sample = take_sample(task, range(30), 0.5, 1)
    (first,) = set(sample.results) - set(sample.costs_s)
    assert sample.results[first] == first
    assert first not in sample.cpu_s
    assert sample.item_s == pytest.approx(0.005)


@pytest.mark.parametrize(("first", "other"), [("wait", "compute"), ("compute", "wait")])
def test_the_warm_up_says_nothing_about_waiting(first, other, monkeypatch):
    """A first item that waits does not make those that compute look like waiting, nor inversely."""
    clock = Clock(monkeypatch)
    task = clock.task((getattr(clock, first), 0.1), (getattr(clock, other), 0.005))
    sample = take_sample(task, range(30), 0.5, 1)
    assert sample.waits == pytest.approx(1.0 if other == "wait" else 0.0)


@pytest.mark.parametrize(
    ("works", "told", "waits", "kept"),
    [
        (["be_kept_waiting"], {"pauses", "kept_s"}, 0.0, 1.0),
        (["be_kept_waiting"], {"pauses"}, 0.0, 1.0),
        (["be_kept_waiting"], set(), 1.0, 0.0),
        (["wait"], {"pauses", "kept_s"}, 1.0, 0.0),
        (["wait_and_be_kept"], {"pauses", "kept_s"}, 0.5, 0.5),
        (["compute"], {"pauses", "kept_s"}, 0.0, 0.0),
    ],
)
def test_being_kept_waiting_is_no_waiting(works, told, waits, kept, monkeypatch):
    """Items from which other programs take the CPU compute, as far as the system tells it."""
    clock = Clock(monkeypatch)
    clock.told = told
    task = clock.task(*[(getattr(clock, work), 0.005) for work in works])
    sample = take_sample(task, range(30), 0.5, 1)
    assert sample.waits == pytest.approx(waits, abs=0.01)
    assert sample.kept_share == pytest.approx(kept, abs=0.01)


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts the pauses of a thread")
@pytest.mark.parametrize(
    ("task", "expected"), [(sample_tasks.burn, 0.0), (sample_tasks.sleep, 1.0)]
)
def test_pauses_tell_waiting_from_computing(task, expected):
    """Computing for 50 ms gives the CPU up hardly ever by itself, each wait does."""
    shares = []
    for _ in range(10):
        earlier = sampling._Scheduled.now()
        task(0.005)
        shares.append(sampling._Scheduled.now().pauses > earlier.pauses)
    assert abs(sum(shares) / len(shares) - expected) <= 0.3


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux says for how long")
def test_a_system_without_the_account_of_a_thread(monkeypatch, tmp_path):
    """Where the file is missing or holds something else, only the pauses are known."""
    for text in (None, "", "12", "a b c"):
        file = tmp_path / "schedstat"
        if text is not None:
            file.write_text(text, encoding="ascii")
        monkeypatch.setattr(sampling, "_SCHEDSTAT", file)
        assert sampling._Scheduled.now().kept_s is None


@pytest.mark.parametrize(
    ("n_items", "costs_s"),
    [
        (30, [0.005]),
        (30, [0.015, 0.005]),  # three times as long may be the item's own
        (30, [0.1, 0.005, 0.005, 0.1, 0.005]),  # another one is as expensive
        (4, [0.1, 0.005]),  # there is only one other
    ],
)
def test_one_expensive_item_is_no_warm_up(n_items, costs_s, monkeypatch):
    """A first item counts where others may be as expensive, or where there is little else."""
    clock = Clock(monkeypatch)
    task = clock.task(*[(clock.compute, cost_s) for cost_s in costs_s])
    sample = take_sample(task, range(n_items), 10.0, 1)
    assert set(sample.costs_s) == set(sample.results)


def test_waiting_and_computing_are_told_apart():
    """A task that sleeps is seen to wait, and one that computes waits less."""
    waits = take_sample(sample_tasks.sleep, [0.004] * 40, 0.3, 1).waits
    computes = take_sample(sample_tasks.burn, [0.004] * 40, 0.3, 1).waits
    assert waits > 0.8
    assert 0 <= computes < waits


@pytest.mark.parametrize("item", [b"", bytes(1_000), "ñ" * 500, list(range(300)), 7])
def test_what_an_item_weighs(item):
    """The weight is that of an item and its result, pickled."""
    sample = take_sample(sample_tasks.identity, [item] * 10, 0.1, 1)
    assert sample.item_bytes == 2 * len(pickle.dumps(item, pickle.HIGHEST_PROTOCOL))
    assert sample.parent_pickling_s >= 0
    assert sample.worker_pickling_s >= 0


@pytest.mark.parametrize(
    ("task", "item"),
    [
        (sample_tasks.identity, threading.Lock()),
        (sample_tasks.return_lock, 1),
        (sample_tasks.identity, sample_tasks.Grumpy()),
        (sample_tasks.return_grumpy, 1),
        (sample_tasks.identity, lambda: 0),
    ],
)
def test_what_cannot_be_pickled_weighs_nothing_known(task, item):
    """Where an item or a result cannot be pickled and read again, the weight is None."""
    assert take_sample(task, [item] * 6, 0.1, 1).item_bytes is None


# ---- threads


def test_threads_are_tried_where_there_are_cpus_for_them():
    """With one CPU all items are run here; with more, some are run in other threads."""
    here = {threading.get_ident()}
    alone, together = Noting(0.003), Noting(0.003)
    assert take_sample(alone, range(60), 0.6, 1).threads_share is None
    assert alone.threads == here
    assert 0 <= take_sample(together, range(60), 0.6, 3).threads_share <= 1
    assert here < together.threads
    assert len(together.threads) <= 1 + 3


def test_threads_are_not_tried_on_items_that_are_too_short():
    """Calls that are over in no time say more about starting threads, so they are not made."""
    task = Noting(work=abs)
    assert take_sample(task, range(60), 0.6, 2).threads_share is None
    assert task.threads == {threading.get_ident()}


@pytest.mark.skipif(not GIL, reason="this Python has no GIL")
def test_threads_that_take_turns_are_seen(monkeypatch):
    """Where a task holds the GIL, threads are seen not to compute side by side."""
    # Whoever has to wait for a CPU does not wait in the task.
    monkeypatch.setattr(sampling, "thread_time", time.perf_counter)
    sample = take_sample(sample_tasks.burn, [0.004] * 60, 0.6, 2)
    assert sample.threads_share < 0.5


@pytest.mark.parametrize(
    ("n_threads", "used_cpus", "share"), [(2, 1, 0), (2, 2, 1), (3, 2, 0.5), (4, 0.5, 0), (2, 9, 1)]
)
def test_how_far_threads_compute_side_by_side(n_threads, used_cpus, share, monkeypatch):
    """The share is 0 where one CPU was used, and 1 where each thread used one."""
    monkeypatch.setattr(sampling, "thread_time", time.perf_counter)
    monkeypatch.setattr(sampling, "process_time", lambda: used_cpus * time.perf_counter())
    sample = take_sample(sample_tasks.sleep, [0.008] * 60, 0.9, n_threads)
    assert sample.threads_share == pytest.approx(share, abs=0.25)


# ---- errors


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tasks_own_exception(language):
    """What the task raises comes out, with a note that names the item and its index."""
    set_language(language)
    items = [f"item {k}" for k in range(20)]
    with pytest.raises(ValueError, match="no good") as caught:
        take_sample(sample_tasks.raise_value_error, items, 1.0, 2)
    assert str(caught.value) == f"no good: {named_in(caught.value, items)}"
    assert "raise_value_error" in caught.value.__notes__[0]


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError])
def test_an_exception_in_a_thread(error):
    """An exception of the trial with threads comes out, too, and its note has the right index."""
    items = [f"item {k}" for k in range(60)]
    with pytest.raises(error, match="in a thread") as caught:
        take_sample(InThread(error), items, 0.6, 2)
    assert f"{named_in(caught.value, items)} in a thread" == str(caught.value)


def named_in(error, items):
    """Return the item that an exception's one note names, with the index that belongs to it."""
    (note,) = error.__notes__
    named = [k for k, item in enumerate(items) if repr(item) in note]
    assert len(named) == 1
    assert f" {named[0]} " in note
    return items[named[0]]


def test_an_exception_among_cheap_items():
    """The note names the item that failed, not the first of those that were timed with it."""
    items = list(range(1_000))
    bad = set(list(take_sample(square, items, 1.0, 1).results)[-5:])

    def fails(item):
        return 1 // (item not in bad)

    with pytest.raises(ZeroDivisionError) as caught:
        take_sample(fails, items, 1.0, 1)
    assert any(f" {index} (" in caught.value.__notes__[0] for index in bad)


@pytest.mark.parametrize("task", [sample_tasks.exit_politely, InThread(SystemExit)])
def test_a_task_that_ends_the_program(task):
    """A task that calls sys.exit does not end the caller: that is an error that says so."""
    with pytest.raises(TaskFailedError, match=r"goodbye|in a thread"):
        take_sample(task, range(60), 0.6, 2)


def test_an_interrupt():
    """An interrupt comes out as what it is."""
    with pytest.raises(KeyboardInterrupt):
        take_sample(sample_tasks.raise_keyboard_interrupt, range(60), 0.6, 2)
