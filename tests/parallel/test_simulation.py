"""simulate(): a pool on paper that keeps to the rules of a real one, and to the laws of queues."""

from __future__ import annotations

import dataclasses
import gc
import itertools
import math
from fractions import Fraction
from time import perf_counter

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from list_scheduling import SlowPool, chunks, list_scheduled
from programs import run_program

from helpers.language import set_language
from helpers.parallel import CostModel, InputError, simulate
from helpers.parallel.simulation import simulate_even

LANGUAGES = ("es", "en")
MOST_S = 60.0  # a deadline: it takes a fraction of a second where nobody else computes
PARENT = ("message_s", "full_message_s", "item_s", "byte_s")
TIMES = (
    *("start_s", "launch_s", "boot_s", "full_boot_s", "worker_message_s", "worker_item_s"),
    *("stop_s", "stop_worker_s", "latency_s", *PARENT),
)
patient = settings(deadline=None, max_examples=60)  # a busy machine may stall in any example
# Binary fractions, which add up without rounding: what happens at the same time does so in any way
# of adding. The line between one CPU and all is cut at such a fraction too.
seconds = st.integers(0, 2048).map(lambda n: n / 1024)
costs = st.lists(seconds, max_size=30)
some_costs = st.lists(seconds, min_size=1, max_size=30)
workers = st.integers(1, 8)
sizes = st.integers(1, 7)
some_cpus = st.sampled_from([1, 2, 3, 5, 9])
weights = st.integers(0, 16).map(lambda n: n / 8)


@st.composite
def models(draw, cpus=some_cpus, without=()):
    """Draw models in which any figure may be nothing."""
    figures = {
        name: draw(st.just(0.0) | seconds)
        for name in TIMES
        if name not in without and not name.startswith("full_")
    }
    for name in ("boot_s", "message_s"):
        if name not in without:
            figures[f"full_{name}"] = figures[name] + draw(st.just(0.0) | seconds)
    return CostModel(cpus=draw(cpus), crowding=1 + draw(weights), **figures)


def changed(model: CostModel, change, names=TIMES) -> CostModel:
    """Return the model with some of its times changed."""
    return dataclasses.replace(model, **{name: change(getattr(model, name)) for name in names})


# ---- without overheads


@patient
@given(costs, workers, sizes)
def test_without_overheads_it_is_list_scheduling(costs_s, n_workers, chunksize):
    """Each chunk begins and ends when the worker that is free first has computed it."""
    done = simulate(costs_s, n_workers, chunksize)
    expected = list_scheduled(costs_s, n_workers, chunksize)
    assert len(done.spans) == len(expected)
    for span, (begin_s, end_s) in zip(done.spans, expected, strict=True):
        assert span.start_s == pytest.approx(begin_s)
        assert span.stop_s == pytest.approx(end_s)
    assert done.elapsed_s == pytest.approx(max((end_s for _, end_s in expected), default=0))
    assert done.stopping_s == 0


def test_an_anomaly_worked_out_by_hand():
    """Two workers with items of 3, 3, 2, 2 and 2 s need 7 s, although 6 s would be possible."""
    done = simulate([3, 3, 2, 2, 2], 2)
    assert done.elapsed_s == 7
    assert [span.start_s for span in done.spans] == [0, 0, 3, 3, 5]
    assert simulate([2, 2, 2, 3, 3], 2).elapsed_s == 7
    assert simulate([3, 2, 2, 2, 3], 2).elapsed_s == 7
    assert simulate([3, 3, 2, 2, 2], 1).elapsed_s == 12
    assert simulate([3, 3, 2, 2, 2], 2, 3).elapsed_s == 8


# ---- with any model


