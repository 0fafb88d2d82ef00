"""The figures of the lessons: ``images/source/NAME.svg``, in both languages, becomes two pictures.

A source is drawn by hand. What has ``lang="es"`` there stands beside the same with ``lang="en"``;
the rest is for both. ``images/NAME_es.svg`` and ``images/NAME_en.svg`` each have one language.
"""

from __future__ import annotations

from pathlib import Path
from xml.etree import ElementTree

from helpers.authoring.sources import AuthoringError
from helpers.language import LANGUAGES, text

_XML_LANG = "{http://www.w3.org/XML/1998/namespace}lang"
ElementTree.register_namespace("", "http://www.w3.org/2000/svg")


def pictures(folder: Path) -> dict[Path, str]:
    """Return what the pictures in ``folder`` are to hold, by their files, from ``folder/source``.

    Raises:
        AuthoringError: a source has something in one language alone, or is not XML.
    """
    made = {}
    for source in sorted((folder / "source").glob("*.svg")):
        try:
            roots = {language: _in_language(source, language) for language in LANGUAGES}
        except ElementTree.ParseError as error:
            raise AuthoringError(f"{source.name}: {_wrong(error)}") from error
        es, en = (
            [(e.tag, bool((e.text or "").strip())) for e in roots[code].iter()]
            for code in LANGUAGES
        )
        if es != en:
            raise AuthoringError(f"{source.name}: {_wrong('es != en')}")
        made_from = f"<!-- Made from source/{source.name}: change that, not this. -->"
        for language, root in roots.items():
            picture = f"{made_from}\n{ElementTree.tostring(root, encoding='unicode')}\n"
            made[folder / f"{source.stem}_{language}.svg"] = picture
    return made


def _wrong(reason: object) -> str:
    return text(
        es=f'no es XML, o no tiene cada texto con lang="es" y con lang="en" ({reason}). Corrígelo.',
        en=f'it is not XML, or has no lang="es" and lang="en" for each text ({reason}). Fix it.',
    )


def _in_language(source: Path, language: str) -> ElementTree.Element:
    root = ElementTree.parse(source).getroot()
    for parent in [*root.iter()]:
        for child in [*parent]:
            if child.attrib.pop("lang", language) != language:
                parent.remove(child)
    root.attrib |= {"lang": language, _XML_LANG: language, "role": "img"}
    return root
