"""What the tests in a browser begin with; where there is none, they are skipped."""

import contextlib
import os
from pathlib import Path

import pytest
from labs import copy_course, jupyterlab, opened_browser


@pytest.fixture
def course(tmp_path):
    """A copy of the notebooks and figures, so that autosave never changes the project's own."""
    return copy_course(tmp_path)


@pytest.fixture
def start_lab(course, tmp_path):
    """A function that starts JupyterLab on the course in a language and returns its address."""
    with contextlib.ExitStack() as stack:
        yield lambda code: stack.enter_context(jupyterlab(code, course, tmp_path))


@pytest.fixture
def browser_page():
    """An empty page of a headless browser, as ``opened_browser`` gives it."""
    with opened_browser() as page:
        yield page


@pytest.fixture
def screenshots(tmp_path):
    """The folder that pictures go to: that of the variable SCREENSHOTS, else a temporary one."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder
