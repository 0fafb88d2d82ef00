"""The exercises of lesson 4: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercise import Exercise, Verdict
from helpers.classroom.grading_numbers import is_number
from helpers.classroom.style import duration, significant
from helpers.language import Bilingual
from helpers.parallel import InputError, Run, Watch

SLOW = 2.0  # in 4.2 a size that takes so many times as long as the best is no good choice
POWERS, SWAPPED = [1_024, 81, 1_000], [100, 64, 59_049]  # of exercise 4.1
WAITS_S = [number**2 / 400 for number in range(1, 17)]  # of exercise 4.3, for N_WORKERS
N_WORKERS = 4
# In 4.3 a worker may be without work for this share of what it works. The longest first, one by
# one, gives next to nothing; the shortest first 0.28; the chunks it begins with 1.26.
IDLE, CHUNKY = 0.15, 0.7


def powers(answer: Any) -> Verdict:
    """4.1: the power of each pair, by starmap."""
    if not isinstance(answer, (list, tuple)):
        return "not_a_list"
    found = list(answer)
    if found == POWERS:
        return "right"
    return "swapped" if found == SWAPPED else "values"


def measured_chunksize(answer: Any) -> Verdict:
    """4.2: seconds by chunksize, and the chunksize chosen because of them."""
    measured, chosen = answer
    if not isinstance(measured, dict) or not all(map(is_number, measured.values())):
        return "not_seconds"
    if len(measured) < 3 or max(measured) < 10 * min(measured):
        return "few"
    if chosen not in measured:
        return "not_tried"
    best_s, worst_s = min(measured.values()), max(measured.values())
    times = measured[chosen] / best_s
    if times > SLOW:
        return "slow", {"times": significant(times, 2)}
    return "right", {"times": significant(worst_s / measured[chosen], 2)}


def sooner_finish(answer: Any) -> Verdict:
    """4.3: a block of watch() around the uneven waits in which hardly any worker is idle."""
    if not isinstance(answer, (Watch, Run)):
        return "not_watched"
    try:
        run = answer.run() if isinstance(answer, Watch) else answer
    except InputError as error:
        return "empty", {"error": str(error)}
    if run.n_items != len(WAITS_S) or run.n_workers != N_WORKERS:
        return "other_job", {"n": run.n_items, "workers": run.n_workers}
    parts_s = run.parts_s
    share = max(0.0, parts_s["idle"]) / parts_s["computing"]
    idle, work = duration(share * parts_s["computing"]), duration(parts_s["computing"])
    if share <= IDLE:
        return "right", {"idle": idle, "work": work}
    return ("chunks" if share > CHUNKY else "order"), {"idle": idle, "work": work}


EXERCISES = {
    "4.1": Exercise(
        powers,
        Bilingual(
            es="map da a la tarea la tupla entera. ¿Qué método de la tabla la reparte entre los "
            "argumentos?",
            en="map gives the task the whole tuple. Which method in the table spreads it over the "
            "arguments?",
        ),
        {
            "right": Bilingual(
                es="Tres potencias correctas: starmap llamó a pow(2, 10), y así con cada par.",
                en="Three correct powers: starmap called pow(2, 10), and so on for each pair.",
            ),
            "not_a_list": Bilingual(
                es="Se espera la lista de potencias que devuelve el método.",
                en="The list of powers that the method returns is expected.",
            ),
            "swapped": Bilingual(
                es="La base y el exponente están al revés.",
                en="Base and exponent are the other way round.",
            ),
            "values": Bilingual(
                es="No son las potencias de esos pares, en su orden.",
                en="Those are not the powers of these pairs, in their order.",
            ),
        },
    ),
    "4.2": Exercise(
        measured_chunksize,
        Bilingual(
            es="llena measured en un ciclo sobre varios tamaños, como la celda del gráfico, y mira "
            "cuál tardó menos.",
            en="fill measured in a loop over several sizes, like the cell of the chart, and see "
            "which took least.",
        ),
        {
            "right": Bilingual(
                es="Tus mediciones lo respaldan: el peor tamaño tarda {times} veces lo que el "
                "elegido.",
                en="Your timings back it: the worst size takes {times} times as long as yours.",
            ),
            "not_seconds": Bilingual(
                es="measured debe ser un diccionario: los segundos de cada chunksize.",
                en="measured should be a dictionary: the seconds of each chunksize.",
            ),
            "few": Bilingual(
                es="Mide al menos tres tamaños muy distintos: el mayor, diez veces el menor o más.",
                en="Time at least three very different sizes: the largest ten times the smallest, "
                "or more.",
            ),
            "not_tried": Bilingual(
                es="Elegiste un tamaño que no está en measured. Mídelo, o elige uno de ahí.",
                en="You chose a size that is not in measured. Time it, or choose one from there.",
            ),
            "slow": Bilingual(
                es="El elegido tarda {times} veces lo que el mejor: es de los extremos.",
                en="Your choice takes {times} times as long as the best: it is one of the ends.",
            ),
        },
    ),
    "4.3": Exercise(
        sooner_finish,
        Bilingual(
            es="¿cómo repartir para que nadie reciba todo lo largo de una vez? ¿Y qué conviene que "
            "quede para el final, lo corto o lo largo?",
            en="how can you deal the waits out so that nobody gets all the long ones at once? And "
            "which are better left for the end, the short ones or the long ones?",
        ),
        {
            "right": Bilingual(
                es="Casi nadie se quedó sin trabajo: {idle} por proceso, en promedio, frente a "
                "{work} de trabajo.",
                en="Hardly anyone was left without work: {idle} a worker, on average, beside "
                "{work} of work.",
            ),
            "not_watched": Bilingual(
                es="Se espera lo que da with watch() as …, no los resultados.",
                en="What with watch() as … gives is expected, not the results.",
            ),
            "empty": Bilingual(
                es="Ese bloque todavía no dice nada. {error}",
                en="That block says nothing yet. {error}",
            ),
            "other_job": Bilingual(
                es="Se anotaron {n} llamadas de {workers} procesos. Son las mismas 16 esperas, "
                "repartidas entre 4.",
                en="{n} calls by {workers} workers were noted. It should be the same 16 waits, "
                "dealt out to 4.",
            ),
            "chunks": Bilingual(
                es="Sin trabajo: {idle} por proceso, frente a {work} de trabajo. Con estos bloques "
                "alguien recibe demasiado de una vez.",
                en="Without work: {idle} a worker, beside {work} of work. With these chunks "
                "somebody gets too much at once.",
            ),
            "order": Bilingual(
                es="Va mejor: {idle} sin trabajo por proceso, frente a {work} de trabajo. Pero al "
                "final todavía queda algo largo, y los demás lo esperan.",
                en="Better: {idle} without work a worker, beside {work} of work. But something "
                "long is still left for the end, and the others wait for it.",
            ),
        },
    ),
}
