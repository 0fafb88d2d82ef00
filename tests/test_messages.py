"""Every message is in both languages, says the same in both, is used, and is well written."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator
from pathlib import Path
from string import Formatter
from xml.etree import ElementTree

import pytest

import helpers
from helpers.language import LANGUAGES, messages
from notebooks.checks_language import forbidden, in_other_language, unopened_questions
from notebooks.checks_spelling import dictionary_needed, misspelled
from notebooks.programs import called_name, constant, first_argument
from notebooks.prose import words

# Code in messages: calls, name=value, and what stands in quotation marks or backquotes
_CODE = re.compile(r"\{[^}]*\}|\b\w+\([^)]*\)|\S*=\S*|`[^`]*`|\"[^\"]*\"|«[^»]*»|<[^>]*>")


def flat(table: dict[str, object], prefix: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (key, texts by language) for every message; a text makes a table a message."""
    for name, value in table.items():
        assert isinstance(value, dict), f"{prefix}{name} stands outside of a message's table"
        if any(isinstance(text, str) for text in value.values()):
            yield prefix + name, value
        else:
            yield from flat(value, f"{prefix}{name}.")


def modules() -> dict[Path, ast.Module]:
    """Return the syntax tree of every module of the package."""
    files = sorted(Path(helpers.__file__).parent.rglob("*.py"))
    return {file: ast.parse(file.read_text(encoding="utf-8")) for file in files}


def placeholders(text: str) -> set[str]:
    """Return the names of a text's placeholders."""
    return {name for _, name, _, _ in Formatter().parse(text) if name is not None}


def key_patterns(tree: ast.AST) -> Iterator[str]:
    """Yield a pattern for every text that may be a key; f-strings may begin like one."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield re.escape(node.value)
        elif isinstance(node, ast.JoinedStr) and re.match(r"[\w]+\.", _beginning(node)):
            parts = (constant(part) for part in node.values)
            yield "".join(r"[\w.]+" if part is None else re.escape(str(part)) for part in parts)


def message_calls(tree: ast.AST) -> list[ast.Call]:
    """Return the calls of ``message`` in a module."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if called_name(call) == "message" and call.args]


def _beginning(node: ast.JoinedStr) -> str:
    return str(constant(node.values[0]) or "")


MESSAGES = dict(flat(messages()))
MODULES = modules()
CALLS = [(file, call) for file, tree in MODULES.items() for call in message_calls(tree)]


def text_calls(tree: ast.AST) -> list[ast.Call]:
    """Return the calls in a module that are given words, as ``es=`` and ``en=``."""
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [call for call in calls if any(_says(word) for word in call.keywords)]


def _says(word: ast.keyword) -> bool:
    return word.arg in LANGUAGES and isinstance(word.value, ast.Constant | ast.JoinedStr)


def literal(node: ast.expr) -> tuple[str, set[str]]:
    """Return the words of a literal, with ``{}`` for its expressions, and those expressions."""
    assert isinstance(node, ast.Constant | ast.JoinedStr), f"{ast.unparse(node)} is no literal"
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    words_ = "".join("{}" if constant(part) is None else str(constant(part)) for part in parts)
    return words_, {ast.unparse(p) for p in parts if isinstance(p, ast.FormattedValue)}


