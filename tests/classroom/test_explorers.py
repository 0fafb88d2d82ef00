"""The explorers: controls, a picture that follows them, real runs, and the static twin."""

from __future__ import annotations

import html
import multiprocessing
import re
import threading
from dataclasses import replace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from made import badly_placed
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg

from helpers.classroom import (
    explore_amdahl,
    explore_break_even,
    explorers,
    sized_work,
)
from helpers.classroom.explore_amdahl import _Amdahl
from helpers.classroom.explore_break_even import _BreakEven, predicted_s
from helpers.classroom.style import alternative_text, duration, significant, times_as_fast
from helpers.language import message
from helpers.parallel import (
    CostModel,
    InputError,
    TimeLimitError,
    amdahl,
    simulate,
    simulate_even,
)
from helpers.parallel.plans import chunksize_for
from helpers.tasks import sum_of_squares

MODEL = replace(CostModel.recorded("linux_2_cpus_fork"), start_method=None)
SHOW = {
    "break_even": lambda: explore_break_even(MODEL),
    "amdahl": explore_amdahl,
}
CONTROLS = {
    "break_even": ("item_cost", "n_items", "n_workers", "chunksize"),
    "amdahl": ("fraction", "n_workers"),
}
NAMES = {
    "es": {"fraction": "fracción secuencial", "n_workers": "procesos"},
    "en": {"fraction": "serial fraction", "n_workers": "workers"},
}


class Shown:
    """An explorer as a learner sees it: found by what was displayed, moved by its controls."""

    def __init__(self, name: str, bundle: dict) -> None:
        self.bundle = bundle
        view = bundle["application/vnd.jupyter.widget-view+json"]
        children = _instances[view["model_id"]].children
        *controls, self._said, self._pictures, self.with_data, self._data = children
        self.button = self._reason = None
        if isinstance(controls[-1], ipywidgets.HBox):
            self.button, self._reason = controls.pop().children
        self.controls = dict(zip(CONTROLS[name], controls, strict=True))

    @property
    def said(self) -> str:
        """What it says."""
        return _text(self._said.value)

    @property
    def reason(self) -> str:
        """Why it runs nothing for real."""
        return _text(self._reason.value)

    @property
    def pictures(self) -> list[str]:
        """Return the pictures."""
        return re.findall(r'src="([^"]+)"', self._pictures.value)

    @property
    def data(self) -> str:
        """The tables under the pictures."""
        return self._data.value

    @property
    def alts(self) -> list[str]:
        """Return their alternative texts."""
        return [html.unescape(alt) for alt in re.findall(r'alt="([^"]*)"', self._pictures.value)]

    def move(self, **values) -> None:
        """Set controls, as a hand would."""
        for name, value in values.items():
            self.controls[name].value = value


@pytest.fixture
def show(monkeypatch):
    """A function that shows an explorer and returns it."""
    bundles = []

    def display(bundle, raw):
        assert raw
        bundles.append(bundle)

    def shown(name: str) -> Shown:
        assert SHOW[name]() is None
        return Shown(name, bundles[-1])

    monkeypatch.setattr(explorers, "display", display)
    yield shown
    ipywidgets.Widget.close_all()


@pytest.fixture
def only_simulated(monkeypatch):
    """Let nothing be run for real."""

    def run(*_, **__):
        raise AssertionError("something was run for real")

    monkeypatch.setattr(sized_work, "run", run)


def _text(markup: str) -> str:
    return html.unescape(re.sub(r"<[^>]+>", "", markup))


@pytest.mark.parametrize("name", SHOW)
def test_widget_and_static_twin(show, only_simulated, language, name):
    """One output has the widget and, for where none runs, the picture with its alternative text."""
    shown = show(name)
    (picture,), (alt,) = shown.pictures, shown.alts
    assert alt
    assert shown.said
    assert f'src="{picture}"' in shown.bundle["text/html"]
    assert html.escape(alt) in shown.bundle["text/html"]
    assert shown.bundle["text/plain"].splitlines() == [shown.said, alt]


