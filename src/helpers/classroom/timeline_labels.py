"""What the marks of a timeline mean, written onto them or, where they are too short, under them."""

from __future__ import annotations

from matplotlib.axes import Axes

from helpers.classroom.style import BLUE, GREY, TEXT_BOX, Unit, duration
from helpers.language import message
from helpers.parallel import Run, Span

_WIDE = 0.14  # a mark that takes this share of the axis has room for a word
_SHORT = 0.2  # computing that takes less of the call than this is told in figures
_CHAR = 0.0125  # about how much of the axis a character takes
_LANES = 14  # of more lanes none is high enough for a word but the last


def began_s(run: Run, worker: int) -> float | None:
    """Return when a worker began to start: at the call, or when it was to replace a lost one.

    ``None`` where it ran before, or nobody knows.
    """
    ready_s = run.ready_s[worker]
    if ready_s is None or run.lanes:
        return run.started_s[worker] if run.started_s else None
    return max((lost_s for lost_s in run.lost_s.values() if lost_s < ready_s), default=0.0)


def runs_already(run: Run) -> bool:
    """Say whether the workers are of a cluster that ran before the call."""
    return run.how == "dask" and run.start_method is None


def label_marks(ax: Axes, run: Run, last_lane: float, unit: Unit, line: float) -> None:
    """Explain hatching, blocks and gaps of ``run``, whose last lane begins at ``last_lane``.

    ``line`` is the height of a line of text, in lanes.
    """
    lanes = {span.worker for span in run.spans}
    lane = max(lanes)
    top = last_lane - (run.n_workers - 1 - lane)
    under = last_lane + 1 + 0.28 * line
    edge = 0.0
    if began_s(run, lane) is not None:
        edge = _label_start(ax, run, lane, (top, under), unit)
    _label_computing(ax, run, lane, (top, under), unit, edge)
    _label_waiting(ax, run, last_lane, unit)


def _label_start(ax: Axes, run: Run, lane: int, heights: tuple[float, float], unit: Unit) -> float:
    """Label the start of the worker; return up to where the row under the lanes is taken."""
    ready = (run.ready_s[lane] or 0.0) / unit.size_s
    began = (began_s(run, lane) or 0.0) / unit.size_s
    scale = ax.get_xlim()[1]
    if ready - began > _WIDE * scale:
        _write_on(ax, (began + ready) / 2, heights[0], message("chart.starting"))
        return 0.0
    key = "chart.connecting_until" if runs_already(run) else "chart.starting_until"
    text = message(key, time=duration(run.ready_s[lane] or 0.0))
    _point(ax, text, ((began + ready) / 2, heights[0]), (0.0, heights[1]), GREY)
    return (len(text) * _CHAR + 0.02) * scale


def _label_computing(
    ax: Axes, run: Run, lane: int, heights: tuple[float, float], unit: Unit, edge: float
) -> None:
    spans = [span for span in run.spans if span.worker == lane]
    spans = [span for span in spans if span.finished] or spans  # the others have words of their own
    widest = max(spans, key=lambda span: span.duration_s)
    scale = ax.get_xlim()[1]
    if widest.duration_s / unit.size_s > _WIDE * scale:
        _write_on(ax, _middle(widest) / unit.size_s, heights[0], message("chart.computing"))
        return
    middle = _middle(max(spans, key=lambda span: span.stop_s)) / unit.size_s
    text = message("chart.computing")
    if run.computing_s < _SHORT * run.elapsed_s:
        text = message("chart.computing_all", time=duration(run.computing_s))
    half = len(text) * _CHAR * scale / 2
    x = min(max(edge, middle - half), scale - 2 * half)
    if x > run.elapsed_s / unit.size_s:
        return  # its arrow would cross the end; a longer call of the same chart says it
    _point(ax, text, (middle, heights[0]), (x, heights[1]), BLUE)


def _label_waiting(ax: Axes, run: Run, last_lane: float, unit: Unit) -> None:
    """Say what the widest gap is, if a word fits into it."""
    lanes = {span.worker for span in run.spans} - set(run.lost_s)
    if not lanes:
        return
    lanes = lanes if run.n_workers <= _LANES else {max(lanes)}
    start, stop, lane = max((_gap(run, lane) for lane in lanes), key=lambda gap: gap[1] - gap[0])
    if (stop - start) / unit.size_s > _WIDE * ax.get_xlim()[1]:
        last = start >= max(span.stop_s for span in run.spans if span.worker == lane)
        others_go_on = max(span.stop_s for span in run.spans) > (start + stop) / 2
        text = message("chart.idle" if last and others_go_on else "chart.waiting")
        top = last_lane - (run.n_workers - 1 - lane)
        _write_on(ax, (start + stop) / 2 / unit.size_s, top, text)


def _gap(run: Run, lane: int) -> tuple[float, float, int]:
    """Return from when to when the worker of ``lane`` computed nothing for longest, and it."""
    spans = sorted((s for s in run.spans if s.worker == lane), key=lambda span: span.start_s)
    starts = [*(span.start_s for span in spans), run.arrived_s]
    stops = [run.ready_s[lane] or 0.0, *(span.stop_s for span in spans)]
    stop, start = max(zip(stops, starts, strict=True), key=lambda gap: gap[1] - gap[0])
    return stop, start, lane


def _middle(span: Span) -> float:
    return (span.start_s + span.stop_s) / 2


def _write_on(ax: Axes, x: float, lane_top: float, text: str) -> None:
    ax.text(x, lane_top + 0.5, text, ha="center", va="center", bbox=TEXT_BOX)


def _point(
    ax: Axes, text: str, target: tuple[float, float], place: tuple[float, float], colour: str
) -> None:
    """Write ``text`` at ``place``, under the lanes, with an arrow up to the mark."""
    x, lane_top = target
    ax.text(*place, text, ha="left", va="center")
    ax.annotate(
        "",
        (x, lane_top + 0.82),
        (
            min(max(x, place[0] + 0.02 * ax.get_xlim()[1]), place[0] + 0.5 * ax.get_xlim()[1]),
            place[1] - 0.3,
        ),
        arrowprops={"arrowstyle": "->", "color": colour, "linewidth": 1.3, "shrinkA": 0},
    )
