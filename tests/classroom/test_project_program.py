"""Exercise 10.3: a program is run as somebody else would run it, and told what it does not do."""

from __future__ import annotations

import ast
import multiprocessing
import time

import psutil
import pytest
from solutions import EXERCISES

from helpers.classroom import check
from helpers.classroom.exercises import lesson_10_project
from helpers.language import set_language

GUARD = 'if __name__ == "__main__":\n'
GET = "pool.map_async(count_words, files).get(timeout=limit_s)"
SKIPS = """    try:
        text = Path(file).read_text(encoding="utf-8")
    except ValueError:
        return 0
"""
READS = '    text = Path(file).read_text(encoding="utf-8", errors="replace")\n'
SPAWN = 'import multiprocessing\nmultiprocessing.set_start_method("spawn")\nif True:\n'
EACH = "[r.get(limit_s) for r in [pool.apply_async(count_words, [f]) for f in files]]"
# What is changed in the lesson's program, and what is said to be missing then.
CHANGES = [
    (GUARD, "if True:\n", "guard all that it does"),
    (GUARD, SPAWN, "guard all that it does"),
    ('"__main__"', '"main"', "It printed nothing"),
    ("loop_s = ", "loop_s = 1 / 0 + ", "ZeroDivisionError: division by zero (line"),
    ("import re, sys", "import re, sys\nfrom helpers import tasks", "the course's package"),
    ("rglob", "glob", "the total of words"),
    (f"    with Pool() as pool:\n        parallel = {GET}", "    parallel = counts", "no thread"),
    ("pool.map_async(count_words, files)", "pool.map_async(abs, counts)", "no thread"),
    ("loop {loop_s:.2f} s, pool {pool_s:.2f} s", "done", "two times in seconds"),
    ("pool {pool_s:.2f} s", "pool 99.9 s", "two times in seconds"),
    ('"times.png"', 'Path(__file__).with_suffix(".png")', "no chart"),
    (".get(timeout=limit_s)", ".get()", "does not keep its limit"),
    (GET, EACH, "does not keep its limit"),
    (READS, SKIPS, "A file that is not UTF-8"),
    (', errors="replace"', "", "UnicodeDecodeError"),
]
# One that fails soon and one that is run whole whenever tests run; all of them every night.
BY_NIGHT = [change for change in CHANGES if change[1] not in ('"main"', "glob")]
METHODS = multiprocessing.get_all_start_methods()


def program() -> str:
    """Return the lesson's own program."""
    nodes = ast.walk(ast.parse(EXERCISES["10.3"].solutions["en"]))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if getattr(call.func, "attr", "") == "write"]
    return ast.literal_eval(call.args[0])


@pytest.fixture
def changed(tmp_path, monkeypatch):
    """Return what check says to the lesson's program with something changed."""
    set_language("en")
    monkeypatch.setattr(lesson_10_project, "LATE_S", 6.0)  # these end at their limit in no time

    def judged(old: str, new: str):
        assert old in program()
        file = tmp_path / "my project.py"
        file.write_text(program().replace(old, new), encoding="utf-8")
        if "spawn" in new and "True" in new:  # Python starts its workers again and again
            monkeypatch.setattr(lesson_10_project, "CHECK_LIMIT_S", 8.0)
        card = check("10.3", str(file))
        assert list(tmp_path.iterdir()) == [file]
        return card

    return judged


@pytest.mark.parametrize(
    ("old", "new", "words"),
    [pytest.param(*c, marks=[pytest.mark.slow] * (c in BY_NIGHT)) for c in CHANGES],
)
def test_what_a_program_does_not_do_is_told(changed, old, new, words):
    """Each thing that is taken out of a complete program is named, and nothing of it is left."""
    card = changed(old, new)
    assert card.lines[0].startswith("It was run in another folder, as somebody else would.")
    assert words in card.lines[0]


@pytest.mark.parametrize(
    "method", [METHODS[0], *(pytest.param(m, marks=pytest.mark.slow) for m in METHODS[1:])]
)
def test_a_complete_program_is_right_under_every_start_method(changed, method):
    """However its workers start, the lesson's program lacks nothing."""
    chosen = f'{GUARD}    __import__("multiprocessing").set_start_method("{method}")\n'
    assert changed(GUARD, chosen).headline == "Exercise 10.3: correct"


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("{sum(parallel)} words", "{sum(parallel):,} words"),
        ("from multiprocessing import Pool", "from multiprocessing.pool import ThreadPool as Pool"),
    ],
)
def test_other_right_programs(changed, old, new):
    """Threads will do, and separators of thousands."""
    assert changed(old, new).headline == "Exercise 10.3: correct"


@pytest.mark.parametrize("answer", [open, "none.py"])
def test_what_is_no_program_is_told(answer):
    """An answer that is no file gets what it should be."""
    set_language("en")
    assert "the name of the .py file" in check("10.3", answer).lines[0]


def test_a_program_that_never_ends_is_ended(tmp_path, monkeypatch):
    """A program that hangs is told to, at the limit, and its workers are gone."""
    set_language("en")
    monkeypatch.setattr(lesson_10_project, "CHECK_LIMIT_S", 4.0)
    file, noted = tmp_path / "my_project.py", tmp_path / "noted"
    file.write_text(
        "import os, time\nfrom multiprocessing import Pool\n\n"
        f"def hang(_):\n    print(os.getpid(), file=open({str(noted)!r}, 'a'), flush=True)\n"
        f"    time.sleep(600)\n\n{GUARD}    with Pool(2) as pool:\n        pool.map(hang, 'ab')\n",
        encoding="utf-8",
    )
    begin = time.perf_counter()
    card = check("10.3", str(file))
    assert time.perf_counter() - begin < 30
    assert "and was stopped" in card.lines[0]
    left = [p for p in psutil.process_iter() if str(p.pid) in noted.read_text().split()]
    assert all(process.status() == psutil.STATUS_ZOMBIE for process in left)
