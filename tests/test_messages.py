"""Every message in messages.toml is in both languages, alike, used and well written."""

from __future__ import annotations

import re
from collections.abc import Iterator

from helpers.language import messages
from notebooks.checks_spelling import dictionary_needed
from test_language import MODULES, alike, defects, unknown


def flat(table: dict, prefix: str = "") -> Iterator[tuple[str, dict[str, str]]]:
    """Yield (key, texts by language) for every message; a text makes a table a message."""
    for name, value in table.items():
        if any(isinstance(text, str) for text in value.values()):
            yield prefix + name, value
        else:
            yield from flat(value, f"{prefix}{name}.")


MESSAGES = dict(flat(messages()))


def test_messages():
    """Both languages say the same, well written, and some module says it."""
    assert [key for key, said in MESSAGES.items() if not alike(said)] == []
    assert [wrong for said in MESSAGES.values() for wrong in defects(said)] == []
    with dictionary_needed():
        assert [word for said in MESSAGES.values() for word in unknown(said)] == []
    code = "\n".join(file.read_text(encoding="utf-8") for file in MODULES)
    said = {*re.findall(r"[\w.]+", code)} | {
        k.rpartition(".")[0] for k in re.findall(r"[\w.]+\.", code)
    }
    assert [key for key in MESSAGES if key not in said and key.rpartition(".")[0] not in said] == []
