"""compare(): in turns, warmed up, checked, and with honest arithmetic."""

from __future__ import annotations

import dataclasses
import math
import statistics
import sys

import hypothesis
import pytest
import sample_tasks
from hypothesis import strategies as st

from helpers.language import message, set_language
from helpers.parallel import Comparison, InputError, ResultsDifferError, Run, Span, compare
from helpers.parallel.busyness import OtherPrograms
from helpers.parallel.timing import check_equal, quartiles, timing_warnings
from helpers.tasks import square

HOWS = ("sequential", "threads", "processes", "pool")


@pytest.fixture
def runs(monkeypatch):
    """Stand in for run: note each call, and give results and times that a test may set."""

    class Runs:
        def __init__(self):
            self.calls = []
            self.times_s = {}
            self.results = {}

        def __call__(self, task, items, **options):
            how = options["how"]
            self.calls.append((how, options, list(items)))
            given = self.times_s.get(how, [1.0])
            elapsed_s = given[(self.hows.count(how) - 1) % len(given)]
            results = self.results.get(how, [task(item) for item in items])
            span = Span(0, 0.0, elapsed_s, len(results))
            return Run(results, how, 1, len(results) or 1, None, elapsed_s, (0.0,), (span,))

        @property
        def hows(self):
            return [call[0] for call in self.calls]

    fake = Runs()
    monkeypatch.setattr(sys.modules["helpers.parallel.timing"], "run", fake)
    return fake


def test_ways_take_turns(runs):
    """Each way is warmed up first; then they take turns, so that noise falls on all alike."""
    compare(square, range(3), ("sequential", "pool"), repeats=3)
    assert sorted(runs.hows[:2]) == ["pool", "sequential"]
    measured = runs.hows[2:]
    assert len(measured) == 6
    assert all(set(measured[i : i + 2]) == {"sequential", "pool"} for i in (0, 2, 4))


def test_the_warm_up_does_not_count(runs):
    """The first, slow run of each way is in no figure."""
    runs.times_s = {"sequential": [50.0, 1.0, 2.0, 3.0], "pool": [90.0, 4.0, 5.0, 6.0]}
    compared = compare(square, range(3), ("sequential", "pool"), repeats=3)
    assert compared.times_s == {"sequential": (1.0, 2.0, 3.0), "pool": (4.0, 5.0, 6.0)}
    assert compared.typical["pool"].elapsed_s == 5.0


def test_arguments_are_passed_on(runs):
    """n_workers, chunksize, start_method and timeout_s reach every run; items are taken once."""
    items = (i for i in range(4))
    compare(
        square,
        items,
        ("sequential", "pool"),
        repeats=2,
        n_workers=3,
        chunksize=2,
        start_method="spawn",
        timeout_s=7,
    )
    for _how, options, given in runs.calls:
        assert given == [0, 1, 2, 3]
        assert options["n_workers"] == 3
        assert options["chunksize"] == 2
        assert options["start_method"] == "spawn"
        assert options["timeout_s"] == 7


def test_sequential_is_the_oracle_even_where_it_is_not_asked_for(runs):
    """Without the sequential way among the hows, the results are compared with it all the same."""
    runs.results = {"pool": [0, 1, 5]}
    with pytest.raises(ResultsDifferError):
        compare(square, range(3), ("pool",))


@pytest.mark.parametrize(
    ("given", "index"),
    [
        ([0, 1, 5], 2),
        ([1, 0, 4], 0),
        ([0, None, 4], 1),
    ],
)
def test_results_that_differ(runs, given, index):
    """Other results are an error that names the way and the first item, in both languages."""
    runs.results = {"pool": given}
    texts = []
    for language in ("es", "en"):
        set_language(language)
        with pytest.raises(ResultsDifferError) as caught:
            compare(square, range(3), ("sequential", "pool"))
        texts.append(str(caught.value))
    assert texts[0] != texts[1]
    assert all("pool" in text and f" {index}," in text for text in texts)


