"""A file that was edited after its import is named, in place of results of two versions."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import sys

import pytest

from helpers.language import set_language
from helpers.parallel import TaskNotImportableError, advise, run
from helpers.parallel.importing import refuse_edited

START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [("sequential", None), ("threads", None)]
WAYS += [(how, method) for how in ("processes", "pool") for method in START_METHODS]

SOURCE = '''\
"""A learner's own file."""
FACTOR = 10

def task(x):
    return x * FACTOR

class Scaler:
    def scale(self, x):
        return x * 2
    def __call__(self, x):
        return x * 3
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of the learner's, just imported, and a function that edits its file."""
    name = f"own_{os.getpid()}_{abs(hash(str(tmp_path)))}"
    file = tmp_path / f"{name}.py"
    file.write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = importlib.import_module(name)
    later = iter(range(1, 100))

    def edit(old, new):
        source = file.read_text(encoding="utf-8")
        assert old in source
        file.write_text(source.replace(old, new), encoding="utf-8")
        moment = file.stat().st_mtime_ns + 10**9 * next(later)
        os.utime(file, ns=(moment, moment))

    yield module, edit
    sys.modules.pop(name)


@pytest.mark.parametrize("looked_before", [True, False])
@pytest.mark.parametrize(
    "make",
    [
        lambda module: module.task,
        lambda module: functools.partial(module.task),
        lambda module: module.Scaler().scale,
        lambda module: module.Scaler(),
    ],
    ids=["function", "partial", "method", "object"],
)
def test_an_edit_is_seen(own, make, looked_before):
    """Whatever the task is, looked at before the edit or not; a mere save is none."""
    module, edit = own
    task = make(module)
    if looked_before:
        refuse_edited(task)
        edit("FACTOR = 10", "FACTOR = 10")
        refuse_edited(task)
    edit("FACTOR = 10", "FACTOR = 2000")
    for _ in range(2):
        with pytest.raises(TaskNotImportableError, match=f"{module.__name__}.py was edited"):
            refuse_edited(task)
    importlib.reload(module)
    refuse_edited(module.task)


@pytest.mark.parametrize("task", [len, functools.partial, importlib.reload, lambda: 0])
def test_what_is_no_file_of_the_learner(task):
    """Built-ins, installed packages and functions of a test or notebook are not looked into."""
    refuse_edited(task)


@pytest.mark.parametrize(("how", "method"), WAYS)
def test_no_way_mixes_two_versions(own, how, method):
    """Each way names the file and how to get the new version; after that, all give the new one."""
    module, edit = own
    old_task = module.task
    edit("FACTOR = 10", "FACTOR = 2000")
    for language, word in (("es", "reinicia"), ("en", "restart")):
        set_language(language)
        with pytest.raises(TaskNotImportableError, match=word) as caught:
            run(old_task, range(3), how=how, start_method=method, n_workers=2)
        assert f"importlib.reload({module.__name__})" in str(caught.value)
    with pytest.raises(TaskNotImportableError, match="edited"):
        advise(old_task, [1, 2, 3])
    importlib.reload(module)
    done = run(module.task, range(3), how=how, start_method=method, n_workers=2)
    assert done.results == [0, 2000, 4000]


@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize("name", ["task", "Scaler"])
def test_the_task_from_before_a_reload(own, how, name):
    """It is told to import it again, which is what is missing."""
    module, _ = own
    task = module.task if name == "task" else module.Scaler().scale
    importlib.reload(module)
    with pytest.raises(TaskNotImportableError, match=f"from {module.__name__} import {name}\\b"):
        run(task, [1], how=how, n_workers=1)
