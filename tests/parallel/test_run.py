"""Every way of running gives what a list comprehension gives, and records what happened."""

from __future__ import annotations

import dataclasses
import functools
import itertools
import math
import multiprocessing
import operator
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from pathlib import Path

import numpy as np
import pytest
import sample_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import run_program
from ways import ALL, CHEAP, CHEAPEST, EVERYWHERE, START_METHODS, WITH_PROCESSES

from helpers.language import set_language
from helpers.parallel import Run, Span, run
from helpers.tasks import square

TOLERANCE_S = 1e-6  # rounding of differences between large clock readings


def check_story(done: Run) -> None:
    """Assert that what ``done`` records could have happened, and that its figures agree."""
    assert [span.n_items for span in done.spans[:-1]] == [done.chunksize] * (len(done.spans) - 1)
    assert sum(span.n_items for span in done.spans) == done.n_items == len(done.results)
    assert len(done.ready_s) == done.n_workers
    for span in done.spans:
        times_s = (0, done.ready_s[span.worker], span.start_s, span.stop_s, done.arrived_s)
        assert all(one <= later + TOLERANCE_S for one, later in itertools.pairwise(times_s))
    for worker in range(done.n_workers):
        own = sorted((s.start_s, s.stop_s) for s in done.spans if s.worker == worker)
        assert all(one[1] <= other[0] + TOLERANCE_S for one, other in itertools.pairwise(own))
    known = [ready_s for ready_s in done.ready_s if ready_s is not None]
    assert known == sorted(known)  # workers are numbered as they were ready
    assert done.startup_s == pytest.approx(min(known, default=0))
    assert done.busy_s <= len(done.ready_s) * done.elapsed_s + 1e-5
    assert 0 <= done.utilisation <= 1
    assert 0 <= done.stopping_s <= done.elapsed_s
    assert done.arrived_s == pytest.approx(done.elapsed_s - done.stopping_s)
    last_s = max((span.stop_s for span in done.spans), default=0)
    assert 0 <= done.idle_s <= done.n_workers * last_s + TOLERANCE_S
    assert done.lost_s == {}


@pytest.mark.parametrize(("how", "start_method"), ALL)
@pytest.mark.parametrize(
    ("n_workers", "chunksize", "n_items"),
    [(2, None, 33), (3, 4, 17), (2, 10**30, 7), (4, None, 2), (2, 1, 1000), (3, 1, 0)],
)
def test_every_way_gives_the_oracle(how, start_method, n_workers, chunksize, n_items):
    """Results equal the list comprehension's, in order; the times recorded could have been."""
    began_s = time.perf_counter()
    done = run(square, range(n_items), how=how, n_workers=n_workers, chunksize=chunksize,
               start_method=start_method)  # fmt: skip
    assert done.elapsed_s <= time.perf_counter() - began_s
    assert done.results == [square(item) for item in range(n_items)]
    assert (done.how, done.start_method) == (how, start_method)
    assert done.n_workers == (1 if how == "sequential" else n_workers)
    check_story(done)


# What looks like nothing, like an error, or is hard to write.
ODD = [False, {}, math.inf, 10**400, "\ud800", Ellipsis, len, int, ValueError("an item"),
       Decimal("0.1"), Path("a") / "ñ", {"a": {1: [[]]}}, sample_tasks.Multiplier]  # fmt: skip


@settings(deadline=None, max_examples=60, suppress_health_check=list(HealthCheck))
@given(
    items=st.lists(
        st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.sampled_from(ODD))
    ),
    way=st.sampled_from(CHEAP),
    n_workers=st.integers(1, 4),
    chunksize=st.one_of(st.none(), st.integers(1, 9)),
)
def test_every_shape_gives_the_oracle(items, way, n_workers, chunksize):
    """Whatever the items, workers and chunks, order and content are kept."""
    done = run(sample_tasks.identity, items, how=way[0], start_method=way[1], n_workers=n_workers,
               chunksize=chunksize)  # fmt: skip
    assert repr(done.results) == repr(items)
    assert done.results is not items


@pytest.mark.parametrize("how", EVERYWHERE)
def test_slow_first_item_keeps_its_place(how):
    """Results and spans are in the order of the items, not in that of finishing."""
    items = [0.3, 0.01, 0.02, 0.0]
    done = run(sample_tasks.sleep, items, how=how, n_workers=2, chunksize=1)
    assert done.results == [0.3, 0.01, 0.02, 0.0]
    check_story(done)
    assert done.spans[0].duration_s >= 0.29
    assert done.busy_s >= 0.32


@pytest.mark.parametrize("how", EVERYWHERE)
def test_any_iterable_is_items(how):
    """A generator, a map, a text, a dict: whatever can be iterated over gives its items."""
    for items, expected in [
        ((i for i in range(5)), [0, 1, 2, 3, 4]),
        ("año", ["a", "ñ", "o"]),
        ({"x": 1, "y": 2}, ["x", "y"]),
        ({4}, [4]),
        ((), []),
        (iter([]), []),
    ]:
        assert run(sample_tasks.identity, items, how=how, n_workers=2).results == expected


