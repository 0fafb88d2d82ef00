"""What many calls of `run` leave behind: files, memory, processes and threads of one process.

``python tests/benchmarks/soak.py`` makes 2,000 calls, all ways mixed, a quarter of them with a
fault, and compares what the process holds after the first ten calls with what it holds at the end.
It ends with an error where more is held; memory is reported, as it depends on the allocator.
"""

from __future__ import annotations

import argparse
import gc
import multiprocessing
import random
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from time import perf_counter
from typing import Any

sys.path.insert(0, str(Path(__file__).parent.parent / "parallel"))

import fault_table
import leftovers
import psutil

from helpers.parallel import machine, run
from helpers.tasks import square

N_CALLS, N_FIRST = 2_000, 10
# New processes start slowly: of the calls with processes this share does not fork.
NOT_FORKED = 0.1
FAULTY = 0.25
LIMIT_S = 0.1


def resident_mib() -> float:
    """Return how much memory this process holds, in MiB."""
    return psutil.Process().memory_info().rss / 2**20


def way(chance: random.Random) -> tuple[str, str | None]:
    """Return a way of running and a start method."""
    how = chance.choice(fault_table.EVERYWHERE)
    methods = multiprocessing.get_all_start_methods()
    if how not in fault_table.PROCESSES:
        return how, None
    return how, chance.choice(methods[1:]) if chance.random() < NOT_FORKED else methods[0]


def good_call(how: str, method: str | None, chance: random.Random) -> str:
    """Run squares, and compare them with the loop's."""
    items = range(chance.randrange(1, 200))
    done = run(square, items, how=how, n_workers=chance.randrange(1, 4), start_method=method)
    assert done.results == [item * item for item in items]
    return "good"


def bad_call(how: str, method: str | None, chance: random.Random) -> str:
    """Have one of the faults happen."""
    names = [name for name, fault in fault_table.FAULTS.items() if how in fault.hows]
    name = chance.choice(names)
    fault = fault_table.FAULTS[name]
    options: dict[str, Any] = {"timeout_s": LIMIT_S} if fault.options else {}
    try:
        run(fault.task, fault.items(), how=how, n_workers=2, start_method=method, **options)
    except fault.error:
        return name
    raise AssertionError(name)


def called(n_calls: int, chance: random.Random, tally: Counter[str]) -> None:
    """Make so many calls, and count what they were."""
    for _ in range(n_calls):
        kind: Callable[..., str] = bad_call if chance.random() < FAULTY else good_call
        tally[kind(*way(chance), chance)] += 1


def main() -> None:
    """Make the calls and print what is held before and after."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="a tenth of the calls")
    n_calls = N_CALLS // 10 if parser.parse_args().quick else N_CALLS
    print(machine())
    chance, tally = random.Random(0), Counter[str]()
    for method in multiprocessing.get_all_start_methods():  # starts what stays for later
        run(square, [1], start_method=method)
    called(N_FIRST, chance, tally)
    gc.collect()
    before, before_mib, begin = leftovers.snapshot(), resident_mib(), perf_counter()
    called(n_calls - N_FIRST, chance, tally)
    took_s = perf_counter() - begin
    rest = leftovers.since(before)
    print(f"{n_calls} calls in {took_s:.0f} s: {tally['good']} good ones, and with faults:")
    print(", ".join(f"{name} {n}" for name, n in sorted(tally.items()) if name != "good"))
    print(f"memory: {before_mib:.1f} MiB after {N_FIRST} calls, {resident_mib():.1f} at the end")
    sys.exit(f"left behind: {rest}" if rest else 0)


if __name__ == "__main__":
    main()
