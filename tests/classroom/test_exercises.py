"""check() and hint(): every exercise of every lesson, its solution, and what learners get wrong."""

from __future__ import annotations

import ast
import inspect
import re
import sys
import textwrap
import time
from collections.abc import Iterator
from string import Formatter

import pytest
from answers import EXERCISES, Answers
from lesson_cells import bound_names, code_of, read_names
from lesson_values import MADE
from wrong_answers import ALSO_RIGHT, WRONG

from helpers.classroom import check, exercises, hint
from helpers.classroom.cards import Card
from helpers.classroom.exercises import (
    lesson_00_01_sequential,
    lesson_02_pool,
    lesson_03_files,
    lesson_07_failures,
)
from helpers.language import LANGUAGES, set_language, text
from helpers.parallel import InputError, Machine

EXERCISE = exercises.exercises()


def _rows(answers):
    """Return the rows of a table of answers as parameters of a test, each with a short name.

    The languages take turns: that each message has both, with the same values, is tested below.
    """
    rows = [(number, *row) for number, rows in answers.items() for row in rows]
    return [
        pytest.param(language, number, code, verdict, id=f"{language}-{number}-{verdict}-{place}")
        for place, (number, code, verdict) in enumerate(rows, 1)
        for language in LANGUAGES[place % 2 :][:1]
    ]


ANSWERED = ("language", "number", "code", "verdict")


def table(number: str) -> dict[str, dict[str, str]]:
    """Return the messages of an exercise by verdict, without its hint."""
    return {name: t._asdict() for name, t in EXERCISE[number].verdicts.items()}


def verdicts(number: str, card: Card, language: str) -> set[str]:
    """Return the verdicts of an exercise whose text in ``language`` the card shows."""
    shown = {**table(number), "raised": exercises.RAISED._asdict()}
    return {
        name for name, texts in shown.items() if _like(texts[language]).fullmatch(card.lines[0])
    }


def headline(number: str, *, right: bool) -> str:
    """Return the headline of a right answer, or of one that is not right yet."""
    if right:
        return text(es=f"Ejercicio {number}: correcto", en=f"Exercise {number}: correct")
    return text(es=f"Ejercicio {number}: todavía no", en=f"Exercise {number}: not yet")


def ask_hint(number: str) -> str:
    """Return how to ask for the hint."""
    return text(es=f'Si te atascas: hint("{number}")', en=f'If you are stuck: hint("{number}")')


def _like(template: str) -> re.Pattern[str]:
    parts = [
        re.escape(said) + (".+" if name is not None else "")
        for said, name, _, _ in Formatter().parse(template)
    ]
    return re.compile("".join(parts), re.DOTALL)


def fields(template: str) -> set[str]:
    """Return the placeholders of a message."""
    return {name for _, name, _, _ in Formatter().parse(template) if name}


@pytest.fixture(scope="module")
def answers(tmp_path_factory):
    """Execute answers, each among the names that it reads."""
    return Answers(tmp_path_factory.mktemp("answers"))


@pytest.fixture(autouse=True)
def _steady_grader(monkeypatch):
    """Let check time the work itself, and wait long: a busy machine decides about no answer."""
    monkeypatch.setattr(lesson_00_01_sequential, "_seconds_for", lambda n_squares: 1e-6 * n_squares)


@pytest.fixture
def _known_machine(monkeypatch):
    """Be on a machine where 3 of 12 CPUs may be used."""
    here = Machine(3, 12, "spawn", ("spawn",), "3.14.0", "Linux")
    monkeypatch.setattr(lesson_00_01_sequential, "machine", lambda: here)


def test_every_exercise_has_a_grader_and_no_grader_lacks_an_exercise():
    """The lessons' exercises, the graders and the table of wrong answers are the same set."""
    missing = {
        number: name
        for name, numbers in (("a grader", EXERCISE), ("wrong answers", WRONG))
        for number in set(EXERCISES) ^ set(numbers)
    }
    assert not missing, "an exercise without it, or one that no lesson has"


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_is_whole(language, number):
    """The code folded below an exercise leaves nothing open and calls its check."""
    exercise = EXERCISES[number]
    assert exercise.check_call in exercise.solutions[language]
    assert "..." not in exercise.solutions[language]


