"""Graders of lesson 10 from the advice on: each takes an answer and names what it found."""

from __future__ import annotations

import math
import re
from collections.abc import Callable
from typing import Any

from matplotlib.axes import Axes

from helpers.classroom.exercise import is_number
from helpers.classroom.project_figures import close, first_close
from helpers.classroom.style import significant
from helpers.parallel import Advice, Comparison, Run, usable_cpus
from helpers.tasks import count_words

Verdict = str | tuple[str, dict[str, Any]]

FAR = 0.25  # a prediction that is off by more deserves doubt, as in lesson 5
NEARLY = 0.05  # how far from it either verdict is accepted
N_SAMPLED = 40  # so many files are counted again
REPEATS = 3
WORTH = 1.10  # a speedup below it is none, as in advise
FEW_FILES = 5  # chunks of fewer are nearly all message
CHUNKS = 8  # for each worker, as in the worked solution, where there are files enough
CROWD = 4  # so many workers for each CPU are too many
MIN_WORDS = 12
WAYS = ("pool", "process", "proces", "thread", "hilo", "loop", "ciclo", "sequential", "secuencia")

LIMITS = ("cpu", "procesador", "processor", "core", "núcleo", "disk", "disco", "messag", "mensaje")


def judged_advice(answer: Any) -> Verdict:
    """10.4: an advice, a run that follows it, the error of its prediction, and a verdict on it."""
    if not isinstance(answer, tuple) or len(answer) != 4:
        return "not_four"
    advice, real, error, verdict = answer
    if not isinstance(advice, Advice):
        return "not_advice"
    if not isinstance(real, Run) or not real.results:
        return "not_a_run"
    best = advice.best
    followed = (real.how, real.n_workers, real.chunksize)
    if followed != (best.how, best.n_workers, best.chunksize):
        return "other_way", {"how": best.how, "n": best.n_workers, "chunksize": best.chunksize}
    if not is_number(error):
        return "not_a_number"
    right = best.predicted_s / real.elapsed_s - 1
    if not close(error, right) and not close(error, abs(right)):
        known = {"ratio": 1 + right, "percent": 100 * right, "of_predicted": 1 / (1 + right) - 1}
        return first_close(error, known, "other_error")
    return _judged_verdict(verdict, abs(right), best.how)


def _judged_verdict(verdict: object, error: float, how: str) -> Verdict:
    percent = f"{100 * error:.0f}"
    if verdict not in ("trust", "doubt"):
        return "not_a_verdict"
    if verdict == "trust" and error > FAR + NEARLY:
        return "too_trusting", {"error": percent}
    if verdict == "doubt" and error < FAR - NEARLY:
        return "too_doubtful", {"error": percent}
    if verdict == "doubt":
        return "right_doubt", {"error": percent}
    return ("right_loop" if how == "sequential" else "right"), {"error": percent}


def chosen_way(answer: Any) -> Verdict:
    """10.5: the loop and the way that was chosen, and how far the learner's prediction was off."""
    if not isinstance(answer, tuple) or len(answer) != 4:
        return "not_four"
    files, final, predicted, error = answer
    if not isinstance(final, Comparison):
        return "not_a_comparison"
    others = [how for how in final.hows if how != "sequential"]
    if "sequential" not in final.hows or not others:
        return "one_way"
    if min(map(len, final.times_s.values())) < REPEATS:
        return "few"
    how = max(others, key=final.speedup)
    made = final.typical[how]
    if not isinstance(files, list) or len(made.results) != len(files):
        return "other_work"
    if not _same_counts(files, made.results):
        return "other_counts"
    speedup = final.speedup(how)
    return _judged_choice(made, speedup) or _judged_prediction(predicted, error, speedup)


def _same_counts(files: list[str], counts: list[Any]) -> bool:
    places = range(0, len(files), max(1, math.ceil(len(files) / N_SAMPLED)))
    return all(counts[place] == count_words(files[place]) for place in places)


