"""Graders of lesson 7: what a learner mends may still hang, so each of them has a time limit."""

from __future__ import annotations

import ast
import ctypes
import threading
from collections.abc import Callable, Iterator
from time import perf_counter, sleep
from typing import Any

from helpers.classroom.scripts import ScriptRun, run_script

Verdict = str | tuple[str, dict[str, Any]]

CAUSES = (2, 3, 4)  # of the three tracebacks of exercise 7.1, by their number in its list
N_CAUSES = 4
SQUARES = "[1, 4, 9]"  # what the script of exercise 7.2 prints
SCRIPT_LIMIT_S = 15.0
THREAD_LIMIT_S = 3.0
N_THREADS, N_ADDED = 4, 10  # of exercise 7.3
READING_S = 1e-3  # so long does reading the balance take, and writing it: without a lock it shows


def named_causes(answer: Any) -> Verdict:
    """7.1: the numbers of the causes of three tracebacks."""
    if not isinstance(answer, tuple) or len(answer) != len(CAUSES):
        return "not_three"
    if not all(type(number) is int and 1 <= number <= N_CAUSES for number in answer):
        return "not_numbers"
    case_a, case_b, case_c = (given == right for given, right in zip(answer, CAUSES, strict=True))
    if not case_a:
        return "case_a"
    if not case_b:
        return "case_b"
    return "right" if case_c else "case_c"


def mended_script(answer: Any) -> Verdict:
    """7.2: the text of a script that computes squares with a pool under spawn, and ends."""
    if isinstance(answer, ScriptRun):
        return "a_run"
    if not isinstance(answer, str):
        return "not_text"
    try:
        program = ast.parse(answer)
    except (SyntaxError, ValueError) as error:
        return "syntax", {"error": str(error)}
    problem = _problem_in(program)
    return problem or _came_of(run_script(answer, limit_s=SCRIPT_LIMIT_S))


def _problem_in(program: ast.Module) -> str | None:
    """Name what can be seen in the text itself, and would make it hang."""
    if "spawn" not in {getattr(node, "value", None) for node in _constants(program)}:
        return "not_spawn"
    if not any(_starts_workers(node) for node in ast.walk(program)):
        return "no_pool"
    if any(isinstance(node, ast.Lambda) for node in ast.walk(program)):
        return "lambda"
    guards = [node for node in program.body if _is_guard(node)]
    if not guards:
        return "no_guard"
    if any(isinstance(node, ast.FunctionDef) for guard in guards for node in ast.walk(guard)):
        return "task_in_guard"
    outside = [node for node in program.body if node not in guards and not _is_definition(node)]
    started = any(_starts_workers(part) for node in outside for part in ast.walk(node))
    return "pool_outside" if started else None


def _constants(program: ast.Module) -> Iterator[ast.Constant]:
    return (node for node in ast.walk(program) if isinstance(node, ast.Constant))


def _starts_workers(node: ast.AST) -> bool:
    if not isinstance(node, ast.Call):
        return False
    name = getattr(node.func, "attr", getattr(node.func, "id", ""))
    return name in ("Pool", "ProcessPoolExecutor", "Process")


def _is_definition(node: ast.stmt) -> bool:
    return isinstance(node, (ast.FunctionDef, ast.ClassDef))


def _is_guard(node: ast.stmt) -> bool:
    return isinstance(node, ast.If) and "__name__" in ast.unparse(node.test)


def _came_of(ran: ScriptRun) -> Verdict:
    if ran.exit_code != 0:
        ended = repr(ran).splitlines()[0]
        return "fails", {"error": ended if ran.hung else _last_line(ran.errors) or ended}
    printed = ran.printed.strip()
    if printed == SQUARES:
        return "right"
    return ("other", {"printed": printed[:80]}) if printed else "silent"


def _last_line(text: str) -> str:
    return (text.strip().splitlines() or [""])[-1]


