"""The figures: the same bytes every time, in both languages, readable, and fresh in ``images/``."""

import functools
import hashlib
import itertools
import operator
import os
import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import matplotlib as mpl
import py3langid
import pytest
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.patches import FancyBboxPatch
from matplotlib.text import Text
from matplotlib.transforms import Bbox

from helpers.authoring.figures import FIGURES, draw, draw_all, stale_figures, timelines
from helpers.authoring.figures.canvas import PALE_GREY, PALETTE, SKY, SMALL, WIDTH, Canvas, wrap
from helpers.authoring.figures.timeline_tables import parallel_table, sequential_table
from helpers.language import LANGUAGES, current_language, messages, set_language, speaking
from seeing import mark_shares, text_contrasts, weak_marks, weak_texts

PROJECT = Path(__file__).parents[2]
SVG = "{http://www.w3.org/2000/svg}"
EVERY_FIGURE = pytest.mark.parametrize(
    ("name", "language"), list(itertools.product(FIGURES, LANGUAGES))
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A folder with every figure, drawn once for this module; no test changes it."""
    folder = tmp_path_factory.mktemp("drawn")
    draw_all(folder)
    return folder


@pytest.fixture
def copied(drawn, tmp_path):
    """A folder with every figure that a test may spoil."""
    for path in drawn.iterdir():
        (tmp_path / path.name).write_bytes(path.read_bytes())
    return tmp_path


def digest(folder):
    """Return one hash of all names and bytes in a folder."""
    total = hashlib.sha256()
    for path in sorted(folder.iterdir()):
        total.update(path.name.encode() + path.read_bytes())
    return total.hexdigest()


def messages_of(key):
    """Return a message in every language, by language."""
    return functools.reduce(operator.getitem, key.split("."), messages())


def extents(canvas):
    """Return each text of a figure with the rectangle that it covers, in inches."""
    renderer = FigureCanvasAgg(canvas.figure).get_renderer()
    return [
        (text.get_text(), Bbox(text.get_window_extent(renderer).get_points() / canvas.figure.dpi))
        for text in canvas.figure.findobj(Text)
        if text.get_text()
    ]


def boxes(canvas):
    """Return the rectangle of each box of a figure, in inches."""
    return [
        Bbox(patch.get_window_extent().get_points() / canvas.figure.dpi)
        for patch in canvas.figure.findobj(FancyBboxPatch)
    ]


def unreadable(canvas):
    """Return what is wrong with a figure's texts: cut by its edge or a box, or over each other."""
    texts = extents(canvas)
    cut = [
        f"cut: {words}"
        for words, place in texts
        if place.x0 < 0.05 or place.x1 > WIDTH - 0.05 or place.y0 < 0.05
    ]
    out = [
        f"out of its box: {words}"
        for (words, place), box in itertools.product(texts, boxes(canvas))
        if Bbox.intersection(place, box) and not (box.x0 <= place.x0 and place.x1 <= box.x1)
    ]
    over = [
        f"over each other: {one} / {other}"
        for (one, place), (other, another) in itertools.combinations(texts, 2)
        if place.overlaps(another)
    ]
    return cut + out + over


def test_both_languages_of_every_figure_are_written(tmp_path):
    """draw_all makes the folder and writes, and returns, each figure once a language."""
    folder = tmp_path / "new folder"
    written = draw_all(folder)
    expected = sorted(folder / f"{name}_{lang}.svg" for name in FIGURES for lang in LANGUAGES)
    assert written == expected == sorted(folder.iterdir())


def test_drawing_again_gives_the_same_bytes(drawn, tmp_path):
    """Two drawings in one process are equal, whatever matplotlib settings the user has."""
    with mpl.rc_context({"font.size": 30, "svg.fonttype": "none", "lines.linewidth": 9}):
        draw_all(tmp_path)
    assert digest(tmp_path) == digest(drawn)


def test_another_process_draws_the_same_bytes(drawn, tmp_path):
    """A fresh interpreter, with another hash seed, draws what this one draws, byte for byte."""
    code = "import sys, pathlib; from helpers.authoring import figures as f; "
    code += "f.draw_all(pathlib.Path(sys.argv[1])); assert 'matplotlib.pyplot' not in sys.modules"
    environment = os.environ | {"PYTHONHASHSEED": "7"}
    subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], env=environment, check=True, timeout=60
    )
    assert digest(tmp_path) == digest(drawn)


