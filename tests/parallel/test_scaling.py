"""scaling(): the plain loop and each number of workers in turns, and honest arithmetic on them."""

from __future__ import annotations

import dataclasses
import math
import multiprocessing
import statistics
import sys

import pytest
import sample_tasks
from hypothesis import given
from hypothesis import strategies as st

from helpers.language import message, set_language
from helpers.parallel import (
    InputError,
    ResultsDifferError,
    Run,
    Scaling,
    Span,
    amdahl,
    gustafson,
    scaling,
)
from helpers.tasks import square

LANGUAGES = ("es", "en")
module = sys.modules["helpers.parallel.scaling"]  # the room's own name for it is the function's
START_METHODS = multiprocessing.get_all_start_methods()
WAYS = [("threads", None), *[(how, m) for how in ("processes", "pool") for m in START_METHODS]]


@pytest.fixture
def runs(monkeypatch):
    """Stand in for run: note each call, and give results and times that a test may set."""

    class Runs:
        def __init__(self):
            self.calls = []
            self.times_s = {}
            self.wrong_at = None

        def __call__(self, task, items, **options):
            workers = options.get("n_workers") if options["how"] != "sequential" else 0
            self.calls.append((workers, options, list(items)))
            given = self.times_s.get(workers, [1.0])
            elapsed_s = given[(self.workers.count(workers) - 1) % len(given)]
            results = [task(item) for item in items]
            if workers == self.wrong_at:
                results[-1] = "something else"
            span = Span(0, 0.0, elapsed_s, len(results))
            return Run(results, options["how"], 1, len(results), None, elapsed_s, (0.0,), (span,))

        @property
        def workers(self):
            return [call[0] for call in self.calls]

    fake = Runs()
    monkeypatch.setattr(module, "run", fake)
    return fake


# ---- measuring


def test_all_take_turns_after_a_warm_up(runs):
    """Each is warmed up once; then they take turns, so that noise falls on all alike."""
    scaling(square, range(6), [1, 2, 3], repeats=4)
    assert sorted(runs.workers[:4]) == [0, 1, 2, 3]
    measured = runs.workers[4:]
    assert len(measured) == 16
    assert all(sorted(measured[i : i + 4]) == [0, 1, 2, 3] for i in range(0, 16, 4))


def test_the_warm_up_does_not_count(runs):
    """The first, slow run of each is in no figure."""
    runs.times_s = {0: [50.0, 6.0, 4.0], 1: [70.0, 5.0, 7.0], 2: [90.0, 2.0, 3.0]}
    scaled = scaling(square, range(6), [1, 2], repeats=2)
    assert scaled.sequential_s == (6.0, 4.0)
    assert scaled.times_s == {1: (5.0, 7.0), 2: (2.0, 3.0)}


@pytest.mark.parametrize(("kind", "times"), [("strong", [1, 1, 1]), ("weak", [1, 1, 3])])
def test_arguments_are_passed_on(runs, kind, times):
    """Each call gets its items, n times in a weak scaling; a generator is taken once."""
    items = (i for i in range(5))
    options = {"how": "pool", "chunksize": 2, "start_method": "spawn", "timeout_s": 7}
    scaling(square, items, [1, 3], kind=kind, repeats=2, **options)
    factors = dict(zip([0, 1, 3], times, strict=True))
    for workers, named, listed in runs.calls:
        assert listed == [0, 1, 2, 3, 4] * factors[workers]
        assert named["timeout_s"] == 7
        if workers:
            assert {name: named[name] for name in options} == options


@pytest.mark.parametrize("counts", [[3, 1, 2], (2, 2, 3, 1, 1), [1, 2, 3], range(1, 4)])
def test_numbers_of_workers_are_sorted_and_measured_once(runs, counts):
    """Whatever their order, and named twice or not, each number is measured once, rising."""
    scaled = scaling(square, range(3), counts, repeats=2)
    assert scaled.worker_counts == (1, 2, 3)
    assert list(scaled.times_s) == [1, 2, 3]
    assert all(len(times) == 2 for times in scaled.times_s.values())


