"""The project's worked solution against the loop: words of a corpus, warm in the cache.

``python tests/benchmarks/project.py`` makes corpora of 6,000 (the lesson's) and 60,000 files and
prints, for each start method, the median of the paired ratios of the loop to the solution's choice
(a Pool with one worker on each CPU, eight chunks a worker), with its quartiles, and the same
divided by the usable CPUs; ``--quick`` takes the lesson's corpus and 20,000 files. The two take
turns in this one process (A B A B), start and end included. So does the ceiling, which tells what
the machine gives meanwhile: how many times what one interpreter computes as many of them compute
that have nothing in common. A worker that is spawned imports this file first: what it does not
need is imported in the functions, so that its start costs what it does from a notebook. The results
are the known words of each file. Nothing here fails a test; a share of the CPUs below the aim is
marked. The start of the workers weighs on a corpus that the loop counts in half a second, and most
under spawn and forkserver: the aim is meant for the larger corpus there.
"""

from __future__ import annotations

import argparse
import math
import statistics
import tempfile
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from time import perf_counter

from helpers.tasks import corpus_words, count_words, make_corpus

AIM = 0.8
SIZES = {False: {6_000: 15, 60_000: 7}, True: {6_000: 7, 20_000: 5}}
CHUNKS = 8  # for each worker, as in the worked solution


def seconds(call: Callable[[], list[int]], expected: list[int]) -> float:
    """Return what a call takes; refuse other results than those expected."""
    begin = perf_counter()
    found = call()
    elapsed_s = perf_counter() - begin
    if found != expected:
        raise SystemExit("the results are not the words of each file")
    return elapsed_s


def measure(
    files: list[str], expected: list[int], method: str, rounds: int
) -> tuple[list[float], list[float]]:
    """Return, for each round, how many times faster the solution was, and the ceiling then."""
    from helpers.parallel import MachineError, hardware_ceiling, machine, run

    cpus = machine().usable_cpus
    chunksize = math.ceil(len(files) / (CHUNKS * cpus))

    def loop() -> list[int]:
        return [count_words(file) for file in files]

    def chosen() -> list[int]:
        way = {"how": "pool", "n_workers": cpus, "chunksize": chunksize, "start_method": method}
        return run(count_words, files, **way).results

    seconds(loop, expected), seconds(chosen, expected)  # the files are in the cache from here on
    ratios, ceilings = [], []
    for turn in range(rounds):
        calls = (loop, chosen) if turn % 2 else (chosen, loop)
        times = {call: seconds(call, expected) for call in calls}
        ratios.append(times[loop] / times[chosen])
        with suppress(MachineError):  # it is too busy to tell
            ceilings.append(hardware_ceiling(cpus, repeats=1).speedup(cpus))
    return ratios, ceilings


def say(what: str, ratios: list[float], ceilings: list[float]) -> None:
    """Print one row."""
    from helpers.parallel import machine

    cpus = machine().usable_cpus
    first, median, third = statistics.quantiles(ratios, n=4)
    share, ceiling = median / cpus, statistics.median(ceilings or [math.nan])
    verdict = "" if share >= AIM else "  BELOW THE AIM"
    figures = f"{median:6.3f}  [{first:.3f}, {third:.3f}]  {share:6.3f}  {ceiling:6.3f}"
    print(f"{what:<28} {figures}  aim {AIM:.2f}{verdict}", flush=True)


def main() -> None:
    """Measure and print everything."""
    from helpers.parallel import machine
    from helpers.parallel.busyness import OtherPrograms

    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="smaller corpora: about a minute")
    quick = parser.parse_args().quick
    print(f"{machine()}\n{'the loop / the solution':<28} median  [quartiles]  / CPUs  ceiling")
    others = OtherPrograms()
    for n_files, rounds in SIZES[quick].items():
        with tempfile.TemporaryDirectory() as folder:
            files = make_corpus(Path(folder) / "corpus", n_files)
            for method in machine().start_methods:
                measured = measure(files, corpus_words(n_files), method, rounds)
                say(f"{n_files:,} files, {method}", *measured)
    if (busy := others.busy_cpus()) is not None:
        print(f"meanwhile other programs kept {busy:.2f} CPUs busy")


if __name__ == "__main__":
    main()
