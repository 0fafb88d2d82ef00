"""Where a text may stand in a chart: how long it is, and what is there already."""

from __future__ import annotations

import functools
import math
import re
import textwrap
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import Any, NamedTuple

from matplotlib.axes import Axes
from matplotlib.font_manager import FontProperties
from matplotlib.textpath import TextToPath

from helpers.classroom.style import GREY, INK, STYLE, TEXT_BOX, duration, significant

# How a line looks that leads from a text to what it names.
LEADER: dict[str, Any] = {"arrowstyle": "-", "color": GREY, "shrinkA": 1, "shrinkB": 5}
FONT = 12  # the size of the charts' text, in points
_FIRST = 0.775  # the share of the figure's width that Axes have before the layout
_LEADING = 1.25  # the height of a line of text, in font sizes
_FAR = 0.3  # a name that is more inches from its point has a line to it
_ROOM = 0.06  # inches that are kept free around a text


class Box(NamedTuple):
    """A rectangle, in inches from the lower left corner of the Axes."""

    left: float
    low: float
    right: float
    high: float

    def meets(self, other: Box) -> bool:
        """Say whether the two have a point in common."""
        return (
            self.left < other.right
            and other.left < self.right
            and self.low < other.high
            and other.low < self.high
        )


class Board:
    """What stands where in a chart, so that no text covers another.

    It works before the layout is known, with the size that Axes have at first: they only grow.
    """

    def __init__(self, ax: Axes) -> None:
        inch = ax.figure.dpi
        self._ax = ax
        self.width, self.height = ax.bbox.width / inch, ax.bbox.height / inch
        self._taken: list[Box] = []

    def at(self, x: float, y: float) -> tuple[float, float]:
        """Return where a point of the data is, in inches."""
        along, up = self._ax.transLimits.transform(self._ax.transScale.transform((x, y)))
        return float(along) * self.width, float(up) * self.height

    def take(self, box: Box) -> None:
        """Let no text come into ``box``."""
        self._taken.append(box)

    def take_point(self, x: float, y: float) -> None:
        """Let no text come onto the mark at a point of the data."""
        along, up = self.at(x, y)
        self.take(Box(along - _ROOM, up - _ROOM, along + _ROOM, up + _ROOM))

    def take_line(self, points: Sequence[tuple[float, float]]) -> None:
        """Let no text come onto the straight lines between ``points`` of the data."""
        self.take_path([self.at(x, y) for x, y in points])

    def take_path(self, places: Sequence[tuple[float, float]]) -> None:
        """Let no text come onto the straight lines between ``places``, in inches."""
        for (x, y), (to_x, to_y) in pairwise(places):
            steps = 1 + int(max(abs(to_x - x), abs(to_y - y)) / _ROOM)
            for k in range(steps + 1):
                at_x, at_y = x + (to_x - x) * k / steps, y + (to_y - y) * k / steps
                self.take(Box(at_x, at_y, at_x, at_y))

    def is_free(self, box: Box) -> bool:
        """Say whether ``box`` lies in the Axes and nothing stands there."""
        inside = min(box.left, box.low) >= 0
        inside = inside and box.right <= self.width and box.high <= self.height
        return inside and not any(box.meets(other) for other in self._taken)

    def find(self, text: str, middles: Iterable[tuple[float, float]]) -> tuple[float, float] | None:
        """Return the first of ``middles`` around which the text fits, and take its room."""
        for middle in middles:
            box = around(text, middle)
            if self.is_free(box):
                self.take(box)
                return middle
        return None


@functools.lru_cache(maxsize=4096)
def size_of(text: str, *, title: bool = False) -> tuple[float, float]:
    """Return how wide and how high ``text`` is, in inches."""
    size = STYLE["axes.titlesize"] if title else FONT
    font, lines = FontProperties(size=size, weight="bold" if title else "normal"), text.split("\n")
    widths = [TextToPath().get_text_width_height_descent(line, font, False)[0] for line in lines]
    return max(widths) / 72, len(lines) * _LEADING * size / 72


def set_title(ax: Axes, text: str, left_in: float = 1.1, pad: float | None = None) -> None:
    """Write ``text`` over ``ax``, in as many lines as it needs.

    Args:
        ax: the chart.
        text: the conclusion.
        left_in: how many inches there are from the figure's edge to the axis.
        pad: points between the chart and the title.
    """
    part = min(1.0, ax.bbox.width / ax.figure.bbox.width / _FIRST)
    width_in = part * ax.figure.bbox.width / ax.figure.dpi - left_in
    ax.set_title(plain("\n".join(wrapped(text, width_in, title=True))), pad=pad)


def wrapped(text: str, width_in: float, *, title: bool = False) -> list[str]:
    """Return ``text`` in as few lines as have room in so many inches, all about as long."""
    widest = [_filled(text, share * width_in, title) for share in (1, 0.9, 0.8, 0.7, 0.6, 0.5)]
    return [lines for lines in widest if len(lines) == len(widest[0])][-1]


