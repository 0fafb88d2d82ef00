"""What holds for all tests."""

import gc
import re
import signal

import pytest

from slides_fit import with_looks

# Modules whose tests share nothing, and take long: each test goes to whoever is free.
APART = (
    "parallel/test_dask_leftovers.py",
    "parallel/test_faults.py",
    "parallel/test_random_faults.py",
    "parallel/test_leftovers.py",
)
# Where a JupyterLab serves all tests of a language, and each language its own.
IN_BROWSER = "browser/test_every_lesson.py"
# Modules that execute lessons, once each in a process: those of a lesson go to the same one.
WITH_LESSONS = (
    "classroom/test_exercises.py",
    "classroom/test_predictions.py",
    "classroom/test_start.py",
    "classroom/test_threads_told.py",
)


def pytest_configure():
    """Hear interrupts, as a program in a terminal does.

    What a shell starts in the background ignores them, and so would all that tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


def pytest_collection_modifyitems(items):
    """Look at the slides of each lesson once all its cells have run: so it is executed once."""
    items[:] = with_looks(items)


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


def scope_of(nodeid):
    """Return the name of the group that a test is in: a group is run by one process, in order.

    It is the test's file (for a notebook it has to be: its cells build on one another), but for
    tests that are best dealt out otherwise.
    """
    file, _, name = nodeid.partition("::")
    if file.endswith(APART):
        return nodeid
    if file.endswith(IN_BROWSER):
        return f"{file} {name.partition('[')[2][:2]}"
    lesson = re.search(r"\[(?:[a-z]+-)?(?:lesson)?(\d+)(?:\.\d+)?[-\]]", name)
    if lesson and file.endswith(WITH_LESSONS):
        return f"lesson {lesson[1]}"
    return file


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Deal the tests out by ``scope_of``."""
    from xdist.scheduler import LoadScopeScheduling

    class ByScope(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            return scope_of(nodeid)

    return ByScope(config, log)