@pytest.mark.parametrize("name", SHOW)
def test_controls_speak_the_learners_language(show, language, name):
    """Each control has its name, a tooltip that says it, and a value that follows the hand."""
    shown = show(name)
    for key, control in shown.controls.items():
        if name == "amdahl":
            assert control.description == NAMES[language][key]
        else:
            assert control.description == message(f"explore.{key}")
        assert control.description in control.tooltip
        assert control.style.description_width == explorers._NAMES
        assert getattr(control, "continuous_update", True)
        labels = [label for label, _ in control.options]
        assert len(labels) == len(set(labels)) >= 5
        if key in ("item_cost", "mean_cost"):
            assert all(label.endswith((" µs", " ms", " s")) for label in labels)
    if shown.button:
        assert shown.button.description == message("explore.run")
        assert shown.button.tooltip == message("explore.run_tooltip")


@pytest.mark.parametrize("name", SHOW)
def test_a_change_redraws(show, only_simulated, name):
    """Each control that moves gives another picture and other words, by simulation alone."""
    shown = show(name)
    for control in CONTROLS[name]:
        moved, before = shown.controls[control], (shown.pictures, shown.said, shown.alts)
        moved.value = next(value for _, value in moved.options[::-1] if value != moved.value)
        after = shown.pictures, shown.said, shown.alts
        assert [old != new for old, new in zip(before, after, strict=True)] == [True] * 3, control
        assert message("explore.failed", error="") not in shown.said


@pytest.mark.parametrize("name", SHOW)
def test_the_data_is_one_click_away(show, only_simulated, language, name):
    """A box to tick shows the data as a table, which follows the controls until it is unticked."""
    shown = show(name)
    assert shown.with_data.description == message("table.summary")
    assert shown.data == ""
    shown.with_data.value = True
    before = shown.data
    assert "<caption" in before
    shown.move(n_workers=8)
    assert "<caption" in shown.data != before
    shown.with_data.value = False
    assert shown.data == ""
    assert message("table.summary") in shown.bundle["text/html"]


def test_data_that_nobody_asks_for_is_not_made(show, monkeypatch):
    """A control that moves makes no table while the box is not ticked: that would take time."""
    shown = show("break_even")
    monkeypatch.setattr(explorers, "tables_of", lambda figure: pytest.fail("a table was made"))
    shown.move(n_items=50)
    assert message("explore.failed", error="") not in shown.said


def test_the_data_of_a_job_is_that_of_its_chunksize(show, only_simulated):
    """The table under the map says of the job what the map and the words say of it."""
    shown = show("break_even")
    shown.with_data.value = True
    shown.move(item_cost=1e-4, n_items=1000, chunksize=1)
    speedup = 0.1 / predicted_s(1e-4, 1000, 2, 1, MODEL)
    row = re.findall(r"<td>([^<]+)</td>", shown.data)[-3:]
    assert row == ["1,000", "100 µs", significant(speedup, 2)]


def test_two_explorers_are_independent(show):
    """A cell that is run again gives an explorer of its own."""
    one, other = show("amdahl"), show("amdahl")
    before = other.pictures
    one.move(n_workers=2)
    assert other.pictures == before
    assert one.pictures != before
    assert other.controls["n_workers"].value == 64


@pytest.mark.parametrize("name", SHOW)
def test_nothing_is_left_behind(show, name):
    """No figure stays open, and no thread nor process, after some changes and a real run."""
    threads = threading.active_count()
    shown = show(name)
    for value in (2, 4, 2):
        shown.move(n_workers=value)
    if shown.button:
        shown.move(n_items=10 if name == "break_even" else 8)
        shown.button.click()
        assert message("explore.failed", error="") not in shown.said
    assert plt.get_fignums() == []
    assert threading.active_count() == threads
    assert multiprocessing.active_children() == []