@pytest.mark.parametrize(
    "value", [float("nan"), [float("nan")], {"a": (1, float("nan"))}, None, b"x", "ñ"], ids=repr
)
def test_equal_results_that_do_not_equal_themselves(runs, value):
    """Not-a-number in the results of both ways is no difference."""
    runs.results = {"sequential": [value], "pool": [value]}
    compared = compare(square, range(1), ("sequential", "pool"))
    assert compared.hows == ("sequential", "pool")


def test_not_a_number_from_another_process():
    """Not-a-number that has come from another process is still the same result."""
    compared = compare(float, ["nan", "1"], ("sequential", "processes"), repeats=1, n_workers=1)
    assert math.isnan(compared.typical["processes"].results[0])


class Array:
    """A result that compares like numpy's arrays: item by item, without one truth."""

    def __init__(self, *values):
        self.values = values

    def __eq__(self, other):
        """Compare item by item."""
        return Array(*(one == two for one, two in zip(self.values, other.values, strict=True)))

    def __bool__(self):
        """Refuse, as numpy does."""
        raise ValueError("the truth of an array is ambiguous")

    def all(self):
        """Say whether all values are true."""
        return all(self.values)

    __hash__ = None


def test_results_that_are_arrays(runs):
    """Results whose comparison gives no truth are compared, or refused, but not by a riddle."""
    runs.results = {"sequential": [Array(1, 2)], "pool": [Array(1, 2)]}
    compared = compare(square, range(1), ("sequential", "pool"))
    assert compared.hows == ("sequential", "pool")
    runs.results = {"sequential": [Array(1, 2)], "pool": [Array(1, 3)]}
    with pytest.raises(ResultsDifferError):
        compare(square, range(1), ("sequential", "pool"))


@pytest.mark.parametrize("repeats", [0, -1, 2.5, True, "3", None])
def test_bad_repeats(runs, repeats):
    """Repeats that are no whole number from 1 on are refused before anything runs."""
    with pytest.raises(InputError) as caught:
        compare(square, range(3), repeats=repeats)
    assert "repeats" in str(caught.value)
    assert repr(repeats) in str(caught.value)
    assert runs.calls == []


@pytest.mark.parametrize("hows", [("sequential", "proceses"), ("nothing",), (None,), (3,)])
def test_bad_hows(hows):
    """An unknown way is refused as run refuses it."""
    with pytest.raises(InputError) as caught:
        compare(square, range(3), hows, repeats=1)
    assert repr(hows[-1]) in str(caught.value)


@pytest.mark.parametrize("hows", ["pool", None, 3])
def test_hows_that_are_no_list_of_ways(hows):
    """One way as a plain text, or no list at all, is refused."""
    with pytest.raises(InputError) as caught:
        compare(square, range(3), hows, repeats=1)
    assert "how" in str(caught.value)


def test_no_ways():
    """There is nothing to compare in an empty list of ways, and the error says so."""
    with pytest.raises(InputError, match="hows"):
        compare(square, range(3), (), repeats=1)


@pytest.mark.parametrize("hows", [("pool", "pool"), ("sequential", "sequential")])
def test_the_same_way_twice(runs, hows):
    """A way that is named twice has as many times as were asked for, or is refused."""
    try:
        compared = compare(square, range(3), hows, repeats=3)
    except InputError:
        return
    assert compared.hows == hows[:1]
    assert len(compared.times_s[hows[0]]) == 3


def test_bad_items():
    """Items that are not iterable are refused as run refuses them."""
    with pytest.raises(InputError) as caught:
        compare(square, 5)
    assert "items" in str(caught.value)


def test_what_a_task_raises_comes_out():
    """A task that raises gives its own exception, as in run."""
    with pytest.raises(ValueError, match="no good"):
        compare(sample_tasks.raise_value_error, [1], n_workers=1)


def test_a_time_limit_holds_for_each_run():
    """The time limit is that of a single run."""
    with pytest.raises(TimeoutError):
        compare(sample_tasks.sleep, [0.1] * 5_000, ("sequential",), timeout_s=0.25)


