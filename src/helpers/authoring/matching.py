"""Which cell of a lesson is which cell of a notebook that was built from it and then edited.

Both may have changed since the build. The ids in the notebook say what each of its cells held
then (see ``identity``), so a cell is found again even where the source has another text by now.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from helpers.authoring.identity import Origin, digest, ids_of, origin_of, parse_id
from helpers.authoring.sources import Cell


@dataclass(frozen=True)
class Found:
    """A cell as it stands in a notebook; its text is in source form, without the twin's link."""

    id: str
    kind: str
    text: str
    slide_type: str | None = None
    tags: tuple[str, ...] = ()

    def as_cell(self) -> Cell:
        """Return the cell that a source would have, with this text in both languages."""
        texts = {"es": self.text, "en": self.text}
        return Cell(self.kind, texts, self.slide_type, self.tags)


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
        # one side of the pair, or the code, is as it was when the notebook was built
        origin = parse_id(found.id)
        return origin is not None and found.kind == origin.kind and self._shares(origin, source)

    def _shares(self, origin: Origin, source: int) -> bool:
        now = origin_of(self.cells[source])
        sides = zip(origin.texts, now.texts, strict=True)
        return origin.kind == now.kind and any(old == new for old, new in sides)

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
        return [s for s in rest if any(origin and self._shares(origin, s) for origin in gone)]
