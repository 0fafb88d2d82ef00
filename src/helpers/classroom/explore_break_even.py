"""explore_break_even(): for which work a pool pays, and by how much for the work at hand."""

from __future__ import annotations

import math
from typing import Any

from matplotlib.figure import Figure

from helpers.classroom.break_even_map import plot_break_even_map
from helpers.classroom.explorers import (
    Explorer,
    View,
    checked_model,
    figure_of,
    own_axes,
    slider,
    steps,
    with_value,
)
from helpers.classroom.map_table import jobs_table
from helpers.classroom.placing import brief_time, capitalised
from helpers.classroom.sized_work import refusal, run_like, run_loop, shared_cpus
from helpers.classroom.story import plot_story
from helpers.classroom.style import (
    alternative_text,
    describe,
    duration,
    times_as_fast,
    told_tables,
)
from helpers.language import message
from helpers.parallel import CostModel, Run, simulate_even
from helpers.parallel.plans import chunksize_for

_WORKERS = (1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 48, 64)
_CHUNKSIZES = (0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000)  # 0 is: as Pool.map does
_MANY = 10_000  # chunks; more are not simulated one by one while a slider moves
_MARGINS_IN = (1.45, 0.55, 0.7, 0.75)


def explore_break_even(model: CostModel) -> None:
    """Show an explorer: the cost of an item and the number of items, on the map of what wins.

    All is simulated. A button runs the same on this machine, in a loop and in parallel.

    Args:
        model: what running costs: from ``calibrate``, or a recorded one.

    Raises:
        InputError: ``model`` is not a cost model.
    """
    _BreakEven(checked_model(model)).show()


def predicted_s(
    item_s: float, n_items: int, n_workers: int, chunksize: int, model: CostModel
) -> float:
    """Return what ``simulate`` gives for equal items, in seconds, within some milliseconds.

    Beyond ten thousand chunks it counts on: all workers are busy then, and each thousand chunks
    takes as long as the one before.

    Args:
        item_s: what each item costs, in seconds.
        n_items, n_workers, chunksize, model: as in ``simulate_even``.
    """

    def elapsed_s(items: int) -> float:
        return simulate_even(item_s, items, n_workers, chunksize, model).elapsed_s

    most = _MANY * chunksize
    if n_items <= most:
        return elapsed_s(n_items)
    half_s, whole_s = elapsed_s(most // 2), elapsed_s(most)
    return whole_s + (n_items - most) * (whole_s - half_s) / (most - most // 2)


class _BreakEven(Explorer):
    """The controls of a job of equal items, over the map."""

    can_run = True

    def __init__(self, model: CostModel) -> None:
        self._model = model
        workers = max(2, model.cpus)
        counts = [round(step) for step in steps(0, 6)]
        super().__init__(
            {
                "item_s": slider(message("explore.item_cost"), steps(-6, 0), 1e-3, brief_time),
                "n_items": slider(message("explore.n_items"), counts, 100, "{:,}".format),
                "n_workers": slider(
                    message("explore.n_workers"), with_value(_WORKERS, workers), workers, str
                ),
                "chunksize": slider(message("explore.chunksize"), _CHUNKSIZES, 0, _chunks),
            }
        )

    def draw(self, values: dict[str, Any]) -> View:
        """Return the map with the chosen job on it."""
        predicted = self._predicted_s(values)
        said = _said("explore.break_even_said", values, predicted, _loop_s(values))
        return View(said, (self._map(values, times_as_fast(_loop_s(values) / predicted)),))

    def measure(self, values: dict[str, Any]) -> View:
        """Run the job in a loop and in parallel, and return the map and both stories."""
        costs_s = [values["item_s"]] * values["n_items"]
        predicted = self._simulated(values)
        loop = run_loop(costs_s)
        measured = run_like(predicted, costs_s, self._model)
        said = _said("explore.break_even_measured", values, measured.elapsed_s, loop.elapsed_s)
        simulated = message(
            "explore.break_even_simulated",
            time=duration(predicted.elapsed_s),
            speed=times_as_fast(_loop_s(values) / predicted.elapsed_s),
        )
        parts = [said, simulated, shared_cpus(values["n_workers"], self._model)]
        pictures = (self.draw(values).figures[0], _stories(predicted, measured))
        return View(" ".join(part for part in parts if part), pictures)

    def refusal(self, values: dict[str, Any]) -> str:
        """Refuse what takes too long, the loop and the pool together."""
        return refusal(self._predicted_s(values), values["n_workers"], _loop_s(values))

    def _predicted_s(self, values: dict[str, Any]) -> float:
        item_s, n_items, n_workers = values["item_s"], values["n_items"], values["n_workers"]
        return predicted_s(item_s, n_items, n_workers, _chunksize(values), self._model)

    def _simulated(self, values: dict[str, Any]) -> Run:
        item_s, n_items, n_workers = values["item_s"], values["n_items"], values["n_workers"]
        return simulate_even(item_s, n_items, n_workers, _chunksize(values), self._model)

    def _map(self, values: dict[str, Any], speed: str) -> Figure:
        """Draw the map; the point on it tells what the chosen chunksize gives, not the usual."""
        item_s, n_items, name = values["item_s"], values["n_items"], message("explore.here")
        ax = plot_break_even_map(
            self._model,
            n_workers=values["n_workers"],
            points={name: (item_s, n_items)},
            ax=own_axes(5.0, _MARGINS_IN),
        )
        for text in ax.texts:
            if text.get_text().startswith(f"{name}\n"):
                text.set_text(f"{name}\n{speed}")
        map_alone = alternative_text(figure_of(ax)).rpartition("; ")[0]  # the job is told last
        cost, n = brief_time(item_s), f"{n_items:,}"
        job = message("map.job", name=name, n=n, cost=cost, speed=speed)
        before = told_tables(ax)
        times = {name: _loop_s(values) / self._predicted_s(values)}
        points = {name: (item_s, n_items)}
        describe(
            ax, f"{map_alone}; {job}.", tables=lambda: [*before()[:1], jobs_table(points, times)]
        )
        return figure_of(ax)


def _stories(predicted: Run, measured: Run) -> Figure:
    names = [capitalised(message(f"explore.{key}")) for key in ("simulated", "measured")]
    return figure_of(plot_story(predicted, measured, names=names, ax=own_axes(3.2)))


def _said(key: str, values: dict[str, Any], time_s: float, loop_s: float) -> str:
    n_chunks = math.ceil(values["n_items"] / _chunksize(values))
    return message(
        key,
        n=f"{values['n_items']:,}",
        cost=brief_time(values["item_s"]),
        loop=duration(loop_s),
        n_chunks=f"{n_chunks:,}",
        time=duration(time_s),
        speed=times_as_fast(loop_s / time_s),
    )


def _loop_s(values: dict[str, Any]) -> float:
    return float(values["item_s"] * values["n_items"])


def _chunksize(values: dict[str, Any]) -> int:
    return values["chunksize"] or chunksize_for(values["n_items"], values["n_workers"])


def _chunks(size: int) -> str:
    return f"{size:,}" if size else message("explore.automatic")
