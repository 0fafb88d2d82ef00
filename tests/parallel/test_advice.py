"""advise(): what it runs, what it says and why; and that what it recommends can be run."""

from __future__ import annotations

import dataclasses
import functools
import json
import math
import multiprocessing
import os
import re
import sys
import threading
import time

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import run_program

from helpers.language import LANGUAGES, messages, set_language
from helpers.parallel import (
    Advice,
    CostModel,
    InputError,
    Option,
    TaskFailedError,
    advise,
    calibrate,
    calibration,
    run,
    simulate,
)
from helpers.parallel.predicting import best_option, loop_option, options_for
from helpers.parallel.sampling import Sample
from helpers.tasks import square, sum_of_squares

MODULE = sys.modules[Advice.__module__]
START_METHODS = multiprocessing.get_all_start_methods()
CHEAPEST = "fork" if "fork" in START_METHODS else START_METHODS[0]
WITH_PROCESSES = {"pool", "processes"}
CPUS = 2


def model_of(how, **figures):
    """Return a made model: a quick start, cheap messages; threads cost next to nothing."""
    processes = how != "threads"
    slow = 1.0 if processes else 0.01
    made = {
        "how": how,
        "start_method": CHEAPEST if processes else None,
        "cpus": CPUS,
        "start_s": 0.005 * slow,
        "launch_s": 0.001 * slow,
        "boot_s": 0.002 * slow,
        "full_boot_s": 0.003 * slow,
        "message_s": 1e-4 * slow,
        "full_message_s": 1.5e-4 * slow,
        "worker_message_s": 1e-5 * slow,
        "item_s": 1e-6 * slow,
        "worker_item_s": 1e-6 * slow,
        "byte_s": 1e-9 * processes,
        "stop_s": (0.002 + 0.001 * (how == "processes")) * slow,
        "stop_worker_s": 0.0005 * slow,
    }
    return CostModel(**{**made, **figures})


def models_of(**figures):
    """Return made models of all ways, with some of their figures other than usual."""
    return {how: model_of(how, **figures) for how in ("pool", "processes", "threads")}


MODELS = models_of()


@pytest.fixture(autouse=True)
def two_cpus(monkeypatch):
    """A machine that lets this program use two CPUs, and no memory of earlier calls."""
    set_cpus(monkeypatch, CPUS)
    monkeypatch.setattr(MODULE, "_models", {})


def set_cpus(monkeypatch, number):
    """Have advise see so many usable CPUs."""
    monkeypatch.setattr(MODULE, "usable_cpus", lambda: number)


@pytest.fixture
def sampled(monkeypatch):
    """A function that lets advise find a made sample, whatever it is asked about."""

    def use(**figures):
        made = sample_of(**figures)
        monkeypatch.setattr(MODULE, "take_sample", lambda *_: made)
        return made

    return use


