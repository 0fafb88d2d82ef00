"""Typical wrong answers to the steps of the project, lesson 10, as in wrong_answers."""

_REPLACE = "from dataclasses import replace\n"
_MEASURED = (
    'measured = {{"wall_s": 1.0, "cpu_s": {cpu_s}, "reading_s": 0.4, '
    '"item_s": 1e-4, "message_s": 2.5e-4}}\n'
)
_SMALL = (
    "from helpers.parallel import CostModel\n"
    "model = CostModel(cpus=4, launch_s=0.002, boot_s=0.01, full_boot_s=0.01,\n"
    "                  message_s=1e-4, full_message_s=1e-4)\n"
    "costs_s = [1e-4] * 6_000\n"
)
_PAPER = "paper = simulate(costs_s, 4, 200, model=model)"
_RATIO = "sum(costs_s) / paper.elapsed_s"


def _counted(counts: str = "[count_words(file) for file in files]", timings: str = "") -> str:
    """Return counts of the lesson's files, and timings that each are long enough."""
    return f"counts = {counts}\ntimings_s = {timings or '[60.0, 50.0, 51.0]'}"


def _limits(
    waits: object = 0.05,
    reads: object = 0.4,
    enough: object = 25,
    limit: object = "cpu",
    cpu_s: float = 0.95,
) -> str:
    """Return an answer about figures that were measured on no real machine."""
    answer = f"waits, reads, enough, limit = {waits!r}, {reads!r}, {enough!r}, {limit!r}"
    return _MEASURED.format(cpu_s=cpu_s) + answer


def _predicted(paper: str = _PAPER, speedup: str = _RATIO, pays_from: object = 400) -> str:
    """Return a prediction for a machine with four CPUs that is known to the last figure."""
    return f"{_SMALL}{paper}\nspeedup = {speedup}\npays_from = {pays_from}"


def _judged(error: object, verdict: object, real_s: float = 1.0, how: str = "pool") -> str:
    """Return an advice that promises one second, and a call that followed it."""
    way = f'how="{how}", n_workers=2, chunksize=10'
    return (
        f"{_REPLACE}advice = replace(advice, best=replace(advice.best, {way}, predicted_s=1.0))\n"
        f"real = replace(real, {way}, elapsed_s={real_s})\n"
        f"error, verdict = {error!r}, {verdict!r}"
    )


def _compared(pool_s: float = 1.0, *, how: str = "pool", repeats: int = 3, **made: object) -> str:
    """Return a comparison in which the loop took two seconds and the chosen way ``pool_s``."""
    changes = {"n_workers": 2, "chunksize": 100, **made}
    given = ", ".join(f"{name}={value}" for name, value in changes.items())
    return (
        "speedup, own_error = 2.0, 0.0\n"
        f'{_REPLACE}loop_made = final.typical["sequential"]\n'
        f'made = replace(loop_made, how="{how}", {given})\n'
        f'times_s = {{"sequential": (2.0,) * {repeats}, "{how}": ({pool_s},) * {repeats}}}\n'
        f'typical = {{"sequential": loop_made, "{how}": made}}\n'
        "final = replace(final, times_s=times_s, typical=typical)"
    )


def _predicted_well(speedup: object, own_error: object) -> str:
    """Return a comparison whose speedup is 2, and what was predicted of it."""
    return f"{_compared()}\nspeedup, own_error = {speedup!r}, {own_error!r}"


def _reported(conclusion: str, ax: str = "plot_times(final)") -> str:
    """Return a report about a comparison whose speedup is 1.74."""
    return f"{_compared(2 / 1.74)}\nax = {ax}\nconclusion = {conclusion!r}"