@pytest.mark.parametrize(
    ("language", "chunksize"), [("es", 0), ("en", 1), ("es", 1_000)], indirect=["language"]
)
def test_break_even_tells_what_simulate_does(show, language, chunksize):
    """Sentence, chart and alternative text have the speed that simulate gives for the chunksize."""
    shown = show("break_even")
    shown.move(item_cost=2e-4, n_items=500, n_workers=4, chunksize=chunksize)
    size = chunksize or chunksize_for(500, 4)
    run = simulate([2e-4] * 500, 4, size, MODEL)
    speed = times_as_fast(500 * 2e-4 / run.elapsed_s)
    assert shown.said == message(
        "explore.break_even_said",
        n="500",
        cost="200 µs",
        loop="100 ms",
        n_chunks=len(run.spans),
        time=duration(run.elapsed_s),
        speed=speed,
    )
    name = message("explore.here")
    job = message("map.job", name=name, n="500", cost="200 µs", speed=speed)
    assert shown.alts[0].endswith(f"; {job}.")
    assert shown.alts[0].count(name) == 1
    values = {"item_s": 2e-4, "n_items": 500, "n_workers": 4, "chunksize": chunksize}
    (figure,) = _BreakEven(MODEL).draw(values).figures
    assert f"{name}\n{speed}" in [text.get_text() for text in figure.axes[0].texts]


@pytest.mark.parametrize(("n_items", "chunksize"), [(20_000, 1), (60_001, 2), (100_000, 1)])
@pytest.mark.parametrize("item_s", [1e-6, 1e-4, 1e-2])
def test_many_chunks_are_counted_on(n_items, chunksize, item_s):
    """Beyond ten thousand chunks the prediction is still what the whole simulation gives."""
    whole = simulate_even(item_s, n_items, 4, chunksize, MODEL).elapsed_s
    assert predicted_s(item_s, n_items, 4, chunksize, MODEL) == pytest.approx(whole, rel=0.01)


def test_amdahl_tells_speedup_and_efficiency(show, language):
    """Sentence and chart have the law's speedup for the chosen workers, its share and its limit."""
    shown = show("amdahl")
    shown.move(fraction=0.1, n_workers=8)
    assert amdahl(0.1, 8) == pytest.approx(4.70588)
    for told in ("4.71", "59", "10.0"):
        assert re.search(rf"(?<![\d.]){re.escape(told)}(?![\d.]\d)", shown.said)
    assert shown.alts == [shown.said]


EXTREMES = [
    (_Amdahl, {"fraction": 0.0, "n_workers": 2}),
    (_Amdahl, {"fraction": 0.001, "n_workers": 1024}),
    (_Amdahl, {"fraction": 1.0, "n_workers": 64}),
    (_BreakEven, {"item_s": 1e-6, "n_items": 1, "n_workers": 64, "chunksize": 0}),
    (_BreakEven, {"item_s": 1.0, "n_items": 10**6, "n_workers": 2, "chunksize": 1}),
    (_BreakEven, {"item_s": 1e-4, "n_items": 1000, "n_workers": 1, "chunksize": 20}),
]
_TOLD = (1, 4)  # the one of each kind with the most to place; the others rarely tell more


@pytest.mark.parametrize(
    ("kind", "values"),
    [
        pytest.param(*each, marks=() if place in _TOLD else pytest.mark.slow)
        for place, each in enumerate(EXTREMES)
    ],
)
def test_texts_stay_inside_and_apart(language, kind, values):
    """In the settings with the longest texts none leaves the picture or covers another."""
    explorer = kind() if kind is _Amdahl else kind(MODEL)
    (figure,) = explorer.draw(values).figures
    FigureCanvasAgg(figure)
    assert badly_placed(figure.axes[0]) == []
    assert alternative_text(figure)
    ipywidgets.Widget.close_all()


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_real_run_gives_the_sequential_results(method):
    """The same items are run as simulated, by the model's way, and their results are right."""
    costs_s = [1e-4 * place for place in range(1, 7)]
    predicted = simulate(costs_s, 2, 3, MODEL)
    run = sized_work.run_like(predicted, costs_s, replace(MODEL, start_method=method))
    assert run.results == [sum_of_squares(n) for n in sized_work.sized(costs_s)]
    assert (run.how, run.n_workers, run.chunksize) == ("pool", 2, 3)
    assert run.start_method == method


def test_the_button_shows_the_story_of_both(show, language):
    """A real job is put beside the simulated one, under the map, and said in words."""
    shown = show("break_even")
    shown.move(item_cost=1e-4, n_items=20)
    map_before = shown.alts[0]
    shown.button.click()
    assert shown.alts[0] == map_before
    assert len(shown.pictures) == 2
    for key in ("simulated", "measured"):
        assert message(f"explore.{key}").capitalize() in shown.alts[1]
    assert duration(simulate([1e-4] * 20, 2, 3, MODEL).elapsed_s) in shown.said
    shown.move(n_items=50)
    assert len(shown.pictures) == 1


