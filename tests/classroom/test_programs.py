"""cluster_programs(): a real scheduler and real workers, and nothing of them is left behind."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from unittest.mock import Mock

import psutil
import pytest
from distributed import Client

from helpers.classroom import cluster_programs, programs
from helpers.language import text
from helpers.parallel import InputError, MachineError, run
from helpers.tasks import download, square

pytestmark = pytest.mark.timeout(90)


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Fail where a process that this test started, or a file of it, is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = set(psutil.Process().children(recursive=True))
    yield
    assert set(psutil.Process().children(recursive=True)) <= before
    assert list(tmp_path.iterdir()) == []


def test_real_programs_that_work_and_listen_on_loopback_alone():
    """They are processes of their own, out of reach of the notebook's signals, on loopback."""
    with cluster_programs(n_workers=2) as started:
        done = run(square, range(40), how="dask", client=started.address, timeout_s=30)
        with Client(started.address, set_as_default=False) as client:
            pids = set(client.run(os.getpid).values())
        if hasattr(os, "getsid"):
            assert os.getsid(0) not in map(os.getsid, pids)
        listening = started.listening()
    assert done.results == [n * n for n in range(40)]
    assert done.n_workers == len(pids - {os.getpid()}) == 2
    assert not any(map(psutil.pid_exists, pids))
    assert started.address.removeprefix("tcp://") in listening
    assert len(listening) >= 3
    assert all(place.startswith("127.0.0.1:") for place in listening)


def test_worker_that_is_killed_is_lost_and_its_work_done_by_the_other():
    """A worker killed in the middle of a call is missing from then on, and no result is."""
    waits = [0.15 + n / 10_000 for n in range(40)]  # two workers need 3 s
    with cluster_programs(n_workers=2) as started:
        started.kill_worker(2, after_s=1.5)  # by then the call has connected
        done = run(download, waits, how="dask", client=started.address, chunksize=1, timeout_s=30)
        started.kill_worker(2)  # to kill it again is nothing
        started.kill_worker(1, after_s=3600)  # called off at the end
    assert done.results == waits
    assert list(done.lost_s) == [1]  # by its number in the timeline, which begins with 0


def test_error_inside_ends_the_programs():
    """What is raised within the block gets out, and the programs are ended all the same."""
    with pytest.raises(ZeroDivisionError), cluster_programs(n_workers=1):
        raise ZeroDivisionError


def test_an_interrupt_while_programs_start_ends_them(monkeypatch):
    """An interrupt while they start gets through, and what had been started is ended."""
    monkeypatch.setattr(programs, "sleep", Mock(side_effect=KeyboardInterrupt))
    with pytest.raises(KeyboardInterrupt), cluster_programs(n_workers=1):
        pytest.fail("it must not get here")


def test_too_long_a_start_is_an_error(language, monkeypatch):
    """Programs that are not ready in time are ended, and the error says that they did not start."""
    monkeypatch.setattr(programs, "START_LIMIT_S", 0.0)
    said = text(es="no arrancó", en="did not start")
    with pytest.raises(MachineError, match=said), cluster_programs(n_workers=1):
        pytest.fail("it must not get here")


def test_a_program_that_ends_is_an_error_with_its_last_words(language, monkeypatch):
    """Where a program ends instead of running, the error names it and what it wrote."""
    monkeypatch.setattr(programs, "LOOPBACK", "nowhere.invalid")
    with pytest.raises(MachineError, match=r"scheduler|worker-1") as caught:
        cluster_programs(n_workers=1).__enter__()
    assert "rror" in str(caught.value)


@pytest.mark.parametrize("received", [0, programs.MOST_WORKERS + 1, 2.5, "2", True])
def test_what_cannot_be_used(language, received):
    """No number of workers, no such worker and no time are errors that name the argument."""
    with pytest.raises(InputError, match="n_workers"), cluster_programs(received):
        pytest.fail("it must not get here")
    started = programs.ClusterPrograms(Path("nowhere"), 2)
    with pytest.raises(InputError, match="number"):
        started.kill_worker(received)
    with pytest.raises(InputError, match="after_s"):
        started.kill_worker(1, after_s=float("nan") if received == 0 else -1)
