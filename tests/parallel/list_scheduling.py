"""A pool on paper once more, slow and simple: what ``simulate`` is compared with.

Written from the docstrings of ``simulate`` and ``CostModel`` alone, with events where that one has
a loop, so that both are unlikely to be wrong in the same way.
"""

from __future__ import annotations

import itertools
from collections import deque
from typing import NamedTuple

from helpers.parallel import CostModel


def chunks(costs_s, chunksize):
    """Return the costs, chunk by chunk."""
    return [costs_s[i : i + chunksize] for i in range(0, len(costs_s), chunksize)]


def list_scheduled(costs_s, n_workers, chunksize):
    """Return when each chunk begins and ends, if each goes to the worker that is free first."""
    free_s, told = [0.0] * n_workers, []
    for chunk in chunks(costs_s, chunksize):
        worker = min(range(n_workers), key=lambda w: free_s[w])
        begin_s = free_s[worker]
        free_s[worker] += sum(chunk)
        told.append((begin_s, free_s[worker]))
    return told


class Told(NamedTuple):
    """What the slow simulation tells of a call."""

    ready_s: list[float]
    spans: list[tuple[float, float, float]]
    arrived_s: float
    elapsed_s: float


class SlowPool:
    """A parent that sends and collects, and workers that wait, all in small steps of an agenda."""

    def __init__(self, costs_s, n_workers, chunksize, model: CostModel, item_bytes=0.0):
        self.model, self.item_bytes = model, item_bytes
        self.to_send = deque(enumerate(chunks(costs_s, chunksize)))
        self.on_their_way, self.arrived = deque(), deque()
        self.idle, self.spans, self.collected_s = [], {}, []
        self.agenda, self.order = [], itertools.count()
        launched_s = [model.start_s + (k + 1) * model.launch_s for k in range(n_workers)]
        self.ready_s = [now_s + self.grown(n_workers, "boot_s") for now_s in launched_s]
        self.message_s = self.grown(n_workers, "message_s")
        self.parent_busy = True
        self.later(launched_s[-1], self.parent_free)
        for ready_s in self.ready_s:
            self.later(ready_s, self.worker_free)
        self.stop_s = model.stop_s + n_workers * model.stop_worker_s

    def grown(self, n_workers, name):
        """Return a figure between that of one worker and that of a full machine."""
        one, full = getattr(self.model, name), getattr(self.model, f"full_{name}")
        return one + (full - one) * min(1, (n_workers - 1) / (self.model.cpus - 1))

    def later(self, when_s, what, *arguments):
        """Put ``what`` on the agenda; what workers do comes before what the parent does then."""
        late = what == self.parent_free
        self.agenda.append((when_s, late, next(self.order), what, arguments))

    def play(self) -> Told:
        """Do what is on the agenda until nothing is left; tell what happened."""
        while self.agenda:
            event = min(self.agenda)
            self.agenda.remove(event)
            event[3](event[0], *event[4])
        spans = [self.spans[index] for index in sorted(self.spans)]
        arrived_s = self.collected_s[-1]
        return Told(self.ready_s, spans, arrived_s, arrived_s + self.stop_s)

    def one_way(self, n_items, message_s, item_s):
        """Return the time that one side needs for one way of a chunk: half of there and back."""
        return (message_s + n_items * item_s) / 2

    def parent_free(self, now_s):
        """Collect what has come; else send what there is to send; else wait."""
        self.parent_busy = bool(self.arrived or self.to_send)
        if not self.parent_busy:
            return
        if self.arrived:
            done, length = self.collected_s.append, self.arrived.popleft()
            arguments = ()
        else:
            index, chunk = self.to_send.popleft()
            done, length, arguments = self.sent, len(chunk), (index, chunk)
        weighed_s = self.model.item_s + self.model.byte_s * self.item_bytes
        end_s = now_s + self.one_way(length, self.message_s, weighed_s)
        self.later(end_s, done, *arguments)
        self.later(end_s, self.parent_free)

    def sent(self, now_s, index, chunk):
        """Have a chunk travel."""
        self.later(now_s + self.model.latency_s / 2, self.lie_there, index, chunk)

    def lie_there(self, now_s, index, chunk):
        """Have a chunk lie there for the workers."""
        self.on_their_way.append((index, chunk))
        if self.idle:
            self.idle.pop(0)
            self.take(now_s)

    def worker_free(self, now_s):
        """Take a chunk, or wait for one."""
        if self.on_their_way:
            self.take(now_s)
        else:
            self.idle.append(now_s)

    def take(self, now_s):
        """Unpack a chunk, compute it, pack its results, and give them back."""
        index, chunk = self.on_their_way.popleft()
        way_s = self.one_way(len(chunk), self.model.worker_message_s, self.model.worker_item_s)
        begin_s = now_s + way_s
        end_s = begin_s + sum(chunk)
        self.spans[index] = (begin_s, end_s, end_s + way_s)
        self.later(end_s + way_s + self.model.latency_s / 2, self.arrive, len(chunk))
        self.later(end_s + way_s, self.worker_free)

    def arrive(self, now_s, length):
        """Have results lie there for the parent, which takes them at once if it only waits."""
        self.arrived.append(length)
        if not self.parent_busy:
            self.parent_busy = True
            self.later(now_s, self.parent_free)
