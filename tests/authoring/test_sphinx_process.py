"""The process that makes the pages of the site: what it says, and how long it may take."""

from __future__ import annotations

import pytest

from helpers.authoring import site
from helpers.authoring.errors import AuthoringError


@pytest.fixture
def sphinx(tmp_path, monkeypatch):
    """A function that puts a program in the place of Sphinx, and lets it make the pages."""

    def run(program: str) -> None:
        monkeypatch.setenv("PYTHONPATH", str(tmp_path))
        (tmp_path / "sphinx.py").write_text(program, encoding="utf-8")
        site._run_sphinx({}, tmp_path, tmp_path / "made")

    return run


def test_what_sphinx_says_is_read_on_every_system(sphinx, monkeypatch):
    """Its process speaks UTF-8 where the system does not, and a wrong byte is no error of ours."""
    monkeypatch.setenv("PYTHONUTF8", "0")
    with pytest.raises(AuthoringError) as error:
        sphinx("""
import sys
sys.stderr.buffer.write(b"caf\\xe9\\n")
print("utf-8 mode:", sys.flags.utf8_mode, file=sys.stderr)
""")
    assert error.value.problems == ["caf\ufffd", "utf-8 mode: 1"]


def test_a_sphinx_that_takes_too_long_is_said(sphinx, monkeypatch):
    """After its time it is ended, and the error says how long that was and what to do."""
    monkeypatch.setattr(site, "SPHINX_S", 0.2)
    with pytest.raises(AuthoringError, match=r"longer than 0\.2 s"):
        sphinx("import time; time.sleep(60)")
