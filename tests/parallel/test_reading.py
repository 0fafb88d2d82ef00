"""Items that come slowly, or without end: limits and interrupts hold while they are read."""

from __future__ import annotations

import _thread
import itertools
import sys
import threading
import time

import pytest
import sample_tasks

from helpers.language import set_language
from helpers.parallel import InputError, TimeLimitError, advise, arguments, run, simulate
from helpers.tasks import square

pytestmark = pytest.mark.timeout(30)


@pytest.mark.parametrize("how", ["sequential", "pool"])
def test_the_limit_holds_while_an_item_is_awaited(how):
    """A generator that waits for ever is left at the limit, and the error says what it was doing.

    Its thread ends with the item that it waits for.
    """
    come = threading.Event()

    def waiting():
        yield 1
        come.wait()
        yield 2

    try:
        for language, words in (("es", "elementos"), ("en", "items were read")):
            set_language(language)
            with pytest.raises(TimeLimitError, match=r"0\.25") as caught:
                run(square, waiting(), how=how, timeout_s=0.25)
            assert all(word in str(caught.value) for word in (words, "islice"))
    finally:
        come.set()


def test_reading_counts_to_the_limit():
    """What is left of the limit after the reading is left for the work, not all of it again."""

    def slow():
        time.sleep(1.5)
        yield 3.5

    with pytest.raises(TimeLimitError, match="0 of 1"):  # after 5 s there would be no error
        run(sample_tasks.sleep, slow(), how="threads", timeout_s=4.0)


def test_items_without_end_do_not_fill_the_memory(monkeypatch):
    """Without a limit of time there is one of number; what has a length has none."""
    monkeypatch.setattr(arguments, "MOST_ITEMS", 1_000)
    calls = (
        lambda items: run(square, items, timeout_s=20),
        lambda items: run(square, items, how="sequential"),
        lambda items: advise(square, items),
        lambda items: simulate(items, n_workers=2),
    )
    for call in calls:
        with pytest.raises(InputError, match=r"no end is in sight.*itertools\.islice"):
            call(itertools.count())
    assert len(run(abs, dict.fromkeys(range(2_000)), how="sequential").results) == 2_000


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("timeout_s", [None, 25.0])
def test_interrupting_the_reading(timeout_s, monkeypatch):
    """Ctrl+C is heard while items are read, with a limit and without, also from a C iterator."""
    monkeypatch.setattr(arguments, "MOST_ITEMS", float("inf"))
    timer = threading.Timer(0.2, _thread.interrupt_main)
    timer.start()
    with pytest.raises(KeyboardInterrupt):
        run(square, itertools.count(), timeout_s=timeout_s)
    timer.join()
    assert run(square, iter([3]), timeout_s=timeout_s, how="sequential").results == [9]


def test_the_generators_own_error_with_a_limit():
    """What a generator raises comes out as it is where a limit is set, an own TimeoutError too."""

    def broken():
        yield 1
        raise TimeoutError("of a socket")

    with pytest.raises(TimeoutError, match="of a socket") as caught:
        run(square, broken(), timeout_s=20)
    assert type(caught.value) is TimeoutError
    assert caught.traceback[-1].name == "broken"
