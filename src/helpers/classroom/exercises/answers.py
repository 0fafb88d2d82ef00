"""What an exercise is, and how an answer is read: its form, and how long it may take."""

from __future__ import annotations

import ctypes
import numbers
import sys
import threading
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter, sleep
from typing import Any, TypeGuard

from helpers.language import Bilingual, text
from helpers.parallel import InputError, Run, Watch
from helpers.parallel.arguments import short

Grader = Callable[[Any], str]
LIMIT_S = 3.0  # for functions of an answer


class MistakeError(Exception):
    """What is wrong with an answer and what to do about it, in the learner's language."""

    def __init__(self, *, es: str, en: str) -> None:
        super().__init__(text(es=es, en=en))


class UnansweredError(Exception):
    """The three dots are still there."""


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lesson.

    Attributes:
        number: such as ``"5.3"``.
        hint: what to try next.
        grade: takes the answer and returns what is said to one that is right. Raises
            `MistakeError` for any other.
    """

    number: str
    hint: Bilingual
    grade: Grader


def exercise(number: str, *, es: str, en: str) -> Callable[[Grader], Exercise]:
    """Make a grader an exercise, with its hint in both languages."""
    return lambda grade: Exercise(number, Bilingual(es, en), grade)


def must_be(name: str, answer: object, *, es: str, en: str) -> MistakeError:
    """Return the error for an answer of another form than the one that ``es`` and ``en`` name."""
    form, found = text(es=es, en=en), short(answer, 60)
    return MistakeError(
        es=f"{name} debe ser {form}, no {found}.",
        en=f"{name} should be {form}, not {found}.",
    )


def is_number(answer: object) -> TypeGuard[float]:
    """Say whether ``answer`` is a plain number: no truth value, neither NaN nor infinite."""
    plain = isinstance(answer, numbers.Real) and not isinstance(answer, bool)
    return plain and bool(abs(answer) <= sys.float_info.max)  # type: ignore[arg-type]


def number(name: str, answer: object, *, positive: bool = False) -> float:
    """Return the answer if it is a number, above 0 where it has to be ``positive``."""
    if not is_number(answer) or (positive and answer <= 0):
        above = text(es=" mayor que 0", en=" above 0") if positive else ""
        raise must_be(name, answer, es=f"un número{above}", en=f"a number{above}")
    return answer


def count(name: str, answer: object) -> int:
    """Return the answer if it is a whole number, 1 or more."""
    if not is_number(answer) or answer < 1 or answer != int(answer):
        raise must_be(name, answer, es="un número entero, 1 o más", en="an integer, 1 or more")
    return int(answer)


def items(name: str, answer: object) -> list[Any]:
    """Return the items of an answer that is a list or a tuple."""
    if not isinstance(answer, (list, tuple)):
        raise must_be(name, answer, es="una lista", en="a list")
    return list(answer)


def parts(answer: object, *names: str) -> list[Any]:
    """Return the parts of an answer that has one for each name."""
    if not isinstance(answer, (list, tuple)) or len(answer) != len(names):
        wanted = ", ".join(names)
        raise MistakeError(
            es=f"Pasa {len(names)} cosas a check, entre paréntesis: ({wanted}).",
            en=f"Pass {len(names)} things to check, in parentheses: ({wanted}).",
        )
    return list(answer)


def figures(name: str, answer: object) -> dict[Any, float]:
    """Return the answer if it is a dictionary of numbers above 0."""
    if not isinstance(answer, dict) or not all(is_number(n) and n > 0 for n in answer.values()):
        es, en = "un diccionario de números mayores que 0", "a dictionary of numbers above 0"
        raise must_be(name, answer, es=es, en=en)
    return answer


def function(name: str, answer: object) -> Callable[..., Any]:
    """Return the answer if it can be called."""
    if not callable(answer):
        es, en = "la función, sin llamarla", "the function, without calling it"
        raise must_be(name, answer, es=es, en=en)
    return answer


def observed(name: str, answer: object) -> Run:
    """Return what the answer, the object of a ``with watch()``, observed."""
    if isinstance(answer, Run):
        return answer
    if not isinstance(answer, Watch):
        es, en = f"el {name} de «with watch() as {name}»", f"the {name} of “with watch() as {name}”"
        raise must_be(name, answer, es=es, en=en)
    try:
        return answer.run()
    except InputError as error:
        raise MistakeError(
            es=f"Todavía no se midió nada. {error}", en=f"Nothing was timed yet. {error}"
        ) from None


@dataclass(frozen=True)
class Choice:
    """What is right of several choices, what will do as well, and why, in both languages."""

    right: object
    es: str
    en: str
    also: object = None


def choose(answer: object, allowed: Sequence[object], **right: Choice) -> None:
    """Check choices, each of which is one of those allowed; their names are those of ``right``."""
    chosen = list(zip(right.items(), parts(answer, *right), strict=True))
    listed = ", ".join(map(repr, allowed))
    for (name, _), choice in chosen:
        if choice not in allowed:
            raise must_be(name, choice, es=f"uno de {listed}", en=f"one of {listed}")
    for (name, one), choice in chosen:
        if choice not in (one.right, one.also):
            why = text(es=one.es, en=one.en)
            raise MistakeError(es=f"{name}: {why}", en=f"{name}: {why}")


def called(*calls: Callable[[], object], wake: Callable[[], object] = lambda: None) -> list[object]:
    """Call functions of an answer at the same time, each in a thread; return their results.

    Args:
        calls: the functions, without arguments.
        wake: called again and again, to wake threads that have to be stopped.

    Raises:
        MistakeError: they did not end in time. They are stopped.
        BaseException: what one of them raised.
    """
    results: list[object] = []
    raised: list[BaseException] = []
    barrier = threading.Barrier(len(calls))

    def work(call: Callable[[], object]) -> None:
        try:
            barrier.wait(LIMIT_S)
            results.append(call())
        except BaseException as error:  # whatever it is, it is raised where check was called
            raised.append(error)

    threads = [threading.Thread(target=work, args=(call,), daemon=True) for call in calls]
    for thread in threads:
        thread.start()
    deadline_s = perf_counter() + LIMIT_S
    try:
        for thread in threads:
            thread.join(max(0.0, deadline_s - perf_counter()))
    finally:  # an interrupt stops them, too
        late = [thread for thread in threads if thread.is_alive()]
        _stop(late, wake)
    if late:
        raise MistakeError(
            es="La función no terminó: tiene un ciclo sin fin, o espera lo que no llega.",
            en="The function did not end: it has an endless loop, or waits for what never comes.",
        )
    try:
        if raised:
            raise raised[0]
    finally:
        raised.clear()  # otherwise the error keeps itself alive, and what the answer left open
    return results


def _stop(threads: list[threading.Thread], wake: Callable[[], object]) -> None:
    """Have threads end that are in a loop, or that ``wake`` wakes."""
    for thread in threads:
        name = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(name, ctypes.py_object(SystemExit))
    deadline_s = perf_counter() + 1
    while any(thread.is_alive() for thread in threads) and perf_counter() < deadline_s:
        with suppress(RuntimeError):
            wake()
        sleep(0.001)
