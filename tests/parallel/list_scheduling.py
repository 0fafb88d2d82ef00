"""A pool on paper once more, slow and simple: what ``simulate`` is compared with.

Written from the docstring of ``simulate`` alone, with an agenda of events where that one has a
loop, so that both are unlikely to be wrong in the same way.
"""

from __future__ import annotations

import itertools
from collections import deque


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


class SlowPool:
    """A parent that sends and collects, and workers that wait, all in small steps of an agenda."""

    def __init__(self, costs_s, n_workers, chunksize, start_s, message_s):
        self.to_send = deque(enumerate(chunks(costs_s, chunksize)))
        self.one_way_s = message_s / 2
        self.on_their_way, self.arrived = deque(), deque()
        self.n_idle, self.spans, self.end_s = 0, {}, start_s
        self.agenda, self.order = [], itertools.count()
        self.parent_busy = True
        for _ in range(n_workers):
            self.later(start_s, self.worker_free)
        self.later(start_s, self.parent_free)

    def later(self, when_s, what, *arguments):
        """Put ``what`` on the agenda; what workers do comes before what the parent does then."""
        self.agenda.append((when_s, what == self.parent_free, next(self.order), what, arguments))

    def play(self):
        """Do what is on the agenda; return the spans, chunk by chunk, and the end."""
        while self.agenda:
            event = min(self.agenda)
            self.agenda.remove(event)
            event[3](event[0], *event[4])
        return [self.spans[index] for index in sorted(self.spans)], self.end_s

    def parent_free(self, now_s):
        """Collect what has come; else send what there is to send; else wait."""
        self.parent_busy = bool(self.arrived or self.to_send)
        if not self.parent_busy:
            return
        if self.arrived:
            self.arrived.popleft()
            self.later(now_s + self.one_way_s, self.collected)
        else:
            self.later(now_s + self.one_way_s, self.sent, *self.to_send.popleft())
        self.later(now_s + self.one_way_s, self.parent_free)

    def collected(self, now_s):
        """Have the results of a chunk."""
        self.end_s = max(self.end_s, now_s)

    def sent(self, now_s, index, chunk):
        """Have a chunk lie there for the workers."""
        self.on_their_way.append((index, chunk))
        if self.n_idle:
            self.n_idle -= 1
            self.take(now_s)

    def worker_free(self, now_s):
        """Take a chunk, or wait for one."""
        if self.on_their_way:
            self.take(now_s)
        else:
            self.n_idle += 1

    def take(self, now_s):
        """Compute a chunk, and give its results back."""
        index, chunk = self.on_their_way.popleft()
        end_s = now_s + sum(chunk)
        self.spans[index] = (now_s, end_s)
        self.later(end_s, self.arrive)
        self.later(end_s, self.worker_free)

    def arrive(self, now_s):
        """Have results lie there for the parent, which takes them at once if it only waits."""
        self.arrived.append(now_s)
        if not self.parent_busy:
            self.parent_busy = True
            self.later(now_s, self.parent_free)
