"""Amdahl's law, and simulate(): a pool on paper that keeps to the rules of a real one."""

from __future__ import annotations

import itertools
from collections import deque
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import InputError, simulate
from helpers.parallel.model.simulation import amdahl

# Binary fractions, which add up without rounding.
seconds = st.integers(0, 2048).map(lambda n: n / 1024)


@given(st.floats(0, 1), st.floats(0, 1), st.integers(1, 10_000))
def test_amdahl_lies_within_its_limits_and_is_monotonic(s, more, n):
    """From 1 to n and 1 / s; more with more workers, less with a larger serial fraction."""
    assert 1 - 1e-12 <= amdahl(s, n) <= n * (1 + 1e-12)
    assert s == 0 or amdahl(s, n) <= 1 / s * (1 + 1e-12)
    assert amdahl(s, n + 1) >= amdahl(s, n) - 1e-12
    assert amdahl(max(s, more), n) <= amdahl(min(s, more), n) * (1 + 1e-12)


def chunks(costs_s, chunksize):
    """Return the costs, chunk by chunk."""
    return [costs_s[i : i + chunksize] for i in range(0, len(costs_s), chunksize)]


def played(costs_s, n_workers, chunksize, start_s, message_s):
    """Return when each chunk begins and ends, and the end of the call, step by step of the parent.

    Written from the docstring alone: it collects what is there, else it sends, else it waits.
    """
    now_s, to_send, free_s = start_s, deque(chunks(costs_s, chunksize)), [start_s] * n_workers
    results, spans = [], []
    while to_send or results:
        if results and min(results) <= now_s:
            results.remove(min(results))
            now_s += message_s / 2
        elif to_send:
            now_s += message_s / 2
            worker = free_s.index(min(free_s))
            begin_s = max(now_s, free_s[worker])
            free_s[worker] = begin_s + sum(to_send.popleft())
            spans.append((begin_s, free_s[worker]))
            results.append(free_s[worker])
        else:
            now_s = min(results)
    return spans, now_s if spans else 0.0


def test_calls_worked_out_by_hand():
    """Two workers with items of 3, 3, 2, 2 and 2 s need 7 s, although 6 s would be possible."""
    done = simulate([3, 3, 2, 2, 2], 2)
    assert done.elapsed_s == 7
    assert [span.start_s for span in done.spans] == [0, 0, 3, 3, 5]
    assert simulate([3, 3, 2, 2, 2], 1).elapsed_s == 12
    for costs_s in ((3, 3, 2, 2, 2), iter([3, 3, 2, 2, 2]), map(Fraction, [3, 3, 2, 2, 2])):
        assert simulate(costs_s, 2, 3).elapsed_s == 8
    # A start of 10 s, 2 s a message: sent by 11 and 12, computed by 15 and 16.
    done = simulate([4, 4], 2, start_s=10, message_s=2)
    assert [(span.start_s, span.stop_s) for span in done.spans] == [(11, 15), (12, 16)]
    assert done.elapsed_s == 17
    assert done.ready_s == (10, 10)
    # Where sending takes longer than computing, the parent is the limit.
    assert simulate([1] * 100, 64, message_s=2).elapsed_s == pytest.approx(200, abs=3)


# A busy machine may stall in any example.
@settings(deadline=None, max_examples=60)
@given(st.lists(seconds, max_size=30), st.integers(1, 8), st.integers(1, 7), seconds, seconds)
def test_it_is_what_the_rules_say(costs_s, n_workers, chunksize, start_s, message_s):
    """It gives the same call as its rules, step by step; each span could have happened."""
    spans, end_s = played(costs_s, n_workers, chunksize, start_s, message_s)
    done = simulate(costs_s, n_workers, chunksize, start_s=start_s, message_s=message_s)
    assert [(span.start_s, span.stop_s) for span in done.spans] == spans
    assert [span.n_items for span in done.spans] == list(map(len, chunks(costs_s, chunksize)))
    least_s = max(sum(costs_s) / n_workers, len(spans) * message_s)
    assert done.elapsed_s >= least_s  # no call beats its work shared evenly, or its messages
    assert (done.elapsed_s, done.n_workers, done.chunksize) == (end_s, n_workers, chunksize)
    for worker in range(n_workers):
        own = sorted(span for span in done.spans if span.worker == worker)
        assert all(one.stop_s <= other.start_s for one, other in itertools.pairwise(own))


@pytest.mark.parametrize(
    ("named", "bad"),
    [
        ("costs_s", [1.0, -1.0]),
        ("costs_s", [float("nan")]),
        ("costs_s", "123"),
        ("n_workers", 0),
        ("chunksize", 0),
        ("start_s", -1.0),
        ("message_s", float("nan")),
    ],
)
def test_bad_arguments(language, named, bad):
    """Each is refused by its name, with what was received, in the learner's language."""
    arguments = {"costs_s": [1.0], "n_workers": 2, named: bad}
    with pytest.raises(InputError, match=named) as caught:
        simulate(**arguments)
    set_language("es" if language == "en" else "en")
    with pytest.raises(InputError) as other:
        simulate(**arguments)
    assert str(caught.value) != str(other.value)