WRONG: dict[str, list[tuple[str, str]]] = {
    "10.1": [
        ('check("10.1", counts)', "not_three"),
        ("files = []\n" + _counted(), "no_files"),
        (_counted("sum(count_words(file) for file in files)"), "total"),
        (_counted("map(count_words, files)"), "lazy"),
        (_counted("(count_words(file) for file in files)"), "lazy"),
        (_counted("{file: count_words(file) for file in files}"), "not_a_list"),
        (_counted("[count_words(files[0])]"), "other_length"),
        (_counted("[os.path.getsize(file) for file in files]"), "bytes"),
        (_counted("[count_words(file) for file in reversed(files)]"), "other_count"),
        (_counted("[None for file in files]"), "other_count"),
        (_counted(timings="51.0"), "not_timings"),
        (_counted(timings="[50.0, 51.0, -1.0]"), "not_timings"),
        (_counted(timings="[50.0, 51.0, float('nan')]"), "not_timings"),
        (_counted(timings="[50.0]"), "few"),
        (_counted(timings="[1e-7, 2e-7, 1e-7]"), "too_fast"),
    ],
    "10.2": [
        ('check("10.2", limit)', "not_five"),
        (_limits() + "\nmeasured = 1.0", "not_measured"),
        (_limits() + '\nmeasured = {"wall_s": 1.0}', "not_measured"),
        (_limits(waits="0.05"), "not_numbers"),
        (_limits(waits=0.95), "waits_cpu"),
        (_limits(waits=5), "waits_percent"),
        (_limits(waits=0.4), "waits"),
        (_limits(reads=2.5), "reads_upside_down"),
        (_limits(reads=40), "reads_percent"),
        (_limits(reads=0.6), "reads_rest"),
        (_limits(reads=0.05), "reads"),
        (_limits(enough=2.5), "chunk_small"),
        (_limits(enough=0), "chunk_small"),
        (_limits(enough=1_000), "chunk_large"),
        (_limits(limit="CPU time"), "not_a_limit"),
        (_limits(limit=["cpu"]), "not_a_limit"),
        (_limits(limit="messages"), "limit_messages"),
        (_limits(limit="disk"), "limit_disk"),
        (_limits(waits=0.7, cpu_s=0.3), "limit_cpu"),
    ],
    "10.3": [
        ('check("10.3", paper)', "not_five"),
        (_predicted() + "\nmodel = None", "not_measured"),
        (_predicted() + "\ncosts_s = 0.6", "not_measured"),
        (_predicted(f"{_PAPER}.elapsed_s", "1.0"), "not_a_run"),
        (_predicted('paper = run(abs, costs_s, how="sequential")'), "executed"),
        (_predicted("paper = simulate(costs_s[:10], 4, 2, model=model)"), "other_work"),
        (_predicted("paper = simulate(costs_s, 4, 200)"), "no_model"),
        (_predicted(speedup="'3.5'"), "not_a_number"),
        (_predicted(speedup="paper.elapsed_s / sum(costs_s)"), "upside_down"),
        (_predicted(speedup=f"{_RATIO} / 4"), "efficiency"),
        (_predicted(speedup="4.0"), "other_speedup"),
        (_predicted("paper = simulate(costs_s, 4, model=model)"), "poor"),
        (_predicted("paper = simulate(costs_s, 1, 200, model=model)"), "poor"),
        (_predicted("paper = simulate(costs_s, 8, 100, model=model)"), "crowded"),
        (_predicted(pays_from=None), "not_never"),
        (_predicted(pays_from=400.5), "not_whole"),
        (_predicted(pays_from="0"), "not_whole"),
        (_predicted(pays_from=20), "early"),
        (_predicted(pays_from=60_000), "late"),
    ],
    "10.4": [
        ('check("10.4", advice)', "not_four"),
        ("advice = advice.best", "not_advice"),
        ("real = real.elapsed_s", "not_a_run"),
        ("real = simulate([1.0], 1)", "not_a_run"),
        (_REPLACE + "real = replace(real, chunksize=7_777)", "other_way"),
        (_judged("0.0", "trust"), "not_a_number"),
        (_judged(1.25, "trust", real_s=0.8), "ratio"),
        (_judged(25, "trust", real_s=0.8), "percent"),
        (_judged(-0.5, "doubt", real_s=0.5), "of_predicted"),
        (_judged(0.7, "doubt", real_s=0.8), "other_error"),
        (_judged(0.0, True), "not_a_verdict"),
        (_judged(0.0, "yes"), "not_a_verdict"),
        (_judged(1.0, "trust", real_s=0.5), "too_trusting"),
        (_judged(0.0, "doubt"), "too_doubtful"),
    ],
    "10.5": [
        ('check("10.5", final)', "not_four"),
        ('check("10.5", (files, final))', "not_four"),
        (
            'own_error = 0.0\nfinal = run(count_words, files[:9], how="sequential")',
            "not_a_comparison",
        ),
        (
            'own_error = 0.0\nfinal = compare(count_words, files[:9], ("sequential",), repeats=3)',
            "one_way",
        ),
        (_compared(repeats=2), "few"),
        (_compared(results="loop_made.results[:-1]"), "other_work"),
        (_compared(results="[0] * len(files)"), "other_counts"),
        (_compared(n_workers=1), "one_worker"),
        (_compared(n_workers=100), "too_many"),
        (_compared(3.0, chunksize=1), "messages"),
        (_compared(2.0, how="threads"), "threads"),
        (_predicted_well("2.0", 0.0), "no_prediction"),
        (_predicted_well(-2.0, 0.0), "no_prediction"),
        (_predicted_well(2.0, "0.0"), "not_a_number"),
        (_predicted_well(3.0, 1.5), "ratio"),
        (_predicted_well(3.0, 50), "percent"),
        (_predicted_well(3.0, -1 / 3), "of_predicted"),
        (_predicted_well(3.0, 0.8), "other_error"),
    ],
    "10.6": [
        ('check("10.6", conclusion)', "not_three"),
        (_reported("") + "\nfinal = 1.74", "not_a_comparison"),
        (_reported("", ax="None"), "no_chart"),
        (_reported("").replace("conclusion = ''", "conclusion = 1.74"), "not_text"),
        (_reported("6,000 files, 1.74 times faster with a pool"), "short"),
        (
            _reported("With a pool of two workers it was 1.74 times faster than with the loop."),
            "no_size",
        ),
        (
            _reported("Counting the words of 6,000 files is much faster with a pool of workers."),
            "no_speedup",
        ),
        (
            _reported("Counting the words of 6,000 files is now 1.74 times faster than it was."),
            "no_way",
        ),
        (
            _reported("Counting the words of 6,000 files is 1.74 times as fast with the pool."),
            "no_limit",
        ),
        (
            _reported("Counting 6,000 files with a pool of 2 workers is faster; limit: the CPU."),
            "no_speedup",
        ),
    ],
}

