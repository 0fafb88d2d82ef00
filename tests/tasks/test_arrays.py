"""Work on arrays gives the same whether its data is sent, read or shared, and leaves no memory."""

from __future__ import annotations

import bisect
import errno
import json
import math
import multiprocessing
import pickle
import signal
import statistics
import subprocess
import sys
import textwrap
import time
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import LANGUAGES, current_language, message, set_language
from helpers.tasks import arrays, blocks, own_memory
from helpers.tasks.arrays import SharedArray, shared_copy

MATRIX = np.random.default_rng(8).normal(size=(40, 30))
CUTS = [(0, 10), (10, 20), (20, 20), (20, 40)]
TABLE = np.sort(MATRIX.ravel())
VALUES = [-9.0, -0.5, 0.0, float(TABLE[7]), 2.5, 9.0]
SHM = Path("/dev/shm")


@pytest.fixture(params=LANGUAGES)
def language(request):
    """Speak each language in turn."""
    before = current_language()
    set_language(request.param)
    yield request.param
    set_language(before)


@pytest.fixture(params=multiprocessing.get_all_start_methods())
def pool(request):
    """Give a pool of two workers for each start method, made before any shared memory is."""
    with multiprocessing.get_context(request.param).Pool(2) as workers:
        yield workers
        workers.close()
        workers.join()


def shared_blocks() -> set[str]:
    """Return the blocks of shared memory that the system keeps by name, where it shows them."""
    return {path.name for path in SHM.glob("psm_*")} if SHM.is_dir() else set()


@pytest.fixture(autouse=True)
def _nothing_left():
    """Fail the test after which there is more shared memory than before it."""
    before = shared_blocks()
    yield
    end = time.perf_counter() + 2.0
    while shared_blocks() - before and time.perf_counter() < end:
        time.sleep(0.02)  # another program's blocks come and go
    assert not shared_blocks() - before


def is_gone(shared: SharedArray) -> bool:
    """Say whether a block can no longer be opened by its name."""
    try:
        blocks.close_block(blocks.open_block(shared.name))
    except FileNotFoundError:
        return True
    return False


def program(text: str, *arguments: str, **options) -> subprocess.CompletedProcess:
    """Run a program of its own, with a time limit."""
    command = [sys.executable, "-c", textwrap.dedent(text), *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, timeout=200, check=False, **options
    )


# ---- what a process has of its own


def test_what_a_worker_remembers_the_parent_does_not_see(pool, monkeypatch):
    """A worker's list grows in the worker alone, however workers start."""
    monkeypatch.setattr(own_memory, "notes", ["parent"])
    seen = pool.map(own_memory.remember, ["a", "b"])
    assert all(notes[-1] in "ab" for notes in seen)
    assert own_memory.notes == ["parent"]


def test_remember_appends_and_returns_a_copy(monkeypatch):
    """In one process the notes add up; what was returned before stays as it was."""
    monkeypatch.setattr(own_memory, "notes", [])
    first = own_memory.remember("a")
    assert own_memory.remember("b") == ["a", "b"]
    assert first == ["a"]


@pytest.mark.parametrize("item", [None, b"x" * 1000, [1, "two"], {"a": (1.5,)}], ids=type)
def test_what_was_sent_comes_back(pool, item):
    """An item that goes to a worker and comes back is what it was."""
    assert pool.apply(own_memory.send_back, (item,)) == item


TAKES_MEMORY = """
from helpers.tasks.own_memory import unique_bytes

print(unique_bytes())
data = b"x" * 30_000_000
print(unique_bytes())
"""


def test_unique_bytes_sees_what_this_process_takes():
    """Thirty million bytes that are used show, nearly all of them."""
    done = program(TAKES_MEMORY)
    before, after = map(int, done.stdout.split())
    assert before > 0
    assert 25_000_000 < after - before < 40_000_000


def test_the_tasks_load_no_numpy():
    """Importing helpers.tasks loads none of what arrays need."""
    done = program("import json, sys, helpers.tasks; print(json.dumps(list(sys.modules)))")
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert not loaded & {"numpy", "psutil", "threadpoolctl", "multiprocessing"}


# ---- a table that every item needs


