"""The break-even map as tables: the speedups on it, and the jobs that are marked."""

from __future__ import annotations

from collections.abc import Mapping

from helpers.classroom.data_table import NONE, Row, Table
from helpers.classroom.placing import brief_time
from helpers.classroom.speedup_grid import Grid
from helpers.classroom.style import significant
from helpers.language import message

_STEP = 10  # points of the grid from one power of ten to the next: a table has the powers alone

Points = Mapping[str, tuple[float, int]]  # what an item costs in seconds, and how many there are


def map_tables(
    caption: str, grid: Grid, points: Points, speedups: Mapping[str, float]
) -> list[Table]:
    """Return the map as a table, and the marked jobs as another where there are any.

    Args:
        caption: what the map shows.
        grid: the speedups on it.
        points: the marked jobs, by name.
        speedups: those of the jobs.
    """
    jobs = [jobs_table(points, speedups)] if points else []
    return [_speedups(caption, grid), *jobs]


def jobs_table(points: Points, speedups: Mapping[str, float]) -> Table:
    """Return the marked jobs as a table; arguments as in ``map_tables``."""
    keys = ("chart.items", "map.cost_axis", "speedup.axis")
    rows = [
        (name, f"{n_items:,}", brief_time(item_s), significant(speedups[name], 2))
        for name, (item_s, n_items) in points.items()
    ]
    return Table(message("table.jobs"), (message("table.job"), *map(message, keys)), rows)


def _speedups(caption: str, grid: Grid) -> Table:
    """Return the speedups at each power of ten, the dearest items first as on the map."""
    rows: list[Row] = [
        (brief_time(cost_s), *(significant(speedup, 2) for speedup in speedups[::_STEP]))
        for cost_s, speedups in zip(grid.costs_s[::_STEP], grid.speedups[::_STEP], strict=True)
    ]
    line = dict(grid.line(1.0))
    even = (brief_time(line[n]) if n in line else NONE for n in grid.sizes[::_STEP])
    sizes = (message("table.items", n=f"{n:,.0f}") for n in grid.sizes[::_STEP])
    heads = (message("map.cost_axis"), *sizes)
    rows = [*reversed(rows), (message("map.line"), *even)]
    return Table(message("table.map", caption=caption), heads, rows)
