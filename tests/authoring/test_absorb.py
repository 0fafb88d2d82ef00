"""Absorbing: each kind of edit in a built notebook reaches the source, and none is lost."""

import pytest
from small_project import SOURCE, Project

from helpers.authoring.absorb import absorb
from helpers.authoring.errors import AuthoringError
from helpers.language import message

LINKS = {
    "es": "[Read this lesson in English](../en/02_pool.ipynb)",
    "en": "[Leer esta lección en español](../es/02_grupo.ipynb)",
}


def source(project: Project) -> str:
    """Return the text of the source."""
    return project.source.read_text(encoding="utf-8")


def check_kept(project: Project, language: str) -> None:
    """Build, and check that the notebook has the very texts that it was edited to have."""
    edited = project.texts(language)
    project.build()
    assert project.texts(language) == edited
    assert project.stale() == []


@pytest.mark.parametrize(
    ("language", "old", "new"), [("es", "El reloj.", "La hora."), ("en", "The clock.", "The time.")]
)
def test_an_edited_text_changes_its_language_alone(project, language, old, new):
    """The new text replaces the old one in the source; nothing else of it changes."""
    project.change(language, old, new)
    lines = project.absorb(language)
    assert source(project) == SOURCE.replace(old, new)
    assert len(lines) == 1
    assert lines[0].startswith(f"text changed ({language}): “{new}”")
    check_kept(project, language)


@pytest.mark.parametrize("language", ["es", "en"])
def test_edited_code_reaches_both_languages(project, language):
    """Code edited in either notebook is in both after the next build."""
    project.change(language, "6 * 7", "6 * 8  # ñ")
    assert project.absorb(language) == ["code changed: “print(current_language())”"]
    assert source(project) == SOURCE.replace("6 * 7", "6 * 8  # ñ")
    check_kept(project, language)
    assert project.texts("es")[3] == project.texts("en")[3]


@pytest.mark.parametrize("language", ["es", "en"])
def test_an_answer_given_in_class_is_not_taken(project, language):
    """An answered exercise keeps its dots in the source; other edits are taken."""
    exercise = "```{code-cell} ipython3\n:tags: [exercise]\n\nanswer = ...\n```\n"
    project.write_source(f"{SOURCE}\n{exercise}")
    project.build()
    project.change(language, "answer = ...", "answer = 42")
    project.change(language, "6 * 7", "6 * 8")
    lines = project.absorb(language)
    assert [line.split(":")[0] for line in lines] == ["code changed", "answered exercise"]
    assert source(project) == f"{SOURCE}\n{exercise}".replace("6 * 7", "6 * 8")
    project.build()
    assert "answer = ..." in project.texts(language)


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("one = ...", "one = 1"),
        ("two = ...", 'two = "and so on..."  # ...'),
        ("one = ...", 'one = "\\d"'),
        ("one = ...", "one = (1"),
        ("one = ...\ntwo = ...", "one = 1\ntwo = 2"),
    ],
)
def test_an_exercise_that_is_answered_in_part_is_not_taken(project, old, new):
    """Where one of several dots is left, or a comment has some, or it does not parse: the same."""
    exercise = "```{code-cell} ipython3\n:tags: [exercise]\n\none = ...\ntwo = ...\n```\n"
    project.write_source(f"{SOURCE}\n{exercise}")
    project.build()
    project.change("en", old, new)
    (line,) = project.absorb("en")
    assert line.startswith("answered exercise")
    assert source(project) == f"{SOURCE}\n{exercise}"


def test_an_exercise_may_be_reworded(project):
    """An exercise whose dots are still there is taken as any other code."""
    exercise = "```{code-cell} ipython3\n:tags: [exercise]\n\nanswer = ...\n```\n"
    project.write_source(f"{SOURCE}\n{exercise}")
    project.build()
    project.change("es", "answer = ...", "mine = ...")
    assert project.absorb("es") == ["code changed: “mine = ...”"]
    check_kept(project, "es")


def test_the_setup_cell_keeps_its_language(project):
    """An edit of the English setup cell is taken without its ``start("en")``."""
    project.change("en", 'start("en")', 'start("en")\nprint(1)')
    project.absorb("en")
    assert source(project) == SOURCE.replace('start("es")', 'start("es")\nprint(1)')
    check_kept(project, "en")
    assert 'start("es")\nprint(1)' in project.texts("es")[1]


