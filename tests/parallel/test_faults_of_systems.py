"""Systems that lack something, and odd callers: run works there, or says what is missing."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
import subprocess
import sys
import threading
import types

import pytest
from fault_table import EVERYWHERE, PROCESSES
from programs import HERE, environment, run_program

from helpers.parallel import InputError, MachineError, machine, plans, run
from helpers.parallel import machine as machine_facts
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
WITH_PROCESSES = [(how, method) for how in PROCESSES for method in START_METHODS]
ALL = [("sequential", None), ("threads", None), *WITH_PROCESSES]
on_linux = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="Linux only")
posix = pytest.mark.skipif(sys.platform == "win32", reason="nothing of the kind on Windows")

# Calls run every way there is; prints what came of it, and what was left behind.
EVERY_WAY = """
import json, multiprocessing, sys
import leftovers
from helpers.parallel import run
from helpers.tasks import square

def told(how, method):
    try:
        return run(square, range(5), how=how, n_workers=2, start_method=method).results
    except Exception as error:
        return [type(error).__name__, str(error)]

if __name__ == "__main__":
    ways = [("sequential", None), ("threads", None)]
    ways += [(h, m) for h in ("pool", "processes") for m in multiprocessing.get_all_start_methods()]
    # The fork server and the tracker of resources stay, with their pipes, until the program ends.
    before = {kind: leftovers.snapshot()[kind] for kind in ("threads", "shared memory")}
    came = {f"{how} {method}": told(how, method) for how, method in ways}
    left = leftovers.since(before)
    print(json.dumps([came, left], ensure_ascii=True))
