"""Files are hostile too: odd names, circles, folders that go away or never end, slow disks."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import os
import shutil
import socket
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import pytest

from helpers.language import current_language, set_language
from helpers.parallel import TimeLimitError, run
from helpers.tasks import find_markdowns, list_directories, make_sample_directories
from helpers.tasks import markdown as module

LINUX = sys.platform.startswith("linux")
WINDOWS = sys.platform == "win32"
on_linux = pytest.mark.skipif(
    not LINUX, reason="names that only Linux allows: Windows and macOS refuse them"
)
with_links = pytest.mark.skipif(WINDOWS, reason="links need a privilege on Windows")
with_pipes = pytest.mark.skipif(WINDOWS, reason="Windows has no named pipes among its files")
with_long_paths = pytest.mark.skipif(
    WINDOWS, reason="Windows has another limit, and no way to make a path beyond it"
)

NAMES = [
    "line\nbreak",
    "return\r",
    "'single'",
    '"double"',
    "`back`",
    "back\\slash",
    "crab \N{CRAB}",
    "family \N{MAN}\N{ZERO WIDTH JOINER}\N{GIRL}",
    "\x1b[31mred",
    "\x7f",
    "-rf",
    " ",
    "...",
    "~",
    "*",
    "$(id)",
    "{here}",
    "%s",
    "e\u0301",
    "\u202eright to left",
    "n" * 250,
    os.fsdecode(b"latin \xe9") if LINUX else "latin",
    os.fsdecode(b"\xff\xfe") if LINUX else "ff",
    os.fsdecode(b"\xed\xb3\xbf") if LINUX else "half",  # UTF-8 of what stands for a byte
]
METHODS = multiprocessing.get_all_start_methods()
WAYS = [(how, method) for how in ("processes", "pool") for method in METHODS] + [("threads", None)]
LONG = "long " + "n" * 245
WAIT_S = 0.2
MEETING_LIMIT_S = 200


@pytest.fixture(autouse=True)
def _restored():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


@pytest.fixture
def tree(tmp_path):
    """Return a folder for a tree of any depth and size, which is gone afterwards."""
    root = tmp_path / "tree"
    root.mkdir()
    yield root
    if WINDOWS:
        shutil.rmtree(root)
    else:  # shutil.rmtree is defeated by a thousand folders one in the other
        subprocess.run(["rm", "-rf", "--", str(root)], check=True, timeout=250)


@pytest.fixture
def hostile(tree):
    """Return a tree of folders with hostile names; in each a Markdown file with the same name."""
    for name in NAMES:
        (tree / name).mkdir()
        (tree / name / f"{name}.md").write_text("# x\n")
    return tree


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


def names_in(paths, root) -> list[str]:
    """Return paths without the root in front."""
    return [os.path.relpath(path, root) for path in paths]


def shown(*values) -> str:
    """Print to a stream that takes nothing but text, as a terminal may; return what it took."""
    stream = io.TextIOWrapper(io.BytesIO(), encoding="utf-8", errors="strict")
    print(*values, file=stream, flush=True)
    return stream.buffer.getvalue().decode("utf-8")


# ---- names


@on_linux
def test_hostile_names(hostile):
    """Folders and files are found whatever their names; their paths are sorted, and open."""
    folders = list_directories(hostile, recursive=True)
    assert folders == sorted(str(hostile / name) for name in NAMES)
    files = [file for folder in folders for file in find_markdowns(folder)]
    assert sorted(files) == sorted(str(hostile / name / f"{name}.md") for name in NAMES)
    assert all(Path(file).read_text() == "# x\n" for file in files)


@on_linux
def test_hostile_names_can_be_shown(hostile):
    """What the lesson's cells show of such paths prints: lists of them, counts and errors."""
    folders = list_directories(hostile)
    assert "\\udcff" in shown([os.path.basename(folder) for folder in folders])  # noqa: PTH119
    assert "\\udcff" in shown([find_markdowns(folder) for folder in folders])
    unreadable = []
    for folder in folders:
        path = os.path.join(folder, "gone")  # noqa: PTH118
        for find in (find_markdowns, list_directories):
            with pytest.raises(FileNotFoundError) as caught:
                find(path)
            assert ascii(path)[1:20] in ascii(shown(caught.value))
            unreadable.append(caught.value)
    shown(unreadable)


