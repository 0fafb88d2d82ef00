"""Graders of lesson 8: each takes an answer and names what it found."""

from __future__ import annotations

import pickle
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import partial
from multiprocessing.shared_memory import SharedMemory
from typing import Any

import numpy as np

from helpers.classroom.exercise import UNANSWERED, is_number

Verdict = str | tuple[str, dict[str, Any]]

N_ROWS, N_COLUMNS = 250, 2_000  # the rows that exercise 8.1 sends
DESCRIPTION = ("matrix.npy", 0, 250)  # and what it sends instead
CLOSE = 0.05  # how far a figure may be off: what a message weighs depends a bit on versions


def times_heavier(answer: Any) -> Verdict:
    """8.1: how many times heavier the data is than its description, both as messages."""
    if isinstance(answer, bytes):
        return "message_itself"
    if not is_number(answer):
        return "not_a_number"
    rows = np.zeros((N_ROWS, N_COLUMNS))
    heavy, light = len(pickle.dumps(rows)), len(pickle.dumps(DESCRIPTION))
    known = {
        "right": heavy / light,
        "upside_down": light / heavy,
        "difference": heavy - light,
        "light": light,
        "rows_counted": len(rows) / len(DESCRIPTION),
        "length": len(rows) / light,
        "bytes_by_items": heavy / len(DESCRIPTION),
    }
    close = (name for name, value in known.items() if abs(answer - value) <= CLOSE * value)
    found = next(close, "other")
    return ("right", {"times": f"{answer:,.0f}"}) if found == "right" else found


def sent_once(answer: Any) -> Verdict:
    """8.2: the initializer of a pool, its arguments, and the task that goes with it."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    initializer, initargs, task = answer
    if initializer is None or not callable(initializer):
        return "called"
    if _name(initializer) != "keep_table":
        return "other_initializer"
    if isinstance(initargs, np.ndarray):
        return "no_comma"
    if not isinstance(initargs, (tuple, list)) or len(initargs) != 1:
        return "other_initargs"
    if not isinstance(initargs[0], np.ndarray):
        return "other_initargs"
    if isinstance(task, partial):
        return "partial"
    if _name(task) == "total":
        return "needs_table"
    return "right" if _name(task) == "total_kept" else "other_task"


def _name(function: Any) -> str:
    """Return the name of a function of the learner's own file."""
    return getattr(function, "__name__", "")


def with_block(answer: Any) -> Verdict:
    """8.3: a function that computes on shared memory and removes it, whatever happens."""
    if not callable(answer):
        return "not_a_function"
    with _watched() as blocks:
        problem = _calm_call(answer, blocks)
        if problem:
            return problem
        blocks.forget()
        verdict = _stormy_call(answer, blocks)
        blocks.forget()
        return verdict if verdict != "right" else _unfit_call(answer, blocks)


def _calm_call(answer: Callable[..., Any], blocks: Blocks) -> Verdict | None:
    """Call ``answer`` where nothing goes wrong, and name the problem, if there is one."""
    values, seen = np.arange(5.0) ** 2, []

    def compute(numbers: Any) -> float:
        seen.append((list(numbers), blocks.hold(numbers)))
        return float(sum(numbers))

    try:
        found = answer(values, compute)
    except BufferError:
        return "view"
    if found is ...:
        return UNANSWERED
    if not blocks.made or not seen or not seen[-1][1]:
        return "not_shared"
    if found is None:
        return "no_return"
    if seen[-1][0] != list(values) or found != sum(values):
        return "other_result"
    return _left_behind(blocks)


def _stormy_call(answer: Callable[..., Any], blocks: Blocks) -> Verdict:
    """Call ``answer`` with a function that raises: the memory has to go all the same."""

    def compute(numbers: Any) -> float:
        del numbers  # what the traceback holds cannot be let go of by the answer
        raise _StormError

    try:
        answer(np.arange(5.0), compute)
    except _StormError:
        return "only_calm" if _left_behind(blocks) else "right"
    except BufferError:
        return "view_in_storm"
    return "swallowed"


def _unfit_call(answer: Callable[..., Any], blocks: Blocks) -> Verdict:
    """Call ``answer`` with a table, which does not fit into a row: copying it in may raise."""
    with suppress(Exception):
        answer(np.zeros((5, 2)), lambda _numbers: 0.0)
    return "copy_outside" if _left_behind(blocks) else "right"


def _left_behind(blocks: Blocks) -> str | None:
    """Name what was not done: a block that is still there, or still open in this process."""
    if blocks.made - blocks.removed:
        return "left"
    return "open" if {id(block) for block in blocks.opened} - blocks.closed else None


class _StormError(Exception):
    """What the function of exercise 8.3 raises."""


class Blocks:
    """The blocks of shared memory that an answer made or opened, and what became of them."""

    def __init__(self) -> None:
        self.opened: list[SharedMemory] = []
        self.made: set[str] = set()
        self.closed: set[int] = set()
        self.removed: set[str] = set()

    def hold(self, numbers: Any) -> bool:
        """Say whether ``numbers`` is an array that lies in one of the blocks."""
        if not isinstance(numbers, np.ndarray):
            return False
        memories: list[Any] = [block.buf for block in self.opened if block.buf is not None]
        return any(np.shares_memory(numbers, np.frombuffer(m, np.uint8)) for m in memories)

    def forget(self) -> None:
        """Clean up, and start anew."""
        for block in self.opened:
            if block.name in self.made - self.removed:
                with suppress(OSError):
                    block.unlink()
            with suppress(BufferError):
                block.close()
        self.__init__()  # type: ignore[misc]


@contextmanager
def _watched() -> Iterator[Blocks]:
    """Note what is done with shared memory; what an answer leaves behind is removed at the end."""
    blocks, original = Blocks(), (SharedMemory.__init__, SharedMemory.close, SharedMemory.unlink)
    begin, close, unlink = original

    def watched_init(self: SharedMemory, *args: Any, **options: Any) -> None:
        begin(self, *args, **options)
        blocks.opened.append(self)
        if options.get("create", args[1] if len(args) > 1 else False):
            blocks.made.add(self.name)

    def watched_close(self: SharedMemory) -> None:
        blocks.closed.add(id(self))
        close(self)

    def watched_unlink(self: SharedMemory) -> None:
        unlink(self)
        blocks.removed.add(self.name)

    try:
        _replace(watched_init, watched_close, watched_unlink)
        yield blocks
    finally:
        _replace(*original)
        blocks.forget()


def _replace(*methods: Callable[..., Any]) -> None:
    for name, method in zip(("__init__", "close", "unlink"), methods, strict=True):
        setattr(SharedMemory, name, method)


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "8.1": times_heavier,
    "8.2": sent_once,
    "8.3": with_block,
}
