"""The exercises of lesson 5: efficiency, Amdahl's law, and the speedup of one's own job."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import MistakeError, count, exercise, figures, number
from helpers.language import text
from helpers.parallel.model.simulation import amdahl

SPEEDUP, N_WORKERS = 12 / 2, 8  # what exercise 5.1 gives
FRACTION, USED = 0.05, 0.6  # what exercise 5.2 gives
MOST = max(n for n in range(1, 100) if amdahl(FRACTION, n) / n >= USED)
ENOUGH = 0.7  # the efficiency that exercise 5.3 asks for
TOO_GOOD = 3.0  # a speedup by two workers that is none; half of that by one


@exercise(
    "5.1",
    es="la eficiencia es la aceleración repartida entre los procesos: una división más.",
    en="efficiency is the speedup divided among the workers: one more division.",
)
def efficiency(answer: Any) -> str:
    """The efficiency, from the times of a loop and of a pool of 8."""
    found = number("efficiency", answer)
    if abs(found - SPEEDUP / N_WORKERS) < 0.01:
        return text(
            es="Se aprovechan tres cuartas partes del tiempo de cada proceso.",
            en="Three quarters of each worker's time is put to use.",
        )
    if abs(found - 100 * SPEEDUP / N_WORKERS) < 0.01:
        raise MistakeError(
            es="Ese es el porcentaje. Exprésalo como parte de 1.",
            en="That is the percentage. Write it as a share of 1.",
        )
    if abs(found - SPEEDUP) < 0.01:
        raise MistakeError(
            es="Esa es la aceleración, no qué parte de cada proceso se aprovecha.",
            en="That is the speedup, not what share of each worker is put to use.",
        )
    raise MistakeError(
        es="No es eso: la aceleración ya está en speedup; divídela entre los procesos.",
        en="That is not it: speedup is there already; divide it by the number of workers.",
    )


@exercise(
    "5.2",
    es="amdahl(0.05, n) / n baja cuando n crece. Busca el último n con 0.6 o más.",
    en="amdahl(0.05, n) / n falls as n grows. Look for the last n with 0.6 or more.",
)
def most_workers(answer: Any) -> str:
    """The largest number of workers of which 60 % is put to use, by Amdahl's law."""
    most = count("most", answer)
    if most == MOST:
        return text(
            es="Con más, se aprovecha menos del 60 % de cada uno, aunque acelere un poco más.",
            en="With more, less than 60% of each is put to use, even if it gets a bit faster.",
        )
    share = f"{100 * amdahl(FRACTION, most) / most:.1f}"
    if most < MOST:
        raise MistakeError(
            es=f"Con {most} procesos la eficiencia es del {share} %: caben más.",
            en=f"With {most} workers the efficiency is {share}%: there is room for more.",
        )
    raise MistakeError(
        es=f"Con {most} procesos la eficiencia es del {share} %, menos que 0.6.",
        en=f"With {most} workers the efficiency is {share}%, less than 0.6.",
    )


@exercise(
    "5.3",
    es="own = measure([…], [1, 2]): cuanto más cuesta cada elemento, menos pesa el arranque.",
    en="own = measure([…], [1, 2]): the more each item costs, the less start-up matters.",
)
def own_speedups(answer: Any) -> str:
    """The speedups of a job of the learner's own, with 1 and 2 workers."""
    own = figures("own", answer)
    if 2 not in own:
        raise MistakeError(
            es="Falta la aceleración con 2 procesos: measure recibe los elementos y [1, 2].",
            en="The speedup with 2 workers is missing: measure takes the items and [1, 2].",
        )
    speedup, share = f"{own[2]:.2f}", f"{50 * own[2]:.0f}"
    if own[2] > TOO_GOOD or own.get(1, 1) > TOO_GOOD / 2:
        raise MistakeError(
            es=f"{speedup} con dos procesos no parece una aceleración. Si lo es, mide otra vez.",
            en=f"{speedup} with two workers does not look like a speedup. If it is, time it again.",
        )
    if own[2] / 2 < ENOUGH:
        return text(
            es=f"Eficiencia del {share} %, menos que 0.7: ¿a qué causa de la tabla se debe?",
            en=f"An efficiency of {share}%, less than 0.7: which cause in the table is it?",
        )
    return text(
        es=f"Aceleración de {speedup} con dos procesos: se aprovecha el {share} % de cada uno.",
        en=f"A speedup of {speedup} with two workers: {share}% of each is put to use.",
    )