@on_linux
@pytest.mark.parametrize("name", NAMES[-3:], ids=ascii)
def test_errors_about_a_working_folder_of_such_a_name(hostile, name, monkeypatch):
    """Errors that name the folder where a program works, or one to be made, print too."""
    monkeypatch.chdir(hostile / name)
    for language in ("es", "en"):
        set_language(language)
        for call in (find_markdowns, list_directories):
            with pytest.raises(FileNotFoundError) as caught:
                call("gone")
            assert "\\udc" in shown(caught.value)
        with pytest.raises(FileExistsError) as taken:
            make_sample_directories(hostile / name)
        assert "\\udc" in shown(taken.value)


@on_linux
@pytest.mark.parametrize(("how", "method"), WAYS)
def test_hostile_names_are_sent_to_workers(hostile, how, method):
    """Such paths come to workers and back as they are, in results and in errors."""
    folders, gone = list_directories(hostile), str(hostile / NAMES[-2] / "gone")
    expected = [find_markdowns(folder) for folder in folders]
    made = run(find_markdowns, folders, how=how, n_workers=2, start_method=method)
    assert made.results == expected
    with pytest.raises(FileNotFoundError) as caught:
        run(find_markdowns, [gone], how=how, n_workers=1, start_method=method)
    assert caught.value.filename == gone


# ---- links in a circle


@with_links
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
    assert [find_markdowns(f) for f in folders] == [[os.path.join(f, "one.md")] for f in folders]  # noqa: PTH118


@pytest.mark.skipif(not WINDOWS, reason="only Windows has junctions")
def test_a_junction_to_a_parent(tmp_path):
    """A junction, Windows's link that needs no privilege, is left out and not followed."""
    import _winapi

    (tmp_path / "a").mkdir()
    _winapi.CreateJunction(str(tmp_path), str(tmp_path / "a" / "up"))
    try:
        assert list_directories(tmp_path, recursive=True) == [str(tmp_path / "a")]
        assert list_directories(tmp_path / "a") == []
    finally:
        (tmp_path / "a" / "up").rmdir()  # the junction, not what it leads to


@pytest.mark.parametrize(
    ("tag", "listed"), [(0, True), (0xA0000003, False), (0x9000001A, True)], ids=hex
)
def test_what_windows_tells_of_a_folder(tag, listed, monkeypatch):
    """A folder that is a junction is left out; one that is kept in the cloud is a folder."""
    entry = SimpleNamespace(
        path="C:\\x",
        is_dir=lambda follow_symlinks: True,
        stat=lambda follow_symlinks: SimpleNamespace(st_reparse_tag=tag),
    )
    monkeypatch.setattr(module, "_WINDOWS", True)
    assert module._subfolders(iter([entry])) == (["C:\\x"] if listed else [])


# ---- folders that go away, or may not be read


@pytest.fixture
def three(tree):
    """Return a tree of three folders with a file each, one of them inside another."""
    for name in ("a", "b", "b/inside"):
        (tree / name).mkdir()
        (tree / name / "x.md").touch()
    return tree


def vanish(path) -> None:
    """Delete the folder that is about to be read."""
    shutil.rmtree(path)


def become_a_file(path) -> None:
    """Put a file in the place of the folder that is about to be read."""
    shutil.rmtree(path)
    Path(path).touch()


def be_denied(path) -> None:
    """Refuse, as the system does to who may not read."""
    raise PermissionError(13, "Permission denied", path)


def be_stale(path) -> None:
    """Fail as a network drive does whose server was started again."""
    raise OSError(116, "Stale file handle", path)


def break_off(path):
    """Give one entry and then fail, as a disk does that is pulled out."""

    class Entries:
        def __enter__(self):
            inside = os.path.join(path, "inside")  # noqa: PTH118
            yes = lambda follow_symlinks=True: True  # noqa: E731
            yield SimpleNamespace(name="inside", path=inside, is_dir=yes)
            raise OSError(5, "Input/output error")

        def __exit__(self, *error):
            return None

    return Entries()


DEEDS = {
    vanish: FileNotFoundError,
    become_a_file: NotADirectoryError,
    be_denied: PermissionError,
    be_stale: OSError,
    break_off: OSError,
}


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_folder_is_lost_while_the_tree_is_read(three, scandir, deed):
    """It is reported beside the result, in both languages and once, and the rest is found."""
    said = []
    for language in ("es", "en"):
        set_language(language)
        unreadable = []
        scandir(three / "b", deed)
        assert list_directories(three, recursive=True, unreadable=unreadable) == [str(three / "a")]
        assert [type(error) for error in unreadable] == [DEEDS[deed]]
        assert unreadable[0].filename == str(three / "b")
        said.append(str(unreadable[0]))
        if deed in (vanish, become_a_file):
            break  # a second time it is not there to be lost
    assert len(set(said)) == len(said)


