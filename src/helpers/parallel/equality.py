"""Are two results the same? Also where they hold arrays, tables, NaN or objects without ``==``."""

from __future__ import annotations

from typing import Any

# Of these, what is not equal is another value, NaN apart.
_PLAIN = (bool, int, float, complex, str, bytes, bytearray, type(None))


def same(one: Any, other: Any) -> bool | None:
    """Say whether two results are the same value.

    Args:
        one: a result.
        other: what it is compared with, as another process may have sent it: NaN equals NaN, and
            objects without an ``==`` of their own are compared by what they hold.

    Returns:
        ``None`` where they cannot be compared: an ``==`` that raises, and parts that are kept from
        sight.
    """
    try:
        return _same(one, other)
    except Exception:  # whatever an object does when it is asked, and circles without end
        return None


def _same(one: Any, other: Any) -> bool | None:
    if one is other:
        return True
    if type(one) is type(other) and type(one) in (list, tuple, dict) and _equal(one, other):
        return True  # the usual case, which Python compares fastest
    if type(one) is type(other) and type(one) in (list, tuple):
        return len(one) == len(other) and _all_same(zip(one, other, strict=True))
    if type(one) is type(other) is dict:
        if one.keys() != other.keys():
            return False
        return _all_same((value, other[key]) for key, value in one.items())
    if type(one) is type(other) and isinstance(one, (set, frozenset)):
        return one == other or _same(sorted(one, key=repr), sorted(other, key=repr))
    labelled = hasattr(one, "index") or hasattr(one, "columns")
    if labelled and callable(equals := getattr(one, "equals", None)):
        return bool(equals(other))  # a data frame, or a column of one
    if hasattr(one, "dtype") and hasattr(one, "tolist"):  # an array, a column, a number of numpy's
        alike = type(one) is type(other) and one.dtype == other.dtype
        return alike and _same(getattr(one, "shape", ()), other.shape) and _same_array(one, other)
    return _same_object(one, other)


def _all_same(pairs: Any) -> bool | None:
    verdict: bool | None = True
    for one, other in pairs:
        found = _same(one, other)
        if found is False:
            return False
        verdict = verdict and found
    return verdict


def _equal(one: Any, other: Any) -> bool:
    """Say whether ``==`` says so at once, in every place of an array."""
    try:
        equal = one == other
        return bool(equal.all() if hasattr(equal, "all") else equal)
    except Exception:  # what does not compare, or an array in it: its parts are looked at
        return False


def _same_array(one: Any, other: Any) -> bool | None:
    return _equal(one, other) or _same(one.tolist(), other.tolist())


def _same_object(one: Any, other: Any) -> bool | None:
    equal: bool | None = None
    if type(one).__eq__ is not object.__eq__:  # type: ignore[comparison-overlap]
        try:
            equal = bool(one == other)
        except Exception:
            equal = None
    if equal or isinstance(one, _PLAIN) or type(one) is not type(other):
        both_nan = one != one and other != other  # "not a number" equals nothing, itself neither
        return bool(equal or both_nan)
    try:  # what it is made of, as pickle sees it; an own "==" may say no to NaN inside
        parts, others = _parts(one), _parts(other)
    except Exception:
        return equal
    return _same(parts, others) or equal if equal is not None else _same(parts, others)


def _parts(value: Any) -> list[Any]:
    reduced = value.__reduce_ex__(4)
    if isinstance(reduced, str):
        return [reduced]
    return [list(part) if hasattr(part, "__next__") else part for part in reduced]
