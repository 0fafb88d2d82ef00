"""A cluster of three hosts, one of which is cut off while it works: the job ends all the same."""

from __future__ import annotations

import json
import os
import subprocess
import time
from contextlib import contextmanager

import network
import pytest
from programs import HERE, environment

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

START_S, LIMIT_S = 200, 250
# A host that is silent for so long is taken to be lost; Dask would wait half a minute.
SHORTER = {
    "DASK_LOGGING__DISTRIBUTED": "info",  # whether a worker has joined is read from its log
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__TCP": "12s",
    "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "5s",
    "DASK_DISTRIBUTED__SCHEDULER__WORKER_TTL": "5s",
}
JOB = """
import json, sys
from helpers.parallel import run
from helpers.tasks import download

address, started = sys.argv[1:]
items = [0.1 + n / 10_000 for n in range(80)]
# What is slow the first time is done first, so that both hosts have a part when one is cut off.
run(download, [0.01] * 20, how="dask", client=address, chunksize=1, timeout_s=200)
open(started, "w").close()
done = run(download, items, how="dask", client=address, chunksize=1, timeout_s=240)
print(json.dumps({
    "right": done.results == run(download, items, how="threads", n_workers=80).results,
    "n_workers": done.n_workers,
    "lost_s": list(done.lost_s.values()),
    "parts_s": sum(done.parts_s.values()),
    "elapsed_s": done.elapsed_s,
}))
"""


@pytest.fixture
def hosts():
    """Have three hosts; where none can be made the test is skipped, and fails where CI is set."""
    reason = network.why_not()
    if reason is not None:
        missing = os.environ.get("CI") and "iproute2" in reason
        (pytest.fail if missing else pytest.skip)(reason)
    with network.three_hosts() as made:
        yield made


@contextmanager
def program(hosts, number, folder, *arguments):
    """Have a program of Dask's run on a host while inside."""
    work = folder / f"host{number}"
    work.mkdir()
    with (work / "said").open("wb") as said:
        running = subprocess.Popen(
            hosts.command(number, "-m", "dask", *arguments, "--host", hosts.address(number)),
            cwd=work, stdin=subprocess.DEVNULL, stdout=said, stderr=said,
            env=environment(**SHORTER),
        )  # fmt: skip
        try:
            yield running
        finally:
            running.kill()
            running.wait(10)


def wait_for(true, said):
    """Wait until ``true()``, and no longer than the limit; then tell what the programs said."""
    end = time.perf_counter() + START_S
    while not true():
        texts = [file.read_text(errors="replace") for file in said]
        assert time.perf_counter() < end, "\n".join(texts)
        time.sleep(0.05)


def test_a_host_is_cut_off_while_it_works(hosts, tmp_path):
    """The work of a host that nobody hears of any more is done by the other, and the run tells."""
    address = f"tcp://{hosts.address(1)}:8786"
    pages = ("--no-dashboard", "--dashboard-address", ":0")
    worker = ("worker", address, "--no-nanny", "--nthreads", "1", "--memory-limit", "0", *pages)
    started = tmp_path / "started"
    with (
        program(hosts, 1, tmp_path, "scheduler", "--port", "8786", *pages),
        program(hosts, 2, tmp_path, *worker),
        program(hosts, 3, tmp_path, *worker),
    ):
        said = [tmp_path / f"host{number}" / "said" for number in (2, 3)]
        wait_for(lambda: all(b"Registered to" in file.read_bytes() for file in said), said)
        job = subprocess.Popen(
            hosts.command(1, "-c", JOB, address, str(started)),
            cwd=HERE, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            env=environment(**SHORTER), encoding="utf-8",
        )  # fmt: skip
        try:
            wait_for(started.exists, said)
            time.sleep(2.5)
            hosts.cut_off(3)
            printed, errors = job.communicate(timeout=LIMIT_S)
        finally:
            job.kill()
            job.wait(10)
    assert job.returncode == 0, errors
    told = json.loads(printed)
    assert told["right"]
    assert told["n_workers"] == 2
    assert len(told["lost_s"]) == 1
    assert told["parts_s"] == pytest.approx(told["elapsed_s"], rel=0.02, abs=0.002)
