"""What it is worth to send items to a cluster in batches: a million of them, against futures.

``python tests/benchmarks/dask_batches.py`` starts a local cluster of two workers, lets it square
numbers, and prints what an item costs: a million items as `run` sends them, and 4,000 as a future
each, by ``Client.map`` itself and by `run` with ``chunksize=1``. The ways take turns in this one
process; the medians are of paired ratios, each to `run`'s million in the same turn. The results are
compared with the loop's. ``--quick`` takes a tenth of both. Nothing here fails a test.
"""

from __future__ import annotations

import argparse
import statistics
from collections.abc import Callable
from time import perf_counter
from typing import TYPE_CHECKING

from helpers.tasks import square

if TYPE_CHECKING:
    from distributed import Client

TURNS = 5


def ways(client: Client, many: int, few: int) -> dict[str, tuple[int, Callable[[], list[int]]]]:
    """Return, for each way, how many items it takes and the call that sends them."""
    from helpers.parallel import run

    def in_batches() -> list[int]:
        return run(square, range(many), how="dask", client=client).results

    def one_by_one() -> list[int]:
        return run(square, range(few), how="dask", client=client, chunksize=1).results

    def plain() -> list[int]:
        results: list[int] = client.gather(client.map(square, range(few), pure=False))
        return results

    return {
        "run": (many, in_batches),
        "run, chunksize=1": (few, one_by_one),
        "Client.map": (few, plain),
    }


def cost_s(n_items: int, call: Callable[[], list[int]]) -> float:
    """Return what an item costs, in seconds; refuse other results than the loop's."""
    begin = perf_counter()
    found = call()
    elapsed_s = perf_counter() - begin
    if found != [n * n for n in range(n_items)]:
        raise SystemExit("the results are not those of the loop")
    return elapsed_s / n_items


def main() -> None:
    """Measure and print everything."""
    from helpers.parallel import local_cluster, machine

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the items")
    less = 10 if parser.parse_args().quick else 1
    print(machine())
    with local_cluster(2) as client:
        every = ways(client, 1_000_000 // less, 4_000 // less)
        found: dict[str, list[float]] = {name: [] for name in every}
        for turn in range(TURNS + 1):
            for name, way in every.items() if turn % 2 else reversed(every.items()):
                seconds = cost_s(*way)
                if turn:  # the first one warms up
                    found[name].append(seconds)
    for name, (n_items, _) in every.items():
        ratio = statistics.median(a / b for a, b in zip(found[name], found["run"], strict=True))
        item_s = statistics.median(found[name])
        print(
            f"{name:<18} {n_items:>9,} items  {1e6 * item_s:9.2f} µs an item  {ratio:8.1f} times",
            flush=True,
        )


if __name__ == "__main__":
    main()
