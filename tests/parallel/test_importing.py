"""What each process imports: tasks of a notebook or a script, files that call as they load."""

from __future__ import annotations

import pytest
from programs import environment, run_program
from ways import NEW_PROCESS, PROCESSES, START_METHODS

pytestmark = pytest.mark.timeout(120)

GUARD = 'if __name__ == "__main__": '

# As in a notebook: all is defined in __main__, which no new process can import.
NOTEBOOK = """
import functools, sys
from helpers.language import set_language
from helpers.parallel import NotPicklableError, TaskNotImportableError, run

def double(item):
    return item * 2

class Doubler:
    def method(self, item):
        return item * 2
    def __call__(self, item):
        return item * 2

method = sys.argv[1]
tasks = [(double, 21), (functools.partial(double), 21), (Doubler().method, 21), (Doubler(), 21)]
for how in ("processes", "pool"):
    for language in ("es", "en"):
        set_language(language)
        for task, item in [*tasks, (str, Doubler())]:
            try:
                done = run(task, [item], how=how, n_workers=1, start_method=method)
            except (TaskNotImportableError, NotPicklableError) as error:
                assert ".py" in str(error), error
                print(type(error).__name__, language)
            else:
                print(done.n_items)
"""


@pytest.mark.parametrize("method", START_METHODS)
def test_tasks_and_items_of_a_notebook(method):
    """What a new process cannot import from ``__main__`` is refused; a forked one has it.

    So is an item whose class is the notebook's.
    """
    completed = run_program("-c", NOTEBOOK, method)
    assert completed.stderr == ""
    expected = []
    for language in ("es", "en"):
        refused = [f"TaskNotImportableError {language}"] * 4 + [f"NotPicklableError {language}"]
        expected += ["1"] * 5 if method == "fork" else refused
    assert completed.stdout.splitlines() == expected * 2


SCRIPT = """
import functools, sys
from helpers.parallel import run

class Item:
    def __init__(self, value):
        self.value = value

def value_of(item):
    return Item(item.value * 2)

def call(task):
    done = run(task, [Item(21)], how=sys.argv[1], n_workers=1, start_method=sys.argv[2])
    print(done.results[0].value)

{guard}call(value_of); call(functools.partial(value_of))
"""


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("how", PROCESSES)
@pytest.mark.parametrize("way", ["file", "module"])
def test_a_script_with_its_guard(method, how, way, tmp_path):
    """In a script with the guard, tasks, items and results may be its own: it can be imported."""
    script = tmp_path / "año nuevo" / "my_script.py"
    script.parent.mkdir()
    script.write_text(SCRIPT.format(guard=GUARD), encoding="utf-8")
    arguments = [script] if way == "file" else ["-m", "my_script"]
    completed = run_program(*arguments, how, method, cwd=script.parent)
    assert (completed.stdout, completed.stderr) == ("42\n42\n", "")


@pytest.mark.parametrize("method", NEW_PROCESS)
@pytest.mark.parametrize("how", PROCESSES)
def test_a_script_without_its_guard(method, how, tmp_path):
    """A script without the guard ends with errors, also its workers', that name that line."""
    script = tmp_path / "my_script.py"
    script.write_text(SCRIPT.format(guard=""), encoding="utf-8")
    completed = run_program(script, how, method)
    errors = [line for line in completed.stderr.splitlines() if "Error: " in line]
    assert completed.stdout == ""
    assert all('__name__ == "__main__"' in line for line in errors)
    assert "my_script.py calls run" in errors[0]
    assert "WorkerLostError" in errors[-1]


WITH_DASK = """
from helpers.parallel import run

def own(item):
    return 2 * item

{guard}print(run(own, [21], how="dask", n_workers=1).results)
"""


@pytest.mark.slow
def test_scripts_with_dask(tmp_path):
    """One with the guard ends in silence; one without it gets an error that says so."""
    script = tmp_path / "my_script.py"
    script.write_text(WITH_DASK.format(guard=GUARD), encoding="utf-8")
    completed = run_program("-X", "dev", script)
    assert (completed.stdout, completed.stderr) == ("[42]\n", "")
    script.write_text(WITH_DASK.format(guard=""), encoding="utf-8")
    completed = run_program(script)
    assert completed.stdout == ""
    last = completed.stderr.splitlines()[-1]
    assert all(word in last for word in ("MachineError", '"__main__"'))


# Items and results are of a class of the file: what unpickles them would wait for its import.
CALLS_AT_TOP_LEVEL = """
import multiprocessing
import helpers.parallel as p

class Item:
    pass

def task(item):
    return Item()

print("imported")
items = [Item() for _ in range(4)]
for method in multiprocessing.get_all_start_methods():
    for name, call in {
        "run": lambda: p.run(task, items, n_workers=2, start_method=method),
        "run(pool)": lambda: p.run(task, items, n_workers=2, how="pool", start_method=method),
        "run(dask)": lambda: p.run(task, items, n_workers=2, how="dask", start_method=method),
        "advise": lambda: p.advise(task, items),
    }.items():
        try:
            call()
        except p.TaskNotImportableError as error:
            assert f"own_file.py calls {name.partition('(')[0]} at its top level" in str(error)
            assert '__name__ == "__main__"' in str(error)
        else:
            print("no error:", name, method)
for how in "sequential", "threads":
    print(len(p.run(task, items, how=how).results))
"""


def test_calls_of_a_file_that_is_imported(tmp_path):
    """Whatever would start workers is an error that names file and function; the rest works."""
    (tmp_path / "own_file.py").write_text(CALLS_AT_TOP_LEVEL, encoding="utf-8")
    completed = run_program("-c", "import own_file", cwd=tmp_path, env=environment())
    assert (completed.stdout.split(), completed.stderr) == (["imported", "4", "4"], "")


# In the program that imports it first it does not call: as if it were another file by now.
CALLS_IN_WORKERS = """
import os
from helpers.parallel import run

def task(item):
    return item

def call():
    run(task, range(4), n_workers=2, how="{how}", start_method="{method}")

with open("imports.txt", "a") as file:
    file.write("x")
if not os.environ.pop("FIRST", None):
    call()
"""


@pytest.mark.parametrize("method", NEW_PROCESS)
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_a_file_that_calls_when_a_worker_imports_it(method, how, tmp_path):
    """No worker starts workers while it loads its task; its own error is the one that is raised."""
    source = CALLS_IN_WORKERS.format(method=method, how=how)
    (tmp_path / "own_file.py").write_text(source, encoding="utf-8")
    completed = run_program(
        "-c", "import own_file; own_file.call()", cwd=tmp_path, env=environment(FIRST="1")
    )
    *_, last = completed.stderr.splitlines()
    assert "TaskNotImportableError: " in last
    assert "own_file.py calls run at its top level" in last
    assert completed.stderr.count("Traceback") == 1
    assert (tmp_path / "imports.txt").read_text() in ("xx", "xxx")  # two workers at most
