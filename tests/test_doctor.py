"""``python -m helpers doctor`` says whether this computer is ready, and what to do if it is not."""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
import socket
import subprocess
import sys
import tempfile
import webbrowser
from collections import namedtuple
from importlib import metadata
from multiprocessing import shared_memory
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers import __main__ as launcher
from helpers import doctor, language
from helpers.language import LANGUAGES, messages
from helpers.parallel import MachineError, machine, run
from parallel import leftovers

LIMIT_S = 250
NAMES = [name for name, texts in messages()["doctor"].items() if "title" in texts]


@pytest.fixture(autouse=True)
def _language_as_before():
    before = language.current_language()
    yield
    language.set_language(before)


def called(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run the command as a learner does, where no browser is to be found but the one named."""
    environment = {**os.environ, "BROWSER": sys.executable, "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, "-m", "helpers", "doctor", *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        env=environment,
        check=False,
    )


def finding(name: str, find_lesson=launcher.find_lesson) -> doctor.Finding:
    """Return what one check finds."""
    [found] = [found for found in doctor.examine(find_lesson) if found.name == name]
    return found


@pytest.fixture
def one_method(monkeypatch):
    """A machine that needs no time for workers: what is examined here is something else."""
    monkeypatch.setattr(doctor, "run", lambda *args, **options: SimpleNamespace(elapsed_s=0.1))


def test_here_nothing_is_missing():
    """On the machine of the tests the course is ready, said in both languages, exit code 0."""
    done = called()
    assert done.returncode == 0, done.stdout + done.stderr
    assert done.stderr == ""
    for spoken in LANGUAGES:
        assert messages()["doctor"]["ready"][spoken] in done.stdout
        for name in NAMES:
            assert messages()["doctor"][name]["title"][spoken] in done.stdout


@pytest.mark.parametrize("spoken", LANGUAGES)
def test_a_language_that_is_named_is_the_only_one(spoken):
    """With a language, nothing is said in the other."""
    done = called(spoken)
    for other in LANGUAGES:
        said = messages()["doctor"]["ready"][other] in done.stdout
        assert said is (other == spoken)


def test_json_says_the_same():
    """The data names every check with its state and both sentences, and what the machine is."""
    done = called("--json")
    data = json.loads(done.stdout)
    assert done.returncode == 0
    assert data["ready"] is True
    assert [check["name"] for check in data["checks"]] == NAMES
    assert data["machine"]["usable_cpus"] == machine().usable_cpus
    for check in data["checks"]:
        assert check["state"] in (doctor.GOOD, doctor.WARNING)
        assert set(check["said"]) == set(LANGUAGES)
    [workers] = [check for check in data["checks"] if check["name"] == "workers"]
    for method in machine().start_methods:
        assert re.search(rf"\b{method} \d+\.\d\d s", workers["said"]["en"])


@pytest.mark.parametrize("wrong", [["fr"], ["es", "en"], ["--jsn"]])
def test_a_wrong_call_is_told_how_it_goes(wrong, capsys):
    """What is no language and no option gets the usage in both languages, and exit code 2."""
    assert launcher.main(["doctor", *wrong]) == 2
    said = capsys.readouterr().err
    assert "Uso: python -m helpers doctor" in said
    assert "Usage: python -m helpers doctor" in said


# ---- what may be missing


def _no_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 10, 1, "final", 0))


def _no_package(monkeypatch):
    def version(name):
        if name == "bokeh":
            raise metadata.PackageNotFoundError(name)
        return {"tqdm": "1.0"}.get(name, "9999")

    monkeypatch.setattr(metadata, "version", version)


def _one_cpu(monkeypatch):
    alone = machine().__class__(**{**vars(machine()), "usable_cpus": 1})
    monkeypatch.setattr(doctor, "machine", lambda: alone)


def _fail_by(monkeypatch, fails):
    def run(*args, start_method, **options):
        if fails(start_method):
            raise MachineError("no") from OSError(errno.EROFS, "Read-only file system")
        return SimpleNamespace(elapsed_s=0.1)

    monkeypatch.setattr(doctor, "run", run)


def _no_worker(monkeypatch):
    _fail_by(monkeypatch, lambda method: method == machine().start_method)


def _some_workers(monkeypatch):
    _fail_by(monkeypatch, lambda method: method != machine().start_method)


def _no_home(monkeypatch):
    monkeypatch.setenv("JUPYTER_CONFIG_DIR", "/dev/null/nowhere")


def _newer_python(monkeypatch):
    monkeypatch.setattr(sys, "version_info", (3, 99, 0, "final", 0))


def _no_memory(monkeypatch):
    def refuse(**options):
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(shared_memory, "SharedMemory", refuse)


def _no_folder(monkeypatch):
    def refuse():
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(tempfile, "TemporaryDirectory", refuse)


def _no_room(monkeypatch):
    usage = namedtuple("usage", "total used free")
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: usage(10**9, 10**9, 7 * 10**6))


def _no_connection(monkeypatch):
    def refuse(*address, **options):
        raise ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")

    monkeypatch.setattr(socket, "create_connection", refuse)


def _no_browser(monkeypatch):
    def refuse():
        raise webbrowser.Error("could not locate runnable browser")

    monkeypatch.setattr(webbrowser, "get", refuse)


TROUBLES = {
    "python": (_no_python, doctor.MISSING, "3.11"),
    "python, newer": (_newer_python, doctor.WARNING, "3.15"),
    "packages": (_no_package, doctor.MISSING, "bokeh>=3.4, tqdm>=4.66 (1.0)"),
    "cpus": (_one_cpu, doctor.WARNING, "1"),
    "workers": (_no_worker, doctor.MISSING, "Read-only file system"),
    "home": (_no_home, doctor.WARNING, "/dev/null/nowhere"),
    "memory": (_no_memory, doctor.WARNING, "No space left on device"),
    "folder": (_no_folder, doctor.MISSING, "Permission denied"),
    "loopback": (_no_connection, doctor.MISSING, "Connection refused"),
    "browser": (_no_browser, doctor.WARNING, "--no-browser"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_is_missing_is_said_with_its_remedy(name, monkeypatch, one_method, capsys):
    """Each trouble is found by its own check, told in both languages, and is the exit code."""
    spoil, state, told = TROUBLES[name]
    name = name.partition(",")[0]
    spoil(monkeypatch)
    for spoken in LANGUAGES:
        assert launcher.main(["doctor", spoken]) == int(state == doctor.MISSING)
        printed = capsys.readouterr().out
        title = messages()["doctor"][name]["title"][spoken]
        [line] = [row for row in printed.splitlines() if f"] {title}: " in row]
        assert line.startswith(f"[{messages()['doctor'][state][spoken]}]")
        assert told in line
        ready = messages()["doctor"]["ready"][spoken]
        assert (ready in printed) is (state != doctor.MISSING)


def test_another_start_method_that_fails_is_a_warning(monkeypatch):
    """Where workers start by the default method, the course works: the others are a warning."""
    _some_workers(monkeypatch)
    found = finding("workers")
    if len(machine().start_methods) > 1:
        assert found.state == doctor.WARNING
    assert machine().start_method in str(found.values["started"])


def test_little_room_is_a_warning(monkeypatch, one_method):
    """A disk that is nearly full is told of, with what is left of it."""
    _no_room(monkeypatch)
    assert (found := finding("folder")).state == doctor.WARNING
    assert "7 MB" in found.said()


def test_lessons_that_are_not_there(one_method):
    """Where no lesson is found, it says where it was looked for."""

    def find_none(spoken):
        raise FileNotFoundError(spoken)

    assert (found := finding("lessons", find_none)).state == doctor.MISSING
    assert str(Path.cwd()) in found.said()


def test_a_package_that_is_not_installed_at_all(monkeypatch, one_method):
    """Beside a copy of the course that was never installed, the package itself is missing."""

    def requires(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "requires", requires)
    assert finding("packages").state == doctor.MISSING


@pytest.mark.parametrize("encoding", ["ascii", "cp437", "utf-8"])
def test_any_terminal_can_show_it(encoding):
    """A terminal without an ñ or a quotation mark gets a question mark; JSON is ASCII."""
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    for option in ("es", "--json"):
        done = subprocess.run(
            [sys.executable, "-m", "helpers", "doctor", option],
            capture_output=True, timeout=LIMIT_S, env=environment, check=False,
        )  # fmt: skip
        assert (done.returncode, done.stderr) == (0, b"")
        assert option == "es" or json.loads(done.stdout.decode("ascii"))["ready"]


@pytest.mark.skipif(
    not sys.platform.startswith("linux") or shutil.which("unshare") is None or os.geteuid() != 0,
    reason="mounts a /dev/shm of its own",
)
@pytest.mark.parametrize("options", ["ro,size=4k", "size=4k"])
def test_shared_memory_that_is_read_only_or_full(options):
    """The doctor says what is missing, and run says the same without asking for fewer workers."""
    fill = "" if options.startswith("ro") else "dd if=/dev/zero of=/dev/shm/f bs=1k count=4;"
    mount = f"mount -t tmpfs -o {options} none /dev/shm && {{ {fill} true; }}"
    program = (
        "from helpers.parallel import run\n"
        "for how in ('pool', 'processes'):\n"
        "    try: run(abs, [1], how=how)\n"
        "    except Exception as error: print(type(error).__name__, 'fewer' in str(error))\n"
    )
    commands = [f'{sys.executable} -c "{program}"', f"{sys.executable} -m helpers doctor en"]
    done = subprocess.run(
        ["unshare", "-m", "sh", "-c", f"{mount} && {{ {'; '.join(commands)}; }}"],
        capture_output=True, encoding="utf-8", timeout=LIMIT_S, check=False,
    )  # fmt: skip
    if "mount: " in done.stderr or "unshare: " in done.stderr:
        pytest.skip("this container lets nobody mount anything")
    assert done.returncode == 1, done.stderr
    assert done.stdout.count("MachineError False") == 2
    assert "[missing] Worker processes" in done.stdout
    assert "[warning] Shared memory" in done.stdout


def test_a_system_without_semaphores(monkeypatch):
    """Python's own ImportError becomes the error of a machine that cannot do it."""
    import multiprocessing.synchronize as synchronize

    def lock(*args, **options):
        raise ImportError("This platform lacks a functioning sem_open implementation")

    monkeypatch.setattr(synchronize, "SemLock", SimpleNamespace(__init__=lock))
    monkeypatch.setattr("multiprocessing.context.BaseContext.Lock", lock)
    for how in ("pool", "processes"):
        with pytest.raises(MachineError, match="sem_open") as told:
            run(abs, [1], how=how, n_workers=1)
        assert "fewer" not in str(told.value)


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    """What was started and written for the checks has gone when the report is there."""
    doctor.examine(launcher.find_lesson)  # multiprocessing starts what it needs once, and keeps it
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = leftovers.snapshot()
    doctor.examine(launcher.find_lesson)
    assert leftovers.since(before) == []
    assert not list(tmp_path.glob("tmp*"))
