"""Files are hostile too: odd names, circles, pipes that nobody writes to."""

import contextlib
import io
import multiprocessing
import os
import socket
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
    WINDOWS, reason="there, links need a privilege, and pipes are no files"
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
METHODS = multiprocessing.get_all_start_methods()
BY_NIGHT = [pytest.param(method, marks=pytest.mark.slow) for method in METHODS[1:]]


@pytest.fixture
def hostile(tmp_path):
    """Return a tree of folders with hostile names; in each a Markdown file with the same name."""
    for name in NAMES:
        (tmp_path / name).mkdir()
        (tmp_path / name / f"{name}.md").write_text("# x\n")
    return tmp_path


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
def test_a_web_of_links(tmp_path):
    """Where every folder links to every other, to itself and to its parents, each is met once."""
    places = [tmp_path, *(tmp_path / name for name in ("a", "b", "a/c", "a/c/d"))]
    for place in places:
        place.mkdir(exist_ok=True)
        (place / "one.md").touch()
    for place in places:
        for number, target in enumerate([*places, tmp_path.parent, Path(), Path("..")]):
            (place / f"link {number}").symlink_to(target)
            (place / f"link {number}.md").symlink_to(target)
    folders = list_directories(tmp_path, recursive=True)
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


@not_on_windows
def test_pipes_sockets_and_devices(tmp_path, monkeypatch):
    """Named like Markdown files they are none, and nobody waits for what they would give."""
    monkeypatch.chdir(tmp_path)  # the path of a socket has to be short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
    for name in ("pipe.md", "socket.md", "/dev/null", "/dev/tty"):
        Path(f"link to {Path(name).name}.md").symlink_to(name)
    Path("a.md").touch()
    assert find_markdowns(tmp_path) == [str(tmp_path / "a.md")]
    assert list_directories(tmp_path, recursive=True) == []