def sample_of(n_items=200, item_s=0.01, waits=0.0, n_sampled=20, **figures):
    """Return a made sample of items that all cost the same."""
    costs_s = dict.fromkeys(range(0, n_items, max(1, n_items // n_sampled)), item_s)
    cpu_s = {index: (1 - waits) * cost_s for index, cost_s in costs_s.items()}
    results = {index: f"result {index}" for index in costs_s}
    given_figures = {"item_bytes": 40.0, "threads_share": 0.0, **figures}
    return Sample(n_items, costs_s, results, cpu_s, **given_figures)


def hows(advice):
    """Return the ways that an advice offers."""
    return {option.how for option in advice.options}


def kind_of(reason, language):
    """Return which of the messages ``advise.*`` a reason is; it has to be exactly one."""
    kinds = []
    for kind, texts in messages()["advise"].items():
        pattern = re.sub(r"\\\{\w+\\\}", "(.+?)", re.escape(texts[language]))
        if re.fullmatch(pattern, reason):
            kinds.append(kind)
    (kind,) = kinds
    return kind


class Noting:
    """A task that notes its items and says which one a result is of."""

    def __init__(self, work=time.sleep, seconds=0.0):
        self.items = []
        self._work, self._seconds = work, seconds

    def __call__(self, item):
        """Note, work, and tell."""
        self.items.append(item)
        self._work(self._seconds)
        return ("result of", item)


# ---- what it runs


@pytest.mark.parametrize("work", [time.sleep, sample_tasks.burn])
@pytest.mark.parametrize("n_items", [2, 3, 4, 5, 10, 51])
def test_half_of_the_items_at_most_and_none_twice(n_items, work):
    """No more than half of the items are run, none twice, and their results are kept in place."""
    task, items = Noting(work, 0.003), [f"item {k}" for k in range(n_items)]
    advice = advise(task, items, 1.0, models=MODELS)
    assert len(task.items) == len(set(task.items)) == advice.n_sampled
    assert 1 <= advice.n_sampled <= n_items / 2
    assert advice.results == {items.index(item): ("result of", item) for item in task.items}


def test_side_effects_happen_once(tmp_path):
    """A task that appends to a file does so once for each sampled item, and never in a worker."""
    file = tmp_path / "done.txt"

    def append(item):
        with file.open("a", encoding="utf-8") as opened:
            opened.write(f"{item} {os.getpid()}\n")
        time.sleep(0.002)

    advice = advise(append, range(40), 0.6, models=MODELS)
    lines = [line.split() for line in file.read_text(encoding="utf-8").splitlines()]
    assert sorted(int(item) for item, _ in lines) == sorted(advice.results)
    assert {int(process) for _, process in lines} == {os.getpid()}
    assert len(lines) <= 20


@pytest.mark.parametrize("items", [[], ["one"], (), "x", {}, iter([]), range(1)])
def test_fewer_than_two_items(items):
    """Of no item or one nothing is run: there is nothing to share out."""
    task = Noting()
    advice = advise(task, items)
    assert task.items == []
    assert advice.results == {}
    assert (advice.n_sampled, advice.item_s, advice.waits) == (0, 0.0, 0.0)
    assert advice.best == advice.loop == advice.options[0]
    assert advice.best.how == "sequential"
    assert kind_of(advice.reason, "en") == "few"


def test_two_items():
    """Of two items one is run."""
    task = Noting(seconds=0.003)
    advice = advise(task, ["a", "b"], 0.5, models=MODELS)
    assert len(task.items) == advice.n_sampled == 1
    assert all(option.n_workers <= 2 for option in advice.options)


@pytest.mark.parametrize("kind", [iter, list, tuple, dict.fromkeys, set])
def test_any_iterable(kind):
    """Items of any kind, generators too, are taken to their end once, and indices count them."""
    pulled = []

    def items():
        for k in range(12):
            pulled.append(k)
            yield 1_000 + k

    given_items = items() if kind is iter else kind(items())
    advice = advise(Noting(seconds=0.002), given_items, 0.5, models=MODELS)
    assert pulled == list(range(12))
    assert advice.n_sampled >= 2
    if kind is not set:
        assert advice.results == {k: ("result of", 1_000 + k) for k in advice.results}
    assert advice.loop.chunksize == 12


@pytest.mark.parametrize("budget_s", [1, 0.2, 1e-6])
def test_the_budget(budget_s):
    """Slow items do not take much longer than the budget; one is run to its end in any case."""
    begin = time.perf_counter()
    advice = advise(sample_tasks.sleep, [0.1] * 200, budget_s, models=MODELS)
    assert time.perf_counter() - begin < budget_s + 2
    assert 1 <= advice.n_sampled <= max(1, 10 * budget_s + 2)


@pytest.mark.parametrize("n_items", [2, 30])
def test_nothing_is_left_running(n_items):
    """No thread of the trial goes on after the answer."""
    before = threading.active_count()
    advise(Noting(seconds=0.003), range(n_items), 0.5, models=MODELS)
    assert threading.active_count() == before


# ---- what it recommends


def test_a_hundred_squares_are_left_to_the_loop(monkeypatch):
    """The loop over 100 squares is over at once: no cost is measured, no process is started."""
    monkeypatch.setattr(MODULE, "calibrate", None)  # calling it would be an error
    advice = advise(square, range(100))
    assert advice.best == advice.loop
    assert advice.options == (advice.loop,)
    assert advice.best.how == "sequential"
    assert kind_of(advice.reason, "en") == "short"
    assert advice.results == {index: index**2 for index in advice.results}


def test_waiting_items_get_threads():
    """Items that only wait are given to more threads than there are CPUs."""
    advice = advise(sample_tasks.sleep, [0.02] * 200, 1.0, models=MODELS)
    assert advice.best.how == "threads"
    assert advice.best.n_workers > CPUS
    assert advice.waits > 0.8
    assert kind_of(advice.reason, "en") == "waits"
    assert advice.best.predicted_s < advice.loop.predicted_s / 4


def test_computing_items_get_processes(sampled):
    """Items that compute in Python are given to processes, one on each CPU at most."""
    sampled(item_s=0.01)
    advice = advise(square, range(200), models=MODELS)
    assert advice.best.how in WITH_PROCESSES
    assert advice.best.n_workers <= CPUS
    assert kind_of(advice.reason, "en") == "computes"
    assert hows(advice) == {"sequential", "threads", "pool", "processes"}


def test_computing_outside_of_python_gets_threads(sampled):
    """Items that were seen to compute side by side in threads are given to threads."""
    sampled(item_s=0.01, threads_share=1.0)
    advice = advise(square, range(200), models=MODELS)
    assert advice.best.how == "threads"
    assert kind_of(advice.reason, "en") == "threads_compute"


def test_a_costly_start_is_left_out(sampled):
    """Where starting costs more than is saved, the loop is recommended, and told why."""
    sampled(item_s=0.01)
    advice = advise(square, range(200), models=models_of(start_s=3.0))
    assert advice.best == advice.loop
    assert kind_of(advice.reason, "en") == "overhead"


def test_a_small_gain_is_left_out(sampled):
    """Where a pool is faster by a few percent only, the loop stays: it is easier to read."""
    sampled(item_s=0.01)
    advice = advise(square, range(200), models=models_of(crowding=1.9))
    assert advice.options[0].how in WITH_PROCESSES
    assert advice.options[0].predicted_s < advice.loop.predicted_s
    assert advice.best == advice.loop


@pytest.mark.parametrize("threads_share", [None, 0.0])
def test_heavy_items_stay_here(threads_share, sampled):
    """Where sending an item costs more than computing it, the loop is recommended."""
    sampled(item_s=0.001, item_bytes=3e6, threads_share=threads_share)
    advice = advise(square, range(200), models=MODELS)
    assert advice.best == advice.loop
    assert kind_of(advice.reason, "en") == "heavy"
    assert advice.item_bytes == 3e6


def test_really_heavy_items():
    """Items of three million bytes that are looked at for a moment are not sent anywhere."""
    task = functools.partial(_look_at, seconds=0.002)
    advice = advise(task, [bytes(3_000_000)] * 20, 0.5, models=models_of(byte_s=1e-6))
    assert advice.best.how in ("sequential", "threads")
    assert advice.item_bytes > 3_000_000


def _look_at(data, seconds):
    sample_tasks.burn(seconds)
    return data[:1]


def test_one_usable_cpu(sampled, monkeypatch):
    """With a single CPU, items that compute are left to the loop, and the reason says so."""
    set_cpus(monkeypatch, 1)
    sampled(item_s=0.01, threads_share=None)
    advice = advise(square, range(200), models=models_of(cpus=1))
    assert advice.best.how == "sequential"
    assert kind_of(advice.reason, "en") == "one_cpu"


def test_one_usable_cpu_and_items_that_wait(monkeypatch):
    """With a single CPU, items that wait are still worth threads, which need no CPU."""
    set_cpus(monkeypatch, 1)
    advice = advise(sample_tasks.sleep, [0.02] * 100, 0.5, models=models_of(cpus=1))
    assert advice.best.how == "threads"
    assert advice.best.n_workers > 1
    assert kind_of(advice.reason, "en") == "waits"


@pytest.mark.parametrize(
    ("task", "item"),
    [
        (lambda item: item, 1),
        (sample_tasks.identity, threading.Lock()),
        (sample_tasks.identity, sample_tasks.Grumpy()),
        (sample_tasks.return_lock, 1),
        (sample_tasks.return_grumpy, 1),
    ],
    ids=["lambda", "item", "item that cannot be read", "result", "result that cannot be read"],
)
def test_what_cannot_travel_stays_here(task, item, monkeypatch):
    """Where task, item or result cannot be pickled, no process is offered; the reason says it."""
    monkeypatch.setattr(Sample, "waits", 0.0)  # as on a quiet machine
    monkeypatch.setattr(sys.modules[Sample.__module__], "process_time", lambda: 0.0)
    advice = advise(_Slow(task), [item] * 20, 0.4, models=MODELS)
    assert hows(advice) == {"sequential", "threads"}
    assert advice.best.how == "sequential"
    assert kind_of(advice.reason, "en") == "cannot_travel"


class _Slow:
    """A task that takes its time; it can be pickled if what it does can."""

    def __init__(self, task):
        self._task = task

    def __call__(self, item):
        """Do what the task does, after a moment."""
        sample_tasks.burn(0.002)
        return self._task(item)


def test_items_that_cannot_travel_and_wait_get_threads():
    """What cannot be pickled can still wait in threads."""
    advice = advise(lambda seconds: time.sleep(seconds), [0.02] * 100, 0.5, models=MODELS)
    assert hows(advice) == {"sequential", "threads"}
    assert advice.best.how == "threads"


NOTEBOOK = """
import json, sys, time
from test_advice import models_of
from helpers.parallel import advise

def task(item):
    end = time.perf_counter() + 0.002
    while time.perf_counter() < end:
        pass
    return item

told = {}
for method in sys.argv[1:]:
    advice = advise(task, range(60), 0.2, start_method=method, models=models_of())
    told[method] = [sorted(option.how for option in advice.options), advice.best.how, advice.reason]
print(json.dumps(told))
"""


@pytest.mark.parametrize("how", ["-c", "-"])
def test_a_task_of_a_notebook(how):
    """A task defined in ``__main__`` is offered to processes only where they are forked."""
    arguments = ["-c", NOTEBOOK] if how == "-c" else ["-"]
    text = None if how == "-c" else NOTEBOOK
    completed = run_program(*arguments, *START_METHODS, text=text)
    assert (completed.returncode, completed.stderr) == (0, "")
    for method, (offered, best, reason) in json.loads(completed.stdout).items():
        if method == "fork":
            assert set(offered) >= WITH_PROCESSES
        else:
            assert offered == ["sequential", "threads"]
            assert best == "threads" or kind_of(reason, "en") == "cannot_travel"


@pytest.mark.parametrize(
    ("task", "items"),
    [
        (sum_of_squares, [20_000] * 60),
        (sum_of_squares, [1_000 * k for k in range(60)]),
        (sample_tasks.sleep, [0.004] * 60),
        (sample_tasks.nested, list(range(3_000))),
        (square, range(100)),
    ],
    ids=["even", "uneven", "waiting", "cheap", "squares"],
)
def test_every_option_can_be_run(task, items):
    """What is recommended, and every other option, gives the loop's results when it is run."""
    advice = advise(task, items, 0.3, models=MODELS)
    expected = [task(item) for item in items]
    assert advice.results == {index: expected[index] for index in advice.results}
    for option in advice.options:
        done = run(
            task,
            items,
            how=option.how,
            n_workers=option.n_workers,
            chunksize=option.chunksize,
            start_method=CHEAPEST,
        )
        assert done.results == expected
        assert (done.n_workers, done.chunksize) == (option.n_workers, option.chunksize)


@settings(deadline=None, max_examples=30)
@given(
    st.integers(2, 3_000),
    st.floats(1e-6, 1.0),
    st.floats(0, 1),
    st.none() | st.floats(0, 1),
    st.none() | st.floats(0, 1e7),
    st.integers(1, 64),
)
def test_an_advice_is_in_order(n_items, item_s, waits, threads_share, item_bytes, cpus):
    """Options are one per way and the fastest first; the best is the first, or the loop."""
    made = sample_of(
        n_items, item_s, waits, n_sampled=2, threads_share=threads_share, item_bytes=item_bytes
    )
    with pytest.MonkeyPatch.context() as patch:
        set_cpus(patch, cpus)
        patch.setattr(MODULE, "take_sample", lambda *_: made)
        advice = advise(square, range(n_items), models=models_of(cpus=cpus))
    predicted = [option.predicted_s for option in advice.options]
    assert predicted == sorted(predicted)
    assert len(hows(advice)) == len(advice.options)
    assert advice.loop in advice.options
    assert advice.loop.how == "sequential"
    assert advice.best in (advice.options[0], advice.loop)
    assert advice.best == advice.loop or advice.best.predicted_s < advice.loop.predicted_s
    assert not (item_bytes is None and hows(advice) & WITH_PROCESSES)
    for option in advice.options:
        assert option.low_s <= option.predicted_s <= option.high_s
        assert 1 <= option.n_workers <= n_items
        assert 1 <= option.chunksize <= n_items
    assert advice.results == made.results
    assert advice.item_s == pytest.approx(item_s)
    assert advice.waits == pytest.approx(waits)
    assert advice.item_bytes == item_bytes
    kind_of(advice.reason, "en")


def test_what_an_advice_looks_like():
    """An advice says what it recommends, does not show the results, and cannot be changed."""
    advice = advise(Noting(seconds=0.003), [f"item {k}" for k in range(9)], 0.2, models=MODELS)
    assert str(advice.best) in repr(advice)
    assert str(advice.n_sampled) in repr(advice)
    assert "item 1" not in repr(advice)
    with pytest.raises(dataclasses.FrozenInstanceError):
        advice.reason = "because"


# ---- why


REASONS = {
    "overhead": ({"item_s": 0.01}, {"start_s": 3.0}, CPUS),
    "heavy": ({"item_s": 0.001, "item_bytes": 3e6}, {}, CPUS),
    "one_cpu": ({"item_s": 0.01}, {"cpus": 1}, 1),
    "cannot_travel": ({"item_s": 0.01, "item_bytes": None}, {}, CPUS),
    "waits": ({"item_s": 0.01, "waits": 0.9}, {}, CPUS),
    "threads_compute": ({"item_s": 0.01, "threads_share": 1.0}, {}, CPUS),
    "computes": ({"item_s": 0.01}, {}, CPUS),
    "short": ({"item_s": 1e-6}, {}, CPUS),
}


def two_sentences(text):
    """Say whether a text ends, and is two sentences."""
    return len(re.findall(r"\.(?:\s|$)", text)) == 2 and text.endswith(".")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("kind", REASONS)
def test_every_reason(kind, language, sampled, monkeypatch):
    """Each reason is given where it holds, in two sentences of the learner's language."""
    figures, of_models, cpus = REASONS[kind]
    set_language(language)
    set_cpus(monkeypatch, cpus)
    sampled(**figures)
    advice = advise(square, range(200), models=models_of(**of_models))
    assert kind_of(advice.reason, language) == kind
    assert two_sentences(advice.reason)
    assert not re.search(r"[{}]", advice.reason)
    if advice.best != advice.loop:
        assert str(advice.best.n_workers) in advice.reason


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("n_items", [0, 1])
def test_the_reason_of_few_items(n_items, language):
    """The reason names how many items there are."""
    set_language(language)
    reason = advise(square, range(n_items)).reason
    assert kind_of(reason, language) == "few"
    assert str(n_items) in reason
    assert two_sentences(reason)


def test_no_reason_is_untested():
    """Every message of advise is one of those above."""
    assert set(messages()["advise"]) == {*REASONS, "few", "bad_budget"}


def test_the_figures_in_a_reason(sampled):
    """The reason has the times of loop and recommendation, with their units."""
    sampled(n_items=200, item_s=0.01, waits=0.9)
    advice = advise(square, range(200), models=MODELS)
    assert "2.00 s" in advice.reason  # the loop
    assert "90%" in advice.reason
    best = re.search(r"about ([\d.]+) (ms|s) instead", advice.reason)
    assert float(best[1]) * {"ms": 1e-3, "s": 1}[best[2]] == pytest.approx(
        advice.best.predicted_s, rel=0.005
    )


# ---- what costs are measured, and how often


class Calibrations:
    """Stands for calibrate: notes how it was asked, and answers with a made model."""

    def __init__(self, monkeypatch):
        self.asked = []
        monkeypatch.setattr(MODULE, "calibrate", self)

    def __call__(self, start_method=None, *, how="pool", budget_s=5.0):
        """Note and answer."""
        self.asked.append((how, start_method, budget_s))
        return dataclasses.replace(model_of(how), start_method=start_method)


def test_costs_are_measured_once_a_session(sampled, monkeypatch):
    """Each way is calibrated on the first call, and on no later one."""
    calibrations = Calibrations(monkeypatch)
    sampled(item_s=0.01)
    first = advise(square, range(200), start_method=CHEAPEST)
    asked = sorted(how for how, _, _ in calibrations.asked)
    assert asked == ["pool", "processes", "threads"]
    assert {method for _, method, _ in calibrations.asked} == {CHEAPEST}
    assert advise(square, range(200), start_method=CHEAPEST).options == first.options
    assert len(calibrations.asked) == 3


def test_another_start_method_is_measured_anew(sampled, monkeypatch):
    """What starting costs is measured again where processes start otherwise."""
    calibrations = Calibrations(monkeypatch)
    sampled(item_s=0.01)
    for method in START_METHODS:
        advise(square, range(200), start_method=method)
    assert {(how, method) for how, method, _ in calibrations.asked} >= {
        (how, method) for how in WITH_PROCESSES for method in START_METHODS
    }


def test_the_start_method_in_force(sampled, monkeypatch):
    """Without a start method the one in force is measured."""
    calibrations = Calibrations(monkeypatch)
    sampled(item_s=0.01)
    advise(square, range(200))
    expected = multiprocessing.get_start_method(allow_none=True) or START_METHODS[0]
    assert {method for how, method, _ in calibrations.asked if how != "threads"} == {expected}


@pytest.mark.parametrize("budget_s", [0.3, 5, 60])
def test_measuring_costs_is_within_the_budget(budget_s, monkeypatch):
    """What is left of the budget is shared out among the ways that are measured."""
    calibrations = Calibrations(monkeypatch)
    advise(sample_tasks.sleep, [0.02] * 40, budget_s, start_method=CHEAPEST)
    limits = [limit for _, _, limit in calibrations.asked]
    assert len(limits) == 3
    assert all(limit > 0 for limit in limits)
    assert limits[0] <= budget_s / 3 + 0.1
    assert max(limits) <= budget_s


def test_only_what_is_not_known_is_measured(sampled, monkeypatch):
    """A way whose model is given is not measured."""
    calibrations = Calibrations(monkeypatch)
    sampled(item_s=0.01)
    advise(square, range(200), models={"pool": MODELS["pool"], "threads": MODELS["threads"]})
    assert [how for how, _, _ in calibrations.asked] == ["processes"]


def test_what_is_not_offered_is_not_measured(sampled, monkeypatch):
    """Where items cannot travel, processes are not measured, nor offered where a model is given."""
    calibrations = Calibrations(monkeypatch)
    sampled(item_s=0.01, item_bytes=None)
    advice = advise(square, range(200), models={"pool": MODELS["pool"]})
    assert [how for how, _, _ in calibrations.asked] == ["threads"]
    assert hows(advice) == {"sequential", "threads"}


def test_with_really_measured_costs():
    """Without any model the costs are measured here, and the answer has all ways."""
    advice = advise(sample_tasks.sleep, [0.02] * 100, 0.5, start_method=CHEAPEST)
    assert hows(advice) == {"sequential", "threads", "pool", "processes"}
    assert advice.best.how != "sequential"


@pytest.mark.parametrize(
    ("budget_s", "rounds"),
    [(0, 1), (1e-6, 1), (2.5, 2), (3.4, 3), (4.0, 3), (100, 5), (math.inf, 5)],
)
def test_a_calibration_keeps_to_its_budget(budget_s, rounds, monkeypatch):
    """As many rounds of 1 s are made as the budget has room for; one in any case, five at most."""
    measured = calibration._round(functools.partial(run, how="threads", start_method=None), CPUS)
    clock, calls = [0.0], []

    def one_round(*_):
        calls.append(clock[0])
        clock[0] += 1.0
        return measured

    monkeypatch.setattr(calibration, "perf_counter", lambda: clock[0])
    monkeypatch.setattr(calibration, "_round", one_round)
    assert calibrate(how="threads", budget_s=budget_s).how == "threads"
    assert len(calls) == rounds


# ---- errors


@pytest.mark.parametrize("items", [[1, 2, 3], range(20)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tasks_own_exception(items, language):
    """What the task raises comes out, with a note that names the item, and nothing is left."""
    set_language(language)
    with pytest.raises(ValueError, match="no good") as caught:
        advise(sample_tasks.raise_value_error, items, models=MODELS)
    item = int(str(caught.value).removeprefix("no good: "))
    (note,) = caught.value.__notes__
    assert "raise_value_error" in note
    assert f" {list(items).index(item)} " in note


def test_a_task_that_ends_the_program():
    """A task that calls sys.exit is told as in run."""
    with pytest.raises(TaskFailedError, match="goodbye"):
        advise(sample_tasks.exit_politely, range(9), models=MODELS)


@pytest.mark.parametrize("value", [0, -1, -0.5, math.nan, True, False, "5", None, [], 1j, b"5"])
def test_bad_budgets(value):
    """A budget that is no number above 0 is refused, in both languages, before anything is run."""
    task, texts = Noting(), []
    for language in LANGUAGES:
        set_language(language)
        with pytest.raises(InputError) as caught:
            advise(task, [1, 2, 3], value)
        texts.append(str(caught.value))
        assert kind_of(texts[-1], language) == "bad_budget"
        assert repr(value) in texts[-1]
        assert "budget_s" in texts[-1]
    assert texts[0] != texts[1]
    assert task.items == []


@pytest.mark.parametrize("items", [None, 5, object(), square])
def test_bad_items(items):
    """What cannot be gone through is refused, as in run."""
    with pytest.raises(InputError) as caught:
        advise(square, items)
    with pytest.raises(InputError) as of_run:
        run(square, items)
    assert str(caught.value) == str(of_run.value)


# ---- the predictions behind it


def test_the_loop_is_the_sum_of_its_items():
    """The plain loop is predicted to take what all items take, in one chunk."""
    loop = loop_option(sample_of(n_items=300, item_s=0.02))
    assert (loop.how, loop.n_workers, loop.chunksize) == ("sequential", 1, 300)
    assert loop.predicted_s == pytest.approx(6.0)


@settings(deadline=None)
@given(st.floats(0, 1e6), st.floats(0, 10))
def test_the_range_of_a_prediction(predicted_s, error):
    """A prediction that may be off by a share lies between as many times less and more."""
    option = Option.around("pool", 2, 1, predicted_s, error)
    assert option.low_s * (1 + error) == pytest.approx(predicted_s)
    assert option.high_s == pytest.approx(predicted_s * (1 + error))


def test_a_sample_that_knows_little_predicts_vaguely():
    """The less equal the sampled items are, the wider the range of every prediction."""
    even, uneven = sample_of(), sample_of()
    uneven.costs_s.update(dict.fromkeys(list(uneven.costs_s)[::2], 0.001))
    for one, other in zip(
        options_for(even, MODELS, 2), options_for(uneven, MODELS, 2), strict=True
    ):
        assert one.high_s / one.low_s < other.high_s / other.low_s


def test_options_are_the_loop_and_one_of_each_model():
    """There is the loop and one option for each model."""
    options = options_for(sample_of(), {how: MODELS[how] for how in ("pool", "threads")}, 2)
    assert [option.how for option in options] == ["sequential", "pool", "threads"]


@pytest.mark.parametrize("cpus", [2, 4, 8])
def test_no_prediction_beats_the_cpus(cpus):
    """Items that compute are never predicted to be through before the CPUs can be."""
    sample = sample_of(item_s=0.01)
    option = best_option(sample, model_of("pool", cpus=cpus), cpus)
    assert option.predicted_s >= 2.0 / cpus
    assert option.n_workers <= cpus


@pytest.mark.parametrize(("share", "speedup"), [(0.0, 1.0), (None, 1.0), (0.5, 4 / 3), (1.0, 2.0)])
def test_threads_are_held_by_the_gil(share, speedup):
    """Threads are predicted to compute side by side as far as they were seen to, and no further."""
    sample = sample_of(item_s=0.01, threads_share=share)
    predicted_s = best_option(sample, MODELS["threads"], 2).predicted_s
    assert predicted_s == pytest.approx(2.0 / speedup, rel=0.05)
    assert predicted_s >= 2.0 / speedup


def test_waiting_workers_need_no_cpu():
    """Items that wait are given to more workers than there are CPUs, and crowd nobody."""
    crowded = model_of("threads", crowding=3.0)
    option = best_option(sample_of(item_s=0.01, waits=1.0), crowded, 2)
    assert option.n_workers >= 16
    assert option.predicted_s < 2.0 / 15  # three times as long if they crowded each other


def test_items_that_are_slow_to_pickle():
    """Where pickling an item takes long, a pool is predicted to take longer; threads are not."""
    light = sample_of(n_items=500, item_s=0.001)
    dear = dataclasses.replace(light, parent_pickling_s=0.001, worker_pickling_s=0.001)
    for how, longer in (("pool", 1.3), ("threads", 1.0)):
        before, after = (best_option(s, MODELS[how], 2).predicted_s for s in (light, dear))
        assert after >= longer * before


def test_few_uneven_items_are_simulated_one_by_one():
    """The prediction is the simulation of the known costs, with the workers and chunks it names."""
    costs_s = [0.01 * (1 + k % 7) for k in range(100)]
    known = dict(enumerate(costs_s))
    sample = Sample(100, known, cpu_s=dict(known), item_bytes=0.0)
    option = best_option(sample, MODELS["pool"], 2)
    done = simulate(costs_s, option.n_workers, option.chunksize, MODELS["pool"])
    assert option.predicted_s == pytest.approx(done.elapsed_s)
    other = simulate(costs_s, 2, math.ceil(100 / 8), MODELS["pool"]).elapsed_s
    assert option.predicted_s <= other


@pytest.mark.parametrize("item_bytes", [0.0, 1e6])
def test_very_many_items(item_bytes):
    """A million items are predicted from their mean, as well as fewer are one by one."""
    model, figures = MODELS["pool"], {"item_s": 1e-4, "item_bytes": item_bytes}
    many = best_option(sample_of(n_items=1_000_000, **figures), model, 2).predicted_s
    fewer = best_option(sample_of(n_items=100_000, **figures), model, 2).predicted_s
    assert many == pytest.approx(10 * fewer, rel=0.05)
