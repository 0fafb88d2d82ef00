"""The texts of cells: how they are cleaned, named, marked, and switched to a language."""

from __future__ import annotations

import re

SETUP_CALL = re.compile(r"(?<![\w.])start\(\s*([\"'])(\w*)\1")
TRANSLATE = "TRANSLATE:"


def clean(text: str) -> str:
    """Return ``text`` as a MyST file can hold it: one kind of line end, no blank lines around."""
    return text.replace("\r\n", "\n").replace("\r", "\n").strip("\n").rstrip()


def first_words(text: str) -> str:
    """Return the first line of ``text`` that says something, at most 50 characters of it."""
    line = next((line.strip() for line in text.splitlines() if line.strip()), "")
    return line if len(line) <= 50 else f"{line[:49]}…"


def languages_set(code: str) -> list[str]:
    """Return the language of each ``start("...")`` call in ``code``."""
    return [call[2] for call in SETUP_CALL.finditer(code)]


def switch_language(code: str, language: str) -> str:
    """Return ``code`` with the language of its ``start("...")`` call, if any, replaced."""
    return SETUP_CALL.sub(lambda call: call[0][: -len(call[2]) - 1] + language + call[1], code)


def mark(text: str) -> str:
    """Return the text that holds the place of a translation of ``text``."""
    return f"{TRANSLATE} {text}"


def is_marked(text: str) -> bool:
    """Tell whether ``text`` holds the place of a translation."""
    return text.startswith(TRANSLATE)
