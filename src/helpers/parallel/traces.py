"""What the trace of a call tells of its costs. All of it is in seconds."""

from __future__ import annotations

import statistics
from collections import defaultdict
from collections.abc import Iterable
from itertools import pairwise

from helpers.parallel.results import Run, Span


def median(figures: Iterable[float]) -> float:
    """Return the median; what comes out below 0 by chance is 0."""
    return max(0.0, statistics.median(figures))


def cycle_s(run: Run) -> float:
    """Return the time from one chunk to the next, once the first fifth is through."""
    starts = sorted(span.start_s for span in run.spans)
    steady = starts[len(starts) // 5 :]
    return (steady[-1] - steady[0]) / (len(steady) - 1)


def gap_s(run: Run) -> float:
    """Return what lies between two chunks of a worker for whom work is waiting."""
    chunks = defaultdict(list)
    for span in sorted(run.spans, key=_start_s):
        chunks[span.worker].append(span)
    pairs = [pair for own in chunks.values() for pair in pairwise(own)]
    return statistics.median(b.start_s - a.stop_s for a, b in pairs)


def packing_s(run: Run) -> float:
    """Return how long a worker packs the results of a chunk."""
    return statistics.median(span.left_s - span.stop_s for span in run.spans)


def last_ready_s(run: Run) -> float:
    """Return when the last of the workers was ready that are known to have been."""
    return max(ready_s for ready_s in run.ready_s if ready_s is not None)


def typical_s(run: Run) -> float:
    """Return how long the task takes for a chunk."""
    return statistics.median(map(_duration_s, run.spans))


def _duration_s(span: Span) -> float:
    return span.duration_s


def _start_s(span: Span) -> float:
    return span.start_s
