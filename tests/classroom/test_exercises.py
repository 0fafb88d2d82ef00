"""check() and hint(): every exercise of every lesson, its solution, and what learners get wrong."""

from __future__ import annotations

import ast
import os
import re
import sys
import threading
import time
from collections import Counter
from pathlib import Path
from unittest.mock import Mock

import numpy as np
import pytest
from solutions import EXERCISES, Solutions
from test_project_program import CHANGES
from test_scripts_of_exercises import SCRIPTS, SEARCHES
from wrong_answers import RIGHT, WRONG

import helpers.classroom.exercises as package
from helpers.classroom import check, hint
from helpers.classroom.exercises import answers, lesson_00_01_sequential
from helpers.language import LANGUAGES, set_language, text
from helpers.parallel import InputError
from helpers.parallel.machine import Machine

RUN = {"3.3": SEARCHES, "7.2": SCRIPTS, "10.3": CHANGES}  # what other files test


def _rows(table):
    """Return the rows of a table of answers as parameters of a test, each with a short name."""
    rows = [(number, *row) for number, rows in table.items() for row in rows]
    return [pytest.param(*row, id=f"{row[0]}-{place}") for place, row in enumerate(rows)]


@pytest.fixture(scope="module")
def solutions(tmp_path_factory):
    """Execute solutions in a folder as a notebook's."""
    here, path, folder = Path.cwd(), list(sys.path), tmp_path_factory.mktemp("solutions")
    os.chdir(folder)
    sys.path.insert(0, str(folder))
    yield Solutions(folder)
    os.chdir(here)
    sys.path[:] = path


@pytest.fixture(autouse=True)
def _known_machine(monkeypatch):
    """Be on a machine where 3 of 12 CPUs may be used, and a square takes a microsecond."""
    here = Machine(3, 12, "spawn", ("spawn",), "3.14.0", "Linux")
    monkeypatch.setattr(lesson_00_01_sequential, "_seconds_for", lambda n: 1e-6 * n)
    monkeypatch.setattr(lesson_00_01_sequential, "machine", lambda: here)


def test_every_exercise_has_a_grader_and_no_grader_lacks_an_exercise():
    """The lessons' exercises, the graders and the tables of wrong answers are the same set.

    Each lesson has two exercises at least.
    """
    assert list(EXERCISES) == list(package.exercises())
    assert min(Counter(number.split(".")[0] for number in EXERCISES).values()) >= 2
    assert set(EXERCISES) == WRONG.keys() | RUN.keys()
    assert min(map(len, [*WRONG.values(), *RUN.values()])) >= 2


@pytest.mark.parametrize("number", EXERCISES)
def test_unanswered_exercise_is_called_unanswered(solutions, number):
    """The cell as it stands raises nothing, and check says that it has no answer."""
    set_language("es")
    card, _ = solutions.executed(number, EXERCISES[number].source)
    assert card.headline.startswith(f"Ejercicio {number}: todavía sin respuesta.")
    assert card.lines == (f'Si te atascas: hint("{number}")',)


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_is_right(solutions, monkeypatch, number):
    """The folded solution is right; one that is the same in both languages runs once."""
    if number == "0.1":
        monkeypatch.undo()
    for solution, language in {s: lang for lang, s in EXERCISES[number].solutions.items()}.items():
        set_language(language)
        card, _ = solutions.executed(number, solution)
        right = text(es=f"Ejercicio {number}: correcto", en=f"Exercise {number}: correct")
        assert card.headline == right, card


@pytest.mark.parametrize(("number", "answer", "words"), _rows(WRONG))
def test_wrong_answer_gets_the_feedback_of_its_mistake(number, answer, words):
    """A usual mistake is named, the hint waits until asked for, and the answer is not changed."""
    set_language("en")
    before = repr(answer)
    card = check(number, answer)
    assert card.headline == f"Exercise {number}: not yet", card
    assert words in card.lines[0]
    assert card.lines[1:] == (f'If you are stuck: hint("{number}")',)
    assert repr(answer) == before


@pytest.mark.parametrize(("number", "answer", "words"), _rows(RIGHT))
def test_other_right_answer_is_right_too(number, answer, words):
    """An answer that is right but not the lesson's own is accepted."""
    set_language("en")
    card = check(number, answer)
    assert card.headline == f"Exercise {number}: correct", card
    assert words in card.lines[0]


def test_every_mistake_is_made_by_some_answer_and_said_in_both_languages():
    """No verdict is out of reach of these tests, or lacks a language."""
    known = {words for table in (WRONG, RUN) for rows in table.values() for *_, words in rows}
    known.add("as somebody else would")  # before what is missing of a program
    for file in Path(package.__file__).parent.glob("lesson_*.py"):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and ast.unparse(node.func) in ("MistakeError", "Choice"):
                said = {word.arg: ast.unparse(word.value) for word in node.keywords}
                assert set(LANGUAGES) <= said.keys()
                assert any(_same(words, said["en"]) for words in known), said["en"]


def _same(words: str, source: str) -> bool:
    """Say whether words of a card are those of a text in the code, whatever its values are."""
    return max(re.split(r"[\d.]+|: ", words), key=len) in source


