"""Programs of their own: what a notebook, a console or a script does when it calls run."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

HERE = Path(__file__).parent


def environment(**variables) -> dict[str, str]:
    """Return the environment of a program that imports what stands beside these tests."""
    folders = [str(HERE), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(folders), **variables}


def run_program(*arguments, cwd=HERE, **options) -> subprocess.CompletedProcess:
    """Run Python with ``arguments``, in its own process, and return what it printed."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        cwd=cwd,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=250,
        check=False,
        **options,
    )
