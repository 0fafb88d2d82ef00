"""How many workers a scheduler keeps busy: the formula, and the simulation that agrees with it."""

from __future__ import annotations

import dataclasses
import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import (
    CostModel,
    InputError,
    cluster_scaling,
    scheduler_limit,
    simulate,
)

LANGUAGES = ("es", "en")
patient = settings(deadline=None, max_examples=60)
CLUSTER = CostModel(
    how="dask",
    cpus=10**9,
    message_s=1e-3,
    full_message_s=1e-3,
    worker_message_s=2e-3,
    latency_s=0.01,
    start_s=0.01,
)
PARTS = {
    "message_s": 1e-3,
    "full_message_s": 1e-3,
    "worker_message_s": 2e-3,
    "item_s": 1e-5,
    "worker_item_s": 2e-5,
    "byte_s": 1e-9,
}


# ---- scheduler_limit


@pytest.mark.parametrize(
    ("item_s", "chunksize", "limit"),
    [(0.0, 1, 2), (0.008, 1, 10), (0.008, 10, 82), (0.098, 1, 100), (1e-4, 5, 2.5)],
)
def test_limit_worked_out_by_hand(item_s, chunksize, limit):
    """It is the worker's time for a chunk, its message included, over the scheduler's."""
    assert scheduler_limit(item_s, chunksize, CLUSTER) == pytest.approx(limit)


def test_each_item_and_byte_takes_its_part():
    """Cutting, pickling and moving items is the scheduler's work, unpacking them the workers'."""
    model = CostModel(cpus=10**9, **PARTS)
    worker_s = 2e-3 + 10 * (0.01 + 2e-5)
    scheduler_s = 1e-3 + 10 * (1e-5 + 1000 * 1e-9)
    limit = scheduler_limit(0.01, 10, model, item_bytes=1000)
    assert limit == pytest.approx(worker_s / scheduler_s)


def test_nothing_limits_what_costs_nothing():
    """A scheduler that takes no time for a chunk keeps any number of workers busy."""
    assert scheduler_limit(0.01, 1, CostModel()) == math.inf
    assert scheduler_limit(0.0, 1, CostModel()) == math.inf


def test_a_full_machine_slows_all_of_it():
    """Beyond its CPUs, workers compute ``crowding`` times as long, and wait for the parent."""
    model = CostModel(cpus=2, message_s=1e-3, full_message_s=2e-3, crowding=1.5)
    assert scheduler_limit(0.01, 1, model) == pytest.approx((0.01 * 1.5 + 2e-3) / 2e-3)
    slow = dataclasses.replace(model, message_s=1.0, full_message_s=2.0)
    assert scheduler_limit(0.01, 1, slow) == pytest.approx(0.01)


@patient
@given(st.floats(1e-4, 0.05), st.integers(1, 50), st.floats(1e-4, 5e-3), st.floats(0, 5e-3))
def test_simulation_agrees_with_the_limit(item_s, chunksize, message_s, worker_message_s):
    """Far beyond the limit a call takes the scheduler's time, far below it the workers'."""
    model = CostModel(
        cpus=10**9,
        message_s=message_s,
        full_message_s=message_s,
        worker_message_s=worker_message_s,
    )
    limit = scheduler_limit(item_s, chunksize, model)
    n_chunks = 2000
    costs_s = [item_s] * chunksize * n_chunks
    many = simulate(costs_s, 4 * math.ceil(limit) + 1, chunksize, model)
    worker_s = worker_message_s + chunksize * item_s
    scheduler_s = n_chunks * message_s
    assert 0.999 * scheduler_s <= many.arrived_s <= 1.001 * (scheduler_s + worker_s)
    few = max(1, math.floor(limit / 4))
    if few <= limit / 2:
        done = simulate(costs_s, few, chunksize, model)
        assert done.elapsed_s == pytest.approx(math.ceil(n_chunks / few) * worker_s, rel=0.15)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[("item_s", bad) for bad in (-1, math.nan, math.inf, "2", None)],
        *[("chunksize", bad) for bad in (0, -1, 2.5, True, None)],
        *[("model", bad) for bad in (None, "dask", 3)],
        *[("item_bytes", bad) for bad in (-1, math.nan, None)],
    ],
)
def test_bad_input(language, name, bad):
    """What is no number of its domain, or no model, is named in the learner's language."""
    set_language(language)
    good = {"item_s": 0.1, "chunksize": 1, "model": CLUSTER, "item_bytes": 0.0}
    with pytest.raises(InputError) as caught:
        scheduler_limit(**{**good, name: bad})
    assert repr(bad) in str(caught.value)


# ---- cluster_scaling


@pytest.fixture(scope="module")
def scaled():
    """Simulate a job whose scheduler can keep ten workers busy, on up to 10,000."""
    return cluster_scaling([0.008] * 5_000, CLUSTER)


def test_it_has_round_numbers_of_workers_and_the_limit(scaled):
    """It looks at 1, 2 and 5 in each factor of ten, at the last number and at the limit."""
    assert list(scaled.times_s) == [*(1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)]
    bent = cluster_scaling([0.0315] * 500, CLUSTER, max_workers=70)
    assert bent.limit == pytest.approx(33.5)
    assert list(bent.times_s) == [1, 2, 5, 10, 20, 34, 50, 70]
    assert list(cluster_scaling([1.0], CLUSTER, max_workers=1).times_s) == [1]


def test_it_tells_what_the_simulation_tells(scaled):
    """Its times are those of ``simulate``; its speedups compare them with the loop."""
    done = simulate([0.008] * 5_000, 20, 1, CLUSTER)
    assert scaled.times_s[20] == done.elapsed_s
    assert scaled.loop_s == pytest.approx(40)
    assert scaled.speedups[20] == pytest.approx(40 / done.elapsed_s)
    assert (scaled.n_items, scaled.chunksize, scaled.limit) == (5_000, 1, pytest.approx(10))


def test_the_speedup_ends_at_the_limit(scaled):
    """It grows until the scheduler is the limit, and hardly beyond it."""
    assert scaled.speedups[5] == pytest.approx(5 * 0.8, rel=0.1)
    assert scaled.speedups[10_000] == pytest.approx(scaled.speedups[20], rel=0.01)


def test_its_name_tells_the_essence(scaled):
    """One line has the limit and the best speedup."""
    assert "limit=10" in repr(scaled)
    assert f"best={max(scaled.speedups.values()):.4g} times" in repr(scaled)


def test_uneven_costs_count_with_their_mean():
    """Where items differ, the limit is that of the mean item."""
    mixed = cluster_scaling([0.004, 0.012] * 50, CLUSTER, max_workers=10)
    assert mixed.limit == pytest.approx(10)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[("costs_s", bad) for bad in ([], [0.0, 0], None, [-1.0], "abc")],
        *[("max_workers", bad) for bad in (0, -1, 2.5, True, None)],
        *[("chunksize", bad) for bad in (0, 2.5)],
        ("model", None),
    ],
)
def test_bad_scaling(language, name, bad):
    """Nothing to compute, and what is no number of its domain, gets an error that says so."""
    set_language(language)
    good = {"costs_s": [0.1], "model": CLUSTER, "max_workers": 10, "chunksize": 1}
    with pytest.raises(InputError) as caught:
        cluster_scaling(**{**good, name: bad})
    assert str(caught.value)
    assert name in str(caught.value)