@given(st.lists(st.floats(-1e6, 1e6), min_size=1), st.floats(-2e6, 2e6))
def test_nearest_is_what_bisect_finds(numbers, value):
    """The first number that is not below the value is found, or the last where there is none."""
    numbers.sort()
    expected = numbers[min(bisect.bisect_left(numbers, value), len(numbers) - 1)]
    assert arrays.nearest(np.array(numbers), value) == expected


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_kept_table_gives_what_a_sent_one_gives(method):
    """The initializer's table and the one tied to the task lead to the same, in each worker."""
    context = multiprocessing.get_context(method)
    with context.Pool(2, arrays.keep_table, (TABLE,)) as workers:
        kept = workers.map(arrays.nearest_kept, VALUES, 1)
        assert kept == workers.map(partial(arrays.nearest, TABLE), VALUES, 1)
    assert kept == [arrays.nearest(TABLE, value) for value in VALUES]


def test_no_table_was_kept(language, monkeypatch):
    """Without the initializer the task says what is missing, in the learner's language."""
    monkeypatch.setattr(arrays, "_table", None)
    with pytest.raises(RuntimeError) as caught:
        arrays.nearest_kept(0.5)
    assert str(caught.value) == message("arrays.no_table")


# ---- the same job in three ways


def test_spreads_are_standard_deviations():
    """Each row's figure is what the statistics module says."""
    expected = [statistics.pstdev(row) for row in MATRIX.tolist()]
    assert arrays.row_spreads(MATRIX) == pytest.approx(expected)


def test_sent_read_and_shared_give_the_same(pool, tmp_path):
    """The loop's results come out of all three ways, to the last digit, with any cuts."""
    file = tmp_path / "matrix.npy"
    np.save(file, MATRIX)
    loop = [arrays.row_spreads(MATRIX[start:stop]) for start, stop in CUTS]
    assert pool.map(arrays.row_spreads, [MATRIX[start:stop] for start, stop in CUTS]) == loop
    assert pool.map(arrays.file_row_spreads, [(file, *cut) for cut in CUTS]) == loop
    with shared_copy(MATRIX) as shared:
        assert pool.map(arrays.shared_row_spreads, [(shared, *cut) for cut in CUTS]) == loop
    assert is_gone(shared)


# ---- shared memory

SHAPES = {
    "matrix": MATRIX,
    "whole numbers": np.arange(7, dtype=np.int16),
    "truth values": np.array([True, False, True]),
    "complex": np.array([1 + 2j]),
    "dates": np.array(["2024-02-29"], dtype="datetime64[D]"),
    "names": np.array([("a", 1.5)], dtype=[("name", "U8"), ("value", float)]),
    "columns": MATRIX[:, 3:5],
    "backwards": MATRIX[::-1, ::-2],
    "by columns": np.asfortranarray(MATRIX),
    "one number": np.array(4.5),
    "nothing": np.empty((0, 5)),
}


@pytest.mark.parametrize("name", SHAPES)
def test_shared_copy_is_the_same_array(name):
    """Whatever its shape, type and order, the shared array equals the given one, left alone."""
    given_array, before = SHAPES[name], SHAPES[name].copy()
    with shared_copy(given_array) as shared, shared.opened() as array:
        assert array.dtype == given_array.dtype
        assert array.shape == given_array.shape
        assert np.array_equal(array, given_array)
        if array.size and array.dtype.kind in "fi":
            array[...] = 0
        del array
    assert np.array_equal(given_array, before)
    assert is_gone(shared)


def test_what_is_sent_is_light():
    """However large the array, what stands for it weighs less than a thousand bytes."""
    with shared_copy(np.zeros(1_000_000)) as shared:
        assert len(pickle.dumps(shared)) < 1_000
        assert pickle.loads(pickle.dumps(shared)) == shared


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_what_a_worker_writes_the_parent_sees(method):
    """Each worker writes to its place, and all is there without anything being returned."""
    with shared_copy(np.zeros(4)) as shared:
        written = [(shared.name, place, place + 0.5) for place in range(4)]
        with multiprocessing.get_context(method).Pool(2) as workers:
            assert workers.map(arrays.write_number, written) == [None] * 4
        with shared.opened() as numbers:
            assert numbers.tolist() == [0.5, 1.5, 2.5, 3.5]
            del numbers


