"""What holds for all tests. It imports nothing that the tests of tasks and parallel do not need."""

import gc
import signal

import pytest

from helpers.language import current_language, set_language

CELL_LIMIT_S = 300


@pytest.hookimpl(tryfirst=True)
def pytest_cmdline_main(config):
    """Let plain ``pytest`` execute the notebooks, and use two processes; options say otherwise.

    These options cannot stand in pyproject.toml: there they would be an error where nbval or xdist
    is not installed.
    """
    option = config.option
    if hasattr(option, "nbval"):
        option.nbval = option.nbval_current_env = True
        option.nbval_cell_timeout = CELL_LIMIT_S
    if hasattr(option, "dist") and not (hasattr(config, "workerinput") or option.usepdb):
        if option.numprocesses is None:
            option.numprocesses = 2  # many tests wait, and a machine with two cores is usual
        if option.dist == "no":  # a file goes to one process, in order: a notebook is a file, too
            option.dist, option.loadscopereorder = "loadscope", False


def pytest_configure():
    """Hear interrupts, as a program in a terminal does.

    What a shell starts in the background ignores them, and so would all that tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def _language_as_before():
    """Give back the language that was set before each test."""
    before = current_language()
    yield
    set_language(before)


def pytest_collection_modifyitems(items):
    """Begin with the notebooks, which take longest."""
    items.sort(key=lambda item: ".ipynb::" not in item.nodeid)


def pytest_collection_finish():
    """Set aside what pytest keeps of thousands of tests.

    A collection of garbage would go through it, tests that look for leftovers collect many times,
    and what is forked would copy it.
    """
    _set_aside()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(item, nextitem):
    """Set aside what has been kept since, where a module ends: reports and imported libraries."""
    if nextitem is None or nextitem.parent is not item.parent:
        _set_aside()


def _set_aside():
    gc.collect()
    gc.freeze()