@pytest.mark.parametrize(
    ("cpus", "counts"),
    [
        (1, (1,)),
        (2, (1, 2)),
        (3, (1, 2, 3)),
        (4, (1, 2, 4)),
        (6, (1, 2, 4, 6)),
        (16, (1, 2, 4, 8, 16)),
        (20, (1, 2, 4, 8, 16, 20)),
    ],
)
def test_without_numbers_they_double(runs, monkeypatch, cpus, counts):
    """Left out, the numbers are 1, 2, 4 and so on, and last the usable CPUs."""
    monkeypatch.setattr(module, "usable_cpus", lambda: cpus)
    assert scaling(square, range(3), repeats=1).worker_counts == counts


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", ["strong", "weak"])
@pytest.mark.parametrize("wrong_at", [1, 3])
def test_results_that_differ(runs, kind, wrong_at, language):
    """Other results than the plain loop's are an error that names the item."""
    set_language(language)
    runs.wrong_at = wrong_at
    with pytest.raises(ResultsDifferError, match="'something else'") as caught:
        scaling(square, range(4), [1, 3], kind=kind, repeats=1)
    index = 4 * (wrong_at if kind == "weak" else 1) - 1
    assert f" {index}," in str(caught.value)
    assert len(runs.calls) <= 3, "no timing was taken of what is wrong"


@pytest.mark.parametrize("kind", ["strong", "weak"])
def test_a_task_that_depends_on_its_process(kind):
    """A task whose result differs from process to process cannot be measured, and says so."""
    with pytest.raises(ResultsDifferError, match="processes"):
        scaling(sample_tasks.process_id, [1, 2], [1], kind=kind, repeats=1)


@pytest.mark.parametrize(("how", "start_method"), WAYS)
def test_every_way_for_real(how, start_method):
    """Each way and start method is measured, with times that are there."""
    scaled = scaling(
        square, range(20), [1, 2], how=how, start_method=start_method, repeats=1, timeout_s=200
    )
    assert (scaled.kind, scaled.how, scaled.worker_counts) == ("strong", how, (1, 2))
    assert len(scaled.sequential_s) == 1
    assert all(time_s > 0 for times in scaled.times_s.values() for time_s in times)
    assert scaled.speedup(2) > 0


def test_weak_for_real():
    """A weak scaling compares the grown work with the grown results, and has its speedup."""
    scaled = scaling(square, [3, 4, 5], [1, 2], kind="weak", repeats=2)
    assert scaled.kind == "weak"
    assert {len(times) for times in (scaled.sequential_s, *scaled.times_s.values())} == {2}
    assert scaled.speedup(2) > 0


def test_left_out(monkeypatch):
    """By default processes are measured, up to one on each usable CPU, three times each."""
    monkeypatch.setattr(module, "usable_cpus", lambda: 2)
    scaled = scaling(square, range(4))
    assert (scaled.kind, scaled.how, scaled.worker_counts) == ("strong", "processes", (1, 2))
    assert {len(times) for times in (scaled.sequential_s, *scaled.times_s.values())} == {3}


@pytest.mark.parametrize("language", LANGUAGES)
def test_warnings(runs, language):
    """Timings that scatter carry a warning that names the way and the number of workers."""
    set_language(language)
    runs.times_s = {2: [1.0, 1.0, 2.0, 3.0]}
    [warning] = scaling(square, range(3), [1, 2], how="pool", repeats=3).warnings
    assert message("scaling.with_workers", how=message("way_name.pool"), n=2) in warning
    assert {"es": "varían", "en": "vary"}[language] in warning


def test_no_warning_without_reason(runs, monkeypatch):
    """Steady timings carry no warning."""
    monkeypatch.setattr("helpers.parallel.busyness.OtherPrograms.busy_cpus", lambda self: 0.0)
    assert scaling(square, range(3), [1, 2], repeats=3).warnings == ()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_busy_machine_is_a_warning(runs, monkeypatch, language):
    """Where other programs leave too few CPUs free the learner is told."""
    set_language(language)
    monkeypatch.setattr("helpers.parallel.busyness.OtherPrograms.busy_cpus", lambda self: 99.5)
    assert scaling(square, range(3), [1, 2], repeats=3).warnings == (
        message("compare.busy", cpus=99.5),
    )


