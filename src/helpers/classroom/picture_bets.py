"""Bets on a picture: which of these timelines will yours look like?"""

from __future__ import annotations

import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace

from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.classroom.style import STYLE, describe, significant
from helpers.classroom.timeline import draw_lanes
from helpers.language import Bilingual, text
from helpers.parallel import InputError, Run, Span, Watch

_N_LANES = 3  # of a small timeline
_START_S, _END_S = 0.15, 1.0


@dataclass(frozen=True)
class PictureBet:
    """A question whose options are small timelines.

    Attributes:
        question: what is asked.
        names: what each option shows, in words.
        runs: what is drawn for each, made by hand.
        which: tells from a run which option it looks like, from 1.
        figure: tells from a run what is said of it.
    """

    question: Bilingual
    names: tuple[Bilingual, ...]
    runs: tuple[Run, ...]
    which: Callable[[Run], int]
    figure: Callable[[Run], str]

    @property
    def text(self) -> str:
        """The question, in the learner's language."""
        return self.question.said()

    @property
    def options(self) -> list[str]:
        """The options, each with the letter of its picture."""
        return [
            f"{letter}: {name.said()}" for letter, name in zip("ABCD", self.names, strict=False)
        ]

    def right_option(self, measured: Watch | Run) -> int:
        """Return the number of the option, from 1, that the timeline looks like."""
        return self.which(_run_of(measured))

    def written(self, measured: Watch | Run) -> str:
        """Say what of the timeline decides."""
        return self.figure(_run_of(measured))


def _run_of(measured: Watch | Run) -> Run:
    if isinstance(measured, Watch):
        return measured.run()
    if not isinstance(measured, Run):
        raise InputError(
            text(
                es=f"measured recibió {measured!r}. Aquí espera lo que da with watch() as …",
                en=f"measured got {measured!r}. Here it needs what with watch() as … gives.",
            )
        )
    return measured


def pictures(bet: PictureBet) -> Figure:
    """Return a figure with the small timeline of each option, side by side, under its letter."""
    with plt.rc_context(STYLE):
        figure = Figure(figsize=(9.0, 1.9), layout="constrained")
        FigureCanvasAgg(figure)
        axes = figure.subplots(1, len(bet.runs), squeeze=False)
    for ax, run, option in zip(axes[0], bet.runs, bet.options, strict=True):
        draw_lanes(ax, run)
        ax.set_title(option[0], loc="center")
        describe(ax, f"{option}.", tables=list)
    return figure


def _made(*lanes: list[tuple[float, float]]) -> Run:
    """Return a run of these lanes, a list of spans each; one without spans got no work."""
    spans = [Span(lane, a, b, 1) for lane, spans in enumerate(lanes) for a, b in spans]
    ready = [spans[0][0] if spans else None for spans in lanes]
    return Run([], "pool", len(lanes), 1, None, _END_S, tuple(ready), tuple(spans))


def _blocks(begin_s: float, end_s: float, n_blocks: int) -> list[tuple[float, float]]:
    width_s = (end_s - begin_s) / n_blocks
    return [(begin_s + i * width_s, begin_s + (i + 1) * width_s) for i in range(n_blocks)]


FULL = _made(*[_blocks(_START_S, _END_S, 5)] * _N_LANES)
EMPTY = _made(*[[(0.93, 0.96)]] * _N_LANES)
ONE_WORKS = _made(_blocks(_START_S, _END_S, 5), *[[]] * (_N_LANES - 1))
STRAGGLER = _made(_blocks(_START_S, _END_S, 1), *[_blocks(_START_S, e, 1) for e in (0.45, 0.3)])


def _idle_share(run: Run) -> float:
    """Return the share of the call that a worker was without work, on average."""
    return run.idle_s / run.n_workers / run.elapsed_s if run.elapsed_s else 0.0


def _told_busy(run: Run) -> str:
    share = significant(100 * run.utilisation, 2)
    return text(es=f"calculando, el {share} % del tiempo", en=f"computing {share}% of the time")


