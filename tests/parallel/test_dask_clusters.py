"""Clusters of real programs: used and left running, lost in part and as a whole, locked by TLS."""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import signal
import threading
import time
import urllib.error
import urllib.request
from pathlib import Path

import distributed
import psutil
import pytest
import sample_tasks
from cluster_programs import Programs, cluster
from distributed.security import Security
from matplotlib import pyplot as plt

import helpers
from helpers.classroom import plot_timeline
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


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Have a cluster of two workers for all tests that do not break it."""
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


def later(call, *arguments):
    """Call in a thread, in the middle of what comes now."""
    threading.Timer(MIDDLE_S, call, arguments).start()


def failure(expected, client, task=square, items=(1,), limit_s=ERROR_S):
    """Return what ``run`` raises, within the time that an error may take."""
    begin = time.perf_counter()
    with pytest.raises(expected) as caught:
        run(task, items, how="dask", chunksize=1, client=client)
    assert time.perf_counter() - begin < limit_s
    return str(caught.value)


# ---- used, and left running


def test_an_address(programs):
    """Two runs at the scheduler's address give the oracle; the cluster stays."""
    for _ in range(2):
        done = run(count_primes, [2000] * 20, how="dask", chunksize=3, client=programs.address)
        assert done.results == [303] * 20
        assert (done.n_workers, done.start_method, done.lost_s) == (2, None, {})
    assert [program.poll() for program in programs.workers] == [None, None]


def test_a_client(programs):
    """A Client serves for several runs, is left open, and does not become the default one."""
    with distributed.Client(programs.address, set_as_default=False) as client:
        for _ in range(2):
            assert run(square, range(9), how="dask", client=client).results[8] == 64
        assert " 7 " in failure(ValueError, client, sample_tasks.raise_at_seven, range(9))
        assert client.status == "running"
        assert client.submit(square, 3).result() == 9


# ---- lost


def test_a_lost_worker(tmp_path):
    """One of three workers is killed in the middle: the others finish, and the timeline says so."""
    items = [(0.05, tmp_path / "killed" if index == 60 else None) for index in range(120)]
    with cluster(tmp_path, 3) as programs:
        done = run(sample_tasks.kill_once, items, how="dask", chunksize=2, client=programs.address)
        assert sum(program.poll() is None for program in programs.workers) == 2
    assert done.results == [0.05] * 120
    [(worker, lost_s)] = done.lost_s.items()
    assert 0.3 < lost_s < done.elapsed_s
    assert all(span.stop_s <= lost_s + 0.1 for span in done.spans if span.worker == worker)
    for language, words in (("en", "Worker {} was lost"), ("es", "El trabajador {} se perdió")):
        set_language(language)
        told = alternative_text(plot_timeline(done).get_figure())
        assert words.format(worker + 1) in told
    plt.close("all")


def test_a_result_that_is_lost_before_it_is_fetched(tmp_path, monkeypatch):
    """A worker is killed that has finished a task, and keeps its result: it is computed again."""
    gather, lost = distributed.Client._gather, []
    seconds = [0.05 + n / 10_000 for n in range(20)]

    async def gather_late(client, future, **options):
        if isinstance(future, distributed.Future) and future.key[1] == 12:
            while future.status != "finished":
                await asyncio.sleep(0.01)
            os.kill(pids[(await client.scheduler.who_has(keys=[future.key]))[future.key][0]], 9)
            while future.status == "finished":
                await asyncio.sleep(0.01)
            lost.append(future.status)
        return await gather(client, future, **options)

    monkeypatch.setattr(distributed.Client, "_gather", gather_late)
    with cluster(tmp_path) as programs:
        with distributed.Client(programs.address, set_as_default=False) as client:
            pids = client.run(os.getpid)
        done = run(download, seconds, how="dask", chunksize=1, client=programs.address)
    assert lost[0] in ("lost", "pending")
    assert done.results == seconds
    assert len(done.lost_s) == 1


@pytest.mark.slow
def test_a_silent_worker(tmp_path):
    """What a worker does of which nobody hears any more is done by the other."""
    seconds = [0.1 + n / 10_000 for n in range(80)]
    limits = {
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
        "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
        "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s",
    }
    with cluster(tmp_path, **limits) as programs:
        later(programs.workers[1].send_signal, signal.SIGSTOP)
        done = run(download, seconds, how="dask", chunksize=1, client=programs.address)
    assert done.results == seconds
    assert len(done.lost_s) == 1


