"""From where on a pool pays: the same as trying all numbers one by one, and as simulate says."""

from __future__ import annotations

import dataclasses
import itertools
import math
import sys

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_scheduling import chunks, list_scheduled

from helpers.language import LANGUAGES, set_language
from helpers.parallel import (
    BreakEven,
    CostModel,
    InputError,
    break_even,
    break_even_cost,
    simulate_even,
)

MODULE = sys.modules[break_even.__module__]  # its name in the package is the function
MODEL = CostModel(
    cpus=2,
    start_s=0.01,
    launch_s=0.002,
    boot_s=0.004,
    full_boot_s=0.005,
    message_s=1e-4,
    full_message_s=1.5e-4,
    worker_message_s=2e-5,
    item_s=1e-6,
    worker_item_s=1e-6,
    stop_s=0.003,
    stop_worker_s=0.001,
    crowding=1.05,
)
ONLY_A_START = CostModel(cpus=2, start_s=0.9, stop_s=0.1)
made_models = st.builds(
    CostModel,
    cpus=st.integers(2, 8),
    start_s=st.floats(0.001, 0.1),
    launch_s=st.floats(0, 0.01),
    boot_s=st.just(0.01),
    full_boot_s=st.floats(0.01, 0.02),
    message_s=st.floats(1e-6, 1e-4),
    full_message_s=st.floats(1e-4, 2e-4),
    worker_message_s=st.floats(0, 1e-4),
    stop_s=st.floats(0, 0.01),
    crowding=st.floats(1, 1.3),
)
item_costs = st.floats(2e-4, 1e-2)


class Clock:
    """A clock that moves only while a task is called: a task's cost is what the test says."""

    def __init__(self, costs_s):
        self.now_s, self.calls = 0.0, []
        self._costs_s = itertools.chain(costs_s, itertools.repeat(costs_s[-1]))

    def __call__(self):
        """Return the time."""
        return self.now_s

    def task(self, item):
        """Take the next of the times."""
        self.calls.append(item)
        self.now_s += next(self._costs_s)


@pytest.fixture
def costing(monkeypatch):
    """A function that gives a task whose calls take the times that are said, one after another."""

    def task_of(*costs_s):
        clock = Clock(costs_s)
        monkeypatch.setattr(MODULE, "perf_counter", clock)
        return clock.task

    return task_of


def pays(item_s, n_items, n_workers, model):
    """Say whether the simulated pool is faster than the loop."""
    return simulate_even(item_s, n_items, n_workers, None, model).elapsed_s < n_items * item_s


def first_that_pays(item_s, n_workers, model, most=5_000):
    """Return the smallest number of items that pays, found by trying one after another."""
    numbers = range(1, most)
    return next((n for n in numbers if pays(item_s, n, n_workers, model)), None)


# ---- from how many items on


@pytest.mark.parametrize("item_s", [0.003, 0.007, 0.02, 0.05, 1.0])
@pytest.mark.parametrize("n_workers", [2, 3])
def test_it_is_what_trying_all_numbers_gives(item_s, n_workers, costing):
    """The number is the smallest that pays, of all numbers from 1 on."""
    found = break_even(costing(item_s), "an item", MODEL, n_workers=n_workers)
    assert found.item_s == pytest.approx(item_s)
    assert found.n_items == first_that_pays(found.item_s, n_workers, MODEL)


@pytest.mark.parametrize(("item_s", "n_workers"), [(0.1, 2), (0.1, 4), (0.5, 2), (0.03, 2)])
def test_it_is_what_scheduling_by_hand_gives(item_s, n_workers, costing):
    """Where only start and end cost, it is where list scheduling beats the loop by as much."""
    model = dataclasses.replace(ONLY_A_START, cpus=n_workers)

    def saves(n_items):
        size = math.ceil(n_items / (4 * n_workers))
        done = list_scheduled([item_s] * n_items, n_workers, size)
        assert len(done) == len(chunks(range(n_items), size))
        return n_items * item_s - max(end_s for _, end_s in done) > 1.0 + 1e-9

    found = break_even(costing(item_s), 0, model)
    first = next(n for n in itertools.count(1) if saves(n))
    assert saves(found.n_items)
    assert first <= found.n_items <= first + 4 * n_workers  # chunks grow in steps


