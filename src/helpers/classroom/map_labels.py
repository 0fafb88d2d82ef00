"""Who wins where, written into a map of speedups and beside its lines."""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

from matplotlib.axes import Axes

from helpers.classroom.placing import LEADER, Board, Box, around, size_of
from helpers.classroom.speedup_grid import Grid
from helpers.classroom.style import INK, TEXT_BOX, significant
from helpers.language import message

DRAW = 1.1  # a speedup below it, and above its inverse, is about equal
_HEIGHT = 0.7  # of the chart: where along its line a name stands best
_FAR_IN = (0.15, 0.3, 0.5, 0.8)  # how far from its line, both ways


def label_map(ax: Axes, board: Board, grid: Grid, limits: Sequence[float]) -> None:
    """Write into the map who wins where, and beside its lines what they are."""
    highest = message("map.pool_wins", times=significant(grid.highest, 2))
    _write_in(ax, board, grid, message("map.loop_wins"), (0.0, 1 / DRAW))
    if limits:
        _write_in(ax, board, grid, highest, (limits[-1], math.inf))
    _write_in(ax, board, grid, message("map.equal"), (1 / DRAW, DRAW))
    _write_beside(ax, board, grid, 1.0, message("map.line"))
    for limit in limits[1:]:
        _write_beside(ax, board, grid, limit, message("map.times", times=significant(limit, 2)))


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
    place = board.find(text, fitting)
    if place is not None:
        _write(ax, board, text, place)


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


def _write_beside(ax: Axes, board: Board, grid: Grid, speedup: float, text: str) -> None:
    """Write ``text`` beside the line of that speedup, clear of it, with a thin line up to it."""
    if not min(map(min, grid.speedups)) < speedup < grid.highest:
        return
    targets = [board.at(size, cost_s) for size, cost_s in grid.line(speedup)]
    targets.sort(key=lambda place: abs(place[1] - _HEIGHT * board.height))
    side = 1 if speedup > 1 else -1  # the pool wins to the right, the loop to the left
    width, height = size_of(text)
    for far, target in itertools.product(_FAR_IN, targets):
        x = target[0] + side * (width / 2 + far)
        place = board.find(text, [(x, target[1] + side * (height / 2 + far))])
        if place is not None:
            _write(ax, board, text, place, target)
            return


def _write(
    ax: Axes,
    board: Board,
    text: str,
    place: tuple[float, float],
    target: tuple[float, float] | None = None,
) -> None:
    at, to = (
        (x / board.width, y / board.height) for x, y in (place, place if target is None else target)
    )
    ax.annotate(
        text,
        to,
        at,
        xycoords="axes fraction",
        textcoords="axes fraction",
        ha="center",
        va="center",
        bbox=TEXT_BOX,
        zorder=4,
        arrowprops=None if target is None else LEADER | {"color": INK, "shrinkB": 0},
    )
