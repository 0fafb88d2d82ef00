"""Clusters of real programs: used and left running, lost as a whole, left as they were."""

from __future__ import annotations

import functools
import gc
import logging
import multiprocessing
import os
import shutil
import signal
import threading
import time
import warnings
from pathlib import Path

import dask
import distributed
import leftovers
import psutil
import pytest
import sample_tasks
from programs import environment

import helpers
from helpers.classroom import cluster_programs
from helpers.language import LANGUAGES, set_language
from helpers.parallel import (
    MachineError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    run,
)
from helpers.parallel.clusters import started
from helpers.tasks import count_primes, square

ERROR_S = 50.0  # what is lost would take an hour
HOUR_S = 3_600


@pytest.fixture(scope="module", autouse=True)
def _importable():
    """Have programs that are started import the tasks of these tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", environment()["PYTHONPATH"])
        yield


def failure(expected, client, task=square, items=(1,)):
    """Return what ``run`` raises, long before its work would be over."""
    begin = time.perf_counter()
    with pytest.raises(expected) as caught:
        run(task, items, how="dask", chunksize=1, client=client)
    assert time.perf_counter() - begin < ERROR_S
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])


def test_an_address_and_a_client():
    """Runs at a scheduler's address and with a Client give the oracle; both stay open."""
    with cluster_programs(2) as programs:
        for _ in range(2):
            done = run(count_primes, [2000] * 20, how="dask", chunksize=3, client=programs.address)
            assert done.results == [303] * 20
            assert (done.n_workers, done.start_method, done.lost_s) == (2, None, {})
        with distributed.Client(programs.address, set_as_default=False) as client:
            for _ in range(2):
                assert run(square, range(9), how="dask", client=client).results[8] == 64
            assert " 7 " in failure(ValueError, client, sample_tasks.raise_at_seven, range(9))
            assert client.submit(square, 3).result() == 9


# ---- lost


def failure_at_work(folder, n_workers, client, lose):
    """Return what ``run`` raises where ``lose`` is called once all workers are at work."""

    def wait():
        while len(list(folder.iterdir())) < n_workers:
            time.sleep(0.02)
        lose()

    threading.Thread(target=wait, daemon=True).start()
    items = [(folder, HOUR_S)] * 4
    return failure(WorkerLostError, client, sample_tasks.note_and_sleep, items)


def test_all_workers_lost(language, tmp_path):
    """All workers are killed: an error soon, not a wait, and the same for the next call."""
    with cluster_programs(2) as programs:

        def lose():
            for number in (1, 2):
                programs.kill_worker(number)

        assert "dask worker" in failure_at_work(tmp_path, 2, programs.address, lose)
        assert f"dask worker {programs.address}" in failure(MachineError, programs.address)


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGKILL])
def test_a_killed_scheduler(number, tmp_path):
    """The scheduler is killed, or stopped so that it is silent: an error soon, not a wait."""
    with cluster_programs(1) as programs:
        family = psutil.Process().children(recursive=True)
        [scheduler] = [process for process in family if "scheduler" in process.cmdline()]
        lose = functools.partial(scheduler.send_signal, number)
        assert "dask scheduler" in failure_at_work(tmp_path, 1, programs.address, lose)


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


# ---- what listens


def listening_here():
    """Return the addresses at which this process and all that come of it listen."""
    family = [psutil.Process(), *psutil.Process().children(recursive=True)]
    connections = [one for process in family for one in process.net_connections()]
    return {(one.laddr.ip, one.laddr.port) for one in connections if one.status == "LISTEN"}


def test_a_local_cluster_listens_on_loopback_alone():
    """All that listens does so on loopback."""
    before = listening_here()
    with started(1, "spawn"):
        found = listening_here() - before
        assert len(found) >= 3  # the scheduler, the nanny, the worker
        assert {ip for ip, _ in found} == {"127.0.0.1"}
    assert listening_here() - before == set()


# ---- what a call leaves


def state():
    """Return what of this process Dask could change for all the code that runs later.

    A nanny has a log handler until it is collected, whenever that is.
    """
    gc.collect()
    loggers = [logging.getLogger(name) for name in ("", "distributed", "distributed.nanny")]
    return {
        "environment": dict(os.environ),
        "configuration": repr(dask.config.config),
        "logging": [(one.level, len(one.handlers), len(one.filters)) for one in loggers],
        "signals": [signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM)],
        "start method": multiprocessing.get_start_method(allow_none=True),
        "client": distributed.client._get_global_client(),
        "warnings": list(warnings.filters),
    }


def good_and_bad_calls():
    """Make a good call, one whose task fails, one that is too slow, and one on a kept cluster."""
    assert run(square, [3], how="dask", n_workers=1).results == [9]
    with pytest.raises(ValueError, match="no good"):
        run(sample_tasks.raise_value_error, [1], how="dask", n_workers=1)
    with pytest.raises(TimeLimitError):
        run(sample_tasks.sleep, [60], how="dask", n_workers=1, timeout_s=2)
    with started(1, "spawn") as client:
        assert run(square, [3], how="dask", client=client).results == [9]


@pytest.mark.slow
def test_this_process_stays_as_it_was():
    """After good and bad calls nothing is left, and nothing is set that was not set before."""
    good_and_bad_calls()  # starts what Dask keeps for later, and imports its dashboard
    before, held = state(), leftovers.snapshot()
    good_and_bad_calls()
    assert state() == before
    assert leftovers.since(held) == []
