"""Graders of lesson 9: each takes an answer and names what it found."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from helpers.classroom.exercise import UNANSWERED, is_number

Verdict = str | tuple[str, dict[str, Any]]

# Exercise 9.1: what an item and a message cost, in seconds, and how many workers are to be busy.
ITEM_S, MESSAGE_S, WORKERS = 0.05, 0.001, 1_000
# Exercise 9.2: addresses of programs, and those of them that other computers reach.
LOOPBACK = ["127.0.0.1:8786", "127.0.0.1:40001", "127.0.1.1:8787"]
ZEROS, ONE_NETWORK = ["0.0.0.0:8786", "0.0.0.0:8787"], ["192.168.1.20:8786", "10.0.0.7:40001"]
MISLEADING = ["192.168.1.127:8786", "10.127.0.1:40001", "0.0.0.0:12700"]
TOOLS = ("loop", "processes", "cluster", "queue")  # exercise 9.3: of jobs a to d
CLOSE = 0.02  # how far a quotient may be off, as a share of it


def scheduler_limit(answer: Any) -> Verdict:
    """9.1: how many workers a scheduler keeps busy, and the chunks with which it keeps 1,000."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not all(map(is_number, answer)):
        return "not_two"
    busy, chunksize = answer
    if not _close(busy, ITEM_S / MESSAGE_S):
        return "busy"
    right = WORKERS * MESSAGE_S / ITEM_S
    if _close(chunksize, right):
        return "right"
    if _close(chunksize, 1 / right):
        return "upside_down"
    if _close(chunksize, WORKERS):
        return "one_each"
    if chunksize < right:
        return "too_small", {"n": f"{max(0.0, chunksize * ITEM_S / MESSAGE_S):,.0f}"}
    return "too_large"


def open_doors(answer: Any) -> Verdict:
    """9.2: a function that returns the addresses which other computers can reach."""
    if not callable(answer):
        return "not_a_function"
    given = [LOOPBACK[0], *ZEROS, *ONE_NETWORK, *LOOPBACK[1:]]
    found = answer(list(given))
    if found is ...:
        return UNANSWERED
    if not isinstance(found, list) or not all(isinstance(door, str) for door in found):
        return "not_a_list", {"received": type(found).__name__}
    if sorted(found) == sorted(LOOPBACK):
        return "inverse"
    if sorted(found) == sorted(ZEROS):
        return "only_zeros"
    if sorted(found) != sorted(ZEROS + ONE_NETWORK):
        return "other", {"received": ", ".join(given)}
    if sorted(answer(MISLEADING + LOOPBACK)) != sorted(MISLEADING):
        return "anywhere"
    return "right" if answer(list(LOOPBACK)) == [] else ("other", {"received": str(LOOPBACK)})


def tools(answer: Any) -> Verdict:
    """9.3: the smallest tool that will do, for four jobs."""
    if not isinstance(answer, tuple) or len(answer) != len(TOOLS):
        return "not_four"
    if not all(isinstance(tool, str) and tool in TOOLS for tool in answer):
        return "not_four"
    if answer[0] != TOOLS[0]:
        return "job_a"
    if answer[1] != TOOLS[1]:
        return "job_b"
    if answer[2] != TOOLS[2]:
        return "job_c"
    return "right" if answer[3] == TOOLS[3] else "job_d"


def _close(answer: float, right: float) -> bool:
    return abs(answer - right) <= CLOSE * right


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "9.1": scheduler_limit,
    "9.2": open_doors,
    "9.3": tools,
}