@patient
@given(costs, workers, sizes, models(), weights)
def test_spans_could_have_happened(costs_s, n_workers, chunksize, model, item_bytes):
    """Every item is in one span, in order; no worker computes two chunks at once, nor too early."""
    done = simulate(costs_s, n_workers, chunksize, model, item_bytes=item_bytes)
    assert [span.n_items for span in done.spans] == [
        len(chunk) for chunk in chunks(costs_s, chunksize)
    ]
    assert done.n_items == len(costs_s)
    assert len(done.ready_s) == n_workers
    for worker in range(n_workers):
        own = sorted(span for span in done.spans if span.worker == worker)
        assert all(one.left_s <= other.start_s for one, other in itertools.pairwise(own))
    for span in done.spans:
        assert span.worker in range(n_workers)
        assert 0 <= done.ready_s[span.worker] <= span.start_s <= span.stop_s <= span.left_s
        assert span.left_s <= done.arrived_s
    assert 0 <= done.stopping_s <= done.elapsed_s


@patient
@given(some_costs, workers, sizes, models())
def test_parts_of_a_simulated_call_add_up(costs_s, n_workers, chunksize, model):
    """What a worker did with its time is the whole call, and nothing of it is below 0."""
    done = simulate(costs_s, n_workers, chunksize, model)
    assert sum(done.parts_s.values()) == pytest.approx(done.elapsed_s)
    assert min(done.parts_s.values()) >= 0


@patient
@given(some_costs, workers, sizes, models())
def test_it_never_beats_what_is_possible(costs_s, n_workers, chunksize, model):
    """No call takes less than the work shared evenly, or than its longest chunk."""
    least_s = max(sum(costs_s) / n_workers, *map(sum, chunks(costs_s, chunksize)))
    done = simulate(costs_s, n_workers, chunksize, model)
    assert done.elapsed_s >= least_s
    assert done.busy_s >= sum(costs_s)


@patient
@given(some_costs, workers, sizes, models(), weights)
def test_twice_the_seconds_take_twice_as_long(costs_s, n_workers, chunksize, model, item_bytes):
    """Nothing in it depends on the unit of time."""
    twice = changed(model, lambda time_s: 2 * time_s)
    once_s = simulate(costs_s, n_workers, chunksize, model, item_bytes=item_bytes).elapsed_s
    doubled = [2 * cost_s for cost_s in costs_s]
    twice_s = simulate(doubled, n_workers, chunksize, twice, item_bytes=item_bytes).elapsed_s
    assert twice_s == pytest.approx(2 * once_s)


@patient
@given(some_costs, workers, sizes, models())
def test_overheads_are_never_faster_than_none(costs_s, n_workers, chunksize, model):
    """A pool that costs something is never faster than one that costs nothing."""
    free_s = simulate(costs_s, n_workers, chunksize).elapsed_s
    assert simulate(costs_s, n_workers, chunksize, model).elapsed_s >= free_s


@patient
@given(some_costs, workers, sizes, models(without=PARENT), st.sampled_from(TIMES), seconds)
def test_more_of_one_overhead_is_never_faster(costs_s, n_workers, chunksize, model, name, more_s):
    """Where the parent sends and collects in no time, more of anything makes no call faster.

    Where it takes time there are Graham's anomalies: results that come later may let the parent
    send the next chunk first.
    """
    more = changed(model, lambda time_s: time_s + more_s, [name])
    before_s = simulate(costs_s, n_workers, chunksize, model, item_bytes=1).elapsed_s
    after_s = simulate(costs_s, n_workers, chunksize, more, item_bytes=1).elapsed_s
    assert after_s >= before_s


@patient
@given(some_costs, workers, sizes, models(), seconds)
def test_starting_and_stopping_add_what_they_take(costs_s, n_workers, chunksize, model, more_s):
    """start_s and stop_s come on top of all else, and stop_worker_s once for each worker."""
    before = simulate(costs_s, n_workers, chunksize, model)
    for name, times in {"start_s": 1, "stop_s": 1, "stop_worker_s": n_workers}.items():
        more = changed(model, lambda time_s: time_s + more_s, [name])
        after = simulate(costs_s, n_workers, chunksize, more)
        assert after.elapsed_s == pytest.approx(before.elapsed_s + times * more_s, rel=1e-6)
    assert before.stopping_s == pytest.approx(model.stop_s + n_workers * model.stop_worker_s)


