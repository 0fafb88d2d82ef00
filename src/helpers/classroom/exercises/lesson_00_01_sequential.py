"""The exercises of lessons 0 and 1: processes that compute, and how long a loop takes."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

from helpers.classroom.exercises.answers import (
    MistakeError,
    exercise,
    items,
    must_be,
    number,
    parts,
)
from helpers.language import text
from helpers.parallel import machine
from helpers.parallel.arguments import short
from helpers.parallel.units import duration, significant
from helpers.tasks import square

FAR = 4.0  # a time this many times longer or shorter than the grader's own was not measured
ROUNDED = 0.02  # how far a product may be off that was written down


@exercise(
    "0.1",
    es="está en la tarjeta del principio, en la primera fila.",
    en="it is on the card at the top, in the first row.",
)
def usable_workers(answer: Any) -> str:
    """How many workers can compute at the same time on this machine."""
    here = machine()
    workers = number("workers", answer)
    if workers == here.usable_cpus:
        return text(
            es=f"Aquí, {workers} a la vez; si hay más, se turnan.",
            en=f"Here {workers} can compute at the same time; if there are more, they take turns.",
        )
    if workers == here.logical_cpus:
        raise MistakeError(
            es=f"El sistema cuenta {workers} CPU, pero este proceso no puede usarlos todos.",
            en=f"The system counts {workers} CPUs, but this process may not use all of them.",
        )
    raise MistakeError(
        es=f"{workers} no es lo que dice tu tarjeta en «CPU que puedes usar».",
        en=f'{workers} is not what your card says under "CPUs you can use".',
    )


@exercise(
    "0.2",
    es="pool.apply recibe una función, sin paréntesis, y la ejecuta en el otro proceso.",
    en="pool.apply takes a function, without parentheses, and runs it in the other process.",
)
def worker_number(answer: Any) -> str:
    """The process number of a worker, which is neither this process nor its parent."""
    if not isinstance(answer, int) or isinstance(answer, bool):
        es, en = "el entero que da pool.apply", "the integer that pool.apply gives"
        raise must_be("number", answer, es=es, en=en)
    if answer in (os.getpid(), os.getppid()) or answer <= 1:
        raise MistakeError(
            es=f"{answer} no es un trabajador: la función se ejecutó aquí. Dásela a pool.apply.",
            en=f"{answer} is not a worker: the function ran here. Pass it to pool.apply.",
        )
    return text(
        es=f"{answer} no es el número de este cuaderno: respondió otro proceso.",
        en=f"{answer} is not the number of this notebook: another process answered.",
    )


@exercise(
    "1.1",
    es="es la misma comprensión de listas que la de los cuadrados; un cubo es x * x * x.",
    en="it is the same list comprehension as for the squares; a cube is x * x * x.",
)
def cubes(answer: Any) -> str:
    """The cubes of 0 to 99, as a list."""
    found = items("cubes", answer)
    if found == [x**3 for x in range(100)]:
        return text(
            es="Cien cubos, uno tras otro y en orden.",
            en="A hundred cubes, one after another and in order.",
        )
    if found == [x * x for x in range(100)]:
        raise MistakeError(
            es="Esos son los cuadrados; el cubo multiplica una vez más.",
            en="Those are the squares; a cube multiplies once more.",
        )
    raise MistakeError(
        es=f"Se esperan 100 cubos, 0, 1, 8…; tu lista tiene {len(found)}: {short(found[:4])}…",
        en=f"100 cubes, 0, 1, 8…, are expected; your list has {len(found)}: {short(found[:4])}…",
    )


@exercise(
    "1.2",
    es="lee perf_counter() antes del ciclo y otra vez después; la respuesta es la diferencia.",
    en="read perf_counter() before the loop and again after it; the answer is the difference.",
)
def timed_loop(answer: Any) -> str:
    """The seconds that a loop of a million squares takes, measured by the learner."""
    elapsed_s = number("elapsed_s", answer)
    ours_s = _seconds_for(1_000_000)
    received, ours = duration(elapsed_s), duration(ours_s)
    if ours_s / FAR < elapsed_s < FAR * ours_s:
        return text(
            es=f"Eso tardó el ciclo: {received}. check lo midió ahora: {ours}.",
            en=f"That is how long the loop took: {received}. check timed it just now: {ours}.",
        )
    if not 0 < elapsed_s < 1000:  # a single reading, or subtracted the wrong way round
        raise MistakeError(
            es="El tiempo es la resta de dos lecturas: la segunda menos la primera.",
            en="The time is the difference of two readings: the second minus the first.",
        )
    raise MistakeError(
        es=f"{received} no puede ser: tarda unos {ours}. Lee el reloj justo antes y justo después.",
        en=f"{received} seems wrong: it takes about {ours}. Read the clock right before and after.",
    )


@exercise(
    "1.3",
    es="el tiempo crece en línea recta: el triple de elementos, el triple de tiempo.",
    en="time grows linearly: three times the items, three times the time.",
)
def prediction(answer: Any) -> str:
    """Seconds of a million squares, those predicted for three million and those measured."""
    names = "elapsed_s", "forecast_s", "measured_s"
    given = zip(names, parts(answer, *names), strict=True)
    elapsed_s, forecast_s, measured_s = (number(*one, positive=True) for one in given)
    if abs(forecast_s / (3 * elapsed_s) - 1) > ROUNDED:
        times = significant(forecast_s / elapsed_s, 2)
        raise MistakeError(
            es=f"forecast_s tendría que ser 3 veces elapsed_s, y es {times} veces.",
            en=f"forecast_s should be 3 times elapsed_s, and it is {times} times.",
        )
    ours_s = _seconds_for(3_000_000)
    far, ours = not ours_s / FAR < measured_s < FAR * ours_s, duration(ours_s)
    if far or measured_s in (elapsed_s, forecast_s):
        raise MistakeError(
            es=f"measured_s no es un tiempo medido con tres millones, que aquí es {ours}.",
            en=f"measured_s is not a time measured for three million: here they take {ours}.",
        )
    off = f"{100 * abs(forecast_s - measured_s) / measured_s:.0f}"
    return text(
        es=f"Se desvió un {off} % (si es mucho, repite). Así se planifica un trabajo largo.",
        en=f"It was off by {off}% (if that is a lot, repeat). That is how to plan a long job.",
    )


def _seconds_for(n_squares: int) -> float:
    """Return how long the loop of 1.2 and 1.3 takes here."""
    begin = perf_counter()
    _ = [square(x) for x in range(n_squares)]
    return perf_counter() - begin
