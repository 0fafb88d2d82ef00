"""The program that ends a lesson needs nothing of the course: it is taken out and run bare.

Lesson 10 ends in the learner's own; there it is that of the solution.
"""

from __future__ import annotations

import ast
import json
import multiprocessing
import os
import re
import subprocess
import sys
import venv
from pathlib import Path

import psutil
import pytest

NOTEBOOKS = Path(__file__).parents[2] / "notebooks"
GUARD = 'if __name__ == "__main__":\n'
FOLDED = re.compile(r"```python\n(.*?)```", re.DOTALL)
LIMIT_S = 200  # it takes seconds


def scripts() -> dict[str, str]:
    """Return the last program with a guard that each notebook writes, by language and file name."""
    found = {}
    for path in sorted(NOTEBOOKS.glob("e[ns]/*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            blocks = [text] if cell["cell_type"] == "code" else FOLDED.findall(text)
            for first, _, program in (block.partition("\n") for block in blocks):
                if first.startswith("%%writefile") and GUARD in program:
                    found[f"{path.parent.name}/{first.split()[1]}"] = program
    return found


SCRIPTS = scripts()
METHODS = multiprocessing.get_all_start_methods()
RUNS = [
    (name, method)
    for name in SCRIPTS
    for method in (METHODS if name.startswith("en") else METHODS[:1])
]


def imported(program: str) -> set[str]:
    """Return what a program imports that Python does not bring."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found - sys.stdlib_module_names


@pytest.fixture(scope="module")
def bare_python(tmp_path_factory):
    """Return a function that returns the interpreter of an environment without the course.

    In it there is nothing; for a program that needs numpy, say, what is installed here, whose
    ``.pth`` files, and so an editable course, do not count there.
    """

    def made(needs_more: bool) -> Path:
        folder = tmp_path_factory.getbasetemp() / f"bare{needs_more:d}"
        python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
        if not python.exists():
            venv.create(folder, symlinks=os.name != "nt")
            if needs_more:
                (packages,) = folder.glob("**/site-packages")
                line = str(Path(psutil.__file__).parents[1])
                (packages / "more.pth").write_text(line, encoding="utf-8")
        return python

    return made


def test_lessons_end_in_a_script():
    """The tests below have something to run, in both languages, with the same syntax tree."""
    names = {name.partition("/")[2] for name in SCRIPTS}
    ends = {f"{lesson}.py" for lesson in (*range(2, 10), 11)} | {"project.py"}
    assert {name.split("_")[-1] for name in names} == ends
    assert {f"{language}/{name}" for language in ("es", "en") for name in names} == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_closing_script_is_short_and_needs_no_course(name):
    """It has at most 30 lines, and imports only what it needs of what learners have installed."""
    assert len(SCRIPTS[name].splitlines()) <= 30
    assert imported(SCRIPTS[name]) <= {"numpy", "dask", "distributed", "matplotlib"}


@pytest.mark.parametrize(("name", "method"), RUNS)
def test_a_closing_script_runs_bare(bare_python, tmp_path, name, method):
    """In an environment without the course it runs to its end, whatever the start method.

    In Spanish only its words differ, which is tested; there one start method will do.
    """
    chosen = f'{GUARD}    __import__("multiprocessing").set_start_method("{method}")\n'
    file = tmp_path / "carpeta con eñe" / name.partition("/")[2]
    file.parent.mkdir()
    file.write_text(SCRIPTS[name].replace(GUARD, chosen), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    ran = subprocess.run(
        [bare_python(bool(imported(SCRIPTS[name]))), file.name, ".", "60"],  # as 10's program asks
        cwd=file.parent,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.split()) > 3
