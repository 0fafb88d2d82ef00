"""Systems that lack something, and odd callers: run works there, or says what is missing."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import traceback
import types

import pytest
from programs import HERE, environment, run_program
from ways import PROCESSES, WITH_PROCESSES

from helpers.parallel import InputError, MachineError, plans, run
from helpers.tasks import square

posix = pytest.mark.skipif(sys.platform == "win32", reason="nothing of the kind on Windows")

# Calls run every way there is; prints what came of it, and what was left behind.
EVERY_WAY = """
import json, multiprocessing
import leftovers
from helpers.parallel import run
from helpers.tasks import square

def answer(how, method):
    try:
        return run(square, range(5), how=how, n_workers=2, start_method=method).results
    except Exception as error:
        return [type(error).__name__, str(error)]

if __name__ == "__main__":
    ways = [("sequential", None), ("threads", None)]
    ways += [(h, m) for h in ("pool", "processes") for m in multiprocessing.get_all_start_methods()]
    # The fork server and the tracker of resources stay, with their pipes, until the program ends.
    before = {kind: leftovers.snapshot()[kind] for kind in ("threads", "semaphores")}
    came = {f"{how} {method}": answer(how, method) for how, method in ways}
    print(json.dumps([came, leftovers.since(before)], ensure_ascii=True))
"""
SQUARES = [0, 1, 4, 9, 16]


@pytest.fixture
def every_way(tmp_path):
    """A file with the program."""
    file = tmp_path / "every_way.py"
    file.write_text(EVERY_WAY, encoding="utf-8")
    return file


def answers(*arguments, **variables):
    """Run the program, in a shell if told so; return what came of each way, all else being well."""
    completed = subprocess.run(
        arguments, cwd=HERE, env=environment(**variables), stdin=subprocess.DEVNULL,
        capture_output=True, text=True, timeout=250, check=False,
    )  # fmt: skip
    assert (completed.returncode, completed.stderr) == (0, "")
    came, left = json.loads(completed.stdout)
    assert left == []
    return came


@posix
def test_another_locale_and_a_closed_standard_input(every_way):
    """With a locale that knows nothing but ASCII, and no standard input, every way works."""
    ascii_only = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    came = answers("sh", "-c", f'exec "{sys.executable}" "{every_way}" <&-', **ascii_only)
    assert set(map(tuple, came.values())) == {tuple(SQUARES)}


@pytest.mark.parametrize(
    "commands",
    [
        "mount -t tmpfs -o size=4k,nr_inodes=1 none /dev/shm",
        "mount -t tmpfs -o ro,size=1m none /dev/shm",
        'for f in /tmp /var/tmp {here} "{there}"; do '
        "mount --bind $f $f && mount -o remount,bind,ro $f; done",
    ],
    ids=["full memory", "read-only memory", "read-only folders"],
)
def test_what_cannot_be_written_to(every_way, commands):
    """Without shared memory or a temporary folder a way works, or is an error that says so."""
    tried = ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"]
    if not shutil.which("unshare") or subprocess.run(tried, check=False, timeout=10).returncode:
        pytest.skip("needs Linux and the right to mount")
    line = commands.format(here=HERE, there=every_way.parent)
    line += f' && exec "{sys.executable}" "{every_way}"'
    for way, answer in answers("unshare", "--mount", "sh", "-c", line).items():
        if way.split()[0] in PROCESSES and ("shm" in commands or way.endswith("forkserver")):
            words = ("/dev/shm", "--shm-size", "TMPDIR", "threads")
            assert answer == SQUARES or all(word in answer[1] for word in words), (way, answer)
            assert answer[0] == "MachineError" or "shm" not in commands
        else:
            assert answer == SQUARES, way


@pytest.mark.parametrize("how", ["threads", "processes", "pool"])
def test_more_than_the_system_lets_start(how, monkeypatch):
    """Where the system starts no more workers, that is the error, and those started go."""
    owner, name = (threading.Thread, "start") if how == "threads" else (os, "fork")
    if not hasattr(owner, name):
        pytest.skip("no fork on this system")
    start, left = getattr(owner, name), [None] * 2 * (how != "threads")

    def start_few(*arguments):
        if not left:
            raise RuntimeError("no more threads") if how == "threads" else BlockingIOError(11, "no")
        left.pop()
        return start(*arguments)

    monkeypatch.setattr(owner, name, start_few)
    with pytest.raises(MachineError, match=r"(?s)\b9\b.*n_workers"):
        run(square, range(50), how=how, n_workers=9, start_method="fork" if left else None)


AFTER_A_FORK = """
import os, sys
from helpers.parallel import MachineError, run
from helpers.tasks import square

if __name__ == "__main__":
    how, method = sys.argv[1:]
    assert run(square, range(5), how=how, n_workers=2, start_method=method).results[4] == 16
    child = os.fork()
    try:
        answer = str(run(square, range(5), how=how, n_workers=2, start_method=method).results)
    except MachineError as error:
        assert not child and method == "forkserver" and "spawn" in str(error), error
        answer = "refused"
    # One write: print makes two where output is unbuffered, and the two programs would mix theirs.
    os.write(1, f"{answer}\\n".encode())
    if child:
        assert os.waitpid(child, 0)[1] == 0
"""


@posix
@pytest.mark.parametrize(("how", "method"), WITH_PROCESSES)
def test_after_a_fork(how, method, tmp_path):
    """A program that has forked can go on, and so can its child, or is told about the server."""
    program = tmp_path / "program.py"
    program.write_text(AFTER_A_FORK, encoding="utf-8")
    # From Python 3.12 on a fork warns where a thread has ended just before.
    variables = environment(PYTHONWARNINGS="ignore::DeprecationWarning")
    completed = run_program(program, how, method, env=variables)
    assert (completed.returncode, completed.stderr) == (0, "")
    lines = sorted(completed.stdout.splitlines())
    assert lines == [str(SQUARES), "refused" if method == "forkserver" else str(SQUARES)]


@pytest.mark.parametrize("how", PROCESSES)
def test_more_workers_than_windows_can_wait_for(how, monkeypatch):
    """There 62 processes are an error that says 61, and as many as CPUs means 61 at most.

    Threads are not limited.
    """
    as_windows = types.SimpleNamespace(platform="win32", maxsize=sys.maxsize)
    monkeypatch.setattr(plans, "sys", as_windows)
    monkeypatch.setattr(plans, "usable_cpus", lambda: 100)
    with pytest.raises(InputError, match="61"):
        run(square, range(5), how=how, n_workers=62)
    assert plans.make_plan(square, range(5), how, *[None] * 5).n_workers == 61
    assert run(square, range(5), how="threads", n_workers=80).n_workers == 80


@pytest.mark.parametrize("how", PROCESSES)
def test_an_interrupt_while_no_worker_can_start(how, monkeypatch):
    """Ctrl+C during a start that fails comes out alone: what failed is not shown beside it."""
    if not hasattr(os, "fork"):
        pytest.skip("no fork on this system")

    def fail():
        signal.raise_signal(signal.SIGINT)
        raise BlockingIOError(11, "no")

    monkeypatch.setattr(os, "fork", fail)
    with pytest.raises(KeyboardInterrupt) as caught:
        run(square, range(5), how=how, n_workers=2, start_method="fork")
    assert "".join(traceback.format_exception(caught.value)).count("Traceback") == 1