"""
SQUARES = [0, 1, 4, 9, 16]


@pytest.fixture
def every_way(tmp_path):
    """A file with the program."""
    file = tmp_path / "every_way.py"
    file.write_text(EVERY_WAY, encoding="utf-8")
    return file


def answers(completed):
    """Return what came of each way, once all went well but for that."""
    assert (completed.returncode, completed.stderr) == (0, "")
    came, left = json.loads(completed.stdout)
    assert left == []
    return came


# ---- odd places


def test_another_locale(every_way):
    """With a locale that knows nothing but ASCII every way works."""
    variables = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    came = answers(run_program(every_way, env=environment(**variables), limit_s=250))
    assert set(map(tuple, came.values())) == {tuple(SQUARES)}


def test_messages_in_another_locale():
    """There a Spanish error reaches stderr, with escapes for what ASCII lacks, and no other."""
    variables = {"LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}
    program = (
        "from helpers.language import set_language\n"
        "from helpers.parallel import run\n"
        "set_language('es')\n"
        "run(len, [1], how='por arte de magia')\n"
    )
    completed = run_program("-c", program, env=environment(**variables))
    assert completed.returncode == 1
    assert completed.stderr.count("Traceback") == 1
    assert "InputError" in completed.stderr.splitlines()[-1]


@posix
def test_closed_standard_input(every_way):
    """A program whose standard input is closed can use every way."""
    line = f'exec "{sys.executable}" "{every_way}" <&-'
    completed = subprocess.run(
        ["sh", "-c", line], cwd=HERE, env=environment(), capture_output=True, text=True,
        timeout=60, check=False,
    )  # fmt: skip
    assert set(map(tuple, answers(completed).values())) == {tuple(SQUARES)}


def can_unshare():
    """Say whether a program with a file system of its own can be started here."""
    if not shutil.which("unshare"):
        return False
    tried = subprocess.run(
        ["unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"],
        capture_output=True, check=False, timeout=10,
    )  # fmt: skip
    return tried.returncode == 0


@pytest.fixture
def in_own_file_system(every_way):
    """A function that runs the program where some commands have changed the file system."""
    if not sys.platform.startswith("linux") or not can_unshare():
        pytest.skip("needs Linux and the right to mount")

    def call(*commands):
        line = " && ".join([*commands, f'exec "{sys.executable}" "{every_way}"'])
        return subprocess.run(
            ["unshare", "--mount", "sh", "-c", line], cwd=HERE, env=environment(),
            capture_output=True, text=True, timeout=60, check=False, stdin=subprocess.DEVNULL,
        )  # fmt: skip

    return call


def lacks_memory(text):
    """Say whether a message tells what to do about shared memory and a temporary folder."""
    return all(word in text for word in ("/dev/shm", "--shm-size", "TMPDIR", "threads"))


@pytest.mark.parametrize(
    "options", ["size=4k,nr_inodes=1", "ro,size=1m"], ids=["full", "read-only"]
)
def test_without_shared_memory(in_own_file_system, options):
    """Where /dev/shm is full or cannot be written to, processes are an error that tells it."""
    came = answers(in_own_file_system(f"mount -t tmpfs -o {options} none /dev/shm"))
    for way, answer in came.items():
        if way.split()[0] in PROCESSES:
            assert answer[0] == "MachineError", (way, answer)
            assert lacks_memory(answer[1]), answer
        else:
            assert answer == SQUARES


def test_a_system_without_dev_shm(in_own_file_system, tmp_path):
    """The same where there is no such folder at all."""
    devices = " ".join(("null", "zero", "random", "urandom"))
    came = answers(in_own_file_system(
        f"for d in {devices}; do touch {tmp_path}/$d && mount --bind /dev/$d {tmp_path}/$d; done",
        f"mount --rbind {tmp_path} /dev",
    ))  # fmt: skip
    for way, answer in came.items():
        if way.split()[0] in PROCESSES:
            assert answer[0] == "MachineError", (way, answer)
            assert lacks_memory(answer[1]), answer
        else:
            assert answer == SQUARES


def test_no_folder_to_write_to(in_own_file_system, every_way):
    """With all folders read-only every way works, or says that it needs a temporary folder."""
    folders = f"/tmp /var/tmp {HERE} {every_way.parent}"
    locked = f"for f in {folders}; do mount --bind $f $f && mount -o remount,bind,ro $f; done"
    came = answers(in_own_file_system(locked))
    for way, answer in came.items():
        if way.endswith("forkserver"):
            assert answer == SQUARES or (answer[0] == "MachineError" and lacks_memory(answer[1]))
        else:
            assert answer == SQUARES, way


def test_a_read_only_folder_of_notebooks(in_own_file_system):
    """A current folder that cannot be written to changes nothing."""
    came = answers(in_own_file_system(f"mount --bind {HERE} {HERE}",
                                      f"mount -o remount,bind,ro {HERE}"))  # fmt: skip
    assert set(map(tuple, came.values())) == {tuple(SQUARES)}


# ---- limits


@pytest.mark.parametrize("how", EVERYWHERE)
def test_half_a_cpu(how, monkeypatch):
    """In a container that may use half a CPU, one worker does the work."""
    facts = sys.modules[machine_facts.__module__]
    monkeypatch.setattr(facts, "_cgroup_quota", lambda: 0.5)
    assert machine().usable_cpus == 1
    done = run(square, range(5), how=how, start_method=CHEAPEST)
    assert (done.n_workers, done.results) == (1, SQUARES)


MANY = """
import json, os, resource, sys
import leftovers, sample_tasks
from helpers.language import messages
from helpers.parallel import MachineError, run
from helpers.tasks import square

how = sys.argv[1]
messages()  # nobody may read what is imported later
run(square, [1], how=how, start_method="fork")
before = leftovers.snapshot()
os.setuid(65534)
resource.setrlimit(resource.RLIMIT_NPROC, (20, 20))
try:
    run(sample_tasks.sleep, [0.2] * 500, how=how, n_workers=200, chunksize=1, start_method="fork")
except MachineError as error:
    kept = error
print(json.dumps([str(kept), leftovers.since(before)]))
"""


@on_linux
@pytest.mark.skipif(not hasattr(os, "getuid") or os.getuid() != 0, reason="root becomes nobody")
@pytest.mark.parametrize("how", ["threads", "processes", "pool"])
def test_more_than_the_system_lets_start(how):
    """More workers than the system's limit are an error that tells it, and those started go."""
    completed = run_program("-c", MANY, how)
    assert (completed.returncode, completed.stderr) == (0, "")
    text, left = json.loads(completed.stdout)
    assert "200" in text
    assert "n_workers" in text
    # CPython leaves the two pipes open that it made for the process that could not be forked.
    # Who is nobody cannot tell whose shared memory is whose.
    assert [rest for rest in left if "pipe" not in rest and "shared" not in rest] == []
    assert sum(rest.count("pipe:") for rest in left) <= 4


