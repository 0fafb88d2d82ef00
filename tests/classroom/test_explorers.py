"""The explorer: controls, a picture that follows them, and the static twin."""

from __future__ import annotations

import html
import multiprocessing
import re
import threading

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from made import badly_placed
from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg

from helpers.classroom import explore_amdahl, explore_pool, explorers
from helpers.classroom.explore_amdahl import _Amdahl
from helpers.classroom.explore_pool import _Pool
from helpers.classroom.style import alternative_text
from helpers.language import message, text
from helpers.parallel import InputError, simulate
from helpers.parallel.model.simulation import amdahl

NAMES = {
    "es": {"fraction": "fracción secuencial", "n_workers": "procesos"},
    "en": {"fraction": "serial fraction", "n_workers": "workers"},
}


class Shown:
    """An explorer as a learner sees it: found by what was displayed, moved by its controls."""

    def __init__(self, bundle: dict) -> None:
        self.bundle = bundle
        view = bundle["application/vnd.jupyter.widget-view+json"]
        children = _instances[view["model_id"]].children
        fraction, n_workers, self._said, self._pictures, self.with_data, self._data = children
        self.controls = {"fraction": fraction, "n_workers": n_workers}

    @property
    def said(self) -> str:
        """What it says."""
        return html.unescape(re.sub(r"<[^>]+>", "", self._said.value))

    @property
    def pictures(self) -> list[str]:
        """Return the pictures."""
        return re.findall(r'src="([^"]+)"', self._pictures.value)

    @property
    def alts(self) -> list[str]:
        """Return their alternative texts."""
        return [html.unescape(alt) for alt in re.findall(r'alt="([^"]*)"', self._pictures.value)]

    @property
    def data(self) -> str:
        """Return the tables."""
        return self._data.value

    def move(self, **values: float) -> None:
        """Move controls."""
        for name, value in values.items():
            self.controls[name].value = value


@pytest.fixture
def show(monkeypatch):
    """A function that shows an explorer and returns it."""
    bundles = []

    def display(bundle, raw):
        assert raw
        bundles.append(bundle)

    def shown() -> Shown:
        assert explore_amdahl() is None
        return Shown(bundles[-1])

    monkeypatch.setattr(explorers, "display", display)
    yield shown
    ipywidgets.Widget.close_all()


def test_widget_and_static_twin(show, language):
    """One output has the widget and, for where none runs, the picture with its alternative text."""
    shown = show()
    (picture,), (alt,) = shown.pictures, shown.alts
    assert f'src="{picture}"' in shown.bundle["text/html"]
    assert html.escape(alt) in shown.bundle["text/html"]
    assert shown.bundle["text/plain"].splitlines() == [shown.said, alt]


def test_controls_speak_the_learners_language(show, language):
    """Each control has its name, a tooltip that says it, and a value that follows the hand."""
    for key, control in show().controls.items():
        assert control.description == NAMES[language][key]
        assert control.description in control.tooltip
        assert getattr(control, "continuous_update", True)
        labels = [label for label, _ in control.options]
        assert len(labels) == len(set(labels)) >= 5


@pytest.mark.parametrize("control", NAMES["en"])
def test_a_change_redraws(show, control):
    """Each control that moves gives another picture and other words."""
    shown = show()
    moved, before = shown.controls[control], (shown.pictures, shown.said, shown.alts)
    moved.value = next(value for _, value in moved.options[::-1] if value != moved.value)
    after = shown.pictures, shown.said, shown.alts
    assert [old != new for old, new in zip(before, after, strict=True)] == [True] * 3


def test_the_data_is_one_click_away(show, monkeypatch, language):
    """A box to tick shows the data as a table, which follows the controls until it is unticked."""
    shown = show()
    assert shown.with_data.description == message("table.summary")
    assert message("table.summary") in shown.bundle["text/html"]
    assert shown.data == ""
    shown.with_data.value = True
    before = shown.data
    assert "<caption" in before
    shown.move(fraction=0.5)
    assert "<caption" in shown.data != before
    shown.with_data.value = False
    assert shown.data == ""
    monkeypatch.setattr(explorers, "tables_of", lambda figure: pytest.fail("a table was made"))
    shown.move(n_workers=8)
    assert text(es="No se pudo.", en="That failed.") not in shown.said


