"""watch() in what is neither Python's Pool nor its executor: other libraries, a fork, a cluster."""

from __future__ import annotations

import importlib
import multiprocessing
import os
import sys

import pytest
from programs import run_program
from tqdm import tqdm

from helpers.classroom import plot_timeline
from helpers.classroom.style import alternative_text
from helpers.parallel import InputError, local_cluster, watch
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
ITEMS = list(range(30))
SQUARES = [square(item) for item in ITEMS]


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


@pytest.mark.parametrize("method", [*START_METHODS, "threading"])
def test_mpire(monkeypatch, method):
    """Mpire's pool, under each start method and in threads, is watched as any other."""
    mpire = pytest.importorskip("mpire")
    monkeypatch.setattr(tqdm, "monitor_interval", 0)  # mpire shows bars: no thread for them
    with watch() as watched, mpire.WorkerPool(2, start_method=method) as pool:
        assert pool.map(watched(square), ITEMS) == SQUARES
    assert watched.run().n_items == len(ITEMS)


def test_a_dask_worker():
    """On a cluster on this computer the task is computed, and noted as anywhere else."""
    with local_cluster(2) as client, watch() as watched:
        assert client.gather(client.map(watched(square), ITEMS)) == SQUARES
    assert watched.run().n_items == len(ITEMS)


@pytest.mark.parametrize("method", START_METHODS)
def test_sixty_four_workers(method):
    """Of 64 workers each has a lane, whether or not work reached it."""
    with watch() as watched, multiprocessing.get_context(method).Pool(64) as pool:
        assert pool.map(watched(square), range(256), 1) == [square(n) for n in range(256)]
    run = watched.run()
    assert run.n_items == 256
    assert run.n_workers == 64


@pytest.mark.skipif(not hasattr(os, "fork"), reason="no fork on this system")
def test_a_fork_in_the_middle():
    """A process that is forked inside the block, between calls, is a lane of its own."""
    with watch() as watched:
        task = watched(square)
        assert task(2) == 4
        child = multiprocessing.get_context("fork").Process(target=task, args=(3,))
        child.start()
        child.join()
        assert task(4) == 16
    run = watched.run()
    assert run.n_items == 3
    assert sorted(run.lanes) == ["process", "this_process"]


def test_calls_that_raise_are_marked():
    """A call that raised is counted, marked in the chart, and told."""
    with watch() as watched:
        task = watched(int)
        assert task("1") == 1
        with pytest.raises(ValueError, match="invalid literal"):
            task("a")
    assert sum(span.n_raised for span in watched.run().spans) == 1
    [legend] = plot_timeline(watched).get_figure().legends
    assert "raised an error" in [meaning.get_text() for meaning in legend.get_texts()]
    assert "Calls that raised: 1" in alternative_text(plot_timeline(watched).get_figure())


def test_a_file_edited_after_its_import_is_named(tmp_path, monkeypatch):
    """A task whose file was edited is refused with the file's name; after a reload it works."""
    monkeypatch.syspath_prepend(tmp_path)
    file = tmp_path / "my_edited_task.py"
    file.write_text("def task(x):\n    return x + 1\n", encoding="utf-8")
    module = importlib.import_module("my_edited_task")
    file.write_text("def task(x):\n    return x + 2  # another\n", encoding="utf-8")
    try:
        with watch() as watched:
            with pytest.raises(InputError, match="my_edited_task"):
                watched(module.task)
            importlib.reload(module)
            assert watched(module.task)(1) == 3
    finally:
        del sys.modules["my_edited_task"]


def test_a_million_calls_take_little_room():
    """A million short calls are noted within 200 MB; those that follow each other are one span."""
    with watch() as watched:
        task = watched(square)
        for item in range(1_000_000):
            task(item)
        room = sum(file.stat().st_size for file in os.scandir(watched._notes.folder))
    assert room < 200e6
    assert watched.run().n_items == 1_000_000
