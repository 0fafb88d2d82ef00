"""explore_amdahl(): the speedup that Amdahl's law promises for a serial fraction and workers."""

from __future__ import annotations

from typing import Any

from matplotlib.axes import Axes

from helpers.classroom.explorers import Explorer, View, figure_of, own_axes, slider
from helpers.classroom.style import BLUE, GREY, VERMILLION, describe, significant
from helpers.language import text
from helpers.parallel.model.simulation import amdahl

MOST = 1_024
_FRACTIONS = (0.0, 0.001, 0.01, 0.02, 0.05, 0.1, 0.2, 0.3, 0.5, 1.0)
_WORKERS = tuple(2**k for k in range(11))
_MARGINS_IN = (1.0, 0.4, 0.7, 0.5)


def explore_amdahl() -> None:
    """Show an explorer: a serial fraction, a number of workers, and the speedup they give."""
    _Amdahl().show()


class _Amdahl(Explorer):
    def __init__(self) -> None:
        controls = {
            "fraction": slider(
                text(es="fracción secuencial", en="serial fraction"), _FRACTIONS, 0.2, "{:g}".format
            ),
            "n_workers": slider(text(es="procesos", en="workers"), _WORKERS, 64, "{:,}".format),
        }
        super().__init__(controls)

    def draw(self, values: dict[str, Any]) -> View:
        """Return the curve beside the ideal one and its limit, the chosen workers marked."""
        fraction, n_workers = values["fraction"], values["n_workers"]
        said = _said(fraction, n_workers)
        ax = own_axes(4.4, _MARGINS_IN)
        _draw(ax, fraction, n_workers)
        ax.set_title(text(es="La ley de Amdahl", en="Amdahl's law"))
        describe(ax, said)
        return View(said, (figure_of(ax),))


def _draw(ax: Axes, fraction: float, n_workers: int) -> None:
    ax.plot(_WORKERS, _WORKERS, "--", color=GREY, label=text(es="ideal", en="ideal"))
    curve = [amdahl(fraction, n) for n in _WORKERS]
    ax.plot(_WORKERS, curve, color=BLUE, linewidth=2.4, label="Amdahl")
    if fraction:
        name = text(es="límite, 1 / s", en="limit, 1 / s")
        ax.plot((1, MOST), (1 / fraction, 1 / fraction), ":", color=VERMILLION, label=name)
    ax.plot(n_workers, amdahl(fraction, n_workers), "o", ms=11, mfc="white", mec=BLUE, mew=2.5)
    ax.set_xscale("log", base=2)
    ax.set_yscale("log", base=2)
    ax.set_xticks(_WORKERS, [f"{n:,}" for n in _WORKERS])
    ax.set_yticks(_WORKERS[::2], [f"{n:,}" for n in _WORKERS[::2]])
    ax.set_ylim(0.8, 1.3 * MOST)
    ax.set_xlabel(text(es="procesos", en="workers"))
    ax.set_ylabel(text(es="aceleración", en="speedup"))
    ax.legend(loc="upper left")


def _said(fraction: float, n_workers: int) -> str:
    speedup = amdahl(fraction, n_workers)
    reached, share = significant(speedup), significant(100 * speedup / n_workers, 2)
    if fraction == 0:
        return text(
            es=f"Si todo se reparte, {n_workers:,} procesos dan una aceleración de {reached}.",
            en=f"If everything can be shared, {n_workers:,} workers give a speedup of {reached}.",
        )
    limit = significant(1 / fraction)
    return text(
        es=f"Con una fracción secuencial de {fraction:g} y {n_workers:,} procesos, la aceleración "
        f"es de {reached}: se aprovecha el {share} % de cada uno. Nunca llegará a {limit}.",
        en=f"With a serial fraction of {fraction:g} and {n_workers:,} workers the speedup is "
        f"{reached}: {share}% of each is put to use. It will never reach {limit}.",
    )
