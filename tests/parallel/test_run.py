"""Every way of running gives what a list comprehension gives."""

from __future__ import annotations

import datetime
import enum
import functools
import math
import multiprocessing
import operator
import os
import threading
from collections import Counter, OrderedDict, deque, namedtuple
from decimal import Decimal
from fractions import Fraction
from pathlib import Path, PurePosixPath

import pytest
import sample_tasks
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import run
from helpers.tasks import count_primes, square

START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = START_METHODS[0] if "fork" not in START_METHODS else "fork"
IN_PROCESS = [("sequential", None), ("threads", None)]
WITH_PROCESSES = [(how, method) for how in ("processes", "pool") for method in START_METHODS]
CHEAP = [*IN_PROCESS, ("processes", CHEAPEST), ("pool", CHEAPEST)]
ALL = [*IN_PROCESS, *WITH_PROCESSES]
HOWS = ("sequential", "threads", "processes", "pool")


@pytest.mark.parametrize(("how", "start_method"), ALL)
@pytest.mark.parametrize(
    ("n_workers", "chunksize", "n_items"), [(2, None, 33), (3, 4, 17), (2, 50, 7)]
)
def test_every_way_gives_the_oracle(how, start_method, n_workers, chunksize, n_items):
    """Results equal the list comprehension's, in order, for every way and start method."""
    done = run(
        square,
        range(n_items),
        how=how,
        n_workers=n_workers,
        chunksize=chunksize,
        start_method=start_method,
    )
    assert done.results == [square(item) for item in range(n_items)]
    assert done.how == how
    assert done.start_method == start_method
    assert done.n_items == n_items


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("n_workers", [1, 4])
@pytest.mark.parametrize("chunksize", [None, 1, 3, 1000])
@pytest.mark.parametrize("n_items", [1, 10])
def test_every_shape_gives_the_oracle(how, start_method, n_workers, chunksize, n_items):
    """No combination of workers, chunks and items changes the answer."""
    items = [n_items - i for i in range(n_items)]
    done = run(
        sample_tasks.nested,
        items,
        how=how,
        n_workers=n_workers,
        chunksize=chunksize,
        start_method=start_method,
    )
    assert done.results == [sample_tasks.nested(item) for item in items]


@settings(deadline=None, max_examples=150, suppress_health_check=[HealthCheck.too_slow])
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
    assert sum(span.n_items for span in done.spans) == len(items)


@pytest.mark.parametrize(("how", "start_method"), [*CHEAP, ("processes", "spawn")])
def test_more_items_than_are_sent_ahead(how, start_method):
    """A thousand one-item chunks all come back, each to its place."""
    n_items = 1000
    done = run(
        operator.neg, range(n_items), how=how, n_workers=2, chunksize=1, start_method=start_method
    )
    assert done.results == [-i for i in range(n_items)]
    assert len(done.spans) == n_items


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
    None,
    0,
    False,
    "",
    b"",
    [],
    {},
    (),
    set(),
    math.inf,
    10**400,
    -0.0,
    1 + 2j,
    "ñandú \N{CRAB} \x00 \n",
    "\ud800",
    b"\xff\x00",
    bytearray(b"abc"),
    [[[[]]]],
    {"a": {1: None}},
    Ellipsis,
    NotImplemented,
    range(3),
    slice(1, 2),
    len,
    int,
    ValueError("an item, not an error"),
    Decimal("0.1"),
    Fraction(1, 3),
    datetime.datetime(2024, 2, 29, tzinfo=datetime.UTC),
    Path("a") / "ñ",
    PurePosixPath("/"),
    OrderedDict(a=1),
    Counter("abca"),
    deque([1, 2]),
    frozenset({1}),
]


@pytest.mark.parametrize(("how", "start_method"), [*CHEAP, ("pool", "spawn")])
def test_items_of_odd_types(how, start_method):
    """Items of any type that can be pickled come out as they went in."""
    done = run(sample_tasks.identity, ODD_ITEMS, how=how, n_workers=2, start_method=start_method)
    assert repr(done.results) == repr(ODD_ITEMS)


@pytest.mark.skipif(CHEAPEST != "fork", reason="classes of a test module travel only by fork")
@pytest.mark.parametrize("how", HOWS)
def test_items_of_own_classes(how):
    """Items of classes from an importable module arrive, enumerations and tuples included."""
    items = [Grown.ONE, Pair(1, 2), sample_tasks.Multiplier]
    start_method = CHEAPEST if how in ("processes", "pool") else None
    assert run(sample_tasks.identity, items, how=how, start_method=start_method).results == items


