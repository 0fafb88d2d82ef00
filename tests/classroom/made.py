"""Runs made by hand, one of every chart that the course draws, and where a chart's texts stand."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from itertools import combinations

from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.text import Text

from helpers.classroom import plot_timeline
from helpers.classroom.bets import QUESTIONS
from helpers.classroom.explorers import draw_amdahl, draw_pool, drawn
from helpers.parallel import Run, Span

POOL = {"item_s": 1e-2, "n_items": 10_000, "chunksize": 1, "start_s": 0.05, "message_s": 4e-5}


def made_run(
    how="pool", ready_s=(0.03,), spans=(), elapsed_s=0.04, n_workers=None, stopping_s=0.0
) -> Run:
    """Return a run with these spans, each (worker, start, stop, items), in seconds."""
    workers = n_workers or len(ready_s)
    return Run(
        results=[],
        how=how,
        n_workers=workers,
        chunksize=1,
        start_method=None if how in ("sequential", "threads") else "spawn",
        elapsed_s=elapsed_s,
        ready_s=(*ready_s, *[None] * (workers - len(ready_s))),
        spans=tuple(Span(*span) for span in spans),
        stopping_s=stopping_s,
    )


def ended(run: Run, stopping_s: float) -> Run:
    """Return the same run, whose workers took so long to end after the last result."""
    return replace(run, elapsed_s=run.arrived_s + stopping_s, stopping_s=stopping_s)


def sequential(n_items: int = 24, item_s: float = 0.09) -> Run:
    """Return a plain loop, an item a span."""
    spans = [(0, i * item_s, (i + 1) * item_s, 1) for i in range(n_items)]
    return made_run("sequential", (0.0,), spans, n_items * item_s)


def hundred_squares(n_workers: int) -> Run:
    """Return a pool for tiny work: nearly all start; beyond three workers some get none."""
    ready = [0.0285 + 0.0011 * i for i in range(min(n_workers, 3))]
    first = ready[-1] + 1e-4
    n_chunks = 4 * n_workers
    spans = [
        (i % len(ready), first + i * 6e-5, first + i * 6e-5 + 3e-6, 100 // n_chunks)
        for i in range(n_chunks)
    ]
    return made_run("pool", tuple(ready), spans, first + n_chunks * 6e-5 + 8e-4, n_workers)


def heavy(n_workers: int, n_items: int = 24, how: str = "pool") -> Run:
    """Return a run that mostly computes, each item given to the worker that is free first."""
    ready = tuple(0.03 + 0.002 * i for i in range(n_workers))
    free, spans = [moment + 0.001 for moment in ready], []
    for i in range(n_items):
        worker = min(range(n_workers), key=free.__getitem__)
        stop = free[worker] + 0.085 + 0.01 * (i % 3)
        spans.append((worker, free[worker], stop, 1))
        free[worker] = stop + 0.0008
    return made_run(how, ready, spans, max(free) + 0.002)


def in_trouble() -> Run:
    """Return a run in which a worker is lost, a call raises, and another does not finish."""
    run = heavy(4, how="dask")
    first, *others, last = run.spans
    spans = (first._replace(n_raised=1), *others, last._replace(finished=False))
    return replace(run, spans=spans, lost_s={1: 0.3})


def many_calls() -> Run:
    """Return a pool of two workers with 100,000 calls of 8 µs."""
    spans = [(i % 2, 0.03 + i * 1e-5, 0.03 + i * 1e-5 + 8e-6, 1) for i in range(100_000)]
    return made_run("pool", (0.029, 0.0295), spans, 1.031)


TIMELINES = {
    "a loop and a pool": (sequential(), ended(heavy(4), 0.1)),
    "three ways": (sequential(), heavy(4, how="threads"), heavy(4)),
    "hardly any work": (hundred_squares(8),),
    "far slower": (sequential(24, 1e-6), hundred_squares(4)),
    "one worker": (heavy(1, 3),),
    "microseconds": (made_run("sequential", (0.0,), [(0, 2e-7, 1e-5, 100)], 1.02e-5),),
    "64 workers": (heavy(64, 256),),
    "trouble": (in_trouble(),),
}

# Every chart by name; each is drawn in the current language when it is called.
CHARTS: dict[str, Callable[[], Figure]] = {
    **{name: lambda runs=runs: plot_timeline(*runs).figure for name, runs in TIMELINES.items()},
    **{f"bet {key}": bet.drawn for key, bet in QUESTIONS.items() if bet.pictures},
    "Amdahl": lambda: drawn(draw_amdahl, fraction=0.2, n_workers=64),
    "Amdahl without a limit": lambda: drawn(draw_amdahl, fraction=0.0, n_workers=2),
    "pool": lambda: drawn(draw_pool, **POOL),
    "pool of tiny items": lambda: drawn(draw_pool, **{**POOL, "item_s": 1e-6}),
}


def texts(figure: Figure) -> list[str]:
    """Return what is written on the figure."""
    figure.draw_without_rendering()
    return [text.get_text() for text in _shown(figure)]


def badly_placed(figure: Figure) -> list[str]:
    """Name each text that leaves the figure or covers another text."""
    renderer = FigureCanvasAgg(figure).get_renderer()
    figure.draw(renderer)
    boxes = [(text.get_text(), text.get_window_extent(renderer)) for text in _shown(figure)]
    page = figure.bbox.padded(1)
    outside = [
        f"{text!r} leaves the figure"
        for text, box in boxes
        if not (page.contains(*box.min) and page.contains(*box.max))
    ]
    covering = [
        f"{one!r} and {other!r} overlap"
        for (one, box), (other, other_box) in combinations(boxes, 2)
        if box.padded(-1).overlaps(other_box)
    ]
    return outside + covering


def _shown(figure: Figure) -> list[Text]:
    """Return the texts that are drawn; those of ticks beyond the end of an axis are not."""
    hidden = {
        label
        for ax in figure.axes
        for axis in (ax.xaxis, ax.yaxis)
        for tick in axis.get_major_ticks()
        for label in (tick.label1, tick.label2)
        if not min(axis.get_view_interval()) <= tick.get_loc() <= max(axis.get_view_interval())
    }
    found = figure.findobj(Text)
    return [one for one in found if one.get_visible() and one.get_text() and one not in hidden]
