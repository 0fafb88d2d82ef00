"""Clusters of real programs: used and left running, lost in part and as a whole, locked by TLS."""

from __future__ import annotations

import importlib
import os
import re
import signal
import threading
import time
import urllib.error
import urllib.request
from queue import SimpleQueue

import dask
import distributed
import psutil
import pytest
import sample_tasks
from cluster_programs import Programs, cluster, packed_helpers, wait_for_workers
from distributed.security import Security
from matplotlib import pyplot as plt
from test_results import check_figures, check_story

from helpers.classroom import plot_timeline
from helpers.classroom.style import alternative_text
from helpers.language import set_language
from helpers.parallel import (
    InputError,
    MachineError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    local_cluster,
    run,
)
from helpers.parallel.dask_way import Dask
from helpers.tasks import count_primes, download, square

SLOW = [0.1] * 40  # two seconds for two workers
MIDDLE_S = 0.8
ERROR_S = 10.0


@pytest.fixture(scope="module")
def programs(tmp_path_factory):
    """Have a cluster of two workers for all tests that do not break it."""
    with cluster(tmp_path_factory.mktemp("cluster")) as started:
        yield started


def later(seconds, call):
    """Call in a thread, so many seconds from now."""
    timer = threading.Timer(seconds, call)
    timer.start()
    return timer


def failure(expected, *args, **kwargs):
    """Return what ``run`` raises, within the time that an error may take, in both languages."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        begin = time.perf_counter()
        with pytest.raises(expected) as caught:
            run(*args, **kwargs)
        assert time.perf_counter() - begin < ERROR_S
        assert type(caught.value) is expected
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    return texts


# ---- used, and left running


def test_an_address(programs):
    """Two runs at the scheduler's address give the oracle and their story; the cluster stays."""
    for _ in range(2):
        items = [2000] * 20
        done = run(count_primes, items, how="dask", chunksize=3, client=programs.address)
        assert done.results == [303] * 20
        check_story(done, 20)
        assert (done.n_workers, done.start_method, done.lost_s) == (2, None, {})
    assert [program.poll() for program in programs.workers] == [None, None]


def test_a_client(programs):
    """A Client serves for several runs, is left open, and does not become the default one."""
    with distributed.Client(programs.address, set_as_default=False) as client:
        for _ in range(2):
            assert run(square, range(9), how="dask", client=client).results[8] == 64
        assert client.status == "running"
        with pytest.raises(ValueError, match=" 7 "):
            run(sample_tasks.raise_at_seven, range(9), how="dask", client=client, chunksize=1)
        assert client.submit(square, 3).result() == 9


def test_a_task_of_a_module_that_workers_lack(programs, tmp_path, monkeypatch):
    """It is an error that names the module and the remedy, and the remedy works, twice."""
    (tmp_path / "only_here.py").write_text("def task(item):\n    return item + 1\n")
    monkeypatch.syspath_prepend(tmp_path)
    import only_here

    for text in failure(
        TaskNotImportableError, only_here.task, range(4), how="dask", client=programs.address
    ):
        assert "only_here" in text
        assert "upload_file" in text
    with distributed.Client(programs.address, set_as_default=False) as client:
        client.upload_file(str(tmp_path / "only_here.py"))
        done = run(only_here.task, range(4), how="dask", client=client)
        assert done.results == [1, 2, 3, 4]
        (tmp_path / "only_here.py").write_text("def task(item):\n    return item + 22\n")
        importlib.reload(only_here)
        client.upload_file(str(tmp_path / "only_here.py"))
        done = run(only_here.task, range(4), how="dask", client=client)
        assert done.results == [22, 23, 24, 25]


# ---- lost


def test_a_lost_worker(tmp_path):
    """One of three workers is killed in the middle: the others finish, and the timeline says so."""
    items = [(0.05, tmp_path / "killed" if index == 60 else None) for index in range(120)]
    with cluster(tmp_path, 3) as programs:
        done = run(sample_tasks.kill_once, items, how="dask", chunksize=2, client=programs.address)
        assert sum(program.poll() is None for program in programs.workers) == 2
    assert done.results == [0.05] * 120
    check_figures(done)
    [(worker, lost_s)] = done.lost_s.items()
    assert 0.3 < lost_s < done.elapsed_s
    assert all(span.stop_s <= lost_s + 0.1 for span in done.spans if span.worker == worker)
    for language, words in (("en", "Worker {} was lost"), ("es", "El trabajador {} se perdió")):
        set_language(language)
        told = alternative_text(plot_timeline(done).get_figure())
        assert words.format(worker + 1) in told
    plt.close("all")


