"""The figures: drawn by hand in both languages, written in each, and readable there."""

import itertools
import re
import shutil
from pathlib import Path
from xml.etree import ElementTree

import pytest

from browser.labs import opened_browser
from helpers.authoring.build import find_stale
from helpers.authoring.figures import pictures
from helpers.authoring.sources import AuthoringError
from helpers.language import LANGUAGES
from seeing import TEXT, contrast

IMAGES = Path(__file__).parents[2] / "images"
NAMES = sorted(path.stem for path in (IMAGES / "source").glob("*.svg"))
SVG = "{http://www.w3.org/2000/svg}"
# Words that stand once in a source because both languages write them so; also numbers and code.
SAME = re.compile(r"[\W\d]+|square\(\d\)|no|ideas(/\w\.md)?|asyncio")
GOOD = (
    '<svg xmlns="http://www.w3.org/2000/svg"><title lang="es">Uno</title><title lang="en">One'
    '</title><text><tspan lang="es">dos</tspan><tspan lang="en">two</tspan></text></svg>'
)
EVERY_FIGURE = pytest.mark.parametrize("name", NAMES)

# Of each text: its words, size and colour, its place where a font is 15 % wider than this
# computer's, and what lies behind nine places of it, the sheet included.
MEASURE = """() => [...document.querySelectorAll('text')].map((text) => {
  const {fill, fontSize, textAnchor} = getComputedStyle(text);
  const {x, y, width, height} = text.getBoundingClientRect();
  const left = x - 0.15 * width * {start: 0, middle: 0.5, end: 1}[textAnchor];
  const right = left + 1.15 * width, bottom = y + height;
  const under = (across, down) => document.elementsFromPoint(left + across * (right - left),
    y + down * height).find((part) => !part.closest('text'));
  const paint = ({fill, stroke}) => fill === 'none' ? stroke : fill;
  const behind = [0, 0.5, 1].flatMap((across) => [0.2, 0.5, 0.8].map((down) =>
    paint(getComputedStyle(under(across, down)))));
  return {words: text.textContent, size: parseFloat(fontSize), fill, left, right, top: y, bottom,
          behind: [...new Set(behind)]};
})"""


@pytest.fixture(scope="module")
def page():
    """An empty page of a browser; it keeps what it asks for in ``requested``."""
    with opened_browser() as page:
        yield page


def parse(name):
    """Return the root of a picture in ``images/``."""
    return ElementTree.parse(IMAGES / f"{name}.svg").getroot()


def shown(page, svg):
    """Return the size of a picture, and what ``MEASURE`` finds in it at that size."""
    page.set_content(f'<!doctype html><body style="margin: 0">{svg}')
    size = page.locator("svg").evaluate("svg => [svg.clientWidth, svg.clientHeight]")
    return size, page.evaluate(MEASURE)


def rgb(colour):
    """Return a colour as CSS computes it, from 0 to 1; a pattern is none."""
    red, green, blue = re.fullmatch(r"rgb\((\d+), (\d+), (\d+)\)", colour).groups()
    return int(red) / 255, int(green) / 255, int(blue) / 255


def unreadable(size, texts):
    """Return what is wrong with the texts of a picture."""
    for one in texts:
        if one["left"] < 4 or one["right"] > size[0] - 4 or one["bottom"] > size[1]:
            yield f"beyond the edge: {one['words']}"
        if len(one["behind"]) > 1 or contrast(rgb(one["fill"]), rgb(one["behind"][0])) < TEXT:
            yield f"on {one['behind']}: {one['words']}"
        if one["size"] / size[0] < 12 / 900:
            yield f"too small: {one['words']}"
    for one, other in itertools.combinations(texts, 2):
        across = min(one["right"], other["right"]) - max(one["left"], other["left"])
        if across > 0 and min(one["bottom"], other["bottom"]) > max(one["top"], other["top"]):
            yield f"over each other: {one['words']} / {other['words']}"


def test_what_is_written_is_fresh():
    """``images/`` has what the sources give, and no other picture that is drawn."""
    made = pictures(IMAGES)
    assert len(made) == len(NAMES) * len(LANGUAGES) > 0
    for path in {*made, *IMAGES.glob("*.svg")}:
        assert path.read_text(encoding="utf-8") == made[path], "python -m helpers.authoring build 0"


