"""A real cluster: ``dask scheduler`` and ``dask worker`` as programs of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import distributed
from programs import environment

START_S = 40.0
END_S = 5.0
# Without the second option Dask's web pages are served to the whole network.
LOOPBACK = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
# Dask's own commands, as a learner types them, but for the folder and the port.
SCHEDULER = ("scheduler", "--port", "0", "--no-dashboard")
WORKER = ("worker", "--nthreads", "1", "--memory-limit", "0", "--no-dashboard")


class Programs:
    """The programs of a cluster, each in a session of its own, and how to end them.

    Attributes:
        folder: where they write, their logs too.
        scheduler: the scheduler's program.
        workers: the workers' programs.
        before: what stands before each command: ``ip netns exec ...``.
        variables: environment variables of all that are started from now on.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        self.folder = folder
        self.variables = variables
        self.workers: list[subprocess.Popen] = []
        self._all: list[subprocess.Popen] = []

    @property
    def address(self) -> str:
        """The scheduler's address, once it has written it down."""
        return json.loads((self.folder / "scheduler.json").read_text())["address"]

    def start_scheduler(self, *options: str, before: Sequence[str] = ()) -> subprocess.Popen:
        """Start the scheduler and wait until it listens."""
        file = str(self.folder / "scheduler.json")
        arguments = (*SCHEDULER, "--scheduler-file", file, *(options or LOOPBACK))
        self.scheduler = self._start(arguments, before)
        end = time.monotonic() + START_S
        while not self._written() and time.monotonic() < end:
            assert self.scheduler.poll() is None, self.log(self.scheduler)
            time.sleep(0.02)
        return self.scheduler

    def _written(self) -> bool:
        with suppress(OSError, ValueError):
            return bool(self.address)
        return False

    def start_worker(
        self, *options: str, nanny: bool = False, before: Sequence[str] = (), **variables: str
    ) -> subprocess.Popen:
        """Start a worker, which connects to the scheduler; do not wait for it."""
        file = str(self.folder / "scheduler.json")
        arguments = (*WORKER, "--scheduler-file", file, "--local-directory", str(self.folder))
        arguments += ("--nanny" if nanny else "--no-nanny", *(options or LOOPBACK))
        self.workers.append(self._start(arguments, before, **variables))
        return self.workers[-1]

    def _start(
        self, arguments: Sequence[str], before: Sequence[str], **variables: str
    ) -> subprocess.Popen:
        with (self.folder / f"{len(self._all)}.log").open("w") as log:
            program = subprocess.Popen(
                [*before, sys.executable, "-m", "dask", *arguments],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env=environment(**{**self.variables, **variables}),
                start_new_session=True,
            )
        self._all.append(program)
        return program

    def log(self, program: subprocess.Popen) -> str:
        """Return what a program has written."""
        return (self.folder / f"{self._all.index(program)}.log").read_text()

    def kill(self, program: subprocess.Popen) -> None:
        """Kill a program and what it has started, in its own session."""
        with suppress(OSError):  # it has gone
            os.killpg(program.pid, signal.SIGKILL)
        program.wait(END_S)

    def end(self) -> None:
        """Kill all that were started here, and no others."""
        for program in self._all:
            self.kill(program)


@contextmanager
def cluster(folder: Path, n_workers: int = 2, **variables: str) -> Iterator[Programs]:
    """Have a cluster of a scheduler and workers on the loopback address while inside."""
    programs = Programs(folder, **variables)
    try:
        programs.start_scheduler()
        for _ in range(n_workers):
            programs.start_worker()
        if n_workers:
            wait_for_workers(programs, n_workers)
        yield programs
    finally:
        programs.end()


def wait_for_workers(programs: Programs, n_workers: int) -> None:
    """Wait until so many workers have joined."""
    try:
        with distributed.Client(programs.address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=START_S)
    except TimeoutError as error:
        logs = "\n".join(map(programs.log, [programs.scheduler, *programs.workers]))
        raise AssertionError(f"the workers have not come:\n{logs}") from error


def packed_helpers(folder: Path) -> Path:
    """Return a zip with the package in it, as the page on clusters has it made."""
    import shutil

    import helpers

    source = Path(helpers.__file__).parent.parent
    return Path(shutil.make_archive(str(folder / "helpers"), "zip", source, "helpers"))
