"""Connections to Dask clusters that run already: who answers there, and can it be used?"""

from __future__ import annotations

import warnings
from collections.abc import Callable
from time import perf_counter, sleep, time
from typing import TYPE_CHECKING

from helpers.language import message
from helpers.parallel.arguments import short
from helpers.parallel.clusters import BOOT_S, CLOSE_S, Cluster
from helpers.parallel.errors import InputError, MachineError
from helpers.parallel.knocking import knock
from helpers.parallel.processes import answer_within, within_limit
from helpers.parallel.quiet import quiet
from helpers.parallel.versions import differing

if TYPE_CHECKING:
    from distributed import Client

# So long a scheduler has to answer: the learner waits for it.
CONNECT_S = 5.0
# Workers that were just started have so long to join.
JOIN_S = 3.0


def connect(client: object) -> Cluster:
    """Connect to a cluster that runs already, and make sure that it can be used.

    Args:
        client: the scheduler's address, such as ``"tcp://127.0.0.1:8786"``, or a
            ``distributed.Client``, which stays open.

    Raises:
        InputError: ``client`` is neither, or a client that is closed or asynchronous.
        MachineError: no scheduler answers there, it has no workers, or the versions differ.
    """
    own, leave = isinstance(client, str), [quiet()]
    try:
        return _connection(client, own, leave)
    except BaseException:
        leave.pop()()
        raise


def _connection(client: object, own: bool, leave: list[Callable[[], None]]) -> Cluster:
    from distributed import Client

    used = _connected(client) if isinstance(client, str) else client
    if not isinstance(used, Client) or used.asynchronous or used.status != "running":
        raise InputError(message("dask.bad_client", received=short(client)))
    try:
        n_threads, ahead_s = answer_within(lambda: _checked(used), CONNECT_S + join_s(used))
        wall_s = time() - perf_counter()
        there_s = wall_s + ahead_s
        return Cluster(used, n_threads, perf_counter(), wall_s, there_s, None, own, leave)
    except TimeoutError:  # a client that lost its scheduler a moment ago waits for it
        where = {"address": used.scheduler.address, "error": f"> {CONNECT_S} s"}
        raise MachineError(message("dask.no_scheduler", **where)) from None
    except BaseException:
        if own:
            within_limit(used.close, CLOSE_S)
        raise


def _connected(address: str) -> Client:
    from distributed import Client
    from distributed.versions import VersionMismatchWarning

    try:
        knock(address, CONNECT_S)
        with warnings.catch_warnings():  # it is told as an error
            warnings.simplefilter("ignore", VersionMismatchWarning)
            return Client(address, timeout=CONNECT_S, set_as_default=False)
    except OSError as error:
        what = f"{type(error).__name__}: {error}"
        raise MachineError(message("dask.no_scheduler", address=address, error=what)) from None
    except (ValueError, TypeError) as error:  # an address that is none, or one that needs keys
        raise InputError(
            message("dask.bad_address", received=repr(address), error=str(error))
        ) from None


def _checked(client: Client) -> tuple[int, float]:
    """Return how many threads the cluster has, and by how much the scheduler's clock is ahead.

    A cluster without threads, or with other versions, is refused.
    """
    if not (n_threads := _threads_of(client)):
        raise MachineError(message("dask.no_workers", address=client.scheduler.address))
    if unlike := differing(client.get_versions()):
        raise MachineError(message("dask.versions", differing="; ".join(unlike)))
    return n_threads, _scheduler_ahead_s(client)


def _threads_of(client: Client) -> int:
    """Return how many threads the cluster has; wait a moment where it has none yet, or no more."""
    end_s = perf_counter() + join_s(client)
    while not (n_threads := int(client.scheduler_info(n_workers=0)["total_threads"])):
        if perf_counter() > end_s:
            break
        sleep(0.1)
    return n_threads


def join_s(client: Client) -> float:
    """Return how long a cluster may be without workers; a local one is just replacing them."""
    return JOIN_S if client.cluster is None else BOOT_S


def _scheduler_ahead_s(client: Client) -> float:
    """Return by how many seconds the scheduler's clock is ahead of this machine's."""
    before = time()
    try:
        there = float(client.run_on_scheduler(time))
    except Exception:  # a scheduler may refuse to run functions: then it is taken to be right
        return 0.0
    return there - (before + time()) / 2
