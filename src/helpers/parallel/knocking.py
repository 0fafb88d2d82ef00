"""Whether a scheduler of Dask's answers at an address."""

from __future__ import annotations

from helpers.parallel.processes import answer_within


def knock(address: str, limit_s: float) -> None:
    """Return if a scheduler answers at ``address`` within the limit, and leave it again.

    A ``Client`` that finds nobody leaves a thread behind, and a program that ends then waits ten
    seconds for each: this leaves nothing.

    Raises:
        OSError: nobody answers there, or in another language.
        ValueError, TypeError: it is no address, needs keys, or is that of a worker.
    """
    import asyncio  # it imports a lot, which only who asks for a cluster needs

    from distributed.comm import connect
    from distributed.core import send_recv

    async def try_it() -> None:
        comm = await connect(address, timeout=limit_s)
        told = await send_recv(comm, op="identity")
        await comm.close()
        if told["type"] != "Scheduler":
            raise ValueError(f"{told['type']}, not Scheduler")

    # A name that is looked up may take longer.
    answer_within(lambda: asyncio.run(asyncio.wait_for(try_it(), limit_s)), limit_s + 1)
