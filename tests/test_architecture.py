"""The house stands as it was drawn: who imports whom, what a worker loads, no side effects."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import helpers

PACKAGE = Path(helpers.__file__).parent
ROOT = PACKAGE.parents[1]
CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
# Which rooms a room may import, as the picture in CONTRIBUTING has it. A room is what comes after
# "helpers."; helpers itself, "", imports none.
MAY_IMPORT = {
    room: set(others.split(" & "))
    for room, others in re.findall(r"^  (\w+) --> (.+)$", CONTRIBUTING, re.MULTILINE)
}
FLOOR = {"", *set.union(*MAY_IMPORT.values())} - set(MAY_IMPORT)
MAY_IMPORT |= {room: set() for room in FLOOR}
NOT_FOR_WORKERS = {"matplotlib", "ipywidgets", "IPython", "numpy"}
# The rooms that a worker or a run loads, with the libraries that they may import.
LIGHT = dict.fromkeys(("", "language", "worker", "stopwatch", "tasks"), ())
LIGHT |= dict.fromkeys(("remote", "parallel"), ("cloudpickle", "dask", "distributed", "psutil"))


def module_name(file: Path) -> str:
    """Return the name by which a file of the package is imported."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


SOURCES = {module_name(f): f.read_text(encoding="utf-8") for f in sorted(PACKAGE.rglob("*.py"))}


def room_of(name: str) -> str:
    """Return the room of a module: the part after ``helpers.``."""
    return name.partition(".")[2].partition(".")[0].strip("_")


def imported_by(name: str, source: str) -> set[str]:
    """Return all that a module's source imports, wherever in it, types too, in full names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert not node.level, f"{name}: write imports in full, without dots in front"
            found |= {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call) and ast.unparse(node.func).endswith("import_module"):
            found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return found


def wrong_imports(name: str, source: str) -> set[str]:
    """Return what a module imports although its room may not."""
    room, imported = room_of(name), imported_by(name, source)
    ours = {target for target in imported if target.split(".")[0] == "helpers"}
    wrong = {target for target in ours if room_of(target) not in MAY_IMPORT[room] | {room}}
    libraries = {target.split(".")[0] for target in imported - ours} - sys.stdlib_module_names
    if room in LIGHT:
        return wrong | libraries - set(LIGHT[room])
    return wrong | (libraries & NOT_FOR_WORKERS if room != "classroom" else set())


def test_a_module_imports_what_its_room_may():
    """Only the rooms of the picture, nobody authoring; of libraries, what a worker may have."""
    wrong = {name: wrong_imports(name, source) for name, source in SOURCES.items()}
    assert {name: found for name, found in wrong.items() if found} == {}
    assert not any("authoring" in rooms for rooms in MAY_IMPORT.values())
    assert MAY_IMPORT["tasks"] == {"language"}
    assert not MAY_IMPORT["parallel"] & {"tasks", "classroom"}
    inside = "def f():\n    from helpers.parallel import run"
    for_types = "if TYPE_CHECKING:\n    import helpers.classroom.charts.style"
    for seen in (inside, for_types, "import_module('helpers.parallel')", "import numpy"):
        assert wrong_imports("helpers.tasks.numbers", seen)


def in_order(sources: dict[str, str]) -> tuple[str, ...]:
    """Return modules in an order in which they can be imported one by one."""
    graph = {}
    for name, source in sources.items():
        targets = imported_by(name, source)
        found = {t if t in sources else t.rpartition(".")[0] for t in targets}
        graph[name] = found & set(sources) - {name}
    return tuple(TopologicalSorter(graph).static_order())


def test_no_modules_import_each_other():
    """There is no circle of imports, those for types and those inside functions included."""
    assert set(in_order(SOURCES)) == set(SOURCES)
    with pytest.raises(CycleError):
        in_order({"helpers.a": "import helpers.b", "helpers.b": "if X:\n  from helpers import a"})


def test_every_module_says_what_it_is_for():
    """Each begins with a docstring, none is a drawer for everything, helpers names all rooms."""
    for name, source in SOURCES.items():
        assert ast.get_docstring(ast.parse(source)), name
    drawers = {"utils", "util", "misc", "common", "helpers", "tools"}
    assert not drawers & {name.rpartition(".")[2] for name in SOURCES if "." in name}
    rooms = set(map(room_of, SOURCES)) - {"", "main"}
    assert [room for room in rooms if f"``helpers.{room}``" not in helpers.__doc__] == []


@pytest.mark.parametrize("room", ["parallel", "classroom", "tasks"])
def test_every_public_function_is_used(room):
    """What a room offers is in a lesson, in docs, or in another room."""
    package = importlib.import_module(f"helpers.{room}")
    pages = [*ROOT.glob("notebooks/source/*.md"), *ROOT.glob("docs/*.md")]
    texts = [page.read_text(encoding="utf-8") for page in pages]
    texts += [source for name, source in SOURCES.items() if room_of(name) != room]
    functions = [name for name in package.__all__ if inspect.isfunction(getattr(package, name))]
    assert functions
    unused = [n for n in functions if not any(re.search(rf"\b{n}\b", text) for text in texts)]
    assert unused == []


def python(program: str, *arguments: str, cwd: Path | None = None) -> object:
    """Run a program in a fresh interpreter that writes no bytecode; return the JSON it prints."""
    done = subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        capture_output=True, encoding="utf-8", timeout=250, check=False, cwd=cwd,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


LOADED = """
import importlib, json, multiprocessing, sys
sys.path.insert(0, sys.argv[1])
import sample_tasks
from helpers.parallel import run

