"""Dask gives what a list comprehension gives, tells a story that adds up, and leaves nothing."""

from __future__ import annotations

import functools
import math
import multiprocessing
import operator
import os
import threading

import psutil
import pytest
import sample_tasks
from test_results import check_story
from test_run import ODD_ITEMS, TASKS, Grown, Pair

from helpers.language import set_language
from helpers.parallel import local_cluster, run
from helpers.tasks import count_primes, square

START_METHODS = multiprocessing.get_all_start_methods()


@pytest.fixture(scope="module")
def client():
    """Have a local cluster of two workers for all tests that need none of their own."""
    with local_cluster(2) as connected:
        yield connected


# ---- a cluster of its own for one call


@pytest.mark.parametrize("method", START_METHODS)
def test_a_cluster_for_one_call(method):
    """Under each start method the call gives the oracle, tells its story, and leaves nothing."""
    done = run(square, range(33), how="dask", n_workers=2, start_method=method)
    assert done.results == [square(item) for item in range(33)]
    assert (done.how, done.n_workers, done.start_method) == ("dask", 2, method)
    assert done.chunksize == math.ceil(33 / 8)  # as Pool.map does it
    check_story(done, 33)
    assert 0 < done.startup_s < done.elapsed_s
    assert done.lost_s == {}


# ---- a cluster for many calls


@pytest.mark.parametrize("chunksize", [None, 1, 3, 1000, sample_tasks.Whole(2), 10**30])
@pytest.mark.parametrize("n_items", [1, 10])
def test_every_shape_gives_the_oracle(client, chunksize, n_items):
    """No combination of chunks and items changes the answer, nor the order."""
    items = [n_items - i for i in range(n_items)]
    done = run(sample_tasks.nested, items, how="dask", chunksize=chunksize, client=client)
    assert done.results == [sample_tasks.nested(item) for item in items]
    assert (done.n_workers, done.start_method) == (2, None)
    check_story(done, n_items)


def test_items_of_odd_types(client):
    """Items of any type that can be pickled come out as they went in."""
    done = run(sample_tasks.identity, ODD_ITEMS, how="dask", client=client)
    assert repr(done.results) == repr(ODD_ITEMS)
    items = [Grown.ONE, Pair(1, 2), sample_tasks.Multiplier]
    assert run(sample_tasks.identity, items, how="dask", client=client).results == items


def test_results_that_look_like_nothing(client):
    """None, 0, False, empty containers and returned exceptions are results like all others."""
    done = run(sample_tasks.falsy, range(18), how="dask", chunksize=1, client=client)
    assert repr(done.results) == repr([sample_tasks.falsy(i) for i in range(18)])
    returned = run(sample_tasks.returned_exception, [1, 2], how="dask", client=client).results
    assert [(type(result), result.args) for result in returned] == [
        (ValueError, (1,)),
        (ValueError, (2,)),
    ]


@pytest.mark.parametrize("items", [[], "", range(0), {}, iter([]), (i for i in ())])
def test_no_items_start_nothing(items):
    """Empty items give an empty result without a cluster, even at an address without scheduler."""
    for address in (None, "tcp://127.0.0.1:1"):
        done = run(square, items, how="dask", client=address)
        assert (done.results, done.spans, done.lost_s) == ([], (), {})


@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: (i for i in range(5)), [0, 1, 2, 3, 4]),
        (lambda: "año", ["a", "ñ", "o"]),
        (lambda: {"x": 1, "y": 2}, ["x", "y"]),
        (lambda: sample_tasks.OnlyGetItem(), [0, 10, 20]),
    ],
)
def test_any_iterable_is_items(client, make, expected):
    """Whatever can be iterated over gives its items."""
    assert run(sample_tasks.identity, make(), how="dask", client=client).results == expected


@pytest.mark.parametrize("task", TASKS)
def test_any_callable_is_a_task(client, task):
    """Built-ins, classes, partials, methods and callable objects are tasks."""
    assert run(task, [0, 1, 2], how="dask", client=client).results == [task(i) for i in range(3)]


