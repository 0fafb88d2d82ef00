"""How much faster this machine is with all its CPUs: measured with no pool to blame."""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
from contextlib import suppress
from dataclasses import dataclass
from time import perf_counter
from typing import Any

from helpers.language import message
from helpers.parallel.arguments import whole_number
from helpers.parallel.errors import MachineError
from helpers.parallel.machine import usable_cpus

SLOT_S, PAUSE_S = 0.05, 0.01  # for so long everybody computes; then the next number's turn comes
BOOT_S, LIMIT_S = 1.0, 30.0  # interpreters are ready after that, or have failed
# What each interpreter runs: it computes from its begin to its end in each slot, and counts.
_PROGRAM = """
import json, sys, time
clock = time.perf_counter
counts = []
for begin, end in json.loads(sys.stdin.readline()):
    time.sleep(max(0, begin - clock()))
    total = rounds = 0
    while clock() < end:
        for number in range(2000):
            total += number * number
        rounds += 1
    counts.append(rounds)
print(json.dumps(counts))
"""


@dataclass(frozen=True)
class Ceiling:
    """What the hardware gives, whatever the way of running.

    Attributes:
        n_workers: the numbers of interpreters that computed side by side, rising from 1.
        rates: for each of them, what all got done together in one slot, one figure a repeat (in
            rounds of a fixed computation; only their ratios mean something).
    """

    n_workers: tuple[int, ...]
    rates: tuple[tuple[float, ...], ...]

    @property
    def speedups(self) -> dict[int, float]:
        """For each number of interpreters, how many times the work of one they get done."""
        alone = self.rates[0]  # each repeat beside its own, as the machine's speed drifts
        return {
            n: statistics.median(rate / one for rate, one in zip(rates, alone, strict=True))
            for n, rates in zip(self.n_workers, self.rates, strict=True)
        }

    def speedup(self, n_workers: int) -> float:
        """Return how much faster ``n_workers`` can be at most, in a line between measured numbers.

        More of them than were measured are as fast as the last.

        Raises:
            InputError: ``n_workers`` is no whole number above 0.
        """
        known, n_workers = self.speedups, whole_number("n_workers", n_workers)
        below = max(n for n in known if n <= n_workers)
        above = min((n for n in known if n >= n_workers), default=below)
        share = (n_workers - below) / (above - below) if above > below else 0.0
        return known[below] + share * (known[above] - known[below])


def hardware_ceiling(n_workers: int | None = None, *, repeats: int = 7) -> Ceiling:
    """Measure how much faster this machine computes with several CPUs, without any pool.

    Plain interpreters that know nothing of each other compute side by side: one, two, and so on,
    in turns. CPUs that share a core, a memory, a power budget or a busy host show here. It takes
    a second, and half a second more for each CPU.

    Args:
        n_workers: up to how many interpreters; as many as there are usable CPUs if ``None``.
        repeats: how many measurements each number gets.

    Returns:
        A ``Ceiling``.

    Raises:
        InputError: a number is no whole number above 0.
        MachineError: an interpreter could not be started, or did not answer in time.
    """
    most = usable_cpus() if n_workers is None else whole_number("n_workers", n_workers)
    repeats = whole_number("repeats", repeats)
    numbers = _numbers(most)
    turns = numbers * (1 + repeats)  # the first round warms up
    counts = _side_by_side(most, turns)
    totals = [sum(row[turn] for row in counts if row[turn] >= 0) for turn in range(len(turns))]
    rates = [tuple(map(float, totals[i :: len(numbers)][1:])) for i in range(len(numbers))]
    told = [turn for turn, rate in enumerate(rates[0]) if rate]  # else nothing can be compared
    if len(told) <= repeats // 2:
        raise MachineError(message("ceiling.too_slow"))
    return Ceiling(numbers, tuple(tuple(row[turn] for turn in told) for row in rates))


def _numbers(most: int) -> tuple[int, ...]:
    """Return the numbers to measure: all up to 8, then some on the way to ``most``."""
    beyond = (n for n in (12, 16, 24, 32, 48, 64, 96, 128, 192, 256) if n < most)
    return tuple(dict.fromkeys((*range(1, min(most, 8) + 1), *beyond, most)))


def _side_by_side(most: int, turns: tuple[int, ...]) -> list[list[int]]:
    """Return what each interpreter counted in each turn; -1 where it was not its turn."""
    processes: list[subprocess.Popen[str]] = []
    try:
        for _ in range(most):
            processes.append(_interpreter())
        begin = perf_counter() + BOOT_S
        slots = [begin + turn * (SLOT_S + PAUSE_S) for turn in range(len(turns))]
        for k, process in enumerate(processes):
            own = [(at, at + SLOT_S) for at, n in zip(slots, turns, strict=True) if k < n]
            assert process.stdin is not None
            process.stdin.write(json.dumps(own) + "\n")
            process.stdin.flush()
        limit_s = BOOT_S + len(turns) * (SLOT_S + PAUSE_S) + LIMIT_S
        answers = [json.loads(p.communicate(timeout=limit_s)[0]) for p in processes]
        return [_spread(answer, k, turns) for k, answer in enumerate(answers)]
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        raise MachineError(message("ceiling.no_answer", error=str(error))) from error
    finally:
        for process in processes:
            _end(process)


def _interpreter() -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    command = [sys.executable, "-I", "-S", "-c", _PROGRAM]
    return subprocess.Popen(
        command, stdin=pipe, stdout=pipe, stderr=subprocess.DEVNULL, text=True, encoding="ascii"
    )


def _end(process: subprocess.Popen[str]) -> None:
    process.kill()  # does nothing to one that has ended
    with suppress(OSError, ValueError, subprocess.TimeoutExpired):
        process.communicate(timeout=LIMIT_S)


def _spread(answer: Any, k: int, turns: tuple[int, ...]) -> list[int]:
    """Put the counts of interpreter ``k`` at its turns.

    Raises:
        ValueError: they are not one count a turn.
    """
    if not isinstance(answer, list) or len(answer) != sum(k < n for n in turns):
        raise ValueError(f"{answer!r}")
    counts = iter(answer)
    return [next(counts) if k < n else -1 for n in turns]
