"""Dask clusters: a local one that is started and closed, or one that runs already."""

from __future__ import annotations

import logging
import os
import signal
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from helpers.language import text
from helpers.parallel.arguments import short
from helpers.parallel.errors import InputError, MachineError
from helpers.parallel.processes import answer_within, interrupts_blocked, within_limit
from helpers.worker import summary

if TYPE_CHECKING:  # the package is imported without Dask, which takes a while
    from distributed import Client, LocalCluster

LOOPBACK = "127.0.0.1"
# Timeout for a local worker to start; on a laptop that is just starting it may take a while.
BOOT_S = 30.0
# A cluster that has not closed by then never will.
CLOSE_S = 8.0
# Timeouts for a scheduler to answer, and for a cluster to get workers: the learner waits.
CONNECT_S, EMPTY_S = 5.0, 5.0
# What has to be the same on all machines: they exchange pickled functions and Dask's own messages.
PACKAGES = ("dask", "distributed", "msgpack", "cloudpickle")
# Dask gives handlers of their own to the first four; asyncio logs what a cut connection left.
LOGGERS = ("distributed", "distributed.client", "tornado", "tornado.application", "asyncio")


@contextmanager
def started(n_workers: int, start_method: str) -> Iterator[Client]:
    """Start a local cluster, and close it at the end.

    Args:
        n_workers: how many processes, with one thread each.
        start_method: how they start.

    Raises:
        MachineError: the system did not let them start.
    """
    import dask
    from distributed import Client

    with ExitStack() as stack:
        folder = tempfile.TemporaryDirectory(prefix="helpers-dask-", ignore_cleanup_errors=True)
        settings = {
            "temporary-directory": stack.enter_context(folder),
            "distributed.worker.multiprocessing-method": start_method,
            "distributed.nanny.pre-spawn-environ": {},
            # A record of an error would keep for ever what it is about: a nanny and its queues.
            "distributed.admin.log-length": 0,
        }
        stack.enter_context(without_logs())
        with dask.config.set(settings), interrupts_blocked(start_method):
            cluster = _start(n_workers)
        stack.callback(within_limit, cluster.close, CLOSE_S)
        client = Client(cluster, set_as_default=False)
        stack.callback(within_limit, client.close, CLOSE_S)
        yield client


def _start(n_workers: int) -> LocalCluster:
    from distributed import LocalCluster

    try:
        return LocalCluster(
            n_workers=n_workers,
            threads_per_worker=1,
            processes=True,
            host=LOOPBACK,
            # Without an address it would be port 8787, with a warning where that is taken.
            dashboard_address=f"{LOOPBACK}:0",
            scheduler_kwargs={"dashboard": False},
            silence_logs=logging.CRITICAL,
            memory_limit=0,  # the system's own limit is the learner's, too
            death_timeout=BOOT_S,
            preload=["helpers.remote"],
        )
    except (OSError, RuntimeError) as error:
        what = summary(error)
        raise MachineError(
            text(
                es=f"Dask no pudo iniciar {n_workers} procesos ({what}). En un script, la llamada "
                'va después de la línea if __name__ == "__main__":, porque cada trabajador lo '
                "importa. Si no es eso, pide menos con n_workers o apaga cuadernos que no usas.",
                en=f"Dask could not start {n_workers} processes ({what}). In a script, the call "
                'goes after the line if __name__ == "__main__":, since each worker imports it. '
                "Otherwise ask for fewer with n_workers, or shut down notebooks you do not need.",
            )
        ) from error.with_traceback(None)  # which would keep pipes open


def kill_workers(cluster: LocalCluster) -> None:
    """Kill the workers of a local cluster, whatever they do: closing it would wait for them."""
    for nanny in list(cluster.workers.values()):
        nanny.close_gracefully()  # otherwise it would start another one
        with suppress(OSError, TypeError, AttributeError):  # it has ended already
            os.kill(nanny.pid, getattr(signal, "SIGKILL", signal.SIGTERM))


@contextmanager
def connected(client: object) -> Iterator[Client]:
    """Connect to a cluster that runs already and can be used, and disconnect at the end.

    Args:
        client: the scheduler's address, such as ``"tcp://127.0.0.1:8786"``, or a
            ``distributed.Client``, which stays open.

    Raises:
        InputError: ``client`` is neither, or a client that is closed or asynchronous.
        MachineError: no scheduler answers there, it has no workers, or the versions differ.
    """
    from distributed import Client

    with without_logs(), ExitStack() as stack:
        if isinstance(client, str):
            client = own = _connect(client)
            stack.callback(within_limit, own.close, CLOSE_S)
        if not isinstance(client, Client) or client.asynchronous or client.status != "running":
            raise _bad_client(client)
        try:
            answer_within(partial(_check, client), CONNECT_S + patience_s(client))
        except TimeoutError as error:  # a client that lost its scheduler a moment ago waits for it
            raise _no_scheduler(client.scheduler.address, error) from None
        yield client


