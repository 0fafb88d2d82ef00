"""A bar over a run: it grows to its end, changes nothing else, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import io
import json
import multiprocessing
import os
import re
import subprocess
import sys
import threading
from itertools import pairwise

import nbclient
import nbformat
import pytest
import sample_tasks
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager
from programs import run_program
from tqdm.auto import tqdm

from helpers.language import LANGUAGES, message, set_language
from helpers.parallel import InputError, TaskFailedError, TimeLimitError, WorkerLostError, run
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
HOWS = ("sequential", "threads", "processes", "pool")
IN_PROCESS = [("sequential", None), ("threads", None)]
WITH_PROCESSES = [(how, method) for how in ("processes", "pool") for method in START_METHODS]
CHEAP = [*IN_PROCESS, ("processes", CHEAPEST), ("pool", CHEAPEST)]
ALL = [*IN_PROCESS, *WITH_PROCESSES]
DRAWN = re.compile(r" *(\d+)%\|.*\| (\d+)/(\d+) \[.*\] *")


def bars(text):
    """Return the bars that were drawn: for each, the (done, total) of one drawing after another.

    All of the text has to be drawings of bars, each bar closed by the end of its line.
    """
    assert text == "" or text.endswith("\n"), "a bar was not closed"
    return [
        [counts(drawn) for drawn in line.split("\r") if drawn] for line in text.split("\n")[:-1]
    ]


def counts(drawn):
    """Return how many items are done in a drawing, of how many."""
    found = DRAWN.fullmatch(drawn)
    assert found, f"not a bar: {drawn!r}"
    percent, done, total = map(int, found.groups())
    assert percent == 100 * done // total or abs(percent - 100 * done / total) <= 0.5
    return done, total


def grown(bar):
    """Say whether a bar never went back."""
    return all(before <= after for before, after in pairwise(bar))


@pytest.fixture(autouse=True)
def _no_bar_before():
    """Forget the bars of what ran before in this process, and end the thread that watches them."""
    if tqdm.monitor is not None:
        tqdm.monitor.exit()
    for base in tqdm.__mro__:
        if "monitor" in vars(base):
            base.monitor = None
    getattr(tqdm, "_instances", set()).clear()


def nothing_open():
    """Say whether tqdm knows of no bar that is not closed, and of no thread that watches bars."""
    return not tqdm._instances and tqdm.monitor is None


def failure(*args, **kwargs):
    """Return what ``run`` raises."""
    with pytest.raises(BaseException) as caught:  # noqa: PT011  the caller looks at it
        run(*args, **kwargs)
    return caught.value


# ---- it changes nothing, and reaches its end


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_results_are_the_same(how, start_method, capfd):
    """Under every way and start method the results are the loop's, and one bar reaches its end."""
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    done = run(square, range(37), progress=True, **options)
    printed = capfd.readouterr()
    assert done.results == [square(item) for item in range(37)]
    assert (done.how, done.n_items, done.start_method) == (how, 37, start_method)
    (bar,) = bars(printed.err)
    assert bar[-1] == (37, 37)
    assert grown(bar)
    assert printed.out == ""
    assert nothing_open()


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize(("n_items", "chunksize"), [(1, None), (10, 1), (10, 4), (10, 100)])
def test_it_grows_with_each_chunk(how, start_method, n_items, chunksize, monkeypatch, capfd):
    """The bar is moved on once a chunk, by its items, and the chunks are those that were asked."""
    moves = []
    monkeypatch.setattr(tqdm, "update", lambda _self, n: moves.append(n))
    options = {"how": how, "n_workers": 2, "chunksize": chunksize, "start_method": start_method}
    done = run(square, range(n_items), progress=True, **options)
    assert sum(moves) == n_items
    assert sorted(moves) == sorted(span.n_items for span in done.spans)
    assert done.chunksize == run(square, range(n_items), **options).chunksize
    assert capfd.readouterr().err.count("\n") == 1


@pytest.mark.parametrize(
    ("n_items", "chunks"), [(100, 100), (1000, 100), (7, 7), (99, 99), (250, 84), (101, 51)]
)
def test_the_loop_takes_a_hundred_chunks(n_items, chunks, capfd):
    """With a bar the loop takes a hundred chunks, or as many as have equally many items."""
    done = run(square, range(n_items), how="sequential", progress=True)
    assert done.results == [square(item) for item in range(n_items)]
    assert len(done.spans) == chunks
    assert bars(capfd.readouterr().err)[0][-1] == (n_items, n_items)


def test_a_chunksize_of_ones_own_is_kept(capfd):
    """A chunksize that was asked for is used, by the loop too."""
    done = run(square, range(100), how="sequential", chunksize=30, progress=True)
    assert [span.n_items for span in done.spans] == [30, 30, 30, 10]
    assert bars(capfd.readouterr().err)[0][-1] == (100, 100)