@pytest.mark.parametrize("how", HOWS)
def test_results_that_look_like_nothing(how):
    """None, 0, False and empty containers are results like all others."""
    done = run(sample_tasks.falsy, range(18), how=how, n_workers=2, chunksize=1)
    assert repr(done.results) == repr([sample_tasks.falsy(i) for i in range(18)])


@pytest.mark.parametrize("how", HOWS)
def test_a_returned_exception_is_a_result(how):
    """An exception that the task returns is not raised."""
    results = run(sample_tasks.returned_exception, [1, 2], how=how, n_workers=2).results
    assert [type(result) for result in results] == [ValueError, ValueError]
    assert [result.args for result in results] == [(1,), (2,)]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("items", [[], (), "", range(0), {}, iter([]), (i for i in ())])
def test_no_items_give_no_results(how, items):
    """Empty items give an empty result, no spans and numbers that can be shown."""
    done = run(square, items, how=how)
    assert done.results == []
    assert done.spans == ()
    assert done.n_items == 0
    assert (done.busy_s, done.computing_s) == (0, 0)
    for value in (done.startup_s, done.utilisation):
        assert math.isfinite(value)
        assert value >= 0
    assert repr(done)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    ("make", "expected"),
    [
        (lambda: (i for i in range(5)), [0, 1, 2, 3, 4]),
        (lambda: map(abs, [-1, 1]), [1, 1]),
        (lambda: "año", ["a", "ñ", "o"]),
        (lambda: b"ab", [97, 98]),
        (lambda: {"x": 1, "y": 2}, ["x", "y"]),
        (lambda: {"x": 1}.items(), [("x", 1)]),
        (lambda: {4}, [4]),
        (lambda: sample_tasks.OnlyGetItem(), [0, 10, 20]),
        (lambda: deque([1, 2]), [1, 2]),
        (lambda: zip("ab", [1, 2], strict=True), [("a", 1), ("b", 2)]),
    ],
)
def test_any_iterable_is_items(how, make, expected):
    """A generator, a map, a text, a dict: whatever can be iterated over gives its items."""
    assert run(sample_tasks.identity, make(), how=how, n_workers=2).results == expected


@pytest.mark.parametrize("how", HOWS)
def test_items_are_left_as_they_were(how):
    """The caller's list is neither changed nor kept as the results."""
    items = [3, 1, 2]
    done = run(sample_tasks.identity, items, how=how, n_workers=2, chunksize=2)
    assert items == [3, 1, 2]
    assert done.results is not items


TASKS = [
    abs,
    int,
    str,
    math.sqrt,
    operator.neg,
    functools.partial(pow, 2),
    functools.partial(sample_tasks.Multiplier(3).method),
    sample_tasks.Multiplier(2),
    sample_tasks.Multiplier(2).method,
    sample_tasks.Multiplier.doubled,
    sample_tasks.Multiplier.tripled,
    [10, 20, 30].__getitem__,
]


# Where a start is slow, one built-in and one partial of a bound method are enough.
@pytest.mark.parametrize(
    ("how", "start_method", "task"),
    [
        *[(*way, task) for way in CHEAP for task in TASKS],
        *[("processes", "spawn", task) for task in (TASKS[0], TASKS[6])],
    ],
)
def test_any_importable_callable_is_a_task(how, start_method, task):
    """Built-ins, classes, partials, methods and callable objects are tasks."""
    done = run(task, [0, 1, 2], how=how, n_workers=2, start_method=start_method)
    assert done.results == [task(item) for item in [0, 1, 2]]


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_in_this_process_anything_callable_is_a_task(how):
    """A lambda and a nested function need no import where nothing is sent."""
    seen = []

    def remember(item):
        seen.append(item)
        return item

    assert run(lambda item: -item, [1, 2], how=how).results == [-1, -2]
    assert run(remember, [1, 2], how=how).results == [1, 2]
    assert sorted(seen) == [1, 2]


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_workers_are_other_processes(how, start_method):
    """Processes and pool compute elsewhere, in no more processes than were asked for."""
    done = run(
        sample_tasks.process_id,
        range(8),
        how=how,
        n_workers=2,
        chunksize=1,
        start_method=start_method,
    )
    assert os.getpid() not in done.results
    assert 1 <= len(set(done.results)) <= 2


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_workers_start_as_they_were_told(how, start_method):
    """A worker is a process of the start method that was asked for, whichever is in force."""
    done = run(sample_tasks.process_kind, [0], how=how, n_workers=1, start_method=start_method)
    assert done.results == [multiprocessing.get_context(start_method).Process]


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_threads_stay_in_this_process(how):
    """Sequential and threads compute in the process that calls."""
    assert set(run(sample_tasks.process_id, range(4), how=how).results) == {os.getpid()}


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_workers_speak_the_current_language(how, start_method):
    """A message made in a worker is in the language that was set in the parent."""
    set_language("es")
    done = run(sample_tasks.language_there, [0], how=how, n_workers=1, start_method=start_method)
    assert done.results == [sample_tasks.language_there(0)]
    assert done.results[0][0] == "es"