@pytest.mark.parametrize("language", ["es", "en"])
def test_the_twin_link_is_not_taken(project, language):
    """An edit of the first text is taken without the link that the build put under it."""
    old, new = {"es": ("Palabras.", "Más palabras."), "en": ("Words.", "More words.")}[language]
    project.change(language, old, new)
    project.absorb(language)
    assert source(project) == SOURCE.replace(old, new)
    check_kept(project, language)


def test_the_twin_link_is_not_taken_from_a_cell_of_its_own(project):
    """A link that stands alone after its cell was split is not a text of the lesson."""
    project.change("es", f"\n\n{LINKS['es']}", "")
    project.insert("es", 1, "markdown", LINKS["es"])
    assert project.absorb("es") == ["nothing to take"]
    assert source(project) == SOURCE


def test_new_code_goes_in_once(project):
    """A new code cell stands once in the source, at its place, and then in both notebooks."""
    project.insert("en", 3, "code", "7 * 7")
    assert project.absorb("en") == ["new code: “7 * 7”"]
    after = "## A square\n\n"
    assert source(project) == SOURCE.replace(
        after, f"{after}```{{code-cell}} ipython3\n7 * 7\n```\n\n"
    )
    check_kept(project, "en")
    assert project.texts("es")[3] == "7 * 7"


def test_a_new_text_waits_for_its_translation(project):
    """A new text goes in with a marked pair; build refuses it by name until it is translated."""
    project.insert("es", 5, "markdown", "Texto nuevo.\n\nSigue.")
    (line,) = project.absorb("es")
    assert "new text (es): “Texto nuevo.”" in line
    assert '{"lang": "en"}\n\nTRANSLATE: Texto nuevo.\n\nSigue.\n' in source(project)
    with pytest.raises(AuthoringError, match=r"02_pool_map\.md: .*“TRANSLATE: Texto nuevo\.”"):
        project.build()
    assert any("TRANSLATE: Texto nuevo." in line for line in project.stale())
    project.replace_in_source("TRANSLATE: Texto nuevo.\n\nSigue.", "New text.")
    check_kept(project, "es")
    assert project.texts("en")[5] == "New text."


def test_a_new_text_written_in_both_notebooks_is_one_pair(project):
    """Who adds a cell to both notebooks gives both halves of one pair; nothing is left to do."""
    for language, texts in {"es": ("Uno.", "Dos."), "en": ("One.", "Two.")}.items():
        project.insert(language, 5, "markdown", texts[0])
        project.insert(language, 6, "markdown", texts[1])
    project.absorb("es")
    lines = project.absorb("en")
    assert [line[:35] for line in lines] == ["translation that was wanting (en): “"[:35]] * 2
    assert "TRANSLATE" not in source(project)
    check_kept(project, "es")
    assert project.texts("en")[5:7] == ["One.", "Two."]


def test_new_code_written_in_both_notebooks_goes_in_once(project):
    """The same new code cell in both notebooks is one cell of the source."""
    project.insert("es", 4, "code", "7 * 7")
    project.insert("en", 4, "code", "7 * 7")
    project.absorb("es")
    assert project.absorb("en") == ["nothing to take"]
    assert source(project).count("7 * 7") == 1


@pytest.mark.parametrize(("position", "name"), [(4, "El reloj."), (3, "print(current_language())")])
def test_a_removed_cell_is_removed_in_both_languages(project, position, name):
    """A cell deleted in one notebook is gone from the source, and after a build from both."""
    project.remove("en", position)
    assert project.absorb("en") == [f"cell removed, in both languages: “{name}”"]
    assert name not in source(project)
    check_kept(project, "en")
    assert len(project.texts("es")) == 5


@pytest.mark.parametrize("new_id", [False, True])
def test_a_moved_cell_moves_with_its_pair(project, new_id):
    """A text dragged, or cut and pasted, to another place takes its translation with it."""
    project.move("es", 4, 2, new_id)
    assert project.absorb("es") == ["cell moved: “El reloj.”"]
    check_kept(project, "es")
    assert project.texts("en")[2] == "The clock."
    assert source(project).index("The clock.") < source(project).index("## Un cuadrado")


