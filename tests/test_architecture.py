"""The house stands as it was drawn: who imports whom, what a worker loads, no side effects."""

from __future__ import annotations

import ast
import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

import helpers

PACKAGE = Path(helpers.__file__).parent
NOT_FOR_WORKERS = ("matplotlib", "ipywidgets", "IPython", "numpy")

# Which rooms a room may import. A room is what comes after "helpers."; "" is helpers itself.
MAY_IMPORT = {
    "": set(),
    "__main__": {"language", "doctor", "jupyter_home"},
    "doctor": {"language", "parallel", "jupyter_home"},
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
# Where the libraries that show things may be imported.
SHOWING = {
    "matplotlib": ("helpers.classroom",),
    "ipywidgets": ("helpers.classroom",),
    "IPython": ("helpers.classroom",),
}


def module_name(file: Path) -> str:
    """Return the name by which a file of the package is imported."""
    parts = file.relative_to(PACKAGE.parent).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


FILES = {module_name(file): file for file in sorted(PACKAGE.rglob("*.py"))}
LOWER = [
    name
    for name in FILES
    if name
    in ("helpers", "helpers.language", "helpers.worker", "helpers.remote", "helpers.stopwatch")
    or name.split(".")[1:2] in (["tasks"], ["parallel"])
]


def room_of(name: str) -> str:
    """Return the room of a module: the part after ``helpers.``."""
    return name.partition(".")[2].partition(".")[0]


def imported_by(name: str, source: str, is_package: bool = False) -> set[str]:
    """Return all that a module's source imports, wherever in it, in full names."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            base = node.module or ""
            if node.level:
                parts = name.split(".")
                kept = parts[: len(parts) - node.level + is_package]
                base = ".".join([*kept, *([base] if base else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Call):  # import_module("helpers.x") and __import__("helpers.x")
            called = ast.unparse(node.func).rpartition(".")[2]
            if called in ("import_module", "__import__"):
                found |= {str(a.value) for a in node.args if isinstance(a, ast.Constant)}
    return found


def wrong_arrows(name: str, imported: set[str]) -> set[str]:
    """Return what a module imports of helpers although its room may not."""
    room = room_of(name)
    rooms = {target: room_of(target) for target in imported if target.split(".")[0] == "helpers"}
    allowed = MAY_IMPORT.get(room, set()) | {room}
    return {target for target, other in rooms.items() if other not in allowed}


def shown_elsewhere(name: str, imported: set[str]) -> set[str]:
    """Return the libraries that a module imports although they have their room."""
    libraries = {target.split(".")[0] for target in imported} & set(SHOWING)
    return {
        library
        for library in libraries
        if not any(f"{name}.".startswith(f"{room}.") for room in SHOWING[library])
    }


@pytest.mark.parametrize("name", FILES)
def test_arrows(name):
    """A module imports only rooms that its own room may import; nobody imports authoring."""
    file = FILES[name]
    imported = imported_by(name, file.read_text(encoding="utf-8"), file.name == "__init__.py")
    assert room_of(name) in MAY_IMPORT, "a room that the design does not have"
    assert not wrong_arrows(name, imported)
    assert not shown_elsewhere(name, imported)


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("helpers.language", "from helpers import tasks"),
        ("helpers.language", "from . import worker"),
        ("helpers.worker", "import helpers.parallel"),
        ("helpers.tasks.numbers", "from helpers.parallel.running import run"),
        ("helpers.tasks.numbers", "from ..worker import compute"),
        ("helpers.parallel.ways", "def f():\n    from helpers.tasks import square"),
        ("helpers.parallel.ways", "if TYPE_CHECKING:\n    import helpers.classroom.style"),
        ("helpers.parallel.ways", "importlib.import_module('helpers.tasks.numbers')"),
        ("helpers.classroom.style", "from helpers import authoring"),
        ("helpers.classroom.style", "from helpers.worker import compute"),
        ("helpers.__main__", "from helpers import classroom"),
        ("helpers", "from helpers import language"),
    ],
)
def test_the_check_of_arrows_catches(name, source):
    """The check sees a forbidden arrow however it is written: so it can fail."""
    assert wrong_arrows(name, imported_by(name, source, is_package=name == "helpers"))


def test_the_picture_of_the_house_is_true():
    """CONTRIBUTING's picture has the arrows that are enforced, and no other."""
    page = (PACKAGE.parents[1] / "CONTRIBUTING.md").read_text(encoding="utf-8")
    [picture] = re.findall(r"^```mermaid\n(.*?)^```", page, re.MULTILINE | re.DOTALL)
    allowed = {(room.strip("_"), other) for room, rooms in MAY_IMPORT.items() for other in rooms}
    rows = re.findall(r"^  (\w+) --> (.+)$", picture, re.MULTILINE)
    assert {(room, other) for room, rooms in rows for other in rooms.split(" & ")} == allowed


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("helpers.parallel.machine", "import matplotlib.pyplot as plt"),
        ("helpers.authoring.build", "from IPython import display"),
        ("helpers.authoring.figures", "import matplotlib"),
        ("helpers.classroom_of_others", "import matplotlib"),
    ],
)
def test_the_check_of_libraries_catches(name, source):
    """The check sees a library outside of its room: so it can fail."""
    assert shown_elsewhere(name, imported_by(name, source))


