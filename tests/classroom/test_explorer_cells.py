"""What a cell with an explorer shows, and what happens when its controls are moved."""

from __future__ import annotations

import re

import pytest
from matplotlib import pyplot as plt

from helpers.classroom import explore_break_even, explore_laws, explore_schedule, explorers
from helpers.language import set_language
from helpers.parallel import CostModel, InputError

MODEL = CostModel.recorded("linux_2_cpus_fork")
CALLS = {
    "schedule": lambda: explore_schedule(MODEL),
    "break_even": lambda: explore_break_even(MODEL),
    "laws": explore_laws,
}
ALT = re.compile(r'<img alt="([^"]+)"')


@pytest.fixture
def shown(monkeypatch):
    """The explorers that were made and the bundles that they displayed."""
    made, bundles = [], []
    make = explorers.Explorer.__init__

    def remember(self, controls):
        made.append(self)
        make(self, controls)

    monkeypatch.setattr(explorers.Explorer, "__init__", remember)
    monkeypatch.setattr(explorers, "display", lambda bundle, raw: bundles.append(bundle))
    return made, bundles


def _moved(control):
    """Move a slider or a list to another of its values, as a key would."""
    values = [value for _, value in control.options]
    control.value = values[(values.index(control.value) + 1) % len(values)]


@pytest.mark.parametrize("language", ["es", "en"])
@pytest.mark.parametrize("name", CALLS)
def test_a_cell_has_a_widget_and_a_static_picture(shown, language, name):
    """Beside the widget stands the picture with its alternative text; no figure stays open."""
    set_language(language)
    assert CALLS[name]() is None
    (bundle,) = shown[1]
    assert "application/vnd.jupyter.widget-view+json" in bundle
    assert all(len(text) > 20 for text in ALT.findall(bundle["text/html"]))
    assert ALT.findall(bundle["text/html"])
    assert bundle["text/plain"]
    assert not plt.get_fignums()


@pytest.mark.parametrize("name", CALLS)
def test_the_two_languages_differ(shown, name):
    """What is written on the controls and in the picture is in the learner's language."""
    for language in ("es", "en"):
        set_language(language)
        CALLS[name]()
    spanish, english = ({c.description for c in e._controls.values()} for e in shown[0])
    assert not spanish & english
    assert shown[1][0]["text/plain"] != shown[1][1]["text/plain"]


@pytest.mark.parametrize("name", CALLS)
def test_each_control_changes_the_picture(shown, name):
    """Moving any control draws another picture, with another text."""
    set_language("en")
    CALLS[name]()
    (explorer,) = shown[0]
    for control in explorer._controls.values():
        before = explorer._pictures.value
        _moved(control)
        assert explorer._pictures.value != before, control.description
        assert ALT.search(explorer._pictures.value)


def test_the_button_runs_the_same_for_real(shown):
    """The schedule is run with the same numbers, and both timelines are shown."""
    set_language("en")
    explore_schedule(MODEL)
    (explorer,) = shown[0]
    drawn = explorer._pictures.value
    explorer._button.click()
    assert explorer._pictures.value != drawn
    assert "Measured" in explorer._said.value
    assert not explorer._button.disabled


def test_an_error_is_said_in_words(shown, monkeypatch):
    """What goes wrong in a run is told below the controls: nobody could catch it."""
    set_language("en")
    explore_schedule(MODEL)
    (explorer,) = shown[0]

    def fail(values):
        raise InputError("the reason")

    monkeypatch.setattr(explorer, "measure", fail)
    explorer._button.click()
    assert "the reason" in explorer._said.value


@pytest.mark.parametrize("call", [explore_schedule, explore_break_even])
@pytest.mark.parametrize("language", ["es", "en"])
def test_what_is_no_model_is_refused(language, call):
    """A model that is none gets an error that says how to have one."""
    set_language(language)
    with pytest.raises(InputError, match="calibrate"):
        call("fast")
