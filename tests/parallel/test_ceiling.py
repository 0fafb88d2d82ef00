"""hardware_ceiling(): interpreters side by side, their arithmetic, and machines that fail."""

from __future__ import annotations

import math
import os
import sys

import pytest
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import set_language
from helpers.parallel import Ceiling, InputError, MachineError, hardware_ceiling

LANGUAGES = ("es", "en")
module = sys.modules["helpers.parallel.ceiling"]
needs_sh = pytest.mark.skipif(os.name != "posix", reason="the broken interpreters are sh scripts")


# ---- measuring


@pytest.mark.parametrize(("n_workers", "repeats"), [(1, 1), (2, 3), (3, 1)])
def test_as_many_as_asked_for(n_workers, repeats):
    """Each number up to the one asked for is measured, as often as asked for, by counting.

    A repeat in which a busy machine let nothing be counted is left out.
    """
    measured = hardware_ceiling(n_workers, repeats=repeats)
    assert measured.n_workers == tuple(range(1, n_workers + 1))
    (told,) = {len(rates) for rates in measured.rates}
    assert repeats // 2 < told <= repeats
    assert all(rate > 0 and math.isfinite(rate) for rates in measured.rates for rate in rates)
    assert measured.speedups[1] == 1
    assert list(measured.speedups) == list(measured.n_workers)


def test_left_out(monkeypatch):
    """Left out, the interpreters are as many as there are usable CPUs, measured seven times."""
    monkeypatch.setattr(module, "usable_cpus", lambda: 2)
    measured = hardware_ceiling()
    assert measured.n_workers == (1, 2)
    assert {len(rates) for rates in measured.rates} == {7}
    assert all(speedup > 0 for speedup in measured.speedups.values())


def test_many_cpus(monkeypatch):
    """On a large machine a few numbers stand for all: rising, from 1 to the last."""
    asked = []

    def side_by_side(most, turns):
        asked.append(set(turns))
        return [[100 if k < turn else -1 for turn in turns] for k in range(most)]

    monkeypatch.setattr(module, "_side_by_side", side_by_side)
    for most in (1, 2, 7, 8, 9, 12, 16, 61, 100, 192):
        measured = hardware_ceiling(most, repeats=2)
        numbers = measured.n_workers
        assert list(numbers) == sorted(set(numbers))
        assert (numbers[0], numbers[-1]) == (1, most)
        assert numbers[:8] == tuple(range(1, min(most, 8) + 1))
        assert len(numbers) <= 20
        assert asked.pop() == set(numbers)
        assert measured.speedups == {n: n for n in numbers}


# ---- arithmetic

CEILING = Ceiling((1, 2, 4), ((10.0, 20.0, 1.0), (18.0, 36.0, 1.0), (24.0, 45.0, 3.0)))


def test_speedups_are_of_the_typical_repeat():
    """What all got done, against what one got done in the same repeat: the median of these."""
    assert CEILING.speedups == {1: 1.0, 2: 1.8, 4: 2.4}


@pytest.mark.parametrize(
    ("n_workers", "speedup"), [(1, 1), (2, 1.8), (3, 2.1), (4, 2.4), (5, 2.4), (1024, 2.4)]
)
def test_between_and_beyond_what_was_measured(n_workers, speedup):
    """Between two numbers the speedup lies on a line, and beyond the last it stays."""
    assert CEILING.speedup(n_workers) == pytest.approx(speedup)


@given(st.lists(st.floats(0.1, 100), min_size=1, max_size=9), st.integers(1, 20))
def test_a_line_never_leaves_its_ends(rates, n_workers):
    """Every interpolated speedup lies between the two that were measured around it."""
    numbers = tuple(2 * k + 1 for k in range(len(rates)))
    made = Ceiling(numbers, tuple((rate,) for rate in rates))
    below = max(n for n in numbers if n <= n_workers)
    above = min((n for n in numbers if n >= n_workers), default=below)
    low, high = sorted((made.speedups[below], made.speedups[above]))
    assert low * (1 - 1e-9) <= made.speedup(n_workers) <= high * (1 + 1e-9)


def test_one_number_is_enough():
    """Of a single CPU the ceiling is 1, whatever the number of workers."""
    made = Ceiling((1,), ((10.0, 20.0),))
    assert made.speedups == {1: 1.0}
    assert made.speedup(1) == made.speedup(64) == 1


# ---- bad input, and machines that fail


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", ["n_workers", "repeats"])
@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "2", math.nan], ids=repr)
def test_bad_numbers(monkeypatch, language, name, bad):
    """A number that is no whole number above 0 is named, and nothing is started."""
    set_language(language)
    monkeypatch.delattr(module, "_interpreter")
    with pytest.raises(InputError) as caught:
        hardware_ceiling(**{"n_workers": 1, name: bad})
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)
    assert ("must be" in str(caught.value)) == (language == "en")


