"""The exercises of lessons 0 and 1: their rules, and what is said to each answer."""

from __future__ import annotations

import os
from time import perf_counter
from typing import Any

from helpers.classroom.exercise import Exercise, Verdict, is_number
from helpers.classroom.style import duration
from helpers.language import Bilingual
from helpers.parallel import machine
from helpers.tasks import square

FAR = 10.0  # a time so many times longer or shorter than the grader's own was not measured
CLOSE = 0.3  # a prediction that is off by more deserves a word about the machine


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
    """1.3: a pair, the seconds predicted for three times as many items and those measured."""
    if not isinstance(answer, (tuple, list)) or not all(is_number(s) and s > 0 for s in answer):
        return "not_times"
    forecast_s, measured_s = answer
    if forecast_s == measured_s:
        return "same"
    off = abs(forecast_s - measured_s) / measured_s
    percent = f"{100 * off:.0f}"
    if off <= CLOSE:
        return "right", {"off": percent}
    if abs(3 * forecast_s - measured_s) <= CLOSE * measured_s:
        return "third"
    return ("right_far" if off < FAR else "other_work"), {"off": percent}


EXERCISES = {
    "0.1": Exercise(
        usable_workers,
        Bilingual(
            es="mira la tarjeta del principio, o escribe usable_cpus().",
            en="look at the card at the top, or write usable_cpus().",
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
                es="La respuesta debe ser un número. Si escribiste el nombre de una función, le "
                "faltan los paréntesis.",
                en="The answer should be a number. If you wrote the name of a function, its "
                "parentheses are missing.",
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
                es="{pid} no es el número de este cuaderno: quien respondió fue otro proceso.",
                en="{pid} is not the number of this notebook: it was another process that "
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
                es="Tu lista tiene {n} elementos y data tiene 100.",
                en="Your list has {n} items and data has 100.",
            ),
            "values": Bilingual(
                es="La lista tiene 100 elementos, pero no son los cubos de 0 a 99. La potencia se "
                "escribe **, no ^; y una función tuya necesita return.",
                en="The list has 100 items, but they are not the cubes of 0 to 99. A power is "
                "written **, not ^; and a function of your own needs a return.",
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
                es="Eso es lo que tardó el ciclo: {received}. Ahora mismo, a check le tomó {ours}.",
                en="That is how long the loop took: {received}. Just now it took check {ours}.",
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
                es="{received} no es lo que tarda este ciclo: a check le tomó {ours}. Una lectura "
                "va antes del ciclo y la otra después, y se piden segundos.",
                en="{received} is not how long this loop takes: it took check {ours}. One reading "
                "goes before the loop and the other after it, and the answer is in seconds.",
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
                es="La cuenta está bien, y aun así se apartó un {off} % de lo medido: en uno de "
                "los dos momentos la máquina estaba ocupada. Repite las dos mediciones.",
                en="The arithmetic is right, and still it was off by {off}%: at one of the two "
                "moments the machine was busy. Take both timings again.",
            ),
            "not_times": Bilingual(
                es="Se esperan dos números de segundos mayores que 0: la predicción y la medición.",
                en="Two numbers of seconds above 0 are expected: the prediction and the "
                "measurement.",
            ),
            "same": Bilingual(
                es="La predicción es exactamente la medición: se hace antes, con lo que tardó un "
                "millón.",
                en="The prediction is exactly the measurement: it is made beforehand, from what a "
                "million took.",
            ),
            "third": Bilingual(
                es="Ese es más o menos el tiempo de un millón: falta multiplicar por 3.",
                en="That is about the time of one million: multiply it by 3.",
            ),
            "other_work": Bilingual(
                es="Lo predicho y lo medido no parecen del mismo trabajo: se apartan un {off} %. "
                "¿Mediste tres millones de cuadrados?",
                en="What was predicted and what was measured do not look like the same job: they "
                "are off by {off}%. Did you time three million squares?",
            ),
        },
    ),
}
