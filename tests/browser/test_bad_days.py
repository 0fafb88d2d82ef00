"""A learner's bad day: restarts, cells out of order, a notebook that was renamed and moved."""

import time

import pytest
from labs import PAGE_LIMIT_S, TEST_LIMIT_S, TIMEOUT
from lesson_page import LessonPage

ANSWER_S = 60.0
pytestmark = [pytest.mark.slow, pytest.mark.timeout(TEST_LIMIT_S, method=TIMEOUT)]

LOOP = "notebooks/es/01_procesamiento_secuencial.ipynb"
FILES = "notebooks/en/03_finding_markdown_files.ipynb"
POOL = "notebooks/en/02_parallel_processing.ipynb"
OTHER = "notebooks/es/03_buscar_archivos_markdown.ipynb"
SLOW_POOL = """\
from time import sleep
with multiprocessing.Pool(2) as pool:
    pool.map(sleep, [300] * 4)"""


@pytest.fixture
def opened(start_lab, browser_page, in_language):
    """A function that opens a lesson in a JupyterLab of its language."""

    def open_lesson(path):
        in_language(path.split("/")[1])
        lesson = LessonPage(browser_page, PAGE_LIMIT_S)
        lesson.open(start_lab(path.split("/")[1]), path)
        return lesson

    return open_lesson


def errors(cell):
    """Return the last line of each error below a cell, in one line."""
    found = [out for out in cell["outputs"] if out["output_type"] == "error"]
    return [" ".join(out["traceback"][-1].split()) for out in found]


def unwanted(lesson):
    """Return the errors of all cells, and what went to stderr."""
    outputs = [output for cell in lesson.cells() for output in cell.get("outputs", [])]
    return [out for out in outputs if out["output_type"] == "error" or out.get("name") == "stderr"]


def test_cells_from_the_last_to_the_first(opened):
    """Out of order each cell ends soon: it works, or a name is missing.

    Then all cells run, twice, and nothing of the day is left.
    """
    lesson = opened(FILES)
    lesson.restart()
    positions = [i for i, cell in enumerate(lesson.cells()) if cell["cell_type"] == "code"]
    for position in reversed(positions):
        begin = time.monotonic()
        lesson.run_cell(position)
        assert time.monotonic() - begin < ANSWER_S
        assert all("Error" in error for error in errors(lesson.cells()[position]))
    for _ in range(2):
        lesson.run_all()
        assert unwanted(lesson) == []


def test_a_pool_of_a_lesson_is_interrupted(opened):
    """An interrupt in the middle of a bare Pool ends the cell, and the lesson runs on after it."""
    lesson = opened(POOL)
    lesson.run_cell(lesson.position_of("start("))
    cell = lesson.position_of("with multiprocessing.Pool() as pool:")
    lesson.type_into(cell, SLOW_POOL)
    lesson.begin_cell(cell)
    time.sleep(2.0)
    begin = time.monotonic()
    lesson.interrupt()
    assert time.monotonic() - begin < ANSWER_S
    assert any("KeyboardInterrupt" in error for error in errors(lesson.cells()[cell]))
    lesson.type_into(cell, "print(multiprocessing.active_children())")
    lesson.run_cell(cell)
    (printed,) = lesson.cells()[cell]["outputs"]
    assert printed["text"] == "[]\n"


def test_a_lesson_works_renamed_and_in_another_folder(opened, screenshots):
    """A copy under another name in a folder of the learner's own runs, with all its pictures."""
    lesson = opened(POOL)
    moved = "mis cosas/cosas que aprendí.ipynb"
    lesson.move(POOL, moved)
    lesson.run_all()
    assert lesson.path() == moved
    assert unwanted(lesson) == []
    assert lesson.images("Markdown")
    for figure in lesson.images("Markdown"):
        assert figure.evaluate("img => img.naturalWidth") > 0, figure.get_attribute("alt")
    lesson.picture(screenshots, "moved")


def test_two_lessons_at_once(opened):
    """Two lessons that run side by side in one JupyterLab do not disturb each other."""
    lesson = opened(LOOP)
    lesson.begin_all()
    lesson.open_beside(
        FILES.replace("/en/", "/es/").replace("finding_markdown_files", "buscar_archivos_markdown")
    )
    lesson.run_all()
    assert unwanted(lesson) == []
    lesson.bring_to_front(LOOP)
    lesson.wait_for_all()
    assert unwanted(lesson) == []
