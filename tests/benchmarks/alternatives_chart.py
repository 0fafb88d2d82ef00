"""The chart of ``alternatives.py``: one panel a job, one pair of bars for a call and `run`'s."""

from __future__ import annotations

import io
from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from xml.sax.saxutils import escape

import matplotlib as mpl
from alternatives_numbers import RATIO_AIM, Times, median_s, meets_aim
from alternatives_ways import LIBRARIES, WRAPPED
from alternatives_words import WORDS, way_name, way_title
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom.style import (
    BLUE,
    INK,
    STYLE,
    Unit,
    duration,
    times_as_fast,
    unit_for,
)
from helpers.language import current_language, set_language

# A row for each call, with the way of `run` that wraps it, from top to bottom.
ROWS = [(raw, way) for way, raw in WRAPPED.items()] + [(name, None) for name in LIBRARIES]
LOOKS = {"chart_raw": ("#E69F00", ""), "chart_run": (BLUE, "///")}
# Times that lie further apart than this do not show on one linear axis.
WIDE = 100
_SVG = {"svg.fonttype": "path", "svg.hashsalt": "alternatives", "font.family": "DejaVu Sans"}


@contextmanager
def _speaking(language: str) -> Iterator[None]:
    before = current_language()
    set_language(language)
    try:
        yield
    finally:
        set_language(before)


def draw_chart(results: Mapping[str, Any], language: str) -> bytes:
    """Return the chart as SVG, with its alternative text as description."""
    buffer = io.BytesIO()
    with _speaking(language), mpl.rc_context({**STYLE, **_SVG}):
        figure = paint(results, language)
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        figure.savefig(buffer, format="svg", metadata=nothing)
    head, _, rest = buffer.getvalue().decode().partition("<svg ")
    attributes, _, body = rest.partition(">")
    names = f"<title>{escape(conclusion(results, language))}</title>\n"
    names += f" <desc>{escape(alternative_text_of(results, language))}</desc>"
    return f'{head}<svg {attributes} role="img" lang="{language}">\n {names}{body}'.encode()


def paint(results: Mapping[str, Any], language: str) -> Figure:
    """Return the figure: the jobs side by side, the calls one under the other."""
    rows = [row for row in ROWS if row[0] in next(iter(results["jobs"].values()))["times_s"]]
    figure = Figure(figsize=(11.5, 1.9 + 0.62 * len(rows)), layout="constrained")
    panels = figure.subplots(1, len(results["jobs"]), sharey=True, squeeze=False)[0]
    for ax, name in zip(panels, results["jobs"], strict=True):
        _draw_job(ax, results["jobs"][name]["times_s"], rows)
        _label_job(ax, results, name, language)
    names = [way_title(raw, language).replace("`", "") for raw, _ in rows]
    panels[0].set_yticks(range(len(rows)), [name.replace(".", ".\n") for name in names])
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    figure.suptitle(conclusion(results, language), weight="bold", size=14)
    handles = [
        mpl.patches.Patch(facecolor=colour, hatch=hatch, edgecolor=INK, label=WORDS[key][language])
        for key, (colour, hatch) in LOOKS.items()
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw_job(ax: Axes, times_s: Times, rows: list[tuple[str, str | None]]) -> None:
    medians = {name: median_s(times_s, name) for row in rows for name in row if name}
    unit, wide = _axis(medians.values())
    if wide:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    for place, row in enumerate(rows):
        bars = [name for name in row if name]
        for i, name in enumerate(bars):
            y = place + (i - (len(bars) - 1) / 2) * 0.42
            colour, hatch = LOOKS["chart_run" if i else "chart_raw"]
            length = medians[name] / unit.size_s
            ax.barh(y, length, height=0.42, color=colour, hatch=hatch, edgecolor=INK, linewidth=0.8)
            text = duration(medians[name])
            ax.annotate(text, (length, y), (5, 0), textcoords="offset points", va="center")
    low, high = (best(medians.values()) / unit.size_s for best in (min, max))
    ax.set_xlim((low / 3, high * (high / low) ** 0.45) if wide else (0, 1.4 * high))
    ax.tick_params(axis="y", length=0)


def _label_job(ax: Axes, results: Mapping[str, Any], name: str, language: str) -> None:
    job = results["jobs"][name]
    title = panel_title(results, name, language)
    mark = "," if "," in title else ":"
    ax.set_title(title.replace(f"{mark} ", f"{mark}\n"), size=11)
    medians = [median_s(job["times_s"], way) for way in job["times_s"]]
    item_s = median_s(job["times_s"], "loop") / job["n_items"]
    what = WORDS["chart_items"][language].format(n=f"{job['n_items']:,}", item=duration(item_s))
    unit, wide = _axis(medians)
    named = WORDS["chart_log"][language].format(unit=unit.name) if wide else unit.name
    ax.set_xlabel(f"{named}\n{what}")


def _axis(medians_s: Collection[float]) -> tuple[Unit, bool]:
    """Return the unit of an axis, and whether it has to be logarithmic."""
    wide = max(medians_s) / min(medians_s) > WIDE
    return unit_for(min(medians_s) if wide else max(medians_s)), wide


def panel_title(results: Mapping[str, Any], name: str, language: str) -> str:
    """Say which way was the fastest for a job, `run`'s aside, and its speed beside the loop's."""
    times_s = results["jobs"][name]["times_s"]
    medians = {raw: median_s(times_s, raw) for raw, _ in ROWS if raw in times_s}
    best = min(medians, key=medians.__getitem__)
    job = WORDS[name][language]
    if best == "loop":
        return WORDS["chart_loop"][language].format(job=job)
    hows = {raw: way.removeprefix("run ") for way, raw in WRAPPED.items()}
    way = way_name(hows.get(best, best), language)
    with _speaking(language):
        speed = times_as_fast(medians["loop"] / medians[best])
    return WORDS["chart_best"][language].format(job=job, way=way, speed=speed)


def conclusion(results: Mapping[str, Any], language: str) -> str:
    """Say how often `run` costs no more than it should beside the call that it wraps."""
    met = [
        meets_aim(job["times_s"], way, raw)
        for way, raw in WRAPPED.items()
        for job in results["jobs"].values()
    ]
    return WORDS["chart_title"][language].format(met=sum(met), n=len(met), aim=RATIO_AIM)


def alternative_text_of(results: Mapping[str, Any], language: str) -> str:
    """Return a text that replaces the chart: its conclusion, and the time of every way."""
    told = [conclusion(results, language)]
    for name, job in results["jobs"].items():
        rows = [_told(row, job["times_s"], language) for row in ROWS if row[0] in job["times_s"]]
        told.append(f"{panel_title(results, name, language)} ({'; '.join(rows)})")
    return ". ".join(told) + "."


def _told(row: tuple[str, str | None], times_s: Times, language: str) -> str:
    raw, way = row
    text = f"{way_title(raw, language).replace('`', '')} {duration(median_s(times_s, raw))}"
    if way is None:
        return text
    return f"{text}, {WORDS['chart_run'][language]} {duration(median_s(times_s, way))}"
