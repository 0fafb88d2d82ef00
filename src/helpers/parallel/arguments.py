"""The arguments of a call: what cannot be used is refused in words, before anything is started."""

from __future__ import annotations

import inspect
import operator
from collections.abc import Iterable, Sequence
from typing import Any

from helpers.language import message
from helpers.parallel.errors import InputError
from helpers.parallel.reading import read_items


def check_choice(name: str, value: object, allowed: tuple[object, ...]) -> None:
    """Raise an InputError that lists what is allowed, where ``value`` is none of it."""
    if value not in allowed:
        listed = ", ".join(repr(choice) for choice in allowed)
        raise InputError(
            message("run.unknown_choice", name=name, received=short(value), allowed=listed)
        )


def whole_number(name: str, value: object) -> int:
    """Return ``value`` as an int; raise an InputError that names it where it is not 1 or more."""
    try:
        number = operator.index(value)  # type: ignore[arg-type]
    except TypeError:
        number = 0
    if number < 1 or isinstance(value, bool):
        raise InputError(message("run.not_positive", name=name, received=short(value)))
    return number


def check_limit(timeout_s: object) -> None:
    """Raise an InputError where ``timeout_s`` is neither None nor a number of seconds above 0."""
    if timeout_s is None:
        return
    number = isinstance(timeout_s, (int, float)) and not isinstance(timeout_s, bool)
    if not number or not timeout_s > 0:  # type: ignore[operator]  # "not >" catches nan too
        raise InputError(message("run.bad_timeout", received=short(timeout_s)))


def check_task(task: object) -> None:
    """Raise an InputError where ``task`` is nothing that can be called with one item."""
    if inspect.iscoroutinefunction(task):
        raise InputError(message("run.coroutine", received=name_of(task)))
    if not callable(task):
        raise InputError(message("run.not_callable", received=short(task)))


def as_sequence(items: Iterable[Any], timeout_s: float | None = None) -> Sequence[Any]:
    """Return the items as something with a length and slices.

    What has them is not copied: a copy made before the workers fork costs them all its pages.

    Raises:
        InputError: where they cannot be gone through, or have no end.
        TimeLimitError: after ``timeout_s`` seconds of going through them.
    """
    if type(items) in (list, tuple, range):
        return items  # type: ignore[return-value]
    try:
        iterator = iter(items)
    except TypeError:
        raise InputError(message("run.not_iterable", received=short(items))) from None
    return read_items(iterator, sized=_is_sized(items), timeout_s=timeout_s)


def _is_sized(items: object) -> bool:
    try:
        return len(items) >= 0  # type: ignore[arg-type]
    except Exception:  # tqdm's bar has a length, unless what it was made of has none
        return False


def name_of(task: object) -> str:
    """Return the name by which a learner knows ``task``."""
    return getattr(task, "__qualname__", None) or short(task)


def short(value: object, limit: int = 120) -> str:
    """Return ``repr(value)``, cut where it is longer than ``limit`` characters."""
    try:
        text = repr(value)
    except Exception:  # an item whose repr fails must not hide the error that speaks of it
        text = f"<{type(value).__name__}>"
    return text if len(text) <= limit else text[: limit - 1] + "…"
