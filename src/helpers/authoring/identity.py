"""The ids of cells: the same in both languages, and no business of a cell's neighbours.

An id is made of digests of what the cell held when it was built:
``m-SPANISH-ENGLISH-METADATA`` for a pair of Markdown texts, ``c-CODE-METADATA`` for code (with
both, where its words differ), and an ordinal behind it where a lesson has equal cells. So a cell
found in a notebook shows by its id alone whether it was edited since, and which side of its pair is
still as it was.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

from helpers.authoring.sources import Cell

_ID = re.compile(r"([mc])-([0-9a-f]{10})(?:-([0-9a-f]{10}))?-([0-9a-f]{6})(-\d+)?")


class Origin(NamedTuple):
    """What a cell's id says of it: digests of its texts by language, and of its metadata."""

    kind: str
    es: str
    en: str
    metadata: str

    def text(self, language: str) -> str:
        """Return the digest of the text in ``language``."""
        return self.es if language == "es" else self.en

    def shares_with(self, other: Origin) -> bool:
        """Return whether one text, or the code, is the same in both."""
        return self.kind == other.kind and (self.es == other.es or self.en == other.en)


def origin_of(cell: Cell) -> Origin:
    """Return what the id of ``cell`` would say of it."""
    metadata = digest(json.dumps(cell.metadata(), sort_keys=True), 6)
    return Origin(cell.kind, digest(cell.texts["es"]), digest(cell.texts["en"]), metadata)


def parse_id(id_: str) -> Origin | None:
    """Return what ``id_`` says, or ``None`` where the build did not make it."""
    found = _ID.fullmatch(id_)
    if not found:
        return None
    kind, es, en, metadata, _ = found.groups()
    return Origin("markdown" if kind == "m" else "code", es, en or es, metadata)


def ids_of(cells: Iterable[Cell]) -> list[str]:
    """Return the id of each cell, in order; equal cells are told apart by an ordinal from 2 on."""
    seen: Counter[str] = Counter()
    ids = []
    for cell in cells:
        origin = origin_of(cell)
        one = cell.kind == "code" and origin.es == origin.en
        texts = [origin.es] if one else [origin.es, origin.en]
        id_ = "-".join([cell.kind[0], *texts, origin.metadata])
        seen[id_] += 1
        ids.append(id_ if seen[id_] == 1 else f"{id_}-{seen[id_]}")
    return ids


def digest(text: str, n_digits: int = 10) -> str:
    """Return the first ``n_digits`` hexadecimal digits of the SHA-256 of ``text``."""
    return hashlib.sha256(text.encode()).hexdigest()[:n_digits]
