"""Every fault of the table, from a script and a notebook; interrupts; a parent that is killed.

There is an error in time, nothing is left behind, no word stands on stderr, and all goes on.
"""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time

import psutil
import pytest
from kernels import kernel
from programs import HERE, environment, run_program
from ways import ALL, EVERYWHERE, PROCESSES, START_METHODS

DASK = [pytest.param("dask", method, marks=pytest.mark.slow) for method in START_METHODS]
# From Python 3.12 on a fork warns where a thread has ended just before.
# The last: what Python 3.15 says of its own line cache, where a script raises.
STRICT = ["-X", "dev", "-W", "error", "-W", "ignore:This process:DeprecationWarning"]
STRICT += ["-W", "ignore:Module globals:DeprecationWarning"]


@pytest.mark.parametrize(("how", "method"), ALL)
def test_from_a_script(how, method):
    """In a script each fault is the right error in time, leaves nothing, and run goes on."""
    completed = run_program(*STRICT, "fault_table.py", how, method, "en")
    assert (completed.returncode, completed.stderr) == (0, "")
    assert json.loads(completed.stdout) == []


FROM_A_NOTEBOOK = """
import json
from fault_table import suffer_all

ways = {ways!r}
print(json.dumps([problem for how, method in ways for problem in suffer_all(how, method, "es")]))
"""


@pytest.mark.slow
@pytest.mark.parametrize("method", [None, *START_METHODS])
def test_from_a_notebook(method):
    """The same in a kernel, in Spanish; nothing is printed but what the notebook prints."""
    ways = [way for way in ALL if way[1] == method]
    with kernel() as started:
        printed, errors, error = started.run(FROM_A_NOTEBOOK.format(ways=ways))
    assert (errors, error) == ("", "")
    assert json.loads(printed) == []


SINGLE_THREADED = """
import os, threading
from helpers.parallel import run
from helpers.tasks import square

threads = []
os.register_at_fork(before=lambda: threads.append(threading.active_count()))
for how in ("processes", "pool") * 3:
    run(square, range(300), how=how, n_workers=3, start_method="fork", chunksize=1)
print(threads)
"""


@pytest.mark.skipif("fork" not in START_METHODS, reason="no fork on this system")
def test_workers_are_forked_before_any_thread_starts():
    """A run forks all its workers before it starts a thread: a fork among threads can deadlock."""
    completed = run_program("-c", SINGLE_THREADED)
    assert (completed.stdout.strip(), completed.stderr) == (str([1] * 3 * 6), "")


# ---- interrupted

WAITING = """
import leftovers
from helpers.parallel import run
from helpers.tasks import download, square

options = dict(how={how!r}, start_method={method!r}, n_workers=2)
run(square, [1], **options)  # starts what stays for later
before = leftovers.snapshot()
print("ready")
run(download, [0.5] * 2_000, chunksize=2, **options)
"""
GOES_ON = "print(leftovers.since(before), run(square, [3], **options).results)"
# Before the workers have started, while they do, and while they work.
MOMENTS_S = (0.0, 0.02, 0.05, 0.15, 1.0, 4.0)
ANSWER_S = 30.0  # the call itself would take minutes


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="its kernel is interrupted by an event")
@pytest.mark.parametrize("how", [*EVERYWHERE, "dask"])
def test_an_interrupted_notebook(how):
    """One interrupt at any moment ends the call soon, leaves nothing, and all goes on."""
    with kernel() as started:
        for method in START_METHODS if how in PROCESSES else [None]:
            for moment_s in MOMENTS_S:
                request = started.client.execute(WAITING.format(how=how, method=method))
                started.wait_for_print(request)
                time.sleep(moment_s)
                started.manager.interrupt_kernel()
                _, errors, error = started.end(request, ANSWER_S)
                assert error == "KeyboardInterrupt", (method, moment_s)
                # What the fork server starts hears interrupts until it is told not to.
                assert not errors or method == "forkserver", (method, moment_s)
                assert started.run(GOES_ON) == ("[] [9]\n", "", ""), (method, moment_s)


INTERRUPTED = """
import os, signal, sys, threading, time
import sample_tasks
from helpers.parallel import run

def interrupt():
    while len(os.listdir(folder)) < 2:
        time.sleep(0.01)
    for worker in os.listdir(folder):  # before the program, which would end them at once
        os.kill(int(worker), signal.SIGINT)
    time.sleep(0.3)
    os.killpg(0, signal.SIGINT)

if __name__ == "__main__":
    how, method, folder = sys.argv[1:]
    threading.Thread(target=interrupt).start()
    items = [(folder, 60)] * 2  # one worker is idle
    run(sample_tasks.note_and_sleep, items, how=how, start_method=method, n_workers=3, chunksize=1)
"""


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a program there")
@pytest.mark.parametrize(
    ("how", "method"),
    [("processes", "spawn"), ("pool", "spawn"), ("pool", START_METHODS[0]), *DASK],
)
def test_an_interrupted_program_ends_its_workers(how, method, tmp_path):
    """Ctrl+C in the middle of a run ends a program and its workers, in one traceback."""
    completed = run_program("-c", INTERRUPTED, how, method, tmp_path, start_new_session=True)
    assert completed.returncode != 0
    assert completed.stderr.rstrip().endswith("KeyboardInterrupt")
    assert completed.stderr.count("Traceback") == 1


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


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="needs SIGKILL")
@pytest.mark.parametrize("seconds", [0.2, 3600])
@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("how", PROCESSES)
def test_a_killed_parent_takes_its_workers_along(how, method, seconds, tmp_path):
    """Where the parent is killed, its workers, busy ones too, are gone soon."""
    program, noted = tmp_path / "program.py", tmp_path / "workers"
    program.write_text(PARENT, encoding="utf-8")
    noted.mkdir()
    with subprocess.Popen(
        [sys.executable, str(program), how, method, str(noted), str(seconds)],
        cwd=HERE, env=environment(),
    ) as parent:  # fmt: skip
        deadline = time.perf_counter() + 200
        while len(list(noted.iterdir())) < 3 and time.perf_counter() < deadline:
            time.sleep(0.02)
        workers = [psutil.Process(int(file.name)) for file in noted.iterdir()]
        parent.send_signal(signal.SIGKILL)
        parent.wait(50)
    assert len(workers) == 3
    deadline = time.perf_counter() + 50
    while any(map(lives, workers)) and time.perf_counter() < deadline:
        time.sleep(0.02)
    assert not any(map(lives, workers))


def lives(process):
    """Say whether a process is there and is no zombie."""
    try:
        return process.status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False
