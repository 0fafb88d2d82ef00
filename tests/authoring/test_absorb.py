"""Absorbing: each kind of edit in a built notebook reaches the source, and none is lost."""

import uuid

import nbformat
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


def without_ids(notebook: dict) -> None:
    """Do what Colab does: format 4.0, in which no cell has an id."""
    notebook["nbformat_minor"] = 0
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"]["id"] = str(uuid.uuid4())


def with_new_ids(notebook: dict) -> None:
    """Do what nbstripout does: ids are counted, outputs and counts are gone."""
    for position, cell in enumerate(notebook["cells"]):
        cell["id"] = str(position)
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}


def in_an_old_format(notebook: dict) -> None:
    """Do what an old editor does: format 4.4, and none of the metadata of cells."""
    notebook["nbformat_minor"] = 4
    for cell in notebook["cells"]:
        del cell["id"]
        cell["metadata"] = {}


LOSSES = [without_ids, with_new_ids, in_an_old_format]


def lose_ids(project: Project, language: str, lose) -> None:
    """Change the notebook as another program does that opens and saves it."""
    notebook = project.read(language)
    lose(notebook)
    project.write(language, notebook)


EDITS = {
    "a text": (lambda p: p.change("en", "The clock.", "Time flies!"), ["text changed (en)"]),
    "code": (lambda p: p.change("en", "6 * 7", "6 * 8"), ["code changed"]),
    "all of a code": (
        lambda p: p.change("en", "import time\n\ntime.time()", "None"),
        ["code changed"],
    ),
    "two cells": (
        lambda p: (p.change("en", "A square", "A cube"), p.change("en", "6 * 7", "6 ** 3")),
        ["text changed (en)", "code changed"],
    ),
    "a new cell": (
        lambda p: (p.insert("en", 4, "code", ""), p.insert("en", 4, "code", "7 * 7")),
        ["new code"],
    ),
    "a removed cell": (lambda p: p.remove("en", 4), ["cell removed, in both languages"]),
    "a moved cell": (lambda p: p.move("en", 4, 2), ["cell moved"]),
    "one moved and edited": (
        lambda p: (p.move("en", 3, 6), p.change("en", "6 * 7", "6 * 8")),
        ["code changed", "cell moved"],
    ),
    "several at once": (
        lambda p: (
            p.insert("en", 2, "code", "new = 1"),
            p.change("en", "6 * 7", "6 * 8"),
            p.change("en", "The clock.", "The clock. Tick."),
        ),
        ["code changed", "text changed (en)", "new code"],
    ),
    "nothing": (lambda p: None, ["nothing to take"]),
}


@pytest.mark.parametrize("lose", LOSSES)
@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_taken_where_the_ids_are_lost(project, edit, lose):
    """Cells are told by what they say and where they stand: the source is as if ids were kept."""
    change, expected = EDITS[edit]
    untouched = project.paths["en"].read_bytes()
    change(project)
    project.absorb("en")
    with_ids = source(project)
    project.write_source()
    project.paths["en"].write_bytes(untouched)
    change(project)
    lose_ids(project, "en", lose)
    assert [line.partition(":")[0] for line in project.absorb("en")] == expected
    assert source(project) == with_ids
    nbformat.validate(nbformat.from_dict(project.read("en")))
    assert project.absorb("en") == ["nothing to take"]


@pytest.mark.parametrize("lose", LOSSES)
def test_lost_ids_and_a_source_that_went_on(project, lose):
    """What changed in the source meanwhile is kept, and two edits of a cell are a conflict."""
    project.change("es", "El reloj.", "La hora.")
    lose_ids(project, "es", lose)
    project.replace_in_source("The clock.", "The time.")
    project.replace_in_source("6 * 7", "6 * 8")
    before = source(project)
    assert len(project.absorb("es")) == 1
    assert source(project) == before.replace("El reloj.", "La hora.")
    project.change("es", "6 * 7", "6 * 9")
    lose_ids(project, "es", lose)
    with pytest.raises(AuthoringError, match="changed in the notebook and in the source"):
        project.absorb("es")
    assert source(project) == before.replace("El reloj.", "La hora.")


def say_something_else(project: Project, n_cells: int) -> None:
    """Replace the first text by ``n_cells`` others, of no common word, and lose all ids."""
    for number in range(n_cells):
        project.insert("es", 2, "markdown", f"Algo{number}.")
    project.remove("es", 2 + n_cells)


CANNOT_BE_TOLD = {
    "two texts in the place of one": lambda p: say_something_else(p, 2),
    "no text is the same": lambda p: p.write(
        "es",
        p.read("es") | {"cells": [c | {"source": ["x"]} for c in p.read("es")["cells"]]},
    ),
    "no list of what was built": lambda p: p.write(
        "es",
        p.read("es") | {"metadata": {"course": {"source": "02_pool_map.md", "language": "es"}}},
    ),
}


@pytest.mark.parametrize("case", CANNOT_BE_TOLD)
def test_what_cannot_be_told_is_not_taken(project, case):
    """Source and notebook stay byte for byte; the error names the cells and where to put them."""
    CANNOT_BE_TOLD[case](project)
    lose_ids(project, "es", without_ids)
    before = project.paths["es"].read_bytes()
    with pytest.raises(AuthoringError, match=r"new or edited: “.*02_pool_map\.md by hand"):
        project.absorb("es")
    assert source(project) == SOURCE
    assert project.paths["es"].read_bytes() == before