@patient
@given(
    some_costs,
    st.integers(1, 6),
    sizes,
    models(cpus=st.sampled_from([9, 17])),
    weights,
)
def test_a_slower_simulation_tells_the_same(costs_s, n_workers, chunksize, model, item_bytes):
    """Events worked off one by one give the same call, where each worker has a CPU of its own."""
    roomy = dataclasses.replace(model, crowding=1.0)
    told = SlowPool(costs_s, n_workers, chunksize, roomy, item_bytes).play()
    done = simulate(costs_s, n_workers, chunksize, roomy, item_bytes=item_bytes)
    assert done.ready_s == pytest.approx(told.ready_s)
    assert done.elapsed_s == pytest.approx(told.elapsed_s)
    assert done.arrived_s == pytest.approx(told.arrived_s)
    for span, (start_s, stop_s, packed_s) in zip(done.spans, told.spans, strict=True):
        assert (span.start_s, span.stop_s) == pytest.approx((start_s, stop_s))
        assert span.left_s == pytest.approx(packed_s)


@patient
@given(some_costs, workers, sizes, models(), seconds)
def test_latency_delays_and_does_not_add_up(costs_s, n_workers, chunksize, model, latency_s):
    """Chunks travel side by side: where sending takes no time, all of them lose one latency."""
    near = changed(model, lambda _: 0.0, ["latency_s", *PARENT])
    far = dataclasses.replace(near, latency_s=latency_s, boot_s=0.0, full_boot_s=0.0, launch_s=0.0)
    near = dataclasses.replace(far, latency_s=0.0)
    before, after = (simulate(costs_s, n_workers, chunksize, m).elapsed_s for m in (near, far))
    assert after == pytest.approx(before + latency_s)


def test_latency_is_hidden_while_workers_get_ready():
    """A chunk that comes before its worker is ready has lost nothing on its way there."""
    done = simulate([1.0], 1, 1, CostModel(boot_s=5.0, latency_s=2.0))
    assert done.spans[0].start_s == 5
    assert done.elapsed_s == 5 + 1 + 2 / 2


@patient
@given(workers, st.integers(1, 8), st.floats(1, 4))
def test_crowding_grows_with_the_workers(n_workers, cpus, crowding):
    """An item takes ``crowding`` times as long on a full machine, and in between as in a line."""
    model = CostModel(cpus=cpus, crowding=crowding)
    [span, *_] = simulate([1.0] * n_workers, n_workers, 1, model).spans
    expected = 1 + (crowding - 1) * model.fullness(n_workers)
    assert span.duration_s == pytest.approx(expected)


def test_more_workers_than_chunks():
    """Workers beyond the chunks are started and stopped, and do nothing else."""
    model = CostModel(cpus=16, launch_s=1.0, stop_worker_s=1.0)
    done = simulate([5.0] * 3, 10, 1, model)
    assert len({span.worker for span in done.spans}) == 3
    assert len(done.ready_s) == done.n_workers == 10
    assert done.elapsed_s == 10 + 5 + 10
    assert done.parts_s["computing"] == pytest.approx(15 / 10)


@pytest.mark.parametrize("model", [CostModel(), CostModel(start_s=1, boot_s=1, stop_s=1)])
@pytest.mark.parametrize("costs_s", [[], (), range(0), iter([])])
def test_no_costs(costs_s, model):
    """Nothing to do takes no time, as in run, and every figure of it is a number."""
    done = simulate(costs_s, 3, 2, model)
    assert (done.results, done.spans, done.n_items, done.elapsed_s) == ([], (), 0, 0)
    assert all(value == 0 for value in done.parts_s.values())
    assert repr(done)


@pytest.mark.parametrize(
    "make",
    [
        lambda: (float(i) for i in range(5)),
        lambda: range(5),
        lambda: map(float, range(5)),
        lambda: (0, 1, 2, 3, 4),
        lambda: dict.fromkeys(range(5)),
        lambda: [Fraction(i) for i in range(5)],
    ],
)
def test_any_iterable_of_numbers_is_costs(make):
    """A generator, a range, a map: whatever gives numbers gives the same call."""
    assert simulate(make(), 2) == simulate([0.0, 1.0, 2.0, 3.0, 4.0], 2)


def test_the_costs_are_left_as_they_were():
    """The caller's list is not changed."""
    costs_s = [3.0, 1.0, 2.0]
    simulate(costs_s, 2, 2, CostModel(cpus=2, crowding=2))
    assert costs_s == [3.0, 1.0, 2.0]


