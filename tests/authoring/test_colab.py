"""Copies for Colab install the package first and stand alone."""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path

import nbformat
import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from helpers.authoring.__main__ import main
from helpers.authoring.colab import COLABS_OWN
from helpers.language import LANGUAGES, message, speaking

ROOT = Path(__file__).parents[2]
PACKAGE = "helpers @ git+https://example.org/course"
NUMBER = "02"  # it has figures, bets, exercises and links


@pytest.fixture(scope="module")
def copies(tmp_path_factory):
    """The copies of a lesson by language."""
    folder = tmp_path_factory.mktemp("colab")
    assert main(["colab", "--root", str(ROOT), str(folder), PACKAGE, NUMBER]) == 0
    found = {path.parent.name: path for path in folder.rglob("*.ipynb")}
    return {code: nbformat.read(path, as_version=4) for code, path in found.items()}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_first_code_installs_and_the_text_says_so(copies, language):
    """It installs the package, and what it needs but for what Colab's own page depends on."""
    text, install, setup = copies[language].cells[1:4]
    with speaking(language):
        assert text["source"] == message("colab.installs")
    own, others = (shlex.split(line)[2:] for line in install["source"].splitlines())
    assert own == ["--quiet", "--no-deps", PACKAGE]
    names = {Requirement(other).name for other in others[1:]}
    assert {"distributed", "matplotlib", "numpy", "psutil"} <= names
    assert not {canonicalize_name(name) for name in names} & {*COLABS_OWN, "helpers", "pytest"}
    assert {canonicalize_name(name) for name in COLABS_OWN} == COLABS_OWN
    assert f'start("{language}")' in setup["source"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_copy_stands_alone(copies, language):
    """Pictures are in the text, nothing leads to a file that is not there, all code is as ever."""
    copied = copies[language].cells
    texts = [cell["source"] for cell in copied if cell["cell_type"] == "markdown"]
    targets = [target for text in texts for target in re.findall(r"\]\(([^)]+)\)", text)]
    assert any(target.startswith("data:image/svg+xml;base64,") for target in targets)
    assert all(re.match(r"data:|https://|#", target) for target in targets)
    (built,) = (ROOT / "notebooks" / language).glob(f"{NUMBER}_*.ipynb")
    cells = nbformat.read(built, as_version=4).cells
    codes = [cell for cell in cells if cell["cell_type"] == "code"]
    found = [cell["source"] for cell in copied if cell["cell_type"] == "code"]
    assert found[1:] == [cell["source"] for cell in codes]
    assert all(ast.parse(source) for source in found[1:] if "%" not in source)


def test_a_copy_is_not_absorbed(copies):
    """Its pictures and its installation are no part of the lesson: it does not say it is of one."""
    assert "course" not in copies["es"].metadata


def test_a_package_that_pip_does_not_take_is_an_error(tmp_path, capsys):
    """It says what was received and what to write instead, and nothing is written."""
    assert main(["colab", "--root", str(ROOT), str(tmp_path / "colab"), "git+https://x"]) == 1
    assert "'git+https://x'" in capsys.readouterr().err
    assert not (tmp_path / "colab").exists()
