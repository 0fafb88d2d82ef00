"""What lesson 6 says of its figures: of two threads, of a gain, of noise, and of this Python."""

from __future__ import annotations

import sys
import sysconfig
from collections.abc import Callable
from concurrent import futures

from helpers.classroom.style import duration, significant
from helpers.language import message
from helpers.parallel import Comparison, machine, usable_cpus

# Two threads that take turns need twice the time of one, those side by side the same. What is
# neither within a quarter of the one nor of the other supports no statement.
SIDE_BY_SIDE, TURNS = 1.25, 1.75
GAIN = 1.25  # the speedup from which on threads are said to have computed side by side


def gil_enabled() -> bool:
    """Say whether this Python has a GIL in force; before 3.13 none could be without."""
    enabled: Callable[[], bool] = getattr(sys, "_is_gil_enabled", lambda: True)
    return enabled()


def explain_threads(alone_s: float, together_s: float) -> None:
    """Print how long two threads that compute took beside one alone, and what that means here.

    Args:
        alone_s: seconds that one thread took.
        together_s: seconds that two took, each with as much work as the one.
    """
    times = together_s / alone_s
    said = {"alone": duration(alone_s), "together": duration(together_s)}
    print(message("threads.figures", times=significant(times, 2), **said))
    one_cpu = usable_cpus() == 1
    if not (one_cpu or gil_enabled()):
        kind = "side_by_side" if times < SIDE_BY_SIDE else "crowded"
    elif times < TURNS:
        kind = "unclear"
    else:
        kind = "one_cpu" if one_cpu else "turns"
    print(message(f"threads.{kind}"))


def explain_gain(measured: Comparison) -> None:
    """Print what makes the timings worth less, and whether threads gained from computing in C.

    Args:
        measured: the same work in a loop and in threads.
    """
    explain_noise(measured)
    if usable_cpus() == 1:
        kind = "gained_one_cpu"
    else:
        kind = "gained" if measured.speedup("threads") >= GAIN else "gained_nothing"
    print(message(f"threads.{kind}"))


def explain_noise(measured: Comparison) -> None:
    """Print what makes the timings worth less, a line each; nothing where nothing does."""
    for warning in measured.warnings:
        print(f"⚠ {warning}")


def explain_python() -> None:
    """Print whether this Python has a GIL in force and whether it has pools of interpreters."""
    built_without = bool(sysconfig.get_config_var("Py_GIL_DISABLED"))
    kind = ("gil_back" if built_without else "gil") if gil_enabled() else "no_gil"
    there = hasattr(futures, "InterpreterPoolExecutor")
    print(message(f"threads.{kind}", python=machine().python))
    print(message(f"threads.{'interpreters' if there else 'no_interpreters'}"))
