"""Absorbing: each kind of edit in a built notebook reaches the source, and none is lost."""

import pytest
from small_project import SOURCE

from helpers.authoring.sources import AuthoringError

LINK = "[Read this lesson in English](../en/02_pool.ipynb)"
EXERCISE = "\n```{code-cell} ipython3\n:tags: [exercise]\n\none = ...\ntwo = ...\n```\n"
NEW = "## A square\n\n"
CODE = "```{code-cell} ipython3\n%s\n```\n\n"
NOTHING = ["no changes"]
PAIR = '+++ {"lang": "es"}\n\nEl reloj.\n\n+++ {"lang": "en"}\n\nThe clock.\n\n'
BEFORE = '+++ {"lang": "es"}\n\n## Un'
MOVED = [(PAIR, ""), (BEFORE, f"{PAIR}{BEFORE}")]


def swap(language, old, new, said):
    """Return the case of a text, or code, that is replaced in a notebook and in the source."""
    return language, lambda project: project.change(language, old, new), [said], [(old, new)]


def as_jupyterlab_saves(project):
    """Open, run and save a notebook; its editor adds metadata and an empty cell at the end."""
    notebook = project.read("es")
    for cell in notebook["cells"]:
        cell["metadata"] |= {"editable": True, "tags": cell["metadata"].get("tags", [])}
    output = {"output_type": "stream", "name": "stdout", "text": ["en\n"]}
    notebook["cells"][3] |= {"execution_count": 12, "outputs": [output]}
    notebook["metadata"]["kernelspec"]["display_name"] = "Python 3.13"
    project.write("es", notebook)
    project.insert("es", 6, "code", "")


def with_link_apart(project):
    """Split the first cell before its link to the other language."""
    project.change("es", f"\n\n{LINK}", "")
    project.insert("es", 1, "markdown", LINK)


# the notebook, its edit, how the lines begin that are said, and what is replaced in the source
EDITS = {
    "a text": swap(
        "es", "El reloj.", "La hora.", "text changed; check the other language: “La hora.”"
    ),
    "code": swap("es", "6 * 7", "6 * 8  # ñ", "code changed: “print("),
    "the setup cell": swap("en", "set_language as start\n", "set_language as start  # x\n", "code"),
    "new code": (
        "en",
        lambda p: p.insert("en", 3, "code", "7 * 7"),
        ["new code"],
        [(NEW, NEW + CODE % "7 * 7")],
    ),
    "new code that looks like metadata": (
        "en",
        lambda p: p.insert("en", 3, "code", ":a: b\n```\n%time 1"),
        ["new code"],
        [(NEW, f"{NEW}````{{code-cell}} ipython3\n\n:a: b\n```\n%time 1\n````\n\n")],
    ),
    "a removed text": (
        "en",
        lambda p: p.remove("en", 4),
        ["cell removed: “The clock.”"],
        [(PAIR, "")],
    ),
    "removed code": (
        "es",
        lambda p: p.remove("es", 3),
        ["cell removed: “print("],
        [(CODE % "print(current_language())\n6 * 7", "")],
    ),
    "a dragged text": ("es", lambda p: p.move("es", 4, 2), ["cell moved: “El reloj.”"], MOVED),
    "a text cut and pasted": ("en", lambda p: p.move("en", 4, 2, True), ["cell moved"], MOVED),
    "a tag": (
        "en",
        lambda p: p.set("en", 3, metadata={"tags": ["exercise"]}),
        ["metadata {'tags': ['exercise']}: “print("],
        [("\nprint(current", "\n:tags: [exercise]\n\nprint(current")],
    ),
    "a slide type": (
        "en",
        lambda p: p.set("en", 4, metadata={"slideshow": {"slide_type": "notes"}}),
        ["metadata"],
        [
            (f'"}}\n\n{text}', f'", "slideshow": {{"slide_type": "notes"}}}}\n\n{text}')
            for text in ("El reloj", "The clock")
        ],
    ),
    "what JupyterLab writes by itself": ("es", as_jupyterlab_saves, NOTHING, []),
    "the link to the other language apart": ("es", with_link_apart, NOTHING, []),
    "several at once": (
        "en",
        lambda p: [
            p.change("en", "A square", "A cube"),
            p.change("en", "6 * 7", "6 ** 3"),
            p.insert("en", 3, "code", "1 + 1"),
        ],
        ["text changed", "code changed", "new code"],
        [("6 * 7", "6 ** 3"), (NEW, f"## A cube\n\n{CODE % '1 + 1'}")],
    ),
}


