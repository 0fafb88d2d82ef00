"""The exercises of lesson 6: how many threads, and threads or processes for which job."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import (
    Choice,
    MistakeError,
    choose,
    count,
    exercise,
    figures,
    must_be,
    parts,
)
from helpers.language import text
from helpers.parallel.units import duration

N_DOWNLOADS, WAIT_S, N_ROUNDS = 20, 0.1, 5  # of exercise 6.1: N_ROUNDS fit into the limit
AT_ONCE = 5  # two workers that are this many times as fast have not been waited for
DRAW = 1.25  # times that differ by less are a draw on a machine that does other things too
WAYS = ("sequential", "threads", "processes", "asyncio")


@exercise(
    "6.1",
    es="¿cuántas vueltas de 0.1 s caben en 0.5 s, y cuántas descargas a la vez hace cada una?",
    en="how many rounds of 0.1 s fit into 0.5 s, and how many downloads does each do at once?",
)
def fewest_threads(answer: Any) -> str:
    """The smallest number of threads with which 20 waits are over within a limit."""
    n_threads = count("n_threads", answer)
    rounds, right = -(-N_DOWNLOADS // n_threads), -(-N_DOWNLOADS // N_ROUNDS)  # rounded up
    if n_threads == right:
        return text(
            es="Cinco vueltas de cuatro descargas, haya los CPU que haya: esperar no usa ninguno.",
            en="Five rounds of four downloads, on however many CPUs: waiting uses none.",
        )
    if n_threads < right:
        raise MistakeError(
            es=f"No alcanza: son {rounds} vueltas, que tardan {duration(rounds * WAIT_S)}.",
            en=f"Not enough: that is {rounds} rounds, which take {duration(rounds * WAIT_S)}.",
        )
    raise MistakeError(
        es=f"Alcanza ({duration(rounds * WAIT_S)}), pero no es el menor número.",
        en=f"Enough ({duration(rounds * WAIT_S)}), but not the smallest number.",
    )


@exercise(
    "6.2",
    es="sigue el diagrama: ¿ya es rápido?, ¿espera o calcula?, ¿cuántas esperas?, ¿quién calcula?",
    en="follow the chart: fast already? Does it wait or compute? How many waits? Who computes?",
)
def ways_for_jobs(answer: Any) -> str:
    """A way of running for each of five jobs."""
    choose(
        answer,
        WAYS,
        web=Choice(
            "threads",
            es="son 40 esperas, que una tras otra se suman; para esperar no hacen falta procesos.",
            en="it is 40 waits, which add up one after another; waiting takes no processes.",
            also="asyncio",
        ),
        primes=Choice(
            "processes",
            es="calcula en Python: con un GIL los hilos se turnan; los procesos, no.",
            en="it computes in Python: with a GIL threads take turns; processes do not.",
        ),
        chat=Choice(
            "asyncio",
            es="son miles de esperas a la vez: un hilo para cada una sería demasiado.",
            en="it is thousands of waits at once: a thread for each would be too much.",
        ),
        squares=Choice(
            "sequential",
            es="termina antes de que arranque un hilo, y no espera nada.",
            en="it is over before a thread has started, and waits for nothing.",
        ),
        checksums=Choice(
            "threads",
            es="calcula en C, que suelta el GIL; y los datos pesan: mejor no enviarlos.",
            en="it computes in C, which releases the GIL; and the data is heavy: do not send it.",
        ),
    )
    return text(
        es="Lo que decide no es qué herramienta es mejor, sino en qué se va el tiempo.",
        en="What decides is not which tool is better, but where the time goes.",
    )


@exercise(
    "6.3",
    es="mide las tres como la lección midió digest: perf_counter antes y después de cada una.",
    en="time the three as the lesson timed digest: perf_counter before and after each.",
)
def own_choice(answer: Any) -> str:
    """What each of three ways took, and which is best."""
    given, best = parts(answer, "times_s", "best")
    times_s = figures("times_s", given)
    if set(times_s) != set(WAYS[:3]):
        raise MistakeError(
            es='Las claves de times_s deben ser "sequential", "threads" y "processes".',
            en='The keys of times_s should be "sequential", "threads" and "processes".',
        )
    if best not in WAYS[:3]:
        raise must_be("best", best, es="una de las tres claves", en="one of the three keys")
    if min(times_s.values()) < times_s["sequential"] / AT_ONCE:
        raise MistakeError(
            es="Dos no pueden ser tan rápidos: map no espera. Recoge todo con list(pool.map(…)).",
            en="Two cannot be that fast: map does not wait. Collect all with list(pool.map(…)).",
        )
    more = f"{100 * (times_s[best] / min(times_s.values()) - 1):.0f}"
    if times_s[best] > DRAW * min(times_s.values()):
        raise MistakeError(
            es=f"Según tus mediciones, la que elegiste tarda un {more} % más que otra.",
            en=f"By your timings the one you chose takes {more}% longer than another.",
        )
    return text(
        es="Tus mediciones lo respaldan: es la más rápida, o casi.",
        en="Your timings back it: it is the fastest, or nearly.",
    )
