"""Dask gives what a list comprehension gives, or an error in words, and leaves nothing."""

from __future__ import annotations

import functools
import importlib
import math
import multiprocessing
import operator
import os
import socket
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import leftovers
import psutil
import pytest
import sample_tasks
from distributed import Client
from test_run import check_story

from helpers import remote
from helpers.language import set_language
from helpers.parallel import (
    InputError,
    MachineError,
    NotPicklableError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    run,
)
from helpers.parallel.clusters import started
from helpers.tasks import count_primes, square


@pytest.fixture(scope="module")
def client():
    """Have a local cluster of two workers for all tests that need none of their own."""
    with started(2, "spawn") as connected:
        yield connected


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_cluster_for_one_call(method):
    """Under each start method the call gives the oracle, tells its story, and leaves nothing."""
    done = run(square, range(33), how="dask", n_workers=2, start_method=method)
    assert done.results == [square(item) for item in range(33)]
    assert (done.how, done.n_workers, done.start_method) == ("dask", 2, method)
    assert done.chunksize == math.ceil(33 / 8)  # as Pool.map does it
    check_story(done)


def test_a_time_limit(language):
    """Where the limit is reached, workers that would sleep for an hour end; nothing is left."""
    before = leftovers.snapshot()
    items = [0, 3600, 3600]
    with pytest.raises(TimeLimitError, match=r"\b3\b"):
        run(sample_tasks.sleep, items, how="dask", n_workers=2, chunksize=1, timeout_s=3.5)
    assert leftovers.since(before) == []


def test_a_chunk_that_ends_its_workers(language):
    """After four workers it is given up, with the likely reasons; nothing is left."""
    before = leftovers.snapshot()
    with pytest.raises(WorkerLostError, match=r"os\._exit"):
        run(os._exit, [1], how="dask", n_workers=2)
    assert leftovers.since(before) == []


def test_no_scheduler(language):
    """Where no scheduler answers, the error names the address and the command that starts one."""
    before = leftovers.snapshot()
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        address = f"tcp://127.0.0.1:{probe.getsockname()[1]}"
    with pytest.raises(MachineError, match="dask scheduler") as told:
        run(square, [1], how="dask", client=address)
    assert address in str(told.value)
    nothing = run(square, [], how="dask", client=address)  # no items need no scheduler
    assert (nothing.results, nothing.spans, nothing.lost_s) == ([], (), {})
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and says nothing
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(MachineError, match="dask scheduler"):
            run(square, [1], how="dask", client=address)
    assert leftovers.since(before) == []


# ---- a cluster for many calls, which opens sockets whenever it likes


@pytest.mark.parametrize(
    ("n_items", "chunksize", "n_chunks"),
    [(1, None, 1), (1, 3, 1), (10, None, 5), (10, 3, 4), (10, 1000, 1), (1000, 1, 1000)],
)
def test_every_shape_gives_the_oracle(client, n_items, chunksize, n_chunks):
    """No combination of chunks and items changes the answer, nor the order."""
    items = [n_items - i for i in range(n_items)]
    done = run(operator.neg, items, how="dask", chunksize=chunksize, client=client)
    assert done.results == [-item for item in items]
    assert (done.n_workers, done.start_method, len(done.spans)) == (2, None, n_chunks)
    check_story(done)


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
    task = functools.partial(operator.contains, held)
    before = psutil.net_io_counters(nowrap=False).bytes_sent
    done = run(task, [1] * 100, how="dask", chunksize=1, client=client)
    sent = psutil.net_io_counters(nowrap=False).bytes_sent - before
    assert done.results == [False] * 100
    assert sent < 100 * len(held) / 2  # others on this machine may send as well


def test_workers_are_other_processes_and_speak_the_current_language(client):
    """The work is done in the processes of the workers, and their messages are in its language."""
    for language, words in (("es", "es: hola"), ("en", "en: hello")):
        set_language(language)
        done = run(sample_tasks.facts_there, range(16), how="dask", chunksize=1, client=client)
        ids, _, languages = zip(*done.results, strict=True)
        assert set(ids) <= set(client.run(os.getpid).values()) - {os.getpid()}
        assert set(languages) == {words}


def test_two_runs_from_two_threads(client):
    """Two runs on one cluster at the same time, from other threads, do not disturb each other."""

    def call(sign):
        items = [sign * i for i in range(40)]
        return run(operator.neg, items, how="dask", chunksize=3, client=client).results

    with ThreadPoolExecutor(2) as threads:
        assert [*threads.map(call, (1, -1))] == [[-s * i for i in range(40)] for s in (1, -1)]