def test_drawing_leaves_the_language_as_it_was(tmp_path):
    """Drawing in both languages does not change the language of the session."""
    before = current_language()
    try:
        for language in LANGUAGES:
            set_language(language)
            draw_all(tmp_path)
            assert current_language() == language
    finally:
        set_language(before)


def test_the_two_languages_differ(drawn):
    """No figure is the same picture twice: its words are in its language."""
    for name in FIGURES:
        spanish, english = (drawn / f"{name}_{language}.svg" for language in LANGUAGES)
        assert spanish.read_bytes() != english.read_bytes()


@EVERY_FIGURE
def test_a_figure_says_what_it_shows_in_its_language(drawn, name, language):
    """The file is an image with its title and description first, in the right language."""
    root = ElementTree.parse(drawn / f"{name}_{language}.svg").getroot()
    title, description = root[0], root[1]
    assert (root.get("role"), root.get("lang")) == ("img", language)
    assert (title.tag, description.tag) == (f"{SVG}title", f"{SVG}desc")
    assert title.text
    assert len(description.text.split()) >= 40
    py3langid.set_languages(list(LANGUAGES))
    assert py3langid.classify(description.text)[0] == language


@EVERY_FIGURE
def test_a_file_tells_neither_date_nor_version_nor_font(drawn, name, language):
    """Nothing in a file changes by itself or depends on the fonts of who opens it."""
    svg = (drawn / f"{name}_{language}.svg").read_text(encoding="utf-8")
    for unwanted in ("<metadata", "<text", "font-family", "clip-path", mpl.__version__):
        assert unwanted not in svg


@EVERY_FIGURE
def test_colours_come_from_the_palette(drawn, name, language):
    """Every colour in a file is one of the palette's, and none is transparent."""
    svg = (drawn / f"{name}_{language}.svg").read_text(encoding="utf-8")
    used = {colour.upper() for colour in re.findall(r"(?:fill|stroke): (#\w+)", svg)}
    assert "#FFFFFF" in used
    assert used <= {colour.upper() for colour in PALETTE}
    assert not re.search(r"opacity|rgb|(?:fill|stroke): (?!none|#|url\(#)", svg)


@EVERY_FIGURE
def test_the_sheet_is_white_to_its_edges(drawn, name, language):
    """The first thing drawn is a solid white panel over the whole figure, for dark themes."""
    root = ElementTree.parse(drawn / f"{name}_{language}.svg").getroot()
    _, _, width, height = root.get("viewBox").split()
    panel = next(root.iter(f"{SVG}path"))
    assert panel.get("style") == "fill: #ffffff"
    assert panel.get("d").split() == f"M 0 {height} L {width} {height} L {width} 0 L 0 0 z".split()


@EVERY_FIGURE
def test_no_text_is_smaller_than_a_notebooks(name, language):
    """Every text has at least 12 points, on a sheet that is 9 inches wide."""
    figure = draw(name, language).figure
    sizes = [text.get_fontsize() for text in figure.findobj(Text) if text.get_text()]
    assert min(sizes) == SMALL == 12
    assert figure.get_size_inches()[0] == WIDTH == 9


@EVERY_FIGURE
def test_every_text_can_be_read(name, language):
    """No text is cut by the edge or by a box, and none lies over another."""
    assert unreadable(draw(name, language)) == []


@EVERY_FIGURE
def test_every_figure_stands_out(name, language):
    """Each text has 4.5 to 1 with what is behind it, each mark 3 to 1 with what is around it."""
    figure = draw(name, language).figure
    contrasts, shares = text_contrasts(figure), mark_shares(figure)
    assert min(len(contrasts), len(shares)) > 5
    assert weak_texts(contrasts) == []
    assert weak_marks(shares) == []


def test_a_weak_figure_is_noticed():
    """Grey words on grey, and a box with a pale edge, are found by the test before this one."""
    canvas = Canvas(2.0)
    canvas.box((0.5, 0.5), (2.0, 1.0), fill=PALE_GREY, edge=SKY)
    canvas.text((0.7, 1.0), "grey", color="#888888")
    assert [words.split(":")[0] for words in weak_texts(text_contrasts(canvas.figure))] == [
        "'grey'"
    ]
    assert len(weak_marks(mark_shares(canvas.figure))) == 1