def _filled(text: str, width_in: float, title: bool) -> list[str]:
    space, lines, reached = size_of(" ", title=title)[0], [""], math.inf
    for word in re.findall(r"[^ \n]+", text):  # a no-break space stays one
        width = size_of(word, title=title)[0]
        if reached + space + width <= width_in:
            lines[-1] += f" {word}"
            reached += space + width
        else:
            lines.append(word)
            reached = width
    return lines[1:]


def around(text: str, middle: tuple[float, float]) -> Box:
    """Return the room that ``text`` takes around ``middle``."""
    width, height = size_of(text)
    across, up = width / 2 + _ROOM, height / 2 + _ROOM
    return Box(middle[0] - across, middle[1] - up, middle[0] + across, middle[1] + up)


def fitted(name: str, width: int = 24, lines: int = 2) -> str:
    """Return ``name`` in so many lines of so many characters at most, cut where it is longer."""
    wrapped = textwrap.wrap(name, width, max_lines=lines, placeholder="…")
    return plain("\n".join(wrapped))


def shortened(name: str, width: int = 40) -> str:
    """Return ``name`` in one line of so many characters at most, cut where it is longer."""
    return "\n".join(textwrap.wrap(name, width, max_lines=1, placeholder="…"))


def capitalised(text: str) -> str:
    """Return ``text`` with a capital at its beginning; the rest stays as it is."""
    return text[:1].upper() + text[1:]


def plain(text: str) -> str:
    """Return ``text`` so that it is drawn as it is: two dollar signs would begin a formula."""
    return text.replace("$", r"\$")


def brief(value: float) -> str:
    """Write ``value`` with at most two digits that mean something: ``"5"``, ``"0.25"``."""
    text = significant(value, 2)
    return text.rstrip("0").rstrip(".") if "." in text else text


def percent(share: float) -> str:
    """Write a share in percent, with at most two digits that mean something."""
    return brief(100 * share)


def brief_time(seconds: float) -> str:
    """Write a time with at most two digits that mean something: ``"94 ms"``, ``"1 s"``."""
    value, unit = duration(float(f"{seconds:.1e}")).split(" ")
    return f"{brief(float(value.replace(',', '')))} {unit}"


def name_points(
    ax: Axes, board: Board, named: Sequence[tuple[str, float, float]], *, boxed: bool = True
) -> None:
    """Write the name of each point beside it, where there is room; a line leads to those far off.

    Args:
        ax: where the points are drawn.
        board: what must not be covered.
        named: a text, and where in the data its point is; the most important first.
        boxed: whether a name hides what is behind it.
    """
    for text, x, y in named:
        point = board.at(x, y)
        middle = board.find(text, _beside(text, point))
        if middle is None:
            continue
        offset = (72 * (middle[0] - point[0]), 72 * (middle[1] - point[1]))
        width, height = size_of(text)
        far = math.hypot(
            max(0.0, abs(middle[0] - point[0]) - width / 2),
            max(0.0, abs(middle[1] - point[1]) - height / 2),
        )
        board.take_path([middle, point] if far > _FAR else [])
        ax.annotate(
            text,
            (x, y),
            offset,
            textcoords="offset points",
            ha="center",
            va="center",
            color=INK,
            bbox=TEXT_BOX if boxed else None,
            arrowprops=LEADER | {"color": INK} if far > _FAR else None,
        )


def _beside(text: str, point: tuple[float, float]) -> Iterator[tuple[float, float]]:
    """Yield where the middle of a point's name may be: close to it first."""
    width, height = size_of(text)
    gap = 0.1 + _ROOM
    for far in (0.0, 0.25, 0.5, 0.8, 1.2):
        across, up = width / 2 + gap, height / 2 + gap + far
        if far == 0:
            yield from ((point[0] + across, point[1]), (point[0] - across, point[1]))
        for side in (0, 0.5, -0.5, 1, -1):
            yield point[0] + side * width, point[1] + up
            yield point[0] + side * width, point[1] - up


def apart(places: Sequence[tuple[float, float]], low: float, high: float) -> list[float]:
    """Return places like the given ones, but so far apart that their texts do not touch.

    Args:
        places: where a text should stand and how high it is, from the lowest to the highest.
        low, high: between where the texts should stand; ``high`` gives way where it is too narrow.
    """
    moved: list[float] = []
    end = low
    for wanted, height in places:
        moved.append(max(wanted, end + height / 2))
        end = moved[-1] + height / 2
    limit = max(high, low + sum(height for _, height in places))
    for i in reversed(range(len(moved))):
        height = places[i][1]
        moved[i] = min(moved[i], limit - height / 2)
        limit = moved[i] - height / 2
    return moved
