"""start() and report(): the machine card, and sentences with measured figures."""

from __future__ import annotations

import ast
import importlib
import os
import re

import matplotlib
import pytest
from executed import cells_of, lesson_sources

from helpers.classroom import report, start
from helpers.classroom.cards import Card
from helpers.classroom.style import STYLE
from helpers.language import LANGUAGES, current_language, message, messages, set_language
from helpers.parallel import Machine

start_module = importlib.import_module("helpers.classroom.start")

pytestmark = [
    pytest.mark.filterwarnings("ignore:.*multi-threaded.*fork:DeprecationWarning"),
    pytest.mark.timeout(300),  # the first test that asks for a lesson executes all of it
]


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


def reported() -> dict[str, set[str]]:
    """Return the report messages by key, with their placeholders."""
    return {
        f"{lesson}.{name}": set(re.findall(r"{(\w+)}", texts["en"]))
        for lesson, those in messages()["report"].items()
        for name, texts in those.items()
    }


def reports_in(source: str) -> set[str]:
    """Return the keys that a cell's calls of report may have, whatever is measured."""
    if "report(" not in source:
        return set()
    calls = [node for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Call)]
    firsts = [call.args[0] for call in calls if getattr(call.func, "id", "") == "report"]
    return {key for first in firsts for key in keys_of(first)}


def keys_of(first: ast.expr) -> set[str]:
    """Return what the first argument of report may be: a key, one of two, or all of a beginning."""
    if isinstance(first, ast.IfExp):
        return keys_of(first.body) | keys_of(first.orelse)
    if isinstance(first, ast.JoinedStr):
        beginning = first.values[0].value
        return {key for key in reported() if key.startswith(beginning)}
    return {first.value}


def test_every_report_message_is_used_by_its_lesson():
    """Each sentence is printed by the source of the lesson that its key names, and no other."""
    called = {
        (number, key)
        for number, source in lesson_sources().items()
        for cell in cells_of(source)
        for key in reports_in(cell.source)
    }
    assert called == {(key.split(".")[0], key) for key in reported()}


@pytest.mark.parametrize("number", ["9"])
def test_a_lesson_keeps_its_environment_to_itself(lessons, number):
    """What an executed lesson sets stays set for its next cells, and reaches no other test."""
    name = "DASK_LOGGING__DISTRIBUTED"
    there, _ = lessons(number).run(f"os.environ[{name!r}]")
    assert there == "critical"
    assert name not in os.environ


@pytest.mark.parametrize("number", lesson_sources())
def test_lesson_reports_the_values_that_its_messages_ask_for(lessons, capsys, number):
    """Every report of an executed lesson has its values, and reads without braces in each language.

    In both languages it shows the same figures.
    """
    made = lessons(number).reports
    assert made or not {key for key in reported() if key.split(".")[0] == number}
    for key, values, printed in made:
        assert set(values) >= reported()[key]
        assert "{" not in printed
        figures = []
        for language in LANGUAGES:
            set_language(language)
            report(key, **values)
            figures.append(sorted(re.findall(r"\d[\d,.]*(?: [mnµ]?s\b)?", capsys.readouterr().out)))
        assert figures[0] == figures[1]
        assert len(figures[0]) >= sum(isinstance(values[name], float) for name in reported()[key])


def test_report_writes_numbers_for_people(language, capsys):
    """A time gets its unit, a whole number its separators, another three significant digits."""
    report("2.hundred", loop_s=9.81e-6, pool_s=0.03124, times=3184.6)
    printed = capsys.readouterr().out
    assert (
        printed
        == message("report.2.hundred", loop_s="9.81 µs", pool_s="31.2 ms", times="3,200") + "\n"
    )
    report("3.found", folders=12345, files="46", left=0)
    assert "12,345" in capsys.readouterr().out


def test_report_without_a_value_or_a_message():
    """A key that does not exist, or a value left out, is an error that names it."""
    with pytest.raises(KeyError, match="nothing"):
        report("2.nothing")
    with pytest.raises(KeyError, match="loop_s"):
        report("1.loop")
