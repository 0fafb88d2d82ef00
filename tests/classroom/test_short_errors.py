"""What a notebook shows of an error that a worker raised: short, the learner's own lines first."""

import multiprocessing
import re

import pytest
from IPython.core import getipython
from IPython.core.interactiveshell import InteractiveShell

from helpers.classroom import short_errors
from helpers.language import set_language

CALLS = {
    "pool": "with multiprocessing.get_context('{method}').Pool(1) as pool:\n"
    "    pool.map(invert, [1, 0])",
    "executor": "context = multiprocessing.get_context('{method}')\n"
    "with ProcessPoolExecutor(1, mp_context=context) as pool:\n"
    "    list(pool.map(invert, [1, 0]))",
    "watched": "with watch() as watched, multiprocessing.get_context('{method}').Pool(1) as pool:\n"
    "    pool.map(watched(invert), [1, 0])",
}
SETUP = """import multiprocessing
from concurrent.futures import ProcessPoolExecutor
from helpers.parallel import watch
from inverting import invert
"""


@pytest.fixture
def shown(monkeypatch, tmp_path, capsys):
    """A function that runs a cell and returns what its error shows, without colours."""
    (tmp_path / "inverting.py").write_text(
        "def invert(n):\n    return 1 / n\n\n\ndef nothing(n):\n    return n\n", encoding="utf-8"
    )
    monkeypatch.syspath_prepend(tmp_path)
    shell = InteractiveShell()
    monkeypatch.setattr(getipython, "get_ipython", lambda: shell)
    short_errors.shorten_errors()

    def run(cell):
        assert shell.run_cell(SETUP).success
        result = shell.run_cell(cell)
        assert result.error_in_exec is not None
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
    places = [
        printed.find("In the worker:"),
        printed.find("return 1 / n"),
        printed.find("pool.map("),
    ]
    assert -1 not in places
    assert places == sorted(places)
    assert printed.rstrip().endswith("ZeroDivisionError: division by zero")
    assert "multiprocessing/" not in printed
    assert "concurrent" not in printed
    assert "helpers" not in printed


def test_a_task_that_never_began_has_no_part_of_the_worker(shown):
    """Where nothing of the learner's ran in the worker, the cell's line and the error are all."""
    printed = shown("with multiprocessing.Pool(1) as pool:\n    pool.apply(3)")
    assert printed.count("Traceback") == 1
    assert "pool.apply(3)" in printed
    assert "pool.py" not in printed


def test_another_error_is_shown_as_ever(shown):
    """What no worker raised keeps its whole traceback."""
    printed = shown("import json\njson.loads('no')")
    assert "decoder.py" in printed
    assert "JSONDecodeError" in printed


def test_outside_of_a_notebook_nothing_happens(monkeypatch):
    """Where there is no IPython, start() does not fail because of it."""
    monkeypatch.setattr(getipython, "get_ipython", lambda: None)
    short_errors.shorten_errors()
