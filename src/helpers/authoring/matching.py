"""Which cell of a lesson is which cell of a notebook that was built from it and then edited.

Both may have changed since the build. The ids in the notebook say what each of its cells held
then (see ``identity``), so a cell is found again even where the source has another text by now.
"""

from __future__ import annotations

import dataclasses
import difflib
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import Origin, digest, ids_of, origin_of, parse_id
from helpers.authoring.notebooks import read_notebook
from helpers.authoring.sources import NO_SLIDE_TYPE, Cell
from helpers.authoring.texts import clean, first_words, switch_language
from helpers.language import message

ALIKE = 0.6  # so much of a text is still there after an edit, usually


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


def found_cells(path: Path, notebook: Any) -> list[tuple[Any, Found]]:
    """Return the cells of a notebook that have text, each with its source form."""
    twin = str(notebook.metadata["course"].get("twin", ""))
    pairs = [(cell, _found_cell(cell, twin)) for cell in notebook.cells]
    problems = [
        message("authoring.raw_cell", file=path, cell=first_words(found.text))
        for _, found in pairs
        if found.kind not in ("markdown", "code")
    ]
    if problems:
        raise AuthoringError(problems)
    return [(cell, found) for cell, found in pairs if found.text]


def _found_cell(cell: Any, twin: str) -> Found:
    text = clean(cell.source)
    if cell.cell_type == "code":
        text = switch_language(text, "es")
    else:
        link = re.compile(rf"\n*^\[[^\]\n]*\]\({re.escape(twin)}\)[ \t]*$\n*", re.MULTILINE)
        text = clean(link.sub("\n\n", text))
    slide_type = cell.metadata.get("slideshow", {}).get("slide_type")
    if slide_type in NO_SLIDE_TYPE:
        slide_type = None
    tags = tuple(cell.metadata.get("tags", ()))
    return Found(str(cell.get("id", "")), cell.cell_type, text, slide_type, tags)


def unabsorbed(path: Path) -> list[str]:
    """Return the first words of each cell of a built notebook whose text is not the built one.

    The answer to an exercise, which ``absorb`` leaves out, is none of them.
    """
    if not path.exists():
        return []
    notebook = read_notebook(path)
    course = notebook.metadata.get("course", {})
    origins = [origin for id_ in course.get("cells", ()) if (origin := parse_id(id_))]
    if not origins:
        return []  # nobody knows what was built
    built = {origin.text(course["language"]) for origin in origins}
    texts = [cell.text for _, cell in found_cells(path, notebook) if "exercise" not in cell.tags]
    return [first_words(text) for text in texts if digest(text) not in built]


def with_ids(
    found: Sequence[Found], base: Sequence[str], cells: Sequence[Cell], language: str
) -> tuple[list[Found], list[Found]]:
    """Return the cells with the ids that they were built with, where other programs dropped these.

    A cell that was not edited is known by its text. What lies between two of those is matched in
    order, where it is as much as was built there, or by how much it resembles the source.

    Args:
        found: the cells of a notebook.
        base: the ids that it was built with.
        cells: those of its source, as it is now.
        language: the notebook's.

    Returns:
        the cells, and those of them that may be one that was built, edited, or may be new.
    """
    if {cell.id for cell in found} & set(base):
        return list(found), []
    origins = [parse_id(id_) for id_ in base]
    built = [(o.kind, o.text(language)) if o else ("", "") for o in origins]
    there = [(cell.kind, digest(cell.text)) for cell in found]
    places: dict[int, int] = {}  # of a cell that was found, among those that were built
    gaps = []
    for tag, i, i_end, j, j_end in difflib.SequenceMatcher(
        None, built, there, autojunk=False
    ).get_opcodes():
        if tag == "equal":
            places.update(zip(range(j, j_end), range(i, i_end), strict=True))
        else:
            gaps.append((range(i, i_end), range(j, j_end)))
    for j, key in enumerate(there):  # moved
        left = [i for i, other in enumerate(built) if other == key and i not in places.values()]
        if j not in places and left:
            places[j] = left[0]
    doubtful: list[Found] = []
    now = dict(zip(ids_of(cells), cells, strict=True))
    for lost, new in gaps:
        lost_left = [i for i in lost if i not in places.values()]
        new_left = [j for j in new if j not in places]
        if [built[i][0] for i in lost_left] == [found[j].kind for j in new_left]:
            places.update(zip(new_left, lost_left, strict=True))
            continue
        for j in new_left:
            alike = [(_likeness(found[j], now.get(base[i]), language), -i) for i in lost_left]
            if alike and max(alike)[0] > ALIKE:
                places[j] = -max(alike)[1]
                lost_left.remove(places[j])
            elif found[j].kind in {built[i][0] for i in lost_left}:
                doubtful.append(found[j])
    bare = not any(cell.slide_type or cell.tags for cell in found)
    return [_with_id(c, base, places.get(j), now, bare) for j, c in enumerate(found)], doubtful


def _likeness(found: Found, cell: Cell | None, language: str) -> float:
    if cell is None or cell.kind != found.kind:
        return 0.0
    return difflib.SequenceMatcher(None, found.text, cell.texts[language], autojunk=False).ratio()


def _with_id(
    found: Found, base: Sequence[str], place: int | None, now: dict[str, Cell], bare: bool
) -> Found:
    if place is None:
        return found
    cell = now.get(base[place])
    if bare and cell is not None:  # what dropped the ids dropped the metadata, too
        return Found(base[place], found.kind, found.text, cell.slide_type, cell.tags)
    return dataclasses.replace(found, id=base[place])


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