@pytest.mark.parametrize("edit", EDITS)
def test_an_edit_is_taken_and_built(project, edit):
    """It is said, is all that changes in the source, and is in the notebook after a build."""
    language, change, said, replaced = EDITS[edit]
    change(project)
    wanted = [text for text in project.texts(language) if text]
    lines = project.absorb(language)
    assert [line[: len(begin)] for line, begin in zip(lines, said, strict=True)] == said
    expected = SOURCE
    for old, new in replaced:
        assert expected.count(old) == 1, old
        expected = expected.replace(old, new)
    assert project.source == expected
    before = project.paths[language].read_bytes()
    assert project.absorb(language) == NOTHING
    assert project.paths[language].read_bytes() == before
    project.build()
    if "apart" not in edit:
        assert project.texts(language) == wanted
    assert project.stale() == []


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("one = ...\ntwo = ...", "one = 1\ntwo = 2", "answered exercise, not taken: “one = 1”"),
        ("one = ...", "one = 1", "answered"),
        ("two = ...", 'two = "and so on..."  # ...', "answered"),
        ("one = ...", 'one = "\\d"', "answered"),
        ("one = ...\ntwo = ...", "one = (1", "answered"),
        ("one = ...", "mine = ...", "code changed: “mine = ...”"),
    ],
)
def test_an_answer_given_in_class_is_not_taken(project, old, new, said):
    """An exercise answered in part or whole keeps its dots in the source; reworded it is taken."""
    project.write_source(SOURCE + EXERCISE)
    project.build()
    project.change("en", old, new)
    (line,) = project.absorb("en")
    assert line.startswith(said)
    taken = EXERCISE if said.startswith("answered") else EXERCISE.replace(old, new)
    assert project.source == SOURCE + taken


def test_a_new_text_waits_for_its_translation(project):
    """A new text goes in with a marked pair; build refuses it by name until it is translated."""
    project.insert("es", 5, "markdown", "Texto nuevo.\n\nSigue.")
    (line,) = project.absorb("es")
    assert line == "new text, to be translated: “Texto nuevo.”"
    assert '{"lang": "en"}\n\nTRANSLATE: Texto nuevo.\n\nSigue.\n' in project.source
    with pytest.raises(AuthoringError, match=r"02_pool_map\.md: “TRANSLATE: Texto nuevo\.”"):
        project.build()
    assert any("TRANSLATE: Texto nuevo." in line for line in project.stale())
    project.replace_in_source("TRANSLATE: Texto nuevo.\n\nSigue.", "New text.")
    project.build()
    assert (project.texts("es")[5][:12], project.texts("en")[5]) == ("Texto nuevo.", "New text.")


def test_edits_of_both_notebooks_are_taken_one_after_the_other(project):
    """One pair edited in both, new texts and code in both: no build between, nothing lost."""
    for language, words in {"es": ("El reloj.", "Uno."), "en": ("The clock.", "One.")}.items():
        project.change(language, words[0], f"{words[0]} Tic.")
        project.insert(language, 6, "markdown", words[1])
        project.insert(language, 2, "code", "7 * 7")
    project.change("en", "A square", "A cube")
    project.absorb("es")
    said = [line.partition(":")[0] for line in project.absorb("en")]
    assert said == ["text changed; check the other language"] * 2 + ["translation"]
    assert "TRANSLATE" not in project.source
    assert project.source.count("7 * 7") == 1
    project.build()
    assert project.texts("es")[5:] == ["El reloj. Tic.", "import time\n\ntime.time()", "Uno."]
    assert project.texts("en")[5:] == ["The clock. Tic.", "import time\n\ntime.time()", "One."]
    assert "A cube" in project.source