class _StuckError(Exception):
    """An answer waits for a lock that never comes free, or does not come to its end."""


class _Lock:
    """A lock that gives up at the limit, so that an answer cannot wait for ever."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.release = self._lock.release
        self.locked = self._lock.locked

    def acquire(self, blocking: bool = True, timeout: float = -1) -> bool:
        if not blocking:
            return self._lock.acquire(blocking=False)
        if 0 <= timeout < THREAD_LIMIT_S:
            return self._lock.acquire(timeout=timeout)
        if not self._lock.acquire(timeout=THREAD_LIMIT_S):
            raise _StuckError
        return True

    def __enter__(self) -> bool:
        return self.acquire()

    def __exit__(self, *_: object) -> None:
        self.release()


class _Account(dict[str, int]):
    """An account whose balance takes a moment to read and to write: others get their turn.

    ``reads`` and ``writes`` tell whether its ``lock`` was held as that was done.
    """

    def __init__(self) -> None:
        super().__init__(balance=0)
        self.lock = _Lock()
        self.reads, self.writes = set[bool](), set[bool]()

    @property
    def balance(self) -> int:
        return super().__getitem__("balance")

    def __getitem__(self, key: str) -> int:
        self.reads.add(self.lock.locked())
        value = super().__getitem__(key)
        sleep(READING_S)
        return value

    def __setitem__(self, key: str, value: int) -> None:
        self.writes.add(self.lock.locked())
        sleep(READING_S)
        super().__setitem__(key, value)


def counter_without_race(answer: Any) -> Verdict:
    """7.3: a function that adds to an account as often as it is told, whoever else does so too."""
    if not callable(answer):
        return "not_a_function"
    try:
        alone = _added(answer, 1)
        if alone.lock.locked():
            return "kept"
        if alone.balance != N_ADDED:
            return "alone", {"found": alone.balance, "expected": N_ADDED}
        found = _added(answer, N_THREADS).balance
    except _StuckError:
        return "stuck"
    return "right" if found == N_THREADS * N_ADDED else _kind_of_race(alone, found)


def _kind_of_race(alone: _Account, found: int) -> Verdict:
    """Tell a lock that is not used from one that is not around both lines."""
    expected = N_THREADS * N_ADDED
    if True not in alone.reads | alone.writes:
        return "race", {"found": found, "expected": expected}
    if False in alone.reads:
        return "reads_outside", {"found": found, "expected": expected}
    return "apart", {"found": found, "expected": expected}


def _added(answer: Callable[..., Any], n_threads: int) -> _Account:
    """Have threads add at the same time; return the account.

    Raises:
        _StuckError: where they do not come to their end in time.
        BaseException: what the answer raised.
    """
    account, raised = _Account(), list[BaseException]()
    together = threading.Barrier(n_threads)

    def work() -> None:
        try:
            together.wait(THREAD_LIMIT_S)
            answer(account, account.lock, N_ADDED)
        except BaseException as error:  # whatever it is, it is told in the notebook's thread
            raised.append(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(n_threads)]
    for thread in threads:
        thread.start()
    _join(threads)
    if raised:
        raise raised[0]
    return account


def _join(threads: list[threading.Thread]) -> None:
    """Wait for threads within a limit, and have those end that are in a loop beyond it.

    Raises:
        _StuckError: where there are such.
    """
    deadline_s = perf_counter() + THREAD_LIMIT_S + 1
    for thread in threads:
        thread.join(max(0.0, deadline_s - perf_counter()))
    stuck = [thread for thread in threads if thread.is_alive()]
    for thread in stuck:
        name = ctypes.c_ulong(thread.ident or 0)
        ctypes.pythonapi.PyThreadState_SetAsyncExc(name, ctypes.py_object(SystemExit))
    if stuck:
        raise _StuckError


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "7.1": named_causes,
    "7.2": mended_script,
    "7.3": counter_without_race,
}