@pytest.mark.parametrize(
    ("name", "error", "told"),
    [
        ("break_even", TimeLimitError("after 20 s"), "after 20 s"),
        ("break_even", InputError("<b>no</b>"), "<b>no</b>"),
        ("break_even", OSError("no memory"), "OSError: no memory"),
        ("break_even", KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_an_error_is_said_in_words(show, monkeypatch, capsys, name, error, told):
    """A real run that fails says why, raises and prints nothing, and the picture stays."""
    shown = show(name)
    before = shown.pictures

    def run(*_, **__):
        raise error

    monkeypatch.setattr(sized_work, "run", run)
    shown.button.click()
    assert shown.said == message("explore.failed", error=told)
    assert shown.pictures == before
    assert not shown.button.disabled
    assert capsys.readouterr() == ("", "")
    shown.move(n_workers=3)
    assert shown.pictures != before


def test_what_takes_too_long_is_not_run(show, only_simulated):
    """Beyond five predicted seconds the button is off and says why; a smaller job turns it on."""
    shown = show("break_even")
    shown.move(item_cost=1.0, n_items=1_000)
    assert shown.button.disabled
    seconds = message("explore.too_long", time="XX", limit="5.00 s")
    assert re.fullmatch(re.escape(seconds).replace("XX", r"[\d.,]+ s"), shown.reason)
    shown.move(n_items=1)
    assert not shown.button.disabled
    assert shown.reason == ""


def test_too_many_workers_are_not_started(show, monkeypatch):
    """More than 16 workers are only simulated, unless there are as many CPUs."""
    monkeypatch.setattr(sized_work, "usable_cpus", lambda: 2)
    shown = show("break_even")
    shown.move(n_workers=24)
    assert shown.button.disabled
    assert shown.reason == message("explore.too_many", most=16)
    monkeypatch.setattr(sized_work, "usable_cpus", lambda: 32)
    shown.move(n_workers=32)
    assert not shown.button.disabled


def test_shared_cpus_are_told(show, monkeypatch):
    """Where workers have to share CPUs, the comparison says that the simulation does not."""
    monkeypatch.setattr(sized_work, "usable_cpus", lambda: 1)
    shown = show("break_even")
    shown.move(n_items=20, item_cost=1e-4)
    shown.button.click()
    assert shown.said.endswith(message("explore.shared", n=2, cpus=1))
    assert sized_work.shared_cpus(1, MODEL) == ""
    assert sized_work.shared_cpus(2, replace(MODEL, cpus=1)) == ""


def test_items_are_sized_by_what_was_measured(monkeypatch):
    """An item gets as many numbers to add as take its time, by the measured times."""
    times_s = tuple(1e-6 + 1e-7 * size for size in sized_work._SIZES)
    monkeypatch.setattr(sized_work, "_times_s", lambda: times_s)
    for size in (0, 1, 9, 55, 3_000, 77_777, 400_000):
        assert sized_work.sized([1e-6 + 1e-7 * size]) == [size]
    assert sized_work.sized([1e-9]) == [0]
    assert sized_work.sized([1.0])[0] == pytest.approx(1e7, rel=0.01)


def test_measured_times_give_rising_sizes():
    """On this machine a dearer item has more to add, and the cheapest are not negative."""
    sizes = sized_work.sized([1e-7, 1e-5, 1e-3, 1e-1])
    assert sizes == sorted(sizes)
    assert sizes[0] >= 0
    assert sizes[-1] > 1_000 * max(1, sizes[0])


def test_what_is_no_model(language):
    """What is no cost model is refused at once, in words that tell where one comes from."""
    with pytest.raises(InputError) as caught:
        explore_break_even("model")
    assert str(caught.value) == message("costs.not_a_model", received="'model'")


@pytest.mark.parametrize("cpus", [1, 2, 5, 128])
def test_the_model_chooses_the_first_number_of_workers(show, monkeypatch, cpus):
    """At first there is a worker for each CPU of the model, and two at least."""
    assert _BreakEven(replace(MODEL, cpus=cpus)).values()["n_workers"] == max(2, cpus)
