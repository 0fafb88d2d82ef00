"""The bets of the lessons: what is asked, the options, and what is right for what was measured.

A bet is on a number, or on a picture: which of these timelines will yours look like?
"""

from __future__ import annotations

import bisect
import math
import statistics
from collections.abc import Callable
from dataclasses import dataclass, replace

from matplotlib import pyplot as plt
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from helpers.classroom.style import STYLE, describe
from helpers.classroom.timeline import draw_lanes
from helpers.language import Bilingual, text
from helpers.parallel import Run, Span
from helpers.parallel.units import duration, significant


@dataclass(frozen=True)
class Question:
    """A question whose answer will be measured.

    Attributes:
        question: what is asked.
        names: the options, in rising order of what is measured.
        bounds: the figures that separate one option from the next, in rising order.
        written: writes what was measured, with its unit.
        number: tells from a timeline the number that decides; ``None`` where a number is measured.
        pictures: the timeline that is drawn for each option, made by hand.
    """

    question: Bilingual
    names: tuple[Bilingual, ...]
    bounds: tuple[float, ...]
    written: Callable[[float], str]
    number: Callable[[Run], float] | None = None
    pictures: tuple[Run, ...] = ()

    @property
    def options(self) -> list[str]:
        """The options, in the learner's language; of pictures each with its letter."""
        names = [name.text() for name in self.names]
        if not self.pictures:
            return names
        return [f"{letter}: {name}" for letter, name in zip("ABCD", names, strict=False)]

    def right_option(self, number: float) -> int:
        """Return the number of the option, from 1, that what was measured falls into."""
        return bisect.bisect_right(self.bounds, number) + 1

    def drawn(self) -> Figure:
        """Return a figure with the small timeline of each option, side by side."""
        with plt.rc_context(STYLE):
            figure = Figure(figsize=(9.0, 1.9), layout="constrained")
            FigureCanvasAgg(figure)
            axes = figure.subplots(1, len(self.pictures))
        for ax, run, option in zip(axes, self.pictures, self.options, strict=True):
            draw_lanes(ax, run)
            ax.set(xticks=[], yticks=[], xlim=(0, 1.03 * run.elapsed_s))
            ax.set_title(option[0], loc="center")
        describe(figure, ". ".join(self.options) + ".")
        return figure


def _times(ratio: float) -> str:
    times = significant(ratio, 2)
    return text(es=f"{times} veces", en=f"{times} times")


def _percent(share: float) -> str:
    percent = significant(100 * share, 2)
    return text(es=f"{percent} %", en=f"{percent}%")


# ---- timelines made by hand, of one second


def _run(*lanes: list[tuple[float, float]]) -> Run:
    """Return a run of these lanes, a list of spans each; one without spans got no work."""
    spans = [Span(lane, a, b, 1) for lane, spans in enumerate(lanes) for a, b in spans]
    ready = [spans[0][0] if spans else None for spans in lanes]
    return Run([], "pool", len(lanes), 1, None, 1.0, tuple(ready), tuple(spans))


def _blocks(begin_s: float, end_s: float, n_blocks: int) -> list[tuple[float, float]]:
    width_s = (end_s - begin_s) / n_blocks
    return [(begin_s + i * width_s, begin_s + (i + 1) * width_s) for i in range(n_blocks)]


def _after_a_loop(*threads: list[tuple[float, float]]) -> Run:
    """Return a run of a loop of four calls and, after it, threads with these spans."""
    run = _run(_blocks(0.05, 0.5, 4), *threads)
    return replace(run, how="threads", lanes=("this_process", *["thread"] * len(threads)))


_FULL = _run(*[_blocks(0.15, 1.0, 5)] * 3)
_EMPTY = _run(*[[(0.93, 0.96)]] * 3)
_ONE_WORKS = _run(_blocks(0.15, 1.0, 5), [], [])
_BOTH = _run(*[_blocks(0.15, 1.0, 5)] * 2)
_STRAGGLER = _run([(0.15, 1.0)], [(0.15, 0.4)])
_ALONE = _run(_blocks(0.15, 1.0, 5), [])
_SIDE_BY_SIDE = _after_a_loop(*[_blocks(0.5, 0.73, 2)] * 2)
_STRETCHED = _after_a_loop(*[_blocks(0.5, 0.95, 2)] * 2)
_IN_TURN = _after_a_loop(_blocks(0.5, 0.95, 4))


# ---- the number of a timeline that decides, and how it is written


