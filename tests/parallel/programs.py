"""Programs of their own: what a notebook, a console or a script does when it calls run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

LIMIT_S = 20


def run_program(*arguments, text=None, cwd=None, **options) -> subprocess.CompletedProcess:
    """Run Python with ``arguments``, in its own process, and return what it printed."""
    return subprocess.run(
        [sys.executable, *map(str, arguments)],
        input=text,
        cwd=cwd or Path(__file__).parent,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        check=False,
        **options,
    )