TASKS = [
    int,
    math.sqrt,
    functools.partial(pow, 2),
    functools.partial(sample_tasks.Multiplier(3).__call__),
    sample_tasks.Multiplier(2),
    sample_tasks.Multiplier.doubled,
    [10, 20, 30].__getitem__,
]


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_any_importable_callable_is_a_task(how, start_method):
    """Built-ins, classes, partials, methods and callable objects are tasks."""
    for task in TASKS:
        done = run(task, [0, 1, 2], how=how, n_workers=2, start_method=start_method)
        assert done.results == [task(item) for item in [0, 1, 2]]


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_in_this_process_nothing_is_sent(how):
    """A lambda is a task, what cannot be pickled an item, and the process that calls computes."""
    lock = threading.Lock()
    done = run(lambda item: (item, os.getpid()), [lock, 2], how=how)
    assert done.results == [(lock, os.getpid()), (2, os.getpid())]


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_workers_start_as_asked(how, start_method):
    """As other processes, of the start method, no more than asked for, in our language."""
    set_language("es")
    done = run(sample_tasks.facts_there, range(8), how=how, n_workers=2, start_method=start_method,
               chunksize=1)  # fmt: skip
    ids, kinds, languages = (set(found) for found in zip(*done.results, strict=True))
    assert os.getpid() not in ids
    assert len(ids) <= 2
    assert kinds == {multiprocessing.get_context(start_method).Process}
    assert languages == {"es: hola"}


@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize(
    ("n_items", "n_workers", "chunksize"), [(100, 2, 13), (7, 3, 1), (64, 4, 4)]
)
def test_default_chunksize_is_that_of_pool_map(how, n_items, n_workers, chunksize):
    """Left out, chunksize is what Pool.map takes: about four chunks a worker.

    A number of numpy's serves as one of Python's, and a generous limit changes nothing.
    """
    done = run(square, range(n_items), how=how, n_workers=np.int64(n_workers), timeout_s=1e300)
    assert (type(done.n_workers), done.n_workers) == (int, n_workers)
    assert done.chunksize == chunksize
    assert len(done.spans) == math.ceil(n_items / chunksize)


PLAIN_LOOP = """
import sys
from helpers.parallel import run
from helpers.tasks import square

print(run(square, range(3), how="sequential").results)
print({"multiprocessing.pool", "concurrent.futures.process", "distributed", "cloudpickle", "numpy"}
      & set(sys.modules))
"""


def test_a_plain_loop_loads_no_pool():
    """The sequential way loads nothing of Dask and nothing of the pools."""
    completed = run_program("-c", PLAIN_LOOP)
    assert (completed.stdout, completed.stderr) == ("[0, 1, 4]\nset()\n", "")


@pytest.mark.parametrize(
    ("outer", "method", "inner"),
    [
        *[("processes", CHEAPEST, inner) for inner in EVERYWHERE],
        *[("processes", method, "pool") for method in START_METHODS],
        *[("pool", method, how) for method in START_METHODS for how in ("threads", "processes")],
    ],
)
def test_run_inside_a_worker(outer, method, inner):
    """A task may itself call run; a worker of a Pool, which may start no process, says so."""
    [result] = run(sample_tasks.run_inside, [inner], how=outer, n_workers=1,
                   start_method=method).results  # fmt: skip
    if outer == "pool" and inner == "processes":
        assert result[0] == "InputError"
        assert all(word in result[1] for word in ("'processes'", "Pool"))
    else:
        assert result == [0, 1, 2, 3]


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_two_runs_from_two_threads(how, start_method):
    """Two runs at the same time, neither in the main thread, do not disturb each other."""
    gate = threading.Barrier(2)

    def call(sign):
        gate.wait(50)
        items = [sign * i for i in range(40)]
        return run(operator.neg, items, how=how, n_workers=2, chunksize=3,
                   start_method=start_method, timeout_s=45).results  # fmt: skip

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(call, (1, -1))] == [[-s * i for i in range(40)] for s in (1, -1)]


# ---- what a Run records


@pytest.mark.parametrize("method", START_METHODS)
def test_the_workers_end_is_part_of_the_call(method):
    """A worker that takes its time to end is waited for, and recorded as stopping."""
    done = run(sample_tasks.end_late, [0.3], how="processes", n_workers=1, start_method=method)
    assert done.stopping_s >= 0.2
    assert done.arrived_s < done.elapsed_s - 0.2


# Two workers, ready at 1 s and 2 s, over at 10 s.
MADE = Run(
    results=[None] * 6, how="pool", n_workers=2, chunksize=2, start_method="spawn",
    elapsed_s=10.0, ready_s=(1.0, 2.0),
    spans=(Span(0, 2.0, 5.0, 2), Span(1, 3.0, 6.0, 2), Span(0, 8.0, 9.0, 2)),
)  # fmt: skip


def test_arithmetic_of_a_run():
    """The properties are what the definitions give on a run made by hand; it cannot be changed."""
    assert (MADE.n_items, MADE.startup_s, MADE.busy_s, MADE.spans[0].duration_s) == (6, 1, 7, 3)
    assert MADE.idle_s == 9 - 6
    assert MADE.utilisation == pytest.approx(7 / 20)
    unknown = dataclasses.replace(MADE, n_workers=3, ready_s=(1.0, 2.0, None))
    assert (unknown.startup_s, unknown.idle_s) == (1, (9 - 6) + 9)
    assert len(repr(dataclasses.replace(MADE, results=["a result"] * 10_000))) < 200
    with pytest.raises(dataclasses.FrozenInstanceError):
        MADE.elapsed_s = 0
