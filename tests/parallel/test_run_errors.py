"""Every bad input is an error within seconds, says what came, and leaves nothing behind."""

from __future__ import annotations

import contextlib
import functools
import multiprocessing
import os
import sys
import threading
import time

import pytest
import sample_tasks

from helpers.language import set_language
from helpers.parallel import (
    InputError,
    NotPicklableError,
    ParallelError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    run,
)
from helpers.tasks import square

START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
HOWS = ("sequential", "threads", "processes", "pool")
WITH_PROCESSES = [(how, method) for how in ("processes", "pool") for method in START_METHODS]
CHEAP_PROCESSES = [("processes", CHEAPEST), ("pool", CHEAPEST)]
ALL = [("sequential", None), ("threads", None), *WITH_PROCESSES]
CHEAP = [("sequential", None), ("threads", None), *CHEAP_PROCESSES]


def failure(expected, *args, **kwargs):
    """Return what ``run`` raises, which has to be of the class that is expected, and no other."""
    with pytest.raises(expected) as caught:
        run(*args, **kwargs)
    assert type(caught.value) is expected
    return caught.value


def both_languages(expected, *args, **kwargs):
    """Return the message in Spanish and in English, which have to differ.

    Where a worker's start is slow, Spanish alone has to do: the texts are made in the parent.
    """
    set_language("es")
    texts = [str(failure(expected, *args, **kwargs))]
    if kwargs.get("start_method") in (None, CHEAPEST):
        set_language("en")
        texts.append(str(failure(expected, *args, **kwargs)))
        assert texts[0] != texts[1]
    return texts


def notes(error):
    """Return the notes of an exception as one text."""
    return "\n".join(getattr(error, "__notes__", []))


def works_again(how, start_method):
    """Assert that the next run is as good as any."""
    done = run(square, range(5), how=how, n_workers=2, start_method=start_method)
    assert done.results == [0, 1, 4, 9, 16]


# ---- arguments


@pytest.mark.parametrize("how", ["sequential", "pool"])
@pytest.mark.parametrize("name", ["n_workers", "chunksize"])
@pytest.mark.parametrize("value", [0, -1, 2.5, 2.0, True, False, "3", [2], float("nan"), 1j, b"2"])
def test_bad_numbers(how, name, value):
    """n_workers and chunksize that are no whole number from 1 on are refused by name and value."""
    for text in both_languages(InputError, square, [1], how=how, **{name: value}):
        assert name in text
        assert repr(value) in text
        assert "1" in text


@pytest.mark.parametrize("value", [sample_tasks.Whole(0), sample_tasks.Whole(-3)])
@pytest.mark.parametrize("name", ["n_workers", "chunksize"])
def test_bad_numbers_with_index(name, value):
    """A number that only has ``__index__`` is held to the same range."""
    assert name in str(failure(InputError, square, [1], **{name: value}))


@pytest.mark.parametrize("how", HOWS)
def test_numbers_left_out(how):
    """None is not bad input for n_workers and chunksize: a suitable number is chosen."""
    done = run(square, [1, 2], how=how, n_workers=None, chunksize=None)
    assert done.results == [1, 4]
    assert done.n_workers >= 1
    assert done.chunksize >= 1


@pytest.mark.parametrize("value", ["proceses", "", None, 3, ["pool"], {}, "POOL", b"pool"])
def test_unknown_how(value):
    """An unknown way of running is refused, and all the known ones are named."""
    for text in both_languages(InputError, square, [1], how=value):
        assert repr(value) in text
        assert all(how in text for how in HOWS)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("value", ["forks", "", 1, ["fork"], {}, False, "Spawn"])
def test_unknown_start_method(how, value):
    """An unknown start method is refused for every way, and those of this system are named."""
    for text in both_languages(InputError, square, [1], how=how, start_method=value):
        assert repr(value) in text
        assert all(method in text for method in START_METHODS)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("value", [0, -1, -0.5, "3", float("nan"), True, [1], 1j])
