"""The exercises of lesson 4: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.classroom.style import significant
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
    if not isinstance(measured, dict) or not all(is_number(s) and s > 0 for s in measured.values()):
        return "not_seconds"
    if len(measured) < 3 or max(measured) < 10 * min(measured):
        return "few"
    if chosen not in measured:
        return "not_tried"
    best_s, worst_s = min(measured.values()), max(measured.values())
    times = significant(measured[chosen] / best_s, 2)
    if measured[chosen] > SLOW * best_s:
        return "slow", {"times": times}
    return "right", {"times": times, "worst": significant(worst_s / best_s, 2)}


def sooner_finish(answer: Any) -> Verdict:
    """4.3: a block of watch() around the uneven waits in which hardly any worker is idle."""
    if not isinstance(answer, (Watch, Run)):
        return "not_watched"
    try:
        run = answer.run() if isinstance(answer, Watch) else answer
    except InputError as error:
        return "empty", {"error": str(error)}
    waited = sum(span.duration_s for span in run.spans) / sum(WAITS_S)
    longest = max(span.duration_s for span in run.spans) > 0.9 * max(WAITS_S)
    same = run.n_items == len(WAITS_S) and run.n_workers == N_WORKERS and longest
    if not same or not 0.9 < waited < 1.6:
        return "other_job", {"n": run.n_items, "workers": run.n_workers}
    parts_s = run.parts_s
    share = max(0.0, parts_s["idle"]) / parts_s["computing"]
    percent = f"{100 * share:.0f}"
    if share <= IDLE:
        return "right", {"share": percent}
    return ("chunks" if share > CHUNKY else "order"), {"share": percent}


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
                es="Según tus mediciones, el tamaño elegido tarda {times} veces lo que el mejor; "
                "el peor, {worst}.",
                en="By your timings the size you chose takes {times} times as long as the best; "
                "the worst one, {worst}.",
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
                es="chosen debe ser uno de los tamaños que mediste: una clave de measured, no unos "
                "segundos.",
                en="chosen should be one of the sizes that you timed: a key of measured, not "
                "seconds.",
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
                es="Casi nadie se quedó sin trabajo: en promedio, el {share} % de lo que trabajó.",
                en="Hardly anyone sat idle: on average, for {share}% of the time worked.",
            ),
            "not_watched": Bilingual(
                es="Se espera el objeto que nombras después de as, en with watch() as better.",
                en="The object that you name after as is expected, in with watch() as better.",
            ),
            "empty": Bilingual(
                es="Todavía no se midió nada. {error}",
                en="Nothing was timed yet. {error}",
            ),
            "other_job": Bilingual(
                es="Se anotaron {n} llamadas en {workers} procesos, y no son las 16 esperas de "
                "waits repartidas entre 4.",
                en="{n} calls by {workers} workers were recorded, and they are not the 16 waits of "
                "waits on 4 workers.",
            ),
            "chunks": Bilingual(
                es="Sin trabajo, en promedio, el {share} % de lo que trabajan: con estos bloques "
                "alguien recibe demasiado de una vez.",
                en="Idle, on average, for {share}% of the time worked: with these chunks somebody "
                "gets too much at once.",
            ),
            "order": Bilingual(
                es="Va mejor: sin trabajo, en promedio, el {share} % de lo que trabajan. Mira en "
                "el gráfico a quién esperan los demás al final.",
                en="Better: idle, on average, for {share}% of the time worked. See in the chart "
                "whom the others wait for at the end.",
            ),
        },
    ),
}
