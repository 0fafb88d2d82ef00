"""Typical wrong answers to the exercises of lesson 11, as in wrong_answers."""

_ONES = "in_ones_s = 4.7\nin_hundreds_s = "

WRONG: dict[str, list[tuple[str, str]]] = {
    "11.1": [
        ('check("11.1", in_ones_s)', "not_two"),
        (_ONES + "'2.72'", "not_two"),
        ("in_ones_s, in_hundreds_s = 2.7, 2.72", "ones"),
        (_ONES + "0.2 + 200 * 0.0001 + 200 * 0.0005 / 4", "fewer_items"),
        (_ONES + "0.2 + 200 * 0.0001 + 20_000 * 0.0005", "not_shared"),
        (_ONES + "4.7", "chunks"),
        (_ONES + "0.2 + 100 * 0.0001 + 2.4", "chunks"),
    ],
    "11.2": [
        ("pays_from = None", "not_a_number"),
        ("pays_from = float('nan')", "not_a_number"),
        ("pays_from = 10", "whole_item"),
        ("pays_from = 11", "whole_item"),
        ("pays_from = 0.2 / 0.015", "not_yet_less"),
        ("pays_from = 13", "not_yet_less"),
        ("pays_from = 40", "other"),
    ],
    "11.3": [
        ("job_a, job_b, job_c, job_d = 1, 2, 3, 4", "not_four"),
        ('job_d = "numpy"', "not_four"),
        ('job_a = "threads"', "job_a"),
        ('job_b = "pool"', "job_b"),
        ('job_c = "pool"', "job_c"),
        ('job_d = "pool"', "job_d"),
    ],
}

ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "11.1": [(_ONES + "2.72", "right")],
    "11.2": [("pays_from = 14.0", "right")],
}