def test_bad_time_limits(how, value):
    """A time limit that is no number of seconds above 0 is refused."""
    for text in both_languages(InputError, square, [1], how=how, timeout_s=value):
        assert "timeout_s" in text
        assert repr(value) in text


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("items", [5, None, 3.5, square, int, object])
def test_items_that_are_not_iterable(how, items):
    """Items that cannot be iterated over are refused, and a list is suggested."""
    for text in both_languages(InputError, square, items, how=how):
        assert "items" in text
        assert repr(items) in text
        assert "[" in text


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("task", [None, 3, "square", [square], square(3)])
def test_tasks_that_cannot_be_called(how, task):
    """A task that is no function is refused, above all the result of calling one."""
    for text in both_languages(InputError, task, [1], how=how):
        assert repr(task) in text


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    "task",
    [sample_tasks.promise, functools.partial(sample_tasks.promise)],
    ids=["plain", "partial"],
)
def test_coroutine_functions(how, task):
    """An async function is refused: a call of it would compute nothing."""
    for text in both_languages(InputError, task, [1], how=how):
        assert "promise" in text
        assert "async" in text


@pytest.mark.parametrize("how", HOWS)
def test_an_item_that_cannot_be_shown(how):
    """An argument whose repr raises is still refused with an error of ours."""
    bad = sample_tasks.BadRepr()
    failure(InputError, square, bad, how=how)
    failure(InputError, bad, [1], how=how)
    failure(InputError, square, [1], how=how, n_workers=bad)
    failure(InputError, square, [1], how=how, timeout_s=bad)


@pytest.mark.parametrize("how", HOWS)
def test_long_arguments_are_cut(how):
    """What is received is shown, but not a page of it."""
    text = str(failure(InputError, square, [1], how=how, n_workers="x" * 10_000))
    assert "xxxx" in text
    assert len(text) < 500


@pytest.mark.parametrize("how", HOWS)
def test_a_generator_that_raises(how):
    """The generator's own exception comes out, and no worker was started for it."""
    began = []

    def broken():
        yield 1
        began.append(multiprocessing.active_children())
        raise LookupError("half-way")

    error = failure(LookupError, square, broken(), how=how)
    assert error.args == ("half-way",)
    assert began == [[]]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize(
    "bad", [{"n_workers": 0}, {"chunksize": 0}, {"timeout_s": 0}, {"start_method": "x"}], ids=repr
)
def test_bad_arguments_are_found_before_the_items_are_taken(how, bad):
    """A generator is left untouched where another argument is bad, so that it serves again."""
    items = (i for i in range(3))
    failure(InputError, square, items, how=how, **bad)
    assert next(items) == 0


def test_errors_have_a_common_base():
    """Every error of ours can be caught as one, and as the built-in it is a kind of."""
    kinds = {
        InputError: ValueError,
        TaskNotImportableError: InputError,
        NotPicklableError: InputError,
        TaskFailedError: RuntimeError,
        WorkerLostError: RuntimeError,
        TimeLimitError: TimeoutError,
    }
    assert all(issubclass(kind, ParallelError) for kind in kinds)
    assert all(issubclass(kind, base) for kind, base in kinds.items())


# ---- tasks that no worker can get at


def nested_function():
    """Return a function that exists nowhere but here."""

    def inside(item):
        return item

    return inside


anonymous = lambda item: item  # noqa: E731  a lambda is what is tested


def replaced(item):
    """Stand for a function whose name means something else by now."""
    return item


original = replaced


def replaced(item):
    """Take the name of another."""
    return -item


