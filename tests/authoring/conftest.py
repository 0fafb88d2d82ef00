"""The fixtures of this room: a small project, built with kernels or without."""

import shutil
import sys
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_project import Project, count_cells

from helpers.authoring import build as build_module
from helpers.language import current_language, set_language


@pytest.fixture(autouse=True)
def _english():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """Return a project whose lesson is built, without any kernel."""
    monkeypatch.setattr(build_module, "execute", count_cells)
    project = Project(tmp_path)
    project.write_source()
    project.build()
    return project


@pytest.fixture(scope="session")
def executed_root(tmp_path_factory) -> Path:
    """Return a project whose lesson is built by real kernels, once for all tests."""
    project = Project(tmp_path_factory.mktemp("executed"))
    project.write_source()
    project.build()
    return project.root


@pytest.fixture
def executed(executed_root, tmp_path) -> Project:
    """Return a copy of the project that real kernels built."""
    shutil.copytree(executed_root, tmp_path / "project")
    return Project(tmp_path / "project")


@pytest.fixture
def figures(monkeypatch) -> SimpleNamespace:
    """Stand in for the figures: ``stale`` is what is stale, ``written`` the folders written to."""
    fake = SimpleNamespace(stale=[], written=[])
    fake.stale_figures = lambda folder: fake.stale
    fake.write_figures = lambda folder: fake.written.append(folder) or [folder / "a_es.svg"]
    monkeypatch.setitem(sys.modules, "helpers.authoring.figures", fake)
    return fake