def test_changed_tags_and_slide_type_are_taken(project):
    """A tag and a slide type set in JupyterLab reach the source, both cells of a pair alike."""
    notebook = project.read("en")
    notebook["cells"][3]["metadata"] = {"tags": ["exercise"]}
    notebook["cells"][4]["metadata"] = {"editable": True, "slideshow": {"slide_type": "notes"}}
    project.write("en", notebook)
    assert len(project.absorb("en")) == 2
    assert ":tags: [exercise]\n\nprint(current_language())" in source(project)
    assert source(project).count('"slideshow": {"slide_type": "notes"}') == 2
    check_kept(project, "en")


def test_what_jupyterlab_writes_by_itself_is_no_edit(project):
    """Opening, running and saving a notebook, an empty cell at its end: nothing to take."""
    notebook = project.read("es")
    for cell in notebook["cells"]:
        cell["metadata"] |= {"editable": True, "tags": cell["metadata"].get("tags", [])}
    notebook["cells"][3] |= {
        "execution_count": 12,
        "outputs": [{"output_type": "stream", "name": "stdout", "text": ["en\n"]}],
    }
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3.13"
    project.write("es", notebook)
    project.insert("es", 6, "code", "")
    assert project.absorb("es") == ["nothing to take"]
    assert source(project) == SOURCE


def test_many_edits_at_once(project):
    """Text, code, a new cell, a removed one and a move, in one notebook, are all taken."""
    project.change("en", "A square", "A cube")
    project.change("en", "6 * 7", "6 ** 3")
    project.remove("en", 5)
    project.insert("en", 2, "code", "1 + 1")
    project.move("en", 5, 2)
    lines = project.absorb("en")
    assert sorted(line.partition(":")[0] for line in lines) == [
        "cell moved",
        "cell removed, in both languages",
        "code changed",
        "new code",
        "text changed (en)",
    ]
    check_kept(project, "en")


def test_edits_of_both_notebooks_are_taken_one_after_the_other(project):
    """One pair edited in both notebooks, other edits beside it: no build between, none lost."""
    project.change("es", "El reloj.", "La hora.")
    project.change("es", "6 * 7", "6 * 8")
    project.insert("es", 6, "code", "1 + 1")
    project.change("en", "The clock.", "The time.")
    project.change("en", "A square", "A cube")
    project.absorb("es")
    assert len(project.absorb("en")) == 2
    expected = SOURCE.replace("El reloj.", "La hora.").replace("The clock.", "The time.")
    expected = expected.replace("A square", "A cube").replace("6 * 7", "6 * 8")
    assert source(project) == expected + "\n```{code-cell} ipython3\n1 + 1\n```\n"
    check_kept(project, "es")


def test_a_notebook_can_be_absorbed_again_and_again(project):
    """Further edits of the same cells are taken without a build; no edits, nothing to take."""
    project.insert("es", 5, "markdown", "Nuevo.")
    project.change("es", "El reloj.", "La hora.")
    project.change("es", "6 * 7", "6 * 8")
    assert len(project.absorb("es")) == 3
    assert project.absorb("es") == ["nothing to take"]
    project.change("es", "Nuevo.", "Muy nuevo.")
    project.change("es", "La hora.", "La hora exacta.")
    project.change("es", "6 * 8", "6 * 9")
    assert len(project.absorb("es")) == 3
    assert all(text in source(project) for text in ("Muy nuevo.", "La hora exacta.", "6 * 9"))
    project.remove("es", 5)
    project.absorb("es")
    assert "TRANSLATE" not in source(project)
    check_kept(project, "es")


def test_what_the_source_got_since_the_build_is_kept(project):
    """Texts, code, tags and cells that changed in the source meanwhile survive an absorb."""
    project.change("es", "El reloj.", "La hora.")
    project.replace_in_source("The clock.", "The time.")
    project.replace_in_source("## Un cuadrado", "## Un gran cuadrado")
    project.replace_in_source("6 * 7", "6 * 8")
    project.replace_in_source("fragment", "subslide")
    project.write_source(source(project) + "\n```{code-cell} ipython3\n1 + 1\n```\n")
    before = source(project)
    assert len(project.absorb("es")) == 1
    assert source(project) == before.replace("El reloj.", "La hora.")
    assert project.absorb("es") == ["nothing to take"]
    assert source(project) == before.replace("El reloj.", "La hora.")