ALSO_RIGHT: dict[str, list[tuple[str, str]]] = {
    "10.1": [
        (_counted("list(map(count_words, files))"), "right"),
        (_counted(timings="(90.0, 50.0, 51.0, 52.0)"), "right_cold"),
        (_counted(timings="[50.0, 50.0, 150.0]"), "right_uneven"),
    ],
    "10.2": [
        (_limits(waits=0.1, cpu_s=0.9), "right"),
        (_limits(enough=26), "right"),
        (_limits(waits=0.7, cpu_s=0.3, limit="disk"), "right_disk"),
        (_limits(waits=0.22, cpu_s=0.78), "right"),
    ],
    "10.3": [
        (_predicted(), "right"),
        (_predicted(speedup=f"round({_RATIO}, 1)"), "right"),
        (
            _predicted("paper = simulate(costs_s, 1, 200, model=model)", pays_from=None).replace(
                "cpus=4", "cpus=1"
            ),
            "right_never",
        ),
    ],
    "10.4": [
        (_judged(0.0, "trust"), "right"),
        (_judged(0.2, "trust", real_s=1.25), "right"),
        (_judged(0.0, "trust", how="sequential"), "right_loop"),
        (_judged(1.0, "doubt", real_s=0.5), "right_doubt"),
    ],
    "10.5": [
        (_compared(), "right"),
        (_compared(2.5) + "\nown_error = 1.5", "right_slower"),
        (_predicted_well(3.0, 0.5), "right"),
        (_predicted_well(1.0, 0.5), "right"),
    ],
    "10.6": [
        (
            _reported(
                "Contar las palabras de 6000 archivos es 1,74 veces más rápido con un Pool; "
                "el límite es el disco."
            ),
            "right",
        ),
        (
            _reported(
                "We counted the words of 6 000 files 1.7 times as fast with 2 processes, one a CPU."
            ),
            "right",
        ),
    ],
}
