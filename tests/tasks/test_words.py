"""Words are counted exactly as GNU wc -w counts them, whatever the file holds."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from helpers.tasks import count_words


def _gnu_wc():
    """Return GNU wc, by whichever name it is installed, or None."""
    for found in filter(None, map(shutil.which, ("wc", "gwc"))):
        answer = subprocess.run([found, "--version"], capture_output=True, check=False).stdout
        if b"GNU coreutils" in answer:
            return found
    return None


WC = _gnu_wc()


# Of each kind that older releases of wc take otherwise, none: see the docstring of count_words.
_LETTERS = [*"ab.é—ñ字😀", "e\u0301", "\u200b"]
_SPACES = [*" \t\n\r\v\f", "\xa0", "\u2003", "\u2007", "\u202f", "\u2060", "\u3000"]
_TEXTS = st.lists(st.sampled_from(_LETTERS) | st.sampled_from(_SPACES), max_size=30)


@pytest.mark.skipif(WC is None, reason="there is no GNU wc here")
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(texts=st.lists(_TEXTS, min_size=1, max_size=20))
def test_as_wc_on_any_text(tmp_path, texts):
    """Whatever letters and white space follow each other, the numbers are those of wc."""
    files = [str(tmp_path / f"{k}.md") for k in range(len(texts))]
    for file, text in zip(files, texts, strict=True):
        Path(file).write_bytes("".join(text).encode())
    environment = {k: v for k, v in os.environ.items() if k != "POSIXLY_CORRECT"}
    answer = subprocess.run(
        [WC, "-w", "--", *files],
        capture_output=True,
        check=True,
        timeout=250,
        env={**environment, "LC_ALL": "C.UTF-8"},
    )
    by_wc = [int(line.split()[0]) for line in answer.stdout.splitlines()[: len(files)]]
    assert [count_words(file) for file in files] == by_wc


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", 0),
        (b" \t\r\n\v\f", 0),
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


def test_what_cannot_be_read(refused, tmp_path):
    """A file that is gone, a folder and what is no path are errors that name what came.

    0 is not taken for standard input.
    """
    assert all("gone.md" in text for text in refused(FileNotFoundError, count_words, "gone.md"))
    refused(PermissionError if os.name == "nt" else IsADirectoryError, count_words, tmp_path)
    for value in (0, True, None, b"a.md", ["a.md"]):
        assert all(repr(value) in text for text in refused(TypeError, count_words, value))
