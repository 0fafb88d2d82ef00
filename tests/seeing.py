"""How well a figure can be seen: contrasts of texts and marks, and colours of every vision."""

from __future__ import annotations

import math
from collections.abc import Iterator
from itertools import combinations

import numpy as np
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.colors import to_hex, to_rgb, to_rgba_array
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Text

TEXT, MARK = 4.5, 3.0  # what WCAG 2.2 asks for: criteria 1.4.3 and 1.4.11, level AA
APART = 15  # in CIELAB, far more than what is noticed side by side: lines and bars lie apart

# What each vision makes of linear red, green and blue. Source: Machado, Oliveira and Fernandes
# (2009), table 1, severity 1.0: https://doi.org/10.1109/TVCG.2009.113
VISIONS = {
    "normal": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
_XYZ = np.array([[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]])


def contrast(one, other="white") -> float:
    """Return the contrast of two colours, from 1 to 21.

    As WCAG 2.2 defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    return float(_ratio(*(_luminance(np.array(to_rgb(colour))) for colour in (one, other))))


def _luminance(rgb: np.ndarray) -> np.ndarray:
    return _linear(rgb) @ np.array([0.2126, 0.7152, 0.0722])


def _linear(rgb: np.ndarray) -> np.ndarray:
    return np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)


def _ratio(one, other):
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


def weak_texts(figure: Figure) -> list[str]:
    """Name each text with less than 4.5 to 1 beside what lies behind it, at its worst pixel."""
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    figure.set_layout_engine("none")  # without its texts, nothing moves
    shown = [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]
    looks = [text.get_alpha() for text in shown]
    for text in shown:
        text.set_alpha(0)
    canvas.draw()
    behind = _luminance(np.asarray(canvas.buffer_rgba())[:, :, :3] / 255)
    found = []
    for text, alpha in zip(shown, looks, strict=True):
        text.set_alpha(alpha)
        box = text.get_window_extent(canvas.get_renderer())
        rows = slice(max(0, math.floor(len(behind) - box.y1)), math.ceil(len(behind) - box.y0))
        under = behind[rows, max(0, math.floor(box.x0)) : math.ceil(box.x1)]
        ratios = _ratio(_luminance(np.array(to_rgb(text.get_color()))), under)
        if ratios.size and ratios.min() < TEXT:
            found.append(f"{text.get_text()!r}: {ratios.min():.2f}")
    return found


def weak_marks(figure: Figure) -> list[str]:
    """Name each line, bar or point with less than 3 to 1 beside white: in its face and its edge."""
    return [
        f"{type(mark).__name__}: {colours}"
        for mark in _marks(figure)
        for colours in _colours(mark)
        if max(map(contrast, colours), default=21) < MARK
    ]


def told_by_colour_alone(figure: Figure) -> list[str]:
    """Name two lines or two faces that differ in colour alone, and too little for some vision."""
    lines, faces = set(), set()
    for mark in _marks(figure):
        if isinstance(mark, Line2D):
            alone = mark.get_linestyle() == "None"
            colour = mark.get_markeredgecolor() if alone else mark.get_color()
            lines.add((to_hex(colour), repr(mark._unscaled_dash_pattern), mark.get_marker()))
        else:
            hatch = mark.get_hatch()
            faces |= {(to_hex(face), hatch) for face in to_rgba_array(mark.get_facecolor())}
    return [
        f"{one} and {other}"
        for looks in (lines, faces)
        for one, other in combinations(looks, 2)
        if one[1:] == other[1:] and least_distance(one[0], other[0]) < APART
    ]


def _marks(figure: Figure) -> Iterator[Line2D | Patch | Collection]:
    """Yield what is drawn of data: no axes, ticks or frames."""
    frames = {frame for legend in figure.findobj(Legend) for frame in legend.findobj()}
    for ax in figure.axes:
        ticks = {*ax.xaxis.findobj(Line2D), *ax.yaxis.findobj(Line2D)}
        for mark in ax.findobj(lambda one: isinstance(one, (Line2D, Patch, Collection))):
            plain = isinstance(mark, Spine) or mark is ax.patch
            if not plain and mark not in frames | ticks and mark.get_visible():
                yield mark


def _colours(mark: Line2D | Patch | Collection) -> Iterator[list[str]]:
    """Yield the colours of each part of a mark: those of its face, and of its line if it has."""
    if isinstance(mark, Line2D):
        if mark.get_linestyle() != "None":
            yield [to_hex(mark.get_color())]
        if mark.get_marker() not in ("None", "", None):
            yield [to_hex(mark.get_markerfacecolor()), to_hex(mark.get_markeredgecolor())]
        return
    edges = [to_hex(edge) for edge in to_rgba_array(mark.get_edgecolor()) if edge[3]]
    faces = [face for face in to_rgba_array(mark.get_facecolor()) if face[3]]
    for face in faces:
        yield [to_hex(face), *edges]
    if not faces:
        yield edges


def least_distance(one, other) -> float:
    """Return how far apart two colours are for who tells them apart worst.

    The distance is that in CIELAB (1976): about 2 is the least that is noticed side by side.
    """
    return min(float(np.linalg.norm(_lab(one, m) - _lab(other, m))) for m in VISIONS.values())


def _lab(colour, vision: np.ndarray) -> np.ndarray:
    linear = np.clip(vision @ _linear(np.array(to_rgb(colour))), 0, 1)
    share = _XYZ @ linear / _XYZ.sum(axis=1)
    x, y, z = np.where(share > 0.008856, np.cbrt(share), 7.787 * share + 16 / 116)
    return np.array([116 * y - 16, 500 * (x - y), 200 * (y - z)])