class Local:
    """A callable object whose class a worker can import, but which holds a lambda."""

    def __init__(self):
        self.inner = lambda item: item

    def __call__(self, item):
        """Call the lambda."""
        return self.inner(item)


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_lambda(how, start_method):
    """A lambda is refused under every start method, before any worker starts."""
    for text in both_languages(
        TaskNotImportableError, lambda item: item, [1], how=how, start_method=start_method
    ):
        assert "lambda" in text
        assert "def" in text


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
@pytest.mark.parametrize(
    "task",
    [
        nested_function(),
        functools.partial(nested_function()),
        functools.partial(lambda item: item),
        functools.partial(pow, lambda item: item),
        anonymous,
        original,
        Local(),
        Local().__call__,
    ],
    ids=[
        "nested",
        "partial",
        "partial lambda",
        "argument",
        "named",
        "replaced",
        "object",
        "method",
    ],
)
def test_tasks_without_an_importable_name(how, start_method, task):
    """Nested functions, and whatever holds one or a lambda, are refused with a remedy."""
    with pytest.raises((TaskNotImportableError, NotPicklableError)) as caught:
        run(task, [1], how=how, start_method=start_method)
    assert ".py" in str(caught.value) or "threads" in str(caught.value)
    set_language("es")
    with pytest.raises(InputError) as in_spanish:
        run(task, [1], how=how, start_method=start_method)
    assert str(in_spanish.value) != str(caught.value)


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_a_task_that_holds_a_lock(how, start_method):
    """A partial of what cannot be pickled is refused, and threads are suggested."""
    task = functools.partial(square, threading.Lock())
    for text in both_languages(NotPicklableError, task, [1], how=how, start_method=start_method):
        assert "threads" in text
        assert "lock" in text


@pytest.mark.parametrize(("how", "start_method"), [w for w in WITH_PROCESSES if w[1] != "fork"])
def test_a_module_that_no_worker_finds(how, start_method, tmp_path, monkeypatch):
    """A task whose module a new process cannot import is an error of ours, not a hang."""
    import importlib

    (tmp_path / "gone_tomorrow.py").write_text("def task(item):\n    return item\n")
    monkeypatch.syspath_prepend(tmp_path)
    task = importlib.import_module("gone_tomorrow").task
    (tmp_path / "gone_tomorrow.py").unlink()
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    for cached in tmp_path.rglob("*.pyc"):
        cached.unlink()
    for text in both_languages(
        TaskNotImportableError, task, [1], how=how, start_method=start_method
    ):
        assert "gone_tomorrow" in text
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), [w for w in WITH_PROCESSES if w[1] != "fork"])
def test_a_module_that_ends_the_worker(how, start_method, tmp_path, monkeypatch):
    """A module that calls sys.exit when a worker imports it is an error of ours, not a hang."""
    import importlib

    (tmp_path / f"exits_{how}.py").write_text(
        "import multiprocessing, sys\n"
        "if multiprocessing.parent_process():\n"
        "    sys.exit('no module for workers')\n"
        "def task(item):\n"
        "    return item\n"
    )
    monkeypatch.syspath_prepend(tmp_path)
    task = importlib.import_module(f"exits_{how}").task
    error = failure(TaskNotImportableError, task, [1], how=how, start_method=start_method)
    assert "no module for workers" in str(error)
    works_again(how, start_method)


# ---- items and results that do not travel


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
@pytest.mark.parametrize("chunksize", [None, 1, 3, 100])
@pytest.mark.parametrize(
    "make",
    [
        threading.Lock,
        lambda: (i for i in range(3)),
        lambda: lambda: 0,
        lambda: open(os.devnull),  # noqa: SIM115, PTH123
        lambda: sys,
    ],
    ids=["lock", "generator", "lambda", "file", "module"],
)
def test_an_unpicklable_item_is_named(how, start_method, chunksize, make):
    """The index of the item that cannot be pickled is in the message, whatever the chunks."""
    bad = make()
    items = [*range(7), bad, 8, bad]
    for text in both_languages(
        NotPicklableError,
        sample_tasks.identity,
        items,
        how=how,
        n_workers=2,
        chunksize=chunksize,
        start_method=start_method,
    ):
        assert " 7 " in text
        assert repr(bad)[:40] in text
        assert "threads" in text
    if hasattr(bad, "close"):
        bad.close()
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_an_unpicklable_item_under_each_start_method(how, start_method):
    """An item that cannot be pickled ends no worker and hangs none."""
    error = failure(
        NotPicklableError, sample_tasks.identity, [0, threading.Lock()],
        how=how, n_workers=2, start_method=start_method,
    )  # fmt: skip
    assert " 1 " in str(error)


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_nothing_is_pickled_in_this_process(how):
    """Items and results that cannot be pickled are fine where nothing is sent."""
    lock = threading.Lock()
    assert run(sample_tasks.identity, [lock], how=how).results == [lock]


