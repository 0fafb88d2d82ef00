"""Plain ``pytest`` re-executes every built notebook, and compares all that is stored."""

import json
import os
import re
import subprocess
import sys
import tomllib
from collections import Counter
from pathlib import Path

import nbformat
import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 250
IGNORED = ["nbval-ignore-output"]


def run_pytest(*arguments, folder):
    """Return what pytest prints with the project's settings."""
    options = ["-c", str(PROJECT / "pyproject.toml"), "-p", "no:cacheprovider", "--color=no", "-n0"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTEST_ADDOPTS": ""},
        timeout=RUN_LIMIT_S,
        check=False,
    ).stdout


@pytest.mark.slow
def test_stored_outputs_are_compared(tmp_path):
    """A wrong stored output fails, one that depends on the machine may differ, an error fails."""
    for name, source, stored, tags in (
        ("right", "6 * 7", "42", []),
        ("wrong", "6 * 7", "54", []),
        ("ignored", "6 * 7", "54", IGNORED),
        ("raises", "1 / 0", "54", IGNORED),
    ):
        output = nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=1)
        cell = nbformat.v4.new_code_cell(
            source, execution_count=1, metadata={"tags": tags}, outputs=[output]
        )
        kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
        notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
        nbformat.write(notebook, tmp_path / f"{name}.ipynb")
    own = ("--nbval", "--nbval-current-env", f"--rootdir={tmp_path}")
    printed = run_pytest(*own, "-v", str(tmp_path), folder=tmp_path)
    outcomes = dict(re.findall(r"^(\w+)\W+ipynb::Cell 0 (\w+)", printed, re.MULTILINE))
    passed, failed = dict.fromkeys(["right", "ignored"], "PASSED"), ["wrong", "raises"]
    assert outcomes == passed | dict.fromkeys(failed, "FAILED"), printed
    assert "'54' == '42'" in printed
    assert "ZeroDivisionError" in printed


def test_plain_pytest_takes_every_code_cell_of_every_built_notebook():
    """Plain pytest looks into the folders of notebooks, and collects all code cells of all lessons.

    A look at the slides follows those of each lesson; checkpoints are passed over.
    """
    settings = tomllib.loads((PROJECT / "pyproject.toml").read_text(encoding="utf-8"))
    folders = [f"notebooks/{language}" for language in ("es", "en")]
    assert settings["tool"]["pytest"]["ini_options"]["testpaths"] == ["tests", *folders]
    chosen = ["-m", "slow or not slow", "--ignore-glob=tests/[!n]*", "--ignore-glob=tests/*/test_*"]
    printed = run_pytest("--collect-only", "--quiet", *chosen, folder=PROJECT)
    found = Counter(re.findall(r"^(\S+)::(Cell|slides)", printed, re.MULTILINE))
    expected = Counter()
    for path in (path for folder in folders for path in (PROJECT / folder).glob("*.ipynb")):
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        name = path.relative_to(PROJECT).as_posix()
        expected[name, "Cell"] = sum(cell["cell_type"] == "code" for cell in cells)
        expected[name, "slides"] = 1
    assert found == expected, printed