@pytest.mark.parametrize(("how", "method"), [("threads", None), ("processes", "spawn")])
def test_it_is_the_call_that_the_model_speaks_of(how, method):
    """How and start method are the model's, the rest is what was asked for, without results."""
    done = simulate([1.0] * 7, 3, 2, CostModel(how=how, start_method=method))
    assert (done.how, done.start_method) == (how, method)
    assert (done.n_workers, done.chunksize, done.n_items) == (3, 2, 7)
    assert done.results == []


def test_whole_numbers_that_are_no_int():
    """A number with ``__index__``, as numpy's, serves as n_workers and chunksize."""
    done = simulate([1.0] * 4, sample_tasks.Whole(2), sample_tasks.Whole(2))
    assert done == simulate([1.0] * 4, 2, 2)
    assert (type(done.n_workers), type(done.chunksize)) == (int, int)


# ---- items that all cost the same


@patient
@given(seconds, st.integers(1, 40), workers, st.none() | sizes, models(), weights)
def test_even_items_are_items(item_s, n_items, n_workers, chunksize, model, item_bytes):
    """Without a list it is the same call as with one."""
    even = simulate_even(item_s, n_items, n_workers, chunksize, model, item_bytes=item_bytes)
    size = chunksize or max(1, math.ceil(n_items / (4 * n_workers)))
    listed = simulate([item_s] * n_items, n_workers, size, model, item_bytes=item_bytes)
    assert even.elapsed_s == pytest.approx(listed.elapsed_s)
    assert (even.chunksize, even.n_items) == (listed.chunksize, listed.n_items)
    for one, other in zip(even.spans, listed.spans, strict=True):
        assert one.n_items == other.n_items
        assert one[1:3] == pytest.approx(other[1:3])


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[("item_s", bad) for bad in (-1, math.nan, math.inf, "2", None)],
        *[("n_items", bad) for bad in (0, -1, 2.5, True, "2", None)],
        *[("n_workers", bad) for bad in (0, -1, 2.5, True, None)],
        *[("chunksize", bad) for bad in (0, -1, 2.5, True)],
        *[("item_bytes", bad) for bad in (-1, math.nan, None)],
    ],
)
def test_bad_even_items(language, name, bad):
    """What is no cost and no number is named, as where there is a list."""
    set_language(language)
    good = {"item_s": 0.1, "n_items": 10, "n_workers": 2, "chunksize": 3, "item_bytes": 0.0}
    with pytest.raises(InputError) as caught:
        simulate_even(**{**good, name: bad})
    assert repr(bad) in str(caught.value)


# ---- bad input


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bad", [-1, -0.5, math.nan, math.inf, "0.1", None, 1j, [1]], ids=repr)
@pytest.mark.parametrize("make", [list, lambda costs_s: [0.1] * 1000 + costs_s, iter])
def test_bad_costs(language, bad, make):
    """A cost that is no number of 0 or more is named, wherever it stands."""
    set_language(language)
    with pytest.raises(InputError) as caught:
        simulate(make([bad]), 2)
    assert "costs_s" in str(caught.value)
    assert repr(bad) in str(caught.value)
    assert ("must give" in str(caught.value)) == (language == "en")


@pytest.mark.parametrize("bad", [None, 5, 0.1, "abc"], ids=repr)
def test_costs_that_are_no_list_of_numbers(bad):
    """One number, a text or nothing at all is refused, and named."""
    with pytest.raises(InputError, match="costs_s") as caught:
        simulate(bad, 2)
    assert repr(bad) in str(caught.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["n_workers", "chunksize"])
