"""Where a pool pays: a map of what an item costs by how many there are."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence

from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.ticker import NullLocator

from helpers.classroom.charts import is_time
from helpers.classroom.map_labels import DRAW, label_map
from helpers.classroom.map_table import map_tables
from helpers.classroom.placing import (
    Board,
    brief_time,
    fitted,
    name_points,
    set_title,
)
from helpers.classroom.speedup_grid import Grid, speedup_grid
from helpers.classroom.style import (
    BLUE,
    INK,
    PALE,
    SKY,
    describe,
    duration,
    new_axes,
    significant,
    times_as_fast,
)
from helpers.language import message
from helpers.parallel import CostModel, InputError, simulate_even
from helpers.parallel.arguments import whole_number
from helpers.parallel.ways import WAYS

_COSTS, _SIZES = (-6, 0), (0, 6)  # from and up to which power of ten the axes go at least
# The shades of "the pool wins", by how many of them there are: the darker, the faster.
_FASTER = {1: (SKY,), 2: (SKY, BLUE), 3: ("#BFE1F5", SKY, BLUE)}

Points = Mapping[str, tuple[float, int]]


def plot_break_even_map(
    model: CostModel,
    *,
    n_workers: int | None = None,
    points: Points | None = None,
    ax: Axes | None = None,
) -> Axes:
    """Draw for which work a pool is predicted to be faster than the loop, and how much.

    Args:
        model: what running costs: from ``calibrate``, or a recorded one.
        n_workers: how many workers the pool has; one on each CPU of the model if ``None``.
        points: jobs to mark, by name: what an item costs in seconds, and how many there are.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where an argument cannot be used.
    """
    if not isinstance(model, CostModel):
        raise InputError(message("map.bad_model", received=repr(model)))
    marked = _checked(points or {})
    n_workers = model.cpus if n_workers is None else whole_number("n_workers", n_workers)
    jobs = {
        name: item_s * n_items / simulate_even(item_s, n_items, n_workers, None, model).elapsed_s
        for name, (item_s, n_items) in marked.items()
    }
    costs = _range(_COSTS, [item_s for item_s, _ in marked.values()])
    sizes = _range(_SIZES, [n_items for _, n_items in marked.values()])
    grid = speedup_grid(model, n_workers, costs, sizes)
    ax = ax or new_axes(9.0, 5.0)
    _set_axes(ax, sizes, costs)
    limits = _limits(grid.highest)
    _draw_bands(ax, grid, limits)
    board = Board(ax)
    for level in (1.0, *limits[1:]):
        board.take_line(grid.line(level))
    _mark(ax, board, marked, jobs)
    label_map(ax, board, grid, limits)
    conclusion = _conclusion(grid, _way(model.how, n_workers))
    set_title(ax, conclusion, left_in=1.15)
    described = f"{conclusion}. {_told(grid, marked, jobs)}"
    describe(ax, described, tables=lambda: map_tables(conclusion, grid, marked, jobs))
    return ax


def _checked(points: Points) -> Points:
    if not isinstance(points, Mapping) or not all(map(_is_job, points.values())):
        raise InputError(message("map.bad_points", received=repr(points)))
    # The tables are made when the map is shown; by then the learner's own may have changed.
    return {name: (item_s, n_items) for name, (item_s, n_items) in points.items()}


def _is_job(value: object) -> bool:
    if not isinstance(value, (tuple, list)) or len(value) != 2:
        return False
    item_s, n_items = value
    whole = isinstance(n_items, int) and not isinstance(n_items, bool)
    return is_time(item_s) and whole and n_items >= 1


def _range(usual: tuple[int, int], values: Sequence[float]) -> tuple[int, int]:
    """Return the powers of ten between which the axis goes, so that all values are inside."""
    exponents = [math.log10(value) for value in values]
    first = min([usual[0], *(math.floor(x) for x in exponents)])
    return first, max([usual[1], *(math.ceil(x) for x in exponents)])


def _limits(highest: float) -> list[float]:
    """Return where the bands begin in which the pool is faster: one, two or three of them."""
    if highest <= DRAW:
        return []
    n_bands = 1 if highest < 1.4 else 2 if highest < 10 else 3
    ratio = (highest / DRAW) ** (1 / n_bands)
    inner = [float(f"{DRAW * ratio**k:.1e}") for k in range(1, n_bands)]
    return [DRAW, *inner]


def _set_axes(ax: Axes, sizes: tuple[int, int], costs: tuple[int, int]) -> None:
    ax.set_xscale("log")
    ax.set_yscale("log")
    ax.set_xlim(10.0 ** sizes[0], 10.0 ** sizes[1])
    ax.set_ylim(10.0 ** costs[0], 10.0 ** costs[1])
    _set_ticks(ax.xaxis, sizes, 8 if sizes[1] < 8 else 5, lambda k: f"{10**k:,}")
    _set_ticks(ax.yaxis, costs, 9, lambda k: brief_time(10.0**k))
    ax.set_xlabel(message("chart.items"))
    ax.set_ylabel(message("map.cost_axis"))


def _set_ticks(axis: Axis, ends: tuple[int, int], most: int, written: Callable[[int], str]) -> None:
    exponents = range(ends[0], ends[1] + 1, 1 + (ends[1] - ends[0]) // most)
    axis.set_ticks([10.0**k for k in exponents], [written(k) for k in exponents])
    axis.set_minor_locator(NullLocator())


def _draw_bands(ax: Axes, grid: Grid, limits: Sequence[float]) -> None:
    """Draw the bands: hatched where the loop wins, white about the draw, then darker and darker."""
    edges = [0.0, 1 / DRAW, *(limits or [DRAW]), math.inf]
    colours = [PALE, "white", *_FASTER.get(len(limits), (SKY,))]
    hatches = ["//", *[""] * (len(edges) - 2)]
    ax.contourf(
        grid.sizes, grid.costs_s, grid.speedups, levels=edges, colors=colours, hatches=hatches
    )
    lowest = min(map(min, grid.speedups))
    for level in (1 / DRAW, 1.0, *limits):
        if lowest < level < grid.highest:
            width = 2.6 if level == 1 else 1.0
            ax.contour(
                grid.sizes, grid.costs_s, grid.speedups, [level], colors=INK, linewidths=width
            )


def _mark(ax: Axes, board: Board, points: Points, speedups: Mapping[str, float]) -> None:
    """Mark the given jobs, each with its name and its speedup."""
    named = []
    for name, (item_s, n_items) in points.items():
        board.take_point(n_items, item_s)
        ax.plot(n_items, item_s, "D", ms=9, mfc="white", mec=INK, mew=2, clip_on=False, zorder=5)
        named.append((f"{fitted(name)}\n{times_as_fast(speedups[name])}", n_items, item_s))
    name_points(ax, board, named)


def _way(how: str, n_workers: int) -> str:
    if how not in WAYS:
        return how
    one = how in ("pool", "dask") and n_workers == 1
    return message(f"way.{how}_one" if one else f"way.{how}", n=n_workers)


def _conclusion(grid: Grid, way: str) -> str:
    line = grid.line(1.0)
    if not line or grid.highest <= 1:
        return message("map.never", way=way)
    least_s = min(size * cost_s for size, cost_s in line)
    times = significant(grid.highest, 2)
    return message("map.wins", way=way, time=brief_time(least_s), times=times)


def _told(grid: Grid, points: Points, speedups: Mapping[str, float]) -> str:
    """Say from what cost on the pool wins, for some numbers of items, and how the jobs do."""
    known = dict(grid.line(1.0))
    told = []
    for size in grid.sizes[::10] if known else ():
        cost_s, n = known.get(size), f"{round(size):,}"
        if cost_s is None:
            told.append(message("map.never_for", n=n))
        else:
            told.append(message("map.from_cost", n=n, cost=brief_time(cost_s)))
    for name, (item_s, n_items) in points.items():
        job = {"name": name, "n": f"{n_items:,}", "cost": duration(item_s)}
        told.append(message("map.job", **job, speed=times_as_fast(speedups[name])))
    return "; ".join([message("map.axes"), *told]) + "."