@pytest.mark.parametrize(("how", "start_method"), [*CHEAP_PROCESSES, ("pool", "spawn")])
def test_an_unpicklable_item_that_cannot_be_shown(how, start_method):
    """The item is named by its index even where its repr raises."""
    bad = sample_tasks.BadRepr()
    bad.lock = threading.Lock()
    error = failure(
        NotPicklableError, sample_tasks.identity, [0, bad], how=how, start_method=start_method
    )
    assert " 1 " in str(error)


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_an_item_that_cannot_be_read_in_the_worker(how, start_method):
    """An item whose unpickling fails in the worker is an error that says so."""
    for text in both_languages(
        NotPicklableError,
        sample_tasks.identity,
        [1, sample_tasks.Grumpy()],
        how=how,
        n_workers=2,
        start_method=start_method,
    ):
        assert "cannot be read here" in text


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
def test_an_item_that_ends_its_reader(how, start_method):
    """An item that ends the worker that reads it is a lost worker."""
    failure(
        WorkerLostError,
        sample_tasks.identity,
        [sample_tasks.DeadlyToRead()],
        how=how,
        start_method=start_method,
    )
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_an_unpicklable_result(how, start_method):
    """A result that cannot be pickled names its item and suggests what to return."""
    for text in both_languages(
        NotPicklableError,
        sample_tasks.return_lock,
        ["the item"],
        how=how,
        n_workers=2,
        start_method=start_method,
    ):
        assert " 0 " in text
        assert "'the item'" in text
        assert "lock" in text


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
@pytest.mark.parametrize("chunksize", [1, 3, 100])
def test_the_index_of_an_unpicklable_result(how, start_method, chunksize):
    """The item whose result cannot be pickled is found, whatever the chunks."""
    error = failure(
        NotPicklableError,
        sample_tasks.return_lock_at_seven,
        range(10),
        how=how,
        n_workers=2,
        chunksize=chunksize,
        start_method=start_method,
    )
    assert " 7 " in str(error)


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
def test_a_result_that_cannot_be_read_here(how, start_method):
    """A result whose unpickling fails in the parent is an error of ours, in time."""
    error = failure(
        NotPicklableError, sample_tasks.return_grumpy, [1], how=how, start_method=start_method
    )
    assert "cannot be read here" in str(error)
    works_again(how, start_method)


# ---- tasks that raise


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_the_tasks_own_exception(how, start_method):
    """What the task raised comes out, with its attributes, its note, the item and the traceback."""
    error = failure(
        sample_tasks.Detailed,
        sample_tasks.raise_at_seven,
        range(10),
        how=how,
        n_workers=2,
        chunksize=3,
        start_method=start_method,
    )
    assert error.args == (7,)
    assert error.detail == {"item": 7}
    assert "a note of the task" in notes(error)
    assert "raise_at_seven" in notes(error)
    assert " 7 " in notes(error)
    if start_method:
        assert "sample_tasks.py" in notes(error)
        assert "Traceback" in notes(error)
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_the_note_is_in_the_current_language(how, start_method):
    """The note that names the item is in the language that is set."""
    texts = {}
    for one in ("es", "en"):
        set_language(one)
        task = sample_tasks.raise_value_error
        error = failure(ValueError, task, ["x"], how=how, start_method=start_method)
        texts[one] = notes(error)
    assert "La tarea" in texts["es"]
    assert "The task" in texts["en"]
    assert all("'x'" in text and "raise_value_error" in text for text in texts.values())


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("chunksize", [1, 2, 4, 100])
def test_the_index_of_the_item(how, start_method, chunksize):
    """The note counts the items from 0 over the whole of them, not within a chunk."""
    error = failure(
        sample_tasks.Detailed,
        sample_tasks.raise_at_seven,
        [*range(20, 25), 7, 26],
        how=how,
        n_workers=3,
        chunksize=chunksize,
        start_method=start_method,
    )
    assert " 5 " in notes(error)
    assert notes(error).count("The task") == 1


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_raising_everywhere(how, start_method):
    """Where every item fails in every worker, one error comes out and names its own item."""
    error = failure(
        ValueError,
        sample_tasks.raise_value_error,
        range(100, 160),
        how=how,
        n_workers=4,
        chunksize=2,
        start_method=start_method,
    )
    item = int(str(error).removeprefix("no good: "))
    assert f" {item - 100} " in notes(error)
    assert f": {item}" in notes(error)
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_an_item_without_repr_does_not_hide_the_exception(how, start_method):
    """The task's exception comes out even where its item cannot be shown."""
    task = functools.partial(sample_tasks.Multiplier(2))
    error = failure(TypeError, task, [sample_tasks.BadRepr()], how=how, start_method=start_method)
    assert " 0 " in notes(error)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_the_cause_is_told(how, start_method):
    """An exception with a cause comes out with its cause, at least in the worker's traceback."""
    error = failure(
        LookupError, sample_tasks.raise_chained, [4], how=how, start_method=start_method
    )
    assert "no good: 4" in notes(error) or str(error.__cause__) == "no good: 4"


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_an_exception_group(how, start_method):
    """An exception group comes out as one."""
    error = failure(
        ExceptionGroup, sample_tasks.raise_group, [4], how=how, start_method=start_method
    )
    assert [type(one) for one in error.exceptions] == [ValueError, TypeError]


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
@pytest.mark.parametrize(
    ("task", "shown"),
    [
        (sample_tasks.raise_two_arguments, "two arguments were given"),
        (sample_tasks.raise_with_lock, "this one holds a lock"),
    ],
)
def test_exceptions_that_do_not_travel(how, start_method, task, shown):
    """An exception that cannot be brought back is told by name, with item and traceback."""
    texts = both_languages(TaskFailedError, task, ["x"], how=how, start_method=start_method)
    assert all(shown in text for text in texts)
    assert all("'x'" in text and "sample_tasks.py" in text for text in texts)


