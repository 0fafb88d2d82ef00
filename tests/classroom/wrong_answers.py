"""Answers to the exercises by number, with words of what is said to each in English.

Lesson 3's search, lesson 7's script and lesson 10's program, which run, are in tests of their own.
"""

import os

import numpy as np

from helpers.parallel import Run, Span, simulate, watch

NAN, INFINITY = float("nan"), float("inf")


def _made(*lines: str):
    """Return the function that these lines of code define."""
    exec("\n".join(lines), names := {"np": np})
    return next(found for name, found in names.items() if name in lines[0])


def _lanes(*busy_s: float) -> Run:
    """Return a run of one second in which each worker computed for so long."""
    spans = tuple(Span(worker, 0, s, 1) for worker, s in enumerate(busy_s))
    return Run([], "pool", len(busy_s), 1, None, 1.0, (0,) * len(busy_s), spans)


def _table(loop: list[int], pool: list[int], pays_from: object) -> tuple:
    """Return seconds of both ways for 1, 2 and 3 items, and the answer read from them."""
    return {"loop": dict(enumerate(loop, 1)), "pool": dict(enumerate(pool, 1))}, pays_from


def _adds(*lines: str):
    """Return an answer to 7.3."""
    return _made("def safe_add(account, lock, n):", *(f"    {line}" for line in lines))


def _block(*lines: str):
    """Return an answer to 8.3: these lines come after the block was made."""
    return _made(
        "def with_block(values, compute):",
        "    from multiprocessing.shared_memory import SharedMemory",
        "    block = SharedMemory(create=True, size=values.nbytes)",
        "    numbers = np.frombuffer(block.buf, dtype=float, count=len(values))",
        *(f"    {line}" for line in lines),
    )


keep_table = _made("def keep_table(table): pass")
total_kept = _made("def total_kept(value): pass")
ADD = 'account["balance"] = account["balance"] + 1'
COPY, CLEAN = "numbers[:] = values", ("block.unlink()", "del numbers", "block.close()")
INDENTED = [f"    {line}" for line in CLEAN]
WAITS = [n**2 / 400 for n in range(1, 17)]
TABLE = np.zeros(10)
TIMES_S = {"sequential": 3, "threads": 2, "processes": 1}
PRINTED = "210 words in 6000 files: loop 1.00 s, pool 0.60 s\n"
CUBES = [x**3 for x in range(100)]