@pytest.fixture
def broken(monkeypatch, tmp_path):
    """Return what has each new interpreter be a program of this text, with short limits."""
    monkeypatch.setattr(module, "BOOT_S", 0.1)
    monkeypatch.setattr(module, "LIMIT_S", 0.5)

    def put(text):
        program = tmp_path / "broken"
        if text is not None:
            program.write_text(text, encoding="utf-8")
            program.chmod(0o755)
        monkeypatch.setattr(sys, "executable", str(program))

    return put


FAILURES = {
    "is not there": None,
    "cannot be run": "no program",
    "exits": "#!/bin/sh\nexit 3\n",
    "reads and exits": "#!/bin/sh\nread line\nexit 0\n",
    "complains and exits": "#!/bin/sh\necho 'no module named encodings' >&2\nexit 1\n",
    "hangs": "#!/bin/sh\nexec sleep 60\n",
    "reads and hangs": "#!/bin/sh\nread line\nexec sleep 60\n",
    "is killed": "#!/bin/sh\nkill -9 $$\n",
    "says what is no answer": "#!/bin/sh\nread line\necho hello\n",
    "says too little": "#!/bin/sh\nread line\necho '[1]'\n",
    "says something else": "#!/bin/sh\nread line\necho '{}'\n",
    "says no bytes of a text": "#!/bin/sh\nread line\nprintf '\\377\\376\\n'\n",
    "says too much": "#!/bin/sh\nread line\necho '[1, 1, 1, 1, 1, 1, 1, 1]'\n",
}


@needs_sh
@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("text", FAILURES.values(), ids=FAILURES)
def test_an_interpreter_that_fails(broken, text, language):
    """An interpreter that does not start, ends or hangs is an error in seconds; none is left."""
    set_language(language)
    broken(text)
    with pytest.raises(MachineError) as caught:
        hardware_ceiling(2, repeats=2)
    assert ("could not be measured" in str(caught.value)) == (language == "en")
    assert caught.value.__cause__ is not None


@needs_sh
@pytest.mark.parametrize("language", LANGUAGES)
def test_an_interpreter_that_computes_nothing(broken, language):
    """Where the machine is so busy that nothing was counted, there is no ratio, and it is said."""
    set_language(language)
    broken("#!/bin/sh\nread line\necho '[0, 0, 0]'\n")
    with pytest.raises(MachineError) as caught:
        hardware_ceiling(1, repeats=2)
    assert {"es": "ocupada", "en": "busy"}[language] in str(caught.value)


@needs_sh
def test_the_second_interpreter_fails(monkeypatch, tmp_path):
    """Where the first interpreter starts and the second cannot, the first does not stay."""
    real, started = module._interpreter, []

    def interpreter():
        if started:
            raise OSError("no more processes")
        started.append(real())
        return started[0]

    monkeypatch.setattr(module, "_interpreter", interpreter)
    with pytest.raises(MachineError, match="no more processes"):
        hardware_ceiling(2, repeats=1)
    assert started[0].returncode is not None


def test_an_interrupt_leaves_no_interpreter(monkeypatch):
    """Ctrl+C in the middle ends all interpreters and comes out as it is."""
    real, started = module._interpreter, []

    def interpreter():
        if len(started) == 2:
            raise KeyboardInterrupt
        started.append(real())
        return started[-1]

    monkeypatch.setattr(module, "_interpreter", interpreter)
    with pytest.raises(KeyboardInterrupt):
        hardware_ceiling(3, repeats=1)
    assert all(process.returncode is not None for process in started)


# ---- a busy machine


def counted(*alone):
    """Return what two interpreters count in a warm-up and as many rounds as are given."""
    first = [9, 9] + [count for one in alone for count in (one, 10)]
    second = [-1, 9] + [count for _ in alone for count in (-1, 10)]
    return lambda _most, _turns: [first, second]


def test_a_round_in_which_nothing_was_counted_is_left_out(monkeypatch):
    """Where other programs took a whole slot, its round is dropped, and the others count."""
    monkeypatch.setattr(module, "_side_by_side", counted(10, 0, 20))
    measured = hardware_ceiling(2, repeats=3)
    assert measured.rates == ((10.0, 20.0), (20.0, 20.0))


def test_too_few_rounds_are_an_error(monkeypatch):
    """Where most rounds have to be dropped, nothing is said of the machine."""
    monkeypatch.setattr(module, "_side_by_side", counted(10, 0, 0))
    with pytest.raises(MachineError):
        hardware_ceiling(2, repeats=3)
