"""Sources: read, told apart from wrong ones with all errors at once, and written back."""

from pathlib import Path

import pytest
from small_project import SOURCE

from helpers.authoring.errors import AuthoringError
from helpers.authoring.identity import ids_of
from helpers.authoring.sources import canonical, lesson_of, read_lesson, text_of
from helpers.authoring.texts import first_words, switch_language

PATH = Path("02_pool_map.md")


def changed(old: str, new: str) -> str:
    """Return the source with ``old``, which stands once in it, replaced."""
    assert SOURCE.count(old) == 1
    return SOURCE.replace(old, new)


def problems(text: str) -> list[str]:
    """Return what is wrong with the source ``text``."""
    with pytest.raises(AuthoringError) as error:
        lesson_of(PATH, text)
    return error.value.problems


def test_a_lesson_has_pairs_and_code_once():
    """A good source gives pairs of texts and code cells, with their slide types and tags."""
    lesson = lesson_of(PATH, SOURCE)
    assert lesson.files == {"es": "02_grupo", "en": "02_pool"}
    assert [cell.kind for cell in lesson.cells] == ["markdown", "code"] * 3
    assert lesson.cells[0].texts == {"es": "# Un título\n\nPalabras.", "en": "# A title\n\nWords."}
    assert lesson.cells[0].metadata() == {"slideshow": {"slide_type": "slide"}}
    assert lesson.cells[5].tags == ("nbval-ignore-output",)


def test_start_is_the_only_code_that_differs():
    """The setup cell starts in the notebook's language; all other code is the same in both."""
    cells = lesson_of(PATH, SOURCE).cells
    assert cells[1].text("en") == cells[1].text("es").replace('start("es")', 'start("en")')
    assert cells[1].text("en") != cells[1].text("es")
    assert all(c.text("es") == c.text("en") for c in (cells[3], cells[5]))


@pytest.mark.parametrize("code", ['process.start("es")', 'restart("es")', "process.start()"])
def test_other_calls_are_no_setup_calls(code):
    """Only a bare ``start("...")`` is switched: a process's ``start`` is left alone."""
    assert switch_language(code, "en") == code


def test_the_canonical_form_is_what_it_gives_back():
    """The canonical form is its own canonical form, keeps ``course``, and names no version."""
    loose = changed("jupytext_version\n", "jupytext_version\n  formats: md\n")
    loose = loose.replace("notebook_metadata_filter: course,-jupytext.text", "cell_x: course,-x")
    assert canonical(PATH, loose) == SOURCE
    assert canonical(PATH, SOURCE) == SOURCE
    assert "jupytext_version:" not in SOURCE


def test_text_of_is_canonical():
    """A lesson that was only read is written back as the same bytes."""
    assert text_of(lesson_of(PATH, SOURCE)) == SOURCE


def test_what_jupyterlab_adds_to_a_source_is_dropped():
    """The empty slide type and other metadata that JupyterLab writes are not in the form."""
    saved = changed(
        '+++ {"lang": "es"}\n\nEl reloj.',
        '+++ {"editable": true, "lang": "es", "slideshow": {"slide_type": ""}, "tags": []}\n\n'
        "El reloj.",
    )
    assert canonical(PATH, saved) == SOURCE