WRONG = {
    "0.1": [
        ("3", "workers should be a number"),
        (12, "may not use all"),
        (1000, "is not what your card says"),
    ],
    "0.2": [
        (os.getpid, "the integer that pool.apply gives"),
        (True, "the integer that pool.apply gives"),
        (os.getpid(), "the function ran here"),
    ],
    "1.1": [
        ((x**3 for x in range(100)), "cubes should be a list"),
        ([x * x for x in range(100)], "multiplies once more"),
        (CUBES[1:], "your list has 99"),
        ([None] * 100, "your list has 100: [None,"),
    ],
    "1.2": [
        ("0.2 s", "elapsed_s should be a number"),
        (1.7e9, "the second minus the first"),
        (1e-5, "seems wrong: it takes about"),
    ],
    "1.3": [
        (0.6, "Pass 3 things"),
        ((1.0, "3", 3.0), "forecast_s should be a number above 0"),
        ((1.0, 1.0, 3.0), "should be 3 times elapsed_s, and it is 1.0 times"),
        ((1.0, 3.0, 3.0), "is not a time measured for three million"),
    ],
    "2.1": [
        (map(abs, [1]), "That is not a list yet"),
        (45, "sums should be a list"),
        ([1_000, 1_000_000, 1_000_000_000], "Those are not the sums of cubes"),
    ],
    "2.2": [
        ("with", "terminate loses the pending work"),
        ("join", "join only waits"),
        ("map_async", "does not close the pool"),
    ],
    "2.3": [
        (_table([1, 2, 3], [5, 5, 5], 3), "It does not win in every row"),
        (_table([1, 2, 4], [3, 3, 3], 2), "It does not win in every row"),
        (_table([1, 2, 4], [3, 3, 3], 7), "a number of the first column"),
        (_table([2, 2, 4], [3, 1, 1], 3), "The pool wins sooner"),
        (_table([1, 2, 4], [3, 3, 3], None), "The pool wins sooner"),
    ],
    "2.4": [
        ([45], "the own of “with watch() as own”"),
        (watch(), "Nothing was timed yet"),
        (_lanes(0.9), "Processes: 1, busy for 90%"),
        (_lanes(0.4, 0.4), "Processes: 2, busy for 40%"),
    ],
    "3.1": [
        (6, "lines should be a set of line numbers"),
        ({"1", "2"}, "lines should be a set of line numbers"),
        ({6}, "1 of the four mistakes. What does os.listdir give"),
        ({2, 4, 6, 8}, "In lines 4 and 8 the mistake shows"),
        ({1, 2, 3}, "meant to be timed was timed?"),
        (set(range(1, 11)), "Line 7 is fine, and so are 9 and 10"),
        ([1, 2, 3, 4, 6], "with lines too many"),
    ],
    "3.2": [
        (([["a/b.md"]], {"b.md"}), "file_names should be a list"),
        (([["a/b.md"]], [["b.md"]]), "a second loop is needed"),
        (([["a/b.md"]], ["a/b.md"]), "without its folder"),
    ],
    "4.1": [
        (1_024, "powers should be a list"),
        ([100, 64, 59_049], "the other way round"),
        ([20, 12, 30], "Those are not the powers"),
    ],
    "4.2": [
        (({1: NAN, 10: 0.2, 100: 0.1}, 100), "a dictionary of numbers above 0"),
        (({100: 1.1, 101: 2.2, 102: 3.3}, 100), "at least three sizes"),
        (({1: 3.3, 10: 2.2, 100: 1.1}, 1.1), "one of the sizes that you timed"),
        (({1: 3.3, 10: 2.2, 100: 1.1}, 1), "3.0 times as long as the best"),
    ],
    "4.3": [
        (WAITS, "the better of “with watch() as better”"),
        (watch(), "Nothing was timed yet"),
        (simulate(WAITS[:-1], 4, 1), "calls by 4 workers"),
        (simulate(WAITS[::-1], 8, 1), "calls by 8 workers"),
        (simulate(WAITS, 4, 4), "somebody gets too much at once"),
        (simulate(WAITS, 4, 1), "whom the others wait for"),
    ],
    "5.1": [
        ("75 %", "efficiency should be a number"),
        (75.0, "That is the percentage"),
        (6, "That is the speedup"),
        (8 / 6, "divide it by the number of workers"),
    ],
    "5.2": [
        (13.6, "most should be an integer"),
        (13, "there is room for more"),
        (20, "less than 0.6"),
    ],
    "5.3": [
        ({1: 0.9, 2: -1.8}, "a dictionary of numbers above 0"),
        ({1: 0.95, 4: 3.1}, "The speedup with 2 workers is missing"),
        ({1: 9.5, 2: 5.1}, "does not look like a speedup"),
    ],
    "6.1": [
        (INFINITY, "n_threads should be an integer"),
        (2, "Not enough: that is 10 rounds, which take 1.00 s"),
        (5, "but not the smallest number"),
    ],
    "6.2": [
        ("processes", "Pass 5 things"),
        (("thread", "processes", "asyncio", "sequential", "threads"), "web should be one of"),
        (("processes", "processes", "asyncio", "sequential", "threads"), "web: it is 40 waits"),
        (("threads", "threads", "asyncio", "sequential", "threads"), "primes: it computes"),
        (("threads", "processes", "threads", "sequential", "threads"), "chat: it is thousands"),
        (("threads", "processes", "asyncio", "threads", "threads"), "squares: it is over before"),
        (("asyncio", "processes", "asyncio", "sequential", "processes"), "checksums: it computes"),
    ],
    "6.3": [
        ((0.2, "threads"), "a dictionary of numbers above 0"),
        (({"sequential": 3, "threads": 2}, "threads"), "The keys of times_s"),
        ((TIMES_S, "asyncio"), "one of the three keys"),
        ((TIMES_S | {"threads": 0.01}, "threads"), "Two cannot be that fast"),
        ((TIMES_S, "sequential"), "takes 200% longer"),
    ],
    "7.1": [
        (2, "Pass 3 things"),
        ((2, 3, 5), "case_c should be one of 1, 2, 3, 4"),
        ((1, 3, 4), "case_a: the process looked for clean"),
        ((2, 2, 4), "case_b: nobody left an error"),
        ((2, 3, 2), "case_c: a process ran the script"),
    ],
    "7.3": [
        (7, "safe_add should be the function"),
        (_adds("with lock:", f"    {ADD}"), "One thread, with n=10"),
        (_adds("for _ in range(n):", f"    {ADD}"), "another wrote"),
        (_adds('account["balance"] += n'), "another wrote"),
    ],
    "8.1": [
        ("129,000", "times_heavier should be a number"),
        (31 / 4_000_000, "upside down"),
        (4_000_000, "divide heavy by that"),
    ],
    "8.2": [
        (keep_table, "Pass 3 things"),
        ((None, (TABLE,), total_kept), "initializer should be keep_table"),
        ((keep_table, TABLE, total_kept), "initargs should be a tuple"),
        ((keep_table, (TABLE,), keep_table), "the function that uses the kept table"),
    ],
    "8.3": [
        (None, "with_block should be the function"),
        (lambda values, compute: compute(values), "compute should get the view"),
        (_block(COPY, "compute(numbers)", *CLEAN), "compute should get the view"),
        (_block(COPY, "compute(numbers)", *CLEAN, "return values"), "compute should get the view"),
        (_block(COPY, "return compute(numbers)"), "The block is still in the system"),
        (_block(COPY, "n = compute(numbers)", "block.close()", "return n"), "takes unlink"),
        (_block(COPY, "n = compute(numbers)", "block.unlink()", "return n"), "takes unlink"),
        (_block(COPY, "n = compute(numbers)", *CLEAN, "return n"), "If compute fails"),
        (
            _block(COPY, "try:", "    return compute(numbers)", "finally:", *INDENTED),
            "If compute fails, or copying the values",
        ),
        (
            _block(
                "try:",
                f"    {COPY}",
                "    return compute(numbers)",
                "except Exception:",
                "    return 0",
                "finally:",
                *INDENTED,
            ),
            "has to leave the function",
        ),
        (  # where compute fails, close refuses
            _block(
                "try:",
                f"    {COPY}",
                "    return compute(numbers)",
                "finally:",
                *("    del numbers", "    block.close()", "    block.unlink()"),
            ),
            "into the finally unlink",
        ),
    ],
    "9.1": [
        (20, "Pass 2 things"),
        ((50, INFINITY), "chunksize should be a number above 0"),
        ((50, 0.05), "With chunks of 0.05 it keeps 3 busy"),
        ((50, 10), "it keeps 500 busy, fewer than 1,000"),
        ((50, 1_000), "the smallest is asked for"),
    ],
    "9.2": [
        ([], "open_doors should be the function"),
        (lambda doors: doors[0], "a list of strings"),
        (lambda doors: [], "those that begin with"),
        (lambda doors: [d for d in doors if "127" not in d], "Look at 10.127.0.1:40001"),
        (lambda doors: [d for d in doors if d.startswith("127.")], "those that begin with"),
    ],
    "9.3": [
        (("Pool", "Pool", "Dask", "Slurm"), "job_a should be one of"),
        (("processes", "processes", "cluster", "queue"), "job_a: if the loop"),
        (("loop", "loop", "cluster", "queue"), "job_b: multiply"),
        (("loop", "processes", "queue", "queue"), "job_c: it does not fit"),
        (("loop", "processes", "cluster", "cluster"), "job_d: the machine is shared"),
    ],
    "10.1": [
        (([0.5], 0.5), "Pass 3 things"),
        (((word for word in []), [0.5, 0.6, 0.7], 0.5), "total should be an integer"),
        ((9, 0.5, 0.5), "timings_s should be a list"),
        ((9, [0.5, 0.6, NAN], 0.5), "timings_s should be a number above 0"),
        ((9, [0.5, 0.5, 0.5], 0.5), "Measure three times at least"),
        ((9, [0.5, 1.01, 1.49], 0.5), "read begin inside the loop"),
        ((9, [0.5, 0.6, 1.0], 0.7), "or their median"),
    ],
    "10.2": [
        ((0.95, "processes"), "Pass 4 things"),
        ((0.0, 0.0, 1.0, "threads"), "wall_s should be a number above 0"),
        ((1.0, 0.95, 0.95, "processes"), "that cpu_s leaves"),
        ((1.0, 0.95, 0.05, "pool"), 'way should be "processes" or "threads"'),
        ((1.0, 0.95, 0.05, "threads"), "It waits 5%"),
        ((1.0, 0.05, 0.95, "processes"), "It waits 95%"),
    ],
    "10.4": [
        ("It took 1.00 s", "Pass 2 things"),
        ((PRINTED, 12.5), "conclusion should be a string"),
        ((None, PRINTED), "done.stdout should be a string"),
        ((PRINTED, "6000 files, 1.00 s, Pool"), "It has 5 words"),
        ((PRINTED, "A Pool was faster than the loop on this corpus on a machine with 2 CPUs"),
         "with the same digits"),
        ((PRINTED, "The 6000 files took 1.00 s in the loop and then 0.60 s with a Pool"),
         "on which machine"),
        ((PRINTED, "The 6000 files took 1.00 s in the loop and 0.60 s otherwise, with 2 CPUs"),
         "what did the work"),
    ],
    "11.1": [
        (4.2, "Pass 2 things"),
        ((4.2, "2.7"), "in_hundreds_s should be a number"),
        ((4200, 2700), "in_ones_s was right already"),
        ((4.2, 2.74), "not the sum"),
        ((4.2, 2.5), "start-up plus the slower one"),
    ],
    "11.2": [
        (0.34 / 0.03, "pays_from should be an integer"),
        (9, "each item saves 30 ms"),
        (13, "fewer are enough to win"),
    ],
    "11.3": [
        (("pool", "loop", "thread", "loop"), "job_c should be one of"),
        (("threads", "loop", "threads", "loop"), "job_a: it is two minutes"),
        (("pool", "pool", "threads", "loop"), "job_b: a thousand squares"),
        (("pool", "loop", "pool", "loop"), "job_c: waiting takes no CPU"),
        (("pool", "loop", "threads", "pool"), "job_d: all 8 CPUs are at work"),
    ],
}  # fmt: skip

