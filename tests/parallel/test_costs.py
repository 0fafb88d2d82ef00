"""CostModel: figures that can be costs, kept exactly, and files that hold one or are refused."""

from __future__ import annotations

import dataclasses
import json
import math
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import CostModel, InputError, recorded_models
from helpers.parallel.costs import FREE

LANGUAGES = ("es", "en")
FIELDS = [field.name for field in dataclasses.fields(CostModel)]
TIMES = [name for name in FIELDS if name.endswith("_s")]
GOOD = json.loads(json.dumps(dataclasses.asdict(FREE)))


@st.composite
def models(draw):
    """Draw any model that is one."""
    times = st.floats(0, allow_infinity=False) | st.integers(0, 10**6)
    return CostModel(
        how=draw(st.sampled_from(["pool", "processes", "threads", "dask"])),
        start_method=draw(st.sampled_from([None, "fork", "forkserver", "spawn"])),
        cpus=draw(st.integers(1, 10**6)),
        crowding=draw(st.floats(0, exclude_min=True, allow_infinity=False)),
        **{name: draw(times) for name in TIMES},
    )


@pytest.fixture
def file(tmp_path):
    """Return the name of a file in a folder with a space and accents in its name."""
    folder = tmp_path / "mi año"
    folder.mkdir()
    return folder / "módelo.json"


# ---- figures


def test_the_free_model_costs_nothing():
    """All times of the default are nothing, and computing side by side is not slower."""
    assert all(getattr(FREE, name) == 0 for name in TIMES)
    assert CostModel() == FREE
    assert FREE.crowding == 1
    assert len(TIMES) == 14


def test_a_model_is_frozen():
    """A model cannot be changed by mistake."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        FREE.start_s = 1.0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[(name, bad) for name in TIMES for bad in (-1e-9, math.nan)],
        *[("start_s", bad) for bad in (math.inf, "0.1", None, True, 1j, [0.1])],
        *[("cpus", bad) for bad in (0, -1, 2.5, 2.0, True, "2", None)],
        *[("crowding", bad) for bad in (0, -1.0, math.nan, math.inf, "1", None)],
        *[("how", bad) for bad in (None, 3)],
        *[("start_method", bad) for bad in (3, b"fork")],
    ],
)
def test_what_cannot_be_a_cost(language, name, bad):
    """The error names the figure and what it was, in the learner's language."""
    set_language(language)
    with pytest.raises(InputError) as caught:
        CostModel(**{name: bad})
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)
    assert ("cannot be" in str(caught.value)) == (language == "en")


@pytest.mark.parametrize(
    ("cpus", "fullness"),
    [
        (1, [0, 1, 1, 1]),
        (2, [0, 1, 1, 1]),
        (3, [0, 1 / 2, 1, 1]),
        (4, [0, 1 / 3, 2 / 3, 1]),
    ],
)
def test_fullness(cpus, fullness):
    """One worker is 0, one on each CPU is 1; a line in between, and no more beyond."""
    model = CostModel(cpus=cpus)
    assert [model.fullness(n) for n in (1, 2, 3, 4)] == pytest.approx(fullness)
    assert model.fullness(1000) == 1


# ---- files


@settings(deadline=None)  # a disk may stall
@given(model=models())
def test_a_saved_model_is_loaded_as_it_was(tmp_path_factory, model):
    """Each figure comes back to the last bit."""
    file = tmp_path_factory.getbasetemp() / "model.json"
    model.save(file)
    loaded = CostModel.load(file)
    assert loaded == model
    assert repr(loaded) == repr(model)


@pytest.mark.parametrize("kind", [str, lambda file: file, os.fspath])
def test_a_file_may_be_a_path_or_a_text(file, kind):
    """A file is named by a text or a path, with accents and spaces; saving again replaces it."""
    CostModel(start_s=9.0).save(kind(file))
    CostModel(start_s=0.25).save(kind(file))
    assert CostModel.load(kind(file)) == CostModel(start_s=0.25)


def test_the_file_is_for_reading(file):
    """It is JSON, one line a figure, in the order of the fields, and ends in a line's end."""
    CostModel(cpus=3).save(file)
    text = file.read_text(encoding="utf-8")
    assert list(json.loads(text)) == FIELDS
    assert len(text.splitlines()) == len(FIELDS) + 2
    assert text.endswith("}\n")


def test_a_file_that_is_not_there(file, tmp_path):
    """What the system says of a file comes out as it is."""
    with pytest.raises(FileNotFoundError):
        CostModel.load(file)
    with pytest.raises(OSError, match=r".+"):
        CostModel().save(tmp_path)


