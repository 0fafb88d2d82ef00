"""Folders and Markdown files are found, whatever their names, and what is not one is left out."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest

from helpers.language import current_language, set_language
from helpers.tasks import find_markdowns, list_directories

LINUX = sys.platform.startswith("linux")
on_linux = pytest.mark.skipif(not LINUX, reason="names that only Linux allows")
with_links = pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
FINDERS = [find_markdowns, list_directories]
NOBODY = 65534


@pytest.fixture(autouse=True)
def _restored():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


def written(path: Path) -> str:
    """Write a small file and return its path as text."""
    path.write_text("# x\n", encoding="utf-8")
    return str(path)


NAMES = [
    "a.md",
    "B.md",
    "README.MD",
    "mixed.Md",
    "other.mD",
    "with space.md",
    " leading.md",
    "-r.md",
    "--help.md",
    "ñandú é.md",
    "e\u0301 combined.md",
    "crab \N{CRAB}.md",
    "two.dots.md",
    ".md",
    ".hidden.md",
    "日本.md",
    "it's.md",
    "$HOME.md",
    "%TEMP%.md",
    "[a-z].md",
    "a" * 200 + ".md",
]
NAMES_OF_LINUX = [
    "line\nbreak.md",
    'quote".md',
    "back\\slash.md",
    "tab\t.md",
    "star*.md",
    "question?.md",
    "colon:.md",
    "trailing .md ",
    os.fsdecode(b"not utf-8 \xff\xfe.md"),
    "\x7f.md",
    "<>|.md",
]
NO_MARKDOWN = ["md", "a.md.txt", "amd", "a.markdown", "a.md~", "a.mdx", ".DS_Store", "x.m"]


@pytest.mark.parametrize("name", NAMES + (NAMES_OF_LINUX if LINUX else []), ids=ascii)
def test_any_name(tmp_path, name):
    """A Markdown file is found whatever its name, and its path opens."""
    path = written(tmp_path / name)
    expected = [path] if name.lower().endswith(".md") else []
    assert find_markdowns(tmp_path) == expected
    assert all(Path(found).read_text(encoding="utf-8") == "# x\n" for found in expected)


@pytest.mark.parametrize("name", NO_MARKDOWN)
def test_names_that_are_no_markdown(tmp_path, name):
    """A name that only looks like one is not found."""
    written(tmp_path / name)
    assert find_markdowns(tmp_path) == []


def test_files_are_sorted_and_absolute(tmp_path):
    """The paths are sorted as texts and absolute, however the folder was named."""
    expected = sorted(written(tmp_path / name) for name in NAMES)
    (tmp_path / "sub").mkdir()
    written(tmp_path / "sub" / "deeper.md")
    for directory in (tmp_path, str(tmp_path), str(tmp_path) + os.sep):
        found = find_markdowns(directory)
        assert found == expected
        assert all(type(path) is str and Path(path).is_absolute() for path in found)


@pytest.mark.parametrize("directory", ["folder", "./folder", "folder/../folder", Path("folder")])
def test_paths_open_from_any_folder(tmp_path, monkeypatch, directory):
    """Found through a relative path, the files open after the working folder has changed."""
    (tmp_path / "folder" / "sub").mkdir(parents=True)
    written(tmp_path / "folder" / "a.md")
    monkeypatch.chdir(tmp_path)
    found, folders = find_markdowns(directory), list_directories(directory)
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    assert [Path(path).name for path in found] == ["a.md"]
    assert Path(found[0]).read_text(encoding="utf-8") == "# x\n"
    assert [Path(path).name for path in folders] == ["sub"]
    assert Path(folders[0]).is_dir()


@pytest.mark.parametrize(
    "form", ["{}/", "{}//", "{}/.", "{}/./", "{}/sub/..", "{}//sub/../", "inside"]
)
@pytest.mark.parametrize("name", ["folder", ".hidden", "dot."])
def test_the_ways_of_writing_a_full_path(tmp_path, form, name):
    """However a full path is written, what is found comes in the one plain form."""
    (tmp_path / name / "sub").mkdir(parents=True)
    path = written(tmp_path / name / "a.md")
    folder = form.format(tmp_path / name).replace("//", "///")
    if form == "inside":
        folder = f"{tmp_path}//{name}"
    assert find_markdowns(folder) == [path]
    assert list_directories(folder) == [str(tmp_path / name / "sub")]


def test_the_working_folder_itself(tmp_path, monkeypatch):
    """A dot stands for the working folder."""
    path = written(tmp_path / "a.md")
    monkeypatch.chdir(tmp_path)
    assert [os.path.realpath(found) for found in find_markdowns(".")] == [os.path.realpath(path)]
    assert list_directories(".") == []


def test_a_folder_named_like_a_file(tmp_path):
    """A folder whose name ends in .md is a folder, not a file."""
    (tmp_path / "x.md").mkdir()
    inside = written(tmp_path / "x.md" / "y.md")
    assert find_markdowns(tmp_path) == []
    assert list_directories(tmp_path) == [str(tmp_path / "x.md")]
    assert find_markdowns(tmp_path / "x.md") == [inside]


def test_only_folders_are_listed(tmp_path):
    """Neither .DS_Store nor a stray file is listed, there or not; hidden folders are."""
    assert list_directories(tmp_path) == []
    for name in ("b", "A", ".git", "with space", "ñ"):
        (tmp_path / name / "deeper").mkdir(parents=True)
    expected = sorted(str(tmp_path / name) for name in ("b", "A", ".git", "with space", "ñ"))
    assert list_directories(tmp_path) == expected
    for name in (".DS_Store", "stray.md", "Thumbs.db"):
        written(tmp_path / name)
    assert list_directories(tmp_path) == expected


def test_recursive(tmp_path):
    """With recursive all folders below are listed, in one sorted list, but not the root itself."""
    for name in ("a/b/c", "a/z", "a b", "a-b"):
        (tmp_path / name).mkdir(parents=True)
    expected = sorted(str(tmp_path / name) for name in ("a", "a/b", "a/b/c", "a/z", "a b", "a-b"))
    assert list_directories(tmp_path, recursive=True) == expected
    assert list_directories(tmp_path) == sorted(str(tmp_path / n) for n in ("a", "a b", "a-b"))


def test_very_deep(tmp_path):
    """A hundred folders, one in the other, are no problem."""
    deep = tmp_path.joinpath(*["d"] * 100)
    deep.mkdir(parents=True)
    assert len(list_directories(tmp_path, recursive=True)) == 100


@with_links
def test_links(tmp_path):
    """A link to a file counts; one to a folder and a broken one do not, nor are they followed."""
    (tmp_path / "real" / "sub").mkdir(parents=True)
    target = written(tmp_path / "real" / "target.txt")
    folder = tmp_path / "links"
    folder.mkdir()
    (folder / "to file.md").symlink_to(target)
    (folder / "to folder.md").symlink_to(tmp_path / "real")
    (folder / "to folder").symlink_to(tmp_path / "real")
    (folder / "broken.md").symlink_to(tmp_path / "nowhere")
    (folder / "up").symlink_to(tmp_path)
    assert find_markdowns(folder) == [str(folder / "to file.md")]
    assert list_directories(folder) == []
    assert list_directories(folder, recursive=True) == []
    everything = list_directories(tmp_path, recursive=True)
    assert [Path(path).name for path in everything] == ["links", "real", "sub"]


@with_links
def test_a_link_to_itself_among_the_files(tmp_path):
    """A link that leads to itself is as good as broken: it is left out, and the rest is found."""
    path = written(tmp_path / "a.md")
    (tmp_path / "itself.md").symlink_to(tmp_path / "itself.md")
    (tmp_path / "one.md").symlink_to(tmp_path / "two.md")
    (tmp_path / "two.md").symlink_to(tmp_path / "one.md")
    assert list_directories(tmp_path) == []
    assert find_markdowns(tmp_path) == [path]


@with_links
def test_a_link_as_the_root(tmp_path):
    """The folder that is asked for may itself be a link: its files open."""
    (tmp_path / "real" / "sub").mkdir(parents=True)
    written(tmp_path / "real" / "a.md")
    (tmp_path / "link").symlink_to(tmp_path / "real")
    assert [Path(path).read_text() for path in find_markdowns(tmp_path / "link")] == ["# x\n"]
    assert len(list_directories(tmp_path / "link", recursive=True)) == 1


@with_links
def test_circular_links_end(tmp_path):
    """Links that lead in a circle are not walked."""
    (tmp_path / "a" / "b").mkdir(parents=True)
    (tmp_path / "a" / "b" / "again").symlink_to(tmp_path / "a")
    (tmp_path / "a" / "self").symlink_to(".")
    expected = [str(tmp_path / "a"), str(tmp_path / "a" / "b")]
    assert list_directories(tmp_path, recursive=True) == expected


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="no named pipes")
def test_a_named_pipe(tmp_path):
    """A named pipe that is called like a file is none, and is not waited for."""
    os.mkfifo(tmp_path / "pipe.md")
    (tmp_path / "link.md").symlink_to(tmp_path / "pipe.md")
    assert find_markdowns(tmp_path) == []
    assert list_directories(tmp_path, recursive=True) == []


@on_linux
def test_folders_of_any_name(tmp_path):
    """Folders with any name that Linux allows are listed and searched."""
    for name in NAMES_OF_LINUX:
        (tmp_path / name).mkdir()
        written(tmp_path / name / "a.md")
    folders = list_directories(tmp_path, recursive=True)
    assert sorted(folders) == sorted(str(tmp_path / name) for name in NAMES_OF_LINUX)
    assert all(len(find_markdowns(folder)) == 1 for folder in folders)


# ---- errors


def raised(expected, find, *args, **kwargs) -> list[str]:
    """Return the error's text in both languages; it can be sent to another process too."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(expected) as caught:
            find(*args, **kwargs)
        assert type(caught.value) is expected
        received = pickle.loads(pickle.dumps(caught.value))
        assert (type(received), str(received)) == (expected, str(caught.value))
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    return texts


