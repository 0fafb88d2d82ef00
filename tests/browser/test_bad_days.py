"""A learner's bad day: interrupts, cells out of order, a notebook that was renamed and moved."""

import time

import nbformat
import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage

ANSWER_S = 60.0  # what is interrupted would take a quarter of an hour
pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)]

FILES = "notebooks/en/03_finding_markdown_files.ipynb"
POOL = "notebooks/en/02_parallel_processing.ipynb"
LONG = "notebooks/en/long.ipynb"
IMPORTS = """\
import multiprocessing
from pathlib import Path
from time import sleep
from helpers.parallel import run
from helpers.tasks import download
begun = Path("begun")"""
HOWS = ("pool", "processes", "threads", "sequential")
CALLS = [f'begun.touch()\nrun(download, [0.4] * 5000, how="{how}", n_workers=2)' for how in HOWS]
# While its workers are forked, Python may swallow an interrupt; they hear it, and print tracebacks.
BARE = "with multiprocessing.Pool(2) as pool:\n    begun.touch()\n    pool.map(sleep, [300] * 4)"
CALLS += [BARE]
AFTER = "print(run(download, [0.01] * 3).results, multiprocessing.active_children())"


@pytest.fixture
def opened(start_lab, browser_page):
    """A function that opens a lesson in a JupyterLab of its language."""

    def open_lesson(path):
        lesson = LessonPage(browser_page, PAGE_LIMIT_S)
        lesson.open(start_lab(path.split("/")[1]), path)
        return lesson

    return open_lesson


def test_one_interrupt_is_enough(opened, course, screenshots):
    """One interrupt ends a call of any way soon, a bare Pool's too; the next cell works.

    Nothing runs on.
    """
    cells = [nbformat.v4.new_code_cell(IMPORTS)]
    for call in CALLS:
        cells += [nbformat.v4.new_code_cell(call), nbformat.v4.new_code_cell(AFTER)]
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    written = nbformat.v4.new_notebook(cells=cells, metadata={"kernelspec": kernel})
    nbformat.write(written, course / LONG)
    lesson, begun = opened(LONG), (course / LONG).with_name("begun")
    lesson.run_cell(0)
    for long in range(1, 2 * len(CALLS), 2):
        lesson.begin_cell(long)
        while not begun.exists():
            time.sleep(0.05)
        begun.unlink()
        time.sleep(1.0)
        assert lesson.interrupt() < ANSWER_S
        cell = lesson.cells()[long]
        shown = [output.get("ename", output) for output in cell["outputs"]]
        if cell["source"] == BARE:
            shown = [output for output in shown if output == "KeyboardInterrupt"]
        assert shown == ["KeyboardInterrupt"]
        lesson.run_cell(long + 1)
        (printed,) = lesson.cells()[long + 1]["outputs"]
        assert printed["text"] == "[0.01, 0.01, 0.01] []\n"
    lesson.page.screenshot(path=screenshots / "interrupted.png")


def test_cells_from_the_last_to_the_first(opened):
    """Out of order each cell ends soon: it works, or a name is missing.

    Once the kernel is restarted all cells run, twice, and nothing of the day is left.
    """
    lesson = opened(FILES)
    positions = [i for i, cell in enumerate(lesson.cells()) if cell["cell_type"] == "code"]
    for position in reversed(positions):
        begin = time.monotonic()
        lesson.run_cell(position)
        assert time.monotonic() - begin < ANSWER_S
        outputs = lesson.cells()[position]["outputs"]
        assert all("Error" in out.get("ename", "Error") for out in outputs)
    lesson.restart()
    for _ in range(2):
        lesson.run_all()
        assert lesson.failures() == []


def test_a_lesson_works_renamed_and_in_another_folder(opened, screenshots):
    """A copy under another name in a folder of the learner's own runs, with all its pictures."""
    lesson = opened(POOL)
    lesson.move(POOL, "mis cosas/cosas que aprendí.ipynb")
    lesson.run_all()
    assert lesson.failures() == []
    figures = lesson.images("Markdown")
    assert figures
    assert all(figure.evaluate("img => img.naturalWidth") > 0 for figure in figures)
    lesson.picture(screenshots, "moved")
