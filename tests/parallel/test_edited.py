"""A file that was edited after its import is named, in place of results of two versions."""

from __future__ import annotations

import functools
import importlib
import multiprocessing
import os
import sys

import pytest

from helpers.language import set_language
from helpers.parallel import InputError, TaskNotImportableError, advise, run
from helpers.parallel.clusters import local_cluster
from helpers.parallel.edited import edited_since_import

START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [("sequential", None), ("threads", None)]
WAYS += [(how, method) for how in ("processes", "pool") for method in START_METHODS]

SOURCE = '''\
"""A learner's own file."""
import functools

FACTOR = 10
limit: int = 10**3
WORDS = {"a", "b"}

def shout(function):
    @functools.wraps(function)
    def louder(x):
        return function(x)
    return louder

def times(x, by=1):
    return x * FACTOR * by

def task(x):
    """Say what it does."""
    return times(x) if "a" in {"a", "b", "c"} else 0

@shout
@shout
def loud(x):
    return x

class Scaler:
    def scale(self, x):
        return x * 2
    def __call__(self, x):
        return x * 3
'''


@pytest.fixture
def own(tmp_path, monkeypatch):
    """A module of the learner's, just imported, and a function that writes its file anew."""
    name = f"own_{os.getpid()}_{abs(hash(str(tmp_path)))}"
    file = tmp_path / f"{name}.py"
    file.write_text(SOURCE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
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


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("* FACTOR * by", "* FACTOR * by + 1"),
        ("FACTOR = 10", "FACTOR = 2000"),
        ("times(x) if", "times(x + 1) if"),
        ("    return x\n\nclass", "    return -x\n\nclass"),
        ("x * 2", "x * 4"),
        ("10**3", "10**4"),
        ("by=1", "by=2"),
    ],
)
def test_an_edit_is_seen(own, old, new):
    """Of what the task calls, a constant, a decorated function, a method, a default."""
    module, edit = own
    for task in (
        module.task,
        functools.partial(module.task),
        module.Scaler().scale,
        module.Scaler(),
    ):
        assert edited_since_import(task) is None
    edit(old, new)
    assert edited_since_import(module.task).name == f"{module.__name__}.py"
    assert edited_since_import(module.Scaler()) is not None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("import functools", "# a comment\n\nimport functools"),
        ("FACTOR = 10", "FACTOR = 10\nMORE = 3\n\ndef another(x):\n    return x"),
        ("def task", "def task"),
        ("return x * FACTOR", "return x *"),
    ],
)
def test_nothing_to_say(own, old, new):
    """Comments, what was added, a file only saved again, or in the middle of an edit."""
    module, edit = own
    edit(old, new)
    assert edited_since_import(module.task) is None


def test_a_task_that_is_no_longer_in_its_file(own):
    """A new process would not find it."""
    module, edit = own
    edit("def task", "def job")
    assert edited_since_import(module.task) is not None


STATE = """\
import os

COUNT, SEEN = 0, []
CALLS = 0
N = 10
N = int(os.environ.get("NO_SUCH_NAME", 20))
SIZE = os.environ.get("NO_SUCH_NAME") or 5
FACTOR = 10

class Unwilling:
    def __getattr__(self, name):
        raise RuntimeError(name)

unwilling = Unwilling()

def task(x, cache={}):
    global CALLS
    CALLS += 1
    SEEN.append(x)
    cache[x] = FACTOR
    return x
"""


def test_what_the_program_changes_is_no_edit(tmp_path, monkeypatch):
    """A counter, a cache, a name that is set twice; a constant that is set from the notebook."""
    (tmp_path / "own_state.py").write_text(STATE, encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", False)
    module = importlib.import_module("own_state")
    try:
        assert run(module.task, range(3), how="sequential").results == [0, 1, 2]
        module.FACTOR = 5
        assert edited_since_import(module.task) is None
        module.FACTOR = 10
        monkeypatch.setattr(sys, "dont_write_bytecode", True)  # without a .pyc to look at
        assert edited_since_import(module.task) is None
    finally:
        sys.modules.pop("own_state")


@pytest.mark.parametrize(("how", "method"), WAYS)
def test_no_way_mixes_two_versions(own, how, method):
    """Each way names the file and how to get the new version; after that, all give the new one."""
    module, edit = own
    old_task = module.task
    edit("FACTOR = 10", "FACTOR = 2000")
    for language, word in (("es", "reinicia"), ("en", "restart")):
        set_language(language)
        with pytest.raises(InputError, match=word) as told:
            run(old_task, range(3), how=how, start_method=method, n_workers=2)
        assert f"{module.__name__}.py" in str(told.value)
        assert f"importlib.reload({module.__name__})" in str(told.value)
    importlib.reload(module)
    done = run(module.task, range(3), how=how, start_method=method, n_workers=2)
    assert done.results == [0, 2000, 4000]


def test_the_advice_says_it_too(own):
    """What advise tries out is of one version, so nobody is told figures of two."""
    module, edit = own
    edit("FACTOR = 10", "FACTOR = 2000")
    with pytest.raises(InputError, match="edited"):
        advise(module.task, [1, 2, 3])


def test_a_cluster_that_goes_on_takes_the_new_version(own):
    """Its workers imported the file before it was edited."""
    pytest.importorskip("distributed")
    module, edit = own
    with local_cluster(1) as client:
        assert run(module.task, [1], how="dask", client=client).results == [10]
        edit("FACTOR = 10", "FACTOR = 2000")
        importlib.reload(module)
        assert run(module.task, [1], how="dask", client=client).results == [2000]


@pytest.mark.parametrize("how", ["processes", "pool"])
@pytest.mark.parametrize(
    ("make", "name"),
    [
        (lambda module: module.task, "task"),
        (lambda module: functools.partial(module.task), "task"),
        (lambda module: module.Scaler(), "Scaler"),
        (lambda module: module.Scaler().scale, "Scaler"),
    ],
)
def test_the_task_from_before_a_reload(own, how, make, name):
    """It is told to import it again, which is what is missing."""
    module, _ = own
    old_task = make(module)
    importlib.reload(module)
    with pytest.raises(TaskNotImportableError, match=f"from {module.__name__} import {name}\\b"):
        run(old_task, [1], how=how, n_workers=1)
