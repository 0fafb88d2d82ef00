"""Programs that a notebook starts apart from itself and ends: scripts, and a Dask cluster."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter, sleep
from typing import TYPE_CHECKING, Any

from helpers.language import text
from helpers.parallel import MachineError
from helpers.parallel.arguments import check_seconds, whole_number
from helpers.parallel.clusters import LOOPBACK

if TYPE_CHECKING:  # it takes a while to import, which only programs that have run need
    import psutil

# Python's tracker of resources needs a moment to clear away what a stopped program shared.
GRACE_S = 0.5
GONE_LIMIT_S = 5.0
START_LIMIT_S = 60.0  # on a laptop that has just been switched on, three Pythons take their time
POLL_S = 0.02
MOST_WORKERS = 16  # each is a whole Python with Dask in it


def start_apart(
    command: Sequence[str], work: Path, files: tuple[Path, Path], environment: dict[str, str]
) -> subprocess.Popen[bytes]:
    """Start a program that works in the folder ``work``; signals for this one do not reach it.

    What it prints, and its errors, go to the two ``files``; it can read nothing.
    """
    with files[0].open("wb") as out, files[1].open("wb") as err:
        return subprocess.Popen(
            command,
            cwd=work,
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=err,
            env=environment,
            start_new_session=True,
            creationflags=getattr(subprocess, "CREATE_NEW_PROCESS_GROUP", 0),  # on Windows
        )


def plain_environment(folder: Path) -> dict[str, str]:
    """Return the environment of a program: plain text, and temporary files in ``folder``.

    A notebook's kernel asks the programs that it starts for colours.
    """
    plain = {"PYTHONIOENCODING": "utf-8", "PYTHON_COLORS": "0", "NO_COLOR": "1"}
    kept = {n: v for n, v in os.environ.items() if n not in ("FORCE_COLOR", "CLICOLOR_FORCE")}
    return {**kept, **plain, **dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(folder))}


def descendants(pid: int) -> set[Any]:
    """Return the processes that the process ``pid`` started, and those that they started."""
    import psutil

    with suppress(psutil.Error):
        return set(psutil.Process(pid).children(recursive=True))
    return set()


def end_family(
    process: subprocess.Popen[bytes], family: set[Any], *, grace_s: float = GRACE_S
) -> None:
    """End a program and all that it started, after ``grace_s`` by force, and wait for its end.

    ``family`` are processes that it started, as far as they are known; others are looked for.
    """
    family = family | descendants(process.pid)
    if sys.platform != "win32" and _signalled(process.pid, signal.SIGTERM):
        deadline_s = perf_counter() + grace_s
        while perf_counter() < deadline_s and _signalled(process.pid, 0):
            process.poll()
            sleep(0.01)
        _signalled(process.pid, signal.SIGKILL)
    process.kill()
    for member in family:
        _kill(member)
    with suppress(subprocess.TimeoutExpired):
        process.wait(GONE_LIMIT_S)


def _kill(process: psutil.Process) -> None:
    import psutil

    with suppress(psutil.Error):  # it has ended
        process.kill()


def _signalled(group: int, number: int) -> bool:
    """Send a signal to a group of processes; tell whether there was one to get it."""
    try:
        os.killpg(group, number)
    except (ProcessLookupError, PermissionError):  # on macOS zombies give no permission
        return False
    return True


class ClusterPrograms:
    """A scheduler and workers that run, each a program with a process of its own.

    Attributes:
        address: of the scheduler, such as ``"tcp://127.0.0.1:40000"``: what ``Client`` and
            ``run(..., client=...)`` take.
    """

    def __init__(self, folder: Path, n_workers: int) -> None:
        self.address = ""
        self._folder, self._n_workers = folder, n_workers
        self._programs: dict[str, subprocess.Popen[bytes]] = {}
        self._workers: list[Any] = []  # their processes
        self._timers: list[threading.Timer] = []

    def start(self) -> None:
        """Start the programs, and wait until the scheduler knows all workers."""
        import psutil
        from distributed import Client

        contact, deadline_s = self._folder / "scheduler.json", perf_counter() + START_LIMIT_S
        # Where they would show pages is said too: by default that is on all addresses. A kernel
        # that was killed cannot end the programs: then the idle scheduler ends, and they with it.
        common = ["--host", LOOPBACK, "--no-dashboard", "--dashboard-address", f"{LOOPBACK}:0"]
        common += ["--scheduler-file", str(contact)]
        worker = ["worker", "--no-nanny", "--nthreads", "1", "--memory-limit", "0", *common]
        worker += ["--local-directory", str(self._folder / "files"), "--death-timeout", "60s"]
        self._launch("scheduler", "scheduler", "--port", "0", "--idle-timeout", "300s", *common)
        for number in range(1, self._n_workers + 1):
            self._launch(f"worker-{number}", *worker)
        while not contact.exists():
            self._wait(deadline_s)
        with Client(scheduler_file=str(contact), set_as_default=False) as client:
            self.address = client.scheduler.address
            while len(client.nthreads()) < self._n_workers:
                self._wait(deadline_s)
            # In the order in which a timeline numbers workers that were there before the call.
            pids = client.run(os.getpid)
            self._workers = [psutil.Process(pids[address]) for address in sorted(pids)]

    def _launch(self, name: str, *arguments: str) -> None:
        (work := self._folder / name).mkdir()
        files = self._folder / f"{name}.out", self._folder / f"{name}.err"
        command = [sys.executable, "-m", "dask", *arguments]
        self._programs[name] = start_apart(command, work, files, plain_environment(self._folder))

    def _wait(self, deadline_s: float) -> None:
        """Wait a moment; raise where a program has ended, or all of it takes too long."""
        ended = [name for name, program in self._programs.items() if program.poll() is not None]
        if not ended and perf_counter() < deadline_s:
            return sleep(POLL_S)
        name = (ended or ["scheduler"])[0]
        printed = (self._folder / f"{name}.err").read_text(encoding="utf-8", errors="replace")
        error = " / ".join(printed.strip().splitlines()[-3:]) or "?"
        raise MachineError(
            text(
                es=f"El programa {name} del clúster no arrancó. Lo último que escribió: {error}. "
                "Repite la celda; si pasa otra vez, revisa que Dask esté instalado como dice el "
                "README y que un firewall no bloquee a Python dentro de esta máquina.",
                en=f"The program {name} of the cluster did not start. Its last output: {error}. "
                "Run the cell again; if it happens again, check that Dask is installed as the "
                "README says, and that no firewall blocks Python within this machine.",
            )
        )

    def kill_worker(self, number: int = 1, *, after_s: float = 0.0) -> None:
        """Kill worker ``number``, counted from 1, without warning, ``after_s`` seconds from now.

        Raises:
            InputError: where there is no such worker, or ``after_s`` is no number from 0 up.
        """
        if after_s != 0:
            check_seconds("after_s", after_s)
        worker = self._workers[whole_number("number", number, self._n_workers) - 1]
        timer = threading.Timer(after_s, _kill, [worker])
        self._timers.append(timer)
        timer.start()

    def listening(self) -> list[str]:
        """Return where the programs listen: an IP address and a port each, as text."""
        import psutil

        found = set()
        for program in self._programs.values():
            with suppress(psutil.Error):  # on Windows a venv's Python starts another one
                for process in {psutil.Process(program.pid), *descendants(program.pid)}:
                    for one in process.net_connections("tcp"):
                        if one.status == psutil.CONN_LISTEN:
                            found.add(f"{one.laddr.ip}:{one.laddr.port}")
        return sorted(found)

    def end(self) -> None:
        """End all that was started, whatever it is doing."""
        for timer in self._timers:
            timer.cancel()
        for program in reversed(self._programs.values()):
            end_family(program, set(), grace_s=0.0)


@contextmanager
def cluster_programs(n_workers: int = 2) -> Iterator[ClusterPrograms]:
    """Start a Dask scheduler and workers, each a program of its own, and end them afterwards.

    All listen on the loopback address alone, on ports that are free, without a dashboard, and are
    ended when the block is left. If this process is killed, the scheduler ends by itself after five
    minutes without work, and its workers with it.

    Args:
        n_workers: how many workers, from 1 to 16; each computes with one thread.

    Yields:
        The programs; ``address`` is what ``Client`` and ``run(..., client=...)`` take.

    Raises:
        InputError: ``n_workers`` cannot be used.
        MachineError: the programs did not start.
    """
    n = whole_number("n_workers", n_workers, MOST_WORKERS)
    with tempfile.TemporaryDirectory(prefix="c", ignore_cleanup_errors=True) as folder:
        programs = ClusterPrograms(Path(folder), n)
        try:
            programs.start()
            yield programs
        finally:
            programs.end()
