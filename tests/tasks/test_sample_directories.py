"""The sample tree is the same every time, has known answers, and harms nothing that is there."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.language import current_language, set_language
from helpers.tasks import find_markdowns, list_directories, make_sample_directories


@pytest.fixture(autouse=True)
def _restored():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


def tree(root: Path) -> dict[str, bytes | None]:
    """Return the tree below ``root``: relative paths, and the content of files."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes() if path.is_file() else None
        for path in root.rglob("*")
    }


def searched(root: Path) -> list[str]:
    """Return what the course's own search finds: the folders' Markdown files, flattened."""
    return list(chain.from_iterable(find_markdowns(folder) for folder in list_directories(root)))


def test_the_known_answer(tmp_path):
    """What is returned is what the search finds, sorted, in full paths."""
    answer = make_sample_directories(tmp_path / "sample")
    assert answer
    assert answer == sorted(searched(tmp_path / "sample")) == sorted(answer)
    assert all(Path(path).is_absolute() and Path(path).is_file() for path in answer)
    assert len(list_directories(tmp_path / "sample")) == 7


@settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(n_directories=st.integers(0, 30), n_files=st.integers(0, 5))
def test_the_known_answer_of_any_size(tmp_path_factory, n_directories, n_files):
    """For any size the folders are as many as asked for, and the answer is that of the search."""
    root = tmp_path_factory.mktemp("any") / "sample"
    answer = make_sample_directories(root, n_directories, n_files)
    folders = list_directories(root)
    assert len(folders) == n_directories
    assert answer == sorted(searched(root))
    counts = [len(find_markdowns(folder)) for folder in folders]
    assert set(counts) <= {0, n_files}
    assert len(answer) == n_files * (n_directories - n_directories // 4)


def test_the_same_tree_every_time(tmp_path):
    """The same arguments give the same tree to the byte, in whatever language and folder."""
    make_sample_directories(tmp_path / "one", 9, 4)
    set_language("es")
    make_sample_directories(tmp_path / "two", 9, 4)
    assert tree(tmp_path / "one") == tree(tmp_path / "two")


def test_what_real_folders_have(tmp_path):
    """The tree has all that makes a search on real folders stumble."""
    root = tmp_path / "sample"
    answer = make_sample_directories(root)
    names = [Path(path).name for path in tree(root)]
    folders = [Path(folder).name for folder in list_directories(root)]
    assert ".DS_Store" in names
    assert (root / ".DS_Store").is_file()
    assert len([p for p in root.iterdir() if p.is_file() and not p.name.startswith(".")]) >= 1
    assert any(not list(Path(folder).iterdir()) for folder in list_directories(root, True))
    assert any(" " in name for name in folders)
    assert any(not name.isascii() for name in folders)
    assert "README.MD" in [Path(path).name for path in answer]
    everything = list_directories(root, recursive=True)
    assert any(folder.lower().endswith(".md") for folder in everything)
    deep = [path for path in root.rglob("*.md") if path.is_file() and str(path) not in answer]
    assert deep, "a Markdown file one level too deep"
    assert any(Path(folder).name not in folders for folder in everything)


def test_its_own_folder_is_accepted_again(tmp_path):
    """Made again with the same numbers the tree is the same; with others it is left alone."""
    root = tmp_path / "sample"
    first = make_sample_directories(root, 8, 3)
    made = tree(root)
    assert make_sample_directories(root, 8, 3) == first == sorted(searched(root))
    for n_directories, n_files in [(3, 1), (12, 2), (0, 0)]:
        with pytest.raises(FileExistsError, match="sample"):
            make_sample_directories(root, n_directories, n_files)
    assert tree(root) == made


@pytest.mark.parametrize("path", [str, Path])
def test_relative_paths(tmp_path, monkeypatch, path):
    """A relative root gives absolute answers, which open from elsewhere."""
    monkeypatch.chdir(tmp_path)
    answer = make_sample_directories(path("sample"), 2, 1)
    monkeypatch.chdir(tmp_path.parent)
    assert all(Path(found).is_file() for found in answer)


def refused(expected, *args) -> list[str]:
    """Return the error's text in both languages."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(expected) as caught:
            make_sample_directories(*args)
        assert type(caught.value) is expected
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    return texts


@pytest.mark.parametrize("content", [[], ["mine.txt"], ["apuntes/mine.md"], [".DS_Store"]])
def test_a_folder_of_somebody_else(tmp_path, content):
    """A folder that it did not make is refused, an empty one too, and stays as it was."""
    root = tmp_path / "mine"
    root.mkdir()
    for name in content:
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text("mine")
    before = tree(root)
    for text in refused(FileExistsError, root):
        assert str(root) in text
    assert tree(root) == before


def test_a_file_in_the_way(tmp_path):
    """A file of that name is refused, and stays as it is."""
    (tmp_path / "mine").write_text("mine")
    refused(FileExistsError, tmp_path / "mine")
    assert (tmp_path / "mine").read_text() == "mine"


@pytest.mark.skipif(sys.platform == "win32", reason="links need a privilege there")
@pytest.mark.parametrize("broken", [True, False])
def test_a_link_in_the_way(tmp_path, broken):
    """A link of that name is refused, and nothing is written where it leads."""
    target = tmp_path / "target"
    if not broken:
        target.mkdir()
    (tmp_path / "link").symlink_to(target)
    refused(FileExistsError, tmp_path / "link")
    assert not target.exists() or not tree(target)


def test_what_a_learner_wrote_into_the_sample_stays(tmp_path):
    """A learner's own file in the tree is still there after it was made again."""
    root = tmp_path / "sample"
    make_sample_directories(root, 4, 2)
    mine = root / "my notes.txt"
    mine.write_text("mine")
    make_sample_directories(root, 4, 2)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("value", [-1, 2.5, 3.0, True, "3", None, float("nan"), [3]], ids=repr)
def test_bad_counts(tmp_path, position, value):
    """Numbers that are negative or not whole are refused by name, and nothing is made."""
    counts = [3, 3]
    counts[position] = value
    for text in refused(ValueError, tmp_path / "sample", *counts):
        assert ["n_directories", "n_files"][position] in text
        assert repr(value) in text
    assert not (tmp_path / "sample").exists()


@pytest.mark.parametrize("value", [None, 3, b"sample", ["sample"]], ids=repr)
def test_no_path(value, tmp_path, monkeypatch):
    """What is no path is refused with what came, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    for text in refused(TypeError, value):
        assert repr(value) in text
    assert os.listdir(tmp_path) == []
