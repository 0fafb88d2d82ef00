"""Typical wrong answers to the exercises of lesson 11, as in wrong_answers."""

_ONES = "in_ones_s = 4.2\nin_hundreds_s = "

WRONG: dict[str, list[tuple[str, str]]] = {
    "11.1": [
        ('check("11.1", in_ones_s)', "not_two"),
        (_ONES + "'2.7'", "not_two"),
        ("in_ones_s, in_hundreds_s = 4200, 2700", "milliseconds"),
        ("in_ones_s, in_hundreds_s = 2.7, 4.2", "ones"),
        (_ONES + "0.2 + 200 * 0.0002 + 20_000 * 0.0005 / 4", "added"),
        (_ONES + "max(200 * 0.0002, 20_000 * 0.0005 / 4)", "no_start"),
        (_ONES + "0.2 + max(200 * 0.0002, 200 * 0.0005 / 4)", "fewer_items"),
        (_ONES + "0.2 + max(200 * 0.0002, 20_000 * 0.0005)", "not_shared"),
        (_ONES + "4.2", "chunks"),
        (_ONES + "2.72", "chunks"),
    ],
    "11.2": [
        ("pays_from = None", "not_a_number"),
        ("pays_from = float('nan')", "not_a_number"),
        ("pays_from = 0.34 / 0.04", "whole_item"),
        ("pays_from = 9", "whole_item"),
        ("pays_from = 0.34 / 0.03", "fraction"),
        ("pays_from = 11", "too_few"),
        ("pays_from = 0.46", "too_few"),
        ("pays_from = 13", "too_many"),
    ],
    "11.3": [
        ('check("11.3", (job_a, job_b))', "not_four"),
        ("job_a, job_b, job_c, job_d = 1, 2, 3, 4", "not_a_way"),
        ('job_c = "thread"', "not_a_way"),
        ('job_a = "threads"', "job_a"),
        ('job_b = "pool"', "job_b"),
        ('job_c = "pool"', "job_c"),
        ('job_d = "pool"', "job_d"),
    ],
}

ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "11.1": [('check("11.1", [4.2, 2.7])', "right")],
    "11.2": [("pays_from = 12.0", "right")],
    "11.3": [('check("11.3", ["processes", "sequential", "threads", "loop"])', "right")],
}
