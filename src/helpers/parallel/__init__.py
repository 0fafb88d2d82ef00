"""How work is run and measured. Standard library only; tasks come in as arguments."""

from helpers.parallel.advice import Advice, advise
from helpers.parallel.break_even import BreakEven, break_even, break_even_cost
from helpers.parallel.calibration import calibrate
from helpers.parallel.ceiling import Ceiling, hardware_ceiling
from helpers.parallel.clusters import local_cluster
from helpers.parallel.costs import CostModel, recorded_models
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
from helpers.parallel.predicting import Option
from helpers.parallel.results import Run, Span
from helpers.parallel.running import run
from helpers.parallel.scaling import Scaling, scaling
from helpers.parallel.simulation import simulate, simulate_even
from helpers.parallel.timing import Comparison, compare
from helpers.parallel.watching import Watch, watch

__all__ = [
    "Advice",
    "BreakEven",
    "Ceiling",
    "Comparison",
    "CostModel",
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
    "break_even",
    "break_even_cost",
    "calibrate",
    "compare",
    "efficiency",
    "gustafson",
    "hardware_ceiling",
    "karp_flatt",
    "local_cluster",
    "machine",
    "recorded_models",
    "run",
    "scaling",
    "simulate",
    "simulate_even",
    "speedup",
    "usable_cpus",
    "watch",
]
