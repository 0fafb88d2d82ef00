"""What ``alternatives.py`` recorded, as ratios, as tables and pages, in the current language."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from alternatives_ways import LIBRARIES, WRAPPED

from helpers.language import speaking, text
from helpers.parallel.units import duration, significant

PROJECT = Path(__file__).parents[2]
PAGES = {"es": "docs/mediciones.md", "en": "docs/measurements.md"}  # what was measured, in words
# How many times as long `run` should take at most as the call that it wraps.
AIMS = {"computing": 1.05, "waiting": 1.05, "tiny": 1.25}
# More CPUs than this, kept busy by other programs while a job was measured, spoil its figures.
BUSY_CPUS = 0.25
# Whose times are divided by whose.
PAIRS = [*WRAPPED.items(), *(("run processes", name) for name in ("joblib", "mpire", "Dask"))]

# What was recorded, and the seconds of each way in each round, None where it was left out.
Results = Mapping[str, Any]
Times = Mapping[str, Sequence[float | None]]


def ratios(times_s: Times, over: str, under: str) -> list[float]:
    """Return how many times as long ``over`` took as ``under``, in each round that had both."""
    paired = zip(times_s.get(over, ()), times_s.get(under, ()), strict=False)
    return [one / other for one, other in paired if one and other]


def median_s(times_s: Times, name: str) -> float:
    """Return the median of the seconds that a way took."""
    return statistics.median(value for value in times_s[name] if value is not None)


def misses(results: Results) -> list[tuple[str, str, float]]:
    """Return (way of `run`, job, ratio) where it takes longer than is aimed at, to two decimals."""
    medians = [
        (way, name, statistics.median(ratios(job["times_s"], way, wrapped)))
        for way, wrapped in WRAPPED.items()
        for name, job in results["jobs"].items()
    ]
    return [(way, name, ratio) for way, name, ratio in medians if round(ratio, 2) > AIMS[name]]


def number(value: float) -> str:
    """Write a ratio: two decimals where it is near 1, two or three digits elsewhere."""
    return f"{value:.2f}" if 0.1 <= value < 10 else significant(value, 2 if value < 0.1 else 3)


def spread(values: Sequence[float]) -> str:
    """Write the median of ratios, and their quartiles in brackets; a dash where there are none."""
    if not values:
        return "–"
    first, median, third = map(number, np.quantile(values, [0.25, 0.5, 0.75]).tolist())
    return f"{median} ({first} {text(es='a', en='to')} {third})"


def way_title(name: str) -> str:
    """Return how a way is called in a table: in Markdown, as a learner would write it."""
    if name.startswith("run "):
        return f'`run(how="{name.removeprefix("run ")}")`'
    if name == "loop":
        return text(es="ciclo `for`", en="`for` loop")
    return {"Pool": "`multiprocessing.Pool`"}.get(name, f"`{name}`" if "Pool" in name else name)


def job_title(name: str) -> str:
    """Return what a job is called."""
    return {
        "computing": text(es="Calcular", en="Computing"),
        "waiting": text(es="Esperar", en="Waiting"),
        "tiny": text(es="Tareas diminutas", en="Tiny tasks"),
    }[name]


def _table(results: Results, head: str, rows: list[list[str]]) -> str:
    heads = [head, *map(job_title, results["jobs"])]
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def ratio_table(results: Results) -> str:
    """Return the table of `run` over what it wraps, and over what a learner may pick instead."""
    rows = []
    for over, under in PAIRS:
        compared = [ratios(job["times_s"], over, under) for job in results["jobs"].values()]
        if any(compared):
            rows.append([f"{way_title(over)} / {way_title(under)}", *map(spread, compared)])
    intro = text(
        es="Tiempo de la primera forma dividido por el de la segunda; menos de 1 es que gana la "
        "primera. Mediana de los cocientes de todas las rondas, y entre paréntesis sus cuartiles:",
        en="Time of the first way divided by that of the second; below 1 the first one wins. "
        "The median of the ratios of all rounds, with their quartiles in brackets:",
    )
    head = text(es="Primera forma / segunda", en="First way / second")
    return f"{intro}\n\n{_table(results, head, rows)}"


def time_table(results: Results) -> str:
    """Return the table of the median time of every way."""
    jobs = [job["times_s"] for job in results["jobs"].values()]
    names = [name for pair in WRAPPED.items() for name in reversed(pair)]
    rows = [
        [way_title(name), *(duration(median_s(times_s, name)) for times_s in jobs)]
        for name in [*names, *LIBRARIES]
        if name in jobs[0]
    ]
    intro = text(es="Mediana del tiempo de cada forma:", en="The median time of each way:")
    return f"{intro}\n\n{_table(results, text(es='Forma', en='Way'), rows)}"


def aim_line(results: Results) -> str:
    """Say whether `run` takes hardly longer than what it wraps, as AIMS has it, and where not."""
    missed = [f"{way_title(w)}, {job_title(j)}: {number(r)}" for w, j, r in misses(results)]
    where = "; ".join(missed)
    return text(
        es="La meta, que `run` tarde a lo sumo 1.05 veces lo que tarda la llamada que envuelve, y "
        "1.25 en las tareas diminutas, "
        + (f"no se cumple en: {where}." if missed else "se cumple en todos los casos."),
        en="The aim, that `run` take at most 1.05 times as long as the call that it wraps, and "
        "1.25 with tiny tasks, "
        + (f"is missed in: {where}." if missed else "is met in every case."),
    )


def job_line(results: Results) -> str:
    """Say what the jobs are, and how often each was done."""
    sentences = []
    for name, job in results["jobs"].items():
        item = duration(median_s(job["times_s"], "loop") / job["n_items"])
        what = {
            "computing": text(es="contar primos", en="counting primes"),
            "waiting": text(es="como a un servidor", en="as for a server"),
            "tiny": text(es="elevar al cuadrado", en="squaring"),
        }[name]
        n_items, n_rounds = f"{job['n_items']:,}", len(job["times_s"]["loop"])
        of = text(es=f"{n_items} elementos de {item}", en=f"{n_items} items of {item}")
        rounds = text(es=f"{n_rounds} rondas", en=f"{n_rounds} rounds")
        sentences.append(f"{job_title(name)}: {what}, {of}; {rounds}.")
        if any(None in times_s for times_s in job["times_s"].values()):
            seldom = text(
                es="Las formas más lentas, en una de cada cuatro.",
                en="The slowest ways ran in every fourth round.",
            )
            sentences.append(seldom)
    return " ".join(sentences)


def facts_line(results: Results) -> str:
    """Say on which machine, with which Python and which libraries it was measured."""
    here, n, method = results["machine"], results["n_workers"], results["start_method"]
    versions = "; ".join(f"{name} {version}" for name, version in results["versions"].items())
    busy = max(job["others_busy"] for job in results["jobs"].values())
    measured = text(
        es=f"Medido en {here['system']} con {here['usable_cpus']} CPU utilizables de "
        f"{here['logical_cpus']} ({here['processor']}), Python {here['python']}; {n} procesos o "
        f"hilos en cada forma, método de inicio `{method}`; {versions or '–'}. Otros programas "
        f"ocuparon mientras tanto hasta {busy} CPU.",
        en=f"Measured on {here['system']} with {here['usable_cpus']} usable CPUs of "
        f"{here['logical_cpus']} ({here['processor']}), Python {here['python']}; {n} processes or "
        f"threads in each way, start method `{method}`; {versions or '–'}. Meanwhile other "
        f"programs kept up to {busy} CPUs busy.",
    )
    warning = text(
        es="**La máquina no estaba libre: estas cifras valen menos.**",
        en="**The machine was not free: these figures are worth less.**",
    )
    return f"{measured} {warning}" if busy > BUSY_CPUS else measured


def notes() -> str:
    """Say in what the ways are not treated alike."""
    return text(
        es="`ProcessPoolExecutor` recibe el `chunksize` de `run`; `ThreadPoolExecutor` no tiene "
        "bloques y recibe los elementos uno por uno: en las tareas diminutas el cociente "
        "muestra sobre todo lo que valen los bloques. Dask recibe las tareas diminutas en listas, "
        "porque crea un futuro por elemento. Lo demás tiene sus valores predeterminados. joblib "
        "(con loky) y Dask (con `spawn`) inician sus procesos a su manera, sea cual sea el método.",
        en="`ProcessPoolExecutor` gets the `chunksize` of `run`; `ThreadPoolExecutor` has no "
        "chunks and gets the items one by one: on tiny tasks the ratio shows above all what chunks "
        "are worth. Dask gets the tiny tasks in lists, since it makes a future for each "
        "item. All else is at its defaults. joblib (with loky) and Dask (with `spawn`) start their "
        "processes in their own way, whatever the method.",
    )


def section(results: Results) -> str:
    """Return what was measured: it stands in the page of the measurements, between its marks."""
    parts = (job_line, time_table, ratio_table, aim_line)
    return "\n\n".join([*(part(results) for part in parts), notes(), facts_line(results)])


def as_json(results: Results) -> str:
    """Return the record, one line for each list of times."""
    record = json.dumps(results, indent=1, ensure_ascii=False)
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), record) + "\n"


def with_section(page: Path, results: Results) -> str:
    """Return a page's text with the section of ``results`` between its two marks."""
    begin, end = "<!-- alternatives -->\n", "\n<!-- /alternatives -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    return f"{before}{begin}{section(results)}{end}{rest.partition(end)[2]}"


def write_pages(results: Results) -> None:
    """Put the section of each language into its page."""
    for language, page in PAGES.items():
        with speaking(language):
            whole = with_section(PROJECT / page, results)
        (PROJECT / page).write_text(whole, encoding="utf-8", newline="\n")
