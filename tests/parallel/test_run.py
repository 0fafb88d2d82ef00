"""Every way of running gives what a list comprehension gives."""

from __future__ import annotations

import enum
import functools
import math
import multiprocessing
import operator
import os
import threading
from collections import deque, namedtuple
from decimal import Decimal
from pathlib import Path

import pytest
import sample_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from programs import run_program

from helpers.language import set_language
from helpers.parallel import run
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
IN_PROCESS = [("sequential", None), ("threads", None)]
WITH_PROCESSES = [(how, method) for how in ("processes", "pool") for method in START_METHODS]
CHEAP = [*IN_PROCESS, ("processes", CHEAPEST), ("pool", CHEAPEST)]
ALL = [*IN_PROCESS, *WITH_PROCESSES]
HOWS = ("sequential", "threads", "processes", "pool")


@pytest.mark.parametrize(("how", "start_method"), ALL)
@pytest.mark.parametrize(
    ("n_workers", "chunksize", "n_items"), [(2, None, 33), (3, 4, 17), (2, 10**30, 7)]
)
def test_every_way_gives_the_oracle(how, start_method, n_workers, chunksize, n_items):
    """Results equal the list comprehension's, in order, for every way and start method."""
    done = run(square, range(n_items), how=how, n_workers=n_workers, chunksize=chunksize,
               start_method=start_method)  # fmt: skip
    assert done.results == [square(item) for item in range(n_items)]
    assert (done.how, done.start_method) == (how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("n_workers", [1, 4])
@pytest.mark.parametrize(("chunksize", "n_items"), [(None, 1), (1, 10), (3, 10), (1000, 10)])
def test_every_shape_gives_the_oracle(how, start_method, n_workers, chunksize, n_items):
    """No combination of workers, chunks and items changes the answer."""
    items = [n_items - i for i in range(n_items)]
    done = run(sample_tasks.nested, items, how=how, n_workers=n_workers, chunksize=chunksize,
               start_method=start_method)  # fmt: skip
    assert done.results == [sample_tasks.nested(item) for item in items]


@settings(deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow])
@given(
    items=st.lists(st.one_of(st.none(), st.integers(), st.text(), st.binary(), st.booleans())),
    how=st.sampled_from(["sequential", "threads"]),
    n_workers=st.integers(1, 6),
    chunksize=st.one_of(st.none(), st.integers(1, 9)),
)
def test_any_items_in_this_process(items, how, n_workers, chunksize):
    """Whatever the items, workers and chunks, order and content are kept in this process."""
    done = run(sample_tasks.identity, items, how=how, n_workers=n_workers, chunksize=chunksize)
    assert done.results == items
    assert done.results is not items


@pytest.mark.parametrize(("how", "start_method"), [*CHEAP, ("processes", "spawn")])
def test_more_items_than_are_sent_ahead(how, start_method):
    """A thousand one-item chunks all come back, each to its place."""
    done = run(operator.neg, range(1000), how=how, n_workers=2, chunksize=1,
               start_method=start_method)  # fmt: skip
    assert done.results == [-i for i in range(1000)]
    assert len(done.spans) == 1000


@pytest.mark.parametrize("how", HOWS)
def test_slow_first_item_keeps_its_place(how):
    """The order is that of the items, not that of finishing."""
    items = [0.3, 0.01, 0.02, 0.0]
    assert run(sample_tasks.sleep, items, how=how, n_workers=2, chunksize=1).results == items


class Grown(enum.Enum):
    """An enumeration for the items."""

    ONE = 1


Pair = namedtuple("Pair", "left right")

ODD_ITEMS = [
    None, 0, False, "", b"", [], {}, (), set(), math.inf, 10**400, -0.0, 1 + 2j,
    "ñandú \N{CRAB} \x00 \n", "\ud800", bytearray(b"abc"), [[[[]]]], {"a": {1: None}}, Ellipsis,
    range(3), slice(1, 2), len, int, ValueError("an item, not an error"), Decimal("0.1"),
    Path("a") / "ñ", deque([1, 2]), frozenset({1}), sample_tasks.Multiplier,
]  # fmt: skip


