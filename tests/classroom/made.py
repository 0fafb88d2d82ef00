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
from helpers.parallel import Run, simulate

POOL = {"item_s": 1e-2, "n_items": 10_000, "chunksize": 1, "start_s": 0.05, "message_s": 4e-5}


def heavy(n_workers: int, n_items: int = 24, how: str = "pool") -> Run:
    """Return a run that mostly computes."""
    costs_s = [0.085 + 0.01 * (i % 3) for i in range(n_items)]
    run = simulate(costs_s, n_workers, 1, start_s=0.03, message_s=1e-3)
    return replace(run, how=how)


def ended(run: Run, stopping_s: float) -> Run:
    """Return the same run, whose workers took so long to end after the last result."""
    return replace(run, elapsed_s=run.arrived_s + stopping_s, stopping_s=stopping_s)


def sequential(n_items: int = 24, item_s: float = 0.09) -> Run:
    """Return a plain loop, an item a span."""
    run = simulate([item_s] * n_items, 1, 1, start_s=0, message_s=0)
    return replace(run, how="sequential")


def hundred_squares(n_workers: int) -> Run:
    """Return a pool for tiny work: nearly all start; beyond three workers some get none."""
    run = simulate([3e-6] * 100, 3, 10, start_s=0.03, message_s=4e-4)
    none = (None,) * (n_workers - 3)
    return replace(run, n_workers=n_workers, ready_s=(0.028, 0.029, 0.03, *none))


def in_trouble() -> Run:
    """Return a run in which a worker is lost, a call raises, and another does not finish."""
    run = heavy(4, how="dask")
    spans = (
        run.spans[0]._replace(n_raised=1),
        *run.spans[1:-1],
        run.spans[-1]._replace(finished=False),
    )
    return replace(run, spans=spans, lost_s={1: 0.3})


_TIMELINES = {
    "a loop and a pool": (sequential(), ended(heavy(4), 0.1)),
    "hardly any work": (hundred_squares(8),),
    "far slower": (sequential(24, 1e-6), hundred_squares(4)),
    "one worker": (heavy(1, 3),),
    "64 workers": (heavy(64, 256),),
    "trouble": (in_trouble(),),
}

# Every chart by name; each is drawn in the current language when it is called.
CHARTS: dict[str, Callable[[], Figure]] = {
    **{name: lambda runs=runs: plot_timeline(*runs).figure for name, runs in _TIMELINES.items()},
    **{f"bet {key}": bet.drawn for key, bet in QUESTIONS.items() if bet.pictures},
    "Amdahl": lambda: drawn(draw_amdahl, fraction=0.2, n_workers=64),
    "pool of tiny items": lambda: drawn(draw_pool, **{**POOL, "item_s": 1e-6}),
    "pool": lambda: drawn(draw_pool, **POOL),
}


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