def test_all_workers_lost(tmp_path):
    """All workers are killed: an error within seconds, not a wait, and the cluster serves again."""
    with cluster(tmp_path, 2) as programs:
        for worker in programs.workers:
            later(worker.kill)
        task, items = sample_tasks.sleep, [60] * 4
        assert "dask worker" in failure(WorkerLostError, programs.address, task, items)
        for language in LANGUAGES:
            set_language(language)
            told = failure(MachineError, programs.address)
            assert f"dask worker {programs.address}" in told
        programs.start_worker()
        programs.wait_for_workers(1)
        assert run(square, [3], how="dask", client=programs.address).results == [9]


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_killed_scheduler(tmp_path, number):
    """The scheduler is killed, or stopped so that it is silent: an error within seconds."""
    with cluster(tmp_path, 1) as programs:
        later(programs.scheduler.send_signal, number)
        task, items = sample_tasks.sleep, [60] * 4
        told = failure(WorkerLostError, programs.address, task, items, 2 * ERROR_S)
        assert "dask scheduler" in told


# ---- who may take part


WITHOUT_HELPERS = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "helpers" and not any(entry.endswith("helpers.zip") for entry in sys.path):
            raise ModuleNotFoundError("No module named 'helpers'", name="helpers")


sys.meta_path.insert(0, Absent())
"""


def test_workers_without_helpers(tmp_path):
    """Workers that lack the package: an error that names the remedy, which works."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "sitecustomize.py").write_text(WITHOUT_HELPERS)
    source = Path(helpers.__file__).parent.parent
    packed = shutil.make_archive(str(tmp_path / "helpers"), "zip", source, "helpers")
    with cluster(tmp_path, 1, PYTHONPATH=str(tmp_path / "site")) as programs:
        for language in LANGUAGES:
            set_language(language)
            assert "upload_file" in failure(TaskNotImportableError, programs.address)
        with distributed.Client(programs.address, set_as_default=False) as client:
            client.upload_file(packed)
            assert run(square, range(4), how="dask", client=client).results == [0, 1, 4, 9]


def test_tls(tmp_path):
    """With TLS only who has the keys gets in; others get an error that says what is missing."""
    security, programs = Security.temporary(), Programs(tmp_path)
    keys, options = security.get_tls_config_for_role("worker"), ["--host", "tls://127.0.0.1"]
    for name, option in (
        ("ca_file", "--tls-ca-file"),
        ("cert", "--tls-cert"),
        ("key", "--tls-key"),
    ):
        (tmp_path / name).write_text(keys[name])
        options += [option, str(tmp_path / name)]
    try:
        programs.start_scheduler(*options)
        programs.start_worker(*options)
        assert programs.address.startswith("tls://")
        with distributed.Client(
            programs.address, security=security, set_as_default=False
        ) as client:
            client.wait_for_workers(1, timeout=200)
            assert run(square, range(3), how="dask", client=client).results == [0, 1, 4]
        assert "security=" in failure(InputError, programs.address)
        plain = programs.address.replace("tls://", "tcp://")
        assert plain in failure(MachineError, plain)
    finally:
        programs.end()


# ---- what listens


def listening(processes):
    """Return the addresses at which these processes listen."""
    connections = [one for process in processes for one in process.net_connections()]
    return {(one.laddr.ip, one.laddr.port) for one in connections if one.status == "LISTEN"}


def listening_here():
    """Return the addresses at which this process and all that come of it listen."""
    return listening([psutil.Process(), *psutil.Process().children(recursive=True)])


def status_of(address):
    """Return the status of a web page."""
    try:
        with urllib.request.urlopen(address, timeout=100) as answer:
            return answer.status
    except urllib.error.HTTPError as error:
        with error:
            return error.code


@pytest.mark.parametrize("dashboard", [False, True])
def test_a_local_cluster_listens_on_loopback_alone(dashboard):
    """All that listens does so on loopback; a dashboard answers where it was asked for alone."""
    before = listening_here()
    with local_cluster(1, dashboard=dashboard) as client:
        found = listening_here() - before
        assert len(found) >= 3  # the scheduler, the nanny, the worker
        assert {ip for ip, _ in found} == {"127.0.0.1"}
        port = client.scheduler_info()["services"]["dashboard"]
        assert (status_of(f"http://127.0.0.1:{port}/status") == 200) == dashboard
        if dashboard:
            assert re.fullmatch(rf"http://127\.0\.0\.1:{port}/status", client.dashboard_link)
    assert listening_here() - before == set()


def test_programs_listen_where_they_were_told(programs):
    """Started with the options of the page on clusters, all listen on loopback alone."""
    pids = [programs.scheduler.pid, *(worker.pid for worker in programs.workers)]
    assert {ip for ip, _ in listening(map(psutil.Process, pids))} == {"127.0.0.1"}
