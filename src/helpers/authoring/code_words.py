"""Words in code: a line of a source may say what its literals are in Spanish.

``ax.set_xlabel("workers")  # es: "procesos"`` is one line of a source. The English notebook has it
without the comment, the Spanish one with the other literal in place of the first. Several stand
with commas between, in the order of the line's own; ``...`` leaves one as it is::

    ax.plot(x, y, "o-", label="pool")  # es: ..., "grupo"

A replaced f-string has the same expressions in both languages, so that the code of both differs in
words alone.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import tokenize
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from helpers.language import LANGUAGES, text

_MARK = re.compile(r"\s*# es: (?P<literals>.*)$")
_LIKE_A_MARK = re.compile(r"#+\s*(es|en)\b\s*[:=\"']", re.IGNORECASE)
_MAGIC = re.compile(r"^(\s*)[%!?]")


@dataclass(frozen=True)
class _Literal:
    """A string literal that begins and ends on one line: where it stands there, and its text."""

    start: int
    end: int
    text: str
    expressions: Counter[str]  # those in the braces of an f-string


class _BadMarkError(Exception):
    """A mark that cannot be read, or does not fit its line."""


def mark_problems(code: str) -> list[tuple[int, str]]:
    """Return what is wrong with the marks of a source's code cell: line in the cell, from 1, why.

    In code without any mistake each line is written in the one form that `with_marks` gives it.
    """
    problems = []
    literals = _literals(code)
    for position, (line, comment) in enumerate(zip(code.split("\n"), _comments(code), strict=True)):
        try:
            _split_line(line, comment, literals[position] if literals else [])
        except _BadMarkError as error:
            problems.append((position + 1, str(error)))
    return problems


def in_languages(code: str) -> dict[str, str]:
    """Return the code of a source's cell in each language, without its marks.

    What has no marks, or wrong ones, is returned as it is.
    """
    if not _LIKE_A_MARK.search(code) or mark_problems(code):
        return dict.fromkeys(LANGUAGES, code)
    literals = _literals(code) or {}
    pairs = [
        _split_line(line, comment, literals.get(position, []))
        for position, (line, comment) in enumerate(
            zip(code.split("\n"), _comments(code), strict=True)
        )
    ]
    return {
        language: "\n".join(pair[index] for pair in pairs)
        for index, language in enumerate(LANGUAGES)
    }


def with_marks(texts: Mapping[str, str]) -> str:
    """Return the source of code that `in_languages` gives these texts; its lines differ in words.

    Raises:
        ValueError: where a line differs in something else.
    """
    if texts["es"] == texts["en"]:
        return texts["en"]
    literals = {language: _literals(texts[language]) or {} for language in LANGUAGES}
    lines = []
    pairs = zip(texts["es"].split("\n"), texts["en"].split("\n"), strict=True)
    for position, (es, en) in enumerate(pairs):
        words = [literals[language].get(position, []) for language in LANGUAGES]
        lines.append(_joined_line(es, en, *words))
    return "\n".join(lines)


def carried(new: str, language: str, texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return an edited code in both languages, and the words of the other that found no place.

    Args:
        new: the code as it was edited, in ``language``.
        texts: the code before the edit in each language.
    """
    other = next(name for name in LANGUAGES if name != language)
    old, theirs, result = texts[language].split("\n"), texts[other].split("\n"), new.split("\n")
    words = [_literals(code) or {} for code in (texts[language], texts[other], new)]
    lost = []
    matcher = difflib.SequenceMatcher(None, old, result, autojunk=False)
    for kind, start, end, new_start, new_end in matcher.get_opcodes():
        if kind == "equal":
            result[new_start:new_end] = theirs[start:end]
            continue
        for position in range(start, end):
            own, translated = (found.get(position, []) for found in words[:2])
            for index, pair in enumerate(zip(own, translated, strict=False)):
                if pair[0].text == pair[1].text:
                    continue
                place = new_start + position - start if end - start == new_end - new_start else None
                if not _put(pair, index, words[2], result, range(new_start, new_end), place):
                    lost.append(pair[1].text)
    return {language: new, other: "\n".join(result)}, lost


def _put(
    pair: tuple[_Literal, _Literal],
    index: int,
    words: dict[int, list[_Literal]],
    lines: list[str],
    block: range,
    place: int | None,
) -> bool:
    """Put the second of a pair into the line that has the first, or into the one in its place."""
    own, translated = pair
    for line in block:
        found = next((word for word in words.get(line, []) if word.text == own.text), None)
        if found is not None:
            return _replace(words, lines, line, found, translated)
    here = words.get(place, [])[index : index + 1] if place is not None else []
    if place is not None and here and here[0].expressions == translated.expressions:
        return _replace(words, lines, place, here[0], translated)
    return False


def _replace(
    words: dict[int, list[_Literal]], lines: list[str], line: int, old: _Literal, new: _Literal
) -> bool:
    """Replace one literal of a line; those behind it move."""
    lines[line] = lines[line][: old.start] + new.text + lines[line][old.end :]
    moved = len(new.text) - len(old.text)
    words[line] = [
        word
        if word.start < old.start
        else _Literal(word.start + moved, word.end + moved, word.text, word.expressions)
        for word in words[line]
        if word is not old
    ]
    return True


