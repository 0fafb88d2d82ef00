"""run_script(): whatever a program does, its end comes in time and leaves nothing behind."""

from __future__ import annotations

import _thread
import os
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from helpers.classroom import run_script, scripts
from helpers.classroom.scripts import ScriptRun
from helpers.language import text
from helpers.parallel import InputError
from helpers.parallel.units import duration

POOL = """
    import multiprocessing
    from helpers.tasks import square

    {guard}
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            print(pool.map(square, [1, 2, 3]))
"""
FAILING = "\n    x = 1\n\n    1 / 0\n"
BYTES = "import sys\nsys.stdout.buffer.write(b'a\\xff\\xfez\\r\\n')"
ENDINGS = [
    ("import sys\nprint('año ☂', sys.argv[0])", "año ☂ script.py\n", "", 0),
    ("raise SystemExit(7)", "", "", 7),
    (FAILING, "", 'File "script.py", line 3, in <module>', 1),  # as they are seen
    ("input()", "", "EOFError", 1),
    (BYTES, "a��z\n", "", 0),
    ("x = (", "", "SyntaxError", 1),
    ("print('\udc80')", "", "Error", 1),
    ("", "", "", 0),
    (POOL.format(guard='if __name__ == "__main__":'), "[1, 4, 9]\n", "", 0),
]
DEAF = """
    import signal, time
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(3600)
"""
SHARING = """
    import multiprocessing, time
    lock = multiprocessing.get_context("spawn").Lock()
    print(getattr(lock._semlock, "name", "/none"), flush=True)
    time.sleep(3600)
"""
HANGING = {
    "computes": ("print(1, flush=True)\nwhile True: pass", "1"),
    "refuses to end": (DEAF, "deaf"),
    "shares memory": (SHARING, "/"),
    "makes a Pool without a guard": (POOL.format(guard="if True:"), ""),
}


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Fail where a process that knows this test's temporary folder, or a file in it, is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 30
    while any(_knows(process, str(tmp_path)) for process in psutil.process_iter()):
        assert time.monotonic() < deadline, "a process is left"
        time.sleep(0.02)


def _knows(process, folder):
    try:
        return process.environ().get("TMPDIR", "").startswith(folder)
    except psutil.Error:  # it has ended
        return False


@pytest.mark.parametrize(("program", "printed", "errors", "code"), ENDINGS)
def test_a_program_ends(program, printed, errors, code, monkeypatch):
    """What it printed and its errors come back, with the exit code and the seconds it took."""
    monkeypatch.setenv("FORCE_COLOR", "1")  # as a notebook's kernel does
    ran = run_script(program, limit_s=60)
    assert (ran.printed, ran.exit_code) == (printed, code), ran.errors
    assert errors in ran.errors
    assert bool(ran.errors) is bool(errors)
    assert "\x1b" not in ran.errors
    assert 0 < ran.seconds < 60


@pytest.mark.parametrize("what", HANGING)
def test_a_program_that_hangs_is_stopped(what):
    """At the limit it is stopped; what it wrote until then is there, and nothing it shared."""
    program, printed = HANGING[what]
    began = time.perf_counter()
    ran = run_script(program, limit_s=2.5)
    assert ran.exit_code is None
    assert ran.printed.startswith(printed)
    assert 2.5 <= ran.seconds <= time.perf_counter() - began < 30
    assert ran.printed or "An attempt has been made to start a new process" in repr(ran)
    assert not Path("/dev/shm", f"sem.{ran.printed.strip().lstrip('/')}").exists()


@pytest.mark.parametrize("ending", ["", "time.sleep(3600)", "os._exit(3)"])
def test_children_that_are_left_are_ended(ending):
    """Children of a program are ended with it, however it ends; those of another session, too."""
    program = f"""
        import os, subprocess, sys, time
        wait = [sys.executable, "-c", "import time; time.sleep(3600)"]
        for session in (False, {os.name == "posix" and "sleep" in ending}):
            print(subprocess.Popen(wait, start_new_session=session).pid, flush=True)
        time.sleep(0.3)
        {ending}
    """
    ran = run_script(program, limit_s=2 if "sleep" in ending else 30)
    assert len(ran.printed.split()) == 2  # _nothing_left sees to it that both have ended


def test_long_output_is_kept_and_endless_output_stopped(language, monkeypatch):
    """Ten megabytes come back whole, and little of them is shown; the disk is not filled."""
    program = "import sys\nfor _ in range(100_000): print('x' * 99)\nsys.exit('e' * 10**7)"
    ran = run_script(program, limit_s=60)
    assert (len(ran.printed), len(ran.errors)) == (10_000_000, 10_000_001)
    assert max(len(repr(ran)), len(ran._repr_html_())) < 10_000
    assert text(es="[y 99,985 líneas más]", en="[and 99,985 more lines]") in repr(ran)
    monkeypatch.setattr(scripts, "MAX_BYTES", 100_000)
    ran = run_script("while True: print('x' * 10_000)", limit_s=60)
    assert ran.exit_code is None
    assert ran.seconds < 30


def test_interrupting_the_call_ends_the_program():
    """An interrupt gets through, and the program does not outlive it."""
    timer = threading.Timer(0.6, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_script("import time\ntime.sleep(3600)", limit_s=20)
    timer.join()


def test_what_can_be_run(language, tmp_path, monkeypatch):
    """A file by its name; what is no text, no file or no time is named, with what to do."""
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.py"
    mine.write_text("print('ñ')\n", encoding="utf-8")
    assert run_script("mine.py").printed == "ñ\n"
    mine.unlink()
    refused = [(None, 1), (3, 1), (b"print(1)", 1), ("other.py", 1)]
    for program, limit_s in refused + [("", s) for s in (0, "3", None, True, float("nan"))]:
        with pytest.raises(InputError, match=r"limit_s|run_script|%%writefile") as caught:
            run_script(program, limit_s=limit_s)
        assert repr(limit_s if program == "" else program) in str(caught.value)
        spanish = any(word in str(caught.value) for word in ("espera", "debe", "pudo"))
        assert spanish is (language == "es")


FRAMES = "".join(f"  frame {n}\n" for n in range(40))
MESSAGE = "".join(f"    says {n}\n" for n in range(9))


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ("", []),
        (f"Traceback\n{FRAMES}ValueError: <b>", [*FRAMES.splitlines()[-5:], "ValueError: <b>"]),
        (f"OSError:\n\n{MESSAGE}Traceback\n{FRAMES}", ["OSError:", *MESSAGE.splitlines()]),
    ],
)
def test_what_is_shown(language, errors, shown):
    """How it ended, what it printed, the last error in full; HTML unfolds them all."""
    ended, stopped = ScriptRun("1\n", errors, 1, 0.25), ScriptRun("", errors, None, 0.25)
    title = [text(es="El final de sus errores:", en="The end of its errors:")] if shown else []
    first, *rest = repr(ended).splitlines()
    assert rest == [text(es="Imprimió:", en="It printed:"), "1", *title, *shown]
    assert duration(0.25) in first
    assert text(es="código de salida 1", en="exit code 1") in first
    assert ("<details>" in ended._repr_html_()) is bool(errors)
    assert "<b>" not in ended._repr_html_()
    first, second, *_ = repr(stopped).splitlines()
    assert text(es="lo detuvimos", en="was stopped") in first
    assert second == text(es="No imprimió nada.", en="It printed nothing.")