def test_it_is_drawn_while_it_grows(capfd):
    """A run of half a second draws the bar half-way, not at its begin and end alone."""
    run(sample_tasks.sleep, [0.02] * 40, how="threads", n_workers=2, chunksize=1, progress=True)
    (bar,) = bars(capfd.readouterr().err)
    assert any(0 < done < total for done, total in bar)


@pytest.mark.parametrize("how", HOWS)
def test_no_items(how, capfd):
    """Without items the result is empty, and the bar is drawn and closed."""
    assert run(square, [], how=how, progress=True).results == []
    printed = capfd.readouterr()
    assert printed.err.count("\n") == 1
    assert "0 items" in printed.err
    assert nothing_open()


@pytest.mark.parametrize("how", HOWS)
def test_no_bar_unless_asked_for(how, capfd):
    """Without progress, and with progress=False, nothing is drawn."""
    options = {"how": how, "n_workers": 1, "start_method": CHEAPEST}
    run(square, [1], **options)
    run(square, [1], progress=False, **options)
    assert capfd.readouterr() == ("", "")


@pytest.mark.parametrize("language", LANGUAGES)
def test_its_unit_is_in_the_learners_language(language, capfd):
    """The bar counts items in the learner's language."""
    set_language(language)
    run(square, range(5), how="sequential", progress=True)
    unit = {"es": "elementos", "en": "items"}[language]
    assert message("progress.unit").strip() == unit
    assert f"{unit}/s]" in capfd.readouterr().err


def test_bars_inside_of_bars(capfd):
    """A run with a bar in each turn of the learner's own bar closes its own each time."""

    class Quiet(tqdm):
        """A bar without tqdm's thread."""

        monitor_interval = 0

    with Quiet(range(3), file=io.StringIO()) as turns:
        for item in turns:
            assert run(square, [item], how="threads", progress=True).results == [item * item]
    assert capfd.readouterr().err.count("| 1/1 [") >= 3
    assert nothing_open()


def test_tqdm_stays_as_it_was():
    """The learner's own bars keep tqdm's settings."""
    before = tqdm.monitor_interval, vars(tqdm).get("_lock")
    run(square, [1], how="sequential", progress=True)
    assert (tqdm.monitor_interval, vars(tqdm).get("_lock")) == before
    assert tqdm.monitor_interval > 0


@pytest.mark.parametrize("value", ["yes", "", None, 2, -1, 0.5, [], [True], {}, float("nan"), b"1"])
def test_bad_progress(value, capfd):
    """A value other than True and False is refused by name, in both languages; nothing is drawn."""
    texts = []
    for language in LANGUAGES:
        set_language(language)
        error = failure(square, [1], progress=value)
        assert type(error) is InputError
        assert "progress" in str(error)
        assert repr(value) in str(error)
        assert "True" in str(error)
        assert "False" in str(error)
        texts.append(str(error))
    assert texts[0] != texts[1]
    assert capfd.readouterr() == ("", "")


# ---- when it goes wrong


def compared_failures(capfd, *args, **kwargs):
    """Return the errors without a bar and with one, which has to be closed before its end."""
    without = failure(*args, **kwargs)
    assert capfd.readouterr() == ("", "")
    with_bar = failure(*args, progress=True, **kwargs)
    printed = capfd.readouterr()
    (bar,) = bars(printed.err)
    assert printed.out == ""
    assert grown(bar)
    assert all(done < total for done, total in bar)
    assert nothing_open()
    return without, with_bar


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_a_task_that_raises(how, start_method, capfd):
    """The task's exception comes out as without a bar, with its note, and the bar is closed."""
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    errors = compared_failures(capfd, sample_tasks.raise_at_seven, range(10), **options)
    for error in errors:
        assert type(error) is sample_tasks.Detailed
        assert error.detail == {"item": 7}
    first, second = (error.__notes__[1].splitlines()[0] for error in errors)
    assert first == second
    assert " 7 " in first


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize(
    ("task", "expected"),
    [
        (sample_tasks.raise_stop_iteration, StopIteration),
        (sample_tasks.exit_politely, TaskFailedError),
    ],
)
def test_a_task_that_ends_oddly(how, start_method, task, expected, capfd):
    """The end of an iteration and of a program are told as without a bar."""
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    for error in compared_failures(capfd, task, range(4), **options):
        assert type(error) is expected


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_a_worker_that_is_lost(how, start_method, capfd):
    """A lost worker is told as without a bar, which is closed."""
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    errors = compared_failures(capfd, sample_tasks.exit_at_seven, range(10), **options)
    assert [type(error) for error in errors] == [WorkerLostError] * 2


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_a_time_limit(how, start_method, capfd):
    """The time limit holds as without a bar, and the bar is closed where it was."""
    options = {"how": how, "n_workers": 2, "start_method": start_method, "timeout_s": 0.2}
    errors = compared_failures(capfd, sample_tasks.sleep, [0.05] * 40, **options)
    assert [type(error) for error in errors] == [TimeLimitError] * 2


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_an_interrupt(how, start_method, capfd):
    """Ctrl+C comes out as KeyboardInterrupt, and the bar is closed."""
    import _thread

    timer = threading.Timer(0.3, _thread.interrupt_main)
    timer.start()
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    error = failure(sample_tasks.sleep, [0.05] * 400, progress=True, **options)
    timer.join()
    assert type(error) is KeyboardInterrupt
    (bar,) = bars(capfd.readouterr().err)
    assert bar[-1][0] < 400
    assert nothing_open()
    assert run(square, [3], progress=True, **options).results == [9]


