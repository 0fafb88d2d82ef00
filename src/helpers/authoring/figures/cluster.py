"""The figure of a cluster beside a pool: who deals out the work, and where each of them may be."""

from __future__ import annotations

from helpers.authoring.figures.canvas import (
    BLUE,
    DARK_GREY,
    GREEN,
    MID_GREY,
    PALE_GREY,
    VERMILLION,
    WHITE,
    Canvas,
    Point,
)
from helpers.language import message

# Upper left corners and sizes, in inches. Both rows stand on the same columns.
_POOL_TOP, _CLUSTER_TOP = 1.08, 3.14
_LEFT, _MIDDLE, _RIGHT = 0.45, 3.55, 6.75
_ROLE = (1.8, 0.84)
_WORKER = (1.8, 0.4)
_N_WORKERS = 3


def draw_cluster() -> Canvas:
    """Draw a pool, all in one computer, and a cluster, whose parts are programs on any machine."""
    canvas = Canvas(4.95)
    canvas.heading(message("figure.cluster.title"), message("figure.cluster.subtitle"))
    _draw_pool(canvas)
    _draw_cluster(canvas)
    return canvas


def _draw_pool(canvas: Canvas) -> None:
    top = _POOL_TOP
    _machine(canvas, (0.25, top - 0.2), (8.5, 1.8), message("figure.cluster.one_computer"))
    _role(canvas, (_LEFT, top + 0.24), message("figure.cluster.notebook"), BLUE)
    canvas.text((_LEFT + 0.9, top + 0.83), message("figure.cluster.deals"), align="center")
    for place in _worker_places(top):
        _worker(canvas, place)
        start = (_LEFT + _ROLE[0], top + 0.66)
        canvas.arrow(start, (place[0], place[1] + _WORKER[1] / 2), both=True)
    canvas.text((_MIDDLE + 0.9, top + 0.02), message("figure.cluster.pipes"), align="center")


def _draw_cluster(canvas: Canvas) -> None:
    top = _CLUSTER_TOP
    _machine(canvas, (0.25, top - 0.2), (2.2, 1.8), message("figure.cluster.your_computer"))
    _machine(canvas, (3.35, top - 0.2), (2.2, 1.8), message("figure.cluster.a_machine"))
    _machine(canvas, (6.55, top - 0.2), (2.2, 1.8), message("figure.cluster.more_machines"))
    _role(canvas, (_LEFT, top + 0.24), message("figure.cluster.client"), BLUE)
    canvas.text((_LEFT + 0.9, top + 0.83), message("figure.cluster.asks"), align="center")
    _role(canvas, (_MIDDLE, top + 0.24), message("figure.cluster.scheduler"), VERMILLION)
    canvas.text((_MIDDLE + 0.9, top + 0.83), message("figure.cluster.deals"), align="center")
    canvas.arrow((_LEFT + _ROLE[0], top + 0.66), (_MIDDLE, top + 0.66), both=True)
    for place in _worker_places(top):
        _worker(canvas, place)
        start = (_MIDDLE + _ROLE[0], top + 0.66)
        canvas.arrow(start, (place[0], place[1] + _WORKER[1] / 2), both=True)
    canvas.text((2.9, top + 0.46), message("figure.cluster.network"), align="center")


def _machine(canvas: Canvas, corner: Point, size: Point, name: str) -> None:
    canvas.box(corner, size, fill=PALE_GREY, edge=MID_GREY, dashed=True)
    canvas.text((corner[0] + 0.12, corner[1] + size[1] - 0.16), name, color=DARK_GREY)


def _role(canvas: Canvas, corner: Point, name: str, edge: str) -> None:
    canvas.box(corner, _ROLE, fill=WHITE, edge=edge)
    canvas.text((corner[0] + _ROLE[0] / 2, corner[1] + 0.27), name, bold=True, align="center")


def _worker(canvas: Canvas, corner: Point) -> None:
    canvas.box(corner, _WORKER, fill=WHITE, edge=GREEN)
    middle = corner[0] + _WORKER[0] / 2, corner[1] + _WORKER[1] / 2
    canvas.text(middle, message("figure.cluster.worker"), align="center")


def _worker_places(top: float) -> list[Point]:
    return [(_RIGHT, top - 0.08 + 0.46 * number) for number in range(_N_WORKERS)]
