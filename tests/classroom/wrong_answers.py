"""Typical wrong answers to every exercise, each with the verdict that it deserves.

An answer is the code that stands in the exercise's cell; the cell's call of check follows where
the code has none of its own. It goes on from the lesson before it and the exercise's solution.
"""

import wrong_answers_cluster as cluster
import wrong_answers_prediction as prediction
import wrong_answers_project as project

_SIDE_BY_SIDE = "begin = perf_counter()\nelapsed_s = {answer}"
# Leaving the with block would kill workers while they send, and CPython's Pool may then wait for
# ever for the lock that one of them held.
_ENDED = "    pool.close()\n    pool.join()"
_CLOCK = "from time import time\n\nelapsed_s = time()"


def _function(head: str, *lines: str) -> str:
    """Return the code of a function."""
    return "\n    ".join([f"def {head}:", *lines])


def _table(loop: str, pool: str, pays_from: object) -> str:
    """Return seconds of both ways for 1, 2 and 3 items, and the answer read from them."""
    times = f'{{"loop": dict(zip([1, 2, 3], {loop})), "pool": dict(zip([1, 2, 3], {pool}))}}'
    return f"times = {times}\npays_from = {pays_from}"


def _lanes(busy: str) -> str:
    """Return a run of one second in which each worker computed for so long."""
    return (
        "from helpers.parallel import Run\nfrom helpers.parallel.results import Span\n\n"
        f"busy = {busy}\nspans = tuple(Span(i, 0, s, 1) for i, s in enumerate(busy))\n"
        'own = Run([], "pool", len(busy), 1, None, 1.0, (0,) * len(busy), spans)'
    )


def _module(name: str, *lines: str) -> str:
    """Return code that writes a module beside the notebook and imports ``find_py`` from it."""
    text = "import os\n\n\n" + "\n".join(lines) + "\n"
    return (
        "import importlib\n"
        f'with open("{name}.py", "w", encoding="utf-8") as file:\n'
        f"    file.write({text!r})\n"
        "importlib.invalidate_caches()\n"
        f"from {name} import find_py as search"
    )


def _timed(measured: str, chosen: object) -> str:
    """Return seconds by chunksize, and the answer read from them."""
    return f"measured = {measured}\nchosen = {chosen}"


_CLEAN = ("block.unlink()", "del numbers", "block.close()")


def _block(*lines: str) -> str:
    """Return exercise 8.3 with these lines after the values have been copied into the block."""
    return _function(
        "with_block(values, compute)",
        "block = shared_memory.SharedMemory(create=True, size=values.nbytes)",
        "numbers = np.frombuffer(block.buf, dtype=float, count=len(values))",
        "numbers[:] = values",
        *lines,
    )


def _dealt(order: str, chunksize: int = 1, n_workers: int = 4) -> str:
    """Return code that makes a call which dealt out the waits like this, on time."""
    return (
        "from helpers.parallel import simulate\n\n"
        f"better = simulate({order}, {n_workers}, {chunksize})"
    )


def _script(*lines: str, head: str = "") -> str:
    """Return code that keeps a script in ``mended``: its beginning, the guard and what it does."""
    text = "\n".join(
        ["import multiprocessing", head, 'if __name__ == "__main__":']
        + [f"    {line}" for line in ('spawn = multiprocessing.get_context("spawn")', *lines)]
    )
    return f"mended = {text!r}"


_CUBE = "def task(x):\n    return x * x * x\n"
_SQUARE = "def task(x):\n    return x * x\n"
_MAPPED = "with spawn.Pool(1) as pool: print(pool.map(task, [1, 2, 3]))"


def _adds(*lines: str) -> str:
    return _function("safe_add(account, lock, n)", *lines)


_ADD = 'account["balance"] = account["balance"] + 1'


def _jobs(web="threads", primes="processes", chat="asyncio", squares="sequential", sums="threads"):
    """Return a way for each of the five jobs of exercise 6.2, right unless told."""
    ways = {"web": web, "primes": primes, "chat": chat, "squares": squares, "checksums": sums}
    return "\n".join(f"{name} = {way!r}" for name, way in ways.items())


