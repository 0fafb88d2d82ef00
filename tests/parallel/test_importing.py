"""Files that call at their top level, while they are imported: an error, and no workers."""

from __future__ import annotations

import multiprocessing

import pytest
from programs import environment, run_program

pytestmark = pytest.mark.timeout(60)

START_METHODS = multiprocessing.get_all_start_methods()
NEW_PROCESS = [method for method in START_METHODS if method != "fork"]

# Items and results are of a class of the file: what pickles them would wait for its import.
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
        "run(client)": lambda: p.run(task, items, how="dask", client="tcp://127.0.0.1:9"),
        "advise": lambda: p.advise(task, items),
        "local_cluster": lambda: p.local_cluster().__enter__(),
    }.items():
        try:
            call()
        except p.TaskNotImportableError as error:
            called = name.partition("(")[0]
            assert f"own_file.py calls {called} at its top level" in str(error), error
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
import os, sys, threading
from helpers.parallel import run

def task(item):
    return item

def call():
    try:
        run(task, range(4), n_workers=2, how="{how}", start_method="{method}")
    except BaseException as error:
        errors.append(error)

errors = []
with open("imports.txt", "a") as file:
    file.write("x")
if not os.environ.pop("FIRST", None):
    if "{where}" == "in a thread":
        thread = threading.Thread(target=call)
        thread.start()
        thread.join()
    else:
        call()
    raise errors[0]
"""


@pytest.mark.parametrize("method", NEW_PROCESS)
@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize("where", ["at its top level", "in a thread"])
def test_a_file_that_calls_when_a_worker_imports_it(method, how, where, tmp_path):
    """No worker starts workers while it loads its task; its own error is the one that is told."""
    source = CALLS_IN_WORKERS.format(method=method, how=how, where=where)
    (tmp_path / "own_file.py").write_text(source, encoding="utf-8")
    program = "import own_file; own_file.call(); print(*map(repr, own_file.errors))"
    completed = run_program("-c", program, cwd=tmp_path, env=environment(FIRST="1"))
    assert completed.stdout.startswith("TaskNotImportableError(")
    assert completed.stdout.count("Error") == 1
    assert "calls run at its top level" in completed.stdout
    assert ("own_file.py" in completed.stdout) == (where != "in a thread")
    assert completed.stderr == ""
    assert (tmp_path / "imports.txt").read_text() in ("xx", "xxx")  # two workers at most


FROM_STANDARD_INPUT = """
import multiprocessing
from helpers.parallel import TaskNotImportableError, local_cluster, run
from helpers.tasks import square

for method in multiprocessing.get_all_start_methods():
    for call in (
        lambda: run(square, [3], n_workers=1, start_method=method).results,
        lambda: run(square, [3], n_workers=1, start_method=method, how="dask").results,
    )[:1 if method == "fork" else 2]:
        try:
            print(call())
        except TaskNotImportableError as error:
            assert "<stdin>" in str(error) and ".py" in str(error) and method in str(error)
            print("refused")
try:
    local_cluster(1).__enter__()
except TaskNotImportableError as error:
    assert "<stdin>" in str(error) and ".py" in str(error) and "spawn" in str(error)
    print("no cluster")
"""


def test_a_program_from_the_standard_input():
    """New processes cannot import it: it is refused before any starts; forked ones need not."""
    completed = run_program("-", text=FROM_STANDARD_INPUT)
    told = ("[9]\n" if method == "fork" else "refused\n" * 2 for method in START_METHODS)
    assert (completed.stdout, completed.stderr) == ("".join(told) + "no cluster\n", "")
