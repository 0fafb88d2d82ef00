"""Test the checks: every defect is caught by the check of its name, and by no other."""

from __future__ import annotations

import re

import pytest

from . import checks_spelling
from .checks import CHECKS
from .checks_spelling import DictionaryMissingError, dictionary_needed
from .defects import ALLOWED, DEFECTS, Draft, code

CASES = [
    pytest.param(name, change, id=f"{name}: {defect}")
    for name, changes in DEFECTS.items()
    for defect, change in changes.items()
]


def found_by(change, expected=""):
    """Return what each check finds after a change, for those that find something.

    Without a dictionary spelling finds nothing, unless it is the check that is tested.
    """
    draft, found = Draft(), {}
    change(draft)
    for name, check in CHECKS.items():
        try:
            found[name] = check(draft.pair())
        except DictionaryMissingError:
            if name == expected:
                raise
    return {name: findings for name, findings in found.items() if findings}


@pytest.mark.parametrize(("name", "change"), CASES)
def test_a_defect_is_caught_by_its_check_alone(name, change):
    """Each broken lesson is caught by the check of that name, and by no other."""
    with dictionary_needed():
        found = found_by(change, expected=name)
    assert list(found) == [name], found


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_passes(change):
    """The good lesson passes every check, and so does what only looks like a defect."""
    assert found_by(change) == {}


def test_every_check_is_tested():
    """No check stands without a defect that it catches."""
    assert set(DEFECTS) == set(CHECKS)


def test_a_finding_says_where_and_what_to_do():
    """A finding names its check, the notebook, the cell's id and first words, and the remedy."""
    (findings,) = found_by(code("one = 1  # the first")).values()
    where = r"\[code_comments\] es/02_\w+\.ipynb, cell \d+ \(work\) 'one = 1 # the first'"
    assert re.match(f"{where}: say '# the first' in the Markdown cell above", findings[0])


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip), ("true", pytest.fail)])
def test_a_missing_dictionary_fails_in_ci(ci, outcome, monkeypatch):
    """Where no dictionary is installed a test is skipped, and fails in CI, saying what to do."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("DICPATH", "no-such-folder")
    monkeypatch.setattr(checks_spelling, "FOLDERS", ())
    monkeypatch.setattr(checks_spelling, "dictionary", checks_spelling.dictionary.__wrapped__)
    with pytest.raises(outcome.Exception, match="apt-get install"), dictionary_needed():
        checks_spelling.misspelled("unheard", "en")
