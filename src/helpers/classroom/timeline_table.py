"""A timeline as a table: what each worker did, from when to when."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import NamedTuple

from helpers.classroom.data_table import MOST, NONE, Row, Table
from helpers.classroom.style import unit_for
from helpers.classroom.timeline_labels import began_s
from helpers.language import Bilingual, message, text
from helpers.parallel import Run

DOING = {
    "start": Bilingual(es="arrancar", en="start"),
    "compute": Bilingual(es="trabajar", en="work"),
    "at_work": Bilingual(es="no terminó", en="not finished"),
    "lose": Bilingual(es="perderse", en="be lost"),
    "stop": Bilingual(es="cerrar", en="close"),
}
_DIGITS = 4  # of the longest time, after its first: what a timeline can show, and a bit more


class _Stretch(NamedTuple):
    """What a worker, or all of them, did for a while or at once, in seconds since the call."""

    worker: int | None
    doing: str
    start_s: float
    stop_s: float | None = None
    n_items: int | None = None


def timeline_table(runs: Sequence[Run], names: Sequence[str]) -> Table:
    """Return what each worker of these runs did, lane after lane as in the picture.

    Args:
        runs: finished runs.
        names: what each is called.
    """
    longest_s = max(run.elapsed_s for run in runs)
    unit = unit_for(longest_s)
    decimals = max(0, _DIGITS - math.floor(math.log10(longest_s / unit.size_s)))
    rows = _rows(runs, names, unit.size_s, decimals)
    heads = [
        text(es="llamada", en="call"),
        message("table.worker"),
        text(es="qué hizo", en="what it did"),
        unit.head(message("table.start")),
        unit.head(message("table.stop")),
    ]
    shown = list(islice(rows, MOST))
    n_rows = sum(map(_n_stretches, runs))
    heads.append(text(es="número de elementos", en="number of items"))
    caption = text(es="Qué hizo cada trabajador, y cuándo", en="What each worker did, and when")
    return Table(caption, tuple(heads), shown, n_rows)


def lane_name(run: Run, worker: int) -> str:
    """Return what a worker of ``run`` is called."""
    if run.how == "sequential":
        return message("chart.this_process")
    if run.lanes:
        kind = run.lanes[worker]
        number = run.lanes[: worker + 1].count(kind)
        return message(f"chart.{kind}", number=number)
    key = {"threads": "chart.thread", "dask": "chart.dask_worker"}.get(run.how, "chart.process")
    return message(key, number=worker + 1)


def _rows(runs: Sequence[Run], names: Sequence[str], unit_s: float, decimals: int) -> Iterator[Row]:
    for run, name in zip(runs, names, strict=True):
        for one in _stretches(run):
            everyone = text(es="todos", en="all")
            who = everyone if one.worker is None else lane_name(run, one.worker)
            doing = DOING[one.doing].said()
            ends = (one.start_s, one.stop_s)
            times = (NONE if s is None else f"{s / unit_s:,.{decimals}f}" for s in ends)
            n_items = NONE if one.n_items is None else f"{one.n_items:,}"
            yield (name, who, doing, *times, n_items)


def _stretches(run: Run) -> Iterator[_Stretch]:
    """Yield what each worker did, as it is drawn; the waiting is what lies between."""
    for worker, ready_s in enumerate(run.ready_s):
        began = began_s(run, worker)
        if ready_s is not None and began is not None and run.how != "sequential":
            yield _Stretch(worker, "start", began, ready_s)
        for span in sorted(span for span in run.spans if span.worker == worker):
            doing = "compute" if span.finished else "at_work"
            yield _Stretch(worker, doing, span.start_s, span.stop_s, span.n_items)
        if worker in run.lost_s:
            yield _Stretch(worker, "lose", run.lost_s[worker])
    if run.stopping_s:
        yield _Stretch(None, "stop", run.arrived_s, run.elapsed_s)


def _n_stretches(run: Run) -> int:
    """Return how many of them there are, without going through them."""
    workers = range(run.n_workers if run.how != "sequential" else 0)
    started = sum(run.ready_s[w] is not None and began_s(run, w) is not None for w in workers)
    return started + len(run.spans) + len(run.lost_s) + bool(run.stopping_s)