# ---- arithmetic


def made(kind="strong", sequential_s=(8.0,), **times_s) -> Scaling:
    """Return a scaling made by hand; ``n4=[1, 2]`` are the times of 4 workers."""
    times = {int(name[1:]): tuple(map(float, times)) for name, times in times_s.items()}
    return Scaling(kind, "pool", tuple(sequential_s), times)


def test_arithmetic():
    """Medians, speedup, quartiles and efficiency are what the definitions give."""
    scaled = made(sequential_s=[10.0, 6.0, 8.0], n1=[9.0, 8.0, 10.0], n4=[2.0, 1.0, 4.0, 3.0, 5.0])
    assert scaled.worker_counts == (1, 4)
    assert scaled.speedup(1) == pytest.approx(8 / 9)
    assert scaled.speedup(4) == pytest.approx(8 / 3)
    assert scaled.efficiency(4) == pytest.approx(2 / 3)
    assert scaled.speedup_quartiles(4) == pytest.approx((8 / 4, 8 / 2))
    assert scaled.serial_fraction(4) == pytest.approx((3 / 8 - 1 / 4) / (3 / 4))
    assert scaled.warnings == ()


def test_arithmetic_of_a_weak_scaling():
    """With n times the work in the same time as the plain loop, the speedup is n."""
    scaled = made("weak", [6.0, 6.0], n1=[6.0, 6.0], n3=[6.0, 12.0])
    assert scaled.speedup(1) == 1
    assert scaled.speedup(3) == pytest.approx(2)
    assert scaled.efficiency(3) == pytest.approx(2 / 3)
    assert scaled.speedup_quartiles(3) == pytest.approx((18 / 10.5, 18 / 7.5))


def test_one_timing_has_no_spread():
    """Of a single timing both quartiles are its own."""
    assert made(n2=[5.0]).speedup_quartiles(2) == (8 / 5, 8 / 5)


def test_numbers_of_workers_rise_even_if_made_otherwise():
    """The numbers of workers come rising, in whatever order they were measured."""
    assert made(n4=[1], n1=[3], n2=[2]).worker_counts == (1, 2, 4)


times = st.lists(st.floats(0.01, 100), min_size=1, max_size=9)


@given(times, times, st.integers(2, 64), st.sampled_from(["strong", "weak"]))
def test_quartiles_are_in_order(sequential_s, times_s, n_workers, kind):
    """Low quartile, speedup, high quartile: in this order, and the speedup is that of medians."""
    scaled = made(kind, sequential_s, **{f"n{n_workers}": times_s})
    low, high = scaled.speedup_quartiles(n_workers)
    grown = n_workers if kind == "weak" else 1
    expected = grown * statistics.median(sequential_s) / statistics.median(times_s)
    assert scaled.speedup(n_workers) == pytest.approx(expected)
    assert low * (1 - 1e-9) <= scaled.speedup(n_workers) <= high * (1 + 1e-9)
    assert scaled.efficiency(n_workers) == pytest.approx(expected / n_workers)


@given(st.floats(0, 1), st.integers(2, 1024))
def test_serial_fraction_is_amdahls(serial_fraction, n_workers):
    """From times that keep to Amdahl's law its serial fraction comes out again."""
    scaled = made(**{f"n{n_workers}": [8 / amdahl(serial_fraction, n_workers)]})
    assert scaled.serial_fraction(n_workers) == pytest.approx(serial_fraction, abs=1e-6)


