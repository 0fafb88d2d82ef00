"""Where Jupyter keeps its settings: in the home folder, or elsewhere where it cannot."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import uuid
from pathlib import Path

# The variables that move them, all in one folder.
NAMES = (
    "JUPYTER_CONFIG_DIR",
    "JUPYTER_DATA_DIR",
    "JUPYTER_RUNTIME_DIR",
    "IPYTHONDIR",
    "MPLCONFIGDIR",
)


def unwritable() -> Path | None:
    """Return the first of the folders that cannot be written to; ``None`` where all can be.

    Raises:
        ImportError: where Jupyter is not installed.
    """
    from jupyter_core import paths

    try:
        found = paths.jupyter_config_dir(), paths.jupyter_data_dir(), paths.jupyter_runtime_dir()
    except RuntimeError:  # a user without a home, as in a container
        return Path("~")
    for folder in map(Path, found):
        # Path.exists() raises where a folder may not be looked into, until Python 3.13
        there = (path for path in (folder, *folder.parents) if os.path.exists(path))  # noqa: PTH110
        nearest = next(there, folder)  # on Windows not even the drive may be there
        file = Path(nearest, f".{uuid.uuid4().hex}")
        try:  # on Windows some versions of tempfile would try again for ever
            file.touch(exist_ok=False)
            file.unlink()
        except OSError:
            return folder
    return None


def use_temporary_home() -> None:
    """Have Jupyter keep its settings in a temporary folder, which goes when this program ends."""
    folder = tempfile.mkdtemp(prefix="jupyter-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in NAMES:
        os.environ[name] = str(Path(folder, name.lower()))
    os.environ.setdefault("HOME", folder)  # a user without one, as in a container
