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

from helpers.language import LANGUAGES, set_language
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


@pytest.fixture(params=LANGUAGES)
def language(request):
    """Speak each language in turn."""
    set_language(request.param)
    return request.param


@pytest.fixture
def quickly():
    """Fail the test whose call took longer than the limit."""
    began = time.perf_counter()
    yield
    assert time.perf_counter() - began < LIMIT_S


def free_port():
    """Return a port of this machine on which nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


# ---- time and loss: before a cluster serves this module, which opens sockets whenever it likes


def test_a_time_limit(language):
    """Where the limit is reached, workers that would sleep for an hour are ended at once."""
    before = leftovers.snapshot()
    began = time.perf_counter()
    with pytest.raises(TimeLimitError, match=r"\b3\b"):
        run(
            sample_tasks.sleep, [0, 3600, 3600], how="dask", n_workers=2, chunksize=1, timeout_s=3.5
        )
    assert time.perf_counter() - began < LIMIT_S
    assert leftovers.since(before) == []


def test_a_task_that_kills_its_workers(language):
    """A chunk that ends four workers one after another is given up, with the likely reasons."""
    before = leftovers.snapshot()
    with pytest.raises(WorkerLostError, match=r"os\._exit"):
        run(sample_tasks.exit_abruptly, [1], how="dask", n_workers=2)
    assert leftovers.since(before) == []


def test_a_worker_that_is_killed_while_it_starts():
    """Nothing is left of a cluster that is ended while it replaces a worker that was lost."""
    before = leftovers.snapshot()
    for _ in range(2):
        with pytest.raises(WorkerLostError):
            run(sample_tasks.exit_abruptly, [1], how="dask", n_workers=2)
    assert leftovers.since(before) == []


# ---- arguments


@pytest.mark.parametrize("received", [3, True, ["tcp://127.0.0.1:1"], object])
def test_what_is_no_cluster(language, received):
    """What is neither an address nor a client is refused, with what was received and an example."""
    with pytest.raises(InputError, match="tcp://127") as told:
        run(square, [1], how="dask", client=received)
    assert repr(received)[:10] in str(told.value)


@pytest.mark.parametrize(
    "address", ["", "nowhere", "tcp://", "udp://127.0.0.1:1", "tls://127.0.0.1:1"]
)
def test_what_is_no_address(language, address, quickly):
    """Text that is no address, or needs keys, is refused within seconds, with a remedy."""
    with pytest.raises((InputError, MachineError)) as told:
        run(square, [1], how="dask", client=address)
    assert "dask" in str(told.value) or "127.0.0.1" in str(told.value)


def test_no_scheduler(language, quickly):
    """Where no scheduler answers, the error names the address and the command that starts one."""
    address = f"tcp://127.0.0.1:{free_port()}"
    before = leftovers.snapshot()
    with pytest.raises(MachineError, match="dask scheduler") as told:
        run(square, [1], how="dask", client=address)
    assert address in str(told.value)
    assert leftovers.since(before) == []


def test_a_cluster_for_another_way(client, language):
    """A cluster given to a way that uses none is refused, and the remedy is named."""
    with pytest.raises(InputError, match='how="dask"'):
        run(square, [1], how="pool", client=client)


@pytest.mark.parametrize("options", [{"n_workers": 2}, {"start_method": "spawn"}])
def test_what_a_running_cluster_has_decided(client, language, options):
    """Workers and start method cannot be chosen for a cluster that runs already."""
    with pytest.raises(InputError, match=next(iter(options))):
        run(square, [1], how="dask", client=client, **options)


def test_a_closed_client(client, language):
    """A client that is closed is refused, not waited for."""
    closed = Client(client.scheduler.address, set_as_default=False)
    closed.close()
    with pytest.raises(InputError, match="Client"):
        run(square, [1], how="dask", client=closed)


def test_a_cluster_of_other_versions(client, language, monkeypatch, quickly):
    """A cluster that tells other versions is refused, with both and what to do."""
    versions = client.get_versions()
    for told in versions["workers"].values():
        told["packages"]["distributed"] = "2001.1.1"
    monkeypatch.setattr(type(client), "get_versions", lambda _self: versions)
    with pytest.raises(MachineError, match=r"2001\.1\.1"):
        run(square, [1], how="dask", client=client)


# ---- tasks, items and results


def test_a_task_that_raises(client, language, quickly):
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
)  # fmt: skip
def test_what_cannot_come_back_or_be_sent(client, language, task, items, error, word, quickly):
    """What cannot be pickled, or ends its process politely, is an error that names it."""
    with pytest.raises(error, match=word):
        run(task, items, how="dask", client=client)


def test_items_that_break_off(client):
    """An error of the items' own generator comes out as it is."""

    def half_way():
        yield 1
        raise LookupError("half-way")

    with pytest.raises(LookupError, match="half-way"):
        run(square, half_way(), how="dask", client=client)


def test_items_that_do_not_come(client):
    """The time limit holds while items are awaited; their thread ends once one comes."""
    come = threading.Event()
    with pytest.raises(TimeLimitError, match="while the items were being read"):
        run(square, iter(come.wait, True), how="dask", client=client, timeout_s=0.3)
    come.set()


def test_a_module_that_workers_lack(client, language, tmp_path, monkeypatch, quickly):
    """A task whose module is only here is refused with upload_file as the remedy, which works."""
    name = f"only_here_{language}"
    (tmp_path / f"{name}.py").write_text("def double(item):\n    return 2 * item\n")
    monkeypatch.syspath_prepend(tmp_path)
    module = importlib.import_module(name)
    with pytest.raises(TaskNotImportableError, match="upload_file") as told:
        run(module.double, [1], how="dask", client=client)
    assert name in str(told.value)
    client.upload_file(str(tmp_path / f"{name}.py"))
    assert run(module.double, [1, 2], how="dask", client=client).results == [2, 4]
    sys.modules.pop(name)


# ---- batches


def test_a_million_small_items_are_few_tasks(client):
    """A million items become eight tasks of Dask, not a million futures."""

    def n_transitions(dask_scheduler):
        return dask_scheduler.transition_counter

    counted = client.run_on_scheduler(n_transitions)
    done = run(abs, range(-1_000_000, 0), how="dask", client=client)
    assert done.results[:2] + done.results[-1:] == [1_000_000, 999_999, 1]
    assert len(done.spans) == 8
    assert client.run_on_scheduler(n_transitions) - counted < 200