@given(st.floats(0, 1), st.integers(1, 1024))
def test_a_weak_scaling_keeps_to_gustafsons_law(serial_fraction, n_workers):
    """A job whose parallel part alone grows gives his scaled speedup at the most."""
    sequential_s = 8.0
    grown_s = n_workers * sequential_s / gustafson(serial_fraction, n_workers)
    scaled = made("weak", [sequential_s], **{f"n{n_workers}": [grown_s]})
    assert scaled.speedup(n_workers) == pytest.approx(gustafson(serial_fraction, n_workers))


@pytest.mark.parametrize("language", LANGUAGES)
def test_one_worker_has_no_serial_fraction(language):
    """The formula divides by 1 - 1/n, and the error says what to do instead."""
    set_language(language)
    with pytest.raises(InputError, match="n_workers") as caught:
        made(n1=[8.0]).serial_fraction(1)
    assert ("must be" in str(caught.value)) == (language == "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_weak_scaling_has_no_serial_fraction(language):
    """Karp and Flatt speak of a job that does not grow, and the error says so."""
    set_language(language)
    with pytest.raises(InputError, match="Karp") as caught:
        made("weak", n2=[8.0]).serial_fraction(2)
    assert ("serial fraction" in str(caught.value)) == (language == "en")


def test_repr_has_each_speedup():
    """A scaling shows itself in one line, with each number of workers."""
    text = repr(made(n1=[8.0], n4=[2.5]))
    assert "\n" not in text
    for part in ("strong", "pool", "1: 1.0", "4: 3.2"):
        assert part in text


def test_a_scaling_is_frozen():
    """A scaling cannot be changed by mistake."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(n1=[1.0]).kind = "weak"


# ---- bad input


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("name", "bad"),
    [
        *[("worker_counts", bad) for bad in ([], "12", 3, 2.5)],
        *[("kind", bad) for bad in ("Strong", "", None, 3)],
        *[("how", bad) for bad in ("sequential", "thread", None, 3)],
        *[("repeats", bad) for bad in (0, -1, 2.5, True, "3", None)],
        *[("chunksize", bad) for bad in (0, -1, 2.5, True)],
        *[("start_method", bad) for bad in ("spwan", 3)],
        *[("timeout_s", bad) for bad in (0, -1, math.nan, True, "2")],
        *[("items", bad) for bad in (5, None)],
    ],
)
def test_bad_arguments(language, name, bad):
    """The error names the argument and what it was, before anything is measured."""
    set_language(language)
    good = {"task": square, "items": [1], "worker_counts": [1], "how": "threads", "repeats": 1}
    with pytest.raises(InputError) as caught:
        scaling(**{**good, name: bad})
    assert str(caught.value).startswith(name)
    assert repr(bad) in str(caught.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("bad", [0, -1, 2.5, True, "2", None], ids=repr)
def test_a_bad_number_of_workers(language, bad):
    """A number of workers that is none is named, though it stands among good ones."""
    set_language(language)
    with pytest.raises(InputError, match="worker_counts") as caught:
        scaling(square, [1], [1, bad, 2], repeats=1, how="threads")
    assert repr(bad) in str(caught.value)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("items", [[], iter([]), "", range(0)])
def test_nothing_to_measure(runs, language, items):
    """Without items there is no speedup, and the error says so before anything runs."""
    set_language(language)
    with pytest.raises(InputError, match="items") as caught:
        scaling(square, items, [1])
    assert ("is empty" in str(caught.value)) == (language == "en")
    assert runs.calls == []


@pytest.mark.parametrize("task", [3, None, "square"])
def test_bad_tasks(task):
    """What cannot be called is refused as run refuses it."""
    with pytest.raises(InputError) as caught:
        scaling(task, [1], [1], how="threads")
    assert repr(task) in str(caught.value)


def test_what_a_task_raises_comes_out():
    """A task that raises gives its own exception, as in run."""
    with pytest.raises(ValueError, match="no good"):
        scaling(sample_tasks.raise_value_error, [1], [1])


def test_the_time_limit_is_that_of_a_single_run():
    """A run that takes longer than the limit ends the measuring."""
    with pytest.raises(TimeoutError):
        scaling(sample_tasks.sleep, [0.1] * 5_000, [2], timeout_s=0.25)
