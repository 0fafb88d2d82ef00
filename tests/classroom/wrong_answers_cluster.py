"""Typical wrong answers to the exercises of lesson 9, as in wrong_answers."""


def _doors(returned: str) -> str:
    return f"def open_doors(addresses):\n    return {returned}"


def _tools(*tools: str) -> str:
    return f"job_a, job_b, job_c, job_d = {tools!r}"


WRONG: dict[str, list[tuple[str, str]]] = {
    "9.1": [
        ('check("9.1", 20)', "not_a_number"),
        ('chunksize = "20"', "not_a_number"),
        ('chunksize = float("inf")', "not_a_number"),
        ("chunksize = busy / 1_000", "upside_down"),
        ("chunksize = 10", "too_small"),
        ("chunksize = 50", "too_large"),
        ("chunksize = 1_000", "too_large"),
    ],
    "9.2": [
        (_doors("addresses[0]"), "not_a_list"),
        (_doors("None"), "not_a_list"),
        (_doors("[each.startswith('127.') for each in addresses]"), "not_a_list"),
        (_doors("[each for each in addresses if each.startswith('127.')]"), "inverse"),
        (_doors("[each for each in addresses if '127' not in each]"), "anywhere"),
        (_doors("[each for each in addresses if each.startswith('0.0.0.0')]"), "other"),
        (_doors("[each for each in addresses if not each.startswith('127.0.0.1:')]"), "other"),
        (_doors("addresses"), "other"),
        (_doors("[]"), "other"),
    ],
    "9.3": [
        ('check("9.3", "loop")', "not_four"),
        ('job_a, job_b, job_c, job_d = "Pool", "Pool", "Dask", "Slurm"', "not_four"),
        ("job_a, job_b, job_c, job_d = 1, 2, 3, 4", "not_four"),
        (_tools("processes", "processes", "cluster", "queue"), "job_a"),
        (_tools("loop", "cluster", "cluster", "queue"), "job_b"),
        (_tools("loop", "processes", "queue", "queue"), "job_c"),
        (_tools("loop", "processes", "cluster", "cluster"), "job_d"),
    ],
}

ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "9.1": [("chunksize = 20", "right")],
    "9.2": [
        (_doors("[each for each in addresses if each.split('.')[0] != '127']"), "right"),
        (_doors("list(filter(lambda each: each[:4] != '127.', addresses))"), "right"),
    ],
}
