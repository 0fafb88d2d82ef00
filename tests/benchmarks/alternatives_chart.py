"""The chart of ``alternatives.py``: one panel a job, one pair of bars for a call and `run`'s."""

from __future__ import annotations

import io
from xml.sax.saxutils import escape

import matplotlib as mpl
from alternatives_report import RATIO_AIM, Results, job_title, median_s, misses, way_title
from alternatives_ways import LIBRARIES, WRAPPED
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom.style import BLUE, INK, STYLE, times_as_fast, unit_for
from helpers.language import current_language, text
from helpers.parallel.units import duration

# A row for each call, with the way of `run` that wraps it, from top to bottom.
ROWS = [(raw, way) for way, raw in WRAPPED.items()] + [(name, None) for name in LIBRARIES]
# Times that lie further apart than this do not show on one linear axis.
WIDE = 100
_SVG = {"svg.fonttype": "path", "svg.hashsalt": "alternatives", "font.family": "DejaVu Sans"}


def draw_chart(results: Results) -> bytes:
    """Return the chart as SVG, with its alternative text as description."""
    buffer = io.BytesIO()
    with mpl.rc_context({**STYLE, **_SVG}):
        nothing = dict.fromkeys(("Creator", "Date", "Format", "Type"))
        paint(results).savefig(buffer, format="svg", metadata=nothing)
    head, _, rest = buffer.getvalue().decode().partition("<svg ")
    attributes, _, body = rest.partition(">")
    names = f"<title>{escape(conclusion(results))}</title>\n"
    names += f" <desc>{escape(alternative_text_of(results))}</desc>"
    svg = f'{head}<svg {attributes} role="img" lang="{current_language()}">\n {names}{body}'
    return svg.encode()


def paint(results: Results) -> Figure:
    """Return the figure: the jobs side by side, the calls one under the other."""
    rows = [row for row in ROWS if row[0] in next(iter(results["jobs"].values()))["times_s"]]
    figure = Figure(figsize=(11.5, 1.9 + 0.62 * len(rows)), layout="constrained")
    panels = figure.subplots(1, len(results["jobs"]), sharey=True)
    for ax, name in zip(panels, results["jobs"], strict=True):
        _draw_job(ax, results, name, rows)
    names = [way_title(raw).replace("`", "").replace(".", ".\n") for raw, _ in rows]
    panels[0].set_yticks(range(len(rows)), names)
    panels[0].set_ylim(len(rows) - 0.5, -0.5)
    figure.get_layout_engine().set(w_pad=0.1, h_pad=0.1)
    figure.suptitle(conclusion(results), weight="bold", size=14)
    handles, labels = panels[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=2, frameon=False)
    return figure


def _draw_job(ax: Axes, results: Results, name: str, rows: list[tuple[str, str | None]]) -> None:
    job = results["jobs"][name]
    medians = {way: median_s(job["times_s"], way) for row in rows for way in row if way}
    low_s, high_s = min(medians.values()), max(medians.values())
    wide = high_s / low_s > WIDE
    unit = unit_for(low_s if wide else high_s)
    raw, ours = (text(es="tal cual", en="as it is"), text(es="con run()", en="with run()"))
    for i, (label, colour, hatch) in enumerate([(raw, "#E69F00", ""), (ours, BLUE, "///")]):
        bars = [(y + 0.21 * (2 * i - 1 if row[1] else 0), row[i]) for y, row in enumerate(rows)]
        places, ways = zip(*((y, way) for y, way in bars if way), strict=True)
        look = {"color": colour, "hatch": hatch, "edgecolor": INK, "linewidth": 0.8}
        lengths = [medians[way] / unit.size_s for way in ways]
        drawn = ax.barh(places, lengths, height=0.42, label=label, **look)
        ax.bar_label(drawn, [duration(medians[way]) for way in ways], padding=5)
    low, high = low_s / unit.size_s, high_s / unit.size_s
    if wide:
        ax.set_xscale("log")
        ax.xaxis.set_major_formatter(lambda value, _: f"{value:,.10g}")
    ax.set_xlim((low / 3, high * (high / low) ** 0.45) if wide else (0, 1.4 * high))
    ax.tick_params(axis="y", length=0)
    title = panel_title(results, name)
    mark = "," if "," in title else ":"
    ax.set_title(title.replace(f"{mark} ", f"{mark}\n"), size=11)
    n_items, item = f"{job['n_items']:,}", duration(medians["loop"] / job["n_items"])
    scale = text(es=", en escala logarítmica", en=", on a logarithmic scale") if wide else ""
    of = text(es=f"{n_items} elementos de {item}", en=f"{n_items} items of {item}")
    ax.set_xlabel(f"{unit.name}{scale}\n{of}")


def panel_title(results: Results, name: str) -> str:
    """Say which way was the fastest for a job, `run`'s aside, and its speed beside the loop's."""
    times_s, job = results["jobs"][name]["times_s"], job_title(name)
    medians = {raw: median_s(times_s, raw) for raw, _ in ROWS if raw in times_s}
    best = min(medians, key=medians.__getitem__)
    if best == "loop":
        nothing = text(es="nada le gana al ciclo for", en="nothing beats the for loop")
        return f"{job}: {nothing}"
    way = {
        "ThreadPoolExecutor": text(es="hilos", en="threads"),
        "ProcessPoolExecutor": text(es="procesos", en="processes"),
    }.get(best, best)
    speed = times_as_fast(medians["loop"] / medians[best])
    return f"{job}: {way}, {speed} {text(es='que el ciclo', en='as the loop')}"


def conclusion(results: Results) -> str:
    """Say how often `run` costs no more than it should beside the call that it wraps."""
    n = len(WRAPPED) * len(results["jobs"])
    met = n - len(misses(results))
    return text(
        es=f"En {met} de {n} casos run() tarda a lo sumo {RATIO_AIM} veces lo que la llamada que "
        "envuelve",
        en=f"In {met} of {n} cases run() takes at most {RATIO_AIM} times as long as the call it "
        "wraps",
    )


def alternative_text_of(results: Results) -> str:
    """Return a text that replaces the chart: its conclusion, and the time of every way."""
    sentences = [conclusion(results)]
    for name, job in results["jobs"].items():
        times_s = job["times_s"]
        rows = []
        for raw, way in (row for row in ROWS if row[0] in times_s):
            row = f"{way_title(raw).replace('`', '')} {duration(median_s(times_s, raw))}"
            ours = text(es="con run()", en="with run()")
            rows.append(f"{row}, {ours} {duration(median_s(times_s, way))}" if way else row)
        sentences.append(f"{panel_title(results, name)} ({'; '.join(rows)})")
    return ". ".join(sentences) + "."
