"""A wheel of the package has all that lessons need of it, wherever it is installed."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

ROOT = Path(__file__).parents[1]
LIMIT_S = 600
BUILD = "import sys; from setuptools.build_meta import build_wheel; build_wheel(sys.argv[1])"
# What lessons import.
USE = """
import helpers
from helpers.classroom import start
from helpers.parallel import run
from helpers.tasks import square
start("es"); start("en")
if __name__ == "__main__":
    done = run(square, range(9), how="processes", n_workers=2, start_method="spawn")
    assert done.results == [n * n for n in range(9)]
    print(helpers.__file__)
"""


def files(folder):
    """Return the files below a folder, as paths from there, without bytecode."""
    paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
    return {path for path in paths if "__pycache__" not in path.parts}


def test_what_lessons_use_works_from_the_wheel(tmp_path):
    """It has every file of the package, and a program elsewhere starts workers, which find it too.

    It is built of a copy, so that nothing is left here. Away from the course, the doctor misses the
    lessons alone, and says where it has looked.
    """
    copy, built, installed, elsewhere = (tmp_path / name for name in "abcd")
    for folder in (copy, elsewhere):
        folder.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    no_caches = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=no_caches)
    command = [sys.executable, "-c", BUILD, str(built)]
    subprocess.run(command, cwd=copy, check=True, timeout=LIMIT_S, capture_output=True)
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(installed)
    ours = {Path("helpers") / path for path in files(ROOT / "src" / "helpers")}
    assert {path for path in files(installed) if ".dist-info" not in path.parts[0]} == ours

    (elsewhere / "program.py").write_text(USE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    options = {"capture_output": True, "encoding": "utf-8", "cwd": elsewhere, "env": environment}
    command = [sys.executable, "program.py"]
    done = subprocess.run(command, timeout=LIMIT_S, check=False, **options)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)
    command = [sys.executable, "-m", "helpers", "doctor", "en"]
    done = subprocess.run(command, timeout=LIMIT_S, check=False, **options)
    assert done.returncode == 1, done.stderr
    [missing] = [line for line in done.stdout.splitlines() if line.startswith("[missing]")]
    assert missing.startswith(f"[missing] Lessons: {elsewhere}")
