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
import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from helpers.language import LANGUAGES, text

_MARK = re.compile(r"  # es: (?P<words>\S.*)$")
_LIKE_A_MARK = re.compile(r"#+\s*(es|en)\b\s*[:=\"']", re.IGNORECASE)
_MAGIC = re.compile(r"^(\s*)[%!?]")


class Literal(NamedTuple):
    """A string literal that begins and ends on one line: where it stands there, and its text."""

    start: int
    end: int
    text: str
    expressions: tuple[str, ...] = ()  # those in the braces of an f-string, sorted


def mark_problems(code: str) -> list[tuple[int, str]]:
    """Return what is wrong with the marks of a source's code cell: line in the cell, from 0, why.

    In code without any mistake each line is written in the one form that `with_marks` gives it.
    """
    pairs = _pairs(code)
    return [(line, _wrong(code, line)) for line, pair in enumerate(pairs) if pair is None]


def in_languages(code: str) -> dict[str, str]:
    """Return the code of a source's cell, whose marks are right, in each language without them."""
    pairs = [pair or ("", "") for pair in _pairs(code)]
    return {"es": "\n".join(es for es, _ in pairs), "en": "\n".join(en for _, en in pairs)}


def with_marks(texts: Mapping[str, str]) -> str:
    """Return the source of code that `in_languages` gives these texts; its lines differ in words.

    Raises:
        ValueError: where they have not as many lines.
    """
    es, en = (
        zip(texts[code].split("\n"), _literals(texts[code]), strict=True) for code in LANGUAGES
    )
    return "\n".join(
        line if line == spanish else _marked(line, own, literals)
        for (spanish, own), (line, literals) in zip(es, en, strict=True)
    )


def carried(new: str, language: str, texts: Mapping[str, str]) -> tuple[dict[str, str], list[str]]:
    """Return an edited code in both languages, and the words of the other that found no place.

    Args:
        new: the code as it was edited, in ``language``.
        texts: the code before the edit in each language.
    """
    other = next(name for name in LANGUAGES if name != language)
    own, theirs = (_flat(texts[name]) for name in (language, other))
    words, lines = _flat(new), new.split("\n")
    found: dict[int, str] = {}
    lost = []
    old_texts, new_texts = ([word.text for _, word in flat] for flat in (own, words))
    matcher = difflib.SequenceMatcher(None, old_texts, new_texts, autojunk=False)
    for _, start, end, new_start, new_end in matcher.get_opcodes():
        for i in range(start, end):
            mine, word = own[i][1], theirs[i][1]
            if mine.text == word.text:
                continue
            moved = [j for j, text in enumerate(new_texts) if text == mine.text and j not in found]
            as_many = end - start == new_end - new_start
            place = new_start + i - start if as_many else next(iter(moved), -1)
            if place >= 0 and words[place][1].expressions == word.expressions:
                found[place] = word.text
            else:
                lost.append(word.text)
    for j, new_word in sorted(found.items(), reverse=True):
        line, literal = words[j]
        lines[line] = _with(lines[line], literal, new_word)
    return {language: new, other: "\n".join(lines)}, lost


def _flat(code: str) -> list[tuple[int, Literal]]:
    """Return all literals of a code, each with its line."""
    return [(n, literal) for n, literals in enumerate(_literals(code)) for literal in literals]


def _with(line: str, literal: Literal, word: str) -> str:
    return line[: literal.start] + word + line[literal.end :]


def _pairs(code: str) -> list[tuple[str, str] | None]:
    """Return each line of a source in Spanish and in English; ``None`` where its mark is wrong."""
    lines = code.split("\n")
    if not _LIKE_A_MARK.search(code):
        return [(line, line) for line in lines]
    return [_pair(*pair) for pair in zip(lines, _literals(code), strict=True)]


