"""A cell that runs before the one that makes its names says which one to run."""

from __future__ import annotations

import json
import os

import nbclient
import nbformat
import pytest
from jupyter_client.kernelspec import KernelSpecManager
from jupyter_client.manager import AsyncKernelManager

from helpers.classroom.missing_names import names_made_by, note_for
from helpers.language import LANGUAGES, message, speaking

pytestmark = pytest.mark.timeout(60)

SETUP = "from math import sqrt as root\nimport os.path"
DATA = "%matplotlib inline\ndata = [root(x) for x in range(4)]"
USE = "print(sum(data))"
CELLS = (
    SETUP,
    DATA,
    USE,
    "total = later",
    "later = 1",
    "print(nowhere)",
    "def f():\n    return data\n",
    "unsaved = 1",
)


def executed(path, language, *cells):
    """Write the lesson to ``path``, execute ``cells`` in a kernel of its own; return the errors.

    All are run as JupyterLab would run the last cell of the lesson: with its id.
    """
    lesson = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in CELLS])
    lesson.metadata.course = {"language": language}
    nbformat.write(lesson, path)
    asked = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    manager = AsyncKernelManager(
        kernel_spec_manager=KernelSpecManager(kernel_dirs=[]), transport_encryption="auto"
    )
    client = nbclient.NotebookClient(asked, km=manager, allow_errors=True, timeout=30)
    variables = {**os.environ, "JPY_SESSION_NAME": str(path)}
    with client.setup_kernel(cleanup_kc=True, env=variables):
        client.kc.session.metadata = {"cellId": lesson.cells[-1].id}
        for position, cell in enumerate(asked.cells):
            client.execute_cell(cell, position)
    return ["\n".join(out.get("traceback", [])) for cell in asked.cells for out in cell.outputs]


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_kernel_says_which_cell_is_missing(tmp_path, language):
    """In the notebook's language: the setup cell, an earlier one; never itself, nor for a slip."""
    path = tmp_path / "lección 1.ipynb"
    tried = (DATA, USE, "print(nowhere)", "1 / 0", "unsaved += 1", SETUP, DATA, USE)
    setup, data, slip, division, itself, printed = executed(path, language, *tried)
    with speaking(language):
        for text, key, name, number, first in (
            (setup, "missing.setup", "root", 1, SETUP.splitlines()[0]),
            (data, "missing.cell", "data", 2, DATA.splitlines()[0]),
        ):
            told = message(key, name=name, number=number, first=first)
            assert " ".join(text.split()).endswith(" ".join(told.split()))
    assert slip.endswith("name 'nowhere' is not defined")
    assert "ZeroDivisionError" in division.splitlines()[-1]
    assert itself.endswith("name 'unsaved' is not defined")
    assert printed == ""


@pytest.mark.parametrize(
    ("source", "made"),
    [
        ("import os.path, sys as system", {"os", "system"}),
        ("from math import sqrt, pi as p", {"sqrt", "p"}),
        ("a, (b, *c) = 1, (2, 3)\nd: int = 4\ne += 1", {"a", "b", "c", "d", "e"}),
        ("for i in x:\n    with open(i) as file:\n        y = (z := 1)", {"i", "file", "y", "z"}),
        ("def f(a):\n    inner = 1\nclass C:\n    member = 1", {"f", "C"}),
        ("g = lambda v: v\nh = [k for k in (w := [1])]", {"g", "h"}),
        ("t = sum(k for k in x)\nfor i in (m for m in x):\n    pass", {"t", "i"}),
        ("%time\n!ls\nn = 1", {"n"}),
        ("what is this", set()),
        ("", set()),
    ],
)
def test_names_made_by(source, made):
    """Whatever binds a name at the top of a cell is found; names within functions are not."""
    assert names_made_by(source) == made


