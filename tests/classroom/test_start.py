"""start(): the machine card; and cards, what the helpers say as text and as HTML."""

from __future__ import annotations

import importlib
import os
import re
from html.parser import HTMLParser
from pathlib import Path
from unittest.mock import Mock

import matplotlib
import pytest

from helpers.classroom import check, start
from helpers.classroom.cards import Card
from helpers.classroom.style import STYLE
from helpers.language import current_language, text
from helpers.parallel.machine import Machine
from seeing import contrast


@pytest.mark.parametrize(
    ("usable", "system", "called"), [(1, "Linux", "Linux"), (4, "Darwin", "macOS")]
)
def test_machine_card(monkeypatch, language, usable, system, called):
    """It says every fact by its name, as text and as HTML; with one CPU, that processes take turns.

    Apple's system has the name that people know. After start, charts have the course's style.
    """
    here = Machine(usable, 12, "forkserver", ("fork", "spawn"), "3.14.1", system)
    monkeypatch.setattr(importlib.import_module("helpers.classroom.start"), "machine", lambda: here)
    with matplotlib.rc_context():
        matplotlib.rcdefaults()
        matplotlib.use("Agg")
        card = start(language)
        assert current_language() == language
        assert {key: matplotlib.rcParams[key] for key in STYLE} == STYLE
    facts = {
        text(es="CPU que puedes usar", en="CPUs you can use"): str(usable),
        text(es="CPU que cuenta el sistema", en="CPUs that the system counts"): "12",
        text(es="Método de inicio de procesos", en="Process start method"): "forkserver",
        "Python": "3.14.1",
        text(es="Sistema operativo", en="Operating system"): called,
    }
    assert dict(card.rows) == facts
    for shown in (repr(card), card._repr_html_()):
        assert text(es="Esta computadora", en="This computer") in shown
        assert all(re.search(rf"{name}\W.*{value}", shown) for name, value in facts.items())
        note = text(es="Solo puedes usar un CPU", en="You can use only one CPU")
        assert (note in shown) is (usable == 1)


def test_a_folder_that_takes_no_files(monkeypatch, tmp_path, language):
    """Where a lesson could not save the learner's file, the card says so, and where to go.

    A user without a home, as in a container, can begin a lesson, too.
    """
    monkeypatch.chdir(tmp_path)
    with monkeypatch.context() as patch:
        patch.setattr(os.path, "expanduser", lambda path: path)
        assert str(tmp_path) not in repr(start(language))
    assert list(tmp_path.iterdir()) == []
    refuse = Mock(side_effect=OSError(30, "Read-only file system"))
    monkeypatch.setattr(Path, "touch", refuse)
    (line,) = [line for line in start(language).lines if str(tmp_path) in line]
    assert "Read-only file system" in line
    assert str(Path.home()) in line


def test_a_card_has_everything_in_order():
    """Headline, rows and lines: as text the values stand in a column, as HTML in a table.

    Whatever a card says, an error of the learner's included, is shown and never markup.
    """
    said = ("a < b & c", "<b>", "1", "&lt;", '"q"', "<script>", "</td><img>\nz")
    headline, name, one, longer, two, first, second = said
    card = Card(headline, (first, second), ((name, one), (longer, two)))
    rows = ["  <b>   1", '  &lt;  "q"']
    assert repr(card).splitlines() == [headline, *rows, first, *second.splitlines()]
    parser, tags, texts = HTMLParser(), [], []
    parser.handle_starttag = lambda tag, attrs: tags.append(tag)
    parser.handle_data = texts.append
    parser.feed(card._repr_html_())
    assert "".join(texts) == "".join(said).replace("\n", "")
    assert set(tags) <= {"div", "strong", "table", "tr", "th", "td", "br"}
    assert card._repr_html_().count('<th scope="row"') == tags.count("td") == 2
    assert repr(Card("", ("only line",))) == "only line"


def test_colours_of_the_verdicts_can_be_seen():
    """The bar at a card's side stands out from the page at least 3 to 1, in each verdict."""
    cards = [check("2.2", "close"), check("2.2", "join"), check("2.2", ...), Card("Headline")]
    assert len({card.colour for card in cards}) == 4
    assert all(contrast(card.colour) >= 3 for card in cards)