@pytest.mark.parametrize(
    ("in_notebook", "in_source", "cell"),
    [
        (("El reloj.", "La hora."), ("El reloj.", "El tiempo."), "La hora."),
        (("6 * 7", "6 * 8"), ("6 * 7", "6 * 9"), "print(current_language())"),
    ],
)
def test_a_cell_changed_on_both_sides_is_a_conflict(project, in_notebook, in_source, cell):
    """Two different edits of one cell are named; neither the source nor the notebook is touched."""
    project.change("es", *in_notebook)
    project.replace_in_source(*in_source)
    before = source(project), project.paths["es"].read_bytes()
    with pytest.raises(AuthoringError) as error:
        project.absorb("es")
    assert error.value.problems == [
        message("authoring.both_changed", file="02_pool_map.md", cell=cell)
    ]
    assert (source(project), project.paths["es"].read_bytes()) == before


def test_a_cell_removed_here_and_changed_there_is_a_conflict(project):
    """A cell deleted in the notebook is not deleted where its other text was edited meanwhile."""
    project.remove("es", 4)
    project.replace_in_source("The clock.", "The time.")
    with pytest.raises(AuthoringError, match=r"“El reloj\.” changed in the notebook and in the"):
        project.absorb("es")
    assert "The time." in source(project)


def test_cells_moved_on_both_sides_are_a_conflict(project):
    """Two different orders are named, and the source keeps its own."""
    project.move("es", 4, 2)
    pair = '+++ {"lang": "es"}\n\nEl reloj.\n\n+++ {"lang": "en"}\n\nThe clock.\n\n'
    project.replace_in_source(pair, "")
    project.write_source(f"{source(project)}\n{pair}")
    before = source(project)
    with pytest.raises(AuthoringError, match="cells were moved in the notebook and in the source"):
        project.absorb("es")
    assert source(project) == before


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        (lambda p: p.remove("es", 1), "there are 0 calls"),
        (lambda p: p.insert("es", 4, "raw", "Raw."), "“Raw.” is a raw cell"),
        (lambda p: p.change("es", "El reloj.", "El reloj.\n\n+++\n\nMás."), "cannot hold the cell"),
        (lambda p: p.change("es", "El reloj.", "```{code-cell}\n1\n```"), "cannot hold the cell"),
    ],
)
def test_an_edit_that_no_source_can_hold_is_refused(project, change, expected):
    """What would break the source is an error, before anything is written."""
    change(project)
    before = project.paths["es"].read_bytes()
    with pytest.raises(AuthoringError, match=expected):
        project.absorb("es")
    assert source(project) == SOURCE
    assert project.paths["es"].read_bytes() == before


@pytest.mark.parametrize(
    "text", ["--- \nnot: yaml\n", ":a: b\n", "```\nnested\n```\n", "%time 1\n"]
)
def test_code_that_looks_like_the_format_is_taken_as_it_is(project, text):
    """Code that begins as metadata do, has a fence or a magic, comes back letter for letter."""
    project.insert("en", 4, "code", text)
    project.absorb("en")
    project.build()
    assert project.texts("es")[4] == text.strip()


def without(notebook: dict, key: str) -> dict:
    """Return ``notebook`` without a key of its metadata."""
    del notebook["metadata"][key]
    return notebook


def test_a_file_that_is_no_built_notebook_is_named(project, tmp_path):
    """No file, no JSON, other JSON, no ``course``, no source: each error says which."""
    path = project.paths["es"]
    notebook = project.read("es")
    foreign = {**notebook["metadata"], "course": {"source": "../../x.md", "language": "es"}}
    gone = {**notebook["metadata"], "course": {"source": "09_x.md", "language": "es"}}
    for content, expected in (
        (without(project.read("es"), "course"), "does not say which lesson"),
        ({**notebook, "metadata": foreign}, "does not say which lesson"),
        ({**notebook, "metadata": gone}, r"09_x\.md, which does not exist"),
        ({**notebook, "nbformat": 3}, "not a Jupyter notebook that can be read"),
        ({"metadata": {}}, "not a Jupyter notebook that can be read"),
    ):
        project.write("es", content)
        with pytest.raises(AuthoringError, match=expected):
            project.absorb("es")
    path.write_text("<<<<<<< HEAD\n{", encoding="utf-8")
    with pytest.raises(AuthoringError, match="not a Jupyter notebook that can be read"):
        project.absorb("es")
    with pytest.raises(AuthoringError, match=r"none\.ipynb could not be read"):
        absorb(project.root, tmp_path / "none.ipynb")
    assert source(project) == SOURCE


