"""watch(): the call of a learner's own is what it would be without, and tells who did what."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import os
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
import sample_tasks
from programs import run_program

from helpers import stopwatch
from helpers.language import set_language
from helpers.parallel import InputError, TaskNotImportableError, watch, watching
from helpers.tasks import count_primes, square

START_METHODS = multiprocessing.get_all_start_methods()
NEW_PROCESS = [method for method in START_METHODS if method != "fork"]
ITEMS = list(range(30))
SQUARES = [square(item) for item in ITEMS]
LIMIT_S = 100


@pytest.fixture(autouse=True)
def _no_folder_left():
    """Whatever happens in a test, no folder of a watch is left after it."""
    yield
    assert not list(Path(tempfile.gettempdir()).glob(f"{watching.PREFIX}{os.getpid()}-*"))


def _starmap(pool, task):
    return pool.starmap(task, [(item,) for item in ITEMS])


def _apply(pool, task):
    return [one.get(LIMIT_S) for one in [pool.apply_async(task, (item,)) for item in ITEMS]]


POOL_CALLS = {
    "map": lambda pool, task: pool.map(task, ITEMS),
    "imap": lambda pool, task: list(pool.imap(task, ITEMS)),
    "imap_unordered": lambda pool, task: sorted(pool.imap_unordered(task, ITEMS, 3)),
    "starmap": _starmap,
    "apply_async": _apply,
}
EXECUTOR_CALLS = {
    "map": lambda executor, task: list(executor.map(task, ITEMS)),
    "submit": lambda executor, task: [
        one.result(LIMIT_S) for one in [executor.submit(task, item) for item in ITEMS]
    ],
}


@pytest.mark.parametrize("call", POOL_CALLS)
@pytest.mark.parametrize("method", START_METHODS)
def test_a_pool(method, call):
    """Each call of a Pool gives the oracle; every item is noted, in lanes that are its workers."""
    with watch() as watched, multiprocessing.get_context(method).Pool(2) as pool:
        assert POOL_CALLS[call](pool, watched(square)) == SQUARES
    run = watched.run()
    assert (run.how, run.n_items, run.n_workers) == ("pool", 30, 2)
    assert run.lanes == ("process", "process")
    assert watched.problems == ()
    for span in run.spans:
        assert 0 <= span.start_s <= span.stop_s <= run.elapsed_s == watched.elapsed_s
        assert span.start_s >= run.ready_s[span.worker]


@pytest.mark.parametrize("call", EXECUTOR_CALLS)
@pytest.mark.parametrize("method", START_METHODS)
def test_an_executor(method, call):
    """The same with a ProcessPoolExecutor."""
    context = multiprocessing.get_context(method)
    with watch() as watched, ProcessPoolExecutor(2, mp_context=context) as executor:
        assert EXECUTOR_CALLS[call](executor, watched(square)) == SQUARES
    run = watched.run()
    assert (run.how, run.n_items) == ("other_processes", 30)
    assert set(run.lanes) == {"process"}


@pytest.mark.parametrize("method", START_METHODS)
def test_a_process_of_ones_own(method):
    """A Process is a lane, too; what it takes to start is known where it is drawn."""
    context = multiprocessing.get_context(method)
    with watch() as watched:
        process = context.Process(target=watched(time.sleep), args=(0.01,))
        process.start()
        process.join(LIMIT_S)
    run = watched.run()
    assert process.exitcode == 0
    assert (run.lanes, run.n_items) == (("process",), 1)
    assert run.started_s[0] is None or 0 <= run.started_s[0] <= run.ready_s[0]


@pytest.mark.parametrize("call", EXECUTOR_CALLS)
def test_threads(call):
    """Threads are lanes of their own."""
    with watch() as watched, ThreadPoolExecutor(3) as executor:
        assert EXECUTOR_CALLS[call](executor, watched(sample_tasks.slow_square)) == SQUARES
    run = watched.run()
    assert (run.how, run.n_items) == ("threads", 30)
    assert set(run.lanes) == {"thread"}


def test_a_loop_with_any_callable():
    """Functions, partials, methods, builtins, classes, twice watched, with any arguments."""
    with watch() as watched:
        assert watched(functools.partial(pow, 2))(5) == 32
        assert watched("-".join)(["a", "b"]) == "a-b"
        assert watched(dict)(a=1, b=2) == {"a": 1, "b": 2}
        assert watched(sorted)([2, 1], key=lambda n: -n) == [2, 1]
        assert watched(watched(len))("abc") == 3
    run = watched.run()
    assert (run.how, run.n_items, run.lanes) == ("sequential", 5, ("this_process",))


def test_recursion_and_nesting_count_once():
    """A call inside of another is part of it: nothing is noted twice."""
    with watch() as watched:

        def factorial(n):
            return 1 if n == 0 else n * again(n - 1)

        again = watched(factorial)
        assert again(5) == 120
    assert watched.run().n_items == 1


def test_two_watches_at_once_note_their_own():
    """A watch inside of another knows what it was given."""
    with watch() as outer, watch() as inner:
        assert outer(inner(square))(3) == 9
        assert inner(square)(4) == 16
    assert (outer.run().n_items, inner.run().n_items) == (1, 2)


@pytest.mark.parametrize("method", START_METHODS)
def test_what_a_task_raises(method):
    """The task's own error comes out, and the call is noted as one that raised."""
    with watch() as watched, multiprocessing.get_context(method).Pool(2) as pool:
        with pytest.raises(ValueError, match="no good"):
            pool.map(watched(sample_tasks.raise_value_error), [1, 2], 1)
        assert pool.map(watched(square), ITEMS) == SQUARES
    assert sum(span.n_raised for span in watched.run().spans) >= 1


