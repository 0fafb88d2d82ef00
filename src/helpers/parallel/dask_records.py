"""What Dask records of a call: who was ready, worked and was lost when, and whether it lives."""

from __future__ import annotations

import threading
from time import perf_counter
from typing import TYPE_CHECKING

from helpers.language import message
from helpers.parallel.clusters import BOOT_S, Cluster
from helpers.parallel.errors import WorkerLostError
from helpers.remote import RemoteOutcome
from helpers.worker import Outcome

if TYPE_CHECKING:
    from distributed import Client

# Two clocks that agree so closely are one: no two machines were started at the same moment.
SAME_CLOCK_S = 0.05
# How often the scheduler is asked how it is, how long it may be silent, and without workers.
PULSE_S, SILENT_S, EMPTY_S = 0.5, 7.0, 5.0


class Times:
    """Turns what workers and the scheduler noted into seconds of this process's clock.

    Workers that share this process's ``perf_counter`` are taken at their word. For others Dask
    estimates how far their clock is from the scheduler's; each gets one shift for the whole call,
    so that its spans cannot overlap.
    """

    def __init__(self, cluster: Cluster) -> None:
        self._cluster = cluster
        self._here_wall_s = cluster.wall_s
        self._shifts_s: dict[str, float] = {}
        self._ready_s: dict[str, float] = {}
        self._workers: set[tuple[str, int]] = set()

    def here(self, came: RemoteOutcome) -> Outcome:
        """Return the outcome with its times in seconds of this process's ``perf_counter``."""
        shift_s = self._shifts_s.setdefault(came.address, self._shift_s(came))
        if came.address not in self._ready_s:
            self._ready_s[came.address] = self._joined_s(came.address)
        outcome = came.outcome
        self._workers.add(outcome.worker)
        outcome.start_s += shift_s
        outcome.stop_s += shift_s
        outcome.ready_s = min(self._ready_s[came.address], outcome.start_s)
        return outcome

    def _shift_s(self, came: RemoteOutcome) -> float:
        if abs(came.wall_s - self._here_wall_s) < SAME_CLOCK_S:
            return 0.0
        return came.scheduler_wall_s - self._cluster.scheduler_wall_s

    def _joined_s(self, address: str) -> float:
        """Return when a worker joined the cluster, and no earlier than we did."""
        joined = self._event_s(address, "add-worker")
        early = self._cluster.connected_s if self._cluster.local is None else 0.0
        return self._cluster.connected_s if joined is None else max(joined, early)

    def _event_s(self, address: str, action: str) -> float | None:
        """Return when the scheduler last noted that something happened to a worker."""
        noted = self._cluster.client.get_events(address)
        stamps = [stamp for stamp, event in noted if event.get("action") == action]
        return stamps[-1] - self._cluster.scheduler_wall_s if stamps else None

    def losses_s(self) -> dict[tuple[str, int], float]:
        """Return the workers that had a part in the call and were lost since, with the moment."""
        there = self._cluster.client.scheduler_info(n_workers=-1)["workers"]
        gone = {address for address in self._ready_s if address not in there}
        moments = {address: self._event_s(address, "remove-worker") for address in gone}
        return {
            worker: moment
            for worker in self._workers
            if (moment := moments.get(worker[0])) is not None
        }


class Pulse:
    """Asks the scheduler again and again, in a thread, whether it is there and has workers."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answered_s = self._manned_s = perf_counter()
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._ask, daemon=True)
        self._thread.start()

    def check(self) -> None:
        """Raise a WorkerLostError where nobody is left who could do the work."""
        now_s = perf_counter()
        if now_s - self._answered_s > SILENT_S or self._client.status == "closed":
            raise WorkerLostError(message("dask.silent", address=self._client.scheduler.address))
        empty_s = EMPTY_S if self._client.cluster is None else BOOT_S  # a local one replaces them
        if now_s - self._manned_s > empty_s:
            raise WorkerLostError(message("dask.all_lost", seconds=empty_s))

    def stop(self) -> None:
        """End the thread; one that waits for a scheduler which is silent ends with the client."""
        self._stopped.set()
        self._thread.join(PULSE_S)

    def _ask(self) -> None:
        while not self._stopped.wait(PULSE_S):
            try:
                n_workers: int = self._client.scheduler_info(n_workers=0)["n_workers"]
            except Exception:  # closed meanwhile (a client knows nothing then), or cut off
                continue
            self._answered_s = perf_counter()
            if n_workers:
                self._manned_s = self._answered_s
