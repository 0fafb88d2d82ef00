"""calibrate(how="dask"): the figures of a known cluster found again, and those of a real one."""

from __future__ import annotations

import dataclasses
import time
from contextlib import contextmanager

import pytest

from helpers.language import set_language
from helpers.parallel import (
    CostModel,
    InputError,
    advise,
    break_even_cost,
    calibrate,
    dask_calibration,
    local_cluster,
    run,
    simulate,
    usable_cpus,
)

KNOWN = CostModel(
    how="dask",
    start_method="spawn",
    cpus=2,
    message_s=4e-3,
    full_message_s=3e-3,
    worker_message_s=1.5e-3,
    latency_s=8e-3,
    connect_s=0.01,
    item_s=2e-7,
    worker_item_s=1e-7,
    byte_s=1e-9,
    crowding=1.25,
)
WORK_S = 0.02
MOST_S = 100.0  # ten times what it promises, as this machine may be busy
# Above what any machine needs, and far below what a mistaken unit would give; in seconds.
MOST = {"start_s": 30, "full_boot_s": 30, "message_s": 0.2, "latency_s": 2, "connect_s": 2}


class PaperClient:
    """A cluster on paper, which knows how many workers it has."""

    def __init__(self, n_workers):
        self.n_workers = n_workers


def paper_run(task, items, *, how, client, timeout_s, chunksize=None):
    """Tell what ``run`` would on the known cluster."""
    assert how == "dask"
    assert timeout_s > 0
    cost_s = {time.sleep: dask_calibration.PAUSE_S, sum: WORK_S}.get(task, 0.0)
    weight = dask_calibration.N_BYTES if task is len else 0.0
    costs_s = [cost_s] * len(items)
    model = KNOWN.connected()
    return simulate(costs_s, client.n_workers, chunksize or 1, model, item_bytes=weight)


@pytest.fixture
def found(monkeypatch):
    """Calibrate the known cluster."""

    @contextmanager
    def paper_cluster(n_workers, *, start_method):
        yield PaperClient(n_workers)

    monkeypatch.setattr(dask_calibration, "run", paper_run)
    monkeypatch.setattr(dask_calibration, "local_cluster", paper_cluster)
    monkeypatch.setattr(dask_calibration, "usable_cpus", lambda: 2)
    return calibrate(how="dask", budget_s=0)


@pytest.mark.parametrize(
    ("name", "tolerance"),
    [
        *[("message_s", 0.05), ("full_message_s", 0.7), ("worker_message_s", 0.05)],
        *[("latency_s", 0.1), ("connect_s", 0.25), ("crowding", 0.01)],
        *[("item_s", 0.4), ("byte_s", 0.4), ("worker_item_s", 0.2)],
    ],
)
def test_figures_of_a_known_cluster_are_found_again(found, name, tolerance):
    """What goes into a call on paper comes out of its trace."""
    assert getattr(found, name) == pytest.approx(getattr(KNOWN, name), rel=tolerance)


def test_what_was_measured_is_said(found):
    """The model says that it is of Dask, how its workers start, and on how many CPUs."""
    assert (found.how, found.start_method, found.cpus) == ("dask", "spawn", 2)


@pytest.mark.parametrize("start_s", [{1: 1.0, 2: 1.3}, {1: 1.0, 2: 4.0}, {1: 1.0, 2: 0.8}], ids=str)
def test_starts_are_found_again_however_they_grow(monkeypatch, start_s):
    """A call that starts a cluster takes what starting it took, with one worker and with two."""
    now_s = [0.0]

    @contextmanager
    def paper_cluster(n_workers, *, start_method):
        now_s[0] += start_s[n_workers]
        yield PaperClient(n_workers)
        now_s[0] += start_s[n_workers] / 4

    monkeypatch.setattr(dask_calibration, "run", paper_run)
    monkeypatch.setattr(dask_calibration, "local_cluster", paper_cluster)
    monkeypatch.setattr(dask_calibration, "usable_cpus", lambda: 2)
    monkeypatch.setattr(dask_calibration, "perf_counter", lambda: now_s[0])
    model = calibrate(how="dask", budget_s=0)
    for n in (1, 2):
        bare = simulate([0.0], n, 1, model.connected()).elapsed_s - model.connect_s
        expected_s = max(start_s[1], start_s[n]) + bare
        done = simulate([0.0], n, 1, model)
        assert done.arrived_s == pytest.approx(expected_s, abs=0.01)
        assert start_s[1] / 4 <= done.stopping_s + 1e-9 <= max(start_s[1], start_s[n]) / 2 + 0.01


# ---- a real cluster


@pytest.fixture(scope="module")
def real():
    """Calibrate Dask on this machine once, as shortly as can be; tell how long it took."""
    calibrated_before = time.perf_counter()
    model = calibrate(how="dask", budget_s=0)
    return model, time.perf_counter() - calibrated_before


@pytest.mark.slow
def test_a_real_calibration_is_plausible(real):
    """It ends in time, and its figures are such as a machine may have."""
    model, took_s = real
    assert took_s < MOST_S
    assert (model.how, model.start_method, model.cpus) == ("dask", "spawn", usable_cpus())
    assert not {name for name in MOST if not 0 <= getattr(model, name) <= MOST[name]}
    assert model.start_s > 0.05
    assert model.message_s > 1e-5
    assert model.connect_s > 0


@pytest.mark.slow
def test_a_real_model_serves(real, tmp_path):
    """It is saved and loaded, simulated with, and asked from where on a cluster pays."""
    model, _ = real
    model.save(tmp_path / "dask.json")
    assert CostModel.load(tmp_path / "dask.json") == model
    assert simulate([0.01] * 100, 2, 5, model).elapsed_s > model.start_s
    assert break_even_cost(100, model.spread_out(), n_workers=2) > 0


@pytest.mark.slow
def test_a_cluster_that_runs_is_calibrated_and_left_running():
    """With a client that cluster is measured: nothing of it is started, and it goes on working."""
    with local_cluster(1) as client:
        model = calibrate(how="dask", budget_s=0, client=client)
        assert run(abs, [-1], how="dask", client=client).results == [1]
    assert (model.how, model.start_method, model.cpus) == ("dask", None, 1)
    gone = ("launch_s", "stop_s", "stop_worker_s", "boot_s", "full_boot_s")
    assert dataclasses.replace(model, **dict.fromkeys(gone, 0.0)) == model
    assert 0 < model.start_s == model.connect_s < MOST["connect_s"]


# ---- what cannot be


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize(
    "arguments",
    [
        {"how": "pool", "client": "tcp://127.0.0.1:8786"},
        {"how": "dask", "client": "tcp://127.0.0.1:8786", "start_method": "spawn"},
        {"how": "dask", "client": 3},
    ],
    ids=str,
)
def test_bad_clients(language, arguments):
    """A cluster for another way, one with a start method, and what is no cluster is refused."""
    set_language(language)
    with pytest.raises(InputError):
        calibrate(**arguments)


def test_advice_is_about_one_machine():
    """Advice compares the ways of this machine alone: a model of Dask is refused, and named."""
    with pytest.raises(InputError, match="'dask'"):
        advise(abs, [1, 2, 3], models={"dask": KNOWN})