def test_a_notebook_can_be_absorbed_again_and_again(project):
    """Further edits of the same cells are taken without a build between."""
    project.insert("es", 5, "markdown", "Nuevo.")
    project.change("es", "El reloj.", "La hora.")
    project.change("es", "6 * 7", "6 * 8")
    assert len(project.absorb("es")) == 3
    assert project.absorb("es") == NOTHING
    project.change("es", "Nuevo.", "Muy nuevo.")
    project.change("es", "La hora.", "La hora exacta.")
    project.change("es", "6 * 8", "6 * 9")
    assert len(project.absorb("es")) == 3
    assert all(text in project.source for text in ("Muy nuevo.", "La hora exacta.", "6 * 9"))
    project.remove("es", 5)
    project.absorb("es")
    assert "TRANSLATE" not in project.source


def test_what_the_source_got_since_the_build_is_kept(project):
    """Texts, code, tags and cells that changed in the source meanwhile survive an absorb."""
    project.change("es", "El reloj.", "La hora.")
    project.replace_in_source("The clock.", "The time.")
    project.replace_in_source("## Un cuadrado", "## Un gran cuadrado")
    project.replace_in_source("6 * 7", "6 * 8")
    project.replace_in_source("fragment", "subslide")
    project.write_source(project.source + "\n```{code-cell} ipython3\n1 + 1\n```\n")
    before = project.source
    assert len(project.absorb("es")) == 1
    assert project.source == before.replace("El reloj.", "La hora.")
    assert project.absorb("es") == NOTHING


def moved_in_both(project):
    """Move the same text to one place in the notebook and to another in the source."""
    project.move("es", 4, 2)
    project.write_source(project.source.replace(PAIR, "") + f"\n{PAIR}")


def without_ids(project):
    """Do what Colab does: no cell has the id of its build any more."""
    notebook = project.read("es")
    for position, cell in enumerate(notebook["cells"]):
        cell["id"] = str(position)
    project.write("es", notebook)


def with_course(project, **course):
    """Give the notebook other metadata on where it comes from."""
    notebook = project.read("es")
    notebook["metadata"]["course"] = course
    project.write("es", notebook)


REFUSED = {
    "a text changed on both sides": (
        lambda p: (
            p.change("es", "El reloj.", "La hora."),
            p.replace_in_source("El reloj.", "El tiempo."),
        ),
        "“La hora.” changed in the notebook and in the source",
    ),
    "code changed on both sides": (
        lambda p: (p.change("es", "6 * 7", "6 * 8"), p.replace_in_source("6 * 7", "6 * 9")),
        "“print(current_language())” changed in the notebook and",
    ),
    "removed here, changed there": (
        lambda p: (p.remove("es", 4), p.replace_in_source("The clock.", "The time.")),
        "“El reloj.” changed in the notebook and",
    ),
    "moved on both sides": (moved_in_both, "“El reloj.” changed in the notebook and"),
    "a raw cell": (lambda p: p.insert("es", 4, "raw", "Raw."), "“Raw.” (raw"),
    "a line of the format": (
        lambda p: p.change("es", "El reloj.", "El reloj.\n\n+++\n\nMás."),
        "MyST cannot hold this cell",
    ),
    "a wrong source": (
        lambda p: (p.change("es", "reloj", "sol"), p.replace_in_source("fragment", "page")),
        "'page'",
    ),
    "lost ids": (without_ids, "another program removed its cells"),
    "no lesson": (with_course, "(None)"),
    "a lesson elsewhere": (
        lambda p: with_course(p, source="../../x.md", language="es"),
        "('../../x.md')",
    ),
    "a git conflict": (
        lambda p: p.paths["es"].write_text("<<<<<<< HEAD\n{", encoding="utf-8"),
        "02_grupo.ipynb: it is not a Jupyter notebook",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_what_cannot_be_taken_is_refused_whole(project, case):
    """The error says why, and neither source nor notebook is touched."""
    change, expected = REFUSED[case]
    change(project)
    before = project.source, project.paths["es"].read_bytes()
    with pytest.raises(AuthoringError) as error:
        project.absorb("es")
    assert any(expected in line for line in error.value.problems), error.value.problems
    assert (project.source, project.paths["es"].read_bytes()) == before
