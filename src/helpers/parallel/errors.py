"""The errors of this package: each says what was received, what is allowed and how to fix it."""

from __future__ import annotations


class ParallelError(Exception):
    """The base of them all."""


class InputError(ParallelError, ValueError):
    """An argument cannot be used; nothing was started."""


class TaskNotImportableError(InputError):
    """A worker cannot get at the task: it is a lambda, or defined where no worker can import it."""


class NotPicklableError(InputError):
    """The task, an item or a result cannot be sent from one process to another."""


class TaskFailedError(ParallelError, RuntimeError):
    """The task raised something that could not be brought back from the worker as it was."""


class WorkerLostError(ParallelError, RuntimeError):
    """A worker ended in the middle of its work."""


class TimeLimitError(ParallelError, TimeoutError):
    """The time limit was reached before all results were there."""


class MachineError(ParallelError, RuntimeError):
    """The operating system or the network refused what was asked for, such as a process."""
