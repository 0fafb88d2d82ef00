"""The current language; and what the course says: in both languages, alike and well written."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from xml.etree import ElementTree

import pytest

import helpers
from helpers.language import LANGUAGES, Bilingual, current_language, set_language, speaking, text
from notebooks.checks_language import forbidden, in_other_language, unopened_questions
from notebooks.checks_spelling import dictionary_needed, misspelled
from notebooks.prose import words

ROOT = Path(__file__).parents[1]
# Code in texts: calls, name=value, and what stands in quotation marks or backquotes.
_CODE = re.compile(r"\{[^}]*\}|\b\w+\([^)]*\)|\S*=\S*|`[^`]*`|\"[^\"]*\"|«[^»]*»|<[^>]*>")
Texts = dict[str, str]  # by language


def test_the_first_language_is_english():
    """Until a language is set it is English, in a fresh interpreter."""
    program = "from helpers.language import text; print(text(es='no', en='yes'))"
    command = [sys.executable, "-c", program]
    assert (
        subprocess.run(command, capture_output=True, timeout=200, check=True).stdout[:3] == b"yes"
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_what_is_said_is_in_the_current_language(language):
    """It is that which was set, in another thread too; for a while it may be the other one."""
    thread = threading.Thread(target=set_language, args=(language,))
    thread.start()
    thread.join()
    other = text(es="en", en="es")
    with suppress(KeyError), speaking(other):
        assert current_language() == other
        raise KeyError
    assert current_language() == language != other
    assert Bilingual(es="es {x}", en="en {x}").text() == f"{language} {{x}}"


@pytest.mark.parametrize("value", ["fr", "", "ES", "español", None, 3, b"es", ["es"], {}])
def test_unknown_languages(value):
    """Any other language is an error that shows what came and what there is; nothing changes."""
    for language, words_of in (("es", "no existe"), ("en", "There is no")):
        set_language(language)
        for call in (set_language, lambda value: speaking(value).__enter__()):
            with pytest.raises(ValueError, match=f'{words_of}.*"es".*"en"') as caught:
                call(value)
            assert repr(value) in str(caught.value)
        assert current_language() == language


# ---- the texts


def in_code(file: Path) -> Iterator[tuple[str, dict[str, ast.expr]]]:
    """Yield the place and the texts of each call that is given ``es`` and ``en``, as text is."""
    for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call):
            given = {str(w.arg): w.value for w in node.keywords if w.arg in LANGUAGES}
            handed_on = ast.Name | ast.Attribute
            if not all(isinstance(value, handed_on) for value in given.values()):
                yield f"{file.name}:{node.lineno}:{node.col_offset}", given


def in_figure(file: Path) -> Iterator[tuple[str, Texts]]:
    """Yield what the source of a figure says, where it says it in more than one language."""
    for parent in ElementTree.parse(file).iter():
        for kind in sorted({child.tag for child in parent if child.get("lang")}):
            texts = {c.get("lang", ""): c.text or "" for c in parent if c.tag == kind}
            yield f"{file.name}: {' / '.join(texts.values())[:60]}", texts


def literal(node: ast.expr) -> str:
    """Return the words of a literal; each of its expressions is a placeholder."""
    if isinstance(node, ast.IfExp):
        return f"{literal(node.body)} {literal(node.orelse)}"
    assert isinstance(node, ast.Constant | ast.JoinedStr), f"{ast.unparse(node)} is no literal"
    return "".join(
        str(part.value) if isinstance(part, ast.Constant) else f"{{{ast.unparse(part.value)}}}"
        for part in getattr(node, "values", [node])
    )


MODULES = [*Path(helpers.__file__).parent.rglob("*.py")]
FIGURES = [*(ROOT / "images" / "source").glob("*.svg")]
CODE = {place: given for file in sorted(MODULES) for place, given in in_code(file)}
ALL: dict[str, Texts] = {
    place: {language: literal(node) for language, node in given.items()}
    for place, given in CODE.items()
}
ALL |= {place: texts for file in sorted(FIGURES) for place, texts in in_figure(file)}


def alike(texts: Texts) -> bool:
    """Say whether a text is there in both languages, with the same values in it."""
    found = (set(re.findall(r"\{[^{}]*\}", texts.get(language, ""))) for language in LANGUAGES)
    es, en = (values - {"{es}", "{en}"} for values in found)  # words that were handed on
    return set(texts) == set(LANGUAGES) and all(map(str.strip, texts.values())) and es == en


def defects(texts: Texts) -> Iterator[str]:
    """Yield what is wrong with how it is written, but for its spelling."""
    for language, prose in _prose(texts).items():
        if in_other_language(prose, language):
            yield f"reads as the other language: {prose}"
        yield from (f"write {better}, not {word}" for word, better in forbidden(prose, language))
        if "!" in prose or "¡" in prose:
            yield f"nobody exclaims: {prose}"
    yield from (f"needs ¿ and ?: {end}" for end in unopened_questions(texts["es"]))


def unknown(texts: Texts) -> set[str]:
    """Return words in no dictionary; those in both languages are names, of code or programs."""
    found = _prose(texts)
    names = set.intersection(*(set(words(prose)) for prose in found.values()))
    return {w for language, prose in found.items() for w in misspelled(prose, language)} - names


def _prose(texts: Texts) -> Texts:
    return {language: _CODE.sub(" ", texts[language]) for language in LANGUAGES}


def test_both_languages_say_the_same():
    """What the code and the figures say has a text a language, which give the same values."""
    assert len(CODE) > 100
    assert [place for place, texts in ALL.items() if not alike(texts)] == []
    assert not alike({"es": "hola"})
    assert not alike({"es": "{n} veces", "en": "often"})


def test_what_is_said_is_well_written():
    """Each language is itself and has the words of the course; questions have both signs."""
    found = {place: [*defects(texts)] for place, texts in ALL.items()}
    assert {place: wrong for place, wrong in found.items() if wrong} == {}
    assert [*defects({"es": "Un fichero? ", "en": "Wait!"})]


def test_what_is_said_is_spelled_right():
    """Every word is in the dictionary, in the project's list, or a name."""
    with dictionary_needed():
        found = {place: unknown(texts) for place, texts in ALL.items()}
        assert unknown({"es": "una palavra", "en": "a word"}) == {"palavra"}
    wrong = {place: unknown for place, unknown in found.items() if unknown}
    assert not wrong, f"fix them, or add them to tests/notebooks/words_*.txt: {wrong}"
