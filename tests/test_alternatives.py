"""The benchmark of the alternatives: right results, right arithmetic, and the pages as recorded."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from helpers.authoring.readme_chart import PAGES, with_section
from helpers.language import LANGUAGES, current_language
from helpers.parallel import machine
from helpers.tasks import square
from seeing import weak_marks, weak_texts

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "tests" / "benchmarks"
sys.path.append(str(BENCHMARKS))

import alternatives  # noqa: E402
import alternatives_chart as chart  # noqa: E402
import alternatives_numbers as numbers  # noqa: E402
import alternatives_report as report  # noqa: E402
from alternatives_ways import LIBRARIES, WRAPPED, missing, ways  # noqa: E402
from alternatives_words import WORDS  # noqa: E402

OWN = [*WRAPPED, *WRAPPED.values()]


@pytest.fixture(scope="module")
def recorded():
    """What the last recording measured."""
    return json.loads(alternatives.RESULTS.read_text(encoding="utf-8"))


@pytest.fixture
def made_up(recorded):
    """A recording whose figures are known: `run` takes 1.25 times as long as the call."""
    times_s = {name: [2.0, 2.0, None] for name in recorded["jobs"]["tiny"]["times_s"]}
    times_s |= {name: [2.5, 2.5, 2.5] for name in WRAPPED}
    job = {"n_items": 4, "others_busy": 0.1, "times_s": times_s}
    jobs = dict.fromkeys(("computing", "waiting", "tiny"), job)
    return {**recorded, "jobs": jobs}


def test_the_ways_are_those_of_the_table():
    """Every call that `run` wraps, every way of `run`, and each library that is installed."""
    installed = [name for name, module in LIBRARIES.items() if module not in missing()]
    assert sorted(ways(2, "spawn")) == sorted([*OWN, *installed])


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_chart_stands_out(recorded, language):
    """Each text has 4.5 to 1 with what is behind it, each mark 3 to 1 with what is around it."""
    figure = chart.paint(recorded, language)
    assert weak_texts(figure) == []
    assert weak_marks(figure) == []


@pytest.mark.parametrize("name", OWN)
def test_a_way_gives_the_sequential_results(name):
    """On a tiny job each way of `run` and each raw call gives what the loop gives, in order."""
    way = ways(2, machine().start_method)[name]
    assert way(square, range(20)) == [square(item) for item in range(20)]


def test_every_installed_way_works_and_leaves_no_process():
    """The script compares all ways, the libraries' too; none of its processes outlives it."""
    command = [sys.executable, str(BENCHMARKS / "alternatives.py"), "--check"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes, start_new_session=True) as script:
        said, errors = script.communicate(timeout=90)
    assert script.returncode == 0, errors
    assert errors == ""
    checked = re.findall(r"^(.+): as the loop$", said, re.MULTILINE)
    assert checked == list(ways(2, machine().start_method))
    assert re.findall(r"^(\w+) is not installed", said, re.MULTILINE) == missing()
    if sys.platform != "win32":
        assert session_ends(script.pid, within_s=5), "a process outlived the script"


def session_ends(number, within_s):
    """Say whether no process of a session is left; multiprocessing's servers need a moment."""
    deadline_s = time.perf_counter() + within_s
    while time.perf_counter() < deadline_s:
        try:
            os.killpg(number, 0)
        except ProcessLookupError:
            return True
        except PermissionError:  # macOS says so of processes that have just ended
            pass
        time.sleep(0.02)
    return False


def test_a_wrong_way_is_not_timed():
    """A way with other results than the loop ends the benchmark, and says which it is."""
    compared = {"loop": lambda task, items: [0], "liar": lambda task, items: [1]}
    with pytest.raises(ValueError, match="liar"):
        alternatives.measure(alternatives.Job(square, [0], 1), compared)


def test_all_ways_take_turns():
    """Each round has every way once, in another order; what `run` wraps stays beside it."""
    names = list(ways(2, "spawn"))
    orders = [alternatives.turns(names, number) for number in range(8)]
    assert all(sorted(order) == sorted(names) for order in orders)
    assert len(set(map(tuple, orders))) == len(orders)
    for order in orders:
        assert all(abs(order.index(a) - order.index(b)) == 1 for a, b in WRAPPED.items())


def test_a_costly_way_is_measured_seldom(monkeypatch):
    """A way that takes far longer than the others is left out of most rounds, and that is told."""
    monkeypatch.setattr(alternatives, "gc", SimpleNamespace(collect=int))  # pytest's heap is large

    def slow(task, items):
        time.sleep(0.05)
        return [task(item) for item in items]

    def quick(task, items):
        time.sleep(0.001)
        return [task(item) for item in items]

    compared = {"loop": quick, "one": quick, "two": quick, "slow": slow}
    times_s = alternatives.measure(alternatives.Job(square, range(3), 5), compared)
    assert [value is None for value in times_s["slow"]] == [False, True, True, True, False]
    assert all(None not in times_s[name] for name in ("loop", "one", "two"))