def figure_texts() -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (place, texts by language) for what the sources of the figures say in two languages."""
    folder = Path(__file__).parents[1] / "images" / "source"
    for file in sorted(folder.glob("*.svg")):
        for parent in ElementTree.parse(file).iter():
            for kind in sorted({child.tag for child in parent if child.get("lang")}):
                same = [child for child in parent if child.tag == kind]
                texts = {child.get("lang", ""): child.text or "" for child in same}
                yield f"{file.name}: {' / '.join(texts.values())[:60]}", texts


# what stands in the code, by where it stands; all that is said is judged alike
IN_CODE: dict[str, dict[str | None, ast.expr]] = {
    f"{file.name}:{call.lineno}:{call.col_offset}": {
        word.arg: word.value for word in call.keywords if word.arg in LANGUAGES
    }
    for file, tree in MODULES.items()
    if file.name != "language.py"
    for call in text_calls(tree)
}
SAID = (
    MESSAGES
    | {
        place: {str(language): literal(node)[0] for language, node in texts.items()}
        for place, texts in IN_CODE.items()
    }
    | dict(figure_texts())
)


def prose(key: str, language: str) -> str:
    """Return what a message, or a text in the code, says without its code."""
    return _CODE.sub(" ", SAID[key][language])


def names(key: str) -> set[str]:
    """Return the words that stand in both languages: names, of code or of programs."""
    spanish, english = (set(words(prose(key, language))) for language in LANGUAGES)
    return spanish & english


def test_there_are_messages() -> None:
    """The tests below have something to test."""
    assert MESSAGES
    assert CALLS
    assert IN_CODE


@pytest.mark.parametrize("key", SAID)
def test_both_languages_say_it(key: str) -> None:
    """A message, or a text in the code, has one text a language, and nothing else."""
    assert set(SAID[key]) == set(LANGUAGES)
    assert all(text.strip() for text in SAID[key].values())


@pytest.mark.parametrize("place", IN_CODE)
def test_texts_in_the_code_have_the_same_expressions(place: str) -> None:
    """A value that a text in the code tells in one language is told in the other, too."""
    spanish, english = (literal(IN_CODE[place][language])[1] for language in LANGUAGES)
    assert spanish == english
    assert placeholders(SAID[place]["es"]) == placeholders(SAID[place]["en"])


@pytest.mark.parametrize("key", MESSAGES)
def test_both_languages_have_the_same_placeholders(key: str) -> None:
    """A value that one language tells is told by the other too, by name."""
    found = {language: placeholders(text) for language, text in MESSAGES[key].items()}
    assert found["es"] == found["en"]
    assert all(name.isidentifier() for name in found["es"]), "give each placeholder a name"


def test_every_message_is_used() -> None:
    """No message is left over: its key stands in the package, whole or as an f-string."""
    patterns = {pattern for tree in MODULES.values() for pattern in key_patterns(tree)}
    used = re.compile("|".join(f"(?:{pattern})" for pattern in patterns))
    unused = [key for key in MESSAGES if not used.fullmatch(key)]
    assert not unused, f"no module says these; use them or remove them: {unused}"


def test_every_key_exists() -> None:
    """Each call of ``message`` with a literal key, or with an f-string, names a message."""
    for file, call in CALLS:
        patterns = list(key_patterns(call.args[0]))[:1]
        for pattern in patterns if not isinstance(call.args[0], ast.Name) else []:
            found = [key for key in MESSAGES if re.fullmatch(pattern, key)]
            assert found, f"{file.name}:{call.lineno}: no message fits {ast.unparse(call.args[0])}"


def test_every_placeholder_gets_its_value() -> None:
    """Each call of ``message`` with a literal key passes what its text asks for, and no more."""
    for file, call in CALLS:
        key, given = first_argument(call), {word.arg for word in call.keywords}
        if key in MESSAGES and None not in given:  # None: **values, known only at run time
            expected = placeholders(MESSAGES[str(key)]["es"])
            assert given == expected, f"{file.name}:{call.lineno}: {key} asks for {expected}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_in_their_language(language: str) -> None:
    """No message of nine words and more reads as the other language."""
    wrong = [key for key in SAID if in_other_language(prose(key, language), language)]
    assert not wrong


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_are_spelled_right(language: str) -> None:
    """Every word of every message is in the dictionary, in the project's list, or a name."""
    with dictionary_needed():
        found = {key: set(misspelled(prose(key, language), language)) - names(key) for key in SAID}
    wrong = {key: unknown for key, unknown in found.items() if unknown}
    assert not wrong, f"mend them, or add them to tests/notebooks/words_{language}.txt: {wrong}"


@pytest.mark.parametrize("language", LANGUAGES)
def test_messages_use_the_words_of_the_course(language: str) -> None:
    """No message uses a word that the course does not use, nor an exclamation mark."""
    texts = {key: prose(key, language) for key in SAID}
    wrong = {key: found for key, text in texts.items() if (found := forbidden(text, language))}
    assert not wrong
    assert not [key for key, text in texts.items() if "!" in text or "¡" in text]


def test_spanish_questions_have_both_signs() -> None:
    """A question in a Spanish message has its '¿' and its '?'."""
    found = {key: unopened_questions(texts["es"]) for key, texts in SAID.items()}
    assert not {key: ends for key, ends in found.items() if ends}
