"""Where Jupyter keeps its settings: in the home folder, or elsewhere where it cannot."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
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
    """Return the first of the folders that cannot be written to; ``None`` where all can be."""
    home = Path(os.path.expanduser("~"))  # noqa: PTH111  (Path.home() raises where there is none)
    jupyter = home / ".jupyter"
    chosen = [os.environ.get("JUPYTER_CONFIG_DIR"), os.environ.get("JUPYTER_RUNTIME_DIR")]
    for folder in [Path(folder) for folder in chosen if folder] or [jupyter]:
        nearest = next((path for path in (folder, *folder.parents) if path.exists()), folder)
        try:
            with tempfile.TemporaryFile(dir=nearest):
                pass
        except OSError:
            return folder if folder != jupyter else home
    return None


def use_temporary_home() -> None:
    """Have Jupyter keep its settings in a temporary folder, which goes when this program ends."""
    folder = tempfile.mkdtemp(prefix="jupyter-")
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    for name in NAMES:
        os.environ[name] = str(Path(folder, name.lower()))