def test_ratios_pair_what_was_measured_in_the_same_round():
    """A ratio is of two times of one round; a round that lacks one of them gives none."""
    times_s = {"a": [2.0, 4.0, None, 9.0], "b": [1.0, None, 3.0, 3.0]}
    assert numbers.ratios(times_s, "a", "b") == [2.0, 3.0]
    assert numbers.ratios(times_s, "a", "absent") == []
    assert numbers.median_s(times_s, "a") == 4.0


def test_quartiles():
    """The quartiles of 1 to 5 are 2, 3 and 4; those of one value are that value."""
    assert numbers.quartiles([5, 3, 1, 2, 4]) == (2, 3, 4)
    assert numbers.quartiles([7.0]) == (7.0, 7.0, 7.0)


@pytest.mark.parametrize(
    ("seconds", "met"), [(1.0, True), (1.034, True), (1.036, False), (2.0, False)]
)
def test_the_aim(seconds, met):
    """The aim is met up to 1.03, read with the two decimals that are shown."""
    assert numbers.meets_aim({"way": [seconds], "raw": [1.0]}, "way", "raw") is met


@pytest.mark.parametrize(
    ("value", "text"),
    [(1.0, "1.00"), (0.984, "0.98"), (0.0123, "0.012"), (14.26, "14.3"), (1234.5, "1,230")],
)
def test_ratios_are_written_with_the_digits_that_matter(value, text):
    """Near 1 there are two decimals, elsewhere two or three digits."""
    assert numbers.number(value) == text


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_tables_say_what_was_measured(made_up, language):
    """Ratios and the missed aim are in the section, as computed."""
    text = report.section(made_up, language)
    row = next(line for line in text.splitlines() if "`multiprocessing.Pool`" in line)
    assert row.count("| 1.25 (1.25 ") == 3
    assert report.aim_line(made_up, language).count("1.25") == len(WRAPPED) * 3
    assert str(made_up["machine"]["python"]) in text
    assert made_up["machine"]["processor"] in text
    assert WORDS["seldom"][language] in report.full_table(made_up, language)


@pytest.mark.parametrize(("busy", "warned"), [(0.25, False), (0.5, True)])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_busy_machine_is_told(made_up, language, busy, warned):
    """Where other programs kept CPUs busy, the tables warn of their figures."""
    made_up["jobs"]["tiny"]["others_busy"] = busy
    assert (WORDS["busy"][language] in report.facts_line(made_up, language)) is warned


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_what_was_recorded(recorded, language):
    """Between its marks the page of the measurements has the figures of the last recording."""
    page, text = ROOT / PAGES[language], report.section(recorded, language)
    remedy = "python tests/benchmarks/alternatives.py --draw --docs"
    assert with_section(page, "alternatives", text) == page.read_text(encoding="utf-8"), remedy
    for fact in ("system", "usable_cpus", "processor", "python"):
        assert str(recorded["machine"][fact]) in text
    assert all(version in text for version in recorded["versions"].values())


def test_the_table_and_the_charts_are_those_of_the_recording(recorded, tmp_path):
    """The files beside the recording are what it gives now: table, charts' texts, JSON."""
    before = current_language()
    report.draw(recorded, tmp_path)
    assert current_language() == before
    folder = alternatives.RESULTS.parent
    table, again = (place / "alternatives.md" for place in (folder, tmp_path))
    assert table.read_text(encoding="utf-8") == again.read_text(encoding="utf-8")
    for language in LANGUAGES:
        told = [
            [element.text for element in ElementTree.parse(place / file).getroot()[:2]]
            for place in (folder, tmp_path)
            for file in [f"alternatives_{language}.svg"]
        ]
        assert told[0] == told[1]
        assert told[0][1] == chart.alternative_text_of(recorded, language)
    assert report.as_json(recorded) == alternatives.RESULTS.read_text(encoding="utf-8")


def test_the_chart_is_drawn_without_a_library(made_up):
    """A way that was not there to be measured has no bar, and breaks nothing."""
    for job in made_up["jobs"].values():
        job["times_s"].pop("joblib", None)
    assert b"joblib" not in chart.draw_chart(made_up, "en")
    assert "joblib" not in report.time_table(made_up, "en")


def test_the_words_are_in_both_languages():
    """Each text has both languages, with the same places for figures."""
    for texts in WORDS.values():
        assert set(texts) == set(LANGUAGES)
        places = [sorted(re.findall(r"{\w+}", texts[language])) for language in LANGUAGES]
        assert places[0] == places[1]
