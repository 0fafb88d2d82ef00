"""The explorers: controls, a picture that follows them, and the static twin."""

from __future__ import annotations

import html
import multiprocessing
import re
import threading
from types import SimpleNamespace

import ipywidgets
import pytest
from ipywidgets.widgets.widget import _instances
from made import POOL
from matplotlib import pyplot as plt

from helpers.classroom import explore_amdahl, explore_pool, explorers
from helpers.classroom.explorers import draw_pool, drawn
from helpers.classroom.style import alternative_text
from helpers.language import text
from helpers.parallel import InputError, simulate

EXPLORERS = {"amdahl": explore_amdahl, "pool": lambda: explore_pool(0.05, 4e-5)}


@pytest.fixture
def show(monkeypatch):
    """A function that shows an explorer and returns what was displayed, and its parts.

    These are its controls by name, the words, the picture, the box to tick and the data.
    """
    bundles = []
    monkeypatch.setattr(explorers, "display", lambda bundle, raw: bundles.append(bundle))

    def shown(name: str):
        assert EXPLORERS[name]() is None
        view = bundles[-1]["application/vnd.jupyter.widget-view+json"]
        *controls, said, picture, with_data, data = _instances[view["model_id"]].children
        return SimpleNamespace(
            bundle=bundles[-1],
            controls={control.description: control for control in controls},
            said=lambda: html.unescape(re.sub(r"<[^>]+>", "", said.value)),
            picture=picture,
            with_data=with_data,
            data=data,
        )

    yield shown
    ipywidgets.Widget.close_all()


@pytest.mark.parametrize("name", EXPLORERS)
def test_widget_and_static_twin(show, language, name):
    """One output has the widget and, for where none runs, the picture with its text and table.

    Each control has a name, a tooltip that says it, and values; moved, it gives another picture.
    A box to tick shows the data as a table, until it is unticked.
    """
    shown = show(name)
    static = shown.bundle["text/html"]
    assert shown.picture.value in static
    assert f'alt="{html.escape(shown.said())}"' in shown.picture.value
    assert "<details>" in static
    assert shown.bundle["text/plain"] == shown.said()
    for description, control in shown.controls.items():
        assert description in control.tooltip
        values = dict(control.options)
        before = shown.picture.value, shown.said()
        control.value = next(value for value in reversed(values.values()) if value != control.value)
        assert shown.picture.value != before[0]
        assert shown.said() != before[1]
    label = text(es="Los datos en una tabla", en="The data as a table")
    assert shown.with_data.description == label
    for ticked in (False, True, False):
        shown.with_data.value = ticked
        assert ("<table" in shown.data.value) is ticked


def test_two_explorers_are_independent_and_leave_nothing_behind(show):
    """A cell that is run again gives its own explorer; no figure, thread or process stays."""
    threads = threading.active_count()
    one, other = show("amdahl"), show("amdahl")
    before = other.picture.value
    for value in (2, 4, 2):
        one.controls["workers"].value = value
    assert one.picture.value != before
    assert other.picture.value == before
    assert plt.get_fignums() == []
    assert threading.active_count() == threads
    assert multiprocessing.active_children() == []


def test_amdahl_tells_speedup_share_and_limit(show, language):
    """The sentence has the law's speedup for the chosen workers, its share and its limit."""
    shown = show("amdahl")
    fraction, n_workers = shown.controls.values()
    fraction.value, n_workers.value = 0.1, 8
    for told in ("4.71", "59", "10.0"):  # 8 workers: 4.70588, 59 % of 8, and 1 / 0.1
        assert re.search(rf"(?<![\d.]){re.escape(told)}(?![\d.]\d)", shown.said())


@pytest.mark.parametrize(
    "values",
    [POOL, {**POOL, "item_s": 1e-6}, {**POOL, "item_s": 1.0}, {**POOL, "chunksize": 1_000}],
)
def test_the_pool_tells_what_the_simulation_says(language, values):
    """The best simulated speedup is in the sentence, with the fewest workers that reach it."""
    costs_s = [values["item_s"]] * values["n_items"]
    speedups = {
        n: sum(costs_s)
        / simulate(costs_s, n, values["chunksize"], start_s=0.05, message_s=4e-5).elapsed_s
        for n in (2**k for k in range(11))
    }
    best = max(speedups.values())
    told = alternative_text(drawn(draw_pool, **values))
    numbers = [float(number.replace(",", "")) for number in re.findall(r"\d[\d,]*\.?\d*", told)]
    assert any(number == pytest.approx(best, rel=0.01) for number in numbers)
    if best > 1:
        assert next(n for n, speedup in speedups.items() if speedup > 0.98 * best) in numbers


@pytest.mark.parametrize(
    ("costs", "named"),
    [
        ((0, 0), "start_s=0 (y|and) message_s=0"),
        ((-1.0, 1e-4), "start_s"),
        (("1", 1e-4), "start_s"),
        ((0.05, float("nan")), "message_s"),
    ],
)
def test_costs_that_cannot_be(costs, named):
    """What is no time is refused by its name, and so is a pool that costs nothing."""
    with pytest.raises(InputError, match=named):
        explore_pool(*costs)