@pytest.mark.parametrize("how", HOWS)
def test_whole_numbers_that_are_no_int(how):
    """A number with ``__index__``, as numpy's, serves as n_workers and chunksize."""
    done = run(
        square, range(4), how=how, n_workers=sample_tasks.Whole(2), chunksize=sample_tasks.Whole(3)
    )
    assert done.results == [0, 1, 4, 9]
    assert done.chunksize == 3
    assert type(done.chunksize) is int
    assert type(done.n_workers) is int


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("timeout_s", [None, 4, 4.5, 1e9, 1e300])
def test_generous_time_limits_change_nothing(how, timeout_s):
    """A time limit that is not reached leaves the answer alone, however large it is."""
    assert run(square, range(4), how=how, n_workers=2, timeout_s=timeout_s).results == [0, 1, 4, 9]


@pytest.mark.parametrize("how", HOWS)
def test_a_chunksize_beyond_all_measure(how):
    """A chunksize far above the number of items makes one chunk."""
    done = run(square, range(3), how=how, n_workers=2, chunksize=10**30)
    assert done.results == [0, 1, 4]
    assert len(done.spans) == 1


@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize(
    ("n_items", "n_workers", "chunksize"), [(100, 2, 13), (7, 3, 1), (64, 4, 4)]
)
def test_default_chunksize_is_that_of_pool_map(how, n_items, n_workers, chunksize):
    """Left out, chunksize is what Pool.map takes: about four chunks a worker."""
    done = run(square, range(n_items), how=how, n_workers=n_workers)
    assert done.chunksize == chunksize
    assert len(done.spans) == math.ceil(n_items / chunksize)


def test_sequential_is_one_worker():
    """Sequential runs in one worker, without a start method, in one chunk if none is asked for."""
    done = run(square, range(10), how="sequential")
    assert (done.n_workers, done.start_method, len(done.spans)) == (1, None, 1)


@pytest.mark.parametrize(
    ("outer", "method", "inner"),
    [
        *[("processes", CHEAPEST, inner) for inner in HOWS],
        *[("processes", method, "pool") for method in START_METHODS],
        *[("pool", method, how) for method in START_METHODS for how in ("sequential", "threads")],
    ],
)
def test_run_inside_a_worker(outer, method, inner):
    """A task may itself call run, where its process may start others or need not."""
    done = run(sample_tasks.run_inside, [inner], how=outer, n_workers=1, start_method=method)
    assert done.results == [[0, 1, 2, 3]]


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("inner", ["processes", "pool"])
def test_run_inside_a_pool(method, inner):
    """In a worker of a Pool, which may start no process, run says so and does not hang."""
    done = run(sample_tasks.run_inside, [inner], how="pool", n_workers=1, start_method=method)
    name, text = done.results[0]
    assert name == "InputError"
    assert f"{inner!r}" in text
    assert "Pool" in text


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_run_from_another_thread(how, start_method):
    """A run works when it is called from a thread that is not the main one."""
    answers = []

    def call():
        done = run(square, range(5), how=how, n_workers=2, start_method=start_method)
        answers.append(done.results)

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(50)
    assert answers == [[0, 1, 4, 9, 16]]


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_two_runs_from_two_threads(how, start_method):
    """Two runs at the same time do not disturb each other."""
    answers = {}
    gate = threading.Barrier(2)

    def call(sign):
        gate.wait(50)
        items = [sign * i for i in range(40)]
        done = run(
            operator.neg,
            items,
            how=how,
            n_workers=2,
            chunksize=3,
            start_method=start_method,
            timeout_s=45,
        )
        answers[sign] = done.results

    threads = [threading.Thread(target=call, args=(sign,)) for sign in (1, -1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(50)
    assert answers == {sign: [-sign * i for i in range(40)] for sign in (1, -1)}


@pytest.mark.parametrize("how", HOWS)
def test_the_course_work_itself(how):
    """The prime counter, which lessons use, gives the same in every way."""
    items = [100, 2000, 0, 17]
    assert run(count_primes, items, how=how, n_workers=2).results == [25, 303, 0, 6]
