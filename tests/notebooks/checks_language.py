"""Checks on the language of texts, and on how they are written."""

from __future__ import annotations

import functools
import re

import py3langid

from . import programs, prose
from .checks_links import images
from .lessons import LANGUAGES, Cell, Findings, Lesson, lesson_check

MIN_WORDS = 9  # shorter texts are too little to tell a language by

FORBIDDEN = {
    "es": {
        r"piscinas?": "grupo de procesos (pool)",
        r"obrer[oa]s?": "proceso trabajador (worker)",
        r"sobrecabezas?": "costo adicional (overhead)",
        r"picklea\w*|encurti\w*": "serializar (pickle)",
        r"ficheros?": "archivo",
        r"trozos?|pedazos?": "bloque (chunk)",
        r"coraz[oó]n(?:es)?": "núcleo",
        r"procesamientos? serial(?:es)?": "procesamiento secuencial",
        r"ordenador(?:es)?": "computadora",
        r"costes?": "costo",
        r"vosotr[oa]s|vuestr[oa]s?": "tú, nosotros",
        r"archivos? de (?:rebajas|descuentos?)": "archivo Markdown",
        r"simplemente": "nothing: say why it is so",
    },
    "en": {r"simply": "nothing: say why it is so"},
}

_QUOTED_MISTAKE = re.compile(
    r"[«“\"'‘][^«»“”\"]*archivos? de (?:rebajas|descuentos?)[^«»“”\"]*[»”\"'’]", re.IGNORECASE
)
_SECONDS = r"(?:s|ms|µs|μs|ns|segundos?|seconds?|(?:mili|micro|nano)segundos?|\w+oseconds?)"
_DURATION = re.compile(rf"(?<![\w.])(\d+(?:[.,]\d+)?)\s?{_SECONDS}(?!\w)")
_RATIO = re.compile(
    r"(?<![\w.])\d+(?:[.,]\d+)?\s?(?:"
    r"(?:veces|times) (?:más|menos|mayor|menor|faster|slower|as|more|less|longer|shorter)\b"
    r"|×(?!\s*\d))"
    r"|(?<![\w.])\d+\.\d+\s?(?:veces|times|x)(?!\w)"
)
_DECIMAL_COMMA = re.compile(r"(?<![\w.,])\d+,\d+(?![\w,])")
_THOUSANDS = re.compile(r"\d{1,3}(?:,\d{3})+")
_QUOTED_VALUE = re.compile(r"([\"'«])[^\s\"']+([\"'»])|<[^>]*>|\S*[=/\\|]\S*")


@lesson_check
def right_language(lesson: Lesson) -> Findings:
    """Texts, alternative texts and outputs are in the notebook's language."""
    for cell in lesson.cells:
        parts = [*texts(cell), cell.page.text, *_shown(cell)]
        for text in [text for text in parts if in_other_language(text, lesson.language)][:1]:
            yield cell, f"'{text.strip()[:50]}...' reads as the other language: translate it"


@lesson_check
def spanish_marks(lesson: Lesson) -> Findings:
    """A Spanish question has both its signs."""
    for cell in lesson.cells if lesson.language == "es" else []:
        for text in texts(cell):
            for sentence in unopened_questions(text):
                yield cell, f"'{sentence}' needs its sign '¿' and its '?'"


@lesson_check
def exclamation_marks(lesson: Lesson) -> Findings:
    """Nobody exclaims."""
    for cell in lesson.cells:
        for text in texts(cell):
            if "!" in text or "¡" in text:
                yield cell, f"'{text.strip()[:50]}': write it without '!'"


@lesson_check
def forbidden_words(lesson: Lesson) -> Findings:
    """Each thing has its one word."""
    for cell in lesson.cells:
        for text in texts(cell):
            for word, better in forbidden(text, lesson.language):
                yield cell, f"not '{word}'; write: {better}"


@lesson_check
def machine_numbers(lesson: Lesson) -> Findings:
    """Prose has no measured durations or ratios; a constant of the code may be named."""
    chosen = _chosen_seconds(lesson.code)
    for cell in lesson.markdown:
        for block in cell.page.blocks:
            measured = [m for m in _DURATION.finditer(block.text) if m.group(1) not in chosen]
            for found in [*measured, *_RATIO.finditer(block.text)]:
                yield cell, f"'{found.group()}' differs on every machine: let a cell print it"


@lesson_check
def decimal_point(lesson: Lesson) -> Findings:
    """Numbers are written with a decimal point in both languages."""
    for cell in lesson.cells:
        for found in (m.group() for text in texts(cell) for m in _DECIMAL_COMMA.finditer(text)):
            if not _THOUSANDS.fullmatch(found):
                yield cell, f"write {found} with a decimal point"


def texts(cell: Cell) -> list[str]:
    """Return what a reader reads of a cell: its prose, alternative texts, the words in its code."""
    prose_ = [block.text for block in cell.page.blocks] + [alt for _, alt in images(cell)]
    return prose_ + (programs.sayings(cell.source) if cell.type == "code" else [])


def in_other_language(text: str, language: str) -> bool:
    """Tell whether a text is long enough to judge, and is in the other language."""
    found = prose.words(text)
    return len(found) >= MIN_WORDS and _language(" ".join(found)) != language


def unopened_questions(text: str) -> list[str]:
    """Return the ends of questions without '¿', and the beginnings of those without '?'."""
    found, opened = [], -1
    for place, sign in ((m.start(), m.group()) for m in re.finditer(r"[¿?]", text)):
        if (sign == "?") == (opened < 0):
            found.append(text[max(0, place - 30) : place + 30].strip())
        opened = place if sign == "¿" else -1
    return found + ([text[opened:][:30]] if opened >= 0 else [])


def forbidden(text: str, language: str) -> list[tuple[str, str]]:
    """Return the words that the course does not use, with what it says instead."""
    text = _QUOTED_MISTAKE.sub(" ", text)  # lesson 3 quotes it as a mistake
    return [
        (found.group(), better)
        for pattern, better in FORBIDDEN[language].items()
        for found in re.finditer(rf"\b(?:{pattern})\b", text, re.IGNORECASE)
    ]


@functools.cache
def _language(text: str) -> str:
    py3langid.set_languages(list(LANGUAGES))
    return str(py3langid.classify(text)[0])


def _shown(cell: Cell) -> list[str]:
    """Return the text of stored outputs, without reprs, names and quoted values."""
    html = [prose.Page(text).text for text in cell.output_texts("text/html")]
    plain = [*cell.output_texts(), *cell.output_texts("text/markdown")]
    return [_QUOTED_VALUE.sub(" ", text) for text in [*html, *plain]]


def _chosen_seconds(cells: list[Cell]) -> set[str]:
    """Return the seconds that code sets: names and arguments that end in _s, and sleeps."""
    code = "\n".join(cell.source for cell in cells)
    return set(re.findall(r"(?:_s ?= ?|\bsleep\()(\d+(?:\.\d+)?)", code))
