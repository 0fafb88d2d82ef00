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


@pytest.fixture(scope="module")
def installed(tmp_path_factory):
    """A folder with what a wheel holds that was built of a copy, so that nothing is left here."""
    copy, built, folder = (tmp_path_factory.mktemp(name) for name in ("copy", "built", "site"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    no_caches = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=no_caches)
    command = [sys.executable, "-c", BUILD, str(built)]
    subprocess.run(command, cwd=copy, check=True, timeout=LIMIT_S, capture_output=True)
    [wheel] = built.glob("*.whl")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def test_the_wheel_has_every_file_of_the_package(installed):
    """Modules and settings: nothing stays behind, and nothing goes elsewhere."""

    def files(folder):
        paths = [path.relative_to(folder) for path in folder.rglob("*") if path.is_file()]
        return {path for path in paths if not {"__pycache__"} & set(path.parts)}

    ours = {Path("helpers") / path for path in files(ROOT / "src" / "helpers")}
    assert {path for path in files(installed) if ".dist-info" not in path.parts[0]} == ours


def test_what_lessons_use_works_from_the_wheel(installed, tmp_path):
    """A program in a folder of its own starts workers, which find the package there too.

    Away from the course, the doctor misses the lessons alone, and says where it has looked.
    """
    (tmp_path / "program.py").write_text(USE, encoding="utf-8")
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    options = {"capture_output": True, "encoding": "utf-8", "cwd": tmp_path, "env": environment}
    command = [sys.executable, "program.py"]
    done = subprocess.run(command, timeout=LIMIT_S, check=False, **options)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)
    command = [sys.executable, "-m", "helpers", "doctor", "en"]
    done = subprocess.run(command, timeout=LIMIT_S, check=False, **options)
    assert done.returncode == 1, done.stderr
    [missing] = [line for line in done.stdout.splitlines() if line.startswith("[missing]")]
    assert missing.startswith(f"[missing] Lessons: {tmp_path}")
