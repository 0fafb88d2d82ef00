"""Every fault of the table, from a script, a thread and a notebook: an error in time, no trace."""

from __future__ import annotations

import json
import multiprocessing
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from fault_table import EVERYWHERE, PROCESSES
from kernels import kernel
from programs import HERE, environment, run_program

START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [("sequential", None), ("threads", None)]
WAYS += [(how, method) for how in PROCESSES for method in START_METHODS]
SLOWEST_S = 250


def ended_well(completed):
    """Return what a program printed, which has to be all that it left."""
    assert (completed.returncode, completed.stderr) == (0, "")
    return json.loads(completed.stdout)


@pytest.mark.parametrize(("how", "method"), WAYS)
def test_from_a_script(how, method):
    """In a script each fault is the right error within seconds, leaves nothing, and run goes on."""
    completed = run_program("fault_table.py", how, method, "en", limit_s=SLOWEST_S)
    assert ended_well(completed) == []


@pytest.mark.slow
@pytest.mark.parametrize(("how", "method"), WAYS)
def test_from_a_thread(how, method):
    """The same in a thread of a program, in Spanish."""
    completed = run_program("fault_table.py", how, method, "es", "thread", limit_s=SLOWEST_S)
    assert ended_well(completed) == []


FROM_A_NOTEBOOK = """
import json
from fault_table import suffer_all

print(json.dumps([problem for how, method in {ways!r} for problem in suffer_all(how, method)]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", [None, *START_METHODS])
def test_from_a_notebook(method):
    """The same in a notebook's kernel; nothing is printed but what the notebook prints."""
    ways = [way for way in WAYS if way[1] == method]
    with kernel() as started:
        printed, errors, error = started.run(FROM_A_NOTEBOOK.format(ways=ways), SLOWEST_S)
    assert (errors, error) == ("", "")
    assert json.loads(printed) == []


# ---- interrupted

WAITING = """
import leftovers
from helpers.parallel import run
from helpers.tasks import download, square

before = leftovers.snapshot()
print("ready")
run(download, [0.5] * 20_000, how={how!r}, start_method={method!r}, n_workers=3, chunksize=2)
"""
GOES_ON = """
print(leftovers.since(before), run(square, [3], how={how!r}, start_method={method!r}).results)
"""
# Before the workers have started, while they do, and while they work.
MOMENTS_S = (0.0, 0.02, 0.05, 0.15, 1.0)
ANSWER_S = 30.0  # the call itself would take an hour


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its kernel is interrupted by an event")
@pytest.mark.parametrize("how", EVERYWHERE)
def test_an_interrupted_notebook(how):
    """One interrupt at any moment ends the call soon, leaves nothing, and all goes on."""
    methods = START_METHODS if how in PROCESSES else [None]
    with kernel() as started:
        for method in methods:
            started.run(f"from helpers.parallel import run; run(abs, [1], how={how!r}, "
                        f"start_method={method!r})")  # fmt: skip
            for moment_s in MOMENTS_S:
                request = started.begin(WAITING.format(how=how, method=method))
                wait_for_print(started, request)
                time.sleep(moment_s)
                begin = time.perf_counter()
                started.manager.interrupt_kernel()
                _, errors, error = started.end(request, 200)
                took_s = time.perf_counter() - begin
                assert error == "KeyboardInterrupt", (method, moment_s)
                # What the fork server starts hears interrupts until it is told not to.
                assert not errors or method == "forkserver", (method, moment_s)
                assert took_s < ANSWER_S, (method, moment_s)
                again = started.run(GOES_ON.format(how=how, method=method))
                assert again == ("[] [9]\n", "", ""), (method, moment_s)


def wait_for_print(started, request):
    """Wait until the request has printed something."""
    while True:
        message = started.client.get_iopub_msg(timeout=200)
        if message["msg_type"] == "stream" and message["parent_header"]["msg_id"] == request:
            return


# ---- the parent is killed

PARENT = """
import sys
import sample_tasks
from helpers.parallel import run

if __name__ == "__main__":
    how, method, folder, seconds = sys.argv[1:]
    items = [(folder, float(seconds))] * 30_000
    run(sample_tasks.note_and_sleep, items, how=how, n_workers=3, start_method=method, chunksize=1)
"""


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="looks into /proc")
@pytest.mark.parametrize("seconds", [0.2, 3600])
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("how", PROCESSES)
def test_a_killed_parent_takes_its_workers_along(how, method, seconds, tmp_path):
    """Where the parent is killed, its workers, busy ones too, are gone soon."""
    program = tmp_path / "program.py"
    program.write_text(PARENT, encoding="utf-8")
    noted = tmp_path / "workers"
    noted.mkdir()
    with subprocess.Popen(
        [sys.executable, str(program), how, method, str(noted), str(seconds)],
        cwd=HERE, env=environment(),
    ) as parent:  # fmt: skip
        assert until(lambda: len(list(noted.iterdir())) == 3, 200)
        parent.send_signal(signal.SIGKILL)
        parent.wait(50)
    workers = [int(file.name) for file in noted.iterdir()]
    assert until(lambda: not any(running(worker) for worker in workers), 50)


def until(true, limit_s):
    """Wait until ``true()``; return whether it came to that within the limit."""
    end = time.perf_counter() + limit_s
    while not true() and time.perf_counter() < end:
        time.sleep(0.02)
    return true()


def running(pid):
    """Say whether a process is there and is no zombie."""
    try:
        return Path(f"/proc/{pid}/stat").read_bytes().rpartition(b")")[2].split()[0] != b"Z"
    except OSError:
        return False