@pytest.mark.parametrize("number", EXERCISES)
def test_what_a_solution_reads_is_in_the_lesson(number):
    """Each name that the cell or a solution reads is bound by the code cells above it."""
    exercise = EXERCISES[number]
    there = bound_names(exercise.above)
    for code in exercise.solutions.values():
        assert read_names(code) <= there | bound_names([exercise.source])
    assert read_names(exercise.source) <= there


@pytest.mark.parametrize("lesson", MADE)
def test_what_is_made_for_a_lesson_is_of_the_lesson(answers, lesson):
    """What these tests make in place of what a lesson measures has its names."""
    assert answers.made(lesson).keys() <= bound_names(code_of(lesson)) | {"__name__"}


@pytest.mark.parametrize("number", EXERCISES)
@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_unanswered_exercise_is_called_unanswered(language, answers, number):
    """The cell as it stands raises nothing and is told to be unanswered."""
    card = answers.unanswered(number)
    assert card.headline.startswith(f"Ejercicio {number}: todavía sin respuesta.")
    assert card.lines == (ask_hint(number),)


@pytest.mark.parametrize("number", EXERCISES)
def test_solution_is_right(answers, number):
    """The solution is told to be right; one that is the same in both languages runs once."""
    told = {solution: language for language, solution in EXERCISES[number].solutions.items()}
    for solution, language in told.items():
        set_language(language)
        card = answers.solved(number, solution)
        assert card.headline == headline(number, right=True), card
        (verdict,) = verdicts(number, card, language)
        assert verdict.startswith("right")


@pytest.mark.usefixtures("_known_machine")
@pytest.mark.parametrize(ANSWERED, _rows(WRONG), indirect=["language"])
def test_wrong_answer_gets_the_feedback_of_its_mistake(
    answers, monkeypatch, language, number, code, verdict
):
    """A typical wrong answer is rejected for that very mistake; the hint waits until asked for."""
    if verdict in ("stuck", "endless"):  # it waits for its limit
        monkeypatch.setattr(lesson_07_failures, "THREAD_LIMIT_S", 0.3)
    card = answers.answered(number, code)
    assert card.headline == headline(number, right=False), card
    assert verdicts(number, card, language) == {verdict}, card
    assert card.lines[1:] == (ask_hint(number),)


@pytest.mark.parametrize(ANSWERED, _rows(ALSO_RIGHT), indirect=["language"])
def test_other_right_answer_is_right_too(answers, language, number, code, verdict):
    """An answer that is right but not the lesson's own is accepted."""
    card = answers.answered(number, code)
    assert card.headline == headline(number, right=True), card
    assert verdicts(number, card, language) == {verdict}


@pytest.mark.parametrize("number", EXERCISES)
def test_no_message_is_out_of_reach(number):
    """Every message of an exercise is what some answer of these tests gets."""
    reached = {verdict for _, verdict in (*WRONG[number], *ALSO_RIGHT.get(number, ()))}
    assert set(table(number)) == reached | {"right"}
    assert len(WRONG[number]) >= 2


@pytest.mark.parametrize("number", EXERCISES)
def test_every_verdict_has_its_message_with_the_values_it_is_given(number):
    """What a grader returns is a message, and each message has only placeholders that it fills."""
    grader = EXERCISE[number].grade
    returned = _returned(grader)
    assert set(returned) <= set(table(number))
    assert set(table(number)) <= _mentioned(grader)
    for verdict, texts in table(number).items():
        for language in LANGUAGES:
            assert fields(texts[language]) <= returned.get(verdict, set()), verdict