@pytest.mark.parametrize("deed", DEEDS, ids=lambda deed: deed.__name__)
def test_a_folder_is_lost_between_two_looks(three, scandir, deed):
    """A folder that was listed and is lost before it is searched is an error that names it."""
    first, second = list_directories(three)
    scandir(three / "b", deed)
    assert find_markdowns(first) == [str(three / "a" / "x.md")]
    with pytest.raises(DEEDS[deed]) as caught:
        find_markdowns(second)
    assert repr(str(three / "b")) in str(caught.value)


def test_without_a_list_a_lost_folder_is_an_error(three, scandir):
    """Without a list for them, the first folder that cannot be read is an error that names it."""
    scandir(three / "b", vanish)
    with pytest.raises(FileNotFoundError, match="no longer") as caught:
        list_directories(three, recursive=True)
    assert caught.value.filename == str(three / "b")


@with_links
def test_a_folder_becomes_a_link_to_its_parent(three, scandir):
    """Even a folder that is replaced by a link to its parent right before it is read ends."""

    def become_a_link(path):
        if not Path(path).is_symlink():
            shutil.rmtree(path)
            Path(path).symlink_to(three)

    scandir(three / "b", become_a_link)
    found = names_in(list_directories(three, recursive=True, unreadable=[]), three)
    assert found == ["a", "b", os.path.join("b", "a")]  # noqa: PTH118


