"""Folders that a command writes: what an earlier run left there goes, anything else is kept."""

from __future__ import annotations

import shutil
from pathlib import Path

from helpers.authoring.errors import AuthoringError
from helpers.language import message


def claim(folder: Path, marker: str) -> None:
    """Leave ``folder`` with the empty file ``marker`` alone, by which it is known the next time.

    Raises:
        AuthoringError: where it is a file, or has things in it but no ``marker``.
    """
    found = list(folder.iterdir()) if folder.is_dir() else []
    if (folder.exists() and not folder.is_dir()) or (found and not (folder / marker).exists()):
        raise AuthoringError([message("authoring.not_ours", folder=folder)])
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / marker).touch()
