"""start() and report(): the machine card, and sentences with measured figures."""

from __future__ import annotations

import ast
import importlib
import re
import tempfile
from pathlib import Path

import matplotlib
import pytest
from lesson_cells import calls, code_of, lesson_sources

from helpers.classroom import report, start
from helpers.classroom.cards import Card
from helpers.classroom.style import STYLE
from helpers.language import LANGUAGES, current_language, message, messages, set_language
from helpers.parallel import Machine

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


def reported() -> dict[str, set[str]]:
    """Return the report messages by key, with their placeholders."""
    return {
        f"{lesson}.{name}": set(re.findall(r"{(\w+)}", texts["en"]))
        for lesson, those in messages()["report"].items()
        for name, texts in those.items()
    }


def keys_of(first: ast.expr) -> set[str]:
    """Return what the first argument of report may be: a key, one of two, or all of a beginning."""
    if isinstance(first, ast.IfExp):
        return keys_of(first.body) | keys_of(first.orelse)
    if isinstance(first, ast.JoinedStr):
        beginning = first.values[0].value
        return {key for key in reported() if key.startswith(beginning)}
    return {first.value}


def test_every_report_message_is_used_by_its_lesson():
    """Each sentence is printed by the lesson that its key names, with all its values, and no other.

    Where a call gives its values as a dictionary, that they are all there shows when it is run.
    """
    called = set()
    for number in lesson_sources():
        for call in calls(code_of(number), "report"):
            given = {keyword.arg for keyword in call.keywords}
            for key in keys_of(call.args[0]):
                called.add((number, key))
                assert None in given or reported()[key] <= given
    assert called == {(key.split(".")[0], key) for key in reported()}


def test_reports_show_the_same_figures_in_each_language(capsys):
    """Every sentence has each of its values, reads without braces, and tells the same figures."""
    for key, names in reported().items():
        values = {name: 0.5 * place for place, name in enumerate(sorted(names), 3)}
        figures = []
        for language in LANGUAGES:
            set_language(language)
            report(key, **values)
            printed = capsys.readouterr().out
            assert "{" not in printed
            figures.append(sorted(re.findall(r"\d[\d,.]*(?: [mnµ]?s\b)?", printed)))
        assert figures[0] == figures[1]
        assert len(figures[0]) >= len(names)


def test_report_writes_numbers_for_people(language, capsys):
    """A time gets its unit, a whole number its separators, another two significant digits."""
    report("10.own", n=12345, words=0.1236, loop_s=0.03124)
    printed = capsys.readouterr().out
    said = message("report.10.own", n="12,345", words="0.12", loop_s="31.2 ms")
    assert printed == f"{said}\n"


def test_report_without_a_value_or_a_message():
    """A key that does not exist, or a value left out, is an error that names it."""
    with pytest.raises(KeyError, match="nothing"):
        report("2.nothing")
    with pytest.raises(KeyError, match="n"):
        report("10.own")


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