def test_one_after_the_other_no_addition_is_lost(pool):
    """Workers that do not add at the same time add up; at the same time they may lose some."""
    with shared_copy(np.zeros(1)) as shared:
        for _ in range(3):
            pool.apply(arrays.add_ones, ((shared, 100),))
        with shared.opened() as numbers:
            assert numbers[0] == 300
            numbers[0] = 0
            pool.map(arrays.add_ones, [(shared, 1_000)] * 2, 1)
            assert 0 < numbers[0] <= 2_000
            del numbers


def test_a_sharing_worker_takes_no_memory_of_its_own(pool):
    """A worker that has read a shared array takes less of its own than one that has a copy."""
    data = np.ones(4_000_000)
    with shared_copy(data) as shared:
        sharing = pool.apply(arrays.bytes_holding, (shared,))
    copied = pool.apply(arrays.bytes_holding, (data,))
    assert copied - sharing > 0.5 * data.nbytes


class _OddError(Exception):
    """What goes wrong in a with block of these tests."""


@pytest.mark.parametrize("error", [_OddError, KeyboardInterrupt, SystemExit, GeneratorExit])
def test_memory_goes_whatever_happens(error):
    """An error or an interrupt in the with block comes out as it is, and the block is gone."""
    with pytest.raises(error), shared_copy(MATRIX) as shared:
        raise error
    assert is_gone(shared)


def test_view_that_is_left_can_still_be_read():
    """A view that outlives its block keeps its numbers: the process does not crash."""
    with shared_copy(MATRIX) as shared, shared.opened() as array:
        part = array[3]
    del array
    assert is_gone(shared)
    assert np.array_equal(part, MATRIX[3])


def test_views_that_are_left_leave_no_file_open():
    """Opening again and again while views are in use does not use up open files."""
    folder = Path("/proc/self/fd")
    if not folder.is_dir():
        pytest.skip("this system does not show the open files of a process")
    views = []
    with shared_copy(MATRIX) as shared:
        for _ in range(3):
            with shared.opened() as array:
                views.append(array)
        before = len(list(folder.iterdir()))
        views.clear()
        del array
        assert len(list(folder.iterdir())) <= before
    again = len(list(folder.iterdir()))
    for _ in range(20):
        with shared_copy(MATRIX) as shared, shared.opened() as array:
            pass
    del array
    assert len(list(folder.iterdir())) <= again


def test_opening_what_is_gone():
    """A block that was removed cannot be opened: a FileNotFoundError, as of files."""
    with shared_copy(MATRIX) as shared:
        pass
    with pytest.raises(FileNotFoundError), shared.opened():
        pass
    with pytest.raises(FileNotFoundError):
        arrays.shared_row_spreads((shared, 0, 1))


@pytest.mark.parametrize("received", [None, [1.0, 2.0], "numbers", np.array([{}, "a"])], ids=type)
def test_what_is_no_array_of_numbers(language, received):
    """Lists, texts and arrays of Python objects are refused, and the error says what came."""
    with pytest.raises(ValueError, match="shared_copy") as caught, shared_copy(received):
        pass
    name = "object" if isinstance(received, np.ndarray) else type(received).__name__
    assert str(caught.value) == message("arrays.not_numbers", received=name)


def test_no_room(language, monkeypatch):
    """Where the system has no room, the error names the size and a remedy; nothing stays."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux sets the memory aside in /dev/shm")

    def refuse(*_):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(blocks.os, "posix_fallocate", refuse)
    with pytest.raises(OSError, match="--shm-size=1g") as caught, shared_copy(MATRIX):
        pass
    assert caught.value.errno == errno.ENOSPC
    assert f"{MATRIX.nbytes:,}" in str(caught.value)


@pytest.mark.parametrize("error", [FileNotFoundError(2, "No such file"), OSError("odd")])
def test_no_shared_memory_at_all(language, monkeypatch, error):
    """Where there is no /dev/shm, or the system refuses, the error is the same one."""

    def refuse(*_, **__):
        raise error

    monkeypatch.setattr(blocks, "SharedMemory", refuse)
    with pytest.raises(OSError, match="/dev/shm") as caught, shared_copy(MATRIX):
        pass
    assert caught.value.__cause__ is error


def test_interrupt_while_memory_is_set_aside(monkeypatch):
    """An interrupt that comes before the block is handed over removes it as well."""
    if not sys.platform.startswith("linux"):
        pytest.skip("only Linux sets the memory aside in /dev/shm")

    def interrupt(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(blocks.os, "posix_fallocate", interrupt)
    with pytest.raises(KeyboardInterrupt), shared_copy(MATRIX):
        pass


def test_block_that_is_kept_elsewhere(monkeypatch):
    """A system that does not show its blocks as files is trusted."""
    monkeypatch.setattr(blocks.sys, "platform", "linux")
    block = SharedMemory(create=True, size=100)
    try:
        monkeypatch.setattr(blocks.os, "open", _raising(FileNotFoundError))
        blocks._reserve(block)
    finally:
        block.unlink()
        block.close()


def _raising(error):
    def function(*_):
        raise error

    return function


INTERRUPTED = """
import sys, time
import numpy as np
from helpers.tasks.arrays import shared_copy