@settings(deadline=None, max_examples=50)
@given(made_models, item_costs)
def test_with_one_item_fewer_it_does_not_pay(model, item_s):
    """It pays with the number and not with one fewer; far below it never does, far above always.

    Beside it the gain goes up and down, since chunks grow in whole items.
    """
    clock = Clock([item_s])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(MODULE, "perf_counter", clock)
        found = break_even(clock.task, 0, model)
    n, step = found.n_items, 8 * model.cpus
    assert pays(found.item_s, n, model.cpus, model)
    assert not pays(found.item_s, n - 1, model.cpus, model)
    assert not any(pays(found.item_s, few, model.cpus, model) for few in range(1, n - step))
    many = [n + step, 2 * n + step, 10 * n + step, 10**6, 10**9]
    assert all(pays(found.item_s, more, model.cpus, model) for more in many)


@settings(deadline=None, max_examples=50)
@given(made_models, item_costs, st.sampled_from(["start_s", "stop_s"]), st.floats(1.0, 10))
def test_a_cheaper_start_pays_earlier(model, item_s, name, factor):
    """Where starting or stopping costs more, a pool pays from more or costlier items on."""
    dearer = dataclasses.replace(model, **{name: getattr(model, name) * factor})
    numbers = []
    for one in (model, dearer):
        clock = Clock([item_s])
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(MODULE, "perf_counter", clock)
            numbers.append(break_even(clock.task, 0, one).n_items)
    assert numbers[0] <= numbers[1]
    costs = [break_even_cost(100, one) or math.inf for one in (model, dearer)]
    assert costs[0] <= costs[1] * 1.002


def test_a_much_cheaper_start_pays_much_earlier(costing):
    """A start that takes ten times as long needs many more items."""
    slow = dataclasses.replace(MODEL, start_s=0.1)
    few, many = (break_even(costing(0.005), 0, model).n_items for model in (MODEL, slow))
    assert 2 * few < many


def test_a_costlier_item_pays_earlier(costing):
    """The more an item costs, the fewer of them are needed; never less than two."""
    costs = (0.0005, 0.002, 0.01, 0.1, 10)
    numbers = [break_even(costing(item_s), 0, MODEL).n_items for item_s in costs]
    assert numbers == sorted(numbers, reverse=True)
    assert numbers[0] > 10 * numbers[-1]
    assert numbers[-1] == 2


@pytest.mark.parametrize("name", ["item_s", "byte_s"])
def test_items_that_cost_less_than_sending_them_never_pay(name, costing):
    """Where sending an item costs more than computing it, no number of them pays."""
    dear = dataclasses.replace(MODEL, **{name: 1e-3})
    found = break_even(costing(5e-4), 0, dear)
    assert (found.n_items is None) == (name == "item_s")  # equal items of the task weigh nothing


def test_one_worker_never_pays(costing):
    """A pool of one does what the loop does, and has to be started."""
    assert break_even(costing(1.0), 0, MODEL, n_workers=1).n_items is None
    assert break_even_cost(1_000, MODEL, n_workers=1) is None


def test_workers_that_crowd_each_other_never_pay(costing):
    """Where two workers make each other half as fast, nothing is gained."""
    crowded = dataclasses.replace(MODEL, crowding=2.0)
    assert break_even(costing(1.0), 0, crowded).n_items is None
    assert break_even_cost(1_000, crowded) is None


@pytest.mark.parametrize("n_workers", [None, 2, 3, 7])
def test_the_number_of_workers(n_workers, costing):
    """There is a worker on each CPU of the model, or as many as asked for; the answer says it."""
    model = dataclasses.replace(MODEL, cpus=4)
    found = break_even(costing(0.01), 0, model, n_workers=n_workers)
    assert found.n_workers == (n_workers or 4)
    assert found.n_items == break_even(costing(0.01), 0, model, n_workers=found.n_workers).n_items
    assert pays(found.item_s, found.n_items, found.n_workers, model)


def test_what_is_returned():
    """The answer has the item's cost, the number and the workers, and cannot be changed."""
    found = break_even(sum, range(1_000), MODEL)
    assert found == BreakEven(found.item_s, found.n_items, 2)
    with pytest.raises(dataclasses.FrozenInstanceError):
        found.n_items = 3


# ---- the item is measured


def test_the_cost_is_a_median(costing):
    """The item's cost is the median of the calls, which one slow call does not move."""
    assert break_even(costing(0.5, 0.001), 0, MODEL).item_s == 0.5  # one call was enough
    assert break_even(costing(0.001, 0.02, 0.001, 0.1), 0, MODEL).item_s == pytest.approx(0.0105)
    assert break_even(costing(0.01, 0.03, 0.01, 0.01), 0, MODEL).item_s == pytest.approx(0.01)


