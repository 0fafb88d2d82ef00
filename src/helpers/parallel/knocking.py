"""Whether a scheduler of Dask's answers at an address."""

from __future__ import annotations

import asyncio

from helpers.parallel.watching import within_limit


def knock(address: str, limit_s: float) -> None:
    """Return if a scheduler answers at ``address`` within the limit, and leave it again.

    A ``Client`` that finds nobody leaves a thread behind, and a program that ends then waits ten
    seconds for each: this leaves nothing.

    Raises:
        OSError: nobody answers there, or in another language.
        ValueError, TypeError: it is no address, needs keys, or is that of a worker.
    """
    from distributed.comm import connect
    from distributed.core import send_recv

    problems: list[BaseException] = [TimeoutError(f"no answer within {limit_s} s")]

    async def try_it() -> None:
        comm = await connect(address, timeout=limit_s)
        told = await send_recv(comm, op="identity")
        await comm.close()
        if told["type"] != "Scheduler":
            raise ValueError(f"{told['type']}, not Scheduler")

    def call() -> None:
        try:
            asyncio.run(asyncio.wait_for(try_it(), limit_s))
            problems.clear()
        except BaseException as error:
            problems[:] = [error.with_traceback(None)]

    within_limit(call, limit_s + 1)  # a name that is looked up may take longer
    for problem in problems:
        raise problem
