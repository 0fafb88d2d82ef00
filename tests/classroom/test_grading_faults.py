"""Graders of lesson 7: an answer that hangs, however it does so, is stopped and told."""

from __future__ import annotations

import threading
import time

import pytest

from helpers.classroom import check, exercises
from helpers.classroom.exercises import lesson_07_failures

SPAWNED = """
import multiprocessing{imports}

if __name__ == "__main__":
    with multiprocessing.get_context("spawn").Pool(1) as pool:
        {body}
"""


@pytest.fixture(autouse=True)
def _no_thread_left():
    """Fail where an answer goes on afterwards."""
    before = set(threading.enumerate())
    yield
    deadline = time.monotonic() + 30
    while (left := set(threading.enumerate()) - before) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not left


def said(exercise: str, verdict: str, **values) -> str:
    """Return the text of a verdict."""
    return lesson_07_failures.EXERCISES[exercise].verdicts[verdict].said(**values)


@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_script_that_hangs_is_stopped(language, monkeypatch):
    """A script that waits for ever is stopped at the limit, and the card says so."""
    monkeypatch.setattr(lesson_07_failures, "SCRIPT_LIMIT_S", 1.0)
    card = check("7.2", SPAWNED.format(imports=", time", body="time.sleep(3600)"))
    assert card.lines[0].startswith(said("7.2", "other", ended="", last="").partition(".")[0])
    assert "fue detenido" in card.lines[0]


@pytest.mark.parametrize(
    ("body", "error"),
    [
        ("1 / 0", "ZeroDivisionError: division by zero"),
        ("pool.map(len, [1])", "TypeError: object of type 'int' has no len()"),
    ],
)
@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_script_that_fails_is_told_with_its_error(language, body, error):
    """The last line of a script's errors is in the card."""
    card = check("7.2", SPAWNED.format(imports="", body=body))
    assert card.lines[0].startswith(said("7.2", "other", ended="", last="").partition(".")[0])
    assert card.lines[0].endswith(error)


@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_script_that_ends_without_a_word(language):
    """Where a script fails and writes no error, the card tells its exit code."""
    card = check("7.2", SPAWNED.format(imports=", os", body="os._exit(5)"))
    assert "código de salida 5." in card.lines[0]


def _twice(account, lock, n):
    with lock, lock:
        account["balance"] += n


def _never(account, lock, n):
    while True:
        pass


def _kept_by_one(account, lock, n):
    for _ in range(n):
        lock.acquire(True, 3600)
        account["balance"] += 1


@pytest.mark.parametrize("answer", [_twice, _never, _kept_by_one])
@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_function_that_never_ends_is_stopped(language, monkeypatch, answer):
    """A lock that nobody releases and a loop without end are stopped; no thread goes on."""
    monkeypatch.setattr(lesson_07_failures, "THREAD_LIMIT_S", 0.3)
    began = time.perf_counter()
    assert check("7.3", answer).lines[0] == said("7.3", "stuck")
    assert time.perf_counter() - began < 60


def _asks_politely(account, lock, n):
    for _ in range(n):
        while not lock.acquire(blocking=False):
            time.sleep(0)
        try:
            account["balance"] = account["balance"] + 1
        finally:
            lock.release()


def test_lock_can_be_asked_for_without_waiting(language):
    """An answer may try for the lock again and again."""
    assert check("7.3", _asks_politely).lines == (said("7.3", "right"),)


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, AttributeError])
def test_function_that_raises_is_told_with_its_error(language, error):
    """What an answer raises in its thread is told as if it had been raised in the notebook's."""

    def answer(account, lock, n):
        raise error("no")

    card = check("7.3", answer)
    assert card.lines[0] == exercises.RAISED.said(error=f"{error.__name__}: no")


def test_race_shows_itself_every_time():
    """Twenty times in a row, additions without a lock are found out."""

    def racy(account, lock, n):
        for _ in range(n):
            account["balance"] += 1

    verdicts = {lesson_07_failures.counter_without_race(racy)[0] for _ in range(20)}
    assert verdicts == {"race"}
