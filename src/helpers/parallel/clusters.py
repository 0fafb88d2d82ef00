"""Dask clusters: a local one that is started and closed, or one that runs already."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from functools import partial
from time import perf_counter, sleep, time
from typing import TYPE_CHECKING, Any

from helpers.language import message
from helpers.parallel.arguments import check_choice, whole_number
from helpers.parallel.errors import MachineError
from helpers.parallel.importing import check_not_importing
from helpers.parallel.machine import usable_cpus
from helpers.parallel.processes import interrupts_blocked, within_limit
from helpers.parallel.quiet import quiet

if TYPE_CHECKING:  # a run that does not use Dask must not load it
    from distributed import Client, LocalCluster, Nanny

LOOPBACK = "127.0.0.1"
# So long a local worker has to come up; on a laptop that is just starting it may take a while.
BOOT_S = 30.0
# A cluster that has not closed by then, after its workers were killed, never will.
CLOSE_S = 8.0
# A worker that is just starting has so long to come up before it is ended.
SETTLE_S = 5.0


@dataclass
class Cluster:
    """A Dask cluster in use.

    Attributes:
        client: the connection to its scheduler.
        n_threads: how many threads its workers have, all together.
        connected_s: when the connection stood, in seconds of ``perf_counter``.
        wall_s: what this machine's clock showed when ``perf_counter`` was 0 here.
        scheduler_wall_s: the same of the scheduler's clock.
        local: the cluster that was started here and has to be closed, if one was.
        own_client: whether the client was made here and has to be closed.
        leave: what is called when all that is closed, last one first.
    """

    client: Client
    n_threads: int
    connected_s: float
    wall_s: float
    scheduler_wall_s: float
    local: LocalCluster | None = None
    own_client: bool = True
    leave: list[Callable[[], None]] = field(default_factory=list)

    def close(self, *, kill: bool = False) -> None:
        """Let go of what was made here; of a cluster that ran before, only the connection.

        Args:
            kill: whether to end local workers at once, whatever they do.
        """
        if self.local is not None:
            _settle(self.local, kill)
        within_limit(self._close, CLOSE_S)

    def _close(self) -> None:
        if self.own_client:
            self.client.close()
        if self.local is not None:
            self.local.close()
        while self.leave:
            self.leave.pop()()


def _settle(cluster: LocalCluster, kill: bool) -> None:
    """Have no worker be just starting, and kill those that there are, if asked to.

    A worker whose nanny is ended while it starts, as one does that replaces another that was lost,
    complains on the standard error.
    """
    nannies, deadline_s = list(cluster.workers.values()), perf_counter() + SETTLE_S
    for nanny in nannies:
        if kill:
            nanny.close_gracefully()  # else it would start another one, and closing wait for that
    for nanny in nannies:
        while _starts_worker(nanny) and perf_counter() < deadline_s:
            sleep(0.01)
        with suppress(OSError, TypeError, AttributeError):  # it has ended already
            if kill:
                os.kill(nanny.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


def _starts_worker(nanny: Nanny) -> bool:
    process = nanny.process
    return process is not None and process.status.name in ("init", "starting")


def start_local(n_workers: int, start_method: str | None, *, dashboard: bool = False) -> Cluster:
    """Start a cluster of processes with one thread each, which listens on loopback alone.

    Args:
        n_workers: how many processes.
        start_method: how they start; Dask's own choice, ``"spawn"``, if ``None``.
        dashboard: whether to serve Dask's dashboard, on a free port of this machine.

    Raises:
        OSError, RuntimeError: where the system does not let them start.
    """
    import dask
    from distributed import Client, LocalCluster

    environment = dict(os.environ)  # a nanny changes it, for all that is started later
    folder = tempfile.TemporaryDirectory(prefix="helpers-dask-", ignore_cleanup_errors=True)
    leave: list[Callable[[], None]] = [quiet(), folder.cleanup, lambda: _restore(environment)]
    settings: dict[str, Any] = {
        "temporary-directory": folder.name,
        "distributed.worker.multiprocessing-method": start_method or "spawn",
        "distributed.nanny.pre-spawn-environ": {},
        # A record of an error would keep alive for ever what it is about: a nanny and its queues.
        "distributed.admin.log-length": 0,
    }
    if not dashboard:  # Dask's HTTP servers have to listen: then they have nothing to tell
        settings["distributed.scheduler.http.routes"] = []
        settings["distributed.worker.http.routes"] = []
    try:
        with dask.config.set(settings), interrupts_blocked(start_method or "spawn"):
            local = LocalCluster(
                n_workers=n_workers,
                threads_per_worker=1,
                processes=True,
                host=LOOPBACK,
                # Without an address it would be port 8787, with a warning where that is taken.
                dashboard_address=f"{LOOPBACK}:0",
                scheduler_kwargs={"dashboard": dashboard},
                silence_logs=logging.CRITICAL,
                memory_limit=0,  # the system's own limit is the learner's, too
                death_timeout=BOOT_S,
                preload=["helpers.remote"],
            )
        _keep_places(local)
        client = Client(local, set_as_default=False)
    except BaseException:
        for action in leave:
            action()
        raise
    wall_s = time() - perf_counter()
    return Cluster(client, n_workers, perf_counter(), wall_s, wall_s, local, leave=leave)


def _keep_places(cluster: LocalCluster) -> None:
    """Have the cluster not give up a place whose worker is away 15 s after another one was lost.

    It may be just starting again, after a second loss, and nobody would ever take its place.
    """
    from distributed.deploy.cluster import Cluster as Plain

    cluster._update_worker_status = partial(Plain._update_worker_status, cluster)


def _restore(environment: dict[str, str]) -> None:
    for name in ("PYTHONHASHSEED",):
        os.environ.pop(name, None)
        if name in environment:
            os.environ[name] = environment[name]


@contextmanager
def local_cluster(n_workers: int | None = None, *, dashboard: bool = False) -> Iterator[Client]:
    """Have a local Dask cluster while inside, for several calls of ``run(..., client=client)``.

    It has worker processes of one thread each, and all of it listens on the loopback address.

    Args:
        n_workers: how many workers; as many as there are usable CPUs if ``None``.
        dashboard: whether to serve Dask's dashboard: ``client.dashboard_link`` is its address.

    Yields:
        A ``distributed.Client``, connected.

    Raises:
        InputError: an argument cannot be used.
        MachineError: the system did not let the workers start.
    """
    workers = usable_cpus() if n_workers is None else whole_number("n_workers", n_workers)
    check_choice("dashboard", dashboard, (False, True))
    check_not_importing("local_cluster")
    try:
        cluster = start_local(workers, None, dashboard=dashboard)
    except (OSError, RuntimeError) as error:
        what = f"{type(error).__name__}: {error}"
        raise MachineError(message("dask.not_started", n=workers, error=what)) from error
    try:
        yield cluster.client
    except BaseException:
        cluster.close(kill=True)
        raise
    cluster.close()
