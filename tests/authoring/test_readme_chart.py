"""README's chart of a real call: its picture holds what was measured, and its table tells it."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import matplotlib as mpl
import pytest
from matplotlib import pyplot as plt
from PIL import Image

from helpers.authoring import readme_chart
from helpers.authoring.errors import AuthoringError
from helpers.authoring.readme_chart import MEASURED, PAGES, draw, main, table, with_section
from helpers.language import LANGUAGES, current_language, set_language
from helpers.parallel import Run, Span

ROOT = Path(__file__).parents[2]
SPANS = (Span(0, 0.01, 0.11, 1), Span(1, 0.02, 0.3, 2))
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
        return [_run(**fields) for fields in json.loads(image.text[MEASURED])]


def _run(spans, lost_s, **fields) -> Run:
    for name in ("ready_s", "started_s", "lanes"):  # JSON has lists alone, and texts for keys
        fields[name] = tuple(fields.get(name, ()))
    lost = {int(worker): seconds for worker, seconds in lost_s.items()}
    return Run(**fields, spans=tuple(Span(*span) for span in spans), lost_s=lost)


def test_a_picture_holds_what_it_shows(tmp_path):
    """What is drawn comes out of the picture as it went in, but for the results."""
    draw([RUN, replace(RUN, how="threads")], "es", tmp_path / "picture.png")
    expected = replace(RUN, results=[])
    assert runs_of(tmp_path / "picture.png") == [expected, replace(expected, how="threads")]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_tells_what_the_picture_shows(language):
    """The table has the figures that the picture holds, in its language."""
    runs = runs_of(ROOT / f"images/timeline_{language}.png")
    assert [run.how for run in runs] == ["sequential", "pool"]
    page = ROOT / PAGES[language]
    text = page.read_text(encoding="utf-8")
    assert with_section(page, "timeline", table(runs, language)) == text
    assert f"{runs[1].spans[-1].stop_s * 1e3:.2f} |" in text


def test_both_pictures_are_of_one_call():
    """The Spanish and the English picture show the same measurement."""
    one, other = (runs_of(ROOT / f"images/timeline_{language}.png") for language in LANGUAGES)
    assert one == other


def test_only_what_is_between_the_marks_is_written(tmp_path):
    """The rest of a page stays as it is, and so does what has marks of another name."""
    page = tmp_path / "page.md"
    text = "a\n<!-- timeline -->\nold\n<!-- /timeline -->\nb\n<!-- other -->\nc"
    page.write_text(text, encoding="utf-8")
    assert with_section(page, "timeline", "new") == text.replace("old", "new")


@pytest.mark.parametrize("text", ["", "<!-- timeline -->\n", "\n<!-- /timeline -->"])
def test_a_page_without_marks(text, tmp_path):
    """Where a page has no place for the table, the page and the marks are named."""
    page = tmp_path / "page.md"
    page.write_text(text, encoding="utf-8")
    with pytest.raises(AuthoringError, match=r"page\.md.*<!-- timeline -->"):
        with_section(page, "timeline", "new")


@pytest.fixture
def root(tmp_path, monkeypatch) -> Path:
    """A project with an old Spanish picture and two pages, where nothing is measured."""
    monkeypatch.setattr(
        readme_chart, "run", lambda *arguments, how, **options: replace(RUN, how=how)
    )
    for folder in ("docs", "images"):
        (tmp_path / folder).mkdir()
    (tmp_path / "images" / "timeline_es.png").write_bytes(b"old")
    for page in PAGES.values():
        text = "# Title\n<!-- timeline -->\nold\n<!-- /timeline -->\nend\n"
        (tmp_path / page).write_text(text, encoding="utf-8")
    return tmp_path


def test_pictures_and_tables_are_written_together(root):
    """Both pictures are drawn, and each page has its table, with nothing left beside it."""
    assert main(root) == 0
    pictures = [root / "images" / f"timeline_{language}.png" for language in LANGUAGES]
    runs = runs_of(pictures[0])
    assert [run.how for run in runs] == ["sequential", "pool"]
    assert runs_of(pictures[1]) == runs
    for language, page in PAGES.items():
        text = (root / page).read_text(encoding="utf-8")
        assert "old" not in text
        assert table(runs, language) in text
    assert len(list((root / "docs").iterdir())) == len(PAGES)


def test_where_a_page_lacks_marks_nothing_is_written(root, capsys):
    """The missing marks of one page are said, and pictures and the other page stay as they were."""
    (root / PAGES["en"]).write_text("# Title\n", encoding="utf-8")
    before = (root / PAGES["es"]).read_text(encoding="utf-8")
    assert main(root) == 1
    assert "<!-- timeline -->" in capsys.readouterr().err
    assert (root / PAGES["es"]).read_text(encoding="utf-8") == before
    assert [path.read_bytes() for path in (root / "images").iterdir()] == [b"old"]
