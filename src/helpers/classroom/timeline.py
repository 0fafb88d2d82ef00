"""The timeline of a call: one lane a worker, and what each did when."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import groupby
from typing import Any, NamedTuple

from matplotlib import pyplot as plt
from matplotlib.axes import Axes

from helpers.classroom.own_figure import MOST, NONE, Row, Table
from helpers.classroom.style import (
    BLUE,
    GREY,
    INK,
    LIGHT,
    STYLE,
    VERMILLION,
    describe,
    times_as_fast,
    unit_for,
)
from helpers.language import text
from helpers.parallel import InputError, Run, Watch
from helpers.parallel.units import duration, significant

_LANES = 14  # up to this many lanes have their full height; more share it
_NAMES = 16  # at most this many lanes of a call have a name
_DIGITS = 4  # of the longest time in the table, after its first: what can be seen, and a bit more

# Told apart without colour: hatched one way or the other, crossed, or full in two shades by turns.
_BLOCKS: dict[str, Any] = {
    "start": {"facecolor": "white", "edgecolor": GREY, "hatch": "////"},
    "work": {"facecolors": (BLUE, LIGHT), "edgecolor": BLUE},
    "unfinished": {"facecolor": "white", "edgecolor": INK, "hatch": "xxx"},
    "close": {"facecolor": "white", "edgecolor": GREY, "hatch": "\\\\\\\\"},
}
_MARKS: dict[str, Any] = {"raise": {"marker": "X"}, "lose": {"marker": "D"}}


def plot_timeline(*watched: Run | Watch) -> Axes:
    """Draw what each worker did when, for one call or for several on one time axis.

    Args:
        watched: blocks of ``watch()`` that have ended, or finished runs, drawn from top to bottom;
            the first is what the others are compared to.

    Returns:
        The Axes of the last one.

    Raises:
        InputError: where none is given, one without items, or a block in which nothing was timed.
    """
    runs = [one.run() if isinstance(one, Watch) else one for one in watched]
    if not runs or not all(isinstance(run, Run) and run.spans for run in runs):
        raise InputError(
            text(
                es="plot_timeline necesita lo que da with watch() as NOMBRE, o un resultado de "
                "run() que tenga elementos: plot_timeline(NOMBRE).",
                en="plot_timeline needs what with watch() as NAME gives, or a result of run() that "
                "has items: plot_timeline(NAME).",
            )
        )
    problems = [problem for one in watched if isinstance(one, Watch) for problem in one.problems]
    unit = unit_for(max(run.elapsed_s for run in runs))
    lanes = [min(run.n_workers, _LANES) for run in runs]
    with plt.rc_context(STYLE):
        figure, axes = plt.subplots(
            len(runs),
            squeeze=False,
            sharex=True,
            figsize=(9.0, 0.95 + 0.55 * len(runs) + 0.45 * sum(lanes)),
            height_ratios=lanes,
            layout="constrained",
        )
    ax: Axes
    for ax, run in zip(axes[:, 0], runs, strict=True):
        draw_lanes(ax, run)
        step = math.ceil(run.n_workers / _NAMES)
        names = [_lane_name(run, lane) for lane in range(run.n_workers)]
        ax.set_yticks(range(0, run.n_workers, step), names[::step])
        ax.tick_params(left=False)
        ax.set_title(_heading(run), loc="left")
        ax.set_title(_compared(run, runs[0]), loc="right", weight="normal", size=12)
        ax.xaxis.set_major_formatter(lambda seconds, _: f"{seconds / unit.size_s:,g}")
    since = text(es=f"{unit.name} desde el inicio", en=f"{unit.name} since the start")
    ax.set_xlabel("\n".join([since, *problems]))
    axes[0, 0].set_xlim(0, 1.03 * max(run.elapsed_s for run in runs))
    marks = {
        name: mark
        for each in figure.axes
        for mark, name in zip(*each.get_legend_handles_labels(), strict=True)
    }
    shown = [name for name in _words().values() if name in marks]
    figure.legend(
        [marks[name] for name in shown],
        shown,
        loc="outside lower center",
        ncols=5 if len(shown) == 5 else 4,
        frameon=False,
    )
    descriptions = [_described(run, runs[0]) for run in runs]
    describe(figure, " ".join([*descriptions, *problems]), _table(runs))
    return ax


def draw_lanes(ax: Axes, run: Run) -> None:
    """Draw the lanes of a run, from top to bottom, in seconds; what each mark means is its label.

    Hatched is the start of a worker and, the other way, the time from the last result until the
    workers have ended. A block is a chunk being computed (neighbours in two shades), a thin line
    nothing; the line across is the end of the call.
    """
    n_lanes, done, words = run.n_workers, _stretches(run), _words()
    lanes = range(n_lanes)
    ends_s = [run.lost_s.get(lane, run.elapsed_s) for lane in lanes]
    ax.hlines(lanes, 0, ends_s, color=GREY, linewidth=0.8, zorder=0, label=words["idle"])
    for doing, look in _BLOCKS.items():
        same = [one for one in done if one.doing == doing]
        for lane, its in groupby(same, key=lambda one: one.lane):
            pieces = [(one.start_s, one.stop_s - one.start_s) for one in its]
            ax.broken_barh(pieces, (lane - 0.3, 0.6), linewidth=0.8, label=words[doing], **look)
    for doing, look in _MARKS.items():
        places = [(one.stop_s, one.lane) for one in done if one.doing == doing]
        if places:
            look = {"ls": "None", "ms": 12, "color": INK, "mec": "white", **look}
            ax.plot(*zip(*places, strict=True), label=words[doing], **look)
    look = {"color": VERMILLION, "linewidth": 2.5}
    ax.vlines(run.elapsed_s, -0.5, n_lanes - 0.5, label=words["end"], **look)
    ax.set_ylim(n_lanes - 0.5, -0.5)
    ax.spines["left"].set_visible(False)


def _words() -> dict[str, str]:
    return {
        "start": text(es="arranca", en="starting"),
        "work": text(es="trabaja", en="working"),
        "unfinished": text(es="no terminó", en="did not finish"),
        "raise": text(es="lanzó un error", en="raised an error"),
        "lose": text(es="se perdió", en="lost"),
        "idle": text(es="no hace nada", en="idle"),
        "close": text(es="se cierra", en="closing"),
        "end": text(es="fin", en="end"),
    }


class _Stretch(NamedTuple):
    """What a worker did for a while, or at once, in seconds since the call."""

    lane: int
    start_s: float
    stop_s: float
    doing: str
    n_items: int | None = None


def _stretches(run: Run) -> list[_Stretch]:
    """Return what each worker did, lane after lane; the waiting is what lies between."""
    found = []
    for lane, ready_s in enumerate(run.ready_s):
        began_s = _began_s(run, lane)
        if ready_s is not None and began_s is not None:
            found.append(_Stretch(lane, began_s, ready_s, "start"))
        if lane in run.lost_s:
            found.append(_Stretch(lane, run.lost_s[lane], run.lost_s[lane], "lose"))
        elif run.how != "sequential" and run.stopping_s:
            found.append(_Stretch(lane, run.arrived_s, run.elapsed_s, "close"))
    for span in run.spans:
        doing = "work" if span.finished else "unfinished"
        found.append(_Stretch(span.worker, span.start_s, span.stop_s, doing, span.n_items))
        if span.n_raised:
            found.append(_Stretch(span.worker, span.stop_s, span.stop_s, "raise", span.n_raised))
    return sorted(found)


def _began_s(run: Run, lane: int) -> float | None:
    """Return when a worker began to start: at the call, or when it was to replace a lost one.

    ``None`` where it ran before, or nobody knows.
    """
    ready_s = run.ready_s[lane]
    if run.lanes:
        return run.started_s[lane] if run.started_s else None
    if ready_s is None or run.how == "sequential":
        return None
    return max((lost_s for lost_s in run.lost_s.values() if lost_s < ready_s), default=0.0)


def _lane_name(run: Run, lane: int) -> str:
    ways = {"sequential": "this_process", "threads": "thread", "dask": "dask"}
    kinds = run.lanes or [ways.get(run.how, "process")] * run.n_workers
    number = list(kinds[: lane + 1]).count(kinds[lane])
    return {
        "this_process": text(es="este proceso", en="this process"),
        "process": text(es=f"proceso {number}", en=f"process {number}"),
        "thread": text(es=f"hilo {number}", en=f"thread {number}"),
        "dask": text(es=f"trabajador {number}", en=f"worker {number}"),
    }[kinds[lane]]


def _way(run: Run) -> str:
    """Name the way of a run, with the number of its workers but for this process."""
    n = run.n_workers - list(run.lanes).count("this_process")
    one = n == 1
    thread = text(es="hilo", en="thread") if one else text(es="hilos", en="threads")
    worker = text(es="trabajador", en="worker") if one else text(es="trabajadores", en="workers")
    process = text(es="proceso", en="process") if one else text(es="procesos", en="processes")
    ways = {
        "sequential": text(es="En secuencia", en="Sequentially"),
        "threads": f"{n} {thread}",
        "dask": f"Dask, {n} {worker}",
        "pool": text(es=f"Pool de {n} {process}", en=f"Pool of {n} {process}"),
    }
    return ways.get(run.how, f"{n} {process}")


def _heading(run: Run) -> str:
    return f"{_way(run)}: {duration(run.elapsed_s)}"


def _compared(run: Run, first: Run) -> str:
    """Say how a run compares with the first one, and how busy its workers were on average."""
    parts = [times_as_fast(first.elapsed_s / run.elapsed_s)] if run is not first else []
    if run.how != "sequential":
        share = significant(100 * min(1.0, run.utilisation), 2)
        parts.append(text(es=f"ocupación: {share} %", en=f"busy {share}% of the time"))
    return "; ".join(parts)


def _described(run: Run, first: Run) -> str:
    """Say in words what the picture shows."""
    head = ", ".join(filter(None, [_heading(run), _compared(run, first)]))
    n_lanes, n_items, end = run.n_workers, f"{run.n_items:,}", duration(run.arrived_s)
    parts = [
        text(
            es=f"Línea de tiempo. {head}. Carriles: {n_lanes}. Elementos: {n_items}",
            en=f"Timeline. {head}. Lanes: {n_lanes}. Items: {n_items}",
        )
    ]
    if run.how != "sequential":
        ready = duration(run.startup_s)
        parts.append(
            text(
                es=f"El primer trabajador está listo a los {ready}",
                en=f"The first worker is ready after {ready}",
            )
        )
    parts.append(
        text(
            es=f"El último resultado llega a los {end}",
            en=f"The last result arrives after {end}",
        )
    )
    if n_idle := run.ready_s.count(None):
        parts.append(text(es=f"Sin trabajo: {n_idle}", en=f"Without work: {n_idle}"))
    for lane, lost_s in sorted(run.lost_s.items()):
        number, lost = lane + 1, duration(lost_s)
        parts.append(
            text(
                es=f"El trabajador {number} se perdió a los {lost}, y los demás hicieron su "
                "trabajo",
                en=f"Worker {number} was lost after {lost}, and the others did its work",
            )
        )
    if n := sum(span.n_raised for span in run.spans):
        parts.append(text(es=f"Llamadas con error: {n}", en=f"Calls that raised: {n}"))
    for span in run.spans:
        if not span.finished:
            who, since = _lane_name(run, span.worker), duration(span.start_s)
            parts.append(
                text(
                    es=f"Lo que empezó {who} a los {since} no terminó",
                    en=f"What {who} began at {since} did not finish",
                )
            )
    if run.stopping_s:
        stopping = duration(run.stopping_s)
        parts.append(
            text(
                es=f"Los trabajadores tardan {stopping} más en cerrarse",
                en=f"The workers take {stopping} more to close",
            )
        )
    return ". ".join(parts) + "."


def _table(runs: Sequence[Run]) -> Table:
    """Return what each worker of these runs did, lane after lane as in the picture."""
    longest_s, words = max(run.elapsed_s for run in runs), _words()
    unit = unit_for(longest_s)
    decimals = max(0, _DIGITS - math.floor(math.log10(longest_s / unit.size_s)))
    done = [(run, one) for run in runs for one in _stretches(run)]
    rows: list[Row] = [
        (
            _way(run),
            _lane_name(run, one.lane),
            words[one.doing],
            *(f"{s / unit.size_s:,.{decimals}f}" for s in (one.start_s, one.stop_s)),
            NONE if one.n_items is None else f"{one.n_items:,}",
        )
        for run, one in done[:MOST]
    ]
    heads = (
        text(es="llamada", en="call"),
        text(es="quién", en="who"),
        text(es="qué hizo", en="what it did"),
        text(es=f"desde ({unit.name})", en=f"from ({unit.name})"),
        text(es=f"hasta ({unit.name})", en=f"to ({unit.name})"),
        text(es="número de elementos", en="number of items"),
    )
    caption = text(es="Qué hizo cada trabajador, y cuándo", en="What each worker did, and when")
    return Table(caption, heads, rows, len(done))
