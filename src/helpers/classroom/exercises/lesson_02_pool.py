"""The exercises of lesson 2: their rules, and what is said to each answer."""

from __future__ import annotations

import multiprocessing.pool
from collections.abc import Mapping
from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.language import Bilingual
from helpers.parallel import InputError, Run, Watch

CUBES = [2_025, 24_502_500, 249_500_250_000]  # the sums of exercise 2.1
BUSY = 0.5  # the share of their time that the workers of exercise 2.4 compute, at least


def pool_sums(answer: Any) -> Verdict:
    """2.1: what sum_of_cubes gives for 10, 100 and 1,000, by a pool."""
    if isinstance(answer, multiprocessing.pool.AsyncResult):
        return "promise"
    if hasattr(answer, "__next__"):
        return "iterator"
    if not isinstance(answer, (list, tuple)):
        return "not_a_list"
    return "right" if list(answer) == CUBES else "values"


def ending(answer: Any) -> Verdict:
    """2.2: the method after which a pool still finishes the work it was given."""
    name = answer.strip().strip(".()").lower() if isinstance(answer, str) else ""
    names = {"close": "right", "terminate": "terminate", "join": "join", "with": "terminate"}
    return names.get(name.removeprefix("pool."), "other")


def break_even(answer: Any) -> Verdict:
    """2.3: seconds of both ways by number of items, and from how many items on the pool wins."""
    times, pays_from = answer
    right = _pays_from(times["loop"], times["pool"])
    if pays_from == right:
        return "right"
    if right is None:
        return "never"
    if pays_from is not None and not (is_number(pays_from) and pays_from in times["pool"]):
        return "not_timed"
    return "early" if is_number(pays_from) and pays_from < right else "late"


def _pays_from(loop: Mapping[int, float], pool: Mapping[int, float]) -> int | None:
    """Return the smallest number of items from which on the pool always wins, if there is one."""
    found = None
    for n in sorted(set(loop) & set(pool), reverse=True):
        if pool[n] >= loop[n]:
            break
        found = n
    return found


def own_timeline(answer: Any) -> Verdict:
    """2.4: a block of watch() in which two processes computed for most of the time."""
    if not isinstance(answer, (Watch, Run)):
        return "not_watched"
    try:
        run = answer.run() if isinstance(answer, Watch) else answer
    except InputError as error:
        return "empty", {"error": str(error)}
    share, n = f"{100 * run.utilisation:.0f}", len({span.worker for span in run.spans})
    if n < 2:
        return "one_lane"
    return ("right" if run.utilisation >= BUSY else "short"), {"share": share, "n": n}