class Shell:
    """As much of IPython's shell as is looked at: what ran last, and what asked for it."""

    def __init__(self, *ran, cell_id=None, **names):
        self.user_ns = names
        self.metadata = {} if cell_id is None else {"cellId": cell_id}
        self.history_manager = self
        self.input_hist_raw = list(ran)

    def get_parent(self):
        """Return the message that asked for the cell, as ipykernel's shell does."""
        return {"metadata": self.metadata}


def missing(name, kind=NameError):
    """Return the error of a name that is not there."""
    return kind(f"name {name!r} is not defined", name=name)


@pytest.fixture
def lesson(tmp_path, monkeypatch):
    """The lesson's file, named as Jupyter names it to its kernel."""
    path = tmp_path / "lesson.ipynb"
    cells = [nbformat.v4.new_markdown_cell("data = 1"), *map(nbformat.v4.new_code_cell, CELLS)]
    nbformat.write(nbformat.v4.new_notebook(cells=cells), path)
    monkeypatch.setenv("JPY_SESSION_NAME", str(path))
    return path


def test_text_cells_do_not_count(lesson):
    """Cells are numbered as a learner counts what can be run, and only code makes names."""
    assert "number 2" in " ".join(note_for(missing("data"), Shell("", USE)).split())


def test_the_cell_itself_is_not_named(lesson):
    """A cell that uses a name before it makes it is not told to run itself first."""
    assert note_for(missing("later"), Shell("later = 1")) == ""


def test_empty_lines_at_its_end_do_not_make_it_another_cell(lesson):
    """IPython keeps a cell without the line breaks at its end, and the file has them."""
    notebook = nbformat.read(lesson, as_version=4)
    notebook.cells[5].source = "later = 1 \n\n"
    nbformat.write(notebook, lesson)
    assert note_for(missing("later"), Shell("later = 1")) == ""


def test_the_cell_itself_is_known_by_its_id(lesson):
    """Where it was changed since the file was saved, as a cell is that is being written."""
    itself, another = (nbformat.read(lesson, as_version=4).cells[n].id for n in (5, 3))
    changed = "later += later\nlater = 1"
    assert note_for(missing("later"), Shell(changed, cell_id=itself)) == ""
    assert "number 5" in note_for(missing("later"), Shell(changed, cell_id=another))


def test_ids_that_the_file_does_not_have_are_no_hindrance(lesson):
    """VS Code has ids of its own, and an old file none: then the text says which cell it is."""
    assert note_for(missing("later"), Shell("later = 1", cell_id="vscode-notebook-cell:1")) == ""
    notebook = json.loads(lesson.read_text(encoding="utf-8"))
    for cell in notebook["cells"]:
        del cell["id"]
    lesson.write_text(json.dumps(notebook), encoding="utf-8")
    assert note_for(missing("later"), Shell("later = 1")) == ""
    assert "number 5" in note_for(missing("later"), Shell("later += 1"))


@pytest.mark.parametrize("error", [missing("data", UnboundLocalError), KeyError("data")])
def test_other_errors_have_no_note(lesson, error):
    """A local variable that was not set, or a key, is no cell that did not run."""
    assert note_for(error, Shell(USE)) == ""


def test_a_notebook_that_was_renamed_has_no_note(lesson):
    """Where the file is not there under its first name, Python's own error stands alone."""
    lesson.rename(lesson.with_name("other.ipynb"))
    assert note_for(missing("data"), Shell(USE)) == ""


def test_vs_code_names_the_notebook_in_its_own_way(lesson, monkeypatch):
    """There it is a name among those of the cells, and Jupyter's variable is not set."""
    monkeypatch.delenv("JPY_SESSION_NAME")
    shell = Shell(USE, __vsc_ipynb_file__=str(lesson))
    assert "number 2" in " ".join(note_for(missing("data"), shell).split())
    assert note_for(missing("data"), Shell(USE)) == ""


def test_a_line_is_no_wider_than_the_page(lesson):
    """The note is broken between words: JupyterLab would break it within them."""
    assert max(map(len, note_for(missing("data"), Shell(USE)).splitlines())) <= 76