def test_no_more_threads(monkeypatch):
    """Where the system gives no more threads, that is the error."""

    def none_left(_thread):
        raise RuntimeError("can't start new thread")

    monkeypatch.setattr(threading.Thread, "start", none_left)
    with pytest.raises(MachineError, match="n_workers"):
        run(square, range(5), how="threads", n_workers=2)


@pytest.mark.parametrize(("how", "method"), WITH_PROCESSES)
def test_more_workers_than_cpus_and_items(how, method):
    """Eight workers for three items do their work under every start method."""
    done = run(square, range(3), how=how, n_workers=8, start_method=method)
    assert (done.results, done.n_workers) == ([0, 1, 4], 8)


# ---- much


@pytest.mark.slow
@pytest.mark.parametrize(("how", "method"), ALL)
def test_a_heavy_item(how, method):
    """An item of 200 MB arrives whole, and its result comes back."""
    done = run(len, [bytes(200_000_000)], how=how, n_workers=1, start_method=method)
    assert done.results == [200_000_000]


@pytest.mark.slow
@pytest.mark.parametrize("how", EVERYWHERE)
def test_a_million_items(how):
    """A million tiny items come back in order."""
    done = run(square, range(1_000_000), how=how, n_workers=2, start_method=CHEAPEST)
    assert done.results == [item * item for item in range(1_000_000)]


# ---- odd callers


AFTER_A_FORK = """
import os, sys
from helpers.parallel import MachineError, run
from helpers.tasks import square

if __name__ == "__main__":
    how, method = sys.argv[1:]
    assert run(square, range(5), how=how, n_workers=2, start_method=method).results[4] == 16
    child = os.fork()
    try:
        said = str(run(square, range(5), how=how, n_workers=2, start_method=method).results)
    except MachineError as error:
        assert not child and method == "forkserver" and "spawn" in str(error), error
        said = "refused"
    # One write: print makes two where output is unbuffered, and the two programs would mix theirs.
    os.write(1, f"{said}\\n".encode())
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


TALKING = """
print("hello from a module")

def double(item):
    return 2 * item
"""


@pytest.mark.parametrize(("how", "method"), WITH_PROCESSES)
def test_a_module_that_prints(how, method, tmp_path, monkeypatch, capfd):
    """A module that prints when it is imported does no harm to the results."""
    (tmp_path / "talking.py").write_text(TALKING, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    talking = pytest.importorskip("talking")
    done = run(talking.double, range(4), how=how, n_workers=2, start_method=method)
    assert done.results == [0, 2, 4, 6]
    sys.modules.pop("talking")
    assert "hello" in capfd.readouterr().out


# ---- Windows


@pytest.fixture
def on_windows(monkeypatch):
    """Have ``run`` believe that it is on Windows, on a machine of a hundred CPUs."""
    as_windows = types.SimpleNamespace(platform="win32", modules=sys.modules)
    monkeypatch.setattr(plans, "sys", as_windows)
    monkeypatch.setattr(plans, "usable_cpus", lambda: 100)


@pytest.mark.parametrize("how", PROCESSES)
def test_more_workers_than_windows_can_wait_for(how, on_windows):
    """There 62 processes are an error that says 61, and as many as CPUs means 61 at most."""
    with pytest.raises(InputError, match="61"):
        run(square, range(5), how=how, n_workers=62)
    plan = plans.make_plan(square, range(5), how, None, None, None, None)
    assert plan.n_workers == 61


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_what_windows_has_no_limit_for(how, on_windows):
    """Threads are not limited to 61."""
    plan = plans.make_plan(square, range(5), how, 80, None, None, None)
    assert plan.n_workers == (80 if how == "threads" else 1)