def _split_line(line: str, comment: int, literals: list[_Literal]) -> tuple[str, str]:
    """Return a line in Spanish and in English; ``comment`` is where its comment begins, or -1."""
    if comment < 0 or not _LIKE_A_MARK.search(line, comment):
        return line, line
    mark = _MARK.match(line, len(line[:comment].rstrip()))
    if not mark:
        raise _BadMarkError(
            text(
                es='la marca se escribe como último comentario de la línea, así: # es: "palabra"',
                en='a mark is the last comment of its line and is written: # es: "palabra"',
            )
        )
    english = line[: mark.start()]
    spanish = english
    words = _marked(mark["literals"])
    if len(words) > len(literals):
        raise _BadMarkError(
            text(
                es=f"la marca tiene {len(words)} textos y la línea {len(literals)}: "
                "escribe uno por texto de la línea, en su orden",
                en=f"the mark has {len(words)} texts and the line {len(literals)}: "
                "write one for each text of the line, in order",
            )
        )
    for literal, word in reversed(list(zip(literals, words, strict=False))):
        if word is None:
            continue
        if word.expressions != literal.expressions:
            raise _BadMarkError(
                text(
                    es=f"{word.text} no tiene las expresiones de {literal.text}: "
                    "entre llaves va lo mismo en los dos idiomas",
                    en=f"{word.text} does not have the expressions of {literal.text}: "
                    "what stands in braces is the same in both languages",
                )
            )
        spanish = spanish[: literal.start] + word.text + spanish[literal.end :]
    padded = [*words, *[None] * (len(literals) - len(words))]
    own = [word or literal for literal, word in zip(literals, padded, strict=True)]
    expected = _joined_line(spanish, english, own, literals)
    if expected != line:
        raise _BadMarkError(
            text(es=f"escribe la línea así: {expected}", en=f"write the line as: {expected}")
        )
    return spanish, english


def _joined_line(es: str, en: str, own: list[_Literal], words: list[_Literal]) -> str:
    """Return the line of a source for its two forms, whose literals are ``own`` and ``words``."""
    if es == en:
        return en
    marks = [
        "..." if mine.text == theirs.text else mine.text
        for mine, theirs in zip(own, words, strict=True)
    ]
    while marks and marks[-1] == "...":
        marks.pop()
    return f"{en}  # es: {', '.join(marks)}" if marks else en


def _marked(literals: str) -> list[_Literal | None]:
    """Return the literals that a mark has; None for each ``...``."""
    try:
        tree = ast.parse(f"({literals},)", mode="eval").body
        found = tree.elts if isinstance(tree, ast.Tuple) else []
    except (SyntaxError, ValueError):
        found = []
    words = [
        None
        if isinstance(node, ast.Constant) and node.value is ...
        else _literal(f"({literals},)", node)
        for node in found
    ]
    is_literal = [isinstance(node, ast.JoinedStr) or _is_text(node, ...) for node in found]
    if not words or not all(is_literal):
        raise _BadMarkError(
            text(
                es=f"detrás de «es:» van textos entre comillas, con comas; no {literals}",
                en=f'texts in quotes, with commas, stand behind "es:"; not {literals}',
            )
        )
    return words


def _is_text(node: ast.AST, *others: object) -> bool:
    return isinstance(node, ast.Constant) and (isinstance(node.value, str) or node.value in others)


def _literal(line: str, node: ast.expr) -> _Literal:
    """Return the literal that ``node``, of this line, stands for."""
    raw = line.encode()
    start = len(raw[: node.col_offset].decode())
    end = len(raw[: node.end_col_offset].decode())
    values = node.values if isinstance(node, ast.JoinedStr) else []
    expressions = Counter(ast.dump(v) for v in values if isinstance(v, ast.FormattedValue))
    return _Literal(start, end, line[start:end], expressions)


def _python(code: str) -> str:
    """Return code with ``pass`` for its magics, so that Python reads the rest at its place."""
    try:
        ast.parse(code)
    except (SyntaxError, ValueError):
        return "\n".join(_MAGIC.sub(r"\1pass # ", line) for line in code.split("\n"))
    return code


def _literals(code: str) -> dict[int, list[_Literal]] | None:
    """Return the literals of each line, by its position from 0; None where it is not Python."""
    try:
        tree = ast.parse(_python(code))
    except (SyntaxError, ValueError):
        return None
    lines = code.split("\n")
    found: dict[int, list[_Literal]] = {position: [] for position in range(len(lines))}
    pending: list[ast.AST] = [tree]
    while pending:
        node = pending.pop()
        if isinstance(node, ast.JoinedStr) or _is_text(node):
            assert isinstance(node, ast.expr)
            if node.lineno == node.end_lineno:
                found[node.lineno - 1].append(_literal(lines[node.lineno - 1], node))
        else:  # what stands in the braces of an f-string is no literal of its own
            pending.extend(ast.iter_child_nodes(node))
    return {line: sorted(words, key=lambda w: w.start) for line, words in found.items()}


def _comments(code: str) -> list[int]:
    """Return where the comment of each line begins; -1 where there is none."""
    lines = code.split("\n")
    found = [-1] * len(lines)
    try:
        for token in tokenize.generate_tokens(io.StringIO(_python(code)).readline):
            if token.type == tokenize.COMMENT:
                found[token.start[0] - 1] = token.start[1]
    except (tokenize.TokenError, SyntaxError):  # not Python: every mark in it is refused
        return [line.find("#") for line in lines]
    return found
