"""Edits that someone made in a built notebook, taken back into its source.

This is a three-way merge: what the notebook was built from (its ids and its ``course`` metadata
have it), what it holds now, and what the source holds now. What changed on one side is kept; where
the same cell changed on both, nothing is written and the cell is named.
"""

from __future__ import annotations

import difflib
import io
import tokenize
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from helpers.authoring.build import source_folder
from helpers.authoring.code_words import carried
from helpers.authoring.notebooks import read_notebook, replace_file, source_cells, to_json
from helpers.authoring.sources import (
    OTHER,
    TRANSLATE,
    AuthoringError,
    Cell,
    Lesson,
    Origin,
    digest,
    first_words,
    ids_of,
    is_marked,
    lesson_of,
    origin_of,
    parse_id,
    read_lesson,
    source_of,
)
from helpers.language import LANGUAGES, text


def absorb(root: Path, path: Path) -> None:
    """Take the edits in the notebook at ``path`` into its source; say line by line what it took.

    The notebook's cells then get the ids of what they hold now, so that it can be edited and
    absorbed again before the next build.

    Raises:
        AuthoringError: where it cannot, with all reasons; then nothing was written.
        OSError: where a file cannot be read or written.
    """
    notebook = read_notebook(path)
    source, language = _source(root, path, notebook)
    lesson = read_lesson(source)
    pairs = source_cells(notebook)
    cells, ids = [cell for _, cell in pairs], [str(node.get("id", "")) for node, _ in pairs]
    course = notebook.metadata["course"]
    base = list(course.get("cells") or ids_of(lesson.cells))
    if not set(ids) & set(base):
        message = text(
            es=f"otro programa quitó los id de sus celdas. Cambia {source.name} a mano.",
            en=f"another program removed its cells' ids. Change {source.name} by hand.",
        )
        raise AuthoringError(f"{path}: {message}")
    merge = _Merge(lesson, language, cells, _built_ids(ids, base, cells, language), base)
    written = source_of(merge.lesson)
    lesson_of(source, written)  # what does not keep to the rules raises here, before it is written
    if merge.lines:
        replace_file(source, written)
    new_ids = merge.new_ids(ids)
    if not ids == new_ids == course.get("cells"):
        for (node, _), id_ in zip(pairs, new_ids, strict=True):
            node["id"] = id_
        course["cells"] = new_ids
        replace_file(path, to_json(notebook))
    print(f"{path.name} -> {source.name}")
    for line in merge.lines or [text(es="sin cambios", en="no changes")]:
        print(f"  {line}")


def _source(root: Path, path: Path, notebook: Any) -> tuple[Path, str]:
    """Return the source of a notebook and its language, as its metadata name them."""
    course = notebook.metadata.get("course")
    name = course.get("source") if isinstance(course, dict) else None
    # a plain file name: nothing outside the folder of the sources is ever written
    if isinstance(name, str) and Path(name).name == name and course.get("language") in LANGUAGES:
        source = source_folder(root) / name
        if source.is_file():
            return source, course["language"]
    message = text(
        es=f"sus metadatos no nombran su lección ({name!r}). Mejor cambia uno de notebooks/es.",
        en=f"its metadata does not name its lesson ({name!r}). Change one of notebooks/en instead.",
    )
    raise AuthoringError(f"{path}: {message}")


def _built_ids(
    ids: Sequence[str], base: Sequence[str], cells: Sequence[Cell], language: str
) -> list[str]:
    """Return for each cell the id that it was built with, or "" for a new one.

    Cells that were cut and pasted may have a new id: these are known by what they say.
    """
    built = [id_ if id_ in base and id_ not in ids[:n] else "" for n, id_ in enumerate(ids)]
    for position, cell in enumerate(cells):
        for id_ in base:
            if not built[position] and id_ not in built and _is_same(parse_id(id_), cell, language):
                built[position] = id_
    return built


def _is_same(origin: Origin | None, cell: Cell, language: str) -> bool:
    """Return whether a cell has the text that its id says it had when it was built."""
    held = cell.kind, digest(cell.texts[language])
    return origin is not None and (origin.kind, origin.text(language)) == held