def _written_computing(share: float) -> str:
    percent = significant(100 * share, 2)
    return text(es=f"calculando, el {percent} % del tiempo", en=f"computing {percent}% of the time")


def _idle(run: Run) -> float:
    """Return for which share of the call the worker that ended first had no work any more."""
    ends_s = [0.0] * run.n_workers
    for span in run.spans:
        ends_s[span.worker] = max(ends_s[span.worker], span.stop_s)
    return 1 - min(ends_s) / run.arrived_s


def _written_idle(share: float) -> str:
    percent = significant(100 * share, 2)
    return text(
        es=f"el que menos trabajó pasó al final un {percent} % del tiempo sin trabajo",
        en=f"the worker with the least work was idle at the end for {percent}% of the time",
    )


def _stretch(run: Run) -> float:
    """Return how many times as long a call takes in threads as in the loop before them."""
    loop = [span.duration_s for span in run.spans if run.lanes[span.worker] == "this_process"]
    threads = [span for span in run.spans if run.lanes[span.worker] == "thread"]
    if not loop or len({span.worker for span in threads}) < 2:
        return math.inf  # one thread alone
    return statistics.mean(span.duration_s for span in threads) / statistics.mean(loop)


def _written_stretch(times: float) -> str:
    if math.isinf(times):
        return text(es="un solo hilo trabajó", en="a single thread worked")
    number = significant(times, 2)
    return text(
        es=f"cada llamada, {number} veces lo que en el ciclo",
        en=f"each call, {number} times what it takes in the loop",
    )


