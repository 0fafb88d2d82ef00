"""What a notebook shows of an error that a worker raised: short, the learner's own lines first."""

import multiprocessing
import re

import pytest
from IPython.core import getipython
from IPython.core.interactiveshell import InteractiveShell

from helpers.classroom import short_errors
from helpers.language import set_language

POOL = "multiprocessing.get_context('{method}').Pool(1) as pool:\n    pool.map("
EXECUTOR = (
    "ProcessPoolExecutor(1, multiprocessing.get_context('{method}')) as pool:\n    list(pool.map("
)
CALLS = {
    "pool": f"with {POOL}invert, [1, 0])",
    "executor": f"with {EXECUTOR}invert, [1, 0]))",
    "watched": f"with watch() as watched, {POOL}watched(invert), [1, 0])",
}
SETUP = """import json, multiprocessing
from concurrent.futures import ProcessPoolExecutor
from helpers.parallel import watch
from inverting import invert
"""


@pytest.fixture
def shown(monkeypatch, tmp_path, capsys):
    """A function that runs a cell and returns what its error shows, without colours."""
    (tmp_path / "inverting.py").write_text("def invert(n):\n    return 1 / n\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    shell = InteractiveShell()
    monkeypatch.setattr(getipython, "get_ipython", lambda: shell)
    short_errors.shorten_errors()

    def run(cell):
        assert shell.run_cell(SETUP).success
        assert shell.run_cell(cell).error_in_exec is not None
        return re.sub(r"\x1b\[[0-9;]*m", "", "".join(capsys.readouterr()))

    yield run
    shell.history_manager = None
    InteractiveShell.clear_instance()


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
@pytest.mark.parametrize("call", CALLS)
def test_an_error_of_a_task_is_short(shown, call, method):
    """First the task's own line, then that of the cell, then the error; no line of a library."""
    set_language("en")
    printed = shown(CALLS[call].format(method=method))
    places = [printed.find(part) for part in ("In the worker:", "return 1 / n", "pool.map(")]
    assert -1 not in places
    assert places == sorted(places)
    assert printed.rstrip().endswith("ZeroDivisionError: division by zero")
    assert not re.search("multiprocessing/|concurrent|helpers", printed)


@pytest.mark.parametrize(
    ("cell", "there", "not_there"),
    [
        ("with multiprocessing.Pool(1) as pool:\n    pool.apply(3)", "pool.apply(3)", "pool.py"),
        ("json.loads('no')", "decoder.py", "In the worker"),
    ],
    ids=["nothing of the learner's ran in the worker", "no worker raised it"],
)
def test_other_errors(shown, cell, there, not_there):
    """Of a task that never began the cell's line is shown; what no worker raised, as ever."""
    printed = shown(cell)
    assert printed.count("Traceback") == 1
    assert there in printed
    assert not_there not in printed


def test_outside_of_a_notebook_nothing_happens(monkeypatch):
    """Where there is no IPython, start() does not fail because of it."""
    monkeypatch.setattr(getipython, "get_ipython", lambda: None)
    short_errors.shorten_errors()