def test_figures_are_built_and_checked(project):
    """A build writes each figure; a changed, a missing and a left over file are stale."""
    images = project.root / "images"
    shutil.copytree(IMAGES / "source", images / "source")
    project.build()
    assert project.stale() == []
    (images / "flatten_en.svg").write_text("<svg/>", encoding="utf-8")
    (images / "cluster_es.svg").unlink()
    (images / "other.svg").write_text("<svg/>", encoding="utf-8")
    told = ["images/cluster_es.svg", "images/flatten_en.svg", "images/other.svg"]
    assert [line.partition(":")[0] for line in project.stale()] == told
    assert [line.partition(":")[0] for line in find_stale(project.root, [2])] == told[:2]


@pytest.mark.parametrize(
    ("good", "bad", "problem"),
    [
        ('<tspan lang="en">two</tspan>', "", "es != en"),
        ('<tspan lang="es">dos</tspan>', '<tspan lang="es"> </tspan>', "es != en"),
        ('lang="en">two', 'lang="fr">two', "es != en"),
        ("</text>", "", "mismatched tag"),
    ],
)
def test_a_source_with_a_mistake_is_named(tmp_path, good, bad, problem):
    """Where a language is missing, or it is not XML, the file is named."""
    (tmp_path / "source").mkdir()
    source = tmp_path / "source" / "work.svg"
    source.write_text(GOOD, encoding="utf-8")
    assert len(pictures(tmp_path)) == len(LANGUAGES)
    source.write_text(GOOD.replace(good, bad), encoding="utf-8")
    with pytest.raises(AuthoringError, match=rf"^work\.svg: .*{problem}"):
        pictures(tmp_path)


@EVERY_FIGURE
def test_the_two_languages_differ_in_their_words_alone(name):
    """Each file names its language and begins with title and description; the rest is the same.

    What stands once in the source is a number, code, or one of the few words of both languages.
    """
    once = [e for e in parse(f"source/{name}").iter(f"{SVG}text") if not len(e)]
    said = [e.text for e in once if "code" not in e.get("class", "")]
    assert not [text for text in said if not SAME.fullmatch(text)]
    roots = [parse(f"{name}_{language}") for language in LANGUAGES]
    for root, language in zip(roots, LANGUAGES, strict=True):
        assert (root.attrib.pop("role"), root.attrib.pop("lang")) == ("img", language)
        assert root.attrib.pop("{http://www.w3.org/XML/1998/namespace}lang") == language
        assert [element.tag for element in root[:2]] == [f"{SVG}title", f"{SVG}desc"]
        assert len(root[1].text.split()) >= 40
    spanish, english = ([(e.tag, e.attrib) for e in root.iter()] for root in roots)
    assert spanish == english


@EVERY_FIGURE
@pytest.mark.parametrize("language", LANGUAGES)
def test_every_text_can_be_read(page, name, language):
    """Each text has its place, a size and a contrast; nothing comes from elsewhere."""
    svg = (IMAGES / f"{name}_{language}.svg").read_text(encoding="utf-8")
    assert list(unreadable(*shown(page, svg))) == []
    assert page.requested == []


def test_text_that_cannot_be_read_is_noticed(page):
    """The check of the test before this one catches each of its mistakes."""
    svg = """<svg width="900" height="100"><rect width="900" height="100" fill="#FFFFFF"/>
      <rect x="100" width="30" height="40" fill="#EEEEEE"/><text x="100" y="30">out of it</text>
      <text x="880" y="30">beyond</text><text x="300" y="30" fill="#999999">pale</text>
      <text x="400" y="30">first</text><text x="410" y="32">second</text>
      <text x="600" y="30" font-size="11">small</text></svg>"""
    found = [problem.split(":")[0] for problem in unreadable(*shown(page, svg))]
    assert found[1::3] == ["beyond the edge", "too small"]
    assert (len(found), found[-1]) == (6, "over each other")


@pytest.mark.parametrize(
    ("lesson", "name"), [("01_sequential", "sequential"), ("02_pool_map", "parallel")]
)
def test_the_table_of_a_timeline_has_what_is_drawn(lesson, name):
    """Under the picture each language's table has each task, from where to where it is drawn."""
    left, unit = 138, 92  # where time begins, and how long a task is
    drawn = [
        [(float(box.get("x")) - left + width) / unit for width in (0, float(box.get("width")))]
        for box in parse(f"source/{name}").iter(f"{SVG}rect")
        if box.get("class") in ("task", "start-up")
    ]
    assert drawn
    text = (IMAGES.parent / f"notebooks/source/{lesson}.md").read_text(encoding="utf-8")
    for language in LANGUAGES:
        _, _, below = text.partition(f"(../../images/{name}_{language}.svg)")
        rows = re.findall(r"\| ([\d.]+) \| ([\d.]+) \| [\d—]+ \|", below.partition("</details>")[0])
        assert [[float(time) for time in row] for row in rows] == [pytest.approx(d) for d in drawn]
