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

PROJECT = Path(__file__).resolve().parents[2]
# They say that something hangs, not how fast it is: a busy machine is several times slower.
START_LIMIT_S = 300
STOP_LIMIT_S = 100
PAGE_LIMIT_S = 600
TEST_LIMIT_S = 900
WAIT_MS = 120_000
# A signal lets the server and the browser be ended; the other method ends the whole test run.
TIMEOUT = "signal" if hasattr(signal, "SIGALRM") else "thread"


def copy_course(folder):
    """Copy what a learner opens into ``folder``, under a name with spaces and accents."""
    root = folder / "Curso de programación (año 1)"
    for part in ("notebooks/es", "notebooks/en", "images"):
        shutil.copytree(
            PROJECT / part, root / part, ignore=shutil.ignore_patterns(".ipynb_checkpoints")
        )
    return root


@contextlib.contextmanager
def opened_browser(browser_path):
    """Start a headless browser, yield an empty page of it, end it.

    The page notes what it asks for. Its ``requested`` has the addresses, its ``failed`` what did
    not come, each with the reason; what the page itself gave up is not among them.
    """
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=browser_path, args=["--no-sandbox"])
        try:
            yield _listened_to(browser.new_page(viewport={"width": 1300, "height": 1000}))
        finally:
            browser.close()


def _listened_to(page):
    page.requested, page.failed = [], []
    page.on("request", lambda request: page.requested.append(request.url))
    page.on("websocket", lambda websocket: page.requested.append(websocket.url))
    page.on("requestfailed", lambda request: _note_failure(page, request.failure, request.url))
    page.on("response", lambda answer: _note_failure(page, answer.status, answer.url))
    return page


def _note_failure(page, reason, url):
    fine = reason == "net::ERR_ABORTED" if isinstance(reason, str) else reason < 400
    if not fine:
        page.failed.append((reason, url))


@contextlib.contextmanager
def jupyterlab(code, course, scratch, prefix=(), variables=None):
    """Start the launcher in the course's folder, yield its address, end it with its kernels.

    What stands in ``prefix`` starts it; ``variables`` are added to its environment.
    """
    port = _free_port()
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--expose-app-in-browser"]
    said = scratch / "jupyterlab.log"
    with said.open("wb") as log:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "helpers", code, *options],
            cwd=course,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**_own_environment(scratch), **(variables or {})},
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
