"""README's chart of a real call: its picture holds what was measured, and its table tells it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from helpers.authoring import readme_chart
from helpers.authoring.errors import AuthoringError
from helpers.authoring.readme_chart import MEASURED, draw, main, runs_in, table, with_table
from helpers.language import LANGUAGES, current_language, set_language
from helpers.parallel import Run, Span

ROOT = Path(__file__).parents[2]
SPANS = (Span(0, 0.01, 0.11, 1), Span(1, 0.02, 0.3, 2, 0.31))
RUN = Run([1, 2, 3], "pool", 2, 1, "spawn", 0.4, (0.005, None), SPANS, 0.05, {1: 0.35})


@pytest.fixture(autouse=True)
def _clean():
    """Draw without a screen, and leave neither figure nor language nor style behind."""
    before = current_language()
    with mpl.rc_context():
        plt.switch_backend("Agg")
        yield
    plt.close("all")
    set_language(before)


def runs_of(picture: Path) -> list[Run]:
    """Return the runs that a picture holds."""
    with Image.open(picture) as image:
        return runs_in(image.text[MEASURED])


def test_a_picture_holds_what_it_shows(tmp_path):
    """What is drawn comes out of the picture as it went in, but for the results."""
    draw([RUN, replace(RUN, how="threads")], "es", tmp_path / "picture.png")
    expected = replace(RUN, results=[])
    assert runs_of(tmp_path / "picture.png") == [expected, replace(expected, how="threads")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_readme_tells_what_its_picture_shows(language):
    """The table under the picture has the figures that the picture holds, in its language."""
    runs = runs_of(ROOT / f"images/timeline_{language}.png")
    assert [run.how for run in runs] == ["sequential", "pool"]
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert with_table(readme, table(runs, language), language) == readme
    assert readme.count(f"{runs[1].spans[-1].stop_s * 1e3:.2f} |") >= 1


def test_both_pictures_are_of_one_call():
    """The Spanish and the English picture show the same measurement."""
    one, other = (runs_of(ROOT / f"images/timeline_{language}.png") for language in LANGUAGES)
    assert one == other


def test_only_what_is_between_the_marks_is_written():
    """The rest of README stays as it is, and so does the other language's table."""
    readme = "a\n<!-- timeline:es -->\nold\n<!-- /timeline:es -->\nb\n<!-- timeline:en -->\nc"
    assert with_table(readme, "new", "es") == readme.replace("old", "new")


@pytest.mark.parametrize("readme", ["", "<!-- timeline:es -->\n", "\n<!-- /timeline:es -->"])
def test_readme_without_marks(readme):
    """Where README has no place for the table nothing is written, and the marks are named."""
    with pytest.raises(AuthoringError, match="timeline:es"):
        with_table(readme, "new", "es")


def marks(*languages: str) -> str:
    """Return a README with a place for the tables of some languages."""
    places = (f"<!-- timeline:{code} -->\nold\n<!-- /timeline:{code} -->" for code in languages)
    return "\n".join(("# Title", *places, "end\n"))


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project with an old Spanish picture, where nothing is measured."""
    monkeypatch.setattr(
        readme_chart, "run", lambda *arguments, how, **options: replace(RUN, how=how)
    )
    (tmp_path / "images").mkdir()
    (tmp_path / "images" / "timeline_es.png").write_bytes(b"old")
    return tmp_path


def test_pictures_and_tables_are_written_together(root):
    """Both pictures are drawn, and README has both tables, with nothing left beside it."""
    (root / "README.md").write_text(marks(*LANGUAGES), encoding="utf-8")
    assert main(root) == 0
    pictures = [root / "images" / f"timeline_{language}.png" for language in LANGUAGES]
    runs = runs_of(pictures[0])
    assert [run.how for run in runs] == ["sequential", "pool"]
    assert runs_of(pictures[1]) == runs
    readme = (root / "README.md").read_text(encoding="utf-8")
    assert "old" not in readme
    assert all(table(runs, language) in readme for language in LANGUAGES)
    assert {path.name for path in root.iterdir()} == {"README.md", "images"}


def test_where_readme_lacks_marks_nothing_is_written(root, capsys):
    """The missing marks of one language are said, and the pictures stay those of README."""
    (root / "README.md").write_text(marks("es"), encoding="utf-8")
    assert main(root) == 1
    assert "<!-- timeline:en -->" in capsys.readouterr().err
    assert (root / "README.md").read_text(encoding="utf-8") == marks("es")
    assert [path.read_bytes() for path in (root / "images").iterdir()] == [b"old"]
