"""How work is run and measured. Standard library only; tasks come in as arguments."""

from helpers.parallel.clusters import local_cluster
from helpers.parallel.errors import (
    InputError,
    MachineError,
    NotPicklableError,
    ParallelError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
)
from helpers.parallel.laws import amdahl
from helpers.parallel.machine import Machine, machine, usable_cpus
from helpers.parallel.model.advice import Advice, Option, advise
from helpers.parallel.model.simulation import simulate
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
from helpers.parallel.watching import Watch, watch

__all__ = [
    "Advice",
    "InputError",
    "Machine",
    "MachineError",
    "NotPicklableError",
    "Option",
    "ParallelError",
    "Run",
    "Span",
    "TaskFailedError",
    "TaskNotImportableError",
    "TimeLimitError",
    "Watch",
    "WorkerLostError",
    "advise",
    "amdahl",
    "local_cluster",
    "machine",
    "run",
    "simulate",
    "usable_cpus",
    "watch",
]
