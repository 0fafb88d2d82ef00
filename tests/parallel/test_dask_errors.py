"""What goes wrong on a Dask cluster is an error in words, within ten seconds, and all goes on."""

from __future__ import annotations

import importlib
import socket
import sys
import threading
import time

import leftovers
import pytest
import sample_tasks
from distributed import Client

from helpers.parallel import (
    InputError,
    MachineError,
    NotPicklableError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    local_cluster,
    run,
)
from helpers.tasks import square

LIMIT_S = 100.0


@pytest.fixture(scope="module")
def client():
    """Have a local cluster of two workers for all tests that do not destroy it."""
    with local_cluster(2) as connected:
        yield connected


@pytest.fixture(autouse=True)
def _quickly():
    """Fail the test whose call took longer than the limit."""
    began = time.perf_counter()
    yield
    assert time.perf_counter() - began < LIMIT_S


# ---- time and loss: before a cluster serves this module, which opens sockets whenever it likes


def test_a_time_limit(language):
    """Where the limit is reached, workers that would sleep for an hour are ended at once."""
    before = leftovers.snapshot()
    items = [0, 3600, 3600]
    with pytest.raises(TimeLimitError, match=r"\b3\b"):
        run(sample_tasks.sleep, items, how="dask", n_workers=2, chunksize=1, timeout_s=3.5)
    assert leftovers.since(before) == []


def test_a_task_that_kills_its_workers(language):
    """A chunk that ends four workers is given up, with the likely reasons; nothing is left."""
    before = leftovers.snapshot()
    with pytest.raises(WorkerLostError, match=r"os\._exit"):
        run(sample_tasks.exit_abruptly, [1], how="dask", n_workers=2)
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
    with socket.create_server(("127.0.0.1", 0)) as silent:  # it takes connections, and says nothing
        address = f"tcp://127.0.0.1:{silent.getsockname()[1]}"
        with pytest.raises(MachineError, match="dask scheduler"):
            run(square, [1], how="dask", client=address)
    assert leftovers.since(before) == []


# ---- arguments


@pytest.mark.parametrize(
    "received", [3, ["tcp://127.0.0.1:1"], object, "", "nowhere", "udp://127.0.0.1:1", "tls://a:1"]
)
def test_what_is_no_cluster(language, received):
    """What is no client, nor an address without keys, is refused with an example."""
    with pytest.raises(InputError, match="tcp://127") as told:
        run(square, [1], how="dask", client=received)
    assert repr(received)[:10] in str(told.value)
    assert "security=" in str(told.value)


@pytest.mark.parametrize(
    "options",
    [{"how": "pool"}, {"how": "dask", "n_workers": 2}, {"how": "dask", "start_method": "spawn"}],
)
def test_what_does_not_go_with_a_running_cluster(client, language, options):
    """Another way, a number of workers and a start method are refused, with the remedy."""
    with pytest.raises(InputError, match='how="dask"'):
        run(square, [1], client=client, **options)


def test_a_closed_client(client, language):
    """A client that is closed is refused, not waited for."""
    closed = Client(client.scheduler.address, set_as_default=False)
    closed.close()
    with pytest.raises(InputError, match="Client"):
        run(square, [1], how="dask", client=closed)


def test_a_cluster_of_other_versions(client, language, monkeypatch):
    """A cluster with other versions is refused, with both and a remedy; patches do not count."""
    versions = client.get_versions()
    for worker in versions["workers"].values():
        worker["packages"]["python"] = ".".join([*sys.version.split(".")[:2], "99"])
    monkeypatch.setattr(type(client), "get_versions", lambda _self: versions)
    assert run(square, [3], how="dask", client=client).results == [9]
    worker["packages"]["distributed"] = "2001.1.1"
    with pytest.raises(MachineError, match=r"distributed [\d.]+ / distributed 2001\.1\.1") as told:
        run(square, [1], how="dask", client=client)
    assert "constraints.txt" in str(told.value)


@pytest.mark.parametrize("options", [{"n_workers": 0}, {"n_workers": "2"}, {"dashboard": 1.5}])
def test_what_a_local_cluster_cannot_have(language, options):
    """The argument is named, and nothing is started."""
    with pytest.raises(InputError, match=next(iter(options))), local_cluster(**options):
        pytest.fail("it must not get here")


# ---- tasks, items and results


def test_a_task_that_raises(client, language):
    """Its own exception comes out, with the item and the worker's traceback."""
    with pytest.raises(ValueError, match="no good") as raised:
        run(sample_tasks.raise_value_error, [7], how="dask", client=client)
    note = "".join(raised.value.__notes__)
    assert "7" in note
    assert "sample_tasks.py" in note


@pytest.mark.parametrize(
    ("task", "items", "error", "word"),
    [
        (sample_tasks.raise_with_lock, [1], TaskFailedError, "WithLock"),
        (sample_tasks.exit_politely, [1], TaskFailedError, "SystemExit"),
        (sample_tasks.raise_keyboard_interrupt, [1], TaskFailedError, "KeyboardInterrupt"),
        (sample_tasks.return_lock_at_seven, range(9), NotPicklableError, "7"),
        (sample_tasks.identity, [1, threading.Lock()], NotPicklableError, "1"),
        (threading.Lock().acquire, [1], NotPicklableError, "acquire"),
    ],
    ids=["unpicklable error", "sys.exit", "interrupt", "result", "item", "task"],
)
def test_what_cannot_come_back_or_be_sent(client, language, task, items, error, word):
    """What cannot be pickled, or ends its process politely, is an error that names it."""
    with pytest.raises(error, match=word):
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
    file.write_text("def grow(item):\n    return 2000 * item\n")
    importlib.reload(module)
    client.upload_file(str(file))
    assert run(module.grow, [1, 2], how="dask", client=client).results == [2000, 4000]
    sys.modules.pop(name)
