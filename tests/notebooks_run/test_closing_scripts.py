"""The program that ends a lesson needs nothing of the course: it is taken out and run bare.

Lesson 10 ends in the learner's own; there it is that of the solution.
"""

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


def scripts_of(language):
    """Return the last program with a guard that each notebook writes, by file name."""
    found = {}
    for path in sorted((NOTEBOOKS / language).glob("*.ipynb")):
        for cell in json.loads(path.read_text(encoding="utf-8"))["cells"]:
            text = "".join(cell["source"])
            blocks = [text] if cell["cell_type"] == "code" else FOLDED.findall(text)
            for first, _, program in (block.partition("\n") for block in blocks):
                if first.startswith("%%writefile") and GUARD in program:
                    found[first.split()[1]] = program
    return found


SCRIPTS = {language: scripts_of(language) for language in ("es", "en")}
METHODS = multiprocessing.get_all_start_methods()
# By day each runs once, with one start method after the other; by night with all of them, and in
# Spanish too, where only the words differ, which is tested.
RUNS = [
    pytest.param(
        scripts[name],
        method,
        id=f"{language}-{name}-{method}",
        marks=[pytest.mark.slow] * (language == "es" or j != i % len(METHODS)),
    )
    for language, scripts in SCRIPTS.items()
    for i, name in enumerate(scripts)
    for j, method in enumerate(METHODS if language == "en" else METHODS[:1])
]


def imported(program):
    """Return what a program imports that Python does not bring."""
    found = set()
    for node in ast.walk(ast.parse(program)):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            found.add(str(node.module).partition(".")[0])
    return found - sys.stdlib_module_names


def bare_python(base, needs_more):
    """Return the interpreter of an environment without the course, made below ``base`` once.

    In it there is nothing; for a program that needs numpy, say, what is installed here, whose
    ``.pth`` files, and so an editable course, do not count there.
    """
    folder = base / f"bare{needs_more:d}"
    python = folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
    if not python.exists():
        venv.create(folder, symlinks=os.name != "nt")
        if needs_more:
            (packages,) = folder.glob("**/site-packages")
            line = str(Path(psutil.__file__).parents[1])
            (packages / "more.pth").write_text(line, encoding="utf-8")
    return python


def test_lessons_end_in_a_script():
    """From lesson 2 on each ends in one, short, which imports only what learners have installed."""
    ends = {f"{lesson}.py" for lesson in (*range(2, 10), 11)} | {"project.py"}
    for scripts in SCRIPTS.values():
        assert {name.split("_")[-1] for name in scripts} == ends
        for program in scripts.values():
            assert len(program.splitlines()) <= 30
            assert imported(program) <= {"numpy", "dask", "distributed", "matplotlib"}


@pytest.mark.parametrize(("program", "method"), RUNS)
def test_a_closing_script_runs_bare(tmp_path_factory, tmp_path, program, method):
    """In an environment without the course it runs to its end, whatever the start method."""
    chosen = f'{GUARD}    __import__("multiprocessing").set_start_method("{method}")\n'
    file = tmp_path / "carpeta con eñe" / "my_program.py"
    file.parent.mkdir()
    file.write_text(program.replace(GUARD, chosen), encoding="utf-8")
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    python = bare_python(tmp_path_factory.getbasetemp(), bool(imported(program)))
    ran = subprocess.run(
        [python, file.name, ".", "60"],  # as 10's program asks
        cwd=file.parent,
        env=environment | {"PYTHONIOENCODING": "utf-8"},
        capture_output=True,
        encoding="utf-8",
        timeout=LIMIT_S,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert len(ran.stdout.split()) > 3
