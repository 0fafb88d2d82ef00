"""Check that texts are spelled right: hunspell's dictionaries and the project's own words."""

from __future__ import annotations

import functools
import os
import re
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from spylls.hunspell import Dictionary

from . import prose
from .checks_language import in_other_language, texts
from .lessons import Findings, Lesson, lesson_check

DICTIONARIES = {"es": ("es_MX", "es_ES"), "en": ("en_US",)}
INSTALL = "sudo apt-get install --yes hunspell-es hunspell-en-us"
FOLDERS = ("/usr/share/hunspell", "/usr/share/myspell", "/opt/homebrew/share/hunspell")

_IMPERATIVE = re.compile(
    r"(\w*[áéíóú][iu]?[^\Waeiouáéíóú]+[iu]?[ae])(?:me|te|se|nos|(?:me|te|se|nos)?l[aoe]s?)"
)
_NO_ACCENTS = str.maketrans("áéíóú", "aeiou")
_HERE = Path(__file__).parent


class DictionaryMissingError(Exception):
    """No hunspell dictionary of a language is installed."""


@lesson_check
def spelling(lesson: Lesson) -> Findings:
    """Every word is in the dictionary or in the project's list."""
    for cell in lesson.cells:
        if in_other_language(cell.page.text, lesson.language):
            continue  # right_language reports that, once
        found = {word for text in texts(cell) for word in misspelled(text, lesson.language)}
        for word in sorted(found):
            own = f"tests/notebooks/words_{lesson.language}.txt"
            yield cell, f"'{word}' is misspelled, or a word to add to {own}"


def misspelled(text: str, language: str) -> list[str]:
    """Return the unknown words of a text; none where it is in another language altogether."""
    if in_other_language(text, language):
        return []  # right_language reports that, once
    return [word for word in prose.words(text) if not _known(word, language)]


@contextmanager
def dictionary_needed() -> Iterator[None]:
    """Skip a test whose dictionary is missing, but fail it in CI."""
    try:
        yield
    except DictionaryMissingError as error:
        if os.environ.get("CI"):
            pytest.fail(str(error))
        pytest.skip(str(error))


@functools.cache
def _own_words(language: str) -> frozenset[str]:
    """Return the project's list of words."""
    return frozenset((_HERE / f"words_{language}.txt").read_text(encoding="utf-8").split())


@functools.cache
def _known(word: str, language: str) -> bool:
    plain = word.casefold().removesuffix("'s") if language == "en" else word.casefold()
    if len(word) == 1 or plain in _own_words(language) or dictionary(language).lookup(word):
        return True
    return language == "es" and _is_imperative_with_pronoun(plain)


def _is_imperative_with_pronoun(word: str) -> bool:
    """Tell whether it is written as *escríbela* is: the dictionary has few of them.

    The accent goes where the stress of the verb alone (*escribe*) was.
    """
    parts = _IMPERATIVE.fullmatch(word)
    return bool(parts) and dictionary("es").lookup(parts[1].translate(_NO_ACCENTS))


@functools.cache
def dictionary(language: str) -> Dictionary:
    """Return the dictionary of a language, or raise a DictionaryMissingError."""
    folders = [*filter(None, os.environ.get("DICPATH", "").split(os.pathsep)), *FOLDERS]
    names = DICTIONARIES[language]
    for path in (Path(folder, name) for name in names for folder in folders):
        if path.with_suffix(".dic").is_file():
            with warnings.catch_warnings():  # spylls leaves its files to the garbage collector
                warnings.simplefilter("ignore", ResourceWarning)
                return Dictionary.from_files(str(path))
    raise DictionaryMissingError(f"no dictionary {names} in {folders}; install it: {INSTALL}")
