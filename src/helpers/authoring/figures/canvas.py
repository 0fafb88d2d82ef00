"""What every figure is drawn with: a white sheet measured in inches, one palette, SVG bytes.

The same figure gives the same bytes, on every machine with the same version of matplotlib: text is
written as outlines of matplotlib's own font, ids are salted, and nothing tells date or version.
"""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterator, Sequence
from xml.sax.saxutils import escape

import matplotlib as mpl
from matplotlib import style
from matplotlib.figure import Figure
from matplotlib.font_manager import FontProperties
from matplotlib.lines import Line2D
from matplotlib.patches import FancyArrowPatch, FancyBboxPatch, Patch
from matplotlib.text import Text
from matplotlib.textpath import TextToPath

# Okabe and Ito's colours, told apart with any colour vision. Each is used with a label or hatch.
BLUE, SKY, ORANGE, VERMILLION, GREEN = "#0072B2", "#56B4E9", "#E69F00", "#D55E00", "#009E73"
BLACK, DARK_GREY, MID_GREY, PALE_GREY, WHITE = "#000000", "#595959", "#737373", "#F0F0F0", "#FFFFFF"
PALETTE = (BLUE, SKY, ORANGE, VERMILLION, GREEN, BLACK, DARK_GREY, MID_GREY, PALE_GREY, WHITE)

# A figure is 9 inches wide, 864 px at full width, where 12 pt are 16 px. JupyterLab shrinks it to
# its column: down to 756 px, letters stay as large as the notebook's own (14 px).
WIDTH = 9.0
SMALL, HEADLINE = 12.0, 15.0
LINE_HEIGHT = 0.21

Point = tuple[float, float]

_POINTS_PER_INCH = 72
_STYLE = {
    "font.family": "DejaVu Sans",
    "svg.fonttype": "path",
    "svg.hashsalt": "helpers.authoring.figures",
    "hatch.linewidth": 1.0,
}
# Each of these would else say when, with what, or by which version the file was written.
_NO_METADATA = dict.fromkeys(("Creator", "Date", "Format", "Type"))


@contextlib.contextmanager
def house_style() -> Iterator[None]:
    """Draw with matplotlib's defaults and this house's settings, whatever the user's own are."""
    with style.context(["default", _STYLE]):
        yield


