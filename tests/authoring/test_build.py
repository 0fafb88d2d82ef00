"""Building: the same bytes every time, nothing half done, and everything stale caught by name."""

import json

import nbformat
import pytest
from small_project import SOURCE, Project

from helpers.authoring import build as build_module
from helpers.authoring.absorb import absorb
from helpers.authoring.build import build, find_sources, find_stale
from helpers.authoring.errors import AuthoringError
from helpers.authoring.notebooks import execute, make_notebook, output_problem, replace_file
from helpers.authoring.sources import read_lesson


def test_the_built_notebooks_are_executed_and_fresh(executed):
    """Both notebooks are valid, executed in their language, in their folder, and not stale."""
    for language in ("es", "en"):
        nbformat.validate(nbformat.from_dict(executed.read(language)))
        cells = executed.read(language)["cells"]
        assert cells[3]["outputs"][0]["text"] == [f"{language}\n"]
        assert cells[3]["outputs"][1]["data"]["text/plain"] == ["42"]
        assert [c["execution_count"] for c in cells if c["cell_type"] == "code"] == [1, 2, 3]
    assert executed.stale() == []


def test_two_builds_give_the_same_bytes(executed):
    """A second build by another kernel leaves every byte as it was, and no other file."""
    before = executed.paths["en"].read_bytes()
    files = sorted(executed.root.rglob("*"))
    build(executed.root, languages=["en"], say=lambda line: None)
    assert executed.paths["en"].read_bytes() == before
    assert sorted(executed.root.rglob("*")) == files


def test_ignored_outputs_are_dropped_and_their_count_kept(executed):
    """The cell tagged for it shows a time: its output is not stored, its count is."""
    cell = executed.read("es")["cells"][5]
    assert cell["outputs"] == []
    assert cell["execution_count"] == 3


def test_the_languages_differ_in_text_and_start_alone(project):
    """Ids, code, tags and slide types are the same in both; ``lang`` is in neither."""
    es, en = (project.read(language)["cells"] for language in ("es", "en"))
    assert [cell["id"] for cell in es] == [cell["id"] for cell in en]
    assert [cell["metadata"] for cell in es] == [cell["metadata"] for cell in en]
    assert not any("lang" in cell["metadata"] for cell in es)
    assert es[1]["source"][-1] == 'start("es")'
    assert en[1]["source"][-1] == 'start("en")'
    assert [es[i]["source"] for i in (3, 5)] == [en[i]["source"] for i in (3, 5)]


def test_the_first_text_ends_with_a_link_to_the_twin(project):
    """The link leads to the other notebook, in that notebook's language, and stands once."""
    links = {
        "es": "[Read this lesson in English](../en/02_pool.ipynb)",
        "en": "[Leer esta lección en español](../es/02_grupo.ipynb)",
    }
    for language, link in links.items():
        assert project.texts(language)[0].endswith(f"\n\n{link}")
        assert sum(link in text for text in project.texts(language)) == 1
        course = project.read(language)["metadata"]["course"]
        assert (course["source"], course["language"]) == ("02_pool_map.md", language)
        assert course["twin"] in link


def test_ids_are_stable_in_the_notebook(project):
    """A change to one cell of the source leaves the ids of its neighbours in both notebooks."""
    before = [cell["id"] for cell in project.read("es")["cells"]]
    project.replace_in_source("El reloj.", "El reloj de pared.")
    project.build()
    after = [cell["id"] for cell in project.read("es")["cells"]]
    assert [old == new for old, new in zip(before, after, strict=True)] == [
        True, True, True, True, False, True,
    ]  # fmt: skip
    assert after == [cell["id"] for cell in project.read("en")["cells"]]


FAILURES = {
    "raises": ("1 / 0", 120, "it raises ZeroDivisionError: division by zero. Mend"),
    "raises a sentence": ('raise OSError("No.")', 120, "it raises OSError: No. Mend"),
    "too long": ("import time; time.sleep(60)", 1, "it takes longer than 1 s"),
    "kernel ends": ("import os; os._exit(3)", 120, "the kernel ended"),
}


