"""The exercises of lesson 9: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import UNANSWERED, Exercise, Verdict, is_number
from helpers.language import Bilingual

# Exercise 9.1: what an item and a message cost, in seconds, and how many workers are to be busy.
ITEM_S, MESSAGE_S, WORKERS = 0.05, 0.001, 1_000
# Exercise 9.2: addresses of programs; other computers reach all but those of the first line.
LOOPBACK = {"127.0.0.1:8786", "127.0.0.1:40001", "127.0.1.1:8787"}
OPEN = {"0.0.0.0:8786", "0.0.0.0:8787", "192.168.1.20:8786", "10.0.0.7:40001"}
MISLEADING = {"192.168.1.127:8786", "10.127.0.1:40001", "0.0.0.0:12700"}
TOOLS = ("loop", "processes", "cluster", "queue")  # exercise 9.3: of jobs a to d
CLOSE = 1e-3  # how far a quotient may be off, as a share of it


def scheduler_limit(answer: Any) -> Verdict:
    """9.1: a figure that the cell has, and the chunks with which 1,000 workers are busy."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not is_number(answer[1]):
        return "not_a_number"
    chunksize, right = answer[1], WORKERS * MESSAGE_S / ITEM_S
    if abs(chunksize - right) <= CLOSE * right:
        return "right"
    if 0 < chunksize < 1:
        return "upside_down"
    if chunksize < right:
        return "too_small", {"n": f"{chunksize * ITEM_S / MESSAGE_S:,.0f}"}
    return "too_large"


def open_doors(answer: Any) -> Verdict:
    """9.2: a function that returns the addresses which other computers can reach."""
    found = answer(sorted(LOOPBACK | OPEN | MISLEADING))
    if found is ...:
        return UNANSWERED
    if not isinstance(found, list) or not all(isinstance(door, str) for door in found):
        return "not_a_list", {"received": repr(found)[:60]}
    wrong = (OPEN | MISLEADING) ^ set(found)
    if not wrong:
        return "right"
    if set(found) == LOOPBACK:
        return "inverse"
    return "anywhere" if wrong <= MISLEADING else ("other", {"address": min(wrong)})


def tools(answer: Any) -> Verdict:
    """9.3: the smallest tool that will do, for four jobs."""
    if not isinstance(answer, tuple) or len(answer) != len(TOOLS):
        return "not_four"
    if not all(isinstance(tool, str) and tool in TOOLS for tool in answer):
        return "not_four"
    if answer[0] != TOOLS[0]:
        return "job_a"
    if answer[1] != TOOLS[1]:
        return "job_b"
    if answer[2] != TOOLS[2]:
        return "job_c"
    return "right" if answer[3] == TOOLS[3] else "job_d"