QUESTIONS = {
    "0.worker-start": Question(
        Bilingual(
            es="¿Cuánto tarda esta computadora en crear un proceso nuevo y recibir de él una "
            "respuesta?",
            en="How long does this computer take to start a new process and get one answer from "
            "it?",
        ),
        (
            Bilingual(es="menos de un milisegundo", en="less than a millisecond"),
            Bilingual(es="de 1 a 10 milisegundos", en="1 to 10 milliseconds"),
            Bilingual(es="de 10 milisegundos a un segundo", en="10 milliseconds to a second"),
            Bilingual(es="más de un segundo", en="more than a second"),
        ),
        (1e-3, 10e-3, 1.0),
        duration,
    ),
    "1.hundred-times": Question(
        Bilingual(
            es="Cien mil cuadrados, en lugar de mil: ¿por cuánto se multiplica el tiempo del "
            "ciclo?",
            en="A hundred thousand squares instead of a thousand: how many times as long does the "
            "loop take?",
        ),
        (
            Bilingual(es="casi lo mismo", en="about the same"),
            Bilingual(es="unas 10 veces (de 3 a 30)", en="about 10 times (3 to 30)"),
            Bilingual(es="unas 100 veces (de 30 a 300)", en="about 100 times (30 to 300)"),
            Bilingual(es="más de 300 veces", en="more than 300 times"),
        ),
        (3.0, 30.0, 300.0),
        _times,
    ),
    "2.timeline": Question(
        Bilingual(
            es="Cien cuadrados con un Pool. Rayado: el proceso arranca; azul: calcula. ¿A cuál se "
            "parecerá tu gráfico?",
            en="A hundred squares with a Pool. Hatched: the process starts; blue: it computes. "
            "Which will your chart look like?",
        ),
        (
            Bilingual(es="casi solo arrancan", en="they hardly do anything but start"),
            Bilingual(
                es="uno trabaja casi siempre, los demás no",
                en="one works nearly all the time, the others do not",
            ),
            Bilingual(es="todos calculan casi siempre", en="all compute nearly all the time"),
        ),
        (0.1, 0.6),
        _written_computing,
        lambda run: run.utilisation,
        (_EMPTY, _ONE_WORKS, _FULL),
    ),
    "3.real-folders": Question(
        Bilingual(
            es="Buscar en todas esas carpetas con un Pool: comparado con el ciclo, ¿cuánto tarda?",
            en="Searching all those folders with a Pool: compared with the loop, how long does it "
            "take?",
        ),
        (
            Bilingual(es="menos: aquí sí gana el Pool", en="less: here the Pool does win"),
            Bilingual(es="casi lo mismo (de 0.8 a 1.25)", en="about the same (0.8 to 1.25)"),
            Bilingual(es="más, hasta el triple", en="more, up to three times as long"),
            Bilingual(es="más del triple", en="more than three times as long"),
        ),
        (0.8, 1.25, 3.0),
        _times,
    ),
    "4.one-a-message": Question(
        Bilingual(
            es="Los mismos cuadrados de uno en uno, comparados con los bloques de mil: ¿cuánto "
            "tardan?",
            en="The same squares one by one, compared with chunks of a thousand: how long do they "
            "take?",
        ),
        (
            Bilingual(es="casi lo mismo", en="about the same"),
            Bilingual(es="más: de 1.5 a 10 veces", en="longer: 1.5 to 10 times"),
            Bilingual(es="mucho más: de 10 a 100 veces", en="much longer: 10 to 100 times"),
            Bilingual(es="más de 100 veces", en="more than 100 times"),
        ),
        (1.5, 10.0, 100.0),
        _times,
    ),
    "4.timeline": Question(
        Bilingual(
            es="Primero vienen los elementos largos, y cada proceso recibe un solo bloque grande. "
            "¿A cuál se parecerá tu gráfico?",
            en="The long items come first, and each worker gets one large chunk. Which will your "
            "chart look like?",
        ),
        (
            Bilingual(es="los dos terminan juntos", en="both end together"),
            Bilingual(es="uno termina después", en="one ends later than the other"),
            Bilingual(es="a uno no le llega trabajo", en="one gets no work at all"),
        ),
        (0.2, 1.0),
        _written_idle,
        _idle,
        (_BOTH, _STRAGGLER, _ALONE),
    ),
    "5.twice-as-many": Question(
        Bilingual(
            es="El doble de procesos que de CPU: ¿cuánto cambia la velocidad?",
            en="Twice as many workers as CPUs: how much does the speed change?",
        ),
        (
            Bilingual(es="baja (a menos de 0.9 veces)", en="it drops (below 0.9 times)"),
            Bilingual(es="casi no cambia", en="it hardly changes"),
            Bilingual(es="mejora algo (de 1.1 a 1.5 veces)", en="it improves (1.1 to 1.5 times)"),
            Bilingual(es="mejora mucho", en="it improves a lot"),
        ),
        (0.9, 1.1, 1.5),
        _times,
    ),
    "6.timeline": Question(
        Bilingual(
            es="Arriba, un ciclo; abajo, dos hilos que calculan lo mismo. ¿A cuál se parecerá tu "
            "gráfico?",
            en="At the top a loop, below it two threads that compute the same. Which will your "
            "chart look like?",
        ),
        (
            Bilingual(es="calculan a la vez", en="they compute at the same time"),
            Bilingual(es="a la vez, con llamadas más largas", en="both at once, with longer calls"),
            Bilingual(es="trabaja uno solo", en="only one works"),
        ),
        (1.5, math.inf),
        _written_stretch,
        _stretch,
        (_SIDE_BY_SIDE, _STRETCHED, _IN_TURN),
    ),
    "6.waiting-threads": Question(
        Bilingual(
            es="Cuatro esperas en cuatro hilos: ¿cuántas veces más rápido que una tras otra?",
            en="Four waits in four threads: how many times as fast as one after another?",
        ),
        (
            Bilingual(es="casi igual de rápido que el ciclo", en="about as fast as the loop"),
            Bilingual(es="de 1.25 a 3 veces", en="1.25 to 3 times"),
            Bilingual(es="más de 3 veces", en="more than 3 times"),
        ),
        (1.25, 3.0),
        _times,
    ),
    "6.checksums": Question(
        Bilingual(
            es="Ocho hashes SHA-256 en dos hilos: ¿cuántas veces más rápido que en el ciclo?",
            en="Eight SHA-256 checksums in two threads: how many times as fast as in the loop?",
        ),
        (
            Bilingual(es="más lento que el ciclo", en="slower than the loop"),
            Bilingual(es="casi igual de rápido que el ciclo", en="about as fast as the loop"),
            Bilingual(es="al menos 1.25 veces", en="at least 1.25 times"),
        ),
        (0.8, 1.25),
        _times,
    ),
    "7.hang": Question(
        Bilingual(
            es="El programa espera un segundo más. De ese segundo, ¿cuánto pasan calculando él y "
            "su trabajador?",
            en="The program waits one more second. How much of it do the program and its worker "
            "spend computing?",
        ),
        (
            Bilingual(es="casi nada", en="next to nothing"),
            Bilingual(es="una parte", en="part of it"),
            Bilingual(es="el segundo entero: por eso tarda", en="all of it: that is why it hangs"),
        ),
        (0.1, 0.9),
        duration,
    ),
    "7.block": Question(
        Bilingual(
            es="El límite llega mucho antes que el resultado. ¿Cuánto tarda todo el bloque with?",
            en="The limit comes long before the result. How long does the whole with block take?",
        ),
        (
            Bilingual(
                es="menos de un segundo: el límite detiene la tarea",
                en="less than a second: the limit stops the task",
            ),
            Bilingual(
                es="un segundo o más: la tarea sigue hasta su final",
                en="a second or more: the task goes on to its end",
            ),
        ),
        (1.0,),
        duration,
    ),
    "7.race": Question(
        Bilingual(
            es="¿Qué parte de las 600 sumas quedará en el número final?",
            en="Which share of the 600 additions will be in the final number?",
        ),
        (
            Bilingual(es="menos del 90 %: faltan muchas", en="below 90%: many are missing"),
            Bilingual(es="casi todas: faltan unas pocas", en="nearly all: a few are missing"),
            Bilingual(es="todas", en="all of them"),
        ),
        (0.9, 1.0),
        _percent,
    ),
    "8.partial": Question(
        Bilingual(
            es="¿Cuántas veces más tarda con partial que con initializer?",
            en="How many times as long does it take with partial as with initializer?",
        ),
        (
            Bilingual(es="lo mismo: se envía una vez", en="the same: it is sent once"),
            Bilingual(es="de 1.25 a 3 veces", en="1.25 to 3 times"),
            Bilingual(es="de 3 a 10 veces", en="3 to 10 times"),
            Bilingual(es="más de 10 veces", en="more than 10 times"),
        ),
        (1.25, 3.0, 10.0),
        _times,
    ),
    "9.tiny-tasks": Question(
        Bilingual(
            es="500 tareas diminutas con Dask ya iniciado y dos trabajadores: comparado con el "
            "ciclo, ¿cuánto tarda?",
            en="500 tiny tasks with Dask already running and two workers: compared with the loop, "
            "how long does it take?",
        ),
        (
            Bilingual(es="menos: son dos trabajadores", en="less: there are two workers"),
            Bilingual(es="casi lo mismo (de 0.8 a 1.25)", en="about the same (0.8 to 1.25)"),
            Bilingual(es="más, hasta 4 veces", en="more, up to 4 times as long"),
            Bilingual(es="más de 4 veces", en="more than 4 times as long"),
        ),
        (0.8, 1.25, 4.0),
        _times,
    ),
    "9.lost-worker": Question(
        Bilingual(
            es="¿Cuántos de los 40 resultados llegan?",
            en="How many of the 40 results arrive?",
        ),
        (
            Bilingual(es="ninguno: la llamada lanza un error", en="none: the call raises an error"),
            Bilingual(
                es="solo los que ya estaban y los del otro trabajador",
                en="only those that were there and the other worker's",
            ),
            Bilingual(es="todos", en="all of them"),
        ),
        (0.01, 1.0),
        _percent,
    ),
    "10.reading": Question(
        Bilingual(
            es="Del tiempo del ciclo, ¿qué parte se va en leer los archivos, y no en contar?",
            en="Of the loop's time, what share goes into reading the files rather than counting?",
        ),
        (
            Bilingual(es="menos de la cuarta parte", en="less than a quarter"),
            Bilingual(es="de la cuarta parte a la mitad", en="between a quarter and a half"),
            Bilingual(es="más de la mitad", en="more than half"),
        ),
        (0.25, 0.5),
        _percent,
    ),
    "11.error": Question(
        Bilingual(
            es="¿Por cuánto fallará la predicción, por arriba o por abajo?",
            en="How far off will the prediction be, too high or too low?",
        ),
        (
            Bilingual(es="menos de un 5 %", en="less than 5%"),
            Bilingual(es="de un 5 a un 15 %", en="5 to 15%"),
            Bilingual(es="de un 15 a un 30 %", en="15 to 30%"),
            Bilingual(es="más de un 30 %", en="more than 30%"),
        ),
        (0.05, 0.15, 0.3),
        _percent,
    ),
    "11.thousand": Question(
        Bilingual(
            es="10,000 elementos de 10 ms, uno por mensaje, y 1,024 procesos: ¿qué aceleración?",
            en="10,000 items of 10 ms, one per message, and 1,024 workers: what speedup?",
        ),
        (
            Bilingual(es="menos de 10", en="below 10"),
            Bilingual(es="de 10 a 100", en="10 to 100"),
            Bilingual(es="de 100 a 700", en="100 to 700"),
            Bilingual(es="más de 700", en="more than 700"),
        ),
        (10.0, 100.0, 700.0),
        _times,
    ),
}
