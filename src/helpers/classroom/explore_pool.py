"""explore_pool(): what a pool of 1 to 1,024 workers would gain, simulated with measured costs."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from helpers.classroom.explorers import Explorer, View, figure_of, own_axes, slider
from helpers.classroom.style import BLUE, GREY, VERMILLION, describe, duration, significant
from helpers.language import text
from helpers.parallel import InputError, simulate

_WORKERS = tuple(2**k for k in range(11))
_COSTS_S = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 0.1, 1.0)
_SIZES = (100, 1_000, 10_000)
_CHUNKS = (1, 10, 100, 1_000)
_MARGINS_IN = (1.0, 0.4, 0.7, 0.5)


def explore_pool(start_s: float, message_s: float) -> None:
    """Show an explorer: the speedup of a pool, for items of any cost, by its number of workers.

    Args:
        start_s: until the workers are ready, in seconds.
        message_s: for how long a chunk keeps the parent busy, in seconds.

    Raises:
        InputError: one of them is no number of 0 or more.
    """
    simulate([], 1, start_s=start_s, message_s=message_s)  # which refuses what is no time
    if start_s == message_s == 0:
        raise InputError(
            text(
                es="Con start_s=0 y message_s=0 no hay nada que explorar: repartir no costaría "
                "nada. Pasa los costos que mediste, por ejemplo explore_pool(0.05, 0.0001).",
                en="With start_s=0 and message_s=0 there is nothing to explore: sharing out would "
                "cost nothing. Pass the costs that you measured, such as "
                "explore_pool(0.05, 0.0001).",
            )
        )
    _Pool(start_s, message_s).show()


class _Pool(Explorer):
    def __init__(self, start_s: float, message_s: float) -> None:
        self._costs = {"start_s": start_s, "message_s": message_s}
        item = text(es="un elemento tarda", en="an item takes")
        items = text(es="elementos", en="items")
        super().__init__(
            {
                "item_s": slider(item, _COSTS_S, 1e-2, duration),
                "n_items": slider(items, _SIZES, 10_000, "{:,}".format),
                "chunksize": slider("chunksize", _CHUNKS, 1, "{:,}".format),
            }
        )

    def draw(self, values: dict[str, Any]) -> View:
        """Return the curve beside the ideal one and the loop's."""
        curve = [self._speedup(n, **values) for n in _WORKERS]
        said = _said(curve, **values)
        ax = own_axes(4.4, _MARGINS_IN)
        _draw(ax, curve)
        ax.set_title(text(es="Un grupo simulado", en="A simulated pool"))
        describe(ax, said)
        return View(said, (figure_of(ax),))

    def _speedup(self, n_workers: int, item_s: float, n_items: int, chunksize: int) -> float:
        made = simulate([item_s] * n_items, n_workers, chunksize, **self._costs)
        return n_items * item_s / made.elapsed_s


def _draw(ax: Axes, curve: list[float]) -> None:
    ax.plot(_WORKERS, _WORKERS, "--", color=GREY, label=text(es="ideal", en="ideal"))
    name = text(es="grupo (pool)", en="pool")
    ax.plot(_WORKERS, curve, "o-", color=BLUE, linewidth=2.4, label=name)
    name = text(es="el ciclo", en="the loop")
    ax.plot((1, _WORKERS[-1]), (1, 1), ":", color=VERMILLION, label=name)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(_WORKERS, [f"{n:,}" for n in _WORKERS])
    least = min(0.8, *curve)
    ticks = [2.0**k for k in range(-10, 11, 2) if 2.0**k >= least]
    ax.set_yticks(ticks, [f"{tick:,.4g}" for tick in ticks])
    ax.set_ylim(least / 1.3, 1.3 * _WORKERS[-1])
    ax.set_xlabel(text(es="procesos", en="workers"))
    ax.set_ylabel(text(es="aceleración", en="speedup"))
    ax.legend(loc="upper left")


def _said(curve: list[float], item_s: float, n_items: int, chunksize: int) -> str:
    most = max(curve)
    # The fewest workers that come within 2% of it: more of them bring nothing.
    n_best = next(n for n, speedup in zip(_WORKERS, curve, strict=True) if speedup > 0.98 * most)
    loop = duration(n_items * item_s)
    if most < 1:
        return text(
            es=f"El ciclo tarda {loop} y gana siempre: el mejor grupo llega a una aceleración de "
            f"{significant(most, 2)}.",
            en=f"The loop takes {loop} and always wins: the best pool reaches a speedup of "
            f"{significant(most, 2)}.",
        )
    told, n_chunks = significant(most), f"{-(-n_items // chunksize):,}"
    then = text(es="y con más ya no crece", en="and with more it no longer grows")
    if n_best == _WORKERS[-1]:
        then = text(es="y todavía crece", en="and it still grows")
    return text(
        es=f"El ciclo tarda {loop}; los bloques son {n_chunks}. Con {n_best:,} procesos la "
        f"aceleración es de {told}, {then}.",
        en=f"The loop takes {loop}; there are {n_chunks} chunks. With {n_best:,} workers the "
        f"speedup is {told}, {then}.",
    )
