"""The exercises of lesson 5: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.language import Bilingual
from helpers.parallel import amdahl

LOOP_S, POOL_S, N_WORKERS = 12, 2, 8  # what exercise 5.1 gives
FRACTION, USED = 0.05, 0.6  # what exercise 5.2 gives
MOST = max(n for n in range(1, 100) if amdahl(FRACTION, n) / n >= USED)
ENOUGH = 0.7  # the efficiency that exercise 5.3 asks for
TOO_GOOD = 3.0  # a speedup by two workers that is none; half of that by one


def efficiency_from_times(answer: Any) -> Verdict:
    """5.1: the efficiency, from the times of a loop and of a pool of 8."""
    if not is_number(answer):
        return "not_a_number"
    speedup = LOOP_S / POOL_S
    known = {
        "right": speedup / N_WORKERS,
        "percent": 100 * speedup / N_WORKERS,
        "speedup": speedup,
        "upside_down": N_WORKERS / speedup,
    }
    return next((name for name, value in known.items() if abs(answer - value) < 0.01), "other")


def most_workers(answer: Any) -> Verdict:
    """5.2: the largest number of workers of which 60 % is put to use, by Amdahl's law."""
    if not is_number(answer) or answer < 1 or answer != int(answer):
        return "not_a_number"
    if answer == MOST:
        return "right"
    if answer == 1 / FRACTION:
        return "limit"
    share = f"{100 * amdahl(FRACTION, int(answer)) / answer:.1f}"
    return ("fewer" if answer < MOST else "more"), {"n": answer, "share": share}


def own_speedups(answer: Any) -> Verdict:
    """5.3: the speedups of a job of the learner's own, with 1 and 2 workers."""
    if not isinstance(answer, dict) or not all(is_number(s) and s > 0 for s in answer.values()):
        return "not_speedups"
    if 2 not in answer:
        return "no_two"
    speedup, share = f"{answer[2]:.2f}", f"{100 * answer[2] / 2:.0f}"
    if answer[2] > TOO_GOOD or answer.get(1, 1) > TOO_GOOD / 2:
        return "too_good", {"speedup": speedup}
    found = answer[2] / 2 >= ENOUGH
    return ("right" if found else "right_low"), {"speedup": speedup, "share": share}


EXERCISES = {
    "5.1": Exercise(
        efficiency_from_times,
        Bilingual(
            es="la eficiencia es la aceleración repartida entre los procesos: una división más.",
            en="efficiency is the speedup shared out among the workers: one more division.",
        ),
        {
            "right": Bilingual(
                es="Se aprovechan tres cuartas partes del tiempo de cada proceso.",
                en="Three quarters of each worker's time is put to use.",
            ),
            "not_a_number": Bilingual(
                es="Se espera un solo número: el valor de la eficiencia.",
                en="A single number is expected: the value of the efficiency.",
            ),
            "percent": Bilingual(
                es="Ese es el porcentaje. Exprésala como parte de 1.",
                en="That is the percentage. Write it as a share of 1.",
            ),
            "speedup": Bilingual(
                es="Esa es la aceleración. Dice cuántas veces más rápido, no qué parte de cada "
                "proceso se aprovecha.",
                en="That is the speedup. It says how many times as fast, not what share of each "
                "worker is put to use.",
            ),
            "upside_down": Bilingual(
                es="La división está al revés: dividiste los procesos entre la aceleración.",
                en="The division is upside down: you divided the workers by the speedup.",
            ),
            "other": Bilingual(
                es="No es eso: la aceleración ya está en speedup; falta lo que le toca a cada "
                "proceso.",
                en="That is not it: the speedup is in speedup already; what is missing is each "
                "worker's share of it.",
            ),
        },
    ),
    "5.2": Exercise(
        most_workers,
        Bilingual(
            es="calcula amdahl(0.05, n) / n para varios n: baja cuando n crece. Busca el último n "
            "con 0.6 o más.",
            en="compute amdahl(0.05, n) / n for several n: it falls as n grows. Look for the last "
            "n with 0.6 or more.",
        ),
        {
            "right": Bilingual(
                es="Con más procesos, de cada uno se aprovecha menos del 60 %, aunque el trabajo "
                "todavía se acelere un poco.",
                en="With more workers, less than 60% of each is put to use, even though the job "
                "still gets a little faster.",
            ),
            "not_a_number": Bilingual(
                es="Se espera un número entero de procesos, de 1 en adelante: redondea hacia "
                "abajo.",
                en="A whole number of workers is expected, 1 or more: round down.",
            ),
            "limit": Bilingual(
                es="Eso es 1 / s, la aceleración que nunca se alcanza. Aquí se pide un número de "
                "procesos.",
                en="That is 1 / s, the speedup that is never reached. Here a number of workers is "
                "asked for.",
            ),
            "fewer": Bilingual(
                es="Con {n} procesos la eficiencia es del {share} %: caben más.",
                en="With {n} workers the efficiency is {share}%: there is room for more.",
            ),
            "more": Bilingual(
                es="Con {n} procesos la eficiencia es del {share} %, menos que 0.6.",
                en="With {n} workers the efficiency is {share}%, less than 0.6.",
            ),
        },
    ),
    "5.3": Exercise(
        own_speedups,
        Bilingual(
            es="own = measure([…], [1, 2]), con elementos pesados: cuanto más cuesta cada uno, "
            "menos pesan el arranque y los mensajes.",
            en="own = measure([…], [1, 2]), with heavy items: the more each costs, the less the "
            "start and the messages matter.",
        ),
        {
            "right": Bilingual(
                es="Aceleración de {speedup} con dos procesos: se aprovecha el {share} % de cada "
                "uno.",
                en="A speedup of {speedup} with two workers: {share}% of each is put to use.",
            ),
            "right_low": Bilingual(
                es="Mediste, pero no llegas a 0.7: aceleración de {speedup}, eficiencia del "
                "{share} %. ¿Qué causa de la tabla es? Prueba con elementos más pesados, o con la "
                "máquina desocupada.",
                en="You measured, but do not reach 0.7: a speedup of {speedup}, an efficiency of "
                "{share}%. Which cause in the table is it? Try heavier items, or an idle machine.",
            ),
            "not_speedups": Bilingual(
                es="Se espera un diccionario con la aceleración de cada número de procesos, como "
                "el que devuelve measure.",
                en="A dictionary with the speedup for each number of workers is expected, as "
                "measure returns it.",
            ),
            "no_two": Bilingual(
                es="Falta la aceleración con 2 procesos: measure recibe los elementos y [1, 2].",
                en="The speedup with 2 workers is missing: measure takes the items and [1, 2].",
            ),
            "too_good": Bilingual(
                es="Esas cifras ({speedup} con dos procesos) no parecen aceleraciones, que son el "
                "tiempo del ciclo entre el del grupo. Si lo son, algo estorbó al ciclo: repite.",
                en="These figures ({speedup} with two workers) do not look like speedups, which "
                "are the loop's time divided by the pool's. If they are, something disturbed the "
                "loop: repeat.",
            ),
        },
    ),
}
