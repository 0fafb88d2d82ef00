"""The exercises of lesson 2: a pool's map, its end, when it pays, and how it looks from inside."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import (
    MistakeError,
    exercise,
    is_number,
    items,
    must_be,
    observed,
    parts,
)
from helpers.language import text
from helpers.parallel.arguments import short

CUBES = [2_025, 24_502_500, 249_500_250_000]  # the sums of exercise 2.1
BUSY = 0.5  # the share of their time that the workers of exercise 2.4 compute, at least


@exercise(
    "2.1",
    es="pool.map recibe la función, sin llamarla, y los elementos.",
    en="pool.map takes the function, without calling it, and the items.",
)
def pool_sums(answer: Any) -> str:
    """What sum_of_cubes gives for 10, 100 and 1,000, by a pool."""
    if hasattr(answer, "__next__") or hasattr(answer, "get"):
        raise MistakeError(
            es="Eso todavía no es una lista: map_async e imap la entregan después, y el map de "
            "Python, sin pool, es otro. Escribe pool.map, que espera.",
            en="That is not a list yet: map_async and imap deliver it later, and Python's own map, "
            "without pool, is another one. Write pool.map, which waits.",
        )
    if items("sums", answer) != CUBES:
        raise MistakeError(
            es="No son las sumas de los cubos de cada elemento, en su orden.",
            en="Those are not the sums of cubes of each item, in their order.",
        )
    return text(
        es="Tres sumas correctas, en el orden de los elementos.",
        en="Three correct sums, in the order of the items.",
    )


@exercise(
    "2.2",
    es="uno de los dos caminos completa el trabajo pendiente y el otro lo pierde.",
    en="one of the two ways completes the pending work, the other loses it.",
)
def ending(answer: Any) -> str:
    """The method after which a pool still finishes the work it was given."""
    name = answer.strip().lower() if isinstance(answer, str) else ""
    name = name.removeprefix("pool.").removesuffix("()")
    if name == "close":
        return text(
            es="close no acepta más trabajo y deja que se complete el pendiente; join espera.",
            en="close takes no new work and lets the pending work be completed; join waits for it.",
        )
    if name in ("terminate", "with"):
        raise MistakeError(
            es="terminate pierde el trabajo pendiente; el final de un bloque with, también.",
            en="terminate loses the pending work; so does the end of a with block.",
        )
    if name == "join":
        raise MistakeError(
            es="join solo espera, y lanza un error si antes no se cerró el grupo.",
            en="join only waits, and raises an error unless the pool was closed before it.",
        )
    raise MistakeError(
        es=f"{short(answer)} no cierra el grupo. De los dos métodos que lo cierran, ¿cuál completa "
        "lo pendiente?",
        en=f"{short(answer)} does not close the pool. Of the two methods that do, which completes "
        "the pending work?",
    )


@exercise(
    "2.3",
    es="busca en la tabla la primera fila desde la que el grupo gana hasta el final.",
    en="look in the table for the first row from which the pool wins down to the last.",
)
def break_even(answer: Any) -> str:
    """Seconds of both ways by number of items, and from how many items on the pool wins."""
    times, pays_from = parts(answer, "times", "pays_from")
    loop, pool, right = times["loop"], times["pool"], None
    for n in sorted(set(loop) & set(pool), reverse=True):
        if pool[n] >= loop[n]:
            break
        right = n
    if pays_from == right:
        return text(
            es="Es lo que dice tu tabla. Repítela: cerca del empate, el punto se mueve.",
            en="That is what your table says. Run it again: close to a draw, the point moves.",
        )
    if pays_from is not None and not (is_number(pays_from) and pays_from in pool):
        es, en = "None o un número de la primera columna", "None or a number of the first column"
        raise must_be("pays_from", pays_from, es=es, en=en)
    if pays_from is not None and (right is None or pays_from < right):
        raise MistakeError(
            es="Desde ahí no gana en todas las filas. Si pierde en la última: None.",
            en="It does not win in every row from there on. If it loses in the last: None.",
        )
    raise MistakeError(
        es="El grupo gana antes: hay una fila anterior desde la que ya no pierde.",
        en="The pool wins sooner: there is a row further up after which it never loses.",
    )


@exercise(
    "2.4",
    es="with watch() as own, …Pool(2) as pool; y pasa own(tu_función) y bastantes elementos.",
    en="with watch() as own, …Pool(2) as pool; and pass own(your_function) and plenty of items.",
)
def own_timeline(answer: Any) -> str:
    """A block of watch() in which two processes computed for most of the time."""
    run = observed("own", answer)
    n, share = len({span.worker for span in run.spans}), f"{100 * run.utilisation:.0f}"
    if n < 2 or run.utilisation < BUSY:
        raise MistakeError(
            es=f"Procesos: {n}, ocupados el {share} %. Usa Pool(2), y más elementos o más lentos.",
            en=f"Processes: {n}, busy for {share}%. Use Pool(2), and more items or slower ones.",
        )
    return text(
        es=f"Los {n} procesos estuvieron ocupados el {share} % del tiempo: el arranque pesa poco.",
        en=f"The {n} processes were busy {share}% of the time: starting is a small share.",
    )
