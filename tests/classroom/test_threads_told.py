"""What lesson 6 says of its figures and of this Python, and how it judges a coroutine."""

from __future__ import annotations

import asyncio
import sys
import threading
import time
from concurrent import futures

import pytest
from lesson_cells import code_of, imports
from made import sequential

from helpers.classroom import (
    check,
    explain_gain,
    explain_noise,
    explain_python,
    explain_threads,
    grading_threads,
    threads_told,
)
from helpers.language import message
from helpers.parallel import Comparison

# Since Python 3.12 a fork warns where the process has threads, and the test runner has one.
pytestmark = pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning")


@pytest.fixture
def python(monkeypatch):
    """Return a function that makes this a Python with or without a GIL, on so many CPUs."""

    def make(*, gil: bool, cpus: int = 4, built_without: int = 0, interpreters: bool = False):
        monkeypatch.setattr(sys, "_is_gil_enabled", lambda: gil, raising=False)
        monkeypatch.setattr(threads_told, "usable_cpus", lambda: cpus)
        monkeypatch.setattr("sysconfig.get_config_var", {"Py_GIL_DISABLED": built_without}.get)
        if interpreters:
            name = "InterpreterPoolExecutor"
            monkeypatch.setattr(futures, name, futures.ThreadPoolExecutor, raising=False)

    return make


@pytest.mark.parametrize(
    ("gil", "cpus", "together_s", "kind"),
    [
        (True, 4, 0.2, "turns"),
        (True, 4, 0.176, "turns"),
        (True, 4, 0.174, "unclear"),
        (True, 1, 0.2, "one_cpu"),
        (False, 1, 0.2, "one_cpu"),
        (False, 4, 0.1, "side_by_side"),
        (False, 4, 0.124, "side_by_side"),
        (False, 4, 0.15, "crowded"),
        (False, 4, 0.2, "crowded"),
        (True, 4, 0.1, "unclear"),
        (True, 1, 0.1, "unclear"),
        (False, 1, 0.15, "unclear"),
    ],
)
def test_two_threads_are_explained_by_what_was_measured(
    language, capsys, python, gil, cpus, together_s, kind
):
    """The sentence follows from the ratio, the CPUs and the GIL, and comes after the figures."""
    python(gil=gil, cpus=cpus)
    explain_threads(0.1, together_s)
    figures, said = capsys.readouterr().out.splitlines()
    assert said == message(f"threads.{kind}")
    assert figures.count("ms") == 2
    assert f"{together_s / 0.1:.1f}".removesuffix(".0") in figures


@pytest.mark.parametrize(
    ("cpus", "threads_s", "kind"),
    [
        (4, 0.5, "gained"),
        (4, 0.8, "gained"),
        (4, 0.9, "gained_nothing"),
        (2, 1.5, "gained_nothing"),
        (1, 1.0, "gained_one_cpu"),
        (1, 0.5, "gained_one_cpu"),
    ],
)
def test_gain_of_threads_is_told_by_what_was_measured(
    language, capsys, python, cpus, threads_s, kind
):
    """Threads are said to gain in C only where the figure shows it, after every warning."""
    python(gil=True, cpus=cpus)
    times_s = {"sequential": (1.0, 1.0, 1.0), "threads": (threads_s,) * 3}
    runs = dict.fromkeys(times_s, sequential())
    explain_gain(Comparison(times_s, runs, ("one thing", "another")))
    said = capsys.readouterr().out.splitlines()
    assert said == ["⚠ one thing", "⚠ another", message(f"threads.{kind}")]


def test_nothing_is_told_of_quiet_timings(capsys):
    """Without a warning nothing is printed, not even an empty line."""
    explain_noise(Comparison({"sequential": (1.0,)}, {"sequential": sequential()}, ()))
    assert capsys.readouterr().out == ""


def test_one_that_took_no_gil_away_has_one(monkeypatch):
    """Before Python 3.13 there is nothing to ask, and the GIL is in force."""
    monkeypatch.delattr(sys, "_is_gil_enabled", raising=False)
    assert threads_told.gil_enabled() is True


@pytest.mark.parametrize(
    ("gil", "built_without", "kind"),
    [(True, 0, "gil"), (True, 1, "gil_back"), (False, 1, "no_gil")],
)
def test_this_python_is_explained(language, capsys, python, gil, built_without, kind):
    """The first line tells the version and whether the GIL is in force, and why where it is odd."""
    python(gil=gil, built_without=built_without)
    explain_python()
    first, _ = capsys.readouterr().out.splitlines()
    version = sys.version.split()[0]
    assert first == message(f"threads.{kind}", python=version)
    assert version in first


@pytest.mark.parametrize("there", [True, False])
def test_pools_of_interpreters_are_told_of(language, capsys, python, there):
    """The second line says whether there are pools of interpreters in this Python."""
    if not there and hasattr(futures, "InterpreterPoolExecutor"):
        pytest.skip("they are here")
    python(gil=True, interpreters=there)
    explain_python()
    _, second = capsys.readouterr().out.splitlines()
    assert second == message("threads.interpreters" if there else "threads.no_interpreters")


def test_lesson_measures_pools_of_interpreters_where_there_are_any(python):
    """The lesson takes up the pool of interpreters, and measures it beside the other two."""
    python(gil=True, interpreters=True)
    cells = code_of("6")
    names = {"work": [10], "computed": Comparison({"sequential": (1.0,)}, {}, ())}
    for statement in set(imports(cells).values()):
        exec(statement, names)
    for part in ('"InterpreterPoolExecutor"', "seconds_with(executor) for"):
        (cell,) = (code for code in cells if part in code)
        exec(cell, names)
    expected = ["threads", "processes", "InterpreterPoolExecutor"]
    assert list(names["executors"]) == expected
    assert list(names["times"]) == ["sequential", *expected]


def test_coroutine_that_raises_is_told_with_its_error(language):
    """Where the learner's coroutine raises, the card names the error, as for any function."""

    async def patient(seconds):
        await seconds

    card = check("6.3", patient)
    assert card.headline == message("check.not_yet", exercise="6.3")
    assert "TypeError" in card.lines[0]


def test_coroutine_is_judged_where_a_loop_is_running(language, monkeypatch):
    """In a notebook a loop runs already; the judging has one of its own, and leaves no thread."""
    monkeypatch.setattr(grading_threads, "EACH_S", 0.3)  # long, where the machine is busy
    monkeypatch.setattr(grading_threads, "CHECK_LIMIT_S", 30.0)

    async def patient(seconds):
        await asyncio.sleep(seconds)
        return seconds

    async def notebook():
        return check("6.3", patient)

    before = threading.active_count()
    assert asyncio.run(notebook()).headline == message("check.right", exercise="6.3")
    assert threading.active_count() == before


@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_coroutine_that_never_comes_back_is_left(language, monkeypatch):
    """A coroutine that stops its thread for long is given up, and the notebook goes on."""
    monkeypatch.setattr(grading_threads, "CHECK_LIMIT_S", 0.2)
    let_go = threading.Event()

    async def patient(seconds):
        await asyncio.sleep(0)
        let_go.wait(60)
        return seconds

    begin = time.perf_counter()
    card = check("6.3", patient)
    let_go.set()
    assert time.perf_counter() - begin < 30
    assert card.lines[0] == message("check.e6_3.endless")