@pytest.mark.parametrize("case", FAILURES)
def test_a_failing_cell_is_named_and_the_old_notebook_stays(project, monkeypatch, case):
    """A cell that fails names lesson, language and cell; the file and its folder are untouched."""
    code, timeout_s, expected = FAILURES[case]
    before = project.paths["en"].read_bytes()
    project.replace_in_source("6 * 7", code)
    monkeypatch.setattr(build_module, "execute", lambda *a: execute(*a, timeout_s=timeout_s))
    with pytest.raises(AuthoringError) as error:
        build(project.root, languages=["en"])
    (line,) = error.value.problems
    assert line.startswith(f"02_pool_map.md (en), cell “print(current_language())”: {expected}")
    assert project.paths["en"].read_bytes() == before
    assert [path.name for path in project.paths["en"].parent.iterdir()] == ["02_pool.ipynb"]


def test_one_failing_lesson_does_not_stop_the_others(project):
    """Where one source is wrong, the others are built, and the error names the wrong one."""
    text = SOURCE.replace("02_grupo", "03_x").replace("02_pool", "03_x")
    (project.source.parent / "03_x.md").write_text(text, encoding="utf-8")
    project.replace_in_source('start("es")', "pass")
    lines: list[str] = []
    with pytest.raises(AuthoringError, match=r"^02_pool_map\.md: there are 0 calls"):
        build(project.root, say=lines.append)
    assert lines == ["built: notebooks/es/03_x.ipynb", "built: notebooks/en/03_x.ipynb"]


EDITED = {
    "text": lambda p: p.change("en", "The clock.", "The time."),
    "tag": lambda p: edit(p, "en", lambda n: n["cells"][3].update(metadata={"tags": ["exercise"]})),
    "new cell": lambda p: p.insert("en", 4, "markdown", "New."),
    "removed cell": lambda p: p.remove("en", 5),
    "moved cell": lambda p: p.move("en", 4, 2),
    "not a notebook": lambda p: p.paths["en"].write_text("<<<<<<< HEAD\n{", encoding="utf-8"),
    "no metadata": lambda p: edit(p, "en", lambda n: n["metadata"].pop("course")),
}


@pytest.mark.parametrize("case", EDITED)
def test_what_was_edited_is_kept_when_a_build_replaces_it(project, case):
    """Edits that are not in the source are kept in files of their own, which the build names."""
    lines: list[str] = []
    contents = []
    for number in (1, 2):
        EDITED[case](project)
        contents.append(project.paths["en"].read_bytes())
        build(project.root, say=lines.append)
        assert f"notebooks/en/02_pool.ipynb.{number}.bak" in lines[-1]
    copies = [project.root / f"notebooks/en/02_pool.ipynb.{number}.bak" for number in (1, 2)]
    assert [copy.read_bytes() for copy in copies] == contents
    assert project.stale() == []


def test_a_kept_copy_can_be_absorbed(project):
    """What the build says of the copy works: its edit reaches the source, and then the notebook."""
    project.change("en", "The clock.", "The time.")
    project.build()
    absorb(project.root, project.root / "notebooks/en/02_pool.ipynb.1.bak", say=lambda line: None)
    project.build()
    assert "The time." in project.texts("en")
    assert len(list(project.root.rglob("*.bak"))) == 1


def test_what_was_not_edited_is_not_kept(project):
    """Outputs, another form, an older source, or an edit that the source has too: no copy."""
    edit(project, "en", lambda n: n["cells"][3].update(execution_count=9))
    project.replace_in_source("El reloj.", "La hora.")
    project.build()
    project.change("en", "The clock.", "The time.")
    project.replace_in_source("The clock.", "The time.")
    project.build()
    assert list(project.root.rglob("*.bak")) == []


def test_two_lessons_may_not_build_the_same_notebook(project):
    """A copied source that kept the names of its notebooks is named, and does not overwrite."""
    (project.source.parent / "03_copy.md").write_text(SOURCE, encoding="utf-8")
    with pytest.raises(AuthoringError, match=r"03_copy\.md: 02_pool_map\.md builds 02_grupo"):
        project.build()


def test_what_waits_for_its_translation_is_not_built(project):
    """A lesson with a marked text is refused by name, and its notebooks stay as they were."""
    before = project.paths["es"].read_bytes()
    project.replace_in_source("The clock.", "TRANSLATE: El reloj.")
    with pytest.raises(AuthoringError, match=r"02_pool_map\.md: the cell “TRANSLATE: El reloj\.”"):
        project.build()
    assert project.paths["es"].read_bytes() == before


