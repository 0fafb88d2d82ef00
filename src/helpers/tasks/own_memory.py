"""What one process has and the others have not: its variables and its memory."""

from __future__ import annotations

from typing import Any

notes: list[str] = []  # every process has its own


def remember(text: str) -> list[str]:
    """Append ``text`` to the list ``notes`` of the process that calls this, and return the list."""
    notes.append(text)
    return list(notes)


def send_back(item: Any) -> Any:
    """Return ``item`` as it came: all it costs is the way there and back."""
    return item


def unique_bytes(_item: Any = None) -> int:
    """Return how much memory this process alone uses: what would be free again, were it gone.

    Memory that it shares with another process does not count (the system calls it USS).

    Raises:
        psutil.Error: where the system does not tell.
    """
    import psutil  # only this function needs it

    return int(psutil.Process().memory_full_info().uss)
