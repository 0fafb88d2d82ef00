"""The current language, and what the course says in it.

Words stand in the code that says them, Spanish and English side by side: ``text`` says them now,
``Bilingual`` keeps them until they are said. What is older is in ``messages.toml``, which is read
when the first message is asked for.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

LANGUAGES = ("es", "en")

_current = "en"


class Bilingual(NamedTuple):
    """One text in both languages, kept until it is said; its placeholders are ``{name}``."""

    es: str
    en: str

    def said(self, **values: object) -> str:
        """Return it in the current language, with what its placeholders stand for."""
        return (self.es if _current == "es" else self.en).format(**values)


UNKNOWN_LANGUAGE = Bilingual(
    es='El idioma {received} no existe en este curso. Usa "es" (español) o "en" (inglés).',
    en='There is no language {received} in this course. Use "es" (Spanish) or "en" (English).',
)


def set_language(language: str) -> None:
    """Make ``language`` that of all that is said from now on, in this process.

    Args:
        language: ``"es"`` or ``"en"``.

    Raises:
        ValueError: for any other value.
    """
    global _current
    if language not in LANGUAGES:
        raise ValueError(UNKNOWN_LANGUAGE.said(received=repr(language)))
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


def message(key: str, /, **values: object) -> str:
    """Return the message called ``key`` in the current language.

    Args:
        key: the name of its table in ``messages.toml``, for example ``"run.unknown_how"``.
        values: what its placeholders stand for, by name.

    Raises:
        KeyError: where there is no such message, with its whole name; or a placeholder has no
            value.
    """
    entry: object = messages()
    for part in key.split("."):
        entry = entry.get(part) if isinstance(entry, dict) else None
    if not (isinstance(entry, dict) and isinstance(entry.get(_current), str)):
        raise KeyError(f"messages.toml has no text in {_current!r} called {key!r}")
    return str(entry[_current]).format(**values)


@functools.cache
def messages() -> dict[str, object]:
    """Return all messages, as nested tables that end in ``{"es": text, "en": text}``."""
    import tomllib  # only a message needs it, and most workers never say one

    return tomllib.loads((Path(__file__).parent / "messages.toml").read_text(encoding="utf-8"))
