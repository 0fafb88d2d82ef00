"""Folders and Markdown files are found, and what is not one is left out; errors say what to do."""

import contextlib
import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.language import set_language
from helpers.tasks import find_markdowns, list_directories

each_finder = pytest.mark.parametrize("find", [find_markdowns, list_directories])


def written(path):
    """Write a small file and return its path as text."""
    path.write_text("# x\n", encoding="utf-8")
    return str(path)


def made(root, *names):
    """Make folders below ``root`` and return their paths, sorted as texts."""
    for name in names:
        (root / name).mkdir(parents=True, exist_ok=True)
    return sorted(str(root / name) for name in names)


NAMES = [
    *("a.md", "B.md", "README.MD", "mixed.Md", "other.mD", "two.dots.md", ".md", ".hidden.md"),
    *("with space.md", " leading.md", "-r.md", "--help.md", "it's.md", "$HOME.md", "%TEMP%.md"),
    *("ñandú é.md", "e\u0301 combined.md", "crab \N{CRAB}.md", "日本.md", "[a-z].md"),
    "a" * 200 + ".md",
]
NO_MARKDOWN = ["md", "a.md.txt", "amd", "a.markdown", "a.md~", "a.mdx", ".DS_Store", "x.m"]


def test_any_name(tmp_path):
    """Markdown files are found whatever their names, sorted, and open; nothing else is found."""
    expected = sorted(written(tmp_path / name) for name in NAMES)
    for path in (*NO_MARKDOWN, Path(*made(tmp_path, "sub")) / "deeper.md"):
        written(tmp_path / path)
    for directory in (tmp_path, str(tmp_path), str(tmp_path) + os.sep):
        found = find_markdowns(directory)
        assert [name for name in NAMES if str(tmp_path / name) not in found] == []
        assert found == expected
    assert {Path(path).read_text(encoding="utf-8") for path in expected} == {"# x\n"}


@pytest.mark.parametrize(
    ("here", "directory"),
    [
        *[("", form) for form in ("folder", "./folder", "folder/../folder", Path("folder"))],
        ("folder", "."),
    ],
)
def test_paths_open_from_any_folder(tmp_path, monkeypatch, here, directory):
    """Found through a relative path, the files open after the working folder has changed."""
    made(tmp_path, "folder/sub", "elsewhere")
    written(tmp_path / "folder" / "a.md")
    monkeypatch.chdir(tmp_path / here)
    found, folders = find_markdowns(directory), list_directories(directory)
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert [(Path(path).name, Path(path).is_file()) for path in found] == [("a.md", True)]
    assert [(Path(path).name, Path(path).is_dir()) for path in folders] == [("sub", True)]


@pytest.mark.parametrize("form", ["{}/", "{}///", "{}/.", "{}/./", "{}/sub/..", "{}///sub/../"])
@pytest.mark.parametrize("name", ["folder", ".hidden", "dot."])
def test_the_ways_of_writing_a_full_path(tmp_path, form, name):
    """However a full path is written, what is found comes in the one plain form."""
    folders = made(tmp_path / name, "sub")
    path = written(tmp_path / name / "a.md")
    for folder in (form.format(tmp_path / name), form.format(f"{tmp_path}//{name}")):
        assert find_markdowns(folder) == [path]
        assert list_directories(folder) == folders


def test_folders(tmp_path):
    """Folders are listed, hidden ones and those named like files too; all below if asked for."""
    assert list_directories(tmp_path) == []
    above = ("b", "A", ".git", "with space", "ñ", "x.md", "a", "a-b")
    expected = made(tmp_path, *above)
    everything = made(tmp_path, *above, "a/b", "a/b/c", "a/z")
    for name in (".DS_Store", "stray.txt", "b/deeper.md"):
        written(tmp_path / name)
    assert list_directories(tmp_path) == expected
    assert list_directories(tmp_path, recursive=True) == everything
    assert find_markdowns(tmp_path) == []


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
def test_links(tmp_path):
    """A link to a file counts; one to a folder, to itself or to nothing does not.

    The folder that is asked for may itself be a link: its files open.
    """
    folder, real = tmp_path / "links", tmp_path / "real"
    expected = made(tmp_path, "links", "real", "real/sub")
    target = written(real / "target.txt")
    leads_to = {"to file": target, "to folder": real, "up": tmp_path, "broken": "nowhere"}
    leads_to |= {"itself": "itself.md", "one": "two.md", "two": "one.md"}
    for name, place in leads_to.items():
        (folder / f"{name}.md").symlink_to(place)
    assert find_markdowns(folder) == [str(folder / "to file.md")]
    assert list_directories(folder) == []
    assert list_directories(tmp_path, recursive=True) == expected
    (tmp_path / "link").symlink_to(folder)
    assert [Path(path).read_text() for path in find_markdowns(tmp_path / "link")] == ["# x\n"]
    assert len(list_directories(folder / "to folder.md", recursive=True)) == 1


