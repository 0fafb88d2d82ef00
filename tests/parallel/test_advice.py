"""advise(): what it runs, what it says and why; and that what it recommends can be run."""

from __future__ import annotations

import multiprocessing
import os
import re
import sys
import threading
import time
from dataclasses import replace

import pytest
import sample_tasks
from hypothesis import given, settings
from hypothesis import strategies as st
from programs import run_program

from helpers.language import set_language
from helpers.parallel import InputError, TaskFailedError, advise, run
from helpers.parallel.model.costs import PoolCosts, measure_pool, measure_threads
from helpers.parallel.model.sampling import Sample
from helpers.tasks import square

MODULE = sys.modules["helpers.parallel.model.advice"]
START_METHODS = multiprocessing.get_all_start_methods()
CHEAP = PoolCosts(start_s=0.01, message_s=1e-4, item_s=1e-6, byte_s=1e-9)
THREADS = PoolCosts(start_s=1e-4, message_s=1e-5)


class Idle:
    """Other programs that do nothing."""

    def in_the_way(self, n_cpus):
        """Say that they are not in the way."""
        return False


class Busy(Idle):
    """Other programs that keep all CPUs busy."""

    def in_the_way(self, n_cpus):
        """Say that they are in the way."""
        return True


@pytest.fixture(autouse=True)
def known_machine(monkeypatch):
    """An idle machine with two CPUs, on which what a pool costs is known."""
    set_machine(monkeypatch)


def set_machine(monkeypatch, cpus=2, others=Idle, pool=CHEAP):
    """Have advise see so many CPUs, others like these, and a pool that costs so much."""
    known = {(method, cpus): pool for method in START_METHODS} | {("threads", cpus): THREADS}
    monkeypatch.setattr(MODULE, "usable_cpus", lambda: cpus)
    monkeypatch.setattr(MODULE, "OtherPrograms", others)
    monkeypatch.setattr(MODULE, "_known", known)
    monkeypatch.setattr(MODULE, "ENOUGH_S", -1.0)  # it has not to wait until it can tell


@pytest.fixture
def sampled(monkeypatch):
    """A function that lets advise find a made sample, whatever it is asked about."""

    def use(**figures):
        made = sample_of(**figures)
        monkeypatch.setattr(MODULE, "take_sample", lambda *_: made)
        return advise(square, range(made.n_items))

    return use


