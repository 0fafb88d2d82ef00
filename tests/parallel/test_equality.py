"""Results that hold arrays, tables, NaN or objects without ``==`` are compared all the same."""

from __future__ import annotations

import dataclasses
import pickle

import numpy as np
import pytest
import sample_tasks

from helpers.parallel import ResultsDifferError, compare, scaling
from helpers.parallel.equality import same

NAN = float("nan")


@dataclasses.dataclass
class Row:
    """A row whose own ``==`` says no to NaN, and raises where it holds an array."""

    name: str
    values: object


class Box:
    """An object without an ``==`` of its own."""

    def __init__(self, inside):
        self.inside = inside


class Table:
    """What a data frame is to whoever compares: its ``==`` is a table of answers."""

    columns = ("a",)

    def __init__(self, values):
        self.values = values

    def __eq__(self, other):
        return Table([one == two for one, two in zip(self.values, other.values, strict=True)])

    def __bool__(self):
        raise ValueError("the truth value of a table is ambiguous")

    __hash__ = None

    def equals(self, other):
        """As pandas has it: NaN equals NaN."""
        return str(self.values) == str(other.values)


class Column(Table):
    """What an array of pandas' is: a list of them takes their answers for a yes."""

    def __bool__(self):
        return True


class Record(dict):
    """A dictionary that has whatever attribute it is asked for."""

    __getattr__ = dict.get


class Secretive:
    """An object that can neither be compared nor looked into."""

    def __eq__(self, other):
        raise RuntimeError("no")

    def __reduce_ex__(self, protocol):
        raise RuntimeError("no")

    __hash__ = None


def local_function():
    """Return a function that no other process can import."""
    return lambda: 1


def holding(x):
    """Return something of each kind that holds ``x``."""
    return [
        x,
        [1.0, x],
        {"sum": 1.0, "data": (np.arange(3), x)},
        np.array([x, 2.0]),
        np.array([[x], [None]], dtype=object),
        np.float32(x),
        Row("r", x),
        Row("r", np.array([x, x])),
        Box(x),
        Box(Box([x])),
        Table([x]),
        [Column([x])],
        {x: 1},
        Record(a=x),
        (x, frozenset([x, "a"])),
    ]


@pytest.mark.parametrize("x", [3.0, NAN, 0.1])
def test_the_same_value_from_another_process_is_the_same(x):
    """Whatever holds it, and though NaN equals nothing: what pickle copied is the same."""
    for value in holding(x):
        assert same(value, pickle.loads(pickle.dumps(value))) is True, value


@pytest.mark.parametrize("other", [4.0, NAN])
def test_another_value_is_not_the_same(other):
    """Wherever it stands, another value differs."""
    for one, two in zip(holding(3.0), holding(other), strict=True):
        assert same(one, two) is False, one


@pytest.mark.parametrize("pair", [(1, "1"), ([1], [1, 2]), ({"a": 1}, {"b": 1}), (None, 0)])
def test_other_kinds_and_lengths_differ(pair):
    """A value of another type, length or with other keys differs."""
    assert same(*pair) is False


def test_arrays_of_another_shape_or_type_differ():
    """An array is its shape and type too, as its values can be the same."""
    assert same(np.zeros(4), np.zeros((2, 2))) is False
    assert same(np.zeros(4), np.zeros(4, dtype=int)) is False


def test_what_cannot_be_compared_is_said():
    """Neither the same nor different, alone and inside of others; a circle ends."""
    circle, other = [1.0], [1.0]
    circle.append(circle)
    other.append(other)
    assert same(Secretive(), Secretive()) is None
    assert same([1, Secretive()], [1, Secretive()]) is None
    assert same([1, Secretive()], [2, Secretive()]) is False
    assert same(circle, other) is None
    # Nobody knows which object of a set belongs to which of the other.
    boxes = {Box(number) for number in range(9)}
    assert same(Row("r", boxes), pickle.loads(pickle.dumps(Row("r", boxes)))) is not False


def test_functions_and_classes_are_what_they_are():
    """Another one of a module is another value; of those that each call makes, nobody can tell."""
    assert same(int, str) is False
    assert same(holding, same) is False
    assert same(local_function(), local_function()) is None


def test_tables_of_pandas():
    """Its missing values are the same, and objects in it are compared by what they hold."""
    pandas = pytest.importorskip("pandas")
    for one, other in (([1, None], [1, 2]), ([Box(NAN)], [Box(1)]), ([np.ones(2)], [np.zeros(2)])):
        for make in (pandas.Series, pandas.Index, lambda values: pandas.DataFrame({"a": values})):
            assert same(make(one), pickle.loads(pickle.dumps(make(one)))) is True
            assert same(make(one), make(other)) is False
    missing = pandas.array([1, pandas.NA])
    assert same([missing], [missing.copy()]) is True
    assert same([missing], [pandas.array([1, 2])]) is False


@pytest.mark.parametrize("measure", [compare, scaling])
def test_measuring_such_results(measure):
    """Every task whose results are the same is measured, without a warning about them."""
    options = {"n_workers": 1} if measure is compare else {"worker_counts": [1]}
    measured = measure(sample_tasks.box_of_nan, [1, 2], repeats=2, **options)
    assert not any("compare" in warning for warning in measured.warnings)


@pytest.mark.parametrize("measure", [compare, scaling])
def test_measuring_what_cannot_be_compared(measure):
    """It is measured all the same, and one sentence says that nobody can tell."""
    options = {"n_workers": 1} if measure is compare else {"worker_counts": [1]}
    measured = measure(sample_tasks.circle, [1, 2], repeats=2, **options)
    assert sum("cannot be compared" in warning for warning in measured.warnings) == 1


def test_random_arrays_are_refused():
    """What really differs is refused, inside of arrays too."""
    with pytest.raises(ResultsDifferError):
        compare(sample_tasks.random_array, [1, 2], n_workers=1)