def test_lower_rooms_are_standard_library_only():
    """What a worker or a run needs is in the standard library, save Dask and psutil."""
    for name in LOWER:
        file = FILES[name]
        imported = imported_by(name, file.read_text(encoding="utf-8"), file.name == "__init__.py")
        roots = {target.split(".")[0] for target in imported}
        allowed = sys.stdlib_module_names | {"helpers"}
        if name.startswith(("helpers.parallel", "helpers.remote")):
            allowed |= {"cloudpickle", "dask", "distributed", "psutil"}
        assert roots <= allowed, name


@pytest.mark.parametrize(
    ("package", "written"), [("helpers", "``helpers.{}``"), ("helpers.authoring", "``{}``")]
)
def test_every_module_is_on_the_map(package, written):
    """Whoever reads what a package says of itself finds each of its rooms or modules named."""
    below = {name.removeprefix(f"{package}.").partition(".")[0] for name in FILES} - {package}
    known = {room for room in below if f"{package}.{room}" in FILES} - {"__main__"}
    told = ast.get_docstring(ast.parse(FILES[package].read_text(encoding="utf-8")))
    assert len(known) > 5
    assert {name for name in known if written.format(name) not in told} == set()


def test_no_module_is_called_utils():
    """No module is a drawer for everything."""
    stems = {file.stem for file in FILES.values()}
    assert not stems & {"utils", "util", "misc", "common", "helpers", "tools"}


def test_every_module_says_what_it_is_for():
    """Each module begins with a docstring."""
    for name, file in FILES.items():
        assert ast.get_docstring(ast.parse(file.read_text(encoding="utf-8"))), name


def python(program: str, *arguments: str, cwd: Path | None = None) -> str:
    """Run a program in a fresh interpreter that writes no bytecode; return what it prints."""
    completed = subprocess.run(
        [sys.executable, "-B", "-c", program, *arguments],
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=250,
        check=False,
        cwd=cwd,
        env={**os.environ, "PYTHONIOENCODING": "utf-8"},
    )
    assert completed.returncode == 0, completed.stderr
    return completed.stdout


@pytest.mark.parametrize("name", LOWER)
def test_importing_a_lower_room_is_light(name):
    """In a fresh interpreter it loads neither matplotlib, ipywidgets, IPython nor numpy."""
    program = f"import json, sys, {name}; print(json.dumps(sorted(sys.modules)))"
    loaded = json.loads(python(program))
    assert name in loaded
    assert not {module.split(".")[0] for module in loaded} & set(NOT_FOR_WORKERS)


def test_helpers_itself_loads_nothing_of_its_own():
    """The map imports no room."""
    loaded = json.loads(python("import json, sys, helpers; print(json.dumps(list(sys.modules)))"))
    assert [name for name in loaded if name.startswith("helpers")] == ["helpers"]


WHAT_A_WORKER_LOADS = """
import json, multiprocessing, sys
sys.path.insert(0, sys.argv[1])
import sample_tasks
from helpers.parallel import run

loaded = {}
for method in multiprocessing.get_all_start_methods():
    for how in ("processes", "pool"):
        if method != "fork":  # a forked worker has what its parent has
            done = run(sample_tasks.loaded_modules, [0], how=how, n_workers=1, start_method=method)
            loaded[f"{how} {method}"] = done.results[0]
print(json.dumps(loaded))
"""