def sample_of(n_items=200, item_s=0.01, waits=0.0, n_sampled=20, **figures):
    """Return a made sample of items that all cost the same."""
    costs_s = dict.fromkeys(range(0, n_items, max(1, n_items // n_sampled)), item_s)
    made = {
        "costs_s": costs_s,
        "cpu_s": {index: (1 - waits) * cost_s for index, cost_s in costs_s.items()},
        "results": {index: f"result {index}" for index in costs_s},
        "item_bytes": 40.0,
        "threads_share": 0.0,
    }
    return Sample(n_items, **{**made, **figures})


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
@pytest.mark.parametrize("n_items", [2, 3, 5, 51])
def test_half_of_the_items_at_most_and_none_twice(n_items, work):
    """No more than half of the items are run, none twice, and their results are kept in place."""
    task, items = Noting(work, 0.003), [f"item {k}" for k in range(n_items)]
    advice = advise(task, items, 1.0)
    assert len(task.items) == len(set(task.items)) == len(advice.results)
    assert 1 <= len(task.items) <= n_items / 2
    assert advice.results == {items.index(item): ("result of", item) for item in task.items}


@pytest.mark.parametrize("items", [[], [7]])
def test_fewer_than_two_items(items):
    """There is nothing to share out, and nothing is run to find that out."""
    task = Noting()
    advice = advise(task, items)
    assert (advice.best.how, advice.best.n_workers, task.items) == ("sequential", 1, [])
    assert str(len(items)) in advice.reason


def test_the_budget():
    """An answer takes about as long as it may, however long the job is."""
    begin = time.perf_counter()
    advise(Noting(seconds=0.02), range(10_000), 0.5)
    assert time.perf_counter() - begin < 10


def test_nothing_is_left_running():
    """After an advice there are no more threads and no more processes than before."""
    threads = threading.active_count()
    advise(sample_tasks.sleep, [0.005] * 40, 1.0)
    assert threading.active_count() == threads
    assert multiprocessing.active_children() == []


# ---- what it says


def test_a_hundred_squares_are_left_to_the_loop():
    """What is over before a worker has started is not shared out."""
    advice = advise(square, range(100))
    assert advice.best.how == "sequential"
    assert advice.certain


def test_waiting_items_get_threads_really():
    """Pauses, really run, get many threads and no processes."""
    advice = advise(sample_tasks.sleep, [0.01] * 60, 1.0)
    assert advice.best.how == "threads"
    assert advice.best.n_workers > 8
    assert advice.waits > 0.8


def test_computing_items_get_one_process_a_cpu(sampled):
    """Work that computes and is long enough gets a pool with one worker on each CPU."""
    advice = sampled()
    assert (advice.best.how, advice.best.n_workers) == ("pool", 2)
    assert advice.best.predicted_s == pytest.approx(1.0, rel=0.1)
    assert advice.options[0] is advice.best


def test_computing_outside_of_python_gets_threads(sampled):
    """Where threads really compute side by side, they are cheaper than processes."""
    advice = sampled(threads_share=1.0)
    assert (advice.best.how, advice.best.n_workers) == ("threads", 2)


def test_items_that_wait_and_compute_get_a_few_more_workers(sampled):
    """CPUs / the share that computes: four workers where half of the time is waiting."""
    for option in sampled(waits=0.5).options:
        assert option.n_workers == (1 if option.how == "sequential" else 4)


def test_a_library_that_shares_the_work_out_is_left_alone(sampled, language):
    """Where the loop uses all CPUs already, nothing is shared out, and the reason says so."""
    advice = sampled(used_cpus=1.9)
    assert advice.best.how == "sequential"
    assert "1.9" in advice.reason
    assert len(advice.options) == 1


def test_a_small_gain_is_left_out(sampled):
    """Nobody should take the trouble for a gain below 15%."""
    assert sampled(n_items=3, item_s=0.015).best.how == "sequential"  # 0.041 s for 0.045


def test_heavy_items_stay_here(sampled, language):
    """Where sending costs what is saved, it is the loop, and the reason says what to do."""
    advice = sampled(item_s=0.001, item_bytes=10_000_000.0)
    assert advice.best.how == "sequential"
    assert ("archivo" if language == "es" else "file") in advice.reason


def test_one_usable_cpu(monkeypatch, sampled):
    """On a single CPU computing is left to the loop, and waiting still gets threads."""
    set_machine(monkeypatch, cpus=1)
    assert sampled().best.how == "sequential"
    assert sampled(waits=0.99).best.how == "threads"


@pytest.mark.parametrize("task", [lambda n: sample_tasks.burn(0.004), sample_tasks.return_lock])
def test_what_cannot_travel_stays_here(task):
    """A task or a result that cannot go to another process is never given to one."""
    assert "pool" not in {option.how for option in advise(task, range(60), 1.0).options}


def test_a_busy_machine_cannot_tell(monkeypatch, sampled, language):
    """Where others keep the CPUs busy it says so, and leaves computing to the loop.

    What waits needs no CPU and gets threads all the same, but never a pool.
    """
    set_machine(monkeypatch, others=Busy)
    advice = sampled()
    assert (advice.best.how, advice.certain, len(advice.options)) == ("sequential", False, 1)
    assert ("no se puede saber" if language == "es" else "no way to tell") in advice.reason
    waiting = sampled(waits=0.99)
    assert (waiting.best.how, waiting.certain) == ("threads", True)
    assert "pool" not in {option.how for option in waiting.options}


def test_items_that_are_too_uneven_cannot_tell(sampled):
    """Where one or two of those that were run took most of the time, the others are unknown."""
    for giants in (1, 2):
        costs_s = {index: 0.001 + (index < giants) for index in range(20)}
        advice = sampled(costs_s=costs_s, cpu_s=costs_s)
        assert (advice.best.how, advice.certain) == ("sequential", False)
    costs_s = {index: 0.001 * (1 + index) for index in range(20)}  # growing is no such thing
    assert sampled(costs_s=costs_s, cpu_s=costs_s).certain


def test_few_processes_for_what_waits(sampled):
    """However long items wait, no pool has more than two workers for each CPU."""
    (pool,) = [option for option in sampled(waits=0.9).options if option.how == "pool"]
    assert pool.n_workers == 4


def test_a_giant_that_came_first_is_counted_once(sampled):
    """What is paid once, for a giant or an import, is in each way's time, and once."""
    advice = sampled(item_s=0.001, once_s={0: 1.0})
    loop = next(option for option in advice.options if option.how == "sequential")
    assert loop.predicted_s == pytest.approx(1.199)
    assert all(option.predicted_s > 1.0 for option in advice.options)


def test_being_kept_from_the_cpu_is_a_busy_machine(sampled):
    """What the system says of this thread alone is enough, for instance in a container."""
    assert not sampled(kept_s=0.1).certain
    assert sampled(kept_s=0.01).certain


@settings(deadline=None, max_examples=60)
@given(
    n_items=st.integers(2, 400),
    item_s=st.floats(1e-4, 1.0),
    waits=st.floats(0, 1),
    threads_share=st.none() | st.floats(0, 1),
    item_bytes=st.none() | st.floats(0, 1e7),
    cpus=st.integers(1, 64),
    busy=st.booleans(),
)
def test_an_advice_is_never_absurd(n_items, item_s, waits, threads_share, item_bytes, cpus, busy):
    """Work that computes never gets more workers than CPUs, whatever a sample says.

    Nothing is promised that its workers or CPUs cannot do; the fastest option is the first one.
    """
    with pytest.MonkeyPatch.context() as patch:
        set_machine(patch, cpus, Busy if busy else Idle)
        made = sample_of(n_items, item_s, waits, threads_share=threads_share, item_bytes=item_bytes)
        patch.setattr(MODULE, "take_sample", lambda *_: made)
        advice = advise(square, range(n_items))
    loop_s = made.item_s * n_items
    for option in advice.options:
        if waits <= 0.2:
            assert option.n_workers <= cpus
            assert loop_s / option.predicted_s <= cpus * 1.001
        assert option.n_workers <= max(32, cpus)
        assert loop_s / option.predicted_s <= option.n_workers * 1.001
    times = [option.predicted_s for option in advice.options]
    assert times == sorted(times)
    assert advice.best in advice.options
    assert advice.best.how == "sequential" or loop_s > 1.15 * advice.best.predicted_s


@pytest.mark.parametrize(
    ("task", "items"),
    [(sample_tasks.burn, [0.01] * 40), (sample_tasks.sleep, [0.01] * 40), (square, range(1_000))],
)
def test_what_is_recommended_can_be_run(task, items):
    """Every option can be given to run as it is, and gives what the loop gives."""
    expected = [task(item) for item in items]
    for option in advise(task, items, 1.0).options:
        way = {"how": option.how, "n_workers": option.n_workers, "chunksize": option.chunksize}
        assert run(task, items, **way, timeout_s=60).results == expected


@pytest.mark.parametrize("method", START_METHODS)
def test_a_task_of_a_notebook(method):
    """Advice on a function that no module has: whatever the start method, threads, and soon."""
    code = (
        "import time\n"
        "from helpers.parallel import advise\n"
        "def own(seconds): time.sleep(seconds)\n"
        f"print(advise(own, [0.01] * 40, 1.0, start_method={method!r}).best.how)\n"
    )
    assert run_program("-c", code).stdout.split() == ["threads"]


def test_the_reason_is_in_each_language(sampled):
    """The same advice has other words in the other language, and the same figures."""
    said = {}
    for language in ("es", "en"):
        set_language(language)
        said[language] = sampled().reason
    assert said["es"] != said["en"]
    assert re.findall(r"\d+\.?\d*", said["es"]) == re.findall(r"\d+\.?\d*", said["en"])


# ---- what a pool costs


@pytest.mark.parametrize("method", START_METHODS)
def test_what_a_pool_costs_is_measured(method):
    """Each figure is a time above 0, whatever the start method, and nothing is left running."""
    costs = measure_pool(method, 2, 0.1)
    assert 0 < costs.start_s < 60
    assert 0 < costs.message_s < 1
    assert costs.item_s >= 0
    assert costs.byte_s >= 0
    assert costs.slowdown >= 1
    assert multiprocessing.active_children() == []
    assert 0 < measure_threads(2).message_s < 1


def test_costs_are_measured_once_a_session(monkeypatch, sampled):
    """The second advice of a session takes what the first one measured."""
    calls = []
    monkeypatch.setattr(MODULE, "_known", {})
    monkeypatch.setattr(MODULE, "measure_pool", lambda *given: calls.append(given) or CHEAP)
    sampled()
    sampled()
    assert len(calls) == 1


def test_costs_of_a_busy_machine_are_not_kept(monkeypatch, sampled):
    """What was measured while others had the CPUs is said to be worthless, and measured again."""
    calls = []
    disturbed = replace(CHEAP, kept_share=0.5)
    monkeypatch.setattr(MODULE, "_known", {})
    monkeypatch.setattr(MODULE, "measure_pool", lambda *given: calls.append(given) or disturbed)
    assert not sampled().certain
    assert not sampled().certain
    assert len(calls) == 2


def test_a_program_from_the_standard_input_is_told_at_once():
    """Where no process can be spawned, that is an error, and not a flood of tracebacks."""
    text = (
        "from helpers.parallel.model.costs import measure_pool\n"
        "try:\n"
        "    measure_pool('spawn', 2, 0.1)\n"
        "except Exception as error:\n"
        "    print(type(error).__name__)\n"
    )
    begin = time.perf_counter()
    done = run_program("-", text=text)
    assert time.perf_counter() - begin < 30
    assert "Error" in done.stdout
    assert done.stderr.count("Traceback") <= os.cpu_count() + 2


# ---- errors


@pytest.mark.parametrize("error", [ValueError, ZeroDivisionError])
def test_the_tasks_own_exception(error):
    """What the task raises comes out, with a note that names the item."""

    def fails(item):
        raise error("no good")

    with pytest.raises(error, match="no good") as caught:
        advise(fails, ["an item", "an item"])
    assert "an item" in caught.value.__notes__[0]


def test_a_task_that_ends_the_program():
    """A task that calls sys.exit does not end the caller."""
    with pytest.raises(TaskFailedError):
        advise(sample_tasks.exit_politely, range(10))


@pytest.mark.parametrize(
    "bad",
    [
        {"budget_s": 0},
        {"budget_s": float("nan")},
        {"budget_s": "5"},
        {"budget_s": True},
        {"items": 5},
        {"task": None},
        {"start_method": "teleport"},
    ],
)
def test_bad_arguments(bad, language):
    """Each is refused in words before anything is run."""
    arguments = {"task": square, "items": range(10), **bad}
    with pytest.raises(InputError):
        advise(**arguments)
