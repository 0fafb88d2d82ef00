"""The exercises of lesson 6: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.classroom.style import duration
from helpers.language import Bilingual

N_DOWNLOADS, WAIT_S, LIMIT_S = 20, 0.1, 0.5  # what exercise 6.1 asks about
AT_ONCE = 5  # two workers that are so many times as fast have not been waited for
DRAW = 1.25  # times that differ by less are a draw on a machine that does other things too
WAYS = ("sequential", "threads", "processes", "asyncio")
# For each job of exercise 6.2 what will do, and why.
JOBS = {
    "web": (
        {"threads", "asyncio"},
        Bilingual(
            es="son 40 esperas. Sin repartir se suman; y para esperar no hace falta crear "
            "procesos.",
            en="it is 40 waits. Unless shared they add up; and waiting does not take processes.",
        ),
    ),
    "primes": (
        {"processes"},
        Bilingual(
            es="calcula en Python: con un GIL los hilos se turnan, y solo los procesos lo "
            "reparten.",
            en="it computes in Python: with a GIL threads take turns; processes do not.",
        ),
    ),
    "chat": (
        {"asyncio"},
        Bilingual(
            es="son miles de esperas a la vez: un hilo para cada una sería demasiado.",
            en="it is thousands of waits at once: a thread or a process for each would be too "
            "much.",
        ),
    ),
    "squares": (
        {"sequential"},
        Bilingual(
            es="termina antes de que arranque un hilo, y no espera nada.",
            en="it is over before a thread has started, and waits for nothing.",
        ),
    ),
    "checksums": (
        {"threads"},
        Bilingual(
            es="el cálculo sucede en C, que suelta el GIL; y los datos pesan: mejor no enviarlos.",
            en="the computing happens in C, which lets go of the GIL; and the data is heavy: it is "
            "better not to send it.",
        ),
    ),
}


def fewest_threads(answer: Any) -> Verdict:
    """6.1: the smallest number of threads with which 20 waits are over within a limit."""
    most_rounds = round(LIMIT_S / WAIT_S)
    right = -(-N_DOWNLOADS // most_rounds)  # rounded up, as the rounds are
    if not is_number(answer) or answer < 1 or answer != int(answer):
        return "not_a_count"
    answer = int(answer)
    if answer == right:
        return "right"
    if answer == most_rounds:
        return "rounds"
    rounds = -(-N_DOWNLOADS // answer)
    time = duration(rounds * WAIT_S)
    return ("many" if answer > right else "few"), {"n": answer, "rounds": rounds, "time": time}


def ways_for_jobs(answer: Any) -> Verdict:
    """6.2: a way of running for each of five jobs."""
    if not isinstance(answer, tuple) or len(answer) != 5:
        return "not_ways"
    if not all(isinstance(way, str) and way in WAYS for way in answer):
        return "not_ways"
    wrong = [job for job, way in zip(JOBS, answer, strict=True) if way not in JOBS[job][0]]
    if not wrong:
        return "right"
    why = f"{wrong[0]}: {JOBS[wrong[0]][1].said()}"
    return "wrong", {"n": len(wrong), "names": ", ".join(wrong), "why": why}


def own_choice(answer: Any) -> Verdict:
    """6.3: what each of three ways took, and which is best."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not isinstance(answer[0], dict):
        return "not_seconds"
    times_s, best = answer
    if not all(is_number(seconds) and 0 < seconds < 600 for seconds in times_s.values()):
        return "not_seconds"
    if set(times_s) != {"sequential", "threads", "processes"}:
        return "few"
    if not isinstance(best, str) or best not in times_s:
        return "not_measured"
    if min(times_s.values()) < times_s["sequential"] / AT_ONCE:
        return "at_once"
    more = f"{100 * (times_s[best] / min(times_s.values()) - 1):.0f}"
    if times_s[best] > DRAW * min(times_s.values()):
        return "slower", {"more": more}
    return "right", {"more": more}