@pytest.mark.parametrize("how", ["sequential", "threads"])
@pytest.mark.parametrize(
    ("task", "kind"),
    [
        (sample_tasks.raise_two_arguments, sample_tasks.TwoArguments),
        (sample_tasks.raise_with_lock, sample_tasks.WithLock),
    ],
)
def test_in_this_process_every_exception_travels(how, task, kind):
    """Where nothing is sent, an exception that cannot be pickled comes out as it is."""
    assert "'x'" in notes(failure(kind, task, ["x"], how=how))


@pytest.mark.parametrize(("how", "start_method"), ALL)
def test_sys_exit(how, start_method):
    """sys.exit in a task does not end the notebook: it is an error that says what to do."""
    for text in both_languages(
        TaskFailedError, sample_tasks.exit_politely, [1], how=how, start_method=start_method
    ):
        assert "sys.exit" in text
        assert "goodbye" in text


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("task", [sample_tasks.raise_stop_iteration, sample_tasks.raise_at_last])
@pytest.mark.parametrize("chunksize", [1, 4, 100])
def test_stop_iteration(how, start_method, task, chunksize):
    """A StopIteration does not silently shorten the results, not even on the last item."""
    with pytest.raises((RuntimeError, StopIteration)) as caught:
        run(task, range(6), how=how, n_workers=2, chunksize=chunksize, start_method=start_method)
    assert "StopIteration" in repr(caught.value)
    n_good = 5 if task is sample_tasks.raise_at_last else 0
    places = [n_good] if n_good else range(6)
    assert any(f" {place} " in notes(caught.value) for place in places)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_keyboard_interrupt_in_a_task(how, start_method):
    """A KeyboardInterrupt raised in a task ends the run in time, as one or as a lost worker."""
    with pytest.raises((KeyboardInterrupt, WorkerLostError, TaskFailedError)):
        run(
            sample_tasks.raise_keyboard_interrupt,
            range(4),
            how=how,
            n_workers=2,
            start_method=start_method,
        )
    works_again(how, start_method)


