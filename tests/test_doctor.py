"""``python -m helpers doctor`` says whether this computer is ready, and what to do if it is not."""

from __future__ import annotations

import errno
import os
import re
import socket
import subprocess
import sys
import tempfile
from importlib import metadata
from pathlib import Path
from types import SimpleNamespace
from unittest.mock import Mock

import pytest

from helpers import __main__ as launcher
from helpers import doctor
from helpers.language import LANGUAGES
from helpers.parallel import MachineError, machine, run
from parallel import leftovers

LIMIT_S = 250
COMMAND = [sys.executable, "-m", "helpers", "doctor"]
READY = {"es": "Esta computadora está lista.", "en": "This computer is ready."}
STATES = {
    "es": {"good": "[bien] ", "warning": "[aviso] ", "missing": "[falta] "},
    "en": {"good": "[good] ", "warning": "[warning] ", "missing": "[missing] "},
}


@pytest.mark.parametrize(
    ("arguments", "encoding"),
    [([], "utf-8"), (["es"], "ascii"), pytest.param(["en"], "cp437", marks=pytest.mark.slow)],
)
def test_here_nothing_is_missing(arguments, encoding):
    """The course is ready on the machine of the tests, said in the language named, or in both.

    Any terminal can show it: one without an ñ gets a question mark.
    """
    environment = {**os.environ, "PYTHONIOENCODING": encoding, "PYTHONUTF8": "0"}
    done = subprocess.run(
        [*COMMAND, *arguments], capture_output=True, timeout=LIMIT_S, env=environment, check=False
    )
    assert (done.returncode, done.stderr) == (0, b""), done.stdout
    printed = done.stdout.decode(encoding)
    for language in LANGUAGES:
        ready = READY[language].encode(encoding, "replace").decode(encoding)
        spoken = language in (arguments or LANGUAGES)
        assert (ready in printed) is spoken
        assert printed.count(STATES[language]["good"]) == 6 * spoken
    assert all(re.search(rf"{method} \d+\.\d\d s", printed) for method in machine().start_methods)


def test_a_wrong_call_is_shown_the_usage(capsys):
    """What is no language gets the usage, and exit code 2."""
    for wrong in (["fr"], ["es", "en"], ["--json"]):
        assert launcher.main(["doctor", *wrong]) == 2
        assert "python -m helpers doctor [es | en]" in capsys.readouterr().err


# ---- what may be missing


def _run_fails(fails):
    def run(*args, start_method, **options):
        if fails(start_method):
            raise MachineError("no") from OSError(errno.EROFS, "Read-only file system")
        return SimpleNamespace(elapsed_s=0.1)

    return run


def _version(name):
    if name == "bokeh":
        raise metadata.PackageNotFoundError(name)
    return {"tqdm": "1.0"}.get(name, "9999")


DENIED = Mock(side_effect=PermissionError(errno.EACCES, "Permission denied"))
TROUBLES = {
    "an old Python": ((sys, "version_info", (3, 10, 1)), 0, "missing", "3.11 - 3.15"),
    "a newer Python": ((sys, "version_info", (3, 99, 0)), 0, "warning", "3.11 - 3.15"),
    "packages": ((metadata, "version", _version), 1, "missing", "bokeh>=3.4, tqdm>=4.66 (1.0)"),
    "no package at all": (
        (metadata, "requires", Mock(side_effect=metadata.PackageNotFoundError("helpers"))),
        1, "missing", "helpers",
    ),
    "workers": (
        (doctor, "run", _run_fails(lambda method: method == machine().start_method)),
        2, "missing", "Read-only file system",
    ),
    "another start method": (
        (doctor, "run", _run_fails(lambda method: method != machine().start_method)),
        2, "warning", f"{machine().start_method} 0.10 s",
    ),
    "no folder": ((tempfile, "TemporaryDirectory", DENIED), 3, "missing", "Permission denied"),
    "a full disk": (
        (doctor.shutil, "disk_usage", lambda folder: SimpleNamespace(free=7 * 10**6)),
        3, "warning", "7 MB",
    ),
    "no connections": ((socket, "create_connection", DENIED), 4, "missing", "Permission denied"),
    "no lessons": (
        (launcher, "find_lesson", Mock(side_effect=FileNotFoundError())),
        5, "missing", str(Path.cwd()),
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", TROUBLES)
def test_what_is_missing_is_said_with_its_remedy(name, monkeypatch, capsys):
    """Each trouble is found by its own check, said in both languages, and is the exit code."""
    (owner, attribute, value), place, state, fact = TROUBLES[name]
    if name == "another start method" and len(machine().start_methods) == 1:
        pytest.skip("this system has one start method")
    monkeypatch.setattr(doctor, "run", _run_fails(lambda method: False))  # pools take time
    monkeypatch.setattr(owner, attribute, value)
    for language in LANGUAGES:
        assert launcher.main(["doctor", language]) == int(state == "missing")
        printed = capsys.readouterr().out
        line, states = printed.splitlines()[place], STATES[language]
        assert line.startswith(states[state])
        assert fact in line
        assert line.endswith(".")
        assert printed.count(states["good"]) == 5
        assert (READY[language] in printed) is (state != "missing")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
def test_an_output_that_cannot_be_written():
    """On a full disk, or where nobody reads on, there is no traceback, and the exit code tells."""
    reading, writing = os.pipe()
    os.close(reading)
    with Path("/dev/full").open("wb") as full, os.fdopen(writing, "wb") as broken:
        for output in (full, broken):
            done = subprocess.run(
                COMMAND, stdout=output, stderr=subprocess.PIPE, timeout=LIMIT_S, check=False
            )
            assert (done.returncode, done.stderr) == (0, b"")


def test_a_system_without_semaphores(monkeypatch):
    """Python's own ImportError becomes the error of a machine that cannot do it."""
    lock = Mock(side_effect=ImportError("This platform lacks a functioning sem_open"))
    monkeypatch.setattr("multiprocessing.synchronize.SemLock", SimpleNamespace(__init__=lock))
    monkeypatch.setattr("multiprocessing.context.BaseContext.Lock", lock)
    for how in ("pool", "processes"):
        with pytest.raises(MachineError, match=r'sem_open.*how="threads" needs no'):
            run(abs, [1], how=how, n_workers=1)


def test_nothing_is_left_behind(monkeypatch, tmp_path):
    """What was started and written for the checks is gone when the report is there."""
    assert launcher.main(["doctor"]) == 0  # what multiprocessing keeps for later is there now
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = leftovers.snapshot()
    assert launcher.main(["doctor"]) == 0
    assert leftovers.since(before) == []
    assert list(tmp_path.iterdir()) == []
