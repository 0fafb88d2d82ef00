"""The exercises of lesson 9: the scheduler's limit, open doors, and the tool for each job."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import (
    Choice,
    MistakeError,
    UnansweredError,
    called,
    choose,
    exercise,
    function,
    must_be,
    number,
    parts,
)
from helpers.language import text

# Exercise 9.1: what an item and a message cost, in seconds, and how many workers are to be busy.
ITEM_S, MESSAGE_S, WORKERS = 0.05, 0.001, 1_000
# Exercise 9.2: addresses of programs; other computers reach all but those of the first line.
LOOPBACK = {"127.0.0.1:8786", "127.0.0.1:40001", "127.0.1.1:8787"}
OPEN = {"0.0.0.0:8786", "192.168.1.20:8786", "192.168.1.127:8786", "10.127.0.1:40001"}
CLOSE = 1e-3  # how far a quotient may be off, as a share of it
TOOLS = ("loop", "processes", "cluster", "queue")


@exercise(
    "9.1",
    es="para 1,000 trabajadores, cada bloque debe durar lo que tardan 1,000 mensajes.",
    en="for 1,000 workers, each chunk has to last as long as 1,000 messages take.",
)
def scheduler_limit(answer: Any) -> str:
    """A figure that the cell has, and the chunks with which 1,000 workers are busy."""
    _, given = parts(answer, "busy", "chunksize")
    chunksize, right = number("chunksize", given, positive=True), WORKERS * MESSAGE_S / ITEM_S
    if abs(chunksize - right) <= CLOSE * right:
        return text(
            es="Cada bloque de 20 dura un segundo, y en un segundo caben 1,000 mensajes.",
            en="Each chunk of 20 takes a second, and 1,000 messages fit into a second.",
        )
    if chunksize < right:
        n = f"{chunksize * ITEM_S / MESSAGE_S:,.0f}"
        raise MistakeError(
            es=f"Con bloques de {chunksize:g} mantiene ocupados a {n}, menos de 1,000.",
            en=f"With chunks of {chunksize:g} it keeps {n} busy, fewer than 1,000.",
        )
    raise MistakeError(
        es="Alcanza, pero se pide el menor: un bloque que dure lo que 1,000 mensajes.",
        en="Enough, but the smallest is asked for: a chunk that lasts as long as 1,000 messages.",
    )


@exercise(
    "9.2",
    es="una comprensión de listas con if y startswith basta.",
    en="a list comprehension with if and startswith is enough.",
)
def open_doors(answer: Any) -> str:
    """A function that returns the addresses which other computers can reach."""
    doors = function("open_doors", answer)
    (found,) = called(lambda: doors(sorted(LOOPBACK | OPEN)))
    if found is ...:
        raise UnansweredError
    if not isinstance(found, list) or not all(isinstance(door, str) for door in found):
        raise must_be("open_doors(…)", found, es="una lista de textos", en="a list of strings")
    wrong = OPEN ^ set(found)
    if not wrong:
        return text(
            es="Quedan las que se alcanzan desde fuera; en un clúster del curso, ninguna.",
            en="What is left can be reached from outside; in a cluster of this course, nothing is.",
        )
    raise MistakeError(
        es=f'Revisa {min(wrong)}: las que empiezan con "127." se quedan fuera; las demás, no.',
        en=f'Look at {min(wrong)}: those that begin with "127." are left out, the others are not.',
    )


@exercise(
    "9.3",
    es="¿vale la pena repartirlo? ¿Cabe en una máquina? ¿Trabajas en vivo, o puedes esperar?",
    en="is it worth distributing? Does it fit on one machine? Do you work live, or can you wait?",
)
def tools(answer: Any) -> str:
    """The smallest tool that will do, for four jobs."""
    choose(
        answer,
        TOOLS,
        job_a=Choice(
            "loop",
            es="si el ciclo tarda un parpadeo, cualquier otra cosa tarda más en arrancar.",
            en="if the loop takes the blink of an eye, anything else takes longer to start.",
        ),
        job_b=Choice(
            "processes",
            es="multiplica 40,000 por un quinto de segundo y divide entre 8: ¿cabe en una hora?",
            en="multiply 40,000 by a fifth of a second and divide by 8: does it fit into an hour?",
        ),
        job_c=Choice(
            "cluster",
            es="no cabe en una máquina, y una cola te haría esperar con cada pregunta.",
            en="it does not fit on one machine, and a queue makes you wait with each question.",
        ),
        job_d=Choice(
            "queue",
            es="la máquina se comparte por turnos y las tareas pueden esperar.",
            en="the machine is shared in turns and the tasks can wait.",
        ),
    )
    return text(
        es="Lo más pequeño que alcanza: en vivo, un clúster; si puede esperar, una cola.",
        en="The smallest that will do: to work live, a cluster; for what can wait, a queue.",
    )
