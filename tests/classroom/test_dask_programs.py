"""cluster_programs(): a real scheduler and real workers, and nothing of them is left behind."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import psutil
import pytest
from distributed import Client

from helpers.classroom import cluster_programs, dask_programs
from helpers.classroom.dask_programs import MOST_WORKERS, ClusterPrograms
from helpers.language import message
from helpers.parallel import InputError, MachineError, run
from helpers.tasks import download, square

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Fail where a process that this test started, or a file of it, is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    deadline = time.monotonic() + 60
    while (left := _processes_in(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == []
    assert list(tmp_path.iterdir()) == []


def _processes_in(folder) -> list[int]:
    """Return the processes whose temporary files go to ``folder``, or to a folder in it."""
    found = []
    for process in psutil.process_iter():
        try:
            there = process.environ().get("TMPDIR", "")
        except psutil.Error:
            continue
        if there.startswith(str(folder)):
            found.append(process.pid)
    return found


def test_real_programs_that_run_work_and_listen_on_loopback_alone():
    """Scheduler and workers are processes of their own that compute, reached from here alone."""
    with cluster_programs(n_workers=2) as programs:
        done = run(square, range(40), how="dask", client=programs.address, timeout_s=30)
        with Client(programs.address, set_as_default=False) as client:
            pids = set(client.run(os.getpid).values())
        listening = programs.listening()
    assert done.results == [n * n for n in range(40)]
    assert done.n_workers == 2
    assert len(pids) == 2
    assert psutil.Process().pid not in pids
    assert not any(map(psutil.pid_exists, pids))
    assert programs.address.removeprefix("tcp://") in listening
    assert len(listening) >= 3
    assert all(place.startswith("127.0.0.1:") for place in listening)


def test_worker_that_is_killed_is_lost_and_its_work_done_by_the_other():
    """A worker killed in the middle of a call is missing from then on, and no result is."""
    waits = [0.05 + n / 10_000 for n in range(40)]
    with cluster_programs(n_workers=2) as programs:
        programs.kill_worker(2, after_s=0.4)
        done = run(download, waits, how="dask", client=programs.address, chunksize=1, timeout_s=30)
        with Client(programs.address, set_as_default=False) as client:
            assert len(client.scheduler_info()["workers"]) == 1
    assert done.results == waits
    assert len(done.lost_s) == 1


def test_killing_at_once_and_twice():
    """A worker can be killed at once; to kill it again is nothing; a later kill is called off."""
    with cluster_programs(n_workers=2) as programs:
        programs.kill_worker(1)
        programs.kill_worker(1)
        programs.kill_worker(2, after_s=3600)
        with Client(programs.address, set_as_default=False) as client:
            deadline = time.monotonic() + 60
            while client.scheduler_info(n_workers=0)["n_workers"] > 1:
                assert time.monotonic() < deadline
                time.sleep(0.02)


def test_error_inside_ends_the_programs():
    """What is raised within the block gets out, and the programs are ended all the same."""
    with pytest.raises(ZeroDivisionError), cluster_programs(n_workers=1):
        raise ZeroDivisionError


def test_interrupt_while_starting_ends_the_programs(monkeypatch):
    """An interrupt that comes before the workers are ready ends what had been started."""

    def interrupted(self, deadline_s):
        raise KeyboardInterrupt

    monkeypatch.setattr(ClusterPrograms, "_await_workers", interrupted)
    with pytest.raises(KeyboardInterrupt), cluster_programs(n_workers=1):
        pytest.fail("it must not get here")


def test_program_that_does_not_start(language, monkeypatch):
    """Where a program ends instead of running, the error names it and its last words."""
    launch = ClusterPrograms._launch

    def broken(self, name, arguments):
        more = ["--nthreads", "many"] if name == "worker-1" else []
        launch(self, name, [*arguments, *more])

    monkeypatch.setattr(ClusterPrograms, "_launch", broken)
    with pytest.raises(MachineError) as caught, cluster_programs(n_workers=1):
        pytest.fail("it must not get here")
    text = str(caught.value)
    begin, end = message("programs.not_started", program="worker-1", error="§").split("§")
    assert text.startswith(begin)
    assert text.endswith(end)
    assert "many" in text


def test_programs_that_take_too_long(monkeypatch):
    """A scheduler that never tells its address is an error, and is ended."""
    monkeypatch.setattr(dask_programs, "START_LIMIT_S", 0.3)
    with pytest.raises(MachineError), cluster_programs(n_workers=1):
        pytest.fail("it must not get here")


@pytest.mark.parametrize("received", [0, -1, MOST_WORKERS + 1, 2.5, "2", None, True])
def test_number_of_workers_must_be_usable(language, received):
    """What is no number of workers is an error that says so, before anything is started."""
    with pytest.raises(InputError) as caught, cluster_programs(received):
        pytest.fail("it must not get here")
    expected = message("programs.bad_n_workers", received=repr(received), most=MOST_WORKERS)
    assert str(caught.value) == expected


@pytest.mark.parametrize("received", [0, 3, "1", None, True, 1.5])
def test_worker_that_does_not_exist(language, received):
    """The error lists the workers that can be killed."""
    programs = ClusterPrograms(Path("nowhere"), 2)
    with pytest.raises(InputError) as caught:
        programs.kill_worker(received)
    expected = message("programs.no_worker", received=repr(received), allowed="1, 2")
    assert str(caught.value) == expected


@pytest.mark.parametrize("received", [-1, "1", None, True, float("nan")])
def test_delay_must_be_a_time(language, received):
    """What is no number of seconds is an error that says so."""
    programs = ClusterPrograms(Path("nowhere"), 2)
    with pytest.raises(InputError) as caught:
        programs.kill_worker(1, after_s=received)
    assert str(caught.value) == message("programs.bad_delay", received=repr(received))


@pytest.mark.skipif(not hasattr(os, "getsid"), reason="sessions are those of POSIX")
def test_interrupt_of_the_notebook_does_not_reach_the_programs():
    """They are in sessions of their own, to which no terminal's and no kernel's signals go."""
    with cluster_programs(n_workers=1) as programs:
        sessions = {os.getsid(process.pid) for process in programs._programs.values()}
    assert len(sessions) == 2
    assert os.getsid(0) not in sessions


def test_the_commands_that_it_stands_for_exist():
    """The options that the lesson tells of are options of Dask's own commands."""
    for command, option in (("scheduler", "--tls-ca-file"), ("worker", "--nthreads")):
        told = subprocess.run(
            [sys.executable, "-m", "dask", command, "--help"],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
        assert option in told.stdout