def test_no_items():
    """Comparing the ways on nothing gives figures that can be shown."""
    compared = compare(square, [], HOWS, repeats=2)
    assert compared.hows == HOWS
    assert repr(compared)
    for how in HOWS:
        assert math.isfinite(compared.median_s(how))
        assert compared.speedup(how) >= 0


def test_all_ways_for_real():
    """All ways together on real work give the sequential results and times that are there."""
    compared = compare(square, range(50), HOWS, repeats=2, n_workers=2)
    assert compared.hows == HOWS
    for how in HOWS:
        assert compared.typical[how].results == [i * i for i in range(50)]
        assert len(compared.times_s[how]) == 2
        assert all(time_s > 0 for time_s in compared.times_s[how])


# ---- arithmetic


def a_comparison(**times_s) -> Comparison:
    """Return a comparison made by hand."""
    return Comparison({how: tuple(times) for how, times in times_s.items()}, {}, ())


def test_arithmetic():
    """Median, quartiles and speedup are what the definitions give."""
    compared = a_comparison(sequential=[8.0, 2.0, 4.0, 6.0, 10.0], pool=[3.0, 1.0, 2.0])
    assert compared.hows == ("sequential", "pool")
    assert compared.median_s("sequential") == 6.0
    assert compared.median_s("pool") == 2.0
    assert compared.speedup("pool") == 3.0
    assert compared.speedup("sequential") == 1.0
    assert compared.speedup("sequential", over="pool") == pytest.approx(1 / 3)
    low_s, high_s = compared.quartiles_s("sequential")
    inclusive = statistics.quantiles([2, 4, 6, 8, 10], n=4, method="inclusive")
    assert (low_s, high_s) == (inclusive[0], inclusive[2])


def test_arithmetic_of_even_numbers():
    """With an even number of timings the median is the middle of the two in the middle."""
    assert a_comparison(pool=[1.0, 2.0, 10.0, 4.0]).median_s("pool") == 3.0


def test_typical_of_an_even_number(runs):
    """With an even number of repeats the typical run is the lower of the two in the middle."""
    runs.times_s = {"pool": [9.0, 4.0, 1.0, 3.0, 2.0]}
    assert compare(square, [1], ("pool",), repeats=4).typical["pool"].elapsed_s == 2.0


def test_arithmetic_of_one_timing():
    """One timing is its own median and quartiles."""
    compared = a_comparison(pool=[2.5])
    assert compared.median_s("pool") == 2.5
    assert compared.quartiles_s("pool") == (2.5, 2.5)


def test_repr_has_each_way():
    """A comparison shows itself with each way and its median."""
    text = repr(a_comparison(sequential=[6.0], pool=[2.0]))
    assert "sequential" in text
    assert "pool" in text
    assert "6" in text
    assert "2" in text


