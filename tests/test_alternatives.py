"""The benchmark of the alternatives: right results, right arithmetic, and the pages as recorded."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path
from xml.etree import ElementTree

import pytest

from helpers.language import LANGUAGES, speaking
from helpers.parallel import machine
from helpers.tasks import square
from seeing import mark_shares, text_contrasts, weak_marks, weak_texts

ROOT = Path(__file__).parents[1]
BENCHMARKS = ROOT / "tests" / "benchmarks"
sys.path.append(str(BENCHMARKS))

import alternatives  # noqa: E402
import alternatives_chart as chart  # noqa: E402
import alternatives_report as report  # noqa: E402
from alternatives_report import PAGES, with_section  # noqa: E402
from alternatives_ways import LIBRARIES, WRAPPED, missing, ways  # noqa: E402

RECORDED = json.loads(alternatives.RESULTS.read_text(encoding="utf-8"))


@pytest.fixture(params=LANGUAGES)
def language(request):
    """Speak each language in turn."""
    with speaking(request.param):
        yield request.param


@pytest.fixture
def made_up():
    """A recording whose figures are known: `run` takes 1.25 times as long as the call."""
    times_s = {name: [2.0, 2.0, None] for name in RECORDED["jobs"]["tiny"]["times_s"]}
    times_s |= {name: [2.5, 2.5, 2.5] for name in WRAPPED}
    job = {"n_items": 4, "others_busy": 0.1, "times_s": times_s}
    return {**RECORDED, "jobs": dict.fromkeys(("computing", "waiting", "tiny"), job)}


def test_the_chart_stands_out(language):
    """Each text has 4.5 to 1 with what is behind it, each mark 3 to 1 with what is around it."""
    figure = chart.paint(RECORDED)
    assert weak_texts(text_contrasts(figure)) == []
    assert weak_marks(mark_shares(figure)) == []


def test_every_installed_way_works_and_leaves_no_process():
    """Every way that is compared gives the loop's results, and no process outlives the script.

    They are each call that `run` wraps, each way of `run`, and each library that is installed.
    """
    command = [sys.executable, str(BENCHMARKS / "alternatives.py"), "--check"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "encoding": "utf-8"}
    with subprocess.Popen(command, **pipes, start_new_session=True) as script:
        printed, errors = script.communicate(timeout=90)
    assert (script.returncode, errors) == (0, "")
    installed = [name for name, module in LIBRARIES.items() if module not in missing()]
    checked = re.findall(r"^(.+): as the loop$", printed, re.MULTILINE)
    assert sorted(checked) == sorted([*WRAPPED, *WRAPPED.values(), *installed])
    assert re.findall(r"^(\w+) is not installed", printed, re.MULTILINE) == missing()
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
    names = list(ways(2, machine().start_method))
    orders = [alternatives.turns(names, number) for number in range(8)]
    assert all(sorted(order) == sorted(names) for order in orders)
    assert len(set(map(tuple, orders))) == len(orders)
    for order in orders:
        assert all(abs(order.index(a) - order.index(b)) == 1 for a, b in WRAPPED.items())


def test_a_costly_way_is_measured_seldom(monkeypatch):
    """A way that takes far longer than the others is left out of most rounds."""
    monkeypatch.setattr(alternatives.gc, "collect", int)  # pytest's heap is large

    def waiting(seconds):
        return lambda task, items: time.sleep(seconds) or [task(item) for item in items]

    quick = dict.fromkeys(("loop", "one", "two"), waiting(0.001))
    job = alternatives.Job(square, range(3), 5)
    times_s = alternatives.measure(job, {**quick, "slow": waiting(0.05)})
    assert [value is None for value in times_s["slow"]] == [False, True, True, True, False]
    assert all(None not in times_s[name] for name in quick)


def test_ratios_pair_what_was_measured_in_the_same_round():
    """A ratio is of two times of one round; a round that lacks one of them gives none."""
    times_s = {"a": [2.0, 4.0, None, 9.0], "b": [1.0, None, 3.0, 3.0]}
    assert report.ratios(times_s, "a", "b") == [2.0, 3.0]
    assert report.ratios(times_s, "a", "absent") == []
    assert report.median_s(times_s, "a") == 4.0


@pytest.mark.parametrize(
    ("values", "written"),
    [
        ([5, 3, 1, 2, 4], "3.00 (2.00 to 4.00)"),
        ([0.984], "0.98 (0.98 to 0.98)"),
        ([0.0123, 14.26, 1234.5], "14.3 (7.14 to 624)"),
        ([], "–"),
    ],
)
def test_ratios_are_written_with_the_digits_that_matter(values, written):
    """The median, and the quartiles; near 1 with two decimals, elsewhere two or three digits."""
    with speaking("en"):
        assert report.spread(values) == written


@pytest.mark.parametrize(("seconds", "met"), [(1.0, 12), (1.034, 12), (1.036, 0), (2.0, 0)])
def test_the_aim(made_up, seconds, met):
    """The aim is met up to 1.03, read with the two decimals that are shown."""
    for name in made_up["jobs"]["tiny"]["times_s"]:
        made_up["jobs"]["tiny"]["times_s"][name] = [seconds if name in WRAPPED else 1.0]
    assert len(report.misses(made_up)) == 12 - met


@pytest.mark.parametrize("busy", [0.25, 0.5])
def test_the_section_says_what_was_measured(made_up, language, busy):
    """Ratios, the missed aim, the machine, and that it was busy are in it."""
    made_up["jobs"]["tiny"]["others_busy"] = busy
    text = report.section(made_up)
    row = next(line for line in text.splitlines() if "`multiprocessing.Pool`" in line)
    assert row.count("| 1.25 (1.25 ") == 3
    assert report.aim_line(made_up).count("1.25") == len(WRAPPED) * 3
    for fact in ("system", "usable_cpus", "processor", "python"):
        assert str(made_up["machine"][fact]) in text
    assert all(version in text for version in made_up["versions"].values())
    assert ("**" in report.facts_line(made_up)) is (busy > 0.25)


def test_the_page_shows_what_was_recorded(language):
    """Between its marks the page of the measurements has the figures of the last recording."""
    page = ROOT / PAGES[language]
    remedy = "python tests/benchmarks/alternatives.py --draw --docs"
    written = with_section(page, "alternatives", report.section(RECORDED))
    assert written == page.read_text(encoding="utf-8"), remedy


def test_the_charts_are_those_of_the_recording(language, tmp_path):
    """The files beside the recording are what it gives now: the charts' texts, and JSON."""
    report.write(RECORDED, tmp_path / alternatives.RESULTS.name)
    for name in (f"alternatives_{language}.svg", alternatives.RESULTS.name):
        there, here = (folder / name for folder in (alternatives.RESULTS.parent, tmp_path))
        if name.endswith(".svg"):
            texts = [[e.text for e in ElementTree.parse(f).getroot()[:2]] for f in (there, here)]
            assert texts[0] == texts[1] == [chart.conclusion(RECORDED), texts[0][1]]
            assert texts[0][1] == chart.alternative_text_of(RECORDED)
        else:
            assert there.read_text(encoding="utf-8") == here.read_text(encoding="utf-8")


def test_the_chart_is_drawn_without_a_library(made_up):
    """A way that was not there to be measured has no bar, and breaks nothing."""
    for job in made_up["jobs"].values():
        job["times_s"].pop("joblib", None)
    assert b"joblib" not in chart.draw_chart(made_up)
    assert "/ joblib" not in report.section(made_up)
