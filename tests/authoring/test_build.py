"""Building: the same bytes every time, nothing half done, and everything stale caught by name."""

import nbformat
import pytest
from small_project import SOURCE, Project

from helpers.authoring import build as build_module
from helpers.authoring.absorb import absorb
from helpers.authoring.build import build, find_sources
from helpers.authoring.notebooks import execute, replace_file
from helpers.authoring.sources import AuthoringError

BOTH = ("es", "en")


def test_kernels_give_the_same_bytes_every_time(tmp_path):
    """Both notebooks are executed in their language, fresh, and the same after a second build.

    The output of the cell tagged for it, a time, is not stored; its count is.
    """
    project = Project(tmp_path)
    project.write_source()
    assert project.build().split() == ["notebooks/es/02_grupo.ipynb", "notebooks/en/02_pool.ipynb"]
    for language in BOTH:
        nbformat.validate(nbformat.from_dict(project.read(language)))
        cells = project.read(language)["cells"]
        assert cells[3]["outputs"][0]["text"] == [f"{language}\n"]
        assert cells[3]["outputs"][1]["data"]["text/plain"] == ["42"]
        assert cells[5]["outputs"] == []
        assert [c["execution_count"] for c in cells if c["cell_type"] == "code"] == [1, 2, 3]
    assert project.stale() == []
    files = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}
    project.build()
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == files


def test_the_languages_differ_in_text_and_start_alone(project):
    """Ids, code, tags and slide types are the same; each first text links to the other one."""
    es, en = (project.read(language)["cells"] for language in BOTH)
    for key in ("id", "metadata"):
        assert [cell[key] for cell in es] == [cell[key] for cell in en]
    assert not any("lang" in cell["metadata"] for cell in es)
    assert (es[1]["source"][-1], en[1]["source"][-1]) == ('start("es")', 'start("en")')
    assert [es[i]["source"] for i in (3, 5)] == [en[i]["source"] for i in (3, 5)]
    assert es[0]["source"][-1] == "[Read this lesson in English](../en/02_pool.ipynb)"
    assert en[0]["source"][-1] == "[Leer esta lección en español](../es/02_grupo.ipynb)"


@pytest.mark.parametrize(
    ("code", "timeout_s", "reason"),
    [
        ("1 / 0", 120, "(ZeroDivisionError: division by zero)"),
        ('raise OSError("No.")', 120, "(OSError: No)"),
        ("import time; time.sleep(60)", 1, "(> 1 s)"),
        ("import os; os._exit(3)", 120, "(the kernel ended)"),
        ("import sys; print('careful', file=sys.stderr)", 120, "(careful)"),
    ],
)
def test_a_failing_cell_is_named_and_the_old_notebook_stays(
    project, monkeypatch, code, timeout_s, reason
):
    """A cell that fails names lesson, language and cell; the file and its folder are untouched."""
    before = project.paths["en"].read_bytes()
    project.replace_in_source("6 * 7", code)
    monkeypatch.setattr(build_module, "LANGUAGES", ("en",))
    monkeypatch.setattr(build_module, "execute", lambda *a: execute(*a, timeout_s=timeout_s))
    with pytest.raises(AuthoringError) as error:
        build(project.root)
    (line,) = error.value.problems
    assert line.startswith("02_pool_map.md (en), print(current_language()): it could not be")
    assert reason in line
    assert project.paths["en"].read_bytes() == before
    assert [path.name for path in project.paths["en"].parent.iterdir()] == ["02_pool.ipynb"]


def test_one_failing_lesson_does_not_stop_the_others(project, capsys):
    """Where one source is wrong, the others are built, and the error names the wrong one."""
    text = SOURCE.replace("02_grupo", "03_x").replace("02_pool", "03_x")
    (project.path.parent / "03_x.md").write_text(text, encoding="utf-8")
    project.replace_in_source('start("es")', "pass")
    with pytest.raises(AuthoringError, match=r"^02_pool_map\.md: start is called with \[\]"):
        build(project.root)
    assert capsys.readouterr().out.split() == ["notebooks/es/03_x.ipynb", "notebooks/en/03_x.ipynb"]