def test_a_result_that_is_lost_before_it_is_fetched(tmp_path, monkeypatch):
    """A worker is killed that has finished, and keeps a result: it is had anyway."""
    fetch, lost = Dask._fetch, []
    seconds = [0.05 + n / 10_000 for n in range(20)]

    def fetch_late(way, futures):
        if futures and not lost and len(way._waiting) < 14:  # it has given something
            client = way._cluster.client
            [holder] = client.who_has(futures[:1])[futures[0].key]
            [pid] = client.run(os.getpid, workers=[holder]).values()
            os.kill(pid, signal.SIGKILL)
            end = time.monotonic() + ERROR_S
            while futures[0].status == "finished" and time.monotonic() < end:
                time.sleep(0.01)
            lost.append(futures[0].status)
        fetch(way, futures)

    monkeypatch.setattr(Dask, "_fetch", fetch_late)
    with cluster(tmp_path) as programs:
        done = run(download, seconds, how="dask", chunksize=1, client=programs.address)
    assert lost[0] != "finished"
    assert done.results == seconds
    assert len(done.lost_s) == 1


def test_what_fails_between_run_and_the_cluster_is_an_error(programs, monkeypatch):
    """Should the thread between the two fail, the call says so, and does not wait for ever."""

    def fail(way, futures):
        if futures:
            raise RuntimeError("unforeseen")

    monkeypatch.setattr(Dask, "_fetch", fail)
    with pytest.raises(WorkerLostError, match="unforeseen"):
        run(square, range(9), how="dask", client=programs.address, timeout_s=200)


def test_a_local_cluster_keeps_its_places():
    """Workers that are lost again and again are replaced, and none of their places is given up."""
    with local_cluster(2) as client:
        places = dict(client.cluster.workers)
        with dask.config.set({"distributed.deploy.lost-worker-timeout": "0s"}):
            with pytest.raises(WorkerLostError):
                run(sample_tasks.kill_itself, range(4), how="dask", chunksize=1, client=client)
            assert run(square, range(4), how="dask", client=client).results == [0, 1, 4, 9]
        assert client.cluster.workers == places


def test_a_local_cluster_that_is_given_up_starts_no_worker(monkeypatch):
    """Where a call is given up its workers are killed, and none is started in their place."""
    restarted = []
    monkeypatch.setattr(
        distributed.Nanny, "instantiate", counted(distributed.Nanny.instantiate, restarted)
    )
    with pytest.raises(TimeLimitError):
        run(sample_tasks.sleep, [60] * 4, how="dask", n_workers=2, chunksize=1, timeout_s=4)
    assert len(restarted) == 2


def counted(function, calls):
    """Return a function that does the same, and notes each call."""

    def noting(*args, **kwargs):
        calls.append(args)
        return function(*args, **kwargs)

    return noting


def test_all_workers_lost(tmp_path):
    """All workers are killed: an error within seconds, not a wait, and the cluster serves again."""
    with cluster(tmp_path, 2) as programs:
        for worker in programs.workers:
            later(MIDDLE_S, lambda worker=worker: programs.kill(worker))
        begin = time.perf_counter()
        with pytest.raises(WorkerLostError, match="lost all its workers"):
            run(sample_tasks.sleep, [60] * 4, how="dask", chunksize=1, client=programs.address)
        assert time.perf_counter() - begin < MIDDLE_S + ERROR_S
        for text in failure(MachineError, square, [1], how="dask", client=programs.address):
            assert f"dask worker {programs.address}" in text
        programs.start_worker(nanny=True)
        wait_for_workers(programs, 1)
        assert run(square, [3], how="dask", client=programs.address).results == [9]


def test_a_killed_scheduler(tmp_path):
    """The scheduler is killed, or stopped so that it is silent: an error within seconds."""
    for number in (signal.SIGSTOP, signal.SIGKILL):
        folder = tmp_path / number.name
        folder.mkdir()
        with cluster(folder, 1) as programs:
            later(MIDDLE_S, lambda p=programs, n=number: p.scheduler.send_signal(n))
            begin = time.perf_counter()
            with pytest.raises(WorkerLostError):
                run(sample_tasks.sleep, [60] * 4, how="dask", chunksize=1, client=programs.address)
            assert time.perf_counter() - begin < MIDDLE_S + 2 * ERROR_S


# ---- who may take part


WITHOUT_HELPERS = """
import sys


class Absent:
    def find_spec(self, name, path=None, target=None):
        if name == "helpers" and not any(entry.endswith("helpers.zip") for entry in sys.path):
            raise ModuleNotFoundError("No module named 'helpers'", name="helpers")


sys.meta_path.insert(0, Absent())
"""
OTHER_VERSIONS = """
import importlib.metadata

told = importlib.metadata.version
importlib.metadata.version = lambda name: "2020.1.0" if name == "distributed" else told(name)
"""


def site_customised(folder, text):
    """Return the environment of a program that runs ``text`` before all else."""
    folder.mkdir()
    (folder / "sitecustomize.py").write_text(text)
    return {"PYTHONPATH": str(folder)}


def test_workers_without_helpers(tmp_path):
    """Workers that lack the package: an error that names the remedy, which works."""
    variables = site_customised(tmp_path / "site", WITHOUT_HELPERS)
    with cluster(tmp_path, 1, **variables) as programs:
        for text in failure(
            TaskNotImportableError, square, range(4), how="dask", client=programs.address
        ):
            assert "importar helpers" in text or "import helpers" in text
            assert "upload_file" in text
        with distributed.Client(programs.address, set_as_default=False) as client:
            client.upload_file(str(packed_helpers(tmp_path)))
            done = run(square, range(4), how="dask", client=client)
    assert done.results == [0, 1, 4, 9]