class _Merge:
    """What becomes of a lesson when a notebook's edits are taken into it.

    ``lesson`` is the result; ``lines`` says what was taken, a line each. Cells are known by their
    place in the source, new ones by further numbers: these are their keys.
    """

    def __init__(
        self,
        lesson: Lesson,
        language: str,
        found: Sequence[Cell],
        ids: Sequence[str],
        base: Sequence[str],
    ) -> None:
        self.lines: list[str] = []
        self._language, self._found, self._ids = language, found, ids
        self._problems: list[str] = []
        self._cells = dict(enumerate(lesson.cells))
        self._source_ids = ids_of(lesson.cells)
        self._built = self._keys_of(base)
        self._keys = {n: self._built[id_] for n, id_ in enumerate(ids) if id_ in self._built}
        self._find_same()
        self._take_edits()
        self._order = self._take_new(self._without_removed(self._take_moves()))
        if self._problems:
            raise AuthoringError(*(f"{lesson.path.name}: {line}" for line in self._problems))
        self.lesson = replace(lesson, cells=tuple(self._cells[key] for key in self._order))

    def _keys_of(self, base: Sequence[str]) -> dict[str, int]:
        """Return where the cells that the notebook was built from stand in the source now."""
        ids = self._source_ids
        keys = {id_: ids.index(id_) for id_ in base if id_ in ids}
        for id_ in base:
            old = parse_id(id_)
            for key, cell in self._cells.items():
                is_free = id_ not in keys and key not in keys.values()
                if is_free and old and old.shares_with(origin_of(cell)):
                    keys[id_] = key
        return {id_: keys[id_] for id_ in base if id_ in keys}

    def _find_same(self) -> None:
        """Find the new cells that the source has too, from the other notebook."""
        for position, found in enumerate(self._found):
            for key, cell in self._cells.items():
                taken = {*self._built.values(), *self._keys.values()}
                same = found.kind == cell.kind and self._text(found) == self._text(cell)
                if same and not self._ids[position] and key not in taken:
                    self._keys.setdefault(position, key)

    def _text(self, cell: Cell) -> str:
        return cell.texts[self._language]

    def _say(self, what: str, cell: Cell) -> None:
        """Note what was taken, with the first words of the cell."""
        name = next(first_words(one) for one in (self._text(cell), *cell.texts.values()) if one)
        self.lines.append(f"{what}: “{name}”")

    # ---- texts and metadata

    def _take_edits(self) -> None:
        for position, found in enumerate(self._found):
            id_, key = self._ids[position], self._keys.get(position, -1)
            if key < 0:  # new, or the source no longer has it
                if id_ and not _is_same(parse_id(id_), found, self._language):
                    self._conflict(found)
                continue
            cell = self._cells[key]
            old, now = parse_id(id_) or origin_of(cell), origin_of(cell)
            states = old.text(self._language), now.text(self._language), digest(self._text(found))
            if self._is_news(*states, found):
                cell = self._with_text(cell, found)
            new = replace(cell, slide_type=found.slide_type, tags=found.tags)
            if self._is_news(old.metadata, now.metadata, origin_of(new).metadata, found):
                cell, data = new, new.metadata()
                self._say(text(es=f"metadatos {data}", en=f"metadata {data}"), found)
            self._cells[key] = cell

    def _is_news(self, old: str, source: str, notebook: str, found: Cell) -> bool:
        """Return whether the notebook alone has changed; note a problem where both have."""
        if notebook not in (source, old) and source != old:
            self._conflict(found)
        return notebook != old and source == old

    def _with_text(self, cell: Cell, found: Cell) -> Cell:
        """Return a cell of the source with the text that it has in the notebook."""
        source = self._text(found)
        if "exercise" in cell.tags and _n_dots(source) < _n_dots(self._text(cell)):
            self._say(
                text(es="ejercicio respondido, no se toma", en="answered exercise, not taken"),
                found,
            )
            return cell
        if cell.kind == "code":
            self._say(text(es="código cambiado", en="code changed"), found)
            texts, lost = carried(source, self._language, cell.texts)
            for word in lost:
                self._say(
                    text(
                        es=f"{word} ya no cabe; escríbelo con # es:",
                        en=f"{word} no longer fits; write it with # es:",
                    ),
                    found,
                )
            return replace(cell, texts=texts)
        self._say(
            text(
                es="texto cambiado; revisa el otro idioma",
                en="text changed; check the other language",
            ),
            found,
        )
        return replace(cell, texts={**cell.texts, self._language: source})

    def _conflict(self, cell: Cell) -> None:
        name = first_words(self._text(cell))
        self._problems.append(
            text(
                es=f"«{name}» cambió en el cuaderno y en la fuente. Cambia a mano la fuente.",
                en=f"“{name}” changed in the notebook and in the source. Edit the source by hand.",
            )
        )

    # ---- moved, removed and new cells

    def _take_moves(self) -> list[int]:
        """Return the keys of the source's cells in the order that they are to have."""
        own = sorted(self._cells)
        theirs = [key for _, key in sorted(self._keys.items())]
        built = [key for key in self._built.values() if key in theirs]
        if theirs == sorted(theirs) or [key for key in theirs if key in built] == built:
            return own
        matcher = difflib.SequenceMatcher(None, sorted(theirs), theirs, autojunk=False)
        for kind, _, _, start, end in matcher.get_opcodes():
            for key in theirs[start:end] if kind in ("insert", "replace") else ():
                self._say(text(es="celda movida", en="cell moved"), self._cells[key])
                if built != sorted(built):
                    self._conflict(self._cells[key])
        order = list(theirs)
        for place, key in enumerate(own):
            if key not in theirs:
                order.insert(order.index(own[place - 1]) + 1 if place else 0, key)
        return order

    def _without_removed(self, order: list[int]) -> list[int]:
        removed = {key: id_ for id_, key in self._built.items() if id_ not in self._ids}
        for key, id_ in removed.items():
            self._say(text(es="celda quitada", en="cell removed"), self._cells[key])
            if self._source_ids[key] != id_:
                self._conflict(self._cells[key])
        return [key for key in order if key not in removed]

    def _take_new(self, order: list[int]) -> list[int]:
        """Return ``order`` with each new cell after the one that it follows in the notebook."""
        place = 0
        for position, found in enumerate(self._found):
            if position in self._keys:
                place = order.index(self._keys[position]) + 1
            elif not self._ids[position]:
                if not self._is_translation(order[place:], found):
                    order.insert(place, self._new_key(found))
                self._keys[position] = order[place]
                place += 1
        return order

    def _is_translation(self, following: Sequence[int], found: Cell) -> bool:
        """Put a new text where the source waits for it; return whether it does."""
        cell = self._cells[following[0]] if following else found
        if found.kind != "markdown" or not is_marked(self._text(cell)):
            return False
        texts = {**cell.texts, self._language: self._text(found)}
        self._cells[following[0]] = replace(cell, texts=texts)
        self._say(text(es="traducción", en="translation"), found)
        return True

    def _new_key(self, found: Cell) -> int:
        if found.kind == "markdown":
            self._say(
                text(es="texto nuevo, falta traducirlo", en="new text, to be translated"), found
            )
            waiting = {OTHER[self._language]: f"{TRANSLATE} {self._text(found)}"}
            found = replace(found, texts={**found.texts, **waiting})
        else:
            self._say(text(es="código nuevo", en="new code"), found)
        key = max(self._cells) + 1
        self._cells[key] = found
        return key

    def new_ids(self, old: Sequence[str]) -> list[str]:
        """Return the ids for the notebook: new where its cell is the lesson's, otherwise old."""
        new = dict(zip(self._order, ids_of(self.lesson.cells), strict=True))
        ids = []
        for position, found in enumerate(self._found):
            key = self._keys.get(position, -1)
            cell = self._cells.get(key, found)
            same = self._text(cell) == self._text(found) and cell.metadata() == found.metadata()
            ids.append(new[key] if same and key in new else self._ids[position] or old[position])
        return ids


def _n_dots(code: str) -> int:
    """Return how often ``code`` has an ``...`` of Python: those of texts and comments are none."""
    n_dots = 0
    try:
        for token in tokenize.generate_tokens(io.StringIO(code).readline):
            n_dots += token.string == "..."
    except (tokenize.TokenError, SyntaxError):  # half a line: what came before it counts
        pass
    return n_dots
