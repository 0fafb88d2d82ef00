"""The arguments of a call: what cannot be used is refused in words, before anything is started."""

from __future__ import annotations

import inspect
import operator
import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from helpers.language import text
from helpers.parallel.errors import InputError, TimeLimitError
from helpers.parallel.processes import NoAnswerError, answer_within

# What has given more items than this, and does not say how many it has, is taken to be endless.
MOST_ITEMS = 10_000_000


def check_choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Raise an InputError that lists what is allowed, if ``value`` is not one of them."""
    if value not in allowed:
        received, listed = short(value), ", ".join(repr(choice) for choice in allowed)
        raise InputError(
            text(
                es=f"{name} es {received}, que no es una opción. Usa una de estas: {listed}.",
                en=f"{name} is {received}, which is not an option. Use one of: {listed}.",
            )
        )


def whole_number(name: str, value: object, most: int | None = None) -> int:
    """Return ``value`` as an int; raise an InputError if it is not from 1 to ``most``."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or number > (most or number) or isinstance(value, bool):
        upto = "" if most is None else text(es=f" hasta {most}", en=f" to {most}")
        raise InputError(
            text(
                es=f"{name} debe ser un número entero, desde 1{upto}; recibió {short(value)}. "
                f"Por ejemplo: {name}=2.",
                en=f"{name} must be an integer, from 1{upto}; got {short(value)}. "
                f"For example: {name}=2.",
            )
        )
    return number


def check_seconds(name: str, value: object) -> None:
    """Raise an InputError that names ``value`` if it is not a number of seconds above 0."""
    number = isinstance(value, (int, float)) and not isinstance(value, bool)
    if not number or not value > 0:  # type: ignore[operator]  # "not >" catches nan too
        raise InputError(
            text(
                es=f"{name} debe ser un número de segundos mayor que 0; recibió {short(value)}. "
                f"Por ejemplo: {name}=5.",
                en=f"{name} must be a number of seconds above 0; got {short(value)}. For "
                f"example: {name}=5.",
            )
        )


def check_task(task: object) -> None:
    """Raise an InputError where ``task`` is nothing that can be called with one item."""
    if inspect.iscoroutinefunction(task) or not callable(task):
        raise InputError(
            text(
                es=f"La tarea debe ser una función normal (def, no async def) de un argumento, y "
                f"es {short(task)}. Pasa la función misma, sin llamarla: square, no square(3).",
                en=f"The task must be a plain function (def, not async def) of one argument, and "
                f"it is {short(task)}. Pass the function itself, without calling it: square, not "
                "square(3).",
            )
        )


def as_sequence(items: Iterable[Any], timeout_s: float | None = None) -> Sequence[Any]:
    """Return the items as something with a length and slices.

    A list, a tuple or a range is not copied: a copy made before workers fork costs them its pages.

    Args:
        items: what gives them.
        timeout_s: seconds after which reading is given up. A thread does it then: a generator that
            waits could not be left otherwise. It ends after the item that it waits for.

    Raises:
        InputError: if they are not iterable, or have no end in sight.
        TimeLimitError: the time limit was reached.
        Exception: what a generator raises.
    """
    if type(items) in (list, tuple, range):
        return items  # type: ignore[return-value]
    try:
        iterator = iter(items)
    except TypeError:
        raise InputError(
            text(
                es=f"items debe ser algo que se pueda recorrer (una lista, un range, un "
                f"generador); recibió {short(items)}. Para un solo elemento usa una lista: "
                "[elemento].",
                en=f"items must be something to iterate over (a list, a range, a generator); "
                f"got {short(items)}. For a single item use a list: [item].",
            )
        ) from None
    read: list[Any] = []
    most = float("inf") if operator.length_hint(items) else MOST_ITEMS
    stop = threading.Event()
    if timeout_s is None:
        _read(iterator, read, most, stop)
        return read
    try:
        answer_within(lambda: _read(iterator, read, most, stop), timeout_s)
    except NoAnswerError:
        reached = text(
            es=f"Se alcanzó el límite de {timeout_s} s: ", en=f"Limit of {timeout_s} s: "
        )
        raise TimeLimitError(reached + _no_end(len(read))) from None
    finally:
        stop.set()
    return read


def _read(iterator: Iterator[Any], read: list[Any], most: float, stop: threading.Event) -> None:
    """Append all items to ``read``, one by one, so that an interrupt is heard between them."""
    try:
        for item in iterator:
            read.append(item)
            if len(read) > most:
                raise InputError(_no_end(len(read)))
            if stop.is_set():
                break
    except BaseException:
        read.clear()  # a notebook keeps the last traceback, and with it the list
        raise
    if stop.is_set():
        read.clear()


def _no_end(n_items: int) -> str:
    return text(
        es=f"se leyeron {n_items:,} elementos y no se ve el final, así que no se calculó nada. "
        "¿Es un generador que espera, o que no termina nunca? Toma una parte con "
        "itertools.islice(items, 1000). Si de verdad son tantos, haz varias llamadas.",
        en=f"{n_items:,} items were read and no end is in sight, so nothing was computed. Is it a "
        "generator that waits, or one that never ends? Take a part of it with "
        "itertools.islice(items, 1000). If there really are that many, make several calls.",
    )


def name_of(task: object) -> str:
    """Return the name by which a learner knows ``task``."""
    return getattr(task, "__qualname__", None) or short(task)


def short(value: object, limit: int = 120) -> str:
    """Return ``repr(value)``, cut where it is longer than ``limit`` characters."""
    try:
        shown = repr(value)
    except Exception:  # an item whose repr fails must not hide the error that speaks of it
        shown = f"<{type(value).__name__}>"
    return shown if len(shown) <= limit else shown[: limit - 1] + "…"