# Right answers beside the lessons' own solutions.
RIGHT = {
    "1.3": [((1.0, 3.0, 4.5), "off by 33%")],
    "2.2": [("pool.close()", "close takes no new work"), ("Close", "close takes no new work")],
    "2.3": [
        (_table([5, 5, 5], pool, pays_from), "what your table says")
        for pool, pays_from in (
            ([9, 9, 9], None),
            ([9, 1, 9], None),
            ([9, 9, 1], 3),
            ([9, 1, 1], 2),
            ([1, 9, 1], 3),
            ([1, 5, 1], 3),
            ([1, 1, 1], 1),
            ([], None),
        )
    ],
    "2.4": [(_lanes(0.8, 0.6, 0.7), "The 3 processes were busy 70%")],
    "3.1": [([6, 3, 2, 1], "All four")],
    "4.1": [((1_024, 81, 1_000), "starmap")],
    "4.2": [(({1: 1.199, 10: 1.122, 100: 1.1}, 1), "times as long as the best; yours, 1.1")],
    "4.3": [(simulate(WAITS[::-1], 4, 1), "Hardly anyone sat idle")],
    "5.1": [(round(6 / 8, 2), "Three quarters")],
    "5.3": [({2: 1.1}, "An efficiency of 55%")],
    "6.1": [(4.0, "Five rounds")],
    "6.2": [(("asyncio", "processes", "asyncio", "sequential", "threads"), "where the time goes")],
    "6.3": [((TIMES_S | {"threads": 1.1}, "threads"), "it is the fastest, or nearly")],
    "7.3": [
        (_adds("with lock:", "    for _ in range(n):", f"        {ADD}"), "not a single addition"),
        (
            _adds(
                "while not lock.acquire(blocking=False):",
                "    pass",
                'account["balance"] += n',
                "lock.release()",
            ),
            "not a single addition",
        ),
    ],
    "8.1": [(np.float64(4_000_153 // 31), "times: that weight")],
    "8.2": [((keep_table, [TABLE], total_kept), "Each worker gets the table once")],
    "8.3": [
        (
            _block(
                "try:",
                "    del numbers",
                "    numbers = np.ndarray(values.shape, values.dtype, buffer=block.buf)",
                f"    {COPY}",
                "    return compute(numbers)",
                "finally:",
                "    block.unlink()",
                "    block.close()",
            ),
            "The memory is gone",
        )
    ],
    "9.2": [(lambda doors: list(filter(lambda d: d[:4] != "127.", doors)), "What is left")],
    "10.1": [
        ((9, (0.6, 0.5, 0.7), 0.6), "The loop takes 600 ms"),
        ((9, [1.5, 0.5, 0.6, 0.7], 0.5), "The first pass took 3.0 times"),
    ],
    "10.2": [
        ((1.0, 1.1, -0.1, "processes"), "It waited 0%"),
        ((1.0, 0.05, 0.95, "threads"), "It waited 95%"),
        ((1.0, 0.5, 0.5, "threads"), "It waited 50%"),
    ],
    "10.4": [
        (("loop 0.10 s, pool 0.10 s", "With a Pool of two processes it took 0.10 s, on 2 CPUs too"),
         "It says what was done"),
        ((PRINTED, "Contar palabras de 6.000 archivos tomó 1,00 s y, con Pool, 0,60 s con 2 CPU"),
         "It says what was done"),
    ],
    "11.1": [([4.2, 2.7], "One by one")],
    "11.2": [(12.0, "For 12 items")],
}  # fmt: skip
