"""Markdown and HTML, read into headings, blocks of text, images, links and code blocks."""

from __future__ import annotations

import functools
import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from markdown_it import MarkdownIt
from markdown_it.token import Token
from mdit_py_plugins.dollarmath import dollarmath_plugin

_MARKDOWN = MarkdownIt("commonmark", {"html": True}).enable("table").use(dollarmath_plugin)
_BREAKS = ("softbreak", "hardbreak")
_TO_OTHER_LANGUAGE = re.compile(r"^\.\./(es|en)/[^/]+\.ipynb$")
_NOT_PROSE = re.compile(
    r"\w+://\S+"  # addresses
    r"|(?<!\w)[%!]\w+"  # magics
    r"|[\w.]*_[\w.]*(?:\(\))?"  # names_of_code
    r"|\w+\(\)"  # calls()
    r"|\w*(?:\.\w+)*\.[^\W\d_]\w*"  # file.names, dotted.names and .endings
    r"|\w+/[\w/]+"  # E/S, and/or, paths
)
_WORD = re.compile(r"(?<![\w’'])[^\W\d_]+(?:[’'][^\W\d_]+)*(?!\w)")


@dataclass
class Block:
    """A paragraph, heading, list item, table cell or piece of HTML.

    ``text`` is its prose: without code, formulas and what is written in the other language.
    ``full`` has the code spans too.
    """

    text: str = ""
    full: str = ""


@dataclass
class Page:
    """What a Markdown cell is made of."""

    blocks: list[Block] = field(default_factory=list)
    headings: list[tuple[int, str]] = field(default_factory=list)
    images: list[tuple[str, str]] = field(default_factory=list)  # (target, alternative text)
    links: list[str] = field(default_factory=list)
    fences: list[tuple[str, str]] = field(default_factory=list)  # (language, code)
    anchors: list[str] = field(default_factory=list)
    bold: list[str] = field(default_factory=list)
    solution: list[str] = field(default_factory=list)  # Python blocks inside <details>

    @property
    def text(self) -> str:
        """All prose, a block a line."""
        return "\n".join(block.text for block in self.blocks)


class HtmlParts(HTMLParser):
    """Text, images, links and ids of a piece of HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.images: list[tuple[str, str]] = []
        self.links: list[str] = []
        self.anchors: list[str] = []
        self._silent = 0  # depth inside elements whose text nobody reads as prose
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note what the tag points to."""
        values = {name: value or "" for name, value in attrs}
        if tag == "img":
            self.images.append((values.get("src", ""), values.get("alt", "")))
        elif "href" in values or "src" in values:
            self.links.append(values.get("href") or values.get("src", ""))
        self.anchors += [values[name] for name in ("id", "name") if name in values]
        self._silent += tag in ("style", "script", "code", "pre", "kbd")

    def handle_endtag(self, tag: str) -> None:
        """Leave code and styles behind."""
        self._silent -= tag in ("style", "script", "code", "pre", "kbd") and self._silent > 0

    def handle_data(self, data: str) -> None:
        """Keep the words."""
        if not self._silent:
            self.text += " " + data


@functools.cache
def read_markdown(source: str) -> Page:
    """Return the parts of a Markdown text."""
    page, depth, before = Page(), 0, None
    for token in _MARKDOWN.parse(source):
        if token.type == "inline":
            block = Block()
            page.blocks.append(block)
            _add_children(page, block, token.children or [])
            if before.type == "heading_open":
                heading = block.full.strip()
                page.headings.append((int(before.tag[1]), heading))
                page.anchors.append(heading.replace(" ", "-"))  # as JupyterLab reaches it
        elif token.type == "html_block":
            depth += token.content.count("<details") - token.content.count("</details")
            page.blocks.append(_html_block(page, token.content))
        elif token.type in ("fence", "code_block"):
            page.fences.append((token.info.partition(" ")[0], token.content))
            if depth and page.fences[-1][0] == "python":
                page.solution.append(token.content)
        before = token
    return page


def words(text: str) -> list[str]:
    """Return the words of a text, without code names, file names and addresses."""
    return _WORD.findall(_NOT_PROSE.sub(" ", text).replace("’", "'"))


def _add_children(page: Page, block: Block, children: list[Token]) -> None:
    hidden, bold_from = False, 0
    for child in children:
        if child.type == "link_open":
            page.links.append(str(child.attrs["href"]))
            hidden = bool(_TO_OTHER_LANGUAGE.match(page.links[-1]))
        elif child.type == "link_close":
            hidden = False
        elif child.type == "strong_open":
            bold_from = len(block.full)
        elif child.type == "strong_close":
            page.bold.append(block.full[bold_from:])
        elif child.type == "image":
            page.images.append((str(child.attrs["src"]), child.content))
        elif child.type == "html_inline":
            _html_block(page, child.content)
        else:
            text = child.content if child.content or child.type == "text" else " "
            block.full += text
            block.text += text if child.type in ("text", *_BREAKS) and not hidden else " "


def _html_block(page: Page, html: str) -> Block:
    parts = HtmlParts(html)
    page.images += parts.images
    page.links += parts.links
    page.anchors += parts.anchors
    return Block(parts.text, parts.text)