@pytest.mark.parametrize(("how", "start_method"), [*CHEAP, ("pool", "spawn")])
def test_items_and_results_of_odd_types(how, start_method):
    """Whatever can be pickled comes out as it went in, what looks like nothing or an error too."""
    items = ODD_ITEMS + [Grown.ONE, Pair(1, 2)] * (start_method == "fork")  # of a test's module
    done = run(sample_tasks.identity, items, how=how, n_workers=2, start_method=start_method)
    assert repr(done.results) == repr(items)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: (i for i in range(5)), [0, 1, 2, 3, 4]),
        (lambda: map(abs, [-1, 1]), [1, 1]),
        (lambda: "año", ["a", "ñ", "o"]),
        (lambda: {"x": 1, "y": 2}, ["x", "y"]),
        (lambda: {4}, [4]),
        (lambda: sample_tasks.OnlyGetItem(), [0, 10, 20]),
        (lambda: (3, 1), [3, 1]),
        (lambda: (), []),
        (lambda: iter([]), []),
    ],
)
def test_any_iterable_is_items(how, make, expected):
    """A generator, a map, a text, a dict: whatever can be iterated over gives its items."""
    assert run(sample_tasks.identity, make(), how=how, n_workers=2).results == expected


TASKS = [
    int,
    math.sqrt,
    functools.partial(pow, 2),
    functools.partial(sample_tasks.Multiplier(3).method),
    sample_tasks.Multiplier(2),
    sample_tasks.Multiplier.doubled,
    sample_tasks.Multiplier.tripled,
    [10, 20, 30].__getitem__,
]


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("task", TASKS)
def test_any_importable_callable_is_a_task(how, start_method, task):
    """Built-ins, classes, partials, methods and callable objects are tasks."""
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
    """As other processes, of the start method, as many as asked for, in our language."""
    set_language("es")
    options = {"how": how, "n_workers": 2, "start_method": start_method, "chunksize": 1}
    ids = run(sample_tasks.process_id, range(8), **options).results
    assert os.getpid() not in ids
    assert 1 <= len(set(ids)) <= 2
    kinds = run(sample_tasks.process_kind, [0], **options).results
    assert kinds == [multiprocessing.get_context(start_method).Process]
    assert run(sample_tasks.language_there, [0], **options).results == [("es", "hola")]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("timeout_s", [None, 4.5, 1e300])
def test_numbers_of_all_kinds(how, timeout_s):
    """A number with ``__index__``, as numpy's, serves; a generous limit changes nothing."""
    done = run(square, range(4), how=how, n_workers=sample_tasks.Whole(2),
               chunksize=sample_tasks.Whole(3), timeout_s=timeout_s)  # fmt: skip
    assert done.results == [0, 1, 4, 9]
    assert (type(done.chunksize), type(done.n_workers)) == (int, int)


@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize(
    ("n_items", "n_workers", "chunksize"), [(100, 2, 13), (7, 3, 1), (64, 4, 4)]
)
def test_default_chunksize_is_that_of_pool_map(how, n_items, n_workers, chunksize):
    """Left out, chunksize is what Pool.map takes: about four chunks a worker."""
    done = run(square, range(n_items), how=how, n_workers=n_workers)
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
        *[("processes", CHEAPEST, inner) for inner in HOWS],
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
        assert "'processes'" in result[1]
        assert "Pool" in result[1]
    else:
        assert result == [0, 1, 2, 3]


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_two_runs_from_two_threads(how, start_method):
    """Two runs at the same time, neither in the main thread, do not disturb each other."""
    answers = {}
    gate = threading.Barrier(2)

    def call(sign):
        gate.wait(50)
        done = run(operator.neg, [sign * i for i in range(40)], how=how, n_workers=2, chunksize=3,
                   start_method=start_method, timeout_s=45)  # fmt: skip
        answers[sign] = done.results

    threads = [threading.Thread(target=call, args=(sign,)) for sign in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert answers == {sign: [-sign * i for i in range(40)] for sign in (1, -1)}
