"""Nothing is left behind: no process, no thread, no open file, no word on stderr."""

from __future__ import annotations

import multiprocessing
import sys
from pathlib import Path

import pytest
import sample_tasks
from programs import run_program

from helpers.parallel import run
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
OPEN_FILES = Path("/proc/self/fd")


def good_and_bad_runs(how, start_method):
    """Run once as it should be, and once in each of the ways in which a run may fail."""
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    assert run(square, [3], **options).results == [9]
    with pytest.raises(ValueError, match="no good"):
        run(sample_tasks.raise_value_error, [1], **options)
    if start_method:
        with pytest.raises(RuntimeError):
            run(sample_tasks.exit_abruptly, [1], **options)
        with pytest.raises(TimeoutError):
            run(sample_tasks.sleep, [60], timeout_s=0.01, **options)


@pytest.mark.skipif(not OPEN_FILES.exists(), reason="the system does not list open files there")
@pytest.mark.parametrize(
    ("how", "method"),
    [
        ("sequential", None),
        ("threads", None),
        *[(how, method) for how in ("processes", "pool") for method in START_METHODS],
    ],
)
def test_open_files_do_not_grow(how, method):
    """Runs, good ones and bad ones, leave as many files open as there were."""
    good_and_bad_runs(how, method)
    before = len(list(OPEN_FILES.iterdir()))
    for _ in range(5 if method == "fork" else 2):
        good_and_bad_runs(how, method)
    assert len(list(OPEN_FILES.iterdir())) <= before


PROGRAM = """
import multiprocessing, sys
import sample_tasks
from helpers.parallel import run

tasks = [sample_tasks.identity, sample_tasks.raise_value_error, sample_tasks.exit_abruptly]
for how in sys.argv[2:]:
    for task in tasks:
        try:
            run(task, range(3), how=how, n_workers=2, start_method=sys.argv[1])
        except Exception as error:
            print(type(error).__name__)
    try:
        run(sample_tasks.sleep, [60], how=how, start_method=sys.argv[1], timeout_s=0.05)
    except TimeoutError:
        print("TimeoutError")
print(len(multiprocessing.active_children()))
"""


@pytest.mark.parametrize("method", START_METHODS)
def test_a_program_ends_in_silence(method):
    """After all kinds of failures a program ends at once, without a warning of a leak."""
    # From Python 3.12 on a fork warns where a thread has ended just before.
    warnings = ["-W", "error", "-W", "ignore:This process:DeprecationWarning"]
    completed = run_program("-X", "dev", *warnings, "-c", PROGRAM, method, "processes", "pool")
    assert completed.returncode == 0, completed.stderr
    assert completed.stdout.split() == ["ValueError", "WorkerLostError", "TimeoutError"] * 2 + ["0"]
    assert completed.stderr == ""


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


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a program there")
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_an_interrupted_program_ends_its_workers(how, tmp_path):
    """Ctrl+C in the middle of a run ends a program and its workers, in one traceback."""
    program = (
        "import os, signal, threading, time\n"
        "import sample_tasks\n"
        "from helpers.parallel import run\n"
        "def interrupt():\n"
        f"    while len(os.listdir({str(tmp_path)!r})) < 2: time.sleep(0.01)\n"
        "    os.killpg(0, signal.SIGINT)\n"
        "threading.Thread(target=interrupt).start()\n"
        f"items = [({str(tmp_path)!r}, 0.05)] * 1000\n"
        f"run(sample_tasks.note_and_sleep, items, how={how!r}, n_workers=2, chunksize=1)\n"
    )
    completed = run_program("-c", program, start_new_session=True)
    assert completed.returncode != 0
    assert completed.stderr.rstrip().endswith("KeyboardInterrupt")
    assert completed.stderr.count("Traceback") == 1