EXERCISES = {
    "2.1": Exercise(
        pool_sums,
        Bilingual(
            es="pool.map recibe la función, sin llamarla, y los elementos.",
            en="pool.map takes the function, without calling it, and the items.",
        ),
        {
            "right": Bilingual(
                es="Tres sumas correctas, en el orden de los elementos.",
                en="Three correct sums, in the order of the items.",
            ),
            "promise": Bilingual(
                es="Eso es una promesa, y el bloque with termina el grupo antes de que llegue. "
                "Usa map, que espera.",
                en="That is a promise, and the with block ends the pool before it is kept. "
                "Use map, which waits.",
            ),
            "iterator": Bilingual(
                es="Eso entrega los resultados de uno en uno, y todavía no es una lista. Escribe "
                "pool.map: el map de Python, sin pool, es otro.",
                en="That yields results one at a time, and is not a list yet. Write pool.map: "
                "Python's own map, without pool, is another one.",
            ),
            "not_a_list": Bilingual(
                es="Se espera una lista con tres sumas: lo que devuelve pool.map.",
                en="A list of three sums is expected: what pool.map returns.",
            ),
            "values": Bilingual(
                es="No son las sumas de los cubos de cada elemento, en su orden.",
                en="Those are not the sums of cubes of each item, in their order.",
            ),
        },
    ),
    "2.2": Exercise(
        ending,
        Bilingual(
            es="uno de los dos caminos completa el trabajo pendiente y el otro lo pierde.",
            en="one of the two ways completes the pending work, the other loses it.",
        ),
        {
            "right": Bilingual(
                es="close no acepta más trabajo y deja que se complete el pendiente; después, "
                "join espera.",
                en="close takes no new work and lets the pending work be completed; then join "
                "waits.",
            ),
            "terminate": Bilingual(
                es="terminate detiene los procesos de inmediato, y el trabajo pendiente se pierde. "
                "Al final de un bloque with pasa lo mismo.",
                en="terminate stops the processes now, and the pending work is lost. The end of a "
                "with block does the same.",
            ),
            "join": Bilingual(
                es="join solo espera, y da un error si antes no se llamó a close o a terminate.",
                en="join only waits, and raises an error unless close or terminate was called "
                "before it.",
            ),
            "other": Bilingual(
                es="Escribe, entre comillas, el nombre de uno de los dos métodos que cierran o "
                "detienen un grupo.",
                en="Write, in quotation marks, the name of one of the two methods that end a pool.",
            ),
        },
    ),
    "2.3": Exercise(
        break_even,
        Bilingual(
            es="busca en la tabla la primera fila desde la que el grupo gana hasta el final.",
            en="look in the table for the first row from which the pool wins down to the last.",
        ),
        {
            "right": Bilingual(
                es="Es lo que dice tu tabla. Repítela: cerca del empate, el punto se mueve.",
                en="That is what your table says. Run it again: close to a draw, the point moves.",
            ),
            "never": Bilingual(
                es="Según tu tabla, el grupo no gana con el mayor número de elementos: la "
                "respuesta es None.",
                en="According to your table the pool does not win with the largest number of "
                "items: the answer is None.",
            ),
            "not_timed": Bilingual(
                es="Escribe uno de los números de la primera columna de tu tabla, o None, sin "
                "comillas.",
                en="Write one of the numbers in the first column of your table, or None, without "
                "quotes.",
            ),
            "early": Bilingual(
                es="Desde ahí el grupo no gana siempre: mira las filas que siguen.",
                en="From there on the pool does not always win: look at the rows below.",
            ),
            "late": Bilingual(
                es="El grupo gana antes: hay una fila anterior desde la que ya no pierde.",
                en="The pool wins sooner: in a row further up, and never loses after it.",
            ),
        },
    ),
    "2.4": Exercise(
        own_timeline,
        Bilingual(
            es="es como arriba, con el nombre own: with watch() as own, …Pool(2) as pool; y pasa "
            "own(tu_función) y bastantes elementos.",
            en="it is like above, with the name own: with watch() as own, …Pool(2) as pool; and "
            "pass own(your_function) and plenty of items.",
        ),
        {
            "right": Bilingual(
                es="Los {n} procesos estuvieron ocupados el {share} % del tiempo: el arranque pesa "
                "poco.",
                en="The {n} processes were busy {share}% of the time: starting is a small share.",
            ),
            "not_watched": Bilingual(
                es="Se espera el objeto que nombras después de as, en with watch() as own.",
                en="The object that you name after as is expected, in with watch() as own.",
            ),
            "empty": Bilingual(
                es="Todavía no se midió nada. {error}",
                en="Nothing was timed yet. {error}",
            ),
            "one_lane": Bilingual(
                es="Trabajó un solo proceso. Usa Pool(2), y más elementos o más lentos, para que "
                "también al otro le llegue trabajo.",
                en="Only one process worked. Use Pool(2), and more items or slower ones, so that "
                "work reaches the other one too.",
            ),
            "short": Bilingual(
                es="Los procesos estuvieron ocupados solo el {share} % del tiempo: el arranque "
                "todavía pesa más. Haz el trabajo más largo.",
                en="The processes were busy only {share}% of the time: starting still takes more. "
                "Make the work longer.",
            ),
        },
    ),
}
