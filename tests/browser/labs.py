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

from slides_fit import find_browser

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
        ignored = shutil.ignore_patterns(".ipynb_checkpoints")
        shutil.copytree(PROJECT / part, root / part, ignore=ignored)
    return root


@contextlib.contextmanager
def opened_browser():
    """Start a headless browser, yield an empty page of it, end it.

    The page notes what it asks for. Its ``requested`` has the addresses, its ``failed`` what did
    not come, each with the reason; what the page itself gave up is not among them.
    """
    from playwright.sync_api import sync_playwright

    def note(reason, url):
        if reason != "net::ERR_ABORTED" and reason not in range(400):
            page.failed.append((reason, url))

    program = find_browser()
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        try:
            page = browser.new_page(viewport={"width": 1300, "height": 1000})
            page.requested, page.failed = [], []
            page.on("request", lambda request: page.requested.append(request.url))
            page.on("websocket", lambda websocket: page.requested.append(websocket.url))
            page.on("requestfailed", lambda request: note(request.failure, request.url))
            page.on("response", lambda answer: note(answer.status, answer.url))
            yield page
        finally:
            browser.close()


@contextlib.contextmanager
def jupyterlab(code, course, scratch, prefix=(), variables=None):
    """Start the launcher in the course's folder, yield its address, end it with its kernels.

    It is that of a user without settings of their own, whose home stays untouched. What stands in
    ``prefix`` starts it; ``variables`` are added to its environment.
    """
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    options = ["--no-browser", f"--port={port}", "--ServerApp.port_retries=0"]
    options += ["--IdentityProvider.token=", "--expose-app-in-browser"]
    names = ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR")
    folders = {name: str(scratch / name.lower()) for name in names} | {"JUPYTER_CONFIG_PATH": ""}
    printed = scratch / "jupyterlab.log"
    with printed.open("wb") as log:
        process = subprocess.Popen(
            [*prefix, sys.executable, "-m", "helpers", code, *options],
            cwd=course,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env={**os.environ, **folders, **(variables or {})},
            start_new_session=True,
        )
        try:
            _wait_until_it_answers(f"http://127.0.0.1:{port}/api/status", process, printed)
            yield f"http://127.0.0.1:{port}"
        finally:
            process.terminate()  # it ends its kernels
            try:
                process.wait(STOP_LIMIT_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(STOP_LIMIT_S)
            # What a kernel in the middle of a cell left has our folder in its environment.
            for number in processes_with(f"={scratch}{os.sep}"):
                with contextlib.suppress(OSError):  # it ended meanwhile
                    os.kill(number, signal.SIGKILL)


def processes_with(marker):
    """Return the number and the command of each process with ``marker`` in its environment.

    On Linux: elsewhere there is no /proc, and a kernel ends by itself once its server is gone.
    """
    found = {}
    for folder in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):  # it ended meanwhile, or is another user's
            if os.fsencode(marker) in (folder / "environ").read_bytes():
                command = (folder / "cmdline").read_bytes()
                found[int(folder.name)] = command.replace(b"\0", b" ").decode()
    return found


def _wait_until_it_answers(address, process, printed):
    # No proxy of this machine's stands between us and our own server.
    opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + START_LIMIT_S
    while time.monotonic() < deadline and process.poll() is None:
        with contextlib.suppress(OSError), opener.open(address, timeout=5):
            return
        time.sleep(0.2)
    pytest.fail(f"JupyterLab did not answer; it said:\n{printed.read_text(errors='replace')}")
