"""Tasks defined in a notebook, in a console or in a script: what ``__main__`` means to a worker."""

from __future__ import annotations

import multiprocessing

import pytest
from programs import run_program

START_METHODS = multiprocessing.get_all_start_methods()
NEW_PROCESS = [method for method in START_METHODS if method != "fork"]
needs_fork = pytest.mark.skipif("fork" not in START_METHODS, reason="no fork on this system")

# As in a notebook: all is defined in __main__, which no new process can import.
NOTEBOOK = """
import functools, multiprocessing, sys, time
from helpers.language import set_language
from helpers.parallel import run

def double(item):
    return item * 2

class Doubler:
    def method(self, item):
        return item * 2
    @classmethod
    def of_class(cls, item):
        return item * 2
    def __call__(self, item):
        return item * 2

TASKS = {
    "function": double,
    "partial": functools.partial(double),
    "partial of a partial": functools.partial(functools.partial(double)),
    "argument": functools.partial(map, double),
    "method": Doubler().method,
    "class method": Doubler.of_class,
    "object": Doubler(),
    "class": Doubler,
}
for method in sys.argv[1:]:
    for how in ("processes", "pool"):
        for language in ("es", "en"):
            set_language(language)
            for name, task in TASKS.items():
                began = time.perf_counter()
                try:
                    told = run(task, [21], how=how, n_workers=1, start_method=method).results
                except Exception as error:
                    told = f"{type(error).__name__}: {error}"
                took_s = time.perf_counter() - began
                assert took_s < 50, (method, how, name, took_s)
                print(method, how, language, name, told, sep="|")
assert not multiprocessing.active_children()
"""


def told_by(completed):
    """Return what a program printed, as lists; it must not have complained."""
    assert completed.returncode == 0, completed.stderr
    assert not completed.stderr
    return [line.split("|") for line in completed.stdout.splitlines()]


@pytest.mark.skipif(not NEW_PROCESS, reason="this system knows nothing but fork")
@pytest.mark.parametrize("way", ["-c", "-"])
def test_tasks_of_a_notebook_are_refused(way):
    """What a new process cannot import from ``__main__`` is refused at once, in both languages."""
    arguments = ["-c", NOTEBOOK] if way == "-c" else ["-"]
    text = None if way == "-c" else NOTEBOOK
    lines = told_by(run_program(*arguments, *NEW_PROCESS, text=text))
    assert len(lines) == len(NEW_PROCESS) * 2 * 2 * 8
    spanish = {(*line[:2], line[3]): line[4] for line in lines if line[2] == "es"}
    english = {(*line[:2], line[3]): line[4] for line in lines if line[2] == "en"}
    for key, text in english.items():
        assert text.startswith("TaskNotImportableError: ")
        assert key[0] in text
        assert ".py" in text
        assert spanish[key].startswith("TaskNotImportableError: ")
        assert spanish[key] != text
        if key[2] == "function":
            assert "double" in text
            assert "double" in spanish[key]


@needs_fork
def test_tasks_of_a_notebook_under_fork():
    """A forked worker has the notebook's functions, so they are not refused."""
    lines = told_by(run_program("-c", NOTEBOOK, "fork"))
    told = {line[3]: line[4] for line in lines}
    assert {told[name] for name in ("function", "partial", "method", "object")} == {"[42]"}


SCRIPT = """
import functools, sys
from helpers.parallel import run

def double(item):
    return item * 2

class Doubler:
    def method(self, item):
        return item * 2

class Item:
    def __init__(self, value):
        self.value = value

def value_of(item):
    return Item(item.value * 2)

if __name__ == "__main__":
    for how in ("processes", "pool"):
        for task in (double, functools.partial(double), Doubler().method):
            done = run(task, [21], how=how, n_workers=1, start_method=sys.argv[1])
            assert done.results == [42]
        done = run(value_of, [Item(21)], how=how, n_workers=1, start_method=sys.argv[1])
        assert [item.value for item in done.results] == [42]
    print("done")
"""


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("way", ["file", "module"])
def test_a_script_with_its_guard(method, way, tmp_path):
    """In a script with the guard, tasks, items and results may be its own: it can be imported."""
    script = tmp_path / "año nuevo" / "my_script.py"
    script.parent.mkdir()
    script.write_text(SCRIPT, encoding="utf-8")
    arguments = [script] if way == "file" else ["-m", "my_script"]
    assert told_by(run_program(*arguments, method, cwd=script.parent)) == [["done"]]


UNGUARDED = """
import sys
from helpers.parallel import run

def double(item):
    return item * 2

how, method = sys.argv[1:3]
print(run(double, [21], how=how, n_workers=1, start_method=method).results)
"""


@pytest.mark.parametrize("method", NEW_PROCESS)
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_a_script_without_its_guard(method, how, tmp_path):
    """A script without the guard ends with errors, its own and its workers', that name that line.

    None of them guesses at another cause.
    """
    script = tmp_path / "my_script.py"
    script.write_text(UNGUARDED, encoding="utf-8")
    completed = run_program(script, how, method)
    assert completed.stdout == ""
    errors = [line for line in completed.stderr.splitlines() if "Error: " in line]
    assert all("my_script.py" in line and '__name__ == "__main__"' in line for line in errors)
    assert all(line.startswith("helpers.parallel.errors.") for line in errors)
    assert "my_script.py calls run" in errors[0]
    assert "WorkerLostError" in errors[-1]
    assert "memory" not in completed.stderr


ITEMS_OF_MAIN = """
import sys
from helpers.language import set_language
from helpers.parallel import run

class Item:
    pass

set_language("es")
try:
    run(repr, [Item()], how=sys.argv[2], n_workers=1, start_method=sys.argv[1])
except Exception as error:
    print(type(error).__name__, error, sep="|")
"""


@pytest.mark.parametrize("method", NEW_PROCESS)
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_items_of_a_notebook(method, how):
    """An item whose class is the notebook's is an error that says so, not a hang."""
    completed = run_program("-c", ITEMS_OF_MAIN, method, how)
    ((kind, text),) = told_by(completed)
    assert kind == "NotPicklableError"
    assert "cuaderno" in text
    assert "Item" in text
