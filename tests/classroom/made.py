"""Runs and a plain chart made by hand, and what can be asked of a drawn figure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import combinations

from matplotlib.axes import Axes
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox

from helpers.classroom.data_table import Table
from helpers.classroom.style import BLUE, describe, new_axes
from helpers.language import text
from helpers.parallel import Run, Span


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


def scaled(run: Run, factor: float) -> Run:
    """Return the same run, with every time multiplied."""
    return made_run(
        run.how,
        tuple(ready * factor for ready in run.ready_s if ready is not None),
        [(s.worker, s.start_s * factor, s.stop_s * factor, s.n_items) for s in run.spans],
        run.elapsed_s * factor,
        run.n_workers,
        run.stopping_s * factor,
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


def slow_start(n_workers: int) -> Run:
    """Return a run that mostly starts processes, and computes a visible bit."""
    spans = [(i, 0.93 + 0.03 * i, 0.96 + 0.03 * i, 5) for i in range(n_workers)]
    ready = tuple(0.9 + 0.03 * i for i in range(n_workers))
    return made_run("processes", ready, spans, 1.0 + 0.03 * n_workers)


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


def only_messages(n_workers: int) -> Run:
    """Return a run that starts at once, computes next to nothing, and mostly waits."""
    spans = [
        (w, 0.0045 + k * 0.05 + 0.005 * w, 0.0045 + k * 0.05 + 0.005 * w + 1e-5, 1)
        for k in range(5)
        for w in range(n_workers)
    ]
    return made_run("pool", (0.004,) * n_workers, spans, 0.26)


def bars(lengths: Mapping[str, float], ax: Axes | None = None) -> Axes:
    """Draw a chart with all that a chart may have, in the language: a title, a text, a table."""
    ax = ax or new_axes()
    rows = [(name, f"{length:g}") for name, length in lengths.items()]
    title = text(es="Tiempos de: ", en="Times of: ") + ", ".join(lengths)
    ax.barh(list(lengths), list(lengths.values()), color=BLUE)
    ax.set_title(title)
    told = "; ".join(f"{name}: {length} s" for name, length in rows)
    describe(ax, f"{title}. {told}.", lambda: [Table(title, _heads(), rows)])
    return ax


def _heads() -> tuple[str, str]:
    return text(es="manera", en="way"), text(es="segundos", en="seconds")


def texts(ax: Axes) -> list[str]:
    """Return what is written on the chart, its title included."""
    return [text.get_text() for text in _written(ax)]


def badly_placed(ax: Axes) -> list[str]:
    """Name each text of the chart that leaves the figure or covers another text."""
    figure = ax.figure
    figure.canvas.draw()
    renderer = figure.canvas.get_renderer()
    boxes = [(text.get_text(), _box(text, renderer)) for text in _written(ax)]
    page = figure.bbox
    outside = [
        f"{text!r} leaves the figure"
        for text, box in boxes
        if box.x0 < page.x0 - 1 or box.x1 > page.x1 + 1 or box.y0 < -1 or box.y1 > page.y1 + 1
    ]
    covering = [
        f"{one!r} and {other!r} overlap"
        for (one, box), (other, other_box) in combinations(boxes, 2)
        if _overlap(box, other_box)
    ]
    return outside + covering


def _written(ax: Axes) -> list[Text]:
    found = [text for text in ax.figure.findobj(Text) if text.get_visible() and text.get_text()]
    if not ax.axison:
        axis_texts = {*ax.xaxis.findobj(Text), *ax.yaxis.findobj(Text)}
        found = [text for text in found if text not in axis_texts]
    return [text for text in found if _shown(text, ax)]


def _shown(text: Text, ax: Axes) -> bool:
    """Leave out the tick labels beyond the ends of the axis: they are made but not drawn."""
    for axis, limits in ((ax.xaxis, ax.get_xlim()), (ax.yaxis, ax.get_ylim())):
        for tick in axis.get_major_ticks():
            if text in (tick.label1, tick.label2):
                return min(limits) <= tick.get_loc() <= max(limits)
    return True


def _box(text: Text, renderer) -> Bbox:
    """Return where the letters stand, without the arrow that a note may have."""
    if isinstance(text, Annotation):
        text.update_positions(renderer)
    return Text.get_window_extent(text, renderer)


def _overlap(one: Bbox, other: Bbox, slack: float = 1.0) -> bool:
    return (
        min(one.x1, other.x1) - max(one.x0, other.x0) > slack
        and min(one.y1, other.y1) - max(one.y0, other.y0) > slack
    )