def test_what_has_no_importable_name_is_a_task(client):
    """A lambda, a nested function and a partial of one travel as a whole, with what they hold."""
    factor = 3

    def nested(item):
        return factor * item

    for task in (lambda item: factor * item, nested, functools.partial(nested)):
        assert run(task, [1, 2], how="dask", client=client).results == [3, 6]


def test_a_heavy_task(client):
    """A task that holds 20 MB travels to a worker once, not with each of a hundred chunks."""
    held = bytes(20_000_000)
    task = functools.partial(sample_tasks.length_of_both, held)
    before = psutil.net_io_counters(nowrap=False).bytes_sent
    done = run(task, ["ab"] * 100, how="dask", chunksize=1, client=client)
    sent = psutil.net_io_counters(nowrap=False).bytes_sent - before
    assert done.results == [20_000_002] * 100
    assert sent < 100 * len(held) / 2  # others on this machine may send as well


def test_a_slow_first_item_keeps_its_place(client):
    """The order is that of the items, not that of finishing, and the waiting is told."""
    done = run(sample_tasks.sleep, [0.4, 0.1, 0.0], how="dask", chunksize=1, client=client)
    assert done.results == [0.4, 0.1, 0.0]
    check_story(done, 3)
    assert done.spans[0].duration_s >= 0.39
    assert {span.worker for span in done.spans} == {0, 1}
    assert done.parts_s["sending"] + done.parts_s["idle"] >= 0.1  # waiting for a chunk, or the end


def test_packing_is_told(client):
    """Results that take long to pickle are told as collecting, not as computing."""
    done = run(sample_tasks.slow_to_pack, [0.2], how="dask", client=client)
    assert done.spans[0].left_s - done.spans[0].stop_s >= 0.19


def test_more_chunks_than_are_sent_ahead(client):
    """A thousand one-item chunks all come back, each to its place, in a story that adds up."""
    done = run(operator.neg, range(1000), how="dask", chunksize=1, client=client)
    assert done.results == [-i for i in range(1000)]
    check_story(done, 1000)


def test_workers_are_other_processes(client):
    """The work is done in the processes of the workers, and in no other."""
    done = run(sample_tasks.process_id, range(16), how="dask", chunksize=1, client=client)
    assert set(done.results) <= set(client.run(os.getpid).values())


def test_workers_speak_the_current_language(client):
    """A message made in a worker is in the language of each call, in turn."""
    for language in ("es", "en"):
        set_language(language)
        done = run(sample_tasks.language_there, [0], how="dask", client=client)
        assert done.results == [sample_tasks.language_there(0)]
        assert done.results[0][0] == language


def test_generous_time_limits_change_nothing(client):
    """A time limit that is not reached leaves the answer alone, however large it is."""
    for timeout_s in (20, 1e9, 1e300):
        done = run(square, range(4), how="dask", timeout_s=timeout_s, client=client)
        assert done.results == [0, 1, 4, 9]


def test_the_course_work_itself(client):
    """The prime counter, which lessons use, gives the same."""
    done = run(count_primes, [100, 2000, 0, 17], how="dask", client=client)
    assert done.results == [25, 303, 0, 6]


def test_two_runs_from_two_threads(client):
    """Two runs on one cluster at the same time, from other threads, do not disturb each other."""
    answers = {}
    gate = threading.Barrier(2)

    def call(sign):
        gate.wait(5)
        items = [sign * i for i in range(40)]
        answers[sign] = run(operator.neg, items, how="dask", chunksize=3, client=client).results

    threads = [threading.Thread(target=call, args=(sign,)) for sign in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert answers == {sign: [-sign * i for i in range(40)] for sign in (1, -1)}


def test_a_run_inside_a_worker(client):
    """In a worker run works where it starts no process, and says why not where it would."""
    done = run(sample_tasks.run_inside, ["sequential", "threads"], how="dask", client=client)
    assert done.results == [[0, 1, 2, 3]] * 2
    refused = run(sample_tasks.run_inside, ["processes", "dask"], how="dask", client=client)
    for how, (name, text) in zip(("processes", "dask"), refused.results, strict=True):
        assert name == "InputError"
        assert repr(how) in text
