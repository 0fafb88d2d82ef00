"""Markdown and HTML, read into headings, blocks of text, images, links and code blocks."""

from __future__ import annotations

import functools
import re
from typing import NamedTuple

from bs4 import BeautifulSoup, Tag
from markdown_it import MarkdownIt
from mdit_py_plugins.dollarmath import dollarmath_plugin

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
_BLOCKS = ["h1", "h2", "h3", "h4", "h5", "h6", "p", "li", "td", "th", "summary", "div"]
# What nobody reads as prose in the language of the page.
_NOT_READ = "code, pre, kbd, style, script, .math, a[href^='../es/'], a[href^='../en/']"
_NOT_PROSE = re.compile(
    r"\w+://\S+"  # addresses
    r"|(?<!\w)[%!]\w+"  # magics
    r"|[\w.]*_[\w.]*(?:\(\))?"  # names_of_code
    r"|\w+\(\)"  # calls()
    r"|\w*(?:\.\w+)*\.[^\W\d_]\w*"  # file.names, dotted.names and .endings
    r"|\w+/[\w/]+"  # E/S, and/or, paths
)
_WORD = re.compile(r"(?<![\w’'])[^\W\d_]+(?:[’'][^\W\d_]+)*(?!\w)")


class Block(NamedTuple):
    """A paragraph, heading, list item or table cell.

    ``text`` is its prose: without code, formulas and what is written in the other language.
    ``full`` has the code spans too.
    """

    text: str
    full: str


class Page:
    """What a text is made of.

    ``headings`` are (level, text), ``images`` (target, alternative text), ``fences`` (language,
    code); ``anchors`` are the names that links can lead to, as JupyterLab makes them; ``solution``
    are the Python blocks inside <details>; ``text`` is all prose, a block a line.
    """

    def __init__(self, html: str) -> None:
        soup = BeautifulSoup(html, "html.parser")
        headings = soup.find_all(_BLOCKS[:6])
        self.headings = [(int(tag.name[1]), tag.get_text().strip()) for tag in headings]
        self.images = [(tag.get("src", ""), tag.get("alt", "")) for tag in soup("img")]
        self.links = [tag["href"] for tag in soup(href=True)]
        self.fences = [(_language(tag), tag.get_text()) for tag in soup.select("pre > code")]
        solved = soup.select("details pre > code.language-python")
        self.solution = [tag.get_text() for tag in solved]
        self.bold = [tag.get_text() for tag in soup("strong")]
        self.anchors = [text.replace(" ", "-") for _, text in self.headings]
        self.anchors += [tag["id"] for tag in soup(id=True)]
        self.blocks = _blocks(soup)
        self.text = "\n".join(block.text for block in self.blocks)


@functools.cache
def read_markdown(source: str) -> Page:
    """Return the parts of a Markdown text."""
    return Page(_MARKDOWN.render(source))


def words(text: str) -> list[str]:
    """Return the words of a text, without code names, file names and addresses."""
    return _WORD.findall(_NOT_PROSE.sub(" ", text).replace("’", "'"))


def _language(code: Tag) -> str:
    return code.get("class", [""])[0].removeprefix("language-")


def _blocks(soup: BeautifulSoup) -> list[Block]:
    """Return the blocks; what stands in none of them is one together."""
    unread, code = (
        {id(string) for tag in soup.select(chosen) for string in tag.strings}
        for chosen in (_NOT_READ, "pre")
    )
    found: dict[int, tuple[list[str], list[str]]] = {}
    for string in soup.strings:
        text, full = found.setdefault(id(string.find_parent(_BLOCKS)), ([], []))
        text.append(" " if id(string) in unread else string)
        full.append(" " if id(string) in code else string)
    return [Block("".join(text), "".join(full)) for text, full in found.values()]
