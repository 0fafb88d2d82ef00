"""One of every chart that the course draws, with data that shows all of its looks."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from made import ended, heavy, hundred_squares, sequential, slow_start
from matplotlib.axes import Axes
from matplotlib.figure import Figure

from helpers.classroom import (
    plot_advice,
    plot_break_even_map,
    plot_timeline,
    plot_times,
)
from helpers.classroom.explore_amdahl import _Amdahl
from helpers.parallel import (
    Advice,
    CostModel,
    Option,
    Run,
    simulate_even,
)

SIZES = (1, 10, 20, 40, 80, 160)
WAYS = ("sequential", "threads", "processes", "pool")
MODEL = replace(CostModel.recorded("linux_2_cpus_fork"), start_method=None)
EIGHT = replace(MODEL, cpus=8)
JOBS = {"my job": (0.02, 100), "a hundred squares": (2e-6, 100), "long": (1e-3, 10_000)}
LOST = replace(heavy(3, how="dask"), lost_s={1: 0.3}, start_method="spawn")


def _advice() -> Axes:
    made = {"pool": 1.15, "processes": 1.22, "sequential": 2.1, "threads": 2.2}
    options = tuple(
        Option.around(how, 1 if how == "sequential" else 2, 13, s, 0.15) for how, s in made.items()
    )
    reason = "Each item computes for about 21 ms. So share it out."
    return plot_advice(Advice(options[0], options[2], options, reason, 0.02, 0.0, 10.0, {0: 1}))


def _chunks(size: int) -> Run:
    return simulate_even(1e-4, 1000, 2, size, MODEL)


def _explored(explorer) -> Figure:
    return explorer.draw(explorer.values()).figures[0]


# Every chart by name; each is drawn in the current language when it is called.
CHARTS: dict[str, Callable[[], Axes | Figure]] = {
    "times": lambda: plot_times({way: [1.0 + k, 1.1 + k, 1.5 + k] for k, way in enumerate(WAYS)}),
    "times_of_others": lambda: plot_times({name: [3.0, 3.1, 3.6] for name in "abcde"}),
    "timeline": lambda: plot_timeline(sequential(), ended(heavy(4), 0.1)),
    "timeline_of_little": lambda: plot_timeline(hundred_squares(4)),
    "timeline_of_starts": lambda: plot_timeline(slow_start(2)),
    "timeline_with_loss": lambda: plot_timeline(LOST),
    "timeline_of_many": lambda: plot_timeline(heavy(16, 192)),
    "advice": _advice,
    "map": lambda: plot_break_even_map(MODEL, points=JOBS),
    "map_of_eight": lambda: plot_break_even_map(replace(MODEL, cpus=32), points=JOBS),
    "explored_amdahl": lambda: _explored(_Amdahl()),
}  # fmt: skip


def drawn(name: str) -> Figure:
    """Return the figure of a chart."""
    made = CHARTS[name]()
    return made if isinstance(made, Figure) else made.get_figure(root=True)
