"""What an exercise is: a rule, and what is said to each verdict of it, in both languages."""

from __future__ import annotations

import numbers
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from helpers.language import Bilingual

# The name of what was found in an answer, "right" or a mistake; with the values of its text.
Verdict = str | tuple[str, dict[str, Any]]
Grader = Callable[[Any], Verdict]
UNANSWERED = "unanswered"  # the function is there, but still returns the three dots


@dataclass(frozen=True)
class Exercise:
    """An exercise of a lesson.

    Attributes:
        grade: takes the answer and returns the name of its verdict.
        hint: what to try next.
        verdicts: what is said to each.
    """

    grade: Grader
    hint: Bilingual
    verdicts: Mapping[str, Bilingual]


def is_number(answer: object) -> bool:
    """Say whether ``answer`` is a plain number: no truth value, neither NaN nor infinite."""
    plain = isinstance(answer, numbers.Real) and not isinstance(answer, bool)
    return plain and bool(abs(answer) <= sys.float_info.max)  # type: ignore[arg-type]