@pytest.mark.parametrize(("item_s", "calls"), [(0.06, 1), (5.0, 1), (0.03, 2), (0.0051, 10)])
def test_it_is_measured_for_a_twentieth_of_a_second(item_s, calls, monkeypatch):
    """The task is called with the item for a twentieth of a second, and once at least."""
    clock, item = Clock([item_s]), object()
    monkeypatch.setattr(MODULE, "perf_counter", clock)
    break_even(clock.task, item, MODEL)
    assert clock.calls == [item] * calls


def test_an_item_that_takes_no_time():
    """A task that does nothing is measured, and its cost is above 0."""
    calls = []
    found = break_even(calls.append, "item", MODEL)
    assert 0 < found.item_s < 0.01
    assert set(calls) == {"item"}
    assert 1 <= len(calls) <= 10_000


def test_a_clock_that_stands_still(costing):
    """Where the clock sees nothing pass, the cost is a nanosecond, and the answer is never."""
    found = break_even(costing(0.0), 0, MODEL)
    assert found.item_s == pytest.approx(1e-9)
    assert found.n_items is None


def test_the_tasks_own_exception():
    """What the task raises comes out."""
    with pytest.raises(ZeroDivisionError):
        break_even(lambda item: 1 / item, 0, MODEL)


# ---- from what cost on


@settings(deadline=None, max_examples=60)
@given(made_models, st.integers(2, 3_000))
def test_the_cost_is_where_simulate_says(model, n_items):
    """Just above the cost the simulated pool is faster than the loop; just below it is not."""
    cost_s = break_even_cost(n_items, model)
    if cost_s is None:
        assert not pays(3_600.0, n_items, model.cpus, model)
    else:
        assert pays(1.001 * cost_s, n_items, model.cpus, model)
        assert not pays(cost_s / 1.002, n_items, model.cpus, model)


def test_a_cost_worked_out_by_hand():
    """Where a start costs 1 s, two workers with 8 items save 4 of them: one has to cost 0.25 s."""
    assert break_even_cost(8, ONLY_A_START) == pytest.approx(1 / 4, rel=0.0011)
    assert break_even_cost(800, ONLY_A_START) == pytest.approx(1 / 400, rel=0.0011)


def test_both_ways_agree(costing):
    """So many items of the cost at which so many pay, do pay, and from about that number on."""
    for n_items in (16, 80, 800):
        cost_s = break_even_cost(n_items, MODEL) * 1.002
        assert break_even(costing(cost_s), 0, MODEL).n_items == pytest.approx(n_items, abs=8)


def test_more_items_may_cost_less():
    """The more items there are, the less each has to cost."""
    costs = [break_even_cost(n_items, MODEL) for n_items in (2, 8, 80, 800, 8_000, 10**9)]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > 100 * costs[3]


def test_one_item_never_pays():
    """A single item cannot be shared out, whatever it costs."""
    assert break_even_cost(1, MODEL) is None
    assert break_even_cost(1, CostModel(cpus=2)) is None


def test_items_of_more_than_an_hour():
    """Where an hour an item would not be enough, the answer is None."""
    slow = dataclasses.replace(MODEL, start_s=10_000.0)
    assert break_even_cost(2, slow) is None
    assert break_even_cost(8, slow) == pytest.approx(10_000 / 4, rel=0.2)


def test_where_nothing_costs_anything():
    """Without any overhead the cheapest of items pay, and two are enough."""
    free = CostModel(cpus=2)
    assert break_even_cost(2, free) < 2e-9
    assert break_even_cost(2, dataclasses.replace(free, cpus=1), n_workers=1) is None


# ---- bad input


@pytest.mark.parametrize("value", [0, -1, 2.5, 2.0, True, "3", [2], float("nan")])
def test_bad_numbers(value):
    """A number that is no whole number above 0 is refused by name, before the task is called."""
    calls = []
    asked = {
        "n_workers": [
            lambda: break_even(calls.append, 0, MODEL, n_workers=value),
            lambda: break_even_cost(5, MODEL, n_workers=value),
        ],
        "n_items": [lambda: break_even_cost(value, MODEL)],
    }
    for name, ask in ((name, ask) for name, asks in asked.items() for ask in asks):
        texts = set()
        for language in LANGUAGES:
            set_language(language)
            with pytest.raises(InputError) as caught:
                ask()
            assert name in str(caught.value)
            assert repr(value) in str(caught.value)
            texts.add(str(caught.value))
        assert len(texts) == len(LANGUAGES)
    assert calls == []


def test_no_number_of_items():
    """None is no number of items."""
    with pytest.raises(InputError):
        break_even_cost(None, MODEL)
