"""run_script(): whatever a program does, its end comes in time and leaves nothing behind."""

from __future__ import annotations

import dataclasses
import os
import sys
import tempfile
import threading
import time
from html.parser import HTMLParser
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
posix = pytest.mark.skipif(os.name != "posix", reason="signals and groups are those of POSIX")


@pytest.fixture(autouse=True)
def _nothing_left(tmp_path, monkeypatch):
    """Fail where a process that knows this test's temporary folder, or a file in it, is left."""
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    yield
    assert list(tmp_path.iterdir()) == []
    deadline = time.monotonic() + 30
    while (left := _processes_in(tmp_path)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert left == []


def _processes_in(folder) -> list[int]:
    """Return the processes whose temporary files go to ``folder``, or to a folder in it."""
    found = []
    for process in psutil.process_iter():
        try:
            there = process.environ().get("TMPDIR", "")
        except psutil.Error:
            continue
        if there.startswith(str(folder)):
            found.append(process.pid)
    return found


class Parts(HTMLParser):
    """The tags and the text of a piece of HTML."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: list[str] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        """Note a tag."""
        self.tags.append(tag)

    def handle_data(self, data):
        """Note a piece of text."""
        self.text += data + "\n"


def test_program_that_ends_well():
    """What it printed comes back, with exit code 0 and the seconds it took."""
    ran = run_script("import sys\nprint('año', sys.argv[0])")
    assert ran == ScriptRun("año script.py\n", "", 0, False, ran.seconds)
    assert ran.seconds > 0


def test_program_that_fails():
    """Its traceback comes back, with the line's number as it is seen and without any folder."""
    ran = run_script("\n    x = 1\n\n    1 / 0\n")
    assert (ran.printed, ran.exit_code, ran.hung) == ("", 1, False)
    assert 'File "script.py", line 3, in <module>' in ran.errors
    assert ran.errors.endswith("ZeroDivisionError: division by zero\n")


@pytest.mark.parametrize("code", [0, 3, 7])
def test_exit_code(code):
    """A program's own exit code is told."""
    assert run_script(f"raise SystemExit({code})").exit_code == code


def test_program_that_hangs_is_stopped():
    """At the limit it is stopped; what it wrote until then is there."""
    began = time.perf_counter()
    ran = run_script("import time\nprint(1, flush=True)\ntime.sleep(3600)", limit_s=2)
    assert ran == ScriptRun("1\n", "", None, True, ran.seconds)
    assert 2 <= ran.seconds <= time.perf_counter() - began < 30


def test_endless_loop_is_stopped():
    """A program that computes for ever is stopped as well."""
    assert run_script("while True: pass", limit_s=0.3).hung


@posix
def test_program_that_refuses_to_end_is_stopped():
    """A program that ignores signals is killed."""
    program = """
        import signal, time
        for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
            signal.signal(number, signal.SIG_IGN)
        print("deaf", flush=True)
        time.sleep(3600)
    """
    ran = run_script(program, limit_s=2)
    assert (ran.printed, ran.hung) == ("deaf\n", True)


def test_standard_input_is_closed():
    """A program that asks for input gets none, and does not wait."""
    assert "EOFError" in run_script("input()").errors


@pytest.mark.parametrize("ending", ["", "time.sleep(3600)", "os._exit(3)"])
def test_children_that_are_left_are_ended(ending):
    """Children of a program are ended with it, however it ends."""
    program = f"""
        import os, subprocess, sys, time
        wait = [sys.executable, "-c", "import time; time.sleep(3600)"]
        print(*(subprocess.Popen(wait).pid for _ in range(2)), flush=True)
        time.sleep(0.3)
        {ending}
    """
    ran = run_script(program, limit_s=2 if "sleep" in ending else 30)
    children = [int(number) for number in ran.printed.split()]
    assert len(children) == 2
    assert ran.hung is ("sleep" in ending)
    deadline = time.monotonic() + 30
    while any(map(_runs, children)) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not any(map(_runs, children))


@posix
def test_child_that_left_the_group_is_ended():
    """A child in a session of its own is ended too, while the program that started it is there."""
    program = """
        import subprocess, sys, time
        wait = [sys.executable, "-c", "import time; time.sleep(3600)"]
        print(subprocess.Popen(wait, start_new_session=True).pid, flush=True)
        time.sleep(3600)
    """
    ran = run_script(program, limit_s=2)
    time.sleep(0.1)
    assert not _runs(int(ran.printed))


def _runs(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_pool_with_a_guard():
    """A real script with its guard runs under spawn."""
    ran = run_script(POOL.format(guard='if __name__ == "__main__":'), limit_s=60)
    assert (ran.printed, ran.errors, ran.exit_code) == ("[1, 4, 9]\n", "", 0)


def test_pool_without_a_guard():
    """Without it the script never ends and repeats an error; all its workers are ended."""
    ran = run_script(POOL.format(guard="if True:"), limit_s=2.5)
    assert ran.hung
    assert "RuntimeError" in ran.errors
    assert "RuntimeError" in repr(ran)


@pytest.mark.skipif(not Path("/dev/shm").exists(), reason="no folder of shared memory to look at")
def test_shared_memory_of_a_stopped_program_is_cleared_away():
    """What a program shared with its workers does not stay when it is stopped."""
    program = """
        import multiprocessing, time
        lock = multiprocessing.get_context("spawn").Lock()
        print(lock._semlock.name, flush=True)
        time.sleep(3600)
    """
    ran = run_script(program, limit_s=2)
    name = ran.printed.strip().removeprefix("/")
    assert name
    assert not Path("/dev/shm", f"sem.{name}").exists()


def test_long_output_is_kept_and_shown_in_part(language):
    """Ten megabytes come back whole; what is shown of them is short."""
    program = (
        "import sys\nfor n in range(100_000): print('x' * 99)\nprint('e' * 10**7, file=sys.stderr)"
    )
    ran = run_script(program, limit_s=60)
    assert len(ran.printed) == 10_000_000
    assert len(ran.errors) == 10_000_001
    assert len(repr(ran)) < 5_000
    assert len(ran._repr_html_()) < 10_000
    assert text(es="[y 99,985 líneas más]", en="[and 99,985 more lines]") in repr(ran)


def test_endless_output_is_stopped(monkeypatch):
    """A program that prints without end is stopped before it fills the disk."""
    monkeypatch.setattr(scripts, "MAX_BYTES", 100_000)
    ran = run_script("while True: print('x' * 10_000)", limit_s=60)
    assert ran.hung
    assert ran.seconds < 30


def test_output_that_is_no_text():
    """Bytes that are no UTF-8 become replacement signs; the rest stays."""
    program = """
        import sys
        sys.stdout.buffer.write(bytes([97, 255, 254, 122, 13, 10]))
        sys.stderr.buffer.write(bytes([128]))
    """
    ran = run_script(program)
    assert (ran.printed, ran.errors) == ("a��z\n", "�")
    assert "a��z" in repr(ran)


def test_text_of_another_alphabet_comes_back():
    """Text is written and read as UTF-8, whatever the locale is."""
    assert run_script("print('ñ ☂ 漢')").printed == "ñ ☂ 漢\n"


@pytest.mark.parametrize("program", ["x = (", "print('\udc80')", "\0", "", "# nothing"])
def test_text_that_is_no_program(program):
    """A text that Python does not take is an error of the program, not of run_script."""
    ran = run_script(program)
    assert ran.hung is False
    assert (ran.exit_code == 0) is (program in ("", "# nothing"))


def test_no_colours(monkeypatch):
    """A traceback has no codes of colours, which a notebook's kernel asks its programs for."""
    monkeypatch.setenv("FORCE_COLOR", "1")
    monkeypatch.setenv("CLICOLOR_FORCE", "1")
    assert "\x1b" not in run_script("1 / 0").errors


def test_interrupting_the_call_ends_the_program(tmp_path):
    """An interrupt gets through, and the program does not outlive it."""
    import _thread

    timer = threading.Timer(0.6, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run_script("import time\ntime.sleep(3600)", limit_s=20)
    timer.join()


@pytest.mark.parametrize("received", [None, 3, b"print(1)", ["print(1)"]])
def test_program_must_be_text(language, received):
    """What is no text is an error that says so."""
    with pytest.raises(InputError) as caught:
        run_script(received)
    said = text(es="run_script recibe el texto de un programa", en="run_script takes the text of")
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(f"{received!r}.")


@pytest.mark.parametrize("received", [0, -1, "3", None, True, float("nan")])
def test_limit_must_be_a_time(language, received):
    """A limit that is no number above 0 is an error that says so."""
    with pytest.raises(InputError) as caught:
        run_script("", limit_s=received)
    said = text(es="limit_s debe ser un número de segundos", en="limit_s must be a number of")
    assert str(caught.value).startswith(said)
    assert str(caught.value).endswith(f"{received!r}.")


def test_shown_in_the_learners_language(language):
    """As text: how it ended, what it printed, its errors, in this order."""
    ran = ScriptRun("1\n2\n", "Traceback\n  File\nValueError: no\n", 1, False, 0.25)
    assert repr(ran).splitlines() == [
        text(
            es=f"El programa terminó en {duration(0.25)}, con el código de salida 1.",
            en=f"The program ended after {duration(0.25)}, with exit code 1.",
        ),
        text(es="Imprimió:", en="It printed:"),
        "1",
        "2",
        text(es="Sus errores:", en="Its errors:"),
        "Traceback",
        "  File",
        "ValueError: no",
    ]
    silent = dataclasses.replace(ran, printed="", errors="", exit_code=None, hung=True)
    assert repr(silent).splitlines() == [
        text(
            es=f"El programa seguía en marcha después de {duration(0.25)}, y fue detenido.",
            en=f"The program was still running after {duration(0.25)}, and was stopped.",
        ),
        text(es="No imprimió nada.", en="It printed nothing."),
    ]


FRAMES = "".join(f"  frame {n}\n" for n in range(40))


def test_long_errors_end_first(language):
    """Of a long traceback the end is shown first, and the whole can be unfolded in HTML."""
    ran = ScriptRun("", f"Traceback\n{FRAMES}ValueError: <b>\n", 1, False, 1.0)
    assert repr(ran).splitlines()[2:] == [
        text(
            es="El final de sus errores, que son 42 líneas:",
            en="The end of its errors, which are 42 lines:",
        ),
        *(f"  frame {n}" for n in range(35, 40)),
        "ValueError: <b>",
    ]
    shown = Parts(ran._repr_html_())
    assert {"details", "summary", "pre"} <= set(shown.tags)
    assert "b" not in shown.tags
    assert shown.text.index("ValueError: <b>") < shown.text.index("Traceback")
    assert text(es="desde el principio", en="from the beginning") in shown.text


def test_last_error_is_one_that_was_told_in_full():
    """Where a stop cut a traceback, the one before it is shown, with all that it says."""
    said = "".join(f"    says {n}\n" for n in range(9))
    errors = f"Traceback\n{FRAMES}RuntimeError:\n\n{said}Traceback\n{FRAMES}"
    shown = repr(ScriptRun("", errors, None, True, 1.0)).splitlines()[3:]
    assert shown == ["RuntimeError:", *said.splitlines()]


def test_frames_alone_are_shown_from_their_end():
    """Where no error was told in full, the last lines are shown."""
    shown = repr(ScriptRun("", f"Traceback\n{FRAMES}", None, True, 1.0)).splitlines()[3:]
    assert shown == [f"  frame {n}" for n in range(34, 40)]


def test_short_errors_are_shown_whole():
    """Few lines need no unfolding."""
    assert "<details" not in ScriptRun("", "no\n", 1, False, 1.0)._repr_html_()


def test_same_python():
    """The program runs with the Python that runs this one."""
    ran = run_script("import sys\nprint(sys.executable)")
    assert Path(ran.printed.strip()).resolve() == Path(sys.executable).resolve()


def test_a_file_is_run_by_its_name(tmp_path, monkeypatch, language):
    """The name of a file runs what stands in it; where there is none, the error says what to do."""
    monkeypatch.chdir(tmp_path)
    mine = tmp_path / "mine.py"
    mine.write_text("print('ñ')\n", encoding="utf-8")
    assert run_script("mine.py").printed == "ñ\n"
    mine.unlink()
    with pytest.raises(InputError, match=r"other\.py.*%%writefile"):
        run_script("other.py")
