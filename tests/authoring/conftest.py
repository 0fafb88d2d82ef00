"""The fixtures of this room: a small project, built without kernels."""

import pytest
from small_project import Project, count_cells

from helpers.authoring import build as build_module
from helpers.language import set_language


@pytest.fixture(autouse=True)
def _english():
    """Have the messages in English."""
    set_language("en")


@pytest.fixture
def project(tmp_path, monkeypatch) -> Project:
    """Return a project whose lesson is built, without any kernel."""
    monkeypatch.setattr(build_module, "execute", count_cells)
    project = Project(tmp_path)
    project.write_source()
    project.build()
    return project