@pytest.mark.parametrize(
    "edit",
    [
        lambda p: p.change("en", "The clock.", "The time."),
        lambda p: p.insert("en", 4, "markdown", "New."),
        lambda p: p.paths["en"].write_text("<<<<<<< HEAD\n{", encoding="utf-8"),
    ],
)
def test_what_was_edited_is_kept_when_a_build_replaces_it(project, edit):
    """Edits that are not in the source are kept in files of their own, which the build names.

    What it says of a copy works: an edit is absorbed from there, and is in the next build.
    """
    contents = []
    for number in (1, 2):
        edit(project)
        contents.append(project.paths["en"].read_bytes())
        assert f"notebooks/en/02_pool.ipynb.{number}.bak" in project.build()
    copies = [project.root / f"notebooks/en/02_pool.ipynb.{number}.bak" for number in (1, 2)]
    assert [copy.read_bytes() for copy in copies] == contents
    assert project.stale() == []
    if b"The time." in contents[0]:
        absorb(project.root, copies[0])
        project.build()
        assert "The time." in project.texts("en")
        assert len(list(project.root.rglob("*.bak"))) == 2


def test_what_was_not_edited_is_not_kept(project):
    """Outputs, another form, an older source, or an edit that the source has too: no copy."""
    project.set("en", 3, execution_count=9)
    project.replace_in_source("El reloj.", "La hora.")
    project.build()
    project.change("en", "The clock.", "The time.")
    project.replace_in_source("The clock.", "The time.")
    project.build()
    assert list(project.root.rglob("*.bak")) == []


def test_a_lesson_is_named_by_its_number(project):
    """Its number finds its source; one that is no lesson's is an error with those that are."""
    assert find_sources(project.root, [2]) == [project.path]
    with pytest.raises(AuthoringError, match=r"no lesson \[7\].*: \[2\]"):
        find_sources(project.root, [2, 7])


STDERR = {"output_type": "stream", "name": "stderr", "text": "careful\n"}
ADDRESS = {"output_type": "display_data", "data": {"text/plain": "<Pool at 0x7f0acd0123>"}}
WIDGET = {"output_type": "display_data"}
WIDGET |= {"data": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}}}
ERROR = {"output_type": "error", "ename": "OSError", "evalue": "", "traceback": []}
CODE = "02_pool.ipynb: “print(current_language())”"
# what is changed in the English notebook, and what the one line names
STALE = {
    "text": (lambda p: p.set("en", 4, source=["Clock."]), "02_pool.ipynb: “The clock.”"),
    "code": (lambda p: p.set("en", 3, source=["6"]), CODE),
    "tags": (lambda p: p.set("en", 3, metadata={"tags": ["exercise"]}), CODE),
    "a new cell": (lambda p: p.insert("en", 6, "markdown", "New."), "02_pool.ipynb: “New.”"),
    "a removed cell": (lambda p: p.remove("en", 4), "02_pool.ipynb: “The clock.”"),
    "unexecuted": (lambda p: p.set("en", 3, execution_count=None), CODE),
    "out of order": (lambda p: p.set("en", 3, execution_count=7), CODE),
    "ignored output": (lambda p: p.set("en", 5, outputs=[STDERR]), "02_pool.ipynb: “import time”"),
    "stored error": (lambda p: p.set("en", 3, outputs=[ERROR]), CODE),
    "an address": (lambda p: p.set("en", 3, outputs=[ADDRESS | {"metadata": {}}]), CODE),
    "a widget": (lambda p: p.set("en", 3, outputs=[WIDGET | {"metadata": {}}]), CODE),
    "form": (lambda p: p.set("en", 3, source="print(current_language())\n6 * 7"), ": the file"),
    "version": (lambda p: p.write("en", p.read("en")), "02_pool.ipynb: the file"),
    "not a notebook": (lambda p: p.paths["en"].write_text("{}"), "is not a Jupyter notebook"),
    "missing": (lambda p: p.paths["en"].unlink(), "02_pool.ipynb: it is missing"),
    "left over": (lambda p: (p.root / "notebooks/en/01_x.ipynb").touch(), "en/01_x.ipynb: "),
    "a wrong source": (lambda p: p.replace_in_source("fragment", "page"), "02_pool_map.md:"),
}


@pytest.mark.parametrize("case", STALE)
def test_each_kind_of_staleness_is_named(project, case):
    """What differs from its build in one thing gives one line, and looking writes nothing."""
    change, expected = STALE[case]
    assert project.stale() == []
    change(project)
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*")}
    (line,) = project.stale()
    assert expected in line
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*")} == before


def test_replacing_a_file_is_all_or_nothing(tmp_path):
    """A text that cannot be written leaves the old file and no other."""
    path = tmp_path / "a.txt"
    replace_file(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\ud800")
    assert path.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [path]