def _code_of(function) -> Iterator[ast.AST]:
    """Yield the nodes of a grader's code and of the functions of its module that it calls."""
    for node in ast.walk(ast.parse(textwrap.dedent(inspect.getsource(function)))):
        yield node
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name):
            helper = vars(inspect.getmodule(function)).get(node.func.id)
            if inspect.isfunction(helper) and node.func.id.startswith("_"):
                yield from _code_of(helper)


def _returned(grader) -> dict[str, set[str]]:
    """Return the verdicts that a grader's code returns by name, with the values beside each."""
    found: dict[str, set[str]] = {}
    for node in _code_of(grader):
        if isinstance(node, ast.Return) and node.value is not None:
            for name, given in _named(node.value):
                found[name] = found.get(name, set()) | given
    return found


def _mentioned(grader) -> set[str]:
    """Return all texts in a grader's code: some verdicts are read from a table of theirs."""
    return {node.value for node in _code_of(grader) if _text(node)}


def _text(node: ast.AST) -> bool:
    return isinstance(node, ast.Constant) and isinstance(node.value, str)


def _named(node: ast.expr, given: frozenset[str] = frozenset()) -> Iterator[tuple[str, set[str]]]:
    """Yield what an expression that is returned may be: texts, and the values beside them."""
    if _text(node):
        yield node.value, set(given)
    elif isinstance(node, ast.IfExp):
        yield from _named(node.body, given)
        yield from _named(node.orelse, given)
    elif isinstance(node, ast.Tuple) and isinstance(node.elts[-1], ast.Dict):
        keys = frozenset(key.value for key in node.elts[-1].keys)
        yield from _named(node.elts[0], keys)


def test_hint_is_in_each_language(language):
    """A hint alone is a card in the learner's language, without any verdict."""
    for number in EXERCISES:
        own = EXERCISE[number].hint._asdict()[language]
        assert hint(number).headline == text(es=f"Pista: {own}", en=f"Hint: {own}")
        assert hint(number).lines == ()


@pytest.mark.parametrize("name", ["9.9", "", 2.1, None])
def test_unknown_exercise(language, name):
    """An exercise that does not exist gets an error that lists those that do."""
    for call in (lambda: check(name, 1), lambda: hint(name)):
        with pytest.raises(InputError) as caught:
            call()
        allowed = ", ".join(repr(number) for number in EXERCISE)
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


def _exits(*args):
    sys.exit(3)


def _raises(*args):
    raise ZeroDivisionError("on purpose")


def _recurses(*args):
    return _recurses()


def _numpy_array():
    return pytest.importorskip("numpy").arange(100) ** 3


STRANGE = {
    "None": lambda: None,
    "True": lambda: True,
    "nan": lambda: float("nan"),
    "infinity": lambda: float("inf"),
    "bytes": lambda: b"close",
    "type": lambda: int,
    "hostile": _hostile,
    "hostile function": lambda: _hostile(callable_too=True),
    "hostile list": lambda: [_hostile()] * 100,
    "hostile pair": lambda: (_hostile(), _hostile()),
    "generator": lambda: (x for x in range(10)),
    "numpy array": _numpy_array,
    "numpy pair": lambda: (_numpy_array(), _numpy_array()),
    "numpy number": lambda: pytest.importorskip("numpy").float32(0.5),
    "huge list": lambda: list(range(2_000_000)),
    "huge number": lambda: 10**400,
    "huge text": lambda: "x" * 1_000_000,
    "raises": lambda: lambda *args: _raises(),
    "exits": lambda: lambda *args: _exits(),
    "recurses": lambda: lambda *args: _recurses(),
    "returns itself": lambda: lambda *args: args,
    "returns hostile": lambda: lambda *args: _hostile(),
    "takes nothing": lambda: lambda: [],
    "empty tuple": tuple,
    "empty dict": dict,
    "odd timings": lambda: ({"sequential": 1, "pool": None}, 3),
    "dots inside": lambda: ([...], {"pool": ...}),
}


