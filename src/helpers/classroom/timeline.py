"""The timeline of a run: one lane a worker, and what each did when."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.patches import Rectangle
from matplotlib.patheffects import withStroke
from matplotlib.textpath import TextToPath

from helpers.classroom.style import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    TEXT_BOX,
    VERMILLION,
    Unit,
    describe,
    duration,
    new_axes,
    significant,
    times_as_fast,
    unit_for,
)
from helpers.classroom.timeline_labels import began_s, label_marks
from helpers.classroom.timeline_table import lane_name, timeline_table
from helpers.language import message, text
from helpers.parallel import Run, Watch
from helpers.parallel.results import way_in_words

_LANE, _BLOCK = 1.0, 0.62  # the height of a lane, and of the blocks in it
_WIDE = 0.03  # a run that takes less than this share of the axis is too short to explain
_LANES = 14  # so many lanes have half an inch each; more share the same height
_NAMES = 16  # so many lanes of a run have a name at most
_MANY = 400  # spans in a lane; beyond it most are narrower than a pixel
_SEEN = 0.005  # the workers' end is drawn where it takes this share of the axis
_PIXELS = 1000  # about how many pixels wide the lanes are
_APART = withStroke(linewidth=5, foreground="white")  # the end from a block that ends there
_HEADING: Any = {"weight": "bold", "size": 13}
_HEADING_IN = 7.7  # a heading up to so many inches has room for more words over it


def plot_timeline(*watched: Run | Watch) -> Axes:
    """Draw what each worker did when, for one call or for several on one time axis.

    Hatched is the start of a worker, and, the other way, the time from the last result until the
    workers have ended. A block is a chunk being computed (neighbours in two shades), nothing is
    waiting; the line is the end of the call.

    Args:
        watched: blocks of ``watch()`` that have ended, or finished runs, drawn from top to bottom;
            the first is what the others are compared to.

    Raises:
        ValueError: where none is given, one without items, or a block in which nothing was timed.
    """
    runs = tuple(one.run() if isinstance(one, Watch) else one for one in watched)
    if not runs or not all(isinstance(run, Run) and run.spans for run in runs):
        raise ValueError(message("chart.no_runs", chart="plot_timeline"))
    n_lanes = sum(run.n_workers for run in runs)
    ax = new_axes(9.0, 0.75 + 0.5 * min(n_lanes, _LANES) + 0.65 * len(runs))
    unit = unit_for(max(run.elapsed_s for run in runs))
    _set_axes(ax, runs, unit)
    top, line = 0.0, max(1.0, n_lanes / _LANES)
    for run in runs:
        top = _draw_run(ax, run, runs, top, unit, line)
    ax.set_ylim(top, -0.1)
    axis_s = ax.get_xlim()[1] * unit.size_s
    names = [_name(run, runs) for run in runs]
    missing = [problem for one in watched if isinstance(one, Watch) for problem in one.problems]
    notes = list(missing)
    if any(span.n_raised for run in runs for span in run.spans):
        notes.append(text(es="✖: la llamada dio un error", en="✖: the call raised an error"))
    ax.set_xlabel("\n".join([ax.get_xlabel(), *notes]))
    told = ". ".join(_told(run, runs, axis_s) for run in runs) + "."
    describe(ax, " ".join([told, *missing]), tables=lambda: [timeline_table(runs, names)])
    return ax


def draw_lanes(ax: Axes, run: Run) -> None:
    """Draw the lanes of a run and nothing else: a timeline that is small."""
    unit = unit_for(run.elapsed_s)
    ax.set_xlim(0, 1.04 * run.elapsed_s / unit.size_s)
    ax.set_xticks([])
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)
    for worker in range(run.n_workers):
        _draw_lane(ax, run, worker, worker * _LANE, unit, named=False)
    end = run.elapsed_s / unit.size_s
    ax.plot([end, end], [0, run.n_workers * _LANE], color=VERMILLION, linewidth=2.5)
    ax.set_ylim(run.n_workers * _LANE + 0.1, -0.1)


def _set_axes(ax: Axes, runs: tuple[Run, ...], unit: Unit) -> None:
    longest = max(run.elapsed_s for run in runs) / unit.size_s
    ax.set_xlim(0, longest * 1.16)
    ax.set_xlabel(message("chart.since_call", unit=unit.name))
    ax.set_yticks([])
    ax.spines["left"].set_visible(False)


def _draw_run(
    ax: Axes, run: Run, runs: tuple[Run, ...], top: float, unit: Unit, line: float
) -> float:
    """Draw a run below ``top`` and return where the next one may begin (y grows downwards).

    ``line`` is the height of a line of text, in lanes.
    """
    ax.text(0, top + 0.42 * line, _heading(run, runs), va="center", **_HEADING)
    first = top + 0.75 * line
    step = math.ceil(run.n_workers / _NAMES)
    for worker in range(run.n_workers):
        _draw_lane(ax, run, worker, first + worker * _LANE, unit, named=worker % step == 0)
    bottom = first + run.n_workers * _LANE
    _draw_end(ax, run, first, bottom, unit)
    if run.how == "sequential" or run.elapsed_s / unit.size_s < _WIDE * ax.get_xlim()[1]:
        return bottom + 0.3 * line
    label_marks(ax, run, bottom - _LANE, unit, line)
    return bottom + 0.75 * line


def _draw_end(ax: Axes, run: Run, first: float, bottom: float, unit: Unit) -> None:
    end = run.elapsed_s / unit.size_s
    look: Any = {"color": VERMILLION, "linewidth": 2.5, "solid_capstyle": "butt"}
    ax.plot([end, end], [first, bottom], path_effects=[_APART], **look)
    text = message("chart.end", time=duration(run.elapsed_s))
    if _stopping_seen(run, ax.get_xlim()[1] * unit.size_s):
        text = message("chart.stopping", time=duration(run.stopping_s)) + f"\n{text}"
    ax.text(end + 0.01 * ax.get_xlim()[1], (first + bottom) / 2, text, va="center", color=INK)


def _stopping_seen(run: Run, axis_s: float) -> bool:
    return run.how != "sequential" and run.stopping_s > _SEEN * axis_s


def _draw_lane(ax: Axes, run: Run, worker: int, top: float, unit: Unit, named: bool) -> None:
    middle, low = top + _LANE / 2, top + (_LANE - _BLOCK) / 2
    end = run.arrived_s / unit.size_s
    if named:
        _name_lane(ax, lane_name(run, worker), middle)
    ax.plot([0, end], [middle, middle], color=GREY, linewidth=0.8, zorder=0)
    ready = run.ready_s[worker]
    if ready is None and named:
        ax.text(0.01 * end, middle, message("chart.no_work"), va="center", bbox=TEXT_BOX)
    began = began_s(run, worker)
    if ready is not None and began is not None and run.how != "sequential":
        _draw_hatched(ax, (began / unit.size_s, low), (ready - began) / unit.size_s, "////")
    if _stopping_seen(run, ax.get_xlim()[1] * unit.size_s):
        _draw_hatched(ax, (end, low), run.stopping_s / unit.size_s, "\\\\\\\\")
    if worker in run.lost_s:
        lost = message("chart.lost", time=duration(run.lost_s[worker]))
        _mark(ax, run.lost_s[worker], low, unit, lost)
    for span in run.spans:
        if span.worker == worker and span.n_raised:
            _mark(ax, span.stop_s, low, unit)
        if span.worker == worker and not span.finished:
            x = span.stop_s / unit.size_s
            ax.text(x, middle, _unfinished(), ha="right", va="center", bbox=TEXT_BOX, zorder=3)
    for i, (start_s, stop_s) in enumerate(_blocks(run, worker)):
        x, width = start_s / unit.size_s, (stop_s - start_s) / unit.size_s
        colour = BLUE if i % 2 else LIGHT
        ax.add_patch(Rectangle((x, low), width, _BLOCK, fc=colour, ec=BLUE, linewidth=0.8))


def _mark(ax: Axes, moment_s: float, low: float, unit: Unit, said: str = "") -> None:
    """Mark a moment at which something went wrong: a cross, and words beside it."""
    x, middle = moment_s / unit.size_s, low + _BLOCK / 2
    ax.plot([x], [middle], "X", ms=14, color=INK, mec="white", mew=1.5, zorder=3)
    if said:
        place = x + 0.015 * ax.get_xlim()[1]
        ax.text(place, middle, said, va="center", color=INK, bbox=TEXT_BOX, zorder=3)


def _unfinished() -> str:
    return text(es="no terminó", en="did not finish")


def _draw_hatched(ax: Axes, corner: tuple[float, float], width: float, hatch: str) -> None:
    ax.add_patch(Rectangle(corner, width, _BLOCK, hatch=hatch, ec=GREY, fc="white"))


def _name_lane(ax: Axes, name: str, y: float) -> None:
    ax.annotate(
        name,
        (0, y),
        (-8, 0),
        textcoords="offset points",
        ha="right",
        va="center",
        annotation_clip=False,
    )


def _blocks(run: Run, worker: int) -> list[tuple[float, float]]:
    """Return the spans of ``worker``; where there are many, those too close to tell are one."""
    spans = sorted((s.start_s, s.stop_s) for s in run.spans if s.worker == worker)
    if len(spans) <= _MANY:
        return spans
    merged = [spans[0]]
    for start_s, stop_s in spans[1:]:
        if start_s - merged[-1][1] < run.elapsed_s / _PIXELS:
            merged[-1] = (merged[-1][0], stop_s)
        else:
            merged.append((start_s, stop_s))
    return merged


def _heading(run: Run, runs: tuple[Run, ...]) -> str:
    """Say how long a run took, how that compares with the first, and how busy its workers were.

    It says the last in fewer words, or leaves it out, where there is no room for more.
    """
    said = {"way": _name(run, runs), "time": duration(run.elapsed_s)}
    said["speed"] = times_as_fast(runs[0].elapsed_s / run.elapsed_s)
    said["share"] = significant(100 * min(1.0, run.utilisation), 2)
    whole = "chart.heading_one" if run.n_workers == 1 else "chart.heading"
    keys = [whole, "chart.heading_brief", "chart.heading_alone"]
    if run is not runs[0]:
        keys = ["chart.heading_compared_busy", "chart.heading_compared"]
    texts = [message(key, **said) for key in (keys[-1:] if run.how == "sequential" else keys)]
    fitting = (text for text in texts if _width_in(text) <= _HEADING_IN)
    return next(fitting, texts[-1])


def _width_in(heading: str) -> float:
    """Return how many inches a heading is wide."""
    points, _, _ = TextToPath().get_text_width_height_descent(
        heading, FontProperties(**_HEADING), ismath=False
    )
    return float(points) / 72


def _name(run: Run, runs: tuple[Run, ...]) -> str:
    """Name a run by its way; by its chunksize too, where only that tells it from another."""
    alike = [other for other in runs if way_in_words(other) == way_in_words(run)]
    if len({other.chunksize for other in alike}) == 1:
        return way_in_words(run)
    size = message("story.chunks", size=f"{run.chunksize:,}")
    return f"{way_in_words(run)}, {size}" if run is alike[0] else size.capitalize()


def _told(run: Run, runs: tuple[Run, ...], axis_s: float) -> str:
    """Say in words what the picture shows."""
    end = duration(run.arrived_s)
    if run.how == "sequential":
        parts = message("chart.sequential_alt", n_items=run.n_items, end=end)
    else:
        parts = message(
            "chart.timeline_alt",
            n_items=run.n_items,
            startup=duration(run.startup_s),
            computing=duration(run.computing_s),
            end=end,
        )
    for worker, lost_s in sorted(run.lost_s.items()):
        parts += message("chart.lost_alt", number=worker + 1, time=duration(lost_s))
    n_raised = sum(span.n_raised for span in run.spans)
    if n_raised:
        parts += text(es=f". Llamadas con error: {n_raised}", en=f". Calls that raised: {n_raised}")
    for span in run.spans:
        if not span.finished:
            who, since = lane_name(run, span.worker), duration(span.start_s)
            parts += text(
                es=f". Lo que empezó {who} a los {since} no terminó",
                en=f". What {who} began after {since} did not finish",
            )
    if _stopping_seen(run, axis_s):
        parts += message("chart.stopping_alt", time=duration(run.stopping_s))
    return f"{_heading(run, runs)}. {parts}"
