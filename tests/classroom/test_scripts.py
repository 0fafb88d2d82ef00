"""run_script(): whatever a program does, its end comes in time and leaves nothing behind."""

from __future__ import annotations

import _thread
import os
import sys
import tempfile
import threading
import time
from pathlib import Path

import psutil
import pytest

from helpers.classroom import run_script, scripts
from helpers.classroom.scripts import ScriptRun
from helpers.classroom.style import duration
from helpers.language import text
from helpers.parallel import InputError

POOL = """
    import multiprocessing
    from helpers.tasks import square

    {guard}
        with multiprocessing.get_context("spawn").Pool(2) as pool:
            print(pool.map(square, [1, 2, 3]))
"""
DEAF = """
    import signal, time
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    print("deaf", flush=True)
    time.sleep(3600)
"""
BYTES = """
    import sys
    sys.stdout.buffer.write(bytes([97, 255, 254, 122, 13, 10]))
    sys.stderr.buffer.write(bytes([128]))
"""
posix = pytest.mark.skipif(os.name != "posix", reason="signals and groups are those of POSIX")


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Fail where a process that knows this test's temporary folder, or a file in it, is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 30
    while (left := [*filter(_knows(tmp_path), psutil.process_iter())]) and (
        time.monotonic() < deadline
    ):
        time.sleep(0.02)
    assert left == []


def _knows(folder):
    def knows(process):
        try:
            return process.environ().get("TMPDIR", "").startswith(str(folder))
        except psutil.Error:
            return False

    return knows


ENDINGS = {
    "well": ("import sys\nprint('año ☂', sys.argv[0])", "año ☂ script.py\n", "", 0),
    "with the same Python": ("import sys; print(sys.executable)", f"{sys.executable}\n", "", 0),
    "with its own code": ("raise SystemExit(7)", "", "", 7),
    "with an error, its lines as they are seen, without colours or folder": (
        "\n    x = 1\n\n    1 / 0\n",
        "",
        'Traceback (most recent call last):\n  File "script.py", line 3, in <module>\n',
        1,
    ),
    "asking for input, which is closed": ("input()", "", "Traceback", 1),
    "with bytes that are no text": (BYTES, "a��z\n", "�", 0),
    "at once, as it is no program": ("x = (", "", '  File "script.py", line 1', 1),
    "at once, as it has half a character": ("print('\udc80')", "", "", 1),
    "at once, as it is empty": ("", "", "", 0),
    "with a Pool and its guard": (
        POOL.format(guard='if __name__ == "__main__":'), "[1, 4, 9]\n", "", 0,
    ),
}  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS)
def test_a_program_ends(ending, monkeypatch):
    """What it printed and its errors come back, with the exit code and the seconds it took."""
    for name in ("FORCE_COLOR", "CLICOLOR_FORCE"):  # a notebook's kernel asks its programs for them
        monkeypatch.setenv(name, "1")
    program, printed, errors, code = ENDINGS[ending]
    ran = run_script(program, limit_s=60)
    assert (ran.printed, ran.exit_code) == (printed, code), ran.errors
    assert ran.errors.startswith(errors)
    assert code != 0 or not errors.strip("�") or ran.errors == errors
    assert "\x1b" not in ran.errors
    assert 0 < ran.seconds < 60


@pytest.mark.parametrize(
    ("program", "printed"),
    [
        ("import time\nprint(1, flush=True)\ntime.sleep(3600)", "1\n"),
        ("print(1, flush=True)\nwhile True: pass", "1\n"),
        pytest.param(DEAF, "deaf\n", marks=posix),
        (POOL.format(guard="if True:"), ""),
    ],
    ids=["waits", "computes", "refuses to end", "Pool without a guard"],
)
def test_a_program_that_hangs_is_stopped(program, printed):
    """At the limit it is stopped; what it wrote until then is there."""
    began = time.perf_counter()
    ran = run_script(program, limit_s=2.5)
    assert (ran.printed, ran.exit_code) == (printed, None)
    assert 2.5 <= ran.seconds <= time.perf_counter() - began < 30
    if not printed:
        assert "RuntimeError" in ran.errors
        assert "An attempt has been made to start a new process" in repr(ran)


@pytest.mark.parametrize("ending", ["", "time.sleep(3600)", "os._exit(3)"])
def test_children_that_are_left_are_ended(ending):
    """Children of a program are ended with it, however it ends; those of another session, too."""
    program = f"""
        import os, subprocess, sys, time
        wait = [sys.executable, "-c", "import time; time.sleep(3600)"]
        apart = {os.name == "posix" and "sleep" in ending}
        for session in (False, apart):
            print(subprocess.Popen(wait, start_new_session=session).pid, flush=True)
        time.sleep(0.3)
        {ending}
    """
    ran = run_script(program, limit_s=2 if "sleep" in ending else 30)
    children = [int(number) for number in ran.printed.split()]
    assert len(children) == 2
    assert (ran.exit_code is None) is ("sleep" in ending)
    deadline = time.monotonic() + 30
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_runs, children))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


