"""The exercises of lesson 11: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercise import Exercise, Verdict, is_number
from helpers.language import Bilingual

# Exercise 11.1: the costs of a known machine, in seconds, and its job.
START_S, MESSAGE_S, N_WORKERS = 0.2, 1e-4, 4
N_ITEMS, ITEM_S, CHUNK = 20_000, 5e-4, 100
LONGER_ITEM_S = 0.02  # exercise 11.2
DECISIONS = ("pool", "loop", "threads", "loop")  # exercise 11.3: of jobs a to d
CLOSE = 0.01  # how far a figure may be off that was rounded, as a share of it


def predicted_times(answer: Any) -> Verdict:
    """11.1: what the model says of one item a message, and of chunks."""
    if not isinstance(answer, tuple) or len(answer) != 2 or not all(map(is_number, answer)):
        return "not_two"
    ones_s, chunks_s = answer
    shared_s = N_ITEMS * ITEM_S / N_WORKERS
    if not _close(ones_s, START_S + N_ITEMS * MESSAGE_S + shared_s):
        return "ones"
    n_chunks = N_ITEMS / CHUNK
    if _close(chunks_s, START_S + n_chunks * MESSAGE_S + shared_s):
        return "right"
    if _close(chunks_s, START_S + n_chunks * MESSAGE_S + n_chunks * ITEM_S / N_WORKERS):
        return "fewer_items"
    if _close(chunks_s, START_S + n_chunks * MESSAGE_S + N_ITEMS * ITEM_S):
        return "not_shared"
    return "chunks"


def pays_from(answer: Any) -> Verdict:
    """11.2: the smallest number of items for which the pool takes less than the loop."""
    if not is_number(answer):
        return "not_a_number"
    saved_s = LONGER_ITEM_S - LONGER_ITEM_S / N_WORKERS
    right = int(START_S / saved_s) + 1
    if answer == right:
        return "right"
    if abs(answer - START_S / LONGER_ITEM_S) <= 1:
        return "whole_item"
    if abs(answer - START_S / saved_s) <= 1:
        return "not_yet_less"
    return "other"


def decisions(answer: Any) -> Verdict:
    """11.3: the loop, threads or a pool, for four jobs."""
    if not isinstance(answer, tuple) or len(answer) != len(DECISIONS):
        return "not_four"
    if not all(isinstance(one, str) and one in DECISIONS for one in answer):
        return "not_four"
    if answer[0] != DECISIONS[0]:
        return "job_a"
    if answer[1] != DECISIONS[1]:
        return "job_b"
    if answer[2] != DECISIONS[2]:
        return "job_c"
    return "right" if answer[3] == DECISIONS[3] else "job_d"


def _close(answer: float, right: float) -> bool:
    return abs(answer - right) <= CLOSE * right


EXERCISES = {
    "11.1": Exercise(
        predicted_times,
        Bilingual(
            es="Solo cambia el número de mensajes: 20,000 elementos en bloques de 100 son 200. El "
            "arranque y el cálculo son los mismos.",
            en="Only the number of messages changes: 20,000 items in chunks of 100 are 200. The "
            "start and the computing are the same.",
        ),
        {
            "not_two": Bilingual(
                es='Pasa dos números: check("11.1", (in_ones_s, in_hundreds_s)).',
                en='Pass two numbers: check("11.1", (in_ones_s, in_hundreds_s)).',
            ),
            "ones": Bilingual(
                es="in_ones_s ya estaba bien: arranque, más 20,000 mensajes, más el cálculo entre "
                "4. Déjalo como estaba.",
                en="in_ones_s was right already: the start, plus 20,000 messages, plus the "
                "computing divided by 4. Leave it as it was.",
            ),
            "fewer_items": Bilingual(
                es="Los mensajes son 200, pero los elementos siguen siendo 20,000, y todos se "
                "calculan.",
                en="There are 200 messages, but there still are 20,000 items, and all of them are "
                "computed.",
            ),
            "not_shared": Bilingual(
                es="El cálculo se reparte entre 4 procesos: divídelo entre 4.",
                en="The computing is divided among 4 workers: divide it by 4.",
            ),
            "chunks": Bilingual(
                es="in_hundreds_s no es lo que dice el modelo: arranque, más los mensajes, más el "
                "cálculo entre 4. ¿Cuántos bloques de 100 son?",
                en="in_hundreds_s is not what the model says: the start, plus the messages, plus "
                "the computing divided by 4. How many chunks of 100 are there?",
            ),
            "right": Bilingual(
                es="Con bloques de 100 los mensajes ya casi no cuestan: queda el cálculo, y un "
                "poco de arranque.",
                en="In chunks of 100 the messages hardly cost anything any more: what is left is "
                "the computing, and a little start.",
            ),
        },
    ),
    "11.2": Exercise(
        pays_from,
        Bilingual(
            es="¿Cuánto ahorra cada elemento al repartirse entre 4? Divide el arranque entre ese "
            "ahorro, y toma el entero siguiente.",
            en="How much does each item save when it is divided by 4? Divide the start by that, "
            "and take the next whole number.",
        ),
        {
            "not_a_number": Bilingual(
                es="pays_from debe ser un número de elementos.",
                en="pays_from has to be a number of items.",
            ),
            "whole_item": Bilingual(
                es="Un elemento repartido no sale gratis: en el grupo cuesta 5 ms, así que ahorra "
                "15, no 20.",
                en="An item that is shared out is not free: in the pool it costs 5 ms, so it saves "
                "15 of them, not 20.",
            ),
            "not_yet_less": Bilingual(
                es="Casi: con tantos elementos el grupo todavía no tarda menos, o ya tardaba menos "
                "con uno menos. Da el primer entero con el que gana.",
                en="Nearly: for so many items the pool does not take less yet, or it did so for "
                "one item less. Give the first whole number for which it wins.",
            ),
            "other": Bilingual(
                es="Iguala los dos tiempos, n * 0.020 = 0.2 + n * 0.005, y despeja n.",
                en="Set the two times equal, n * 0.020 = 0.2 + n * 0.005, and solve for n.",
            ),
            "right": Bilingual(
                es="Con 14 elementos el ciclo tarda 280 ms, y el grupo, 270.",
                en="For 14 items the loop takes 280 ms, and the pool 270.",
            ),
        },
    ),
    "11.3": Exercise(
        decisions,
        Bilingual(
            es="Para cada uno: ¿cuánto tarda el ciclo, comparado con start_s? ¿Calcula o espera? "
            "¿Hay CPU libres?",
            en="For each: how long does the loop take, compared with start_s? Does it compute or "
            "wait? Are there free CPUs?",
        ),
        {
            "not_four": Bilingual(
                es='Pasa cuatro textos, cada uno "loop", "threads" o "pool".',
                en='Pass four texts, each of them "loop", "threads" or "pool".',
            ),
            "job_a": Bilingual(
                es="a: son dos minutos de cálculo. Los CPU lo pueden repartir, y el arranque no se "
                "nota; los hilos se turnarían.",
                en="a: it is two minutes of computing. CPUs can divide it, and the start is not "
                "noticed; threads would take turns.",
            ),
            "job_b": Bilingual(
                es="b: mil cuadrados terminan en menos de un milisegundo, antes de que arranque "
                "nada.",
                en="b: a thousand squares are over in less than a millisecond, before anything has "
                "started.",
            ),
            "job_c": Bilingual(
                es="c: esperar no ocupa un CPU. Para 300 esperas no hacen falta procesos, pero sí "
                "tener muchas a la vez.",
                en="c: waiting takes no CPU. 300 waits do not take processes, but it does help to "
                "have many at a time.",
            ),
            "job_d": Bilingual(
                es="d: los 8 CPU ya trabajan. Más procesos solo se turnarían con ellos.",
                en="d: all 8 CPUs are at work already. More workers would only take turns with "
                "them.",
            ),
            "right": Bilingual(
                es="Cuatro trabajos, cuatro motivos: calcula, termina pronto, espera, ya se "
                "reparte.",
                en="Four jobs, four reasons: it computes, it is over soon, it waits, it is shared "
                "out already.",
            ),
        },
    ),
}
