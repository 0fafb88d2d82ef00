"""The folder that a lesson keeps until its kernel ends: it goes, in whichever way that ends."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from helpers.classroom import temporary_folder

pytestmark = pytest.mark.timeout(60)
LIMIT_S = 20
PROGRAM = """
import sys
from pathlib import Path
from helpers.classroom import temporary_folder

folder = temporary_folder()
(Path(folder.name) / "sub").mkdir()
(Path(folder.name) / "sub" / "a.md").write_text("one two")
print(folder.name, flush=True)
sys.stdin.read()
"""


@pytest.fixture
def program():
    """A function that starts the program in a group of its own and returns it and its folder."""
    started = []

    def start():
        pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
        command = [sys.executable, "-c", PROGRAM]
        started.append(subprocess.Popen(command, start_new_session=True, **pipes))
        return started[-1], Path(started[-1].stdout.readline().strip())

    yield start
    for process in started:
        process.kill()
        process.communicate()


def _gone(folder):
    """Return whether the folder goes within the limit."""
    end = time.monotonic() + LIMIT_S
    while folder.exists() and time.monotonic() < end:
        time.sleep(0.05)
    return not folder.exists()


def test_it_can_be_written_to_and_deleted():
    """Cleaning up deletes the folder with its files, ends the watcher, and may come twice."""
    folder = temporary_folder()
    (Path(folder.name) / "a.md").write_text("one two", encoding="ascii")
    assert folder._watcher.poll() is None
    folder.cleanup()
    assert not Path(folder.name).exists()
    assert folder._watcher.returncode == 0
    folder.cleanup()


def test_each_is_another_one():
    """Two of them do not share a folder, and one goes without the other."""
    first, second = temporary_folder(), temporary_folder()
    assert first.name != second.name
    first.cleanup()
    assert Path(second.name).is_dir()
    second.cleanup()


def test_it_goes_with_a_program_that_ends(program):
    """It is gone after a program that ended as programs do, which says nothing about it."""
    process, folder = program()
    assert folder.is_dir()
    process.communicate("", timeout=LIMIT_S)
    assert process.returncode == 0
    assert _gone(folder)


@pytest.mark.skipif(not hasattr(os, "killpg"), reason="no groups of processes on this system")
@pytest.mark.parametrize("name", ["SIGKILL", "SIGTERM", "SIGINT"])
def test_it_goes_with_a_program_that_is_killed(program, name):
    """A signal to the program's whole group, as Jupyter sends it, leaves no folder behind."""
    process, folder = program()
    os.killpg(process.pid, getattr(signal, name))
    process.communicate(timeout=LIMIT_S)
    assert process.returncode != 0
    assert _gone(folder)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork")
def test_a_forked_process_does_not_take_it_away():
    """A process forked meanwhile may end: the folder is there until the first one is done."""
    folder = temporary_folder()
    child = os.fork()
    if not child:
        os._exit(0)
    os.waitpid(child, 0)
    time.sleep(0.2)
    assert Path(folder.name).is_dir()
    folder.cleanup()
    assert not Path(folder.name).exists()
