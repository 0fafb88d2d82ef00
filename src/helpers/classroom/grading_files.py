"""Graders of lesson 3: the four mistakes of the original notebook, mended by the learner."""

from __future__ import annotations

import os
import pickle
import tempfile
import types
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from time import perf_counter
from typing import Any

from helpers.parallel import ParallelError, run
from helpers.tasks import (
    find_markdowns,
    find_markdowns_or_error,
    list_directories,
    make_sample_directories,
)

Verdict = str | tuple[str, dict[str, Any]]

CHECK_LIMIT_S = 30.0
UNANSWERED = "unanswered"  # the function is there, but still returns the three dots


@contextmanager
def _sample() -> Iterator[str]:
    """Give the path of a sample folder that nobody has seen; it is gone afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        root = str(Path(folder).resolve() / "check")
        make_sample_directories(root)
        yield root


def timed_search(answer: Any) -> Verdict:
    """3.1: the lists that a search gave, the same flattened, and the seconds that it took."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    result, flat, elapsed_s = answer
    if not isinstance(flat, list):
        return "not_a_list"
    if any(isinstance(part, (list, tuple)) for part in flat):
        return "nested"
    if any(isinstance(part, str) and len(part) == 1 for part in flat):
        return "letters"
    verdict = _elapsed(elapsed_s)
    right = [file for files in map(_files, result) for file in files]
    return "files" if verdict == "right" and sorted(flat) != sorted(right) else verdict


def _files(found: Any) -> Any:
    """Return the files of one folder, whether an error, or None for none, came with them or not."""
    return found[0] if isinstance(found, tuple) else found


def _elapsed(seconds: object) -> Verdict:
    if seconds is None:
        return "nothing"
    if not isinstance(seconds, (int, float)) or isinstance(seconds, bool):
        return "not_a_number"
    if not seconds > 0:  # nor is what is not a number at all
        return "not_positive"
    if seconds > 600 or abs(seconds - perf_counter()) < 60:
        return "epoch"
    return "too_small" if seconds < 1e-4 else "right"


def folders_function(answer: Any) -> Verdict:
    """3.2: a function that lists the folders in a folder, with or without a .DS_Store in it."""
    if not callable(answer):
        return "not_a_function"
    with _sample() as root:
        right = {Path(path).name for path in list_directories(root)}
        found = answer(root)
        problem = _not_names(found)
        if problem:
            return problem
        (Path(root) / ".DS_Store").unlink()
        try:
            again = set(answer(root))
        except ValueError:
            return "remove_raises"
        there = set(os.listdir(root)) | {".DS_Store"}
    return _compared_names(set(found), again, right, there)


def _not_names(found: Any) -> str | None:
    """Name what is wrong with ``found`` where it is not a list of names, without their folders."""
    if found is ...:
        return UNANSWERED
    if found is None:
        return "no_return"
    if isinstance(found, str):
        return "one_text"
    if not isinstance(found, (list, tuple)):
        return "not_a_list"
    if not all(isinstance(name, str) for name in found):
        return "not_names"
    return "paths" if any(os.path.basename(name) != name for name in found) else None  # noqa: PTH119


def _compared_names(found: set[str], again: set[str], right: set[str], there: set[str]) -> Verdict:
    if ".DS_Store" in found:
        return "ds_store"
    if found - there:
        return "invented", {"name": min(found - there)}
    if found - right:
        return "stray_file", {"name": min(found - right)}
    missing = right - (found & again)
    return ("missing", {"name": min(missing)}) if missing else "right"


def paths_function(answer: Any) -> Verdict:
    """3.3: a function that lists folders as paths that open from wherever the program works."""
    if not callable(answer):
        return "not_a_function"
    with _sample() as root:
        found = answer(root)
        if found is ...:
            return UNANSWERED
        if found is None:
            return "no_return"
        if isinstance(found, str):
            return "one_text"
        found = sorted(os.path.normpath(path) for path in found)  # Windows reads C:/x too
        if found and all(Path(path).name == path for path in found):
            return "names_only"
        if not all(Path(path).is_dir() for path in found):
            return "not_folders"
        return "right" if found == list_directories(root) else "others"


def importable_task(answer: Any) -> Verdict:
    """3.4: a function that workers started with spawn, as on Windows, really can import."""
    if isinstance(answer, types.ModuleType):
        return "module"
    if isinstance(answer, int):
        return "number"
    if not callable(answer):
        return "not_a_function"
    if getattr(answer, "__module__", None) == "__main__":
        return "in_notebook"
    if answer in (find_markdowns, find_markdowns_or_error):
        return "ours"
    with _sample() as root:
        folders = list_directories(root)
        try:
            made = run(answer, folders, how="processes", start_method="spawn", n_workers=1,
                       timeout_s=CHECK_LIMIT_S)  # fmt: skip
        except (ParallelError, pickle.PickleError) as error:
            return "not_importable", {"error": str(error)}
        return _compared_files(made.results, folders)


def _compared_files(results: list[Any], folders: list[str]) -> Verdict:
    found = sorted(os.path.normpath(p) for ps in results for p in ps if not Path(p).is_dir())
    right = sorted(path for folder in folders for path in find_markdowns(folder))
    if found == right:
        return "right"
    lower = [path for path in right if path.endswith(".md")]
    return "right_lower" if found == lower else "other_files"


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "3.1": timed_search,
    "3.2": folders_function,
    "3.3": paths_function,
    "3.4": importable_task,
}