def test_what_a_worker_has_loaded_after_a_run():
    """A new worker has loaded the tasks and nothing heavy, and no module of helpers.parallel."""
    told = json.loads(python(WHAT_A_WORKER_LOADS, str(Path(__file__).parent / "parallel")))
    assert told
    for way, loaded in told.items():
        assert "helpers.tasks.numbers" in loaded, way
        assert "helpers.worker" in loaded, way
        assert not {module.split(".")[0] for module in loaded} & set(NOT_FOR_WORKERS), way
        assert not [name for name in loaded if name.startswith("helpers.parallel")], way
        assert not [name for name in loaded if name.startswith("helpers.classroom")], way


# Third-party modules are imported first: what they do is not ours. Then each module of helpers
# is imported under watch; the audit events tell of files, folders, processes and threads.
SIDE_EFFECTS = """
import importlib, json, multiprocessing, os, signal, sys, threading, warnings
import IPython, ipywidgets, jupytext, matplotlib, matplotlib.pyplot, matplotlib.figure, nbclient
import matplotlib.backends.backend_svg, matplotlib.font_manager, jupyterlab, nbformat
import IPython.display

names = json.loads(sys.argv[1])
effects = []
watched = None
CHANGING = {"os.mkdir", "os.remove", "os.rename", "os.rmdir", "os.link", "os.symlink", "os.chmod",
            "os.truncate", "os.fork", "os.forkpty", "os.exec", "os.posix_spawn", "os.spawn",
            "os.system", "subprocess.Popen", "_winapi.CreateProcess", "socket.connect", "os.chdir",
            "socket.bind", "_thread.start_new_thread", "shutil.rmtree", "os.putenv", "os.unsetenv"}

def hook(event, arguments):
    if watched is None:
        return
    if event in CHANGING:
        effects.append([watched, event, repr(arguments)[:200]])
    elif event == "open":
        path, mode, flags = arguments
        writes = (mode or "r").strip("bt+U") in ("w", "a", "x") or "+" in (mode or "")
        if writes or (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT):
            effects.append([watched, "write", str(path)])

def state():
    return {
        "rcParams": dict(matplotlib.rcParams),
        "backend": matplotlib.rcParams._get_backend_or_none(),
        "styles": sorted(matplotlib.style.library),
        "figures": matplotlib.pyplot.get_fignums(),
        "start_method": multiprocessing.get_start_method(allow_none=True),
        "threads": threading.active_count(),
        "environment": dict(os.environ),
        "folder": os.getcwd(),
        "filters": list(warnings.filters),
        "signals": [signal.getsignal(s) for s in (signal.SIGINT, signal.SIGTERM)],
        "path": list(sys.path),
        "hooks": [sys.excepthook, sys.displayhook, threading.excepthook],
        "shell": IPython.get_ipython(),
    }

sys.addaudithook(hook)
for name in names:
    before = state()
    watched = name
    importlib.import_module(name)
    watched = None
    after = state()
    effects += [[name, key, repr(after[key])[:200]] for key in after if after[key] != before[key]]
print(json.dumps(effects))
"""


# A module that does what is forbidden, imported last: it shows that the watch sees such deeds.
GUILTY = """
import matplotlib, multiprocessing, os, subprocess, sys, threading

multiprocessing.set_start_method("spawn")
matplotlib.rcParams["font.size"] = 44
os.environ["GUILTY"] = "1"
threading.Thread(target=threading.Event().wait, daemon=True).start()
open("written", "w").close()
subprocess.run([sys.executable, "-c", ""])
"""


@pytest.fixture(scope="module")
def effects(tmp_path_factory):
    """Import every module, and then the guilty one, under watch; return what each did."""
    folder = tmp_path_factory.mktemp("imports")
    (folder / "guilty.py").write_text(GUILTY, encoding="utf-8")
    told = json.loads(python(SIDE_EFFECTS, json.dumps([*FILES, "guilty"]), cwd=folder))
    assert sorted(path.name for path in folder.iterdir()) == ["guilty.py", "written"]
    return told


def test_importing_any_module_has_no_side_effect(effects):
    """No file, process, thread, start method, style or figure comes of importing any module."""
    assert [effect for effect in effects if effect[0] != "guilty"] == []


def test_the_watch_sees_side_effects(effects):
    """A module that does what is forbidden is caught by each deed: so the watch can fail."""
    kinds = {kind for name, kind, _ in effects if name == "guilty"}
    deeds = {"write", "subprocess.Popen", "rcParams", "start_method", "threads", "environment"}
    assert deeds <= kinds