def test_other_versions(tmp_path):
    """A worker with another version of Dask is refused, and both versions are named."""
    variables = site_customised(tmp_path / "site", OTHER_VERSIONS)
    with cluster(tmp_path, 0) as programs:
        programs.start_worker(**variables)
        wait_for_workers(programs, 1)
        for text in failure(MachineError, square, [1], how="dask", client=programs.address):
            assert f"distributed {distributed.__version__} / 2020.1.0" in text
            assert "constraints.txt" in text


def secured(folder):
    """Return a Security with fresh keys, and the options of the programs that use it."""
    security = Security.temporary()
    kinds = {"scheduler": "scheduler", "worker": "worker"}
    options = {}
    for kind in kinds:
        keys = security.get_tls_config_for_role(kind)
        for name, text in (("ca", keys["ca_file"]), ("cert", keys["cert"]), ("key", keys["key"])):
            (folder / f"{kind}-{name}.pem").write_text(text)
        options[kind] = [
            *("--tls-ca-file", str(folder / f"{kind}-ca.pem")),
            *("--tls-cert", str(folder / f"{kind}-cert.pem")),
            *("--tls-key", str(folder / f"{kind}-key.pem")),
        ]
    return security, options


def test_tls(tmp_path):
    """With TLS only who has the keys gets in; others get an error that says what is missing."""
    security, options = secured(tmp_path)
    programs = Programs(tmp_path)
    try:
        programs.start_scheduler("--host", "tls://127.0.0.1", *options["scheduler"])
        programs.start_worker("--host", "tls://127.0.0.1", *options["worker"])
        assert programs.address.startswith("tls://")
        with distributed.Client(
            programs.address, security=security, set_as_default=False
        ) as client:
            client.wait_for_workers(1, timeout=200)
            done = run(square, range(9), how="dask", client=client)
            assert done.results == [square(item) for item in range(9)]
            assert all(worker.startswith("tls://") for worker in client.run(int))
        for text in failure(InputError, square, [1], how="dask", client=programs.address):
            assert "security=" in text
        plain = programs.address.replace("tls://", "tcp://")
        for text in failure(MachineError, square, [1], how="dask", client=plain):
            assert plain in text
    finally:
        programs.end()


# ---- what listens


def family():
    """Return this process and all that come of it."""
    return [psutil.Process(), *psutil.Process().children(recursive=True)]


def listening(processes):
    """Return the addresses at which these processes listen."""
    connections = [one for process in processes for one in process.net_connections()]
    return {(one.laddr.ip, one.laddr.port) for one in connections if one.status == "LISTEN"}


def page(address):
    """Return the status and the text of a web page."""
    try:
        with urllib.request.urlopen(address, timeout=100) as answer:
            return answer.status, answer.read().decode()
    except urllib.error.HTTPError as error:
        with error:
            return error.code, ""


@pytest.mark.parametrize("dashboard", [False, True])
def test_a_local_cluster_listens_on_loopback_alone(dashboard):
    """All that listens does so on loopback; a dashboard answers where it was asked for alone."""
    before = listening(family())
    with local_cluster(1, dashboard=dashboard) as client:
        found = listening(family()) - before
        assert len(found) >= 3  # the scheduler, the nanny, the worker
        assert {ip for ip, _ in found} == {"127.0.0.1"}
        answers = {port: page(f"http://127.0.0.1:{port}/status")[0] for port in web_ports(client)}
        assert (200 in answers.values()) == dashboard
        if dashboard:
            assert re.fullmatch(r"http://127\.0\.0\.1:\d+/status", client.dashboard_link)
            assert "Dask" in page(client.dashboard_link)[1]
    assert listening(family()) - before == set()


def web_ports(client):
    """Return the ports of the web servers of the scheduler and of the workers."""
    told = client.scheduler_info()
    servers = [told["services"], *(worker["services"] for worker in told["workers"].values())]
    return [services["dashboard"] for services in servers]


def test_programs_listen_where_they_were_told(programs):
    """Started with the options of the page on clusters, all listen on loopback alone."""
    pids = [programs.scheduler.pid, *(worker.pid for worker in programs.workers)]
    assert {ip for ip, _ in listening(map(psutil.Process, pids))} == {"127.0.0.1"}


def test_a_result_that_comes_back_while_it_is_asked_for():
    """A result that was lost and is there again a moment later is waited for: no error."""
    states, again, told = iter(["lost", "finished", "finished"]), [], []

    class Turning:
        status = property(lambda self: next(states))

        def add_done_callback(self, call):
            again.append(call)

    way, future = object.__new__(Dask), Turning()
    way._waiting, way._post = {future: told.append}, SimpleQueue()
    way._fetch([future])
    assert again == [way._post.put]
    assert told == []
