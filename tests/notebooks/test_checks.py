"""Test the checks: every defect is caught by the check of its name, and by no other."""

from __future__ import annotations

from pathlib import Path

import pytest

from . import checks_spelling
from .allowances import ALLOWED
from .checks import CHECKS
from .checks_spelling import DictionaryMissingError, dictionary_needed, word_list
from .defects import DEFECTS, Change, code
from .good_lesson import write_lesson
from .lessons import LANGUAGES, Pair, read_pairs


def found_by(pair: Pair, expected: str = "") -> dict[str, list[str]]:
    """Return what each check finds, for those that find something.

    Without a dictionary spelling finds nothing, unless it is the check that is tested.
    """
    found = {}
    for name, check in CHECKS.items():
        try:
            found[name] = [str(finding) for finding in check(pair)]
        except DictionaryMissingError:
            if name == expected:
                raise
    return {name: findings for name, findings in found.items() if findings}


def _cases() -> list[object]:
    return [
        pytest.param(name, change, id=f"{name}: {defect}")
        for name, changes in DEFECTS.items()
        for defect, change in changes.items()
    ]


@pytest.mark.parametrize(("name", "change"), _cases())
def test_a_defect_is_caught_by_its_check_alone(name: str, change: Change, tmp_path: Path) -> None:
    """Each broken lesson is caught by the check of that name, and by no other."""
    with dictionary_needed():
        found = found_by(write_lesson(tmp_path, change), expected=name)
    assert list(found) == [name], found


@pytest.mark.parametrize("change", ALLOWED.values(), ids=ALLOWED)
def test_what_is_allowed_passes(change: Change, tmp_path: Path) -> None:
    """The good lesson passes every check, and so does what only looks like a defect."""
    found = found_by(write_lesson(tmp_path, change))
    assert not found, found


def test_every_check_is_tested() -> None:
    """No check stands without a defect that it catches."""
    assert set(DEFECTS) == set(CHECKS)


def test_a_finding_says_where_and_what_to_do(tmp_path: Path) -> None:
    """A finding names its check, the notebook, the cell's id and first words, and the remedy."""
    (finding,) = CHECKS["no_bare_time"](write_lesson(tmp_path, code("%time")))[:1]
    expected = "[no_bare_time] es/02_trabajo_en_paralelo.ipynb, cell 5 (work) '%time squares"
    assert str(finding).startswith(expected)
    assert "write '%time statement'" in finding.advice


@pytest.mark.parametrize("language", LANGUAGES)
def test_word_lists_are_sorted(language: str) -> None:
    """The project's own words stand in order, once each, in lower case."""
    words = word_list(language)
    assert words == sorted({word.casefold() for word in words})


@pytest.mark.parametrize(("ci", "outcome"), [("", pytest.skip), ("true", pytest.fail)])
def test_a_missing_dictionary_fails_in_ci(
    ci: str, outcome: type, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where no dictionary is installed a test is skipped, and fails in CI, saying what to do."""
    monkeypatch.setenv("CI", ci)
    monkeypatch.setenv("DICPATH", "no-such-folder")
    monkeypatch.setattr(checks_spelling, "FOLDERS", ())
    monkeypatch.setattr(checks_spelling, "_dictionary", checks_spelling._dictionary.__wrapped__)
    with pytest.raises(outcome.Exception, match="apt-get install"), dictionary_needed():
        checks_spelling.misspelled("unheard", "en")


def test_a_folder_without_notebooks_has_no_lessons(tmp_path: Path) -> None:
    """Where nothing was built there is nothing to check, which test_lessons takes for a failure."""
    assert read_pairs(tmp_path) == []
