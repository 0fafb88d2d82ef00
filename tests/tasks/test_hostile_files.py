"""Files are hostile too: odd names, circles, endless paths, pipes that nobody writes to."""

import contextlib
import io
import multiprocessing
import os
import socket
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.language import LANGUAGES, set_language
from helpers.parallel import run
from helpers.tasks import find_markdowns, list_directories, make_sample_directories
from helpers.tasks import markdown as module

WINDOWS = sys.platform == "win32"
on_linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="names that only Linux allows: Windows and macOS refuse them",
)
not_on_windows = pytest.mark.skipif(
    WINDOWS, reason="there, links need a privilege, and pipes and long paths are no files"
)
NO_TEXT = (b"latin \xe9", b"\xff\xfe", b"\xed\xb3\xbf")  # the last: UTF-8 of half a character
NOT_UTF_8 = [] if WINDOWS else [os.fsdecode(name) for name in NO_TEXT]
NAMES = [
    *("line\nbreak", "return\r", "'single'", '"double"', "`back`", "back\\slash", "\x7f"),
    *("tab\t", "question?", "colon:", "<>|"),
    *("crab \N{CRAB}", "family \N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}", "\x1b[31mred", "e\u0301"),
    *("-rf", " ", "...", "~", "*", "$(id)", "{here}", "%s", "\u202eright to left", "n" * 250),
    *NOT_UTF_8,
]
LONG = "long " + "n" * 245
METHODS = multiprocessing.get_all_start_methods()
BY_NIGHT = [pytest.param(method, marks=pytest.mark.slow) for method in METHODS[1:]]


@pytest.fixture
def tree(tmp_path):
    """Return a folder for a tree of any depth and size, which is gone afterwards."""
    root = tmp_path / "tree"
    root.mkdir()
    yield root
    if not WINDOWS:  # shutil.rmtree is defeated by a thousand folders one in the other
        subprocess.run(["rm", "-rf", "--", str(root)], check=True, timeout=250)


@pytest.fixture
def hostile(tree):
    """Return a tree of folders with hostile names; in each a Markdown file with the same name."""
    for name in NAMES:
        (tree / name).mkdir()
        (tree / name / f"{name}.md").write_text("# x\n")
    return tree


def shown(*values):
    """Print to a stream that takes nothing but text, as a terminal may; return what it took."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    print(*values, file=stream, flush=True)
    return stream.buffer.getvalue().decode("utf-8")


@on_linux
def test_hostile_names(hostile):
    """Folders and files are found whatever their names; their paths are sorted, open and print."""
    folders = list_directories(hostile, recursive=True)
    assert folders == sorted(str(hostile / name) for name in NAMES)
    files = [file for folder in folders for file in find_markdowns(folder)]
    assert sorted(files) == sorted(str(hostile / name / f"{name}.md") for name in NAMES)
    assert all(Path(file).read_text() == "# x\n" for file in files)
    assert "\\udcff" in shown(folders, files)


@on_linux
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", NOT_UTF_8, ids=ascii)
def test_errors_about_a_folder_of_such_a_name(hostile, name, language, monkeypatch):
    """Errors that name it, as the folder where a program works or one to be made, print too."""
    set_language(language)
    monkeypatch.chdir(hostile / name)
    for call, path in (
        (find_markdowns, "gone"),
        (list_directories, str(hostile / name / "gone")),
        (make_sample_directories, hostile / name),
    ):
        with pytest.raises(OSError, match=r"\\udc") as caught:
            call(path)
        assert "\\udc" in shown(caught.value)


@on_linux
@pytest.mark.parametrize("method", [METHODS[0], *BY_NIGHT])
def test_hostile_names_are_sent_to_workers(hostile, method):
    """Such paths come to workers and back as they are, in results and in errors."""
    folders, gone = list_directories(hostile), str(hostile / NAMES[-2] / "gone")
    options = {"how": "pool", "n_workers": 2, "start_method": method}
    assert run(find_markdowns, folders, **options).results == [find_markdowns(f) for f in folders]
    with pytest.raises(FileNotFoundError) as caught:
        run(find_markdowns, [gone], **options)
    assert caught.value.filename == gone


@not_on_windows
def test_a_web_of_links(tree):
    """Where every folder links to every other, to itself and to its parents, each is met once."""
    places = [tree, *(tree / name for name in ("a", "b", "a/c", "a/c/d"))]
    for place in places:
        place.mkdir(exist_ok=True)
        (place / "one.md").touch()
    for place in places:
        for number, target in enumerate([*places, tree.parent, Path(), Path("..")]):
            (place / f"link {number}").symlink_to(target)
            (place / f"link {number}.md").symlink_to(target)
    folders = list_directories(tree, recursive=True)
    assert folders == sorted(str(place) for place in places[1:])
    assert [find_markdowns(folder) for folder in folders] == [
        [str(Path(folder, "one.md"))] for folder in folders
    ]


@pytest.mark.parametrize(
    ("tag", "listed"), [(0, True), (0xA0000003, False), (0x9000001A, True)], ids=hex
)
def test_what_windows_tells_of_a_folder(tag, listed, monkeypatch, tmp_path):
    """A folder that is a junction is left out; one that is kept in the cloud is a folder."""
    entry = SimpleNamespace(
        path="x",
        is_dir=lambda follow_symlinks: True,
        stat=lambda follow_symlinks: SimpleNamespace(st_reparse_tag=tag),
    )
    monkeypatch.setattr(module, "_WINDOWS", True)
    monkeypatch.setattr(os, "scandir", lambda path: contextlib.nullcontext([entry]))
    assert list_directories(tmp_path) == (["x"] if listed else [])


def beyond(root, names):
    """Make folders one in the other, of paths of any length: each from the one above it."""
    place = os.open(root, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=place)
        below = os.open(name, os.O_RDONLY, dir_fd=place)
        os.close(os.open("x.md", os.O_CREAT | os.O_WRONLY, dir_fd=below))
        os.close(place)
        place = below
    os.close(place)


@not_on_windows
def test_paths_longer_than_the_system_takes(tree):
    """Folders are listed as far as their paths can be read; the first beyond it is reported."""
    limit = os.pathconf("/", "PC_PATH_MAX")
    beyond(tree, [LONG] * (limit // len(LONG) + 2))
    (tree / "beside").mkdir()
    unreadable = []
    folders = list_directories(tree, recursive=True, unreadable=unreadable)
    assert folders[0] == str(tree / "beside")
    assert limit - len(LONG) <= len(os.fsencode(max(folders, key=len))) + 1 <= limit
    assert all(find_markdowns(folder) for folder in folders[1:])
    (error,) = unreadable
    assert len(os.fsencode(error.filename)) >= limit
    assert "cannot be read" in shown(error)
    for call in (find_markdowns, list_directories):
        with pytest.raises(OSError, match="cannot be read"):
            call(error.filename)


@not_on_windows
def test_pipes_sockets_and_devices(tree, monkeypatch):
    """Named like Markdown files they are none, and nobody waits for what they would give."""
    monkeypatch.chdir(tree)  # the path of a socket has to be short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
    for name in ("pipe.md", "socket.md", "/dev/null", "/dev/tty"):
        Path(f"link to {Path(name).name}.md").symlink_to(name)
    Path("a.md").touch()
    assert find_markdowns(tree) == [str(tree / "a.md")]
    assert list_directories(tree, recursive=True) == []