def _own_times(times_s: str | None = None, best: str = "processes") -> str:
    """Return seconds of three ways, and the answer read from them."""
    return f"times_s = {times_s or _MEASURED}\nbest = {best!r}"


_MEASURED = '{"sequential": 3, "threads": 2, "processes": 1}'

WRONG: dict[str, list[tuple[str, str]]] = {
    "0.1": [
        ("from helpers.parallel import usable_cpus\n\nworkers = usable_cpus", "not_a_number"),
        ('workers = "3"', "not_a_number"),
        ("workers = 12", "logical"),
        ("workers = 1000", "other"),
        ("workers = 0", "other"),
    ],
    "0.2": [
        ("number = os.getpid", "not_called"),
        ("with multiprocessing.Pool(1) as pool:\n    number = pool", "not_a_number"),
        ("with multiprocessing.Pool(1) as pool:\n    number = os.getpid()", "this_process"),
        ("number = os.getppid()", "other"),
        ("number = -1", "other"),
    ],
    "1.1": [
        ("cubes = (x * x * x for x in data)", "not_a_list"),
        ("cubes = 99 * 99 * 99", "not_a_list"),
        ("cubes = [square(x) for x in data]", "squares"),
        ("cubes = [x * x * x for x in range(1, 100)]", "length"),
        ("cubes = []", "length"),
        ("cubes = [x ^ 3 for x in data]", "values"),
        (_function("cube(x)", "x * x * x") + "\n\ncubes = [cube(x) for x in data]", "values"),
    ],
    "1.2": [
        ("elapsed_s = print(perf_counter())", "not_a_number"),
        ('elapsed_s = "0.2 s"', "not_a_number"),
        (_SIDE_BY_SIDE.format(answer="begin - perf_counter()"), "negative"),
        (_SIDE_BY_SIDE.format(answer="perf_counter() - begin"), "other_time"),
        ("elapsed_s = 0", "other_time"),
        ("elapsed_s = 1000 * 1.2", "other_time"),
        ("from time import perf_counter\n\nelapsed_s = perf_counter()", "one_reading"),
        (_CLOCK, "one_reading"),
    ],
    "1.3": [
        ('check("1.3", 0.6)', "not_times"),
        ('forecast_s = "0.6"\nmeasured_s = 0.6', "not_times"),
        ("forecast_s = 0\nmeasured_s = 0.6", "not_times"),
        ('elapsed_s = forecast_s = float("inf")\nmeasured_s = 1.0', "not_times"),
        ("measured_s = 1e-5", "other_work"),
        ("forecast_s = elapsed_s", "arithmetic"),
        ("measured_s = forecast_s", "not_timed"),
        ("forecast_s = elapsed_s**3 + 1", "arithmetic"),
    ],
    "2.1": [
        (
            "with multiprocessing.Pool() as pool:\n"
            "    sums = pool.map_async(sum_of_cubes, items)\n" + _ENDED,
            "promise",
        ),
        ("sums = map(sum_of_cubes, items)", "iterator"),
        (
            "with multiprocessing.Pool() as pool:\n"
            "    sums = pool.imap_unordered(sum_of_cubes, items)\n" + _ENDED,
            "iterator",
        ),
        ("sums = sum_of_cubes(1_000)", "not_a_list"),
        ("sums = [sum_of_cubes(n) for n in items[::-1]]", "values"),
        ("sums = [n**3 for n in items]", "values"),
    ],
    "2.2": [
        ('method = "terminate"', "terminate"),
        ('method = "pool.terminate()"', "terminate"),
        ('method = "with"', "terminate"),
        ('method = "join"', "join"),
        ("method = pool.close", "other"),
        ('method = "stop"', "other"),
    ],
    "2.3": [
        (_table("[1, 2, 3]", "[5, 5, 5]", 3), "never"),
        (_table("[1, 2, 4]", "[3, 3, 3]", 7), "not_timed"),
        (_table("[1, 2, 4]", "[3, 3, 3]", '"3"'), "not_timed"),
        (_table("[1, 2, 4]", "[3, 3, 3]", [1, 3]), "not_timed"),
        (_table("[1, 2, 4]", "[3, 3, 3]", 2), "early"),
        (_table("[2, 2, 4]", "[3, 1, 1]", 3), "late"),
        (_table("[1, 2, 4]", "[3, 3, 3]", None), "late"),
    ],
    "2.4": [
        ("own = [sum_of_cubes(10)]", "not_watched"),
        ("own = watch()", "empty"),
        ("with watch() as own:\n    pass", "empty"),
        (_lanes("[0.9]"), "one_lane"),
        (_lanes("[0.4, 0.4]"), "short"),
    ],
    "3.1": [
        ("lines = 6", "not_lines"),
        ("lines = set()", "not_lines"),
        ('lines = {"1", "2"}', "not_lines"),
        ("lines = {2, 6, 11}", "not_lines"),
        ("lines = {6}", "some"),
        ("lines = {2, 4, 6, 8}", "some"),
        ("lines = {1, 2, 3, 5, 6, 9}", "some"),
        ("lines = set(range(1, 11))", "some"),
    ],
    "3.2": [
        ("file_names = {os.path.basename(p) for paths in found for p in paths}", "not_a_list"),
        ("file_names = [[os.path.basename(p) for p in paths] for paths in found]", "nested"),
        ("file_names = [path for paths in found for path in paths]", "paths"),
        ("file_names = []", "other"),
        ("file_names = [p.split(os.sep)[-1][:-3] for ps in found for p in ps]", "other"),
    ],
    "3.3": [
        ("search = os", "not_a_function"),
        ("search = search(os.getcwd())", "not_a_function"),
        (_function("search(directory)", "return []"), "not_importable"),
        ("search = lambda directory: []", "not_importable"),
        (_module("search_lambda", "find_py = lambda directory: []"), "not_importable"),
        (
            _module("search_ends", "def find_py(directory):", "    raise SystemExit"),
            "not_importable",
        ),
        (
            _module("search_names", "def find_py(directory):", "    return os.listdir(directory)"),
            "names",
        ),
        (_module("search_none", "def find_py(directory):", "    print(1)"), "other_files"),
        (
            _module(
                "search_folders",
                "def find_py(directory):",
                "    paths = [os.path.join(directory, name) for name in os.listdir(directory)]",
                '    return [path for path in paths if path.endswith(".py")]',
            ),
            "other_files",
        ),
    ],
    "4.1": [
        (
            "with multiprocessing.Pool(2) as pool:\n"
            "    powers = pool.starmap_async(pow, pairs)\n" + _ENDED,
            "not_a_list",
        ),
        ("powers = pow(2, 10)", "not_a_list"),
        ("powers = [pow(b, a) for a, b in pairs]", "swapped"),
        ("powers = [a * b for a, b in pairs]", "values"),
    ],
    "4.2": [
        (_timed("[3.3, 2.2, 1.1]", 100), "not_seconds"),
        (_timed('{1: "0.3 s", 10: "0.2 s", 100: "0.1 s"}', 100), "not_seconds"),
        (_timed("{}", 100), "few"),
        (_timed("{1: 3.3, 1_000: 1.1}", 1_000), "few"),
        (_timed("{100: 1.1, 101: 2.2, 102: 3.3}", 100), "few"),
        (_timed("{1: 3.3, 10: 2.2, 100: 1.1}", 50), "not_tried"),
        (_timed("{1: 3.3, 10: 2.2, 100: 1.1}", 1.1), "not_tried"),
        (_timed("{1: 3.3, 10: 2.2, 100: 1.1}", 1), "slow"),
    ],
    "4.3": [
        ("better = waits", "not_watched"),
        ("better = watch()", "empty"),
        (_dealt("waits[:-1]"), "other_job"),
        (_dealt("waits[::-1]", n_workers=8), "other_job"),
        ("better = before", "chunks"),
        (_dealt("waits[::-1]", chunksize=4), "chunks"),
        (_dealt("waits"), "order"),
        (_dealt("waits[::-1]", chunksize=2), "order"),
    ],
    "5.1": [
        ("efficiency = speedup", "speedup"),
        ("efficiency = n_workers / speedup", "upside_down"),
        ("efficiency = 100 * speedup / n_workers", "percent"),
        ("efficiency = speedup * n_workers", "other"),
        ("efficiency = pool_s / loop_s", "other"),
        ('efficiency = "75 %"', "not_a_number"),
    ],
    "5.2": [
        ("most = amdahl", "not_a_number"),
        ("most = 0.6", "not_a_number"),
        ("most = 1 / 0.05", "limit"),
        ("most = 13", "fewer"),
        ("most = 15", "more"),
        ("most = 10_000", "more"),
    ],
    "5.3": [
        ("own = 1.8", "not_speedups"),
        ('own = {1: "0.9", 2: "1.8"}', "not_speedups"),
        ('own = {1: 0.9, 2: float("nan")}', "not_speedups"),
        ("own = {1: 0.9, 2: -1.8}", "not_speedups"),
        ("own = {1: 0.95, 4: 3.1}", "no_two"),
        ("own = {1: 9.5, 2: 5.1}", "too_good"),
    ],
    "6.1": [
        ('n_threads = "4"', "not_a_count"),
        ("n_threads = 20 / 3", "not_a_count"),
        ("n_threads = 0", "not_a_count"),
        ('n_threads = float("inf")', "not_a_count"),
        ("n_threads = round(limit_s / wait_s)", "rounds"),
        ("n_threads = 2", "few"),
        ("n_threads = 8", "many"),
    ],
    "6.2": [
        ('check("6.2", primes)', "not_ways"),
        (_jobs(web="thread"), "not_ways"),
        (_jobs() + "\nweb = ThreadPoolExecutor", "not_ways"),
        (_jobs(chat="threads", squares="threads"), "wrong"),
        (_jobs(primes="threads"), "wrong"),
        (_jobs(sums="processes"), "wrong"),
    ],
    "6.3": [
        ("times_s = 0.2\nbest = 'threads'", "not_seconds"),
        (_own_times('{"sequential": "3 s", "threads": 2, "processes": 1}'), "not_seconds"),
        (_own_times('{"sequential": 3, "threads": 2}'), "few"),
        (_own_times(best="threads pool"), "not_measured"),
        (_own_times(best="sequential"), "slower"),
        (_own_times('{"sequential": 3, "threads": 0.01, "processes": 1}', "threads"), "at_once"),
    ],
    "7.1": [
        ('check("7.1", case_a)', "not_numbers"),
        ('case_a, case_b, case_c = "2", "3", "4"', "not_numbers"),
        ("case_a, case_b, case_c = 2, 3, 5", "not_numbers"),
        ("case_a, case_b, case_c = 1, 3, 4", "case_a"),
        ("case_a, case_b, case_c = 4, 3, 2", "case_a"),
        ("case_a, case_b, case_c = 2, 2, 4", "case_b"),
        ("case_a, case_b, case_c = 2, 3, 2", "case_c"),
    ],
    "7.2": [
        ("mended = run_script('print([1, 4, 9])', limit_s=20)", "not_text"),
        ("mended = [1, 4, 9]", "not_text"),
        ("mended = print(broken)", "not_text"),
        ("mended = 'print([1, 4, 9])'", "no_spawn"),
        ("mended = broken.replace('\"spawn\"', '\"fork\"')", "no_spawn"),
        ("mended = 'way = \"spawn\"; print([1, 4, 9])'", "no_spawn"),
        ("mended = broken", "function"),
        (_script(_MAPPED.replace("task", "lambda x: x * x")), "function"),
        (_script("def task(x): return x * x", _MAPPED), "function"),
        ("mended = broken.replace('lambda x: x * x', 'abs')", "guard"),
        (
            _script(head=_SQUARE + 'pool = multiprocessing.get_context("spawn").Pool(1)'),
            "guard",
        ),
        (_script(_MAPPED, head=_SQUARE + "multiprocessing.Pool(1)"), "guard"),
        ("mended = broken.replace('print(', 'print((')", "other"),
        (_script("with spawn.Pool(1) as pool: print(pool.map(task, [1]))"), "other"),
        (_script(_MAPPED.replace("print", "list"), head=_SQUARE), "other"),
        (_script(_MAPPED, head=_CUBE), "other"),
        (_script(_MAPPED, head=_SQUARE + "print(__name__)"), "other"),
    ],
    "7.3": [
        ("safe_add = racy_add", "race"),
        (
            _adds(
                "for _ in range(n):",
                "    with lock:",
                '        b = account["balance"]',
                "    with lock:",
                '        account["balance"] = b + 1',
            ),
            "race",
        ),
        (
            _adds(
                "for _ in range(n):",
                '    b = account["balance"]',
                "    with lock:",
                '        account["balance"] = b + 1',
            ),
            "race",
        ),
        (_adds('account["balance"] += n'), "race"),
        (
            _adds(
                "import threading",
                "for _ in range(n):",
                "    with threading.Lock():",
                f"        {_ADD}",
            ),
            "race",
        ),
        (_adds("with lock:", f"    {_ADD}"), "alone"),
        (_adds("with lock:", '    account["balance"] = 40'), "alone"),
        (_adds("lock.acquire()", 'account["balance"] += n'), "stuck"),
        (_adds("for _ in range(n):", "    lock.acquire()", f"    {_ADD}"), "stuck"),
        (_adds("with lock:", "    with lock:", f"        {_ADD}"), "stuck"),
        (_adds("while n > 0:", "    pass"), "stuck"),
    ],
    "8.1": [
        ("times_heavier = pickle.dumps(description)", "not_a_number"),
        ('times_heavier = "129,000"', "not_a_number"),
        ("times_heavier = [heavy, 31]", "not_a_number"),
        ("times_heavier = len(pickle.dumps(description)) / heavy", "upside_down"),
        ("times_heavier = heavy - len(pickle.dumps(description))", "bytes"),
        ("times_heavier = len(pickle.dumps(description))", "bytes"),
        ("times_heavier = heavy / len(description)", "other"),
        ("import sys\n\ntimes_heavier = heavy / sys.getsizeof(description)", "other"),
        ("times_heavier = 1_000", "other"),
    ],
    "8.2": [
        ('check("8.2", keep_table)', "not_three"),
        ("initializer = keep_table(table)\ninitargs = (table,)\ntask = total_kept", "initializer"),
        ('initializer = "keep_table"\ninitargs = (table,)\ntask = total_kept', "initializer"),
        ("initializer = total_kept\ninitargs = (table,)\ntask = total", "initializer"),
        ("initializer = keep_table\ninitargs = (table)\ntask = total_kept", "initargs"),
        ("initializer = keep_table\ninitargs = ()\ntask = total_kept", "initargs"),
        ("initializer = keep_table\ninitargs = (values,)\ntask = total_kept", "initargs"),
        ("initializer = keep_table\ninitargs = table, values\ntask = total", "initargs"),
        ("initializer = keep_table\ninitargs = (table,)\ntask = partial(total, table)", "task"),
        ("initializer = keep_table\ninitargs = (table,)\ntask = total", "task"),
        ("initializer = keep_table\ninitargs = (table,)\ntask = [total(table, 0.5)]", "task"),
        ("initializer = keep_table\ninitargs = (table,)\ntask = keep_table", "task"),
    ],
    "8.3": [
        (_function("with_block(values, compute)", "return compute(values)"), "other_result"),
        (_block("result = sum(numbers)", "return result"), "other_result"),
        (_block("compute(numbers)", *_CLEAN), "other_result"),
        (_block("result = compute(values)", *_CLEAN, "return result"), "other_result"),
        (_block("result = compute(numbers[1:])", *_CLEAN, "return result"), "other_result"),
        (_block("result = compute(numbers)", *_CLEAN, "return len(values)"), "other_result"),
        (_block("result = compute(numbers)", "block.close()", "return result"), "view"),
        (_block("result = compute(numbers)", "return result"), "left"),
        (
            _block("result = compute(numbers)", "del numbers", "block.close()", "return result"),
            "left",
        ),
        (_block("result = compute(numbers)", "block.unlink()", "return result"), "left"),
        (_block("result = compute(numbers)", *_CLEAN, "return result"), "not_always"),
        (
            _block(
                "try:",
                "    result = compute(numbers)",
                "    del numbers",
                "    return result",
                "finally:",
                "    block.close()",
                "    block.unlink()",
            ),
            "view",
        ),
        (
            _block(
                "try:",
                "    return compute(numbers)",
                "except Exception:",
                "    return 0",
                "finally:",
                *(f"    {line}" for line in _CLEAN),
            ),
            "swallowed",
        ),
        (
            _block(
                "try:",
                "    return compute(numbers)",
                "finally:",
                *(f"    {line}" for line in _CLEAN),
            ),
            "not_always",
        ),
    ],
    **cluster.WRONG,
    **project.WRONG,
    **prediction.WRONG,
}