with shared_copy(np.ones(1000)) as shared:
    with shared.opened() as array:
        print(shared.name, flush=True)
        time.sleep(60)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGINT for another process")
def test_real_interrupt_removes_the_memory():
    """A program that is interrupted while it shares memory ends at once and leaves none."""
    with subprocess.Popen(
        [sys.executable, "-c", INTERRUPTED],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as running:
        name = running.stdout.readline().strip()
        running.send_signal(signal.SIGINT)
        _, errors = running.communicate(timeout=200)
    assert errors.strip().endswith("KeyboardInterrupt")
    assert "Exception ignored" not in errors
    assert "resource_tracker" not in errors
    with pytest.raises(FileNotFoundError):
        SharedMemory(name)


POOL_FIRST = """
import multiprocessing, sys
import numpy as np
from helpers.tasks.arrays import shared_copy, shared_row_spreads

if __name__ == "__main__":
    with multiprocessing.get_context(sys.argv[1]).Pool(2) as pool:
        pool.map(abs, range(4))
        for _ in range(2):
            with shared_copy(np.ones((4, 3))) as shared:
                print(pool.map(shared_row_spreads, [(shared, 0, 2), (shared, 2, 4)]))
        pool.close()
        pool.join()
"""


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_workers_do_not_clean_up_what_is_not_theirs(method, tmp_path):
    """Workers that were there before the memory leave it alone, and nobody warns at the end."""
    file = tmp_path / "pool_first.py"
    file.write_text(POOL_FIRST, encoding="utf-8")
    done = subprocess.run(
        [sys.executable, str(file), method],
        capture_output=True,
        text=True,
        timeout=200,
        check=False,
    )
    assert done.stdout == "[[0.0, 0.0], [0.0, 0.0]]\n" * 2
    assert done.stderr == ""


LEFT_VIEW = """
import numpy as np
from helpers.tasks.arrays import shared_copy

with shared_copy(np.ones(3)) as shared, shared.opened() as array:
    pass
"""


def test_view_that_is_left_until_the_end_makes_no_noise():
    """A program that ends with a view in use says nothing about it."""
    done = program(LEFT_VIEW)
    assert (done.returncode, done.stderr) == (0, "")


# ---- matrix products and their threads


@pytest.mark.parametrize("n", [1, 2, 3, 8, 40])
def test_product_is_exact(n):
    """The sum of the product is what plain Python computes with whole numbers."""
    matrix = [[(n * row + column) % 7 for column in range(n)] for row in range(n)]
    columns = [math.fsum(row[k] for row in matrix) for k in range(n)]
    rows = [sum(row) for row in matrix]
    expected = sum(columns[k] * rows[k] for k in range(n))
    assert arrays.multiply(n) == expected


def test_one_thread_in_each_worker():
    """The initializer leaves one thread where the library is known, and changes no result."""
    context = multiprocessing.get_context("spawn")
    with context.Pool(1, arrays.use_blas_threads, (1,)) as workers:
        assert workers.apply(arrays.blas_threads) in (1, None)
        assert workers.map(arrays.multiply, [5, 90]) == [arrays.multiply(5), arrays.multiply(90)]


def test_threads_are_counted():
    """In this process there is at least one thread, or the library is not known."""
    found = arrays.blas_threads()
    assert found is None or found >= 1