def _judged_choice(made: Run, speedup: float) -> Verdict | None:
    """Say what speaks against the choice, if anything does."""
    cpus, slow = usable_cpus(), speedup < WORTH
    if made.n_workers == 1 and cpus > 1:
        return "one_worker", {"cpus": cpus}
    if made.how != "threads" and made.n_workers > CROWD * cpus:
        return "too_many", {"n": made.n_workers, "cpus": cpus}
    if slow and made.chunksize < FEW_FILES and made.n_items > CHUNKS * FEW_FILES * cpus:
        return "messages", {"chunksize": made.chunksize}
    if slow and made.how == "threads" and cpus > 1:
        return "threads"
    return None


def _judged_prediction(predicted: object, error: object, speedup: float) -> Verdict:
    """Judge the error of the learner's own prediction; say what the choice has gained."""
    if not is_number(predicted) or predicted <= 0:  # type: ignore[operator]
        return "no_prediction"
    if not is_number(error):
        return "not_a_number"
    right = predicted / speedup - 1  # type: ignore[operator]
    if not close(error, right) and not close(error, abs(right)):  # type: ignore[arg-type]
        known = {"ratio": 1 + right, "percent": 100 * right, "of_predicted": 1 / (1 + right) - 1}
        return first_close(error, known, "other_error")  # type: ignore[arg-type]
    cpus, gain, off = usable_cpus(), significant(speedup, 2), f"{100 * abs(right):.0f}"
    if speedup < WORTH:
        return "right_slower", {"speedup": gain, "error": off}
    share = f"{100 * speedup / cpus:.0f}"
    return "right", {"speedup": gain, "error": off, "share": share, "cpus": cpus}


def own_report(answer: Any) -> Verdict:
    """10.6: a chart, and a sentence with the learner's own figures."""
    if not isinstance(answer, tuple) or len(answer) != 3:
        return "not_three"
    final, ax, conclusion = answer
    if not isinstance(final, Comparison) or len(final.hows) < 2:
        return "not_a_comparison"
    if not isinstance(ax, Axes):
        return "no_chart"
    if not isinstance(conclusion, str):
        return "not_text"
    if (n_words := len(conclusion.split())) < MIN_WORDS:
        return "short", {"n": n_words, "least": MIN_WORDS}
    n_files = len(next(iter(final.typical.values())).results)
    if n_files not in _numbers(_without_separators(conclusion)):
        return "no_size", {"n": f"{n_files:,}"}
    if not _tells_speedup(conclusion, final):
        return "no_speedup"
    if not any(name in conclusion.lower() for name in WAYS):
        return "no_way"
    if not any(name in conclusion.lower() for name in LIMITS):
        return "no_limit"
    return "right"


def _tells_speedup(conclusion: str, final: Comparison) -> bool:
    """Say whether a measured speedup is among the figures; "2 workers" is none of 1.95."""
    figures = _numbers(conclusion) | _numbers(_without_separators(conclusion))
    others = [how for how in final.hows if how != "sequential"]
    figures -= {float(final.typical[how].n_workers) for how in others}
    return any(
        abs(figure - s) <= 0.05 * s for figure in figures for s in map(final.speedup, others)
    )


def _without_separators(text: str) -> str:
    """Return the text with 6,000 and 6.000 and 6 000 written 6000."""
    return re.sub(r"(?<=\d)[,.\s\u202f'](?=\d{3}(?!\d))", "", text)


def _numbers(text: str) -> set[float]:
    """Return the numbers in a text, with a decimal point or a decimal comma."""
    return {float(found.replace(",", ".")) for found in re.findall(r"\d+(?:[.,]\d+)?", text)}


GRADERS: dict[str, Callable[[Any], Verdict]] = {
    "10.4": judged_advice,
    "10.5": chosen_way,
    "10.6": own_report,
}
