"""How much memory of its own a process uses: without the data, with a copy, with shared memory."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from helpers.classroom.data_chart import data_name, data_size
from helpers.classroom.placing import capitalised, fitted, set_title, size_of
from helpers.classroom.style import (
    BLUE,
    INK,
    ORANGE,
    PALE,
    SKY,
    VERMILLION,
    describe,
    new_axes,
)
from helpers.language import message
from helpers.parallel import InputError
from helpers.parallel.plans import short

_LOOKS = ((BLUE, "//"), (ORANGE, ".."), (SKY, "xx"), (VERMILLION, "--"))  # of what is added


def plot_memory(used: Mapping[str, int], *, ax: Axes | None = None) -> Axes:
    """Draw how much memory of its own a process uses: a bar for each name, in bytes.

    Args:
        used: bytes by name. The first is what a process uses anyway; of each of the others it is
            shown how much more it is.
        ax: where to draw; a new figure if ``None``.

    Raises:
        InputError: where there are not two bars to compare, or a number of bytes is not above 0.
    """
    if not isinstance(used, Mapping) or len(used) < 2 or not all(map(_is_size, used.values())):
        raise InputError(message("data.bad_memory", received=short(used)))
    names = [data_name(name) for name in used]
    base, *others = used.values()
    ax = ax or new_axes(9.0, 1.5 + 0.62 * len(used))
    unit, size = ("GB", 1e9) if max(used.values()) >= 1e9 else ("MB", 1e6)
    _draw_bar(ax, 0, (base / size, 0.0), data_size(base))
    for row, n_bytes in enumerate(others, 1):
        more = max(0, n_bytes - base)
        label = message("data.more_bar", all=data_size(n_bytes), more=data_size(more))
        _draw_bar(ax, row, (min(base, n_bytes) / size, more / size), label)
    labels = [fitted(name) for name in names]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlim(0, 1.32 * max(used.values()) / size)
    ax.set_xlabel(message("data.memory_axis", unit=unit))
    ax.tick_params(axis="y", length=0)
    conclusion = _conclusion(names[1:], [max(0, n_bytes - base) for n_bytes in others])
    set_title(ax, conclusion, 0.25 + max(size_of(label)[0] for label in labels))
    told = "; ".join(f"{n}: {data_size(b)}" for n, b in zip(names, used.values(), strict=True))
    describe(ax, f"{conclusion}. {capitalised(told)}.")
    return ax


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _draw_bar(ax: Axes, row: int, parts: tuple[float, float], label: str) -> None:
    """Draw what the process uses anyway, and beside it what the data adds."""
    base, more = parts
    ax.barh(row, base, height=0.62, fc=PALE, ec=INK, linewidth=0.8)
    if more:
        colour, hatch = _LOOKS[(row - 1) % len(_LOOKS)]
        ax.barh(row, more, left=base, height=0.62, fc=colour, hatch=hatch, ec=INK, linewidth=0.8)
    ax.annotate(label, (base + more, row), (8, 0), textcoords="offset points", va="center")


def _conclusion(names: list[str], more: list[int]) -> str:
    told = (
        message("data.more", name=name, more=data_size(n_bytes))
        for name, n_bytes in zip(names, more, strict=True)
    )
    return capitalised("; ".join(told))
