"""Plain ``pytest`` re-executes every built notebook, and compares all that is stored."""

import json
import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import nbformat
import pytest

PROJECT = Path(__file__).resolve().parents[2]
RUN_LIMIT_S = 250


@pytest.mark.slow
def test_stored_outputs_are_compared(tmp_path):
    """A wrong stored output fails, one that depends on the machine may differ, an error fails."""
    _write(tmp_path / "right.ipynb", "6 * 7", stored="42")
    _write(tmp_path / "wrong.ipynb", "6 * 7", stored="54")
    _write(tmp_path / "ignored.ipynb", "6 * 7", stored="54", tags=["nbval-ignore-output"])
    _write(tmp_path / "raises.ipynb", "1 / 0", stored="54", tags=["nbval-ignore-output"])
    done = _pytest(
        "--nbval",
        "--nbval-current-env",
        "-v",
        f"--rootdir={tmp_path}",
        str(tmp_path),
        folder=tmp_path,
    )
    names = ("right", "wrong", "ignored", "raises")
    outcomes = {name: _outcome(done.stdout, name) for name in names}
    assert outcomes == {
        "right": "PASSED",
        "wrong": "FAILED",
        "ignored": "PASSED",
        "raises": "FAILED",
    }
    assert "'54' == '42'" in done.stdout
    assert "ZeroDivisionError" in done.stdout


def test_plain_pytest_takes_every_code_cell_of_every_built_notebook():
    """Without an argument pytest collects all code cells of all lessons, and no checkpoints.

    A look at the slides follows those of each lesson.
    """
    done = _pytest("--collect-only", "--quiet", folder=PROJECT)
    found = [line.partition("::") for line in done.stdout.splitlines() if ".ipynb::" in line]
    places = [place for place, _, name in found if name.startswith("Cell ")]
    looks = [place for place, _, name in found if name == "slides fit"]
    built = [
        path for code in ("es", "en") for path in (PROJECT / "notebooks" / code).glob("*.ipynb")
    ]
    assert built
    expected = {path.relative_to(PROJECT).as_posix(): _n_code_cells(path) for path in built}
    assert Counter(places) == expected, done.stdout
    assert Counter(looks) == dict.fromkeys(expected, 1), done.stdout


def _pytest(*arguments, folder):
    options = ["-c", str(PROJECT / "pyproject.toml"), "-p", "no:cacheprovider", "--color=no", "-n0"]
    return subprocess.run(
        [sys.executable, "-m", "pytest", *options, *arguments],
        cwd=folder,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        encoding="utf-8",
        errors="replace",
        env={**os.environ, "PYTHONIOENCODING": "utf-8", "PYTEST_ADDOPTS": ""},
        timeout=RUN_LIMIT_S,
        check=False,
    )


def _outcome(report, name):
    found = re.search(rf"^{name}\W+ipynb::Cell 0 (\w+)", report, re.MULTILINE)
    return found[1] if found else report


def _write(path, source, stored, tags=()):
    output = nbformat.v4.new_output("execute_result", {"text/plain": stored}, execution_count=1)
    cell = nbformat.v4.new_code_cell(
        source, execution_count=1, metadata={"tags": list(tags)}, outputs=[output]
    )
    kernel = {"display_name": "Python 3", "language": "python", "name": "python3"}
    notebook = nbformat.v4.new_notebook(cells=[cell], metadata={"kernelspec": kernel})
    nbformat.write(notebook, path)


def _n_code_cells(path):
    cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
    return sum(cell["cell_type"] == "code" for cell in cells)