def test_refused_arguments_draw_nothing(capfd):
    """A bar is begun only once all arguments are good."""
    assert type(failure(square, [1], n_workers=0, progress=True)) is InputError
    assert type(failure(square, 3, progress=True)) is InputError
    assert capfd.readouterr() == ("", "")


# ---- who draws it


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_the_parent_alone_draws_it(how, start_method, capfd):
    """Where the parent's own stderr goes elsewhere, the bar goes there and workers say nothing."""
    with contextlib.redirect_stderr(io.StringIO()) as elsewhere:
        options = {"how": how, "n_workers": 2, "start_method": start_method}
        run(sample_tasks.sleep, [0.01] * 30, chunksize=1, progress=True, **options)
    assert capfd.readouterr() == ("", "")
    assert bars(elsewhere.getvalue())[0][-1] == (30, 30)


PROGRAM = """
import json, multiprocessing, sys, threading
from leftovers import children as child_processes
from helpers.language import set_language
from helpers.parallel import run
from helpers.tasks import square

method, bar_file, *hows = sys.argv[1:]
multiprocessing.set_start_method(method)
set_language("es")
known, threads = child_processes(), threading.enumerate()
for how in hows:
    assert run(square, range(25), how=how, n_workers=2).results == [n * n for n in range(25)]
loaded, without = "tqdm" in sys.modules, child_processes()
with open(bar_file, "w", encoding="utf-8") as sys.stderr:
    for how in hows:
        done = run(square, range(25), how=how, n_workers=2, progress=True)
        assert done.results == [n * n for n in range(25)]
sys.stderr = sys.__stderr__
import tqdm
told = {
    "children": len(child_processes() - known),
    "new children": len(child_processes() - without),
    "tqdm without a bar": loaded,
    "same threads": threading.enumerate() == threads,
    "monitor": tqdm.tqdm.monitor is not None,
}
print(json.dumps(told))
"""


@pytest.mark.parametrize("method", START_METHODS)
@pytest.mark.parametrize("hows", [("sequential", "threads"), ("processes", "pool")])
def test_a_program_is_left_as_it_was(method, hows, tmp_path):
    """After bars a program has no new process (no resource tracker), thread or monitor of tqdm.

    Its workers print nothing, under any start method, and without a bar tqdm is not even loaded.
    """
    file = tmp_path / "bar.txt"
    completed = run_program("-W", "error", "-c", PROGRAM, method, file, *hows)
    assert (completed.returncode, completed.stderr) == (0, "")
    (line,) = completed.stdout.splitlines()
    told = json.loads(line)
    if hows == ("sequential", "threads"):
        assert told["children"] == 0
    del told["children"]  # what multiprocessing keeps once processes were started is its own
    assert told == {
        "new children": 0,
        "tqdm without a bar": False,
        "same threads": True,
        "monitor": False,
    }
    text = file.read_bytes().decode("utf-8").replace("\r\n", "\n")
    assert [bar[-1] for bar in bars(text)] == [(25, 25)] * 2
    assert "elementos/s" in text


TERMINAL = """
import sys
from helpers.parallel import run
from helpers.tasks import square

assert sys.stderr.isatty()
run(square, range(50), how=sys.argv[1], n_workers=2, progress=True)
"""


def read_all(reader):
    """Return what was written to a terminal that nobody writes to any more."""
    written = b""
    with contextlib.suppress(OSError):  # so Linux tells the end
        while part := os.read(reader, 65536):
            written += part
    os.close(reader)
    return written.decode("utf-8")


