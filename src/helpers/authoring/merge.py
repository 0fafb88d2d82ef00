"""The edits of a notebook, merged into its lesson: texts, new, removed and moved cells."""

from __future__ import annotations

import ast
import dataclasses
import difflib
import warnings
from collections.abc import Sequence

from helpers.authoring.code_words import carried
from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import digest, ids_of, origin_of, parse_id
from helpers.authoring.matching import Found, Matching
from helpers.authoring.sources import Cell, Lesson
from helpers.authoring.texts import first_words, is_marked, mark
from helpers.language import message, text


class Merge:
    """What becomes of a lesson when a notebook's edits are taken into it.

    ``lesson`` is the result; ``lines`` says what was taken, a line each; ``ids`` are those that
    the cells of the notebook have from now on, in their order there.
    """

    def __init__(
        self, lesson: Lesson, language: str, found: Sequence[Found], base: Sequence[str]
    ) -> None:
        self.language = language
        self.found = found
        self.lines: list[str] = []
        self._file = lesson.path.name
        self._problems: list[str] = []
        self._matching = Matching(lesson.cells, found, language, base)
        if all(cell.is_bare for cell in found):  # a program dropped them: that is no edit
            self.found = [self._with_metadata(*pair, lesson) for pair in enumerate(found)]
        self._cells = dict(enumerate(lesson.cells))  # new cells get further keys
        self._keys = dict(self._matching.sources)
        self._take_edits()
        self._check_superseded()
        order = self._without_removed(self._order())
        order = self._with_new(order)
        if self._problems:
            raise AuthoringError(self._problems)
        self.lesson = dataclasses.replace(lesson, cells=tuple(self._cells[key] for key in order))
        self.ids = self._new_ids(order)

    def _with_metadata(self, position: int, found: Found, lesson: Lesson) -> Found:
        source = self._matching.sources.get(position)
        if source is None:
            return found
        cell = lesson.cells[source]
        return dataclasses.replace(found, slide_type=cell.slide_type, tags=cell.tags)

    # texts and metadata

    def _take_edits(self) -> None:
        for position, key in self._matching.sources.items():
            found, cell = self.found[position], self._cells[key]
            cell = self._take_text(found, cell)
            self._cells[key] = self._take_metadata(found, cell)

    def _take_text(self, found: Found, cell: Cell) -> Cell:
        old, now = parse_id(found.id) or origin_of(cell), origin_of(cell)
        built, source = old.text(self.language), now.text(self.language)
        if not self._is_news(built, source, digest(found.text), found):
            return cell
        name = first_words(found.text)
        if _is_answer(found, cell):
            self.lines.append(message("authoring.left_answer", cell=name))
            return cell
        if cell.kind == "code":
            self.lines.append(message("authoring.took_code", cell=name))
            texts, lost = carried(found.text, self.language, cell.texts)
            self.lines += [_lost_words(name, word) for word in lost]
            return dataclasses.replace(cell, texts=texts)
        self.lines.append(message("authoring.took_text", cell=name, language=self.language))
        return dataclasses.replace(cell, texts={**cell.texts, self.language: found.text})

    def _take_metadata(self, found: Found, cell: Cell) -> Cell:
        new = dataclasses.replace(cell, slide_type=found.slide_type, tags=found.tags)
        old, now = parse_id(found.id) or origin_of(cell), origin_of(cell)
        news = self._is_news(old.metadata, now.metadata, origin_of(new).metadata, found)
        if news:
            name = first_words(found.text)
            self.lines.append(
                message("authoring.took_metadata", cell=name, received=new.metadata())
            )
        return new if news else cell

    def _is_news(self, old: str, source: str, notebook: str, found: Found) -> bool:
        """Tell whether the notebook alone has changed; note a problem where both have."""
        if notebook in (source, old):
            return False
        if source != old:
            self._conflict(found)
        return source == old

    def _conflict(self, found: Found) -> None:
        cell = first_words(found.text)
        self._problems.append(message("authoring.both_changed", file=self._file, cell=cell))

    def _check_superseded(self) -> None:
        for position, found in enumerate(self.found):
            if self._matching.is_superseded(position) and self._matching.is_edited(position):
                self._conflict(found)
        for source in self._matching.removed_but_changed():
            cell = self._cells[source].name()
            self._problems.append(message("authoring.both_changed", file=self._file, cell=cell))

    # order

    def _order(self) -> list[int]:
        """Return the keys of the lesson's cells in the order that they shall have."""
        own = list(range(len(self._cells)))
        theirs = [key for _, key in sorted(self._matching.sources.items())]
        common = [key for key in own if key in set(theirs)]
        if self._follows_build(theirs) or theirs == common:
            return own
        if not self._follows_build(own):
            self._problems.append(message("authoring.both_moved", file=self._file))
            return own
        self._say_moved(common, theirs)
        return self._in_order_of(theirs, own)

    def _follows_build(self, keys: list[int]) -> bool:
        """Tell whether those of the cells that the build had stand as they stood then."""
        ids = {key: self.found[position].id for position, key in self._matching.sources.items()}
        places = {id_: place for place, id_ in enumerate(self._matching.base)}
        own = self._matching.ids
        known = [places.get(own[key], places.get(ids.get(key, ""))) for key in keys]
        stood = [place for place in known if place is not None]
        return stood == sorted(stood)

    def _say_moved(self, before: list[int], after: list[int]) -> None:
        blocks = difflib.SequenceMatcher(None, before, after, autojunk=False).get_matching_blocks()
        stayed = {key for block in blocks for key in before[block.a : block.a + block.size]}
        for key in after:
            if key not in stayed:
                self.lines.append(message("authoring.took_move", cell=self._cells[key].name()))

    @staticmethod
    def _in_order_of(theirs: list[int], own: list[int]) -> list[int]:
        """Return ``theirs`` with each other cell put after the one that it follows in ``own``."""
        order = list(theirs)
        for place, key in enumerate(own):
            if key not in theirs:
                order.insert(order.index(own[place - 1]) + 1 if place else 0, key)
        return order

    # removed and new cells

    def _without_removed(self, order: list[int]) -> list[int]:
        removed = self._matching.removed()
        for key in removed:
            self.lines.append(message("authoring.took_removal", cell=self._cells[key].name()))
        return [key for key in order if key not in removed]

    def _with_new(self, order: list[int]) -> list[int]:
        """Return ``order`` with each new cell after the one that it follows in the notebook."""
        place = 0
        for position, found in enumerate(self.found):
            if position in self._keys:
                place = order.index(self._keys[position]) + 1
            elif not self._matching.is_superseded(position):
                key = self._fill(order[place:], found)
                self._keys[position] = self._add(order, place, found) if key is None else key
                place += 1
        return order

    def _fill(self, following: list[int], found: Found) -> int | None:
        """Put a new text where the source waits for it; return the key of that cell, if any."""
        if not following or found.kind != "markdown":
            return None
        key = following[0]
        cell = self._cells[key]
        if not (cell.kind == "markdown" and is_marked(cell.texts[self.language])):
            return None
        name = first_words(found.text)
        self.lines.append(message("authoring.took_translation", cell=name, language=self.language))
        self._cells[key] = dataclasses.replace(
            cell, texts={**cell.texts, self.language: found.text}
        )
        return key

    def _add(self, order: list[int], place: int, found: Found) -> int:
        key = max(self._cells, default=-1) + 1
        cell, name = found.as_cell(), first_words(found.text)
        if found.kind == "markdown":
            other = "en" if self.language == "es" else "es"
            cell = dataclasses.replace(cell, texts={**cell.texts, other: mark(found.text)})
            self.lines.append(
                message("authoring.took_new_text", cell=name, language=self.language, other=other)
            )
        else:
            self.lines.append(message("authoring.took_new_code", cell=name))
        self._cells[key] = cell
        order.insert(place, key)
        return key

    def _new_ids(self, order: list[int]) -> list[str]:
        """Return the ids for the notebook: new where its cell is the lesson's, else the old."""
        by_key = dict(zip(order, ids_of(self.lesson.cells), strict=True))
        ids = []
        for position, found in enumerate(self.found):
            key = self._keys.get(position, -1)
            same = key in by_key and self._is_same(found, self._cells[key])
            ids.append(by_key[key] if same else found.id)
        return ids

    def _is_same(self, found: Found, cell: Cell) -> bool:
        texts = found.text == cell.texts[self.language]
        return texts and found.as_cell().metadata() == cell.metadata()


def _lost_words(cell: str, word: str) -> str:
    return text(
        es=f"«{cell}»: {word} ya no tiene lugar; si hace falta, escríbelo en la fuente con # es:",
        en=f"“{cell}”: {word} has no place any more; if needed, write it in the source with # es:",
    )


def _is_answer(found: Found, cell: Cell) -> bool:
    """Tell whether somebody has answered an exercise, or part of it: some of its dots are gone."""
    if cell.kind != "code" or "exercise" not in cell.tags:
        return False
    codes = found.text, cell.texts["es"]  # as many dots as in English
    try:
        now, before = (_n_ellipses(code) for code in codes)
    except (SyntaxError, ValueError):  # half a line, a magic, a zero byte: both are counted as text
        now, before = (code.count("...") for code in codes)
    return now < before


def _n_ellipses(code: str) -> int:
    """Return how often ``code`` has an ``...`` of Python: those of texts and comments are none."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # what a learner wrote may have a wrong escape
        nodes = list(ast.walk(ast.parse(code)))
    return sum(isinstance(node, ast.Constant) and node.value is ... for node in nodes)
