"""Sources: read, told apart from wrong ones with all errors at once, and written back."""

from pathlib import Path

import pytest
from small_project import SOURCE

from helpers.authoring.sources import (
    AuthoringError,
    ids_of,
    lesson_of,
    read_lesson,
    source_of,
    switch_language,
)

PATH = Path("02_pool_map.md")


def changed(old: str, new: str) -> str:
    """Return the source with ``old``, which stands once in it, replaced."""
    assert SOURCE.count(old) == 1
    return SOURCE.replace(old, new)


def test_a_lesson_has_pairs_and_code_once():
    """A good source gives pairs of texts and code, which differs in ``start`` alone.

    A process's ``start`` is left alone.
    """
    lesson = lesson_of(PATH, SOURCE)
    assert lesson.files == {"es": "02_grupo", "en": "02_pool"}
    assert [cell.kind for cell in lesson.cells] == ["markdown", "code"] * 3
    assert lesson.cells[0].texts == {"es": "# Un título\n\nPalabras.", "en": "# A title\n\nWords."}
    assert lesson.cells[0].metadata() == {"slideshow": {"slide_type": "slide"}}
    assert lesson.cells[5].tags == ("nbval-ignore-output",)
    codes = [(cell.text("es"), cell.text("en")) for cell in lesson.cells if cell.kind == "code"]
    assert [es == en for es, en in codes] == [False, True, True]
    assert codes[0][0].replace('start("es")', 'start("en")') == codes[0][1]
    for code in ('process.start("es")', 'restart("es")', "process.start()"):
        assert switch_language(code, "en") == code


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("jupytext_version\n", "jupytext_version\n  formats: md\n"),
        (
            '+++ {"lang": "es"}\n\nEl reloj.',
            '+++ {"editable": true, "lang": "es", "slideshow": {"slide_type": ""}, "tags": []}\n\n'
            "El reloj.",
        ),
        ("tags: [nbval-ignore-output]", "tags:\n  - nbval-ignore-output"),
        ("\n", "\n"),
    ],
)
def test_a_source_is_written_in_one_form(old, new):
    """What JupyterLab or an editor adds is dropped; what has the form comes back byte for byte."""
    assert source_of(lesson_of(PATH, SOURCE.replace(old, new))) == SOURCE


ES, EN = '+++ {"lang": "es"}\n\nEl reloj.\n\n', '+++ {"lang": "en"}\n\nThe clock.\n\n'
# what is wrong, where, and words of the error
WRONG = {
    "no header": (SOURCE[SOURCE.index("+++") :], "", "course: file is None"),
    "one name only": (changed("    en: 02_pool\n", ""), "", "{'es': '02_grupo'}"),
    "name with a folder": (changed("02_pool\n", "../02_pool\n"), "", "'../02_pool'"),
    "no pair": (changed('+++ {"lang": "en"}\n\n## A square\n\n', ""), "## Un", "“## Un cuadrado”"),
    "wrong order": (changed(ES + EN, EN + ES), "The clock.", "“The clock.”"),
    "no lang": (changed('+++ {"lang": "es"}\n\nEl reloj', "+++\n\nEl reloj"), "El reloj", "{}"),
    "slide types": (
        changed('"es"}\n\nEl reloj', '"es", "slideshow": {"slide_type": "notes"}}\n\nEl reloj'),
        "El reloj",
        "'notes'",
    ),
    "unknown slide type": (changed("type: fragment", "type: page"), "import time", "'page'"),
    "unknown tag": (changed("nbval-ignore-output", "nbval-ignore"), "import time", "nbval-ignore"),
    "tags on text": (
        changed(ES + EN, (ES + EN).replace('"}', '", "tags": ["exercise"]}')),
        "El reloj",
        "'exercise'",
    ),
    "lang on code": (changed("tags: [", "lang: es\ntags: ["), "import time", "'lang': 'es'"),
    "raw cell": (changed("{code-cell} ipython3\nprint", "{raw-cell}\nprint"), "print", "(raw"),
    "empty code": (SOURCE + "\n```{code-cell} ipython3\n```\n", "import time", "“”"),
    "no start": (changed('start("es")', "pass"), "", "start is called with []"),
    "start in English": (changed('start("es")', 'start("en")'), "", "['en']"),
    "broken metadata": (changed('{"lang": "es"}\n\nEl', '{"lang": es}\n\nEl'), "", "be read"),
    "a word with a wrong mark": (
        changed("6 * 7", 'print("a")  # es: b'),
        'print("a")',
        'mark of print("a")  # es: b is wrong',
    ),
}


@pytest.mark.parametrize("case", WRONG)
def test_a_wrong_source_is_named(case):
    """Each break of the rules gives a line with the file, its line and what was received."""
    text, where, expected = WRONG[case]
    with pytest.raises(AuthoringError) as error:
        lesson_of(PATH, text)
    found = [line for line in error.value.problems if expected in line]
    assert found, error.value.problems
    file, line, *_ = found[0].split(":")
    assert file == "02_pool_map.md"
    if where and case != "empty code":
        assert text.splitlines()[int(line) - 1].startswith(where)


def test_ids_do_not_depend_on_neighbours():
    """A change to one cell changes its id alone; equal cells are told apart by an ordinal."""
    cells = lesson_of(PATH, SOURCE).cells
    before, after = ids_of(cells), ids_of(lesson_of(PATH, changed("6 * 7", "6 * 8")).cells)
    assert [old == new for old, new in zip(before, after, strict=True)] == [
        *[True] * 3,
        False,
        *[True] * 2,
    ]
    assert ids_of(reversed(cells)) == before[::-1]
    assert ids_of([cells[3]] * 3) == [before[3], f"{before[3]}-2", f"{before[3]}-3"]


def test_a_file_that_is_not_utf8_is_named(tmp_path):
    """Its error says which file it is."""
    (tmp_path / "latin.md").write_bytes(SOURCE.encode("latin-1"))
    with pytest.raises(AuthoringError, match=r"latin\.md: it cannot be read as MyST in UTF-8"):
        read_lesson(tmp_path / "latin.md")
