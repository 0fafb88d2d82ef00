"""How large a cluster can be, as the model says: against counting by hand and the simulation."""

from __future__ import annotations

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.parallel import (
    ClusterScaling,
    CostModel,
    InputError,
    cluster_scaling,
    scheduler_limit,
    simulate,
)

pytestmark = pytest.mark.timeout(60)

# A millisecond to send a chunk and to take its results; nothing else costs anything.
SCHEDULER = CostModel(how="dask", cpus=10_000, message_s=1e-3, full_message_s=1e-3)


def test_by_hand():
    """A millisecond of the scheduler for each second of a worker: it keeps a thousand busy."""
    assert scheduler_limit(1.0, 1, SCHEDULER) == pytest.approx(1_000)
    assert scheduler_limit(0.01, 100, SCHEDULER) == pytest.approx(1_000)
    assert scheduler_limit(0.0, 1, SCHEDULER) == 0


def test_the_simulation_says_the_same():
    """With more workers than the limit, the simulated job takes what the scheduler alone needs."""
    limit = scheduler_limit(0.1, 1, SCHEDULER)
    many = simulate([0.1] * 20_000, math.ceil(4 * limit), model=SCHEDULER)
    chunk_s = 0.1 / limit
    assert many.elapsed_s == pytest.approx(20_000 * chunk_s, rel=0.02)


@settings(deadline=None)
@given(
    item_s=st.floats(1e-4, 1.0),
    chunksize=st.integers(1, 1_000),
    message_s=st.floats(1e-5, 1e-2),
)
def test_larger_chunks_and_items_move_the_limit_out(item_s, chunksize, message_s):
    """The limit grows with the item's cost and the chunksize, and falls as messages cost more."""
    model = CostModel(how="dask", cpus=10**6, message_s=message_s, full_message_s=message_s)
    dearer = CostModel(
        how="dask", cpus=10**6, message_s=2 * message_s, full_message_s=2 * message_s
    )
    limit = scheduler_limit(item_s, chunksize, model)
    assert scheduler_limit(2 * item_s, chunksize, model) == pytest.approx(2 * limit)
    assert scheduler_limit(item_s, 2 * chunksize, model) == pytest.approx(2 * limit)
    assert scheduler_limit(item_s, chunksize, dearer) == pytest.approx(limit / 2)


def test_no_limit_where_sending_is_free():
    """Without costs any number of workers is kept busy."""
    assert scheduler_limit(1.0, 1, CostModel()) == math.inf


@pytest.mark.parametrize(
    ("item_s", "chunksize", "model"),
    [(-1.0, 1, SCHEDULER), (math.nan, 1, SCHEDULER), ("a", 1, SCHEDULER), (1.0, 0, SCHEDULER),
     (1.0, 1.5, SCHEDULER), (1.0, 1, None), (1.0, 1, {"message_s": 1})],
)  # fmt: skip
def test_what_is_no_question(item_s, chunksize, model):
    """Costs below 0, no number, no chunksize and no model are errors in words."""
    with pytest.raises(InputError):
        scheduler_limit(item_s, chunksize, model)


# ---- up to ten thousand workers


def test_a_job_up_to_ten_thousand_workers():
    """The speedup follows the workers up to the limit, and is no more than it beyond."""
    scaled = cluster_scaling([0.05] * 20_000, SCHEDULER)
    assert isinstance(scaled, ClusterScaling)
    assert (scaled.n_items, scaled.chunksize) == (20_000, 1)
    assert list(scaled.times_s) == sorted(scaled.times_s)
    assert (min(scaled.times_s), max(scaled.times_s)) == (1, 10_000)
    assert scaled.loop_s == pytest.approx(1_000)
    assert scaled.speedups[2] == pytest.approx(2, rel=0.1)
    for n, speedup in scaled.speedups.items():
        assert speedup <= min(n, 1.01 * scaled.limit)
    assert scaled.speedups[10_000] == pytest.approx(scaled.limit, rel=0.1)
    assert "limit" in repr(scaled)


def test_each_number_is_simulated():
    """The predicted times are those of simulate, for each number of workers."""
    costs_s = [0.01, 0.02, 0.03] * 40
    scaled = cluster_scaling(costs_s, SCHEDULER, chunksize=3, max_workers=7)
    assert list(scaled.times_s) == [1, 2, 5, 7]
    for n, time_s in scaled.times_s.items():
        assert time_s == simulate(costs_s, n, 3, SCHEDULER).elapsed_s


@pytest.mark.parametrize(
    ("costs_s", "options"),
    [([], {}), ([0.0, 0.0], {}), ([0.1], {"max_workers": 0}), ([0.1], {"chunksize": 0})],
)
def test_nothing_to_scale(costs_s, options):
    """No work, no workers and no chunks are errors in words."""
    with pytest.raises(InputError):
        cluster_scaling(costs_s, SCHEDULER, **options)
