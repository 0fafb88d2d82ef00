"""Bets on a figure: what is asked, the options, and between which bounds each is right."""

from __future__ import annotations

import bisect
from dataclasses import dataclass

from helpers.classroom.style import duration, significant
from helpers.language import Bilingual, text


@dataclass(frozen=True)
class Question:
    """A question whose answer will be measured.

    Attributes:
        question: what is asked.
        names: the options, in rising order of what is measured.
        bounds: the figures that separate one option from the next, in rising order.
        is_time: whether what is measured is a time in seconds, else it is a ratio.
        unit: in what a ratio is told: ``"times"``, or ``"percent"`` of 1.
    """

    question: Bilingual
    names: tuple[Bilingual, ...]
    bounds: tuple[float, ...]
    is_time: bool = False
    unit: str = "times"

    @property
    def text(self) -> str:
        """The question, in the learner's language."""
        return self.question.said()

    @property
    def options(self) -> list[str]:
        """The options, in the learner's language."""
        return [name.said() for name in self.names]

    def right_option(self, measured: float) -> int:
        """Return the number of the option, from 1, that ``measured`` falls into."""
        return bisect.bisect_right(self.bounds, measured) + 1

    def written(self, measured: float) -> str:
        """Write what was measured, with its unit."""
        if self.is_time:
            return duration(measured)
        if self.unit == "percent":
            share = significant(100 * measured, 2)
            return text(es=f"{share} %", en=f"{share}%")
        times = significant(measured, 2)
        return text(es=f"{times} veces", en=f"{times} times")


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
        is_time=True,
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
            Bilingual(es="unas 1000 veces, o todavía más", en="about 1000 times, or even more"),
        ),
        (3.0, 30.0, 300.0),
    ),
    "3.real-folders": Question(
        Bilingual(
            es="Buscar en todas esas carpetas con un Pool: comparado con el ciclo, ¿cuánto tarda?",
            en="Searching all those folders with a Pool: compared with the loop, how long does it "
            "take?",
        ),
        (
            Bilingual(es="menos: aquí sí gana el Pool", en="less: here the Pool does win"),
            Bilingual(
                es="más o menos lo mismo (de 0.8 a 1.25 veces)",
                en="about the same (0.8 to 1.25 times)",
            ),
            Bilingual(es="más, hasta el triple", en="more, up to three times as long"),
            Bilingual(es="más del triple", en="more than three times as long"),
        ),
        (0.8, 1.25, 3.0),
    ),
    "4.one-a-message": Question(
        Bilingual(
            es="Los mismos cuadrados de uno en uno, comparados con los bloques de mil: ¿cuánto "
            "tardan?",
            en="The same squares one by one, compared with chunks of a thousand: how long do they "
            "take?",
        ),
        (
            Bilingual(
                es="casi lo mismo (menos de 1.5 veces)",
                en="about the same (below 1.5 times)",
            ),
            Bilingual(es="más: de 1.5 a 10 veces", en="longer: 1.5 to 10 times"),
            Bilingual(es="mucho más: de 10 a 100 veces", en="much longer: 10 to 100 times"),
            Bilingual(es="muchísimo más: más de 100 veces", en="far longer still: above 100 times"),
        ),
        (1.5, 10.0, 100.0),
    ),
    "5.twice-as-many": Question(
        Bilingual(
            es="El doble de procesos que de CPU: ¿cuánto cambia la velocidad?",
            en="Twice as many workers as CPUs: how much does the speed change?",
        ),
        (
            Bilingual(
                es="baja (a menos de 0.9 veces la de antes)",
                en="it drops (below 0.9 times what it was)",
            ),
            Bilingual(
                es="casi no cambia (de 0.9 a 1.1 veces)",
                en="it hardly changes (0.9 to 1.1 times)",
            ),
            Bilingual(
                es="mejora un poco (de 1.1 a 1.5 veces)",
                en="it gets somewhat better (1.1 to 1.5 times)",
            ),
            Bilingual(
                es="mejora mucho (más de 1.5 veces)",
                en="it gets much better (above 1.5 times)",
            ),
        ),
        (0.9, 1.1, 1.5),
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
    ),
    "6.checksums": Question(
        Bilingual(
            es="Ocho sumas SHA-256 en dos hilos: ¿cuántas veces más rápido que en el ciclo?",
            en="Eight SHA-256 checksums in two threads: how many times as fast as in the loop?",
        ),
        (
            Bilingual(es="más lento que el ciclo", en="slower than the loop"),
            Bilingual(es="casi igual de rápido que el ciclo", en="about as fast as the loop"),
            Bilingual(
                es="al menos 1.25 veces la velocidad del ciclo",
                en="at least 1.25 times as fast as the loop",
            ),
        ),
        (0.8, 1.25),
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
            Bilingual(
                es="el segundo entero: por eso tarda",
                en="all of it: that is why it takes so long",
            ),
        ),
        (0.1, 0.9),
        is_time=True,
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
        is_time=True,
    ),
    "7.race": Question(
        Bilingual(
            es="¿Qué parte de las 600 sumas quedará en el número final?",
            en="Which share of the 600 additions will be in the final number?",
        ),
        (
            Bilingual(es="menos de 0.9: faltan muchas", en="below 0.9: many are missing"),
            Bilingual(es="de 0.9 a 1: faltan unas pocas", en="0.9 to 1: a few are missing"),
            Bilingual(es="1: no falta ninguna", en="1: none is missing"),
        ),
        (0.9, 1.0),
    ),
    "8.partial": Question(
        Bilingual(
            es="¿Cuántas veces más tarda con partial que con initializer?",
            en="How many times as long does it take with partial as with initializer?",
        ),
        (
            Bilingual(
                es="lo mismo: la tabla se envía una vez (hasta 1.25 veces)",
                en="the same: the table is sent once (up to 1.25 times)",
            ),
            Bilingual(es="de 1.25 a 3 veces", en="1.25 to 3 times"),
            Bilingual(es="de 3 a 10 veces", en="3 to 10 times"),
            Bilingual(es="más de 10 veces", en="more than 10 times"),
        ),
        (1.25, 3.0, 10.0),
    ),
    "9.tiny-tasks": Question(
        Bilingual(
            es="500 tareas diminutas con Dask ya en marcha y dos trabajadores: comparado con el "
            "ciclo, ¿cuánto tarda?",
            en="500 tiny tasks with Dask already running and two workers: compared with the loop, "
            "how long does it take?",
        ),
        (
            Bilingual(es="menos: son dos trabajadores", en="less: there are two workers"),
            Bilingual(
                es="más o menos lo mismo (de 0.8 a 1.25 veces)",
                en="about the same (0.8 to 1.25 times)",
            ),
            Bilingual(es="más, hasta 4 veces", en="more, up to 4 times as long"),
            Bilingual(es="más de 4 veces", en="more than 4 times as long"),
        ),
        (0.8, 1.25, 4.0),
    ),
    "9.lost-worker": Question(
        Bilingual(
            es="¿Cuántos de los 40 resultados llegan?",
            en="How many of the 40 results arrive?",
        ),
        (
            Bilingual(es="ninguno: la llamada da un error", en="none: the call raises an error"),
            Bilingual(
                es="solo los que ya estaban y los del otro trabajador",
                en="only those that were there and the other worker's",
            ),
            Bilingual(es="todos", en="all of them"),
        ),
        (0.01, 1.0),
        unit="percent",
    ),
    "10.reading": Question(
        Bilingual(
            es="Del tiempo del ciclo, ¿qué parte se va en leer los archivos, y no en contar?",
            en="Of the loop's time, what share goes into reading the files rather than counting?",
        ),
        (
            Bilingual(es="menos de la cuarta parte", en="less than a quarter"),
            Bilingual(es="entre la cuarta parte y la mitad", en="between a quarter and a half"),
            Bilingual(es="más de la mitad", en="more than half"),
        ),
        (0.25, 0.5),
        unit="percent",
    ),
    "11.error": Question(
        Bilingual(
            es="¿Qué tan lejos quedará la predicción, hacia arriba o hacia abajo?",
            en="How far off will the prediction be, upwards or downwards?",
        ),
        (
            Bilingual(es="menos de un 5 %", en="less than 5%"),
            Bilingual(es="de un 5 a un 15 %", en="5 to 15%"),
            Bilingual(es="de un 15 a un 30 %", en="15 to 30%"),
            Bilingual(es="más de un 30 %", en="more than 30%"),
        ),
        (0.05, 0.15, 0.3),
        unit="percent",
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
    ),
}
