"""What holds for all tests. It imports nothing that the tests of tasks and parallel do not need."""

import gc
import re
import signal

import pytest

CELL_LIMIT_S = 300
# The site is made of what the cells of these lessons show: one process runs both.
SITE = re.compile(r"/0[12]_\w+\.ipynb$|browser/test_site\.py$")


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
    in_worker = hasattr(config, "workerinput")
    if getattr(option, "numprocesses", 0) is None and not in_worker and not option.usepdb:
        option.numprocesses = 2  # many tests wait, and a machine with two cores is usual
        option.dist, option.loadscopereorder = "loadscope", False


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    """Give each file to one process, which runs its tests in order; a notebook is a file, too."""
    from xdist.scheduler import LoadScopeScheduling

    class ByFile(LoadScopeScheduling):
        def _split_scope(self, nodeid):
            file = nodeid.partition("::")[0]
            return "site" if SITE.search(file) else file

    return ByFile(config, log)


def pytest_configure():
    """Hear interrupts, as a program in a terminal does.

    What a shell starts in the background ignores them, and so would all that tests start.
    """
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Begin with the notebooks, which take longest, and look at the slides of each after its cells.

    By day those in Spanish are looked at, whose texts are the longer ones.
    """
    notebooks = [item for item in items if ".ipynb::" in item.nodeid]
    if notebooks:
        from slides_fit import with_looks

        notebooks = with_looks(notebooks)
        for item in notebooks:
            if item.name == "slides fit" and item.path.parent.name == "en":
                item.add_marker("slow")
    items[:] = notebooks + [item for item in items if ".ipynb::" not in item.nodeid]


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
