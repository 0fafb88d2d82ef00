"""A wheel of the package has all that lessons need of it, wherever it is installed."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from helpers.language import LANGUAGES

pytestmark = [pytest.mark.timeout(900), pytest.mark.slow]

ROOT = Path(__file__).parents[1]
LIMIT_S = 600
BUILD = "import sys; from setuptools.build_meta import {0}; {0}(sys.argv[1])"
# Of each lesson's imports: what the package gives it, and a message, which is read from a file.
USE = """
import sys, helpers
from helpers.classroom import start
from helpers.parallel import run
from helpers.tasks import square
start("es"); start("en")
if __name__ == "__main__":
    for method in sys.argv[1:]:
        done = run(square, range(9), how="processes", n_workers=2, start_method=method)
        assert done.results == [n * n for n in range(9)]
    print(helpers.__file__)
"""
EXECUTE = """
import sys, nbformat, nbclient
lesson = nbformat.read(sys.argv[1], 4)
lesson.cells.append(nbformat.v4.new_code_cell("import helpers; print(helpers.__file__)"))
nbclient.NotebookClient(lesson, timeout=300).execute()
print(lesson.cells[-1].outputs[0].text)
"""


@pytest.fixture(scope="module")
def copy(tmp_path_factory):
    """A copy of what the repository has of the package, so that nothing is left in it."""
    copy = tmp_path_factory.mktemp("copy")
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, copy)
    no_caches = shutil.ignore_patterns("__pycache__", "*.egg-info")
    shutil.copytree(ROOT / "src", copy / "src", ignore=no_caches)
    return copy


@pytest.fixture(scope="module")
def wheel(copy, tmp_path_factory):
    """The wheel of the package."""
    return build(copy, "build_wheel", tmp_path_factory.mktemp("built"))


def build(copy, how: str, built: Path) -> Path:
    """Build a wheel of ``copy`` in the folder ``built``, and return its file."""
    command = [sys.executable, "-c", BUILD.format(how), str(built)]
    subprocess.run(command, cwd=copy, check=True, timeout=LIMIT_S, capture_output=True)
    [file] = built.glob("*.whl")
    return file


@pytest.fixture(scope="module")
def installed(wheel, tmp_path_factory):
    """A folder with the wheel's content, as pip would put it: it comes before the repository."""
    folder = tmp_path_factory.mktemp("site")
    with zipfile.ZipFile(wheel) as archive:
        archive.extractall(folder)
    return folder


def in_wheel(installed, *arguments: str, cwd: Path) -> subprocess.CompletedProcess[str]:
    """Run Python where the package comes from the wheel alone."""
    environment = {**os.environ, "PYTHONPATH": str(installed), "PYTHONIOENCODING": "utf-8"}
    return subprocess.run(
        [sys.executable, *arguments],
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        cwd=cwd,
        env=environment,
        check=False,
    )


def test_the_wheel_has_every_file_of_the_package(wheel):
    """Modules, messages and settings: nothing stays behind, and nothing goes elsewhere."""
    package = ROOT / "src" / "helpers"
    ours = {
        file.relative_to(package.parent).as_posix()
        for file in package.rglob("*")
        if file.is_file() and "__pycache__" not in file.parts
    }
    with zipfile.ZipFile(wheel) as archive:
        theirs = {name for name in archive.namelist() if ".dist-info/" not in name}
    assert theirs == ours


def test_what_lessons_use_works_from_the_wheel(installed, tmp_path):
    """A program in a folder of its own starts workers, which find the package there too."""
    (tmp_path / "program.py").write_text(USE, encoding="utf-8")
    done = in_wheel(installed, "program.py", "spawn", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)


def test_the_doctor_works_from_the_wheel(installed, tmp_path):
    """Away from the course it misses the lessons alone, and says where it has looked."""
    done = in_wheel(installed, "-m", "helpers", "doctor", "--json", cwd=tmp_path)
    assert done.returncode == 1, done.stderr
    checks = {check["name"]: check for check in json.loads(done.stdout)["checks"]}
    missing = [name for name, check in checks.items() if check["state"] == "missing"]
    assert missing == ["lessons"]
    for language in LANGUAGES:
        assert str(tmp_path) in checks["lessons"]["said"][language]


def test_a_lesson_is_executed_with_the_wheel(installed, tmp_path):
    """Lesson 0, in a kernel whose package comes from the wheel."""
    [lesson] = (ROOT / "notebooks" / "es").glob("00_*.ipynb")
    done = in_wheel(installed, "-c", EXECUTE, str(lesson), cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert Path(done.stdout.strip()).is_relative_to(installed)
