"""How well a drawn figure can be seen: the contrast of its texts and of its marks, measured."""

from __future__ import annotations

import math
from collections.abc import Iterator
from weakref import WeakKeyDictionary

import numpy as np
from matplotlib.artist import Artist
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection
from matplotlib.colors import to_rgb, to_rgba
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.spines import Spine
from matplotlib.text import Annotation, Text
from matplotlib.transforms import Bbox, IdentityTransform

# How light each pixel of a figure is, without its texts.
_behind: WeakKeyDictionary[Figure, np.ndarray] = WeakKeyDictionary()

TEXT, MARK = 4.5, 3.0  # what WCAG 2.2 asks for: criteria 1.4.3 and 1.4.11, level AA
DPI = 120
_NEAR = 3  # pixels: an edge is seen where so near to it there are a light and a dark one
# The shares that must be seen: of an outline; of a line or a marker, which has gaps or is crossed.
_OUTLINE, _LINE = 0.85, 0.55
_STEP = 2.0  # pixels between two places of an outline that are looked at


def luminance(colour) -> float:
    """Return the relative luminance of a colour, from 0 to 1.

    As WCAG 2.2 defines it: https://www.w3.org/TR/WCAG22/#dfn-relative-luminance
    """
    return float(_luminances(np.array(to_rgb(colour))))


def contrast(one, other="white") -> float:
    """Return the contrast of two colours, from 1 to 21.

    As WCAG 2.2 defines it: https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio
    """
    return float(_ratio(luminance(one), luminance(other)))


def _luminances(rgb: np.ndarray) -> np.ndarray:
    linear = np.where(rgb <= 0.04045, rgb / 12.92, ((rgb + 0.055) / 1.055) ** 2.4)
    return linear @ np.array([0.2126, 0.7152, 0.0722])


def _ratio(one, other):
    return (np.maximum(one, other) + 0.05) / (np.minimum(one, other) + 0.05)


# ---- texts


def text_contrasts(figure: Figure) -> dict[str, float]:
    """Return for each text that is drawn its contrast with the pixels that lie behind its letters.

    The figure is drawn without its texts, but with the boxes that some stand on. Of all pixels that
    the letters cover or touch, the one that contrasts least counts.
    """
    behind = _without_texts(figure)
    texts = _texts(figure)
    looks = [(text.get_color(), text.get_alpha()) for text in texts]
    black, white = (_drawn_with(figure, texts, color=colour) for colour in ("black", "white"))
    letters = _grown((black != white).any(axis=2), 1)
    for text, (colour, alpha) in zip(texts, looks, strict=True):
        text.set(color=colour, alpha=alpha)
    found = {}
    for text in texts:
        place = _place(figure, text)
        under = behind[place][letters[place]]
        if under.size:  # else it is a tick's label beyond the end of its axis
            found[text.get_text()] = float(_ratio(luminance(text.get_color()), under).min())
    return found


def weak_texts(contrasts: dict[str, float]) -> list[str]:
    """Name each of these texts whose contrast is below 4.5 to 1."""
    return [f"{text!r}: {ratio:.2f}" for text, ratio in contrasts.items() if ratio < TEXT]


def _texts(figure: Figure) -> list[Text]:
    return [text for text in figure.findobj(Text) if text.get_visible() and text.get_text()]


def _without_texts(figure: Figure) -> np.ndarray:
    """Return how light each pixel is where there are no texts; what is hidden moves nothing."""
    if figure not in _behind:
        figure.set_dpi(DPI)
        FigureCanvasAgg(figure).draw()
        figure.set_layout_engine("none")
        texts = _texts(figure)
        looks = [text.get_alpha() for text in texts]
        _behind[figure] = _luminances(_drawn_with(figure, texts, alpha=0))
        for text, alpha in zip(texts, looks, strict=True):
            text.set_alpha(alpha)
    return _behind[figure]


def _drawn_with(figure: Figure, texts: list[Text], color=None, alpha=1) -> np.ndarray:
    """Return the pixels of the figure with these texts in another look, from 0 to 1."""
    for text in texts:
        text.set_alpha(alpha)
        if color is not None:
            text.set_color(color)
    canvas = FigureCanvasAgg(figure)
    canvas.draw()
    return np.asarray(canvas.buffer_rgba())[:, :, :3] / 255


