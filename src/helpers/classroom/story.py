"""The whole story of a call: what its workers spent their time on, one bar a run."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from matplotlib.axes import Axes
from matplotlib.patches import Patch

from helpers.classroom.data_table import Table
from helpers.classroom.placing import capitalised, fitted, set_title, shortened, size_of
from helpers.classroom.style import (
    BLUE,
    INK,
    ORANGE,
    PALE,
    SKY,
    TEXT_BOX,
    Unit,
    describe,
    duration,
    is_as_fast,
    new_axes,
    significant,
    times_as_fast,
    unit_for,
)
from helpers.language import message
from helpers.parallel import Run

# How each part looks; start, computing and end as in the timeline.
_PARTS = {"starting": ("white", "////"), "sending": (ORANGE, ".."), "computing": (BLUE, "")}
_PARTS |= {"collecting": (SKY, "oo"), "idle": (PALE, ""), "stopping": ("white", "\\\\\\\\")}
_NOTHING = 1e-9  # a share below it is a rounding error
_MOST = 0.5  # a part that makes more than this share of a difference is named alone
_SLIVER = 0.003  # a part below this share of the axis would be all outline
_HALF = 0.33  # half the height of a bar
_KEY = 52  # points over the bars that the explanation of the parts takes
_ROW_IN, _LEAST_IN = 0.62, 0.34  # how high the row of a bar is; of many, at least
_AXIS_IN = 6.4  # about how wide the axis is: what fits into a part is reckoned with it

Story = dict[str, float]  # seconds by part


def plot_story(*runs: Run, names: Sequence[str] | None = None, ax: Axes | None = None) -> Axes:
    """Draw what a worker spent its time on, on average, from the call to its end: a bar a run.

    Args:
        runs: finished runs, drawn from top to bottom; the first is what the others are compared to.
        names: what each run is called, in their order; what it was run with if ``None``.
        ax: where to draw; a new figure if ``None``.

    Raises:
        ValueError: where no run is given, or one without items, or not one name for each.
    """
    if not runs or not all(isinstance(run, Run) and run.spans for run in runs):
        raise ValueError(message("chart.no_runs", chart="plot_story"))
    called, stories = _checked_names(runs, names), [_parts(run) for run in runs]
    row_in = max(_LEAST_IN, min(_ROW_IN, 8 / len(runs)))
    ax = ax or new_axes(9.0, 1.9 + row_in * len(runs))
    unit = unit_for(max(run.elapsed_s for run in runs))
    longest = max(run.elapsed_s for run in runs) / unit.size_s
    for row, story in enumerate(stories):
        _draw_bar(ax, row, story, unit, longest)
    lines = int(row_in / 0.2)
    width = 26 if lines > 1 else 36
    labels = [fitted(name, width, lines) for name in called]
    ax.set_yticks(range(len(runs)), labels)
    ax.set_ylim(len(runs) - 0.5, -0.5)
    ax.set_xlim(0, 1.14 * longest)
    ax.set_xlabel(message("story.axis", unit=unit.name))
    ax.tick_params(axis="y", length=0)
    _explain(ax, stories)
    conclusion = _conclusion(stories, called)
    conclusion = capitalised(conclusion) if names is None else conclusion
    set_title(ax, conclusion, 0.25 + max(size_of(label)[0] for label in labels), _KEY)
    told = ". ".join(f"{name}, {_told(told)}" for name, told in zip(called, stories, strict=True))
    describe(
        ax, f"{conclusion}. {told}.", tables=lambda: [_table(conclusion, called, stories, unit)]
    )
    return ax


def _table(caption: str, names: Sequence[str], stories: Sequence[Story], unit: Unit) -> Table:
    """Return the parts of each run, and their total; a part that no run has gets no column."""
    parts = [part for part in _PARTS if any(part in story for story in stories)]
    what = [*(message(f"story.{part}") for part in parts), message("table.total")]
    rows = [
        (
            name,
            *(unit.written(s) for s in (*(story.get(p, 0.0) for p in parts), sum(story.values()))),
        )
        for name, story in zip(names, stories, strict=True)
    ]
    return Table(caption, (message("table.call"), *map(unit.head, what)), rows)


def _checked_names(runs: Sequence[Run], names: Sequence[str] | None) -> list[str]:
    if names is None:
        return _own_names(runs)
    listed = [names] if isinstance(names, str) else list(names)
    if len(listed) != len(runs) or not all(isinstance(name, str) for name in listed):
        raise ValueError(message("story.bad_names", received=repr(names), n_runs=len(runs)))
    return listed


def _own_names(runs: Sequence[Run]) -> list[str]:
    """Name each run by its way, or by its chunksize, or by both: by what tells it from others."""
    ways = [_way(run) for run in runs]
    sizes = [message("story.chunks", size=f"{run.chunksize:,}") for run in runs]
    several = Counter(ways)
    if len(several) == 1 < len(runs):
        return sizes
    return [
        way if several[way] == 1 else f"{way}, {size}"
        for way, size in zip(ways, sizes, strict=True)
    ]


def _way(run: Run) -> str:
    if run.how == "sequential":
        return message("story.loop")
    one = run.how in ("pool", "dask") and run.n_workers == 1
    return message(f"way.{run.how}_one" if one else f"way.{run.how}", n=run.n_workers)


def _parts(run: Run) -> Story:
    """Return the parts that there are."""
    return {part: s for part, s in run.parts_s.items() if s > _NOTHING * run.elapsed_s}


def _draw_bar(ax: Axes, row: int, story: Story, unit: Unit, longest: float) -> None:
    left, elapsed_s = 0.0, sum(story.values())
    for part, seconds in story.items():
        width = seconds / unit.size_s
        colour, hatch = _PARTS[part]
        edge = INK if width > _SLIVER * longest else "none"
        ax.barh(
            row, width, left=left, height=2 * _HALF, fc=colour, hatch=hatch, ec=edge, linewidth=0.8
        )
        share = message("story.share", share=significant(100 * seconds / elapsed_s, 2))
        if size_of(share)[0] + 0.15 < _AXIS_IN * width / longest:
            ax.text(left + width / 2, row, share, ha="center", va="center", bbox=TEXT_BOX)
        left += width
    around = [(0.0, -0.33), (left, -0.33), (left, 0.33), (0.0, 0.33), (0.0, -0.33)]
    xs, ys = zip(
        *((x, row + y) for x, y in around), strict=True
    )  # slivers have no edge of their own
    ax.plot(xs, ys, color=INK, linewidth=0.8)
    ax.annotate(duration(elapsed_s), (left, row), (6, 0), textcoords="offset points", va="center")


def _explain(ax: Axes, stories: Sequence[Story]) -> None:
    """Write over the bars how each part looks, in the order in which they come."""
    keys = [
        Patch(fc=colour, hatch=hatch, ec=INK, linewidth=0.8, label=message(f"story.{part}"))
        for part, (colour, hatch) in _PARTS.items()
        if any(part in story for story in stories)
    ]
    ax.legend(
        handles=keys,
        loc="lower left",
        bbox_to_anchor=(0, 1),
        ncols=min(3, len(keys)),
        frameon=False,
        borderaxespad=0.2,
        handlelength=1.6,
    )


def _conclusion(stories: Sequence[Story], names: Sequence[str]) -> str:
    totals = [sum(story.values()) for story in stories]
    if len(stories) == 1:
        part = max(stories[0], key=stories[0].__getitem__)
        share = f"{100 * stories[0][part] / totals[0]:.0f}"
        return message("chart.breakdown", part=message(f"story.{part}"), share=share)
    best = min(range(1, len(stories)), key=totals.__getitem__)
    base, name = shortened(names[0]), shortened(names[best])
    speed = times_as_fast(totals[0] / totals[best], base)
    if is_as_fast(totals[0] / totals[best]):
        return message("chart.compared_equal", way=name, base=base)
    part = _difference(stories[0], stories[best])
    return message("story.compared", name=name, speed=speed, part=part)


def _difference(base: Story, other: Story) -> str:
    """Name the part, or the two, that make most of the difference between two stories."""
    sign = 1 if sum(other.values()) > sum(base.values()) else -1
    made = {part: sign * (other.get(part, 0.0) - base.get(part, 0.0)) for part in _PARTS}
    first, second, *_ = sorted(made, key=lambda part: -made[part])
    if made[first] > _MOST * sum(seconds for seconds in made.values() if seconds > 0):
        return message(f"story.{first}")
    one, two = (part for part in _PARTS if part in (first, second))
    return message("story.both", one=message(f"story.{one}"), two=message(f"story.{two}"))


def _told(story: Story) -> str:
    elapsed_s = sum(story.values())
    parts = "; ".join(
        message(
            "story.part",
            part=message(f"story.{part}"),
            time=duration(seconds),
            share=significant(100 * seconds / elapsed_s, 2),
        )
        for part, seconds in story.items()
    )
    return f"{duration(elapsed_s)}: {parts}"
