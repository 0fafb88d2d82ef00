"""What is made to search in is the same every time, has known answers, and harms nothing."""

import hashlib
import os
import statistics
from itertools import chain
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.tasks import (
    count_words,
    find_markdowns,
    list_directories,
    make_corpus,
    make_sample_directories,
)
from helpers.tasks.corpus import corpus_words

MAKERS = [make_corpus, make_sample_directories]
each_maker = pytest.mark.parametrize("make", MAKERS)


def found_in(root, recursive):
    """Return the Markdown files below ``root`` as lesson 3 finds them."""
    return list(chain.from_iterable(map(find_markdowns, list_directories(root, recursive))))


def contents(root):
    """Return what is below ``root``: relative paths, and what stands in each file."""
    paths = sorted(root.rglob("*"))
    return {p.relative_to(root).as_posix(): p.read_bytes() if p.is_file() else None for p in paths}


# ---- both


@each_maker
def test_the_same_every_time(make, tmp_path, monkeypatch):
    """The same call gives the same bytes, in whatever language and folder, and absolute paths."""
    monkeypatch.chdir(tmp_path)
    make(tmp_path / "one")
    set_language("es")
    answer = make("two")
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert all(Path(found).is_absolute() and Path(found).is_file() for found in answer)


@each_maker
@pytest.mark.parametrize("content", [None, "apuntes/mine.md", "000/00/note 00.md"])
def test_a_folder_that_exists(make, content, refused, tmp_path):
    """A folder that exists is refused, an empty one too, and stays as it was."""
    root = tmp_path / "mine"
    root.mkdir()
    if content:
        (root / content).parent.mkdir(parents=True)
        (root / content).write_text("mine")
    before = contents(root)
    assert all(str(root) in said for said in refused(FileExistsError, make, root))
    assert contents(root) == before


@each_maker
@pytest.mark.parametrize("kind", ["file", "link", "broken link"])
def test_what_is_in_the_way(make, kind, refused, tmp_path):
    """A file or a link of that name is refused, and nothing is written where a link leads."""
    root, target = tmp_path / "mine", tmp_path / "target"
    if kind == "file":
        root.write_text("mine")
    elif os.name == "nt":
        pytest.skip("links need a privilege there")
    else:
        root.symlink_to(target)
        if kind == "link":
            target.mkdir()
    before = contents(tmp_path)
    refused(FileExistsError, make, root)
    assert contents(tmp_path) == before


@each_maker
@pytest.mark.parametrize("value", [None, 3, b"made", ["made"]], ids=repr)
def test_no_path(make, value, refused, tmp_path, monkeypatch):
    """What is no path is refused with what came, and nothing is made."""
    monkeypatch.chdir(tmp_path)
    assert all(repr(value) in said for said in refused(TypeError, make, value))
    assert contents(tmp_path) == {}


# ---- the sample of folders


def test_the_sample(tmp_path):
    """What the search finds is returned; the sample has what makes one on real folders stumble."""
    root = tmp_path / "sample"
    answer = make_sample_directories(root)
    assert answer == sorted(found_in(root, recursive=False)) == sorted(answer)
    folders = [Path(folder).name for folder in list_directories(root)]
    everything = list_directories(root, recursive=True)
    assert len(folders) == 7
    assert (root / ".DS_Store").is_file()
    assert any(p.is_file() and not p.name.startswith(".") for p in root.iterdir())
    assert any(not list(Path(folder).iterdir()) for folder in everything)
    assert any(" " in name for name in folders)
    assert any(not name.isascii() for name in folders)
    assert "README.MD" in [Path(path).name for path in answer]
    assert any(folder.lower().endswith(".md") for folder in everything)
    deep = [path for path in root.rglob("*.md") if path.is_file() and str(path) not in answer]
    assert deep, "a Markdown file one level too deep"


# ---- the corpus


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(n_files=st.integers(0, 250), mean_words=st.integers(0, 3_000))
def test_the_known_words(tmp_path_factory, n_files, mean_words):
    """Of any size, the files are those that lesson 3 finds, and their words are as foretold."""
    root = tmp_path_factory.mktemp("any") / "corpus"
    files = make_corpus(root, n_files, mean_words)
    assert files == found_in(root, recursive=True)
    assert [count_words(file) for file in files] == corpus_words(n_files, mean_words)
    assert all(len(os.listdir(folder)) <= 100 for folder in list_directories(root, True))


def test_the_same_corpus_on_any_computer(tmp_path):
    """Its bytes are those of every other computer, and each file reads like Markdown."""
    (file,) = make_corpus(tmp_path / "one", 1, 2_000)
    text = Path(file).read_text(encoding="utf-8")
    assert text.startswith("# Nota 0\n\n")
    assert all(part in text for part in ("ó", "](", "\n- ", "```", " — "))
    make_corpus(tmp_path / "many", 120, 200)
    made = contents(tmp_path / "many").items()
    all_bytes = b"".join(data for name, data in made if name.endswith(".md"))
    assert hashlib.sha256(all_bytes).hexdigest()[:16] == "1bfd019e87adb7ad"


def test_a_disk_that_takes_only_a_part(tmp_path, request):
    """Where the system takes only the beginning of a file, that is an error."""
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    request.addfinalizer(lambda: resource.setrlimit(resource.RLIMIT_FSIZE, before))
    resource.setrlimit(resource.RLIMIT_FSIZE, (4_096, before[1]))
    with pytest.raises(OSError, match="too large"):
        make_corpus(tmp_path / "corpus", 1, 2_000)


def test_lengths_are_uneven_as_real_ones():
    """The mean is what was asked for, half of the files are much shorter, a few much longer."""
    counts = corpus_words(20_000, 1_000)
    assert statistics.fmean(counts) == pytest.approx(1_000, rel=0.05)
    assert statistics.median(counts) == pytest.approx(607, rel=0.05)
    assert max(counts) > 10_000


@pytest.mark.parametrize("name", ["n_files", "mean_words"])
@pytest.mark.parametrize("value", [-1, 2.5, True, "3", None], ids=repr)
def test_bad_numbers(refused, tmp_path, name, value):
    """Numbers that are negative or not whole are refused by name, and nothing is made."""
    for said in refused(ValueError, make_corpus, tmp_path / "corpus", **{name: value}):
        assert name in said
        assert repr(value) in said
    assert contents(tmp_path) == {}


@pytest.mark.slow
@pytest.mark.timeout(900)
def test_a_hundred_thousand_files(tmp_path):
    """A corpus of 100,000 files is made and found within the deadline, and its words are right."""
    files = make_corpus(tmp_path / "corpus", 100_000, 20)
    assert found_in(tmp_path / "corpus", recursive=True) == files
    assert sum(map(count_words, files)) == sum(corpus_words(100_000, 20))