@pytest.mark.skipif(WINDOWS, reason="Windows keeps the folder in which a program works")
@pytest.mark.parametrize("find", [find_markdowns, list_directories])
def test_the_working_folder_was_deleted(tmp_path, monkeypatch, find):
    """Where the working folder is gone, that is said, and absolute paths work as ever."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    (tmp_path / "here").rmdir()
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find("x")
    with pytest.raises(FileNotFoundError, match="no such folder"):
        find(tmp_path / "x")
    assert find(tmp_path) == []


# ---- the parallel search of lesson 3


@pytest.mark.parametrize("method", METHODS)
def test_one_lost_folder_among_many(tmp_path, method):
    """In a raw Pool a folder that was lost is an error that comes back as it is, and names it."""
    make_sample_directories(tmp_path / "sample")
    folders = list_directories(tmp_path / "sample")
    folders.insert(3, str(tmp_path / "gone"))
    with (
        multiprocessing.get_context(method).Pool(2) as pool,
        pytest.raises(FileNotFoundError, match="gone"),
    ):
        pool.map(find_markdowns, folders)


# ---- paths longer than the system takes


def beyond(root: Path, names) -> None:
    """Make folders one in the other, of paths of any length: each from the one above it."""
    place = os.open(root, os.O_RDONLY)
    for name in names:
        os.mkdir(name, dir_fd=place)
        below = os.open(name, os.O_RDONLY, dir_fd=place)
        os.close(os.open("x.md", os.O_CREAT | os.O_WRONLY, dir_fd=below))
        os.close(place)
        place = below
    os.close(place)


@with_long_paths
def test_paths_longer_than_the_system_takes(tree):
    """Folders are listed as far as their paths can be read; the first beyond it is reported."""
    limit = os.pathconf("/", "PC_PATH_MAX")
    beyond(tree, [LONG] * (limit // len(LONG) + 2))
    (tree / "beside").mkdir()
    unreadable = []
    folders = list_directories(tree, recursive=True, unreadable=unreadable)
    assert str(tree / "beside") in folders
    assert all(len(os.fsencode(folder)) < limit for folder in folders)
    assert limit - len(os.fsencode(max(folders, key=len))) <= len(LONG) + 1
    (error,) = unreadable
    assert len(os.fsencode(error.filename)) >= limit
    assert "longer than the system takes" in shown(error)
    files = [file for folder in folders[1:] for file in find_markdowns(folder)]
    assert len(files) == len(folders) - 1
    with pytest.raises(OSError, match="longer than the system takes"):
        list_directories(tree, recursive=True)
    for call in (find_markdowns, list_directories):
        with pytest.raises(OSError, match="longer than the system takes"):
            call(error.filename)


@with_long_paths
def test_a_file_whose_path_is_too_long(tree):
    """A file is found in a folder that can just be read, although its own path is too long."""
    limit = os.pathconf("/", "PC_PATH_MAX")
    left = limit - 1 - len(os.fsencode(tree))
    names = [LONG] * (left // (len(LONG) + 1) - 1)
    rest = left - len(names) * (len(LONG) + 1) - 1
    names += ["m" * (rest // 2), "m" * (rest - rest // 2 - 1)]
    beyond(tree, names)
    folder = str(tree.joinpath(*names))
    assert len(os.fsencode(folder)) == limit - 1
    (file,) = find_markdowns(folder)
    with pytest.raises(OSError, match="too long"):
        os.stat(file)  # noqa: PTH116


@with_long_paths
def test_deeper_than_a_function_may_call_itself(tree):
    """More folders one in the other than Python's functions may call each other are no problem."""
    depth = min(sys.getrecursionlimit() + 200, os.pathconf("/", "PC_PATH_MAX") // 3)
    beyond(tree, ["d"] * depth)
    folders = list_directories(tree, recursive=True)
    assert len(folders) == depth
    assert sum(len(find_markdowns(folder)) for folder in folders) == depth


# ---- what is called like a file and is none


AUDITED = """
import sys
opened = []
root = sys.argv[1]
from helpers.tasks import find_markdowns, list_directories
sys.addaudithook(lambda event, args: event == "open" and opened.append(str(args[0])))
print([find_markdowns(root), list_directories(root, True)])
print([path for path in opened if path.startswith(root)])
open(root + "/a.md").close()
print(opened)
"""


@with_pipes
def test_pipes_sockets_and_devices(tree, monkeypatch):
    """Named like Markdown files they are none; they are not opened, so nobody waits for them."""
    monkeypatch.chdir(tree)  # the path of a socket has to be short
    os.mkfifo("pipe.md")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind("socket.md")
    made = ["pipe.md", "socket.md"]
    with contextlib.suppress(OSError):  # only root may, and not everywhere
        os.mknod("device.md", stat.S_IFCHR | 0o600, os.makedev(1, 3))
    for name in [*made, "/dev/null", "/dev/tty"]:
        Path(f"link to {Path(name).name}.md").symlink_to(name)
    Path("a.md").touch()
    completed = subprocess.run(
        [sys.executable, "-c", AUDITED, str(tree)],
        capture_output=True, text=True, timeout=250, check=True,
    )  # fmt: skip
    found, opened, afterwards = completed.stdout.splitlines()
    only = [str(tree / "a.md")]
    assert found == str([only, []])
    assert opened == "[]"
    assert afterwards == str(only), "the watch would have seen it"


# ---- a disk that answers slowly


_real_scandir = os.scandir


def search_slowly(folder):
    """Search a folder on a disk that takes its time to answer."""
    os.scandir = slow_scandir
    return find_markdowns(folder)


def slow_scandir(path):
    """Answer as a network drive does that is far away."""
    time.sleep(WAIT_S)
    return _real_scandir(path)


def search_together(item):
    """Search a folder on a disk that answers nobody before two have asked."""
    folder, meeting = item
    Path(meeting, f"{os.getpid()} {threading.get_ident()}").touch()
    deadline = time.monotonic() + MEETING_LIMIT_S
    while len(os.listdir(meeting)) < 2:
        if time.monotonic() > deadline:
            raise RuntimeError("nobody else came")
        time.sleep(0.005)
    return search_slowly(folder)


@pytest.fixture
def few(tmp_path, monkeypatch):
    """Return two folders that each have a file and a folder, and have os.scandir restored."""
    monkeypatch.setattr(os, "scandir", _real_scandir)
    for name in ("a", "a/deeper", "b", "b/deeper"):
        (tmp_path / "sample" / name).mkdir(parents=True, exist_ok=True)
        (tmp_path / "sample" / name / "x.md").touch()
    return list_directories(tmp_path / "sample")


def test_a_slow_disk(few, tmp_path, monkeypatch):
    """On a slow disk everything is found, one folder after another, and below one another."""
    expected = list_directories(tmp_path / "sample", recursive=True)
    assert len(expected) == 4
    answers = [find_markdowns(folder) for folder in few]
    monkeypatch.setattr(os, "scandir", slow_scandir)
    assert list_directories(tmp_path / "sample", recursive=True) == expected
    assert [find_markdowns(folder) for folder in few] == answers


@pytest.mark.parametrize(("how", "method"), WAYS)
def test_waits_for_a_slow_disk_are_at_the_same_time(few, tmp_path, how, method):
    """Two workers wait for the disk at the same time: neither gets an answer before both asked."""
    (tmp_path / "meeting").mkdir()
    items = [(folder, str(tmp_path / "meeting")) for folder in few]
    expected = [find_markdowns(folder) for folder in few]
    made = run(search_together, items, how=how, n_workers=2, chunksize=1, start_method=method)
    assert made.results == expected


@pytest.mark.parametrize("how", ["processes", "pool", "threads"])
def test_a_time_limit_on_a_slow_disk(few, how):
    """A search that would take longer than its time limit ends in an error that says so."""
    with pytest.raises(TimeLimitError):
        run(search_slowly, few * 10, how=how, n_workers=1, timeout_s=0.6)


# ---- against GNU find


def found_by_find(folder, *tests: str) -> list[str]:
    """Return what GNU find prints, sorted; it goes on where it may not read."""
    completed = subprocess.run(
        ["find", str(folder), *tests, "-print0"],
        capture_output=True,
        timeout=250,
        check=False,
        env={**os.environ, "LC_ALL": "C"},  # a name need not be text
    )
    return sorted(os.fsdecode(path) for path in completed.stdout.split(b"\0") if path)


def has_gnu_find() -> bool:
    """Tell whether there is a find that knows all the tests used here."""
    if shutil.which("find") is None or WINDOWS:  # another find is there
        return False
    version = subprocess.run(["find", "--version"], capture_output=True, check=False)
    return b"GNU" in version.stdout


def differences(root) -> list[str]:
    """Return in what list_directories and find_markdowns differ from GNU find below ``root``."""
    unreadable = []
    folders = list_directories(root, recursive=True, unreadable=unreadable)
    left_out = [error.filename for error in unreadable]
    listed = set(folders) | set(left_out)
    files: set[str] = set()
    for folder in folders:
        with contextlib.suppress(FileNotFoundError):  # another program deleted it meanwhile
            files.update(find_markdowns(folder))
    by_find = set(found_by_find(root, "-mindepth", "1", "-type", "d"))
    is_markdown = ["-iname", "*.md", "-xtype", "f"]
    files_by_find = set(found_by_find(root, "-mindepth", "2", *is_markdown))
    assert len(listed) == len(folders) + len(left_out)
    return sorted(listed ^ by_find) + sorted(files ^ files_by_find)


with_find = pytest.mark.skipif(not has_gnu_find(), reason="there is no GNU find here")


@with_find
@pytest.mark.parametrize("root", sorted({os.path.realpath(sys.base_prefix), "/usr"}))
def test_against_gnu_find_on_real_trees(root):
    """Below this Python's installation, and below /usr, folders and files are those of find."""
    assert len(list_directories(root, recursive=True, unreadable=[])) > 20
    for _ in range(3):  # another program may change the tree between the two looks
        different = differences(root)
        if not different:
            break
    assert different == []


@with_find
@with_links
def test_against_gnu_find_on_a_hostile_tree(hostile):
    """Names, links of all kinds, pipes and devices are told apart as find does."""
    for number, target in enumerate(["..", ".", "nowhere", "/dev/null", "link 5.md", "link 5.md"]):
        (hostile / NAMES[0] / f"link {number}.md").symlink_to(target)
    (hostile / NAMES[0] / "link 6.md").symlink_to(hostile / NAMES[1] / f"{NAMES[1]}.md")
    (hostile / NAMES[1] / "folder.MD" / "deep").mkdir(parents=True)
    (hostile / NAMES[1] / "folder.MD" / "deep" / "MIXED.mD").touch()
    os.mkfifo(hostile / NAMES[1] / "pipe.md")
    assert differences(hostile) == []


# ---- no end of folders


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_folders(tree):
    """As many folders are listed, and searched in parallel, side by side and below each other."""
    expected = []
    for outer in range(100):
        for number in range(500):  # 50,000 of them lie in one folder
            expected += [f"{outer} {number}", f"d {outer}{os.sep}{number}"]
    expected += [f"d {outer}" for outer in range(100)]
    for name in sorted(expected, key=len):
        (tree / name).mkdir(parents=True, exist_ok=True)
    for name in expected[::1000]:
        (tree / name / "x.md").touch()
    folders = list_directories(tree, recursive=True)
    assert folders == sorted(str(tree / name) for name in expected)
    result = run(find_markdowns, folders, how="processes", n_workers=2).results
    found = {file for files in result for file in files}
    assert found == {str(tree / name / "x.md") for name in expected[::1000]}
