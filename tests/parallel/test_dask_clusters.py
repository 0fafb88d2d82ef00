"""Clusters of real programs: used and left running, lost in part and as a whole, locked by TLS."""

from __future__ import annotations

import json
import shutil
import signal
import threading
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path

import dask
import distributed
import psutil
import pytest
import sample_tasks
from distributed.security import Security
from matplotlib import pyplot as plt
from programs import environment

import helpers
from helpers.classroom import cluster_programs, plot_timeline
from helpers.classroom.style import alternative_text
from helpers.language import LANGUAGES, set_language
from helpers.parallel import (
    InputError,
    MachineError,
    TaskNotImportableError,
    WorkerLostError,
    local_cluster,
    run,
)
from helpers.tasks import count_primes, download, square

MIDDLE_S = 0.8
ERROR_S = 10.0


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """Have programs that are started import the tasks of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        yield


@pytest.fixture(scope="module")
def address():
    """Have a cluster of two workers for all tests that do not break it."""
    with cluster_programs(2) as programs:
        yield programs.address


def send_later(number, role):
    """Send a signal to the programs of a role, in the middle of what comes now."""
    family = psutil.Process().children(recursive=True)
    for process in [process for process in family if role in process.cmdline()]:
        threading.Timer(MIDDLE_S, process.send_signal, [number]).start()


def failure(expected, client, task=square, items=(1,), limit_s=ERROR_S):
    """Return what ``run`` raises, within the time that an error may take."""
    begin = time.perf_counter()
    with pytest.raises(expected) as caught:
        run(task, items, how="dask", chunksize=1, client=client)
    assert time.perf_counter() - begin < limit_s
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])


# ---- used, and left running


def test_an_address(address):
    """Two runs at the scheduler's address give the oracle; the cluster stays."""
    for _ in range(2):
        done = run(count_primes, [2000] * 20, how="dask", chunksize=3, client=address)
        assert done.results == [303] * 20
        assert (done.n_workers, done.start_method, done.lost_s) == (2, None, {})


def test_a_client(address):
    """A Client serves for several runs, is left open, and does not become the default one."""
    with distributed.Client(address, set_as_default=False) as client:
        for _ in range(2):
            assert run(square, range(9), how="dask", client=client).results[8] == 64
        assert " 7 " in failure(ValueError, client, sample_tasks.raise_at_seven, range(9))
        assert client.status == "running"
        assert client.submit(square, 3).result() == 9


# ---- lost


def test_a_lost_worker(tmp_path):
    """One of three workers is killed in the middle: the others finish, and the timeline says so."""
    items = [(0.05, tmp_path / "killed" if index == 60 else None) for index in range(120)]
    with cluster_programs(3) as programs:
        done = run(sample_tasks.kill_once, items, how="dask", chunksize=2, client=programs.address)
    assert done.results == [0.05] * 120
    [(worker, lost_s)] = done.lost_s.items()
    assert 0.3 < lost_s < done.elapsed_s
    assert all(span.stop_s <= lost_s + 0.1 for span in done.spans if span.worker == worker)
    for language, words in (("en", "Worker {} was lost"), ("es", "El trabajador {} se perdió")):
        set_language(language)
        described = alternative_text(plot_timeline(done).get_figure())
        assert words.format(worker + 1) in described
    plt.close("all")


@pytest.mark.slow
def test_a_silent_worker(monkeypatch):
    """What a worker does of which nobody hears any more is done by the other."""
    seconds = [0.1 + n / 10_000 for n in range(80)]
    for name, limit in (("COMM__TIMEOUTS__TCP", "12s"), ("SCHEDULER__WORKER_TTL", "5s")):
        monkeypatch.setenv(f"DASK_DISTRIBUTED__{name}", limit)  # it would take minutes
    with cluster_programs(2) as programs:
        threading.Timer(MIDDLE_S, programs._workers[1].suspend).start()
        done = run(download, seconds, how="dask", chunksize=1, client=programs.address)
    assert done.results == seconds
    assert list(done.lost_s) == [1]


