"""A real cluster: ``dask scheduler`` and ``dask worker`` as programs of their own."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import distributed
from programs import environment

START_S = 40.0
# Without the second option Dask's web pages are served to the whole network.
LOOPBACK = ("--host", "127.0.0.1", "--dashboard-address", "127.0.0.1:0")
# Dask's own commands, as a learner types them, but for the folder and the port.
SCHEDULER = ("scheduler", "--port", "0", "--no-dashboard")
WORKER = ("worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0", "--no-dashboard")


class Programs:
    """The programs of a cluster, each in a session of its own.

    Attributes:
        scheduler: the scheduler's program.
        workers: the workers' programs.
    """

    def __init__(self, folder: Path, **variables: str) -> None:
        """Write into ``folder``; all programs have the environment variables given."""
        self._folder, self._variables = folder, variables
        self._contact = folder / "scheduler.json"
        self.scheduler: subprocess.Popen | None = None
        self.workers: list[subprocess.Popen] = []

    @property
    def address(self) -> str:
        """The scheduler's address."""
        return json.loads(self._contact.read_text())["address"]

    def start_scheduler(self, *options: str) -> None:
        """Start the scheduler and wait until it has written down its address."""
        self.scheduler = self._start(*SCHEDULER, *(options or LOOPBACK))
        end = time.monotonic() + START_S
        while True:
            with suppress(OSError, ValueError):
                assert self.address
                return
            assert self.scheduler.poll() is None
            assert time.monotonic() < end
            time.sleep(0.02)

    def start_worker(self, *options: str, **variables: str) -> None:
        """Start a worker, which connects to the scheduler; do not wait for it."""
        folder = ("--local-directory", str(self._folder))
        self.workers.append(self._start(*WORKER, *folder, *(options or LOOPBACK), **variables))

    def _start(self, *arguments: str, **variables: str) -> subprocess.Popen:
        command = [sys.executable, "-m", "dask", *arguments, "--scheduler-file", self._contact]
        variables = environment(**{**self._variables, **variables})
        return subprocess.Popen(command, cwd=self._folder, env=variables, start_new_session=True)

    def wait_for_workers(self, n_workers: int) -> None:
        """Wait until so many workers have joined."""
        with distributed.Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(n_workers, timeout=START_S)

    def end(self) -> None:
        """Kill all that were started here, and no others."""
        for program in filter(None, [self.scheduler, *self.workers]):
            with suppress(OSError):  # it has gone
                os.killpg(program.pid, signal.SIGKILL)
            program.wait(START_S)


@contextmanager
def cluster(folder: Path, n_workers: int = 2, **variables: str) -> Iterator[Programs]:
    """Have a cluster of a scheduler and workers on the loopback address while inside."""
    programs = Programs(folder, **variables)
    try:
        programs.start_scheduler()
        for _ in range(n_workers):
            programs.start_worker()
        if n_workers:
            programs.wait_for_workers(n_workers)
        yield programs
    finally:
        programs.end()
