"""How work is run and measured. Standard library only; tasks come in as arguments."""

from helpers.parallel.clusters import local_cluster
from helpers.parallel.errors import (
    InputError,
    MachineError,
    NotPicklableError,
    ParallelError,
    ResultsDifferError,
    TaskFailedError,
    TaskNotImportableError,
    TimeLimitError,
    WorkerLostError,
)
from helpers.parallel.laws import amdahl, efficiency, gustafson, karp_flatt, speedup
from helpers.parallel.machine import Machine, machine, usable_cpus
from helpers.parallel.model.advice import Advice, Option, advise
from helpers.parallel.model.simulation import simulate
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
from helpers.parallel.scaling import Scaling, scaling
from helpers.parallel.timing import Comparison, compare
from helpers.parallel.watching import Watch, watch

__all__ = [
    "Advice",
    "Comparison",
    "InputError",
    "Machine",
    "MachineError",
    "NotPicklableError",
    "Option",
    "ParallelError",
    "ResultsDifferError",
    "Run",
    "Scaling",
    "Span",
    "TaskFailedError",
    "TaskNotImportableError",
    "TimeLimitError",
    "Watch",
    "WorkerLostError",
    "advise",
    "amdahl",
    "compare",
    "efficiency",
    "gustafson",
    "karp_flatt",
    "local_cluster",
    "machine",
    "run",
    "scaling",
    "simulate",
    "speedup",
    "usable_cpus",
    "watch",
]
