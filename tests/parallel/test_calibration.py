"""calibrate(): figures of every way and start method that can be, and nothing left behind."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import os
import threading
import time
from pathlib import Path
from typing import NamedTuple

import pytest
from programs import run_program

from helpers.language import set_language
from helpers.parallel import CostModel, InputError, calibrate, machine, simulate, usable_cpus

LANGUAGES = ("es", "en")
START_METHODS = multiprocessing.get_all_start_methods()
OPEN_FILES = Path("/proc/self/fd")
MOST_S = 100.0  # ten times what it promises, as this machine may be busy
# A full calibration of each start method, and a short one of what else there is.
WAYS = [
    *[("pool", method, None) for method in START_METHODS],
    *[("processes", method, 0.0) for method in START_METHODS],
    ("threads", None, None),
]
# Above what any machine needs, and far below what a mistaken unit would give; in seconds.
MOST = {
    "start_s": 10,
    "launch_s": 2,
    "boot_s": 20,
    "full_boot_s": 20,
    "message_s": 0.1,
    "full_message_s": 0.1,
    "worker_message_s": 0.1,
    "item_s": 1e-3,
    "worker_item_s": 1e-3,
    "byte_s": 1e-6,
    "stop_s": 10,
    "stop_worker_s": 5,
    "latency_s": 1,
    "connect_s": 5,
}


class Calibrated(NamedTuple):
    """A calibration, how long it took and what it left behind."""

    how: str
    start_method: str | None
    model: CostModel
    took_s: float
    left: list


def belongings():
    """Return the processes, threads and open files of this program."""
    files = len(list(OPEN_FILES.iterdir())) if OPEN_FILES.exists() else 0
    return {*multiprocessing.active_children(), *threading.enumerate()}, files


# One calibration serves several tests: of the module, so that it does not count as one test's time.
@pytest.fixture(scope="module", params=WAYS, ids=lambda way: f"{way[0]}-{way[1]}")
def calibrated(request):
    """Calibrate one way of running once; tell what came out."""
    how, start_method, budget_s = request.param
    options = {} if budget_s is None else {"budget_s": budget_s}
    (alive, files), began_s = belongings(), time.perf_counter()
    model = calibrate(start_method, how=how, **options)
    took_s = time.perf_counter() - began_s
    time.sleep(0.05)  # a thread that has done its last work may still be ending
    alive_now, files_now = belongings()
    left = [*(alive_now - alive), *["an open file"] * (files_now - files)]
    return Calibrated(how, start_method, model, took_s, left)


def test_it_takes_seconds(calibrated):
    """It ends within the time that it promises."""
    assert calibrated.took_s < MOST_S


def test_nothing_is_left(calibrated):
    """No process, no thread and no open file outlives it."""
    assert calibrated.left == []


def test_the_model_says_what_was_measured(calibrated):
    """The way, the start method and the number of CPUs are those of the measurement."""
    model = calibrated.model
    assert (model.how, model.start_method) == (calibrated.how, calibrated.start_method)
    assert model.cpus == usable_cpus()


def test_figures_are_plausible(calibrated):
    """Each figure is a finite number of seconds that a machine may need."""
    figures = {
        field.name: getattr(calibrated.model, field.name)
        for field in dataclasses.fields(CostModel)
        if field.name.endswith("_s")
    }
    assert set(figures) == set(MOST)
    assert all(math.isfinite(figure) for figure in figures.values())
    assert not {name: figures[name] for name in MOST if not 0 <= figures[name] <= MOST[name]}
    assert 0.5 <= calibrated.model.crowding <= 10 * usable_cpus()


def test_what_must_cost_something_does(calibrated):
    """Getting ready and a message take time in every way; data do where they travel."""
    model = calibrated.model
    assert model.start_s + model.launch_s + model.boot_s > 0
    assert model.message_s + model.worker_message_s > 0
    if calibrated.how != "threads":
        assert model.byte_s > 0


def test_a_calibrated_model_serves(calibrated, tmp_path):
    """What comes out can be saved, loaded, and simulated with."""
    model = calibrated.model
    model.save(tmp_path / "model.json")
    assert CostModel.load(tmp_path / "model.json") == model
    done = simulate([0.001] * 100, 2, 5, model)
    assert done.elapsed_s > 0.001 * 100 / 2 / 2
    assert sum(done.parts_s.values()) == pytest.approx(done.elapsed_s)


@pytest.fixture(scope="module")
def in_force():
    """Calibrate with nothing said, as shortly as can be."""
    return calibrate(budget_s=0)


def test_left_out(in_force):
    """With nothing said it is a pool, with the start method in force, which stays as it was."""
    assert in_force.how == "pool"
    assert in_force.start_method == machine().start_method


ONE_CPU = """
import dataclasses, json, os, sys
os.sched_setaffinity(0, [min(os.sched_getaffinity(0))])
from helpers.parallel import calibrate
print(json.dumps(dataclasses.asdict(calibrate(sys.argv[1], budget_s=0))))
"""


@pytest.fixture(scope="module", params=START_METHODS)
def on_one_cpu(request):
    """Calibrate in a program that is bound to one CPU."""
    if not hasattr(os, "sched_setaffinity"):
        pytest.skip("this system binds no program to a CPU")
    return run_program("-c", ONE_CPU, request.param)


def test_one_usable_cpu(on_one_cpu, tmp_path):
    """Where one CPU is all there is, it is measured too, and nothing is said on stderr."""
    assert (on_one_cpu.returncode, on_one_cpu.stderr) == (0, "")
    (tmp_path / "model.json").write_text(on_one_cpu.stdout, encoding="utf-8")
    model = CostModel.load(tmp_path / "model.json")
    assert model.cpus == 1
    assert not {name for name in MOST if not 0 <= getattr(model, name) <= MOST[name]}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[("start_method", bad) for bad in ("spwan", "", 3, True)],
        *[("how", bad) for bad in ("sequential", "thread", None, 3)],
        *[("budget_s", bad) for bad in ("2", None, math.nan, -1)],
    ],
)
def test_bad_arguments(language, name, bad):
    """An unknown start method, way or budget is named, with what it was."""
    set_language(language)
    with pytest.raises(InputError) as caught:
        calibrate(**{name: bad})
    assert name in str(caught.value)
    assert repr(bad) in str(caught.value)


def test_only_what_is_possible_is_offered():
    """The error for an unknown way offers those that can be calibrated, and no others."""
    with pytest.raises(InputError) as caught:
        calibrate(how="thread")
    assert all(repr(how) in str(caught.value) for how in ("threads", "processes", "pool"))
    assert "'sequential'" not in str(caught.value)
