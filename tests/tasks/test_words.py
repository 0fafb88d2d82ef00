"""Words are counted exactly as GNU wc -w counts them, whatever the file holds."""

from __future__ import annotations

import os
import pickle
import shutil
import subprocess
import sys
import sysconfig
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.language import current_language, set_language
from helpers.tasks import count_words, find_markdowns, list_directories, make_corpus


@pytest.fixture(autouse=True)
def _restored():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


def _gnu_wc() -> str | None:
    """Return GNU wc, by whichever name it is installed, or None."""
    for name in ("wc", "gwc"):
        if found := shutil.which(name):
            told = subprocess.run([found, "--version"], capture_output=True, check=False).stdout
            if b"GNU coreutils" in told:
                return found
    return None


WC = _gnu_wc()
needs_wc = pytest.mark.skipif(WC is None, reason="there is no GNU wc here")


def words_by_wc(files: list[str]) -> list[int]:
    """Return the words of each file as GNU wc counts them in a UTF-8 locale."""
    settings = {k: v for k, v in os.environ.items() if k != "POSIXLY_CORRECT"}
    counts = []
    for k in range(0, len(files), 200):
        part = [os.fsencode(file) for file in files[k : k + 200]]
        told = subprocess.run(
            [WC, "-w", "--", *part],
            capture_output=True,
            check=True,
            timeout=250,
            env={**settings, "LC_ALL": "C.UTF-8"},
        )
        counts += [int(line.split()[0]) for line in told.stdout.splitlines()[: len(part)]]
    return counts


@needs_wc
def test_as_wc_on_the_markdown_files_of_this_python():
    """For every Markdown file that this Python installation brings, the number is that of wc."""
    roots = {sysconfig.get_paths()[name] for name in ("purelib", "stdlib")}
    folders = {
        folder
        for root in roots
        for folder in [root, *list_directories(root, recursive=True, unreadable=[])]
    }
    files = [file for folder in sorted(folders) for file in find_markdowns(folder)]
    if not files:
        pytest.skip("this Python installation brings no Markdown file")
    assert [count_words(file) for file in files] == words_by_wc(files)


@needs_wc
def test_as_wc_on_a_generated_corpus(tmp_path):
    """For each file of a corpus, with its accents and dashes, the number is that of wc."""
    files = make_corpus(tmp_path / "corpus", 300, 400)
    assert [count_words(file) for file in files] == words_by_wc(files)


# Of each kind that older releases of wc take otherwise, none: see the docstring of count_words.
_LETTERS = st.sampled_from([*"ab.é—ñ字😀", "e\u0301", "\u200b"])
_SPACES = st.sampled_from(
    [*" \t\n\r\v\f", "\xa0", "\u2003", "\u2007", "\u202f", "\u2060", "\u3000"]
)


@needs_wc
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(st.lists(_LETTERS | _SPACES, max_size=30), min_size=1, max_size=20))
def test_as_wc_on_any_text(tmp_path, texts):
    """Whatever letters and white space follow each other, the numbers are those of wc."""
    files = []
    for k, text in enumerate(texts):
        files.append(str(tmp_path / f"{k}.md"))
        Path(files[-1]).write_bytes("".join(text).encode())
    assert [count_words(file) for file in files] == words_by_wc(files)


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", 0),
        (b" \t\r\n\v\f", 0),
        (b"one", 1),
        (b"one two\r\nthree\n", 3),
        ("\ufeff# título — fin".encode(), 4),
        ("10\xa0km y 5\u202fkg".encode(), 5),
        ("a\u3000b\u2003c\u2060d".encode(), 4),
        ("日本 語".encode(), 2),
        (b"a\x1cb\x1db\x1ec\x1fd", 1),
        ("a\x85b".encode(), 1),
        (b"a\x00b c", 2),
        (b"\xff\xfe latin \xe9t\xe9", 3),
        (b"cut off \xe2\x80", 3),
        (b"x" * 1_000_000 + b" y", 2),
    ],
    ids=lambda value: repr(value)[:30],
)
def test_what_is_a_word(tmp_path, data, words):
    """White space of ASCII and of Unicode parts words, control characters and bad bytes do not."""
    file = tmp_path / "a.md"
    file.write_bytes(data)
    assert count_words(file) == count_words(str(file)) == words


def refused(expected: type[BaseException], file: object) -> list[str]:
    """Return the error's text in both languages."""
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(expected) as caught:
            count_words(file)
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    return texts


def test_a_file_that_is_gone(tmp_path):
    """A file that was deleted meanwhile is an error that names it."""
    for text in refused(FileNotFoundError, tmp_path / "gone.md"):
        assert "gone.md" in text


def test_a_folder(tmp_path):
    """A folder is an error, whatever its name."""
    refused(OSError, str(tmp_path))


@pytest.mark.skipif(sys.platform == "win32", reason="permissions are others there")
@pytest.mark.skipif(getattr(os, "geteuid", lambda: 1)() == 0, reason="root may read anything")
def test_a_file_that_may_not_be_read(tmp_path):
    """A file that may not be read is an error that names it."""
    file = tmp_path / "locked.md"
    file.write_text("x")
    file.chmod(0)
    for text in refused(PermissionError, file):
        assert "locked.md" in text


@pytest.mark.parametrize("value", [0, True, None, b"a.md", ["a.md"]], ids=repr)
def test_no_path(value):
    """What is no path is refused with what came: 0 is not taken for standard input."""
    for text in refused(TypeError, value):
        assert repr(value) in text


def test_errors_travel_from_a_worker(tmp_path):
    """The error can be pickled, so that it comes out of a worker as it was raised there."""
    with pytest.raises(FileNotFoundError) as caught:
        count_words(tmp_path / "gone.md")
    again = pickle.loads(pickle.dumps(caught.value))
    assert (type(again), str(again)) == (FileNotFoundError, str(caught.value))
