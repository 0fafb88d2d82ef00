"""A file that was edited after its import is named, in place of results of two versions."""

from __future__ import annotations

import functools
import importlib
import os
import sys

import pytest
from ways import ALL

from helpers.language import set_language
from helpers.parallel import InputError, TaskNotImportableError, advise, run, watch
from helpers.parallel.importing import refuse_edited

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
    """A module of the learner's, just imported, and a function that saves it with a factor."""
    name = f"own_{os.getpid()}_{abs(hash(str(tmp_path)))}"
    file = tmp_path / f"{name}.py"
    file.write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = importlib.import_module(name)

    def save(factor):
        moment = file.stat().st_mtime_ns + 10**9
        file.write_text(SOURCE.replace("10", str(factor)), encoding="utf-8")
        os.utime(file, ns=(moment, moment))

    yield module, save
    sys.modules.pop(name)


@pytest.mark.parametrize("looked_before", [True, False])
@pytest.mark.parametrize("kind", ["function", "partial", "method", "object"])
def test_an_edit_is_seen(own, kind, looked_before):
    """Whatever the task is, looked at before the edit or not; a mere save is none."""
    module, save = own
    scaler = module.Scaler()
    task = {"function": module.task, "partial": functools.partial(module.task),
            "method": scaler.scale, "object": scaler}[kind]  # fmt: skip
    if looked_before:
        refuse_edited(task)
        save(10)
        refuse_edited(task)
    save(2000)
    for _ in range(2):
        with pytest.raises(TaskNotImportableError, match=f"{module.__name__}.py was edited"):
            refuse_edited(task)
    importlib.reload(module)
    refuse_edited(module.task)
    # Built-ins, installed packages and functions of a test or notebook are not looked into.
    for other in (len, functools.partial, importlib.reload, lambda: 0):
        refuse_edited(other)


@pytest.mark.parametrize(("how", "method"), ALL)
def test_no_way_mixes_two_versions(own, how, method):
    """Each way names the file and how to get the new version; after that, all give the new one.

    With a task from before a reload, which is one to import again.
    """
    module, save = own
    task, scale = module.task, module.Scaler().scale
    options = {"how": how, "start_method": method, "n_workers": 2}
    save(2000)
    for language, word in (("es", "reinicia"), ("en", "restart")):
        set_language(language)
        with pytest.raises(TaskNotImportableError, match=word) as caught:
            run(task, range(3), **options)
        assert f"importlib.reload({module.__name__})" in str(caught.value)
    with pytest.raises(TaskNotImportableError, match="edited"):
        advise(task, [1, 2, 3])
    with watch() as watched, pytest.raises(InputError, match="edited"):
        watched(task)
    importlib.reload(module)
    assert run(module.task, range(3), **options).results == [0, 2000, 4000]
    if method:
        for old, name in ((task, "task"), (scale, "Scaler")):
            with pytest.raises(TaskNotImportableError, match=f"{module.__name__} import {name}\\b"):
                run(old, [1], **options)
