"""Exercise 10.3: a program is run as somebody else would run it, and told what it does not do."""

from __future__ import annotations

import ast
import multiprocessing
import time

import psutil
import pytest
from lesson_cells import exercises

from helpers.classroom.exercises import lesson_10_project
from helpers.classroom.exercises.lesson_10_project import others_run_it
from helpers.language import set_language

GUARD = 'if __name__ == "__main__":\n'


def program() -> str:
    """Return the lesson's own program."""
    nodes = ast.walk(ast.parse(exercises()["10.3"].solutions["en"]))
    calls = [node for node in nodes if isinstance(node, ast.Call)]
    (call,) = [call for call in calls if getattr(call.func, "attr", "") == "write"]
    return ast.literal_eval(call.args[0])


@pytest.fixture(autouse=True)
def _soon(monkeypatch):
    """Wait less long for a program that keeps no limit: these ones end at theirs in no time."""
    monkeypatch.setattr(lesson_10_project, "LATE_S", 6.0)


# What is changed in the lesson's program, and what is missing then.
CHANGES = {
    "no guard": ((GUARD, "if True:\n"), "guard"),
    "guard that is never true": (('"__main__"', '"main"'), "printed nothing"),
    "no limit": ((".get(timeout=limit_s)", ".get()"), "does not keep its limit"),
    "waits, then complains": (
        (".get(timeout=limit_s)", ".get(); assert perf_counter() - begin < limit_s"),
        "does not keep its limit",
    ),
    "workers that do not count": (
        ("pool.map_async(count_words, files)", "pool.map_async(abs, counts)"),
        "do not count",
    ),
    "only a loop": (("    with Pool() as pool:\n", "    if True:\n"), "no process"),
    "wrong words": (("\\w+", "\\S+"), "total of words"),
    "one folder": (("rglob", "glob"), "total of words"),
    "no times": (("loop {loop_s:.2f} s, pool {pool_s:.2f} s", "done"), "seconds"),
    "made up": (("pool {pool_s:.2f} s", "pool 99.9 s"), "larger than"),
    "no error": (
        (
            ".get(timeout=limit_s)",
            '.get(limit_s) if limit_s > 1 else sys.exit(print("it takes too long"))',
        ),
        "not with an error",
    ),
    "a limit for each file": (
        (
            "pool.map_async(count_words, files).get(timeout=limit_s)",
            "[r.get(limit_s) for r in [pool.apply_async(count_words, [f]) for f in files]]",
        ),
        "does not keep its limit",
    ),
    "skips what is strange": (
        (
            '    text = Path(file).read_text(encoding="utf-8", errors="replace")\n',
            '    try:\n        text = Path(file).read_text(encoding="utf-8")\n'
            "    except ValueError:\n        return 0\n",
        ),
        "does not count the words",
    ),
    "no chart": (("plt.savefig", "print"), "chart"),
    "chart elsewhere": (
        ('"times.png"', 'Path(__file__).with_suffix(".png")'),
        "beside the program",
    ),
    "only UTF-8": ((', errors="replace"', ""), "not UTF-8"),
    "no guard where processes are not forked": (
        (
            GUARD,
            'import multiprocessing\nif True:\n    multiprocessing.set_start_method("spawn")\n',
        ),
        "guard",
    ),
    "an error": (("loop_s = ", "loop_s = 1 / 0 + "), "ZeroDivisionError: division by zero (line"),
    "the course": (("import re, sys", "import re, sys\nfrom helpers import tasks"), "package"),
}


@pytest.mark.parametrize("change", CHANGES)
def test_what_a_program_does_not_do_is_told(tmp_path, change):
    """Each thing that is taken out of a complete program is named, and nothing of it is left."""
    set_language("en")
    (old, new), told = CHANGES[change]
    changed = program().replace(old, new)
    if change == "only a loop":
        changed = changed.replace(
            "pool.map_async(count_words, files).get(timeout=limit_s)", "counts"
        )
    assert changed != program()
    file = tmp_path / "my project.py"
    file.write_text(changed, encoding="utf-8")
    verdict, values = others_run_it(str(file))
    assert verdict == "missing"
    assert told in values["missing"]
    assert list(tmp_path.iterdir()) == [file]


@pytest.mark.parametrize("method", multiprocessing.get_all_start_methods())
def test_a_complete_program_is_right_under_every_start_method(tmp_path, method):
    """However its workers start, the lesson's program lacks nothing."""
    chosen = f'{GUARD}    __import__("multiprocessing").set_start_method("{method}")\n'
    file = tmp_path / "my_project.py"
    file.write_text(program().replace(GUARD, chosen), encoding="utf-8")
    assert others_run_it(str(file)) == "right"


@pytest.mark.parametrize("printed", ["{sum(parallel):,} words", "{sum(parallel):_} in {1.53:.2f}"])
def test_how_numbers_are_written_does_not_matter(tmp_path, printed):
    """Separators of thousands, and a speedup beside the times, are no reason to refuse it."""
    file = tmp_path / "my_project.py"
    changed = program().replace("{sum(parallel)} words", printed)
    assert changed != program()
    file.write_text(changed, encoding="utf-8")
    assert others_run_it(str(file)) == "right"


def test_a_program_that_never_ends_is_ended(tmp_path, monkeypatch):
    """A program that hangs is told to, at the limit, and its workers are gone."""
    set_language("en")
    monkeypatch.setattr(lesson_10_project, "CHECK_LIMIT_S", 2.0)
    file = tmp_path / "my_project.py"
    file.write_text(
        "from multiprocessing import Pool\nfrom time import sleep\n"
        f"{GUARD}    with Pool(2) as pool:\n        pool.map(sleep, [600, 600])\n",
        encoding="utf-8",
    )
    before, begin = set(psutil.pids()), time.perf_counter()
    verdict, values = others_run_it(str(file))
    assert time.perf_counter() - begin < 30
    assert verdict == "missing"
    assert "2 s" in values["missing"]
    left = [p for p in psutil.process_iter(["cmdline"]) if str(file) in (p.info["cmdline"] or [])]
    assert not [p for p in left if p.pid not in before]
