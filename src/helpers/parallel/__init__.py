"""How work is run and measured. Standard library only; tasks come in as arguments."""

from helpers.parallel.errors import (
    InputError,
    NotPicklableError,
    ParallelError,
    ResultsDifferError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
)
from helpers.parallel.laws import amdahl, efficiency, gustafson, karp_flatt, speedup
from helpers.parallel.machine import Machine, can_start_worker, machine, usable_cpus
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
from helpers.parallel.timing import Comparison, compare

__all__ = [
    "Comparison",
    "InputError",
    "Machine",
    "NotPicklableError",
    "ParallelError",
    "ResultsDifferError",
    "Run",
    "Span",
    "TaskFailedError",
    "TaskNotImportableError",
    "TimeLimitError",
    "WorkerLostError",
    "amdahl",
    "can_start_worker",
    "compare",
    "efficiency",
    "gustafson",
    "karp_flatt",
    "machine",
    "run",
    "speedup",
    "usable_cpus",
]
