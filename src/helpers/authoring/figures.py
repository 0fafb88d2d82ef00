"""Writes the figures of the lessons: ``images/source/NAME.svg``, in both languages, becomes two.

A source is drawn by hand. What has ``lang="es"`` there stands beside the same with ``lang="en"``;
all else is for both. ``images/NAME_es.svg`` and ``images/NAME_en.svg`` each have one language.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree

from helpers.authoring.errors import AuthoringError
from helpers.authoring.notebooks import replace_file
from helpers.language import LANGUAGES, message

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")


def write_figures(folder: Path) -> list[Path]:
    """Write each figure whose source is in ``folder/source``; return the files written, sorted.

    Raises:
        AuthoringError: a text lacks a language, or a source cannot be read; nothing is written.
    """
    made = _made(folder)
    for path, text in made.items():
        replace_file(path, text)
    return sorted(made)


def stale_figures(folder: Path) -> list[Path]:
    """Return the files that :func:`write_figures` would change or add, and those without a source.

    Raises:
        AuthoringError: as :func:`write_figures`.
    """
    made = _made(folder)
    same = {
        path for path, text in made.items() if path.is_file() and path.read_text("utf-8") == text
    }
    return sorted({*made, *folder.glob("*.svg")} - same)


def _made(folder: Path) -> dict[Path, str]:
    """Return what each written file should hold."""
    sources = sorted((folder / "source").glob("*.svg"))
    if problems := [problem for source in sources for problem in _problems(source)]:
        raise AuthoringError(problems)
    return {
        folder / f"{source.stem}_{language}.svg": _in_language(source, language)
        for source in sources
        for language in LANGUAGES
    }


def _problems(source: Path) -> Iterator[str]:
    """Say where a kind of element does not stand once a language, with words in it."""
    try:
        elements = [*ElementTree.parse(source).iter()]
    except ElementTree.ParseError as error:
        yield message("authoring.figure_unreadable", file=source.name, reason=error)
        return
    for parent in elements:
        said = [child for child in parent if child.get("lang")]
        found = Counter((e.tag, e.get("lang")) for e in said if "".join(e.itertext()).strip())
        wanted = Counter((tag, language) for tag in {e.tag for e in said} for language in LANGUAGES)
        if found != wanted:
            text = " / ".join("".join(child.itertext()) for child in said)
            yield message("authoring.figure_languages", file=source.name, text=text)


def _in_language(source: Path, language: str) -> str:
    root = ElementTree.parse(source).getroot()
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.attrib.pop("lang", language) != language:
                parent.remove(child)
    root.attrib |= {"lang": language, _XML_LANG: language, "role": "img"}
    made_from = f"<!-- Made from source/{source.name}: change that, not this. -->"
    return f"{made_from}\n{ElementTree.tostring(root, encoding='unicode')}\n"