WRONG = {
    "no header": (SOURCE[SOURCE.index("+++") :], "must name the notebook of each language"),
    "one name only": (changed("    en: 02_pool\n", ""), "es: NN_NAME, en: NN_NAME"),
    "name with a folder": (changed("02_pool\n", "../02_pool\n"), "'../02_pool'"),
    "no pair": (changed('+++ {"lang": "en"}\n\n## A square\n\n', ""), "“## Un cuadrado” (es)"),
    "pair apart": (
        changed('+++ {"lang": "es"}\n\nEl reloj.\n\n', "") + '\n+++ {"lang": "es"}\n\nEl reloj.\n',
        "“The clock.” (en) has no pair (es)",
    ),
    "wrong order": (
        changed('"es"}\n\nEl reloj.', '"en"}\n\nThe clock.').replace(
            '"en"}\n\nThe clock.\n\n```', '"es"}\n\nEl reloj.\n\n```'
        ),
        "“The clock.” (en) stands before its pair",
    ),
    "lone text before a pair": (
        changed(
            '+++ {"lang": "es"}\n\nEl', '+++ {"lang": "en"}\n\nAlone.\n\n+++ {"lang": "es"}\n\nEl'
        ),
        "“Alone.” (en) has no pair (es)",
    ),
    "unknown lang": (
        changed('"es"}\n\nEl reloj', '"fr"}\n\nEl reloj'),
        "“El reloj.” has lang 'fr'",
    ),
    "no lang": (changed('+++ {"lang": "es"}\n\nEl reloj', "+++\n\nEl reloj"), "has lang None"),
    "slide types": (
        changed('"es"}\n\nEl reloj', '"es", "slideshow": {"slide_type": "notes"}}\n\nEl reloj'),
        "the pair “El reloj.” have different metadata",
    ),
    "unknown slide type": (changed("slide_type: fragment", "slide_type: page"), "'page'"),
    "unknown tag": (changed("nbval-ignore-output", "nbval-ignore"), "['nbval-ignore']"),
    "tags on text": (
        changed('"es"}\n\nEl reloj', '"es", "tags": ["exercise"]}\n\nEl reloj'),
        "the Markdown cell “El reloj.” has tags ['exercise']",
    ),
    "lang on code": (changed("tags: [", "lang: es\ntags: ["), "code stands once"),
    "raw cell": (
        changed("```{code-cell} ipython3\nprint", "```{raw-cell}\nprint"),
        "is a raw cell",
    ),
    "empty code": (SOURCE + "\n```{code-cell} ipython3\n```\n", "an empty code cell"),
    "no start": (changed('start("es")', "pass"), "there are 0 calls"),
    "two starts": (changed("6 * 7", 'start("es")'), "there are 2 calls"),
    "start in English": (changed('start("es")', 'start("en")'), 'calls start("en")'),
    "broken metadata": (changed('{"lang": "es"}\n\nEl', '{"lang": es}\n\nEl'), "cannot read it"),
    "broken header": (changed("course:\n", "course: [\n"), "cannot read it"),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_source_is_named(case):
    """Each break of the rules gives a line with the file, the cell and what was received."""
    text, expected = WRONG[case]
    found = problems(text)
    assert any(expected in line for line in found), found
    assert all(line.startswith("02_pool_map.md: ") for line in found)


def test_all_problems_come_at_once():
    """A source with three mistakes gives three lines, not the first alone."""
    text = changed("slide_type: fragment", "slide_type: page")
    text = text.replace('start("es")', "pass").replace('+++ {"lang": "en"}\n\nThe clock.\n\n', "")
    assert len(problems(text)) == 3


def test_a_text_that_waits_for_its_translation_is_named():
    """A cell with the mark can be read, and the lesson names it as one to be translated."""
    lesson = lesson_of(PATH, changed("The clock.", "TRANSLATE: El reloj."))
    assert len(lesson.untranslated()) == 1
    assert "“TRANSLATE: El reloj.”" in lesson.untranslated()[0]
    assert lesson_of(PATH, SOURCE).untranslated() == []


def test_ids_do_not_depend_on_neighbours():
    """A change to one cell changes its id alone, wherever the others stand."""
    before = ids_of(lesson_of(PATH, SOURCE).cells)
    after = ids_of(lesson_of(PATH, changed("## A square", "## A new square")).cells)
    assert before[:2] + before[3:] == after[:2] + after[3:]
    assert before[2] != after[2]
    assert ids_of(reversed(lesson_of(PATH, SOURCE).cells)) == before[::-1]


def test_equal_cells_get_an_ordinal():
    """Three equal cells have three ids: the first as if alone, the others with their ordinal."""
    cell = lesson_of(PATH, SOURCE).cells[3]
    (alone,) = ids_of([cell])
    assert ids_of([cell] * 3) == [alone, f"{alone}-2", f"{alone}-3"]


def test_a_file_that_cannot_be_read_is_named(tmp_path):
    """A missing source and one that is not UTF-8 are errors that name the file."""
    with pytest.raises(AuthoringError, match=r"none\.md could not be read"):
        read_lesson(tmp_path / "none.md")
    (tmp_path / "latin.md").write_bytes(SOURCE.encode("latin-1"))
    with pytest.raises(AuthoringError, match=r"latin\.md: byte \d+ is not UTF-8"):
        read_lesson(tmp_path / "latin.md")


def test_first_words_are_short():
    """A cell is named by its first line that has text, cut at 50 characters."""
    assert first_words("\n\n  ## Title  \nmore") == "## Title"
    assert len(first_words("x" * 80)) == 50
    assert first_words("") == ""