def test_all_workers_lost(language):
    """All workers are killed: an error within seconds, not a wait, and the same for the next."""
    with cluster_programs(2) as programs:
        for number in (1, 2):
            programs.kill_worker(number, after_s=MIDDLE_S)
        task, items = sample_tasks.sleep, [60] * 4
        assert "dask worker" in failure(WorkerLostError, programs.address, task, items)
        assert f"dask worker {programs.address}" in failure(MachineError, programs.address)


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_killed_scheduler(number):
    """The scheduler is killed, or stopped so that it is silent: an error within seconds."""
    with cluster_programs(1) as programs:
        send_later(number, "scheduler")
        error = failure(WorkerLostError, programs.address, sample_tasks.sleep, [60] * 4)
        assert "dask scheduler" in error


# ---- who may take part


WITHOUT_HELPERS = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "helpers" and not any(entry.endswith("helpers.zip") for entry in sys.path):
            raise ModuleNotFoundError("No module named 'helpers'", name="helpers")


sys.meta_path.insert(0, Absent())
"""


def test_workers_without_helpers(tmp_path, monkeypatch):
    """Workers that lack the package: an error that names the remedy, which works."""
    (tmp_path / "sitecustomize.py").write_text(WITHOUT_HELPERS)
    source = Path(helpers.__file__).parent.parent
    packed = shutil.make_archive(str(tmp_path / "helpers"), "zip", source, "helpers")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with cluster_programs(1) as programs:
        for language in LANGUAGES:
            set_language(language)
            assert "upload_file" in failure(TaskNotImportableError, programs.address)
        with distributed.Client(programs.address, set_as_default=False) as client:
            client.upload_file(packed)
            assert run(square, range(4), how="dask", client=client).results == [0, 1, 4, 9]


@pytest.mark.slow
def test_tls(tmp_path, monkeypatch):
    """With TLS only who has the keys gets in; others get an error that says what is missing."""
    security = Security.temporary()
    keys = security.get_tls_config_for_role("client")
    for name in ("ca_file", "cert", "key"):
        (tmp_path / name).write_text(keys[name])
    own = {name: str(tmp_path / name) for name in ("cert", "key")}
    tls = {"ca-file": str(tmp_path / "ca_file"), "scheduler": own, "worker": own, "client": own}
    settings = {"distributed": {"comm": {"default-scheme": "tls", "tls": tls}}}
    (tmp_path / "dask.yaml").write_text(json.dumps(settings))
    monkeypatch.setenv("DASK_CONFIG", str(tmp_path))
    with ExitStack() as stack:
        with dask.config.set(dask.config.merge(dask.config.config, settings)):
            address = stack.enter_context(cluster_programs(1)).address
        assert address.startswith("tls://")
        with distributed.Client(address, security=security, set_as_default=False) as client:
            assert run(square, range(3), how="dask", client=client).results == [0, 1, 4]
        assert "security=" in failure(InputError, address)
        assert "dask scheduler" in failure(MachineError, address.replace("tls://", "tcp://"))


# ---- what listens


def listening_here():
    """Return the addresses at which this process and all that come of it listen."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    connections = [one for process in family for one in process.net_connections()]
    return {(one.laddr.ip, one.laddr.port) for one in connections if one.status == "LISTEN"}


@pytest.mark.parametrize("dashboard", [False, True])
def test_a_local_cluster_listens_on_loopback_alone(dashboard):
    """All that listens does so on loopback; a dashboard answers where it was asked for."""
    before = listening_here()
    with local_cluster(1, dashboard=dashboard) as client:
        found = listening_here() - before
        assert len(found) >= 3  # the scheduler, the nanny, the worker
        assert {ip for ip, _ in found} == {"127.0.0.1"}
        if dashboard:
            assert client.dashboard_link.startswith("http://127.0.0.1:")
            with urllib.request.urlopen(client.dashboard_link, timeout=100) as page:
                assert page.status == 200
    assert listening_here() - before == set()
