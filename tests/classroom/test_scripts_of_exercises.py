"""Exercises 3.3 and 7.2: a task and a script run in processes of their own, within a limit."""

from __future__ import annotations

import importlib
import sys
import time

import pytest

from helpers.classroom import check
from helpers.classroom.exercises import lesson_03_files, lesson_07_failures
from helpers.language import set_language

JOIN = "paths = [os.path.join(directory, name) for name in os.listdir(directory)]"
# What the function of exercise 3.3 does, and what is said then.
SEARCHES = [
    ("return os.listdir(directory)", "names without their folder"),
    ("print(1)", "Both paths are expected, and the function returned"),
    (f'{JOIN}; return [p for p in paths if p.endswith(".py")]', "Both paths are expected"),
    ("return [3]", "Both paths are expected"),
    ("return lambda: 0", "The process could not use the function"),
    ("sys.exit(3)", "The process could not use the function"),
    ("os._exit(3)", "The process could not use the function"),
    ("time.sleep(3600)", "The process could not use the function"),
    ("raise ZeroDivisionError(directory)", "Your answer caused an error: ZeroDivisionError"),
]

SQUARE = "def task(x):\n    return x * x\n"
MAPPED = "with spawn.Pool(1) as pool: print(pool.map(task, [1, 2, 3]))"


def _script(*lines: str, head: str = "") -> str:
    """Return a script: its beginning, the guard and what it does."""
    lines = ('spawn = multiprocessing.get_context("spawn")', *lines)
    guarded = "".join(f"    {line}\n" for line in lines)
    return f'import multiprocessing, os, sys, time\n{head}\nif __name__ == "__main__":\n{guarded}'


# Scripts of exercise 7.2, and what is said of them.
SCRIPTS = [
    ([1, 4, 9], "fixed should be the text of a script"),
    ("print([1, 4, 9])", "should still compute with a Pool"),
    (_script(MAPPED.replace("task", "lambda x: x * x")), "finds neither a lambda"),
    (_script("def task(x): return x * x", MAPPED), "finds neither a lambda"),
    ('import multiprocessing\nmultiprocessing.get_context("spawn").Pool(1)', "outside the guard"),
    (_script(MAPPED, head=f"{SQUARE}multiprocessing.Pool(1)"), "outside the guard"),
    (_script("print((", MAPPED), "It should end and print [1, 4, 9]. The program ended"),
    (_script(MAPPED.replace("print", "list"), head=SQUARE), "It printed nothing"),
    (_script(MAPPED, head=f"{SQUARE}print(__name__)"), "It should end and print"),
    (_script(MAPPED), "NameError: name 'task' is not defined"),
    (_script(MAPPED.replace("task", "len")), "TypeError: object of type 'int' has no len()"),
    (_script("os._exit(5)", MAPPED), "with exit code 5"),
    (_script("time.sleep(3600)", MAPPED), "and was stopped"),
]


@pytest.mark.parametrize(("body", "words"), SEARCHES)
def test_search_that_misbehaves_is_named(tmp_path, monkeypatch, body, words):
    """What a task of the learner's does wrong in its process is said; one that hangs is stopped."""
    set_language("en")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, "my_own", raising=False)
    code = f"import os, sys, time\n\ndef find_py(directory):\n    {body}\n"
    (tmp_path / "my_own.py").write_text(code, encoding="utf-8")
    importlib.invalidate_caches()
    if "sleep" in body:
        monkeypatch.setattr(lesson_03_files, "CHECK_LIMIT_S", 1.5)
    began = time.perf_counter()
    card = check("3.3", importlib.import_module("my_own").find_py)
    assert time.perf_counter() - began < 40
    assert words in card.lines[0]


def test_other_search_is_right_too(tmp_path, monkeypatch):
    """A search in another way, and another order, is accepted."""
    monkeypatch.syspath_prepend(tmp_path)
    code = (
        "import os\n\ndef find_py(directory):\n    return {e.path for e in os.scandir(directory)"
        ' if e.name.endswith(".py") and e.is_file()}\n'
    )
    (tmp_path / "my_other.py").write_text(code, encoding="utf-8")
    importlib.invalidate_caches()
    card = check("3.3", importlib.import_module("my_other").find_py)
    assert card.headline.endswith(("correct", "correcto"))


@pytest.mark.parametrize(("script", "words"), SCRIPTS)
def test_script_that_is_not_right_is_told_why(monkeypatch, script, words):
    """A script's fault is named before it runs where it can be, else by what came of it."""
    set_language("en")
    if "sleep" in str(script):
        monkeypatch.setattr(lesson_07_failures, "SCRIPT_LIMIT_S", 1.0)
    assert words in check("7.2", script).lines[0]


@pytest.mark.parametrize(
    "script",
    [
        _script(MAPPED, head="from helpers.tasks import square as task"),
        _script("def main():", f"    {MAPPED}", "main()", head=SQUARE),
        _script(
            "with ProcessPoolExecutor(1, mp_context=spawn) as executor:",
            "    print(list(executor.map(square, [1, 2, 3])))",
            head="from concurrent.futures import ProcessPoolExecutor\n"
            "from helpers.tasks import square",
        ),
    ],
)
def test_other_script_is_right_too(script):
    """A task that is imported, and an executor in place of a Pool, are accepted."""
    assert check("7.2", script).headline.endswith(("correct", "correcto"))