EXERCISES = {
    "9.1": Exercise(
        scheduler_limit,
        Bilingual(
            es="Con un elemento por mensaje, un trabajador vuelve por otro cada 0.05 s, y mientras "
            "tanto el planificador atiende a 0.05 / 0.001. Para 1,000 trabajadores, cada bloque "
            "debe durar 1,000 mensajes.",
            en="With one item a message, a worker comes back for another every 0.05 s, and in that "
            "time the scheduler serves 0.05 / 0.001 of them. For 1,000 workers each chunk has to "
            "last as long as 1,000 messages.",
        ),
        {
            "right": Bilingual(
                es="Cada bloque de 20 dura un segundo, y en un segundo caben 1,000 mensajes.",
                en="Each chunk of 20 takes a second, and 1,000 messages fit into a second.",
            ),
            "not_a_number": Bilingual(
                es='chunksize debe ser un número: check("9.1", (busy, chunksize)).',
                en='chunksize has to be a number: check("9.1", (busy, chunksize)).',
            ),
            "upside_down": Bilingual(
                es="Un bloque tiene un elemento o más. ¿Está la división al revés?",
                en="A chunk has one item or more. Is the division upside down?",
            ),
            "too_small": Bilingual(
                es="Con ese chunksize mantiene ocupados a {n}, menos de 1,000.",
                en="With that chunksize it keeps {n} busy, fewer than 1,000.",
            ),
            "too_large": Bilingual(
                es="Alcanza, pero se pide el menor: basta con que cada bloque dure lo que 1,000 "
                "mensajes.",
                en="It is enough, but the smallest is asked for: a chunk need only last as long as "
                "1,000 messages.",
            ),
        },
    ),
    "9.2": Exercise(
        open_doors,
        Bilingual(
            es='Las direcciones de la interfaz de bucle local son las que empiezan con "127.". Una '
            "comprensión de listas con if y startswith basta.",
            en='The addresses of the loopback interface are those that begin with "127.". A list '
            "comprehension with if and startswith is enough.",
        ),
        {
            "right": Bilingual(
                es="Solo quedan las que se alcanzan desde fuera. En un clúster del curso no queda "
                "ninguna.",
                en="Only those that can be reached from outside are left. In a cluster of this "
                "course, none is.",
            ),
            "not_a_list": Bilingual(
                es="La función debe devolver una lista de textos, y devolvió {received}.",
                en="The function has to return a list of texts, and it returned {received}.",
            ),
            "inverse": Bilingual(
                es="Es al revés: devolviste las que solo se alcanzan desde esta computadora.",
                en="It is the other way round: you returned those that only this computer can "
                "reach.",
            ),
            "anywhere": Bilingual(
                es="Cuidado con dónde está el 127: también lo contienen 192.168.1.127 y el puerto "
                "12700, que se alcanzan desde fuera. Mira cómo empieza la dirección.",
                en="Mind where the 127 is: 192.168.1.127 and port 12700 contain it too, and can be "
                "reached from outside. Look at how the address begins.",
            ),
            "other": Bilingual(
                es='Revisa qué hace con {address}. Las que empiezan con "127." no salen de la '
                "computadora; las demás, sí.",
                en='Look at what it does with {address}. Those that begin with "127." do not leave '
                "the computer; the others do.",
            ),
        },
    ),
    "9.3": Exercise(
        tools,
        Bilingual(
            es="Primero, ¿vale la pena repartirlo? Después, ¿cabe en una máquina a tiempo? Si no "
            "cabe: ¿trabajas en vivo, o puedes esperar tu turno?",
            en="First, is it worth sharing at all? Then, can one machine do it in time? If not: do "
            "you work live, or can you wait your turn?",
        ),
        {
            "right": Bilingual(
                es="Lo más pequeño que alcanza: un ciclo, una máquina, un clúster para trabajar en "
                "vivo, una cola para lo que puede esperar.",
                en="The smallest that will do: a loop, one machine, a cluster to work live, a "
                "queue for what can wait.",
            ),
            "not_four": Bilingual(
                es='Se esperan cuatro textos, cada uno "loop", "processes", "cluster" o "queue".',
                en='Four texts are expected, each "loop", "processes", "cluster" or "queue".',
            ),
            "job_a": Bilingual(
                es="a: si el ciclo tarda un parpadeo, cualquier otra cosa tarda más en arrancar.",
                en="a: if the loop takes the blink of an eye, anything else takes longer to start.",
            ),
            "job_b": Bilingual(
                es="b: multiplica. 40,000 por un quinto de segundo, entre 8 CPU: ¿cabe en la hora? "
                "¿Y en un solo CPU?",
                en="b: multiply. 40,000 times a fifth of a second, divided by 8 CPUs: does it fit "
                "into the hour? And with a single CPU?",
            ),
            "job_c": Bilingual(
                es="c: los datos no caben en una máquina, y quieres la respuesta de cada pregunta "
                "antes de hacer la siguiente. Una cola te haría esperar cada vez.",
                en="c: the data does not fit on one machine, and you want the answer to each "
                "question before you ask the next. A queue would make you wait every time.",
            ),
            "job_d": Bilingual(
                es="d: la máquina se comparte por turnos, las tareas no se comunican y pueden "
                "esperar. Para eso existe una cola.",
                en="d: the machine is shared in turns, the tasks do not talk to each other, and "
                "they can wait. That is what a queue is for.",
            ),
        },
    ),
}
