"""How much memory of its own a process uses: without the data, with a copy, with shared memory."""

from __future__ import annotations

from collections.abc import Mapping

from matplotlib.axes import Axes

from helpers.classroom.data_chart import data_look, data_name
from helpers.classroom.data_table import Table, in_unit
from helpers.classroom.placing import capitalised, fitted, set_title, size_of
from helpers.classroom.style import INK, PALE, describe, new_axes
from helpers.language import message
from helpers.parallel import InputError
from helpers.parallel.arguments import short

_SIZES = {"MB": (1e6, 1), "GB": (1e9, 2)}  # bytes in each unit, and how many decimals it has


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
    unit = "GB" if max(used.values()) >= 1e9 else "MB"
    size, digits = _SIZES[unit]
    base, *others = (round(n_bytes / size, digits) for n_bytes in used.values())
    added = [_added(total - base, unit) for total in others]
    ax = ax or new_axes(9.0, 1.5 + 0.62 * len(used))
    _draw_bar(ax, 0, (base, 0.0), "", _written(base, unit))
    for row, (name, total, more) in enumerate(zip(list(used)[1:], others, added, strict=True), 1):
        label = _written(total, unit)
        if total >= base:
            label = message("data.more_bar", all=label, more=more)
        parts = (min(base, total), max(0.0, total - base))
        _draw_bar(ax, row, parts, name, label)
    labels = [fitted(name) for name in names]
    ax.set_yticks(range(len(labels)), labels)
    ax.set_ylim(len(labels) - 0.5, -0.5)
    ax.set_xlim(0, 1.5 * max(base, *others))
    ax.set_xlabel(message("data.memory_axis", unit=unit))
    ax.tick_params(axis="y", length=0)
    conclusion = _conclusion(names[1:], added)
    set_title(ax, conclusion, 0.25 + max(size_of(label)[0] for label in labels))
    told = "; ".join(
        f"{n}: {_written(b, unit)}" for n, b in zip(names, (base, *others), strict=True)
    )
    amounts = dict(zip(names, (base, *others), strict=True))
    described = f"{conclusion}. {capitalised(told)}."
    describe(ax, described, tables=lambda: [_table(conclusion, amounts, unit)])
    return ax


def _table(caption: str, amounts: Mapping[str, float], unit: str) -> Table:
    """Return how much each uses, and how much that is more than the first; both in ``unit``."""
    digits, base = _SIZES[unit][1], next(iter(amounts.values()))
    heads = [in_unit(message(f"table.{key}"), unit) for key in ("memory", "more")]
    rows = [(n, f"{a:,.{digits}f}", f"{a - base:,.{digits}f}") for n, a in amounts.items()]
    return Table(caption, (message("table.process"), *heads), rows)


def _is_size(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value > 0


def _written(amount: float, unit: str) -> str:
    return f"{amount:,.{_SIZES[unit][1]}f} {unit}"


def _added(more: float, unit: str) -> str:
    """Write how much more one is than the first, from rounded figures, so that they add up."""
    least = 10.0 ** -_SIZES[unit][1]
    if more < least / 2:
        return message("data.less_than", size=_written(least, unit))
    return _written(more, unit)


def _draw_bar(ax: Axes, row: int, parts: tuple[float, float], name: str, label: str) -> None:
    """Draw what the process uses anyway, and beside it what the data adds."""
    base, more = parts
    ax.barh(row, base, height=0.62, fc=PALE, ec=INK, linewidth=0.8)
    if more:
        colour, hatch = data_look(name, row)
        ax.barh(row, more, left=base, height=0.62, fc=colour, hatch=hatch, ec=INK, linewidth=0.8)
    ax.annotate(label, (base + more, row), (8, 0), textcoords="offset points", va="center")


def _conclusion(names: list[str], added: list[str]) -> str:
    told = (
        message("data.more", name=name, more=more) for name, more in zip(names, added, strict=True)
    )
    return capitalised("; ".join(told))