def test_two_explorers_are_independent(show):
    """A cell that is run again gives an explorer of its own."""
    one, other = show(), show()
    before = other.pictures
    one.move(n_workers=2)
    assert other.pictures == before
    assert one.pictures != before
    assert other.controls["n_workers"].value == 64


def test_nothing_is_left_behind(show):
    """No figure stays open, and no thread nor process, after some changes."""
    threads = threading.active_count()
    shown = show()
    for value in (2, 4, 2):
        shown.move(n_workers=value)
    assert plt.get_fignums() == []
    assert threading.active_count() == threads
    assert multiprocessing.active_children() == []


def test_amdahl_tells_speedup_and_efficiency(show, language):
    """Sentence and chart have the law's speedup for the chosen workers, its share and its limit."""
    shown = show()
    shown.move(fraction=0.1, n_workers=8)
    assert amdahl(0.1, 8) == pytest.approx(4.70588)
    for told in ("4.71", "59", "10.0"):
        assert re.search(rf"(?<![\d.]){re.escape(told)}(?![\d.]\d)", shown.said)
    assert shown.alts == [shown.said]


@pytest.mark.parametrize(("fraction", "n_workers"), [(0.0, 2), (0.001, 1024), (1.0, 64)])
def test_texts_stay_inside_and_apart(language, fraction, n_workers):
    """In the settings with the longest texts none leaves the picture or covers another."""
    (figure,) = _Amdahl().draw({"fraction": fraction, "n_workers": n_workers}).figures
    FigureCanvasAgg(figure)
    assert badly_placed(figure.axes[0]) == []
    assert alternative_text(figure)
    ipywidgets.Widget.close_all()


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (InputError("<b>no</b>"), "<b>no</b>"),
        (OSError("no memory"), "OSError: no memory"),
        (KeyboardInterrupt(), "KeyboardInterrupt"),
    ],
)
def test_an_error_is_said_in_words(show, monkeypatch, capsys, error, told):
    """A drawing that fails says why, raises and prints nothing, and the picture stays."""
    shown = show()
    before = shown.pictures

    def fail(*_):
        raise error

    with monkeypatch.context() as failing:
        failing.setattr(_Amdahl, "draw", fail)
        shown.move(n_workers=4)
    assert shown.said == text(es=f"No se pudo. {told}", en=f"That failed. {told}")
    assert shown.pictures == before
    assert capsys.readouterr() == ("", "")
    shown.move(n_workers=8)
    assert shown.pictures != before


POOL = {"item_s": 1e-2, "n_items": 10_000, "chunksize": 1}


@pytest.mark.parametrize(
    "values",
    [POOL, {**POOL, "item_s": 1e-6}, {**POOL, "item_s": 1.0}, {**POOL, "chunksize": 1_000}],
)
def test_the_pool_tells_what_the_simulation_says(language, values):
    """The best simulated speedup is in the sentence; the texts of the chart stay apart."""
    view = _Pool(0.05, 4e-5).draw(values)
    costs_s = [values["item_s"]] * values["n_items"]
    times_s = [
        simulate(costs_s, 2**k, values["chunksize"], start_s=0.05, message_s=4e-5).elapsed_s
        for k in range(11)
    ]
    best = float(f"{sum(costs_s) / min(times_s):.2g}")
    told = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\.?\d*", view.said)]
    assert any(abs(number - best) <= 0.02 * best for number in told)
    (figure,) = view.figures
    FigureCanvasAgg(figure)
    assert badly_placed(figure.axes[0]) == []
    assert alternative_text(figure) == view.said
    ipywidgets.Widget.close_all()


@pytest.mark.parametrize("costs", [(0, 0), (-1.0, 1e-4), ("1", 1e-4), (0.05, float("nan"))])
def test_costs_that_cannot_be(language, costs):
    """What is no time is refused, and so is a pool that costs nothing."""
    with pytest.raises(InputError):
        explore_pool(*costs)
