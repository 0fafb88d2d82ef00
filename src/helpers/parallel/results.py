"""What a call of ``run`` returns: the results, and who computed what when."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

# What a worker runs: a function that is applied to one item.
Task = Callable[[Any], Any]


@dataclass(frozen=True)
class Span:
    """One chunk computed by one worker.

    Attributes:
        worker: which worker, from 0 to ``n_workers - 1``.
        start_s, stop_s: when it began and ended the chunk, in seconds since the call.
        n_items: how many items the chunk had.
    """

    worker: int
    start_s: float
    stop_s: float
    n_items: int

    @property
    def duration_s(self) -> float:
        """Seconds from start to stop."""
        return self.stop_s - self.start_s


@dataclass(frozen=True, repr=False)
class Run:
    """The whole story of one call, whatever the way of running.

    Attributes:
        results: the results, in the order of the items.
        how: the way of running.
        n_workers: how many workers it was given.
        chunksize: how many items a worker got in one message (the last chunk may have fewer).
        start_method: how the processes started; ``None`` where no process did.
        elapsed_s: seconds from the call to the last result, the workers' start included.
        ready_s: for each worker, when it was ready to take work, in seconds since the call;
            ``None`` for a worker from which no result came, so that nobody knows.
        spans: the chunks, in the order of the items.
    """

    results: list[Any]
    how: str
    n_workers: int
    chunksize: int
    start_method: str | None
    elapsed_s: float
    ready_s: tuple[float | None, ...]
    spans: tuple[Span, ...]

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
    def idle_s(self) -> float:
        """Seconds that ready workers spent waiting for work or for the end, all together."""
        waited = sum(self.elapsed_s - ready for ready in self.ready_s if ready is not None)
        return max(0.0, waited - self.busy_s)

    @property
    def computing_s(self) -> float:
        """Seconds during which at least one worker was computing."""
        return _covered([(span.start_s, span.stop_s) for span in self.spans])

    @property
    def starting_s(self) -> float:
        """Seconds in which no worker computed because some were still starting."""
        last_ready = max((ready for ready in self.ready_s if ready is not None), default=0.0)
        meanwhile = [(s.start_s, min(s.stop_s, last_ready)) for s in self.spans]
        return last_ready - _covered([(a, b) for a, b in meanwhile if a < b])

    @property
    def messages_s(self) -> float:
        """Seconds in which nobody started or computed: work and results on their way, waiting."""
        return max(0.0, self.elapsed_s - self.starting_s - self.computing_s)

    @property
    def overhead_s(self) -> float:
        """Seconds beyond what the same computing, shared evenly by all workers, would take."""
        return self.elapsed_s - self.busy_s / self.n_workers

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


def _covered(intervals: Sequence[tuple[float, float]]) -> float:
    """Return the length of the union of ``intervals``."""
    total, reached = 0.0, float("-inf")
    for start, stop in sorted(intervals):
        total += max(0.0, stop - max(start, reached))
        reached = max(reached, stop)
    return total