def test_a_comparison_is_frozen():
    """A comparison cannot be changed by mistake."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        a_comparison(pool=[1.0]).warnings = ("x",)


# ---- warnings


@pytest.mark.parametrize(
    ("times_s", "words"),
    [
        ([1.0, 1.0, 0.5, 2.0, 3.0], {"es": "varían", "en": "vary"}),
        ([1e-9, 1e-9, 1e-9], {"es": "reloj", "en": "clock"}),
    ],
)
def test_warnings(runs, times_s, words):
    """Timings that scatter or are too short to measure carry a warning, in both languages."""
    runs.times_s = {"pool": times_s, "sequential": [1.0]}
    for language, word in words.items():
        set_language(language)
        warnings = compare(square, [1], ("sequential", "pool"), repeats=5).warnings
        assert len(warnings) == 1
        assert word in warnings[0]
        assert message("way_name.pool") in warnings[0]


def test_no_warning_without_reason(runs):
    """Steady timings carry no warning."""
    runs.times_s = {"pool": [1.0, 1.01, 0.99], "sequential": [2.0]}
    assert compare(square, [1], ("sequential", "pool")).warnings == ()


@pytest.fixture
def busy_cpus(monkeypatch):
    """Return what sets how many CPUs other programs are said to keep busy."""
    monkeypatch.setattr("os.cpu_count", lambda: 4)

    def told(cpus):
        monkeypatch.setattr(OtherPrograms, "busy_cpus", lambda self: cpus)

    return told


@pytest.mark.parametrize("language", ["es", "en"])
def test_a_busy_machine_is_a_warning(runs, busy_cpus, language):
    """Where other programs leave too few CPUs free, the warning says how many they used."""
    set_language(language)
    busy_cpus(99.5)
    [warning] = compare(square, [1], ("sequential", "pool")).warnings
    assert warning == message("compare.busy", cpus=99.5)
    assert "99.5" in warning
    assert ("Other programs" in warning) == (language == "en")


@pytest.mark.parametrize("cpus", [None, 0.0, 0.1])
def test_a_quiet_machine_is_none(runs, busy_cpus, cpus):
    """Where nobody is in the way, or the system does not say, there is no warning."""
    busy_cpus(cpus)
    assert compare(square, [1], ("sequential", "pool")).warnings == ()


def test_each_warning_stands_alone(busy_cpus):
    """What scatters, what is too short and what others do are told one by one."""
    others = OtherPrograms()
    busy_cpus(99.5)
    times_s = {"one": [1e-9] * 3, "two": [1.0, 2.0, 3.0], "three": [1.0, 1.0, 1.0]}
    warnings = timing_warnings(times_s, others)
    assert len(warnings) == 3
    assert sum("one" in warning for warning in warnings) == 1
    assert sum("two" in warning for warning in warnings) == 1
    assert not any("three" in warning for warning in warnings)
    assert len(timing_warnings(times_s)) == 2
    assert timing_warnings({}) == ()


@pytest.mark.parametrize("spread", [0.1, 0.2, 0.3, 1.0])
def test_how_much_scatter_is_a_warning(spread):
    """The distance of the quartiles counts, and a quarter of the median is the limit."""
    times_s = [1 - spread, 1 - spread / 2, 1.0, 1 + spread / 2, 1 + spread]
    warnings = timing_warnings({"this way": times_s})
    assert len(warnings) == (spread > 0.25)
    assert all(f"{100 * spread:.0f}%" in warning for warning in warnings)


def test_one_timing_does_not_scatter():
    """A single timing has no spread to warn of."""
    assert timing_warnings({"this way": [1.0]}) == ()


@hypothesis.given(st.lists(st.floats(0, 1e6), min_size=1, max_size=20))
def test_quartiles_of_any_timings(times_s):
    """They are those of the inclusive method, in order, within what was measured."""
    low, high = quartiles(times_s)
    assert min(times_s) <= low * (1 + 1e-12)
    assert low <= high
    assert high <= max(times_s) * (1 + 1e-12)
    if len(times_s) > 1:
        inclusive = statistics.quantiles(times_s, n=4, method="inclusive")
        assert (low, high) == pytest.approx((inclusive[0], inclusive[2]))
    assert quartiles(times_s[:1]) == (times_s[0], times_s[0])


@pytest.mark.parametrize(
    ("results", "expected", "index"),
    [
        ([1, 2, 3], [1, 2, 4], 2),
        ([1.0, 2.1], [1.0, 2.0], 1),
        ([None], [0], 0),
        (["a", "b"], ["b", "a"], 0),
        ([float("nan"), 1], [float("nan"), 2], 1),
    ],
)
def test_check_equal_names_the_first_that_differs(results, expected, index):
    """The error names the way, the place, what came and what should have come."""
    with pytest.raises(ResultsDifferError) as caught:
        check_equal("pool", results, expected)
    text = str(caught.value)
    assert "'pool'" in text
    assert f" {index}," in text
    assert f"{results[index]!r} instead of {expected[index]!r}" in text


@hypothesis.given(st.lists(st.integers() | st.floats() | st.text() | st.none()))
def test_check_equal_of_equal_results(results):
    """A copy is no difference, not-a-number included."""
    check_equal("pool", list(results), results)