def _told_idle(run: Run) -> str:
    share = significant(100 * _idle_share(run), 2)
    return text(
        es=f"sin trabajo, en promedio, el {share} % del tiempo",
        en=f"idle, on average, {share}% of the time",
    )


def _how_busy(run: Run) -> int:
    return 1 if run.utilisation < 0.1 else 2 if run.utilisation < 0.6 else 3


def _how_idle(run: Run) -> int:
    if None in run.ready_s:
        return 3
    return 1 if _idle_share(run) < 0.1 else 2


def _stretched(run: Run) -> float:
    """Return how many times as long a call takes in the threads as in the loop before them."""
    loop = [s.duration_s for s in run.spans if run.lanes[s.worker] == "this_process"]
    threads = [s.duration_s for s in run.spans if run.lanes[s.worker] != "this_process"]
    return statistics.mean(threads) / statistics.mean(loop) if loop and threads else 1.0


def _how_threads(run: Run) -> int:
    if len({span.worker for span in run.spans}) < _N_LANES:
        return 3
    return 1 if _stretched(run) < 1.5 else 2


def _told_threads(run: Run) -> str:
    times = significant(_stretched(run), 2)
    return text(
        es=f"cada llamada, {times} veces lo que en el ciclo",
        en=f"each call, {times} times what it takes in the loop",
    )


def _after_a_loop(*threads: list[tuple[float, float]]) -> Run:
    """Return a run of a loop of four calls and, after it, threads with these spans."""
    made = _made(_blocks(0.05, 0.5, 4), *threads)
    return replace(made, how="threads", lanes=("this_process", *["thread"] * len(threads)))


SIDE_BY_SIDE = _after_a_loop(*[_blocks(0.5, 0.73, 2)] * 2)
STRETCHED = _after_a_loop(*[_blocks(0.5, 0.95, 2)] * 2)
IN_TURN = _after_a_loop(_blocks(0.5, 0.95, 4))

PICTURE_BETS = {
    "2.timeline": PictureBet(
        Bilingual(
            es="Cien cuadrados con un Pool. Rayado: el proceso arranca; azul: calcula. ¿A cuál se "
            "parecerá tu gráfico?",
            en="A hundred squares with a Pool. Hatched: the process starts; blue: it computes. "
            "Which will your chart look like?",
        ),
        (
            Bilingual(es="casi solo arrancan", en="they hardly do anything but start"),
            Bilingual(es="trabaja uno, los demás no", en="one works, the others do not"),
            Bilingual(es="todos calculan casi siempre", en="all compute nearly all the time"),
        ),
        (EMPTY, ONE_WORKS, FULL),
        _how_busy,
        _told_busy,
    ),
    "4.timeline": PictureBet(
        Bilingual(
            es="Primero vienen los elementos largos, y cada proceso recibe un solo bloque grande. "
            "¿A cuál se parecerá tu gráfico?",
            en="The long items come first, and each worker gets one large chunk. Which will your "
            "chart look like?",
        ),
        (
            Bilingual(es="todos terminan juntos", en="all end together"),
            Bilingual(
                es="uno sigue cuando los demás ya terminaron",
                en="one goes on when the others have ended",
            ),
            Bilingual(es="a algunos no les llega trabajo", en="some get no work at all"),
        ),
        (FULL, STRAGGLER, ONE_WORKS),
        _how_idle,
        _told_idle,
    ),
    "6.timeline": PictureBet(
        Bilingual(
            es="Arriba, un ciclo; abajo, dos hilos que calculan lo mismo. ¿A cuál se parecerá tu "
            "gráfico?",
            en="At the top a loop, below it two threads that compute the same. Which will your "
            "chart look like?",
        ),
        (
            Bilingual(es="calculan a la vez", en="they compute at the same time"),
            Bilingual(
                es="los dos a la vez, con llamadas más largas",
                en="both at once, with longer calls",
            ),
            Bilingual(es="trabaja uno solo", en="one alone works"),
        ),
        (SIDE_BY_SIDE, STRETCHED, IN_TURN),
        _how_threads,
        _told_threads,
    ),
}  # fmt: skip
