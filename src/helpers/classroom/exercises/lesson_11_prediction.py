"""The exercises of lesson 11: their rules, and what is said to each answer."""

from __future__ import annotations

from typing import Any

from helpers.classroom.exercises.answers import Exercise, Verdict, is_number
from helpers.language import Bilingual

# Exercise 11.1: the costs of a known machine, in seconds, and its job.
START_S, MESSAGE_S, N_WORKERS = 0.2, 2e-4, 4
N_ITEMS, ITEM_S, CHUNK = 20_000, 5e-4, 100
SLOW_START_S, LONGER_ITEM_S = 0.34, 0.04  # exercise 11.2
DECISIONS = ("pool", "loop", "threads", "loop")  # exercise 11.3: of jobs a to d
CLOSE = 0.003  # how far a figure may be off that was rounded, as a share of it


def predicted_times(answer: Any) -> Verdict:
    """11.1: what the model says of one item a message, and of chunks."""
    if not isinstance(answer, (tuple, list)) or len(answer) != 2 or not all(map(is_number, answer)):
        return "not_two"
    ones_s, chunks_s = answer
    shared_s, sending_s = N_ITEMS * ITEM_S / N_WORKERS, N_ITEMS / CHUNK * MESSAGE_S
    right_ones_s, right_s = START_S + N_ITEMS * MESSAGE_S, START_S + shared_s
    if _close(ones_s, 1000 * right_ones_s) or _close(chunks_s, 1000 * right_s):
        return "milliseconds"
    if not _close(ones_s, right_ones_s):
        return "ones"
    if _close(chunks_s, right_s):
        return "right"
    known = {
        "added": right_s + sending_s,
        "no_start": shared_s,
        "fewer_items": START_S + sending_s,
        "not_shared": START_S + N_ITEMS * ITEM_S,
    }
    return next((name for name, value in known.items() if _close(chunks_s, value)), "chunks")


def pays_from(answer: Any) -> Verdict:
    """11.2: the smallest number of items for which the pool takes less than the loop."""
    if not is_number(answer):
        return "not_a_number"
    right = int(SLOW_START_S / (LONGER_ITEM_S - LONGER_ITEM_S / N_WORKERS)) + 1
    if answer == right:
        return "right"
    if answer != int(answer) and right - 1 < answer < right:
        return "fraction"
    if abs(answer - SLOW_START_S / LONGER_ITEM_S) < 1:
        return "whole_item"
    loop_s = f"{answer * LONGER_ITEM_S:.2f}"
    pool_s = f"{SLOW_START_S + answer * LONGER_ITEM_S / N_WORKERS:.2f}"
    return ("too_few" if answer < right else "too_many"), {"loop": loop_s, "pool": pool_s}


