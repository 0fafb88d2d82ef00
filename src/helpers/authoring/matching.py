"""Which cell of a lesson is which cell of a notebook that was built from it and then edited.

Both may have changed since the build. The ids in the notebook say what each of its cells held
then (see ``identity``), so a cell is found again even where the source has another text by now.
Other programs may drop the ids, or give new ones: ``LostIds`` tells them by content.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Any

from helpers.authoring.identity import Origin, digest, ids_of, origin_of, parse_id
from helpers.authoring.sources import NO_SLIDE_TYPE, Cell, Lesson
from helpers.authoring.texts import clean, switch_language


@dataclass(frozen=True)
class Found:
    """A cell as it stands in a notebook; its text is in source form, without the twin's link."""

    id: str
    kind: str
    text: str
    slide_type: str | None = None
    tags: tuple[str, ...] = ()
    is_bare: bool = False  # it has none of the metadata that the build gives to every cell

    def as_cell(self) -> Cell:
        """Return the cell that a source would have, with this text in both languages."""
        texts = {"es": self.text, "en": self.text}
        return Cell(self.kind, texts, self.slide_type, self.tags)


def found_cell(cell: Any, twin: str) -> Found:
    """Return the source form of a notebook's cell, without the link to the notebook ``twin``."""
    text = clean(cell.source)
    if cell.cell_type == "code":
        text = switch_language(text, "es")
    else:
        link = re.compile(rf"\n*^\[[^\]\n]*\]\({re.escape(twin)}\)[ \t]*$\n*", re.MULTILINE)
        text = clean(link.sub("\n\n", text))
    slide_type = (cell.metadata.get("slideshow") or {}).get("slide_type")
    if slide_type in NO_SLIDE_TYPE:
        slide_type = None
    tags = tuple(cell.metadata.get("tags") or ())
    is_bare = not {"slideshow", "tags"} & set(cell.metadata)
    return Found(str(cell.get("id", "")), cell.cell_type, text, slide_type, tags, is_bare)


@dataclass
class LostIds:
    """Cells of a notebook whose ids another program dropped or renewed, told by their content.

    ``base`` lists the ids that the notebook was built with. ``found`` has them where they could be
    told; else the ids that the cells came with.
    """

    found: list[Found]
    base: Sequence[str]
    lesson: Lesson
    language: str

    def __post_init__(self) -> None:
        self._all_lost = not {cell.id for cell in self.found} & set(self.base)
        self._tell(self._same)
        if self._all_lost:  # else a cell in the place of another may well be a new one
            self._tell(self._only_one_there)
        self._tell(self._alike)
        if self._all_lost:
            self._tell(self._only_one_there)

    def _tell(self, rule: Callable[[int], str]) -> None:
        for position, cell in enumerate(self.found):
            if cell.id not in self.base and (id_ := rule(position)):
                self.found[position] = dataclasses.replace(cell, id=id_)

    def _missing(self, kind: str) -> dict[str, Origin]:
        """Return the ids that no cell has, and what they say."""
        taken = {cell.id for cell in self.found}
        origins = {id_: parse_id(id_) for id_ in self.base if id_ not in taken}
        return {id_: origin for id_, origin in origins.items() if origin and origin.kind == kind}

    def _same(self, position: int) -> str:
        """Return the id of a cell that had the same text."""
        cell = self.found[position]
        text, missing = digest(cell.text), self._missing(cell.kind)
        return next((id_ for id_, o in missing.items() if o.text(self.language) == text), "")

    def _alike(self, position: int) -> str:
        """Return the id of the cell of most like words, if half of them are."""
        cell = self.found[position]
        missing = self._missing(cell.kind)
        words = {
            tuple(source.texts[self.language].split()): id_
            for id_, origin in missing.items()
            for source in self.lesson.cells
            if _shares(origin, source)
        }
        close = difflib.get_close_matches(tuple(cell.text.split()), words, n=1, cutoff=0.5)
        return words[tuple(close[0])] if close else ""

    def _only_one_there(self, position: int) -> str:
        """Return the id of the one cell that stood between these neighbours, if this is too."""
        rivals, ids = self._in_place_of(position)
        return ids[0] if len(rivals) == len(ids) == 1 else ""

    def _in_place_of(self, position: int) -> tuple[list[int], list[str]]:
        """Return the cells that are not told, and the missing ids, between the same neighbours."""
        kind, now = self.found[position].kind, [cell.id for cell in self.found]
        place = _neighbours(now, position, self.base)
        rivals = [
            other
            for other, cell in enumerate(self.found)
            if cell.id not in self.base
            and cell.kind == kind
            and _neighbours(now, other, self.base) == place
        ]
        built = list(self.base)
        ids = [i for i in self._missing(kind) if _neighbours(built, built.index(i), now) == place]
        return rivals, ids

    def unclear(self) -> list[Found]:
        """Return the cells of which nobody can say whether they are new, or which they were."""
        if not self._all_lost:
            return []
        if not {cell.id for cell in self.found} & set(self.base):
            return self.found
        rest = [p for p, cell in enumerate(self.found) if cell.id not in self.base]
        return [self.found[position] for position in rest if self._in_place_of(position)[1]]


