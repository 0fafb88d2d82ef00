"""What a call of ``run`` returns: the results, and who computed what when."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, NamedTuple

# What a worker runs: a function that is applied to one item.
Task = Callable[[Any], Any]


class Span(NamedTuple):
    """One chunk computed by one worker: a tuple, since a simulation makes a million of them.

    Attributes:
        worker: which worker, from 0 to ``n_workers - 1``.
        start_s, stop_s: when it began and ended the chunk, in seconds since the call.
        n_items: how many items the chunk had.
        packed_s: when its results were packed for the parent, in seconds since the call; ``None``
            where nothing had to be packed.
        n_raised: how many of the items ended in an exception, where the call went on.
        finished: whether it came to its end, or was what its worker was at when it was ended.
    """

    worker: int
    start_s: float
    stop_s: float
    n_items: int
    packed_s: float | None = None
    n_raised: int = 0
    finished: bool = True

    @property
    def duration_s(self) -> float:
        """Seconds from start to stop."""
        return self.stop_s - self.start_s

    @property
    def left_s(self) -> float:
        """When the worker was through with the chunk, packing included."""
        return self.stop_s if self.packed_s is None else self.packed_s


@dataclass(frozen=True, repr=False)
class Run:
    """The whole story of one call, whatever the way of running.

    Attributes:
        results: the results, in the order of the items.
        how: the way of running.
        n_workers: how many workers it was given.
        chunksize: how many items a worker got in one message (the last chunk may have fewer).
        start_method: how the processes started; ``None`` where no process did.
        elapsed_s: seconds from the call to its return, the workers' start and end included.
        ready_s: for each worker, when it was ready to take work, in seconds since the call;
            ``None`` for a worker from which no result came, so that nobody knows.
        spans: the chunks, in the order of the items.
        stopping_s: seconds of it from the last result until the workers had ended.
        lost_s: the workers of a cluster that were lost while others went on, and when, in seconds
            since the call. Where each is replaced, there are more workers than ``n_workers`` said.
        started_s: for each worker, when it began to start, in seconds since the call; ``None`` for
            one that ran before, or of which nobody knows. Empty where all began with the call.
        lanes: for each worker what it is, ``"process"``, ``"thread"`` or ``"this_process"``; empty
            where ``how`` says it.
    """

    results: list[Any]
    how: str
    n_workers: int
    chunksize: int
    start_method: str | None
    elapsed_s: float
    ready_s: tuple[float | None, ...]
    spans: tuple[Span, ...]
    stopping_s: float = 0.0
    lost_s: Mapping[int, float] = field(default_factory=dict)
    started_s: tuple[float | None, ...] = ()
    lanes: tuple[str, ...] = ()

    @property
    def arrived_s(self) -> float:
        """Seconds from the call to the last result."""
        return self.elapsed_s - self.stopping_s

    @property
    def n_items(self) -> int:
        """How many items were computed."""
        return sum(span.n_items for span in self.spans)

    @property
    def startup_s(self) -> float:
        """Seconds until the first worker was ready to take work."""
        return min((ready for ready in self.ready_s if ready is not None), default=0.0)

    @property
    def busy_s(self) -> float:
        """Seconds of computing, of all workers together."""
        return sum(span.duration_s for span in self.spans)

    @property
    def parts_s(self) -> dict[str, float]:
        """The whole call as a worker spent it, on average: its parts add up to ``elapsed_s``.

        - ``"starting"``: until it was ready.
        - ``"sending"``: waiting for a chunk while there were more, or unpacking it.
        - ``"computing"``: applying the task.
        - ``"collecting"``: packing its results, and waiting for the parent to take the last ones.
        - ``"idle"``: through with its last chunk, while others still worked.
        - ``"stopping"``: from the last result until all workers had ended.
        """
        return whole_story(self)

    @property
    def computing_s(self) -> float:
        """Seconds during which at least one worker was computing."""
        return _covered([(span.start_s, span.stop_s) for span in self.spans])

    @property
    def utilisation(self) -> float:
        """The share of the workers' time that was spent computing, from 0 to 1."""
        return self.busy_s / (self.n_workers * self.elapsed_s) if self.elapsed_s else 0.0

    def __repr__(self) -> str:
        """Say in one line what was run; the results are in ``results``."""
        return (
            f"Run(how={self.how!r}, n_items={self.n_items}, n_workers={self.n_workers}, "
            f"chunksize={self.chunksize}, start_method={self.start_method!r}, "
            f"elapsed_s={self.elapsed_s:.6f})"
        )


def whole_story(run: Run) -> dict[str, float]:
    """Return ``run.parts_s``: each worker's time from the call to its end, by what it did."""
    names = ("starting", "sending", "computing", "collecting", "idle", "stopping")
    total = dict.fromkeys(names, 0.0)
    arrived_s = run.arrived_s
    last_s = max((span.left_s for span in run.spans), default=arrived_s)
    reached = [arrived_s if ready is None else min(ready, arrived_s) for ready in run.ready_s]
    never = [arrived_s for ready in run.ready_s if ready is None]
    total["starting"] = sum(reached) - sum(never)
    for span in sorted(run.spans, key=lambda span: span.start_s):
        total["sending"] += span.start_s - reached[span.worker]
        total["computing"] += span.duration_s
        total["collecting"] += span.left_s - span.stop_s
        reached[span.worker] = span.left_s
    total["idle"] = sum(max(0.0, last_s - at) for at in reached) + sum(never)
    total["collecting"] += sum(arrived_s - max(last_s, at) for at in reached)
    total["stopping"] = run.stopping_s * len(reached)
    return {name: seconds / max(1, len(reached)) for name, seconds in total.items()}


def _covered(intervals: Sequence[tuple[float, float]]) -> float:
    """Return the length of the union of ``intervals``."""
    total, reached = 0.0, float("-inf")
    for start, stop in sorted(intervals):
        total += max(0.0, stop - max(start, reached))
        reached = max(reached, stop)
    return total
