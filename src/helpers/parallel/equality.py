"""Are two results the same? Also where they hold arrays, tables, NaN or objects without ``==``."""

from __future__ import annotations

import operator
import types
from collections.abc import Callable, Collection, Iterable
from contextlib import suppress
from typing import Any

# Of these, what is not equal is another value, NaN apart.
_PLAIN = frozenset((bool, int, float, complex, str, bytes, bytearray, type(None)))


def same(one: Any, other: Any) -> bool | None:
    """Say whether two results are the same value.

    Args:
        one: a result.
        other: what it is compared with, as another process may have sent it: NaN equals NaN, and
            objects without an ``==`` of their own are compared by what they hold.

    Returns:
        ``None`` where they cannot be compared: parts that are kept from sight, circles without
        end, and sets of objects of which nobody knows which belongs to which.
    """
    try:
        return _same(one, other)
    except Exception:  # whatever an object does when it is asked, and circles without end
        return None


def _same(one: Any, other: Any) -> bool | None:
    if one is other:
        return True
    kind = type(one)
    if kind is type(other) and kind in (list, tuple):
        return len(one) == len(other) and _same_rows(one, other)
    if kind is type(other) is dict:
        if one.keys() == other.keys():
            return _all_same((value, other[key]) for key, value in one.items())
        return _same_unordered(one.items(), other.items())
    if kind is type(other) and kind in (set, frozenset):
        return _same_unordered(one - other, other - one)
    if _says_yes(operator.eq, one, other):
        return True
    if kind is not type(other):
        return False
    if kind in _PLAIN:  # "not a number" equals nothing, itself neither
        return bool(one != one and other != other)
    if isinstance(one, (type, types.FunctionType)):  # of a function's inside, each call makes one
        return None if "<locals>" in one.__qualname__ else False
    if hasattr(kind, "equals"):  # a data frame, a column of one, or what it is made of
        return _says_yes(kind.equals, one, other) or _same_parts(one, other)
    if hasattr(kind, "tolist"):  # an array, or a number of numpy's
        return _same_array(one, other)
    return _same_parts(one, other)


def _says_yes(equal: Callable[[Any, Any], Any], one: Any, other: Any) -> bool:
    """Say whether two objects are equal in their own view, and no array of answers."""
    try:
        return equal(one, other) is True
    except RecursionError:  # a circle; to look on would take for ever
        raise
    except Exception:  # what does not compare: its parts are looked at
        return False


def _same_rows(one: Any, other: Any) -> bool | None:
    # Python compares plain values fastest; with arrays among them its answer means nothing.
    plain = _PLAIN.issuperset(map(type, one))
    return (plain and one == other) or _all_same(zip(one, other, strict=True))


def _all_same(pairs: Iterable[tuple[Any, Any]]) -> bool | None:
    verdict: bool | None = True
    for one, other in pairs:
        found = _same(one, other)
        if found is False:
            return False
        verdict = verdict and found
    return verdict


def _same_unordered(one: Collection[Any], other: Collection[Any]) -> bool | None:
    if len(one) != len(other):
        return False
    found = _all_same(zip(sorted(one, key=repr), sorted(other, key=repr), strict=True))
    by_address = any(" at 0x" in repr(member) for member in one)  # which gives no order
    return found or (None if by_address else found)


def _same_array(one: Any, other: Any) -> bool | None:
    kinds, others = ((getattr(x, "dtype", None), getattr(x, "shape", None)) for x in (one, other))
    if kinds != others:
        return False
    with suppress(AttributeError):  # NaN too is the same bytes, and a large array no long list
        if one.tobytes() == other.tobytes():
            return True
    return _same(one.tolist(), other.tolist())


def _same_parts(one: Any, other: Any) -> bool | None:
    """Compare what pickle sees of two objects; an own ``==`` may say no to NaN inside."""
    try:
        parts = [_parts(one), _parts(other)]
    except RecursionError:
        raise
    except Exception:
        return None
    return _same(*parts)


def _parts(value: Any) -> list[Any]:
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        return [reduced]
    return [list(part) if hasattr(part, "__next__") else part for part in reduced]