@pytest.mark.parametrize("find", FINDERS)
@pytest.mark.parametrize("name", ["missing", "mising/deeper", "ñ"])
def test_missing(tmp_path, find, name):
    """A folder that is missing is an error with its path."""
    for text in raised(FileNotFoundError, find, tmp_path / name):
        assert str(tmp_path / name) in text


@pytest.mark.parametrize("find", FINDERS)
def test_missing_of_a_relative_path(tmp_path, find, monkeypatch):
    """For a relative path the error says also where relative ones start."""
    monkeypatch.chdir(tmp_path)
    for text in raised(FileNotFoundError, find, "mising"):
        assert str(tmp_path / "mising") in text
        assert f"{os.getcwd()}: " in text  # noqa: PTH109


@pytest.mark.parametrize("find", FINDERS)
def test_no_name_at_all(find):
    """An empty text names no folder, above all not the one that the program works in."""
    with pytest.raises((FileNotFoundError, ValueError)):
        find("")


@pytest.mark.parametrize("find", FINDERS)
def test_a_file(tmp_path, find):
    """A file instead of a folder is an error that names it and says what to use."""
    path = written(tmp_path / "a.md")
    for text in raised(NotADirectoryError, find, path):
        assert "a.md" in text
        assert "list_directories" in text


@with_links
@pytest.mark.parametrize("find", FINDERS)
def test_a_broken_link(tmp_path, find):
    """A link that leads nowhere is a missing folder."""
    (tmp_path / "link").symlink_to(tmp_path / "nowhere")
    raised(FileNotFoundError, find, tmp_path / "link")