def _pair(line: str, literals: Sequence[Literal]) -> tuple[str, str] | None:
    end = max((literal.end for literal in literals), default=0)
    if not _LIKE_A_MARK.search(line, end):
        return line, line
    mark = _MARK.search(line, end)
    words = _words(mark["words"]) if mark else []
    if not mark or not words or len(words) > len(literals):
        return None
    english = spanish = line[: mark.start()]
    own = [*literals]
    for place, word in reversed([*enumerate(words)]):
        if word is not None:
            own[place] = word
            spanish = _with(spanish, literals[place], word.text)
    same = all(a.expressions == b.expressions for a, b in zip(own, literals, strict=True))
    return (spanish, english) if same and _marked(english, own, literals) == line else None


def _marked(line: str, own: Sequence[Literal], literals: Sequence[Literal]) -> str:
    """Return an English line with its mark, where ``own`` are its literals in Spanish."""
    pairs = zip(own, literals, strict=True)
    words = ["..." if mine.text == theirs.text else mine.text for mine, theirs in pairs]
    while words and words[-1] == "...":
        words.pop()
    return f"{line}  # es: {', '.join(words)}" if words else line


def _words(marked: str) -> list[Literal | None]:
    """Return the literals that stand in a mark, ``None`` for each ``...``; none if it is wrong."""
    code = f"({marked},)"
    try:
        tree = ast.parse(code, mode="eval").body
    except (SyntaxError, ValueError):
        return []
    words: list[Literal | None] = []
    for node in tree.elts if isinstance(tree, ast.Tuple) else []:
        if isinstance(node, ast.Constant) and node.value is ...:
            words.append(None)
        elif _is_text(node):
            words.append(_literal(code, node))
        else:
            return []
    return words


def _literals(code: str) -> list[list[Literal]]:
    """Return the literals of each line; none where the code is not Python."""
    lines = code.split("\n")
    found: list[list[Literal]] = [[] for _ in lines]
    for node in _texts_in(_tree(code)):
        if node.lineno == node.end_lineno:
            found[node.lineno - 1].append(_literal(lines[node.lineno - 1], node))
    return [sorted(literals) for literals in found]


def _tree(code: str) -> ast.AST:
    """Return what Python reads in code, with ``pass`` for its magics; nothing if it cannot."""
    for written in (code, "\n".join(_MAGIC.sub(r"\1pass # ", line) for line in code.split("\n"))):
        try:
            return ast.parse(written)
        except (SyntaxError, ValueError):
            continue
    return ast.parse("")


def _texts_in(node: ast.AST) -> Iterator[ast.expr]:
    """Yield the literals; what stands in the braces of an f-string is no literal of its own."""
    if isinstance(node, ast.expr) and _is_text(node):
        yield node
    else:
        for child in ast.iter_child_nodes(node):
            yield from _texts_in(child)


def _is_text(node: ast.expr) -> bool:
    is_plain = isinstance(node, ast.Constant) and isinstance(node.value, str)
    return is_plain or isinstance(node, ast.JoinedStr)


def _literal(line: str, node: ast.expr) -> Literal:
    """Return the literal that ``node``, of this line, stands for."""
    raw = line.encode()  # Python counts columns in bytes
    start, end = (len(raw[:column].decode()) for column in (node.col_offset, node.end_col_offset))
    values = node.values if isinstance(node, ast.JoinedStr) else []
    expressions = (ast.dump(value) for value in values if isinstance(value, ast.FormattedValue))
    return Literal(start, end, line[start:end], tuple(sorted(expressions)))


def _wrong(code: str, line: int) -> str:
    received = code.split("\n")[line].strip()
    return text(
        es=f"no se entiende la marca de {received}. Va al final, tras dos espacios: # es: "
        '"palabra"; un texto por cada texto de la línea, en orden, o ...; lo mismo entre llaves.',
        en=f"the mark of {received} is wrong. Put it at the end, after two spaces: # es: "
        '"palabra"; one text for each text of the line, in order, or ...; the same in braces.',
    )