@pytest.mark.parametrize(
    ("output", "expected"),
    [
        ({"output_type": "stream", "name": "stderr", "text": "careful\n"}, "stderr: careful"),
        ({"output_type": "error", "ename": "OSError", "evalue": ""}, "raises OSError"),
        (
            {"output_type": "execute_result", "data": {"text/plain": "<Pool at 0x7f0acd0123>"}},
            "changes with each build",
        ),
        (
            {
                "output_type": "display_data",
                "data": {"application/vnd.jupyter.widget-view+json": {"model_id": "1"}},
            },
            "changes with each build",
        ),
        ({"output_type": "stream", "name": "stdout", "text": "at 0 seconds\n"}, ""),
    ],
)
def test_outputs_that_must_not_be_stored(output, expected):
    """Errors, stderr, addresses and widgets are no outputs of a built notebook; text is."""
    cell = nbformat.from_dict({"metadata": {}, "outputs": [output]})
    reason = output_problem(cell)
    assert expected in reason
    assert bool(reason) == bool(expected)


def test_ignored_outputs_may_change_but_not_fail():
    """The tag excuses a widget, and excuses neither an error nor stderr."""
    tagged = {"tags": ["nbval-ignore-output"]}
    widget = {"data": {"application/vnd.jupyter.widget-view+json": {}}}
    stderr = {"output_type": "stream", "name": "stderr", "text": "careful"}
    cell = nbformat.from_dict({"metadata": tagged, "outputs": [widget]})
    assert output_problem(cell) == ""
    cell = nbformat.from_dict({"metadata": tagged, "outputs": [stderr]})
    assert "stderr" in output_problem(cell)


@pytest.mark.parametrize("name", ["2", "02", "02_pool_map", "02_pool_map.md"])
def test_a_lesson_is_named_by_number_or_name(project, name):
    """All usual ways to name the lesson find its source."""
    assert find_sources(project.root, [name]) == [project.source]


def test_an_unknown_lesson_is_named(project):
    """Names that are no lesson's are all told, with those that are."""
    with pytest.raises(AuthoringError) as error:
        find_sources(project.root, ["2", "7", "pool"])
    assert [line[:22] for line in error.value.problems] == [
        "There is no lesson '7'",
        "There is no lesson 'po",
    ]
    assert "02_pool_map" in error.value.problems[0]


def test_a_fresh_project_has_nothing_stale_and_checking_writes_nothing(project):
    """After a build nothing is stale, and looking for it touches no file."""
    before = {path: path.stat().st_mtime_ns for path in project.root.rglob("*")}
    assert find_stale(project.root) == []
    assert {path: path.stat().st_mtime_ns for path in project.root.rglob("*")} == before


def edit(project: Project, language: str, change) -> None:
    """Change the built notebook and write it as the build does."""
    notebook = project.read(language)
    change(notebook)
    text = json.dumps(notebook, indent=1, ensure_ascii=False)
    project.paths[language].write_text(f"{text}\n", encoding="utf-8")


def test_a_changed_source_is_stale_in_both_languages(project):
    """A text changed in one language of the source names that cell in both notebooks."""
    project.replace_in_source("The clock.", "The big clock.")
    lines = project.stale()
    assert len(lines) == 2
    assert lines[0].startswith("es/02_grupo.ipynb: the cell “El reloj.” is not the one")
    assert lines[1].startswith("en/02_pool.ipynb: the cell “The big clock.” is not the one")


def test_a_cell_missing_in_the_notebook_is_stale(project):
    """A cell that the source got since the build is named as missing, and nothing else is."""
    project.replace_in_source(
        "```{code-cell} ipython3\nprint",
        "```{code-cell} ipython3\n1\n```\n\n```{code-cell} ipython3\nprint",
    )
    lines = project.stale()
    assert [line.partition(":")[0] for line in lines] == ["es/02_grupo.ipynb", "en/02_pool.ipynb"]
    assert all("the cell “1” of the source is missing" in line for line in lines)