@with_links
@pytest.mark.parametrize("find", FINDERS)
def test_a_link_to_itself(tmp_path, find):
    """A link that leads to itself is an error of the system's kind, not a hang."""
    (tmp_path / "link").symlink_to(tmp_path / "link")
    with pytest.raises(OSError, match="link"):
        find(tmp_path / "link")


@pytest.mark.parametrize("find", FINDERS)
@pytest.mark.parametrize("value", [None, 3, 0, True, b"folder", 2.5, ["a"], object], ids=repr)
def test_no_path(find, value):
    """What is no path is refused with what came and what is wanted."""
    for text in raised(TypeError, find, value):
        assert repr(value) in text
        assert "pathlib.Path" in text


@pytest.mark.parametrize("find", FINDERS)
def test_null_byte(find):
    """A path with a null byte, which no system allows, is an error and finds nothing."""
    with pytest.raises((ValueError, OSError)):
        find("a\0b")


@pytest.mark.parametrize("find", FINDERS)
def test_denied(tmp_path, find, monkeypatch):
    """A folder that may not be read is an error that names it and says what to do."""
    real = os.scandir

    def refuse(path):
        if os.fspath(path) == str(tmp_path):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    for text in raised(PermissionError, find, tmp_path):
        assert str(tmp_path) in text