for name in json.loads(sys.argv[2]):
    importlib.import_module(name)
loaded = {"importing": list(sys.modules)}
for method in set(multiprocessing.get_all_start_methods()) - {"fork"}:  # that has all of its parent
    for how in ("processes", "pool"):
        done = run(sample_tasks.loaded_modules, [0], how=how, n_workers=1, start_method=method)
        loaded[f"{how} {method}"] = done.results[0]
print(json.dumps(loaded))
"""


def test_what_workers_load_is_light():
    """Neither numpy nor what shows things; a new worker has the tasks, and nothing of parallel."""
    light = [name for name in SOURCES if room_of(name) in LIGHT]
    found = python(LOADED, str(ROOT / "tests" / "parallel"), json.dumps(light))
    for way, loaded in found.items():
        assert {"helpers.tasks.numbers", "helpers.worker"} <= set(loaded), way
        assert not {module.split(".")[0] for module in loaded} & NOT_FOR_WORKERS, way
        assert way == "importing" or not {"helpers.parallel", "helpers.classroom"} & set(loaded)


# Third-party modules are imported first: what they do is not ours. Audit events tell of files,
# folders, processes and threads. The last module does what is forbidden.
SIDE_EFFECTS = """
import importlib, json, multiprocessing, os, signal, sys, threading, warnings
import IPython.display, ipywidgets, jupytext, jupyterlab, nbclient, nbformat, psutil
import matplotlib.backends.backend_svg, matplotlib.font_manager, matplotlib.pyplot

CHANGING = ("os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.fork", "os.exec", "os.system",
            "os.posix_spawn", "subprocess.Popen", "_winapi.CreateProcess", "socket.connect",
            "socket.bind", "_thread.start_new_thread", "shutil.rmtree")
effects, watching = [], False

def hook(event, arguments):
    writes = event == "open" and (arguments[2] or 0) & (os.O_WRONLY | os.O_RDWR)
    if watching and (writes or event in CHANGING):
        effects.append([name, event])

def state():
    return {
        "style": str(matplotlib.rcParams), "figures": matplotlib.pyplot.get_fignums(),
        "start method": multiprocessing.get_start_method(allow_none=True),
        "threads": threading.active_count(), "environment": dict(os.environ),
        "folder": os.getcwd(), "filters": list(warnings.filters), "path": list(sys.path),
        "hooks": [sys.excepthook, sys.displayhook, signal.getsignal(signal.SIGINT)],
    }

sys.addaudithook(hook)
for name in json.loads(sys.argv[1]):
    before, watching = state(), True
    importlib.import_module(name)
    watching = False
    effects += [[name, key] for key, value in state().items() if value != before[key]]
print(json.dumps(effects))
"""
GUILTY = """
import matplotlib, multiprocessing, subprocess, sys

multiprocessing.set_start_method("spawn")
matplotlib.rcParams["font.size"] = 44
open("written", "w").close()
subprocess.run([sys.executable, "-c", ""])
"""


def test_importing_any_module_has_no_side_effect(tmp_path):
    """No file, process, thread, start method, style or figure comes of it; a guilty one is seen."""
    (tmp_path / "guilty.py").write_text(GUILTY, encoding="utf-8")
    effects = python(SIDE_EFFECTS, json.dumps([*SOURCES, "guilty"]), cwd=tmp_path)
    assert [effect for effect in effects if effect[0] != "guilty"] == []
    assert {"open", "subprocess.Popen", "style", "start method"} <= {kind for _, kind in effects}