STALE = {
    "text": (lambda n: n["cells"][4].update(source=["Clock."]), "the cell “The clock.” is not the"),
    "code": (lambda n: n["cells"][3].update(source=["6"]), "“print(current_language())” is"),
    "tags": (lambda n: n["cells"][3].update(metadata={"tags": ["exercise"]}), "is not the one"),
    "extra cell": (
        lambda n: n["cells"].append({**n["cells"][4], "id": "new", "source": ["New."]}),
        "the cell “New.” is not in the source",
    ),
    "cell removed": (lambda n: n["cells"].pop(4), "the cell “The clock.” of the source is missing"),
    "duplicate": (lambda n: n["cells"].append(n["cells"][4]), "“The clock.” is not in the"),
    "unexecuted": (
        lambda n: n["cells"][3].update(execution_count=None),
        "the cell “print(current_language())” was never executed",
    ),
    "out of order": (lambda n: n["cells"][3].update(execution_count=7), "count 7 instead of 2"),
    "ignored output": (
        lambda n: n["cells"][5].update(
            outputs=[{"output_type": "stream", "name": "stdout", "text": ["1.5\n"]}]
        ),
        "the cell “import time” stores outputs in spite of its tag nbval-ignore-output",
    ),
    "stored error": (
        lambda n: n["cells"][3].update(
            outputs=[{"output_type": "error", "ename": "OSError", "evalue": "", "traceback": []}]
        ),
        "the cell “print(current_language())” stores an output that it must not have",
    ),
    "twin": (lambda n: n["metadata"]["course"].update(twin="x"), "the metadata or the form"),
    "version": (lambda n: n["metadata"].update(language_info={"version": "3.13"}), "the metadata"),
    "form": (lambda n: n["cells"][3].update(source="print(current_language())\n6 * 7"), "the form"),
    "not json": (lambda n: n.clear(), "is not a Jupyter notebook"),
}  # fmt: skip


@pytest.mark.parametrize("case", STALE)
def test_each_kind_of_staleness_is_named(project, case):
    """A notebook that differs from its build in one thing gives one line, with that thing."""
    change, expected = STALE[case]
    edit(project, "en", change)
    (line,) = project.stale()
    assert line.startswith("en/02_pool.ipynb: ")
    assert expected in line


def test_missing_and_left_over_notebooks_are_stale(project):
    """A notebook that is not there, and one that no source builds, are both named."""
    project.paths["es"].rename(project.paths["es"].with_name("01_viejo.ipynb"))
    lines = project.stale()
    assert [line.partition(":")[0] for line in lines] == ["es/02_grupo.ipynb", "es/01_viejo.ipynb"]
    assert "the notebook is missing" in lines[0]
    assert "no source builds this notebook" in lines[1]


def test_a_source_in_another_form_is_stale(project):
    """A source that Jupytext would write otherwise is named, though its notebooks are fresh."""
    project.replace_in_source("tags: [nbval-ignore-output]", "tags:\n  - nbval-ignore-output")
    (line,) = project.stale()
    assert line.startswith("02_pool_map.md: it is not in the form that Jupytext writes")


def test_a_wrong_source_is_stale(project):
    """A source that cannot be built is named, and its notebooks are not called left over."""
    project.replace_in_source('start("es")', "pass")
    (line,) = project.stale()
    assert line.startswith("02_pool_map.md: there are 0 calls")


def test_one_language_alone(project):
    """Where one language is asked for, the other one's notebooks are not looked at."""
    project.paths["es"].unlink()
    assert find_stale(project.root, languages=["en"]) == []
    assert len(find_stale(project.root, languages=["es"])) == 1


def test_replacing_a_file_is_all_or_nothing(tmp_path):
    """A text that cannot be written leaves the old file and no other."""
    path = tmp_path / "a.txt"
    replace_file(path, "old\n")
    with pytest.raises(UnicodeEncodeError):
        replace_file(path, "\ud800")
    assert path.read_bytes() == b"old\n"
    assert list(tmp_path.iterdir()) == [path]


def test_making_a_notebook_twice_gives_the_same(project):
    """Nothing random is in a notebook before it is executed."""
    lesson = read_lesson(project.source)
    assert make_notebook(lesson, "es") == make_notebook(lesson, "es")
