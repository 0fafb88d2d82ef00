"""Every lesson runs alone, in any folder, under each start method, and on a single CPU."""

import contextlib
import multiprocessing
import os
import re
import shutil
import stat
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import nbclient
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from helpers import language
from helpers.language import message

NOTEBOOKS = Path(__file__).resolve().parents[2] / "notebooks"
NUMBERS = sorted(path.name.split("_")[0] for path in (NOTEBOOKS / "source").glob("*.md"))
# Plain pytest runs each built notebook too, in both languages, under the method that comes first.
# Here comes the one that differs most from it, on a single CPU where one can be had.
OTHER_METHODS = [
    method
    for method in ("spawn", "forkserver")
    if method in multiprocessing.get_all_start_methods()[1:]
][:1]
ON_ONE_CPU = OTHER_METHODS if shutil.which("taskset") else []
CELL_LIMIT_S = 60
GONE_LIMIT_S = 10


def _taking_turns():
    """A language for each lesson: both get their turn, each run is made once."""
    for row, number in enumerate(NUMBERS):
        for method in OTHER_METHODS:
            yield pytest.param(number, language.LANGUAGES[row % 2], method)


@pytest.fixture
def place(tmp_path):
    """A read-only folder whose name has spaces and accents, and what is to lie in it alone."""
    folder = tmp_path / "Cuadernos de Ángela y José (año 1)"
    folder.mkdir()
    yield folder
    folder.chmod(stat.S_IRWXU)


@pytest.fixture
def scratch():
    """A folder for temporary files; its name is short, since that of a socket has to be."""
    with tempfile.TemporaryDirectory(prefix="k") as folder:
        yield Path(folder)


@pytest.fixture
def in_language():
    """A function that sets the language of messages; the former one comes back at the end."""
    before = language.current_language()
    yield language.set_language
    language.set_language(before)


@pytest.mark.slow
@pytest.mark.timeout(300)
@pytest.mark.parametrize(("number", "code", "method"), list(_taking_turns()))
def test_a_lesson_runs_alone_under_another_start_method(
    number, code, method, place, scratch, tmp_path, in_language
):
    """Copied alone into a read-only folder, a lesson runs and names the start method in force.

    Where it may use a single CPU, it says so.
    """
    in_language(code)
    profile = _profile_with_start_method(tmp_path, method)
    single = method in ON_ONE_CPU
    prefix = ["taskset", "-c", str(min(os.sched_getaffinity(0)))] if single else []
    cells = _run_alone(_built(number, code), place, scratch, profile, prefix)
    assert _on_card(cells, "card.start_method") == method
    if single:
        assert _on_card(cells, "card.usable_cpus") == "1"


def test_every_lesson_has_its_turn():
    """There are lessons to run, each has its turn, and so has each language."""
    assert NUMBERS
    turns = {param.values[:2] for param in _taking_turns()}
    if OTHER_METHODS:
        assert {number for number, _ in turns} == set(NUMBERS)
        assert {code for _, code in turns} == set(language.LANGUAGES)


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="no /proc to look into")
def test_a_process_that_is_left_would_be_seen(scratch):
    """The look for processes of a kernel finds one while it runs, and none once it has ended."""
    program = [sys.executable, "-c", "print(flush=True); input()"]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen(program, env=environment, **pipes) as process:
        process.stdout.readline()
        assert len(_processes_with(scratch)) == 1
        process.communicate(b"\n", timeout=GONE_LIMIT_S)
    assert _still_there(scratch) == []


def test_a_file_that_is_left_would_be_seen(scratch):
    """The look for temporary files passes over the forkserver's socket, and over nothing else."""
    (scratch / "pymp-abc").mkdir()
    (scratch / "pymp-abc" / "listener-def").touch()
    assert _left_over(scratch) == []
    (scratch / "pymp-abc" / "more").touch()
    (scratch / "tmp123").mkdir()
    assert sorted(_left_over(scratch)) == ["pymp-abc/more", "tmp123"]


def _built(number, code):
    found = sorted((NOTEBOOKS / code).glob(f"{number}_*.ipynb"))
    assert len(found) == 1, f"lesson {number} is built {len(found)} times in notebooks/{code}"
    return found[0]


def _profile_with_start_method(folder, method):
    """A folder of IPython's settings that set the start method, before the lesson begins."""
    startup = folder / "ipython" / "profile_default" / "startup"
    startup.mkdir(parents=True)
    text = f"import multiprocessing\nmultiprocessing.set_start_method({method!r})\n"
    (startup / "start_method.py").write_text(text, encoding="ascii")
    return folder / "ipython"


def _run_alone(built, place, scratch, profile, prefix=()):
    """Run a notebook alone in ``place``; return its cells once nothing of it is left."""
    copy = Path(shutil.copy(built, place))
    before = copy.read_bytes()
    place.chmod(stat.S_IRUSR | stat.S_IXUSR)  # not for root, hence the look afterwards
    notebook = nbformat.reads(before.decode("utf-8"), as_version=4)
    _execute(notebook, place, {"TMPDIR": str(scratch), "IPYTHONDIR": str(profile)}, prefix)
    assert {path: path.read_bytes() for path in place.iterdir()} == {copy: before}
    assert _still_there(scratch) == []
    assert _left_over(scratch) == []
    assert [output for cell in notebook.cells for output in _failures(cell)] == []
    return notebook.cells


def _execute(notebook, folder, variables, prefix):
    # with no folders to look in, the one kernel left is that of the running interpreter
    manager = AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport_encryption="auto"
    )
    manager.kernel_spec.argv[:0] = prefix
    client = nbclient.NotebookClient(
        notebook,
        km=manager,
        timeout=CELL_LIMIT_S,
        resources={"metadata": {"path": str(folder)}},
    )
    with client.setup_kernel(cleanup_kc=True, env={**os.environ, **variables}):
        for position, cell in enumerate(notebook.cells):
            client.execute_cell(cell, position)


def _failures(cell):
    for output in cell.get("outputs", []):
        if output.output_type == "error" or output.get("name") == "stderr":
            yield output


def _on_card(cells, key):
    """Return what the machine card says beside a name."""
    outputs = [output for cell in cells for output in cell.get("outputs", [])]
    texts = [output.get("data", {}).get("text/plain", "") for output in outputs]
    card = next(text for text in texts if message("card.title") in text)
    return re.search(rf"{re.escape(message(key))} +(.+)", card)[1].strip()


def _left_over(scratch):
    """Return what lies in ``scratch`` and is not Python's own.

    A kernel is ended before it has cleared away its forkserver's socket: ipykernel waits for that
    process for longer than Jupyter waits for ipykernel.
    """
    pythons_own = re.compile(r"pymp-[^/]+(/listener-[^/]+)?")
    names = [path.relative_to(scratch).as_posix() for path in scratch.rglob("*")]
    return [name for name in names if not pythons_own.fullmatch(name)]


def _still_there(marker):
    """Return the processes that have ``marker`` in their environment and do not go away."""
    deadline = time.monotonic() + GONE_LIMIT_S
    while (left := _processes_with(marker)) and time.monotonic() < deadline:
        time.sleep(0.1)
    return left


def _processes_with(marker):
    found = []
    for folder in Path("/proc").glob("[0-9]*"):  # on Linux; elsewhere there is none
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if os.fsencode(marker) in (folder / "environ").read_bytes():
                found.append((folder / "cmdline").read_bytes().replace(b"\0", b" ").decode())
    return found