@pytest.mark.skipif(not hasattr(os, "openpty"), reason="no terminals to make on this system")
@pytest.mark.parametrize("how", ["sequential", "processes"])
def test_in_a_terminal(how):
    """In a real terminal the bar is text that grows in its line to 100%, and ends the line."""
    import termios

    reader, terminal = os.openpty()
    termios.tcsetwinsize(terminal, (24, 80))
    program = [sys.executable, "-c", TERMINAL, how]
    environment = {**os.environ, "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(program, stderr=terminal, env=environment, timeout=200, check=False)
    os.close(terminal)
    text = read_all(reader).replace("\r\n", "\n")
    assert done.returncode == 0, text
    (bar,) = bars(text)
    assert bar[-1] == (50, 50)
    assert grown(bar)


# ---- in a notebook

CELLS = [
    "from helpers.language import set_language\n"
    "from helpers.parallel import run\n"
    "from helpers.tasks import square\n"
    "import multiprocessing, threading\n"
    "threads = set(threading.enumerate())",
    "set_language('es')\nassert run(square, range(60), progress=True).results[-1] == 3481",
    "set_language('en')\n"
    "method = multiprocessing.get_all_start_methods()[-1]\n"
    "done = run(square, range(60), how='pool', start_method=method, progress=True)\n"
    "assert done.results[-1] == 3481",
    "try:\n"
    "    run(int, ['1', 'x', '2', '3'], how='threads', n_workers=1, chunksize=1, progress=True)\n"
    "except ValueError as error:\n"
    "    assert 'int' in error.__notes__[0]",
    "assert run(square, [], progress=True).results == []",
    "from tqdm.auto import tqdm\n"
    "import time\n"
    "assert tqdm.monitor is None and not multiprocessing.active_children()\n"
    "names = sorted(t.name for t in set(threading.enumerate()) - threads)\n"
    "names",
]


@pytest.fixture(scope="module")
def notebook(tmp_path_factory):
    """A notebook with bars, executed in a kernel of its own (before the clock of a test runs)."""
    made = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    # with no folders to look in, the one kernel left is that of the running interpreter
    manager = AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport_encryption="auto"
    )
    folder = str(tmp_path_factory.mktemp("notebook"))
    resources = {"metadata": {"path": folder}}
    nbclient.NotebookClient(made, km=manager, timeout=200, resources=resources).execute(
        cleanup_kc=True
    )
    return made


def widgets_of(notebook, cell):
    """Return the states of the widgets that a cell shows: the box, and what is in it."""
    (output,) = notebook.cells[cell].outputs
    assert output.output_type == "display_data"
    view = output.data["application/vnd.jupyter.widget-view+json"]
    states = notebook.metadata.widgets["application/vnd.jupyter.widget-state+json"]["state"]
    box = states[view["model_id"]]["state"]
    return [states[name.removeprefix("IPY_MODEL_")]["state"] for name in box["children"]]


@pytest.mark.parametrize(("cell", "unit"), [(1, "elementos"), (2, "items")])
def test_in_a_notebook(notebook, cell, unit):
    """In a notebook the one output is a bar of a widget, full and green, in the language."""
    _, bar, text = widgets_of(notebook, cell)
    assert (bar["value"], bar["max"], bar["bar_style"]) == (60, 60, "success")
    assert re.search(rf"60/60\b.*{unit}/s", text["value"])
    assert unit in notebook.cells[cell].outputs[0].data["text/plain"]


def test_an_error_in_a_notebook(notebook):
    """Where the task raises, the bar stays where it was, in red, and nothing else is printed."""
    _, bar, text = widgets_of(notebook, 3)
    assert (bar["value"], bar["max"], bar["bar_style"]) == (1, 4, "danger")
    assert "1/4" in text["value"]


def test_no_items_in_a_notebook(notebook):
    """Without items there is a bar too, closed."""
    assert widgets_of(notebook, 4)[1]["bar_style"] == "success"


def test_a_notebook_is_left_as_it_was(notebook):
    """No cell printed on stderr or stdout, and no thread is left in the kernel."""
    outputs = [output for cell in notebook.cells for output in cell.outputs]
    assert {output.output_type for output in outputs} == {"display_data", "execute_result"}
    assert notebook.cells[5].outputs[0].data["text/plain"] == "[]"


def test_the_look_at_bars_can_fail():
    """What is no bar, or is not closed, or goes back, is seen: so the tests above can fail."""
    good = "\r  0%|  | 0/4 [00:00<?, ? items/s]\r100%|██| 4/4 [00:00<00:00, 9.0 items/s]\n"
    assert bars(good) == [[(0, 4), (4, 4)]]
    for bad in (good[:-1], good + "hello\n", "hello" + good, good.replace("100%", " 50%")):
        with pytest.raises(AssertionError):
            bars(bad)
    assert not grown([(3, 4), (2, 4)])
