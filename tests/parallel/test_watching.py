"""watch(): the call of a learner's own is what it would be without, and shows who did what."""

from __future__ import annotations

import asyncio
import functools
import multiprocessing
import os
import sys
import tempfile
import threading
import time
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path

import pytest
import sample_tasks
from programs import run_program
from tqdm import tqdm
from ways import NEW_PROCESS, START_METHODS

from helpers import stopwatch
from helpers.language import set_language
from helpers.parallel import InputError, TaskNotImportableError, watch
from helpers.parallel.clusters import started
from helpers.tasks import square

ITEMS = list(range(30))
SQUARES = [square(item) for item in ITEMS]
LIMIT_S = 100


@pytest.fixture(autouse=True)
def _no_folder_left():
    """Whatever happens in a test, no folder of a watch is left after it."""
    yield
    assert not list(Path(tempfile.gettempdir()).glob(f"watched-{os.getpid()}-*"))


def got(asked):
    """Return the results of calls that were asked for one by one."""
    return [one.get(LIMIT_S) if hasattr(one, "get") else one.result(LIMIT_S) for one in asked]


CALLS = {
    "Pool.map": lambda pool, task: pool.map(task, ITEMS),
    "Pool.imap": lambda pool, task: list(pool.imap(task, ITEMS)),
    "Pool.imap_unordered": lambda pool, task: sorted(pool.imap_unordered(task, ITEMS, 3)),
    "Pool.starmap": lambda pool, task: pool.starmap(task, [(item,) for item in ITEMS]),
    "Pool.apply_async": lambda pool, task: got([pool.apply_async(task, (n,)) for n in ITEMS]),
    "executor.map": lambda executor, task: list(executor.map(task, ITEMS)),
    "executor.submit": lambda executor, task: got([executor.submit(task, n) for n in ITEMS]),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("method", START_METHODS)
def test_a_pool_and_an_executor(method, call):
    """Each call gives the oracle; every item is logged, in lanes that are the workers.

    Spans are in the order of their starts. The end of a Pool in the block is part of it.
    """
    context, is_pool = multiprocessing.get_context(method), call.startswith("Pool")
    make = context.Pool if is_pool else functools.partial(ProcessPoolExecutor, mp_context=context)
    with watch() as watched, make(2) as workers:
        assert CALLS[call](workers, watched(square)) == SQUARES
    run = watched.run()
    assert (run.how, run.n_items) == ("pool" if is_pool else "other_processes", 30)
    assert run.lanes == ("process",) * run.n_workers
    assert (run.n_workers == 2 or not is_pool, watched.problems) == (True, [])
    assert (run.stopping_s > 0) is is_pool
    assert [*run.spans] == sorted(run.spans, key=lambda span: span.start_s)
    for span in run.spans:
        assert 0 <= span.start_s <= span.stop_s <= run.elapsed_s == watched.elapsed_s
        assert span.start_s >= run.ready_s[span.worker]


@pytest.mark.parametrize("method", START_METHODS)
def test_a_process_of_ones_own(method):
    """A Process is a lane beside this one's; on Linux it is known when it began to start."""
    with watch() as watched:
        task = watched(square)
        assert task(2) == 4
        process = multiprocessing.get_context(method).Process(target=task, args=(1,))
        process.start()
        process.join(LIMIT_S)
        assert task(4) == 16
    run = watched.run()
    lane = run.lanes.index("process")
    assert (process.exitcode, sorted(run.lanes)) == (0, ["process", "this_process"])
    assert run.n_items == 3
    known = [started_s for started_s in run.started_s if started_s is not None]
    assert known == [run.started_s[lane]] or not sys.platform.startswith("linux")
    assert all(0 <= started_s <= run.ready_s[lane] for started_s in known)


def test_threads():
    """Threads are lanes of their own and lose nothing, also where the system reuses their ids."""

    def slow_square(item):
        time.sleep(0.001)
        return item * item

    with watch() as watched:
        task = watched(slow_square)
        for call in ("executor.map", "executor.submit"):
            with ThreadPoolExecutor(3) as executor:
                assert CALLS[call](executor, task) == SQUARES
        thread = threading.Thread(target=task, args=(1,))
        thread.start()
        thread.join(LIMIT_S)
    run = watched.run()
    assert (run.how, run.n_items, watched.problems) == ("threads", 61, [])
    assert set(run.lanes) == {"thread"}


def test_a_loop_with_any_callable():
    """Functions, partials, methods, builtins, classes, twice watched, with any arguments.

    A call inside of another of the same watch is part of it; two watches log their own. A hundred
    thousand short calls are a few records.
    """
    with watch() as watched:
        assert watched(functools.partial(pow, 2))(5) == 32
        assert watched("-".join)(["a", "b"]) == "a-b"
        assert watched(dict)(a=1, b=2) == {"a": 1, "b": 2}
        assert watched(sorted)([2, 1], key=lambda n: -n) == [2, 1]
        assert watched(watched(len))("abc") == 3
    run = watched.run()
    assert (run.how, run.n_items, run.lanes) == ("sequential", 5, ("this_process",))
    with watch() as outer, watch() as inner:

        def factorial(n):
            return 1 if n == 0 else n * again(n - 1)

        again = outer(factorial)
        assert again(5) == 120
        assert outer(inner(square))(3) == 9
        assert inner(square)(4) == 16
        list(map(inner(square), range(100_000)))
    assert (outer.run().n_items, inner.run().n_items) == (2, 100_002)
    assert len(inner.run().spans) < 5_000


@pytest.mark.parametrize("method", START_METHODS)
def test_what_does_not_come_to_its_end(method, tmp_path):
    """A task's own error comes out, and its call is logged as one that raised.

    The call of a worker that was killed is there, as one that did not finish.
    """
    with watch() as watched, multiprocessing.get_context(method).Pool(1) as pool:
        with pytest.raises(ValueError, match="no good"):
            pool.map(watched(sample_tasks.raise_value_error), [1, 2], 2)
        assert pool.map(watched(square), ITEMS) == SQUARES
        pool.apply_async(watched(sample_tasks.note_and_sleep), ((tmp_path, 3600),))
        deadline = time.monotonic() + LIMIT_S
        while not list(tmp_path.iterdir()) and time.monotonic() < deadline:
            time.sleep(0.02)
    run = watched.run()
    (left,) = [span for span in run.spans if not span.finished]
    assert left.stop_s == pytest.approx(run.elapsed_s)
    assert run.n_items == 32
    assert sum(span.n_raised for span in run.spans) == 1


@pytest.mark.parametrize("n_workers", [3, pytest.param(64, marks=pytest.mark.slow)])
@pytest.mark.parametrize("method", START_METHODS)
def test_workers_without_work_are_lanes(method, n_workers):
    """A Pool that gets one item has one worker that was at work, and the others."""
    with watch() as watched, multiprocessing.get_context(method).Pool(n_workers) as pool:
        assert pool.map(watched(square), [3]) == [9]
    run = watched.run()
    assert (run.n_workers, run.ready_s.count(None)) == (n_workers, n_workers - 1)


# ---- other libraries

JOBLIB = """
import joblib
from helpers.parallel import watch
from helpers.tasks import square

with watch() as watched:
    calls = [joblib.delayed(watched(square))(item) for item in range(30)]
    found = joblib.Parallel(n_jobs=2, backend={backend!r})(calls)
run = watched.run()
print(found == [n * n for n in range(30)], run.n_items, *set(run.lanes))
"""


@pytest.mark.parametrize(("backend", "lane"), [("loky", "process"), ("threading", "thread")])
def test_joblib(backend, lane):
    """Joblib's processes and threads are lanes, and its results are the oracle's."""
    pytest.importorskip("joblib")
    done = run_program("-c", JOBLIB.format(backend=backend))  # it keeps processes for later
    assert (done.stdout.split(), done.stderr) == (["True", "30", lane], "")


def test_mpire_and_dask(monkeypatch):
    """Mpire's pool, of processes and of threads, is watched as any other, and a cluster here."""
    mpire = pytest.importorskip("mpire")
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # mpire shows bars: no thread for them
    for method in (START_METHODS[-1], "threading"):
        with watch() as watched, mpire.WorkerPool(2, start_method=method) as pool:
            assert pool.map(watched(square), ITEMS) == SQUARES
        assert watched.run().n_items == len(ITEMS)
    with started(2, "spawn") as client, watch() as watched:
        assert client.gather(client.map(watched(square), ITEMS)) == SQUARES
    assert watched.run().n_items == len(ITEMS)


# ---- what goes wrong

IN_A_NOTEBOOK = """
import multiprocessing, sys
from concurrent.futures import ProcessPoolExecutor
from helpers.language import set_language
from helpers.parallel import TaskNotImportableError, watch
from helpers.tasks import square

def own(x):
    return x + 1

def refused(call):
    try:
        call()
    except TaskNotImportableError as error:
        return ".py" in str(error)

set_language("es")
context = multiprocessing.get_context(sys.argv[1])
with watch() as watched, context.Pool(2) as pool:
    for task in (own, lambda x: x):
        print("Pool", refused(lambda: pool.map_async(watched(task), range(4)).get(90)))
    print(pool.map(watched(square), range(4)))
with watch() as watched, ProcessPoolExecutor(2, mp_context=context) as executor:
    print("executor", refused(lambda: list(executor.map(watched(own), range(4), timeout=90))))
    print(list(executor.map(watched(square), range(4))))
with watch() as watched:
    print("Process", refused(context.Process(target=watched(own), args=(1,)).start))
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
    """Where the raw Pool would wait forever, the wrapper says so, in the learner's language."""
    set_language("es")
    with watch() as watched, multiprocessing.get_context("fork").Pool(1) as pool:
        pool.map(watched(square), ITEMS)
        with pytest.raises(TaskNotImportableError, match="no pudo importar late"):
            pool.map_async(watched(sample_tasks.made_later()), ITEMS).get(LIMIT_S)
        assert pool.map(watched(square), ITEMS) == SQUARES


def test_what_is_not_watched(language):
    """A coroutine, what is no function, a block without a call: refused in the learner's language.

    A call after the block is computed, and not logged; a pool that lives on computes, too.
    """

    async def later():
        await asyncio.sleep(0)

    with watch() as watched:
        for task in (later, 3):
            with pytest.raises(InputError) as caught:
                watched(task)
            assert ("función" in str(caught.value)) is (language == "es")
        with pytest.raises(InputError, match=r"NOMBRE|NAME"):
            watched.run()
    with pytest.raises(InputError, match=r"\(función\)|\(function\)"):
        watched.run()
    with multiprocessing.Pool(1) as pool:
        with watch() as watched:
            task = watched(square)
            assert pool.map(task, ITEMS) == SQUARES
        assert pool.map(task, ITEMS) == SQUARES
        assert task(3) == 9
    assert (watched.run().n_items, watched.run().stopping_s) == (30, 0)
    with pytest.raises(InputError, match=r"Inside its block|Dentro del bloque"):
        watched(square)


FULL_DISK = """
import multiprocessing, resource
from helpers.parallel import watch
from helpers.tasks import square

limit = resource.setrlimit, (resource.RLIMIT_FSIZE, (100_000, -1))
with watch() as watched, multiprocessing.Pool(1, *limit) as pool:
    print(sum(pool.map(watched(square), range(30))), watched(square)(2))
print(watched.run().n_items, watched.problems)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no such limits on Windows")
def test_a_full_disk():
    """What cannot be logged is computed all the same, and said."""
    done = run_program("-c", FULL_DISK)
    missing = "Some calls are missing: they could not be recorded (disk full?)."
    assert done.stdout.splitlines() == ["8555 4", f"1 ['{missing}']"], done.stderr


def test_a_temporary_folder_that_cannot_be_written(monkeypatch):
    """The same where no folder can be made, also in a pool; no file is written elsewhere."""
    monkeypatch.setattr(tempfile, "tempdir", "/nowhere/at all")
    with watch() as watched, multiprocessing.Pool(1) as pool:
        assert pool.map(watched(square), ITEMS) == list(map(watched(square), ITEMS)) == SQUARES
    assert not list(Path(os.sep).glob(f"{os.getpid()}-*"))
    with pytest.raises(InputError, match="could not be recorded"):
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
    (tmp_path / f"watched-{dead.pid}-abc").mkdir()
    with watch():
        assert [path.name.split("-")[1] for path in tmp_path.iterdir()] == [str(os.getpid())]


def test_a_file_is_followed_by_another_when_it_is_full(monkeypatch):
    """No call is lost where a thread has more to log than a file holds."""
    monkeypatch.setattr(stopwatch, "ROOM", 3)
    with watch() as watched:
        for _ in range(10):
            watched(time.sleep)(0.001)
    assert [span.n_items for span in watched.run().spans] == [1] * 10