def test_a_machine_with_another_clock(client):
    """A worker whose clock began elsewhere tells its times on the clock of the caller."""
    wall_s = time.time() - time.perf_counter()
    task, items = b"cbuiltins\nabs\n.", b"\x80\x04]."  # pickled: abs, and no items
    for ahead_s in (0.0, 1000.0):  # the caller's perf_counter began so much earlier
        call = remote.Call(f"call {ahead_s}", "en", wall_s - ahead_s, wall_s - ahead_s)
        before_s = time.perf_counter()
        outcome = client.submit(remote.run_remote_chunk, items, task, call).result(100)
        assert before_s - 5 < outcome.start_s - ahead_s < time.perf_counter() + 5


# ---- arguments


@pytest.mark.parametrize(
    "received", [3, ["tcp://127.0.0.1:1"], object, "", "nowhere", "udp://127.0.0.1:1", "tls://a:1"]
)
def test_what_is_no_cluster(language, received):
    """What is no client, nor an address without keys, is refused with an example."""
    with pytest.raises(InputError, match=r"(?s)tcp://127.*security=") as told:
        run(square, [1], how="dask", client=received)
    assert repr(received)[:10] in str(told.value)


def test_what_does_not_go_with_a_running_cluster(client, language):
    """Another way, a number of workers and a start method are refused, with the remedy.

    So are a client that is closed, which is not waited for, and the address of a worker.
    """
    for options in ({"how": "pool"}, {"how": "dask", "n_workers": 2}, {"how": "dask",
                    "start_method": "spawn"}):  # fmt: skip
        with pytest.raises(InputError, match='how="dask"'):
            run(square, [1], client=client, **options)
    closed = Client(client.scheduler.address, set_as_default=False)
    closed.close()
    with pytest.raises(InputError, match="Client"):
        run(square, [1], how="dask", client=closed)
    worker = min(client.scheduler_info()["workers"])
    with pytest.raises(InputError, match="not Scheduler"):
        run(square, [1], how="dask", client=worker)


def test_a_cluster_of_other_versions(client, language, monkeypatch):
    """A cluster with other versions is refused, with both and a remedy; patches do not count."""
    versions = client.get_versions()
    for worker in versions["workers"].values():
        worker["packages"]["python"] = ".".join([*sys.version.split(".")[:2], "99"])
    monkeypatch.setattr(type(client), "get_versions", lambda _self: versions)
    assert run(square, [3], how="dask", client=client).results == [9]
    for packages in (worker["packages"], versions["scheduler"]["packages"]):
        before, packages["distributed"] = packages["distributed"], "2001.1.1"
        with pytest.raises(MachineError, match=r"distributed [\d.]+ / distributed 2001\.1") as told:
            run(square, [1], how="dask", client=client)
        assert "constraints.txt" in str(told.value)
        packages["distributed"] = before


# ---- tasks, items and results


@pytest.mark.parametrize(
    ("task", "items", "error", "word"),
    [
        (sample_tasks.raise_value_error, [7], ValueError, r"(?s)no good.*7.*sample_tasks\.py"),
        (sample_tasks.raise_with_lock, [1], TaskFailedError, "holds a lock"),
        (sys.exit, [1], TaskFailedError, "SystemExit"),
        (sample_tasks.raise_keyboard_interrupt, [1], TaskFailedError, "KeyboardInterrupt"),
        (sample_tasks.return_lock, [7], NotPicklableError, "7"),
        (sample_tasks.identity, [1, threading.Lock()], NotPicklableError, "1"),
        (threading.Lock().acquire, [1], NotPicklableError, "acquire"),
    ],
    ids=["error", "unpicklable error", "sys.exit", "interrupt", "result", "item", "task"],
)
def test_what_goes_wrong_in_a_worker(client, language, task, items, error, word):
    """A task's own exception comes out, with the item and the worker's traceback.

    What cannot be pickled, or ends its process politely, is an error that names it.
    """
    with pytest.raises(error, match=word):  # pytest looks into the notes, too
        run(task, items, how="dask", client=client)


def test_a_module_that_workers_lack(client, language, tmp_path, monkeypatch):
    """A task whose module is only here is refused with upload_file as the remedy, which works."""
    name = f"only_here_{language}"
    file = tmp_path / f"{name}.py"
    file.write_text("def grow(item):\n    return 2 * item\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(name)
    with pytest.raises(TaskNotImportableError, match="upload_file") as told:
        run(module.grow, [1], how="dask", client=client)
    assert name in str(told.value)
    client.upload_file(str(file))
    assert run(module.grow, [1, 2], how="dask", client=client).results == [2, 4]
    sys.modules.pop(name)