@pytest.fixture
def partly_denied(tmp_path, monkeypatch):
    """Return a tree in which one folder below the root may not be read."""
    for name in ("a/secret/below", "a/open", "b"):
        (tmp_path / name).mkdir(parents=True)
    real, secret = os.scandir, str(tmp_path / "a" / "secret")

    def refuse(path):
        if os.fspath(path) == secret:
            raise PermissionError(13, "Permission denied", secret)
        return real(path)

    monkeypatch.setattr(os, "scandir", refuse)
    return tmp_path


def test_recursive_with_a_folder_that_is_denied(partly_denied):
    """Without a list for them, the first folder that cannot be read is an error that names it."""
    for text in raised(PermissionError, list_directories, partly_denied, recursive=True):
        assert "secret" in text


def test_recursive_with_a_list_for_the_unreadable(partly_denied):
    """With a list, the folder is left out, its error is in the list, and the rest is found."""
    unreadable = []
    found = list_directories(partly_denied, recursive=True, unreadable=unreadable)
    assert [os.path.relpath(path, partly_denied) for path in found] == [
        "a",
        os.path.join("a", "open"),  # noqa: PTH118
        "b",
    ]
    assert [type(error) for error in unreadable] == [PermissionError]
    assert "secret" in str(unreadable[0])


def test_without_recursive_nothing_below_is_read(partly_denied):
    """Without recursive the folder that may not be read is listed like any other."""
    names = [Path(path).name for path in list_directories(partly_denied / "a")]
    assert names == ["open", "secret"]


def test_the_root_is_an_error_even_with_a_list(tmp_path):
    """A root that is missing is an error, with a list for unreadable folders too."""
    unreadable = []
    with pytest.raises(FileNotFoundError):
        list_directories(tmp_path / "no", recursive=True, unreadable=unreadable)
    assert unreadable == []


@pytest.mark.skipif(not LINUX or os.geteuid() != 0, reason="only root may become somebody else")
def test_denied_by_the_system(tmp_path):
    """Where the system itself refuses, the error is ours (run as a user who may not read)."""
    root = Path("/var/tmp") / f"denied-{os.getpid()}"
    (root / "secret").mkdir(parents=True)
    try:
        root.chmod(0o755)
        (root / "secret").chmod(0o700)
        program = (
            "import sys, os\n"
            "from helpers.language import messages\n"
            "from helpers.tasks import find_markdowns, list_directories\n"
            "messages()  # what comes later may not be readable to that user\n"
            f"os.setgroups([]); os.setgid({NOBODY}); os.setuid({NOBODY})\n"
            "unreadable = []\n"
            "print(list_directories(sys.argv[1], True, unreadable), len(unreadable))\n"
            "for find in (find_markdowns, list_directories):\n"
            "    try:\n"
            "        find(sys.argv[1] + '/secret')\n"
            "    except PermissionError as error:\n"
            "        print('denied' if 'permission' in str(error) else error)\n"
        )
        completed = subprocess.run(
            [sys.executable, "-c", program, str(root)],
            capture_output=True, text=True, timeout=200, check=False, cwd="/",
        )  # fmt: skip
        assert completed.stdout.splitlines() == ["[] 1", "denied", "denied"], completed.stderr
    finally:
        shutil.rmtree(root)


# ---- against GNU find


def found_by_find(folder: str, *tests: str) -> list[str]:
    """Return what GNU find prints, sorted."""
    completed = subprocess.run(
        ["find", folder, *tests, "-print0"], capture_output=True, timeout=200, check=True
    )
    return sorted(os.fsdecode(path) for path in completed.stdout.split(b"\0") if path)


@pytest.mark.skipif(not LINUX or shutil.which("find") is None, reason="needs GNU find")
def test_against_gnu_find():
    """On the folders of this Python's own packages the folders and files are those of GNU find."""
    root = os.path.realpath(sysconfig.get_path("purelib"))
    folders = list_directories(root, recursive=True)
    assert folders == found_by_find(root, "-mindepth", "1", "-type", "d")
    assert len(folders) > 20
    found = sorted(path for folder in folders for path in find_markdowns(folder))
    assert found == found_by_find(root, "-mindepth", "2", "-iname", "*.md", "-type", "f")
    for folder in folders[:20]:
        expected = found_by_find(folder, "-maxdepth", "1", "-iname", "*.md", "-type", "f")
        assert find_markdowns(folder) == expected