class Canvas:
    """A white sheet; places and sizes are inches from its upper left corner.

    Attributes:
        figure: the matplotlib figure, to look into.
        height: of the sheet, in inches; the width is ``WIDTH``.
    """

    def __init__(self, height: float) -> None:
        self.height = height
        self.figure = Figure(figsize=(WIDTH, height), facecolor=WHITE)
        self._axes = self.figure.add_axes((0.0, 0.0, 1.0, 1.0))
        self._axes.set(xlim=(0, WIDTH), ylim=(height, 0))
        self._axes.axis("off")

    def text(
        self,
        place: Point,
        words: str,
        *,
        size: float = SMALL,
        bold: bool = False,
        code: bool = False,
        color: str = BLACK,
        align: str = "left",
    ) -> Text:
        """Write one line, centred on the height of ``place``.

        Args:
            place: the line's left end, middle or right end, as ``align`` says.
            words: the line.
            size: in points.
            bold: in bold letters.
            code: in letters of one width, as Python is written.
            color: one of ``PALETTE``.
            align: ``"left"``, ``"center"`` or ``"right"``.
        """
        font = _font(size, bold=bold, code=code)
        line = self._axes.text(
            *place, words, fontproperties=font, color=color, va="center_baseline", ha=align
        )
        line.set_parse_math(False)
        return line

    def paragraph(self, place: Point, words: str, width: float) -> None:
        """Write ``words`` in as many lines as ``width`` asks for.

        Args:
            place: where the first line begins, as for :meth:`text`.
            words: the text, without line breaks.
            width: of the longest line allowed, in inches.
        """
        for number, line in enumerate(wrap(words, width)):
            self.text((place[0], place[1] + number * LINE_HEIGHT), line)

    def box(
        self,
        corner: Point,
        size: Point,
        *,
        fill: str = WHITE,
        edge: str = BLACK,
        hatch: str | None = None,
        dashed: bool = False,
    ) -> None:
        """Draw a box, from its upper left ``corner``, ``size`` (width, height) large."""
        box = FancyBboxPatch(
            corner,
            *size,
            boxstyle="round,pad=0,rounding_size=0.04",
            facecolor=fill,
            edgecolor=edge,
            hatch=hatch,
            linestyle="--" if dashed else "-",
            linewidth=1.5,
        )
        self._add(box)

    def arrow(self, start: Point, end: Point, *, color: str = BLACK, both: bool = False) -> None:
        """Draw a straight arrow from ``start`` to ``end``, on ``both`` ends if asked."""
        heads = "<|-|>" if both else "-|>"
        arrow = FancyArrowPatch(
            start, end, arrowstyle=heads, color=color, mutation_scale=13, shrinkA=0, shrinkB=0
        )
        arrow.set_linewidth(1.5)
        self._add(arrow)

    def line(
        self,
        points: Sequence[Point],
        *,
        color: str = BLACK,
        dashed: bool = False,
        width: float = 1.5,
    ) -> None:
        """Draw a line through ``points``; ``width`` is in points."""
        xs, ys = zip(*points, strict=True)
        line = Line2D(xs, ys, color=color, linestyle="--" if dashed else "-", linewidth=width)
        self._add(line)

    def heading(self, title: str, subtitle: str = "") -> None:
        """Write the figure's title and, under it, what to see in it."""
        self.text((0.25, 0.3), title, size=HEADLINE, bold=True)
        self.text((0.25, 0.64), subtitle)

    def to_svg(self, *, title: str, description: str, language: str) -> bytes:
        """Return the figure as an SVG file that says what it shows.

        Args:
            title: its accessible name.
            description: what it shows, in words.
            language: of both, ``"es"`` or ``"en"``.
        """
        buffer = io.StringIO()
        with house_style():
            self.figure.savefig(buffer, format="svg", metadata=_NO_METADATA)
        return _with_names(buffer.getvalue(), title, description, language).encode()

    def _add(self, artist: Patch | Line2D) -> None:
        self._axes.add_artist(artist)
        artist.set_zorder(1)  # what is drawn later lies above; text lies above all
        # Clip paths get ids that hash every digit of their floats; without them ids are stable.
        artist.set_clip_on(False)


def wrap(words: str, width: float) -> list[str]:
    """Break ``words`` into lines of at most ``width`` inches in small letters, at their spaces."""
    lines: list[str] = []
    for word in words.split():
        longer = f"{lines[-1]} {word}" if lines else word
        if lines and text_width(longer) <= width:
            lines[-1] = longer
        else:
            lines.append(word)
    return lines


def text_width(words: str, *, bold: bool = False) -> float:
    """Return how wide ``words`` are when written small, in inches."""
    font = _font(SMALL, bold=bold, code=False)
    width, _, _ = TextToPath().get_text_width_height_descent(words, font, ismath=False)
    return float(width) / _POINTS_PER_INCH


def _font(size: float, *, bold: bool, code: bool) -> FontProperties:
    # Files of matplotlib itself: a font of the system with the same name may differ.
    family = "DejaVuSansMono" if code else "DejaVuSans"
    name = f"{family}-Bold.ttf" if bold else f"{family}.ttf"
    return FontProperties(fname=f"{mpl.get_data_path()}/fonts/ttf/{name}", size=size)


def _with_names(svg: str, title: str, description: str, language: str) -> str:
    """Add what matplotlib cannot write: role, language, ``<title>`` and ``<desc>``."""
    start = svg.index("<svg ")
    end = svg.index(">", start)
    names = f"\n <title>{escape(title)}</title>\n <desc>{escape(description)}</desc>"
    attributes = f' role="img" lang="{language}" xml:lang="{language}">'
    return svg[:end] + attributes + names + svg[end + 1 :]
