"""Executed notebooks that are kept serve again, as long as they are those of the same code."""

from types import SimpleNamespace

import nbformat.v4
import pytest

from helpers.authoring import executed as executed_module
from helpers.authoring.executed import executed_notebook, fingerprint
from helpers.authoring.notebooks import make_notebook
from helpers.authoring.sources import read_lesson


@pytest.fixture
def executions(monkeypatch):
    """The executions made so far; each gives every code cell its number as its output."""
    made = []

    def execute(lesson, language, notebook, *, keep_all):
        assert keep_all
        made.append(language)
        for cell in notebook.cells:
            if cell.cell_type == "code":
                text = nbformat.v4.new_output("stream", text=str(len(made)))
                cell.outputs, cell.execution_count = [text], 1

    monkeypatch.setattr(executed_module, "execute", execute)
    return made


def _outputs(notebook):
    return {out.text for cell in notebook.cells for out in cell.get("outputs", [])}


def test_the_same_code_is_executed_once(project, executions, tmp_path):
    """A second use takes what is kept, also where the text or a slide type has changed."""
    kept = tmp_path / "kept"
    executed_notebook(read_lesson(project.source), "es", kept)
    project.replace_in_source("Palabras.", "Otras palabras.")
    again = executed_notebook(read_lesson(project.source), "es", kept)
    assert executions == ["es"]
    assert _outputs(again) == {"1"}
    assert "Otras palabras." in again.cells[0].source


def test_other_code_and_the_other_language_are_executed(project, executions, tmp_path):
    """What is kept is not taken for other code, nor for the code of the other language."""
    kept = tmp_path / "kept"
    executed_notebook(read_lesson(project.source), "es", kept)
    executed_notebook(read_lesson(project.source), "en", kept)
    project.replace_in_source("6 * 7", "6 * 8")
    again = executed_notebook(read_lesson(project.source), "es", kept)
    assert executions == ["es", "en", "es"]
    assert _outputs(again) == {"3"}


def test_other_helpers_make_what_is_kept_stale(project, executions, tmp_path, monkeypatch):
    """A notebook that other helpers computed is executed again."""
    kept = tmp_path / "kept"
    executed_notebook(read_lesson(project.source), "es", kept)
    (tmp_path / "package").mkdir()
    (tmp_path / "package" / "helper.py").touch()
    monkeypatch.setattr(executed_module, "_PACKAGE", tmp_path / "package")
    executed_notebook(read_lesson(project.source), "es", kept)
    assert executions == ["es", "es"]


def test_a_changed_helper_is_seen_wherever_the_course_lies(project, monkeypatch, tmp_path):
    """Only the package's own room of authors does not count, not a folder above of that name."""
    package = tmp_path / "authoring" / "helpers"
    (package / "authoring").mkdir(parents=True)
    monkeypatch.setattr(executed_module, "_PACKAGE", package)
    notebook = make_notebook(read_lesson(project.source), "es")
    prints = [fingerprint(notebook)]
    for name in ("helper.py", "authoring/site.py"):
        (package / name).write_text("x = 1", encoding="utf-8")
        prints.append(fingerprint(notebook))
    assert prints[0] != prints[1] == prints[2]


def test_another_python_makes_what_is_kept_stale(project, executions, tmp_path, monkeypatch):
    """What one Python computed does not serve for another, which may show other things."""
    kept = tmp_path / "kept"
    for version in ("3.11.7 (main)", "3.14.0 (main)"):
        monkeypatch.setattr(executed_module, "sys", SimpleNamespace(version=version))
        executed_notebook(read_lesson(project.source), "es", kept)
    assert executions == ["es", "es"]


def test_without_a_folder_nothing_is_kept(project, executions):
    """Each use without a folder executes the lesson."""
    for _ in range(2):
        executed_notebook(read_lesson(project.source), "es")
    assert executions == ["es", "es"]
