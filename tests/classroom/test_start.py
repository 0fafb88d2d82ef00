"""start(): the machine card."""

from __future__ import annotations

import importlib
import re
import tempfile
from pathlib import Path

import matplotlib
import pytest

from helpers.classroom import start
from helpers.classroom.cards import Card
from helpers.classroom.style import STYLE
from helpers.language import LANGUAGES, current_language, message, messages
from helpers.parallel.machine import Machine

start_module = importlib.import_module("helpers.classroom.start")


def on(monkeypatch, usable: int, system: str = "Linux") -> None:
    """Be on a machine with so many usable CPUs."""
    here = Machine(usable, 12, "forkserver", ("fork", "spawn"), "3.14.1", system)
    monkeypatch.setattr(start_module, "machine", lambda: here)


@pytest.mark.parametrize("language", LANGUAGES)
def test_machine_card_as_text_and_html(monkeypatch, language):
    """The card says every fact with its name in the language asked for, as text and as HTML."""
    on(monkeypatch, 4)
    card = start(language)
    assert isinstance(card, Card)
    assert current_language() == language
    facts = {
        "usable_cpus": "4",
        "logical_cpus": "12",
        "start_method": "forkserver",
        "python": "3.14.1",
        "system": "Linux",
    }
    for shown in (repr(card), card._repr_html_()):
        assert messages()["card"]["title"][language] in shown
        for name, value in facts.items():
            assert re.search(rf"{messages()['card'][name][language]}\W.*{value}", shown)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("usable", "noted"), [(1, True), (2, False), (64, False)])
def test_note_for_a_single_cpu(monkeypatch, language, usable, noted):
    """With one usable CPU, and only then, the card says that processes will take turns."""
    on(monkeypatch, usable)
    card = start(language)
    note = messages()["card"]["one_cpu"][language]
    assert (note in repr(card)) is (note in card._repr_html_()) is noted


def test_macos_has_its_own_name(monkeypatch):
    """The card calls Apple's system by the name that people know."""
    on(monkeypatch, 4, "Darwin")
    assert dict(start("en").rows)[message("card.system")] == "macOS"


@pytest.mark.parametrize("received", ["fr", "ES", "", None, 1])
def test_unknown_language(language, received):
    """A language that the course does not have gets an error, and the present one stays."""
    with pytest.raises(ValueError, match=r'"es".*"en"') as caught:
        start(received)
    assert str(caught.value) == message("language.unknown", received=repr(received))
    assert current_language() == language


def test_start_gives_the_charts_their_style():
    """After start every chart of the learner's own has the course's style, too."""
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("Agg")
        start("en")
        assert {key: matplotlib.rcParams[key] for key in STYLE} == STYLE


def test_a_folder_that_takes_no_files_is_told(monkeypatch, tmp_path, language):
    """Where a lesson could not save the learner's file, the card says so, and where to go."""
    monkeypatch.chdir(tmp_path)
    assert not any(str(tmp_path) in line for line in start(language).lines)

    def refuse(**_):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(tempfile, "TemporaryFile", refuse)
    (line,) = [line for line in start(language).lines if str(tmp_path) in line]
    assert "Read-only file system" in line
    assert str(Path.home()) in line
