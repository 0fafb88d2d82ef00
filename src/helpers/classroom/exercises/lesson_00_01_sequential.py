"""The exercises of lessons 0 and 1: their rules, and what is said to each answer."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.classroom.style import duration, significant
from helpers.language import Bilingual
from helpers.parallel import machine
from helpers.tasks import square

FAR = 4.0  # a time so many times longer or shorter than the grader's own was not measured
CLOSE = 0.3  # a prediction that is off by more deserves a word about the machine
ROUNDED = 0.02  # how far a product may be off that was written down


def _seconds_for(n_squares: int) -> float:
    """Return how long the loop of 1.2 and 1.3 takes here."""
    begin = perf_counter()
    _ = [square(x) for x in range(n_squares)]
    return perf_counter() - begin


def usable_workers(answer: Any) -> Verdict:
    """0.1: how many workers can compute at the same time on this machine."""
    here = machine()
    if not is_number(answer):
        return "not_a_number"
    if answer == here.usable_cpus:
        return "right", {"n": here.usable_cpus}
    if answer == here.logical_cpus:
        return "logical", {"n": here.logical_cpus}
    return "other", {"received": answer}


def worker_number(answer: Any) -> Verdict:
    """0.2: the process number of a worker, which is none of this process nor of its parent."""
    if callable(answer):
        return "not_called"
    if not isinstance(answer, int) or isinstance(answer, bool):
        return "not_a_number"
    if answer == os.getpid():
        return "this_process"
    if answer == os.getppid() or answer <= 1:
        return "other"
    return "right", {"pid": answer}


def cubes(answer: Any) -> Verdict:
    """1.1: the cubes of 0 to 99, as a list."""
    if not isinstance(answer, list):
        return "not_a_list"
    if len(answer) != 100:
        return "length", {"n": len(answer)}
    known = {"right": [x**3 for x in range(100)], "squares": [x * x for x in range(100)]}
    return next((name for name, values in known.items() if answer == values), "values")


def timed_loop(answer: Any) -> Verdict:
    """1.2: the seconds that a loop of a million squares takes, measured by the learner."""
    if not is_number(answer):
        return "not_a_number"
    if answer < 0:
        return "negative"
    ours_s = _seconds_for(1_000_000)
    received, ours = duration(answer), duration(ours_s)
    if ours_s / FAR < answer < FAR * ours_s:
        return "right", {"received": received, "ours": ours}
    if abs(answer - perf_counter()) < 3600 or answer > 1e9:  # a reading of time() is that large
        return "one_reading"
    return "other_time", {"received": received, "ours": ours}


def prediction(answer: Any) -> Verdict:
    """1.3: seconds of a million squares, those predicted for three million and those measured."""
    if not isinstance(answer, (tuple, list)) or not all(is_number(s) and s > 0 for s in answer):
        return "not_times"
    elapsed_s, forecast_s, measured_s = answer
    if abs(forecast_s / (3 * elapsed_s) - 1) > ROUNDED:
        return "arithmetic", {"times": significant(forecast_s / elapsed_s, 2)}
    if measured_s in (elapsed_s, forecast_s):
        return "not_timed"
    ours_s = _seconds_for(3_000_000)
    if not ours_s / FAR < measured_s < FAR * ours_s:
        return "other_work", {"received": duration(measured_s), "ours": duration(ours_s)}
    off = abs(forecast_s - measured_s) / measured_s
    return ("right" if off <= CLOSE else "right_far"), {"off": f"{100 * off:.0f}"}


EXERCISES = {
    "0.1": Exercise(
        usable_workers,
        Bilingual(
            es="está en la tarjeta del principio, en la primera fila.",
            en="it is on the card at the top, in the first row.",
        ),
        {
            "right": Bilingual(
                es="Aquí pueden calcular {n} procesos a la vez; si hay más, se turnan.",
                en="Here {n} processes can compute at the same time; if there are more, they take "
                "turns.",
            ),
            "logical": Bilingual(
                es="{n} es lo que cuenta el sistema, pero este proceso no puede usar todos.",
                en="{n} is what the system counts, but this process may not use all of them.",
            ),
            "not_a_number": Bilingual(
                es="La respuesta debe ser un número, sin comillas.",
                en="The answer should be a number, without quotes.",
            ),
            "other": Bilingual(
                es="{received} no es lo que dice tu tarjeta en «CPU que puedes usar».",
                en='{received} is not what your card says under "CPUs you can use".',
            ),
        },
    ),
    "0.2": Exercise(
        worker_number,
        Bilingual(
            es="dentro del bloque with, pool.apply recibe una función, sin paréntesis, y la "
            "ejecuta en el otro proceso.",
            en="inside the with block pool.apply takes a function, without parentheses, and runs "
            "it in the other process.",
        ),
        {
            "right": Bilingual(
                es="{pid} no es el número de este cuaderno: si lo dio apply, respondió otro "
                "proceso.",
                en="{pid} is not the number of this notebook: if apply gave it, another process "
                "answered.",
            ),
            "not_called": Bilingual(
                es="Eso es la función misma; falta que el otro proceso la ejecute.",
                en="That is the function itself; the other process still has to run it.",
            ),
            "not_a_number": Bilingual(
                es="El número de un proceso es un entero, y tu respuesta no lo es.",
                en="A process number is an integer, and your answer is not one.",
            ),
            "this_process": Bilingual(
                es="Ese es el número de este mismo proceso: la función se ejecutó aquí, no en el "
                "trabajador.",
                en="That is the number of this very process: the function ran here, not in the "
                "worker.",
            ),
            "other": Bilingual(
                es="Ese número no es el de un trabajador de tu Pool.",
                en="That number does not belong to a worker of your Pool.",
            ),
        },
    ),
    "1.1": Exercise(
        cubes,
        Bilingual(
            es="es la misma comprensión de listas que la de los cuadrados; un cubo es x * x * x.",
            en="it is the same list comprehension as for the squares; a cube is x * x * x.",
        ),
        {
            "right": Bilingual(
                es="Cien cubos, uno tras otro y en orden.",
                en="A hundred cubes, one after another and in order.",
            ),
            "not_a_list": Bilingual(
                es="Se espera una lista, como la que da [ ... for x in data].",
                en="A list is expected, as [ ... for x in data] gives.",
            ),
            "squares": Bilingual(
                es="Esos son los cuadrados; el cubo multiplica una vez más.",
                en="Those are the squares; a cube multiplies once more.",
            ),
            "length": Bilingual(
                es="En data hay 100 elementos, y en tu lista, {n}.",
                en="There are 100 items in data, and in your list, {n}.",
            ),
            "values": Bilingual(
                es="La lista tiene 100 elementos, pero no son los cubos: tendría que empezar con "
                "0, 1, 8 y 27.",
                en="The list has 100 items, but they are not the cubes: it should begin with 0, 1, "
                "8 and 27.",
            ),
        },
    ),
    "1.2": Exercise(
        timed_loop,
        Bilingual(
            es="lee perf_counter() antes del ciclo y otra vez después; la respuesta es la "
            "diferencia.",
            en="read perf_counter() before the loop and again after it; the answer is the "
            "difference.",
        ),
        {
            "right": Bilingual(
                es="Eso es lo que tardó el ciclo: {received}. check lo midió ahora: {ours}.",
                en="That is how long the loop took: {received}. check timed it just now: {ours}.",
            ),
            "not_a_number": Bilingual(
                es="La respuesta debe ser un número de segundos, sin comillas ni unidades.",
                en="The answer should be a number of seconds, without quotes or units.",
            ),
            "negative": Bilingual(
                es="Un tiempo negativo: restaste al revés; es la segunda lectura menos la primera.",
                en="A negative time: you subtracted the wrong way round; it is the second reading "
                "minus the first.",
            ),
            "one_reading": Bilingual(
                es="Eso es una sola lectura del reloj, y sola no significa nada: resta la primera.",
                en="That is a single reading of the clock, and alone it means nothing: subtract "
                "the first one.",
            ),
            "other_time": Bilingual(
                es="{received} no parece lo que tarda este ciclo: check lo midió ahora, y fueron "
                "{ours}. Una lectura va justo antes del ciclo y la otra justo después, en "
                "segundos.",
                en="{received} does not look like what this loop takes: check timed it just now, "
                "and it was {ours}. One reading goes right before the loop, the other right after "
                "it, in seconds.",
            ),
        },
    ),
    "1.3": Exercise(
        prediction,
        Bilingual(
            es="el tiempo crece en línea recta con el número de elementos: el triple de elementos, "
            "el triple de tiempo.",
            en="time grows in a straight line with the number of items: three times the items, "
            "three times the time.",
        ),
        {
            "right": Bilingual(
                es="Tu predicción se apartó un {off} % de lo medido. Así se planifica un trabajo "
                "largo: se mide una muestra y se multiplica.",
                en="Your prediction was off by {off}%. That is how a long job is planned: time a "
                "sample and multiply.",
            ),
            "right_far": Bilingual(
                es="La cuenta está bien, y aun así se apartó un {off} % de lo medido. ¿Dice "
                "3_000_000 el range que mediste? Si es así, la máquina estaba ocupada: repite.",
                en="The arithmetic is right, and still it was off by {off}%. Does the range that "
                "you timed say 3_000_000? If so, the machine was busy: repeat.",
            ),
            "not_times": Bilingual(
                es="Se esperan números de segundos mayores que 0.",
                en="Numbers of seconds above 0 are expected.",
            ),
            "arithmetic": Bilingual(
                es="forecast_s tendría que ser 3 veces elapsed_s, y es {times} veces.",
                en="forecast_s should be 3 times elapsed_s, and it is {times} times.",
            ),
            "not_timed": Bilingual(
                es="measured_s es otra vez la cuenta: mide los tres millones con el reloj.",
                en="measured_s is the arithmetic again: time the three million with the clock.",
            ),
            "other_work": Bilingual(
                es="measured_s, {received}, no parece el tiempo de tres millones de cuadrados: "
                "check los midió ahora, y fueron {ours}.",
                en="measured_s, {received}, does not look like the time of three million squares: "
                "check timed them just now, and it was {ours}.",
            ),
        },
    ),
}
