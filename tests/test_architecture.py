"""The house stands as it was drawn: who imports whom, what a worker loads, no side effects."""

from __future__ import annotations

import ast
import importlib
import inspect
import json
import os
import re
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import helpers

PACKAGE = Path(helpers.__file__).parent
ROOT = PACKAGE.parents[1]
# Which rooms a room may import: a room is what comes after "helpers."; "" is helpers itself.
MAY_IMPORT = {
    "": set(),
    "__main__": {"language", "doctor", "jupyter_home"},
    "doctor": {"language", "parallel"},
    "jupyter_home": set(),
    "language": set(),
    "worker": {"language"},
    "stopwatch": {"language"},
    "remote": {"language", "worker"},
    "tasks": {"language"},
    "parallel": {"language", "worker", "remote", "stopwatch"},
    "classroom": {"language", "parallel", "tasks"},
    "authoring": {"language", "parallel", "tasks", "classroom"},
}
NOT_FOR_WORKERS = {"matplotlib", "ipywidgets", "IPython", "numpy"}
# The rooms that a worker or a run loads, with the libraries that they may import.
LIGHT = dict.fromkeys(("", "language", "worker", "stopwatch", "tasks"), ())
LIGHT |= dict.fromkeys(("remote", "parallel"), ("cloudpickle", "dask", "distributed", "psutil"))


def module_name(file: Path) -> str:
    """Return the name by which a file of the package is imported."""
    return ".".join(file.relative_to(PACKAGE.parent).with_suffix("").parts).removesuffix(
        ".__init__"
    )


FILES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
SOURCES = {name: file.read_text(encoding="utf-8") for name, file in FILES.items()}


def room_of(name: str) -> str:
    """Return the room of a module: the part after ``helpers.``."""
    return name.partition(".")[2].partition(".")[0]


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


@pytest.mark.parametrize("name", FILES)
def test_a_module_imports_what_its_room_may(name):
    """Only rooms that its own may, nobody authoring; of libraries, what a worker may have."""
    assert wrong_imports(name, SOURCES[name]) == set()


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("helpers", "from helpers import language"),
        ("helpers.tasks.numbers", "from helpers.parallel.running import run"),
        ("helpers.tasks.numbers", "import numpy"),
        ("helpers.parallel.ways", "def f():\n    from helpers.tasks import square"),
        ("helpers.parallel.ways", "if TYPE_CHECKING:\n    import helpers.classroom.style"),
        ("helpers.parallel.ways", "importlib.import_module('helpers.tasks.numbers')"),
        ("helpers.classroom.charts.style", "from helpers import authoring"),
        ("helpers.authoring.build", "import matplotlib.pyplot as plt"),
    ],
)
def test_the_check_of_imports_can_fail(name, source):
    """It sees a forbidden import however it is written."""
    assert wrong_imports(name, source)


def circle(sources: dict[str, str]) -> list[str]:
    """Return modules that import each other in a circle, if there are any."""
    graph = {}
    for name, source in sources.items():
        targets = imported_by(name, source)
        found = {t if t in sources else t.rpartition(".")[0] for t in targets}
        graph[name] = found & set(sources) - {name}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        return error.args[1]
    return []


def test_no_modules_import_each_other():
    """There is no circle of imports, those for types and those inside functions included."""
    assert circle(SOURCES) == []
    assert circle({"helpers.a": "import helpers.b", "helpers.b": "if X:\n  from helpers import a"})


def test_the_picture_of_the_house_is_true():
    """CONTRIBUTING's picture has the imports that are allowed, and no other."""
    page = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [picture] = re.findall(r"^```mermaid\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    allowed = {(room.strip("_"), other) for room, rooms in MAY_IMPORT.items() for other in rooms}
    rows = re.findall(r"^  (\w+) --> (.+)$", picture, re.MULTILINE)
    assert {(room, other) for room, rooms in rows for other in rooms.split(" & ")} == allowed


def test_every_module_says_what_it_is_for():
    """Each begins with a docstring, none is a drawer for everything, helpers names all rooms."""
    for name, source in SOURCES.items():
        assert ast.get_docstring(ast.parse(source)), name
    drawers = {"utils", "util", "misc", "common", "helpers", "tools"}
    assert not drawers & {file.stem for file in FILES.values()}
    rooms = set(map(room_of, FILES)) - {"", "__main__"}
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
    completed = subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        capture_output=True, text=True, encoding="utf-8", timeout=250, check=False, cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )  # fmt: skip
    assert completed.returncode == 0, completed.stderr
    return json.loads(completed.stdout)


@pytest.mark.parametrize("room", sorted(LIGHT))
def test_importing_what_workers_load_is_light(room):
    """In a fresh interpreter it loads nothing that shows things, and not numpy."""
    name = f"helpers.{room}".rstrip(".")
    modules = [n for n in FILES if n == name or (room and n.startswith(f"{name}."))]
    program = f"import json, sys, {', '.join(modules)}; print(json.dumps(sorted(sys.modules)))"
    loaded = python(program)
    assert name in loaded
    assert not {module.split(".")[0] for module in loaded} & NOT_FOR_WORKERS
    assert room or [module for module in loaded if module.startswith("helpers")] == ["helpers"]


LOADED = """
import json, multiprocessing, sys
sys.path.insert(0, sys.argv[1])
import sample_tasks
from helpers.parallel import run

loaded = {}
for method in set(multiprocessing.get_all_start_methods()) - {"fork"}:  # that has all of its parent
    for how in ("processes", "pool"):
        done = run(sample_tasks.loaded_modules, [0], how=how, n_workers=1, start_method=method)
        loaded[f"{how} {method}"] = done.results[0]
print(json.dumps(loaded))
"""


def test_what_a_worker_has_loaded_after_a_run():
    """A new worker has loaded the tasks and nothing heavy, and no module of helpers.parallel."""
    for way, loaded in python(LOADED, str(ROOT / "tests" / "parallel")).items():
        assert {"helpers.tasks.numbers", "helpers.worker"} <= set(loaded), way
        assert not {module.split(".")[0] for module in loaded} & NOT_FOR_WORKERS, way
        assert not {"helpers.parallel", "helpers.classroom"} & set(loaded), way


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
import matplotlib, multiprocessing, os, subprocess, sys, threading

multiprocessing.set_start_method("spawn")
matplotlib.rcParams["font.size"] = 44
os.environ["GUILTY"] = "1"
threading.Thread(target=threading.Event().wait, daemon=True).start()
open("written", "w").close()
subprocess.run([sys.executable, "-c", ""])
"""


def test_importing_any_module_has_no_side_effect(tmp_path):
    """No file, process, thread, start method, style or figure comes of it; a guilty one is seen."""
    (tmp_path / "guilty.py").write_text(GUILTY, encoding="utf-8")
    effects = python(SIDE_EFFECTS, json.dumps([*FILES, "guilty"]), cwd=tmp_path)
    assert [effect for effect in effects if effect[0] != "guilty"] == []
    deeds = {"open", "subprocess.Popen", "style", "start method", "threads", "environment"}
    assert deeds <= {kind for _, kind in effects}
