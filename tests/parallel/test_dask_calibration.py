"""The costs of Dask, measured on clusters that are really started, and what they predict."""

from __future__ import annotations

import time

import leftovers
import pytest

from helpers.parallel import CostModel, InputError, calibrate, local_cluster, run, simulate

pytestmark = [pytest.mark.timeout(120), pytest.mark.slow]


@pytest.fixture(scope="module")
def model():
    """Calibrate once, and see that nothing is left of it."""
    before = leftovers.snapshot()
    made = calibrate(how="dask", budget_s=1.0)
    assert leftovers.since(before) == []
    return made


def test_every_figure_is_a_cost(model):
    """What is measured is a model of Dask, in which starting and messages cost something."""
    assert (model.how, model.start_method) == ("dask", "spawn")
    assert model.start_s + model.launch_s > 0
    assert model.message_s > 0
    assert model.full_message_s > 0
    assert model.crowding >= 1


def test_a_model_is_saved_and_loaded(model, tmp_path):
    """It comes back from a file as it was."""
    model.save(tmp_path / "dask.json")
    assert CostModel.load(tmp_path / "dask.json") == model


def test_it_simulates_ten_thousand_workers(model):
    """A simulated call has the story that all charts draw, with far more workers than are here."""
    done = simulate([0.01] * 100_000, 10_000, 1, model)
    assert (done.how, done.n_workers, done.n_items) == ("dask", 10_000, 100_000)
    assert sum(done.parts_s.values()) == pytest.approx(done.elapsed_s)


def test_a_prediction_is_of_the_right_size(model):
    """A measured call of a second lies within a factor of three of its prediction, busy or not."""
    items = [0.05] * 20
    real = run(time.sleep, items, how="dask", n_workers=1, chunksize=2)
    paper = simulate(items, 1, 2, model)
    assert paper.elapsed_s / 3 < real.elapsed_s < 3 * paper.elapsed_s


def test_a_cluster_that_runs():
    """The costs of a cluster that runs already have no start, and it goes on running."""
    with local_cluster(1) as client:
        made = calibrate(how="dask", client=client)
        assert (made.start_method, made.cpus) == (None, 1)
        assert made.start_s == made.launch_s == 0
        assert run(abs, [-1], how="dask", client=client).results == [1]


def test_a_cluster_for_another_way():
    """A cluster is refused where another way is measured."""
    with pytest.raises(InputError, match="dask"):
        calibrate(how="pool", client="tcp://127.0.0.1:1")