NO_MODELS = [
    b"",
    b"{",
    b"start_s = 0.1",
    b"[]",
    b"3",
    b"null",
    b'"pool"',
    b"{}",
    b"\xff\xfe\x00",
    b"\x80abc",
    b"[" * 100_000,
    *[
        json.dumps(fields).encode()
        for fields in (
            {**GOOD, "speed": 1},
            {name: value for name, value in GOOD.items() if name != "boot_s"},
            {**GOOD, "start_s": "0.1"},
            {**GOOD, "start_s": None},
            {**GOOD, "start_s": math.nan},
            {**GOOD, "start_s": math.inf},
            {**GOOD, "start_s": -1},
            {**GOOD, "start_s": [1]},
            {**GOOD, "cpus": "2"},
            {**GOOD, "cpus": 0},
            {**GOOD, "cpus": 2.5},
            {**GOOD, "crowding": 0},
            {**GOOD, "how": None},
            {**GOOD, "start_method": 1},
        )
    ],
]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("content", NO_MODELS, ids=lambda content: repr(content[-40:]))
def test_a_file_that_holds_no_model(file, content, language):
    """No JSON, other fields, other types, impossible figures: the error names the file."""
    set_language(language)
    file.write_bytes(content)
    with pytest.raises(InputError) as caught:
        CostModel.load(file)
    assert str(file) in str(caught.value)
    assert "calibrate()" in str(caught.value)
    assert ("no cost model" in str(caught.value)) == (language == "en")


def test_a_missing_figure_is_named(file):
    """The error says which figure is missing, and which one is unknown."""
    file.write_text(json.dumps({**GOOD, "spede": 1}), encoding="utf-8")
    with pytest.raises(InputError, match="spede"):
        CostModel.load(file)
    lacking = {name: value for name, value in GOOD.items() if name != "cpus"}
    file.write_text(json.dumps(lacking), encoding="utf-8")
    with pytest.raises(InputError, match="cpus"):
        CostModel.load(file)


@pytest.mark.parametrize("lacking", [("latency_s",), ("connect_s",), ("latency_s", "connect_s")])
def test_a_file_from_before_dask(file, lacking):
    """Models that were saved without the figures of Dask load, and these are nothing."""
    saved = {**GOOD, "start_s": 0.5, "latency_s": 1.0, "connect_s": 1.0}
    older = {name: value for name, value in saved.items() if name not in lacking}
    file.write_text(json.dumps(older), encoding="utf-8")
    expected = dataclasses.replace(CostModel(**saved), **dict.fromkeys(lacking, 0.0))
    assert CostModel.load(file) == expected


# ---- clusters that run already

STARTED = CostModel(
    how="dask",
    start_method="spawn",
    cpus=2,
    **dict.fromkeys(("start_s", "launch_s", "boot_s", "full_boot_s"), 1.0),
    **dict.fromkeys(("stop_s", "stop_worker_s"), 2.0),
    message_s=0.004,
    full_message_s=0.003,
    worker_message_s=0.001,
    latency_s=0.008,
    connect_s=0.01,
    crowding=1.5,
)


def test_a_cluster_that_runs_is_neither_started_nor_stopped():
    """Of starting and stopping nothing is left but the connecting; messages cost what they did."""
    running = STARTED.connected()
    assert running.start_s == STARTED.connect_s
    gone = ("launch_s", "boot_s", "full_boot_s", "stop_s", "stop_worker_s")
    assert [getattr(running, name) for name in gone] == [0] * len(gone)
    kept = set(FIELDS) - {*gone, "start_s"}
    assert all(getattr(running, name) == getattr(STARTED, name) for name in kept)
    assert running.connected() == running


def test_nobody_waits_for_anothers_cpu_in_a_large_cluster():
    """Workers compute as fast as one alone, and the scheduler sends as fast as it was ever seen."""
    cluster = STARTED.spread_out()
    assert cluster.start_s == STARTED.connect_s
    assert cluster.message_s == cluster.full_message_s == 0.003
    assert (cluster.crowding, cluster.worker_message_s) == (1, 0.001)
    assert cluster.fullness(10_000) < 1e-4
    assert cluster.spread_out() == cluster


# ---- the models that come with the course


def test_at_least_three_models_come_with_the_course():
    """There are models of three kinds of machine and more, each by a name of its own."""
    names = recorded_models()
    assert len(names) >= 3
    assert list(names) == sorted(set(names))


@pytest.mark.parametrize("name", recorded_models())
def test_a_recorded_model(name):
    """Each of them loads, says what was measured, and costs something."""
    model = CostModel.recorded(name)
    assert model.how in ("pool", "processes", "threads")
    assert model.cpus >= 1
    assert model != FREE
    assert sum(getattr(model, time) for time in TIMES) > 0


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["no such machine", "", None, "../costs", 3])
def test_an_unknown_recorded_model(language, name):
    """The error names what was asked for and lists what there is."""
    set_language(language)
    with pytest.raises(InputError) as caught:
        CostModel.recorded(name)
    assert repr(name) in str(caught.value)
    assert all(repr(known) in str(caught.value) for known in recorded_models())
    assert ("no recorded model" in str(caught.value)) == (language == "en")
