"""A copy of the course, a JupyterLab that serves it, and a headless browser that opens it."""

import contextlib
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from helpers import language
from slides_fit import find_browser

PROJECT = Path(__file__).resolve().parents[2]
START_LIMIT_S = 60
STOP_LIMIT_S = 20


@pytest.fixture(scope="session")
def browser_path():
    """The browser's program; without one the test is skipped, and fails where CI is set."""
    return find_browser()


@pytest.fixture
def course(tmp_path):
    """A copy of the notebooks and figures, so that autosave never changes the project's own."""
    root = tmp_path / "Curso de programación (año 1)"
    for folder in ("notebooks/es", "notebooks/en", "images"):
        shutil.copytree(
            PROJECT / folder, root / folder, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    return root


@pytest.fixture
def start_lab(course, tmp_path):
    """A function that starts JupyterLab on the course in a language and returns its address."""
    with contextlib.ExitStack() as stack:
        yield lambda code: stack.enter_context(_jupyterlab(code, course, tmp_path))


@pytest.fixture
def browser_page(browser_path):
    """An empty page of a headless browser. Its ``requested`` has the addresses it asked for."""
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            page.requested = []
            page.on("request", lambda request: page.requested.append(request.url))
            page.on("websocket", lambda websocket: page.requested.append(websocket.url))
            yield page
        finally:
            browser.close()


@pytest.fixture
def screenshots(tmp_path):
    """The folder that pictures go to: that of the variable SCREENSHOTS, else a temporary one."""
    folder = Path(os.environ.get("SCREENSHOTS") or tmp_path / "screenshots")
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def in_language():
    """A function that sets the language of messages; the former one comes back at the end."""
    before = language.current_language()
    yield language.set_language
    language.set_language(before)


@contextlib.contextmanager
def _jupyterlab(code, course, scratch):
    """Start the launcher in the course's folder, yield its address, end it with its kernels."""
    port = _free_port()
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--expose-app-in-browser"]
    said = scratch / "jupyterlab.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [sys.executable, "-m", "helpers", code, *options],
            cwd=course,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=_own_environment(scratch),
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/api/status", process, said)
            yield f"http://127.0.0.1:{port}"
        finally:
            _stop(process)
            _kill_the_rest(scratch)


def _stop(process):
    """End the server, which ends its kernels; one that does not end in time is killed."""
    process.terminate()
    try:
        process.wait(STOP_LIMIT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_LIMIT_S)


def _kill_the_rest(scratch):
    """Kill what a kernel that was in the middle of a cell left: its environment names our folder.

    On Linux; elsewhere there is no /proc, and a kernel ends by itself once its server is gone.
    """
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if os.fsencode(f"={scratch}{os.sep}") in (folder / "environ").read_bytes():
                os.kill(int(folder.name), signal.SIGKILL)


def _own_environment(scratch):
    """The environment of a user without settings of their own, whose home stays untouched."""
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: str(scratch / name.lower()) for name in names}
    return {**os.environ, **folders, "JUPYTER_CONFIG_PATH": ""}


def _free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def _wait_until_it_answers(address, process, said):
    # No proxy of this machine's stands between us and our own server.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), opener.open(address, timeout=5):
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer; it said:\n{said.read_text(errors='replace')}")
