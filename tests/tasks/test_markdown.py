"""Folders and Markdown files are found, and what is not one is left out; errors say what to do."""

import os
import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.language import set_language
from helpers.tasks import find_markdowns, list_directories

with_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
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


@pytest.mark.parametrize("name", NAMES, ids=ascii)
def test_any_name(tmp_path, name):
    """A Markdown file is found whatever its name, and its path opens."""
    path = written(tmp_path / name)
    assert find_markdowns(tmp_path) == [path]
    assert Path(path).read_text(encoding="utf-8") == "# x\n"


def test_names_that_are_no_markdown(tmp_path):
    """A name that only looks like one is not found."""
    for name in NO_MARKDOWN:
        written(tmp_path / name)
    assert find_markdowns(tmp_path) == []


def test_files_are_sorted_and_absolute(tmp_path):
    """The paths are sorted as texts and absolute; files one folder deeper are not among them."""
    expected = sorted(written(tmp_path / name) for name in NAMES)
    written(Path(*made(tmp_path, "sub")) / "deeper.md")
    for directory in (tmp_path, str(tmp_path), str(tmp_path) + os.sep):
        assert find_markdowns(directory) == expected
    assert all(type(path) is str and Path(path).is_absolute() for path in expected)


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


def test_only_folders_are_listed(tmp_path):
    """Stray files are not listed; hidden folders are, and those whose name ends in .md."""
    assert list_directories(tmp_path) == []
    expected = made(tmp_path, "b", "A", ".git", "with space", "ñ", "x.md")
    for name in (".DS_Store", "stray.txt", "b/deeper.md"):
        written(tmp_path / name)
    assert list_directories(tmp_path) == expected
    assert find_markdowns(tmp_path) == []


def test_recursive(tmp_path):
    """With recursive all folders below are listed, in one sorted list, but not the root itself."""
    expected = made(tmp_path, "a", "a/b", "a/b/c", "a/z", "a b", "a-b")
    assert list_directories(tmp_path, recursive=True) == expected
    assert list_directories(tmp_path) == made(tmp_path, "a", "a b", "a-b")


@with_links
def test_links(tmp_path):
    """A link to a file counts; one to a folder, to itself or to nothing does not."""
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


@with_links
def test_a_link_as_the_root(tmp_path):
    """The folder that is asked for may itself be a link: its files open."""
    made(tmp_path, "real/sub")
    written(tmp_path / "real" / "a.md")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [Path(path).read_text() for path in find_markdowns(tmp_path / "link")] == ["# x\n"]
    assert len(list_directories(tmp_path / "link", recursive=True)) == 1


# ---- errors


@each_finder
@pytest.mark.parametrize("name", ["missing", "mising/deeper", "ñ"])
def test_missing(refused, tmp_path, find, name, monkeypatch):
    """A missing folder is an error with its full path, which says where a relative one starts."""
    assert all(str(tmp_path / name) in x for x in refused(FileNotFoundError, find, tmp_path / name))
    monkeypatch.chdir(tmp_path)
    for said in refused(FileNotFoundError, find, name):
        assert str(tmp_path / name) in said


@each_finder
def test_a_file(refused, tmp_path, find):
    """A file instead of a folder is an error that names it and says what to use."""
    for said in refused(NotADirectoryError, find, written(tmp_path / "a.md")):
        assert "a.md" in said
        assert "list_directories" in said


@each_finder
@pytest.mark.parametrize("value", [None, 0, True, b"folder", 2.5, ["a"], object], ids=repr)
def test_no_path(refused, find, value):
    """What is no path is refused with what came and what is wanted."""
    for said in refused(TypeError, find, value):
        assert repr(value) in said
        assert "pathlib.Path" in said


@each_finder
@pytest.mark.parametrize("path", ["", "a\0b"], ids=repr)
def test_paths_of_nothing(find, path):
    """An empty text does not stand for the working folder, and no system allows a null byte."""
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

    class Entries:
        def __enter__(self):
            yes = lambda follow_symlinks=True: True  # noqa: E731
            yield SimpleNamespace(name="inside", path=str(Path(path, "inside")), is_dir=yes)
            raise OSError(5, "Input/output error")

        def __exit__(self, *error):
            return None

    return Entries()


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


@each_loss
def test_recursive_without_a_list(three, scandir, loss):
    """Without a list for them, the first folder that cannot be read is an error that names it."""
    scandir(three / "b", loss)
    with pytest.raises(LOSSES[loss]) as caught:
        list_directories(three, recursive=True)
    assert caught.value.filename == str(three / "b")


@each_loss
def test_a_folder_is_lost_between_two_looks(three, scandir, loss):
    """Listing reads no folder below; one that is lost before it is searched is an error then."""
    scandir(three / "b", loss)
    first, second = list_directories(three)
    assert find_markdowns(first) == [str(three / "a" / "x.md")]
    with pytest.raises(LOSSES[loss]) as caught:
        find_markdowns(second)
    assert repr(str(three / "b")) in str(caught.value)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows keeps the working folder")
@each_finder
def test_the_working_folder_was_deleted(tmp_path, monkeypatch, find):
    """Where the working folder is gone, that is said, and absolute paths work as ever."""
    (here,) = made(tmp_path, "here")
    monkeypatch.chdir(here)
    Path(here).rmdir()
    for path in ("x", tmp_path / "x"):
        with pytest.raises(FileNotFoundError, match="no such folder"):
            find(path)
    assert find(tmp_path) == []
