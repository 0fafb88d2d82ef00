"""Graders of lesson 6, on threads and processes: each names what it found in an answer."""

from __future__ import annotations

import asyncio
import inspect
import threading
import warnings
from collections.abc import Callable, Coroutine
from time import perf_counter
from typing import Any

from helpers.classroom.exercise import UNANSWERED, is_number
from helpers.classroom.style import duration
from helpers.language import message
from helpers.parallel import Advice

Verdict = str | tuple[str, dict[str, Any]]

N_DOWNLOADS, WAIT_S, LIMIT_S = 20, 0.1, 0.5  # what exercise 6.1 asks about
WAYS = ("sequential", "threads", "processes", "asyncio")
# How often, and for how long, check has the learner's coroutine of exercise 6.3 wait.
N_WAITS, EACH_S, CHECK_LIMIT_S = 10, 0.05, 2.0
HOWS = ("sequential", "threads", "processes", "pool")
DRAW = 1.10  # times that differ by less are a draw on a machine that does other things too


def fewest_threads(answer: Any) -> Verdict:
    """6.1: the smallest number of threads with which 20 waits are over within a limit."""
    if not is_number(answer):
        return "not_a_number"
    most_rounds = round(LIMIT_S / WAIT_S)
    right = -(-N_DOWNLOADS // most_rounds)  # rounded up, as the rounds are
    if not isinstance(answer, int) or answer < 1:
        return "a_float" if answer == right else "not_a_count"
    if answer == right:
        return "right"
    if answer == most_rounds:
        return "rounds"
    rounds = -(-N_DOWNLOADS // answer)
    time = duration(rounds * WAIT_S)
    if answer > right:
        return "many", {"n": answer, "time": time}
    return "few", {"n": answer, "rounds": rounds, "time": time}


def ways_for_jobs(answer: Any) -> Verdict:
    """6.2: a way of running for each of five jobs."""
    if not isinstance(answer, tuple) or len(answer) != 5:
        return "not_five"
    for name in answer:
        if not isinstance(name, str) or name not in WAYS:
            received = f'"{name[:40]}"' if isinstance(name, str) else repr(name)[:40]
            return "not_a_way", {"received": received}
    web, primes, chat, squares, checksums = answer
    judged = {
        "web": web in ("threads", "asyncio"),
        "primes": primes == "processes",
        "chat": chat == "asyncio",
        "squares": squares == "sequential",
        "checksums": checksums == "threads",
    }
    wrong = [name for name, is_right in judged.items() if not is_right]
    if not wrong:
        return "right"
    found = "primes_threads" if wrong[0] == "primes" and primes == "threads" else wrong[0]
    if len(wrong) == 1:
        return found
    first = message(f"check.e6_2.{found}")
    return "several", {"n": len(wrong), "names": ", ".join(wrong), "first": first}


def waiting_coroutine(answer: Any) -> Verdict:
    """6.3: an ``async`` function that waits some seconds, lets others run, and returns them."""
    if not inspect.iscoroutinefunction(answer):
        return "not_async"
    results, elapsed_s = _together(answer)
    each, time = duration(EACH_S), duration(elapsed_s)
    if results is None:
        return "endless"
    if not answer.__code__.co_names:  # one that calls nothing still has its dots
        return UNANSWERED
    if elapsed_s < EACH_S / 2:
        return "no_wait"
    if elapsed_s >= 0.9 * N_WAITS * EACH_S:
        return "blocks", {"n": N_WAITS, "each": each, "time": time}
    if results != [EACH_S] * N_WAITS:
        return "results"
    return "right", {"n": N_WAITS, "each": each, "time": time}


def _together(function: Callable[[float], Coroutine[Any, Any, Any]]) -> tuple[Any, float]:
    """Have the coroutines wait together, in an event loop of a thread of their own.

    Returns:
        Their results, ``None`` where they did not end in time, and the seconds that they took.

    Raises:
        BaseException: what a coroutine raised.
    """
    done: list[Any] = []
    elapsed_s = 0.0

    async def gathered() -> list[Any]:
        nonlocal elapsed_s
        begin = perf_counter()  # here, as a busy machine may take its time to start a thread
        results = await asyncio.gather(*[function(EACH_S) for _ in range(N_WAITS)])
        elapsed_s = perf_counter() - begin
        return results

    def work() -> None:
        try:
            done.append(asyncio.run(asyncio.wait_for(gathered(), CHECK_LIMIT_S)))
        except TimeoutError:
            done.append(None)
        except BaseException as error:  # it is raised again where check can see it
            done.append(error)

    thread = threading.Thread(target=work, daemon=True)
    with warnings.catch_warnings():  # a forgotten await is answered by a card
        warnings.simplefilter("ignore", RuntimeWarning)
        thread.start()
        thread.join(CHECK_LIMIT_S + 1)
    found = done[0] if done else None
    if isinstance(found, BaseException):
        raise found
    return found, elapsed_s


def own_choice(answer: Any) -> Verdict:
    """6.4: the advice for a job, what each way took, and the fastest."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    advice, times_s, best = answer
    if not isinstance(advice, Advice):
        return "not_advice"
    if not isinstance(times_s, dict) or not set(times_s) <= set(HOWS):
        return "not_hows"
    if not all(is_number(seconds) and 0 < seconds < 600 for seconds in times_s.values()):
        return "not_seconds"
    if "sequential" not in times_s or len(times_s) < 3:
        return "few"
    if not isinstance(best, str) or best not in times_s:
        return "not_measured"
    more = times_s[best] / min(times_s.values())
    if more > DRAW:
        return "slower", {"more": f"{100 * (more - 1):.0f}"}
    return _judged_advice(advice.best.how, times_s)


def _judged_advice(advised: str, times_s: dict[str, float]) -> Verdict:
    """Say whether the measurements bear out what was advised."""
    if advised not in times_s:
        return "untried", {"how": advised}
    more = times_s[advised] / min(times_s.values())
    if more > DRAW:
        return "right_off", {"how": advised, "more": f"{100 * (more - 1):.0f}"}
    return "right", {"how": advised}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "6.1": fewest_threads,
    "6.2": ways_for_jobs,
    "6.3": waiting_coroutine,
    "6.4": own_choice,
}