@pytest.mark.skipif(not Path("/dev/shm").exists(), reason="no folder of shared memory to look at")
def test_shared_memory_of_a_stopped_program_is_cleared_away():
    """What a program shared with its workers does not stay when it is stopped."""
    program = """
        import multiprocessing, time
        lock = multiprocessing.get_context("spawn").Lock()
        print(lock._semlock.name, flush=True)
        time.sleep(3600)
    """
    name = run_script(program, limit_s=2).printed.strip().removeprefix("/")
    assert name
    assert not Path("/dev/shm", f"sem.{name}").exists()


def test_long_output_is_kept_and_shown_in_part(language):
    """Ten megabytes come back whole; what is shown of them is short."""
    program = (
        "import sys\nfor n in range(100_000): print('x' * 99)\nprint('e' * 10**7, file=sys.stderr)"
    )
    ran = run_script(program, limit_s=60)
    assert (len(ran.printed), len(ran.errors)) == (10_000_000, 10_000_001)
    assert max(len(repr(ran)), len(ran._repr_html_())) < 10_000
    assert text(es="[y 99,985 líneas más]", en="[and 99,985 more lines]") in repr(ran)


def test_endless_output_is_stopped(monkeypatch):
    """A program that prints without end is stopped before it fills the disk."""
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


@pytest.mark.parametrize(
    "arguments",
    [{"program": program} for program in (None, 3, b"print(1)", "other.py")]
    + [{"program": "", "limit_s": limit_s} for limit_s in (0, "3", None, True, float("nan"))],
    ids=repr,
)
def test_what_cannot_be_run_is_an_error(language, arguments):
    """What is no text, no file or no time is named, in the learner's language."""
    with pytest.raises(InputError, match=r"limit_s|run_script|%%writefile") as caught:
        run_script(**arguments)
    assert repr(list(arguments.values())[-1]) in str(caught.value)
    spanish = any(word in str(caught.value) for word in ("espera", "debe", "pudo"))
    assert spanish is (language == "es")


def test_a_file_is_run_by_its_name(tmp_path, monkeypatch):
    """The name of a file runs what stands in it."""
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.py"
    mine.write_text("print('ñ')\n", encoding="utf-8")
    assert run_script("mine.py").printed == "ñ\n"
    mine.unlink()


FRAMES = "".join(f"  frame {n}\n" for n in range(40))
TOLD = "".join(f"    says {n}\n" for n in range(9))


@pytest.mark.parametrize(
    ("errors", "shown"),
    [
        ("", []),
        ("Traceback\n  File\nValueError: no\n", ["Traceback", "  File", "ValueError: no"]),
        (f"Traceback\n{FRAMES}ValueError: <b>", [*FRAMES.splitlines()[-5:], "ValueError: <b>"]),
        (f"RuntimeError:\n\n{TOLD}Traceback\n{FRAMES}", ["RuntimeError:", *TOLD.splitlines()]),
        (f"Traceback\n{FRAMES}", FRAMES.splitlines()[-6:]),
    ],
    ids=["none", "short", "long", "the last one cut off by the stop", "all cut off"],
)
def test_what_is_shown(language, errors, shown):
    """How it ended, what it printed, the last error in full; HTML unfolds them all."""
    ran = ScriptRun("1\n", errors, 1, 0.25)
    assert repr(ran).splitlines() == [
        text(
            es=f"El programa terminó en {duration(0.25)}, con el código de salida 1.",
            en=f"The program ended after {duration(0.25)}, with exit code 1.",
        ),
        text(es="Imprimió:", en="It printed:"),
        "1",
        *([text(es="Sus errores, al final:", en="Its errors, at the end:")] if shown else []),
        *shown,
    ]
    page = ran._repr_html_()
    assert ("<details>" in page) is (len(errors.splitlines()) > 6)
    assert "<b>" not in page
    silent = ScriptRun("", errors, None, 0.25)
    assert repr(silent).splitlines()[:2] == [
        text(
            es=f"El programa seguía en marcha después de {duration(0.25)}, y fue detenido.",
            en=f"The program was still running after {duration(0.25)}, and was stopped.",
        ),
        text(es="No imprimió nada.", en="It printed nothing."),
    ]
