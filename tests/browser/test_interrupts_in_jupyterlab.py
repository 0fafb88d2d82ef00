"""A pool that is interrupted with JupyterLab's own command, as a learner does who has waited."""

import time

import nbformat
import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage

ANSWER_S = 30.0  # the call itself would take a quarter of an hour

SETUP = """\
import multiprocessing
from helpers.parallel import run
from helpers.tasks import download"""
LONG = 'run(download, [0.4] * 5000, how="{how}", n_workers=2)'
AFTER = (
    "print(run(download, [0.01] * 3, how={how!r}).results, len(multiprocessing.active_children()))"
)
HOWS = ("pool", "processes", "threads", "sequential")


@pytest.fixture
def notebook(start_lab, course, browser_page):
    """A page with a notebook that has, for each way, a long call and a short one after it."""
    sources = [SETUP]
    for how in HOWS:
        sources += [LONG.format(how=how), AFTER.format(how=how)]
    cells = [nbformat.v4.new_code_cell(source) for source in sources]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(written, course / "notebooks/en/long.ipynb")
    page = LessonPage(browser_page, PAGE_LIMIT_S)
    page.open(start_lab("en"), "notebooks/en/long.ipynb")
    page.run_cell(0)
    return page


@pytest.mark.slow
@pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)
def test_one_interrupt_is_enough(notebook, screenshots):
    """One interrupt ends a call of any way soon; the next cell works, and nothing runs on."""
    for position in range(len(HOWS)):
        long, after = 1 + 2 * position, 2 + 2 * position
        notebook.begin_cell(long)
        time.sleep(1.0)
        begin = time.monotonic()
        notebook.interrupt()
        assert time.monotonic() - begin < ANSWER_S
        outputs = notebook.cells()[long]["outputs"]
        assert [output.get("ename") for output in outputs] == ["KeyboardInterrupt"]
        notebook.run_cell(after)
        (printed,) = notebook.cells()[after]["outputs"]
        assert printed["text"] == "[0.01, 0.01, 0.01] 0\n"
    notebook.page.screenshot(path=screenshots / "interrupted.png")
