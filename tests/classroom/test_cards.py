"""Cards: what the helpers say, as text and as HTML."""

from __future__ import annotations

import html
from html.parser import HTMLParser

from hypothesis import example, given
from hypothesis import strategies as st

from helpers.classroom import check
from helpers.classroom.cards import Card
from seeing import contrast

CARD = Card("Headline", ("first line", "second line"), (("name", "1"), ("longer name", "2")))


class Page(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.words: list[str] = []
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.append(tag)

    def handle_data(self, data):
        """Note a piece of text."""
        self.words.append(data)


def test_text_has_everything_in_order():
    """As text a card shows its headline, its rows with values under each other, its lines."""
    assert repr(CARD).splitlines() == [
        "Headline",
        "  name         1",
        "  longer name  2",
        "first line",
        "second line",
    ]


def test_text_without_a_headline_begins_at_once():
    """A card without headline shows no empty line for it, neither as text nor as HTML."""
    card = Card("", ("only line",))
    assert repr(card) == "only line"
    assert "<strong>" not in card._repr_html_()
    assert "<table" not in card._repr_html_()


def test_html_has_everything():
    """As HTML a card has the same words, its names as the headings of their rows."""
    page = Page(CARD._repr_html_())
    assert page.words == ["Headline", "name", "1", "longer name", "2", "first line", "second line"]
    assert page.tags.count("th") == page.tags.count("td") == 2
    assert CARD._repr_html_().count('scope="row"') == 2


@given(st.text(), st.text(), st.text())
@example("a < b & c", "<script>alert()</script>", '"quoted"')
@example("<b>", "x &lt; y", "</td><img>")
@example("", "\n", "a\nb")
def test_no_text_becomes_markup(headline, line, value):
    """Whatever a card says, an error of the learner's included, is shown and never markup."""
    card = Card(headline, (line,), ((value, value),))
    shown = card._repr_html_()
    for text in (headline, line, value):
        assert html.escape(text) in shown.replace("<br>", "\n")
    assert set(Page(shown).tags) <= {"div", "strong", "table", "tr", "th", "td", "br"}


def test_colours_of_the_verdicts_can_be_seen():
    """The bar at a card's side stands out from the page at least 3 to 1, in each verdict."""
    cards = [check("2.2", "close"), check("2.2", "join"), check("2.2", ...), CARD]
    assert len({card.colour for card in cards}) == 4
    assert all(contrast(card.colour) >= 3 for card in cards)
