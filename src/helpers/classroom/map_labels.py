"""Who wins where, written into a map of speedups and onto its lines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence

from matplotlib.axes import Axes

from helpers.classroom.placing import Board, Box, around
from helpers.classroom.speedup_grid import Grid
from helpers.classroom.style import TEXT_BOX, significant
from helpers.language import message

DRAW = 1.1  # a speedup below it, and above its inverse, is about equal


def label_map(ax: Axes, board: Board, grid: Grid, limits: Sequence[float]) -> None:
    """Write into the map who wins where, and onto its lines what they are."""
    highest = message("map.pool_wins", times=significant(grid.highest, 2))
    _write_in(ax, board, grid, message("map.loop_wins"), (0.0, 1 / DRAW))
    if limits:
        _write_in(ax, board, grid, highest, (limits[-1], math.inf))
    _write_in(ax, board, grid, message("map.equal"), (1 / DRAW, DRAW))
    _write_on(ax, board, grid, 1.0, message("map.line"))
    for limit in limits[1:]:
        _write_on(ax, board, grid, limit, message("map.times", times=significant(limit, 2)))


def _write_in(ax: Axes, board: Board, grid: Grid, text: str, band: tuple[float, float]) -> None:
    """Write ``text`` where it fits into the band, as near to its middle as can be."""
    across, up = board.width / (len(grid.sizes) - 1), board.height / (len(grid.costs_s) - 1)
    cells = [
        (column * across, row * up)
        for row, speedups in enumerate(grid.speedups)
        for column, speedup in enumerate(speedups)
        if band[0] <= speedup <= band[1] and row % 2 == column % 2 == 0
    ]
    if not cells:
        return
    middle = [sum(values) / len(cells) for values in zip(*cells, strict=True)]
    cells.sort(key=lambda cell: math.dist(cell, middle))
    fitting = (cell for cell in cells if _lies_in(board, grid, around(text, cell), band))
    _write(ax, board, text, fitting)


def _lies_in(board: Board, grid: Grid, box: Box, band: tuple[float, float]) -> bool:
    """Say whether the corners of ``box`` and the middles of its sides belong to the band."""
    across = (box.left, (box.left + box.right) / 2, box.right)
    up = (box.low, (box.low + box.high) / 2, box.high)
    for x, y in itertools.product(across, up):
        column = round(x / board.width * (len(grid.sizes) - 1))
        row = round(y / board.height * (len(grid.costs_s) - 1))
        if not (0 <= column < len(grid.sizes) and 0 <= row < len(grid.costs_s)):
            return False
        if not band[0] <= grid.speedups[row][column] <= band[1]:
            return False
    return True


def _write_on(ax: Axes, board: Board, grid: Grid, speedup: float, text: str) -> None:
    """Write ``text`` onto the line of that speedup, in the upper part if there is room."""
    if not min(map(min, grid.speedups)) < speedup < grid.highest:
        return
    places = [board.at(size, cost_s) for size, cost_s in grid.line(speedup)]
    places.sort(key=lambda place: abs(place[1] - 0.75 * board.height))
    _write(ax, board, text, places)


def _write(ax: Axes, board: Board, text: str, places: Iterable[tuple[float, float]]) -> None:
    place = board.find(text, places)
    if place is not None:
        x, y = place[0] / board.width, place[1] / board.height
        ax.text(
            x, y, text, transform=ax.transAxes, ha="center", va="center", bbox=TEXT_BOX, zorder=4
        )
