"""Ways of listing folders and of finding files, side by side with this course's own.

``python tests/benchmarks/listing.py`` prints a table for 1,000, 10,000 and 100,000 folders,
``--quick`` for 1,000 alone, and ``--folder PATH`` one for a tree that exists. Each round runs every
way once, in another order, in this one process and with all folders in the disk cache; a row is the
median of the rounds' ratios to the course's own way, with its quartiles. Every way has to give the
very same sorted list before it is timed. The bare loop over ``os.scandir`` is the floor: the same
calls of the system without what ours promises (to go on past a folder that cannot be read, to pass
over a link to itself, to take any path and say what is wrong with it). Nothing here fails a test.
"""

from __future__ import annotations

import argparse
import fnmatch
import glob
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from time import perf_counter

from helpers.tasks import find_markdowns, list_directories

Way = Callable[[], list[str]]

ROUNDS = {1_000: 41, 10_000: 11, 100_000: 3}
FILES = ("notes.md", "program.py", "table.csv")
BRANCHES = 10
IS_MARKDOWN = re.compile(fnmatch.translate("*.[mM][dD]")).match
HAS_FIND = sys.platform != "win32" and shutil.which("find") is not None


def make_tree(root: str, n_folders: int) -> None:
    """Make folders, ten in each, and three files in each of them, one of which is Markdown."""
    places, made = [root], 0
    while made < n_folders:
        place = places[made // BRANCHES]
        folder = os.path.join(place, f"folder {made % BRANCHES}")  # noqa: PTH118
        os.mkdir(folder)  # noqa: PTH102
        for name in FILES:
            Path(folder, name).touch()
        places.append(folder)
        made += 1


# ---- all the folders below a root


def list_with_listdir(root: str) -> Iterator[str]:
    """Ask for each name what it is."""
    waiting = [root]
    while waiting:
        folder = waiting.pop()
        for name in os.listdir(folder):
            path = os.path.join(folder, name)  # noqa: PTH118
            if os.path.isdir(path) and not os.path.islink(path):  # noqa: PTH112, PTH114
                yield path
                waiting.append(path)


def list_with_scandir(root: str) -> Iterator[str]:
    """Take what the system tells with each name."""
    waiting = [root]
    while waiting:
        with os.scandir(waiting.pop()) as entries:
            for entry in entries:
                if entry.is_dir(follow_symlinks=False):
                    yield entry.path
                    waiting.append(entry.path)


def list_with_iterdir(root: str) -> Iterator[str]:
    """Do the same with objects."""
    waiting = [Path(root)]
    while waiting:
        for path in waiting.pop().iterdir():
            if path.is_dir() and not path.is_symlink():
                yield str(path)
                waiting.append(path)


def list_with_rglob(root: str) -> Iterator[str]:
    """Have everything below listed, and keep the folders."""
    return (str(p) for p in Path(root).rglob("*") if p.is_dir() and not p.is_symlink())


def list_with_path_walk(root: str) -> Iterator[str]:
    """Walk with objects (Python 3.12 and later)."""
    for folder, names, _ in Path(root).walk():  # type: ignore[attr-defined]
        yield from (str(path) for name in names if not (path := folder / name).is_symlink())


def list_with_glob(root: str) -> Iterator[str]:
    """Have a pattern filled in."""
    pattern = os.path.join(glob.escape(root), "**", "")  # noqa: PTH118
    found = (path[:-1] for path in glob.iglob(pattern, recursive=True, include_hidden=True))  # noqa: PTH207
    return (path for path in found if path != root and not os.path.islink(path))  # noqa: PTH114


def list_with_walk(root: str) -> Iterator[str]:
    """Walk with names."""
    for folder, names, _ in os.walk(root):
        for name in names:
            path = os.path.join(folder, name)  # noqa: PTH118
            if not os.path.islink(path):  # noqa: PTH114
                yield path


def list_with_find(root: str) -> list[str]:
    """Ask another program, its start included."""
    return _printed_by_find(root, "-mindepth", "1", "-type", "d")


# ---- the Markdown files in each folder of a list


def find_with_listdir(folders: list[str]) -> Iterator[str]:
    """Look at the names, and ask for those that match what they are."""
    for folder in folders:
        for name in os.listdir(folder):
            if name.lower().endswith(".md"):
                path = os.path.join(folder, name)  # noqa: PTH118
                if os.path.isfile(path):  # noqa: PTH113
                    yield path


def find_with_scandir(folders: list[str]) -> Iterator[str]:
    """Look at the names, and take what the system tells with them."""
    for folder in folders:
        with os.scandir(folder) as entries:
            for entry in entries:
                if entry.name.lower().endswith(".md") and entry.is_file():
                    yield entry.path


def find_with_iterdir(folders: list[str]) -> Iterator[str]:
    """Do the same with objects."""
    for folder in folders:
        for path in Path(folder).iterdir():
            if path.suffix.lower() == ".md" and path.is_file():
                yield str(path)


def find_with_path_glob(folders: list[str]) -> Iterator[str]:
    """Have a pattern filled in, with objects."""
    for folder in folders:
        yield from (str(path) for path in Path(folder).glob("*.[mM][dD]") if path.is_file())


def find_with_glob(folders: list[str]) -> Iterator[str]:
    """Have a pattern filled in, with names."""
    for folder in folders:
        pattern = os.path.join(glob.escape(folder), "*.[mM][dD]")  # noqa: PTH118
        yield from filter(os.path.isfile, glob.iglob(pattern, include_hidden=True))  # noqa: PTH207


# ---- both in one pass over the tree


def both_with_walk(root: str) -> Iterator[str]:
    """Take the files' names where the folders' are taken."""
    for folder, _, names in os.walk(root):
        paths = (os.path.join(folder, name) for name in names if IS_MARKDOWN(name))  # noqa: PTH118
        yield from (path for path in paths if folder != root and os.path.isfile(path))  # noqa: PTH113


def both_with_rglob(root: str) -> Iterator[str]:
    """Have a pattern filled in, however deep."""
    paths = Path(root).rglob("*.[mM][dD]")
    return (str(path) for path in paths if str(path.parent) != root and path.is_file())


def both_with_find(root: str) -> list[str]:
    """Ask another program, its start included."""
    return _printed_by_find(root, "-mindepth", "2", "-iname", "*.md", "-xtype", "f")


def both_ours(root: str) -> Iterator[str]:
    """List first, then search: two passes, and the second can be shared out among workers."""
    folders = list_directories(root, recursive=True, unreadable=[])
    return (file for folder in folders for file in find_markdowns(folder))


def _printed_by_find(root: str, *tests: str) -> list[str]:
    command = ["find", root, *tests, "-print0"]
    printed = subprocess.run(command, capture_output=True, check=True).stdout
    return [os.fsdecode(path) for path in printed.split(b"\0") if path]


# ---- measuring


def ways_of_listing(root: str) -> dict[str, Way]:
    """Return the ways of listing all folders below ``root``, ours first."""
    ways: dict[str, Way] = {
        "list_directories (ours)": lambda: list_directories(root, recursive=True, unreadable=[]),
        "os.scandir, a bare loop": lambda: sorted(list_with_scandir(root)),
        "os.listdir + os.path.isdir": lambda: sorted(list_with_listdir(root)),
        "os.walk": lambda: sorted(list_with_walk(root)),
        "glob.iglob": lambda: sorted(list_with_glob(root)),
        "Path.iterdir": lambda: sorted(list_with_iterdir(root)),
        "Path.rglob": lambda: sorted(list_with_rglob(root)),
    }
    if hasattr(Path, "walk"):
        ways["Path.walk"] = lambda: sorted(list_with_path_walk(root))
    if HAS_FIND:
        ways["find (another program)"] = lambda: sorted(list_with_find(root))
    return ways


def ways_of_finding(folders: list[str]) -> dict[str, Way]:
    """Return the ways of finding the Markdown files in each of ``folders``, ours first."""
    return {
        "find_markdowns (ours)": lambda: sorted(f for x in folders for f in find_markdowns(x)),
        "os.scandir, a bare loop": lambda: sorted(find_with_scandir(folders)),
        "os.listdir + os.path.isfile": lambda: sorted(find_with_listdir(folders)),
        "glob.iglob": lambda: sorted(find_with_glob(folders)),
        "Path.iterdir": lambda: sorted(find_with_iterdir(folders)),
        "Path.glob": lambda: sorted(find_with_path_glob(folders)),
    }


def ways_of_both(root: str) -> dict[str, Way]:
    """Return the ways of finding all Markdown files in the folders below ``root``, ours first."""
    ways: dict[str, Way] = {
        "ours, in two passes": lambda: sorted(both_ours(root)),
        "os.walk": lambda: sorted(both_with_walk(root)),
        "Path.rglob": lambda: sorted(both_with_rglob(root)),
    }
    if HAS_FIND:
        ways["find (another program)"] = lambda: sorted(both_with_find(root))
    return ways


def measure(title: str, ways: dict[str, Way], rounds: int) -> None:
    """Print how long each way takes beside the first; refuse ways with different results."""
    names = list(ways)
    answer = ways[names[0]]()
    for name in names:
        if ways[name]() != answer:
            raise SystemExit(f"{title}: {name} gives another list than {names[0]}")
    times: dict[str, list[float]] = {name: [] for name in names}
    for turn in range(rounds):
        for name in names[turn % len(names) :] + names[: turn % len(names)]:
            begin = perf_counter()
            ways[name]()
            times[name].append(perf_counter() - begin)
    print(f"\n{title}: {len(answer):,} found, {rounds} rounds")
    for name in names:
        say(name, times[name], times[names[0]])


def say(name: str, times: list[float], ours: list[float]) -> None:
    """Print one row."""
    ratios = [time / own for time, own in zip(times, ours, strict=True)]
    first, median, third = statistics.quantiles(ratios, n=4)
    milliseconds = statistics.median(times) * 1e3
    print(f"  {name:<30} {median:7.3f}  [{first:.3f}, {third:.3f}]  {milliseconds:10.2f} ms")


def measure_tree(root: str, rounds: int) -> None:
    """Print the tables of one tree."""
    folders = list_directories(root, recursive=True, unreadable=[])
    measure("All folders of a tree", ways_of_listing(root), rounds)
    measure("The Markdown files in each folder of a list", ways_of_finding(folders), rounds)
    measure("Both, from the root", ways_of_both(root), rounds)


def main() -> None:
    """Measure and print everything."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="1,000 folders alone: some seconds")
    parser.add_argument("--folder", help="measure a tree that exists; it should not change")
    arguments = parser.parse_args()
    print("what                               median ratio to ours [quartiles], median time")
    if arguments.folder:
        measure_tree(os.path.realpath(arguments.folder), 11)
        return
    for n_folders, rounds in list(ROUNDS.items())[: 1 if arguments.quick else None]:
        with tempfile.TemporaryDirectory() as place:
            root = os.path.realpath(place)
            make_tree(root, n_folders)
            measure_tree(root, rounds)


if __name__ == "__main__":
    main()