def _place(figure: Figure, text: Text) -> tuple[slice, slice]:
    """Return the rows and columns of pixels of a text, without the arrow that a note may have."""
    renderer = figure.canvas.get_renderer()
    if isinstance(text, Annotation):
        text.update_positions(renderer)
    box, height = Text.get_window_extent(text, renderer), round(figure.bbox.height)
    rows = slice(max(0, height - 1 - math.ceil(box.y1)), max(0, height + 1 - math.floor(box.y0)))
    return rows, slice(max(0, math.floor(box.x0) - 1), max(0, math.ceil(box.x1) + 1))


def _grown(mask: np.ndarray, by: int) -> np.ndarray:
    return _extreme(mask.astype(float), by, np.maximum) > 0


# ---- marks


def mark_shares(figure: Figure) -> list[tuple[str, float, float]]:
    """Return for each mark what it is, how much of its outline is seen, and how much must be.

    An edge is seen where within three pixels of it a light and a dark pixel have a contrast of 3 to
    1: be it the mark's face, its outline, or what lies beside it. Texts are left out of the
    picture. Grids, axes and ticks are no marks, nor is what is white: the ground of a word.
    """
    pixels = _without_texts(figure)
    light, dark = (_extreme(pixels, _NEAR, extreme) for extreme in (np.maximum, np.minimum))
    seen = _ratio(light, dark) >= MARK
    return [
        (_told(mark), share, needed)
        for mark, places, needed in _outlines(figure)
        if (share := _share(seen, places)) is not None
    ]


def weak_marks(shares: list[tuple[str, float, float]]) -> list[str]:
    """Name each of these marks that cannot be seen well enough."""
    return [f"{what}: {share:.0%} seen" for what, share, needed in shares if share < needed]


def _extreme(values: np.ndarray, by: int, choose) -> np.ndarray:
    """Return for each pixel the extreme of those that are at most ``by`` pixels away."""
    for axis in (0, 1):
        shifted = [np.roll(values, step, axis) for step in range(-by, by + 1)]
        values = choose.reduce(shifted)
    return values


def _share(seen: np.ndarray, places: np.ndarray) -> float | None:
    """Return the share of places at which an edge is seen; ``None`` where all are out of sight."""
    height, width = seen.shape
    columns = np.round(places[:, 0]).astype(int)
    rows = height - 1 - np.round(places[:, 1]).astype(int)
    inside = (columns >= 0) & (columns < width) & (rows >= 0) & (rows < height)
    return float(seen[rows[inside], columns[inside]].mean()) if inside.any() else None


def _outlines(figure: Figure) -> Iterator[tuple[Artist, np.ndarray, float]]:
    """Yield each mark, the places of its outline in pixels, and how much of it must be seen."""
    written_on = [text.get_bbox_patch() for text in figure.findobj(Text)]
    boxes = [box.get_window_extent().padded(2) for box in written_on if box is not None]
    for ax in figure.axes:
        marks = sorted(_marks(ax), key=Artist.get_zorder)
        extents = [one.get_window_extent() if isinstance(one, Patch) else None for one in marks]
        for i, mark in enumerate(marks):
            # Of a face beside another the edge between both counts; a line there is out of sight.
            pad = 2 if isinstance(mark, Line2D) else -2
            above = [extent.padded(pad) for extent in extents[i + 1 :] if extent is not None]
            for places, needed in _parts(mark):
                slack = -2 * _NEAR if isinstance(mark, Collection) else 1
                places = _uncovered(_in_sight(mark, ax, places, slack), [*boxes, *above])
                yield mark, places, needed


def _parts(mark: Artist) -> Iterator[tuple[np.ndarray, float]]:
    """Yield the outlines of a mark: of a face, or of a line and of the markers on it."""
    paths = mark.get_paths() if isinstance(mark, Collection) else [mark.get_path()]
    if not isinstance(mark, Line2D):
        yield _walk(paths, mark.get_transform()), _OUTLINE
        return
    if mark.get_linestyle() != "None":
        yield _sides(_walk(paths, mark.get_transform()), mark.get_linewidth()), _LINE
    if mark.get_marker() not in ("None", "", None):
        yield _markers(mark), _LINE


