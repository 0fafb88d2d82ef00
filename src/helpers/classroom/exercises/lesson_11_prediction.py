"""The exercises of lesson 11: what a model predicts, where a pool breaks even, and decisions."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import (
    Choice,
    MistakeError,
    choose,
    count,
    exercise,
    number,
    parts,
)
from helpers.language import text

N_WORKERS = 4
# Exercise 11.1: what the pool takes in chunks of 1 and of 100, and with both costs added up.
ONES_S, HUNDREDS_S, ADDED_S = 0.2 + 20_000 * 2e-4, 0.2 + 20_000 * 5e-4 / N_WORKERS, 2.74
START_S, ITEM_S = 0.34, 0.04  # exercise 11.2
RIGHT = int(START_S / (ITEM_S - ITEM_S / N_WORKERS)) + 1
CLOSE = 0.003  # how far a figure may be off that was rounded, as a share of it


@exercise(
    "11.1",
    es="solo cambia el número de mensajes, que ahora son 200; el cálculo es el mismo.",
    en="only the number of messages changes, to 200; the computing is the same.",
)
def predicted_times(answer: Any) -> str:
    """What the model says of one item a message, and of chunks."""
    names = "in_ones_s", "in_hundreds_s"
    ones_s, hundreds_s = map(number, names, parts(answer, *names))
    if not _close(ones_s, ONES_S):
        raise MistakeError(
            es="in_ones_s ya estaba bien: déjalo como en la celda, en segundos, y va primero.",
            en="in_ones_s was right already: leave it as in the cell, in seconds; it comes first.",
        )
    if _close(hundreds_s, ADDED_S):
        raise MistakeError(
            es="Los mensajes y el cálculo van a la vez: no se suman, cuenta el más lento.",
            en="Messages and computing go on at the same time: the slower counts, not the sum.",
        )
    if not _close(hundreds_s, HUNDREDS_S):
        raise MistakeError(
            es="Es el arranque más lo que tarda más: 200 mensajes, o 20,000 elementos entre 4.",
            en="It is start-up plus the slower one of 200 messages and 20,000 items on 4 workers.",
        )
    return text(
        es="De uno en uno decide el envío; en bloques de 100, el cálculo.",
        en="One by one the sending decides; in chunks of 100, the computing.",
    )


def _close(answer: float, right: float) -> bool:
    return abs(answer - right) <= CLOSE * right


@exercise(
    "11.2",
    es="divide el arranque entre lo que ahorra cada elemento, y toma el entero siguiente.",
    en="divide start-up by what each item saves, and take the next whole number.",
)
def pays_from(answer: Any) -> str:
    """The smallest number of items for which the pool takes less than the loop."""
    n = count("pays_from", answer)
    loop, pool = f"{n * ITEM_S:.2f}", f"{START_S + n * ITEM_S / N_WORKERS:.2f}"
    if n == RIGHT:
        return text(
            es=f"Con {n} elementos el ciclo tarda {loop} s, y el grupo, {pool}.",
            en=f"For {n} items the loop takes {loop} s, and the pool {pool}.",
        )
    if n < RIGHT:
        raise MistakeError(
            es=f"Son {loop} s con el ciclo y {pool} s con el grupo: cada elemento ahorra 30 ms.",
            en=f"That is {loop} s in the loop and {pool} s in the pool: each item saves 30 ms.",
        )
    raise MistakeError(
        es=f"Son {loop} s con el ciclo y {pool} s con el grupo: gana, pero ya con menos.",
        en=f"That is {loop} s in the loop and {pool} s in the pool: fewer are enough to win.",
    )


@exercise(
    "11.3",
    es="¿cuánto tarda el ciclo, comparado con start_s? ¿Calcula o espera? ¿Hay CPU libres?",
    en="how long is the loop, compared with start_s? Does it compute or wait? Are CPUs free?",
)
def decisions(answer: Any) -> str:
    """The loop, threads or a pool, for four jobs."""
    choose(
        answer,
        ("loop", "threads", "pool"),
        job_a=Choice(
            "pool",
            es="son dos minutos de cálculo; los hilos se turnarían por el GIL.",
            en="it is two minutes of computing; threads would take turns holding the GIL.",
        ),
        job_b=Choice(
            "loop",
            es="mil cuadrados terminan en menos de un milisegundo: nada que ganar.",
            en="a thousand squares are over in less than a millisecond: nothing to gain.",
        ),
        job_c=Choice(
            "threads",
            es="esperar no ocupa un CPU: para 300 esperas a la vez no hacen falta procesos.",
            en="waiting takes no CPU: for 300 waits at a time you do not need processes.",
        ),
        job_d=Choice(
            "loop",
            es="los 8 CPU ya trabajan. Más hilos o procesos solo se turnarían.",
            en="all 8 CPUs are at work. More threads or processes would only take turns.",
        ),
    )
    return text(
        es="Cuatro trabajos, cuatro motivos: calcula, termina pronto, espera, ya se reparte.",
        en="Four jobs, four reasons: it computes, is over soon, waits, is parallel already.",
    )