def test_hint_is_in_each_language(language):
    """A hint alone is a card in the learner's language, without any verdict."""
    for number, exercise in package.exercises().items():
        own = exercise.hint._asdict()[language]
        assert hint(number).headline == text(es=f"Pista: {own}", en=f"Hint: {own}")
        assert hint(number).lines == ()


@pytest.mark.parametrize("name", ["9.9", "", 2.1, None])
def test_unknown_exercise(language, name):
    """An exercise that does not exist gets an error that lists those that do."""
    for call in (lambda: check(name, 1), lambda: hint(name)):
        with pytest.raises(InputError) as caught:
            call()
        allowed = ", ".join(repr(number) for number in EXERCISES)
        assert repr(name) in str(caught.value)
        assert str(caught.value).endswith(f"{allowed}.")


def _hostile(callable_too: bool = False):
    """Return an object that raises whatever is asked of it; no other process can import it."""

    def refuse(self, *args):
        raise RuntimeError("no")

    asked = ["__repr__", "__str__", "__eq__", "__bool__", "__hash__", "__len__", "__iter__"]
    asked += ["__lt__", "__gt__", "__le__", "__ge__", "__float__", "__index__", "__contains__"]
    asked += ["__getitem__", *["__call__"] * callable_too]
    return type("Hostile", (), dict.fromkeys(asked, refuse))()


def _recurses(*args):
    return _recurses()


STRANGE = {
    "None": lambda: None,
    "nan": lambda: float("nan"),
    "type": lambda: int,
    "hostile": _hostile,
    "hostile function": lambda: _hostile(callable_too=True),
    "hostile list": lambda: [_hostile()] * 100,
    "hostile pair": lambda: (_hostile(), _hostile()),
    "generator": lambda: (x for x in range(10)),
    "numpy array": lambda: np.arange(100) ** 3,
    "numpy pair": lambda: (np.arange(100), np.arange(100)),
    "huge list": lambda: list(range(2_000_000)),
    "huge number": lambda: 10**5000,
    "exits": lambda: sys.exit,
    "recurses": lambda: _recurses,
    "returns hostile": lambda: lambda *args: _hostile(),
    "takes nothing": lambda: lambda: [],
    "empty dict": dict,
    "odd timings": lambda: ({"loop": 1, "pool": None}, 3),
    "dots inside": lambda: ([...], {"pool": ...}),
}


@pytest.mark.parametrize("number", EXERCISES)
def test_check_never_raises_on_a_strange_answer(number):
    """However strange an answer is, check soon returns a card that shows as text and as HTML."""
    for name, strange in STRANGE.items():
        begin = time.perf_counter()
        card = check(number, strange())
        assert time.perf_counter() - begin < 30, name
        assert number in card.headline, name
        assert card.lines[-1], name
        assert repr(card).startswith(card.headline), name
        assert "<div" in card._repr_html_(), name


class UnwritableError(Exception):
    """An error that cannot even be turned into text."""

    def __str__(self):
        """Fail."""
        raise RuntimeError("no")


@pytest.mark.parametrize("error", [ZeroDivisionError, SystemExit, UnwritableError])
@pytest.mark.parametrize("number", ["7.3", "8.3", "9.2"])
def test_answer_that_raises_is_named_with_its_error(language, number, error):
    """Where the learner's function raises, the card names the error and says how to get a hint.

    An interrupt gets through: check does not take it for a mistake.
    """
    answer = Mock(side_effect=error("no"))
    raised = text(es="Tu respuesta provocó un error", en="Your answer caused an error")
    stuck = text(es="Si te atascas", en="If you are stuck")
    what = error.__name__ if error is UnwritableError else f"{error.__name__}: no"
    assert check(number, answer).lines == (f"{raised}: {what}", f'{stuck}: hint("{number}")')
    answer.side_effect = KeyboardInterrupt
    with pytest.raises(KeyboardInterrupt):
        check(number, answer)


def _never(*given):
    while True:
        pass


def _twice(account, lock, n):
    with lock, lock:
        account["balance"] += n


def _kept(account, lock, n):
    for _ in range(n):
        lock.acquire(True, 3600)
        account["balance"] += 1


@pytest.mark.parametrize(
    ("number", "answer"),
    [("7.3", _never), ("7.3", _twice), ("7.3", _kept), ("8.3", _never), ("9.2", _never)],
)
def test_function_that_never_ends_is_stopped(monkeypatch, number, answer):
    """A lock that nobody releases and a loop without end are stopped; no thread goes on."""
    set_language("en")
    monkeypatch.setattr(answers, "LIMIT_S", 0.3)
    before, began = set(threading.enumerate()), time.monotonic()
    assert check(number, answer).lines[0].startswith("The function did not end")
    while set(threading.enumerate()) - before:
        assert time.monotonic() - began < 30
        time.sleep(0.02)


def test_race_shows_itself_every_time():
    """Twenty times in a row, additions without a lock are found out."""
    set_language("en")

    def racy(account, lock, n):
        for _ in range(n):
            account["balance"] += 1

    assert all("another wrote" in check("7.3", racy).lines[0] for _ in range(20))