@pytest.mark.parametrize(
    ("place", "words", "wrong"),
    [
        ((8.5, 1.0), "beyond the edge", "cut: beyond the edge"),
        ((1.0, 1.0), "too long for the box", "out of its box: too long for the box"),
        ((6.1, 1.0), "second", "over each other: first / second"),
    ],
)
def test_text_that_cannot_be_read_is_noticed(place, words, wrong):
    """The check of the test before this one catches each of the three mistakes."""
    canvas = Canvas(2.0)
    canvas.box((0.9, 0.8), (1.0, 0.4))
    canvas.text((6.0, 1.0), "first")
    canvas.text(place, words)
    assert unreadable(canvas) == [wrong]


def test_wrapped_text_keeps_its_words():
    """Wrapping loses no word, even one that is wider than the line."""
    words = "a few words and one unreasonably_long_word_that_nothing_can_break here"
    lines = wrap(words, 1.5)
    assert " ".join(lines) == words
    assert len(lines) > 2


def test_dollar_signs_are_written_as_they_are():
    """A message with two dollar signs is text, not a formula."""
    canvas = Canvas(1.0)
    assert not canvas.text((1.0, 0.5), "from $1 to $2").get_parse_math()


def test_the_committed_images_are_fresh():
    """What is in images/ is what the code draws now, no more and no less."""
    remedy = "draw them again with matplotlib as constraints.txt pins it: helpers.authoring figures"
    assert stale_figures() == [], f"{remedy} (here: matplotlib {mpl.__version__})"


def test_fresh_figures_are_not_stale(copied):
    """Figures just drawn are not stale, and files of other kinds are nobody's business here."""
    (copied / "photo.png").write_bytes(b"")
    assert stale_figures(copied) == []


def test_a_changed_figure_is_stale(copied):
    """One byte more in a file makes that file stale, and no other."""
    changed = copied / "parallel_es.svg"
    changed.write_bytes(changed.read_bytes() + b"\n")
    assert stale_figures(copied) == [changed]


def test_a_missing_figure_is_stale(copied):
    """A file that is not there is named, and so are all where there is no folder."""
    missing = copied / "flatten_en.svg"
    missing.unlink()
    assert stale_figures(copied) == [missing]
    assert len(stale_figures(copied / "nothing here")) == len(FIGURES) * len(LANGUAGES)


def test_a_superfluous_figure_is_stale(copied):
    """An SVG file that no code draws is named."""
    superfluous = copied / "flatten_fr.svg"
    superfluous.write_text("<svg/>", encoding="utf-8")
    assert stale_figures(copied) == [superfluous]


def test_a_package_without_its_project_says_where_to_draw(monkeypatch, tmp_path):
    """Installed apart from the project, draw_all asks for a folder and writes nothing."""
    lost = tmp_path / "a" / "b" / "c" / "d" / "__init__.py"
    monkeypatch.setattr("helpers.authoring.figures.__file__", str(lost))
    with pytest.raises(FileNotFoundError, match=re.escape(str(tmp_path))):
        draw_all()
    assert list(tmp_path.iterdir()) == []


def test_an_unknown_language_is_refused():
    """A figure is not drawn in a language that the course does not have."""
    with pytest.raises(ValueError, match="fr"):
        draw("sequential", "fr")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("lesson", "name", "table"),
    [
        ("01_sequential", "sequential", sequential_table),
        ("02_pool_map", "parallel", parallel_table),
    ],
)
def test_a_timeline_of_a_lesson_has_its_table(lesson, name, table, language):
    """Right under the picture its lesson has the table of the numbers that the code draws."""
    source = (PROJECT / f"notebooks/source/{lesson}.md").read_text(encoding="utf-8")
    with speaking(language):
        expected = table()
    _, _, below = source.partition(f"(../../images/{name}_{language}.svg)\n\n")
    assert below.startswith(f"{expected}\n"), f"put this under the picture:\n{expected}"


@pytest.mark.parametrize("name", ["sequential", "parallel"])
def test_the_tables_have_what_is_drawn(name):
    """Each task of the table is a box of the drawing, from where to where the table says."""
    table = {"sequential": sequential_table, "parallel": parallel_table}[name]()
    rows = [line.split("|")[1:-1] for line in table.splitlines() if "square(" in line]
    times = sorted((float(row[2]), float(row[3])) for row in rows)
    unit, left = timelines._UNIT, timelines._LEFT
    drawn = [((box.x0 - left) / unit, (box.x1 - left) / unit) for box in boxes(draw(name, "en"))]
    tasks = sorted(pair for pair in drawn if pair[1] - pair[0] == pytest.approx(1, abs=0.05))
    assert len(rows) == timelines.N_ITEMS
    assert tasks == [pytest.approx(pair, abs=0.05) for pair in times]
