"""What a call of ``run`` returns: the results, and who computed what when."""

from __future__ import annotations

from collections.abc import Callable, Mapping
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
        n_raised: how many of the items ended in an exception, where the call went on.
        finished: whether it came to its end, or was what its worker was at when it was ended.
    """

    worker: int
    start_s: float
    stop_s: float
    n_items: int
    n_raised: int = 0
    finished: bool = True

    @property
    def duration_s(self) -> float:
        """Seconds from start to stop."""
        return self.stop_s - self.start_s


@dataclass(frozen=True, repr=False)
class Run:
    """The record of one call, whatever the way of running.

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
        stopping_s: seconds of ``elapsed_s`` after the last result, until the workers had ended.
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
    def idle_s(self) -> float:
        """Seconds after their last chunk while others still computed, of all workers together."""
        last_s = max((span.stop_s for span in self.spans), default=0.0)
        left_s = [min(ready or 0.0, last_s) for ready in self.ready_s]
        for span in self.spans:
            left_s[span.worker] = max(left_s[span.worker], span.stop_s)
        return sum(last_s - at for at in left_s)

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