def _neighbours(ids: Sequence[str], position: int, known: Sequence[str]) -> tuple[str, str]:
    """Return the nearest of the ``known`` ids before a position and after it."""
    before = next((id_ for id_ in reversed(ids[:position]) if id_ in known), "")
    return before, next((id_ for id_ in ids[position + 1 :] if id_ in known), "")


def _shares(origin: Origin, cell: Cell) -> bool:
    """Tell whether one side of a pair, or the code, is as it was when the notebook was built."""
    now = origin_of(cell)
    sides = zip(origin.texts, now.texts, strict=True)
    return origin.kind == now.kind and any(old == new for old, new in sides)


@dataclass
class Matching:
    """How the cells ``found`` in a notebook stand to those of its lesson.

    ``sources`` maps a position in ``found`` to one in ``cells``. ``base`` lists the ids that the
    notebook was built with.
    """

    cells: Sequence[Cell]
    found: Sequence[Found]
    language: str
    base: Sequence[str]
    sources: dict[int, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.ids = ids_of(self.cells)
        self._match(self._same_id)
        self._match(self._same_text)
        self._match(self._same_origin)

    def _match(self, same: Callable[[Found, int], bool]) -> None:
        """Match what is left on both sides, first come first served."""
        for position, found in enumerate(self.found):
            if position not in self.sources:
                source = next((s for s in self.unmatched() if same(found, s)), None)
                if source is not None:
                    self.sources[position] = source

    def unmatched(self) -> list[int]:
        """Return the positions of the lesson's cells that are not in the notebook."""
        taken = set(self.sources.values())
        return [source for source in range(len(self.cells)) if source not in taken]

    def _same_id(self, found: Found, source: int) -> bool:
        return found.id == self.ids[source] and found.kind == self.cells[source].kind

    def _same_text(self, found: Found, source: int) -> bool:
        # cut and pasted cells may get a new id
        cell = self.cells[source]
        return (found.kind, found.text) == (cell.kind, cell.texts[self.language])

    def _same_origin(self, found: Found, source: int) -> bool:
        origin = parse_id(found.id)
        return bool(origin and found.kind == origin.kind and _shares(origin, self.cells[source]))

    def is_superseded(self, position: int) -> bool:
        """Tell whether the cell was built from one that the source has no more, or has changed."""
        id_ = self.found[position].id
        return position not in self.sources and id_ in self.base and id_ not in self.ids

    def is_edited(self, position: int) -> bool:
        """Tell whether the text of the cell is not the one it was built with."""
        found = self.found[position]
        origin = parse_id(found.id)
        return origin is None or digest(found.text) != origin.text(self.language)

    def removed(self) -> list[int]:
        """Return the positions of the lesson's cells that were removed from the notebook."""
        return [source for source in self.unmatched() if self.ids[source] in self.base]

    def removed_but_changed(self) -> list[int]:
        """Return those that were removed there and changed in the source since the build."""
        present = {found.id for found in self.found}
        gone = [parse_id(id_) for id_ in self.base if id_ not in present and id_ not in self.ids]
        rest = [source for source in self.unmatched() if self.ids[source] not in self.base]
        return [s for s in rest if any(o and _shares(o, self.cells[s]) for o in gone)]
