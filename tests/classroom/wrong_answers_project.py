"""Typical wrong answers to the steps of the project, lesson 10, as in wrong_answers."""

_LOOP = (
    "import re, sys\nfrom pathlib import Path\n"
    "files = Path(sys.argv[1]).rglob('*.md')\n"
    "print(sum(len(re.findall(r'\\\\w+', file.read_text(encoding='utf-8'))) for file in files))\n"
)


_TOTAL = "total = 5_525_859\n"


def _chosen(cpu_s: float, waits: object, way: object) -> str:
    """Return an answer about a loop of one second."""
    return f"wall_s, cpu_s, waits, way = 1.0, {cpu_s}, {waits!r}, {way!r}"


def _told(conclusion: object) -> str:
    return f"conclusion = {conclusion!r}"


WRONG: dict[str, list[tuple[str, str]]] = {
    "10.1": [
        ('check("10.1", (timings_s, loop_s))', "not_three"),
        (_TOTAL + "total = (word for word in [])", "not_counted"),
        (_TOTAL + "timings_s, loop_s = 0.5, 0.5", "not_timings"),
        (_TOTAL + "timings_s, loop_s = [0.5, 0.6, -0.1], 0.5", "not_timings"),
        (_TOTAL + "timings_s, loop_s = [0.5, 0.6, float('nan')], 0.5", "not_timings"),
        (_TOTAL + "timings_s, loop_s = [0.5], 0.5", "few"),
        (_TOTAL + "timings_s, loop_s = [0.5] * 3, 0.5", "few"),
        (_TOTAL + "timings_s, loop_s = [0.5, 1.01, 1.49], 0.5", "adds_up"),
        (_TOTAL + "timings_s, loop_s = [0.5, 0.6, 0.7], 0.7", "not_least"),
        (_TOTAL + "timings_s, loop_s = [0.5, 0.6, 1.0], 0.7", "not_least"),
        (_TOTAL + "timings_s, loop_s = [510, 500, 505], 500", "not_seconds"),
        (_TOTAL + "timings_s, loop_s = [3e-6, 2e-6, 2.5e-6], 2e-6", "not_seconds"),
    ],
    "10.2": [
        ('check("10.2", (waits, way))', "not_four"),
        (_chosen(0.9, "0.1", "processes"), "not_four"),
        ('check("10.2", (0.0, 0.0, 1.0, "threads"))', "not_four"),
        (_chosen(0.95, 0.95, "processes"), "cpu_share"),
        ('check("10.2", (2.0, 1.5, 0.5, "processes"))', "seconds"),
        (_chosen(0.95, 5, "processes"), "waits"),
        (_chosen(0.95, 0.05, "pool"), "not_a_way"),
        (_chosen(0.95, 0.05, "threads"), "computes"),
        (_chosen(0.05, 0.95, "processes"), "waits_much"),
    ],
    "10.3": [
        ("program = open", "not_a_name"),
        ('program = "my_project"', "not_a_name"),
        ('program = "my_other_project.py"', "no_file"),
        (
            f"with open('my_project.py', 'w') as file:\n    file.write('''{_LOOP}''')\n"
            'program = "my_project.py"',
            "missing",
        ),
    ],
    "10.4": [
        ('check("10.4", conclusion)', "not_two"),
        (_told(12.5), "not_text"),
        (_told("6000 archivos, 1.00 s, Pool"), "short"),
        (
            _told("With a Pool of processes it was a lot faster than the loop on this corpus"),
            "figures",
        ),
        (
            'check("10.4", ("6000 files: 1.00 s", "Counting them took 1.00 s with a Pool, " * 3))',
            "unfinished",
        ),
        (_told("The 6000 files took 1.00 s in the loop and then 0.60 s the other way"), "no_way"),
        (_told("The 6000 files took 1.00 s in the loop and then 0.60 s with a Pool"), "no_machine"),
    ],
}

ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "10.1": [
        (_TOTAL + "timings_s, loop_s = (0.6, 0.5, 0.7), 0.6", "right"),
        (_TOTAL + "timings_s, loop_s = [0.6123, 0.5, 0.7], 0.61", "right"),
        (_TOTAL + "timings_s, loop_s = [1.5, 0.5, 0.6, 0.7], 0.5", "right_cold"),
    ],
    "10.2": [
        (_chosen(0.99, 0.0, "processes"), "right"),
        (_chosen(0.05, 0.95, "threads"), "right"),
        (_chosen(1.1, -0.1, "processes"), "right"),
        (_chosen(0.5, 0.5, "processes"), "right_open"),
        (_chosen(0.5, 0.5, "threads"), "right_open"),
    ],
    "10.4": [
        (
            _told(
                "Contar las palabras de 6.000 archivos tomó 1,00 s y, con un Pool, 0,60 s con 2 CPU"
            ),
            "right",
        ),
        (
            _told(
                "Counting 6,000 files: 1.00 s in a loop, and 0.60 s with two processes, one a CPU."
            ),
            "right",
        ),
    ],
}