@pytest.mark.parametrize("method", START_METHODS)
def test_what_a_killed_worker_was_at(method):
    """The call of a worker that was killed is there, as one that did not finish."""
    with watch() as watched, multiprocessing.get_context(method).Pool(1) as pool:
        pool.map(watched(square), ITEMS)
        pool.apply_async(watched(sample_tasks.sleep), (3600,))
        deadline = time.monotonic() + LIMIT_S
        while not _somebody_sleeps(watched) and time.monotonic() < deadline:
            time.sleep(0.02)
    run = watched.run()
    (left,) = [span for span in run.spans if not span.finished]
    assert left.task.endswith("sleep")
    assert left.stop_s == pytest.approx(run.elapsed_s)


def _somebody_sleeps(watched):
    folder = Path(watched._notes.folder)
    workers = watching._workers(folder)
    return any(one.stop_s is None and one.task == 1 for w in workers for one in w.stretches)


@pytest.mark.parametrize("method", START_METHODS)
def test_short_lived_workers_share_lanes(method):
    """Where each worker does one item, there are no more lanes than workers at a time, about."""
    with (
        watch() as watched,
        multiprocessing.get_context(method).Pool(2, maxtasksperchild=1) as pool,
    ):
        assert pool.map(watched(square), ITEMS[:8], 1) == SQUARES[:8]
    run = watched.run()
    assert run.n_items == 8
    assert run.n_workers < 8


def test_workers_without_work_are_lanes():
    """A Pool of three that gets one item has two workers that got none."""
    with watch() as watched, multiprocessing.Pool(3) as pool:
        assert pool.map(watched(square), [3]) == [9]
    assert sorted(ready is None for ready in watched.run().ready_s) == [False, True, True]


IN_A_NOTEBOOK = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from helpers.language import set_language
from helpers.parallel import TaskNotImportableError, watch
from helpers.tasks import square

def own(x):
    return x + 1

set_language("es")
context = multiprocessing.get_context(sys.argv[1])
with watch() as watched, context.Pool(2) as pool:
    for task in (own, lambda x: x):
        try:
            pool.map_async(watched(task), range(4)).get(90)
        except TaskNotImportableError as error:
            print("Pool", ".py" in str(error))
    print(pool.map(watched(square), range(4)))
with watch() as watched, ProcessPoolExecutor(2, mp_context=context) as executor:
    try:
        list(executor.map(watched(own), range(4), timeout=90))
    except TaskNotImportableError as error:
        print("executor", ".py" in str(error))
    print(list(executor.map(watched(square), range(4))))
with watch() as watched:
    try:
        context.Process(target=watched(own), args=(1,)).start()
    except TaskNotImportableError as error:
        print("Process", ".py" in str(error))
