"""cluster_programs(): a Dask scheduler and workers as programs of their own, on this machine."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from pathlib import Path
from time import perf_counter, sleep
from typing import Any

import psutil

from helpers.classroom.programs import descendants, end_family, plain_environment, start_apart
from helpers.language import message
from helpers.parallel import InputError, MachineError

LOOPBACK = "127.0.0.1"
START_LIMIT_S = 60.0  # on a laptop that has just been switched on, three Pythons take their time
POLL_S = 0.02
MOST_WORKERS = 16  # each is a whole Python with Dask in it
# A scheduler that nobody uses for so long ends, and its workers with it: a kernel that was killed
# has no chance to end them.
IDLE_LIMIT = "300s"
N_LINES = 3  # so many last lines of a program that did not start are told


class ClusterPrograms:
    """A scheduler and workers that run, each a program with a process of its own.

    Attributes:
        address: of the scheduler, such as ``"tcp://127.0.0.1:40000"``: what ``Client`` and
            ``run(..., client=...)`` take.
    """

    def __init__(self, folder: Path, n_workers: int) -> None:
        self.address = ""
        self._folder = folder
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self._timers: list[threading.Timer] = []
        self._contact = folder / "scheduler.json"
        self._names = [f"worker-{number}" for number in range(1, n_workers + 1)]

    def kill_worker(self, number: int = 1, *, after_s: float = 0.0) -> None:
        """Kill a worker as if its machine had lost power: it can neither finish nor say goodbye.

        Args:
            number: which one, from 1.
            after_s: seconds from now; the call returns at once, and the worker dies meanwhile.

        Raises:
            InputError: where there is no such worker, or ``after_s`` is no number from 0 up.
        """
        names = dict(enumerate(self._names, 1))
        if isinstance(number, bool) or number not in names:
            allowed = ", ".join(map(str, names))
            raise InputError(message("programs.no_worker", received=repr(number), allowed=allowed))
        if isinstance(after_s, bool) or not isinstance(after_s, (int, float)) or not after_s >= 0:
            raise InputError(message("programs.bad_delay", received=repr(after_s)))
        kill = partial(end_family, self._programs[names[number]], set(), grace_s=0.0)
        if after_s == 0:
            kill()
            return
        timer = threading.Timer(after_s, kill)
        timer.daemon = True
        self._timers.append(timer)
        timer.start()

    def listening(self) -> list[str]:
        """Return where the programs listen: an IP address and a port each, as text.

        An address that begins with 127 can be reached from this machine alone; 0.0.0.0 stands for
        all of its addresses, so that whoever is in the same network can reach it.
        """
        found = set()
        for program in self._programs.values():
            for process in self._processes(program):
                with suppress(psutil.Error):
                    found |= {
                        f"{connection.laddr.ip}:{connection.laddr.port}"
                        for connection in process.net_connections("tcp")
                        if connection.status == psutil.CONN_LISTEN
                    }
        return sorted(found)

    def _processes(self, program: subprocess.Popen[bytes]) -> set[Any]:
        """Return the processes of a program: on Windows a venv's Python starts another one."""
        with suppress(psutil.Error):
            return {psutil.Process(program.pid), *descendants(program.pid)}
        return set()

    def start(self) -> None:
        """Start the programs, and wait until the scheduler knows all workers."""
        # Where they would show pages is said too: by default that is on all addresses.
        common = ["--host", LOOPBACK, "--no-dashboard", "--dashboard-address", f"{LOOPBACK}:0"]
        common += ["--scheduler-file", str(self._contact)]
        scheduler = ["scheduler", "--port", "0", "--idle-timeout", IDLE_LIMIT, *common]
        worker = ["worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0", *common]
        worker += ["--local-directory", str(self._folder / "workers"), "--death-timeout", "60s"]
        self._launch("scheduler", scheduler)
        for name in self._names:
            self._launch(name, [*worker, "--name", name])
        deadline_s = perf_counter() + START_LIMIT_S
        while not self._contact.exists():
            self._wait(deadline_s)
        self._await_workers(deadline_s)

    def _launch(self, name: str, arguments: list[str]) -> None:
        work = self._folder / name
        work.mkdir()
        files = self._folder / f"{name}.out", self._folder / f"{name}.err"
        command = [sys.executable, "-m", "dask", *arguments]
        self._programs[name] = start_apart(command, work, files, plain_environment(self._folder))

    def _wait(self, deadline_s: float) -> None:
        """Wait a moment; raise where a program has ended, or all of it takes too long."""
        for name, program in self._programs.items():
            if program.poll() is not None:
                raise self._not_started(name)
        if perf_counter() > deadline_s:
            raise self._not_started("scheduler")
        sleep(POLL_S)

    def _await_workers(self, deadline_s: float) -> None:
        from distributed import Client

        with Client(scheduler_file=str(self._contact), set_as_default=False) as client:
            self.address = client.scheduler.address
            while client.scheduler_info(n_workers=0)["n_workers"] < len(self._names):
                self._wait(deadline_s)
            # In the order in which a timeline numbers workers that were there before the call.
            there = client.scheduler_info(n_workers=-1)["workers"]
            self._names = [there[address]["name"] for address in sorted(there)]

    def _not_started(self, name: str) -> MachineError:
        said = (self._folder / f"{name}.err").read_text(encoding="utf-8", errors="replace")
        error = " / ".join(said.strip().splitlines()[-N_LINES:]) or "?"
        return MachineError(message("programs.not_started", program=name, error=error))

    def end(self) -> None:
        """End all that was started, whatever it is doing."""
        for timer in self._timers:
            timer.cancel()
        for name in reversed(list(self._programs)):
            end_family(self._programs[name], set(), grace_s=0.0)


@contextmanager
def cluster_programs(n_workers: int = 2) -> Iterator[ClusterPrograms]:
    """Have a Dask scheduler and workers while inside, each started as a program of its own.

    It stands for these commands, each in a terminal of its own, on machines of one network::

        dask scheduler
        dask worker tcp://ADDRESS-OF-THE-SCHEDULER:8786 --nthreads 1 --no-nanny

    Here all listen on the loopback address alone, on ports that are free, without a dashboard. All
    is ended when the block is left, however that happens. If this process is killed, the
    scheduler ends by itself after five minutes without work, and its workers with it.

    Args:
        n_workers: how many workers, from 1 to 16; each computes with one thread.

    Yields:
        The programs; ``address`` is what ``Client`` and ``run(..., client=...)`` take.

    Raises:
        InputError: ``n_workers`` cannot be used.
        MachineError: the programs did not start.
    """
    if isinstance(n_workers, bool) or n_workers not in range(1, MOST_WORKERS + 1):
        received = repr(n_workers)
        raise InputError(message("programs.bad_n_workers", received=received, most=MOST_WORKERS))
    with tempfile.TemporaryDirectory(prefix="c", ignore_cleanup_errors=True) as folder:
        programs = ClusterPrograms(Path(folder), n_workers)
        try:
            programs.start()
            yield programs
        finally:
            programs.end()
