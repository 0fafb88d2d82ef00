"""The sample tree is the same every time, has known answers, and harms nothing that is there."""

from __future__ import annotations

import os
import sys
from itertools import chain
from pathlib import Path

import pytest

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


def test_the_same_tree_every_time(tmp_path):
    """The tree is the same to the byte, in whatever language and folder."""
    make_sample_directories(tmp_path / "one")
    set_language("es")
    make_sample_directories(tmp_path / "two")
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
    """Made again the tree is the same."""
    root = tmp_path / "sample"
    first = make_sample_directories(root)
    made = tree(root)
    assert make_sample_directories(root) == first == sorted(searched(root))
    assert tree(root) == made


@pytest.mark.parametrize("path", [str, Path])
def test_relative_paths(tmp_path, monkeypatch, path):
    """A relative root gives absolute answers, which open from elsewhere."""
    monkeypatch.chdir(tmp_path)
    answer = make_sample_directories(path("sample"))
    monkeypatch.chdir(tmp_path.parent)
    assert all(Path(found).is_file() for found in answer)


def refused(expected, root) -> list[str]:
    """Return the error's text in both languages."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(expected) as caught:
            make_sample_directories(root)
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
    make_sample_directories(root)
    mine = root / "my notes.txt"
    mine.write_text("mine")
    make_sample_directories(root)
    assert mine.read_text() == "mine"


@pytest.mark.parametrize("value", [None, 3, b"sample", ["sample"]], ids=repr)
def test_no_path(value, tmp_path, monkeypatch):
    """What is no path is refused with what came, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    for text in refused(TypeError, value):
        assert repr(value) in text
    assert os.listdir(tmp_path) == []