"""


@pytest.mark.parametrize("method", NEW_PROCESS)
def test_a_task_that_no_worker_can_import(method):
    """On raw Pool, executor and Process it is the error that teaches, and the pool lives."""
    done = run_program("-c", IN_A_NOTEBOOK, method)
    assert done.returncode == 0, done.stderr
    expected = ["Pool True", "Pool True", "[0, 1, 4, 9]", "executor True", "[0, 1, 4, 9]"]
    assert done.stdout.splitlines() == [*expected, "Process True"]


@pytest.mark.skipif("fork" not in START_METHODS, reason="no fork on this system")
def test_a_task_that_is_younger_than_the_forked_pool():
    """Where the raw Pool would wait for ever, the wrapper says so."""
    with watch() as watched, multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(watched(square), ITEMS)
        task = sample_tasks.made_later()
        with pytest.raises(TaskNotImportableError, match="late"):
            pool.map_async(watched(task), ITEMS).get(LIMIT_S)
        assert pool.map(watched(square), ITEMS) == SQUARES


def test_a_call_after_the_block():
    """It is computed, and not noted; a pool that lives on computes, too."""
    with multiprocessing.Pool(1) as pool:
        with watch() as watched:
            task = watched(square)
            assert pool.map(task, ITEMS) == SQUARES
        assert pool.map(task, ITEMS) == SQUARES
        assert task(3) == 9
    assert watched.run().n_items == 30
    with pytest.raises(InputError, match="inside its block"):
        watched(square)


@pytest.mark.parametrize("language", ["es", "en"])
def test_what_cannot_be_timed_is_refused(language):
    """A coroutine, a generator, and what is no function: one sentence each, in the language."""
    set_language(language)

    async def later():
        await asyncio.sleep(0)

    def several():
        yield 1

    with watch() as watched:
        for task in (later, several, functools.partial(several), 3):
            with pytest.raises(InputError) as told:
                watched(task)
            assert ("función" in str(told.value) or "corrutina" in str(told.value)) is (
                language == "es"
            )
    with pytest.raises(InputError):
        watched.run()


def test_where_nothing_can_be_noted(monkeypatch):
    """A full disk, or a folder that cannot be written: computed all the same, and said."""

    def full(path):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(stopwatch, "_mapped", full)
        with watch() as watched:
            assert [watched(square)(item) for item in ITEMS] == SQUARES
    with pytest.raises(InputError, match="disk full"):
        watched.run()
    with monkeypatch.context() as patch:
        patch.setattr(tempfile, "mkdtemp", lambda prefix: full(prefix))
        with watch() as watched, multiprocessing.Pool(1) as pool:
            assert pool.map(watched(square), ITEMS) == SQUARES
    with pytest.raises(InputError, match="No space left"):
        watched.run()


def test_nothing_is_left_after_an_error_and_of_a_killed_program(tmp_path, monkeypatch):
    """The folder goes with the block, however it ends; a killed program's at the next watch."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt), watch() as watched:
        watched(sample_tasks.raise_keyboard_interrupt)(3)
    assert list(tmp_path.iterdir()) == []
    dead = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(0,))
    dead.start()
    dead.join(LIMIT_S)
    (tmp_path / f"{watching.PREFIX}{dead.pid}-abc").mkdir()
    with watch():
        assert [path.name.split("-")[1] for path in tmp_path.iterdir()] == [str(os.getpid())]


def test_many_calls_take_little_room():
    """A hundred thousand short calls are a few records; longer ones are one each."""
    with watch() as watched:
        task = watched(square)
        for item in range(100_000):
            task(item)
        for _ in range(3):
            watched(count_primes)(20_000)
    run = watched.run()
    assert run.n_items == 100_003
    assert len([span for span in run.spans if span.task == "square"]) < 5_000
    assert len([span for span in run.spans if span.task == "count_primes"]) == 3


def test_a_file_is_followed_by_another_when_it_is_full():
    """No call is lost where a thread has more to note than a file holds."""
    with watch() as watched:
        task = watched(time.sleep)
        notebook = watched._notes.here.notebook = stopwatch.Notebook(watched._notes)
        for number in range(stopwatch.ROOM + 10):
            notebook.note(number, number + 0.5, False, 0)
        task(0)
    assert watched.run().n_items == stopwatch.ROOM + 11


def test_several_threads_of_one_program():
    """Threads that call at the same time have lanes of their own, and lose nothing."""
    with watch() as watched:
        task = watched(sample_tasks.slow_square)
        threads = [threading.Thread(target=lambda: list(map(task, ITEMS))) for _ in range(4)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(LIMIT_S)
    assert (watched.run().n_items, watched.run().n_workers) == (120, 4)
