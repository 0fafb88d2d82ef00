"""simulate(): a pool on paper that keeps to the rules of a real one, and to the laws of queues."""

from __future__ import annotations

import itertools
from fractions import Fraction
from time import perf_counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from list_scheduling import SlowPool, chunks, list_scheduled

from helpers.language import set_language
from helpers.parallel import InputError, simulate

MOST_S = 60.0  # a deadline: it takes a fraction of a second where nobody else computes
patient = settings(deadline=None, max_examples=60)  # a busy machine may stall in any example
# Binary fractions, which add up without rounding: what happens at the same time does so in any way
# of adding.
seconds = st.integers(0, 2048).map(lambda n: n / 1024)
costs = st.lists(seconds, max_size=30)
some_costs = st.lists(seconds, min_size=1, max_size=30)
workers = st.integers(1, 8)
sizes = st.integers(1, 7)


@patient
@given(costs, workers, sizes)
def test_without_overheads_it_is_list_scheduling(costs_s, n_workers, chunksize):
    """Each chunk begins and ends when the worker that is free first has computed it."""
    done = simulate(costs_s, n_workers, chunksize)
    expected = list_scheduled(costs_s, n_workers, chunksize)
    assert [(span.start_s, span.stop_s) for span in done.spans] == expected
    assert done.elapsed_s == max((end_s for _, end_s in expected), default=0)


def test_an_anomaly_worked_out_by_hand():
    """Two workers with items of 3, 3, 2, 2 and 2 s need 7 s, although 6 s would be possible."""
    done = simulate([3, 3, 2, 2, 2], 2)
    assert done.elapsed_s == 7
    assert [span.start_s for span in done.spans] == [0, 0, 3, 3, 5]
    assert simulate([3, 3, 2, 2, 2], 1).elapsed_s == 12
    assert simulate([3, 3, 2, 2, 2], 2, 3).elapsed_s == 8


def test_overheads_worked_out_by_hand():
    """A start of 10 s, 2 s a message: sent by 11 and 12, computed by 15 and 16."""
    done = simulate([4, 4], 2, start_s=10, message_s=2)
    assert [(span.start_s, span.stop_s) for span in done.spans] == [(11, 15), (12, 16)]
    assert done.elapsed_s == 17
    assert done.ready_s == (10, 10)
    # Where sending takes longer than computing, the parent is the limit.
    assert simulate([1] * 100, 64, message_s=2).elapsed_s == pytest.approx(200, abs=3)


@patient
@given(some_costs, workers, sizes, seconds, seconds)
def test_a_slower_simulation_tells_the_same(costs_s, n_workers, chunksize, start_s, message_s):
    """Events worked off one by one give the same call."""
    spans, end_s = SlowPool(costs_s, n_workers, chunksize, start_s, message_s).play()
    done = simulate(costs_s, n_workers, chunksize, start_s=start_s, message_s=message_s)
    assert [(span.start_s, span.stop_s) for span in done.spans] == spans
    assert done.elapsed_s == end_s


@patient
@given(costs, workers, sizes, seconds, seconds)
def test_spans_could_have_happened(costs_s, n_workers, chunksize, start_s, message_s):
    """Every item is in one span, in order; no worker computes two chunks at once, nor too early."""
    done = simulate(costs_s, n_workers, chunksize, start_s=start_s, message_s=message_s)
    lengths = [len(chunk) for chunk in chunks(costs_s, chunksize)]
    assert [span.n_items for span in done.spans] == lengths
    assert (done.how, done.n_workers, done.chunksize) == ("pool", n_workers, chunksize)
    assert done.results == []
    for worker in range(n_workers):
        own = sorted(span for span in done.spans if span.worker == worker)
        assert all(one.stop_s <= other.start_s for one, other in itertools.pairwise(own))
    assert all(start_s <= span.start_s <= span.stop_s <= done.elapsed_s for span in done.spans)


@patient
@given(some_costs, workers, sizes, seconds, seconds)
def test_it_never_beats_what_is_possible(costs_s, n_workers, chunksize, start_s, message_s):
    """No call takes less than the work shared evenly, its longest chunk, or its messages."""
    done = simulate(costs_s, n_workers, chunksize, start_s=start_s, message_s=message_s)
    parts = chunks(costs_s, chunksize)
    least_s = max(sum(costs_s) / n_workers, *map(sum, parts))
    assert done.elapsed_s >= max(start_s + least_s, len(parts) * message_s)
    assert done.elapsed_s >= simulate(costs_s, n_workers, chunksize).elapsed_s


@pytest.mark.parametrize(
    "make", [list, tuple, iter, lambda costs_s: map(Fraction, costs_s), lambda costs_s: {1: 2}]
)
def test_any_iterable_of_numbers_is_costs(make):
    """A list, an iterator, fractions, whole numbers: all are costs, and are left as they were."""
    given_costs = [1, 2, 3]
    done = simulate(make(given_costs), 2)
    assert done.elapsed_s == simulate(list(make(given_costs)), 2).elapsed_s
    assert given_costs == [1, 2, 3]


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (([1.0, -1.0], 2), "costs_s"),
        (([float("nan")], 2), "costs_s"),
        (([float("inf")], 2), "costs_s"),
        (([None], 2), "costs_s"),
        (("123", 2), "costs_s"),
        ((5, 2), "costs_s"),
        (([1.0], 0), "n_workers"),
        (([1.0], 2.5), "n_workers"),
        (([1.0], True), "n_workers"),
        (([1.0], 2, 0), "chunksize"),
        (([1.0], 2, 1, -1.0, 0.0), "start_s"),
        (([1.0], 2, 1, "1", 0.0), "start_s"),
        (([1.0], 2, 1, 0.0, float("nan")), "message_s"),
    ],
)
def test_bad_arguments(language, arguments, named):
    """Each is refused by its name, with what was received, in the learner's language."""
    plain, (start_s, message_s) = arguments[:3], (*arguments[3:], 0.0, 0.0)[:2]
    with pytest.raises(InputError, match=named) as caught:
        simulate(*plain, start_s=start_s, message_s=message_s)
    set_language("es" if language == "en" else "en")
    with pytest.raises(InputError) as other:
        simulate(*plain, start_s=start_s, message_s=message_s)
    assert str(caught.value) != str(other.value)


def test_ten_thousand_items_on_1024_workers():
    """What lesson 11 simulates is over soon, and its messages limit it."""
    begin = perf_counter()
    done = simulate([0.01] * 10_000, 1_024, message_s=5e-5)
    assert perf_counter() - begin < MOST_S
    assert 0.5 <= done.elapsed_s < 0.6