def test_a_wrong_source_is_not_written_over(project):
    """An edit is not taken into a source that has errors: they are named first."""
    project.change("es", "El reloj.", "La hora.")
    project.replace_in_source('start("es")', "pass")
    before = source(project)
    with pytest.raises(AuthoringError, match="there are 0 calls"):
        project.absorb("es")
    assert source(project) == before


# ---- notebooks whose cells lost their ids


def _renumbered(notebook):
    for number, cell in enumerate(notebook["cells"]):
        cell["id"] = str(number)


def _old_format(notebook):
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]


def _stripped(notebook):
    _renumbered(notebook)
    for cell in notebook["cells"]:
        cell["metadata"] = {}
        if cell["cell_type"] == "code":
            cell.update(outputs=[], execution_count=None)


LOST = [_renumbered, _old_format, _stripped]


@pytest.mark.parametrize("lose", LOST)
@pytest.mark.parametrize("language", ["es", "en"])
def test_edits_of_a_notebook_without_ids(project, language, lose):
    """A text, code, a new cell and a removed one are taken all the same, each by its content."""
    clock = {"es": "El reloj.", "en": "The clock."}[language]
    project.change(language, clock, f"{clock} Tic.")
    project.change(language, "6 * 7", "6 * 8")
    project.insert(language, 2, "code", "new = 1")
    notebook = project.read(language)
    lose(notebook)
    project.write(language, notebook)
    lines = project.absorb(language)
    assert len(lines) == 3, lines
    expected = SOURCE.replace("6 * 7", "6 * 8").replace(clock, f"{clock} Tic.")
    for part in expected.split("+++"):
        assert part.strip() in source(project)
    assert "new = 1" in source(project)
    project.build()
    assert project.stale() == []


@pytest.mark.parametrize("lose", LOST)
def test_a_cell_that_moved_or_went_without_ids(project, lose):
    """An unedited cell is found where it was moved to, and one that was removed goes."""
    project.move("es", 5, 1)
    notebook = project.read("es")
    lose(notebook)
    project.write("es", notebook)
    assert [line[:10] for line in project.absorb("es")] == ["cell moved"]
    project.build()
    project.remove("es", 3)
    notebook = project.read("es")
    lose(notebook)
    project.write("es", notebook)
    assert len(project.absorb("es")) == 1


@pytest.mark.parametrize("lose", LOST)
def test_what_cannot_be_matched_is_left_alone(project, lose):
    """It is named, with what to do; neither the notebook nor the source is changed."""
    project.change("es", "El reloj.", "Otra cosa, del todo distinta de lo que había ahí.")
    project.insert("es", 5, "markdown", "Y una celda nueva al lado, que nadie conoce.")
    notebook = project.read("es")
    lose(notebook)
    project.write("es", notebook)
    before = project.paths["es"].read_bytes()
    with pytest.raises(AuthoringError, match="Nothing was changed") as told:
        project.absorb("es")
    assert project.source.name in str(told.value)
    assert source(project) == SOURCE
    assert project.paths["es"].read_bytes() == before


@pytest.mark.parametrize("lose", [lambda notebook: None, *LOST])
def test_a_build_never_erases_an_edit(project, lose):
    """A notebook with an edit that is not in the source is left alone; what to do is said."""
    project.change("es", "El reloj.", "La hora.")
    notebook = project.read("es")
    lose(notebook)
    project.write("es", notebook)
    with pytest.raises(AuthoringError, match="absorb") as told:
        project.build()
    assert "La hora." in str(told.value)
    assert "La hora." in project.texts("es")
    project.absorb("es")
    project.build()
    assert "La hora." in source(project)