EXERCISES = {
    "6.1": Exercise(
        fewest_threads,
        Bilingual(
            es="con un hilo son 20 vueltas de 0.1 s. ¿Cuántas vueltas caben en 0.5 s, y cuántas "
            "descargas debe hacer a la vez cada vuelta?",
            en="with one thread it is 20 rounds of 0.1 s. How many rounds fit into 0.5 s, and how "
            "many downloads must each round do at once?",
        ),
        {
            "right": Bilingual(
                es="Cinco vueltas de cuatro descargas. Y da lo mismo cuántos CPU haya: un hilo que "
                "espera no usa ninguno.",
                en="Five rounds of four downloads. And the number of CPUs makes no difference: a "
                "thread that waits uses none.",
            ),
            "not_a_count": Bilingual(
                es="Se espera un número entero de hilos, 1 o más.",
                en="A whole number of threads is expected, 1 or more.",
            ),
            "rounds": Bilingual(
                es="Ese es el número de vueltas que caben en el límite. Se pide cuántas descargas "
                "hay que hacer a la vez en cada una.",
                en="That is how many rounds fit into the limit. The question is how many downloads "
                "have to be made at once in each of them.",
            ),
            "few": Bilingual(
                es="No alcanza. Hilos: {n}; vueltas: {rounds}, que tardan {time}.",
                en="Not enough. Threads: {n}; rounds: {rounds}, which take {time}.",
            ),
            "many": Bilingual(
                es="Alcanza, pero no es el menor número. Hilos: {n}; tiempo: {time}.",
                en="Enough, but not the smallest number. Threads: {n}; time: {time}.",
            ),
        },
    ),
    "6.2": Exercise(
        ways_for_jobs,
        Bilingual(
            es="sigue el diagrama: ¿ya es rápido?, ¿espera o calcula?, ¿cuántas esperas hay?, "
            "¿quién calcula?",
            en="follow the chart: is it fast already? Does it wait or compute? How many waits are "
            "there? Who computes?",
        ),
        {
            "right": Bilingual(
                es="Cada trabajo con su manera. Lo que decide no es qué herramienta es mejor, sino "
                "en qué se va el tiempo.",
                en="To each job its way. What decides is not which tool is better, but where the "
                "time goes.",
            ),
            "not_ways": Bilingual(
                es='Se esperan cinco respuestas, cada una "sequential", "threads", "processes" o '
                '"asyncio", entre comillas.',
                en='Five answers are expected, each "sequential", "threads", "processes" or '
                '"asyncio", in quotation marks.',
            ),
            "wrong": Bilingual(
                es="Por corregir, {n} de cinco: {names}. De {why}",
                en="To be corrected, {n} of five: {names}. About {why}",
            ),
        },
    ),
    "6.3": Exercise(
        own_choice,
        Bilingual(
            es="mide las tres como la lección midió digest: perf_counter antes y después de cada "
            "una.",
            en="time the three as the lesson timed digest: perf_counter before and after each.",
        ),
        {
            "right": Bilingual(
                es="Tus mediciones lo respaldan. Lo más rápido es a lo más un {more} % mejor.",
                en="Your timings back it. The fastest is at most {more}% better.",
            ),
            "at_once": Bilingual(
                es="Tan rápido no puede ser con dos. El map de un executor no espera: recoge los "
                "resultados con list(pool.map(…)), dentro del with.",
                en="Two cannot be that fast. The map of an executor does not wait: collect the "
                "results with list(pool.map(…)), inside the with.",
            ),
            "not_seconds": Bilingual(
                es="times_s debe ser un diccionario de segundos, mayores que 0.",
                en="times_s should be a dictionary of seconds, above 0.",
            ),
            "few": Bilingual(
                es='Las claves de times_s deben ser "sequential", "threads" y "processes": sin el '
                "ciclo no se sabe si repartir valió la pena.",
                en='The keys of times_s should be "sequential", "threads" and "processes": without '
                "the loop nobody knows whether sharing was worth it.",
            ),
            "not_measured": Bilingual(
                es="best debe ser una de las tres claves, entre comillas.",
                en="best should be one of the three keys, in quotation marks.",
            ),
            "slower": Bilingual(
                es="Tus mediciones dicen otra cosa: la que elegiste tarda un {more} % más que "
                "otra.",
                en="Your timings say otherwise: the one you chose takes {more}% longer than "
                "another.",
            ),
        },
    ),
}
