"""What is published: folders that are written whole or not at all, and copies for Colab."""

from __future__ import annotations

import ast
import os
import re
import shlex
import shutil
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.authoring import publish as publish_module
from helpers.authoring.__main__ import main
from helpers.authoring.publish import COLABS_OWN, new_folder, publish
from helpers.authoring.sources import AuthoringError
from helpers.language import LANGUAGES

ROOT = Path(__file__).parents[2]
PACKAGE = "helpers @ git+https://example.org/course"
NUMBER = "02"  # it has figures, bets, exercises and links


def held(folder: Path) -> dict[str, bytes]:
    """Return all files below a folder, with what they hold."""
    files = (path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


def make(folder: Path) -> None:
    """Write a folder with one page."""
    with new_folder(folder) as made:
        (made / "page.html").write_bytes(b"page")


@pytest.mark.parametrize("there", [True, False])
def test_a_new_folder_can_be_read_by_all(tmp_path, there):
    """A folder that is new, or empty, gets the pages, as open as any; nothing is beside it."""
    folder, usual = tmp_path / "to" / "site", tmp_path / "usual"
    usual.mkdir()
    if there:
        folder.mkdir(parents=True)
    make(folder)
    assert held(tmp_path) == {"to/site/page.html": b"page"}
    assert folder.stat().st_mode == usual.stat().st_mode
    assert os.listdir(tmp_path / "to") == ["site"]


def test_what_is_there_is_kept(tmp_path):
    """A folder that has something, a file, and an earlier site are refused, and kept.

    So is what somebody saves in an empty folder while the pages are made.
    """
    (tmp_path / "mine.txt").write_bytes(b"mine")
    make(tmp_path / "site")
    before = held(tmp_path)
    for target in (".", "mine.txt", "site"):
        with pytest.raises(AuthoringError, match="exists and is not empty"):
            make(tmp_path / target)
    assert held(tmp_path) == before
    (tmp_path / "empty").mkdir()
    with pytest.raises(OSError, match="empty"), new_folder(tmp_path / "empty"):
        (tmp_path / "empty" / "mine.txt").write_bytes(b"mine")
    assert held(tmp_path) == before | {"empty/mine.txt": b"mine"}


def test_a_lesson_that_fails_leaves_nothing(project, monkeypatch, tmp_path):
    """Where a lesson cannot be executed there is no folder, and nothing beside it."""

    def fail(*arguments, **options):
        raise AuthoringError("it raises")

    monkeypatch.setattr(publish_module, "execute", fail)
    (project.root / "images").mkdir()
    with pytest.raises(AuthoringError, match="it raises"):
        publish(project.root, tmp_path / "out" / "site", site=True)
    assert os.listdir(tmp_path / "out") == []


@pytest.mark.parametrize("program", ["sphinx", "nbconvert"])
def test_what_a_program_complains_of_is_said(project, monkeypatch, capsys, program):
    """Its lines are read on every system, whatever bytes they have, and nothing is written."""
    broken = project.root / "programs"
    broken.mkdir()
    text = 'import sys; sys.stderr.buffer.write(b"caf\\xe9: wrong\\n"); sys.exit(1)'
    (broken / f"{program}.py").write_text(text, encoding="utf-8")
    monkeypatch.setenv("PYTHONPATH", str(broken))
    monkeypatch.setenv("PYTHONUTF8", "0")
    monkeypatch.setattr(publish_module, "execute", lambda *arguments, **options: None)
    for name in ("docs/site", "docs/slides", "images"):
        shutil.copytree(ROOT / name, project.root / name)
    shutil.copy(ROOT / "README.md", project.root)
    command = ["site" if program == "sphinx" else "slides", "--root", str(project.root)]
    assert main([*command, str(project.root / "made")]) == 1
    assert capsys.readouterr().err == "caf\ufffd: wrong\n"
    assert not (project.root / "made").exists()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_for_colab_installs_first_and_stands_alone(tmp_path, language):
    """It installs the package, and what it needs but for what Colab's own page depends on.

    Pictures are in it, no link leads nowhere, its code is the lesson's; no absorb takes it.
    """
    assert main(["colab", "--root", str(ROOT), str(tmp_path), PACKAGE, NUMBER]) == 0
    (path,) = tmp_path.glob(f"**/{language}/*.ipynb")
    copy = nbformat.read(path, as_version=4)
    copied = copy.cells
    text, install, setup = copied[1:4]
    assert ("Estás" if language == "es" else "You are") in text["source"]
    own, others = (shlex.split(line)[2:] for line in install["source"].splitlines())
    assert own == ["--quiet", "--no-deps", PACKAGE]
    names = {Requirement(other).name for other in others[1:]}
    assert {"distributed", "matplotlib", "numpy", "psutil"} <= names
    assert not {canonicalize_name(name) for name in names} & {*COLABS_OWN, "helpers", "pytest"}
    assert {canonicalize_name(name) for name in COLABS_OWN} == COLABS_OWN
    assert f'start("{language}")' in setup["source"]
    texts = [cell["source"] for cell in copied if cell["cell_type"] == "markdown"]
    targets = [target for text in texts for target in re.findall(r"\]\(([^)]+)\)", text)]
    assert any(target.startswith("data:image/svg+xml;base64,") for target in targets)
    assert all(re.match(r"data:|https://|#", target) for target in targets)
    (built,) = (ROOT / "notebooks" / language).glob(f"{NUMBER}_*.ipynb")
    cells = nbformat.read(built, as_version=4).cells
    found = [cell["source"] for cell in copied if cell["cell_type"] == "code"]
    assert found[1:] == [cell["source"] for cell in cells if cell["cell_type"] == "code"]
    assert all(ast.parse(source) for source in found[1:] if "%" not in source)
    assert "course" not in copy.metadata
