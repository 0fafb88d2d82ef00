"""explore_schedule(): how a pool deals out uneven items, by chunksize and number of workers."""

from __future__ import annotations

import math
from random import Random
from typing import Any

from matplotlib.figure import Figure

from helpers.classroom.explorers import (
    Explorer,
    View,
    checked_model,
    dropdown,
    figure_of,
    own_axes,
    slider,
    steps,
    with_value,
)
from helpers.classroom.placing import brief_time, capitalised
from helpers.classroom.sized_work import refusal, run_like, shared_cpus
from helpers.classroom.style import (
    alternative_text,
    describe,
    duration,
    significant,
    times_as_fast,
)
from helpers.classroom.timeline import plot_timeline
from helpers.classroom.timeline_table import timeline_table
from helpers.language import message
from helpers.parallel import CostModel, Run, simulate

PATTERNS = ("even", "growing", "shrinking", "random", "giant")
_SEED = 7  # "random" items are the same each time, so that only the setting makes a difference
_GIANT = 1 / 3  # the share of all work that the giant is
_N_ITEMS = (4, 6, 8, 12, 16, 24, 32, 48, 64, 96, 128, 200, 400)
_CHUNKSIZES = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64, 100)
_WORKERS = (1, 2, 3, 4, 6, 8, 12, 16)
_MARGINS_IN = (1.15, 0.65, 0.65, 0.1)


def explore_schedule(model: CostModel) -> None:
    """Show an explorer: uneven items, a chunksize and workers, and the timeline they give.

    The timeline is simulated. A button runs the same on this machine and puts both timelines on
    one axis.

    Args:
        model: what running costs: from ``calibrate``, or a recorded one.

    Raises:
        InputError: ``model`` is not a cost model.
    """
    _Schedule(checked_model(model)).show()


def item_costs(pattern: str, n_items: int, mean_s: float) -> list[float]:
    """Return what each item costs, in seconds: ``mean_s`` on average, spread as ``pattern`` says.

    Args:
        pattern: one of ``PATTERNS``.
        n_items: how many items there are.
        mean_s: what they cost on average, in seconds.
    """
    weights = [1.0] * n_items
    if pattern in ("growing", "shrinking"):
        weights = [float(i) for i in range(1, n_items + 1)]
    if pattern == "shrinking":
        weights.reverse()
    if pattern == "random":
        random = Random(_SEED)
        weights = [random.expovariate(1) for _ in range(n_items)]
    if pattern == "giant" and n_items > 1:
        weights[-1] = (n_items - 1) * _GIANT / (1 - _GIANT)
    total = math.fsum(weights)
    return [mean_s * n_items * weight / total for weight in weights]


class _Schedule(Explorer):
    """The controls of a job and of how it is dealt out, over its timeline."""

    can_run = True

    def __init__(self, model: CostModel) -> None:
        self._model = model
        workers = min(max(2, model.cpus), _WORKERS[-1])
        patterns = {name: message(f"explore.pattern_{name}") for name in PATTERNS}
        controls = {
            "pattern": dropdown(message("explore.pattern"), patterns),
            "n_items": slider(message("explore.n_items"), _N_ITEMS, 200, str),
            "mean_s": slider(message("explore.mean_cost"), steps(-4, -1), 2e-4, brief_time),
            "chunksize": slider(message("explore.chunksize"), _CHUNKSIZES, 6, str),
            "n_workers": slider(
                message("explore.n_workers"), with_value(_WORKERS, workers), workers, str
            ),
        }
        controls["pattern"].value = "growing"
        super().__init__(controls)

    def draw(self, values: dict[str, Any]) -> View:
        """Return the simulated timeline."""
        predicted = self._simulated(values)
        return View(_said(predicted, values), (_timeline(predicted),))

    def measure(self, values: dict[str, Any]) -> View:
        """Run the same items, and return both timelines on one axis."""
        predicted = self._simulated(values)
        measured = run_like(predicted, _costs_s(values), self._model)
        said = message(
            "explore.schedule_measured",
            measured=duration(measured.elapsed_s),
            simulated=duration(predicted.elapsed_s),
        )
        said = " ".join(filter(None, [said, shared_cpus(predicted.n_workers, self._model)]))
        return View(said, (_timeline(predicted, measured),))

    def refusal(self, values: dict[str, Any]) -> str:
        """Refuse what takes too long."""
        return refusal(self._simulated(values).elapsed_s, values["n_workers"])

    def _simulated(self, values: dict[str, Any]) -> Run:
        costs_s = _costs_s(values)
        return simulate(costs_s, values["n_workers"], values["chunksize"], self._model)


def _costs_s(values: dict[str, Any]) -> list[float]:
    return item_costs(values["pattern"], values["n_items"], values["mean_s"])


def _timeline(*runs: Run) -> Figure:
    """Return a figure with the timelines; where there are two, it says which one is measured."""
    n_lanes = min(14, sum(run.n_workers for run in runs))
    ax = own_axes(0.75 + 0.5 * n_lanes + 0.65 * len(runs), _MARGINS_IN)
    plot_timeline(*runs, ax=ax)
    figure = figure_of(ax)
    if len(runs) > 1:
        headings = [text for text in ax.texts if text.get_fontweight() == "bold"]
        names = [capitalised(message(f"explore.{key}")) for key in ("simulated", "measured")]
        for heading, name in zip(headings, names, strict=True):
            heading.set_text(f"{name}: {heading.get_text().partition(': ')[2]}")
        told = message("explore.both", alt=alternative_text(figure))
        describe(ax, told, tables=lambda: [timeline_table(runs, names)])
    return figure


def _said(predicted: Run, values: dict[str, Any]) -> str:
    loop_s, idle_s = values["n_items"] * values["mean_s"], predicted.parts_s["idle"]
    return message(
        "explore.schedule_said",
        n=values["n_items"],
        cost=brief_time(values["mean_s"]),
        n_chunks=len(predicted.spans),
        loop=duration(loop_s),
        time=duration(predicted.elapsed_s),
        speed=times_as_fast(loop_s / predicted.elapsed_s),
        idle=duration(idle_s),
        share=significant(100 * idle_s / predicted.elapsed_s, 2),
    )