# ---- workers that die


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
@pytest.mark.parametrize(
    "task",
    [
        sample_tasks.exit_abruptly,
        pytest.param(
            sample_tasks.kill_itself,
            marks=pytest.mark.skipif(sys.platform == "win32", reason="no SIGKILL there"),
        ),
    ],
)
def test_a_worker_that_dies(how, start_method, task):
    """A worker that ends in the middle is an error, in the current language, not a hang."""
    texts = both_languages(
        WorkerLostError, task, range(4), how=how, n_workers=2, start_method=start_method
    )
    assert all("__main__" in text for text in texts)
    assert "trabajador" in texts[0]
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
@pytest.mark.parametrize("chunksize", [1, 5, 100])
def test_a_worker_that_dies_late(how, start_method, chunksize):
    """A worker that dies after others have answered is missed all the same."""
    error = failure(
        WorkerLostError,
        sample_tasks.exit_at_seven,
        range(40),
        how=how,
        n_workers=3,
        chunksize=chunksize,
        start_method=start_method,
    )
    assert error.__traceback__ is not None
    works_again(how, start_method)


# ---- time limits


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_time_limit_of_processes(how, start_method):
    """Workers in the middle of a long item are stopped at the limit, under every start method."""
    limit_s = 0.2 if start_method == "fork" else 0.6
    texts = both_languages(TimeLimitError, sample_tasks.sleep, [3600] * 6, how=how, n_workers=2,
                           chunksize=1, start_method=start_method, timeout_s=limit_s)  # fmt: skip
    assert all(str(limit_s) in text and " 0 " in text and " 6 " in text for text in texts)
    assert "límite" in texts[0]
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
def test_time_limit_of_stubborn_tasks(how, start_method):
    """A task that ignores a polite request to end is stopped too."""
    failure(TimeLimitError, sample_tasks.endless, range(3), how=how, n_workers=2,
            start_method=start_method, timeout_s=0.2)  # fmt: skip


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
@pytest.mark.parametrize("chunksize", [1, 30])
def test_time_limit_between_items(how, start_method, chunksize):
    """Every way stops at the limit between two items, within a chunk too."""
    texts = both_languages(
        TimeLimitError,
        sample_tasks.sleep,
        [0.1] * 600,
        how=how,
        n_workers=2,
        chunksize=chunksize,
        start_method=start_method,
        timeout_s=0.35,
    )
    assert all("0.35" in text and "600" in text for text in texts)
    assert chunksize == 1 or all(" 0 " in text for text in texts)  # a chunk of 30 takes 3 s
    works_again(how, start_method)


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_time_limit_within_a_chunk(how):
    """What is left of a chunk when the limit is over is not computed."""
    computed = []

    def compute(item):
        time.sleep(0.02)
        computed.append(item)

    failure(TimeLimitError, compute, range(600), how=how, n_workers=1, chunksize=600,
            timeout_s=0.2)  # fmt: skip
    assert len(computed) < 600


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_time_limit_tells_what_was_done(how):
    """The number of items done stands in the message, and is what was done by then."""
    text = str(failure(TimeLimitError, sample_tasks.sleep, [0, 0, 0, 0.5, 0.5, 0.5], how=how,
                       n_workers=1, chunksize=1, timeout_s=0.25))  # fmt: skip
    assert " 3 " in text or " 4 " in text
    assert " 6 " in text


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
def test_the_shortest_limit(how, start_method):
    """A limit that is over before any worker starts is an error like the others."""
    failure(TimeLimitError, sample_tasks.sleep, [3600] * 3, how=how, start_method=start_method,
            timeout_s=1e-9)  # fmt: skip
    works_again(how, start_method)


# ---- interrupted


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_interrupting(how, start_method):
    """Ctrl+C in the middle of a run comes out as KeyboardInterrupt, and all is cleaned up."""
    import _thread

    timer = threading.Timer(0.4, _thread.interrupt_main)
    timer.start()
    items = [0.1] * 400
    with pytest.raises(KeyboardInterrupt):
        run(sample_tasks.sleep, items, how=how, n_workers=2, chunksize=2, start_method=start_method)
    timer.join()
    works_again(how, start_method)


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
def test_errors_from_a_thread(how, start_method):
    """A run that fails in a thread other than the main one fails there in the same way."""
    errors = []

    def call():
        with contextlib.suppress(KeyboardInterrupt):
            for task in (sample_tasks.exit_abruptly, sample_tasks.raise_value_error):
                try:
                    run(task, range(4), how=how, n_workers=2, start_method=start_method)
                except Exception as error:
                    errors.append(type(error))

    thread = threading.Thread(target=call)
    thread.start()
    thread.join(5)
    assert errors == [WorkerLostError, ValueError]