def _sides(places: np.ndarray, width_pt: float) -> np.ndarray:
    """Return places on both sides of a line that is so wide; of a thin one, those on it."""
    half = width_pt / 2 * DPI / 72
    if half < _NEAR or len(places) < 2:
        return places
    along = np.gradient(places, axis=0)
    across = along[:, ::-1] * [1, -1] / np.maximum(np.hypot(*along.T), 1e-9)[:, None]
    return np.concatenate([places + half * across, places - half * across])


def _markers(line: Line2D) -> np.ndarray:
    """Return places on the outlines of a line's markers."""
    shape = line._marker
    size = line.get_markersize() * DPI / 72
    path = shape.get_path().transformed(shape.get_transform().scale(size))
    points = line.get_transform().transform(line.get_xydata())
    one = _walk([path], IdentityTransform())
    return np.concatenate([one + point for point in points])


def _uncovered(places: np.ndarray, covers: list[Bbox]) -> np.ndarray:
    """Return those places that lie in none of these boxes."""
    for box in covers:
        across = (places[:, 0] >= box.x0) & (places[:, 0] <= box.x1)
        places = places[~(across & (places[:, 1] >= box.y0) & (places[:, 1] <= box.y1))]
    return places


def _marks(ax: Axes) -> Iterator[Artist]:
    ticks = {*ax.xaxis.findobj(Line2D), *ax.yaxis.findobj(Line2D)}
    handles = {*ax.patch.findobj()}
    for legend in ax.findobj(Legend):
        handles |= {legend.get_frame()}
    for mark in ax.findobj(lambda one: isinstance(one, (Patch, Line2D, Collection))):
        plain = isinstance(mark, Spine) or mark in ticks or mark in handles
        if not plain and mark.get_visible() and not _is_white(mark):
            yield mark


def _is_white(mark: Artist) -> bool:
    """Say whether a mark has no colour but white: it only keeps others away from a word."""
    if isinstance(mark, Line2D):
        colours = [mark.get_color(), mark.get_markerfacecolor(), mark.get_markeredgecolor()]
    else:
        colours = [*np.atleast_2d(mark.get_facecolor()), *np.atleast_2d(mark.get_edgecolor())]
    if getattr(mark, "get_hatch", lambda: None)():
        return False
    return all(_invisible(colour) for colour in colours)


def _invisible(colour) -> bool:
    if isinstance(colour, str) and colour in ("none", "auto"):
        return True
    *rgb, alpha = to_rgba(colour)
    return alpha == 0 or rgb == [1, 1, 1]


def _walk(paths, transform) -> np.ndarray:
    """Return places along the paths, in pixels, a few pixels apart."""
    found = [np.empty((0, 2))]
    for path in paths:
        for corners in path.transformed(transform).to_polygons(closed_only=False):
            lengths = np.hypot(*np.diff(corners, axis=0).T)
            along = np.concatenate([[0], np.cumsum(lengths)])
            steps = np.linspace(0, along[-1], 2 + int(along[-1] / _STEP))
            pair = [np.interp(steps, along, corners[:, axis]) for axis in (0, 1)]
            found.append(np.stack(pair, axis=1))
    return np.concatenate(found)


def _in_sight(mark: Artist, ax: Axes, places: np.ndarray, slack: float = 1) -> np.ndarray:
    """Return the places that are drawn: a mark may be cut at the border of its Axes.

    With a ``slack`` below 0, those well inside: where a band ends because the Axes end.
    """
    if not mark.get_clip_on():
        return places
    box = ax.bbox.padded(slack)
    across = (places[:, 0] >= box.x0) & (places[:, 0] <= box.x1)
    return places[across & (places[:, 1] >= box.y0) & (places[:, 1] <= box.y1)]


def _told(mark: Artist) -> str:
    kind = type(mark).__name__
    if isinstance(mark, ContourSet):
        return kind
    if isinstance(mark, Line2D):
        return f"{kind} {mark.get_color()} {mark.get_linestyle()} {mark.get_marker()}"
    return f"{kind} face {mark.get_facecolor()} edge {mark.get_edgecolor()}"
