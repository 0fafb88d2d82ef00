"""Words in code: ``# es:`` is read, written, carried over an edit, and refused if wrong."""

import ast

import pytest
from small_project import SOURCE

from helpers.authoring.code_words import carried, in_languages, mark_problems, with_marks
from helpers.authoring.sources import lesson_of, source_of

# what stands in a source, and what becomes of it in Spanish and in English
GOOD = {
    "a label": ('x("workers")  # es: "procesos"', 'x("procesos")', 'x("workers")'),
    "two of three": (
        'x("a", "b", "o-")  # es: "c, d", \'e\'',
        'x("c, d", \'e\', "o-")',
        'x("a", "b", "o-")',
    ),
    "an f-string": (
        'x(f"{n:.1f} s for {names["a"]}")  # es: f"{names["a"]}: {n:.1f} s"'.replace('"a"', "'a'"),
        "x(f\"{names['a']}: {n:.1f} s\")",
        "x(f\"{n:.1f} s for {names['a']}\")",
    ),
    "accents before it": ('á("ñ", "a")  # es: ..., "ó"', 'á("ñ", "ó")', 'á("ñ", "a")'),
    "inside brackets": (
        'x(\n    "a",  # es: "b"\n    "c",\n)',
        'x(\n    "b",\n    "c",\n)',
        'x(\n    "a",\n    "c",\n)',
    ),
    "behind another comment": ('x("a")  # noqa  # es: "b"', 'x("b")  # noqa', 'x("a")  # noqa'),
    "beside magics": (
        '%%writefile my.py\nx("a")  # es: "b"\nif y:\n    %time z()',
        '%%writefile my.py\nx("b")\nif y:\n    %time z()',
        '%%writefile my.py\nx("a")\nif y:\n    %time z()',
    ),
    "no mark": ('x("# es: a")  # essential', 'x("# es: a")  # essential', None),
    "no Python": ("%%bash\necho a # b", "%%bash\necho a # b", None),
}
WRONG = {
    "more words than the line has": 'x("a")  # es: "b", "c"',
    "no literal": 'x("a")  # es: b',
    "nothing behind it": 'x("a")  # es:',
    "the same word": 'x("a")  # es: "a"',
    "a word too many that changes nothing": 'x("a", "c")  # es: "b", ...',
    "other expressions": 'x(f"{a} s")  # es: f"{b} s"',
    "no space in it": 'x("a")  #es: "b"',
    "the other language": 'x("b")  # en: "a"',
    "on a magic": '%time x("a")  # es: "b"',
    "code that is not Python": 'x("a"  # es: "b"',
    "a text of several lines": '"""a\nb"""  # es: "c"',
}


@pytest.mark.parametrize("name", GOOD)
def test_a_mark_gives_both_languages_and_comes_back(name):
    """A mark's words stand in the Spanish code alone, no mark does, and it can be undone."""
    source, es, en = GOOD[name]
    assert mark_problems(source) == []
    assert in_languages(source) == {"es": es, "en": en or es}
    assert with_marks(in_languages(source)) == source


@pytest.mark.parametrize("name", WRONG)
def test_a_wrong_mark_is_refused(name):
    """A wrong mark is a problem of its line, which the error repeats."""
    line = WRONG[name]
    [(number, reason)] = mark_problems(f"first = 1\n{line}")
    assert number == 1 + line.count("\n")
    assert line.rpartition("\n")[2] in reason


MARKED = SOURCE.replace(
    "6 * 7", 'n = 6\nprint(f"{n} items", end="")  # es: f"{n} elementos"\nprint("end")  # es: "fin"'
)


def test_both_notebooks_have_their_words_and_one_syntax_tree(project):
    """The build puts each language's words in; without them the code is one; nothing is stale."""
    project.write_source(MARKED)
    project.build()
    es, en = project.texts("es")[3], project.texts("en")[3]
    assert 'print(f"{n} elementos", end="")\nprint("fin")' in es
    assert 'print(f"{n} items", end="")\nprint("end")' in en
    neutral = es.replace("elementos", "items").replace("fin", "end")
    assert ast.dump(ast.parse(neutral)) == ast.dump(ast.parse(en))
    assert project.stale() == []
    assert source_of(lesson_of(project.path, MARKED)) == MARKED


@pytest.mark.parametrize(
    ("language", "old", "new"),
    [
        ("es", '"fin"', '"otro"'),
        ("en", '"end"', '"otro"'),
        ("es", "n = 6", "import os\n\nn = 7"),
        ("en", "n = 6\n", ""),
        ("es", "print(f", "print(n, f"),
        ("en", 'end=""', 'end=" "'),
    ],
)
def test_edited_code_keeps_its_words(project, language, old, new):
    """Code edited beside marked words reaches both notebooks; an edited word is its language's."""
    project.write_source(MARKED)
    project.build()
    project.change(language, old, new)
    assert project.absorb(language) == ["code changed: “print(current_language())”"]
    assert project.source == MARKED.replace(old, new)
    assert project.absorb(language) == ["no changes"]


def test_words_without_a_place_are_said():
    """Where an edit leaves no place for the other language's words, they are returned."""
    texts = in_languages('print(f"{n} items")  # es: f"{n} elementos"')
    assert carried('print(f"{m} items")', "en", texts) == (
        {"en": 'print(f"{m} items")', "es": 'print(f"{m} items")'},
        ['f"{n} elementos"'],
    )
