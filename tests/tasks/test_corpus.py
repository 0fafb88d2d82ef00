"""The corpus is the same every time, its words are known, and it harms nothing that is there."""

from __future__ import annotations

import hashlib
import os
import statistics
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.language import current_language, set_language
from helpers.tasks import (
    corpus_words,
    count_words,
    find_markdowns,
    list_directories,
    make_corpus,
    make_sample_directories,
)


@pytest.fixture(autouse=True)
def _restored():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


def found_in(root: Path) -> list[str]:
    """Return the Markdown files below ``root`` as lesson 3 finds them."""
    folders = list_directories(root, recursive=True)
    return [file for folder in folders for file in find_markdowns(folder)]


def contents(root: Path) -> dict[str, bytes]:
    """Return what stands in each file below ``root``."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in root.rglob("*")
        if path.is_file()
    }


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(n_files=st.integers(0, 250), mean_words=st.integers(0, 3_000))
def test_the_known_words(tmp_path_factory, n_files, mean_words):
    """Of any size, the files are those that lesson 3 finds, and their words are as foretold."""
    root = tmp_path_factory.mktemp("any") / "corpus"
    files = make_corpus(root, n_files, mean_words)
    assert files == found_in(root)
    assert [count_words(file) for file in files] == corpus_words(n_files, mean_words)


def test_the_same_corpus_every_time(tmp_path):
    """The same numbers give the same bytes, on any computer."""
    for name in ("one", "two"):
        make_corpus(tmp_path / name, 120, 200)
    one, two = (contents(tmp_path / name) for name in ("one", "two"))
    assert one == two
    all_bytes = b"".join(data for name, data in sorted(one.items()) if name.endswith(".md"))
    assert hashlib.sha256(all_bytes).hexdigest()[:16] == "1bfd019e87adb7ad"


def test_lengths_are_uneven_as_real_ones():
    """The mean is what was asked for, half of the files are much shorter, a few much longer."""
    counts = corpus_words(20_000, 1_000)
    assert statistics.fmean(counts) == pytest.approx(1_000, rel=0.05)
    assert statistics.median(counts) == pytest.approx(607, rel=0.05)
    assert max(counts) > 10_000


def test_no_folder_has_many_entries(tmp_path):
    """At most a hundred files or folders stand in a folder, and few folders in the root."""
    make_corpus(tmp_path / "corpus", 10_101, 3)
    sizes = {len(files) + len(folders) for _, folders, files in os.walk(tmp_path / "corpus")}
    assert max(sizes) == 100


def test_a_text_reads_like_markdown(tmp_path):
    """A file begins with its title, and has accents, links, lists and code."""
    (file,) = make_corpus(tmp_path / "corpus", 1, 2_000)
    text = Path(file).read_text(encoding="utf-8")
    assert text.startswith("# Nota 0\n\n")
    assert all(part in text for part in ("ó", "](", "\n- ", "```", " — "))


def test_its_own_folder_is_completed(tmp_path):
    """What an interruption left out is written when the same corpus is made again."""
    root = tmp_path / "corpus"
    files = make_corpus(root, 30)
    before = contents(root)
    Path(files[7]).unlink()
    Path(files[8]).write_text("half")
    assert make_corpus(root, 30) == files
    assert contents(root) == before


def refused(expected: type[BaseException], *args) -> list[str]:
    """Return the error's text in both languages."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(expected) as caught:
            make_corpus(*args)
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    return texts


@pytest.mark.parametrize("other", [(31,), (30, 999)])
def test_a_corpus_of_other_numbers(tmp_path, other):
    """A corpus that was made from other numbers is left as it is."""
    root = tmp_path / "corpus"
    make_corpus(root, 30)
    before = contents(root)
    for text in refused(FileExistsError, root, *other):
        assert str(root) in text
    assert contents(root) == before


@pytest.mark.parametrize("content", [None, "mine.txt", "000/00/note 00.md"])
def test_a_folder_of_somebody_else(tmp_path, content):
    """A folder that it did not make is refused, an empty one too, and stays as it was."""
    root = tmp_path / "mine"
    root.mkdir()
    if content:
        (root / content).parent.mkdir(parents=True, exist_ok=True)
        (root / content).write_text("mine")
    before = contents(root)
    for text in refused(FileExistsError, root):
        assert str(root) in text
        assert "make_corpus" in text
    assert contents(root) == before


def test_a_sample_of_directories_is_no_corpus(tmp_path):
    """What make_sample_directories made is somebody else's for make_corpus, and the other way."""
    make_sample_directories(tmp_path / "sample")
    refused(FileExistsError, tmp_path / "sample")
    make_corpus(tmp_path / "corpus", 1)
    with pytest.raises(FileExistsError, match="make_sample_directories"):
        make_sample_directories(tmp_path / "corpus")


@pytest.mark.parametrize("position", [0, 1])
@pytest.mark.parametrize("value", [-1, 2.5, True, "3", None], ids=repr)
def test_bad_numbers(tmp_path, position, value):
    """Numbers that are negative or not whole are refused by name, and nothing is made."""
    numbers = [3, 3]
    numbers[position] = value
    for text in refused(ValueError, tmp_path / "corpus", *numbers):
        assert ["n_files", "mean_words"][position] in text
        assert repr(value) in text
    assert not (tmp_path / "corpus").exists()


@pytest.mark.parametrize("value", [None, 3, b"corpus"], ids=repr)
def test_no_path(value, tmp_path, monkeypatch):
    """What is no path is refused with what came, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    for text in refused(TypeError, value):
        assert repr(value) in text
    assert os.listdir(tmp_path) == []


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_files(tmp_path):
    """A corpus of 100,000 files is made and found within the deadline, and its words are right."""
    files = make_corpus(tmp_path / "corpus", 100_000, 20)
    assert found_in(tmp_path / "corpus") == files
    assert sum(map(count_words, files)) == sum(corpus_words(100_000, 20))