def _connect(address: str) -> Client:
    from distributed import Client

    try:
        _check_scheduler(address)
        return Client(address, timeout=CONNECT_S, set_as_default=False)
    except OSError as error:
        raise _no_scheduler(address, error) from None
    except (ValueError, TypeError) as error:  # it is no address, or one that needs keys
        raise _bad_client(address, f" ({error})") from None


def _check_scheduler(address: str) -> None:
    """Raise where no scheduler answers at ``address``.

    A ``Client`` would wait for ever for a server that is none of Dask's, and leave a thread behind
    that delays the end of the program.
    """
    import asyncio

    from distributed.core import rpc

    async def kind() -> str:
        async with asyncio.timeout(CONNECT_S), rpc(address) as server:
            return str((await server.identity())["type"])

    # A name that is looked up may take longer.
    found = answer_within(lambda: asyncio.run(kind()), CONNECT_S + 1)
    if found != "Scheduler":
        raise ValueError(f"{found}, not Scheduler")


def _check(client: Client) -> None:
    """Refuse a cluster without workers, or with other versions."""
    try:
        client.wait_for_workers(1, timeout=patience_s(client))
    except TimeoutError:
        address = client.scheduler.address
        raise MachineError(
            text(
                es=f"El planificador de {address} no tiene trabajadores. Inicia alguno con: dask "
                f"worker {address}",
                en=f"The scheduler at {address} has no workers. Start one with: dask worker "
                f"{address}",
            )
        ) from None
    versions = client.get_versions()
    here = _versions(versions["client"])
    for there in map(_versions, (versions["scheduler"], *versions["workers"].values())):
        if there != here:
            differing = ", ".join(f"{a} / {b}" for a, b in zip(here, there, strict=True) if a != b)
            raise MachineError(
                text(
                    es=f"Las versiones de aquí y del clúster no son las mismas: {differing}. "
                    "Instala las mismas en todas las máquinas, con el constraints.txt del curso.",
                    en=f"The versions here and in the cluster differ: {differing}. Install the "
                    "same ones on all machines, with the constraints.txt of the course.",
                )
            )


def _versions(machine: dict[str, Any]) -> list[str]:
    """Return the versions that matter; of Python the first two numbers."""
    packages = machine["packages"]
    python = ".".join(str(packages["python"]).split(".")[:2])
    return [f"Python {python}", *(f"{name} {packages[name]}" for name in PACKAGES)]


def patience_s(client: Client) -> float:
    """Return how long a cluster may be without workers; a local one is just replacing them."""
    return EMPTY_S if client.cluster is None else BOOT_S


def _bad_client(received: object, error: str = "") -> InputError:
    return InputError(
        text(
            es=f"client es {short(received)}{error}. Debe ser la dirección de un planificador, "
            'como "tcp://127.0.0.1:8786", o un distributed.Client conectado, ni cerrado ni '
            "asíncrono. Con tls://, crea tú el Client, con security=.",
            en=f"client is {short(received)}{error}. It has to be the address of a scheduler, such "
            'as "tcp://127.0.0.1:8786", or a connected distributed.Client, neither closed nor '
            "asynchronous. With tls://, make the Client yourself, with security=.",
        )
    )


def _no_scheduler(address: str, error: Exception) -> MachineError:
    what = summary(error)
    return MachineError(
        text(
            es=f"En {address} no contesta ningún planificador ({what}). Inícialo con: dask "
            "scheduler. Revisa la dirección y el puerto; o quita client, y se inicia un clúster "
            "local.",
            en=f"No scheduler answers at {address} ({what}). Start one with: dask scheduler. Check "
            "the address and the port; or leave client out, and a local cluster is started.",
        )
    )


@contextmanager
def without_logs() -> Iterator[None]:
    """Have Dask log nothing while inside: what a learner has to know is a result or an error."""

    def reject(_record: logging.LogRecord) -> bool:  # one for each call: calls may overlap
        return False

    loggers = [logging.getLogger(name) for name in LOGGERS]
    filtered = [part for logger in loggers for part in (logger, *logger.handlers)]
    for part in filtered:
        part.addFilter(reject)
    try:
        yield
    finally:
        for part in filtered:
            part.removeFilter(reject)