# ---- errors


@each_finder
def test_no_folder(refused, tmp_path, find, monkeypatch):
    """A missing folder is named by its full path; of a file, it is said what to use instead."""
    monkeypatch.chdir(tmp_path)
    for name in ("missing", "mising/deeper", "ñ"):
        for path in (name, tmp_path / name):
            assert all(str(tmp_path / name) in x for x in refused(FileNotFoundError, find, path))
    for said in refused(NotADirectoryError, find, written(tmp_path / "a.md")):
        assert "a.md" in said
        assert "list_directories" in said


@each_finder
@pytest.mark.parametrize("value", [None, 0, True, b"folder", ["a"], object], ids=repr)
def test_no_path(refused, find, value):
    """What is no path is refused with what came and what is wanted; an empty text, too."""
    for said in refused(TypeError, find, value):
        assert repr(value) in said
        assert "pathlib.Path" in said
    for path in ("", "a\0b"):
        with pytest.raises((OSError, ValueError)):
            find(path)


# ---- folders that go away, or may not be read


@pytest.fixture
def three(tmp_path):
    """Return a tree of three folders with a file each, one of them inside another."""
    for folder in made(tmp_path, "a", "b", "b/inside"):
        written(Path(folder) / "x.md")
    return tmp_path


@pytest.fixture
def scandir(monkeypatch):
    """Return a function that has something happen once, right before a folder is read."""
    real = os.scandir

    def before(folder, act):
        def scan(path):
            if path != str(folder):
                return real(path)
            monkeypatch.setattr(os, "scandir", real)
            return act(path) or real(path)

        monkeypatch.setattr(os, "scandir", scan)

    return before


def become_a_file(path):
    """Put a file in the place of the folder that is about to be read."""
    shutil.rmtree(path)
    Path(path).touch()


def be_denied(path):
    """Refuse, as the system does to who may not read."""
    raise PermissionError(13, "Permission denied", path)


def break_off(path):
    """Give one entry and then fail, as a disk does that is pulled out."""

    def entries():
        inside = str(Path(path, "inside"))
        yield SimpleNamespace(name="inside", path=inside, is_dir=lambda **_: True)
        raise OSError(5, "Input/output error")

    return contextlib.nullcontext(entries())


LOSSES = {
    shutil.rmtree: FileNotFoundError,
    become_a_file: NotADirectoryError,
    be_denied: PermissionError,
    break_off: OSError,
}
each_loss = pytest.mark.parametrize("loss", LOSSES, ids=lambda loss: loss.__name__)


@pytest.mark.parametrize("language", ["es", "en"])
@each_loss
def test_recursive_with_a_list_for_the_unreadable(three, scandir, loss, language):
    """The error of a folder that is lost meanwhile is in the list, once, and the rest is found."""
    set_language(language)
    unreadable = []
    scandir(three / "b", loss)
    assert list_directories(three, recursive=True, unreadable=unreadable) == [str(three / "a")]
    errors = [(type(error), error.filename) for error in unreadable]
    assert errors == [(LOSSES[loss], str(three / "b"))]
    assert ("folder" in str(unreadable[0])) == (language == "en")


@pytest.mark.parametrize("recursive", [True, False])
@each_loss
def test_a_folder_that_cannot_be_read(three, scandir, loss, recursive):
    """Without such a list it is an error that names it, in listing what is below or in searching.

    Listing reads no folder below, so that one may be lost before it is searched.
    """
    scandir(three / "b", loss)
    with pytest.raises(LOSSES[loss]) as caught:
        list(map(find_markdowns, list_directories(three, recursive)))
    assert repr(str(three / "b")) in str(caught.value)
