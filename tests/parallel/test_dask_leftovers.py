"""A call with Dask leaves this process as it was, from a script, a notebook, and interrupted."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
import signal
import sys
import time
import warnings

import dask
import distributed
import leftovers
import pytest
import sample_tasks
from kernels import kernel
from programs import environment, run_program
from test_faults import wait_for_print

from helpers.parallel import TimeLimitError, local_cluster, run
from helpers.tasks import square

pytestmark = pytest.mark.slow


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
    with local_cluster(1, dashboard=True) as client:
        assert run(square, [3], how="dask", client=client).results == [9]


def test_this_process_stays_as_it_was():
    """After good and bad calls nothing is left, and nothing is set that was not set before."""
    good_and_bad_calls()  # starts what Dask keeps for later, and imports its dashboard
    before, held = state(), leftovers.snapshot()
    good_and_bad_calls()
    assert state() == before
    assert leftovers.since(held) == []


PROGRAM = """
import sample_tasks
from helpers.parallel import run

if __name__ == "__main__":
    def own(item):
        return 2 * item

    print(run(own, range(3), how="dask", n_workers=1).results)
    for task in (sample_tasks.identity, sample_tasks.raise_value_error):
        try:
            print(run(task, range(3), how="dask", n_workers=1).results)
        except ValueError as error:
            print(type(error).__name__)
    try:
        run(sample_tasks.sleep, [60], how="dask", n_workers=1, timeout_s=2)
    except TimeoutError as error:
        print(type(error).__name__)
"""


def test_a_program_ends_in_silence(tmp_path):
    """A program whose calls were good, bad and too slow ends without a word on stderr."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM, encoding="utf-8")
    completed = run_program("-X", "dev", program, env=environment(), limit_s=250)
    assert (completed.returncode, completed.stderr) == (0, "")
    assert completed.stdout.splitlines() == [
        "[0, 2, 4]",
        "[0, 1, 2]",
        "ValueError",
        "TimeLimitError",
    ]


def test_a_program_without_a_guard(tmp_path):
    """A script without the guard line gets an error that says so, and ends."""
    program = tmp_path / "program.py"
    lines = PROGRAM.partition("if __name__")[0] + "print(run(abs, [1], how='dask', n_workers=1))\n"
    program.write_text(lines, encoding="utf-8")
    completed = run_program(program, env=environment(), limit_s=250)
    assert completed.stdout == ""
    assert "MachineError" in completed.stderr.splitlines()[-1]
    assert '"__main__"' in completed.stderr.splitlines()[-1]


# ---- interrupts

WAITING = """
import leftovers
from helpers.parallel import run
from helpers.tasks import download, square

before = leftovers.snapshot()
print("ready")
run(download, [0.5] * 200, how="dask", n_workers=2, chunksize=2)
"""
GOES_ON = """
print(leftovers.since(before), run(square, [3], how="dask", n_workers=1).results)
"""
# Before the workers have started, while they do, and while they work.
MOMENTS_S = (0.0, 0.3, 1.0, 4.0)


@pytest.mark.skipif(sys.platform == "win32", reason="its kernel is interrupted by an event")
def test_an_interrupted_notebook():
    """One interrupt at any moment ends the call within seconds, leaves nothing, and all goes on."""
    with kernel() as started:
        started.run("from helpers.parallel import run; run(abs, [1], how='dask', n_workers=1)")
        for moment_s in MOMENTS_S:
            request = started.begin(WAITING)
            wait_for_print(started, request)
            time.sleep(moment_s)
            started.manager.interrupt_kernel()
            _, errors, error = started.end(request, 20)
            assert (errors, error) == ("", "KeyboardInterrupt"), moment_s
            assert started.run(GOES_ON) == ("[] [9]\n", "", ""), moment_s


@pytest.mark.skipif(sys.platform == "win32", reason="no SIGINT to a program there")
@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_an_interrupted_program_ends_its_workers(method):
    """Ctrl+C in the middle of a run ends a program and its workers, in one traceback."""
    program = (
        "import os, signal, threading\n"
        "import sample_tasks\n"
        "from helpers.parallel import run\n"
        "threading.Timer(3, lambda: os.killpg(0, signal.SIGINT)).start()\n"
        f"run(sample_tasks.sleep, [0.05] * 10_000, how='dask', n_workers=2,"
        f" start_method={method!r})\n"
    )
    completed = run_program("-c", program, start_new_session=True)
    assert completed.returncode != 0
    assert completed.stderr.rstrip().endswith("KeyboardInterrupt")
    assert completed.stderr.count("Traceback") == 1
