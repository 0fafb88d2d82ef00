"""What ``alternatives.py`` recorded, as ratios, as tables and pages in both languages."""

from __future__ import annotations

import json
import re
import statistics
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from alternatives_chart import alternative_text_of, draw_chart
from alternatives_numbers import RATIO_AIM, median_s, meets_aim, number, quartiles, ratios
from alternatives_ways import WRAPPED
from alternatives_words import WORDS, way_title

from helpers.classroom.style import duration
from helpers.language import LANGUAGES

PROJECT = Path(__file__).parents[2]
PAGES = {"es": "docs/mediciones.md", "en": "docs/measurements.md"}  # what was measured, in words
# More CPUs than this, kept busy by other programs while a job was measured, spoil its figures.
BUSY_CPUS = 0.25
# Whose times are divided by whose.
PAIRS = [*WRAPPED.items(), *(("run processes", name) for name in ("joblib", "mpire", "Dask"))]


def with_section(page: Path, name: str, text: str) -> str:
    """Return a page's text with ``text`` between the two marks of that name, which it must have."""
    begin, end = f"<!-- {name} -->\n", f"\n<!-- /{name} -->"
    before, _, rest = page.read_text(encoding="utf-8").partition(begin)
    _, found, after = rest.partition(end)
    if not found:
        raise ValueError(f"{page} has no {begin.strip()} with a {end.strip()} behind it")
    return f"{before}{begin}{text}{end}{after}"


def spread(values: Sequence[float], language: str) -> str:
    """Write the median of ratios, and their quartiles in brackets; a dash where there are none."""
    if not values:
        return "–"
    first, median, third = (number(value) for value in quartiles(values))
    return f"{median} ({first} {WORDS['to'][language]} {third})"


def ratio_table(results: Mapping[str, Any], language: str) -> str:
    """Return the table of `run` over what it wraps, and over what a learner may pick instead."""
    rows = []
    for over, under in PAIRS:
        compared = [ratios(job["times_s"], over, under) for job in results["jobs"].values()]
        if any(compared):
            names = f"{way_title(over, language)} / {way_title(under, language)}"
            rows.append([names, *(spread(values, language) for values in compared)])
    return _table([WORDS["ratio_head"][language], *_job_names(results, language)], rows)


def time_table(results: Mapping[str, Any], language: str) -> str:
    """Return the table of all ways: the median time, and how many times as fast as the loop."""
    rows = []
    every = next(iter(results["jobs"].values()))["times_s"]
    for name in every:
        cells = []
        for job in results["jobs"].values():
            times_s = job["times_s"]
            speed = spread(ratios(times_s, "loop", name), language)
            cells.append(
                f"{duration(median_s(times_s, name))}; {speed}" if name in times_s else "–"
            )
        rows.append([way_title(name, language), *cells])
    return _table([WORDS["time_head"][language], *_job_names(results, language)], rows)


def _job_names(results: Mapping[str, Any], language: str) -> list[str]:
    return [WORDS[job][language] for job in results["jobs"]]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def aim_line(results: Mapping[str, Any], language: str) -> str:
    """Say whether `run` takes at most RATIO_AIM times as long as what it wraps, and where not."""
    missed = []
    for over, under in WRAPPED.items():
        for name, job in results["jobs"].items():
            if not meets_aim(job["times_s"], over, under):
                median = statistics.median(ratios(job["times_s"], over, under))
                missed.append(
                    f"{way_title(over, language)}, {WORDS[name][language]}: {number(median)}"
                )
    key = "aim_missed" if missed else "aim_met"
    return WORDS[key][language].format(aim=RATIO_AIM, missed="; ".join(missed))


def job_line(results: Mapping[str, Any], language: str) -> str:
    """Say what the jobs are, and how often each was done."""
    told = []
    for name, job in results["jobs"].items():
        item_s = median_s(job["times_s"], "loop") / job["n_items"]
        n_rounds = len(job["times_s"]["loop"])
        values = {"n": f"{job['n_items']:,}", "item": duration(item_s), "rounds": n_rounds}
        told.append(WORDS[f"{name}_job"][language].format(**values))
        if any(None in times_s for times_s in job["times_s"].values()):
            told.append(WORDS["seldom"][language])
    return " ".join(told)


def facts_line(results: Mapping[str, Any], language: str) -> str:
    """Say on which machine, with which Python and which libraries it was measured."""
    machine = results["machine"]
    versions = "; ".join(f"{name} {version}" for name, version in results["versions"].items())
    busy = max(job["others_busy"] for job in results["jobs"].values())
    told = WORDS["facts"][language].format(
        **{key: machine[key] for key in ("system", "usable_cpus", "logical_cpus", "python")},
        processor=machine["processor"] or "–",
        n=results["n_workers"],
        method=results["start_method"],
        versions=versions or "–",
        busy=busy,
    )
    return f"{told} {WORDS['busy'][language]}" if busy > BUSY_CPUS else told


def section(results: Mapping[str, Any], language: str) -> str:
    """Return what the page of the measurements shows between its marks."""
    picture = f"../tests/benchmarks/results/alternatives_{language}.svg"
    lines = [
        f"![{alternative_text_of(results, language)}]({picture})",
        WORDS["ratio_text"][language],
        ratio_table(results, language),
        aim_line(results, language),
        f"{WORDS['batches'][language]} {WORDS['own_methods'][language]}",
        facts_line(results, language),
    ]
    return "\n\n".join(lines)


def full_table(results: Mapping[str, Any], language: str) -> str:
    """Return all that was measured, in one language: each way over the loop, `run` over others."""
    lines = [
        f"## {WORDS['title'][language]}",
        facts_line(results, language),
        job_line(results, language),
        f"{WORDS['own_methods'][language]} {WORDS['batches'][language]}",
        WORDS["time_text"][language],
        time_table(results, language),
        WORDS["ratio_text"][language],
        ratio_table(results, language),
        aim_line(results, language),
    ]
    return "\n\n".join(lines)


def as_json(results: Mapping[str, Any]) -> str:
    """Return the record, one line for each list of times."""
    text = json.dumps(results, indent=1, ensure_ascii=False)
    return re.sub(r"\[[^][{}]*\]", lambda found: " ".join(found[0].split()), text) + "\n"


def draw(results: Mapping[str, Any], folder: Path) -> None:
    """Write the table and the charts, in both languages, into ``folder``."""
    tables = "\n\n".join(full_table(results, language) for language in LANGUAGES)
    (folder / "alternatives.md").write_text(f"{tables}\n", encoding="utf-8", newline="\n")
    for language in LANGUAGES:
        chart = draw_chart(results, language)
        (folder / f"alternatives_{language}.svg").write_bytes(chart)


def write_pages(results: Mapping[str, Any]) -> None:
    """Put the section of each language into its page."""
    for language, page in PAGES.items():
        text = with_section(PROJECT / page, "alternatives", section(results, language))
        (PROJECT / page).write_text(text, encoding="utf-8", newline="\n")
