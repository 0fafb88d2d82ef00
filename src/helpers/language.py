"""The current language, and what the course says in it.

Words stand in the code that says them, Spanish and English side by side: ``text`` says them now,
``Bilingual`` keeps them until they are said.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import NamedTuple

LANGUAGES = ("es", "en")

_current = "en"


class Bilingual(NamedTuple):
    """One text in both languages, kept until it is shown."""

    es: str
    en: str

    def text(self) -> str:
        """Return it in the current language."""
        return text(es=self.es, en=self.en)


UNKNOWN_LANGUAGE = Bilingual(
    es='El idioma {received} no existe en este curso. Usa "es" (español) o "en" (inglés).',
    en='There is no language {received} in this course. Use "es" (Spanish) or "en" (English).',
)


def set_language(language: str) -> None:
    """Make ``language`` that of every text from now on, in this process.

    Args:
        language: ``"es"`` or ``"en"``.

    Raises:
        ValueError: for any other value.
    """
    global _current
    if language not in LANGUAGES:
        raise ValueError(UNKNOWN_LANGUAGE.text().format(received=repr(language)))
    _current = language


def current_language() -> str:
    """Return the current language, ``"es"`` or ``"en"`` (``"en"`` until one is set)."""
    return _current


@contextmanager
def speaking(language: str) -> Iterator[None]:
    """Make ``language`` the current one for a while; the former one comes back at the end.

    Raises:
        ValueError: as `set_language`.
    """
    before = current_language()
    set_language(language)
    try:
        yield
    finally:
        set_language(before)


def text(*, es: str, en: str) -> str:
    """Return the one of two texts that is in the current language."""
    return es if _current == "es" else en