def decisions(answer: Any) -> Verdict:
    """11.3: the loop, threads or a pool, for four jobs."""
    if not isinstance(answer, (tuple, list)) or len(answer) != len(DECISIONS):
        return "not_four"
    others = {"sequential": "loop", "processes": "pool"}  # as advise and lesson 10 call them
    answer = [others.get(one, one) if isinstance(one, str) else one for one in answer]
    for one in answer:
        if not isinstance(one, str) or one not in DECISIONS:
            return "not_a_way", {"received": repr(one)[:40]}
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
            "cálculo es el mismo. De los dos cuenta el más lento.",
            en="Only the number of messages changes: 20,000 items in chunks of 100 are 200. The "
            "computing is the same. Of the two the slower one counts.",
        ),
        {
            "not_two": Bilingual(
                es='Pasa dos números entre paréntesis: check("11.1", (in_ones_s, in_hundreds_s)).',
                en='Pass two numbers in parentheses: check("11.1", (in_ones_s, in_hundreds_s)).',
            ),
            "milliseconds": Bilingual(
                es="Eso son milisegundos; da los segundos.",
                en="Those are milliseconds; give seconds.",
            ),
            "ones": Bilingual(
                es="in_ones_s ya estaba bien, y va primero: 0.2 más lo que tarda más, 20,000 "
                "mensajes o el cálculo entre 4.",
                en="in_ones_s was right already, and comes first: 0.2 plus the slower one of "
                "20,000 messages and the computing divided by 4.",
            ),
            "added": Bilingual(
                es="Los mensajes y el cálculo van a la vez: no se suman, cuenta el más lento.",
                en="The messages and the computing go on at the same time: they do not add up, the "
                "slower one counts.",
            ),
            "no_start": Bilingual(
                es="Falta el arranque, que se paga una vez.",
                en="The start is missing, which is paid once.",
            ),
            "fewer_items": Bilingual(
                es="Los mensajes son 200, pero los elementos siguen siendo 20,000, y calcularlos "
                "tarda más que enviarlos.",
                en="There are 200 messages, but there still are 20,000 items, and computing them "
                "takes longer than sending them.",
            ),
            "not_shared": Bilingual(
                es="El cálculo se reparte entre 4 procesos: divídelo entre 4.",
                en="The computing is divided among 4 workers: divide it by 4.",
            ),
            "chunks": Bilingual(
                es="in_hundreds_s no es lo que dice el modelo: 0.2 más lo que tarda más, los "
                "mensajes (uno por bloque) o el cálculo entre 4.",
                en="in_hundreds_s is not what the model says: 0.2 plus the slower one of the "
                "messages (one per chunk) and the computing divided by 4.",
            ),
            "right": Bilingual(
                es="De uno en uno manda el envío; en bloques de 100, el cálculo.",
                en="One by one the sending decides; in chunks of 100, the computing.",
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
                es="Un elemento repartido no sale gratis: en el grupo cuesta 10 ms, así que ahorra "
                "30, no 40.",
                en="An item that is shared out is not free: in the pool it costs 10 ms, so it "
                "saves 30 of them, not 40.",
            ),
            "fraction": Bilingual(
                es="Ahí se cruzan las líneas, pero un elemento no se parte: da el entero que "
                "sigue.",
                en="That is where the lines cross, but there is no part of an item: give the next "
                "whole number.",
            ),
            "too_few": Bilingual(
                es="Con tantos el ciclo tarda {loop} s y el grupo {pool} s: todavía no gana el "
                "grupo.",
                en="For so many the loop takes {loop} s and the pool {pool} s: the pool does not "
                "win yet.",
            ),
            "too_many": Bilingual(
                es="Con tantos el ciclo tarda {loop} s y el grupo {pool} s: gana, pero ya ganaba "
                "con menos.",
                en="For so many the loop takes {loop} s and the pool {pool} s: it wins, but it "
                "did so for fewer already.",
            ),
            "right": Bilingual(
                es="Con 12 elementos el ciclo tarda 0.48 s, y el grupo, 0.46.",
                en="For 12 items the loop takes 0.48 s, and the pool 0.46.",
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
            "not_a_way": Bilingual(
                es='{received} no es ninguna de las tres: "loop", "threads" o "pool".',
                en='{received} is none of the three: "loop", "threads" or "pool".',
            ),
            "job_a": Bilingual(
                es="a: son dos minutos de cálculo. Con un proceso por CPU será mucho menos, y el "
                "arranque no se nota; los hilos se turnarían por el GIL.",
                en="a: it is two minutes of computing. With a process on each CPU it is far less, "
                "and the start is not noticed; threads would take turns holding the GIL.",
            ),
            "job_b": Bilingual(
                es="b: mil cuadrados terminan en menos de un milisegundo, y no esperan nada: no "
                "hay qué ganar.",
                en="b: a thousand squares are over in less than a millisecond, and wait for "
                "nothing: there is nothing to gain.",
            ),
            "job_c": Bilingual(
                es="c: esperar no ocupa un CPU. Para 300 esperas no hacen falta procesos, pero sí "
                "tener muchas a la vez.",
                en="c: waiting takes no CPU. You do not need processes for 300 waits, but it does "
                "help to have many at a time.",
            ),
            "job_d": Bilingual(
                es="d: los 8 CPU ya trabajan. Más hilos o procesos solo se turnarían.",
                en="d: all 8 CPUs are at work already. More threads or processes would only take "
                "turns.",
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
