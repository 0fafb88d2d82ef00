"""How work is run and measured: on the standard library, psutil and Dask alone."""

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
from helpers.parallel.machine import machine, usable_cpus
from helpers.parallel.model.advice import advise
from helpers.parallel.model.simulation import simulate
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
from helpers.parallel.watching import Watch, watch

__all__ = [
    "InputError",
    "MachineError",
    "NotPicklableError",
    "ParallelError",
    "Run",
    "Span",
    "TaskFailedError",
    "TaskNotImportableError",
    "TimeLimitError",
    "Watch",
    "WorkerLostError",
    "advise",
    "machine",
    "run",
    "simulate",
    "usable_cpus",
    "watch",
]
