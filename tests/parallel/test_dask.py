"""Dask gives what a list comprehension gives, tells a story that adds up, and leaves nothing."""

from __future__ import annotations

import functools
import itertools
import math
import multiprocessing
import operator
import os
import threading
import time

import psutil
import pytest
import sample_tasks

from helpers import remote
from helpers.language import set_language
from helpers.parallel import local_cluster, run
from helpers.tasks import count_primes, square


@pytest.fixture(scope="module")
def client():
    """Have a local cluster of two workers for all tests that need none of their own."""
    with local_cluster(2) as connected:
        yield connected


def check_story(done):
    """Assert that what the run tells could have happened."""
    assert sum(span.n_items for span in done.spans) == len(done.results)
    assert 0 < done.startup_s < done.elapsed_s
    for span in done.spans:
        times_s = (done.ready_s[span.worker], span.start_s, span.stop_s, done.elapsed_s)
        assert list(times_s) == sorted(times_s)
    for worker in range(done.n_workers):
        own = sorted((span.start_s, span.stop_s) for span in done.spans if span.worker == worker)
        assert all(one[1] <= next_one[0] for one, next_one in itertools.pairwise(own))
    assert done.lost_s == {}


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_cluster_for_one_call(method):
    """Under each start method the call gives the oracle, tells its story, and leaves nothing."""
    done = run(square, range(33), how="dask", n_workers=2, start_method=method)
    assert done.results == [square(item) for item in range(33)]
    assert (done.how, done.n_workers, done.start_method) == ("dask", 2, method)
    assert done.chunksize == math.ceil(33 / 8)  # as Pool.map does it
    check_story(done)


@pytest.mark.parametrize("chunksize", [None, 1, 3, 1000])
@pytest.mark.parametrize("n_items", [1, 10])
def test_every_shape_gives_the_oracle(client, chunksize, n_items):
    """No combination of chunks and items changes the answer, nor the order."""
    items = [n_items - i for i in range(n_items)]
    done = run(sample_tasks.nested, items, how="dask", chunksize=chunksize, client=client)
    assert done.results == [sample_tasks.nested(item) for item in items]
    assert (done.n_workers, done.start_method) == (2, None)
    check_story(done)


@pytest.mark.parametrize("items", [[], iter([])])
def test_no_items_start_nothing(items):
    """Empty items give an empty result without a cluster, even at an address without scheduler."""
    for address in (None, "tcp://127.0.0.1:1"):
        done = run(square, items, how="dask", client=address)
        assert (done.results, done.spans, done.lost_s) == ([], (), {})


def test_any_callable_is_a_task(client):
    """A lambda and a nested function, which have no importable name, travel as a whole."""
    factor = 3

    def nested(item):
        return factor * item

    for task in (lambda item: factor * item, nested, functools.partial(nested), (3).__mul__):
        assert run(task, [1, 2], how="dask", client=client).results == [3, 6]
    assert run(count_primes, [100, 2000, 0], how="dask", client=client).results == [25, 303, 0]


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
    """The order is that of the items, not that of finishing."""
    done = run(sample_tasks.sleep, [0.4, 0.1, 0.0], how="dask", chunksize=1, client=client)
    assert done.results == [0.4, 0.1, 0.0]
    check_story(done)
    assert done.spans[0].duration_s >= 0.39
    assert {span.worker for span in done.spans} == {0, 1}


def test_many_chunks_and_many_items(client):
    """A thousand one-item chunks come back to their places; a million items are eight tasks."""
    done = run(operator.neg, range(1000), how="dask", chunksize=1, client=client)
    assert done.results == [-i for i in range(1000)]
    check_story(done)
    done = run(abs, range(-1_000_000, 0), how="dask", client=client)
    assert done.results == list(range(1_000_000, 0, -1))
    assert len(done.spans) == 8


def test_workers_are_other_processes_and_speak_the_current_language(client):
    """The work is done in the processes of the workers, and their messages are in its language."""
    done = run(sample_tasks.process_id, range(16), how="dask", chunksize=1, client=client)
    assert set(done.results) <= set(client.run(os.getpid).values())
    for language in ("es", "en"):
        set_language(language)
        [told] = run(sample_tasks.language_there, [0], how="dask", client=client).results
        assert told == sample_tasks.language_there(0)
        assert told[0] == language


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
    for how, (name, words) in zip(("processes", "dask"), refused.results, strict=True):
        assert name == "InputError"
        assert repr(how) in words


def test_a_machine_with_another_clock(client):
    """A worker whose clock began elsewhere tells its times on the clock of the caller."""
    wall_s = time.time() - time.perf_counter()
    task, items = b"cbuiltins\nabs\n.", b"\x80\x04]."  # pickled: abs, and no items
    for ahead_s in (0.0, 1000.0):  # the caller's perf_counter began so much earlier
        call = remote.Call(f"call {ahead_s}", "en", wall_s - ahead_s, wall_s - ahead_s)
        outcome = client.submit(remote.run_remote_chunk, items, task, call).result(30)
        assert outcome.start_s == pytest.approx(time.perf_counter() + ahead_s, abs=5)