# Right answers beside the lesson's own solution.
ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "1.3": [
        ("measured_s = 1.5 * forecast_s", "right_far"),
    ],
    "5.3": [
        ("own = {2: 1.1}", "right_low"),
    ],
    "2.2": [('method = "pool.close()"', "right"), ('method = "Close"', "right")],
    "2.3": [(_table("[1, 2, 3]", "[5, 5, 5]", None), "right")],
    "2.4": [(_lanes("[0.8, 0.6, 0.7]"), "right")],
    "3.1": [
        ("lines = [1, 2, 3, 4, 5, 6, 8]", "right"),
    ],
    "3.2": [
        (
            "from pathlib import Path\n\nfile_names = [Path(p).name for ps in found for p in ps]",
            "right",
        ),
    ],
    "3.3": [
        (
            _module(
                "search_all",
                "def find_py(directory):",
                "    entries = os.scandir(directory)",
                '    return {e.path for e in entries if e.name.endswith(".py") and e.is_file()}',
            ),
            "right",
        )
    ],
    "4.1": [("powers = tuple(a**b for a, b in pairs)", "right")],
    "4.2": [
        (_timed("{1: 3.3, 10: 1.155, 100: 1.1}", 10), "right"),
        (_timed("{1: 1.199, 10: 1.122, 100: 1.1}", 1), "right"),
    ],
    "4.3": [(_dealt("waits[::-1]"), "right")],
    "5.1": [
        ("efficiency = round(speedup / n_workers, 2)", "right"),
    ],
    "6.1": [
        ("n_threads = 20 // (limit_s / wait_s)", "right"),
    ],
    "6.2": [
        (_jobs(web="asyncio"), "right"),
    ],
    "6.3": [
        (_own_times('{"sequential": 3, "threads": 1.1, "processes": 1}', "threads"), "right"),
    ],
    "8.1": [("times_heavier = round(heavy / len(pickle.dumps(description)))", "right")],
    "8.2": [("initializer = keep_table\ninitargs = [table]\ntask = total_kept", "right")],
    "8.3": [
        (
            _function(
                "with_block(values, compute)",
                "block = shared_memory.SharedMemory(create=True, size=values.nbytes)",
                "try:",
                "    numbers = np.ndarray(values.shape, values.dtype, buffer=block.buf)",
                "    numbers[:] = values",
                "    return compute(numbers)",
                "finally:",
                "    block.unlink()",
                "    block.close()",
            ),
            "right",
        ),
    ],
    "7.2": [
        (
            _script(_MAPPED, head="from helpers.tasks import square as task"),
            "right",
        ),
        (
            _script(
                "with ProcessPoolExecutor(1, mp_context=spawn) as executor:",
                "    print(list(executor.map(square, [1, 2, 3])))",
                head="from concurrent.futures import ProcessPoolExecutor\n"
                "from helpers.tasks import square",
            ),
            "right",
        ),
    ],
    "7.3": [
        (_adds("with lock:", "    for _ in range(n):", f"        {_ADD}"), "right"),
        (_adds("lock.acquire()", 'account["balance"] += n', "lock.release()"), "right"),
        (
            _adds(
                "while not lock.acquire(timeout=0.01):",
                "    pass",
                'account["balance"] += n',
                "lock.release()",
            ),
            "right",
        ),
    ],
    **cluster.ALSO_RIGHT,
    **project.ALSO_RIGHT,
    **prediction.ALSO_RIGHT,
}
