"""Plain ``pytest`` re-executes every built notebook."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 250


def test_plain_pytest_takes_every_code_cell_of_every_built_notebook():
    """Plain pytest looks into the folders of notebooks, and collects all code cells of all lessons.

    Checkpoints are passed over.
    """
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = [f"notebooks/{language}" for language in ("es", "en")]
    assert settings["tool"]["pytest"]["ini_options"]["testpaths"] == ["tests", *folders]
    command = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "--color=no", "-n0", "-q"]
    command += ["--collect-only", "-m", "slow or not slow"]
    command += ["--ignore-glob=tests/[!n]*", "--ignore-glob=tests/*/test_*"]
    printed = subprocess.run(
        command,
        cwd=PROJECT,
        capture_output=True,
        encoding="utf-8",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTEST_ADDOPTS": ""},
        timeout=RUN_LIMIT_S,
        check=False,
    ).stdout
    found = Counter(re.findall(r"^(\S+)::Cell", printed, re.MULTILINE))
    expected = Counter()
    for path in (path for folder in folders for path in (PROJECT / folder).glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        name = path.relative_to(PROJECT).as_posix()
        expected[name] = sum(cell["cell_type"] == "code" for cell in cells)
    assert found == expected, printed