@pytest.mark.parametrize("number", EXERCISES)
def test_check_never_raises_on_a_strange_answer(number):
    """However strange an answer is, check returns a card that shows as text and as HTML."""
    for name, strange in STRANGE.items():
        card = check(number, strange())
        assert number in card.headline, name
        assert card.lines[-1], name
        assert repr(card).startswith(card.headline), name
        assert "<div" in card._repr_html_(), name


def test_check_survives_an_error_that_cannot_be_written(language):
    """An answer whose error cannot even be turned into text still gets a card."""

    class UnwritableError(Exception):
        def __str__(self):
            raise RuntimeError("no")

    def answer(root):
        raise UnwritableError

    assert "8.3" in check("8.3", answer).headline


@pytest.mark.parametrize("number", ["8.3"])
def test_answer_that_raises_is_told_with_its_error(language, number):
    """Where the learner's function raises, the card names the error and says how to get a hint."""
    card = check(number, lambda *given: _raises())
    assert card.lines[0] == exercises.RAISED.said(error="ZeroDivisionError: on purpose")


@pytest.mark.parametrize("number", ["8.3"])
def test_interrupting_an_answer_interrupts_check(number):
    """An interrupt of an endless answer gets through: check does not take it for a mistake."""

    def endless(*given):
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        check(number, endless)


@pytest.fixture
def task_from(tmp_path, monkeypatch):
    """Return a function that imports a task from a module made of the text it is given."""
    monkeypatch.syspath_prepend(tmp_path)

    def make(name: str, body: str):
        module = f"import os, sys, time\n\ndef task(directory):\n    {body}\n"
        (tmp_path / f"{name}.py").write_text(module, encoding="utf-8")
        monkeypatch.delitem(sys.modules, name, raising=False)
        return __import__(name).task

    return make


@pytest.mark.parametrize("language", ["en"], indirect=True)
def test_task_that_never_ends_is_stopped(language, task_from, monkeypatch):
    """Exercise 3.3 gives up on a task that sleeps for ever, and says that it reached its limit."""
    monkeypatch.setattr(lesson_03_files, "CHECK_LIMIT_S", 1.5)
    begin = time.perf_counter()
    card = check("3.3", task_from("sleeper", "time.sleep(3600)"))
    assert time.perf_counter() - begin < 30
    assert verdicts("3.3", card, language) == {"not_importable"}
    assert "1.5 s" in card.lines[0]


@pytest.mark.parametrize(
    ("body", "verdict"),
    [
        ("raise ZeroDivisionError(directory)", "raised"),
        ("sys.exit(3)", "not_importable"),
        ("os._exit(3)", "not_importable"),
        ("return lambda: 0", "not_importable"),
        ("return None", "other_files"),
        ("return [directory]", "other_files"),
        ("return []", "other_files"),
    ],
)
@pytest.mark.parametrize("language", ["es"], indirect=True)
def test_importable_task_that_misbehaves(language, task_from, body, verdict):
    """Exercise 3.3 tells a task that raises, ends its process or returns something else."""
    card = check("3.3", task_from("misbehaves", body))
    assert card.headline == headline("3.3", right=False)
    assert verdicts("3.3", card, language) == {verdict}


@pytest.mark.parametrize(
    ("pool", "pays_from"),
    [
        ({1: 9, 2: 9, 3: 9}, None),
        ({1: 9, 2: 1, 3: 9}, None),
        ({1: 9, 2: 9, 3: 1}, 3),
        ({1: 9, 2: 1, 3: 1}, 2),
        ({1: 1, 2: 1, 3: 1}, 1),
        ({1: 1, 2: 9, 3: 1}, 3),
        ({1: 1, 2: 5, 3: 1}, 3),
        ({2: 1, 3: 1, 4: 1}, 2),
        ({4: 1}, None),
        ({}, None),
    ],
)
def test_where_the_pool_pays(pool, pays_from):
    """The answer to 2.3 is the number from which on the pool always wins; a tie wins nothing."""
    times = {"loop": {1: 5, 2: 5, 3: 5}, "pool": pool}
    assert lesson_02_pool.break_even((times, pays_from)) == "right"
