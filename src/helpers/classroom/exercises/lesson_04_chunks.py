"""The exercises of lesson 4: starmap, the size of chunks, and uneven work without idle workers."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import (
    MistakeError,
    exercise,
    figures,
    items,
    observed,
    parts,
)
from helpers.language import text
from helpers.parallel.units import duration, significant

SLOW = 2.0  # in 4.2 a size that takes this many times as long as the best is no good choice
POWERS, SWAPPED = [1_024, 81, 1_000], [100, 64, 59_049]  # of exercise 4.1
WAITS_S = [number**2 / 400 for number in range(1, 17)]  # of exercise 4.3, for N_WORKERS
N_WORKERS = 4
# In 4.3 a worker may be idle for this share of what it works. The longest first, one by one,
# gives next to nothing; the shortest first 0.28; the chunks it begins with 1.26.
IDLE, CHUNKY = 0.15, 0.7


@exercise(
    "4.1",
    es="map da a la tarea la tupla entera. ¿Qué método de la tabla la separa en argumentos?",
    en="map gives the task the whole tuple. Which method in the table splits it into arguments?",
)
def powers(answer: Any) -> str:
    """The power of each pair, by starmap."""
    found = items("powers", answer)
    if found == POWERS:
        return text(
            es="Tres potencias correctas: starmap llamó a pow(2, 10), y así con cada par.",
            en="Three correct powers: starmap called pow(2, 10), and so on for each pair.",
        )
    if found == SWAPPED:
        raise MistakeError(
            es="La base y el exponente están al revés.",
            en="Base and exponent are the other way round.",
        )
    raise MistakeError(
        es="No son las potencias de esos pares, en su orden.",
        en="Those are not the powers of these pairs, in their order.",
    )


@exercise(
    "4.2",
    es="llena measured en un ciclo sobre varios tamaños, y mira cuál tardó menos.",
    en="fill measured in a loop over several sizes, and see which took least.",
)
def measured_chunksize(answer: Any) -> str:
    """Seconds by chunksize, and the chunksize chosen because of them."""
    measured, chosen = parts(answer, "measured", "chosen")
    seconds = figures("measured", measured)
    if len(seconds) < 3 or max(seconds) < 10 * min(seconds):
        raise MistakeError(
            es="Mide al menos tres tamaños: el mayor, diez veces el menor o más.",
            en="Time at least three sizes: the largest ten times the smallest, or more.",
        )
    if chosen not in seconds:
        raise MistakeError(
            es="chosen debe ser uno de los tamaños que mediste, no unos segundos.",
            en="chosen should be one of the sizes that you timed, not seconds.",
        )
    best_s = min(seconds.values())
    times = significant(seconds[chosen] / best_s, 2)
    if seconds[chosen] > SLOW * best_s:
        raise MistakeError(
            es=f"El elegido tarda {times} veces lo que el mejor. ¿Cuál tardó menos?",
            en=f"Your choice takes {times} times as long as the best. Which one took least?",
        )
    worst = significant(max(seconds.values()) / best_s, 2)
    return text(
        es=f"El peor tamaño tarda {worst} veces lo que el mejor; el tuyo, {times}.",
        en=f"The worst size takes {worst} times as long as the best; yours, {times}.",
    )


@exercise(
    "4.3",
    es="¿quién recibe todas las esperas largas? ¿Y qué dejar para el final, lo corto o lo largo?",
    en="who gets all the long waits? And what is better left for the end, short ones or long ones?",
)
def sooner_finish(answer: Any) -> str:
    """A block of watch() around the uneven waits in which hardly any worker is idle."""
    run = observed("better", answer)
    lasted_s = [span.duration_s for span in run.spans]
    total, expected = duration(sum(lasted_s)), duration(sum(WAITS_S))
    same = run.n_items == len(WAITS_S) and run.n_workers == N_WORKERS
    if not same or max(lasted_s) < 0.9 * max(WAITS_S) or sum(lasted_s) > 1.6 * sum(WAITS_S):
        raise MistakeError(
            es=f"Hay {run.n_items} llamadas en {run.n_workers} procesos, y suman {total}; se "
            f"esperan las 16 de waits en 4, que suman {expected}.",
            en=f"There are {run.n_items} calls by {run.n_workers} workers, {total} in all, not the "
            f"16 of waits by 4, {expected} in all.",
        )
    share = run.idle_s / run.busy_s
    percent = f"{100 * share:.0f}"
    if share > CHUNKY:
        raise MistakeError(
            es=f"Por cada 100 s de trabajo, {percent} s sin trabajo: alguien recibe demasiado.",
            en=f"For 100 s of work, {percent} s idle: somebody gets too much at once.",
        )
    if share > IDLE:
        raise MistakeError(
            es=f"Mejor: por cada 100 s de trabajo, {percent} s sin trabajo. Mira a quién esperan "
            "al final.",
            en=f"Better: for 100 s of work, {percent} s idle. See whom the others wait for.",
        )
    return text(
        es=f"Casi nadie se quedó sin trabajo: {percent} s por cada 100 s de trabajo.",
        en=f"Hardly anyone sat idle: {percent} s for 100 s of work.",
    )
