"""Every bad input is an error within seconds, says what came, and leaves nothing behind."""

from __future__ import annotations

import _thread
import functools
import importlib
import sys
import threading
import time

import numpy as np
import pytest
import sample_tasks
from ways import ALL, CHEAP, CHEAP_PROCESSES, EVERYWHERE, NEW_PROCESS, PROCESSES, WITH_PROCESSES

from helpers.language import set_language
from helpers.parallel import (
    InputError,
    NotPicklableError,
    ParallelError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
    advise,
    run,
)
from helpers.tasks import square


def failure(expected, *args, **kwargs):
    """Return what ``run`` raises, which has to be of the class that is expected, and no other."""
    with pytest.raises(expected) as caught:
        run(*args, **kwargs)
    assert type(caught.value) is expected
    return caught.value


def both_languages(expected, *args, **kwargs):
    """Return the message, notes included, in Spanish and in English, which have to differ."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        error = failure(expected, *args, **kwargs)
        texts.append("\n".join([str(error), *getattr(error, "__notes__", [])]))
    assert texts[0] != texts[1]
    return texts


def works_again(how, start_method):
    """Assert that the next run is as good as any."""
    done = run(square, range(5), how=how, n_workers=2, start_method=start_method)
    assert done.results == [0, 1, 4, 9, 16]


# ---- arguments

BAD_NUMBERS = [0, -1, 2.5, 2.0, True, "3", [2], float("nan"), 1j, np.int64(0)]
BAD_ARGUMENTS = [
    *[("n_workers", value, "1") for value in BAD_NUMBERS],
    *[("chunksize", value, "1") for value in BAD_NUMBERS],
    *[("timeout_s", value, "0") for value in (0, -0.5, "3", float("nan"), True, [1], 1j)],
    *[("how", value, "'threads'") for value in ("proceses", "", None, 3, ["pool"], {}, b"pool")],
    *[("start_method", value, "'spawn'") for value in ("forks", "", 1, ["fork"], {}, False)],
]


@pytest.mark.parametrize(("name", "value", "allowed"), BAD_ARGUMENTS)
@pytest.mark.parametrize("how", ["sequential", "pool"])
def test_bad_arguments(how, name, value, allowed):
    """They are refused by name and value, with what is allowed, before the items are taken."""
    items = (i for i in range(3))
    for text in both_languages(InputError, square, items, **{"how": how, name: value}):
        assert all(word in text for word in (name, repr(value), allowed))
    assert next(items) == 0


@pytest.mark.parametrize("how", EVERYWHERE)
def test_bad_items_and_tasks(how):
    """What is not iterable or no function is refused; above all the result of calling one.

    So is an async function. Where a repr raises, the error is still one of ours; a long one is cut.
    """
    for items in (5, None, square):
        for text in both_languages(InputError, square, items, how=how):
            assert all(word in text for word in ("items", repr(items), "["))

    async def promise(item):
        return item

    for task in (None, "square", square(3), promise, functools.partial(promise)):
        for text in both_languages(InputError, task, [1], how=how):
            assert all(word in text for word in (repr(task)[:40], "async def"))
    for task, items in ((square, 5), (None, range(10))):
        with pytest.raises(InputError):
            advise(task, items)
    bad = sample_tasks.BadRepr()
    for arguments in ((square, bad), (bad, [1])):
        failure(InputError, *arguments, how=how)
    failure(InputError, square, [1], how=how, n_workers=bad)
    assert len(str(failure(InputError, square, [1], how=how, n_workers="x" * 10_000))) < 500


def test_errors_have_a_common_base():
    """Every error of ours can be caught as one, and as the built-in it is a kind of."""
    for kind, base in {
        InputError: ValueError,
        NotPicklableError: InputError,
        TaskNotImportableError: InputError,
        TaskFailedError: RuntimeError,
        WorkerLostError: RuntimeError,
        TimeLimitError: TimeoutError,
    }.items():
        assert issubclass(kind, base)
        assert issubclass(kind, ParallelError)


# ---- tasks that no worker can get at


def replaced(item):
    """Stand for a function whose name means something else by now."""
    return item


original = replaced


def replaced(item):
    """Take the name of another."""
    return -item


UNREACHABLE = {
    "partial": functools.partial(lambda item: item),
    "argument": functools.partial(pow, lambda item: item),
    "replaced": original,
    "object": sample_tasks.Multiplier(lambda: 2),
    "method": sample_tasks.Multiplier(lambda: 2).__call__,
}


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
@pytest.mark.parametrize("task", UNREACHABLE.values(), ids=UNREACHABLE)
def test_tasks_that_cannot_be_sent(how, start_method, task):
    """What holds a lambda, and a function whose name was taken, are refused with a remedy."""
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises((TaskNotImportableError, NotPicklableError), match=r"\.py|threads"):
            run(task, [1], how=how, start_method=start_method)


@pytest.mark.parametrize("start_method", NEW_PROCESS)
@pytest.mark.parametrize("how", PROCESSES)
@pytest.mark.parametrize(
    ("source", "says"),
    [
        (None, "own_module"),
        ("if multiprocessing.parent_process(): sys.exit('not in workers')", "not in workers"),
    ],
)
def test_a_module_that_no_worker_imports(how, start_method, source, says, tmp_path, monkeypatch):
    """A module that is gone, or that calls sys.exit in a worker, is an error, not a hang."""
    name = f"own_module_{how}_{start_method}_{source is None}"
    file = tmp_path / f"{name}.py"
    task = "def task(item):\n    return item\n"
    file.write_text(f"import multiprocessing, sys\n{source or ''}\n{task}")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    module = importlib.import_module(name)
    if source is None:
        file.unlink()
    error = failure(TaskNotImportableError, module.task, [1], how=how, start_method=start_method)
    assert says in str(error)
    works_again(how, start_method)


# ---- items, and tasks that raise


@pytest.mark.parametrize(("how", "start_method"), CHEAP_PROCESSES)
@pytest.mark.parametrize("chunksize", [None, 3, 100])
def test_an_unpicklable_item_is_named(how, start_method, chunksize):
    """The index of the item that cannot be pickled is in the message, whatever the chunks."""
    for bad in (threading.Lock(), (i for i in range(3)), lambda: 0, sample_tasks.BadLock()):
        for text in both_languages(NotPicklableError, sample_tasks.identity, [*range(7), bad, bad],
                                   how=how, n_workers=2, chunksize=chunksize,
                                   start_method=start_method):  # fmt: skip
            assert " 7 " in text
            assert "threads" in text


@pytest.mark.parametrize(("how", "start_method"), ALL)
@pytest.mark.parametrize("chunksize", [1, 3, 100])
def test_the_tasks_own_exception(how, start_method, chunksize):
    """What the task raised comes out, with its attributes, its note and the traceback.

    A note of ours names the task, and the item by its index in the whole, in both languages.
    """
    options = {"how": how, "n_workers": 2, "chunksize": chunksize, "start_method": start_method}
    for language, word in (("es", "La tarea"), ("en", "The task")):
        set_language(language)
        items = [*range(20, 25), 7, 26]
        error = failure(ValueError, sample_tasks.raise_at_seven, items, **options)
        notes = "\n".join(error.__notes__)
        assert (error.args, error.detail) == ((7,), {"item": 7})
        said = ("a note of the task", word, "raise_at_seven", " 5 ", "7")
        assert all(part in notes for part in said)
        assert not start_method or ("sample_tasks.py" in notes and "Traceback" in notes)


@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_exceptions_that_end_loops_and_programs(how, start_method):
    """A StopIteration, on the last item too, does not silently shorten the results.

    A KeyboardInterrupt that a task raises is a failed task; in the plain loop it is like Ctrl+C.
    """
    options = {"how": how, "n_workers": 2, "start_method": start_method}
    for chunksize in (1, 4, 100):
        error = failure(StopIteration, sample_tasks.raise_at_last, range(6), chunksize=chunksize,
                        **options)  # fmt: skip
        assert " 5 " in "\n".join(error.__notes__)
    ended = KeyboardInterrupt if how == "sequential" else TaskFailedError
    failure(ended, sample_tasks.raise_keyboard_interrupt, range(4), **options)
    works_again(how, start_method)


# ---- limits and interrupts


@pytest.mark.parametrize(("how", "start_method"), WITH_PROCESSES)
def test_time_limit_of_processes(how, start_method):
    """Tasks that ignore a polite request to end are stopped at the limit, however short it is."""
    for limit_s in (1e-9, 0.4):
        error = failure(TimeLimitError, sample_tasks.hang, range(6), how=how, n_workers=2,
                        chunksize=1, start_method=start_method, timeout_s=limit_s)  # fmt: skip
        assert all(part in str(error) for part in (str(limit_s), " 0 ", " 6 "))
    works_again(how, start_method)


@pytest.mark.parametrize("how", ["sequential", "threads"])
def test_time_limit_within_a_chunk(how):
    """What is left of a chunk when the limit is over is not computed; a loop counts what was done.

    A thread ends soon after the call, and not with its chunk.
    """
    computed, n_threads = [], threading.active_count()

    def compute(item):
        time.sleep(0.02)
        computed.append(item)

    error = failure(TimeLimitError, compute, range(600), how=how, n_workers=1, chunksize=600,
                    timeout_s=0.2)  # fmt: skip
    while threading.active_count() > n_threads:
        time.sleep(0.01)
    assert len(computed) < 600
    assert how == "threads" or f" {len(computed)} " in str(error)


@pytest.mark.parametrize("error", [TimeLimitError, KeyboardInterrupt])
@pytest.mark.parametrize("how", ["processes", "pool"])
def test_limit_and_interrupt_while_sending(how, error):
    """A time limit and Ctrl+C are heard between two items that are slow to send, not after all."""
    sent = []

    class SlowToSend:
        def __reduce__(self):
            sent.append(time.sleep(0.05) if error is TimeLimitError else _thread.interrupt_main())
            return int, ()

    with pytest.raises(error):
        run(abs, [SlowToSend()] * 100, how=how, n_workers=2, chunksize=1, timeout_s=1)
    assert len(sent) < 100


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize(("how", "start_method"), CHEAP)
def test_interrupting(how, start_method):
    """Ctrl+C in the middle of a run comes out as KeyboardInterrupt, and all is cleaned up."""
    timer = threading.Timer(0.4, _thread.interrupt_main)
    timer.start()
    items = [0.1] * 400
    with pytest.raises(KeyboardInterrupt):
        run(sample_tasks.sleep, items, how=how, n_workers=2, chunksize=2, start_method=start_method)
    timer.join()
    works_again(how, start_method)
