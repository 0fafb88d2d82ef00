"""``python -m helpers doctor`` says whether this computer is ready, and what to do if it is not."""

from __future__ import annotations

import errno
import json
import os
import re
import socket
import subprocess
import sys
import tempfile
import webbrowser
from collections import namedtuple
from importlib import metadata
from multiprocessing import shared_memory
from pathlib import Path

import pytest

from helpers import __main__ as launcher
from helpers import doctor, language
from helpers.language import LANGUAGES, messages
from helpers.parallel.machine import machine
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
    monkeypatch.setattr(doctor, "can_start_worker", lambda method, timeout_s: True)


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


def _no_worker(monkeypatch):
    default = machine().start_method
    monkeypatch.setattr(doctor, "can_start_worker", lambda method, timeout_s: method != default)


def _some_workers(monkeypatch):
    default = machine().start_method
    monkeypatch.setattr(doctor, "can_start_worker", lambda method, timeout_s: method == default)


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
    "python": (_no_python, doctor.MISSING, "3.14"),
    "packages": (_no_package, doctor.MISSING, "bokeh>=3.4, tqdm>=4.66 (1.0)"),
    "cpus": (_one_cpu, doctor.WARNING, "1"),
    "workers": (_no_worker, doctor.MISSING, machine().start_method),
    "memory": (_no_memory, doctor.WARNING, "No space left on device"),
    "folder": (_no_folder, doctor.MISSING, "Permission denied"),
    "loopback": (_no_connection, doctor.MISSING, "Connection refused"),
    "browser": (_no_browser, doctor.WARNING, "--no-browser"),
}


@pytest.mark.parametrize("name", TROUBLES)
def test_what_is_missing_is_said_with_its_remedy(name, monkeypatch, one_method, capsys):
    """Each trouble is found by its own check, told in both languages, and is the exit code."""
    spoil, state, told = TROUBLES[name]
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


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    """What was started and written for the checks has gone when the report is there."""
    doctor.examine(launcher.find_lesson)  # multiprocessing starts what it needs once, and keeps it
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = leftovers.snapshot()
    doctor.examine(launcher.find_lesson)
    assert leftovers.since(before) == []
    assert not list(tmp_path.glob("tmp*"))