@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "2", None, math.nan], ids=repr)
def test_bad_whole_numbers(language, name, bad):
    """A number of workers or of items that is no whole number above 0 is named."""
    set_language(language)
    with pytest.raises(InputError) as caught:
        simulate([0.1], **{"n_workers": 2, name: bad})
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)
    assert ("must be" in str(caught.value)) == (language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bad", [-1, math.nan, math.inf, "2", None], ids=repr)
def test_bad_item_bytes(language, bad):
    """A weight that is no number of 0 or more is named, and gives no time that is none."""
    set_language(language)
    with pytest.raises(InputError, match="item_bytes") as caught:
        simulate([0.1], 2, item_bytes=bad)
    assert repr(bad) in str(caught.value)


# ---- the garbage collector, and size


@pytest.fixture(params=[True, False], ids=["collecting", "not collecting"])
def collecting(request):
    """Have the garbage collector work, or not, and give it back as it was."""
    before = gc.isenabled()
    (gc.enable if request.param else gc.disable)()
    yield request.param
    (gc.enable if before else gc.disable)()


def failing_costs():
    """Give one cost, then fail."""
    yield 1.0
    raise LookupError("from the caller's own generator")


def test_the_garbage_collector_is_as_before(collecting):
    """It is on or off as it was, after a call, after bad input and after the caller's error."""
    simulate([1.0] * 10, 2)
    assert gc.isenabled() == collecting
    for costs_s, n_workers in (([math.nan], 2), ([1.0], 0)):
        with pytest.raises(InputError):
            simulate(costs_s, n_workers)
        assert gc.isenabled() == collecting
    with pytest.raises(LookupError, match="own generator"):
        simulate(failing_costs(), 2)
    assert gc.isenabled() == collecting


MODEL = CostModel(
    *("pool", "fork", 8),
    *(0.01, 0.001, 0.002, 0.004, 1e-5, 3e-5, 1e-5, 1e-7, 1e-7),
    *(1e-9, 0.001, 0.0001, 1.2),
)


def test_a_hundred_thousand_items_on_1024_workers():
    """A large call is told in full, and each of its figures is in its place."""
    done = simulate([1e-3] * 100_000, 1024, 1, MODEL)
    assert len(done.spans) == done.n_items == 100_000
    assert len(done.ready_s) == 1024
    assert done.elapsed_s >= 100_000 * (1e-3 * 1.2 / 1024)
    assert sum(done.parts_s.values()) == pytest.approx(done.elapsed_s)


CLUSTER = CostModel(
    how="dask", message_s=1e-3, full_message_s=1e-3, worker_message_s=1e-3, latency_s=0.01
).spread_out()


@pytest.fixture(scope="module")
def ten_thousand_workers():
    """Simulate 100,000 chunks on 10,000 workers; tell what came, and how long it took."""
    began_s = perf_counter()
    done = simulate([5.0] * 100_000, 10_000, 1, CLUSTER)
    return done, perf_counter() - began_s


def test_ten_thousand_workers(ten_thousand_workers):
    """Beyond what the scheduler can keep busy, it is the scheduler's time that a call takes."""
    done, took_s = ten_thousand_workers
    assert len(done.spans) == 100_000
    assert done.elapsed_s == pytest.approx(100_000 * 1e-3, rel=0.1)
    assert took_s < MOST_S


BIG = """
import re, resource, sys
from helpers.parallel import CostModel, simulate

def most_bytes():
    try:  # Linux has a new program begin with the most that the program that started it has had
        return 1024 * int(re.search(r"VmHWM:\\s*(\\d+)", open("/proc/self/status").read())[1])
    except OSError:
        unit = 1 if sys.platform == "darwin" else 1024
        return unit * resource.getrusage(resource.RUSAGE_SELF).ru_maxrss

model = CostModel(cpus=8, launch_s=1e-3, message_s=1e-5, full_message_s=3e-5, crowding=1.2)
before = most_bytes()
done = simulate((1e-3 for _ in range(1_000_000)), 1024, 1, model)
print(done.n_items, most_bytes() - before)
"""


@pytest.fixture(scope="module")
def a_million():
    """Simulate a million items in a program of its own, whose time is not that of one test."""
    pytest.importorskip("resource", reason="this system does not tell a program's memory")
    return run_program("-c", BIG)


@pytest.mark.slow
def test_a_million_items_in_half_a_gigabyte(a_million):
    """A million items on 1,024 workers take less than 500 MB."""
    n_items, grown_bytes = map(int, a_million.stdout.split())
    assert n_items == 1_000_000
    assert 0 < grown_bytes < 500e6, a_million.stderr
