"""Folders that ``site`` and ``slides`` write: what is not theirs is kept, and so is an old copy."""

from __future__ import annotations

import errno
import os
import shutil
from pathlib import Path

import pytest

from helpers.authoring import site as site_module
from helpers.authoring import slides as slides_module
from helpers.authoring.errors import AuthoringError
from helpers.authoring.folders import MARKER, replacing
from helpers.authoring.site import NO_JEKYLL, make_site
from helpers.authoring.slides import make_slides
from helpers.language import LANGUAGES

MODULES = {make_site: site_module, make_slides: slides_module}


def make(folder: Path, text: str, command: str = "site") -> None:
    """Write a folder with one page, as a command does."""
    with replacing(folder, command) as made:
        (made / "page.html").write_text(text, encoding="utf-8")


def held(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, with what they hold."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


@pytest.fixture
def course(project) -> Path:
    """A project whose one lesson can be read, with the folder of pictures that pages share."""
    (project.root / "images").mkdir()
    return project.root


def test_an_earlier_one_is_replaced_whole(tmp_path):
    """Pages of an earlier time are gone, and nothing is left beside the folder."""
    make(tmp_path / "to" / "site", "old")
    (tmp_path / "to" / "site" / "more.html").touch()
    make(tmp_path / "to" / "site", "new")
    assert held(tmp_path / "to") == {f"site/{MARKER}": b"site\n", "site/page.html": b"new"}


def test_an_empty_folder_is_taken_and_its_pages_can_be_read_by_all(tmp_path):
    """The folder that takes its place is open to who serves the pages, as any new folder is."""
    (tmp_path / "site").mkdir()
    (tmp_path / "usual").mkdir()
    make(tmp_path / "site", "new")
    assert (tmp_path / "site").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("marker", [".nojekyll", ".slides", "mine.txt", MARKER])
def test_what_is_not_of_that_command_is_kept(tmp_path, marker):
    """Neither GitHub's mark, nor an empty one, nor that of another command gives a folder away."""
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "CNAME").write_bytes(b"example.org")
    (tmp_path / "site" / marker).touch()
    make(tmp_path / "slides", "mine", "slides")
    before = held(tmp_path)
    for folder in ("site", "slides", "site/CNAME"):
        with pytest.raises(AuthoringError, match="other things"):
            make(tmp_path / folder, "new")
    assert held(tmp_path) == before


def test_a_git_clone_is_kept_also_where_it_is_ours(tmp_path):
    """A site into which somebody put a repository is refused, with all that it has."""
    make(tmp_path / "site", "old")
    (tmp_path / "site" / ".git").mkdir()
    (tmp_path / "site" / ".git" / "HEAD").write_bytes(b"ref")
    before = held(tmp_path)
    with pytest.raises(AuthoringError, match="git repository"):
        make(tmp_path / "site", "new")
    assert held(tmp_path) == before


def test_things_put_there_meanwhile_are_kept(tmp_path):
    """What somebody saves in an empty folder while the pages are made is not deleted."""
    (tmp_path / "site").mkdir()
    with (
        pytest.raises(AuthoringError, match="other things"),
        replacing(tmp_path / "site", "site"),
    ):
        (tmp_path / "site" / "mine.txt").write_bytes(b"mine")
    assert held(tmp_path) == {"site/mine.txt": b"mine"}


def test_executed_notebooks_are_not_kept_inside(tmp_path):
    """A folder of executed notebooks inside of what is replaced is refused before all work."""
    with (
        pytest.raises(AuthoringError, match="--executed"),
        replacing(tmp_path / "site", "site", tmp_path / "site" / "executed"),
    ):
        pytest.fail("it was begun")
    assert held(tmp_path) == {}


def test_the_top_of_a_disk_is_refused(monkeypatch):
    """It has no place beside it for the new one, also where it is empty, as on a new USB stick."""
    monkeypatch.setattr(Path, "iterdir", lambda path: iter(()))
    with pytest.raises(AuthoringError, match="Give a folder that does not exist"):
        make(Path(Path.cwd().anchor), "new")


@pytest.mark.parametrize("failing", ["site", "new"])
def test_what_the_system_refuses_is_said_and_undone(tmp_path, monkeypatch, failing):
    """Where neither folder can be renamed, as on Windows one that is open, the old one is there."""
    make(tmp_path / "site", "old")
    rename = Path.rename

    def refuse(path: Path, target: Path) -> Path:
        if path.name.endswith(failing):
            raise PermissionError(errno.EACCES, "Access is denied", str(path))
        return rename(path, target)

    monkeypatch.setattr(Path, "rename", refuse)
    with pytest.raises(AuthoringError, match="could not be changed: Access is denied"):
        make(tmp_path / "site", "new")
    assert held(tmp_path) == {f"site/{MARKER}": b"site\n", "site/page.html": b"old"}
    assert os.listdir(tmp_path) == ["site"]


def test_a_folder_below_a_file_is_said(tmp_path):
    """What cannot be made at all ends with a message too."""
    (tmp_path / "file").touch()
    with pytest.raises(AuthoringError, match="could not be changed"):
        make(tmp_path / "file" / "below" / "site", "new")


@pytest.mark.parametrize("command", MODULES)
def test_a_lesson_that_fails_leaves_the_old_copy(course, monkeypatch, tmp_path, command):
    """Where a lesson cannot be executed, the copy of last time is whole, and nothing is beside."""
    folder = tmp_path / "out" / "copy"
    make(folder, "old", command.__name__.removeprefix("make_"))
    before = held(tmp_path / "out")

    def fail(*arguments, **options):
        raise AuthoringError(["it raises"])

    monkeypatch.setattr(MODULES[command], "executed_notebook", fail)
    with pytest.raises(AuthoringError, match="it raises"):
        command(course, folder)
    assert held(tmp_path / "out") == before
    assert os.listdir(folder.parent) == ["copy"]


def test_a_site_has_the_mark_of_github_pages(course, monkeypatch, tmp_path):
    """Without it GitHub leaves out the folders that begin with _, where styles and scripts are."""
    monkeypatch.setattr(site_module, "_write_page", lambda *arguments: None)
    monkeypatch.setattr(
        site_module, "_run_sphinx", lambda settings, source, made: made.mkdir(parents=True)
    )
    shutil.copy(Path(__file__).parents[2] / "README.md", course)
    make_site(course, tmp_path / "site", say=lambda line: None)
    assert (tmp_path / "site" / NO_JEKYLL).exists()
    folders = {path.name for path in (tmp_path / "site").iterdir() if path.is_dir()}
    assert folders == {*LANGUAGES, "images"}
