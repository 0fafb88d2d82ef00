"""What every test of this room wants to know: what it left behind."""

from __future__ import annotations

import multiprocessing
import multiprocessing.forkserver
import multiprocessing.resource_tracker
import multiprocessing.util
import shutil
import tempfile

import leftovers
import pytest

from helpers.language import LANGUAGES, current_language, set_language
from helpers.parallel import run


@pytest.fixture(scope="session", autouse=True)
def _own_temporary_folder():
    """Have a temporary folder of our own, in which nobody else leaves anything.

    Its name is short: an address of a local socket has a hundred characters at most.
    """
    folder = tempfile.mkdtemp(prefix="t")
    # The fork server's own folder in it is removed at exit, with priority -100: first that one.
    multiprocessing.util.Finalize(None, shutil.rmtree, (folder, True), exitpriority=-200)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(tempfile, "tempdir", folder)
        patch.setenv("TMPDIR", folder)
        yield


@pytest.fixture(scope="session", autouse=True)
def _servers(_own_temporary_folder):
    """Start the two processes that multiprocessing keeps for later, once for all tests."""
    if "forkserver" in multiprocessing.get_all_start_methods():
        multiprocessing.resource_tracker.ensure_running()
        multiprocessing.forkserver.ensure_running()
        run(abs, [1], n_workers=1, start_method="forkserver")


@pytest.fixture(autouse=True)
def _english():
    """Have the messages in English, and give back the language that was set."""
    before = current_language()
    set_language("en")
    yield
    set_language(before)


@pytest.fixture(autouse=True)
def _clean():
    """Fail the test that left a process or a thread behind."""
    before = {kind: leftovers.KINDS[kind]() for kind in ("processes", "threads")}
    yield
    assert leftovers.children() <= before["processes"], "processes left behind"
    # A thread cannot be stopped from outside: it may still be at its last item.
    assert not leftovers.since(before), "threads left behind"


@pytest.fixture(params=LANGUAGES)
def language(request) -> str:
    """Speak each language in turn."""
    set_language(request.param)
    return request.param
