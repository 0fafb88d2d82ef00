"""The benchmark of the alternatives: right results, right arithmetic, and pages as recorded."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from helpers.language import LANGUAGES, speaking
from helpers.parallel import machine
from helpers.tasks import square

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "tests" / "benchmarks"
sys.path.append(str(BENCHMARKS))

import alternatives  # noqa: E402
import alternatives_report as report  # noqa: E402
from alternatives_ways import LIBRARIES, WRAPPED, missing, ways  # noqa: E402

RECORDED = json.loads(alternatives.RESULTS.read_text(encoding="utf-8"))


@pytest.fixture
def made_up():
    """A recording whose figures are known: `run` takes 1.25 times as long as the call."""
    times_s = {name: [2.0, 2.0, None] for name in RECORDED["jobs"]["tiny"]["times_s"]}
    times_s |= {name: [2.5, 2.5, 2.5] for name in WRAPPED}
    job = {"n_items": 4, "others_busy": 0.1, "times_s": times_s}
    return {**RECORDED, "jobs": dict.fromkeys(("computing", "waiting", "tiny"), job)}


def test_every_installed_way_gives_the_results_of_the_loop():
    """They are each call that `run` wraps, each way of `run`, each library that is installed."""
    command = [sys.executable, str(BENCHMARKS / "alternatives.py"), "--check"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8", timeout=90, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    installed = [name for name, module in LIBRARIES.items() if module not in missing()]
    checked = re.findall(r"^(.+): as the loop$", done.stdout, re.MULTILINE)
    assert sorted(checked) == sorted([*WRAPPED, *WRAPPED.values(), *installed])


def test_a_wrong_way_is_not_timed():
    """A way with other results than the loop ends the benchmark, and says which it is."""
    compared = {"loop": lambda task, items: [0], "liar": lambda task, items: [1]}
    with pytest.raises(ValueError, match="liar"):
        alternatives.measure(alternatives.Job(square, [0], 1), compared)


def test_ways_take_turns_and_ratios_are_of_one_round(made_up):
    """Every way is in each round, beside the call that it wraps, and compared with it there.

    The median and the quartiles have the digits that matter; the aim is met up to 1.05 as shown,
    and up to 1.25 with tiny tasks.
    """
    names = list(ways(2, machine().start_method))
    orders = [alternatives.turns(names, number) for number in range(8)]
    assert all(sorted(order) == sorted(names) for order in orders)
    assert len(set(map(tuple, orders))) == len(orders)
    for order in orders:
        assert all(abs(order.index(a) - order.index(b)) == 1 for a, b in WRAPPED.items())
    times_s = {"a": [2.0, 4.0, None, 9.0], "b": [1.0, None, 3.0, 3.0]}
    assert report.ratios(times_s, "a", "b") == [2.0, 3.0]
    with speaking("en"):
        assert report.spread([5, 3, 1, 2, 4]) == "3.00 (2.00 to 4.00)"
        assert report.spread([0.0123, 14.26, 1234.5]) == "14.3 (7.14 to 624)"
        assert report.spread([]) == "–"
    times_s = made_up["jobs"]["tiny"]["times_s"]
    for seconds, missed in ((1.054, 0), (1.056, 2 * len(WRAPPED)), (1.256, 3 * len(WRAPPED))):
        times_s |= {name: [seconds if name in WRAPPED else 1.0] for name in times_s}
        assert len(report.misses(made_up)) == missed


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_section_says_what_was_measured(made_up, language):
    """Times, ratios, the missed aim, the machine, and that it was busy are in it.

    The page of each language has that of the last recording, and the record is in one form.
    """
    with speaking(language):
        for busy in (0.25, 0.5):
            made_up["jobs"]["tiny"]["others_busy"] = busy
            assert ("**" in report.facts_line(made_up)) is (busy > 0.25)
        lines = report.section(made_up).splitlines()
        recorded = report.with_section(ROOT / report.PAGES[language], RECORDED)
    assert "| `multiprocessing.Pool` | 2.00 s | 2.00 s | 2.00 s |" in lines
    row = next(line for line in lines if " / `multiprocessing.Pool` |" in line)
    assert row.count("| 1.25 (1.25 ") == 3
    assert report.aim_line(made_up).count("1.25") == len(WRAPPED) * 2 + 1
    for fact in ("system", "usable_cpus", "processor", "python"):
        assert str(made_up["machine"][fact]) in lines[-1]
    assert all(version in lines[-1] for version in made_up["versions"].values())
    remedy = "python tests/benchmarks/alternatives.py --again --docs"
    assert recorded == (ROOT / report.PAGES[language]).read_text(encoding="utf-8"), remedy
    assert report.as_json(RECORDED) == alternatives.RESULTS.read_text(encoding="utf-8")
